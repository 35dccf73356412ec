/*
 * `log FILE`: what is typed, as a file that `source` can do again. It begins with what was
 * opened, as a comment, since the same lines mean the same only on the same machine.
 */
#include "base/alloc.h"
#include "control/command/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log {
    struct session *session;
    FILE *file;
    char *path;
};

static const char log_key[] = "log";

static void release(void *data)
{
    struct log *log = data;

    log->session->typed = NULL;
    fclose(log->file);
    free(log->path);
    free(log);
}

/* At once: the log is whole also when the program is killed. */
static void write_line(void *ctx, const char *line)
{
    struct log *log = ctx;

    fprintf(log->file, "%s\n", line);
    fflush(log->file);
}

static void write_heading(FILE *file, const struct session *session)
{
    const struct subject *subject = &session->subject;
    const struct scenario *scenario = subject->scenario;
    const struct branch_info *branch =
        timeline_branch_info(session->time, timeline_branch(session->time));
    struct moment now = timeline_now(session->time);
    char at[MOMENT_TEXT];

    fprintf(file, LOG_HEADING "%s", subject->file);
    if (scenario)
        fprintf(file, " --variant %s", scenario->variant[subject->trial.variant].name);
    for (unsigned i = 0; scenario && i < scenario->parameters; i++) {
        struct buf setting = {0};

        if (!scenario->parameter[i].given)
            continue;
        parameter_put(&setting, &scenario->parameter[i]);
        fprintf(file, " --set %s", setting.data);
        buf_free(&setting);
    }
    moment_text(at, now, false);
    fprintf(file, "\n# from %s\n", at);
    if (journal_find(branch->journal, now) > 0)
        fprintf(file, "# changes before it, which this file does not make: %zu\n",
                journal_find(branch->journal, now));
    if (strcmp(at, "#0") != 0)
        fprintf(file, "goto %s\n", at);
}

static bool start_log(struct session *session, const char *path, struct err *err)
{
    FILE *file = fopen(path, "w");
    struct log *log;

    if (!file)
        return err_set(err, "cannot write '%s': %s", path, strerror(errno));
    log = alloc_zero(1, sizeof(*log));
    *log = (struct log){session, file, alloc_string(path)};
    session_set_extra(session, log_key, log, release);
    session->typed = write_line;
    session->typed_ctx = log;
    write_heading(file, session);
    return true;
}

static bool run_log(struct call *call, struct err *err)
{
    struct session *session = call->session;
    const struct log *log = session_extra(session, log_key);
    const char *path = call->given[0].text;

    if (!path) {
        if (log)
            reply_say(call->reply, "What is typed goes to %s.", log->path);
        else
            reply_say(call->reply, "There is no log.");
        return true;
    }
    if (strcmp(path, "off") != 0) {
        if (!start_log(session, path, err))
            return false;
        reply_say(call->reply, "What is typed goes to %s from now on.", path);
        return true;
    }
    if (log)
        reply_say(call->reply, "The log %s is closed.", log->path);
    else
        reply_say(call->reply, "There is no log.");
    session_set_extra(session, log_key, NULL, NULL);
    return true;
}

const struct command log_commands[] = {
    {
        .name = "log",
        .arguments = {{.type = ARG_FILE, .name = "FILE|off", .optional = true}},
        .summary = "keep everything that is typed in a file",
        .help =
            "Every line typed from now on is added to FILE, which is emptied first. "
            "The file begins with a comment that says what was opened, and a move to "
            "where the session stood; `source FILE` does the lines again. Without FILE "
            "it says where the log is.\n"
            "\n"
            "  log session.log\n"
            "  log off",
        .group = "tool",
        .run = run_log,
    },
    {.name = NULL},
};
