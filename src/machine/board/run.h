#ifndef MACHINE_BOARD_RUN_H
#define MACHINE_BOARD_RUN_H

#include "machine/board/board.h"

/*
 * A run is 1 to RUN_BOARDS boards on one clock. It owns the event queue and the event
 * stream, and it alone decides who acts next.
 */
enum { RUN_BOARDS = 4 };

struct run {
    struct queue queue;
    struct event_stream events;
    unsigned boards;
    struct board *board[RUN_BOARDS];
    bool stop;      /* somebody asked for it */
    uint64_t fired; /* entries of the queue done since reset */

    /* The turn that is being run: until its hart's clock reaches `turn_end`, and while
     * that hart is awake and nothing is done in between, it goes on, also over a stop. */
    uint8_t turn_board, turn_hart;
    uint64_t turn_end;
};

/* Why a run stopped. */
enum run_stop {
    RUN_LIMIT,    /* the limit was reached */
    RUN_FINISHED, /* software ended it (test finisher, HTIF) */
    RUN_NOTHING,  /* every hart waits and nothing is due: nothing can happen */
    RUN_ASKED     /* run_ask_stop was called, or a hart arrived at one of its stops */
};

/* How far to go: absolute counts; UINT64_MAX is no limit. Retired and attempts are met
 * exactly; a hart that only traps makes attempts and retires nothing. */
struct run_limit {
    uint64_t retired;  /* instructions retired by all harts */
    uint64_t attempts; /* the same, with those that raised an exception */
    uint64_t cycle;    /* the clock of every hart that is awake has reached it */
    uint64_t fired;    /* entries of the queue done since reset */
};

#define RUN_NO_LIMIT                                                                   \
    ((struct run_limit){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX})

struct run *run_new(void);
void run_free(struct run *run);
struct board *run_add(struct run *run, const struct board_desc *desc, struct err *err);
void run_reset(struct run *run);

enum run_stop run_go(struct run *run, struct run_limit limit);

/* One step: the due queue entry, or one instruction of the hart whose turn it is. */
enum run_stop run_step(struct run *run);

/* Has the run come to that limit? */
bool run_at_limit(const struct run *run, const struct run_limit *limit);

/* From a listener: stop at the next boundary. */
void run_ask_stop(struct run *run);

/* Instructions begun by all harts: retired, or ended by an exception. */
uint64_t run_attempts(const struct run *run);

/* The earliest clock of any hart that is awake: the run's time. */
uint64_t run_cycle(const struct run *run);

/* All that the run keeps in pages: RAM and disks' contents, in the order of the boards'
 * tables. Gives how many there are; at most RUN_PAGES. */
enum { RUN_PAGES = RUN_BOARDS * (BOARD_ROWS + 1) };
unsigned run_pages(struct run *run, struct pages *pages[RUN_PAGES]);

/* Takes note of all changes of pages so far, with all harts. */
void run_pages_noted(struct run *run);

/* The digest of all state: XXH3 of everything that run_state walks. */
void run_state(struct run *run, struct state *state);
uint64_t run_digest(struct run *run);

#endif
