#include "face/tui/view/filter.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/history.h"
#include "face/tui/watch/say.h"
#include "observe/ask/step.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where columns stand, by the width of the list. */
struct columns {
    int moment, who, kind, sentence; /* 0: there is no room for it */
};

static struct columns columns_of(int cols)
{
    if (cols >= 110)
        return (struct columns){13, 29, 46, 62};
    if (cols >= 70)
        return (struct columns){.moment = 13, .sentence = 28};
    return (struct columns){.sentence = cols >= 50 ? 13 : 0};
}

/* --- which events ------------------------------------------------------------------------ */

/* The last ones that pass, the newest at the end. */
struct list {
    struct filter filter;
    const struct event *event[128]; /* of the watch or its history: the newest first */
    int wanted, count;
    bool more;     /* some lie further back than is looked at, */
    uint64_t back; /* ... which is so many instructions */
};

static void pick(struct list *list, const struct event *events, unsigned count)
{
    for (unsigned i = count; i-- > 0 && list->count < list->wanted;)
        if (filter_passes(&list->filter, &events[i]))
            list->event[list->count++] = &events[i];
}

/* Instructions are known in the window only. */
static void pick_window(struct list *list, const struct watch *watch)
{
    pick(list, watch->events, watch->count);
    list->back = WATCH_WINDOW;
    list->more = watch->now.retired > list->back;
}

/* Further and further back, until there are enough. */
static void pick_history(struct list *list, const struct watch *watch)
{
    unsigned count;

    for (list->back = WATCH_WINDOW;; list->back = HISTORY_MOST) {
        const struct event *events = history_events(watch->history, list->back, &count);

        list->count = 0;
        pick(list, events, count);
        list->more = watch->now.retired > list->back;
        if (!list->more || list->count == list->wanted || list->back >= HISTORY_MOST)
            return;
    }
}

static void make_list(struct list *list, const struct watch *watch, int wanted,
                      const char *filter)
{
    *list = (struct list){
        .wanted = wanted < (int)COUNT(list->event) ? wanted : (int)COUNT(list->event)};
    filter_read(&list->filter, watch, filter);
    if (list->filter.err.text[0])
        return;
    if (list->filter.insns)
        pick_window(list, watch);
    else
        pick_history(list, watch);
}

/* --- one row ------------------------------------------------------------------------------- */

/* "hart 0", "DMA channel 0", "uart0": as `who` of a filter has it. */
static void put_who(struct buf *out, const struct watch *watch,
                    const struct event *event)
{
    const struct narrator narrator = {.run = watch->run};
    const struct event_field *actor = event_actor((enum event_kind)event->kind);

    if (actor)
        narrate_field(out, &narrator, event, actor);
}

static void draw_who(const struct watch *watch, struct canvas *canvas, int row, int col,
                     int room, const struct event *event)
{
    struct buf who = {0};

    put_who(&who, watch, event);
    canvas_text(canvas, row, col, room, ROLE_TEXT, buf_str(&who));
    buf_free(&who);
}

static void draw_event(const struct watch *watch, struct canvas *canvas,
                       struct area area, int row, const struct event *event,
                       enum role role)
{
    struct columns at = columns_of(area.cols);
    enum role quiet = role == ROLE_TEXT ? ROLE_QUIET : role;
    int col = area.col + 2, room = area.cols - 2;
    char moment[MOMENT_TEXT], cycle[TEXT_NUMBER];
    struct buf sentence = {0};

    if (at.sentence)
        canvas_printf(canvas, row, col, 11, quiet, "%11s",
                      text_count(cycle, event->cycle));
    if (at.moment)
        canvas_text(canvas, row, col + at.moment, 14, ROLE_QUIET,
                    moment_text(moment, step_seen(event), true));
    if (at.who)
        draw_who(watch, canvas, row, col + at.who, 16, event);
    if (at.kind)
        canvas_text(canvas, row, col + at.kind, 15, ROLE_QUIET,
                    event_infos[event->kind].name);
    say_event(&sentence, watch, event);
    canvas_text(canvas, row, col + at.sentence, room - at.sentence, role,
                buf_str(&sentence));
    buf_free(&sentence);
    canvas_thing(canvas, row, area.col, area.cols, THING_EVENT, "%s",
                 moment_text(moment, step_seen(event), false));
}

/* --- the list ------------------------------------------------------------------------------ */

static bool is_now(const struct watch *watch, const struct event *event)
{
    return watch->has_focus && moment_compare_events(&watch->focus, event) == 0 &&
           watch->focus.kind == event->kind;
}

static bool passes(void *ctx, const struct event *event)
{
    return filter_passes(ctx, event);
}

/* What comes next, where the run has been: with `┄`. */
static bool draw_next(const struct watch *watch, struct list *list,
                      struct canvas *canvas, struct area area)
{
    int row = area.row + area.rows - 1;
    struct event next;

    if (!watch->past || area.rows < 4 || list->filter.insns ||
        list->filter.err.text[0] ||
        !history_next(watch->history, passes, &list->filter, &next))
        return false;
    canvas_put(canvas, row, area.col, ROLE_QUIET, L'┄');
    draw_event(watch, canvas, area, row, &next, ROLE_QUIET);
    return true;
}

static void draw_rule(const struct list *list, const struct view_state *state,
                      struct canvas *canvas, struct area area)
{
    char note[VIEW_TEXT + 128];

    if (list->filter.err.text[0])
        snprintf(note, sizeof(note), "STOP %.80s", list->filter.err.text);
    else if (*state->filter)
        snprintf(note, sizeof(note), "%s", state->filter);
    else
        snprintf(note, sizeof(note),
                 "cycle, #instruction.event; instructions left out");
    canvas_rule(canvas, area.row, area.col, area.cols, "what happened", note);
}

/* How far it is scrolled up, back from the newest. */
static int scrolled(const struct view_state *state)
{
    return state->top < 0 ? -state->top : 0;
}

/* Why there are no more rows, or none. */
static void draw_empty(const struct list *list, struct canvas *canvas, struct area area)
{
    int row = area.row + 1, col = area.col + 2, room = area.cols - 2;
    char count[TEXT_NUMBER];

    if (list->filter.err.text[0])
        canvas_text(canvas, row, col, room, ROLE_STOP, list->filter.err.text);
    else if (list->more)
        canvas_printf(canvas, row, col, room, ROLE_QUIET,
                      "none in the last %s instructions",
                      text_count(count, list->back));
    else
        canvas_text(canvas, row, col, room, ROLE_QUIET,
                    list->filter.expr ? "none of these so far" : "nothing yet");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct list list;
    int rows = area.rows - 1, skip = scrolled(state), shown;

    make_list(&list, watch, rows + skip, state->filter);
    draw_rule(&list, state, canvas, area);
    if (!skip && draw_next(watch, &list, canvas, area))
        rows--;
    if (skip > list.count - rows)
        skip = list.count > rows ? list.count - rows : 0;
    shown = list.count - skip < rows ? list.count - skip : rows;
    for (int i = 0; i < shown; i++) {
        const struct event *event = list.event[skip + shown - 1 - i];
        bool now = is_now(watch, event);

        if (now)
            canvas_put(canvas, area.row + 1 + i, area.col, ROLE_HEAD, L'▸');
        draw_event(watch, canvas, area, area.row + 1 + i, event,
                   now ? ROLE_HEAD : ROLE_TEXT);
    }
    if (!shown)
        draw_empty(&list, canvas, area);
    state->shown = shown;
    filter_release(&list.filter);
}

const struct view events_view = {
    .name = "events",
    .help = "what happened last, a sentence an event, those that pass a filter",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 3,
    .newest_last = true,
    .wish = 11,
    .middle = 6,
    .low = 4,
    .tells = "info events",
    .draw = draw,
};
