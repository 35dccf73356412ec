#ifndef FACE_GDB_LISTEN_H
#define FACE_GDB_LISTEN_H

#include "base/err.h"

#include <stdbool.h>

/*
 * Where clients connect: "1234" or ":1234" on this machine's loopback, "HOST:1234" on the
 * interface that is told, "unix:PATH" in the file system. Port 0 is any free one.
 */
struct listener {
    int fd;
    char name[256];       /* as a client names it: "127.0.0.1:1234", "/tmp/socket" */
    const char *unlinked; /* the socket's file, which goes when it is closed; or NULL */
};

bool listener_open(struct listener *listener, const char *address, struct err *err);
void listener_close(struct listener *listener);

/* The next client, or -1 when `stopped`, which is asked several times a second, says so. */
int listener_accept(const struct listener *listener, bool (*stopped)(void *ctx),
                    void *ctx);

#endif
