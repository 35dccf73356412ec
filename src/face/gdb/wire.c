#include "face/gdb/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { INTERRUPT = 3, POLL_MS = 100, SEND_MS = 10000 };

void wire_open(struct wire *wire, int fd)
{
    wire->fd = fd;
    wire->closed = false;
    wire->from = wire->to = 0;
}

/* Is the connection ready within so many milliseconds? A signal is no reason to stop. */
static bool ready(const struct wire *wire, short events, int milliseconds)
{
    struct pollfd poller = {.fd = wire->fd, .events = events};

    return poll(&poller, 1, milliseconds) > 0;
}

/* Takes what has come, if anything has. */
static void fill(struct wire *wire)
{
    ssize_t got;

    if (wire->from == wire->to)
        wire->from = wire->to = 0;
    if (wire->closed || wire->to == sizeof(wire->bytes))
        return;
    got = recv(wire->fd, wire->bytes + wire->to, sizeof(wire->bytes) - wire->to,
               MSG_DONTWAIT);
    if (got > 0)
        wire->to += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        wire->closed = true;
}

bool wire_byte(struct wire *wire, bool (*stopped)(void *ctx), void *ctx, uint8_t *byte)
{
    while (wire->from == wire->to) {
        if (wire->closed || (stopped && stopped(ctx)))
            return false;
        if (ready(wire, POLLIN, POLL_MS))
            fill(wire);
    }
    *byte = wire->bytes[wire->from++];
    return true;
}

/* That what we say meanwhile has arrived, or has not, is nothing to wait for. */
static void skip_acks(struct wire *wire)
{
    while (wire->from < wire->to &&
           (wire->bytes[wire->from] == '+' || wire->bytes[wire->from] == '-'))
        wire->from++;
}

bool wire_interrupted(struct wire *wire)
{
    fill(wire);
    skip_acks(wire);
    if (wire->from < wire->to && wire->bytes[wire->from] == INTERRUPT) {
        wire->from++;
        return true;
    }
    return wire->closed;
}

bool wire_has_packet(const struct wire *wire)
{
    return wire->from < wire->to && wire->bytes[wire->from] == '$';
}

bool wire_send(struct wire *wire, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    while (size > 0) {
        ssize_t sent = send(wire->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
        } else if (errno != EINTR &&
                   (errno != EAGAIN || !ready(wire, POLLOUT, SEND_MS))) {
            wire->closed = true;
            return false;
        }
    }
    return true;
}
