#ifndef FACE_GDB_GDB_ROWS_H
#define FACE_GDB_GDB_ROWS_H

#include "control/command/command.h"

/* `gdbserver` of a session; ends with a NULL name. */
extern const struct command gdb_commands[];

#endif
