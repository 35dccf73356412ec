#include "face/compare_command.h"

#include "base/alloc.h"
#include "base/clean.h"
#include "face/options.h"
#include "face/terminal_style.h"
#include "teach/compare/report.h"
#include "teach/compare/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80, PROGRESS_BAR = 20 };

struct command {
    struct option_list variants, settings, sweeps;
    bool json, csv, model;
    const char *color;
    bool progress; /* standard error is a terminal */
};

/* --- progress ------------------------------------------------------------------------- */

static void clear_line(void)
{
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

static void begins(void *ctx, const struct compare *compare, unsigned run,
                   unsigned runs, const char *what)
{
    const struct command *command = ctx;
    unsigned done = run * PROGRESS_BAR / runs;

    (void)compare;
    if (!command->progress)
        return;
    fputs("\r\033[K[", stderr);
    for (unsigned i = 0; i < PROGRESS_BAR; i++)
        fputc(i < done ? '#' : '.', stderr);
    fprintf(stderr, "] %u of %u: %.*s", run + 1, runs, USUAL_WIDTH - PROGRESS_BAR - 20,
            what);
    fflush(stderr);
}

static void complains(void *ctx, const char *lines)
{
    const struct command *command = ctx;

    if (lines[0] && command->progress)
        clear_line();
    print_clean(stderr, lines);
}

/* --- the command ---------------------------------------------------------------------- */

static void print_report(const struct command *command, const struct compare *compare)
{
    struct text_style style = terminal_style(stdout, command->color, USUAL_WIDTH);
    struct buf out = {0};

    if (style.width < USUAL_WIDTH)
        style.width = USUAL_WIDTH;
    if (command->json)
        compare_json(&out, compare);
    else if (command->csv)
        compare_csv(&out, compare);
    else
        compare_text(&out, compare, &style);
    fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
}

static int compare_scenario(struct command *command, const char *path, struct err *err)
{
    const struct compare_wish wish = {
        .path = path,
        .variants = command->variants.text,
        .variant_count = command->variants.count,
        .settings = command->settings.text,
        .setting_count = command->settings.count,
        .sweeps = command->sweeps.text,
        .sweep_count = command->sweeps.count,
        .model = command->model,
    };
    const struct compare_watcher watcher = {begins, complains, command};
    struct compare *compare = alloc_zero(1, sizeof(*compare));
    int status = STATUS_USAGE;
    bool ok = compare_open(compare, &wish, err) && compare_run(compare, &watcher, err);

    if (command->progress)
        clear_line();
    if (ok) {
        print_report(command, compare);
        status = compare_passed(compare) ? STATUS_OK : STATUS_FAILED;
    }
    compare_close(compare);
    free(compare);
    return status;
}

static bool check_usage(const struct command *command, int argc, char **argv,
                        struct err *err)
{
    if (command->json && command->csv)
        return err_set(err, "--json and --csv: one at a time");
    if (!color_check(command->color, err))
        return false;
    if (argc > 1)
        return err_set(err, "one scenario at a time: '%s' and '%s'", argv[0], argv[1]);
    return argc == 1 || err_set(err, "no scenario given");
}

int command_compare(int argc, char **argv)
{
    struct command command = {.color = "auto"};
    const struct option_row rows[] = {
        {0, "variant", OPTION_LIST, &command.variants, "NAME",
         "compare this variant (again for more; default all)"},
        {0, "set", OPTION_LIST, &command.settings, "NAME=VALUE",
         "set a parameter of the scenario"},
        {0, "sweep", OPTION_LIST, &command.sweeps, "NAME=VALUE,...",
         "run all variants at each value (again for more)"},
        {0, "model", OPTION_FLAG, &command.model, NULL,
         "does throughput follow from exits and their price?"},
        {0, "json", OPTION_FLAG, &command.json, NULL, "print the comparison as JSON"},
        {0, "csv", OPTION_FLAG, &command.csv, NULL, "print the numbers as CSV"},
        {0, "color", OPTION_TEXT, &command.color, "WHEN", "auto, always or never"},
        {0},
    };
    const struct usage usage = {
        .name = "compare",
        .operands = "FILE",
        .summary =
            "Runs the variants of a scenario on the same workload, and says side by\n"
            "side what an operation cost: exits, cycles, bytes, interrupts.",
        .rows = rows,
        .notes = "The status is 0 if all checks pass, 1 if one fails, 2 if the\n"
                 "scenario cannot be used.",
    };
    struct err err = {0};
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    command.progress = isatty(STDERR_FILENO);
    status = check_usage(&command, argc, argv, &err)
                 ? compare_scenario(&command, argv[0], &err)
                 : STATUS_USAGE;
    if (err.text[0]) {
        err_prefix(&err, "compare");
        report_error(status, &err);
    }
    free(command.variants.text);
    free(command.settings.text);
    free(command.sweeps.text);
    return status;
}
