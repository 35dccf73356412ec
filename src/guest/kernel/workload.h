#ifndef GUEST_KERNEL_WORKLOAD_H
#define GUEST_KERNEL_WORKLOAD_H

#include "driver/block.h"
#include "kernel/arguments.h"

#include <stdbool.h>
#include <stdint.h>

/* What the operations have come to. */
struct result {
    uint64_t done, failed; /* operations */
    uint64_t wrong;        /* sectors that are not as they should be */
};

/* Does what the arguments say, with the disk (NULL where they want none), and prints how it
 * went. False: an operation has failed, or a byte is wrong. */
bool work(const struct arguments *arguments, struct block *disk);

/* The buffers of operations under way, as the disk gets them. */
void *work_buffer(unsigned slot, uint64_t bytes);

/* Waits until a request that is under way has a result. */
void work_wait(const struct block_request *request);

/* Submits one request and waits until it has a result. */
void work_alone(struct block *disk, struct block_request *request);

/* Looks at every byte of what an honest read has brought. */
bool work_verify(const struct arguments *arguments, const struct block_request *request,
                 char sign);

#endif
