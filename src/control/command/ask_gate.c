#include "base/bits.h"
#include "control/command/ask.h"
#include "observe/ask/gates.h"
#include "observe/ask/names.h"
#include "observe/ask/who.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- which interrupt -------------------------------------------------------------- */

static const struct {
    const char *name;
    uint64_t lines;
} names[] = {
    {"timer", BIT(IRQ_MTI) | BIT(IRQ_STI)},
    {"software", BIT(IRQ_MSI) | BIT(IRQ_SSI)},
    {"external", BIT(IRQ_MEI) | BIT(IRQ_SEI)},
    {"mti", BIT(IRQ_MTI)},
    {"sti", BIT(IRQ_STI)},
    {"msi", BIT(IRQ_MSI)},
    {"ssi", BIT(IRQ_SSI)},
    {"mei", BIT(IRQ_MEI)},
    {"sei", BIT(IRQ_SEI)},
    {"vsti", BIT(IRQ_VSTI)},
    {"vssi", BIT(IRQ_VSSI)},
    {"vsei", BIT(IRQ_VSEI)},
    {"sgei", BIT(IRQ_SGEI)},
};

static uint64_t lines_named(const char *name)
{
    for (unsigned i = 0; i < COUNT(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].lines;
    return 0;
}

/* The source of a device that has one line. */
static bool source_of_device(const struct board *board, const char *name, unsigned *irq,
                             struct err *err)
{
    const struct device *device = names_device(board, name, err);

    if (!device)
        return err_prefix(err,
                          "'%.40s' is no interrupt: give a number, a device, timer, "
                          "software or external",
                          name);
    if (device->lines == 0)
        return err_set(err, "%s has no interrupt line", device->name);
    if (device->lines > 1)
        return err_set(err, "%s has %u interrupt lines, %u to %u: say which",
                       device->name, device->lines, device->line[0].source,
                       device->line[device->lines - 1].source);
    *irq = device->line[0].source;
    return true;
}

void ask_offer_sources(const struct session *session,
                       void (*offer)(void *ctx, const char *word), void *ctx)
{
    const struct board *board = session_board(session);

    for (unsigned d = 0; d < board->devices; d++)
        if (board->device[d]->lines == 1)
            offer(ctx, board->device[d]->name);
    for (unsigned d = 0; d < board->devices; d++)
        for (unsigned i = 0; i < board->device[d]->lines; i++) {
            char number[16];

            snprintf(number, sizeof(number), "%u", board->device[d]->line[i].source);
            if (board->device[d]->line[i].source)
                offer(ctx, number);
        }
}

void ask_offer_irqs(const struct session *session,
                    void (*offer)(void *ctx, const char *word), void *ctx)
{
    offer(ctx, "timer");
    offer(ctx, "software");
    offer(ctx, "external");
    ask_offer_sources(session, offer, ctx);
}

bool ask_source(const struct session *session, const char *name, unsigned *irq,
                struct err *err)
{
    unsigned long number;
    char *end;

    if (!isdigit((unsigned char)name[0]))
        return source_of_device(session_board(session), name, irq, err);
    number = strtoul(name, &end, 0);
    if (*end || number > UINT16_MAX)
        return err_set(err, "'%.40s' is no interrupt's number", name);
    *irq = (unsigned)number;
    return true;
}

static bool find_gates(struct call *call, struct gates *gates, struct err *err)
{
    const struct session *session = call->session;
    const char *name = call->given[0].text;
    int hart = call->given[1].is_given ? (int)call->given[1].value : -1;
    uint64_t lines = lines_named(name);
    unsigned irq = 0;

    if (lines)
        return gates_of_lines(session->run, session->board, lines, hart, gates, err);
    return ask_source(session, name, &irq, err) &&
           gates_of_source(session->run, session->board, irq, hart, gates, err);
}

/* --- what is said ----------------------------------------------------------------- */

static void say_open(struct call *call, const struct gates *gates,
                     const struct route *route)
{
    reply_say(
        call->reply,
        "Nothing holds %s back: hart %u takes it before its next instruction, in %s.",
        gates->subject, route->hart, mode_name(route->mode));
}

/* Who closed a gate; false: nothing is known of that. */
static bool who_closed(struct call *call, const struct gate *gate, struct who *who)
{
    struct session *session = call->session;
    struct err err;

    return gate->what.kind != LVALUE_NONE &&
           who_wrote(session->time, &gate->what, session->board, who, &err);
}

static void say_closed(struct call *call, const struct gates *gates,
                       const struct route *route)
{
    const struct gate *gate = &gates->gate[route->first];
    struct buf text = {0};
    struct who who;

    buf_printf(&text, "%s stops at %s: it is ", gates->subject, gate->name);
    buf_printf(&text, gate->value < 10 ? "%" PRIu64 : "0x%" PRIx64, gate->value);
    buf_printf(&text, " and must be %s", gate->needs);
    if (gate->means[0])
        buf_printf(&text, "; %s", gate->means);
    ask_say(call, &text);
    if (who_closed(call, gate, &who)) {
        buf_clear(&text);
        who_say(&text, &call->session->narrator, &who);
        ask_say(call, &text);
        if (who.kind != WHO_NOBODY)
            ask_mark(call->session, "who", who.at, who.event.cycle);
    }
    buf_free(&text);
    if (route->closed > 1)
        reply_say(call->reply, "%u gates on this way are closed.", route->closed);
}

/* --- the table -------------------------------------------------------------------- */

static void put_route(struct table *table, const struct gates *gates,
                      const struct gate *gate)
{
    const struct route *route = &gates->route[gate->route];

    if (gate->route == GATE_SHARED)
        table_text(table, "all");
    else
        table_text(table, "hart %u %s", route->hart, route_name(route));
}

static void put_closer(struct call *call, struct table *table, const struct gate *gate)
{
    struct buf text = {0};
    struct who who;

    if (gate->state != GATE_CLOSED || !who_closed(call, gate, &who)) {
        table_none(table);
        table_none(table);
        return;
    }
    who_say_short(&text, &call->session->narrator, &who);
    table_text(table, "%s", buf_str(&text));
    buf_free(&text);
    if (who.kind == WHO_NOBODY)
        table_none(table);
    else
        ask_moment_cell(table, who.at);
}

static void put_gate(struct call *call, struct table *table, const struct gates *gates,
                     const struct gate *gate, bool ask_closer)
{
    static const char *const states[] = {"open", "closed", "passed"};

    put_route(table, gates, gate);
    table_text(table, "%s", gate->name);
    table_text(table, "%s", states[gate->state]);
    table_number(table, gate->value);
    table_text(table, "%s", gate->needs);
    table_text(table, "%s", gate->means);
    if (ask_closer) {
        put_closer(call, table, gate);
    } else {
        table_none(table);
        table_none(table);
    }
}

static void put_gates(struct call *call, const struct gates *gates,
                      const struct route *best)
{
    static const struct column columns[] = {
        {"way", COLUMN_TEXT},       {"gate", COLUMN_TEXT},   {"state", COLUMN_TEXT},
        {"value", COLUMN_HEX},      {"needs", COLUMN_TEXT},  {"means", COLUMN_TEXT},
        {"closed_by", COLUMN_TEXT}, {"moment", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "gates", columns);

    for (unsigned i = 0; i < gates->count; i++) {
        const struct gate *gate = &gates->gate[i];
        bool on_way = gate->route == GATE_SHARED || &gates->route[gate->route] == best;

        put_gate(call, table, gates, gate, on_way);
    }
}

bool ask_why_not(struct call *call, struct err *err)
{
    struct gates gates = {.count = 0};
    const struct route *route;
    bool ok = find_gates(call, &gates, err);

    if (ok) {
        route = gates_best(&gates);
        if (route->first < 0)
            say_open(call, &gates, route);
        else
            say_closed(call, &gates, route);
        put_gates(call, &gates, route);
    }
    gates_release(&gates);
    return ok;
}
