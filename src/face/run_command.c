#include "face/run_command.h"

#include "base/clean.h"
#include "control/command/answer.h"
#include "control/judge.h"
#include "face/options.h"
#include "face/report.h"
#include "face/scenarios.h"
#include "face/terminal_style.h"
#include "observe/narrate.h"
#include "observe/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
    /* What was asked for. */
    struct option_list variants, settings;
    bool list, json, junit, tap, narrates, digests;
    const char *events, *color;

    struct scenario *scenario;
    unsigned chosen, choice[SCENARIO_VARIANTS]; /* numbers of variants */
    struct result result[SCENARIO_VARIANTS];
    uint64_t event_digest[SCENARIO_VARIANTS];
    unsigned results;
    struct verdicts comparisons;
};

/* --- listening ------------------------------------------------------------------------ */

struct story {
    FILE *out;
    const struct trial *trial;
    struct narrator narrator;
};

static void tell(void *ctx, const struct event *event)
{
    struct story *story = ctx;
    struct buf line = {0};
    const char *note;

    buf_char(&line, '[');
    put_count(&line, event->cycle);
    buf_text(&line, "] ");
    narrate(&line, &story->narrator, event);
    for (unsigned n = 0; (note = trial_note(story->trial, event, n)) != NULL; n++) {
        buf_text(&line, "\n    ");
        put_clean(&line, note);
    }
    fprintf(story->out, "%s\n", line.data);
    buf_free(&line);
}

/* Who listens to one run. */
struct listeners {
    struct story story;
    struct recorder recorder;
    struct event_digest digest;
};

static bool listen(struct command *command, struct trial *trial,
                   struct listeners *listeners, struct err *err)
{
    struct event_stream *events = &trial->run->events;

    if (command->narrates) {
        listeners->story = (struct story){
            .out = command->json || command->junit || command->tap ? stderr : stdout,
            .trial = trial,
            .narrator = {.run = trial->run,
                         .symbols = &trial->setup.image.symbols,
                         .guest_symbols = trial->setup.guest_symbols.count
                                              ? &trial->setup.guest_symbols
                                              : NULL},
        };
        event_listen(events, (struct event_sink){TALLY_KINDS, tell, &listeners->story});
    }
    if (command->digests) {
        event_digest_begin(&listeners->digest);
        event_listen(events, (struct event_sink){EVENT_ALL, event_digest_take,
                                                 &listeners->digest});
    }
    if (!command->events)
        return true;
    if (!recorder_open(&listeners->recorder, command->events,
                       record_form(command->events), err))
        return false;
    event_listen(events,
                 (struct event_sink){EVENT_ALL, recorder_take, &listeners->recorder});
    return true;
}

static bool unlisten(struct command *command, struct listeners *listeners,
                     struct err *err)
{
    if (command->digests)
        command->event_digest[command->results] = event_digest_end(&listeners->digest);
    return !command->events || recorder_close(&listeners->recorder, err);
}

/* --- running -------------------------------------------------------------------------- */

static bool run_variant(struct command *command, unsigned variant, struct err *err)
{
    struct trial trial;
    struct listeners listeners;
    bool ok = trial_begin(&trial, command->scenario, variant, false, err);

    print_clean(stderr, buf_str(&trial.setup.diagnostics));
    if (ok && command->narrates && !command->json && !command->junit && !command->tap)
        printf("--- %s ---\n", command->scenario->variant[variant].name);
    ok = ok && listen(command, &trial, &listeners, err);
    if (ok) {
        trial_go(&trial);
        ok = unlisten(command, &listeners, err);
        judge_trial(&trial, &command->result[command->results]);
        command->results++;
    }
    trial_end(&trial);
    return ok;
}

static bool run_all(struct command *command, struct err *err)
{
    for (unsigned i = 0; i < command->chosen; i++)
        if (!run_variant(command, command->choice[i], err))
            return false;
    judge_results(command->scenario, command->result, command->results,
                  &command->comparisons);
    return true;
}

/* --- what to run ---------------------------------------------------------------------- */

static bool choose_variants(struct command *command, struct err *err)
{
    for (size_t i = 0; i < command->variants.count; i++) {
        if (command->chosen == SCENARIO_VARIANTS)
            return err_set(err, "more than %d variants", SCENARIO_VARIANTS);
        if (!scenario_variant(command->scenario, command->variants.text[i],
                              &command->choice[command->chosen++], err))
            return false;
    }
    for (unsigned i = 0; !command->variants.count && i < command->scenario->variants;
         i++)
        command->choice[command->chosen++] = i;
    if (command->events && command->chosen != 1)
        return err_set(err, "--events records one run: choose it by --variant");
    return true;
}

static bool prepare(struct command *command, const char *path, struct err *err)
{
    command->scenario = scenario_open(path, NULL, err);
    if (!command->scenario)
        return false;
    command->scenario->answerer = &command_answerer;
    for (size_t i = 0; i < command->settings.count; i++)
        if (!scenario_set(command->scenario, command->settings.text[i], err))
            return false;
    return choose_variants(command, err);
}

/* --- telling -------------------------------------------------------------------------- */

static void print_report(const struct command *command, const struct report *report)
{
    struct text_style style = terminal_style(stdout, command->color, 0);
    struct buf out = {0};

    if (command->json)
        report_json(&out, report);
    else if (command->junit)
        report_junit(&out, report);
    else if (command->tap)
        report_tap(&out, report);
    else
        report_text(&out, report, &style);
    fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
}

static int run_scenario(struct command *command, const char *path, struct err *err)
{
    struct report report = {.results = command->result,
                            .comparisons = &command->comparisons};

    if (!prepare(command, path, err) || !run_all(command, err))
        return STATUS_USAGE;
    report.scenario = command->scenario;
    report.count = command->results;
    report.event_digests = command->digests ? command->event_digest : NULL;
    print_report(command, &report);
    return report_passed(&report) ? STATUS_OK : STATUS_FAILED;
}

static void release(struct command *command)
{
    for (unsigned i = 0; i < command->results; i++)
        result_release(command->scenario, &command->result[i]);
    verdicts_release(&command->comparisons);
    scenario_free(command->scenario);
    free(command->variants.text);
    free(command->settings.text);
}

/* --- the command ---------------------------------------------------------------------- */

static bool check_usage(const struct command *command, int argc, char **argv,
                        struct err *err)
{
    if (command->json + command->junit + command->tap > 1)
        return err_set(err, "--json, --junit and --tap: one at a time");
    if (!color_check(command->color, err))
        return false;
    if (argc > 1)
        return err_set(err, "one scenario at a time: '%s' and '%s'", argv[0], argv[1]);
    return argc == 1 || command->list || err_set(err, "no scenario given");
}

static int run(struct command *command, int argc, char **argv)
{
    struct err err = {0};
    int status = STATUS_USAGE;

    if (check_usage(command, argc, argv, &err)) {
        if (command->list)
            status =
                list_scenarios(argc ? argv[0] : NULL, &err) ? STATUS_OK : STATUS_USAGE;
        else
            status = run_scenario(command, argv[0], &err);
    }
    if (err.text[0]) {
        err_prefix(&err, "run");
        report_error(status, &err);
    }
    release(command);
    return status;
}

int command_run(int argc, char **argv)
{
    struct command command = {.color = "auto"};
    const struct option_row rows[] = {
        {0, "variant", OPTION_LIST, &command.variants, "NAME",
         "run this variant (again for more; default all)"},
        {0, "set", OPTION_LIST, &command.settings, "NAME=VALUE",
         "set a parameter of the scenario"},
        {0, "list", OPTION_FLAG, &command.list, NULL,
         "list the scenarios of a folder, and their variants"},
        {0, "json", OPTION_FLAG, &command.json, NULL, "print the results as JSON"},
        {0, "junit", OPTION_FLAG, &command.junit, NULL,
         "print the checks as JUnit's XML"},
        {0, "tap", OPTION_FLAG, &command.tap, NULL, "print the checks as TAP 14"},
        {0, "narrate", OPTION_FLAG, &command.narrates, NULL,
         "tell every event of devices in words"},
        {0, "events", OPTION_TEXT, &command.events, "FILE",
         "record all events: JSON lines in FILE.jsonl, else binary"},
        {0, "digest", OPTION_FLAG, &command.digests, NULL,
         "print digests of the last state and of all events"},
        {0, "color", OPTION_TEXT, &command.color, "WHEN", "auto, always or never"},
        {0},
    };
    const struct usage usage = {
        .name = "run",
        .operands = "FILE | --list [FOLDER]",
        .summary = "Runs the variants of a scenario, says what each cost, and judges\n"
                   "them by its checks.",
        .rows = rows,
        .notes = "The status is 0 if all checks pass, 1 if one fails, 2 if the\n"
                 "scenario cannot be used.",
    };
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    return run(&command, argc, argv);
}
