#ifndef OBSERVE_NARRATE_H
#define OBSERVE_NARRATE_H

#include "base/buf.h"
#include "event/event.h"
#include "image/symbols.h"
#include "machine/board/run.h"

/*
 * Events in words. The sentence of an event's kind (events.def) is filled with names that
 * only the run knows: its devices, their registers and fields, the program's symbols.
 */
struct narrator {
    const struct run *run;
    const struct symbols *symbols;       /* NULL: addresses have no names */
    const struct symbols *guest_symbols; /* of what runs in guests; NULL: the same */
};

/* The sentence for an event: no capital, no full stop. */
void narrate(struct buf *out, const struct narrator *narrator,
             const struct event *event);

/* One field of an event, in its unit's words. */
void narrate_field(struct buf *out, const struct narrator *narrator,
                   const struct event *event, const struct event_field *field);

/* Has the field its unit's value for "none"? */
bool narrate_is_none(const struct event *event, const struct event_field *field);

/* A value in its unit's words, without an event around it or a run. */
void put_unit(struct buf *out, enum event_unit unit, uint64_t value);

/* So many values of the unit, from 0, may have words of their own; 0: they are numbers,
 * or only a run knows. Interrupts' causes come besides. */
uint64_t unit_words(enum event_unit unit);

/* Is it the unit's value for "none"? */
bool unit_is_none(enum event_unit unit, uint64_t value);

/* Values as every face writes them. Counts have commas: 12,345. An address in a program
 * is "copy+8 (0x80000048)", or the number alone. */
void put_count(struct buf *out, uint64_t value);
void put_address(struct buf *out, const struct narrator *narrator, uint64_t va);
void put_initiator(struct buf *out, const struct narrator *narrator, unsigned board,
                   unsigned initiator);
void put_cause(struct buf *out, uint64_t cause);
const char *mode_name(unsigned mode);
const char *mode_letters(unsigned mode); /* "VS" */

/* A register's name in words, when it is read or written ("DMA channel 0 Control", "uart0 IER"), and what a value of
 * it says: "claim=1 run=1", or the number where it has no fields. */
void put_register(struct buf *out, const struct narrator *narrator, unsigned board,
                  unsigned device, uint32_t offset, bool write);
void put_register_value(struct buf *out, const struct reg *reg, uint64_t value,
                        bool write);

/* A text as a sentence: a capital, unless it begins with the name of a device or a CSR,
 * and a full stop. */
void put_sentence(struct buf *out, const struct narrator *narrator, const char *text);

#endif
