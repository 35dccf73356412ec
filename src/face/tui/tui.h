#ifndef FACE_TUI_TUI_H
#define FACE_TUI_TUI_H

#include "face/tui/session.h"

/* Takes the terminal and lets keys drive the session until it quits. */
void tui_loop(struct session *session);

#endif
