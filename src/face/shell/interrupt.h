#ifndef FACE_SHELL_INTERRUPT_H
#define FACE_SHELL_INTERRUPT_H

#include <stdbool.h>

/* Ctrl-C: it stops what the shell is doing, not the shell. */
void interrupt_catch(void);
void interrupt_clear(void);

/* Has it come since the last interrupt_clear? */
bool interrupt_came(void *unused);

#endif
