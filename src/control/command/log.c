/*
 * `log FILE`: what is typed, as a file that `source` can do again. It begins with what was
 * opened, as a comment, since the same lines mean the same only on the same machine.
 */
#include "base/alloc.h"
#include "control/command/rows.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log {
    struct session *session;
    FILE *file;
    char *path;
    int error; /* the first of writing it; 0: none */
};

static const char log_key[] = "log";

static void release(void *data)
{
    struct log *log = data;

    log->session->typed = NULL;
    if (log->file)
        fclose(log->file);
    free(log->path);
    free(log);
}

/* --- writing ------------------------------------------------------------------------------ */

/* Whoever types on is told at once that it is not kept. */
static void say_error(const struct log *log)
{
    struct buf text = {0};

    buf_printf(&text, "The log %s cannot be written: %s.", log->path,
               strerror(log->error));
    if (log->session->say)
        log->session->say(log->session->say_ctx, text.data);
    buf_free(&text);
}

/* At once: the log is whole also when the program is killed. */
static void write_line(void *ctx, const char *line)
{
    struct log *log = ctx;

    if (log->error || (fprintf(log->file, "%s\n", line) > 0 && fflush(log->file) == 0))
        return;
    log->error = errno;
    say_error(log);
}

/* A comment is one line, whatever is in its names. */
static void put_comment(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            buf_printf(out, "\\x%02x", (unsigned char)*text);
        else
            buf_char(out, *text);
}

static void put_opened(struct buf *out, const struct subject *subject)
{
    const struct scenario *scenario = subject->scenario;

    buf_printf(out, LOG_HEADING "%s", subject->file);
    if (scenario)
        buf_printf(out, " --variant %s",
                   scenario->variant[subject->trial.variant].name);
    for (unsigned i = 0; scenario && i < scenario->parameters; i++) {
        if (!scenario->parameter[i].given)
            continue;
        buf_text(out, " --set ");
        parameter_put(out, &scenario->parameter[i]);
    }
}

/* What came before the log, and the way to where it begins. */
static void put_beginning(struct buf *out, const struct session *session)
{
    const struct branch_info *branch =
        timeline_branch_info(session->time, timeline_branch(session->time));
    struct moment now = timeline_now(session->time);
    size_t changes = journal_find(branch->journal, now);
    char at[MOMENT_TEXT];

    moment_text(at, now, false);
    buf_printf(out, "\n# from %s", at);
    if (changes > 0)
        buf_printf(out, "\n# changes before it, which this file does not make: %zu",
                   changes);
    if (strcmp(at, "#0") != 0)
        buf_printf(out, "\ngoto %s", at);
}

static void write_heading(struct log *log)
{
    struct buf opened = {0}, text = {0};

    put_opened(&opened, &log->session->subject);
    put_comment(&text, opened.data);
    put_beginning(&text, log->session);
    write_line(log, text.data);
    buf_free(&opened);
    buf_free(&text);
}

/* --- from here to there ------------------------------------------------------------------- */

/* False if it is not whole; it has ended all the same. */
static bool end_log(struct session *session, struct log *log, struct err *err)
{
    bool ok;

    if (fclose(log->file) != 0 && !log->error)
        log->error = errno;
    log->file = NULL;
    ok = !log->error ||
         err_set(err, "'%s' is not whole: %s", log->path, strerror(log->error));
    session_set_extra(session, log_key, NULL, NULL);
    return ok;
}

static bool start_log(struct session *session, const char *path, struct err *err)
{
    struct log *log = session_extra(session, log_key);
    FILE *file = fopen(path, "w");

    if (!file)
        return err_set(err, "cannot write '%s': %s", path, strerror(errno));
    if (log && !end_log(session, log, err)) {
        fclose(file);
        return false;
    }
    log = alloc_zero(1, sizeof(*log));
    *log = (struct log){.session = session, .file = file, .path = alloc_string(path)};
    session_set_extra(session, log_key, log, release);
    session->typed = write_line;
    session->typed_ctx = log;
    write_heading(log);
    return true;
}

static bool say_log(struct call *call, const struct log *log, struct err *err)
{
    if (!log)
        reply_say(call->reply, "There is no log.");
    else if (log->error)
        return err_set(err, "'%s' is not whole: %s", log->path, strerror(log->error));
    else
        reply_say(call->reply, "What is typed goes to %s.", log->path);
    return true;
}

static bool run_log(struct call *call, struct err *err)
{
    struct session *session = call->session;
    struct log *log = session_extra(session, log_key);
    const char *path = call->given[0].text;
    bool off = path && strcmp(path, "off") == 0;

    if (path && !off) {
        if (!start_log(session, path, err))
            return false;
        reply_say(call->reply, "What is typed goes to %s from now on.", path);
        return true;
    }
    if (!off || !log)
        return say_log(call, log, err);
    reply_say(call->reply, "The log %s is closed.", log->path);
    return end_log(session, log, err);
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
            "it says where the log is. A line that cannot be written is told, and `log "
            "off` fails then.\n"
            "\n"
            "  log session.log\n"
            "  log off",
        .group = "tool",
        .run = run_log,
    },
    {.name = NULL},
};
