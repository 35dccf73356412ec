#ifndef FACE_TUI_WATCH_H
#define FACE_TUI_WATCH_H

#include "control/subject.h"
#include "machine/board/run.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the screen knows: a fold over the events that the viewer has seen.
 *
 * The machine stops only between instructions or due queue entries, and one of these can
 * tell several events. The viewer may stand at any of them: events wait in `events` until
 * they are seen, only then are they folded, and what an unseen event has already written
 * is taken back from what a peek says, by the old value that the event carries.
 */
enum {
    WATCH_SPANS = 8192, /* remembered stretches of the timeline */
    WATCH_RECENT = 64,  /* events told in the list of what happened */
    WATCH_REGIONS = SUBJECT_REGIONS,
    WATCH_CHANNELS = 32, /* DMA channels of all controllers, as initiators count them */
    WATCH_SOURCES = SUBJECT_SOURCES,
    WATCH_IRQS = 128,
    WATCH_INSNS = 64 /* instructions remembered of each hart */
};

/* A stretch of a lane of the timeline. */
enum lane_kind { LANE_HART, LANE_BUS, LANE_DMA, LANE_DISK, LANE_LINE };

struct span {
    uint64_t from, until;
    uint8_t lane;  /* enum lane_kind */
    uint8_t index; /* hart id, DMA channel, device, or interrupt line */
    uint8_t who;   /* enum initiator: whose colour */
    char sign;     /* its letter; '~' waits */
    uint64_t move; /* the move in which it was seen */
};

/* What is known of a DMA channel from its events. */
struct dma_fold {
    uint8_t state; /* as its last DMA_STATE told */
    bool failed, has_descriptor;
    struct event_dma_descriptor descriptor; /* the last that was fetched */
    struct event_dma_error error;
    uint64_t bytes; /* moved since reset */
    uint32_t beats; /* bytes that crossed the bus in this state */
};

/* ... of a disk. */
struct disk_fold {
    bool has_command, has_phase;
    struct event_disk_command command;
    struct event_disk_phase phase;
    uint64_t since; /* when that phase began */
};

/* ... of a device of any kind. */
struct device_fold {
    uint64_t touches; /* reads and writes of its registers */
    uint32_t offset;  /* of the last one */
    bool wrote;       /* ... which was a write */
    bool request;     /* its request line */
    char console[40]; /* the line of characters it sends */
};

struct watch {
    struct run *run;
    struct board *board; /* the board that is looked at */
    unsigned hart;       /* the hart that is looked at */
    const char *title, *variant;
    const struct symbols *symbols; /* NULL: none */
    const struct lines *lines;
    /* What the scenario says about an event, or NULL; NULL: it says nothing. */
    const char *(*note)(void *ctx, const struct event *event);
    void *note_ctx;
    unsigned regions, sources;
    struct region region[WATCH_REGIONS];
    struct source source[WATCH_SOURCES];

    /* Events of the last move: [first, seen) are seen, [seen, count) are not. */
    struct event *events;
    unsigned first, seen, count, room;
    bool all; /* running: what is told is seen at once */

    uint64_t cycle;     /* at which the viewer stands */
    bool has_focus;     /* something has happened */
    struct event focus; /* what the screen tells of */

    uint8_t *
        *writer; /* by page of RAM, NULL: nobody; by byte: initiator + 1, 0 nobody */
    struct span span[WATCH_SPANS];
    uint64_t spans;   /* so far; the newest is span[(spans - 1) % WATCH_SPANS] */
    uint64_t move;    /* number of the move */
    uint64_t written; /* last in RAM: in a named part, if there are any */
    struct event recent[WATCH_RECENT];
    uint64_t recents;
    struct dma_fold dma[WATCH_CHANNELS];
    struct disk_fold disk[BOARD_ROWS];
    struct device_fold device[BOARD_ROWS];
    uint64_t irq_high[WATCH_IRQS / 64]; /* devices' interrupt lines, by source */
    uint64_t irq_since[WATCH_IRQS];     /* when a line that is high rose */
    struct hart_fold {
        struct event insn; /* the last instruction it retired */
        bool in_move;      /* ... in this move */
        bool asleep;
        uint32_t lines; /* lines into it that are high, by bit number in mip */
        uint64_t insns;
        uint32_t bits[WATCH_INSNS]; /* the last ones, the next at insns % WATCH_INSNS */
    } harts[HART_MAX];
};

/* Starts to listen to a run, whose first board is looked at. */
struct watch *watch_new(struct run *run);

/* Gives it the names that a subject knows. */
void watch_name(struct watch *watch, struct subject *subject);
void watch_free(struct watch *watch);

/* Takes an event: what the watch listens with. */
void watch_take(void *watch, const struct event *event);

/* Learns from an event: what is known from here on because it was seen. */
void watch_fold(struct watch *watch, const struct event *event);

/* How much an event says, among the events of its instruction. */
unsigned watch_weight(const struct event *event);

/* Is it one that "next interesting" stops at? */
bool watch_stops(const struct event *event);

/* A new move begins: what was seen so far belongs to the past. */
void watch_begin(struct watch *watch);

/* Sees the next event; false: there is none that waits. */
bool watch_see(struct watch *watch);

/* Sees all that wait, and tells of the one of them that says most. */
void watch_see_all(struct watch *watch);

#endif
