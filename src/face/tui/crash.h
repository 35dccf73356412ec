#ifndef FACE_TUI_CRASH_H
#define FACE_TUI_CRASH_H

/*
 * The terminal is restored also by a program that crashes: handlers of the signals of
 * faults write what ends the screen, set the terminal's modes as they were, and let the
 * signal do what it would have done.
 */

/* To be called before anybody has changed the terminal's modes. */
void crash_prepare(void);
void crash_forget(void);

#endif
