#ifndef FACE_GDB_WIRE_H
#define FACE_GDB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A connection to one client, and the bytes that have come and are not looked at yet. */
struct wire {
    int fd;
    bool closed; /* nothing comes any more */
    size_t from, to;
    uint8_t bytes[4096];
};

void wire_open(struct wire *wire, int fd);

/* The next byte; waits for it. False: there is none any more. `stopped` (NULL: nobody)
 * is asked several times a second; true ends the wait. */
bool wire_byte(struct wire *wire, bool (*stopped)(void *ctx), void *ctx, uint8_t *byte);

/* What the client says while it waits for us: takes an interrupt byte, if one is next but
 * for acknowledgements, which are dropped. True: it has come, or the client is gone. */
bool wire_interrupted(struct wire *wire);

/* Has a packet begun to come that nobody has looked at yet? */
bool wire_has_packet(const struct wire *wire);

/* All of it. False: the client is gone. */
bool wire_send(struct wire *wire, const void *bytes, size_t size);

#endif
