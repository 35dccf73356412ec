#ifndef GUEST_HYPERVISOR_LIST_H
#define GUEST_HYPERVISOR_LIST_H

/*
 * Reads the list of guests, which is in bootargs: words, separated by spaces. A word that
 * begins with `guest=` starts a guest; what follows it, up to the next such word, is that
 * guest's own bootargs.
 *
 *   guest=KIND[,NAME=VALUE]...  words for its kernel  guest=KIND ...
 *
 *   KIND        emulated_pio, emulated_dma, virtio, passthrough; none: it has no disk
 *   mem=N       bytes of memory, whole 2 MiB; 16M
 *   lba=N+M     its part of the disk: M sectors from N on; else an equal share
 *   hart=N      the hart that it runs on; else the first
 *   disk=N      passed through: which disk; else the next that nobody has
 *   iommu=off   passed through: one to one, without IOMMU
 *   readonly=N  passed through: a page that it, and its disk, may only read
 *
 * NULL, or what is wrong.
 */
const char *list_read(const char *bootargs, unsigned first_hart);

#endif
