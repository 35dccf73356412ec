#ifndef FACE_TUI_SCREEN_TINY_H
#define FACE_TUI_SCREEN_TINY_H

#include "face/tui/screen/screen.h"

/* Screens without room for panes. */

/* The sentence, the path of what moves, one lane. */
void tiny_draw(struct screen *screen, struct canvas *canvas);

/* Less than that: says what is needed, and the sentence if it fits. */
void tiny_refuse(const struct screen *screen, struct canvas *canvas);

#endif
