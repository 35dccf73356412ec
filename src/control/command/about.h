#ifndef CONTROL_COMMAND_ABOUT_H
#define CONTROL_COMMAND_ABOUT_H

#include "control/command/ask.h"
#include "observe/ask/expr.h"

/*
 * about: what anything is that can be pointed at. An answer has sentences first (what it
 * is, what it holds now, who wrote that and why), then tables, last what to ask next. Other
 * commands' rows are part of it where they say it already.
 *
 *   about.c          names, and which kind of thing each is
 *   about_say.c      parts that several answers share
 *   about_register.c registers of harts and devices, CSRs, and their fields
 *   about_part.c     parts of the machine: harts, RAM, the bus, devices, guests
 *   about_memory.c   addresses: bytes, instructions
 *   about_event.c    moments, kinds of events, exits, interrupts, metrics, topics
 *   about_offer.c    completion
 */
struct about {
    struct call *call;
    struct session *session;
    struct reply tables; /* they come behind the sentences */
    struct buf next;     /* "`who a0`, `why`" */
};

/* What is told of a kind of thing; `name` is what stands behind its word: "23" of "irq 23". */
typedef bool about_tell(struct about *about, const char *name, struct err *err);

/* Of these a name that is empty means the hart in use, and all of the machine. */
about_tell about_hart, about_ram, about_bus, about_clock, about_guest, about_region,
    about_address, about_code, about_moment, about_kind, about_exit, about_irq,
    about_metric, about_topic;

/* A device, with the number of a channel or queue behind it or nothing. */
bool about_device(struct about *about, const struct device *device, const char *channel,
                  struct err *err);

/* The kind of event that "dma-error", or "dma_error", names; EVENT_KINDS: none. */
enum event_kind about_kind_named(const char *name);

/* What an expression names that has a place of its own: a register, a CSR, memory. */
bool about_place(struct about *about, const char *text, const struct lvalue *place,
                 struct err *err);

/* Completion: each name that is not an expression. */
words_offered about_offer;

/* --- about_say.c ---------------------------------------------------------------------- */

/* A sentence: gets its capital and its full stop. */
void about_say(struct about *about, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A command that leads on from here. */
void about_next(struct about *about, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The answer of another command as part of this one: all of it, or a part only. */
enum about_part { ABOUT_ALL, ABOUT_SENTENCES, ABOUT_TABLES };
bool about_line(struct about *about, enum about_part part, struct err *err,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Who wrote it last, the sentence of that event, and the first step of its causes. */
void about_writer(struct about *about, const struct lvalue *place);

/* "What came before it: ...": the cause of an event, if one is known. */
void about_cause(struct about *about, const struct event *event);

/* "<lead>: <the event's sentence>, at cycle N (#M)." */
void about_event_line(struct about *about, const char *lead, const struct event *event);

/* The number that all of the text is; false: it is none. */
bool about_number(const char *text, uint64_t *number);

#endif
