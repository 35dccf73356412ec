#ifndef CONTROL_COMMAND_ASK_H
#define CONTROL_COMMAND_ASK_H

#include "control/command/command.h"

/*
 * What the rows of ask.c do:
 *
 *   ask_who.c   who wrote something last
 *   ask_why.c   why an event happened, why something failed
 *   ask_gate.c  why an interrupt has not come
 */
bool ask_who(struct call *call, struct err *err);
bool ask_why(struct call *call, struct err *err);
bool ask_why_fault(struct call *call, struct err *err);
bool ask_why_not(struct call *call, struct err *err);

/* How `why not irq` may go on: "timer", or a source of the interrupt controller, which
 * is "23", or "uart0" where a device has one. */
words_offered ask_offer_irqs, ask_offer_sources;

/* A source by its number, or by the name of a device that has one line. */
bool ask_source(const struct session *session, const char *name, unsigned *irq,
                struct err *err);

/* Keeps a moment under a name, so that `goto` goes there. */
void ask_mark(struct session *session, const char *name, struct moment at,
              uint64_t cycle);

/* The event that leads to the call's first argument, a moment; without one the event that
 * was seen last. */
bool ask_event(struct call *call, struct event *event, struct err *err);

/* A sentence: a capital, a full stop. */
void ask_say(struct call *call, const struct buf *text);

/* "#1234.5", to be typed. */
void ask_moment_cell(struct table *table, struct moment at);

#endif
