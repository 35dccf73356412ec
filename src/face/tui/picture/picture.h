#ifndef FACE_TUI_PICTURE_PICTURE_H
#define FACE_TUI_PICTURE_PICTURE_H

#include "base/err.h"
#include "face/tui/canvas/canvas.h"

/*
 * Pictures of what is on the screen: text, SVG and HTML as files, and frames in the control
 * sequences of a terminal for casts.
 */

/* Writes a picture, whose form is that of the file's name: .txt, .svg or .html. */
bool picture_write(const struct canvas *canvas, enum theme theme, const char *file,
                   struct err *err);

void picture_svg(struct buf *out, const struct canvas *canvas, enum theme theme);
void picture_html(struct buf *out, const struct canvas *canvas, enum theme theme);

/* The control sequences (ECMA-48; SGR colours of 256 indices) that make a terminal with
 * `before` on it show `canvas`. NULL, or another size: they begin with clearing it. */
void picture_ansi(struct buf *out, const struct canvas *canvas,
                  const struct canvas *before, enum theme theme);

#endif
