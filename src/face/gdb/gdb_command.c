/* What starts GDB's server: a command of a session, and a subcommand of the program. */
#include "face/gdb/gdb_command.h"

#include "base/bits.h"
#include "base/clean.h"
#include "face/gdb/gdb_rows.h"
#include "face/gdb/listen.h"
#include "face/gdb/server.h"
#include "face/options.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- serving ---------------------------------------------------------------------------------- */

/* Ctrl-C, or the request to end, while the server waits or moves. */
static volatile sig_atomic_t asked_to_end;

static void note_signal(int number)
{
    (void)number;
    asked_to_end = 1;
}

static bool is_asked_to_end(void *ctx)
{
    (void)ctx;
    return asked_to_end != 0;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

/* One client after the other, until it is told to end (`once`: one). */
static void serve(struct session *session, const struct listener *listener, bool once)
{
    int fd;
    bool goes_on = true;

    while (goes_on && (fd = listener_accept(listener, is_asked_to_end, NULL)) >= 0) {
        goes_on = gdb_serve(session, fd, is_asked_to_end, NULL) && !once;
        close(fd);
    }
}

static void tell(struct session *session, const struct listener *listener)
{
    struct buf text = {0};

    buf_printf(&text, "GDB may connect: target remote %s. Ctrl-C here ends the server.",
               listener->name);
    if (session->say)
        session->say(session->say_ctx, buf_str(&text));
    buf_free(&text);
}

static void serve_until_signal(struct session *session, const struct listener *listener,
                               bool once)
{
    struct sigaction note = {.sa_handler = note_signal}, old[COUNT(signals)];

    asked_to_end = 0;
    for (unsigned i = 0; i < COUNT(signals); i++)
        sigaction(signals[i], &note, &old[i]);
    tell(session, listener);
    serve(session, listener, once);
    for (unsigned i = 0; i < COUNT(signals); i++)
        sigaction(signals[i], &old[i], NULL);
}

/* --- the command --------------------------------------------------------------------------------- */

static bool run_gdbserver(struct call *call, struct err *err)
{
    struct session *session = call->session;
    struct listener listener;

    if (gdb_is_served(session))
        return err_set(err, "gdbserver: this session is being served already");
    if (session->still)
        return err_set(err, "gdbserver: %s", session->still);
    if (!listener_open(&listener, call->given[0].text, err))
        return err_prefix(err, "gdbserver");
    serve_until_signal(session, &listener, call->given[1].is_given);
    listener_close(&listener);
    reply_say(call->reply, "GDB's server has ended.");
    return true;
}

const struct command gdb_commands[] = {
    {.name = "gdbserver",
     .arguments =
         {{.type = ARG_WORD, .name = "PORT|HOST:PORT|unix:PATH"},
          {.type = ARG_CHOICE, .name = "once", .choices = "once", .optional = true}},
     .summary = "serve this session to GDB",
     .help =
         "Waits for GDB to connect, and does what it asks: breakpoints, watchpoints, "
         "steps in both directions, registers, CSRs, memory. All harts are threads. "
         "'monitor COMMAND' in GDB gives a command of this language.\n\n"
         "A PORT is one of this machine alone; with HOST:PORT others may connect, and "
         "whoever does controls the run. When a client leaves, the next one may come "
         "and finds the session as it was left; with 'once' the server ends then. "
         "Ctrl-C ends it, too.\n\n"
         "  gdbserver 1234\n"
         "  gdbserver unix:/tmp/ringside.sock once",
     .group = "tool",
     .listens = true,
     .run = run_gdbserver},
    {.name = NULL},
};

/* --- the subcommand -------------------------------------------------------------------------------- */

struct gdbserver {
    struct session_choice choice;
    struct option_list settings;
    const char *address;
    bool once;
};

static void print_line(void *ctx, const char *line)
{
    (void)ctx;
    print_clean(stdout, line);
    putchar('\n');
    fflush(stdout);
}

static void print_byte(void *ctx, uint8_t byte)
{
    (void)ctx;
    putchar(byte);
    fflush(stdout);
}

static bool serve_file(struct session *session, const struct gdbserver *asked,
                       struct err *err)
{
    struct listener listener;

    if (!session_open(session, &asked->choice, err) ||
        !listener_open(&listener, asked->address, err))
        return false;
    session_add_commands(session, gdb_commands);
    session->say = print_line;
    timeline_set_output(session->time, print_byte, NULL);
    serve_until_signal(session, &listener, asked->once);
    listener_close(&listener);
    return true;
}

static int open_and_serve(struct gdbserver *asked)
{
    struct buf diagnostics = {0};
    struct session session;
    struct err err = {{0}};
    int status = STATUS_OK;

    asked->choice.settings = asked->settings.text;
    asked->choice.setting_count = asked->settings.count;
    asked->choice.diagnostics = &diagnostics;
    if (!serve_file(&session, asked, &err)) {
        print_clean(stderr, buf_str(&diagnostics));
        err_prefix(&err, "gdbserver");
        status = report_error(STATUS_USAGE, &err);
    }
    session_close(&session);
    buf_free(&diagnostics);
    return status;
}

int command_gdbserver(int argc, char **argv)
{
    struct gdbserver asked = {.once = false};
    const struct option_row rows[] = {
        {0, "variant", OPTION_TEXT, &asked.choice.variant, "NAME",
         "the scenario's variant (default: its first)"},
        {0, "set", OPTION_LIST, &asked.settings, "NAME=VALUE",
         "a parameter of the scenario"},
        {0, "memory", OPTION_SIZE, &asked.choice.memory, "SIZE",
         "what the ability to go back in time may take (256M)"},
        {0, "once", OPTION_FLAG, &asked.once, NULL, "end when the first client leaves"},
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct usage usage = {
        .name = "gdbserver",
        .operands = "FILE PORT|HOST:PORT|unix:PATH",
        .summary = "Serves a machine to GDB: a scenario (.lua), or any program.",
        .rows = rows,
        .notes = "A PORT alone is one of this machine only. In GDB:\n"
                 "  target remote :PORT",
    };
    struct err err = {{0}};
    int status = STATUS_OK;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (argc != 2) {
        err_set(&err, "gdbserver: give a FILE, and where to listen");
        return report_error(STATUS_USAGE, &err);
    }
    asked.choice.file = argv[0];
    asked.address = argv[1];
    status = open_and_serve(&asked);
    free(asked.settings.text);
    return status;
}
