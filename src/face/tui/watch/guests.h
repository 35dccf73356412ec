#ifndef FACE_TUI_WATCH_GUESTS_H
#define FACE_TUI_WATCH_GUESTS_H

#include "face/tui/watch/watch.h"
#include "observe/exits/exits.h"

#include <stdbool.h>

/* What is known of VM exits and guests where the viewer stands, and how one exit went. */

/* The exits up to the event seen last, their cycles up to now. To be freed (exits_free). */
struct exits *watch_exits(const struct watch *watch);

/* Has a guest been entered so far? */
bool watch_has_guests(const struct watch *watch);

/* A stretch of an exit in which its hart worked on one part, with its waits for the bus. */
struct exit_piece {
    uint64_t from, until; /* cycles */
    uint8_t part;         /* enum exit_part */
};

enum { WAY_PIECES = 128, WAY_ACTS = 48, WAY_WAITS = 128 };

/* What its hart did to a device, so many times one after the other. */
struct exit_act {
    struct event event; /* the first time */
    uint64_t times;
};

/* How an exit went: its events, gone through once more. */
struct exit_way {
    bool known;     /* false: it could not be gone through */
    bool joined;    /* short pieces were added to the ones before them */
    bool marked;    /* software has said what it is working on */
    uint32_t tinst; /* htinst, or mtinst; of the trap */
    uint64_t
        insns[EXIT_PARTS]; /* instructions that the hart has retired in each part */
    unsigned pieces;
    uint64_t acts; /* on devices and virtual interrupts; number n is at n % WAY_ACTS */
    struct exit_piece piece[WAY_PIECES];
    uint64_t wait_width; /* waits for the bus: so many cycles of each so many */
    uint64_t wait[WAY_WAITS];
    struct exit_act act[WAY_ACTS];
};

/* Follows an exit up to where the viewer stands. It is a question: one that began before
 * the window is replayed. */
void exit_way_follow(struct exit_way *way, const struct watch *watch,
                     const struct vm_exit *exit);

/* Has the hart waited for the bus most of the time around that cycle? */
bool exit_way_waits(const struct exit_way *way, const struct vm_exit *exit,
                    uint64_t cycle);

/* Does the event change a bit of hvip: the virtual interrupts that a guest sees? */
bool exit_is_injection(const struct event *event);

#endif
