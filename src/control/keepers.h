#ifndef CONTROL_KEEPERS_H
#define CONTROL_KEEPERS_H

#include "control/session.h"

/*
 * Several keepers of one session: what its timeline tells goes to each of them, in the
 * order in which they came. A keeper is known by its context.
 */
enum { KEEPERS = 4 };

bool keepers_add(struct session *session, const struct keeper *keeper, void *ctx);
void keepers_remove(struct session *session, const void *ctx);

/* Tells the face what goes wrong in writing. False: nobody reads. */
bool keepers_say(const struct session *session, const char *what, const char *why);

#endif
