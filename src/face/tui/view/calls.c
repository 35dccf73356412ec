#include "base/path.h"
#include "face/tui/view/pin.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * The call stack of a hart: who called whom, the innermost first, how that is known, and
 * where knowledge ends.
 */
enum {
    NUMBER = 1,      /* columns before a frame's number */
    PLACE = 6,       /* ... before where it is */
    WHERE = 34,      /* columns of that */
    KNOWN_FROM = 60, /* columns from which it is told how a call is known */
    WIDE_FROM = 96   /* ... from which addresses have a column */
};

/* Is what the window shows all that has happened? */
static bool since_reset(const struct watch *watch)
{
    return watch->now.retired <= WATCH_WINDOW;
}

/* "walk+28, walk.c:33" */
static void put_place(const struct watch *watch, const struct call_frame *frame,
                      char *text, size_t room)
{
    bool in_guest = frame->mode & MODE_VIRTUAL;
    const struct symbols *symbols = subject_symbols(watch->subject, in_guest);
    const struct lines *lines = subject_lines(watch->subject, in_guest);
    const struct symbol *symbol = symbols ? symbols_at(symbols, frame->at) : NULL;
    const struct line *line = lines ? lines_at(lines, frame->at) : NULL;
    size_t used = 0;

    if (symbol && frame->at > symbol->address)
        used = (size_t)snprintf(text, room, "%.32s +%" PRIx64, symbol->name,
                                frame->at - symbol->address);
    else if (symbol)
        used = (size_t)snprintf(text, room, "%.32s", symbol->name);
    else
        used = (size_t)snprintf(text, room, "%08" PRIx64, frame->at);
    if (line && used < room)
        snprintf(text + used, room - used, "  %.32s:%" PRIu32,
                 path_base(lines->file[line->file]), line->line);
}

static void draw_frame(const struct watch *watch, struct canvas *canvas, struct area at,
                       unsigned number, const struct call_frame *frame)
{
    int address = at.cols >= WIDE_FROM ? 18 : 0, place_at = at.col + PLACE + address;
    int end = at.col + at.cols, known = at.cols < KNOWN_FROM ? end : place_at + WHERE;
    bool here = frame->known == CALL_HERE;
    enum role role = here ? ROLE_HEAD : ROLE_TEXT;
    char place[112], text[CALL_TEXT];

    canvas_printf(canvas, at.row, at.col + NUMBER, 3, ROLE_QUIET, "%2u", number);
    if (here)
        canvas_put(canvas, at.row, at.col, ROLE_HEAD, L'▸');
    if (address)
        canvas_printf(canvas, at.row, at.col + PLACE, 17, ROLE_QUIET, "%08" PRIx64,
                      frame->at);
    put_place(watch, frame, place, sizeof(place));
    canvas_text(canvas, at.row, place_at, known - place_at - (known < end), role,
                place);
    if (known < end)
        canvas_text(canvas, at.row, known, end - known,
                    frame->known == CALL_READ ? ROLE_NOBODY : ROLE_QUIET,
                    call_text(text, frame));
    else if (frame->known == CALL_READ || frame->known == CALL_TRAPPED)
        canvas_put(canvas, at.row, at.col + PLACE - 2, ROLE_QUIET,
                   frame->known == CALL_READ ? '?' : 't');
    canvas_thing(canvas, at.row, at.col, at.cols, THING_CODE, "0x%" PRIx64, frame->at);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const char *rest;
    unsigned hart = pin_hart(watch, state->about, &rest);
    struct area at = {area.row + 1, area.col, 1, area.cols};
    struct call_stack stack;
    char title[40];
    int rows = area.rows - 1;

    call_stack_find(&stack, &watch->calls[hart], &watch->board->hart[hart],
                    subject_symbols(watch->subject, false),
                    subject_symbols(watch->subject, true), since_reset(watch));
    snprintf(title, sizeof(title), "calls of hart %u", hart);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "innermost first");
    state->shown = rows;
    state->all = (int)stack.count + 1;
    for (int i = state->top; i < (int)stack.count && rows > 0; i++, at.row++, rows--)
        draw_frame(watch, canvas, at, (unsigned)i, &stack.frame[i]);
    if (rows > 0)
        canvas_printf(canvas, at.row, at.col + PLACE, at.cols - PLACE, ROLE_QUIET, "%s",
                      stack.end);
}

const struct view calls_view = {
    .name = "calls",
    .help = "the call stack of a hart, and how each call is known",
    .class = VIEW_INSTRUCTIONS,
    .cols = 34,
    .rows = 3,
    .wide = 50,
    .wish = 10,
    .tells = "info calls",
    .about = "[hart N]",
    .draw = draw,
};
