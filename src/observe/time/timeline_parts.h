#ifndef OBSERVE_TIME_TIMELINE_PARTS_H
#define OBSERVE_TIME_TIMELINE_PARTS_H

#include "observe/time/snapshot.h"
#include "observe/time/timeline.h"

/*
 * The inside of the timeline, for its own files:
 *
 *   life.c      made and freed, its listeners, where the viewer stands
 *   spacing.c   which snapshots it keeps
 *   way.c       running and replaying: the one place that steps the machine
 *   seek.c      moving
 *   search.c    backwards, and questions about other moments
 *   branch.c    acts, branches, marks
 *   typing.c    characters that wait for room
 */
enum { APPENDERS = 8, ARRIVALS = 16, NEAR = 6 };

struct branch {
    struct branch_info info;
    struct journal journal;
    struct snapshot **snapshot; /* in order of their moments; the first is #0's */
    unsigned snapshots, room;
};

/* Characters that were typed on a branch and wait for room. */
struct typed {
    unsigned branch, board, device;
    struct moment at; /* when: behind its first act, if there was room at once */
    char *reason;
    struct buf bytes;
    size_t taken;
};

struct timeline {
    struct run *run;
    struct store store;
    uint64_t bound, least_interval;
    bool
        has_interval; /* it was asked for: costs do not stretch it, only the bound does */

    unsigned branches, live_branches, current;
    struct branch **branch; /* by number; those that were dropped have no snapshot */
    /* Snapshots beside the branch's own, of moments gone to lately; the last is newest. */
    unsigned nears;
    struct snapshot *near[NEAR];
    unsigned marks;
    struct mark mark[MARKS_MAX];

    unsigned appenders;
    struct event_sink appender[APPENDERS];
    bool live;   /* the appenders listen */
    bool asking; /* a question is under way: nothing is appended or kept */
    void (*output)(void *ctx, uint8_t byte);
    void *output_ctx;
    unsigned arrivals;
    struct arrival_hook {
        uint64_t pc;
        void (*arrived)(void *ctx, struct hart *hart);
        void *ctx;
    } arrival[ARRIVALS];
    struct hart *arrived; /* in the last part of the way */
    struct interrupt interrupt;
    bool steady;    /* as timeline_set_steady says */
    bool cut_short; /* since timeline_start_anew */
    struct keeper keeper;
    struct actor actor;
    bool acting; /* the actor is being called */

    /* The viewer inside the coming step; else the last step's events, if they are known. */
    unsigned inside, events, event_room;
    struct event *event;
    bool has_seen; /* `seen` is what led to this boundary */
    struct event seen;
    struct moment step_began; /* of the step done last on its own */

    struct typed *typed; /* in the order in which they were typed */
    unsigned typed_count;
};

/* Where a way leads: until the limit, or the first boundary at or after `until`. */
struct way {
    struct run_limit limit;
    bool has_until;
    struct moment until;
    const struct probe *probe;
};

/* To be called first by whatever moves or asks. */
void timeline_begin(struct timeline *timeline);

struct branch *timeline_in_use(const struct timeline *timeline);

/* The appenders listen, or do not. */
void set_live(struct timeline *timeline, bool live);

/* Runs from where the machine is. */
enum arrival way_go(struct timeline *timeline, const struct way *way);
/* One step of the machine, or one act. */
enum arrival way_step(struct timeline *timeline);
/* What way_step would do first: typed characters that wait are taken. False: none are. */
bool way_types(struct timeline *timeline);

/* Calls the actor if he is due and the appenders listen; then they do no more. */
bool actor_acts(struct timeline *timeline);

/* The machine to the first boundary at or after that moment; the viewer is not moved. */
enum arrival seek_boundary(struct timeline *timeline, struct moment to);
/* Gathers the events of the coming step; the machine stays where it is. */
void gather_step(struct timeline *timeline);
/* Makes the viewer stand at the machine's boundary. */
void stand(struct timeline *timeline);

/* Begins a question: keeps where the machine is; the end brings it back. */
struct snapshot *ask_begin(struct timeline *timeline);
void ask_end(struct timeline *timeline, struct snapshot *kept);

/* Keeps a snapshot of here near at hand; drops all of them. */
void keep_near(struct timeline *timeline);
void drop_near(struct timeline *timeline);

/* The last snapshot at or before that moment, of the branch or near. */
struct snapshot *snapshot_before(const struct timeline *timeline, struct moment moment);
/* Takes a snapshot for the branch if it is time for one, and thins them. */
void keep_snapshot(struct timeline *timeline);
void thin_snapshots(struct timeline *timeline);
/* Work, as run_work counts it, until the next snapshot is due. */
uint64_t work_to_snapshot(const struct timeline *timeline);
/* Drops a branch's snapshots after that moment. */
void branch_cut_snapshots(struct timeline *timeline, struct branch *branch,
                          struct moment after);
void branch_add_snapshot(struct branch *branch, struct snapshot *snapshot);

struct branch *branch_new(struct timeline *timeline, const char *name, int parent);
void release_branches(struct timeline *timeline);

/* Room for a change: the future, if there is one, is cut off. */
bool open_now(struct timeline *timeline, const char **kept, struct err *err);
/* Does an act that is to happen at this boundary, and journals it. */
void act_now(struct timeline *timeline, const struct act *act);

/* What waits first on the branch in use; NULL: nothing does. */
struct typed *first_typed(const struct timeline *timeline);

/* Gives typed characters to their device, if it has room. False: nothing was taken. */
bool offer_typed(struct timeline *timeline);

/* What waits on a branch is dropped. */
void drop_typed_on(struct timeline *timeline, unsigned branch);
/* What waits on one branch waits on another. */
void move_typed(struct timeline *timeline, unsigned from, unsigned to);
/* What was typed on one branch up to `now` and was not taken by then waits on another too,
 * which is the same up to `now`. */
void type_again(struct timeline *timeline, unsigned from, unsigned to,
                struct moment now);
void release_typed(struct timeline *timeline);

void tell_reached(struct timeline *timeline);

#endif
