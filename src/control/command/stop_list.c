/* Listing, deleting, enabling and changing breakpoints. */
#include "control/command/rows.h"

#include "base/alloc.h"
#include "control/command/show.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- info breakpoints ------------------------------------------------------------------------------- */

static const struct column columns[] = {
    {"number", COLUMN_COUNT}, {"kind", COLUMN_TEXT},    {"enabled", COLUMN_FLAG},
    {"hits", COLUMN_COUNT},   {"ignore", COLUMN_COUNT}, {"address", COLUMN_HEX},
    {"length", COLUMN_COUNT}, {"what", COLUMN_TEXT},    {"condition", COLUMN_TEXT},
    {NULL, COLUMN_TEXT}};

static const char *kind_of(const struct stop *stop)
{
    switch (stop->kind) {
    case STOP_PC:
        return stop->temporary ? "temporary breakpoint" : "breakpoint";
    case STOP_WRITE:
        return "watchpoint";
    case STOP_READ:
        return "read watchpoint";
    case STOP_ACCESS:
        return "access watchpoint";
    case STOP_EVENT:
        break;
    }
    return "catchpoint";
}

static void number_or_none(struct table *table, bool is_there, uint64_t number)
{
    if (is_there)
        table_number(table, number);
    else
        table_none(table);
}

static void text_or_none(struct table *table, const char *text)
{
    if (text)
        table_text(table, "%s", text);
    else
        table_none(table);
}

static void row(struct table *table, const struct stop *stop)
{
    bool memory = stop->kind != STOP_PC && stop->kind != STOP_EVENT;

    table_number(table, stop->number);
    table_text(table, "%s", kind_of(stop));
    table_number(table, stop->enabled);
    table_number(table, stop->hits);
    table_number(table, stop->ignore);
    number_or_none(table, stop->kind != STOP_EVENT, stop->address);
    number_or_none(table, memory, stop->length);
    text_or_none(table, stop->text);
    text_or_none(table, stop->condition_text);
}

static bool do_info(struct call *call, struct err *err)
{
    struct stops *stops = call->session->stops;
    struct table *table = NULL;
    const struct stop *stop;

    (void)err;
    for (unsigned i = 0; (stop = stops_at(stops, i)) != NULL; i++) {
        if (!table)
            table = reply_table(call->reply, "breakpoints", columns);
        row(table, stop);
    }
    if (!table) {
        reply_say(call->reply, "There are no breakpoints, watchpoints or catchpoints.");
        reply_table(call->reply, "breakpoints", columns);
    }
    return true;
}

/* --- those with the numbers given, or all ------------------------------------------------------------ */

/* Was argument `n` named before? */
static bool is_again(const struct call *call, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (call->given[i].value == call->given[n].value)
            return true;
    return false;
}

/* Does something to each that was named, once, or to all; says how many. */
static bool for_each(struct call *call, const char *done,
                     bool (*act)(struct stops *stops, unsigned number, struct err *err),
                     struct err *err)
{
    struct stops *stops = call->session->stops;
    unsigned count = 0;

    if (call->given[0].is_given) {
        for (unsigned i = 0; i < call->count; i++) {
            if (is_again(call, i))
                continue;
            if (!act(stops, (unsigned)call->given[i].value, err))
                return false;
            count++;
        }
    } else {
        for (unsigned i = stops_count(stops); i-- > 0; count++)
            if (!act(stops, stops_at(stops, i)->number, err))
                return false;
    }
    reply_say(call->reply, "%u %s.", count, done);
    return true;
}

static bool remove_one(struct stops *stops, unsigned number, struct err *err)
{
    (void)err;
    return stops_remove(stops, number);
}

static bool enable_one(struct stops *stops, unsigned number, struct err *err)
{
    return stops_enable(stops, number, true, err);
}

static bool disable_one(struct stops *stops, unsigned number, struct err *err)
{
    return stops_enable(stops, number, false, err);
}

static bool do_delete(struct call *call, struct err *err)
{
    return for_each(call, "deleted", remove_one, err);
}

static bool do_enable(struct call *call, struct err *err)
{
    return for_each(call, "enabled", enable_one, err);
}

static bool do_disable(struct call *call, struct err *err)
{
    return for_each(call, "disabled", disable_one, err);
}

/* --- conditions and counts ------------------------------------------------------------------------------ */

static bool do_condition(struct call *call, struct err *err)
{
    struct stops *stops = call->session->stops;
    unsigned number = (unsigned)call->given[0].value;
    struct stop *stop = stops_find(stops, number);

    if (!stops_set_condition(stops, number, call->given[1].expr, err))
        return false;
    call->given[1].expr = NULL;
    free(stop->condition_text);
    stop->condition_text = NULL;
    if (!call->given[1].is_given) {
        reply_say(call->reply, "%u has no condition now.", number);
        return true;
    }
    stop->condition_text = alloc_string(call->given[1].text);
    reply_say(call->reply, "%u stops only if %s.", number, call->given[1].text);
    return true;
}

static bool do_ignore(struct call *call, struct err *err)
{
    struct stop *stop =
        stops_find(call->session->stops, (unsigned)call->given[0].value);

    (void)err;
    stop->ignore = call->given[1].value;
    reply_say(call->reply, "The next %" PRIu64 " hits of %u are passed over.",
              stop->ignore, stop->number);
    return true;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

#define NUMBERS                                                                        \
    {                                                                                  \
        {                                                                              \
            .type = ARG_BREAKPOINT, .name = "N", .optional = true, .repeats = true     \
        }                                                                              \
    }

const struct command stop_list_commands[] = {
    {
        .name = "info breakpoints",
        .aliases = "ib",
        .shortcuts = "info b, i b, info watchpoints",
        .summary = "breakpoints, watchpoints and catchpoints, with their hits",
        .help = "Hits are counted forwards. `ignore` is how many are passed over "
                "yet.\n"
                "\n"
                "  info breakpoints",
        .group = "breakpoints",
        .run = do_info,
    },
    {
        .name = "delete",
        .aliases = "del d",
        .arguments = NUMBERS,
        .summary = "delete breakpoints: those with these numbers, or all",
        .help = "  delete 2 3\n"
                "  delete",
        .group = "breakpoints",
        .run = do_delete,
    },
    {
        .name = "enable",
        .arguments = NUMBERS,
        .summary = "let breakpoints stop moves again: these, or all",
        .help = "  enable 2",
        .group = "breakpoints",
        .run = do_enable,
    },
    {
        .name = "disable",
        .arguments = NUMBERS,
        .summary = "keep breakpoints, but do not stop at them: these, or all",
        .help = "  disable 2\n"
                "  disable",
        .group = "breakpoints",
        .run = do_disable,
    },
    {
        .name = "condition",
        .arguments = {{.type = ARG_BREAKPOINT, .name = "N"},
                      {.type = ARG_EXPR, .name = "CONDITION", .optional = true}},
        .summary = "give a breakpoint a condition, or take it away",
        .help =
            "A condition that has no value, since memory in it cannot be read or it "
            "divides by 0, stops; that is said.\n"
            "\n"
            "  condition 2 a0 == 3\n"
            "  condition 2",
        .group = "breakpoints",
        .run = do_condition,
    },
    {
        .name = "ignore",
        .arguments = {{.type = ARG_BREAKPOINT, .name = "N"},
                      {.type = ARG_COUNT, .name = "COUNT"}},
        .summary = "pass over a breakpoint so many times",
        .help = "In both directions.\n"
                "\n"
                "  ignore 2 100",
        .group = "breakpoints",
        .run = do_ignore,
    },
    {.name = NULL},
};
