#include "face/tui/canvas/lines.h"

#include <string.h>

size_t lines_first(const char *text, size_t length, int cols)
{
    const char *at = text, *blank = NULL;
    int width = 0;

    while (at < text + length) {
        const char *next = at;

        width += glyph_width(glyph_next(&next));
        if (width > cols && at > text)
            return (size_t)((*at == ' ' || !blank ? at : blank) - text);
        if (*at == ' ' && at > text)
            blank = at;
        at = next;
    }
    return length;
}

static int lay(struct canvas *canvas, struct area area, enum role role,
               const char *text)
{
    int rows = 0;

    while (*text && area.cols > 0 && (!canvas || rows < area.rows)) {
        size_t length = lines_first(text, strcspn(text, "\n"), area.cols);

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
