/* info exits: one by one; exits --by: alike ones together. */
#include "control/command/ask.h"
#include "control/command/exit.h"
#include "control/command/show.h"
#include "observe/exits/exit_groups.h"
#include "observe/exits/exit_words.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>

enum { USUAL_ROWS = 10 };

/* --- info exits ---------------------------------------------------------------------- */

/* Makes a cell of what has been put together, and empties it. */
static void text_cell(struct table *table, struct buf *text)
{
    show_text_cell(table, text);
    buf_clear(text);
}

static void exit_row(struct table *table, const struct narrator *narrator,
                     const struct vm_exit *exit)
{
    struct buf text = {0};

    table_number(table, exit->number);
    ask_moment_cell(table, exit_moment(exit));
    table_number(table, exit->vmid);
    exit_put_cause(&text, exit->cause);
    text_cell(table, &text);
    if (exit->cause & CAUSE_INTERRUPT)
        table_none(table);
    else
        table_number(table, exit->epc);
    exit_put_instruction(&text, exit->insn, exit->epc);
    text_cell(table, &text);
    exit_put_about(&text, narrator, exit);
    text_cell(table, &text);
    exit_put_did(&text, exit);
    text_cell(table, &text);
    table_number(table, exit->cost.cycles);
    exit_put_parts(&text, &exit->cost);
    text_cell(table, &text);
    buf_free(&text);
}

static void say_how_many(struct call *call, const struct exits *exits)
{
    struct buf text = {0};

    put_count(&text, exits->begun);
    buf_text(&text, exits->begun == 1 ? " exit" : " exits");
    buf_text(&text, " so far");
    if (exits->begun > exits->ended) {
        buf_text(&text, ", of which ");
        put_count(&text, exits->begun - exits->ended);
        buf_text(&text, exits->begun - exits->ended == 1 ? " has not" : " have not");
        buf_text(&text, " returned yet");
    }
    ask_say(call, &text);
    buf_free(&text);
}

bool exit_info(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"number", COLUMN_COUNT}, {"moment", COLUMN_TEXT}, {"guest", COLUMN_COUNT},
        {"cause", COLUMN_TEXT},   {"at", COLUMN_HEX},      {"instruction", COLUMN_TEXT},
        {"about", COLUMN_TEXT},   {"did", COLUMN_TEXT},    {"cycles", COLUMN_COUNT},
        {"parts", COLUMN_TEXT},   {NULL, COLUMN_TEXT}};
    const struct exits *exits = &call->session->guests->exits;
    uint64_t rows = call->given[0].is_given ? call->given[0].value : USUAL_ROWS;
    struct table *table;

    if (rows > EXITS_KEPT)
        return err_set(err, "the last %d exits are known one by one", EXITS_KEPT);
    if (exit_none(call))
        return true;
    say_how_many(call, exits);
    table = reply_table(call->reply, "exits", columns);
    for (uint64_t back = rows < exits->begun ? rows : exits->begun; back > 0; back--) {
        const struct vm_exit *exit = exits_find(exits, exits->begun - back + 1);

        if (exit)
            exit_row(table, &call->session->narrator, exit);
    }
    return true;
}

/* --- exits --by ----------------------------------------------------------------------- */

static uint64_t mean(uint64_t sum, uint64_t count)
{
    return (sum + count / 2) / count;
}

static void group_rows(struct call *call, const struct exit_groups *groups,
                       enum exit_by by)
{
    static const char *const names[] = {"cause", "instruction", "device", "guest"};
    struct column columns[4 + EXIT_PARTS + 1] = {{names[by], COLUMN_TEXT},
                                                 {"count", COLUMN_COUNT},
                                                 {"cycles", COLUMN_COUNT},
                                                 {"mean", COLUMN_COUNT}};
    struct table *table;

    for (unsigned part = 0; part < EXIT_PARTS; part++)
        columns[4 + part] = (struct column){exit_part_infos[part].name, COLUMN_COUNT};
    table = reply_table(call->reply, "exits", columns);
    for (unsigned i = 0; i < groups->count; i++) {
        const struct exit_group *group = &groups->group[i];

        table_text(table, "%s", group->key);
        table_number(table, group->count);
        table_number(table, group->cost.cycles);
        table_number(table, mean(group->cost.cycles, group->count));
        for (unsigned part = 0; part < EXIT_PARTS; part++)
            table_number(table, mean(group->cost.part[part], group->count));
    }
}

bool exit_by(struct call *call, struct err *err)
{
    enum exit_by by =
        call->given[0].is_given ? (enum exit_by)call->given[0].value : EXIT_BY_CAUSE;
    const struct exits *exits = &call->session->guests->exits;
    struct exit_groups *groups;

    (void)err;
    if (exit_none(call))
        return true;
    say_how_many(call, exits);
    groups = exit_groups_new(exits, &call->session->narrator, by);
    group_rows(call, groups, by);
    exit_groups_free(groups);
    return true;
}
