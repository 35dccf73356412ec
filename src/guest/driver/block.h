#ifndef GUEST_DRIVER_BLOCK_H
#define GUEST_DRIVER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What all disks have in common, for whoever uses one.
 *
 * A request is handed to the driver, which starts it at once or together with others; the
 * disk's interrupt tells that something is done, and the driver then gives each request its
 * result. Nothing here waits: what a hart does in the meantime is not the driver's matter.
 * (What a driver does wait for, in loops, is said where it does.)
 */
#define BLOCK_SECTOR 512 /* bytes */

enum block_state { BLOCK_IDLE, BLOCK_WAITING, BLOCK_DONE, BLOCK_FAILED };

struct block_request {
    uint64_t lba; /* first sector */
    void *data;   /* where its bytes are, as the disk sees memory */
    size_t bytes; /* whole sectors */
    bool write;
    enum block_state state;
    /* Of a request that has failed. */
    const char *why;
    uint64_t code;  /* as the device has told it */
    uint64_t where; /* the address that was refused, if it was one */
    uint64_t moved; /* bytes that had been moved, as far as the device tells */
};

struct block {
    const char *name; /* of its driver */
    uint64_t base;    /* of its registers */
    uint64_t sectors; /* of the disk */
    unsigned depth;   /* requests that may be under way */
    unsigned irqs;
    uint32_t irq[3]; /* its sources at the interrupt controller */

    /* Takes a request, which has to stay where it is until it has a result. At most
     * `depth` at a time. */
    void (*submit)(struct block *block, struct block_request *request);
    /* What has been submitted since is to begin. */
    void (*kick)(struct block *block);
    /* One of its interrupts has arrived. */
    void (*interrupt)(struct block *block, uint32_t irq);
};

/* Does it begin and end on the disk? */
static inline bool block_has(const struct block *block,
                             const struct block_request *request)
{
    uint64_t sectors = request->bytes / BLOCK_SECTOR;

    return request->lba <= block->sectors && sectors <= block->sectors - request->lba;
}

static inline void block_fail(struct block_request *request, const char *why)
{
    request->why = why;
    request->state = BLOCK_FAILED;
}

#endif
