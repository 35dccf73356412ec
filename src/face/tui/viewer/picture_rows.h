#ifndef FACE_TUI_VIEWER_PICTURE_ROWS_H
#define FACE_TUI_VIEWER_PICTURE_ROWS_H

#include "control/command/command.h"

/* screenshot, cast, mouse; ends with a NULL name. */
extern const struct command picture_commands[];

#endif
