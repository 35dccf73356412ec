#include "face/tui/view/view.h"
#include "face/tui/watch/consoles.h"
#include "machine/device/uart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES = 64,
    LINE = 240,
    TAB = 8,
    LEAST = 12, /* columns: with fewer there is no room for what was typed */
};

/* What a terminal would show of it: the last lines. */
struct page {
    int cols;
    unsigned lines; /* so far; the newest is text[(lines - 1) % LINES] */
    char text[LINES][LINE + 1];
    int used;                                     /* of the newest */
    enum { PLAIN, ESCAPE, CONTROL, STRING } mode; /* inside an escape sequence */
};

static void new_line(struct page *page)
{
    page->text[page->lines++ % LINES][0] = '\0';
    page->used = 0;
}

static void put(struct page *page, char c)
{
    char *line = page->text[(page->lines - 1) % LINES];

    if (page->used == page->cols) {
        new_line(page);
        line = page->text[(page->lines - 1) % LINES];
    }
    line[page->used++] = c;
    line[page->used] = '\0';
}

/* Escape sequences (ECMA-48) change colours and move the cursor: they are left out. */
static bool is_escape(struct page *page, uint8_t c)
{
    switch (page->mode) {
    case ESCAPE:
        page->mode = c == '[' ? CONTROL : c == ']' ? STRING : PLAIN;
        return true;
    case CONTROL:
        if (c >= 0x40 && c < 0x7f)
            page->mode = PLAIN;
        return true;
    case STRING:
        if (c == '\a' || c == 0x1b)
            page->mode = c == 0x1b ? ESCAPE : PLAIN;
        return true;
    case PLAIN:
    default:
        page->mode = c == 0x1b ? ESCAPE : PLAIN;
        return c == 0x1b;
    }
}

static void take(struct page *page, uint8_t c)
{
    if (is_escape(page, c))
        return;
    if (c == '\n') {
        new_line(page);
    } else if (c == '\b') {
        if (page->used)
            page->text[(page->lines - 1) % LINES][--page->used] = '\0';
    } else if (c == '\t') {
        do
            put(page, ' ');
        while (page->used % TAB && page->used < page->cols);
    } else if (c >= ' ' && c < 0x7f) {
        put(page, (char)c);
    } else if (c >= 0x80) {
        put(page, '.');
    }
}

/* --- which UART --------------------------------------------------------------------------- */

/* By its number or its name; the first if nothing is asked for. */
static unsigned asked_for(const struct watch *watch, const char *about,
                          const struct device **device)
{
    unsigned number = 0;

    *device = NULL;
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *uart = watch->board->device[i];
        char text[16];

        if (uart->type != &uart_type)
            continue;
        snprintf(text, sizeof(text), "%u", number);
        if (!*about || strcmp(about, uart->name) == 0 || strcmp(about, text) == 0) {
            *device = uart;
            return number;
        }
        number++;
    }
    return CONSOLES;
}

/* What was typed last, with its line ends as letters. */
static void put_typed(struct buf *out, const uint16_t *chars, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t c = (uint8_t)chars[i];

        if (!(chars[i] & CONSOLE_INPUT))
            continue;
        if (c == '\r' || c == '\n')
            buf_text(out, "\\n");
        else if (c >= ' ' && c < 0x7f)
            buf_char(out, (char)c);
        else
            buf_printf(out, "\\x%02x", c);
    }
}

/* --- drawing ------------------------------------------------------------------------------- */

static void draw_typed(struct canvas *canvas, struct area area, const uint16_t *chars,
                       unsigned count)
{
    struct buf typed = {0};
    int room = area.cols - 10;
    const char *text;

    put_typed(&typed, chars, count);
    text = buf_str(&typed);
    if ((int)typed.size > room)
        text += typed.size - (size_t)room;
    canvas_printf(canvas, area.row + area.rows - 1, area.col, area.cols, ROLE_QUIET,
                  "  typed ▸ %s", text);
    buf_free(&typed);
}

static bool any_typed(const uint16_t *chars, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (chars[i] & CONSOLE_INPUT)
            return true;
    return false;
}

static void draw_page(const struct page *page, const struct view_state *state,
                      struct canvas *canvas, struct area area, int rows)
{
    int kept = page->lines < LINES ? (int)page->lines : LINES;
    int skip = state->top < 0 ? -state->top : 0, shown;

    if (skip > kept - rows)
        skip = kept > rows ? kept - rows : 0;
    shown = kept - skip < rows ? kept - skip : rows;
    for (int i = 0; i < shown; i++) {
        unsigned line = page->lines - (unsigned)(skip + shown - i);
        int row = area.row + 1 + i, used;

        used = canvas_text(canvas, row, area.col + 2, area.cols - 2, ROLE_TEXT,
                           page->text[line % LINES]);
        if (line + 1 != page->lines)
            continue;
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
        canvas_put(canvas, row, area.col + 2 + used, ROLE_CURSOR, L'_');
    }
}

static void draw_rule(struct canvas *canvas, struct area area,
                      const struct device *device, unsigned count, uint64_t lost)
{
    char title[48], note[64] = "";

    snprintf(title, sizeof(title), "console %s", device->name);
    if (lost)
        snprintf(note, sizeof(note), "%" PRIu64 " characters before are not kept",
                 lost);
    else if (!count)
        snprintf(note, sizeof(note), "nothing sent yet");
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_PART, "%s", device->name);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct console_events inside = {watch->count ? watch->events + watch->inside
                                                       : NULL,
                                          watch->count - watch->inside};
    struct page page = {.cols = area.cols - 3 < LINE ? area.cols - 3 : LINE};
    uint16_t chars[CONSOLE_CHARS];
    const struct device *device;
    unsigned uart = asked_for(watch, state->about, &device), count;
    uint64_t lost;
    bool typed;

    if (area.cols < LEAST) {
        view_draw_absent(&console_view, canvas, area, "too narrow");
        return;
    }
    if (!device) {
        view_draw_absent(&console_view, canvas, area, "the board has no such UART");
        return;
    }
    count = consoles_read(watch->consoles, inside, uart, chars, &lost);
    typed = area.rows >= 4 && any_typed(chars, count);
    new_line(&page);
    for (unsigned i = 0; i < count; i++)
        if (!(chars[i] & CONSOLE_INPUT))
            take(&page, (uint8_t)chars[i]);
    draw_rule(canvas, area, device, count, lost);
    draw_page(&page, state, canvas, area, area.rows - 1 - typed);
    if (typed)
        draw_typed(canvas, area, chars, count);
}

const struct view console_view = {
    .name = "console",
    .help = "what a UART has sent, as text, and what was typed to it",
    .class = VIEW_DEVICES,
    .cols = 20,
    .rows = 3,
    .newest_last = true,
    .wide = 60,
    .tells = "about uart0",
    .about = "[UART]",
    .draw = draw,
};
