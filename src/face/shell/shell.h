#ifndef FACE_SHELL_SHELL_H
#define FACE_SHELL_SHELL_H

#include "control/command/render.h"
#include "control/session.h"

#include <stdio.h>

/*
 * The shell: commands in lines, answers in lines. It is the face for screen readers, for
 * pipes and for scripts: nothing is drawn twice, what matters comes first, and colour
 * only repeats what words say.
 */
struct shell {
    struct session session;
    enum render_form form;
    bool colour; /* of errors and the prompt */
    bool ascii;
    bool interactive; /* a terminal: there are a prompt, history and completion */
    bool strict;      /* the first command that fails ends it */
    bool failed;
    struct buf console; /* the line that software is printing */
};

/* For a session that somebody has opened: narration and what software prints come out from
 * now on. shell_close closes it. */
void shell_attach(struct shell *shell);
void shell_close(struct shell *shell);

/* Does one line and prints its answer. False: the shell is to end. */
bool shell_do(struct shell *shell, const char *line);

/* Reads lines until the end: from a terminal, or from standard input as it is. */
void shell_read_terminal(struct shell *shell);
void shell_read_input(struct shell *shell);

/* "ringside #1,234 h0 M> ", with "past" where later moments are known. */
void shell_prompt(struct buf *out, const struct shell *shell);

#endif
