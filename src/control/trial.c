#include "control/trial.h"

#include "base/alloc.h"
#include "control/callbacks.h"
#include "control/setup_read.h"
#include "guest/include/markers.h"
#include "image/start.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- beginning ----------------------------------------------------------------------- */

static bool insert_disks(struct trial *trial, struct err *err)
{
    for (unsigned i = 0; i < trial->setup.disks; i++) {
        const struct setup_disk *disk = &trial->setup.disk[i];
        struct device *device = board_device(trial->board, disk->device);

        if (!device || !device->type->medium)
            return err_set(err, "disks: the board has no disk '%s'", disk->device);
        if (disk->file.size < SECTOR)
            return err_set(err, "disks: %s: there must be a sector at least",
                           disk->device);
        device_insert(device, disk->file.bytes, disk->file.size);
    }
    return true;
}

static void name_payload(struct trial *trial)
{
    const struct setup *setup = &trial->setup;

    for (unsigned h = 0; h < trial->board->harts; h++) {
        struct hart *hart = &trial->board->hart[h];

        hart->payload_ranges = setup->ranges;
        for (unsigned i = 0; i < setup->ranges; i++)
            hart->payload_range[i] = (struct payload_range){
                setup->range[i].from.address, setup->range[i].to.address};
    }
}

/* Harts stop where the window begins, later where it ends. */
static void set_stops(struct trial *trial)
{
    for (unsigned h = 0; h < trial->board->harts; h++) {
        struct hart *hart = &trial->board->hart[h];

        hart_clear_stops(hart);
        if (!trial->entered)
            hart_add_stop(hart, trial->setup.from.address);
        else if (!trial->left)
            hart_add_stop(hart, trial->setup.to.address);
    }
}

static void take(void *ctx, const struct event *event);

static void listen(struct trial *trial)
{
    trial->guests = guest_folds_new(trial->run);
    trial->exits_from = alloc_zero(1, sizeof(*trial->exits_from));
    trial->exits_to = alloc_zero(1, sizeof(*trial->exits_to));
    exits_init(trial->exits_from, trial->run);
    exits_init(trial->exits_to, trial->run);
    guest_folds_listen(trial->guests, &trial->run->events);
    event_listen(&trial->run->events, (struct event_sink){TALLY_KINDS, take, trial});
}

static bool load(struct trial *trial, struct err *err)
{
    struct setup *setup = &trial->setup;
    struct start start = {.firmware = &setup->image,
                          .initrd = setup->initrd.bytes,
                          .initrd_size = setup->initrd.size,
                          .bootargs = setup->bootargs};

    trial->board = run_add(trial->run, &trial->setup.board, err);
    if (!trial->board || !insert_disks(trial, err))
        return false;
    listen(trial);
    name_payload(trial);
    run_reset(trial->run);
    if (!start_board(trial->board, &start, err))
        return false;
    if (trial->setup.has_work &&
        !ram_has(&trial->board->bus.ram, trial->setup.work.address, 8))
        return err_set(err, "'work' is not in RAM");
    if (trial->setup.callbacks && !callbacks_begin(trial->setup.callbacks, trial, err))
        return false;
    if (trial->setup.has_window && !trial->setup.window_marked)
        set_stops(trial);
    return true;
}

bool trial_begin(struct trial *trial, struct scenario *scenario, unsigned variant,
                 bool alone, struct err *err)
{
    *trial = (struct trial){.scenario = scenario, .variant = variant};
    trial->run = run_new();
    if (!setup_make(&trial->setup, scenario, variant, alone, err))
        return false;
    return load(trial, err) ||
           err_prefix(err, "%s:%d: variant %s", scenario->path, scenario->setup_line,
                      scenario->variant[variant].name);
}

void trial_end(struct trial *trial)
{
    if (trial->owns_time)
        timeline_free(trial->time);
    run_free(trial->run);
    guest_folds_free(trial->guests);
    free(trial->exits_from);
    free(trial->exits_to);
    callbacks_free(trial->setup.callbacks);
    setup_release(&trial->setup);
    *trial = (struct trial){.scenario = NULL};
}

/* --- running ------------------------------------------------------------------------- */

static uint64_t work_now(const struct trial *trial)
{
    uint64_t work = 0;

    if (trial->setup.has_work)
        ram_read(&trial->board->bus.ram, trial->setup.work.address, &work,
                 sizeof(work));
    return work;
}

static void enter_window(struct trial *trial, uint64_t cycle)
{
    trial->entered = true;
    counters_read(&trial->at_from, trial->run, &trial->tally, cycle);
    *trial->exits_from = trial->guests->exits;
    trial->work_from = work_now(trial);
}

static void leave_window(struct trial *trial, uint64_t cycle)
{
    trial->left = true;
    counters_read(&trial->at_to, trial->run, &trial->tally, cycle);
    *trial->exits_to = trial->guests->exits;
    trial->work_to = work_now(trial);
}

/* A hart has arrived somewhere: is it an end of the window? */
static void arrived(void *ctx, struct hart *hart)
{
    struct trial *trial = ctx;

    if (!trial->entered && hart->pc == trial->setup.from.address)
        enter_window(trial, hart->cycle);
    else if (trial->entered && !trial->left && hart->pc == trial->setup.to.address)
        leave_window(trial, hart->cycle);
}

/* The same where software marks them. */
static void marked(struct trial *trial, const struct event *event)
{
    if (!trial->entered && event->marker.number == MARK_WORK_BEGIN)
        enter_window(trial, event->cycle);
    else if (trial->entered && !trial->left && event->marker.number == MARK_WORK_END)
        leave_window(trial, event->cycle);
}

/* Goes to the limit; with `until_from`, no further than where the window begins. */
static enum run_stop go_straight(struct trial *trial, uint64_t cycle, bool until_from)
{
    struct run_limit limit = RUN_NO_LIMIT;
    enum run_stop stop;

    limit.cycle = cycle;
    while ((stop = run_go(trial->run, limit)) == RUN_ASKED) {
        for (unsigned h = 0; h < trial->board->harts; h++)
            if (hart_at_stop(&trial->board->hart[h])) {
                arrived(trial, &trial->board->hart[h]);
                set_stops(trial);
            }
        if (until_from && trial->entered)
            break;
    }
    return stop;
}

/* --- through a timeline ---------------------------------------------------------------- */

static void take(void *ctx, const struct event *event)
{
    struct trial *trial = ctx;

    tally_take(&trial->tally, event);
    if (event->kind == EVENT_MARKER && trial->setup.window_marked)
        marked(trial, event);
}

static void counters_state(struct counters *counters, struct state *state)
{
    STATE(state, counters->instructions);
    STATE(state, counters->cycles);
    STATE(state, counters->payload_bytes_hart);
    STATE(state, counters->payload_bytes_dma);
    STATE(state, counters->interrupts);
    STATE(state, counters->exceptions);
    STATE(state, counters->bus_wait_cycles);
    STATE(state, counters->vm_entries);
    STATE(state, counters->vm_exits);
    STATE(state, counters->guest_cycles);
    STATE(state, counters->asleep_cycles);
    STATE(state, counters->iommu_translations);
    STATE(state, counters->iommu_hits);
    STATE(state, counters->iommu_misses);
    STATE(state, counters->iommu_reads);
    STATE(state, counters->iommu_faults);
    STATE(state, counters->virtio_requests);
    STATE(state, counters->virtio_notifications);
    STATE(state, counters->virtio_interrupts);
    STATE(state, counters->virtio_bytes);
    STATE(state, counters->events);
    STATE(state, counters->vm_entries);
    STATE(state, counters->vm_exits);
    STATE(state, counters->guest_cycles);
    STATE(state, counters->asleep_cycles);
    STATE(state, counters->awake_cycles);
}

/* What follows the viewer. */
static void window_state(void *ctx, struct state *state)
{
    struct trial *trial = ctx;

    STATE(state, trial->tally.events);
    STATE(state, trial->tally.dma_bytes);
    STATE(state, trial->entered);
    STATE(state, trial->left);
    counters_state(&trial->at_from, state);
    counters_state(&trial->at_to, state);
    STATE(state, trial->work_from);
    STATE(state, trial->work_to);
    exits_state(trial->exits_from, state);
    exits_state(trial->exits_to, state);
}

void trial_attach(struct trial *trial, struct timeline *timeline)
{
    const struct setup *setup = &trial->setup;

    trial->time = timeline;
    event_unlisten(&trial->run->events, take, trial);
    guest_folds_unlisten(trial->guests, &trial->run->events);
    for (unsigned h = 0; h < trial->board->harts; h++)
        hart_clear_stops(&trial->board->hart[h]);
    guest_folds_join(trial->guests, timeline);
    timeline_add_fold(timeline, (struct fold){TALLY_KINDS, take, window_state, trial});
    if (setup->has_window && !setup->window_marked) {
        timeline_add_arrival(timeline, setup->from.address, arrived, trial);
        if (setup->to.address != setup->from.address)
            timeline_add_arrival(timeline, setup->to.address, arrived, trial);
    }
    if (setup->callbacks)
        callbacks_attach(setup->callbacks, timeline);
}

const char *trial_error(const struct trial *trial)
{
    return callbacks_error(trial->setup.callbacks);
}

static void arm_nothing(void *ctx, struct run *run)
{
    (void)ctx;
    (void)run;
}

static bool has_failed(void *ctx, struct run *run)
{
    (void)run;
    return trial_error(ctx) != NULL;
}

static bool has_entered(void *ctx, struct run *run)
{
    const struct trial *trial = ctx;

    return trial->entered || has_failed(ctx, run);
}

static enum run_stop go_by_timeline(struct trial *trial, uint64_t cycle,
                                    bool until_from)
{
    static const enum run_stop stops[] = {
        [ARRIVED] = RUN_LIMIT,
        [ARRIVED_HIT] = RUN_ASKED,
        [ARRIVED_FINISHED] = RUN_FINISHED,
        [ARRIVED_NOTHING] = RUN_NOTHING,
        [ARRIVED_BEGINNING] = RUN_ASKED,
        [ARRIVED_INTERRUPTED] = RUN_ASKED,
    };
    struct probe probe = {arm_nothing, arm_nothing,
                          until_from ? has_entered : has_failed, trial};
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = cycle;
    return stops[timeline_go(trial->time, limit, &probe)];
}

static enum run_stop go(struct trial *trial, uint64_t cycle, bool until_from)
{
    if (trial->setup.callbacks && !trial->time) {
        trial_attach(trial, timeline_new(trial->run, NULL));
        trial->owns_time = true;
    }
    return trial->time ? go_by_timeline(trial, cycle, until_from)
                       : go_straight(trial, cycle, until_from);
}

void trial_go(struct trial *trial)
{
    trial->stop = go(trial, trial->setup.cycles, false);
}

/* --- measuring ----------------------------------------------------------------------- */

/* What the second job does alone in that many cycles. */
static bool work_alone(const struct trial *trial, uint64_t cycles, uint64_t *work,
                       struct err *err)
{
    struct trial alone;
    enum run_stop stop = RUN_FINISHED;
    bool ok = trial_begin(&alone, trial->scenario, trial->variant, true, err);

    if (ok) {
        go(&alone, alone.setup.cycles, true);
        if (alone.entered)
            stop = go(&alone, alone.at_from.cycles + cycles, false);
        ok = stop == RUN_LIMIT ||
             err_set(err, "%s: variant %s: the run with the second job alone %s",
                     trial->scenario->path,
                     trial->scenario->variant[trial->variant].name,
                     alone.entered ? "ends too early"
                                   : "never comes to where the window begins");
    }
    if (ok)
        *work = work_now(&alone) - alone.work_from;
    trial_end(&alone);
    return ok;
}

static bool measure_share(struct trial *trial, struct err *err)
{
    uint64_t alone = 0;

    if (!work_alone(trial, trial->metrics.cycles, &alone, err))
        return false;
    if (alone == 0)
        return err_set(err, "%s: variant %s: the second job does nothing when alone",
                       trial->scenario->path,
                       trial->scenario->variant[trial->variant].name);
    trial->metrics.has_share = true;
    trial->metrics.useful_share =
        (double)(trial->work_to - trial->work_from) / (double)alone;
    return true;
}

bool trial_measure(struct trial *trial, struct err *err)
{
    const struct setup *setup = &trial->setup;

    if (!trial->left) { /* no window, or one that the run has not come to the end of */
        counters_read(&trial->at_to, trial->run, &trial->tally, run_cycle(trial->run));
        *trial->exits_to = trial->guests->exits;
        trial->work_to = work_now(trial);
        if (setup->has_window && !trial->entered) {
            trial->at_from = trial->at_to;
            *trial->exits_from = *trial->exits_to;
        }
    }
    metrics_between(&trial->metrics, &trial->at_from, &trial->at_to);
    account_make(&trial->account, trial->exits_from, trial->exits_to, &trial->metrics,
                 &trial->guests->work);
    return !trial->left || !setup->has_work || !setup->has_alone ||
           measure_share(trial, err);
}

/* --- notes --------------------------------------------------------------------------- */

static bool matches(const struct setup_note *note, const struct event *event)
{
    if (note->kind != event->kind)
        return false;
    for (unsigned i = 0; i < note->conditions; i++)
        if (event_get(event, note->condition[i].field) != note->condition[i].value)
            return false;
    return true;
}

const char *trial_note(const struct trial *trial, const struct event *event, unsigned n)
{
    for (unsigned i = 0; i < trial->setup.notes; i++)
        if (matches(&trial->setup.note[i], event) && n-- == 0)
            return trial->setup.note[i].say;
    return NULL;
}
