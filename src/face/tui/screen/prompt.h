#ifndef FACE_TUI_SCREEN_PROMPT_H
#define FACE_TUI_SCREEN_PROMPT_H

#include "face/tui/canvas/canvas.h"

#include <stddef.h>

/*
 * The command prompt: a line that is edited with readline's keys, and the lines before
 * it. It knows nothing of commands.
 */
enum { PROMPT_LINE = 1024, PROMPT_HISTORY = 200 };

struct prompt {
    char sign;              /* in front of the line: ':' a command, '/' a filter */
    char line[PROMPT_LINE]; /* UTF-8 */
    size_t length, at;      /* the cursor stands before the byte `at` */
    char cut[PROMPT_LINE];  /* by C-w, C-u or C-k, for C-y */
    char *past[PROMPT_HISTORY];
    unsigned pasts, shown;     /* pasts: the line being written is shown */
    char written[PROMPT_LINE]; /* ... which is kept here meanwhile */
};

enum prompt_answer {
    PROMPT_EDITED,   /* or the key means nothing here */
    PROMPT_ENTERED,  /* the line is to be done */
    PROMPT_COMPLETE, /* Tab */
    PROMPT_CLOSED
};

/* Begins a line; the cursor stands behind it. */
void prompt_begin(struct prompt *prompt, char sign, const char *line);
enum prompt_answer prompt_key(struct prompt *prompt, int code);

/* Replaces what is between `from` and the cursor. */
void prompt_replace(struct prompt *prompt, size_t from, const char *text);

/* Adds the line to the history, unless it is the last one there. */
void prompt_remember(struct prompt *prompt);
void prompt_release(struct prompt *prompt);

/* Draws it in a row of the canvas, whose cursor is then in it. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row);

#endif
