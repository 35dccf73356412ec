/* A picture as a page of HTML: text that can be read, searched and copied. */
#include "face/tui/picture/cells.h"
#include "face/tui/picture/picture.h"

#include <inttypes.h>

static void put_stretch(struct buf *out, const struct canvas *canvas,
                        const struct stretch *stretch, uint32_t ink, uint32_t paper)
{
    uint8_t attributes = stretch->look.attributes & (LOOK_BOLD | LOOK_UNDERLINE);
    uint32_t fg, bg;
    bool plain;

    look_colours(stretch->look, &fg, &bg);
    plain = (fg == ink && !attributes && bg == paper) ||
            (stretch_is_blank(canvas, stretch) && bg == paper);
    if (!plain)
        buf_printf(out, "<span style=\"color:#%06" PRIx32 "%s%s", fg,
                   attributes & LOOK_BOLD ? ";font-weight:bold" : "",
                   attributes & LOOK_UNDERLINE ? ";text-decoration:underline" : "");
    if (!plain && bg != paper)
        buf_printf(out, ";background:#%06" PRIx32, bg);
    if (!plain)
        buf_text(out, "\">");
    stretch_text(out, canvas, stretch, true);
    if (!plain)
        buf_text(out, "</span>");
}

void picture_html(struct buf *out, const struct canvas *canvas, enum theme theme)
{
    uint32_t ink, paper;

    look_colours(theme_look(theme, ROLE_TEXT), &ink, &paper);
    buf_printf(out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
               "<title>Ringside</title>\n"
               "<pre style=\"font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;"
               "line-height:1.2;display:inline-block;padding:1ch;color:#%06" PRIx32
               ";background:#%06" PRIx32 "\">\n",
               ink, paper);
    for (int row = 0; row < canvas->rows; row++) {
        for (int col = 0; col < canvas->cols;) {
            struct stretch stretch = stretch_at(canvas, theme, row, col);

            put_stretch(out, canvas, &stretch, ink, paper);
            col += stretch.cols;
        }
        buf_char(out, '\n');
    }
    buf_text(out, "</pre>\n</html>\n");
}
