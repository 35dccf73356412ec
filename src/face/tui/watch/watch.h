#ifndef FACE_TUI_WATCH_WATCH_H
#define FACE_TUI_WATCH_WATCH_H

#include "control/session.h"
#include "face/tui/watch/csrs.h"
#include "face/tui/watch/facts.h"
#include "face/tui/watch/irqs.h"
#include "face/tui/watch/meter.h"
#include "face/tui/watch/owners.h"
#include "observe/ask/calls.h"
#include "observe/lanes/lanes.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the screen knows at the moment at which the viewer stands. All of it follows from
 * that moment, not from the way there, so that a screen looks the same each time that one
 * comes by:
 *
 *   facts    of devices and lines: a fold in the timeline's snapshots
 *   irqs     of interrupts and their gates: another
 *   window   the last WATCH_WINDOW instructions, replayed: code, lanes, what changed
 *   owners   who wrote each byte: a log of its own
 *   meter    counters over the time since reset: a fold, as facts
 *   peeks    the machine, which stands between two steps
 *   ahead    in the past: lanes of what comes next, which is known
 *   lanes    of the whole run, in bins: the session's fold; in the past also as they are
 *            at the furthest moment
 *
 * Inside a step the machine is as it was before the step; what the events seen of it have
 * written is laid over the peeks.
 */
enum {
    WATCH_WINDOW = 4000, /* instructions */
    WATCH_AHEAD = 1000,  /* ... that are shown ahead, in the past */
    WATCH_SPANS = 16384, /* stretches of the lanes in the window */
    WATCH_INSNS = 64     /* instructions remembered of each hart */
};

/* What is told of: the event seen last, or the whole last step and of it the event that
 * says most. */
enum watch_form { WATCH_EVENT, WATCH_STEP };

struct watch {
    struct session *session;
    struct run *run;
    struct timeline *time;
    struct subject *subject; /* its names */
    struct board *board;     /* the board that is looked at */
    unsigned hart;           /* the hart that is looked at */

    struct facts kept;  /* where the machine stands: the timeline's fold */
    struct facts facts; /* where the viewer stands */
    struct facts ahead; /* at the end of what is shown ahead */
    struct owners *owners;
    struct meter kept_meter; /* as `kept`, and as `facts` */
    struct meter meter;
    struct irqs irqs_kept; /* of interrupts: where the machine stands, another fold */
    struct irqs irqs;      /* ... and where the viewer stands */
    struct consoles *consoles; /* consoles.h */
    struct history *history;   /* history.h: what was replayed last */
    struct lanes *later; /* in the past: lanes up to the furthest moment; else NULL */
    struct {             /* ... which is this one */
        unsigned branch, branches;
        struct moment furthest;
        struct lanes *lanes;
    } known;

    /* Events of the window in order; [first, count) are told of, and those from
     * `inside` on belong to a step that is not over. */
    struct event *events;
    unsigned first, inside, count, room;
    unsigned step; /* the first event of the step that they are of */

    struct moment now;
    uint64_t cycle;
    bool past;          /* later moments are known */
    uint64_t newest;    /* the cycle of the latest */
    bool has_focus;     /* something has happened */
    struct event focus; /* what the screen tells of */
    uint64_t written;   /* last in RAM: in a named part, if there are any */
    uint8_t dma_state[FACTS_CHANNELS]; /* while the window is folded */
    uint64_t spans; /* so far; the newest is span[(spans - 1) % WATCH_SPANS] */
    struct span span[WATCH_SPANS];
    struct hart_fold {
        struct event insn; /* the last instruction it retired */
        bool in_move;      /* ... is told of */
        uint64_t insns;
        uint32_t bits[WATCH_INSNS]; /* the last ones, the next at insns % WATCH_INSNS */
    } harts[HART_MAX];
    struct csr_log csrs[HART_MAX]; /* of the window */
    struct call_fold calls[HART_MAX];
};

/* Starts to watch a session's run in which nothing has happened; its first board is looked
 * at. To be freed after the timeline. */
struct watch *watch_new(struct session *session);
void watch_free(struct watch *watch);

/* Looks at the moment at which the viewer stands. Who wrote what is looked for in at
 * most so many instructions that it was not yet looked for in. */
void watch_look(struct watch *watch, enum watch_form form, uint64_t most);

/* Learns from an event of the window. */
void watch_fold(struct watch *watch, const struct event *event);

/* How much an event says, among the events of its instruction. */
unsigned watch_weight(const struct event *event);

/* The kinds of event that "next interesting" stops at. */
uint64_t watch_interesting(void);

#endif
