#ifndef FACE_TUI_VIEWER_ROWS_H
#define FACE_TUI_VIEWER_ROWS_H

#include "control/command/command.h"

/* Commands about the screen; ends with a NULL name. */
extern const struct command viewer_commands[];

/* The session's extra that is the viewer (session_extra). */
extern const char viewer_key[];

#endif
