#include "face/shell/shell_command.h"

#include "control/command/command.h"
#include "face/clean.h"
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
    bool json, csv, ascii, strict;
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

static bool has_colour(const struct wishes *wishes)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (strcmp(wishes->color, "auto") != 0)
        return strcmp(wishes->color, "always") == 0;
    return isatty(STDOUT_FILENO) && !(no && no[0]) &&
           !(terminal && strcmp(terminal, "dumb") == 0);
}

/* --- a session ---------------------------------------------------------------------------------- */

static void greet(const struct shell *shell)
{
    const struct subject *subject = &shell->session.subject;
    struct buf line = {0};

    buf_printf(&line, "%s", subject->title);
    if (subject->variant)
        buf_printf(&line, ", %s", subject->variant);
    buf_text(&line, ". Nothing has run yet. 'help' lists the commands.\n");
    print_clean(stdout, line.data);
    buf_free(&line);
}

/* The lines of -c, else what is typed or piped in. */
static void do_lines(struct shell *shell, const struct wishes *wishes)
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
    if (shell->form == RENDER_TEXT)
        greet(shell);
    shell_read_terminal(shell);
}

static int use(const struct wishes *wishes, const char *file, struct err *err)
{
    struct buf diagnostics = {0};
    struct session_choice choice = {
        .file = file,
        .variant = wishes->variant,
        .settings = wishes->settings.text,
        .setting_count = wishes->settings.count,
        .memory = wishes->memory,
        .diagnostics = &diagnostics,
    };
    struct shell shell = {
        .form = wishes->json  ? RENDER_JSON
                : wishes->csv ? RENDER_CSV
                              : RENDER_TEXT,
        .colour = has_colour(wishes),
        .ascii = wishes->ascii,
        .strict = wishes->strict,
        .interactive =
            !wishes->lines.count && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
    };
    int status = STATUS_USAGE;

    if (shell_open(&shell, &choice, err)) {
        do_lines(&shell, wishes);
        status = shell.strict && shell.failed ? STATUS_FAILED : STATUS_OK;
    }
    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
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

static int run(const struct wishes *wishes, int argc, char **argv)
{
    struct err err = {0};
    int status = STATUS_USAGE;

    if (check_usage(wishes, argc, argv, &err))
        status = argc ? use(wishes, argv[0], &err) : say_what_there_is(&err);
    if (err.text[0]) {
        err_prefix(&err, "shell");
        report_error(status, &err);
    }
    return status;
}

int command_shell(int argc, char **argv)
{
    struct wishes wishes = {.color = "auto"};
    const struct option_row rows[] = {
        {0, "variant", OPTION_TEXT, &wishes.variant, "NAME",
         "the scenario's variant (default: its first)"},
        {0, "set", OPTION_LIST, &wishes.settings, "NAME=VALUE",
         "a parameter of the scenario"},
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
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct usage usage = {
        .name = "shell",
        .operands = "[FILE]",
        .summary =
            "Looks at a machine by commands, forwards and backwards in time: at a\n"
            "scenario (.lua), or at any program. Commands are typed, read from\n"
            "standard input, or given by -c. Without FILE it lists scenarios.",
        .rows = rows,
        .notes = "In the shell, `help` lists the commands. The status is 0, or with\n"
                 "--strict 1 if a command failed; 2 if the file cannot be used.",
    };
    int status;

    if (options_parse(&usage, &argc, &argv, &status))
        status = run(&wishes, argc, argv);
    free(wishes.settings.text);
    free(wishes.lines.text);
    return status;
}
