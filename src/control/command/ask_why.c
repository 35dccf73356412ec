#include "control/command/ask.h"
#include "observe/ask/fault.h"
#include "observe/ask/step.h"
#include "observe/ask/who.h"
#include "observe/ask/why.h"

#include <inttypes.h>

/* --- which event ------------------------------------------------------------------ */

/* Who wrote what a watchpoint watches. */
static bool writer_of(struct session *session, const struct stop_hit *hit,
                      struct event *event)
{
    const struct lvalue target = {.kind = LVALUE_MEMORY,
                                  .physical = true,
                                  .hart = session->hart,
                                  .number = hit->pa,
                                  .size = 1,
                                  .hi = 63};
    struct who who;
    struct err err;

    if (hit->stop->kind != STOP_WRITE ||
        !who_wrote(session->time, &target, session->board, &who, &err) ||
        who.kind == WHO_NOBODY)
        return false;
    *event = who.event;
    return true;
}

/* What the last move stopped at, if that was more than an address. */
static bool event_of_hit(struct session *session, struct event *event)
{
    unsigned count;
    const struct stop_hit *hits = stops_hits(session->stops, &count);

    if (session->last.arrival != ARRIVED_HIT ||
        moment_compare(session->last.to, timeline_now(session->time)) != 0)
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (hits[i].has_event)
            *event = hits[i].event;
        if (hits[i].has_event || writer_of(session, &hits[i], event))
            return true;
    }
    return false;
}

/* The event seen last; where none was, the last that is more than an instruction. */
static bool event_now(struct session *session, struct event *event)
{
    const struct event *seen = timeline_seen(session->time);

    if (event_of_hit(session, event))
        return true;
    if (seen)
        *event = *seen;
    return seen ||
           timeline_find_last(session->time, timeline_now(session->time),
                              EVENT_ALL & ~EVENT_BIT(EVENT_INSN), NULL, NULL, event);
}

static bool is_by_cycle(void *ctx, const struct event *event)
{
    return event->cycle <= *(const uint64_t *)ctx;
}

/* What has not been run has no events: the last one before it would explain nothing. */
static bool check_reached(const struct timeline *time, const struct given *given,
                          struct err *err)
{
    struct moment end = timeline_furthest(time), now = timeline_now(time);
    char text[MOMENT_TEXT];

    if (moment_compare(now, end) > 0) /* inside a step */
        end = now;
    if (given->is_cycle ? given->value <= timeline_furthest_cycle(time)
                        : moment_compare(given->moment, end) <= 0)
        return true;
    return err_set(
        err, "%s is behind the end: the run has got to cycle %" PRIu64 ", %s",
        given->text, timeline_furthest_cycle(time), moment_text(text, end, true));
}

bool ask_event(struct call *call, struct event *event, struct err *err)
{
    struct session *session = call->session;
    struct given *given = &call->given[0];
    bool found;

    if (given->is_given && !check_reached(session->time, given, err))
        return false;
    if (!given->is_given)
        found = event_now(session, event);
    else if (given->is_cycle)
        found = timeline_find_last(session->time, timeline_furthest(session->time),
                                   EVENT_ALL & ~EVENT_BIT(EVENT_INSN), is_by_cycle,
                                   &given->value, event);
    else
        found = timeline_find_last(session->time, given->moment, EVENT_ALL, NULL, NULL,
                                   event);
    return found || err_set(err, "nothing has happened before that moment");
}

/* --- why -------------------------------------------------------------------------- */

static void put_event(struct buf *out, const struct session *session,
                      const struct event *event)
{
    narrate(out, &session->narrator, event);
}

static void say_event(struct call *call, const char *before, const struct event *event)
{
    struct buf text = {0};

    buf_text(&text, before);
    put_event(&text, call->session, event);
    ask_say(call, &text);
    buf_free(&text);
}

/* "It was started 412 cycles before: hart 0 executes ...". */
static void say_start(struct call *call, const struct why *why)
{
    const struct event *last = &why->link[why->links - 1].event;
    uint64_t cycles = why->link[0].event.cycle - last->cycle;
    struct buf text = {0};

    if (why->has_pc) {
        buf_text(&text, "the instruction at ");
        put_address(&text, &call->session->narrator, why->pc);
        buf_text(&text, " raised it");
    } else if (why->links == 1) {
        buf_text(&text, why->started ? "that is where things start"
                                     : "no cause of it is known");
    } else if (why->started) {
        buf_text(&text, "it was started ");
        put_count(&text, cycles);
        buf_text(&text, cycles == 1 ? " cycle before: " : " cycles before: ");
        put_event(&text, call->session, last);
    } else {
        buf_text(&text, "its first known cause: ");
        put_event(&text, call->session, last);
    }
    ask_say(call, &text);
    buf_free(&text);
}

static void put_chain(struct call *call, const struct why *why)
{
    static const struct column columns[] = {{"moment", COLUMN_TEXT},
                                            {"cycle", COLUMN_COUNT},
                                            {"event", COLUMN_TEXT},
                                            {"because", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "causes", columns);
    struct buf text = {0};

    for (unsigned i = 0; i < why->links; i++) {
        const struct why_link *link = &why->link[i];

        ask_moment_cell(table, step_seen(&link->event));
        table_number(table, link->event.cycle);
        buf_clear(&text);
        put_event(&text, call->session, &link->event);
        table_text(table, "%s", buf_str(&text));
        if (link->because)
            table_text(table, "%s", link->because);
        else
            table_none(table);
    }
    buf_free(&text);
}

bool ask_why(struct call *call, struct err *err)
{
    struct event event;
    const struct event *last;
    struct why why;

    if (!ask_event(call, &event, err) ||
        !why_event(call->session->time, &event, &why, err))
        return false;
    last = &why.link[why.links - 1].event;
    say_event(call, "", &event);
    say_start(call, &why);
    if (why.was_held)
        say_event(call, "the interrupt had to wait for this: ", &why.released);
    put_chain(call, &why);
    ask_mark(call->session, "why", step_seen(last), last->cycle);
    return true;
}

/* --- why fault -------------------------------------------------------------------- */

bool ask_why_fault(struct call *call, struct err *err)
{
    struct session *session = call->session;
    struct fault fault;
    bool ok = why_fault(session->time, &session->narrator, &fault, err);

    for (unsigned i = 0; i < fault.count && ok; i++)
        reply_say(call->reply, "%s", fault.sentence[i]);
    if (ok)
        ask_mark(session, "fault", moment_after_event(&fault.event), fault.event.cycle);
    fault_release(&fault);
    return ok;
}
