#ifndef MACHINE_MEMORY_BUS_H
#define MACHINE_MEMORY_BUS_H

#include "base/err.h"
#include "event/event.h"
#include "machine/memory/ram.h"
#include "machine/time/costs.h"
#include "machine/time/queue.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One board's bus: it knows what answers at each physical address, who may use it when,
 * and what a use costs.
 *
 * Use of the bus is a slot of time. An initiator that asks while another holds the bus
 * waits until the holder's slot ends, and is charged for the wait. Instruction fetches
 * do not use the bus. See "Bus" in docs/manual/bus.md.
 */

/* Who uses a bus: part of every event that tells of a use. */
enum initiator {
    INITIATOR_HART = 0, /* + hart id, 0 to 7 */
    INITIATOR_DMA = 8,  /* + channel: of the first DMA controller 0 to 3, and so on */
    INITIATOR_VIRTIO = 40,   /* + number of the virtio device, 0 to 7 */
    INITIATOR_IOMMU = 48,    /* + number of the IOMMU, 0 to 3 */
    INITIATOR_OUTSIDE = 254, /* a loader or a command: no part of the machine */
    INITIATOR_NONE = 255
};

/* What sort of initiator one is. */
enum initiator_kind { BY_HART, BY_DMA, BY_VIRTIO, BY_IOMMU, BY_OUTSIDE, BY_NOBODY };

enum { BUS_SLOT_BYTES = 8, BUS_REGIONS = 64, INITIATORS = 52 };

/* What answers at a range of addresses that is not RAM. */
struct mmio {
    const char *name;
    uint64_t base, size;
    uint8_t device;             /* index in the board's table */
    uint8_t min_size, max_size; /* bytes of an access: 1, 2, 4 or 8 */
    void *ctx;
    /* `offset` is relative to base and a multiple of `size`. */
    enum bus_response (*read)(void *ctx, uint32_t offset, unsigned size,
                              uint64_t *value);
    enum bus_response (*write)(void *ctx, uint32_t offset, unsigned size,
                               uint64_t value);
    /* As read, but changes nothing. */
    enum bus_response (*peek)(const void *ctx, uint32_t offset, unsigned size,
                              uint64_t *value);
    bool executable; /* instructions may be fetched from it, by peek: a ROM */
};

/* Counters that the machine always keeps; state. Bytes are those of bus_read and
 * bus_write: of a hart, its device accesses and page-table entries. */
struct bus_counts {
    uint64_t slots, wait_cycles, bytes_read, bytes_written;
};

struct bus {
    struct ram ram;
    struct mmio mmio[BUS_REGIONS]; /* in order of address */
    unsigned mmios;
    struct queue *queue;
    struct event_stream *events;
    const struct costs *costs;

    /* The slot granted last: [busy_from, busy_until) belongs to `holder`. */
    uint64_t busy_from, busy_until;
    uint8_t holder; /* enum initiator */

    uint8_t by; /* enum initiator: who makes the device access that is under way */

    /* Whole idle gaps are given to transparent DMA: called when a slot is granted to
     * anybody else at `from`, before it is taken. NULL: nobody wants gaps. */
    void (*gap_ends)(void *ctx, uint64_t from, uint64_t until);
    void *gap_ctx;

    /* How many initiators besides the harts have bus work now: running DMA channels that
     * are not waiting for a request line or a due time of their own, virtio disks and
     * queues of IOMMUs that have something to move. While it is 0 and there is one hart, a
     * hart's access has a constant price. */
    unsigned others;

    struct bus_counts counts[INITIATORS]; /* by initiator */

    /* How many harts contend for the bus, as the board says: all of them if they take
     * turns of one instruction, else each has a port of its own and this is 1. At 1 a
     * slot taken by a hart while `others` is 0 is counted and nothing else, so that a
     * loop that sums constant prices leaves the same state as one that asks for each
     * slot. */
    unsigned harts;

    uint64_t granted; /* when the slot taken last begins: no state */
};

/* The kind of an enum initiator: BY_NOBODY for INITIATOR_NONE and numbers that none has. */
enum initiator_kind initiator_kind(unsigned who);

/* Which one of its kind it is: a hart's id, a DMA channel counted over all controllers, a
 * device's number. */
unsigned initiator_number(unsigned who);

void bus_init(struct bus *bus, struct queue *queue, struct event_stream *events,
              const struct costs *costs);
void bus_release(struct bus *bus);

/* Forgets slots and counts, for a machine whose clock starts again at 0. RAM and the map
 * stay, and so does `others`: devices that are reset take back their own part in it. */
void bus_reset(struct bus *bus);

/* Puts a device on the bus; overlaps, with RAM too, are refused with both names. */
bool bus_map(struct bus *bus, struct mmio mmio, struct err *err);
bool bus_map_ram(struct bus *bus, uint64_t base, uint64_t size, struct err *err);

/* The device at that address, or NULL. */
const struct mmio *bus_find(const struct bus *bus, uint64_t pa);

/*
 * Asks for the bus at cycle `at` for `length` cycles. Gives the cycle at which the slot
 * begins, at or after `at`; a wait is told as an event, and counted.
 */
uint64_t bus_take(struct bus *bus, enum initiator who, uint64_t at, uint64_t length,
                  uint64_t pa);

/* Counts and tells a wait of `who` from `at` to `until`, for an initiator that waits
 * before it asks: a DMA channel for another channel of its controller. */
void bus_wait(struct bus *bus, enum initiator who, enum initiator holder, uint64_t at,
              uint64_t until, uint64_t pa);

/*
 * One access of 1, 2, 4 or 8 bytes, aligned, to whatever is at `pa`: RAM, or a device
 * within its access-size rule (else BUS_SLVERR); BUS_DECERR where nothing answers. It
 * takes no time: the caller has taken the slot. Device accesses are told as MMIO events;
 * RAM accesses are told by the caller, whose event they are part of.
 */
enum bus_response bus_read(struct bus *bus, enum initiator who, uint64_t pa,
                           unsigned size, uint64_t *value);
enum bus_response bus_write(struct bus *bus, enum initiator who, uint64_t pa,
                            unsigned size, uint64_t value);

/* Reads without any effect or event, of any length and alignment; devices are peeked in
 * their largest allowed size. Gives the number of bytes that could be read. */
uint64_t bus_peek(const struct bus *bus, uint64_t pa, void *bytes, uint64_t length);

void bus_state(struct bus *bus, struct state *state);

#endif
