/* info metrics, info events: what the run has cost, and what it can tell. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/narrate.h"
#include "observe/record.h"

#include <inttypes.h>

/* --- info metrics ---------------------------------------------------------------------------------- */

/* Counts of events up to the viewer: a scenario's trial keeps them; else the run is
 * replayed for them. */
static bool count_events(const struct session *session, struct tally *tally,
                         struct err *err)
{
    struct event_sink sink = {TALLY_KINDS, tally_take, tally};

    *tally = (struct tally){0};
    if (session->subject.scenario) {
        *tally = session->subject.trial.tally;
        return true;
    }
    return timeline_replay(session->time, (struct moment){0},
                           timeline_now(session->time), sink) ||
           err_set(err, "interrupted");
}

static void metric_rows(struct call *call, const struct metrics *metrics)
{
    static const struct column columns[] = {{"metric", COLUMN_TEXT},
                                            {"value", COLUMN_COUNT},
                                            {"unit", COLUMN_TEXT},
                                            {"help", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "metrics", columns);

    for (int i = 0; i < METRICS; i++) {
        const struct metric_info *info = &metric_infos[i];

        if (info->is_share)
            continue; /* it needs a second run, alone */
        table_text(table, "%s", info->name);
        table_number(table, metric_count(metrics, info));
        table_text(table, "%s", info->unit);
        table_text(table, "%s", info->help);
    }
}

static void count_rows(struct call *call, const struct metrics *metrics)
{
    static const struct column columns[] = {{"event", COLUMN_TEXT},
                                            {"count", COLUMN_COUNT},
                                            {"help", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "events", columns);

    for (int i = 0; i < EVENT_KINDS; i++)
        if (metrics->events[i]) {
            table_text(table, "%s", event_infos[i].name);
            table_number(table, metrics->events[i]);
            table_text(table, "%s", event_infos[i].help);
        }
}

bool info_metrics(struct call *call, struct err *err)
{
    const struct session *session = call->session;
    uint64_t cycle = timeline_cycle(session->time);
    const struct counters start = {0};
    struct counters now;
    struct metrics metrics;
    struct tally tally;
    struct buf at = {0};

    if (!count_events(session, &tally, err))
        return false;
    counters_read(&now, session->run, &tally, cycle);
    metrics_between(&metrics, &start, &now);
    put_count(&at, cycle);
    reply_say(call->reply, "Counted from the start to cycle %s.", at.data);
    buf_free(&at);
    metric_rows(call, &metrics);
    count_rows(call, &metrics);
    return true;
}

/* --- info events ----------------------------------------------------------------------------------- */

static void kind_rows(struct call *call)
{
    static const struct column columns[] = {{"event", COLUMN_TEXT},
                                            {"help", COLUMN_TEXT},
                                            {"fields", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "kinds", columns);

    for (int i = 0; i < EVENT_KINDS; i++) {
        struct buf fields = {0};

        for (const struct event_field *f = event_infos[i].fields; f->name; f++)
            buf_printf(&fields, "%s%s", fields.size ? " " : "", f->name);
        table_text(table, "%s", event_infos[i].name);
        table_text(table, "%s", event_infos[i].help);
        show_text_cell(table, &fields);
        buf_free(&fields);
    }
}

/* The words that values of a unit have, if they are few: "idle, fetch, read". */
static void put_words(struct buf *out, enum event_unit unit)
{
    static const enum event_unit units[] = {
        UNIT_MODE,     UNIT_ACCESS,    UNIT_OUTCOME,   UNIT_RESPONSE, UNIT_BOOL,
        UNIT_LEVEL,    UNIT_EDGE,      UNIT_SLEEP,     UNIT_PENDING,  UNIT_DMASTATE,
        UNIT_DMAERROR, UNIT_DISKPHASE, UNIT_DIRECTION, UNIT_STAGE};
    bool listed = false;

    for (size_t i = 0; i < COUNT(units); i++)
        listed |= units[i] == unit;
    for (uint64_t value = 0; listed && value < 32; value++) {
        struct buf word = {0};

        put_unit(&word, unit, value);
        if (word.data[0] != '?')
            buf_printf(out, "%s%s", out->size ? ", " : "", word.data);
        buf_free(&word);
        listed = unit != UNIT_MODE || value + 1 < MODES;
    }
}

static void field_rows(struct call *call, const struct event_info *info)
{
    static const struct column columns[] = {{"field", COLUMN_TEXT},
                                            {"unit", COLUMN_TEXT},
                                            {"bytes", COLUMN_COUNT},
                                            {"words", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "fields", columns);

    for (const struct event_field *f = info->fields; f->name; f++) {
        struct buf words = {0};

        table_text(table, "%s", f->name);
        table_text(table, "%s", event_unit_names[f->unit]);
        table_number(table, f->size);
        put_words(&words, f->unit);
        show_text_cell(table, &words);
        buf_free(&words);
    }
}

bool info_events(struct call *call, struct err *err)
{
    const struct event_info *info;

    (void)err;
    if (!call->given[0].is_given) {
        kind_rows(call);
        return true;
    }
    info = &event_infos[call->given[0].value];
    reply_say(call->reply, "%s: %s.", info->name, info->help);
    reply_say(call->reply, "It is told as: %s.", info->sentence);
    field_rows(call, info);
    return true;
}
