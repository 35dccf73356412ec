#ifndef FACE_SHELL_SHELL_ROWS_H
#define FACE_SHELL_SHELL_ROWS_H

#include "control/command/command.h"

/* The shell's own commands; ends with a NULL name. */
extern const struct command shell_commands[];

#endif
