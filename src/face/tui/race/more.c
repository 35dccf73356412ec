/* Where the screen is high: what the cycles went to, and the last exits of each lane. */
#include "face/tui/race/parts.h"
#include "face/tui/race/words.h"
#include "observe/exits/exit_words.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>

enum { EXITS_LEAST = 3, EXITS_MOST = 12 };

/* --- shares -------------------------------------------------------------------------- */

/* So many signs of one kind; what there is at all has one. */
static int draw_part(const struct race_view *view, int row, int col, uint64_t cycles,
                     enum role role, uint32_t sign)
{
    int count = (int)(cycles / view->scale);

    if (cycles && count == 0)
        count = 1;
    for (int i = 0; i < count && col + i < view->canvas->cols - 1; i++)
        canvas_put(view->canvas, row, col + i, role, sign);
    return col + count;
}

static void draw_shares(const struct race_view *view, int row)
{
    char note[64];
    struct buf count = {0};

    put_count(&count, view->scale);
    snprintf(note, sizeof(note), "1 column = %s cycle%s", buf_str(&count),
             view->scale == 1 ? "" : "s");
    buf_free(&count);
    canvas_rule(view->canvas, row, 1, view->canvas->cols - 2, "where the cycles went",
                note);
    for (unsigned i = 0; i < view->race->lanes; i++) {
        const struct race_lane *lane = &view->race->lane[i];
        const struct lane_counters *counters = &view->counters[i];
        int at = row + 1 + (int)i, col = view->time_col;

        canvas_printf(view->canvas, at, 1, col - 2, ROLE_TEXT, "lane %c",
                      lane_letter(i));
        col = draw_part(view, at, col, counters->guest, role_of_guest(lane->guest),
                        (uint32_t)'0' + lane->guest % 10);
        col = draw_part(view, at, col, counters->host, ROLE_HART, 'h');
        draw_part(view, at, col, counters->asleep, ROLE_RULE, L'·');
    }
}

/* --- the last exits ------------------------------------------------------------------- */

static void put_exit(struct buf *out, const struct race_lane *lane,
                     const struct vm_exit *exit)
{
    struct buf about = {0};

    exit_put_about(&about, &lane->session.narrator, exit);
    if (!about.size)
        exit_put_cause(&about, exit->cause);
    buf_printf(out, "%.60s  ", buf_str(&about));
    put_count(out, exit->cost.cycles);
    buf_text(out, exit->open ? " cycles so far" : " cycles");
    buf_free(&about);
}

/* The newest at the top; those before the work began are left out. */
static void draw_exits(const struct race_view *view, unsigned number, int row, int rows,
                       int col, int cols)
{
    const struct race_lane *lane = &view->race->lane[number];
    const struct exits *exits = &lane->session.guests->exits;
    uint64_t before = lane->session.subject.trial.exits_from->begun;

    canvas_printf(view->canvas, row, col, cols, ROLE_HEAD, "%c  %s",
                  lane_letter(number), lane->name);
    for (int i = 0; i + 1 < rows && exits->begun - (uint64_t)i > before; i++) {
        const struct vm_exit *exit = exits_find(exits, exits->begun - (uint64_t)i);
        struct buf text = {0};
        int used;

        if (!exit)
            break;
        put_exit(&text, lane, exit);
        used = canvas_printf(view->canvas, row + 1 + i, col, cols,
                             exit->open ? ROLE_HEAD : ROLE_TEXT, "%5" PRIu64 "  %s",
                             exit->number - before, buf_str(&text));
        canvas_thing(view->canvas, row + 1 + i, col, used, THING_EXIT, "exit %" PRIu64,
                     exit->number);
        buf_free(&text);
    }
}

static bool any_exits(const struct race_view *view)
{
    for (unsigned i = 0; i < view->race->lanes; i++)
        if (view->race->lane[i].guests)
            return true;
    return false;
}

void draw_more(const struct race_view *view, int row, int rows)
{
    int lanes = (int)view->race->lanes, cols = view->canvas->cols - 2;

    if (rows < lanes + 1)
        return;
    draw_shares(view, row);
    row += lanes + 1;
    rows -= lanes + 1;
    if (rows < EXITS_LEAST + 2 || !any_exits(view))
        return;
    canvas_rule(view->canvas, row, 1, cols, "the last exits", "the newest first");
    if (rows > EXITS_MOST + 2)
        rows = EXITS_MOST + 2;
    for (int i = 0; i < lanes; i++)
        draw_exits(view, (unsigned)i, row + 1, rows - 1, 1 + i * (cols / lanes),
                   cols / lanes - 2);
}
