#ifndef TESTS_LIB_GDB_CLIENT_H
#define TESTS_LIB_GDB_CLIENT_H

#include "base/buf.h"
#include "control/session.h"

/* GDB's side of a connection, for tests: what a client says is given whole, and what it is
 * answered is read when the server has done all of it. */

/* tests/gdb/two_harts.lua in that variant. */
void gdb_client_open(struct session *session, const char *variant);

/* Says these bytes to a server of the session, and then nothing more. */
struct buf gdb_client_raw(struct session *session, const void *bytes, size_t size);

/* The same, but it stays until it has heard all of that text, or for 5 seconds: what it
 * has heard by then. */
struct buf gdb_client_stay(struct session *session, const char *say, const char *until);

/*
 * Sends each payload of a list that ends with NULL as a packet, without acknowledgements,
 * and gives the payloads that come back, each with a line end; those of O packets are
 * "O" and their text, with ~ for line ends.
 */
struct buf gdb_client_talk(struct session *session, const char *const *payloads);

/* The same, but moves are interrupted when `came` says so. */
struct buf gdb_client_disturb(struct session *session, const char *const *payloads,
                              bool (*came)(void *ctx), void *ctx);

#endif
