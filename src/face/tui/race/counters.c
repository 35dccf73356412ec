#include "face/tui/race/counters.h"

#include <string.h>

/* --- what the scenario says of the workload ------------------------------------------ */

static const struct parameter *parameter_of(const struct race_lane *lane,
                                            const char *name, enum parameter_type type)
{
    const struct scenario *scenario = lane->session.subject.scenario;

    for (unsigned i = 0; scenario && i < scenario->parameters; i++)
        if (strcmp(scenario->parameter[i].name, name) == 0 &&
            scenario->parameter[i].type == type)
            return &scenario->parameter[i];
    return NULL;
}

/* A count that has this name among the parameters; 0: none. */
static uint64_t wanted(const struct race_lane *lane, const char *name)
{
    const struct parameter *parameter = parameter_of(lane, name, PARAMETER_INTEGER);

    return parameter && parameter->integer > 0 ? (uint64_t)parameter->integer : 0;
}

/* Operations that move nothing have no bytes. */
static bool moves_data(const struct race_lane *lane)
{
    const struct parameter *op = parameter_of(lane, "op", PARAMETER_TEXT);

    return !op || strcmp(op->text, "none") != 0;
}

/* --- cycles -------------------------------------------------------------------------- */

/* Of all harts together, up to now; those that wait for an interrupt have the rest. */
static void share_cycles(struct lane_counters *counters, const struct race *race,
                         const struct race_lane *lane)
{
    uint64_t all = race->cycle * lane->session.run->board[0]->harts, work;

    counters->guest = strip_total(&lane->strip, STRIP_GUEST, race->cycle);
    counters->host = strip_total(&lane->strip, STRIP_HOST, race->cycle);
    work = counters->guest + counters->host;
    counters->asleep = all > work ? all - work : 0;
}

static void count_metrics(struct lane_counters *counters, const struct metrics *metrics)
{
    counters->guest = metrics->guest_cycles;
    counters->host = metrics->awake_cycles - metrics->guest_cycles;
    counters->asleep = metrics->asleep_cycles;
    counters->by_hart = metrics->payload_bytes_hart;
    counters->by_dma = metrics->payload_bytes_dma;
    counters->instructions = metrics->instructions;
    counters->interrupts = metrics->interrupts;
    counters->bus_waits = metrics->bus_wait_cycles;
    counters->iommu_misses = metrics->iommu_misses;
}

/* What the second job has counted in RAM since the work began. */
static void count_job(struct lane_counters *counters, const struct race_lane *lane)
{
    const struct trial *trial = &lane->session.subject.trial;
    uint64_t now = 0;

    counters->has_job = trial->setup.has_work;
    if (!counters->has_job)
        return;
    ram_read(&trial->board->bus.ram, trial->setup.work.address, &now, sizeof(now));
    counters->job = counters->over && trial->left ? trial->work_to : now;
    counters->job -= trial->entered ? trial->work_from : 0;
}

/* --- exits --------------------------------------------------------------------------- */

static void count_exits(struct lane_counters *counters, const struct race_lane *lane)
{
    const struct trial *trial = &lane->session.subject.trial;
    const struct exits *now =
        counters->over && trial->left ? trial->exits_to : &lane->session.guests->exits;
    uint64_t before = trial->entered ? trial->exits_from->begun : 0;

    counters->exits = now->begun - before;
    counters->injections =
        now->injections - (trial->entered ? trial->exits_from->injections : 0);
    for (unsigned i = 0; i < EXIT_HARTS && !counters->over; i++)
        if (now->hart[i].out && now->hart[i].exit.number > before) {
            counters->exit = now->hart[i].exit.number - before;
            counters->under = now->hart[i].exit;
        }
}

/* --- data ---------------------------------------------------------------------------- */

/*
 * Bytes that have come to their destination: all that stores of the payload and DMA have
 * put there, if nobody stands between. A host's DMA may fill buffers of its own: then only
 * what the guest's stores have moved and what ended operations brought is sure.
 */
static void count_data(struct lane_counters *counters, const struct race_lane *lane)
{
    const struct work *work = &lane->session.guests->work;
    uint64_t bytes = moves_data(lane) ? wanted(lane, "bytes") : 0;

    counters->operations = work->begun ? work->ends : 0;
    counters->all_operations = wanted(lane, "n");
    counters->all_bytes = bytes * counters->all_operations;
    if (!lane->guests || lane->direct)
        counters->bytes = counters->by_hart + counters->by_dma;
    else
        counters->bytes =
            counters->by_hart ? counters->by_hart : counters->operations * bytes;
    counters->has_data = work->begun && counters->all_operations &&
                         counters->operations >= counters->all_operations;
    counters->data_at = lane->strip.operation_end - lane->begin;
}

/* --- all of them --------------------------------------------------------------------- */

void counters_of(struct lane_counters *counters, const struct race *race,
                 unsigned number)
{
    const struct race_lane *lane = &race->lane[number];
    const struct trial *trial = &lane->session.subject.trial;
    struct counters now;
    struct metrics metrics;
    uint64_t cycle = lane->begin + race->cycle;

    *counters = (struct lane_counters){.ended = lane_ended(lane)};
    counters->over =
        trial->left || (counters->ended && run_cycle(lane->session.run) <= cycle);
    if (trial->setup.has_window && !trial->entered) {
        count_data(counters, lane);
        return;
    }
    counters_read(&now, lane->session.run, &trial->tally,
                  counters->ended ? run_cycle(lane->session.run) : cycle);
    metrics_between(&metrics, &trial->at_from, trial->left ? &trial->at_to : &now);
    if (counters->over)
        counters->over_at = metrics.cycles;
    count_metrics(counters, &metrics);
    if (counters->over)
        counters->spare = race->cycle - counters->over_at;
    else
        share_cycles(counters, race, lane);
    count_exits(counters, lane);
    count_job(counters, lane);
    count_data(counters, lane);
}

enum lane_actor actor_of(const struct race_lane *lane)
{
    const struct board *board = lane->session.run->board[0];
    bool awake = false;

    if (lane_ended(lane))
        return ACTOR_OFF;
    for (unsigned h = 0; h < board->harts; h++) {
        if (!board->hart[h].asleep && board->hart[h].is_virtual)
            return ACTOR_GUEST;
        awake |= !board->hart[h].asleep;
    }
    if (awake)
        return ACTOR_HOST;
    return strip_dma_works(&lane->strip) || strip_disk_works(&lane->strip)
               ? ACTOR_DEVICE
               : ACTOR_NOBODY;
}
