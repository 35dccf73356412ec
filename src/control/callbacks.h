#ifndef CONTROL_CALLBACKS_H
#define CONTROL_CALLBACKS_H

#include "control/lua_read.h"
#include "observe/time/timeline.h"

/*
 * What a scenario does while it runs: the list `on` of its setup names events, and the
 * functions that are called when they happen. A function sees the machine at the boundary
 * after the step or the act that told the event, and acts on it there; what it does is journalled,
 * and replayed without it: it is called only beyond the furthest moment of a branch.
 */
struct callbacks;
struct trial;

enum { CALLBACKS = 64 };

/* Reads `on` of a description, if it has one; in a protected call. *callbacks is to be
 * freed also after an error. */
void callbacks_read(const struct reading *from, struct callbacks **callbacks);
void callbacks_free(struct callbacks *callbacks);

/* The machine is there: are the conditions about what it has? */
bool callbacks_begin(struct callbacks *callbacks, struct trial *trial, struct err *err);

/* From now on they are called. Nothing has run. */
void callbacks_attach(struct callbacks *callbacks, struct timeline *timeline);

/* What one of them failed with, "file:line: ..."; none is called any more. NULL: nothing. */
const char *callbacks_error(const struct callbacks *callbacks);

/* For what they call: does something to the machine. False also when none is called now. */
bool callbacks_act(struct callbacks *callbacks, const struct act *act, struct err *err);
bool callbacks_type(struct callbacks *callbacks, unsigned device, const char *text,
                    size_t size, struct err *err);

#endif
