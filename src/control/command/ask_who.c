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

/* The first is for two registers at one address only. */
static const struct column columns[] = {
    {"register", COLUMN_TEXT}, {"writer", COLUMN_TEXT}, {"event", COLUMN_TEXT},
    {"cycle", COLUMN_COUNT},   {"moment", COLUMN_TEXT}, {"old", COLUMN_HEX},
    {"value", COLUMN_HEX},     {NULL, COLUMN_TEXT}};

static void put_row(struct call *call, struct table *table, const struct who *who)
{
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

static void mark_who(struct call *call, const struct who *who)
{
    if (who->kind != WHO_NOBODY)
        ask_mark(call->session, "who", who->at, who->event.cycle);
}

static bool ask_one(struct call *call, const struct lvalue *target, struct err *err)
{
    struct session *session = call->session;
    struct buf text = {0};
    struct who who;

    if (!who_wrote(session->time, target, session->board, &who, err))
        return false;
    who_say(&text, &session->narrator, &who);
    ask_say(call, &text);
    buf_free(&text);
    say_before(call, target, &who);
    put_row(call, reply_table(call->reply, "who", columns + 1), &who);
    mark_who(call, &who);
    return true;
}

static void put_side(struct buf *out, const struct call *call,
                     const struct lvalue *target)
{
    put_register(out, &call->session->narrator, call->session->board, target->device,
                 (uint32_t)target->number, target->side == SIDE_WRITTEN);
}

/* "ata0 Status, which is read there: the device changed it ...". */
static void say_side(struct call *call, const struct lvalue *target,
                     const struct who *who)
{
    struct buf text = {0};

    put_side(&text, call, target);
    buf_printf(&text, ", which is %s there: ",
               target->side == SIDE_WRITTEN ? "written" : "read");
    who_say(&text, &call->session->narrator, who);
    ask_say(call, &text);
    buf_free(&text);
}

static void put_sides(struct call *call, const struct lvalue target[2],
                      const struct who who[2])
{
    struct table *table = reply_table(call->reply, "who", columns);

    for (unsigned i = 0; i < 2; i++) {
        struct buf text = {0};

        put_side(&text, call, &target[i]);
        table_text(table, "%s", buf_str(&text));
        buf_free(&text);
        put_row(call, table, &who[i]);
    }
}

/* Two registers at one address: each has its answer, and `goto who` goes to the later. */
static bool ask_both(struct call *call, const struct lvalue target[2], struct err *err)
{
    struct session *session = call->session;
    struct who who[2];
    bool second;

    for (unsigned i = 0; i < 2; i++)
        if (!who_wrote(session->time, &target[i], session->board, &who[i], err))
            return false;
    for (unsigned i = 0; i < 2; i++)
        say_side(call, &target[i], &who[i]);
    put_sides(call, target, who);
    second = who[0].kind == WHO_NOBODY || moment_compare(who[0].at, who[1].at) < 0;
    mark_who(call, &who[second]);
    return true;
}

bool ask_who(struct call *call, struct err *err)
{
    struct lvalue target, side[2];

    if (!read_target(call, &target, err))
        return false;
    if (who_shared(call->session->run, &target, call->session->board, &side[0],
                   &side[1]))
        return ask_both(call, side, err);
    return ask_one(call, &target, err);
}
