#ifndef OBSERVE_TIME_SNAPSHOT_H
#define OBSERVE_TIME_SNAPSHOT_H

#include "observe/time/fold.h"
#include "observe/time/moment.h"

/*
 * Snapshots of a run. One is a set of pages: those of RAM, of disks' contents and of folds
 * that keep some, and the rest of the state, walked to bytes and cut into pages, too.
 * Snapshots share every page that did not change between them: pages, and leaves of
 * LEAF_PAGES of them, are counted by reference and never written once they exist.
 *
 *   snapshot ---> top of all run_pages, ---> leaf ---> page      (NULL: all zeroes)
 *            |    then of folds' pages
 *            `--> rest ------------------------------> page
 */
enum { LEAF_PAGES = 64, SNAPSHOT_FOLDS = 16 };

struct page;
struct leaf;

/* What snapshots share: the memory they take, and what the run's pages are like now. */
struct store {
    struct run *run;
    unsigned folds;
    struct fold fold[SNAPSHOT_FOLDS];
    unsigned fold_pages;
    struct pages *fold_page[SNAPSHOT_FOLDS];
    uint64_t bytes; /* that all snapshots take together */
    /* The snapshot from which the run's pages differ only where they say so. */
    struct snapshot *base;
    struct buf rest; /* scratch */
};

struct snapshot {
    struct moment at;
    uint64_t cycle, work; /* the run's, see run_work */
    unsigned refs;
    unsigned tops;
    struct leaf ***top; /* by struct pages: by leaf */
    uint64_t *leaves;   /* of each top */
    struct page **rest;
    size_t rest_size;
    uint64_t written; /* pages written since the snapshot before */
    uint64_t copied;  /* those of them that are not what they were */
};

void store_init(struct store *store, struct run *run);
void store_release(struct store *store);

/* The run as it is now. The caller holds a reference. */
struct snapshot *snapshot_take(struct store *store);
struct snapshot *snapshot_hold(struct snapshot *snapshot);
void snapshot_drop(struct store *store, struct snapshot *snapshot);

/* Makes the run what it was. */
void snapshot_restore(struct store *store, struct snapshot *snapshot);

/* Bytes of the leaves and pages that it alone has. */
uint64_t snapshot_own_bytes(const struct snapshot *snapshot);

/* How much a machine has done: instructions begun, and entries of the queue and accesses
 * to devices, which take the host as long as some instructions. Snapshots are spaced by
 * it. */
enum { RUN_ENTRY_WORK = 64 }; /* of an entry */
uint64_t run_work(const struct run *run);

#endif
