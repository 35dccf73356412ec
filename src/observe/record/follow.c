#include "observe/record/follow.h"

#include "base/alloc.h"

#include <stdlib.h>

bool history_restore(const struct history *history, struct timeline *timeline,
                     struct err *err)
{
    for (unsigned i = 0; i < history->branches; i++)
        if (!timeline_restore_branch(timeline, &history->branch[i], err))
            return false;
    for (size_t i = 0; i < history->waiting; i++)
        if (!timeline_restore_typed(timeline, &history->typed[i], err))
            return err_prefix(err, "a damaged recording");
    for (unsigned i = 0; i < history->marks; i++)
        if (!timeline_restore_mark(timeline, &history->mark[i], err))
            return false;
    return true;
}

/* Of `count` digests the n-th that is compared, when only `most` are: evenly spread. */
static bool is_chosen(size_t n, size_t of, size_t most)
{
    return of == 0 || of <= most || n * most / of != (n + 1) * most / of;
}

/* Up to where each branch is the way to where the viewer stood: it parts there from the
 * viewer's. A branch is what its journal says, whichever it once left. */
static struct moment *ways_end(const struct history *history)
{
    const struct branch_info *viewer = &history->branch[history->viewer_branch];
    struct moment *end = alloc_zero(history->branches, sizeof(*end));

    for (unsigned i = 0; i < history->branches; i++) {
        end[i] = branch_parting(viewer, &history->branch[i]);
        if (moment_compare(history->viewer, end[i]) < 0)
            end[i] = history->viewer;
    }
    return end;
}

static bool is_on_the_way(const struct history *history, const struct moment *end,
                          const struct history_digest *digest)
{
    return digest->branch < history->branches &&
           moment_compare(digest->at, end[digest->branch]) <= 0;
}

static enum history_result compare(struct timeline *timeline,
                                   const struct history_digest *digest)
{
    if (timeline_seek(timeline, digest->at) == ARRIVED_INTERRUPTED)
        return HISTORY_INTERRUPTED;
    return moment_compare(timeline_now(timeline), digest->at) == 0 &&
                   run_digest(timeline_run(timeline)) == digest->digest
               ? HISTORY_MET
               : HISTORY_DIFFERS;
}

enum history_result history_follow(const struct history *history,
                                   struct timeline *timeline, unsigned most,
                                   struct history_digest *differs)
{
    enum history_result result = HISTORY_MET;
    struct moment *end = ways_end(history);
    size_t of = 0, n = 0;

    timeline_restore_use(timeline, history->viewer_branch);
    for (size_t i = 0; i < history->digests; i++)
        of += is_on_the_way(history, end, &history->digest[i]);
    for (size_t i = 0; i < history->digests && result == HISTORY_MET; i++) {
        *differs = history->digest[i];
        if (is_on_the_way(history, end, differs) && is_chosen(n++, of, most))
            result = compare(timeline, differs);
    }
    if (result == HISTORY_MET &&
        timeline_seek(timeline, history->viewer) == ARRIVED_INTERRUPTED)
        result = HISTORY_INTERRUPTED;
    free(end);
    return result;
}
