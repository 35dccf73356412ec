#include "face/tui/race/race.h"

#include "control/command/answer.h"
#include "guest/include/markers.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "observe/exits/gstage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- going --------------------------------------------------------------------------- */

bool lane_ended(const struct race_lane *lane)
{
    const struct run *run = lane->session.run;
    bool awake = false;

    for (unsigned b = 0; b < run->boards; b++) {
        if (run->board[b]->finished)
            return true;
        for (unsigned h = 0; h < run->board[b]->harts; h++)
            awake |= !run->board[b]->hart[h].asleep;
    }
    return (!awake && run->queue.next_due == NEVER) ||
           run_cycle(run) >= lane->session.subject.cycles;
}

bool race_ended(const struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++)
        if (!lane_ended(&race->lane[i]))
            return false;
    return true;
}

uint64_t lane_cycle(const struct race_lane *lane, uint64_t cycle)
{
    uint64_t limit = lane->session.subject.cycles;

    if (cycle > limit || lane->begin > limit - cycle)
        return limit;
    return lane->begin + cycle;
}

/* False: it was cut short. */
bool lane_to(struct race_lane *lane, uint64_t from, uint64_t cycle)
{
    struct timeline *time = lane->session.time;
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = lane_cycle(lane, cycle);
    timeline_start_anew(time);
    if (!lane->astray && cycle >= from)
        timeline_go(time, limit, NULL);
    else
        timeline_seek_cycle(time, limit.cycle);
    lane->astray = lane_cut_short(lane);
    return !lane->astray;
}

bool lane_cut_short(const struct race_lane *lane)
{
    return timeline_cut_short(lane->session.time);
}

void race_gather(struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++) {
        struct race_lane *lane = &race->lane[i];
        bool steady = timeline_set_steady(lane->session.time, true);

        if (lane->astray)
            lane_to(lane, race->cycle, race->cycle);
        timeline_set_steady(lane->session.time, steady);
    }
}

/* Back to where all stood: nobody is to see lanes at different cycles. */
static enum race_end stay(struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++)
        race->lane[i].astray = true;
    race_gather(race);
    return RACE_INTERRUPTED;
}

enum race_end race_to(struct race *race, uint64_t cycle)
{
    for (unsigned i = 0; i < race->lanes; i++)
        if (!lane_to(&race->lane[i], race->cycle, cycle))
            return stay(race);
    race->cycle = cycle;
    if (cycle > race->furthest)
        race->furthest = cycle;
    return RACE_MOVED;
}

/* The cycle at which a lane is over, which then stands there. */
static bool find_end(const struct race *race, struct race_lane *lane, uint64_t *end)
{
    uint64_t cycle;

    if (!lane_to(lane, race->cycle, UINT64_MAX))
        return false;
    cycle = run_cycle(lane->session.run);
    if (cycle > lane->begin && cycle - lane->begin > *end)
        *end = cycle - lane->begin;
    return true;
}

enum race_end race_to_end(struct race *race)
{
    uint64_t end = race->cycle;

    for (unsigned i = 0; i < race->lanes; i++)
        if (!find_end(race, &race->lane[i], &end))
            return stay(race);
    return race_to(race, end);
}

struct session *race_lane_session(struct race *race, unsigned lane)
{
    return lane < race->lanes ? &race->lane[lane].session : NULL;
}

/* --- opening ------------------------------------------------------------------------- */

static bool came(void *ctx)
{
    const struct race *race = ctx;

    return race->interrupted && race->interrupted(race->ctx);
}

static const struct device *device_of_type(const struct board *board,
                                           const struct device_type *type)
{
    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type == type)
            return board->device[i];
    return NULL;
}

/* Does the scenario put something into that device? */
static bool is_filled(const struct setup *setup, const struct device *device)
{
    for (unsigned i = 0; i < setup->disks; i++)
        if (strcmp(setup->disk[i].device, device->name) == 0)
            return true;
    return false;
}

/* The machine's real devices on the path of the data: the disk is the first one into which
 * the scenario puts something. */
static void find_devices(struct race_lane *lane)
{
    const struct board *board = lane->session.run->board[0];
    const struct setup *setup = &lane->session.subject.trial.setup;

    for (unsigned i = board->devices; i-- > 0;)
        if (is_filled(setup, board->device[i]))
            lane->disk = board->device[i];
    lane->dma = device_of_type(board, &dma_type);
    lane->iommu = device_of_type(board, &iommu_type);
}

const struct device *lane_disk(const struct race_lane *lane)
{
    const struct board *board = lane->session.run->board[0];

    return lane->disk && lane->strip.disk ? board->device[lane->strip.disk - 1]
                                          : lane->disk;
}

static bool maps(uint64_t devices, const struct device *device)
{
    return device && devices >> device->index & 1;
}

enum { SOON = 50000000 /* cycles in which a machine that boots comes to its guest */ };

/* Where the work begins at reset there are no guests yet: a look ahead tells of them. */
static void look_for_guests(struct race_lane *lane)
{
    struct run_limit limit = RUN_NO_LIMIT;
    struct event event;

    limit.cycle = lane_cycle(lane, SOON);
    timeline_next_event(lane->session.time, EVENT_BIT(EVENT_VM_ENTRY), NULL, NULL,
                        limit, &event);
    timeline_step(lane->session.time); /* to where the event has been */
    lane->astray = true;
}

/* Whether guests have registers of real devices is settled when the work begins. */
static void find_guests(struct race_lane *lane)
{
    const struct exits *exits = &lane->session.guests->exits;
    const struct exit_guest *guest = NULL;
    uint64_t devices;

    for (unsigned vmid = EXIT_VMIDS; vmid-- > 0;)
        if (exits->guest[vmid].entries) {
            guest = &exits->guest[vmid];
            lane->guest = vmid;
        }
    lane->guests = guest != NULL;
    if (!guest)
        return;
    devices = gstage_mapped(&lane->session.run->board[0]->bus, guest->hgatp).devices;
    lane->direct = maps(devices, lane->disk) || maps(devices, lane->dma);
}

static void nothing(void *ctx, struct run *run)
{
    (void)ctx;
    (void)run;
}

static bool has_begun(void *ctx, struct run *run)
{
    uint64_t cycle;

    (void)run;
    return strip_begin(ctx, &cycle);
}

static bool begins_work(void *ctx, const struct event *event)
{
    (void)ctx;
    return event->marker.number == MARK_WORK_BEGIN;
}

static bool was_interrupted(const struct race_lane *lane, struct err *err)
{
    if (lane_cut_short(lane))
        err_set(err, "stopped by a key");
    return lane_cut_short(lane);
}

/* To where the work begins; a marker or an arrival says so. */
static bool go_to_begin(struct race_lane *lane, struct err *err)
{
    const struct probe probe = {nothing, nothing, has_begun, &lane->strip};
    struct timeline *time = lane->session.time;
    struct run_limit limit = RUN_NO_LIMIT;
    struct event event;

    limit.cycle = lane->session.subject.cycles;
    if (strip_begin(&lane->strip, &lane->begin))
        return true;
    if (lane->session.subject.trial.setup.window_marked)
        timeline_next_event(time, EVENT_BIT(EVENT_MARKER), begins_work, NULL, limit,
                            &event);
    timeline_go(time, limit, &probe);
    if (was_interrupted(lane, err))
        return false;
    if (!strip_begin(&lane->strip, &lane->begin))
        return err_set(err, "variant %s never comes to where its work begins",
                       lane->name);
    lane->astray = true; /* it may be a little further */
    return true;
}

static void join(void *ctx, struct session *session)
{
    struct race_lane *lane = ctx;

    strip_join(&lane->strip, session);
}

static bool open_lane(struct race *race, const struct race_choice *choice,
                      const char *variant, struct err *err)
{
    struct race_lane *lane = &race->lane[race->lanes++];
    const struct session_choice wanted = {.file = choice->file,
                                          .variant = variant,
                                          .settings = choice->settings,
                                          .setting_count = choice->setting_count,
                                          .diagnostics = choice->diagnostics,
                                          .opened = join,
                                          .opened_ctx = lane};

    snprintf(lane->name, sizeof(lane->name), "%s", variant);
    if (!session_open(&lane->session, &wanted, err))
        return false;
    command_answers(&lane->session);
    timeline_set_interrupt(lane->session.time, (struct interrupt){came, race});
    find_devices(lane);
    if (!go_to_begin(lane, err))
        return false;
    if (!lane->session.subject.trial.setup.has_window)
        look_for_guests(lane);
    find_guests(lane);
    return !was_interrupted(lane, err);
}

/* --- which variants ------------------------------------------------------------------ */

/* What is raced if nobody says otherwise. */
static unsigned usual(const struct scenario *scenario, unsigned chosen[RACE_LANES])
{
    unsigned count = scenario->races;

    for (unsigned i = 0; i < count; i++)
        chosen[i] = scenario->race[i];
    for (; scenario->races == 0 && count < scenario->variants && count < RACE_LANES;
         count++)
        chosen[count] = count;
    return count;
}

static bool choose(const struct scenario *scenario, const struct race_choice *choice,
                   unsigned chosen[RACE_LANES], unsigned *count, struct err *err)
{
    if (choice->variant_count > RACE_LANES)
        return err_set(err, "a race has at most %d variants", RACE_LANES);
    *count = (unsigned)choice->variant_count;
    for (unsigned i = 0; i < *count; i++)
        if (!scenario_variant(scenario, choice->variants[i], &chosen[i], err))
            return false;
    if (*count == 0)
        *count = usual(scenario, chosen);
    return *count >= 2 || err_set(err, "a race needs two variants at least");
}

/* Exits, if there are any to come. */
static const struct race_unit *usual_unit(const struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++)
        if (race->lane[i].guests)
            return &race_units[RACE_EXIT];
    return &race_units[RACE_INTERRUPT];
}

bool race_open(struct race *race, const struct race_choice *choice, struct err *err)
{
    struct scenario *scenario;
    unsigned chosen[RACE_LANES] = {0}, count = 0;
    bool done;

    *race = (struct race){.speed = RACE_USUAL_SPEED,
                          .interrupted = choice->interrupted,
                          .ctx = choice->ctx};
    scenario = scenario_open(choice->file, NULL, err);
    if (!scenario)
        return false;
    done = choose(scenario, choice, chosen, &count, err);
    for (unsigned i = 0; done && i < count; i++)
        done = open_lane(race, choice, scenario->variant[chosen[i]].name, err);
    scenario_free(scenario);
    if (!done)
        return false;
    race->unit = usual_unit(race);
    race->title = race->lane[0].session.subject.title;
    return race_to(race, 0) == RACE_MOVED || err_set(err, "stopped by a key");
}

void race_close(struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++)
        session_close(&race->lane[i].session);
    prompt_release(&race->prompt);
    sheet_release(&race->sheet);
    race->lanes = 0;
}
