/* Frames as a terminal takes them: ECMA-48 control sequences, 256 colours. */
#include "face/tui/picture/cells.h"
#include "face/tui/picture/picture.h"

#include <string.h>

static void put_look(struct buf *out, struct look look)
{
    buf_text(out, "\033[0");
    if (look.attributes & LOOK_BOLD)
        buf_text(out, ";1");
    if (look.attributes & LOOK_DIM)
        buf_text(out, ";2");
    if (look.attributes & LOOK_UNDERLINE)
        buf_text(out, ";4");
    if (look.attributes & LOOK_REVERSE)
        buf_text(out, ";7");
    if (look.fg >= 0)
        buf_printf(out, ";38;5;%d", look.fg);
    if (look.bg >= 0)
        buf_printf(out, ";48;5;%d", look.bg);
    buf_char(out, 'm');
}

static bool is_same(const struct canvas *canvas, const struct canvas *before, int row,
                    int col, int cols)
{
    size_t at = (size_t)row * (size_t)canvas->cols + (size_t)col;

    for (size_t i = at; i < at + (size_t)cols; i++)
        if (canvas->cells[i].glyph != before->cells[i].glyph ||
            canvas->cells[i].role != before->cells[i].role)
            return false;
    return true;
}

void picture_ansi(struct buf *out, const struct canvas *canvas,
                  const struct canvas *before, enum theme theme)
{
    bool whole =
        !before || before->rows != canvas->rows || before->cols != canvas->cols;

    if (whole)
        buf_text(out, "\033[?25l\033[2J");
    for (int row = 0; row < canvas->rows; row++)
        for (int col = 0; col < canvas->cols;) {
            struct stretch stretch = stretch_at(canvas, theme, row, col);

            col += stretch.cols;
            if (!whole && is_same(canvas, before, row, stretch.col, stretch.cols))
                continue;
            buf_printf(out, "\033[%d;%dH", row + 1, stretch.col + 1);
            put_look(out, stretch.look);
            stretch_text(out, canvas, &stretch, false);
        }
}
