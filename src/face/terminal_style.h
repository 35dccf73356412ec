#ifndef FACE_TERMINAL_STYLE_H
#define FACE_TERMINAL_STYLE_H

#include "base/err.h"
#include "base/style.h"

#include <stdio.h>

/* --color WHEN: auto, always or never. */
bool color_check(const char *when, struct err *err);

/* How text on that file looks: by --color, NO_COLOR, whether it is a terminal and how wide,
 * and by the locale that the environment names. Where it is none it has `otherwise`
 * columns. */
struct text_style terminal_style(FILE *file, const char *color, unsigned otherwise);

/* Columns of the terminal that the file is; 0: it is none. */
size_t terminal_width(FILE *file);

#endif
