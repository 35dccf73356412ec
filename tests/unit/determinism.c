/*
 * One run, driven in many ways: fast, heard, stepped, in slices, with breakpoints. All
 * must end in the same state, and tell the same events.
 */
#include "tests/lib/guest_runs.h"
#include "tests/lib/programs.h"
#include "tests/lib/specimen.h"
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "control/lua_sandbox.h"
#include "control/trial.h"
#include "observe/record.h"

#include <inttypes.h>
#include <string.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

static struct scenario *open_all(unsigned which)
{
    struct err err = {0};
    struct scenario *scenario =
        which ? scenario_load("programs.lua", programs_scenario,
                              strlen(programs_scenario), &sandbox_usual_limits, &err)
              : scenario_open(SCENARIO, NULL, &err);

    ck_assert_msg(scenario != NULL, "%s", err.text);
    return scenario;
}

/* --- ways to run ----------------------------------------------------------------------- */

static void go_fast(struct trial *trial)
{
    event_unlisten(&trial->run->events, tally_take, &trial->tally);
    while (run_go(trial->run, RUN_NO_LIMIT) == RUN_ASKED)
        ;
}

static void go_as_trial(struct trial *trial)
{
    trial_go(trial);
}

static void hear(void *ctx, const struct event *event)
{
    (void)event;
    ++*(uint64_t *)ctx;
}

static void go_heard(struct trial *trial)
{
    uint64_t heard = 0;

    event_listen(&trial->run->events, (struct event_sink){EVENT_ALL, hear, &heard});
    go_fast(trial);
    ck_assert_uint_gt(heard, trial->run->events.retired);
}

static void go_by_steps(struct trial *trial)
{
    enum run_stop stop;

    do
        stop = run_step(trial->run);
    while (stop != RUN_FINISHED && stop != RUN_NOTHING);
}

static void go_in_slices(struct trial *trial)
{
    static const uint64_t lengths[] = {1, 3, 997, 7, 10007, 61};
    enum run_stop stop = RUN_LIMIT;

    for (unsigned i = 0; stop == RUN_LIMIT || stop == RUN_ASKED; i++) {
        struct run_limit limit = RUN_NO_LIMIT;
        uint64_t length = lengths[i / 3 % COUNT(lengths)];

        if (i % 3 == 0)
            limit.retired = trial->run->events.retired + length;
        else if (i % 3 == 1)
            limit.attempts = run_attempts(trial->run) + length;
        else
            limit.cycle = run_cycle(trial->run) + length;
        stop = run_go(trial->run, limit);
    }
}

/* Breakpoints all over the program. */
static void go_with_stops(struct trial *trial)
{
    const struct symbols *symbols = &trial->setup.image.symbols;
    uint64_t stops = 0;

    for (unsigned h = 0; h < trial->board->harts; h++) {
        struct hart *hart = &trial->board->hart[h];

        hart_clear_stops(hart);
        for (size_t i = 0; i < symbols->places; i++)
            hart_add_stop(hart, symbols->symbol[i].address + 4);
    }
    while (run_go(trial->run, RUN_NO_LIMIT) == RUN_ASKED)
        stops++;
    ck_assert_uint_gt(stops, 0);
}

/* Heard now and then: the two loops take turns. */
static void go_changing(struct trial *trial)
{
    enum run_stop stop = RUN_LIMIT;
    uint64_t heard = 0;

    for (unsigned i = 0; stop == RUN_LIMIT || stop == RUN_ASKED; i++) {
        struct run_limit limit = RUN_NO_LIMIT;

        if (i % 2)
            event_listen(&trial->run->events,
                         (struct event_sink){EVENT_ALL, hear, &heard});
        limit.cycle = run_cycle(trial->run) + 5003;
        stop = run_go(trial->run, limit);
        event_unlisten(&trial->run->events, hear, &heard);
    }
}

static const struct {
    const char *name;
    void (*go)(struct trial *trial);
} ways[] = {
    {"unheard", go_fast},
    {"as a scenario", go_as_trial},
    {"heard", go_heard},
    {"by steps", go_by_steps},
    {"in slices", go_in_slices},
    {"with breakpoints", go_with_stops},
    {"changing loops", go_changing},
};

static uint64_t digest_after(struct scenario *scenario, unsigned variant,
                             void (*go)(struct trial *trial), bool *ended)
{
    struct trial trial;
    struct err err = {0};
    uint64_t digest;

    ck_assert_msg(trial_begin(&trial, scenario, variant, false, &err), "%s\n%s",
                  err.text, buf_str(&trial.setup.diagnostics));
    go(&trial);
    digest = run_digest(trial.run);
    *ended = trial.board->finished || trial.setup.end == END_NOTHING;
    /* The loops of the programs count s0 down to 0; an unexpected trap would not. */
    ck_assert(strcmp(scenario->name, "programs") != 0 ||
              trial.board->hart[0].x[8] == 0);
    trial_end(&trial);
    return digest;
}

static void compare_ways_of(struct scenario *scenario, unsigned v)
{
    uint64_t digests[COUNT(ways)];

    for (unsigned w = 0; w < COUNT(ways); w++) {
        bool ended;

        digests[w] = digest_after(scenario, v, ways[w].go, &ended);
        ck_assert_msg(ended, "%s, %s: it does not end", scenario->variant[v].name,
                      ways[w].name);
        ck_assert_msg(digests[w] == digests[0],
                      "%s: %016" PRIx64 " %s, %016" PRIx64 " %s",
                      scenario->variant[v].name, digests[0], ways[0].name, digests[w],
                      ways[w].name);
    }
}

static void compare_ways(unsigned which)
{
    struct scenario *scenario = open_all(which);

    for (unsigned v = 0; v < scenario->variants; v++)
        compare_ways_of(scenario, v);
    scenario_free(scenario);
}

START_TEST(a_scenario_ends_in_one_state_however_it_is_run)
{
    compare_ways(0);
}
END_TEST

START_TEST(programs_of_all_kinds_end_in_one_state_however_they_are_run)
{
    compare_ways(1);
}
END_TEST

/* In slow builds the first few: of all kinds. */
START_TEST(a_machine_with_guests_ends_in_one_state_however_it_is_run)
{
    unsigned variant;
    struct scenario *scenario =
        guest_run_open(&guest_runs[(_i * 5 + 3) % GUEST_RUNS], &variant);

    compare_ways_of(scenario, variant);
    scenario_free(scenario);
}
END_TEST

/* --- events ---------------------------------------------------------------------------- */

static uint64_t events_of(struct scenario *scenario, unsigned variant,
                          void (*go)(struct trial *trial))
{
    struct event_digest digest;
    struct trial trial;
    struct err err = {0};

    ck_assert(trial_begin(&trial, scenario, variant, false, &err));
    event_digest_begin(&digest);
    event_listen(&trial.run->events,
                 (struct event_sink){EVENT_ALL, event_digest_take, &digest});
    go(&trial);
    trial_end(&trial);
    return event_digest_end(&digest);
}

START_TEST(events_are_the_same_in_every_run_and_by_steps)
{
    struct scenario *scenario = open_all((unsigned)_i);

    for (unsigned v = 0; v < scenario->variants; v++) {
        uint64_t first = events_of(scenario, v, go_as_trial);

        ck_assert_uint_eq(events_of(scenario, v, go_as_trial), first);
        ck_assert_uint_eq(events_of(scenario, v, go_by_steps), first);
        ck_assert_uint_eq(events_of(scenario, v, go_with_stops), first);
    }
    scenario_free(scenario);
}
END_TEST

START_TEST(events_of_guests_are_the_same_in_every_run_and_by_steps)
{
    unsigned variant;
    struct scenario *scenario =
        guest_run_open(&guest_runs[(_i * 5 + 3) % GUEST_RUNS], &variant);
    uint64_t first = events_of(scenario, variant, go_as_trial);

    ck_assert_uint_eq(events_of(scenario, variant, go_by_steps), first);
    scenario_free(scenario);
}
END_TEST

START_TEST(runs_that_differ_have_other_digests)
{
    struct scenario *scenario = open_all(0);
    bool ended;
    uint64_t before, after;

    before = digest_after(scenario, 5, go_fast, &ended);
    ck_assert(scenario_set(scenario, "sectors=64", NULL));
    after = digest_after(scenario, 5, go_fast, &ended);
    ck_assert_uint_ne(before, after);
    scenario_free(scenario);
}
END_TEST

static void add_tests(TCase *tcase)
{
    int guests = is_slow_build() ? 2 : GUEST_RUNS;

    tcase_add_test(tcase, a_scenario_ends_in_one_state_however_it_is_run);
    tcase_add_test(tcase, programs_of_all_kinds_end_in_one_state_however_they_are_run);
    tcase_add_loop_test(tcase, events_are_the_same_in_every_run_and_by_steps, 0, 2);
    tcase_add_loop_test(
        tcase, a_machine_with_guests_ends_in_one_state_however_it_is_run, 0, guests);
    tcase_add_loop_test(tcase, events_of_guests_are_the_same_in_every_run_and_by_steps,
                        0, guests);
    tcase_add_test(tcase, runs_that_differ_have_other_digests);
}

TEST_MAIN("determinism", add_tests)
