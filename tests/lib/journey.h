#ifndef TESTS_LIB_JOURNEY_H
#define TESTS_LIB_JOURNEY_H

#include "control/moves.h"
#include "tests/lib/talk.h"

/*
 * Sessions on scenarios, and the list of places that moves lead to: with the state's digest
 * at each, so that the same place is the same machine.
 */
enum { JOURNEY_MOST = 400 };

struct place_seen {
    struct moment at;
    uint64_t digest;
    unsigned hart;
    unsigned stop; /* number of the first stop that was hit; 0: none */
};

struct journey {
    unsigned count;
    struct place_seen place[JOURNEY_MOST];
    enum move_end end; /* of the last move */
};

/* A variant of scenario 01 with 8 sectors ("dma_burst"), or of the small programs
 * ("harts"), or a machine with guests (guest_runs.h: "virtio"), or the machine of
 * tests/commands ("small"). talk_close ends it. */
void journey_open(struct talk *talk, const char *variant);

/* Notes where the viewer stands. */
void journey_note(struct journey *journey, struct session *session,
                  const struct move *move);

/* Does a line that must work; the answer. */
const char *journey_do(struct talk *talk, const char *line);

/* Moves until one does not do what it should, or `most` times; notes each. */
typedef void journey_move(struct session *session, enum move_way way, void *ctx,
                          struct move *move);
void journey_go(struct journey *journey, struct session *session, enum move_way way,
                journey_move *move, void *ctx, unsigned most);

/* Fails unless the places back are those forwards from the `from`-th last one on, in the
 * other order. */
void journey_same(const struct journey *forwards, const struct journey *back,
                  unsigned from, const char *what);

#endif
