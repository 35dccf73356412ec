#include "face/tui/picture/cells.h"

enum { PAPER = 0xffffff, INK = 0x000000 };

static const struct canvas_cell *cell_at(const struct canvas *canvas, int row, int col)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col];
}

struct stretch stretch_at(const struct canvas *canvas, enum theme theme, int row,
                          int col)
{
    uint8_t role = cell_at(canvas, row, col)->role;
    struct stretch stretch = {row, col, 1, theme_look(theme, (enum role)role)};

    while (col + stretch.cols < canvas->cols &&
           cell_at(canvas, row, col + stretch.cols)->role == role)
        stretch.cols++;
    return stretch;
}

static void put_glyph(struct buf *out, uint32_t glyph, bool escape)
{
    char text[5];

    if (!glyph) /* the second half of a wide sign */
        return;
    if (escape && glyph == '<')
        buf_text(out, "&lt;");
    else if (escape && glyph == '>')
        buf_text(out, "&gt;");
    else if (escape && glyph == '&')
        buf_text(out, "&amp;");
    else
        buf_add(out, text, (size_t)glyph_utf8(glyph, text));
}

void stretch_text(struct buf *out, const struct canvas *canvas,
                  const struct stretch *stretch, bool escape)
{
    for (int i = 0; i < stretch->cols; i++)
        put_glyph(out, cell_at(canvas, stretch->row, stretch->col + i)->glyph, escape);
}

bool stretch_is_blank(const struct canvas *canvas, const struct stretch *stretch)
{
    for (int i = 0; i < stretch->cols; i++)
        if (cell_at(canvas, stretch->row, stretch->col + i)->glyph != ' ')
            return false;
    return true;
}

void look_colours(struct look look, uint32_t *fg, uint32_t *bg)
{
    uint32_t ink = look.fg < 0 ? INK : theme_rgb(look.fg);
    uint32_t paper = look.bg < 0 ? PAPER : theme_rgb(look.bg);
    bool reverse = look.attributes & LOOK_REVERSE;

    *fg = reverse ? paper : ink;
    *bg = reverse ? ink : paper;
}
