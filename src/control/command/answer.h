#ifndef CONTROL_COMMAND_ANSWER_H
#define CONTROL_COMMAND_ANSWER_H

#include "control/answerer.h"
#include "control/session.h"

/* Answers run:command of scenarios by the command language. Of a run that is over all
 * are but those about files, since they move a copy of it; a callback may look and ask. */
extern const struct answerer command_answerer;

/* Has the callbacks of a session's scenario answered so. */
void command_answers(struct session *session);

#endif
