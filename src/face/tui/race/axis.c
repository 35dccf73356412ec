/* Strips of time, all to one scale: now is where they end. */
#include "face/tui/race/parts.h"

#include "base/bits.h"
#include "base/number.h"

#include <stdio.h>

enum { BETWEEN = 20 /* columns between two labels */, EIGHTHS = 8, WORKERS = 3 };

char *axis_text(char text[32], uint64_t cycle)
{
    text[0] = '+';
    number_text(text + (cycle != 0), cycle, true);
    return text;
}

/* 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 ... On a screen that has no room for strips it is as if
 * they had two columns. */
uint64_t axis_scale(uint64_t cycle, int cols)
{
    static const unsigned steps[] = {1, 2, 3, 4, 5, 6, 8};
    uint64_t scale = 1, power = 1, room = cols < 2 ? 1 : (uint64_t)cols - 1;

    for (unsigned i = 1; cycle / scale >= room; i++) {
        power = i % COUNT(steps) == 0 ? power * 10 : power;
        scale = power * steps[i % COUNT(steps)];
    }
    return scale;
}

static int columns(const struct race_view *view)
{
    return view->canvas->cols - view->time_col - 1;
}

/* The column in which now is. */
static int column_of(const struct race_view *view, uint64_t cycle)
{
    return (int)(cycle / view->scale);
}

void draw_axis(const struct race_view *view, int row)
{
    int mark = column_of(view, view->race->cycle);

    canvas_text(view->canvas, row, 1, 8, ROLE_QUIET, "cycles");
    for (int col = 0; col < columns(view); col += BETWEEN) {
        char text[32];
        int width = text_width(axis_text(text, (uint64_t)col * view->scale));

        if (col + width < columns(view) && (col > mark + 1 || col + width < mark))
            canvas_text(view->canvas, row, view->time_col + col, width, ROLE_QUIET,
                        text);
    }
    canvas_put(view->canvas, row, view->time_col + mark, ROLE_HEAD, L'▴');
}

/* --- what a column has --------------------------------------------------------------- */

struct stretch {
    uint64_t cycles; /* of it that have been: of all harts */
    uint64_t of[STRIP_TRACKS];
};

/* Up to the machine's end, and to now. */
static uint64_t until_of(const struct race_view *view, const struct race_lane *lane)
{
    uint64_t end = run_cycle(lane->session.run), now = view->race->cycle;

    if (!lane_ended(lane) || end < lane->begin || end - lane->begin > now)
        return now;
    return end - lane->begin;
}

static struct stretch column_at(const struct race_view *view,
                                const struct race_lane *lane, int col)
{
    uint64_t from = (uint64_t)col * view->scale, until = from + view->scale;
    uint64_t end = until_of(view, lane);
    struct stretch column = {.cycles = 0};

    if (until > end)
        until = end;
    if (until <= from)
        return column;
    column.cycles = until - from;
    strip_between(&lane->strip, from, until, column.of);
    return column;
}

static char digit_of(const struct race_lane *lane)
{
    return (char)('0' + lane->guest % 10);
}

/* --- a strip of its own for each ------------------------------------------------------ */

/* One who may work: its track, its letter. */
struct worker {
    enum strip_track track;
    enum role role;
    char letter;
    uint64_t most; /* harts: that much of a cycle can be its */
    char name[24];
};

static void draw_share(const struct race_view *view, int row, int col,
                       const struct worker *worker, uint64_t eighths, bool begins)
{
    static const uint32_t bars[EIGHTHS + 1] = {L'·', L'▁', L'▂', L'▃', L'▄',
                                               L'▅', L'▆', L'▇', L'█'};
    uint32_t sign = eighths < EIGHTHS ? bars[eighths]
                    : begins          ? (uint32_t)worker->letter
                                      : (uint32_t)L'─';

    canvas_put(view->canvas, row, col, eighths ? worker->role : ROLE_RULE, sign);
}

/* In eighths: any at all is one, and only all of it is eight. */
static uint64_t share_of(const struct stretch *column, const struct worker *worker)
{
    uint64_t all = column->cycles * worker->most, has = column->of[worker->track];

    if (has == 0 || all == 0)
        return 0;
    if (has * 16 >= all * 15)
        return EIGHTHS;
    return has * EIGHTHS / all < 1 ? 1 : has * EIGHTHS / all;
}

static void draw_worker(const struct race_view *view, const struct race_lane *lane,
                        int row, const struct worker *worker)
{
    uint64_t before = 0;

    canvas_text(view->canvas, row, 1, view->time_col - 2, worker->role, worker->name);
    canvas_thing(view->canvas, row, 1, text_width(worker->name), THING_PART, "%s",
                 worker->name);
    for (int col = 0; col < columns(view); col++) {
        struct stretch column = column_at(view, lane, col);
        uint64_t eighths;

        if (column.cycles == 0)
            break;
        eighths = share_of(&column, worker);
        draw_share(view, row, view->time_col + col, worker, eighths, before != EIGHTHS);
        before = eighths;
    }
}

static void set_worker(struct worker *worker, enum strip_track track, enum role role,
                       char letter, const char *name)
{
    *worker = (struct worker){track, role, letter, 1, ""};
    snprintf(worker->name, sizeof(worker->name), "%.20s", name);
}

/* Guest, host and all devices; or the hart, the DMA controller and the disk. */
static void workers_of(const struct race_lane *lane, struct worker worker[WORKERS])
{
    unsigned harts = lane->session.run->board[0]->harts;
    const char *dma = lane->dma ? lane->dma->name : "device";
    const char *disk = lane->disk ? lane_disk(lane)->name : dma;
    enum role guest = role_of_guest(lane->guest);
    char name[24];

    if (lane->guests) {
        snprintf(name, sizeof(name), "guest %u", lane->guest);
        set_worker(&worker[0], STRIP_GUEST, guest, digit_of(lane), name);
        set_worker(&worker[1], STRIP_HOST, ROLE_HART, 'h', "host");
        worker[1].most = harts;
        set_worker(&worker[2], STRIP_DEVICE, ROLE_DMA, 'd', disk);
    } else {
        set_worker(&worker[0], STRIP_HOST, ROLE_HART, 'h',
                   harts > 1 ? "harts" : "hart 0");
        set_worker(&worker[1], STRIP_DMA, ROLE_DMA, 'd', dma);
        set_worker(&worker[2], STRIP_DISK, ROLE_DMA, 'd', lane->disk ? disk : "disks");
    }
    worker[0].most = harts;
}

/* --- all in one ----------------------------------------------------------------------- */

/* Who had most of a column: a letter, '.' if nobody worked. A device counts while every
 * hart waits. */
static char letter_of(const struct race_lane *lane, const struct stretch *column,
                      enum role *role)
{
    unsigned harts = lane->session.run->board[0]->harts;
    uint64_t guest = column->of[STRIP_GUEST], host = column->of[STRIP_HOST];
    uint64_t alone = column->of[STRIP_ALONE] * harts;
    uint64_t all = column->cycles * harts, idle = 0;

    if (all > guest + host + alone)
        idle = all - guest - host - alone;
    *role = ROLE_RULE;
    if (idle >= guest && idle >= host && idle >= alone)
        return '.';
    if (alone >= guest && alone >= host) {
        *role = ROLE_DMA;
        return 'd';
    }
    *role = guest >= host ? role_of_guest(lane->guest) : ROLE_HART;
    return guest >= host ? digit_of(lane) : 'h';
}

static void draw_all_in_one(const struct race_view *view, const struct race_lane *lane,
                            int row)
{
    char before = 0;

    canvas_printf(view->canvas, row, 1, view->time_col - 2, ROLE_QUIET,
                  lane->guests ? "%u h d" : "h d", lane->guest);
    for (int col = 0; col < columns(view); col++) {
        struct stretch column = column_at(view, lane, col);
        enum role role;
        char letter;

        if (column.cycles == 0)
            break;
        letter = letter_of(lane, &column, &role);
        canvas_put(view->canvas, row, view->time_col + col, role,
                   letter == '.'      ? L'·'
                   : letter == before ? L'─'
                                      : (uint32_t)letter);
        before = letter;
    }
}

/* --- marks --------------------------------------------------------------------------- */

/* The strip of who works now. */
static int strip_of_actor(const struct race_lane *lane, enum lane_actor actor)
{
    if (actor == ACTOR_HOST)
        return lane->guests;
    if (actor != ACTOR_DEVICE)
        return 0;
    return lane->guests || !strip_dma_works(&lane->strip) ? WORKERS - 1 : 1;
}

/* Where the data is there; and now. */
static void draw_marks(const struct race_view *view, unsigned number, int row, int rows)
{
    const struct race_lane *lane = &view->race->lane[number];
    const struct lane_counters *counters = &view->counters[number];
    enum lane_actor actor = actor_of(lane);
    int strip = rows == 1 ? 0 : strip_of_actor(lane, actor);

    if (counters->has_data)
        canvas_put(view->canvas, row,
                   view->time_col + column_of(view, counters->data_at), ROLE_HEAD,
                   L'■');
    if (actor != ACTOR_OFF && actor != ACTOR_NOBODY)
        canvas_put(view->canvas, row + strip,
                   view->time_col + column_of(view, view->race->cycle),
                   role_of_actor(lane, actor), L'━');
}

void draw_strips(const struct race_view *view, unsigned number, int row, int rows)
{
    const struct race_lane *lane = &view->race->lane[number];
    struct worker worker[WORKERS];

    workers_of(lane, worker);
    if (rows == 1)
        draw_all_in_one(view, lane, row);
    for (int i = 0; rows > 1 && i < WORKERS; i++)
        draw_worker(view, lane, row + i, &worker[i]);
    draw_marks(view, number, row, rows);
    canvas_thing_time(view->canvas,
                      (struct area){row, view->time_col, rows, columns(view)},
                      lane->begin, view->scale);
}
