/*
 * Scenarios of somebody who means no good: any text as a Lua file. What it describes, if
 * anything, is set up, run for a while, measured and judged.
 */
#include "base/buf.h"
#include "control/judge.h"
#include "control/lua_sandbox.h"
#include "face/report.h"
#include "teach/compare/model.h"
#include "teach/compare/report.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_CYCLES = 20000 };

static const struct sandbox_limits limits = {.bytes = 4 << 20, .instructions = 200000};

static void quiet(void *ctx, const char *line)
{
    (void)ctx;
    (void)line;
}

/* The same run as a comparison of one variant, with a model that it is its own base of. */
static void compare_alone(struct scenario *scenario, struct result *result)
{
    struct prediction prediction = model_predict(&result->account, &result->account);
    struct compare_point point = {.result = result, .prediction = &prediction};
    struct compare compare = {.scenario = scenario,
                              .chosen = 1,
                              .choice = {result->variant},
                              .points = 1,
                              .point = &point,
                              .has_model = true};
    struct buf out = {0};

    compare_text(&out, &compare, &(struct text_style){true, true, 80});
    compare_json(&out, &compare);
    compare_csv(&out, &compare);
    buf_free(&out);
}

static void run_variant(struct scenario *scenario, unsigned variant)
{
    struct verdicts comparisons = {0};
    struct result result;
    struct trial trial;
    struct err err = {0};

    if (trial_begin(&trial, scenario, variant, false, &err)) {
        struct report report = {.scenario = scenario,
                                .count = 1,
                                .results = &result,
                                .comparisons = &comparisons};
        struct buf out = {0};

        if (trial.setup.cycles > MOST_CYCLES)
            trial.setup.cycles = MOST_CYCLES;
        trial_go(&trial);
        judge_trial(&trial, &result);
        judge_results(scenario, &result, 1, &comparisons);
        report_text(&out, &report, &(struct text_style){true, true, 0});
        report_json(&out, &report);
        report_junit(&out, &report);
        report_tap(&out, &report);
        compare_alone(scenario, &result);
        verdicts_release(&comparisons);
        result_release(scenario, &result);
        buf_free(&out);
    } else {
        assert(err.text[0]);
    }
    trial_end(&trial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct scenario *scenario = scenario_load("no-such-folder/fuzz.lua",
                                              (const char *)data, size, &limits, &err);

    if (!scenario) {
        assert(err.text[0]);
        return 0;
    }
    scenario->sandbox->print = quiet;
    for (unsigned i = 0; i < scenario->variants && i < 3; i++)
        run_variant(scenario, i);
    scenario_free(scenario);
    return 0;
}
