#include "control/command/ask.h"
#include "observe/ask/who.h"

#include <string.h>

/* The clock and the instructions of all harts are numbers, but no addresses. */
static bool check_counters(const char *text, struct err *err)
{
    if (strcmp(text, "cycle") == 0)
        return err_set(err, "cycle counts by itself: ask about mcycle");
    if (strcmp(text, "retired") == 0)
        return err_set(err, "retired counts by itself: ask about minstret");
    return true;
}

/* What the argument names; what is no place of its own is an address. */
static bool read_target(struct call *call, struct lvalue *target, struct err *err)
{
    struct expr_scope scope = session_scope(call->session);
    struct err no_place;
    uint64_t address;

    if (expr_lvalue(call->given[0].expr, &scope, target, &no_place))
        return true;
    if (!check_counters(call->given[0].text, err) ||
        !expr_value(call->given[0].expr, &scope, &address, err))
        return false;
    *target = (struct lvalue){.kind = LVALUE_MEMORY,
                              .hart = call->session->hart,
                              .number = address,
                              .size = 1,
                              .hi = 63};
    return true;
}

/* "Before that, nobody since reset." */
static void say_before(struct call *call, const struct lvalue *target,
                       const struct who *who)
{
    struct session *session = call->session;
    struct buf text = {0};
    struct who earlier;
    struct err err;

    if (who->kind == WHO_NOBODY ||
        !who_wrote_before(session->time, target, session->board, who->before, &earlier,
                          &err))
        return;
    buf_text(&text, "before that ");
    who_say(&text, &session->narrator, &earlier);
    ask_say(call, &text);
    buf_free(&text);
}

static void put_row(struct call *call, const struct who *who)
{
    static const struct column columns[] = {
        {"writer", COLUMN_TEXT}, {"event", COLUMN_TEXT}, {"cycle", COLUMN_COUNT},
        {"moment", COLUMN_TEXT}, {"old", COLUMN_HEX},    {"value", COLUMN_HEX},
        {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "who", columns);
    struct buf text = {0};

    who_say_short(&text, &call->session->narrator, who);
    table_text(table, "%s", buf_str(&text));
    buf_free(&text);
    if (who->kind == WHO_NOBODY) {
        for (unsigned i = 0; i < 5; i++)
            table_none(table);
        return;
    }
    table_text(table, "%s", event_infos[who->event.kind].name);
    table_number(table, who->event.cycle);
    ask_moment_cell(table, who->at);
    if (who->has_values) {
        table_number(table, who->old);
        table_number(table, who->value);
    } else {
        table_none(table);
        table_none(table);
    }
}

bool ask_who(struct call *call, struct err *err)
{
    struct session *session = call->session;
    struct buf text = {0};
    struct lvalue target;
    struct who who;

    if (!read_target(call, &target, err) ||
        !who_wrote(session->time, &target, session->board, &who, err))
        return false;
    who_say(&text, &session->narrator, &who);
    ask_say(call, &text);
    buf_free(&text);
    say_before(call, &target, &who);
    put_row(call, &who);
    if (who.kind != WHO_NOBODY)
        ask_mark(session, "who", who.at, who.event.cycle);
    return true;
}
