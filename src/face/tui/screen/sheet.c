#include "face/tui/screen/sheet.h"

#include "face/tui/canvas/lines.h"
#include "face/tui/screen/codes.h"

#include <stdio.h>
#include <string.h>

enum {
    LEAST = 24, /* columns */
    INDENT = 4, /* of the rest of a line */
    ASIDE = 8,  /* columns that tables are moved by */
    BESIDE = 2, /* columns of the screen at its sides */
    EDGES = 4   /* columns of its own sides */
};

void sheet_open(struct sheet *sheet, const char *title)
{
    sheet->open = true;
    sheet->top = sheet->left = 0;
    snprintf(sheet->title, sizeof(sheet->title), "%s", title);
    buf_clear(&sheet->text);
}

void sheet_release(struct sheet *sheet)
{
    buf_free(&sheet->text);
    sheet->open = false;
}

/* --- keys ------------------------------------------------------------------------------ */

static bool closes(int code)
{
    return code == '\r' || code == '\n' || code == 'q' || code == '?' || code == 0x1b ||
           code == KEY_CONTROL('c');
}

static void scroll(struct sheet *sheet, int by)
{
    sheet->top += by;
    if (sheet->top > sheet->all - sheet->shown)
        sheet->top = sheet->all - sheet->shown;
    if (sheet->top < 0)
        sheet->top = 0;
}

static void move_aside(struct sheet *sheet, int by)
{
    sheet->left += by;
    if (sheet->left > sheet->cut)
        sheet->left = sheet->cut;
    if (sheet->left < 0)
        sheet->left = 0;
}

/* A sheet that is wholly seen takes no keys but those that close it. */
bool sheet_key(struct sheet *sheet, int code)
{
    bool high = sheet->all > sheet->shown, wide = sheet->cut > 0;

    if (closes(code))
        sheet->open = false;
    else if (high && (code == KEY_CODE_UP || code == 'k'))
        scroll(sheet, -1);
    else if (high && (code == KEY_CODE_DOWN || code == 'j'))
        scroll(sheet, 1);
    else if (high && code == KEY_CODE_PAGE_UP)
        scroll(sheet, -sheet->shown);
    else if (high && (code == KEY_CODE_PAGE_DOWN || code == ' '))
        scroll(sheet, sheet->shown);
    else if (high && code == KEY_CODE_HOME)
        scroll(sheet, -sheet->all);
    else if (high && code == KEY_CODE_END)
        scroll(sheet, sheet->all);
    else if (wide && code == KEY_CODE_LEFT)
        move_aside(sheet, -ASIDE);
    else if (wide && code == KEY_CODE_RIGHT)
        move_aside(sheet, ASIDE);
    else
        return false;
    return true;
}

/* --- drawing --------------------------------------------------------------------------- */

static void draw_part(const struct sheet *sheet, struct canvas *canvas,
                      struct area area, int row, const char *text, size_t length)
{
    if (canvas && row >= sheet->top && row < sheet->top + area.rows)
        canvas_printf(canvas, area.row + row - sheet->top, area.col, area.cols,
                      ROLE_TEXT, "%.*s", (int)length, text);
}

/* A row of a table, without the columns that lie left of the sheet; of a wide sign at the
 * edge, half of which would be seen, a blank stands. */
static void draw_row(const struct sheet *sheet, struct canvas *canvas, struct area area,
                     int row, const char *text, size_t length)
{
    const char *from = text;
    int width = 0;

    while (width < sheet->left && from < text + length)
        width += glyph_width(glyph_next(&from));
    if (width > sheet->left) {
        area.col++;
        area.cols--;
    }
    draw_part(sheet, canvas, area, row, from, (size_t)(text + length - from));
}

/* Draws a line in as many rows as it takes, and gives how many these are. */
static int draw_line(const struct sheet *sheet, struct canvas *canvas, struct area area,
                     int row, const char *line, size_t left)
{
    int rows = 0, indent = 0;

    do {
        struct area part = {area.row, area.col + indent, area.rows, area.cols - indent};
        size_t length = lines_first(line, left, part.cols);

        draw_part(sheet, canvas, part, row + rows, line, length);
        rows++;
        indent = INDENT;
        line += length;
        left -= length;
        if (left && *line == ' ') {
            line++;
            left--;
        }
    } while (left);
    return rows;
}

/* Lays the text out in rows; draws those from `top` on (canvas NULL: none) and gives how
 * many there are. */
static int lay(const struct sheet *sheet, struct canvas *canvas, struct area area)
{
    const char *at = buf_str(&sheet->text);
    int row = 0;

    while (*at) {
        size_t length = strcspn(at, "\n");

        if (*at == SHEET_ROW)
            draw_row(sheet, canvas, area, row++, at + 1, length - 1);
        else
            row += draw_line(sheet, canvas, area, row, at, length);
        at += length;
        at += *at == '\n';
    }
    return row;
}

/* The widest line; of tables only. */
static int widest(const struct sheet *sheet, bool tables)
{
    const char *at = buf_str(&sheet->text);
    int most = 0;

    while (*at) {
        const char *end = at + strcspn(at, "\n");
        bool is_row = *at == SHEET_ROW;
        int width = 0;

        for (at += is_row; at < end;)
            width += glyph_width(glyph_next(&at));
        if (width > most && (is_row || !tables))
            most = width;
        at += *at == '\n';
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
    if (more[0])
        col += canvas_text(canvas, frame.row + frame.rows - 1, col, frame.cols - 4,
                           ROLE_QUIET, " ↑ ↓ scroll ");
    if (sheet->cut)
        col += canvas_text(canvas, frame.row + frame.rows - 1, col, frame.cols - 4,
                           ROLE_QUIET, " ← → more columns ");
    canvas_text(canvas, frame.row + frame.rows - 1, col, frame.cols - 4, ROLE_QUIET,
                " Esc closes ");
}

int sheet_room(const struct canvas *canvas)
{
    return canvas->cols - BESIDE - EDGES;
}

void sheet_draw(struct sheet *sheet, struct canvas *canvas)
{
    struct area frame = {.col = 1, .cols = widest(sheet, false) + EDGES}, text;

    if (frame.cols < text_width(sheet->title) + 8)
        frame.cols = text_width(sheet->title) + 8;
    if (frame.cols < LEAST)
        frame.cols = LEAST;
    if (frame.cols > canvas->cols - BESIDE)
        frame.cols = canvas->cols - BESIDE;
    text = (struct area){0, frame.col + 2, 0, frame.cols - EDGES};
    sheet->cut = widest(sheet, true) - text.cols;
    if (sheet->cut < 0)
        sheet->cut = 0;
    if (sheet->left > sheet->cut)
        sheet->left = sheet->cut;
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
