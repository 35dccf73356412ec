#ifndef MACHINE_VIRTIO_VIRTIO_H
#define MACHINE_VIRTIO_VIRTIO_H

#include "base/bits.h"
#include "machine/device/device.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A block device of virtio 1.2 ("Virtual I/O Device Version 1.2", OASIS) behind the MMIO
 * transport, with one split virtqueue. Modern only. Its data sheet is
 * docs/manual/virtio.md; sections in comments are the specification's.
 *
 *   virtio_mmio.c     registers, status and features; the device type
 *   virtio_serve.c    what the device does: its states and their transitions
 *   virtio_chain.c    one chain of descriptors, and the rules that rings must keep
 *   virtio_request.c  what a request asks of the disk, and the disk's mechanism
 *   virtio_use.c      which bytes pass over the bus in each state
 */
enum { VIRTIO_QUEUE_MAX = 128, VIRTIO_BURST = 64, VIRTIO_UNITS = 8 };

/* 4.2.2: registers of the MMIO transport. */
enum {
    VIRTIO_MAGIC_VALUE = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE_ID = 0x008,
    VIRTIO_VENDOR_ID = 0x00c,
    VIRTIO_DEVICE_FEATURES = 0x010,
    VIRTIO_DEVICE_FEATURES_SEL = 0x014,
    VIRTIO_DRIVER_FEATURES = 0x020,
    VIRTIO_DRIVER_FEATURES_SEL = 0x024,
    VIRTIO_QUEUE_SEL = 0x030,
    VIRTIO_QUEUE_NUM_MAX = 0x034,
    VIRTIO_QUEUE_NUM = 0x038,
    VIRTIO_QUEUE_READY = 0x044,
    VIRTIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_INTERRUPT_STATUS = 0x060,
    VIRTIO_INTERRUPT_ACK = 0x064,
    VIRTIO_STATUS = 0x070,
    VIRTIO_QUEUE_DESC = 0x080,   /* low; high is 4 bytes on */
    VIRTIO_QUEUE_DRIVER = 0x090, /* likewise */
    VIRTIO_QUEUE_DEVICE = 0x0a0, /* likewise */
    VIRTIO_SHM_SEL = 0x0ac,
    VIRTIO_SHM_LEN = 0x0b0,
    VIRTIO_SHM_BASE = 0x0b8,
    VIRTIO_CONFIG_GENERATION = 0x0fc,
    VIRTIO_CONFIG = 0x100,
    VIRTIO_SIZE = 0x1000
};

enum { VIRTIO_MAGIC = 0x74726976, VIRTIO_VENDOR = 0x474e4952, VIRTIO_ID_BLOCK = 2 };

/* 2.1: Status */
enum {
    VIRTIO_ACKNOWLEDGE = 1,
    VIRTIO_DRIVER = 2,
    VIRTIO_DRIVER_OK = 4,
    VIRTIO_FEATURES_OK = 8,
    VIRTIO_NEEDS_RESET = 64,
    VIRTIO_FAILED = 128
};

/* InterruptStatus */
enum { VIRTIO_INT_USED = 1, VIRTIO_INT_CONFIG = 2 };

/* 5.2.3 and 6: feature bits, by number. */
enum {
    VIRTIO_BLK_F_SEG_MAX = 2,
    VIRTIO_BLK_F_RO = 5,
    VIRTIO_BLK_F_BLK_SIZE = 6,
    VIRTIO_BLK_F_FLUSH = 9,
    VIRTIO_F_INDIRECT_DESC = 28,
    VIRTIO_F_EVENT_IDX = 29,
    VIRTIO_F_VERSION_1 = 32
};

/* 2.7.5: a descriptor is 16 bytes in memory, little-endian. */
enum { VIRTQ_DESCRIPTOR = 16, VIRTQ_USED_ELEMENT = 8 };
enum { VIRTQ_NEXT = 1, VIRTQ_WRITE = 2, VIRTQ_INDIRECT = 4 };
enum { VIRTQ_AVAIL_NO_INTERRUPT = 1, VIRTQ_USED_NO_NOTIFY = 1 };

struct virtq_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

/* 5.2.6: a request begins with 16 bytes and ends with a status byte. */
enum { VIRTIO_BLK_HEADER = 16, VIRTIO_BLK_ID_BYTES = 20 };
enum {
    VIRTIO_BLK_IN = 0,
    VIRTIO_BLK_OUT = 1,
    VIRTIO_BLK_FLUSH = 4,
    VIRTIO_BLK_GET_ID = 8
};
enum virtio_blk_status {
    VIRTIO_BLK_OK,
    VIRTIO_BLK_IOERR,
    VIRTIO_BLK_UNSUPP,
    VIRTIO_BLK_STATUSES
};

/* What the device is doing; each state that uses the bus has one kind of access. */
enum virtio_state {
    VIRTIO_IDLE, /* until it is notified */
    VIRTIO_READ_INDEX,
    VIRTIO_READ_HEAD,
    VIRTIO_READ_DESCRIPTOR,
    VIRTIO_READ_HEADER,
    VIRTIO_DECODE,
    VIRTIO_WAIT_MEDIUM, /* until the mechanism has filled or emptied a sector buffer */
    VIRTIO_MOVE_DATA,
    VIRTIO_WRITE_STATUS,
    VIRTIO_WRITE_USED,
    VIRTIO_WRITE_USED_INDEX,
    VIRTIO_READ_EVENT,
    VIRTIO_WRITE_AVAIL_EVENT,
    VIRTIO_BROKEN, /* until it is reset */
    VIRTIO_STATES
};

/* What a driver must not do. The device tells which one was broken; but for the first
 * three it then needs a reset. */
enum virtio_rule {
    VIRTIO_NO_RULE,
    VIRTIO_RULE_FEATURE_NOT_OFFERED,
    VIRTIO_RULE_NO_VERSION_1,
    VIRTIO_RULE_NOT_NEGOTIATED,
    VIRTIO_RULE_QUEUE_SIZE,
    VIRTIO_RULE_AREA_ALIGNMENT,
    VIRTIO_RULE_AREA_OUTSIDE,
    VIRTIO_RULE_AVAIL_AHEAD,
    VIRTIO_RULE_HEAD_RANGE,
    VIRTIO_RULE_NEXT_RANGE,
    VIRTIO_RULE_LOOP,
    VIRTIO_RULE_TOO_LONG,
    VIRTIO_RULE_TOO_MANY_BYTES,
    VIRTIO_RULE_BUFFER_OUTSIDE,
    VIRTIO_RULE_READ_AFTER_WRITE,
    VIRTIO_RULE_INDIRECT_NOT_NEGOTIATED,
    VIRTIO_RULE_INDIRECT_NESTED,
    VIRTIO_RULE_INDIRECT_NEXT,
    VIRTIO_RULE_INDIRECT_LENGTH,
    VIRTIO_RULE_INDIRECT_OUTSIDE,
    VIRTIO_RULE_NO_HEADER,
    VIRTIO_RULE_NO_STATUS,
    VIRTIO_RULES
};

struct virtio_rule_info {
    const char *name;    /* one word, for the manual */
    const char *text;    /* what is wrong, after "device: " */
    const char *section; /* of the specification */
};

/* What a notification came to. */
enum virtio_heard {
    VIRTIO_HEARD_WAKES,
    VIRTIO_HEARD_BUSY,
    VIRTIO_HEARD_NOT_READY,
    VIRTIO_HEARD_NO_QUEUE,
    VIRTIO_HEARD_KINDS
};

/* Why the device sends an interrupt, or none (2.7.7). */
enum virtio_reason {
    VIRTIO_BY_FLAGS,
    VIRTIO_NOT_BY_FLAGS,
    VIRTIO_BY_EVENT_INDEX,
    VIRTIO_NOT_BY_EVENT_INDEX,
    VIRTIO_BY_NEEDS_RESET,
    VIRTIO_REASONS
};

/* Names for views; those that registers use end with NULL. */
extern const char *const virtio_state_names[VIRTIO_STATES + 1];
extern const struct virtio_rule_info virtio_rules[VIRTIO_RULES];
extern const char *const virtio_heard_names[VIRTIO_HEARD_KINDS];
extern const char *const virtio_reason_names[VIRTIO_REASONS];
extern const char *const virtio_blk_status_names[VIRTIO_BLK_STATUSES];

/* The name of a request's type, or NULL for one that the device does not have. */
const char *virtio_blk_type_name(uint32_t type);

/* What the device's timer is armed for. */
enum virtio_phase {
    VIRTIO_PHASE_NONE,
    VIRTIO_PHASE_ASK,    /* to ask for the bus */
    VIRTIO_PHASE_ACT,    /* its slots begin */
    VIRTIO_PHASE_END,    /* its slots are over */
    VIRTIO_PHASE_DECODED /* it knows what the request asks for */
};

/* Counters that the device always keeps; state. */
struct virtio_counts {
    uint64_t requests, notifications, interrupts;
    uint64_t bytes_in, bytes_out; /* of data, between disk and memory */
};

struct virtio_blk {
    struct device device;
    bool readonly; /* a setting of the board's row */

    /* Registers. */
    uint32_t device_features_sel, driver_features_sel, driver_features[2];
    uint32_t queue_sel, queue_num, queue_ready;
    uint32_t interrupt_status, status, shm_sel;
    uint32_t desc_area[2], driver_area[2], device_area[2]; /* low, high */

    /* The queue: indices run on past its size, and wrap at 65536. */
    uint16_t last_avail;  /* entries of the available ring that the device has taken */
    uint16_t avail_index; /* avail.idx when it was read last */
    uint16_t used_index;  /* entries of the used ring that it has written */
    uint32_t avail_event; /* what it wrote there last; above 65535: nothing yet */
    bool notified;        /* since avail.idx was read last */

    /* The chain in progress. */
    uint16_t head;
    uint16_t buffers, readable; /* of the chain, so far; the first `readable` ones */
    uint64_t buffer_at[VIRTIO_QUEUE_MAX];
    uint32_t buffer_bytes[VIRTIO_QUEUE_MAX];
    uint64_t bytes_readable, bytes_writable;
    uint64_t table;         /* the descriptor table that the chain is in now */
    uint32_t table_entries; /* of that table */
    uint32_t table_read;    /* how many of its descriptors have been read */
    uint64_t descriptor;    /* address of the one to be read */
    bool in_table;          /* it is an indirect table */
    uint16_t at_buffer;     /* where the device is in the chain's bytes */
    uint32_t at_byte;

    /* The request in progress. */
    uint32_t type;
    uint64_t sector;
    uint8_t result;     /* enum virtio_blk_status */
    uint64_t data;      /* bytes that pass between disk and memory */
    uint64_t moved;     /* of these */
    uint64_t to_medium; /* sectors that the mechanism has still to move */
    uint64_t medium_at; /* the sector that it moves next */

    /* Two sector buffers between the bus and the medium, `ready` of them full, the first
     * at `first`. */
    uint8_t sectors[2 * SECTOR];
    uint8_t first, ready;

    /* What the device does now. */
    uint32_t state;                 /* enum virtio_state */
    uint8_t word[VIRTQ_DESCRIPTOR]; /* of a ring, a descriptor, a header */
    uint32_t word_bytes;            /* of a header that has come in pieces */
    uint8_t phase;                  /* enum virtio_phase */
    bool works;                     /* counted in the bus's `others` */
    struct virtio_counts counts;

    /* The medium. */
    uint64_t position; /* the sector that comes next under the head */
    bool seeking;
    struct timer logic, mechanism;
    struct medium medium;
};

extern const struct device_type virtio_blk_type;

static inline uint64_t virtio_area(const uint32_t area[2])
{
    return (uint64_t)area[1] << 32 | area[0];
}

/* Has the driver accepted that feature? */
static inline bool virtio_has(const struct virtio_blk *virtio, unsigned feature)
{
    return virtio->driver_features[feature / 32] >> feature % 32 & 1;
}

/* The number of the device among those who use the bus. */
static inline enum initiator virtio_initiator(const struct virtio_blk *virtio)
{
    return (enum initiator)(INITIATOR_VIRTIO + virtio->device.unit);
}

/* Is that initiator this device, which may be of any type? */
static inline bool virtio_is(const struct device *device, unsigned initiator)
{
    return device->type == &virtio_blk_type &&
           initiator == virtio_initiator((const struct virtio_blk *)device);
}

/* Where the parts of the queue are (2.7): entries count modulo the queue's size, which is
 * not 0. */
uint64_t virtio_avail_entry(const struct virtio_blk *virtio, uint16_t index);
uint64_t virtio_used_event(const struct virtio_blk *virtio);
uint64_t virtio_used_entry(const struct virtio_blk *virtio, uint16_t index);
uint64_t virtio_avail_event(const struct virtio_blk *virtio);

/* A descriptor out of its bytes in memory. */
struct virtq_descriptor virtq_decode(const uint8_t bytes[VIRTQ_DESCRIPTOR]);

#endif
