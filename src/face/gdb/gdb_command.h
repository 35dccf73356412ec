#ifndef FACE_GDB_GDB_COMMAND_H
#define FACE_GDB_GDB_COMMAND_H

#include "control/command/command.h"

/* `gdbserver ADDRESS` of a session; ends with a NULL name. */
extern const struct command gdb_commands[];

/* `ringside gdbserver FILE ADDRESS`. */
int command_gdbserver(int argc, char **argv);

#endif
