#ifndef MACHINE_MEMORY_BURST_H
#define MACHINE_MEMORY_BURST_H

#include "machine/memory/bus.h"

/*
 * One use of the bus by a device that masters it: a stretch of addresses, cut into slots
 * of 1, 2, 4 or 8 bytes, each naturally aligned. Whoever makes one takes the bus first,
 * for burst_slots times the price of a slot.
 */
struct burst {
    uint64_t pa;
    uint8_t *bytes; /* where they come from, or go to */
    uint32_t length;
    bool write; /* to pa */
};

/* The price of one slot; at least 1 cycle, so that moving data always takes time. */
uint64_t bus_slot_price(const struct bus *bus);

unsigned burst_slots(uint64_t pa, uint32_t length);

/* Moves the bytes, and tells it as one event. BUS_OKAY, or what the bus answered to the
 * first slot that it refused: those before it have happened. */
enum bus_response burst_make(struct bus *bus, enum initiator who, uint64_t now,
                             const struct burst *burst);

#endif
