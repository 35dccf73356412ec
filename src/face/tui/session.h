#ifndef FACE_TUI_SESSION_H
#define FACE_TUI_SESSION_H

#include "face/tui/screen.h"

/*
 * A run that is watched: what keys make of it, without any terminal. Tests press keys
 * here and read the canvas.
 */
struct session {
    struct run *run;
    struct watch *watch;
    struct screen screen;
    unsigned speed;  /* index of the speeds */
    uint64_t cycles; /* at which the run is over; UINT64_MAX: no limit */
    bool motion;     /* a token travels after a step */
    bool quit;
    bool stepped; /* the last action was a single step: the token may travel */
    /* Called now and then in long moves: true stops them. NULL: nothing does. */
    bool (*interrupted)(void *ctx);
    void *ctx;
};

/* Starts to watch a run that has been reset and loaded. */
void session_begin(struct session *session, struct run *run);
void session_end(struct session *session);

/* Does what the key says; keys of the terminal itself (suspend, redraw, theme) are the
 * caller's. */
void session_key(struct session *session, const struct key *key);

/* Events a second while running, 0: as fast as it goes. */
unsigned session_rate(const struct session *session);

/* Goes on while running: at most that many events, or instructions at full speed. */
void session_advance(struct session *session, unsigned most);

#endif
