#include "observe/record/scribe.h"

#include "observe/record/clock.h"

enum { PASSED_MS = 300 }; /* between two notes of how far a long move has come */

void scribe_begin(struct scribe *scribe, struct archive *archive,
                  struct timeline *timeline, struct tape *tape)
{
    *scribe = (struct scribe){.archive = archive, .timeline = timeline, .tape = tape};
    scribe->digest_at = timeline_run(timeline)->events.retired;
}

/* --- digests ------------------------------------------------------------------------------- */

/* Of the state at the furthest moment of the branch in use, if the machine is there. */
static bool write_digest(struct scribe *scribe, struct err *err)
{
    struct run *run = timeline_run(scribe->timeline);
    struct history_digest digest = {
        .branch = timeline_branch(scribe->timeline),
        .at = moment_of(run),
        .cycle = run_cycle(run),
    };

    if (moment_compare(digest.at, timeline_furthest(scribe->timeline)) != 0)
        return true;
    digest.digest = run_digest(run);
    scribe->digest_at = run->events.retired;
    return history_write_digest(scribe->archive, &digest, err);
}

/* --- a change: all of it is safe when this ends, or none of it is there --------------------- */

static void fail(struct scribe *scribe, const struct err *err)
{
    if (!scribe->err.text[0])
        scribe->err = *err;
    if (!scribe->told && scribe->complain)
        scribe->told = scribe->complain(scribe->complain_ctx, scribe->err.text);
}

static bool write_again(struct scribe *scribe, struct err *err)
{
    return history_write(scribe->archive, scribe->timeline, err) &&
           history_forget_digests(scribe->archive, err) && write_digest(scribe, err);
}

/* False: the change itself is not to be written, since it cannot be, or all is written
 * again. */
static bool begin(struct scribe *scribe, struct err *err)
{
    struct err lost = {0};

    if (scribe->tape && !tape_settle(scribe->tape, &lost)) {
        scribe->lost = true;
        fail(scribe, &lost);
    }
    pthread_mutex_lock(&scribe->archive->lock);
    return archive_begin(scribe->archive, err) && !scribe->stale;
}

static bool end(struct scribe *scribe, bool ok, struct err *err)
{
    if (scribe->stale && scribe->archive->in_transaction)
        ok = write_again(scribe, err);
    if (ok)
        ok = archive_commit(scribe->archive, err);
    else
        archive_abandon(scribe->archive);
    pthread_mutex_unlock(&scribe->archive->lock);
    if (!ok) {
        fail(scribe, err);
    } else if (scribe->stale && !scribe->lost) {
        scribe->err = (struct err){0};
        scribe->told = false;
    }
    scribe->stale = !ok;
    return ok;
}

void scribe_change(struct scribe *scribe, bool (*write)(void *ctx, struct err *err),
                   void *ctx)
{
    struct err err = {0};
    bool ok = begin(scribe, &err) && write(ctx, &err);

    end(scribe, ok, &err);
}

bool scribe_write_all(struct scribe *scribe, struct err *err)
{
    bool ok = begin(scribe, err) &&
              history_write(scribe->archive, scribe->timeline, err) &&
              write_digest(scribe, err);

    return end(scribe, ok, err);
}

/* --- what the timeline tells ---------------------------------------------------------------- */

static void acted(void *ctx, unsigned branch, const struct act *act)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    scribe->changes++;
    ok = begin(scribe, &err) && history_write_act(scribe->archive, branch, act, &err) &&
         (act->kind != ACT_INPUT ||
          history_write_typed(scribe->archive, scribe->timeline, branch, &err));
    end(scribe, ok, &err);
}

static bool write_marks(struct scribe *scribe, struct err *err)
{
    bool ok = true;

    for (unsigned i = 0; i < timeline_marks(scribe->timeline) && ok; i++)
        ok = history_write_mark(scribe->archive,
                                timeline_mark_info(scribe->timeline, i), false, err);
    return ok;
}

static void branched(void *ctx, unsigned branch)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    scribe->changes++;
    ok = begin(scribe, &err) &&
         history_write_branch(scribe->archive, scribe->timeline, branch, &err);
    end(scribe, ok, &err);
}

/* When a future is cut off, another branch keeps it: what was recorded of it is that
 * branch's from now on. */
static void cut(void *ctx, unsigned branch, struct moment at, unsigned kept)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    if (scribe->tape)
        tape_move(scribe->tape, branch, at, kept);
    ok = begin(scribe, &err) &&
         history_move_digests(scribe->archive, branch, at, kept, &err) &&
         write_marks(scribe, &err);
    end(scribe, ok, &err);
}

static void marked(void *ctx, const struct mark *mark, bool removed)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    scribe->changes++;
    ok =
        begin(scribe, &err) && history_write_mark(scribe->archive, mark, removed, &err);
    end(scribe, ok, &err);
}

static void typed(void *ctx, unsigned branch)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    scribe->changes++;
    ok = begin(scribe, &err) &&
         history_write_typed(scribe->archive, scribe->timeline, branch, &err);
    end(scribe, ok, &err);
}

static void reached(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle,
                    struct moment viewer)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    bool ok;

    ok = begin(scribe, &err) &&
         history_write_furthest(scribe->archive, branch, furthest, cycle, &err) &&
         history_write_viewer(scribe->archive, branch, viewer, &err);
    if (ok && furthest.retired - scribe->digest_at >= SCRIBE_INTERVAL / 64)
        ok = write_digest(scribe, &err);
    end(scribe, ok, &err);
}

static void passed(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle)
{
    struct scribe *scribe = ctx;
    struct err err = {0};
    uint64_t now = clock_ms();
    bool digest = furthest.retired - scribe->digest_at >= SCRIBE_INTERVAL, ok;

    if (!digest && now - scribe->told_ms < PASSED_MS)
        return;
    scribe->told_ms = now;
    ok = begin(scribe, &err) &&
         history_write_furthest(scribe->archive, branch, furthest, cycle, &err) &&
         (!digest || write_digest(scribe, &err));
    end(scribe, ok, &err);
}

const struct keeper scribe_keeper = {
    .acted = acted,
    .branched = branched,
    .cut = cut,
    .marked = marked,
    .typed = typed,
    .reached = reached,
    .passed = passed,
};
