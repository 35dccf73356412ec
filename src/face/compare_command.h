#ifndef FACE_COMPARE_COMMAND_H
#define FACE_COMPARE_COMMAND_H

/* `ringside compare`. Gives the exit status. */
int command_compare(int argc, char **argv);

#endif
