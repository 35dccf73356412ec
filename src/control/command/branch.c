/* Marks, branches, and the shape of the run in time. */
#include "control/command/branch.h"

#include "control/command/rows.h"
#include "control/command/where.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- marks -------------------------------------------------------------------------------------------- */

static bool do_mark(struct call *call, struct err *err)
{
    struct session *session = call->session;
    char name[MARK_NAME];
    struct buf where = {0};
    unsigned n = 1;

    if (call->given[0].is_given) {
        snprintf(name, sizeof(name), "%s", call->given[0].text);
        if (strlen(call->given[0].text) >= sizeof(name))
            return err_set(err, "a name has %d characters at most", MARK_NAME - 1);
        if (strcmp(name, "start") == 0 || strcmp(name, "end") == 0)
            return err_set(err,
                           "'goto %s' goes to the %s of the run: take another name",
                           name, name);
    } else {
        do
            snprintf(name, sizeof(name), "mark-%u", n++);
        while (branch_find_mark(session->time, name));
    }
    if (!timeline_mark(session->time, name, err))
        return false;
    where_put(&where, session);
    reply_say(call->reply, "Mark %s: %s.", name, where.data);
    buf_free(&where);
    return true;
}

const struct mark *branch_find_mark(const struct timeline *time, const char *name)
{
    for (unsigned i = 0; i < timeline_marks(time); i++)
        if (strcmp(timeline_mark_info(time, i)->name, name) == 0)
            return timeline_mark_info(time, i);
    return NULL;
}

void branch_moment_cells(struct table *table, struct moment at, uint64_t cycle)
{
    char text[MOMENT_TEXT];

    table_text(table, "%s", moment_text(text, at, false));
    table_number(table, cycle);
}

static bool do_marks(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"mark", COLUMN_TEXT},
                                            {"moment", COLUMN_TEXT},
                                            {"cycle", COLUMN_COUNT},
                                            {"branch", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    const struct timeline *time = call->session->time;
    struct table *table;

    (void)err;
    if (timeline_marks(time) == 0)
        reply_say(call->reply, "There are no marks; `mark NAME` makes one here.");
    table = reply_table(call->reply, "marks", columns);
    for (unsigned i = 0; i < timeline_marks(time); i++) {
        const struct mark *mark = timeline_mark_info(time, i);

        table_text(table, "%s", mark->name);
        branch_moment_cells(table, mark->at, mark->cycle);
        table_text(table, "%s", timeline_branch_info(time, mark->branch)->name);
    }
    return true;
}

static bool do_unmark(struct call *call, struct err *err)
{
    (void)err;
    timeline_unmark(call->session->time, call->given[0].text);
    reply_say(call->reply, "Mark %s is gone.", call->given[0].text);
    return true;
}

/* --- branches -------------------------------------------------------------------------------------------- */

static bool do_branches(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"branch", COLUMN_TEXT},
                                            {"in_use", COLUMN_FLAG},
                                            {"from", COLUMN_TEXT},
                                            {"fork", COLUMN_TEXT},
                                            {"fork_cycle", COLUMN_COUNT},
                                            {"furthest", COLUMN_TEXT},
                                            {"furthest_cycle", COLUMN_COUNT},
                                            {"acts", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct timeline *time = call->session->time;
    struct table *table = reply_table(call->reply, "branches", columns);

    (void)err;
    for (unsigned i = 0; i < timeline_branches(time); i++) {
        const struct branch_info *info = timeline_branch_info(time, i);

        if (info->dropped)
            continue;
        table_text(table, "%s", info->name);
        table_number(table, i == timeline_branch(time));
        if (info->parent >= 0)
            table_text(table, "%s",
                       timeline_branch_info(time, (unsigned)info->parent)->name);
        else
            table_none(table);
        branch_moment_cells(table, info->fork, info->fork_cycle);
        branch_moment_cells(table, info->furthest, info->furthest_cycle);
        table_number(table, info->journal->count);
    }
    return true;
}

static void say_branch(struct call *call, const char *begins)
{
    struct session *session = call->session;
    const struct timeline *time = session->time;
    struct buf where = {0};

    where_put(&where, session);
    reply_say(call->reply, "%s %s: %s.", begins,
              timeline_branch_info(time, timeline_branch(time))->name, where.data);
    buf_free(&where);
}

static bool do_branch(struct call *call, struct err *err)
{
    if (!call->given[0].is_given) {
        say_branch(call, "This is branch");
        return true;
    }
    if (!timeline_fork(call->session->time, call->given[0].text, err))
        return false;
    say_branch(call, "From here on this is branch");
    return true;
}

static bool do_switch(struct call *call, struct err *err)
{
    if (!timeline_switch(call->session->time, (unsigned)call->given[0].value, err))
        return false;
    say_branch(call, "This is branch");
    return true;
}

static bool do_delete(struct call *call, struct err *err)
{
    if (!timeline_drop_branch(call->session->time, (unsigned)call->given[0].value, err))
        return false;
    reply_say(call->reply, "Branch %s is gone.", call->given[0].text);
    return true;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

const struct command branch_commands[] = {
    {
        .name = "mark",
        .arguments = {{.type = ARG_WORD, .name = "NAME", .optional = true}},
        .summary = "give this moment a name, to go back to",
        .help = "A name that is used already is moved here. In expressions it is the "
                "moment's cycle.\n"
                "\n"
                "  mark before-dma\n"
                "  goto before-dma",
        .group = "time",
        .moves = true,
        .run = do_mark,
    },
    {
        .name = "marks",
        .summary = "all marks",
        .help = "  marks",
        .group = "time",
        .run = do_marks,
    },
    {
        .name = "unmark",
        .arguments = {{.type = ARG_MARK, .name = "MARK"}},
        .summary = "take a mark away",
        .help = "  unmark before-dma",
        .group = "time",
        .moves = true,
        .run = do_unmark,
    },
    {
        .name = "timeline",
        .aliases = "tl",
        .summary = "the run from its beginning to the furthest moment, with marks",
        .help = "A strip for each branch: `-` is run, `+` where it leaves another, "
                "letters are marks, `@` is where you stand; dots in the last row are "
                "checkpoints. Then the same as a table in order of time.\n"
                "\n"
                "  timeline",
        .group = "time",
        .run = branch_timeline,
    },
    {
        .name = "where",
        .shortcuts = "info frame",
        .summary = "where you stand: moment, clock, hart, place in the program",
        .help = "  where",
        .group = "time",
        .run = branch_where,
    },
    {
        .name = "info moment",
        .summary = "the same as where",
        .help = "  info moment",
        .group = "time",
        .run = branch_where,
    },
    {
        .name = "info digest",
        .summary = "one number for the whole state of the machine",
        .help = "Two machines with the same digest are in the same state, in every "
                "byte.\n"
                "\n"
                "  info digest",
        .group = "time",
        .run = branch_digest,
    },
    {
        .name = "info checkpoints",
        .aliases = "checkpoints",
        .summary = "the states that are kept to go back from, and their memory",
        .help = "They share what did not change in between, and are thinned when they "
                "come to their bound, so that the way back to any moment stays short.\n"
                "\n"
                "  info checkpoints",
        .group = "time",
        .run = branch_checkpoints,
    },
    {
        .name = "checkpoint-memory",
        .arguments = {{.type = ARG_WORD, .name = "SIZE"}},
        .summary = "how much memory checkpoints may take",
        .help = "SIZE is in bytes, or with K, M or G. Usually it is 256M.\n"
                "\n"
                "  checkpoint-memory 64M",
        .group = "time",
        .run = branch_checkpoint_memory,
    },
    {
        .name = "info journal",
        .aliases = "journal",
        .summary = "everything that was done to the machine from outside",
        .help = "Keys, pokes and other changes, with the moment of each. The machine "
                "and its journal together are the run: replayed, they give every state "
                "again.\n"
                "\n"
                "  info journal",
        .group = "time",
        .run = branch_journal,
    },
    {
        .name = "branches",
        .summary = "the runs that part from one another",
        .help = "A change in the past cuts the future off; what was cut off is kept as "
                "a branch.\n"
                "\n"
                "  branches",
        .group = "branches",
        .run = do_branches,
    },
    {
        .name = "branch",
        .arguments = {{.type = ARG_WORD, .name = "NAME", .optional = true}},
        .summary = "begin a branch here",
        .help = "What is done from now on happens on the new branch; the old one stays "
                "as it is. Without NAME, says which branch this is.\n"
                "\n"
                "  branch without-interrupts",
        .group = "branches",
        .moves = true,
        .run = do_branch,
    },
    {
        .name = "switch",
        .arguments = {{.type = ARG_BRANCH, .name = "BRANCH"}},
        .summary = "go over to another branch, to where you stood on it",
        .help = "  switch main",
        .group = "branches",
        .moves = true,
        .run = do_switch,
    },
    {
        .name = "delete-branch",
        .arguments = {{.type = ARG_BRANCH, .name = "BRANCH"}},
        .summary = "delete a branch, with its marks",
        .help = "Those that left it stay as they are. The branch in use cannot be "
                "deleted, nor the first one. What a recording has of its events stays "
                "there.\n"
                "\n"
                "  delete-branch main-2",
        .group = "branches",
        .moves = true,
        .run = do_delete,
    },
    {
        .name = "diff-branches",
        .arguments = {{.type = ARG_BRANCH, .name = "A"},
                      {.type = ARG_BRANCH, .name = "B", .optional = true}},
        .summary = "the first event where two branches part, then what each has cost",
        .help = "Both are replayed from where their journals part, as far as they have "
                "been run. Without B, A is compared with the branch in use. "
                "Instructions are compared through the first 10,000,000.\n"
                "\n"
                "  diff-branches main-2\n"
                "  diff-branches main main-2",
        .group = "branches",
        .moves = true,
        .run = branch_diff,
    },
    {.name = NULL},
};
