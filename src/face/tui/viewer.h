#ifndef FACE_TUI_VIEWER_H
#define FACE_TUI_VIEWER_H

#include "face/tui/screen.h"

/*
 * A run that is watched: what keys make of it, without any terminal. Tests press keys
 * here and read the canvas.
 */
struct viewer {
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
void viewer_begin(struct viewer *viewer, struct run *run);
void viewer_end(struct viewer *viewer);

/* Does what the key says; keys of the terminal itself (suspend, redraw, theme) are the
 * caller's. */
void viewer_key(struct viewer *viewer, const struct key *key);

/* Events a second while running, 0: as fast as it goes. */
unsigned viewer_rate(const struct viewer *viewer);

/* Goes on while running: at most that many events, or instructions at full speed. */
void viewer_advance(struct viewer *viewer, unsigned most);

#endif
