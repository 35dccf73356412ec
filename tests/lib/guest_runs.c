#include "tests/lib/guest_runs.h"

#include "base/bits.h"
#include "control/trial.h"
#include "guest/include/markers.h"

#include <check.h>
#include <string.h>

#define TRAPS "scenarios/02-trap-and-emulate.lua"
#define WAYS  "scenarios/03-three-ways.lua"
#define ROGUE "scenarios/04-rogue-dma.lua"
#define MORE  "tests/commands/guests.lua"
#define SMALL "tests/commands/guest.lua"

const struct guest_run guest_runs[GUEST_RUNS] = {
    {"call", TRAPS, {"calls=3"}},
    {"hypercall", TRAPS, {"calls=3"}},
    {"sector", TRAPS, {"reads=1"}},
    {"emulated_sector", TRAPS, {"reads=1"}},
    {"native", WAYS, {"n=1", "bytes=512", "sectors=128"}},
    {"emulated_pio", WAYS, {"n=1", "bytes=512", "sectors=128"}},
    {"emulated_dma", WAYS, {"n=1", "bytes=512", "sectors=128"}},
    {"virtio", WAYS, {"n=4", "bytes=512", "depth=2"}},
    {"passthrough", WAYS, {"n=2", "bytes=4096"}},
    {"no_iommu", ROGUE, {"n=1", "bytes=512"}},
    {"iommu", ROGUE, {"n=1", "bytes=512"}},
    {"read_only", ROGUE, {"n=1", "bytes=512"}},
    {"virtio_disk", MORE, {NULL}},
    {"two_guests", MORE, {NULL}},
    {"two_harts", MORE, {NULL}},
    {"guest", SMALL, {"n=20"}},
};

const struct guest_run *guest_run_named(const char *variant)
{
    for (size_t i = 0; i < COUNT(guest_runs); i++)
        if (strcmp(guest_runs[i].variant, variant) == 0)
            return &guest_runs[i];
    return NULL;
}

unsigned guest_run_settings(const struct guest_run *guest)
{
    unsigned n = 0;

    while (n < GUEST_RUN_SETTINGS && guest->settings[n])
        n++;
    return n;
}

struct scenario *guest_run_open(const struct guest_run *guest, unsigned *variant)
{
    struct err err = {0};
    struct scenario *scenario = scenario_open(guest->file, NULL, &err);

    ck_assert_msg(scenario != NULL, "%s", err.text);
    for (unsigned i = 0; i < guest_run_settings(guest); i++)
        ck_assert_msg(scenario_set(scenario, guest->settings[i], &err), "%s", err.text);
    if (strcmp(guest->variant, "guest") == 0)
        *variant = 0; /* it is the only one */
    else
        ck_assert_msg(scenario_variant(scenario, guest->variant, variant, &err), "%s",
                      err.text);
    return scenario;
}

/* --- when it works --------------------------------------------------------------------- */

struct work_seen {
    struct run *run;
    uint64_t begun;
};

static void take_marker(void *ctx, const struct event *event)
{
    struct work_seen *seen = ctx;

    if (event->marker.number == MARK_WORK_BEGIN)
        seen->begun = run_attempts(seen->run);
}

void guest_run_times(const struct guest_run *guest, uint64_t *work, uint64_t *end)
{
    struct trial trial;
    struct err err = {0};
    unsigned variant;
    struct scenario *scenario = guest_run_open(guest, &variant);
    struct work_seen seen = {0};

    ck_assert_msg(trial_begin(&trial, scenario, variant, false, &err), "%s", err.text);
    seen.run = trial.run;
    event_listen(&trial.run->events,
                 (struct event_sink){EVENT_BIT(EVENT_MARKER), take_marker, &seen});
    trial_go(&trial);
    *work = seen.begun;
    *end = run_attempts(trial.run);
    trial_end(&trial);
    scenario_free(scenario);
}
