#ifndef FACE_TUI_VIEW_WRAP_H
#define FACE_TUI_VIEW_WRAP_H

#include <stddef.h>

/* Bytes of the text that fit into a line of `cols` columns: up to a blank where there is
 * one; *next is where the line after it begins. */
size_t wrap_line(const char *text, int cols, size_t *next);

/* Lines that the text takes. */
int wrap_lines(const char *text, int cols);

#endif
