#ifndef GUEST_KERNEL_ARGUMENTS_H
#define GUEST_KERNEL_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

/* Values of arguments that are words, in the order of their texts in arguments.c. */
enum { DRIVER_AUTO, DRIVER_NONE, DRIVER_ATA_PIO, DRIVER_ATA_DMA, DRIVER_VIRTIO };
enum { OP_READ, OP_WRITE, OP_HYPERCALL, OP_NONE };
enum { ORDER_SEQ, ORDER_RANDOM };
enum {
    ROGUE_NONE,
    ROGUE_ADDRESS,
    ROGUE_HEAD,
    ROGUE_NEXT,
    ROGUE_LOOP,
    ROGUE_INDEX,
    ROGUE_MALICE
};

/* Most bytes of an operation, most operations under way, most bytes of all of these. */
enum { WORK_BYTES = 256 * 1024, WORK_DEPTH = 32, WORK_ROOM = 2 * 1024 * 1024 };

/* How far the buffers of operations are apart: each begins on a page of its own. */
static inline uint64_t work_stride(uint64_t bytes)
{
    return (bytes + 4095) & ~4095ul;
}

/* What the kernel is to do: /chosen/bootargs, read. */
struct arguments {
    uint64_t driver, op, order, rogue;
    uint64_t n, bytes, depth, compute, seed;
    uint64_t lba, span, origin; /* in sectors */
    uint64_t disk, channel, bus;
    uint64_t event_idx, indirect, paging;
    uint64_t timeout; /* ms */
    uint64_t rogue_at, rogue_lba;
    bool help; /* they were only asked for, and have been printed */
};

/* Reads "name=value name=value ...". False: something is wrong with it, and has been
 * printed. */
bool arguments_read(struct arguments *arguments, const char *text);

#endif
