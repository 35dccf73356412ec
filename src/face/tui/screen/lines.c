#include "face/tui/screen/lines.h"

#include <string.h>

/* Bytes of the row that text begins with: up to a blank or a line's end, if it is too long. */
static size_t first_row(const char *text, int cols)
{
    const char *at = text, *blank = NULL;

    for (int width = 0; *at && *at != '\n';) {
        const char *next = at;
        int wide = glyph_width(glyph_next(&next));

        if (width + wide > cols)
            return blank ? (size_t)(blank - text) : (size_t)(at - text);
        if (*at == ' ')
            blank = at;
        width += wide;
        at = next;
    }
    return (size_t)(at - text);
}

static int lay(struct canvas *canvas, struct area area, enum role role,
               const char *text)
{
    int rows = 0;

    while (*text && area.cols > 0 && (!canvas || rows < area.rows)) {
        size_t length = first_row(text, area.cols);

        if (canvas && rows + 1 == area.rows) /* the last row has the rest, or ".." */
            canvas_text(canvas, area.row + rows, area.col, area.cols, role, text);
        else if (canvas)
            canvas_printf(canvas, area.row + rows, area.col, area.cols, role, "%.*s",
                          (int)length, text);
        rows++;
        text += length;
        text += *text == ' ' || *text == '\n';
    }
    return rows;
}

int lines_count(const char *text, int cols)
{
    return lay(NULL, (struct area){0, 0, 0, cols}, ROLE_TEXT, text);
}

int lines_draw(struct canvas *canvas, struct area area, enum role role,
               const char *text)
{
    return lay(canvas, area, role, text);
}
