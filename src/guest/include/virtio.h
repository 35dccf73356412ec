#ifndef GUEST_INCLUDE_VIRTIO_H
#define GUEST_INCLUDE_VIRTIO_H

#include <stdint.h>

/*
 * Virtual I/O Device specification 1.2: the registers of a device behind MMIO (section
 * 4.2.2, version 2), the split virtqueue (2.7) and the block device (5.2). Everything in
 * memory and in registers is little-endian, as RISC-V is.
 */
#define VIRTIO_MAGIC_VALUE         0x000
#define VIRTIO_VERSION             0x004
#define VIRTIO_DEVICE_ID           0x008
#define VIRTIO_VENDOR_ID           0x00c
#define VIRTIO_DEVICE_FEATURES     0x010
#define VIRTIO_DEVICE_FEATURES_SEL 0x014
#define VIRTIO_DRIVER_FEATURES     0x020
#define VIRTIO_DRIVER_FEATURES_SEL 0x024
#define VIRTIO_QUEUE_SEL           0x030
#define VIRTIO_QUEUE_NUM_MAX       0x034
#define VIRTIO_QUEUE_NUM           0x038
#define VIRTIO_QUEUE_READY         0x044
#define VIRTIO_QUEUE_NOTIFY        0x050
#define VIRTIO_INTERRUPT_STATUS    0x060
#define VIRTIO_INTERRUPT_ACK       0x064
#define VIRTIO_STATUS              0x070
#define VIRTIO_QUEUE_DESC_LOW      0x080
#define VIRTIO_QUEUE_DESC_HIGH     0x084
#define VIRTIO_QUEUE_DRIVER_LOW    0x090
#define VIRTIO_QUEUE_DRIVER_HIGH   0x094
#define VIRTIO_QUEUE_DEVICE_LOW    0x0a0
#define VIRTIO_QUEUE_DEVICE_HIGH   0x0a4
#define VIRTIO_CONFIG_GENERATION   0x0fc
#define VIRTIO_CONFIG              0x100

#define VIRTIO_MAGIC            0x74726976 /* "virt" */
#define VIRTIO_DEVICE_BLOCK     2
#define VIRTIO_INTERRUPT_USED   1u /* a buffer has been used */
#define VIRTIO_INTERRUPT_CONFIG 2u /* the configuration, or Status, has changed */

/* Status (section 2.1) */
#define VIRTIO_STATUS_ACKNOWLEDGE 1u
#define VIRTIO_STATUS_DRIVER      2u
#define VIRTIO_STATUS_DRIVER_OK   4u
#define VIRTIO_STATUS_FEATURES_OK 8u
#define VIRTIO_STATUS_NEEDS_RESET 64u
#define VIRTIO_STATUS_FAILED      128u

/* Features, by bit: of every device (6) and of the block device (5.2.3) */
#define VIRTIO_F_INDIRECT_DESC 28
#define VIRTIO_F_EVENT_IDX     29
#define VIRTIO_F_VERSION_1     32
#define VIRTIO_BLK_F_SIZE_MAX  1
#define VIRTIO_BLK_F_SEG_MAX   2
#define VIRTIO_BLK_F_RO        5

/* A buffer, or where a table of buffers is (2.7.5). */
struct virtq_desc {
    uint64_t address;
    uint32_t length; /* bytes */
    uint16_t flags;
    uint16_t next; /* with VIRTQ_DESC_NEXT */
};

#define VIRTQ_DESC_NEXT     1u
#define VIRTQ_DESC_WRITE    2u /* the device writes the buffer */
#define VIRTQ_DESC_INDIRECT 4u

/* The available ring (2.7.6): flags, idx, ring[size], used_event. All of 16 bits. */
#define VIRTQ_AVAIL_NO_INTERRUPT 1u

/* The used ring (2.7.8): flags, idx, of 16 bits; elements; avail_event, of 16 bits. */
struct virtq_used_elem {
    uint32_t id;     /* descriptor that the chain begins with */
    uint32_t length; /* bytes that the device has written */
};

#define VIRTQ_USED_NO_NOTIFY 1u

/* A request of the block device begins with this, and ends with a byte that the device
 * writes (5.2.6). */
struct virtio_blk_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector; /* of 512 bytes, whatever the device's blocks are */
};

#define VIRTIO_BLK_T_IN     0 /* from the device: a read */
#define VIRTIO_BLK_T_OUT    1
#define VIRTIO_BLK_T_FLUSH  4
#define VIRTIO_BLK_T_GET_ID 8

#define VIRTIO_BLK_S_OK     0
#define VIRTIO_BLK_S_IOERR  1
#define VIRTIO_BLK_S_UNSUPP 2

/* In the configuration space: sectors of the disk, 64 bits. */
#define VIRTIO_BLK_CAPACITY (VIRTIO_CONFIG + 0)

#endif
