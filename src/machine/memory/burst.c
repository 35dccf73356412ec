#include "machine/memory/burst.h"

#include <string.h>

uint64_t bus_slot_price(const struct bus *bus)
{
    return bus->costs->bus_slot ? bus->costs->bus_slot : 1;
}

/* The largest naturally aligned power of 2 that fits. */
static unsigned slot_bytes(uint64_t pa, uint32_t left)
{
    unsigned bytes = BUS_SLOT_BYTES;

    while (bytes > left || pa % bytes != 0)
        bytes /= 2;
    return bytes;
}

unsigned burst_slots(uint64_t pa, uint32_t length)
{
    unsigned slots = 0;

    for (uint32_t done = 0; done < length; slots++)
        done += slot_bytes(pa + done, length - done);
    return slots;
}

static enum bus_response make_slot(struct bus *bus, enum initiator who,
                                   const struct burst *burst, uint32_t at,
                                   unsigned bytes)
{
    enum bus_response response;
    uint64_t value = 0;

    if (burst->write) {
        memcpy(&value, burst->bytes + at, bytes);
        return bus_write(bus, who, burst->pa + at, bytes, value);
    }
    response = bus_read(bus, who, burst->pa + at, bytes, &value);
    memcpy(burst->bytes + at, &value, bytes);
    return response;
}

enum bus_response burst_make(struct bus *bus, enum initiator who, uint64_t now,
                             const struct burst *burst)
{
    unsigned first = slot_bytes(burst->pa, burst->length), bytes, slots = 0;
    enum bus_response response = BUS_OKAY;
    uint64_t old = 0, value = 0;
    uint32_t done = 0;

    if (burst->write && bus->events->kinds & EVENT_BIT(EVENT_BUS_TRANSFER))
        bus_peek(bus, burst->pa, &old, first);
    for (; done < burst->length && response == BUS_OKAY; done += bytes, slots++) {
        bytes = slot_bytes(burst->pa + done, burst->length - done);
        response = make_slot(bus, who, burst, done, bytes);
    }
    memcpy(&value, burst->bytes, first);
    EMIT(bus->events, now, BUS_TRANSFER, bus_transfer, .pa = burst->pa,
         .old = burst->write ? old : value, .value = value, .size = done,
         .price = (uint32_t)(slots * bus_slot_price(bus)), .initiator = (uint8_t)who,
         .access = burst->write ? ACCESS_STORE : ACCESS_LOAD,
         .response = (uint8_t)response);
    return response;
}
