#ifndef FACE_SHELL_OPEN_COMMAND_H
#define FACE_SHELL_OPEN_COMMAND_H

/* `ringside open FILE.db` */
int command_open(int argc, char **argv);

/* `ringside resume [NAME]` */
int command_resume(int argc, char **argv);

#endif
