#ifndef FACE_GDB_GDB_COMMAND_H
#define FACE_GDB_GDB_COMMAND_H

/* `ringside gdbserver`: serves a scenario or program to GDB. */
int command_gdbserver(int argc, char **argv);

#endif
