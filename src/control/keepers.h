#ifndef CONTROL_KEEPERS_H
#define CONTROL_KEEPERS_H

#include "control/session.h"
#include "observe/record/scribe.h"

/*
 * Several keepers of one session: what its timeline tells goes to each of them, in the
 * order in which they came. A keeper is known by its context.
 */
enum { KEEPERS = 4 };

bool keepers_add(struct session *session, const struct keeper *keeper, void *ctx);
void keepers_remove(struct session *session, const void *ctx);

/* Tells the face, once, what went wrong in writing, after the words of `what`. */
void keepers_complain(const struct session *session, struct scribe *scribe,
                      const char *what);

#endif
