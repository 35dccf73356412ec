#ifndef FACE_RUN_COMMAND_H
#define FACE_RUN_COMMAND_H

/* `ringside run`: runs the variants of a scenario and judges them. */
int command_run(int argc, char **argv);

#endif
