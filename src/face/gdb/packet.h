#ifndef FACE_GDB_PACKET_H
#define FACE_GDB_PACKET_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The frame of GDB's remote serial protocol ("Overview" of its appendix):
 *
 *   $payload#cc      cc: the sum of the payload's bytes as sent, modulo 256, in hex
 *   + and -          it has arrived, or is to be sent again, until both agree on none
 *   0x03             interrupt: alone, between packets
 *
 * In a payload } escapes the byte after it, which is sent with bit 5 turned over; x*n
 * stands for x and (n - 29) more of it. What arrives may be anything: the reader skips
 * what is between packets and takes none that is longer than PACKET_MAX.
 */
enum { PACKET_MAX = 0x4000 };

enum packet_item {
    PACKET_NONE,     /* no more for now: more bytes are needed */
    PACKET_WHOLE,    /* a packet: reader.payload */
    PACKET_BROKEN,   /* one with a wrong checksum or form, or too long */
    PACKET_ACK,      /* + */
    PACKET_NAK,      /* - */
    PACKET_INTERRUPT /* 0x03 */
};

struct packet_reader {
    enum packet_state {
        PACKET_BETWEEN,
        PACKET_IN,
        PACKET_IN_ESCAPE,
        PACKET_IN_REPEAT,
        PACKET_SUM_HIGH,
        PACKET_SUM_LOW
    } state;
    uint8_t sum, told; /* of the bytes so far; as the packet says */
    bool broken, notification;
    size_t size;
    char payload[PACKET_MAX + 1]; /* ends with a zero byte */
};

/* The next byte, and what it completes. */
enum packet_item packet_byte(struct packet_reader *reader, uint8_t byte);

/* Adds a packet with that payload; bytes that need it are escaped. */
void packet_add(struct buf *out, const void *payload, size_t size);

#endif
