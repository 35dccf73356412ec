/* Two branches compared, in words and numbers. */
#include "base/alloc.h"
#include "control/branches.h"
#include "control/command/branch.h"
#include "control/command/where.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct session *session,
                           const struct branch_side *side)
{
    return timeline_branch_info(session->time, side->branch)->name;
}

/* --- where they part -------------------------------------------------------------------------------- */

static void say_fork(struct call *call, const struct branch_diff *diff)
{
    struct session *session = call->session;
    struct buf text = {0};

    where_put_moment(&text, diff->fork, diff->fork_cycle);
    reply_say(call->reply, "%s and %s are the same up to %s.",
              name_of(session, &diff->side[0]), name_of(session, &diff->side[1]),
              text.data);
    buf_free(&text);
}

/* What was done to one of them at the fork is why they part. */
static void say_act(struct call *call, const struct branch_diff *diff,
                    const struct branch_side *side)
{
    const struct branch_info *info =
        timeline_branch_info(call->session->time, side->branch);
    size_t number = journal_find(info->journal, diff->fork);
    const struct act *act;

    if (number == info->journal->count)
        return;
    act = &info->journal->act[number];
    if (moment_compare(act->at, diff->fork) == 0)
        reply_say(call->reply, "In %s this was done there: %s.", info->name,
                  act->reason ? act->reason : "a change from outside");
}

static void put_side(struct buf *out, const struct session *session,
                     const struct branch_side *side, const struct diff_event *event)
{
    buf_printf(out, "in %s ", name_of(session, side));
    if (!event->has) {
        buf_text(out, "there is none, as far as it has been run");
        return;
    }
    narrate(out, &session->narrator, &event->event);
    buf_text(out, " (");
    where_put_moment(out, moment_after_event(&event->event), event->event.cycle);
    buf_char(out, ')');
}

/* Events that are told in the same words: in which fields they differ. */
static void put_fields(struct buf *out, const struct diff_event *a,
                       const struct diff_event *b)
{
    const struct event_field *field;
    unsigned differ = 0;

    for (field = event_infos[a->event.kind].fields; field->name; field++) {
        uint64_t of_a = event_get(&a->event, field), of_b = event_get(&b->event, field);

        if (of_a != of_b)
            buf_printf(out, "%s %s: 0x%" PRIx64 " and 0x%" PRIx64,
                       differ++ ? "," : "; they differ in", field->name, of_a, of_b);
    }
}

static bool is_told_alike(const struct session *session, const struct diff_event *a,
                          const struct diff_event *b)
{
    struct buf text[2] = {{0}, {0}};
    bool alike;

    narrate(&text[0], &session->narrator, &a->event);
    narrate(&text[1], &session->narrator, &b->event);
    alike = strcmp(buf_str(&text[0]), buf_str(&text[1])) == 0;
    buf_free(&text[0]);
    buf_free(&text[1]);
    return alike;
}

static void say_parting(struct call *call, const char *begins,
                        const struct branch_diff *diff, const struct diff_event *a,
                        const struct diff_event *b)
{
    struct buf text = {0};

    put_side(&text, call->session, &diff->side[0], a);
    buf_text(&text, "; ");
    put_side(&text, call->session, &diff->side[1], b);
    if (a->has && b->has && a->event.kind == b->event.kind &&
        is_told_alike(call->session, a, b))
        put_fields(&text, a, b);
    reply_say(call->reply, "%s: %s.", begins, text.data);
    buf_free(&text);
}

static void say_no_parting(struct call *call, const struct branch_diff *diff)
{
    if (diff->bounded)
        reply_say(call->reply,
                  "Through the first %d instructions from there, no event differs.",
                  DIFF_INSTRUCTIONS);
    else
        reply_say(call->reply, "As far as both have been run, no event differs.");
}

/* The first instruction says what went another way; what devices and harts do differently
 * because of it may come much later. */
static void say_partings(struct call *call, const struct branch_diff *diff)
{
    const struct branch_side *a = &diff->side[0], *b = &diff->side[1];

    if (diff->any_parts)
        say_parting(call, "The first event that differs", diff, &a->any, &b->any);
    else
        say_no_parting(call, diff);
    if (diff->device_parts && (!diff->any_parts || a->any.event.kind == EVENT_INSN ||
                               b->any.event.kind == EVENT_INSN))
        say_parting(call, "The first that is more than an instruction", diff,
                    &a->device, &b->device);
}

/* --- what each has cost --------------------------------------------------------------------------------- */

static void metric_row(struct table *table, const char *name, uint64_t a, uint64_t b)
{
    table_text(table, "%s", name);
    table_number(table, a);
    table_number(table, b);
    table_text(table, "%s%" PRIu64, b < a ? "-" : "+", b < a ? a - b : b - a);
}

/* Metrics of both, then the kinds of events of which there are not as many. */
static void metric_table(struct call *call, const struct branch_diff *diff)
{
    const char *a = name_of(call->session, &diff->side[0]);
    const char *b = name_of(call->session, &diff->side[1]);
    const struct column columns[] = {{"from_the_fork_on", COLUMN_TEXT},
                                     {a, COLUMN_COUNT},
                                     {b, COLUMN_COUNT},
                                     {"difference", COLUMN_TEXT},
                                     {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "metrics", columns);
    struct metrics of[2];

    for (unsigned s = 0; s < 2; s++)
        metrics_between(&of[s], &diff->at_fork, &diff->side[s].counters);
    for (unsigned i = 0; i < METRICS; i++)
        if (!metric_infos[i].is_share)
            metric_row(table, metric_infos[i].name,
                       metric_count(&of[0], &metric_infos[i]),
                       metric_count(&of[1], &metric_infos[i]));
    for (unsigned i = 0; i < EVENT_KINDS; i++)
        if (i != EVENT_INSN && of[0].events[i] != of[1].events[i])
            metric_row(table, event_infos[i].name, of[0].events[i], of[1].events[i]);
}

static void say_end(struct call *call, const struct branch_side *side)
{
    const struct branch_info *info =
        timeline_branch_info(call->session->time, side->branch);
    struct buf text = {0};

    where_put_moment(&text, side->end, side->end_cycle);
    reply_say(call->reply, "%s has been run to %s.", info->name, text.data);
    buf_free(&text);
}

bool branch_diff(struct call *call, struct err *err)
{
    struct session *session = call->session;
    unsigned a = (unsigned)call->given[0].value, b = timeline_branch(session->time);
    struct branch_diff *diff = alloc_zero(1, sizeof(*diff));
    bool ok;

    if (call->given[1].is_given)
        b = (unsigned)call->given[1].value;
    ok = branches_compare(session, a, b, diff, err);
    if (ok) {
        say_fork(call, diff);
        say_act(call, diff, &diff->side[0]);
        say_act(call, diff, &diff->side[1]);
        say_partings(call, diff);
        say_end(call, &diff->side[0]);
        say_end(call, &diff->side[1]);
        metric_table(call, diff);
    }
    free(diff);
    return ok;
}
