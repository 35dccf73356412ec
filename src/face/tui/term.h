#ifndef FACE_TUI_TERM_H
#define FACE_TUI_TERM_H

#include "base/err.h"
#include "face/tui/canvas/canvas.h"
#include "face/tui/screen/keys.h"

/* The terminal. Its file is the only one that knows curses. */
struct term_options {
    enum theme theme;
    bool ascii; /* signs of ASCII only */
};

/* Can the terminal be told where to write? */
bool term_places_cursor(void);

/* Takes the screen; false with the reason if the terminal cannot be used. */
bool term_open(const struct term_options *options, struct err *err);
void term_close(void);

/* Has a signal come that ends the process? term_close lets it, once the terminal is as it
 * was. */
bool term_killed(void);

void term_size(int *rows, int *cols);
enum tier term_tier(void);

/* May a few cells be drawn quickly one after the other? Not over a slow line. */
bool term_is_fast(void);

/* From the next term_show on; as much of it as the terminal can. */
void term_use_theme(enum theme theme);

/* Brings what has changed to the screen; nothing is written if nothing has. */
void term_show(const struct canvas *canvas);

/* A key: a character, or a code of keys.h; KEY_CODE_NONE after that many milliseconds
 * without one (-1: waits for ever). */
int term_key(int milliseconds);

/* Lets the mouse do things, or leaves it to the terminal. */
void term_use_mouse(bool on);

/* What it did, behind KEY_CODE_MOUSE. */
struct mouse term_mouse(void);

/* Gives the terminal back to the shell until the program is continued. */
void term_suspend(void);

/* Draws everything again. */
void term_redraw(void);

#endif
