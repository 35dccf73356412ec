#ifndef FACE_GDB_SERVER_H
#define FACE_GDB_SERVER_H

#include "control/session.h"

/*
 * Serves one client of GDB's remote protocol until it leaves. The session stays as the
 * client leaves it. `stopped` (NULL: nobody) is asked several times a second while it
 * waits or moves; true ends it. False: it was ended by `stopped` or by the command quit.
 */
bool gdb_serve(struct session *session, int fd, bool (*stopped)(void *ctx), void *ctx);

/* Is a client being served? Its commands cannot start another server. */
bool gdb_is_served(const struct session *session);

#endif
