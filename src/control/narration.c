#include "control/narration.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Replaying farther than this takes too long: only to tell what was taken back, or when
 * somebody waits who has interrupted the move. Instructions, and entries of the queue. */
#define FARTHEST_BACK  UINT64_C(2000000)
#define FARTHEST_FIRED UINT64_C(100000)

struct narration {
    struct session *session;
    bool all;
    bool holds; /* what happens now comes after what is still to be replayed */
    struct buf held;
    uint64_t told,
        more;      /* events of this move: with a sentence, and beyond the bound */
    bool left_out; /* not all of the move was replayed: there may be more */
    struct moment enough; /* of a replay after an interrupt: it ends there */
    uint64_t serial;

    /* Of a move back: the last events in a ring. */
    uint64_t taken_back;
    char *ring[NARRATION_BACK];
};

static const char narration_key[] = "narration";

void narration_line(struct buf *out, const struct session *session,
                    const struct event *event)
{
    const struct subject *subject = &session->subject;
    const char *note;

    buf_char(out, '[');
    put_count(out, event->cycle);
    buf_text(out, "] ");
    narrate(out, &session->narrator, event);
    buf_char(out, '.');
    for (unsigned n = 0; subject->scenario; n++) {
        note = trial_note(&subject->trial, event, n);
        if (!note)
            break;
        buf_printf(out, " %s", note);
    }
}

static void say(const struct session *session, const char *line)
{
    if (session->say)
        session->say(session->say_ctx, line);
}

/* --- forwards ------------------------------------------------------------------------------- */

static void tell(void *ctx, const struct event *event)
{
    struct narration *narration = ctx;
    struct buf line = {0};

    if (!narration->all && narration->told == NARRATION_MOST) {
        narration->more++;
        return;
    }
    narration->told++;
    narration_line(&line, narration->session, event);
    if (narration->holds)
        buf_printf(&narration->held, "%s\n", line.data);
    else
        say(narration->session, line.data);
    buf_free(&line);
}

static struct event_sink sink_of(struct narration *narration)
{
    return (struct event_sink){TALLY_KINDS, tell, narration};
}

static void say_held(struct narration *narration)
{
    const char *at = buf_str(&narration->held);

    while (*at) {
        size_t length = strcspn(at, "\n");
        struct buf line = {0};

        buf_add(&line, at, length);
        say(narration->session, line.data);
        buf_free(&line);
        at += length + 1;
    }
    buf_clear(&narration->held);
}

/* --- backwards -------------------------------------------------------------------------------- */

static void remember(void *ctx, const struct event *event)
{
    struct narration *narration = ctx;
    char **slot = &narration->ring[narration->taken_back++ % NARRATION_BACK];
    struct buf line = {0};

    narration_line(&line, narration->session, event);
    free(*slot);
    *slot = line.data;
}

/* Replays from the event after `from`: what was seen there is not taken back. */
static void tell_back(struct narration *narration, struct moment now,
                      struct moment from)
{
    const struct session *session = narration->session;
    struct event_sink sink = {TALLY_KINDS, remember, narration};
    uint64_t kept;

    if (from.retired - now.retired > FARTHEST_BACK)
        return;
    narration->taken_back = 0;
    if (!timeline_replay(session->time, now, from, sink))
        return;
    kept =
        narration->taken_back < NARRATION_BACK ? narration->taken_back : NARRATION_BACK;
    for (uint64_t i = 1; i <= kept; i++) {
        struct buf line = {0};

        buf_printf(&line, "Taken back: %s",
                   narration->ring[(narration->taken_back - i) % NARRATION_BACK]);
        say(session, line.data);
        buf_free(&line);
    }
    if (narration->taken_back > kept) {
        struct buf line = {0};

        buf_text(&line, "Before that, ");
        put_count(&line, narration->taken_back - kept);
        buf_text(&line, " more events are taken back.");
        say(session, line.data);
        buf_free(&line);
    }
}

/* --- around a move ------------------------------------------------------------------------------ */

static void release(void *data)
{
    struct narration *narration = data;

    timeline_remove_appender(narration->session->time, sink_of(narration));
    for (unsigned i = 0; i < NARRATION_BACK; i++)
        free(narration->ring[i]);
    buf_free(&narration->held);
    free(narration);
}

void narration_set(struct session *session, bool on, bool all)
{
    struct narration *narration = session_extra(session, narration_key);

    session->narrate = on;
    if (!on) {
        session_set_extra(session, narration_key, NULL, NULL);
        return;
    }
    if (!narration) {
        narration = alloc_zero(1, sizeof(*narration));
        narration->session = session;
        session_set_extra(session, narration_key, narration, release);
        timeline_add_appender(session->time, sink_of(narration));
    }
    narration->all = all;
}

struct narration_from narration_before(const struct session *session)
{
    struct narration *narration = session_extra(session, narration_key);
    struct narration_from from = {0};

    if (!narration)
        return from;
    from.at = timeline_now(session->time);
    from.furthest = timeline_furthest(session->time);
    from.branch = timeline_branch(session->time);
    from.branches = timeline_branches(session->time);
    from.serial = narration->serial;
    /* Who moves without any narration has left his events uncounted. */
    narration->told = narration->more = 0;
    narration->holds = timeline_in_past(session->time);
    return from;
}

static struct moment earlier(struct moment a, struct moment b)
{
    return moment_compare(a, b) < 0 ? a : b;
}

static bool is_enough(void *ctx)
{
    const struct narration *narration = ctx;
    const struct run *run = narration->session->run;

    return (!narration->all && narration->told == NARRATION_MOST) ||
           run->events.retired >= narration->enough.retired ||
           run->fired >= narration->enough.fired;
}

/* Who has interrupted the move wants to read of it, and soon: his interrupt, which may
 * still be there, does not cut this short, but the bounds do. */
static bool replay_some(struct narration *narration, struct moment from,
                        struct moment to)
{
    struct timeline *time = narration->session->time;
    struct interrupt interrupt = timeline_interrupt(time);
    bool all;

    narration->enough.retired = from.retired + FARTHEST_BACK;
    narration->enough.fired = from.fired + FARTHEST_FIRED;
    timeline_set_interrupt(time, (struct interrupt){is_enough, narration});
    timeline_start_anew(time);
    all = timeline_replay(time, from, to, sink_of(narration));
    timeline_set_interrupt(time, interrupt);
    timeline_start_anew(time);
    return all;
}

static void replay(struct narration *narration, struct moment from, struct moment to)
{
    struct timeline *time = narration->session->time;

    if (narration->session->interrupted)
        narration->left_out = !replay_some(narration, from, to);
    else
        narration->left_out = !timeline_replay(time, from, to, sink_of(narration));
}

/* Where the branch was cut since; the furthest moment if it was not. */
static struct moment old_until(const struct session *session,
                               const struct narration_from *from)
{
    struct moment until = from->furthest;

    for (unsigned i = from->branches; i < timeline_branches(session->time); i++)
        until = earlier(until, timeline_branch_info(session->time, i)->fork);
    return until;
}

/* What the move passed of what was there before; what is new has been heard. */
static void tell_passed(struct narration *narration, const struct narration_from *from,
                        struct moment now)
{
    const struct session *session = narration->session;
    struct moment until = old_until(session, from);

    if (moment_compare(now, from->at) < 0 && moment_compare(until, from->furthest) == 0)
        tell_back(narration, now, from->at);
    else if (moment_compare(from->at, until) < 0 && moment_compare(from->at, now) < 0)
        replay(narration, from->at, earlier(now, until));
}

static void say_more(struct narration *narration)
{
    struct buf line = {0};

    if (!narration->more && !narration->left_out)
        return;
    if (narration->left_out) {
        buf_text(&line, "And more: the rest was not gone through again to tell it.");
    } else {
        buf_text(&line, "And ");
        put_count(&line, narration->more);
        buf_text(&line,
                 " more events, which were not told; 'narrate all' tells every one.");
    }
    say(narration->session, line.data);
    buf_free(&line);
}

void narration_after(struct session *session, const struct narration_from *from)
{
    struct narration *narration = session_extra(session, narration_key);
    struct moment now;

    if (!narration || narration->serial != from->serial)
        return;
    narration->serial++;
    now = timeline_now(session->time);
    narration->holds = narration->left_out = false;
    if (timeline_branch(session->time) == from->branch)
        tell_passed(narration, from, now);
    say_held(narration);
    say_more(narration);
    narration->told = narration->more = 0;
}
