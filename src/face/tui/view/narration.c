#include "face/tui/view/view.h"
#include "face/tui/view/wrap.h"
#include "face/tui/watch/history.h"
#include "observe/ask/step.h"

/* The event as a sentence, and what the scenario adds to it. */
static void put_telling(struct buf *out, const struct watch *watch,
                        const struct event *event)
{
    const struct narrator narrator = {watch->run, watch->subject->symbols,
                                      watch->subject->guest_symbols};
    const char *note = subject_note(watch->subject, event);
    struct buf text = {0};

    buf_clear(out);
    narrate(&text, &narrator, event);
    put_sentence(out, &narrator, buf_str(&text));
    buf_free(&text);
    if (note)
        buf_printf(out, " %s", note);
}

/* Upwards from `bottom`: the rows that are left above it. */
static int draw_telling(struct canvas *canvas, struct area area, int bottom,
                        const char *text, enum role role, const char *moment)
{
    int cols = area.cols - 2, lines = wrap_lines(text, cols), row = bottom - lines + 1;
    size_t next;

    for (int i = 0; i < lines; i++, row++) {
        size_t length = wrap_line(text, cols, &next);

        if (row > area.row) {
            canvas_printf(canvas, row, area.col + 2, cols, role, "%.*s", (int)length,
                          text);
            canvas_thing(canvas, row, area.col, area.cols, THING_EVENT, "%s", moment);
        }
        text += next;
    }
    return bottom - lines;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    int bottom = area.row + area.rows - 1, skip = state->top < 0 ? -state->top : 0;
    struct buf text = {0};
    char moment[MOMENT_TEXT];
    unsigned count;
    const struct event *events = history_events(watch->history, WATCH_WINDOW, &count);

    if (count < (unsigned)(area.rows + skip)) /* a sentence takes a row or more */
        events = history_events(watch->history, HISTORY_MOST, &count);

    canvas_rule(canvas, area.row, area.col, area.cols, "narration",
                "instructions left out");
    count = count > (unsigned)skip ? count - (unsigned)skip : 0;
    if (!count)
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "nothing to tell of yet");
    for (unsigned i = count; i-- > 0 && bottom > area.row;) {
        bool now =
            watch->has_focus && moment_compare_events(&watch->focus, &events[i]) == 0;
        int last = bottom;

        put_telling(&text, watch, &events[i]);
        bottom = draw_telling(canvas, area, bottom, buf_str(&text),
                              now ? ROLE_HEAD : ROLE_TEXT,
                              moment_text(moment, step_seen(&events[i]), false));
        if (now)
            canvas_put(canvas, bottom + 1 > area.row ? bottom + 1 : last, area.col,
                       ROLE_HEAD, L'▸');
    }
    buf_free(&text);
}

const struct view narration_view = {
    .name = "narration",
    .help = "what happened as a running text, the newest sentence last",
    .class = VIEW_DEVICES,
    .cols = 30,
    .rows = 3,
    .newest_last = true,
    .wide = 60,
    .tells = "narrate",
    .draw = draw,
};
