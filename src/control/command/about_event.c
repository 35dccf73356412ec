/* about #12.3, dma_error, exit 3, irq 23, metric cycles: what happened, and what counts it. */
#include "base/nearest.h"
#include "control/command/about.h"
#include "control/command/exit.h"
#include "control/command/show.h"
#include "observe/ask/gates.h"
#include "observe/ask/names.h"
#include "observe/ask/step.h"
#include "observe/exits/guest_folds.h"
#include "observe/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- moments ---------------------------------------------------------------------------- */

static void field_rows(struct about *about, const struct event *event)
{
    static const struct column columns[] = {{"field", COLUMN_TEXT},
                                            {"value", COLUMN_HEX},
                                            {"means", COLUMN_TEXT},
                                            {"unit", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(&about->tables, "event", columns);

    for (const struct event_field *f = event_infos[event->kind].fields; f->name; f++) {
        struct buf words = {0};

        table_text(table, "%s", f->name);
        table_number(table, event_get(event, f));
        if (narrate_is_none(event, f))
            buf_text(&words, "none");
        else
            narrate_field(&words, &about->session->narrator, event, f);
        show_text_cell(table, &words);
        buf_free(&words);
        table_text(table, "%s", event_unit_names[f->unit]);
    }
}

static void tell_event(struct about *about, const struct event *event)
{
    const struct event_info *info = &event_infos[event->kind];
    const char *note = subject_note(&about->session->subject, event);
    char moment[MOMENT_TEXT], hand[MOMENT_TEXT];
    struct buf lead = {0};

    moment_text(moment, step_seen(event), true);
    moment_text(hand, step_seen(event), false);
    buf_printf(&lead, "the event that leads to %s", moment);
    about_event_line(about, lead.data, event);
    buf_free(&lead);
    about_say(about, "its kind is %s: %s", info->name, info->help);
    if (note)
        about_say(about, "%.*s", (int)strcspn(note, "\n"), note);
    about_cause(about, event);
    field_rows(about, event);
    about_next(about, "why %s", hand);
    about_next(about, "goto %s", hand);
    about_next(about, "about %s", info->name);
}

bool about_moment(struct about *about, const char *name, struct err *err)
{
    struct given given = {.is_given = *name != '\0', .text = name};
    struct call call = *about->call;
    struct event event;

    call.given = &given;
    if (*name && !moment_parse(name, &given.moment))
        return err_set(err, "'%s' is no moment: #INSTRUCTION or #INSTRUCTION.EVENT",
                       name);
    if (!ask_event(&call, &event, err))
        return false;
    tell_event(about, &event);
    return true;
}

/* --- kinds of events ------------------------------------------------------------------------ */

enum event_kind about_kind_named(const char *name)
{
    char kind[48];

    snprintf(kind, sizeof(kind), "%s", name);
    for (char *c = kind; *c; c++)
        *c = *c == '-' ? '_' : *c;
    return event_kind_by_name(kind);
}

bool about_kind(struct about *about, const char *name, struct err *err)
{
    struct session *session = about->session;
    enum event_kind kind = about_kind_named(name);
    struct event event;

    if (kind == EVENT_KINDS)
        return err_set(err, "no event is called '%s': see info events", name);
    name = event_infos[kind].name;
    if (!about_line(about, ABOUT_ALL, err, "info events %s", name))
        return false;
    if (timeline_find_last(session->time, timeline_now(session->time), EVENT_BIT(kind),
                           NULL, NULL, &event)) {
        about_event_line(about, "the last one", &event);
        ask_mark(session, "who", step_seen(&event), event.cycle);
        about_next(about, "goto who");
    } else {
        about_say(about, "there has been none so far");
    }
    about_next(about, "catch %s", name);
    about_next(about, "step-event %s", name);
    about_next(about, "reverse-step-event %s", name);
    return true;
}

/* --- exits ----------------------------------------------------------------------------------- */

bool about_exit(struct about *about, const char *name, struct err *err)
{
    if (!about->session->guests->exits.begun)
        return err_set(err, "no guest has been left so far");
    if (!about_line(about, ABOUT_ALL, err, "why exit %s", name))
        return false;
    about_next(about, "goto exit");
    about_next(about, "info exits");
    about_next(about, "exits --by cause");
    return true;
}

/* --- interrupts ------------------------------------------------------------------------------ */

static void put_gate(struct buf *out, const struct gate *gate)
{
    buf_printf(out, "%s%s %s", out->size ? " > " : "", gate->name,
               gate->state == GATE_CLOSED ? "STOP" : "pass");
}

/* "The way: dma0.Control.doneIE pass > PRIORITY pass > mie.MEIE STOP": up to the first that
 * is closed, on the route that is furthest prepared. */
static void say_gates(struct about *about, unsigned irq)
{
    struct session *session = about->session;
    const struct route *best;
    struct gates gates;
    struct buf line = {0};
    struct err err;
    const struct gate *stop = NULL;

    if (!gates_of_source(session->run, session->board, irq, -1, &gates, &err))
        return;
    best = gates_best(&gates);
    for (unsigned i = 0; i < gates.count && !stop; i++) {
        const struct gate *gate = &gates.gate[i];

        if (gate->route != GATE_SHARED && (!best || gate->route != best - gates.route))
            continue;
        put_gate(&line, gate);
        stop = gate->state == GATE_CLOSED ? gate : NULL;
    }
    about_say(about, "the gates on its way: %s", buf_str(&line));
    if (stop)
        about_say(about, "%s", stop->means);
    buf_free(&line);
    gates_release(&gates);
}

/* Whose line it is: "line 0 of 8 of dma0". */
static bool say_source(struct about *about, unsigned irq, struct err *err)
{
    const struct board *board = session_board(about->session);

    for (unsigned d = 0; d < board->devices; d++)
        for (unsigned i = 0; i < board->device[d]->lines; i++)
            if (board->device[d]->line[i].source == irq) {
                about_say(about,
                          "interrupt %u: source %u of the interrupt controller, which "
                          "is line %u of %u of %s; it is %s now",
                          irq, irq, i, board->device[d]->lines, board->device[d]->name,
                          board->device[d]->line[i].level ? "high" : "low");
                about_next(about, "about %s", board->device[d]->name);
                return true;
            }
    return err_set(err, "no device drives interrupt %u: see info devices", irq);
}

bool about_irq(struct about *about, const char *name, struct err *err)
{
    unsigned irq;

    if (!ask_source(about->session, name, &irq, err) || !say_source(about, irq, err))
        return false;
    say_gates(about, irq);
    about_next(about, "why not irq %u", irq);
    about_next(about, "catch irq %u", irq);
    return about_line(about, ABOUT_ALL, err, "follow irq %u", irq);
}

/* --- metrics --------------------------------------------------------------------------------- */

static bool no_metric(const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (unsigned i = 0; i < METRICS; i++)
        nearest_offer(&nearest, metric_infos[i].name);
    return err_set(err, "no metric is called '%s'%s: see info metrics", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

/* The value is that row's of the table that info metrics gives. */
static void say_value(struct about *about, const char *name, const char *unit)
{
    const struct reply_part *part = about->tables.part;

    for (size_t p = 0; p < about->tables.parts; p++)
        for (size_t row = 0; row < part[p].table.rows; row++) {
            const struct cell *cell = table_cell(&part[p].table, row, 0);
            struct buf count = {0};

            if (!cell->text || strcmp(cell->text, name) != 0)
                continue;
            put_count(&count, table_cell(&part[p].table, row, 1)->number);
            about_say(about, "it is %s %s so far", count.data, unit);
            buf_free(&count);
        }
}

bool about_metric(struct about *about, const char *name, struct err *err)
{
    const struct metric_info *info = metric_infos;
    size_t tables = about->tables.parts;

    while (info < metric_infos + METRICS && strcmp(info->name, name) != 0)
        info++;
    if (info == metric_infos + METRICS)
        return no_metric(name, err);
    about_say(about, "metric %s (%s): %s", info->name, info->title, info->help);
    if (!about_line(about, ABOUT_TABLES, err, "info metrics"))
        return false;
    if (info->is_share)
        about_say(about, "it needs a second run to be compared with, so that only "
                         "`ringside run` and `compare` know it");
    else
        say_value(about, name, info->unit);
    reply_cut(&about->tables, tables);
    about_next(about, "info metrics");
    return true;
}

/* --- what the face has ------------------------------------------------------------------------ */

bool about_topic(struct about *about, const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    struct topic topic;
    char hint[96];

    for (unsigned n = 0; about->session->topic && about->session->topic(n, &topic);
         n++) {
        nearest_offer(&nearest, topic.name);
        if (strcmp(topic.name, name) != 0)
            continue;
        about_say(about, "the %s %s: %s", topic.kind, topic.name, topic.help);
        if (topic.tells)
            about_next(about, "%s", topic.tells);
        return true;
    }
    return err_set(err, "there is no view '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}
