#ifndef FACE_SHELL_SHELL_COMMAND_H
#define FACE_SHELL_SHELL_COMMAND_H

#include "control/session.h"

/*
 * What a shell can look at: a subcommand that opens a session in its own way. `open` is
 * given what was chosen (file NULL: nothing) and adds to `greeting` what the user is to
 * know first, whole sentences.
 */
struct shell_kind {
    const char *name, *operands, *summary, *notes;
    bool (*open)(struct session *session, const struct session_choice *choice,
                 struct buf *greeting, struct err *err);
    int (*without)(struct err *err); /* there is no file; NULL: `open` knows */
    int (*list)(struct err *err); /* what --list does; NULL: there is no such option */
    bool chooses;                 /* --variant and --set */
    bool keeps;                   /* the session is kept, unless --no-keep is given */
};

int shell_run(const struct shell_kind *kind, int argc, char **argv);

/* `ringside shell [FILE]` */
int command_shell(int argc, char **argv);

#endif
