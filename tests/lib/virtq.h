#ifndef TESTS_LIB_VIRTQ_H
#define TESTS_LIB_VIRTQ_H

#include "machine/virtio/virtio.h"
#include "tests/lib/rig.h"

/*
 * A virtio disk with known contents, some RAM, and a driver of one call a step: it sets up
 * the queue, puts descriptors and requests into memory, and looks at what came back.
 */
enum { VIRTQ_SECTORS = 1000, VIRTQ_RAM_SIZE = 1 << 20 };

#define VIRTQ_RAM     UINT64_C(0x80000000)
#define VIRTQ_DESC    VIRTQ_RAM
#define VIRTQ_AVAIL   (VIRTQ_RAM + 0x1000)
#define VIRTQ_USED    (VIRTQ_RAM + 0x2000)
#define VIRTQ_TABLE   (VIRTQ_RAM + 0x3000) /* of indirect descriptors */
#define VIRTQ_HEADERS (VIRTQ_RAM + 0x4000) /* 16 bytes a request */
#define VIRTQ_RESULTS (VIRTQ_RAM + 0x5000) /* a byte a request */
#define VIRTQ_DATA    (VIRTQ_RAM + 0x10000)

/* What a driver accepts that wants all there is, and one that wants neither event index
 * nor tables. */
#define VIRTQ_PLAIN BIT(VIRTIO_F_VERSION_1)
#define VIRTQ_FULL                                                                     \
    (BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_F_INDIRECT_DESC))

struct virtq_bench {
    struct rig *rig;
    uint8_t *image; /* VIRTQ_SECTORS sectors and a bit of one */
    struct virtio_blk *virtio;
    uint16_t size;  /* of the queue */
    uint16_t avail; /* avail.idx */
};

/* The byte of the image at that place. */
uint8_t virtq_image_byte(uint64_t at);

struct virtq_bench *virtq_new(const struct rig_setting *settings);
void virtq_free(struct virtq_bench *bench);

/* RAM, as the driver sees it. */
uint64_t virtq_get(struct virtq_bench *bench, uint64_t pa, unsigned size);
void virtq_put(struct virtq_bench *bench, uint64_t pa, unsigned size, uint64_t value);

/* Status as far as FEATURES_OK; gives Status. */
unsigned virtq_negotiate(struct virtq_bench *bench, uint64_t features);
/* The queue's registers, with the areas above, and QueueReady. */
void virtq_set_up(struct virtq_bench *bench, uint16_t size);
/* All of it, and DRIVER_OK. */
void virtq_start(struct virtq_bench *bench, uint64_t features, uint16_t size);

/* Descriptor `n` of a table. */
void virtq_describe(struct virtq_bench *bench, uint64_t table, unsigned n, uint64_t at,
                    uint32_t length, unsigned flags, unsigned next);

/* Header `n` in memory. */
void virtq_header(struct virtq_bench *bench, unsigned n, uint32_t type,
                  uint64_t sector);

/* A request of three descriptors, from `head` on, with header and result `n`, and data at
 * VIRTQ_DATA (none: bytes 0). */
void virtq_request(struct virtq_bench *bench, unsigned n, uint16_t head, uint32_t type,
                   uint64_t sector, uint32_t bytes);

/* Puts a chain into the available ring; rings the doorbell. */
void virtq_offer(struct virtq_bench *bench, uint16_t head);
void virtq_notify(struct virtq_bench *bench);

/* Until nothing is due any more. */
void virtq_settle(struct virtq_bench *bench);

/* The used ring: its idx, and an entry by its index. */
uint16_t virtq_used(struct virtq_bench *bench);
uint32_t virtq_used_id(struct virtq_bench *bench, uint16_t index);
uint32_t virtq_used_length(struct virtq_bench *bench, uint16_t index);

/* The result byte of request `n`. */
unsigned virtq_result(struct virtq_bench *bench, unsigned n);

/* One register. */
unsigned virtq_status(struct virtq_bench *bench);

#endif
