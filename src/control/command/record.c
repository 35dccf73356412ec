/* Recordings, and questions in SQL. docs/manual/recordings.md. */
#include "control/command/rows.h"
#include "control/recording.h"

#include <stdlib.h>
#include <string.h>

static bool run_record(struct call *call, struct err *err)
{
    const char *path = call->given[0].text;
    bool instructions = call->given[1].is_given;

    if (strcmp(path, "off") == 0 && !instructions)
        return recording_end(call->session, call->reply, err);
    if (call->session->still)
        return err_set(err, "%s", call->session->still);
    if (!recording_begin(call->session, path, instructions, err))
        return false;
    reply_say(call->reply, "The run is recorded in %s from its beginning%s.", path,
              instructions ? ", with every instruction" : "");
    return true;
}

static bool run_info_record(struct call *call, struct err *err)
{
    (void)err;
    recording_info(call->session, call->reply);
    return true;
}

static bool run_sql(struct call *call, struct err *err)
{
    unsigned long long window = 0;
    char *rest = call->format;

    if (call->format[0])
        window = strtoull(call->format, &rest, 10);
    if (*rest || (call->format[0] && !window))
        return err_set(err, "'/%s': how many instructions back, as sql/50000",
                       call->format);
    return recording_query(call->session, call->given[0].text, window, call->reply,
                           err);
}

const struct command record_commands[] = {
    {
        .name = "record",
        .arguments = {{.type = ARG_FILE, .name = "FILE.db|off"},
                      {.type = ARG_CHOICE,
                       .name = "instructions",
                       .choices = "instructions",
                       .optional = true}},
        .summary = "record the run in a database file",
        .help =
            "Writes a new SQLite database: the run with everything that is needed to "
            "do "
            "it again, and its events as rows, from the run's beginning on. With "
            "`instructions` each instruction is recorded, too, which makes running "
            "slower. The file can be read at any time, also while the run goes on and "
            "after it was killed. `record off` ends it; leaving does, too. `ringside "
            "open FILE.db` opens it again; `sql` asks about it.\n"
            "\n"
            "  record copy.db\n"
            "  record copy.db instructions\n"
            "  record off",
        .group = "recording",
        .run = run_record,
    },
    {
        .name = "info record",
        .summary = "what is being recorded, and where",
        .help = "Says which file is written and how many events are in it, and which "
                "file this run was opened from.\n"
                "\n"
                "  info record",
        .group = "recording",
        .run = run_info_record,
    },
    {
        .name = "sql",
        .arguments = {{.type = ARG_TEXT, .name = "QUERY"}},
        .summary = "ask about the run's events in SQL",
        .help =
            "Answers a query over the recording that is being written, else over the "
            "one that was opened, else over the live run: then a window of it is "
            "replayed into a database in memory, the last 1,000,000 instructions or "
            "those of `sql/N`, and the answer says which. There is a table for each "
            "kind of event, with its fields as columns; the view `event` has all of "
            "them in order, the view `narration` their sentences, the table `insn` the "
            "instructions. Queries can only read.\n"
            "\n"
            "  sql SELECT kind, count(*) FROM event GROUP BY kind\n"
            "  sql/50000 SELECT cycle, sentence FROM narration ORDER BY id LIMIT 10\n"
            "  sql SELECT addr(pc) AS place, count(*) AS times FROM insn GROUP BY 1 "
            "ORDER BY 2 DESC LIMIT 5",
        .group = "recording",
        .takes_format = true,
        .run = run_sql,
    },
    {.name = NULL},
};
