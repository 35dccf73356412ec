#ifndef FACE_TUI_VIEW_RING_PARTS_H
#define FACE_TUI_VIEW_RING_PARTS_H

#include "face/tui/view/channel.h"

/* What is known of a slot at the moment, for the ring's view. */
struct ring_slot {
    struct dma_slot slot;
    struct dma_descriptor descriptor;
    bool there;        /* it is in memory */
    bool now;          /* the channel works on it */
    bool done_in_move; /* ... gave it back in what is told of */
    bool given_in_move;
    char owner; /* 'd', or 'h' whose software fills it */
};

struct ring_slot ring_look(const struct channel *channel, uint32_t number);

/* "d▸h", "h▸d", "d", "h". */
const char *ring_owner(const struct ring_slot *slot);

/* "done", "to do", "next", "now", "to fill", "failed"; brief: of at most 5 letters. */
const char *ring_word(const struct channel *channel, const struct ring_slot *slot,
                      bool brief);

/* The slot that a hart read the status of last, in the window; -1: none is known. */
int ring_read_back(const struct channel *channel);

/* Who has had that slot, a row each, oldest first, in at most `area.rows` rows. */
void ring_draw_history(struct canvas *canvas, struct area area,
                       const struct channel *channel, uint32_t number);

#endif
