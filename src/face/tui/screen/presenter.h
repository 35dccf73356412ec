#ifndef FACE_TUI_SCREEN_PRESENTER_H
#define FACE_TUI_SCREEN_PRESENTER_H

#include "face/tui/screen/screen.h"

/*
 * The screen for a projector: the sentence, one picture, two lanes, a question or a
 * remark. The picture is the stage without numbers, or the pane in the spotlight.
 */
void presenter_draw(struct screen *screen, struct canvas *canvas);

/* The sentence without addresses. */
void presenter_sentence(const struct screen *screen, struct buf *out);

#endif
