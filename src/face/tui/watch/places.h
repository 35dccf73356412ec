#ifndef FACE_TUI_WATCH_PLACES_H
#define FACE_TUI_WATCH_PLACES_H

#include "face/tui/watch/watch.h"

/*
 * What the stretches of RAM are: the parts that the scenario names, and the memory of
 * guests. Where few are named, what the machine's own state says, too: rings, queues and
 * buffers of devices, page tables, programs as they were loaded.
 */
enum ram_place_kind {
    PLACE_NAMED,   /* by the scenario, or a symbol of data in a small program */
    PLACE_GUEST,   /* what a G-stage gives to a guest */
    PLACE_RING,    /* descriptors of a DMA channel, the queue of a virtio device */
    PLACE_BUFFER,  /* where a DMA channel takes from and puts to */
    PLACE_TABLE,   /* the root of a page table */
    PLACE_PROGRAM, /* loaded before the run */
};

struct ram_place {
    char name[24];
    uint64_t base, size;
    enum ram_place_kind kind;
    char owner; /* whose it is, where that does not depend on who wrote it last: a digit
                   for a guest; 0: ask for the writers */
};

enum { RAM_PLACES = 48 };

/* All of them, the more telling kinds first. Gives how many there are. */
unsigned watch_places(const struct watch *watch, struct ram_place place[RAM_PLACES]);

/* How many have names that tell what the rest of RAM is, too; 0: they are too few, and the
 * machine's state is asked. Does not depend on the moment. */
unsigned watch_named_places(const struct watch *watch);

/* The smallest one that holds the physical address; false: none does. */
bool watch_place(const struct watch *watch, uint64_t pa, struct ram_place *place);

/* The guest physical address `gpa` of a guest, by its hgatp, as its tables are now.
 * False: they do not map it for that access. */
bool watch_guest_page(const struct watch *watch, uint64_t hgatp, uint64_t gpa,
                      enum event_access access, uint64_t *pa);

#endif
