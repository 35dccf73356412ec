#ifndef FACE_TUI_TUI_H
#define FACE_TUI_TUI_H

#include "face/tui/viewer/viewer.h"

/* Takes the terminal and lets keys drive the viewer until it quits. */
void tui_loop(struct viewer *viewer);

#endif
