#include "face/tui/sheet.h"

#include "face/tui/keys.h"

#include <stdio.h>
#include <string.h>

enum { LEAST = 24 /* columns */, INDENT = 4 /* of the rest of a line */ };

void sheet_open(struct sheet *sheet, const char *title)
{
    sheet->open = true;
    sheet->top = 0;
    snprintf(sheet->title, sizeof(sheet->title), "%s", title);
    buf_clear(&sheet->text);
}

void sheet_release(struct sheet *sheet)
{
    buf_free(&sheet->text);
    sheet->open = false;
}

/* --- keys ------------------------------------------------------------------------------ */

bool sheet_key(struct sheet *sheet, int code)
{
    int last = sheet->all - sheet->shown;

    switch (code) {
    case KEY_CODE_UP:
    case 'k':
        sheet->top--;
        break;
    case KEY_CODE_DOWN:
    case 'j':
        sheet->top++;
        break;
    case KEY_CODE_PAGE_UP:
        sheet->top -= sheet->shown;
        break;
    case KEY_CODE_PAGE_DOWN:
    case ' ':
        sheet->top += sheet->shown;
        break;
    case KEY_CODE_HOME:
        sheet->top = 0;
        break;
    case KEY_CODE_END:
        sheet->top = last;
        break;
    case '\r':
    case '\n':
    case 'q':
    case '?':
    case 0x1b:
    case KEY_CONTROL('c'):
        sheet->open = false;
        break;
    default:
        return false;
    }
    if (sheet->top > last)
        sheet->top = last;
    if (sheet->top < 0)
        sheet->top = 0;
    return true;
}

/* --- drawing --------------------------------------------------------------------------- */

/* How many bytes of a line fit in `room` columns: up to a blank, if there is one. */
static size_t fitting(const char *line, size_t length, int room)
{
    const char *at = line, *blank = NULL;
    int width = 0;

    for (; at < line + length && width < room; width++) {
        if (*at == ' ' && at > line)
            blank = at;
        glyph_next(&at);
    }
    if (at >= line + length)
        return length;
    if (*at == ' ' || !blank)
        return (size_t)(at - line);
    return (size_t)(blank - line);
}

/* Lays the text out in rows; draws those from `top` on (canvas NULL: none) and gives how
 * many there are. */
static int lay(const struct sheet *sheet, struct canvas *canvas, struct area area)
{
    const char *at = buf_str(&sheet->text);
    int row = 0, indent = 0;

    while (*at) {
        size_t left = strcspn(at, "\n"), length;
        int room = area.cols - indent;

        length = fitting(at, left, room);
        if (canvas && row >= sheet->top && row < sheet->top + area.rows)
            canvas_printf(canvas, area.row + row - sheet->top, area.col + indent, room,
                          ROLE_TEXT, "%.*s", (int)length, at);
        row++;
        indent = length < left ? INDENT : 0;
        at += length;
        at += *at == '\n' || (indent && *at == ' ');
    }
    return row;
}

static int widest(const struct sheet *sheet)
{
    const char *at = buf_str(&sheet->text);
    int most = text_width(sheet->title) + 4;

    while (*at) {
        size_t length = strcspn(at, "\n");
        int width = 0;

        for (const char *end = at + length; at < end; width++)
            glyph_next(&at);
        at += *at == '\n';
        most = width > most ? width : most;
    }
    return most;
}

static void draw_more(const struct sheet *sheet, struct canvas *canvas,
                      struct area frame)
{
    int below = sheet->all - sheet->top - sheet->shown, col = frame.col + 2;
    char more[64] = "";

    if (sheet->top && below)
        snprintf(more, sizeof(more), " +%d above, +%d below ", sheet->top, below);
    else if (sheet->top)
        snprintf(more, sizeof(more), " +%d above ", sheet->top);
    else if (below)
        snprintf(more, sizeof(more), " +%d below ", below);
    col += canvas_text(canvas, frame.row + frame.rows - 1, col, frame.cols - 4,
                       ROLE_HEAD, more);
    canvas_text(canvas, frame.row + frame.rows - 1, col, frame.cols - 4, ROLE_QUIET,
                more[0] ? " ↑ ↓ scroll, Esc closes " : " Esc closes ");
}

void sheet_draw(struct sheet *sheet, struct canvas *canvas)
{
    struct area frame = {.col = 1, .cols = widest(sheet) + 4}, text;

    if (frame.cols < LEAST)
        frame.cols = LEAST;
    if (frame.cols > canvas->cols - 2)
        frame.cols = canvas->cols - 2;
    text = (struct area){0, frame.col + 2, 0, frame.cols - 4};
    sheet->all = lay(sheet, NULL, text);
    sheet->shown = sheet->all;
    if (sheet->shown > canvas->rows - 6) /* when and what stay to be seen */
        sheet->shown = canvas->rows - 6;
    if (sheet->top > sheet->all - sheet->shown)
        sheet->top = sheet->all - sheet->shown;
    frame.rows = sheet->shown + 2;
    frame.row = canvas->rows - 1 - frame.rows;
    canvas_sheet(canvas, frame, sheet->title);
    text.row = frame.row + 1;
    text.rows = sheet->shown;
    lay(sheet, canvas, text);
    draw_more(sheet, canvas, frame);
}
