#include "face/tui/screen/screen.h"

#include "base/bits.h"
#include "face/tui/stage/stage.h"
#include "face/tui/watch/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDE = 120,      /* columns from which panes stand side by side */
    WIDEST = 160,    /* ... from which all of them do */
    HIGH = 36,       /* rows from which there is a row for why */
    HIGHEST = 46,    /* ... from which there is a list of what happened */
    LANES_LOW = 4,   /* rows of the timeline: three lanes */
    LANES_HIGH = 7,  /* ... with axis, four lanes and a legend */
    LANES_MOST = 9,  /* ... with six lanes */
    EVENTS_HIGH = 7, /* rows of the list of what happened */
};

/* Which rows belong to what. */
struct layout {
    int sentence, sentences, why, stage, stage_rows, panes, pane_rows, events,
        events_rows, timeline, timeline_rows, keys;
};

static struct layout lay_out(const struct screen *screen, const struct canvas *canvas)
{
    int rows = canvas->rows, cols = canvas->cols;
    bool high = rows >= HIGH && cols >= 100;
    struct layout layout = {.sentence = 1, .why = -1, .keys = rows - 1};
    int row, left;

    layout.sentences = high ? 1 : 2;
    row = layout.sentence + layout.sentences;
    if (high)
        layout.why = row++;
    layout.stage = row;
    layout.stage_rows = !high             ? STAGE_COMPACT
                        : rows >= HIGHEST ? STAGE_OPEN
                                          : STAGE_TALL;
    row += 1 + layout.stage_rows;
    layout.timeline_rows = screen->filled    ? 0
                           : !high           ? LANES_LOW
                           : rows >= HIGHEST ? LANES_MOST
                                             : LANES_HIGH;
    left = layout.keys - row - layout.timeline_rows;
    layout.events_rows = rows >= HIGHEST ? EVENTS_HIGH + (left - 18) / 3 : 0;
    layout.panes = row;
    layout.pane_rows = left - layout.events_rows;
    layout.events = layout.panes + layout.pane_rows;
    layout.timeline = layout.events + layout.events_rows;
    return layout;
}

/* --- the top ----------------------------------------------------------------------- */

/* "scenario · variant"; where that is too long, the variant says more. */
static void draw_name(const struct watch *watch, struct canvas *canvas, int room)
{
    const char *title = watch->subject->title, *variant = watch->subject->variant;
    bool both;

    variant = variant ? variant : "";
    both = text_width(title) + 3 + text_width(variant) <= room;
    if (variant[0] && both)
        canvas_printf(canvas, 0, 11, room, ROLE_TEXT, "%s · %s", title, variant);
    else
        canvas_text(canvas, 0, 11, room, ROLE_TEXT, variant[0] ? variant : title);
}

/* LIVE, or how far in the past. */
static enum role when_tag(const struct screen *screen, const struct canvas *canvas,
                          char tag[64])
{
    const struct watch *watch = screen->watch;
    uint64_t back = watch->newest > watch->cycle ? watch->newest - watch->cycle : 0;
    bool wide = canvas->cols >= 100;
    char count[TEXT_NUMBER];

    if (!screen->past) {
        snprintf(tag, 64, "%s",
                 screen->mode == SCREEN_RUNNING ? " RUNS "
                 : screen->mode == SCREEN_ENDED ? " ENDED "
                                                : " LIVE ");
        return ROLE_HEAD;
    }
    text_count(count, back);
    if (back)
        snprintf(tag, 64, " ◂ PAST, %s %sback ", count,
                 !wide       ? ""
                 : back == 1 ? "cycle "
                             : "cycles ");
    else
        snprintf(tag, 64, " ◂ PAST, same cycle ");
    return ROLE_TAG;
}

static void draw_title(const struct screen *screen, struct canvas *canvas)
{
    const struct watch *watch = screen->watch;
    char tag[64], cycle[TEXT_NUMBER], moment[MOMENT_TEXT], when[128];
    enum role role = when_tag(screen, canvas, tag);
    int width, end = canvas->cols - text_width(tag) - 1, left = end - 2;

    canvas_text(canvas, 0, end, text_width(tag), role, tag);
    if (screen->mode == SCREEN_RUNNING && screen->speed)
        left -= canvas_text(canvas, 0, left - text_width(screen->speed), 24, ROLE_QUIET,
                            screen->speed) +
                2;
    snprintf(when, sizeof(when), "cycle %s  %s", text_count(cycle, watch->cycle),
             moment_text(moment, watch->now, true));
    width = text_width(when);
    canvas_text(canvas, 0, left - width, width, ROLE_TEXT, when);
    canvas_text(canvas, 0, 1, 8, ROLE_HEAD, "Ringside");
    draw_name(watch, canvas, left - width - 13);
}

/* Writes text over several rows, broken at blanks. */
static void draw_wrapped(struct canvas *canvas, int row, int rows, enum role role,
                         const char *text)
{
    int room = canvas->cols - 2;

    while (rows-- > 0 && *text) {
        size_t cut = strlen(text);

        if (rows > 0 && text_width(text) > room) {
            cut = (size_t)room;
            while (cut > 0 && text[cut] != ' ')
                cut--;
        }
        if (cut == 0)
            cut = strlen(text);
        canvas_printf(canvas, row++, 1, room, role, "%.*s", (int)cut, text);
        text += cut;
        text += *text == ' ';
    }
}

static void draw_sentence(const struct screen *screen, struct canvas *canvas,
                          const struct layout *layout)
{
    const struct watch *watch = screen->watch;
    struct buf text = {0};

    if (screen->mode == SCREEN_ENDED)
        buf_text(&text, screen->ended);
    else if (watch->has_focus)
        say_event(&text, watch, &watch->focus);
    else
        buf_text(&text, "Nothing has happened yet. n executes the first instruction, "
                        "? tells the keys.");
    if (layout->why < 0 && say_note(watch))
        buf_printf(&text, " %s", say_note(watch));
    draw_wrapped(canvas, layout->sentence, layout->sentences, ROLE_HEAD,
                 buf_str(&text));
    buf_clear(&text);
    if (layout->why >= 0) {
        say_why(&text, watch);
        canvas_text(canvas, layout->why, 1, canvas->cols - 2, ROLE_QUIET,
                    buf_str(&text));
    }
    buf_free(&text);
}

/* --- panes -------------------------------------------------------------------------- */

/* Is the event one of the DMA controller's own? Then its pane explains it. */
static bool is_of_dma(const struct watch *watch)
{
    const struct event *event = &watch->focus;
    const struct device *dma = watch_device(watch, "dma", 0);

    if (!watch->has_focus || !dma)
        return false;
    switch ((int)event->kind) {
    case EVENT_BUS_TRANSFER:
    case EVENT_DMA_STATE:
    case EVENT_DMA_DESCRIPTOR:
    case EVENT_DMA_BURST:
    case EVENT_DMA_DONE:
    case EVENT_DMA_ERROR:
        return true;
    case EVENT_MMIO_WRITE:
        return event->mmio_write.device == dma->index;
    case EVENT_IRQ_LINE:
        return event->irq_line.device == dma->index;
    default:
        return false;
    }
}

static const struct view *pane_view(const struct screen *screen)
{
    switch (screen->pane) {
    case PANE_REGISTERS:
        return &registers_view;
    case PANE_DMA:
        return &dma_view;
    case PANE_MEMORY:
        return &memory_view;
    case PANE_EVENTS:
        return &events_view;
    case PANE_AUTO:
    case PANES:
    default:
        return is_of_dma(screen->watch) ? &dma_view : &registers_view;
    }
}

static void draw_view(struct screen *screen, struct canvas *canvas,
                      const struct view *view, struct area area)
{
    if (area.rows >= 2 && area.cols >= 16)
        view->draw(screen->watch, &screen->view, canvas, area);
}

/* Narrow: code and registers share the row; any other view has it alone. */
static void draw_narrow(struct screen *screen, struct canvas *canvas, struct area area)
{
    const struct view *view = pane_view(screen);
    struct area left = area, right = area;

    if (view != &registers_view) {
        draw_view(screen, canvas, view, area);
        return;
    }
    left.cols = area.cols * 41 / 78;
    right.col += left.cols + 2;
    right.cols -= left.cols + 2;
    draw_view(screen, canvas, &code_view, left);
    draw_view(screen, canvas, &registers_view, right);
}

/* Views side by side, with their least widths; what is left over goes to the first. */
static void draw_row(struct screen *screen, struct canvas *canvas, struct area area,
                     const struct view *const *row_views, const int *least, int count)
{
    int spare = area.cols + 2, col = area.col;

    for (int i = 0; i < count; i++)
        spare -= least[i] + 2;
    for (int i = 0; i < count; i++) {
        int more = spare / (count - i);
        struct area part = {area.row, col, area.rows, least[i] + more};

        spare -= more;
        draw_view(screen, canvas, row_views[i], part);
        col += part.cols + 2;
    }
}

static void draw_panes(struct screen *screen, struct canvas *canvas, struct area area)
{
    const struct view *three[] = {&code_view, pane_view(screen), &memory_view};
    const struct view *four[] = {&code_view, &registers_view, &dma_view, &memory_view};

    if (canvas->cols < WIDE)
        draw_narrow(screen, canvas, area);
    else if (canvas->cols < WIDEST)
        draw_row(screen, canvas, area, three, (const int[]){36, 32, 46}, 3);
    else
        draw_row(screen, canvas, area, four, (const int[]){36, 32, 38, 46}, 4);
}

/* --- the bottom --------------------------------------------------------------------- */

enum { BACK = ACTION_EVENT_BACK - ACTION_EVENT }; /* from a move on to the one back */

static bool is_back(enum action action)
{
    return action >= ACTION_EVENT_BACK && action <= ACTION_INTERESTING_BACK;
}

static const struct key *key_of(enum action action)
{
    const struct key *key = keys;

    while (key->action != action)
        key++;
    return key;
}

/* What a key does now, and its name with that of the key for the way back; false: it does
 * nothing now, or has no place of its own in the row. */
static bool key_now(const struct screen *screen, const struct key *key, char name[16],
                    const char **verb)
{
    bool over = screen->mode == SCREEN_ENDED;
    enum action action = key->action;

    if (key->off || action == ACTION_HELP || is_back(action) ||
        (action == ACTION_HART && screen->watch->board->harts == 1) ||
        (action == ACTION_NEWEST && !screen->past) || (over && action == ACTION_RUN))
        return false;
    *verb = action == ACTION_UNIT                                    ? screen->unit
            : action == ACTION_RUN && screen->mode == SCREEN_RUNNING ? "pause"
                                                                     : key->verb;
    snprintf(name, 16, "%s", key->name);
    if (action >= ACTION_EVENT && action < ACTION_RUN)
        snprintf(name, 16, "%s%s%s", key_of((enum action)(action + BACK))->name,
                 over ? "" : " ", over ? "" : key->name);
    return true;
}

/* The keys that work now, as many as there is room for. */
static void draw_keys(const struct screen *screen, struct canvas *canvas)
{
    int row = canvas->rows - 1, col = 1, end = canvas->cols - 1;

    if (screen->notice[0]) {
        canvas_text(canvas, row, col, end - col, ROLE_HEAD, screen->notice);
        return;
    }
    end -= 6; /* "? help" is always there */
    for (unsigned i = 0; i < keys_count; i++) {
        const char *verb;
        char name[16];

        if (!key_now(screen, &keys[i], name, &verb) ||
            col + text_width(name) + 1 + text_width(verb) + 3 > end)
            continue;
        col += canvas_text(canvas, row, col, 16, ROLE_TEXT, name) + 1;
        col += canvas_text(canvas, row, col, text_width(verb), ROLE_QUIET, verb) + 3;
    }
    canvas_text(canvas, row, end, 1, ROLE_TEXT, "?");
    canvas_text(canvas, row, end + 2, 4, ROLE_QUIET, "help");
}

static void draw_last_row(const struct screen *screen, struct canvas *canvas)
{
    if (screen->prompting && !screen->notice[0])
        prompt_draw(&screen->prompt, canvas, canvas->rows - 1);
    else
        draw_keys(screen, canvas);
}

static void draw_small(struct canvas *canvas)
{
    if (canvas->cols < 40) {
        canvas_printf(canvas, 0, 0, canvas->cols, ROLE_TEXT, "needs %dx%d", SCREEN_COLS,
                      SCREEN_ROWS);
        return;
    }
    canvas_printf(canvas, 0, 0, canvas->cols, ROLE_TEXT,
                  "Ringside needs %dx%d; this is %dx%d.", SCREEN_COLS, SCREEN_ROWS,
                  canvas->cols, canvas->rows);
}

void screen_draw(struct screen *screen, struct canvas *canvas)
{
    struct layout layout;
    struct area area;

    canvas_clear(canvas, NULL);
    canvas->past = screen->past;
    canvas->cursor_row = -1;
    if (canvas->rows < SCREEN_ROWS || canvas->cols < SCREEN_COLS) {
        draw_small(canvas);
        return;
    }
    layout = lay_out(screen, canvas);
    screen->shows_all = canvas->cols >= WIDEST;
    screen->sheet.room = sheet_room(canvas);
    draw_title(screen, canvas);
    draw_sentence(screen, canvas, &layout);
    area = (struct area){layout.stage, 1, layout.stage_rows + 1, canvas->cols - 2};
    draw_view(screen, canvas, &stage_view, area);
    area = (struct area){layout.panes, 1, layout.pane_rows, canvas->cols - 2};
    draw_panes(screen, canvas, area);
    area.row = layout.events;
    area.rows = layout.events_rows;
    draw_view(screen, canvas, &events_view, area);
    area.row = layout.timeline;
    area.rows = layout.timeline_rows;
    draw_view(screen, canvas, &timeline_view, area);
    draw_last_row(screen, canvas);
    if (screen->sheet.open)
        sheet_draw(&screen->sheet, canvas);
}
