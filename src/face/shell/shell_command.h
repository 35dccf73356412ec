#ifndef FACE_SHELL_SHELL_COMMAND_H
#define FACE_SHELL_SHELL_COMMAND_H

/* `ringside shell [FILE]` */
int command_shell(int argc, char **argv);

#endif
