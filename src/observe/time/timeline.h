#ifndef OBSERVE_TIME_TIMELINE_H
#define OBSERVE_TIME_TIMELINE_H

#include "machine/memory/pages.h"
#include "observe/time/fold.h"
#include "observe/time/journal.h"
#include "observe/time/moment.h"

/*
 * The engine of time travel. A timeline owns the way through a run: it can go to any
 * moment in either direction, because the machine is one deterministic state and all that
 * comes from outside is in a journal.
 *
 *   snapshots   states kept on the way, which share the pages that did not change and
 *               are thinned so that memory stays under a bound (snapshot.h)
 *   replay      from the last snapshot before a moment to that moment, with the journal
 *   branches    a change in the past cuts the future off and keeps it under a name
 *   viewer      stands at a boundary, or inside a step at one of its events: then the
 *               machine is as it was before the step, and `inside` events have been seen
 *
 * Whoever steps the run does it through a timeline, or the timeline is told
 * (timeline_new) when somebody has.
 */
struct timeline;

struct timeline_settings {
    uint64_t memory; /* bytes that snapshots may take; 0: 256 MiB */
    uint64_t
        interval; /* instructions between two snapshots, unless the bound thins them;
                          0: so many that taking them costs little */
};

/* The run has been reset and loaded, and nothing has run: this is moment #0. It stays the
 * caller's, and is to be freed after the timeline. */
struct timeline *timeline_new(struct run *run,
                              const struct timeline_settings *settings);
void timeline_free(struct timeline *timeline);
struct run *timeline_run(const struct timeline *timeline);

/* --- listeners ------------------------------------------------------------------------ */

void timeline_add_fold(struct timeline *timeline, struct fold fold);

/* What a fold keeps in pages besides: of those a snapshot has only what changed. To be
 * added with the fold, and freed after the timeline. */
void timeline_add_pages(struct timeline *timeline, struct pages *pages);

/*
 * An appender (recording, log, standard output, narration) hears each moment of a branch
 * once: only what is beyond the furthest moment that the branch has reached.
 */
void timeline_add_appender(struct timeline *timeline, struct event_sink sink);
void timeline_remove_appender(struct timeline *timeline, struct event_sink sink);

/*
 * Somebody who acts by himself, as a scenario's callbacks do: at each boundary beyond the
 * furthest moment at which `due` says so, and behind an act that makes him due, `act` is
 * called, which may call timeline_act and timeline_type and ask questions; he is not due
 * when it returns. An appender that makes him due calls run_ask_stop.
 */
struct actor {
    bool (*due)(void *ctx);
    void (*act)(void *ctx);
    void *ctx;
};
void timeline_set_actor(struct timeline *timeline, const struct actor *actor);

/* What software prints, by the same rule. */
void timeline_set_output(struct timeline *timeline,
                         void (*output)(void *ctx, uint8_t byte), void *ctx);

/* Called whenever a hart arrives at that virtual address, on the way to wherever the
 * timeline goes, replayed or not; what it changes must be a fold's state. */
bool timeline_add_arrival(struct timeline *timeline, uint64_t pc,
                          void (*arrived)(void *ctx, struct hart *hart), void *ctx);

/*
 * Asked now and then in long moves and searches; true cuts short what is under way, and
 * all that follows until timeline_start_anew. A move on then ends where it is, one back
 * where it began; a question has no answer: what was not found may be there.
 */
struct interrupt {
    bool (*came)(void *ctx); /* NULL: nobody interrupts */
    void *ctx;
};
void timeline_set_interrupt(struct timeline *timeline, struct interrupt interrupt);
struct interrupt timeline_interrupt(const struct timeline *timeline);

/* Was something cut short? Whoever begins a move or a question starts anew. */
bool timeline_cut_short(const struct timeline *timeline);
void timeline_start_anew(struct timeline *timeline);

/* While it is set nothing is cut short: for what must be gone through with. Gives what it
 * was. */
bool timeline_set_steady(struct timeline *timeline, bool steady);

/* Back to a moment of the branch in use at which the viewer has stood, without fail. */
void timeline_return(struct timeline *timeline, struct moment to);

/* --- where the viewer stands ------------------------------------------------------------ */

struct moment timeline_now(const struct timeline *timeline);

/* The clock at that moment: as run_cycle; inside a step, when the event seen last began. */
uint64_t timeline_cycle(const struct timeline *timeline);

/* 0: at a boundary. Else how many events of the coming step have been seen; the events
 * themselves, all of the step's. */
unsigned timeline_inside(const struct timeline *timeline);
const struct event *timeline_step_events(const struct timeline *timeline,
                                         unsigned *count);

/* The event that the viewer has just seen; NULL: it came to this boundary otherwise than
 * by an event, or nobody kept it. */
const struct event *timeline_seen(const struct timeline *timeline);

/* The furthest moment that this branch has reached; is the viewer before it? */
struct moment timeline_furthest(const struct timeline *timeline);
uint64_t timeline_furthest_cycle(const struct timeline *timeline);
bool timeline_in_past(const struct timeline *timeline);

/* --- moving ---------------------------------------------------------------------------- */

/* How a move ended. */
enum arrival {
    ARRIVED,             /* where it was to go, or at the limit */
    ARRIVED_HIT,         /* the probe stopped it */
    ARRIVED_FINISHED,    /* software ended the run */
    ARRIVED_NOTHING,     /* every hart waits and nothing is due */
    ARRIVED_BEGINNING,   /* backwards: there is nothing before */
    ARRIVED_INTERRUPTED, /* cut short */
};

/*
 * What a move looks for. While the timeline runs with a probe it is armed: it listens,
 * sets stops of harts (hart_add_stop) and watches RAM (board_watch), and calls
 * run_ask_stop when it may have found something. At the next boundary `found` says
 * whether it has; it must forget what it heard before it returns. It is asked at
 * boundaries where it did not ask for a stop, too. A hart is at one of its stops if
 * timeline_arrived gives it.
 *
 * A move that begins inside a step does the whole step again: events up to timeline_now
 * are then heard a second time (moment_after_event tells).
 */
struct probe {
    void (*arm)(void *ctx, struct run *run);
    void (*disarm)(void *ctx, struct run *run);
    bool (*found)(void *ctx, struct run *run);
    void *ctx;
};

/* For a probe's `found`: the hart that has arrived at one of its stops; NULL: none has. */
struct hart *timeline_arrived(const struct timeline *timeline);

/* Forwards until the limit (absolute, as run_go's) or until the probe (NULL: none) finds
 * something. The viewer ends at a boundary. */
enum arrival timeline_go(struct timeline *timeline, struct run_limit limit,
                         const struct probe *probe);

/* One step of the machine (an instruction, a trap or an entry of the queue) on or back. */
enum arrival timeline_step(struct timeline *timeline);
enum arrival timeline_step_back(struct timeline *timeline);

/* To a moment: exactly, or ARRIVED_FINISHED and the like when the run ends before it. One
 * beyond the furthest moment is run to. A moment inside a step is stood at inside. */
enum arrival timeline_seek(struct timeline *timeline, struct moment to);

/* To the first moment at which no hart's clock is below `cycle`. */
enum arrival timeline_seek_cycle(struct timeline *timeline, uint64_t cycle);

/*
 * Backwards to the last boundary before the viewer at which the probe finds something: it
 * is armed and asked as in a run forwards. ARRIVED_HIT: the viewer stands there;
 * `step_began` (NULL: unwanted) is the boundary before that step. ARRIVED_BEGINNING: it
 * finds nothing, and the viewer is at the beginning.
 */
enum arrival timeline_go_back(struct timeline *timeline, const struct probe *probe,
                              struct moment *step_began);

/* One event on or back, of any kind: the smallest move there is. The viewer then stands
 * inside a step, or at its end when the step has no further event. */
enum arrival timeline_step_event(struct timeline *timeline);
enum arrival timeline_step_event_back(struct timeline *timeline);

/* To the next event, or the last one before this moment, of one of these kinds for which
 * `matches` (NULL: any) says yes; the viewer then has just seen it (*event). `limit` is
 * where the way forwards ends. Backwards without one the viewer stays:
 * ARRIVED_BEGINNING. */
enum arrival timeline_next_event(struct timeline *timeline, uint64_t kinds,
                                 bool (*matches)(void *ctx, const struct event *event),
                                 void *ctx, struct run_limit limit,
                                 struct event *event);
enum arrival timeline_last_event(struct timeline *timeline, uint64_t kinds,
                                 bool (*matches)(void *ctx, const struct event *event),
                                 void *ctx, struct event *event);

/* --- asking --------------------------------------------------------------------------------
 * Questions about other moments leave the viewer where it stands. */

/* The last event before `before` of one of these kinds for which `matches` (NULL: any)
 * says yes, searched back to the beginning. INSN may be among the kinds; it is slower. */
bool timeline_find_last(struct timeline *timeline, struct moment before, uint64_t kinds,
                        bool (*matches)(void *ctx, const struct event *event),
                        void *ctx, struct event *event);

/* The last boundary after which the probe finds something, before `before`. */
bool timeline_find_hit(struct timeline *timeline, struct moment before,
                       const struct probe *probe, struct moment *hit,
                       struct moment *step_began);

/* Replays [from, to] into a listener. False: interrupted. */
bool timeline_replay(struct timeline *timeline, struct moment from, struct moment to,
                     struct event_sink sink);

/* The same for a listener that reads nothing of any fold: no fold is told, which takes
 * less long. */
bool timeline_replay_alone(struct timeline *timeline, struct moment from,
                           struct moment to, struct event_sink sink);

/* Calls `look` with the machine as it was at that moment. */
bool timeline_peek_at(struct timeline *timeline, struct moment at,
                      void (*look)(void *ctx, struct run *run), void *ctx);

/* --- acting ---------------------------------------------------------------------------------- */

/* Does something to the machine now, journalled. In the past this cuts the future off:
 * *kept (NULL: unwanted) is then the name of the branch that keeps it, else NULL. The
 * viewer is at a boundary (inside a step it goes back to its beginning). */
bool timeline_act(struct timeline *timeline, const struct act *act, const char **kept,
                  struct err *err);

/* Types to a device: taken now as far as there is room, the rest as room comes, when the
 * run goes on; each part is journalled when it is taken. */
bool timeline_type(struct timeline *timeline, unsigned board, unsigned device,
                   const void *bytes, size_t size, const char *reason,
                   const char **kept, struct err *err);
/* Bytes not yet taken, on the branch in use. */
size_t timeline_typed_ahead(const struct timeline *timeline);

/* What waits on any branch, each in the order in which it was typed; bytes and reason stay
 * the timeline's. */
struct typed_info {
    unsigned branch, board, device;
    struct moment at; /* when it was typed */
    char *reason;     /* or NULL */
    uint8_t *bytes;
    size_t size;
};

bool timeline_typed_info(const struct timeline *timeline, unsigned number,
                         struct typed_info *info);

/* --- branches and marks ------------------------------------------------------------------------ */

/* At a time; a number that a branch had is not used again. */
enum { BRANCHES_MAX = 256, BRANCH_NUMBERS = 65536, MARKS_MAX = 256 };
enum { BRANCH_NAME = 48, MARK_NAME = 48 };

struct branch_info {
    char name[BRANCH_NAME];
    int parent; /* number of the branch that it left; -1: none */
    struct moment fork, furthest;
    struct moment viewer; /* where it stands, or stood when the branch was left */
    uint64_t fork_cycle, furthest_cycle;
    const struct journal *journal; /* all of it, from #0 */
    bool dropped;                  /* it is not there any more; only its number is */
};

/* How many numbers there are, with those of branches that were dropped. */
unsigned timeline_branches(const struct timeline *timeline);
unsigned timeline_branch(const struct timeline *timeline); /* the one in use */
const struct branch_info *timeline_branch_info(const struct timeline *timeline,
                                               unsigned number);

/* The moment up to which two branches are the same: their journals tell. */
struct moment branch_parting(const struct branch_info *a, const struct branch_info *b);

/* A new branch from here on, which becomes the one in use. */
bool timeline_fork(struct timeline *timeline, const char *name, struct err *err);
/* To another branch, where the viewer stood when it was left. */
bool timeline_switch(struct timeline *timeline, unsigned number, struct err *err);

/* Deletes a branch with its acts and marks; those that left it stay as they are. The one in
 * use and the first one cannot be deleted. */
bool timeline_drop_branch(struct timeline *timeline, unsigned number, struct err *err);

struct mark {
    char name[MARK_NAME];
    unsigned branch;
    struct moment at;
    uint64_t cycle;
};

/* Marks where the viewer stands; a name that is used is moved. */
bool timeline_mark(struct timeline *timeline, const char *name, struct err *err);
bool timeline_unmark(struct timeline *timeline, const char *name);
unsigned timeline_marks(const struct timeline *timeline);
const struct mark *timeline_mark_info(const struct timeline *timeline, unsigned number);

/* --- keeping ------------------------------------------------------------------------------------ */

/* Whoever keeps the run on disk is told of each change at once. Any may be NULL. */
struct keeper {
    void (*acted)(void *ctx, unsigned branch, const struct act *act);
    void (*branched)(void *ctx, unsigned branch); /* made, or not as it was */
    /* What was on `branch` after that moment is on branch `kept`, which is told before. */
    void (*cut)(void *ctx, unsigned branch, struct moment at, unsigned kept);
    void (*marked)(void *ctx, const struct mark *mark, bool removed);
    /* More waits on that branch; what an act takes of it, the act tells. */
    void (*typed)(void *ctx, unsigned branch);
    void (*reached)(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle,
                    struct moment viewer); /* after each move */
    void *ctx;
    /* Now and then in a move beyond the furthest moment, at a boundary: that is where the
     * machine is now. */
    void (*passed)(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle);
};
void timeline_set_keeper(struct timeline *timeline, const struct keeper *keeper);

/* Rebuilding a kept run: branches in the order of their numbers (number 0 is there), with
 * their acts in order; then timeline_restore_use and timeline_seek. */
bool timeline_restore_branch(struct timeline *timeline, const struct branch_info *info,
                             struct err *err);
/* That branch is in use; the viewer stays at #0. */
void timeline_restore_use(struct timeline *timeline, unsigned branch);
bool timeline_restore_typed(struct timeline *timeline, const struct typed_info *info,
                            struct err *err);
bool timeline_restore_mark(struct timeline *timeline, const struct mark *mark,
                           struct err *err);

/* --- snapshots ------------------------------------------------------------------------------------ */

struct snapshot_info {
    struct moment at;
    uint64_t cycle;
    uint64_t own_bytes; /* that no other snapshot shares */
};

struct timeline_memory {
    uint64_t bytes, bound; /* that snapshots take, and may take */
    unsigned snapshots;
    uint64_t interval; /* instructions to the next one, as of now */
};

struct timeline_memory timeline_memory(const struct timeline *timeline);
void timeline_set_memory(struct timeline *timeline, uint64_t bound);
bool timeline_snapshot_info(const struct timeline *timeline, unsigned n,
                            struct snapshot_info *info);

#endif
