#ifndef FACE_TUI_RACE_RACE_H
#define FACE_TUI_RACE_RACE_H

#include "base/reply.h"
#include "face/tui/race/strip.h"
#include "face/tui/screen/prompt.h"
#include "face/tui/screen/sheet.h"

/*
 * The race: two to four variants of a scenario, each a whole machine in a lane of its own,
 * at the same cycle. Cycles are counted in every lane from where its work begins, so that
 * +26,412 means the same in all of them: how long the machines took to get there is not
 * what is compared.
 *
 *   strip.c     who worked when, in one lane
 *   race.c      lanes: opened, and gone with to a cycle
 *   step.c      the next and the last moment at which something happens in any lane
 *   counters.c  what a lane has come to
 *   words.c     what is said of it
 *   keys.c      what keys do
 *   draw.c      the screen; path.c, axis.c and table.c are parts of it
 *   report.c    the same as an answer: text or JSON
 */
enum { RACE_LANES = 4, RACE_NAME = 48, RACE_NOTICE = 160 };
enum { RACE_USUAL_SPEED = 2 };

struct race_lane {
    struct session session;
    struct strip strip;
    char name[RACE_NAME]; /* the variant's */
    uint64_t begin;       /* the machine's cycle at which the work begins */
    bool astray;          /* it does not stand where the race stands */
    bool guests;          /* guests run on it */
    bool direct;          /* ... one of which has registers of a real device */
    unsigned guest;       /* VMID of the one that is shown */
    const struct device *disk, *dma, *iommu; /* on its path; NULL: there is none */
};

/* What n and p step by. */
struct race_unit {
    const char *name, *help;
    uint64_t kinds;
    bool (*matches)(void *run, const struct event *event); /* NULL: all of them */
};

enum { RACE_EXIT, RACE_OPERATION, RACE_BURST, RACE_INTERRUPT };
extern const struct race_unit race_units[]; /* by these; ends with a NULL name */

struct race {
    unsigned lanes;
    struct race_lane lane[RACE_LANES];
    const char *title;
    uint64_t cycle, furthest; /* counted from the beginning of the work */

    bool running, quit;
    unsigned speed; /* index of the speeds */
    const struct race_unit *unit;
    char notice[RACE_NOTICE]; /* in the key row, until the next key */
    bool asking;              /* for a cycle to go to */
    struct prompt prompt;
    struct sheet sheet;

    /* Asked now and then in long moves: true stops them. NULL: nothing does. */
    bool (*interrupted)(void *ctx);
    void *ctx;
};

struct race_choice {
    const char *file;
    const char *const *variants; /* none: those that the scenario names, or its first */
    size_t variant_count;
    const char *const *settings; /* "name=value" */
    size_t setting_count;
    struct buf *diagnostics; /* of the assembler; or NULL */

    /* The race's own while it is opened, and from then on. */
    bool (*interrupted)(void *ctx);
    void *ctx;
};

/* Opens every lane, and goes to where its work begins, unless interrupted. Whatever the result, race_close
 * releases; until then the race stays where it is. */
bool race_open(struct race *race, const struct race_choice *choice, struct err *err);
void race_close(struct race *race);

/* --- race.c: going ------------------------------------------------------------------- */

/* How a move ended. */
enum race_end {
    RACE_MOVED,
    RACE_NOWHERE,    /* there is no such moment, or all lanes are at their end */
    RACE_INTERRUPTED /* all lanes stand where they stood */
};

/* All lanes to that cycle; those that end before stand at their end. */
enum race_end race_to(struct race *race, uint64_t cycle);

/* To the end of the lane that takes longest. */
enum race_end race_to_end(struct race *race);

/* Is the lane's machine at its end? */
bool lane_ended(const struct race_lane *lane);
bool race_ended(const struct race *race);

/* The disk on the lane's path: the one that has done something last; NULL: there is none. */
const struct device *lane_disk(const struct race_lane *lane);

/* The lane's session, for whoever shows it alone. */
struct session *race_lane_session(struct race *race, unsigned lane);

/* For step.c: as race_to, of one lane; and all lanes to where the race stands. */
bool lane_to(struct race_lane *lane, uint64_t from, uint64_t cycle);
/* The machine's cycle; the scenario's limit is the end. */
uint64_t lane_cycle(const struct race_lane *lane, uint64_t cycle);
bool lane_cut_short(const struct race_lane *lane);
void race_gather(struct race *race);

/* --- step.c -------------------------------------------------------------------------- */

/* To the moment after the next step of any machine, or before the last one. */
enum race_end race_step(struct race *race);
enum race_end race_step_back(struct race *race);

/* To the moment after the next event of that unit in any lane; the same backwards. */
enum race_end race_next(struct race *race, const struct race_unit *unit);
enum race_end race_last(struct race *race, const struct race_unit *unit);

/* What "interesting" stops at: operations, disk commands, DMA that is done, interrupts. */
extern const struct race_unit race_interesting;

/* --- keys.c -------------------------------------------------------------------------- */

/* Does what the key says, by the key table; false: it means nothing here. */
bool race_key(struct race *race, int code);

/* Cycles in a frame of a thirtieth of a second while running; 0: as many as it can. */
uint64_t race_speed(const struct race *race);
const char *race_speed_name(const struct race *race);

/* Goes on while running. */
void race_advance(struct race *race, uint64_t cycles);

/* --- draw.c, report.c ---------------------------------------------------------------- */

/* All of the canvas, by its size, without sending it. */
void race_draw(struct race *race, struct canvas *canvas);

/* The sentence, and a table "lanes" with what each lane has come to. */
void race_report(const struct race *race, struct reply *reply);

#endif
