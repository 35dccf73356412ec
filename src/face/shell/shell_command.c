#include "face/shell/shell_command.h"

#include "base/bits.h"
#include "base/clean.h"
#include "control/command/command.h"
#include "control/keep.h"
#include "face/options.h"
#include "face/scenarios.h"
#include "face/shell/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was asked for. */
struct wishes {
    const char *variant, *color;
    struct option_list settings, lines;
    uint64_t memory;
    bool json, csv, ascii, strict, no_keep, list;
};

static bool check_usage(const struct wishes *wishes, int argc, char **argv,
                        struct err *err)
{
    if (wishes->json && wishes->csv)
        return err_set(err, "--json and --csv: one at a time");
    if (strcmp(wishes->color, "auto") != 0 && strcmp(wishes->color, "always") != 0 &&
        strcmp(wishes->color, "never") != 0)
        return err_set(err, "--color '%s': it is auto, always or never", wishes->color);
    return argc <= 1 ||
           err_set(err, "one file at a time: '%s' and '%s'", argv[0], argv[1]);
}

/* Is what is printed to that descriptor coloured? */
static bool has_colour(const struct wishes *wishes, int descriptor)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (strcmp(wishes->color, "auto") != 0)
        return strcmp(wishes->color, "always") == 0;
    return isatty(descriptor) && !(no && no[0]) &&
           !(terminal && strcmp(terminal, "dumb") == 0);
}

/* --- a session ---------------------------------------------------------------------------------- */

static bool open_file(struct session *session, const struct session_choice *choice,
                      struct buf *greeting, struct err *err)
{
    const struct subject *subject = &session->subject;

    if (!session_open(session, choice, err))
        return false;
    buf_printf(greeting, "%s", subject->title);
    if (subject->variant)
        buf_printf(greeting, ", %s", subject->variant);
    buf_text(greeting, ". Nothing has run yet.");
    return true;
}

/* A session that cannot be kept goes on without. */
static void keep(struct shell *shell)
{
    struct err err = {0};

    if (shell->session.still || keep_name(&shell->session) ||
        keep_begin(&shell->session, &err))
        return;
    err_prefix(&err, "this run is not kept");
    report_error(STATUS_OK, &err);
}

/* The lines of -c, else what is typed or piped in. */
static void do_lines(struct shell *shell, const struct wishes *wishes,
                     const char *greeting)
{
    bool more = true;

    for (size_t i = 0; more && i < wishes->lines.count; i++)
        more = shell_do(shell, wishes->lines.text[i]);
    if (wishes->lines.count)
        return;
    if (!shell->interactive) {
        shell_read_input(shell);
        return;
    }
    if (shell->form == RENDER_TEXT) {
        print_clean(stdout, greeting);
        puts(" 'help' lists the commands.");
    }
    shell_read_terminal(shell);
}

static int use(const struct shell_kind *kind, const struct wishes *wishes,
               const char *file, struct err *err)
{
    struct buf diagnostics = {0}, greeting = {0};
    struct session_choice choice = {
        .file = file,
        .variant = wishes->variant,
        .settings = wishes->settings.text,
        .setting_count = wishes->settings.count,
        .memory = wishes->memory,
        .diagnostics = &diagnostics,
    };
    bool interactive =
        !wishes->lines.count && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct shell shell = {
        .form = wishes->json  ? RENDER_JSON
                : wishes->csv ? RENDER_CSV
                              : RENDER_TEXT,
        .colour = has_colour(wishes, interactive ? STDOUT_FILENO : STDERR_FILENO),
        .ascii = wishes->ascii,
        .strict = wishes->strict,
        .interactive = interactive,
    };
    int status = STATUS_USAGE;

    if (kind->open(&shell.session, &choice, &greeting, err)) {
        shell_attach(&shell);
        if (kind->keeps && !wishes->no_keep)
            keep(&shell);
        do_lines(&shell, wishes, buf_str(&greeting));
        status = shell.strict && shell.failed ? STATUS_FAILED : STATUS_OK;
    }
    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
    buf_free(&greeting);
    shell_close(&shell);
    return status;
}

/* It is no use for a script that forgot the file: the status says so. */
static int say_what_there_is(struct err *err)
{
    puts("Give a scenario or a program: ringside shell FILE. Scenarios that are "
         "here:\n");
    list_scenarios(NULL, err);
    return STATUS_USAGE;
}

static int run(const struct shell_kind *kind, const struct wishes *wishes, int argc,
               char **argv)
{
    struct err err = {0};
    int status = STATUS_USAGE;

    if (wishes->list && kind->list)
        status = kind->list(&err);
    else if (check_usage(wishes, argc, argv, &err))
        status = !argc && kind->without
                     ? kind->without(&err)
                     : use(kind, wishes, argc ? argv[0] : NULL, &err);
    if (err.text[0]) {
        err_prefix(&err, "%s", kind->name);
        report_error(status, &err);
    }
    return status;
}

/* --- subcommands -------------------------------------------------------------------------------- */

/* The options that this kind of shell has. */
static void choose_rows(const struct shell_kind *kind, struct option_row *to,
                        const struct option_row *from)
{
    for (; from->name; from++)
        if ((kind->chooses ||
             (strcmp(from->name, "variant") != 0 && strcmp(from->name, "set") != 0)) &&
            (kind->keeps || strcmp(from->name, "no-keep") != 0) &&
            (kind->list || strcmp(from->name, "list") != 0))
            *to++ = *from;
    *to = *from;
}

int shell_run(const struct shell_kind *kind, int argc, char **argv)
{
    struct wishes wishes = {.color = "auto"};
    const struct option_row all[] = {
        {0, "variant", OPTION_TEXT, &wishes.variant, "NAME",
         "the scenario's variant (default: its first)"},
        {0, "set", OPTION_LIST, &wishes.settings, "NAME=VALUE",
         "a parameter of the scenario"},
        {0, "list", OPTION_FLAG, &wishes.list, NULL, "list what there is, and end"},
        {'c', "command", OPTION_LIST, &wishes.lines, "COMMANDS",
         "do these commands and end (again for more)"},
        {0, "strict", OPTION_FLAG, &wishes.strict, NULL,
         "end at the first command that fails, with status 1"},
        {0, "json", OPTION_FLAG, &wishes.json, NULL,
         "answer in JSON, a line a command"},
        {0, "csv", OPTION_FLAG, &wishes.csv, NULL, "print tables as CSV"},
        {0, "color", OPTION_TEXT, &wishes.color, "WHEN", "auto, always or never"},
        {0, "ascii", OPTION_FLAG, &wishes.ascii, NULL, "print ASCII only"},
        {0, "memory", OPTION_SIZE, &wishes.memory, "SIZE",
         "what going back in time may take (default 256M)"},
        {0, "no-keep", OPTION_FLAG, &wishes.no_keep, NULL,
         "do not keep the run for `ringside resume`"},
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct option_row rows[COUNT(all)];
    const struct usage usage = {
        .name = kind->name,
        .operands = kind->operands,
        .summary = kind->summary,
        .rows = rows,
        .notes = kind->notes,
    };
    int status;

    choose_rows(kind, rows, all);
    if (options_parse(&usage, &argc, &argv, &status))
        status = run(kind, &wishes, argc, argv);
    free(wishes.settings.text);
    free(wishes.lines.text);
    return status;
}

int command_shell(int argc, char **argv)
{
    static const struct shell_kind kind = {
        .name = "shell",
        .operands = "[FILE]",
        .summary =
            "Looks at a machine by commands, forwards and backwards in time: at a\n"
            "scenario (.lua), or at any program. Commands are typed, read from\n"
            "standard input, or given by -c. Without FILE it lists scenarios.",
        .notes = "In the shell, `help` lists the commands. The status is 0, or with\n"
                 "--strict 1 if a command failed; 2 if the file cannot be used.",
        .open = open_file,
        .without = say_what_there_is,
        .chooses = true,
        .keeps = true,
    };

    return shell_run(&kind, argc, argv);
}
