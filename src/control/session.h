#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "control/subject.h"
#include "observe/ask/stops.h"
#include "observe/metrics.h"
#include "observe/narrate.h"
#include "observe/time/timeline.h"

/*
 * A session: one run that somebody looks at, with everything that a command may need. The
 * shell, the screen, GDB's server and Lua each hold one and give it commands
 * (control/command/command.h).
 */
struct command;
struct lanes;

enum { SESSION_TABLES = 16 };

/* How the last move ended, for whoever shows it. */
struct last_move {
    enum arrival arrival;
    struct moment from, to;
};

/* What another layer lets one ask about besides the machine: views of a screen. */
struct topic {
    const char *kind;  /* "view" */
    const char *name;  /* "timeline" */
    const char *help;  /* what it shows; no full stop */
    const char *tells; /* the command that tells the same; NULL: none */
};

struct session {
    struct subject subject; /* what runs: scenario or program, with its names */
    struct run *run;
    struct timeline *time;
    struct stops *stops;
    struct guest_folds *guests; /* what is learnt about VM exits, up to the viewer */
    struct guest_folds *own_guests; /* of a program: a scenario's are the trial's */
    struct lanes *lanes; /* of the first board's whole run, up to the viewer; or NULL */
    struct narrator narrator;
    unsigned board, hart; /* that commands mean by default */
    struct last_move last;

    struct expr_scope scope; /* of the default hart; session_scope gives it as of now */

    unsigned tables; /* of other layers' commands: each ends with a NULL name */
    const struct command *table[SESSION_TABLES];
    char *repeat; /* the line that an empty line repeats; NULL: none */

    bool narrate; /* each move tells what happened */
    bool quit;    /* the session is to end */
    int depth;    /* of command lines that ran other command lines */

    /* The face: writes something at once (narration, a long command's progress); NULL:
     * nobody reads. */
    void (*say)(void *ctx, const char *line);
    void *say_ctx;

    /* Whoever keeps what is typed: called with each line before it is done (an empty
     * one does the one before again), not with those that a file or a command gives;
     * NULL: nobody. */
    void (*typed)(void *ctx, const char *line);
    void *typed_ctx;

    /* For rows of other layers (recording, log, gdbserver): each keeps its own here. */
    struct session_extra {
        const void *key; /* an address of the layer's own */
        void *data;
        void (*release)(void *data);
    } extra[SESSION_TABLES];
    unsigned extras;

    /* The n-th topic of the face, from 0; false: there are no more. NULL: it has none. */
    bool (*topic)(unsigned n, struct topic *topic);

    bool confined; /* a scenario's: its commands reach no files */

    const char *still; /* why nothing moves or changes the machine; NULL: it can */

    bool again;       /* the line that is being done is repeated, by an empty one */
    bool interrupted; /* somebody has cut a move of this line short */
};

/* What is opened: a scenario (.lua) with variant and settings, or a program. */
struct session_choice {
    const char *file, *variant;  /* variant NULL: the first */
    const char *const *settings; /* "name=value" */
    size_t setting_count;
    uint64_t memory;                /* for snapshots; 0: the default */
    bool (*interrupted)(void *ctx); /* asked while a run is made again; or NULL */
    const struct files *files;      /* its files, and no others; NULL: from the disk */
    struct buf *diagnostics; /* what the assembler complains of, whole lines; or NULL */
    /* Called when the session is open and nothing has run yet, also if it is then to go
     * on where it was left: who listens from the beginning (timeline_add_fold) joins
     * here. NULL: nobody. */
    void (*opened)(void *ctx, struct session *session);
    void *opened_ctx;
};

/* The session stays where it is until it is closed; session_close also releases one that
 * could not be opened. It has the commands of control/command; other layers add theirs. */
bool session_open(struct session *session, const struct session_choice *choice,
                  struct err *err);
void session_close(struct session *session);

/* A session over a run that is somebody else's, who is moving it: for looking and asking.
 * It ends by session_return. */
void session_borrow(struct session *session, struct trial *trial,
                    struct timeline *timeline);
void session_return(struct session *session);

/* Joins another layer's rows; the array ends with a NULL name. */
void session_add_commands(struct session *session, const struct command *commands);

/* A layer's own data; `key` tells whose. NULL: none yet. */
void *session_extra(const struct session *session, const void *key);
void session_set_extra(struct session *session, const void *key, void *data,
                       void (*release)(void *data));

/* The scope that expressions of this session have. */
struct expr_scope session_scope(const struct session *session);

struct board *session_board(const struct session *session);
struct hart *session_hart(const struct session *session);

#endif
