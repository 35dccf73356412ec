#include "face/tui/view/view.h"
#include "face/tui/watch/say.h"

#include <inttypes.h>

/* "#115,210.2": the moment at which one has just seen the event. */
static int draw_moment(struct canvas *canvas, int row, int col, int room,
                       enum role role, const struct event *event)
{
    char moment[MOMENT_TEXT], cycle[TEXT_NUMBER];

    canvas_printf(canvas, row, col, 11, role, "%11s", text_count(cycle, event->cycle));
    return 13 + canvas_text(canvas, row, col + 13, room - 13, ROLE_QUIET,
                            moment_text(moment, moment_after_event(event), true));
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    int rows = area.rows - 1;
    uint64_t from = watch->facts.recents > (uint64_t)rows
                        ? watch->facts.recents - (uint64_t)rows
                        : 0;
    struct buf sentence = {0};

    (void)state;
    canvas_rule(canvas, area.row, area.col, area.cols, "what happened",
                "cycle, #instruction.event; instructions left out");
    for (uint64_t i = from; i < watch->facts.recents; i++) {
        const struct event *event = &watch->facts.recent[i % FACTS_RECENT];
        int row = area.row + 1 + (int)(i - from), col = area.col + 2;
        bool now = watch->focus.retired == event->retired &&
                   watch->focus.order == event->order &&
                   watch->focus.kind == event->kind;

        if (now)
            canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
        draw_moment(canvas, row, col, area.cols - 2, now ? ROLE_HEAD : ROLE_QUIET,
                    event);
        buf_clear(&sentence);
        say_event(&sentence, watch, event);
        canvas_text(canvas, row, col + 28, area.cols - 30, now ? ROLE_HEAD : ROLE_TEXT,
                    buf_str(&sentence));
    }
    buf_free(&sentence);
}

const struct view events_view = {
    .name = "events",
    .help = "what happened last, a sentence an event",
    .class = VIEW_DEVICES,
    .cols = 40,
    .rows = 3,
    .wish = 11,
    .middle = 6,
    .low = 4,
    .tells = "info events",
    .draw = draw,
};
