#ifndef FACE_BOOT_COMMAND_H
#define FACE_BOOT_COMMAND_H

/*
 * `ringside boot`: runs a program on a board, with standard input and output as its
 * console. The status is what the program ends with, or one of these.
 */
enum {
    BOOT_NOTHING = 123, /* every hart waits, and nothing is due or can come */
    BOOT_BUDGET = 124,  /* --max-instructions were executed */
    BOOT_BROKEN = 125   /* our own failure */
};

int command_boot(int argc, char **argv);

#endif
