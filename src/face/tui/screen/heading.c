/* The rows at the top: when it is, what happens, why. */
#include "face/tui/screen/heading.h"

#include "face/tui/canvas/lines.h"
#include "face/tui/watch/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    HIGH = 36,  /* rows from which there is a row for why */
    NARROW = 60 /* columns below which the moment has no room */
};

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

    if (screen->held) {
        snprintf(tag, 64, " HELD ");
        return ROLE_HELD;
    }
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

void heading_title(const struct screen *screen, struct canvas *canvas)
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
    text_count(cycle, watch->cycle);
    if (canvas->cols < NARROW)
        snprintf(when, sizeof(when), "%s", cycle);
    else
        snprintf(when, sizeof(when), "cycle %s  %s", cycle,
                 moment_text(moment, watch->now, true));
    width = text_width(when);
    canvas_text(canvas, 0, left - width, width, ROLE_TEXT, when);
    canvas_text(canvas, 0, 1, 8, ROLE_HEAD, "Ringside");
    draw_name(watch, canvas, left - width - 13);
}

void heading_sentence(const struct screen *screen, struct buf *text)
{
    const struct watch *watch = screen->watch;

    if (screen->mode == SCREEN_ENDED)
        buf_text(text, screen->ended);
    else if (watch->has_focus)
        say_event(text, watch, &watch->focus);
    else
        buf_text(text, "Nothing has happened yet. n executes the first instruction, "
                       "? tells the keys.");
}

/* Row 3: the question that the step is held for, or why and what comes next. */
static void draw_why(const struct screen *screen, struct canvas *canvas, int row)
{
    struct buf text = {0};

    if (screen->held)
        buf_text(&text, "the machine waits for your answer, then the step shows it");
    else
        say_why(&text, screen->watch);
    canvas_text(canvas, row, 1, canvas->cols - 2, ROLE_QUIET, buf_str(&text));
    buf_free(&text);
}

int heading_draw(const struct screen *screen, struct canvas *canvas)
{
    bool high = canvas->rows >= HIGH && canvas->cols >= 100;
    struct area area = {1, 1, high ? 1 : 2, canvas->cols - 2};
    struct buf text = {0};

    heading_title(screen, canvas);
    heading_sentence(screen, &text);
    if (!high && say_note(screen->watch))
        buf_printf(&text, " %s", say_note(screen->watch));
    lines_draw(canvas, area, ROLE_HEAD, buf_str(&text));
    buf_free(&text);
    if (high)
        draw_why(screen, canvas, area.row + area.rows);
    return area.row + area.rows + high;
}
