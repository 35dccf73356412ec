#include "tests/lib/specimen.h"

#include "control/lua_sandbox.h"
#include "tests/lib/programs.h"
#include "tests/lib/random_machine.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define SHIPPED "scenarios/01-three-ways-to-copy.lua"

enum { ATTEMPTS = 5000 };

static void make_trial(struct specimen *specimen, struct scenario *scenario,
                       unsigned variant)
{
    struct err err = {0};

    ck_assert_uint_lt(variant, scenario->variants);
    ck_assert_msg(trial_begin(&specimen->trial, scenario, variant, false, &err), "%s",
                  err.text);
    specimen->scenario = scenario;
    specimen->run = specimen->trial.run;
    event_unlisten(&specimen->run->events, tally_take, &specimen->trial.tally);
    for (unsigned h = 0; h < specimen->trial.board->harts; h++)
        hart_clear_stops(&specimen->trial.board->hart[h]);
    snprintf(specimen->name, sizeof(specimen->name), "%s",
             scenario->variant[variant].name);
}

static void make_own(struct specimen *specimen, unsigned number)
{
    struct err err = {0};
    struct scenario *scenario =
        scenario_load("programs.lua", programs_scenario, strlen(programs_scenario),
                      &sandbox_usual_limits, &err);

    ck_assert_msg(scenario != NULL, "%s", err.text);
    make_trial(specimen, scenario, number);
}

static void make_shipped(struct specimen *specimen, unsigned number)
{
    struct err err = {0};
    struct scenario *scenario = scenario_open(SHIPPED, NULL, &err);

    ck_assert_msg(scenario != NULL, "%s", err.text);
    make_trial(specimen, scenario, number);
}

static void make_guests(struct specimen *specimen, unsigned number)
{
    const struct guest_run *guest = &guest_runs[number];
    unsigned variant;
    struct scenario *scenario = guest_run_open(guest, &variant);
    uint64_t end;

    guest_run_times(guest, &specimen->first, &end);
    specimen->attempts = end - specimen->first;
    make_trial(specimen, scenario, variant);
}

static void make_random(struct specimen *specimen, unsigned number)
{
    const struct machine_shape *shape = &machine_shapes[number % MACHINE_SHAPES];

    specimen->run = random_machine(shape, number + 1);
    snprintf(specimen->name, sizeof(specimen->name), "program %u, %s", number,
             shape->what);
}

void specimen_make(struct specimen *specimen, unsigned number)
{
    *specimen = (struct specimen){.attempts = ATTEMPTS};
    if (number < SPECIMENS_OWN) {
        make_own(specimen, number);
        return;
    }
    number -= SPECIMENS_OWN;
    if (number < SPECIMENS_SHIPPED) {
        make_shipped(specimen, number);
        return;
    }
    number -= SPECIMENS_SHIPPED;
    if (number < SPECIMENS_GUESTS)
        make_guests(specimen, number);
    else
        make_random(specimen, number - SPECIMENS_GUESTS);
}

void specimen_end(struct specimen *specimen)
{
    if (specimen->scenario) {
        trial_end(&specimen->trial);
        scenario_free(specimen->scenario);
    } else {
        run_free(specimen->run);
    }
}

enum run_stop specimen_go(struct run *run, uint64_t attempts)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.attempts = attempts;
    return run_go(run, limit);
}

bool is_slow_build(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return true;
#else
    return false;
#endif
#else
    return false;
#endif
}
