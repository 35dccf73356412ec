#ifndef GUEST_HYPERVISOR_DEVICE_STATE_H
#define GUEST_HYPERVISOR_DEVICE_STATE_H

#include "include/dma.h"
#include "include/virtio.h"

#include <stdbool.h>
#include <stdint.h>

/* What the devices that guests find, and nobody has built, remember. */
struct guest;

/* --- the interrupt controller: vplic.c ------------------------------------------------ */

enum { PLIC_SOURCES = 96, PLIC_WORDS = PLIC_SOURCES / 32 };

/* A guest's interrupt controller. One bit a source, as in the registers. */
struct vplic {
    uint8_t priority[PLIC_SOURCES];
    uint32_t level[PLIC_WORDS];   /* the device's line is high */
    uint32_t pending[PLIC_WORDS]; /* the gateway has let a request pass */
    uint32_t claimed[PLIC_WORDS]; /* and waits for its completion */
    uint32_t enable[PLIC_WORDS];
    uint32_t threshold;
    uint8_t given[PLIC_SOURCES]; /* the machine's source behind it; 0: emulated */
};

/* --- the ATA disk: vata.c -------------------------------------------------------------- */

enum { VATA_BUFFER = 8 /* sectors */, VATA_IRQ = 14 };

/* How a command moves data. */
enum vata_transfer {
    VATA_NO_DATA,
    VATA_PIO_IN,
    VATA_PIO_OUT,
    VATA_DMA_IN,
    VATA_DMA_OUT
};

/* A task-file register that is two deep: what was written last, and before that. */
struct vata_deep {
    uint8_t now, before;
};

/* A guest's ATA disk. */
struct vata {
    /* The task file. */
    struct vata_deep features, count, low, mid, high;
    uint8_t device, error, status, control;
    bool intrq; /* the interrupt is pending, whether or not nIEN lets it out */

    /* The command in progress. */
    enum vata_transfer transfer;
    uint64_t lba;  /* of the next sector */
    uint32_t left; /* sectors that the guest has not moved */

    /* PIO: what the guest reads from the data port, or has written to it. */
    uint32_t buffered; /* sectors: in the buffer, or to be put there */
    uint32_t offset;   /* bytes of them that the guest has moved */
    uint8_t buffer[VATA_BUFFER * 512];
};

/* --- its DMA controller: vdma.c --------------------------------------------------------- */

enum { VDMA_DONE_IRQ = 23, VDMA_ERROR_IRQ = 24, VDMA_LINE = 0 };

/* A guest's DMA controller: the registers of its one channel, by words. */
struct vdma {
    uint32_t reg[(DMA_FAILED_ADDRESS + 8) / 4];
    bool moving; /* the back end moves what the channel should */
    void (*started)(struct guest *guest); /* tells the disk that the channel runs */
};

/* --- the virtio disk: vvirtio.c --------------------------------------------------------- */

enum { VVIRTIO_IRQ = 1, VVIRTIO_QUEUE = 128 /* entries at most */ };

/* A chain of descriptors that has been taken from the queue. */
struct chain {
    uint16_t head;
    uint32_t written; /* bytes that the guest is told to be new in its buffers */
    uint8_t *status;  /* in the guest's memory */
};

/* A guest's virtio disk. */
struct vvirtio {
    uint32_t status, features_sel, driver_features_sel, queue_sel;
    uint64_t driver_features;
    uint32_t interrupt; /* InterruptStatus */

    /* The queue: where the guest says it is, and, once it is ready, where that is. */
    uint32_t size;
    uint64_t address[3]; /* descriptors, available, used */
    bool ready;
    const volatile struct virtq_desc *descriptor;
    const volatile uint16_t *available; /* flags, index, slots, used_event */
    volatile uint16_t *used;            /* flags, index, then elements, avail_event */
    uint16_t taken, given;              /* entries, of `available` and of `used` */

    bool stale; /* the request under way is of before a reset */
    struct chain chain;
};

#endif
