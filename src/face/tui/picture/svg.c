/* A picture as SVG 1.1: a rectangle for each background, a text for each stretch. */
#include "face/tui/picture/cells.h"
#include "face/tui/picture/picture.h"

#include <inttypes.h>

enum { CELL = 9, LINE = 18, BASE = 14, FONT = 15 }; /* pixels */

static void put_background(struct buf *out, const struct stretch *stretch,
                           uint32_t colour)
{
    buf_printf(out,
               "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06" PRIx32
               "\"/>\n",
               stretch->col * CELL, stretch->row * LINE, stretch->cols * CELL, LINE,
               colour);
}

static void put_stretch(struct buf *out, const struct canvas *canvas,
                        const struct stretch *stretch, uint32_t paper)
{
    uint32_t fg, bg;

    look_colours(stretch->look, &fg, &bg);
    if (bg != paper)
        put_background(out, stretch, bg);
    if (stretch_is_blank(canvas, stretch))
        return;
    buf_printf(
        out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06" PRIx32 "\"%s%s>",
        stretch->col * CELL, stretch->row * LINE + BASE, stretch->cols * CELL, fg,
        stretch->look.attributes & LOOK_BOLD ? " font-weight=\"bold\"" : "",
        stretch->look.attributes & LOOK_UNDERLINE ? " text-decoration=\"underline\""
                                                  : "");
    stretch_text(out, canvas, stretch, true);
    buf_text(out, "</text>\n");
}

void picture_svg(struct buf *out, const struct canvas *canvas, enum theme theme)
{
    int width = canvas->cols * CELL, height = canvas->rows * LINE;
    uint32_t fg, paper;

    look_colours(theme_look(theme, ROLE_TEXT), &fg, &paper);
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
               "viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, "
               "monospace\" font-size=\"%d\" xml:space=\"preserve\">\n"
               "<title>Ringside, %d columns by %d rows</title>\n"
               "<rect width=\"100%%\" height=\"100%%\" fill=\"#%06" PRIx32 "\"/>\n",
               width, height, width, height, FONT, canvas->cols, canvas->rows, paper);
    for (int row = 0; row < canvas->rows; row++)
        for (int col = 0; col < canvas->cols;) {
            struct stretch stretch = stretch_at(canvas, theme, row, col);

            put_stretch(out, canvas, &stretch, paper);
            col += stretch.cols;
        }
    buf_text(out, "</svg>\n");
}
