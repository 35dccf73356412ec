#ifndef OBSERVE_ASK_STOPS_H
#define OBSERVE_ASK_STOPS_H

#include "base/buf.h"
#include "observe/ask/expr.h"
#include "observe/time/timeline.h"

/*
 * What a run stops at: breakpoints, watchpoints, catchpoints, in one table with one
 * numbering, as GDB users know them. All work in both directions, since all are one probe
 * of the timeline. They are the viewer's: no state of the machine, no part of a digest.
 */
enum stop_kind {
    STOP_PC,     /* a hart arrives at a virtual address */
    STOP_WRITE,  /* RAM is written: by a hart, a DMA channel or a walk */
    STOP_READ,   /* RAM is read (runs by the exact loop: slower) */
    STOP_ACCESS, /* either */
    STOP_EVENT   /* an event of some kind: device registers, CSRs, interrupts, ... */
};

struct stop {
    unsigned number; /* 1, 2, ... in order of making */
    enum stop_kind kind;
    uint64_t
        address;     /* PC: virtual; WRITE, READ, ACCESS: physical, of the first byte */
    uint64_t length; /* bytes watched */
    int hart;        /* only that hart; -1: any */
    uint64_t kinds;  /* EVENT: EVENT_BIT of the kinds */
    struct expr *condition; /* NULL: none; fields of the event are in its scope */
    struct expr *filter; /* EVENT: what the kind alone does not say, as the offset of a
                               register; NULL: none */
    bool enabled, temporary;
    uint64_t ignore;      /* so many hits are passed over yet */
    uint64_t hits;        /* forwards, beyond the furthest moment or not */
    char *text;           /* what was asked for: "break main", for lists */
    unsigned board;       /* of the run */
    char *condition_text; /* of `condition`, for lists; or NULL */
};

/* What stopped a move. */
enum { STOP_REASON = 160 };
struct stop_hit {
    const struct stop *stop;
    unsigned hart;     /* that arrived, or wrote */
    uint8_t initiator; /* enum initiator: who arrived, wrote or read; NONE: no hart and
                          no channel did */
    bool has_event;
    struct event
        event;   /* EVENT: the event; others: the one that did it, if it was heard */
    uint64_t pa; /* WRITE, READ, ACCESS: the first byte */
    uint64_t before, after; /* WRITE: the watched bytes' values, little-endian; of more
                               than 8 bytes, of the 8 that hold `pa` */
    char no_value[STOP_REASON]; /* why the condition has no value; empty: it holds */
};

struct stops;

struct stops *stops_new(struct timeline *timeline, const struct expr_scope *scope);
void stops_free(struct stops *stops);

/* How many enabled stops of a kind there may be: harts and boards keep a list of them, in
 * which moves want some places, too. */
enum { STOPS_ARRIVALS = HART_STOPS - 20, STOPS_WATCHES = BOARD_WATCHES - 16 };

/* Adds a stop, whose expressions must be known in the scope; takes them over, and its text,
 * on success. The number, or 0. */
unsigned stops_add(struct stops *stops, const struct stop *stop, struct err *err);
bool stops_remove(struct stops *stops, unsigned number);
bool stops_enable(struct stops *stops, unsigned number, bool enabled, struct err *err);
/* Gives it another condition (NULL: none), which is taken over on success. */
bool stops_set_condition(struct stops *stops, unsigned number, struct expr *condition,
                         struct err *err);
/* What one has found stays readable until the next move, even when it is removed. */
struct stop *stops_find(struct stops *stops, unsigned number);
unsigned stops_count(const struct stops *stops);
struct stop *stops_at(struct stops *stops, unsigned n); /* in order of number */

/*
 * All enabled stops as one probe. After a move that it stopped: what it found. A condition
 * is asked at the boundary after the step that it is about, and one that has no value there
 * (memory that cannot be read, division by 0) stops, and the hit says why; a filter is asked
 * of the event alone, when it is told.
 */
const struct probe *stops_probe(struct stops *stops);
const struct stop_hit *stops_hits(const struct stops *stops, unsigned *count);

/* "The condition of 1 has no value here: division by 0."; nothing if it holds. */
void stop_hit_put_no_value(struct buf *out, const struct stop_hit *hit);

/* Is any enabled, so that there is something to look for? */
bool stops_any(const struct stops *stops);

/*
 * The move has stopped at what was found: forwards it is counted. Those with an ignore
 * count are passed over, and that is one less; temporary ones are removed. False: all were
 * passed over, and the move is to go on.
 */
bool stops_settle(struct stops *stops, bool forwards);

#endif
