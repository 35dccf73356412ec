#ifndef GUEST_KERNEL_DISKS_H
#define GUEST_KERNEL_DISKS_H

#include "driver/block.h"
#include "kernel/arguments.h"
#include "lib/devicetree.h"

struct virtio_blk;

/* Finds the disk that the arguments mean. NULL, and why not: none is there, or it cannot
 * be used. */
struct block *disk_open(const struct devicetree *tree,
                        const struct arguments *arguments, const char **why);

/* The same disk as its driver has it; NULL: another driver has it. */
struct virtio_blk *disk_virtio(struct block *disk);

#endif
