#ifndef CONTROL_COMMAND_STOP_H
#define CONTROL_COMMAND_STOP_H

#include "control/command/command.h"

/*
 * Making stops:
 *
 *   stop.c        breakpoints, and all rows
 *   stop_catch.c  catchpoints
 *   stop_watch.c  watchpoints
 *   stop_list.c   what can be done to those that are there
 */

/* A stop of this session, with the condition that was given as the argument `n`. */
struct stop stop_new(struct call *call, enum stop_kind kind, unsigned n);

/* Adds it, or releases it. The number, or 0. */
unsigned stop_add(struct call *call, struct stop *stop, const char *condition,
                  struct err *err);

bool stop_catch(struct call *call, struct err *err);
bool stop_catch_csr(struct call *call, struct err *err);
bool stop_catch_register(struct call *call, struct err *err);
bool stop_catch_irq(struct call *call, struct err *err);
bool stop_catch_trap(struct call *call, struct err *err);
words_offered stop_offer_causes;
bool stop_watch(struct call *call, struct err *err);
bool stop_rwatch(struct call *call, struct err *err);
bool stop_awatch(struct call *call, struct err *err);

/* Writes of a CSR, accesses to a device's register; `stop` is released if it fails. */
enum { ACCESS_READS = 1, ACCESS_WRITES = 2 };
bool catch_csr(struct call *call, struct stop *stop, unsigned csr,
               const char *condition, struct err *err);
bool catch_register(struct call *call, struct stop *stop, const struct lvalue *lvalue,
                    unsigned accesses, const char *condition, struct err *err);

#endif
