#ifndef GUEST_HYPERVISOR_MACHINE_H
#define GUEST_HYPERVISOR_MACHINE_H

#include "hypervisor/guest.h"
#include "lib/devicetree.h"

enum { DISKS = 4 };

/* An ATA disk and the DMA channel that goes with it: disk n has channel n. */
struct disk {
    dt_node node;
    uint64_t ata;              /* the page of its registers */
    uint64_t channel;          /* the page of the channel's */
    uint32_t line;             /* its request line */
    uint32_t irq[3];           /* at the PLIC: the disk, channel done, channel error */
    uint32_t device_id;        /* the channel, to the IOMMU */
    const struct guest *owner; /* it is passed through to */
};

/* The machine that the hypervisor runs on, as its device tree tells. */
struct machine {
    struct devicetree tree;
    uint64_t ram, ram_size;
    uint64_t initrd, initrd_size; /* the guests' kernel */
    const char *bootargs;
    uint32_t ticks_a_second;
    bool sstc; /* stimecmp and vstimecmp */
    struct disk disk[DISKS];
    unsigned disks;
    dt_node virtio;     /* DT_NONE: there is no such disk */
    uint64_t iommu;     /* 0: there is none */
    uint32_t iommu_irq; /* of its fault queue */
};

extern struct machine machine;

/* Reads machine.tree. NULL, or what it lacks. */
const char *machine_read(void);

#endif
