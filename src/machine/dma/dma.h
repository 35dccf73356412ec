#ifndef MACHINE_DMA_DMA_H
#define MACHINE_DMA_DMA_H

#include "base/bits.h"
#include "machine/device/device.h"
#include "machine/device/io_bridge.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The DMA controller: four channels, register-compatible with the platform DMA of the
 * SiFive FU540, and a descriptor mode. Its data sheet is docs/manual/dma.md.
 *
 *   dma_channel.c  what a channel does: its states and their transitions
 *   dma_use.c      what passes between its buffer and the bus
 *   dma_port.c     when: bus modes, priorities, gaps
 *   dma_ends.c     source and destination, as the channel has them
 *   dma_bridge.c   behind an IOMMU: whether, and where
 *   dma_ring.c     descriptors: rings and chains of them in memory
 *   dma_regs.c     the registers, and the device type
 */
enum { DMA_CHANNELS = 4, DMA_BURST = 64, DMA_LINES = 16, DMA_UNITS = 8 };

/* The device id of channel 0 of the first controller, if its row does not say another. */
enum { DMA_DEVICE_ID = 0x104 };

#define DMA_CLAIM   BIT(0)
#define DMA_RUN     BIT(1)
#define DMA_DONE_IE BIT(14)
#define DMA_ERR_IE  BIT(15)
#define DMA_DONE    BIT(30)
#define DMA_ERROR   BIT(31)

#define DMA_REPEAT BIT(2)
#define DMA_ORDER  BIT(3)
#define DMA_WSIZE  BITS(27, 24)
#define DMA_RSIZE  BITS(31, 28)

#define DMA_REQUEST_LINE      BITS(3, 0)
#define DMA_REQUEST_DIRECTION BITS(9, 8)

enum dma_bus_mode { DMA_MODE_BURST, DMA_MODE_STEAL, DMA_MODE_TRANSPARENT };

/* Who is at the other end of a channel with a request line. */
enum dma_direction { DMA_MEMORY_ONLY, DMA_FROM_DEVICE, DMA_TO_DEVICE };

enum dma_channel_state {
    DMA_IDLE,      /* nothing asked of it since reset, claim or a stop */
    DMA_FETCH,     /* reads a descriptor */
    DMA_READ,      /* fills its buffer */
    DMA_WRITE,     /* empties its buffer */
    DMA_STATUS,    /* writes a descriptor's status */
    DMA_WAIT_LINE, /* until its request line is asserted */
    DMA_WAIT_RING, /* until Producer moves */
    DMA_COMPLETE,  /* all done; run is 0, done is 1 */
    DMA_FAILED,    /* run is 0, error is 1 */
    DMA_STATES
};

/* Why a channel failed: its Reason register. */
enum dma_error_reason {
    DMA_NO_ERROR,
    DMA_READ_REFUSED,   /* the bus refused a read of the source */
    DMA_WRITE_REFUSED,  /* the bus refused a write of the destination */
    DMA_FETCH_REFUSED,  /* the bus refused a read of a descriptor */
    DMA_STATUS_REFUSED, /* the bus refused a write of a descriptor's status */
    DMA_BAD_SIZES,      /* rsize and wsize differ */
    DMA_BAD_RING,       /* RingSize is no power of 2, or Producer is too far ahead */
    DMA_BAD_LENGTH,     /* a descriptor's length has more than 30 bits */
    DMA_BAD_FLAGS,      /* a descriptor has reserved flags */
    DMA_BAD_NEXT,       /* a chain's next descriptor is misaligned or itself */
    DMA_NO_LINE,        /* no device drives the request line */
    DMA_DEVICE_FAILED,  /* the device asked, then moved nothing */
    DMA_READ_BLOCKED,   /* the IOMMU does not translate it: a read of the source */
    DMA_WRITE_BLOCKED,  /* a write of the destination */
    DMA_FETCH_BLOCKED,  /* a read of a descriptor */
    DMA_STATUS_BLOCKED, /* a write of a descriptor's status */
    DMA_OTHER_DEVICE, /* behind an IOMMU: the address is not the requesting device's */
    DMA_REASONS
};

/* Names for views and registers; both end with NULL. */
extern const char *const dma_direction_names[];
extern const char *const dma_state_names[DMA_STATES + 1];
extern const char *const dma_reason_names[DMA_REASONS + 1];

/* A descriptor as it is in memory: 32 bytes, little-endian. */
enum {
    DMA_DESCRIPTOR_SOURCE = 0x00, /* 8 bytes */
    DMA_DESCRIPTOR_DEST = 0x08,   /* 8 bytes */
    DMA_DESCRIPTOR_BYTES = 0x10,  /* 4 bytes */
    DMA_DESCRIPTOR_FLAGS = 0x14,  /* 4 bytes */
    DMA_DESCRIPTOR_STATUS = 0x18, /* 4 bytes, written back */
    DMA_DESCRIPTOR_NEXT = 0x1c, /* 4 bytes, signed, from this descriptor; chains only */
    DMA_DESCRIPTOR_SIZE = 0x20
};

#define DMA_FLAG_FIXED_SOURCE BIT(0)
#define DMA_FLAG_IRQ          BIT(1)
#define DMA_FLAG_FIXED_DEST   BIT(2)
#define DMA_FLAG_END          BIT(3)
#define DMA_FLAGS             BITS(3, 0)

#define DMA_STATUS_DONE  BIT(31)
#define DMA_STATUS_ERROR BIT(30)
#define DMA_STATUS_MOVED BITS(29, 0)

/* Where a run of a channel takes its work from: decided when run is set. */
enum dma_source { DMA_SINGLE, DMA_CHAIN, DMA_RING };

/* What a channel's timer is armed for. */
enum dma_phase {
    DMA_PHASE_NONE,
    DMA_PHASE_ASK, /* to ask for the bus */
    DMA_PHASE_GAP, /* to find that the bus was idle for a whole slot */
    DMA_PHASE_ACT, /* its slot begins */
    DMA_PHASE_END  /* its slot is over */
};

struct dma;

/* What the IOMMU has answered for the next access: way 0 is for reads, 1 for writes. */
struct dma_way {
    uint64_t iova, pa, age;
    bool is_answered, is_allowed;
};

struct dma_channel {
    /* Registers, by their names in the data sheet. */
    uint32_t control, next_config;
    uint64_t next_bytes, next_dest, next_source;
    uint32_t exec_config;
    uint64_t exec_bytes, exec_dest, exec_source;
    uint64_t ring_base;
    uint32_t ring_size, bus_mode, consumer, producer, failed, reason;
    uint64_t chain_head, moved, failed_at, descriptor;
    uint32_t priority, request;
    uint32_t state; /* enum dma_channel_state */

    /* The transfer, descriptor or burst in progress. */
    uint8_t source;                   /* enum dma_source */
    bool failing;                     /* the status to be written tells of a failure */
    uint32_t index, flags, next;      /* of the descriptor */
    uint8_t buffer[DMA_BURST];        /* of a burst, or the descriptor being fetched */
    uint32_t wanted, filled, drained; /* bytes of the buffer */

    /* The use of the bus in progress. */
    uint8_t phase;       /* enum dma_phase */
    bool works;          /* counted in the bus's `others` */
    uint64_t held_until; /* the slots it was given end here */
    uint64_t gap_from;   /* PHASE_GAP: the bus has been idle since */
    struct dma_way way[2];

    struct timer timer;
    struct dma *dma;
    uint8_t number;
};

struct dma {
    struct device device;
    struct dma_channel channel[DMA_CHANNELS];

    /* Burst and stealing channels share one port to the bus. */
    uint64_t port_until; /* it is taken until then */
    uint8_t port_holder; /* by this channel, the last one that was chosen */
    uint64_t used_until; /* the latest end of any use of the bus that is known */
    bool acting;         /* makes an access now: it does not answer itself */

    struct request_line *line[DMA_LINES]; /* by number; NULL: not connected */
    struct io_bridge bridge; /* to the IOMMU; no `translate`: not behind one */
    uint32_t device_id;      /* of channel 0; each channel has one of its own */
    struct dma *next;        /* another controller of the same bus */
};

extern const struct device_type dma_type;

/* Initiators are numbered by controller, in the order of the board's table, then channel.
 * Is that one this channel of this device (which may be of any type)? */
static inline bool dma_is_channel(const struct device *device, unsigned channel,
                                  unsigned initiator)
{
    return device->type == &dma_type &&
           initiator == INITIATOR_DMA + (unsigned)DMA_CHANNELS * device->unit + channel;
}

/* Which channel an initiator is of its controller. */
static inline unsigned dma_channel_number(unsigned initiator)
{
    return (initiator - INITIATOR_DMA) % DMA_CHANNELS;
}

/* Does a channel do nothing in that state, until software starts it? */
static inline bool dma_rests(unsigned state)
{
    return state == DMA_IDLE || state == DMA_COMPLETE || state == DMA_FAILED;
}

/* The device id of channel 0 of a board's controller number `unit`, as its setting has
 * it. */
static inline uint32_t dma_device_id(uint64_t setting, unsigned unit)
{
    return (uint32_t)(setting == DMA_DEVICE_ID ? setting + (uint64_t)DMA_CHANNELS * unit
                                               : setting);
}

/* Makes a device's request line known to the controller, under the line's number. Every
 * controller of a board may be connected to the same line. */
void dma_connect(struct device *dma, struct request_line *line);

#endif
