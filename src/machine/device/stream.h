#ifndef MACHINE_DEVICE_STREAM_H
#define MACHINE_DEVICE_STREAM_H

#include "machine/device/device.h"

/*
 * A stream device: a FIFO into which data arrives at a fixed rate, whatever software
 * does, as from a sensor or a line card. What finds no room is lost. It asks for service
 * by an interrupt at a level that software chooses, or by a DMA request line.
 */
enum {
    STREAM_CONTROL = 0x00,
    STREAM_STATUS = 0x04,
    STREAM_DATA = 0x08, /* 4 or 8 bytes */
    STREAM_LEVEL = 0x10,
    STREAM_THRESHOLD = 0x14,
    STREAM_PERIOD = 0x18,
    STREAM_BYTES = 0x1c,
    STREAM_LOST = 0x20
};

/* Control */
enum { STREAM_ENABLE = 1, STREAM_IRQ = 2 };

/* Status */
enum {
    STREAM_NOT_EMPTY = 1,
    STREAM_FULL = 2,
    STREAM_REACHED = 4, /* Level is at or above Threshold */
    STREAM_OVERRUN = 8  /* until software writes 1 to it */
};

enum { STREAM_FIFO_MAX = 65536 };

struct stream {
    struct device device;
    uint32_t control, overrun, threshold, period, bytes;
    uint64_t lost;
    uint64_t arrived;      /* bytes that have come, lost ones included */
    uint32_t first, level; /* the FIFO is a ring */
    uint8_t *fifo;
    struct timer arrival;

    /* Settings of the board's row. */
    uint32_t size;
    uint32_t default_period, default_bytes;
    uint64_t seed;
};

extern const struct device_type stream_type;

/* Byte n of the stream that a seed gives. */
uint8_t stream_byte(uint64_t seed, uint64_t n);

#endif
