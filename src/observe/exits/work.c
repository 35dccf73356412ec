/* The fold over a workload's markers. */
#include "observe/exits/work.h"

#include "base/alloc.h"
#include "guest/include/markers.h"

#include <stdlib.h>
#include <string.h>

void work_init(struct work *work)
{
    *work = (struct work){.room = 0};
}

void work_release(struct work *work)
{
    free(work->latency);
    work_init(work);
}

static uint64_t known(const struct work *work)
{
    return work->ends < WORK_OPERATIONS ? work->ends : WORK_OPERATIONS;
}

static void make_room(struct work *work, uint64_t count)
{
    if (count <= work->room)
        return;
    while (work->room < count)
        work->room = work->room ? 2 * work->room : 64;
    work->latency = alloc_resize(work->latency, work->room * sizeof(*work->latency));
}

static void end_operation(struct work *work, uint64_t cycle)
{
    uint64_t began = work->under_way[work->ends % WORK_UNDER_WAY];

    if (work->ends == work->begins)
        return;
    if (work->ends < WORK_OPERATIONS) {
        make_room(work, work->ends + 1);
        work->latency[work->ends] = cycle - began;
    }
    work->ends++;
}

/* Begins the work when it first says so: what was counted before was none of it. */
static void begin_work(struct work *work)
{
    if (work->begun)
        return;
    work->begun = true;
    work->begins = work->ends = work->wrong = 0;
}

void work_take(void *ctx, const struct event *event)
{
    struct work *work = ctx;

    if (event->kind != EVENT_MARKER || work->ended)
        return;
    switch (event->marker.number) {
    case MARK_WORK_BEGIN:
        begin_work(work);
        break;
    case MARK_WORK_END:
        work->ended = work->begun;
        break;
    case MARK_OP_BEGIN:
        work->under_way[work->begins++ % WORK_UNDER_WAY] = event->cycle;
        break;
    case MARK_OP_END:
        end_operation(work, event->cycle);
        break;
    case MARK_VERIFY_BAD:
        work->wrong++;
        break;
    default:
        break;
    }
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

uint64_t work_latency(const struct work *work, unsigned percent)
{
    uint64_t count = known(work), rank = (count * percent + 99) / 100, latency;
    uint64_t *sorted;

    if (count == 0)
        return 0;
    sorted = alloc_zero(count, sizeof(*sorted));
    memcpy(sorted, work->latency, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_size);
    latency = sorted[rank ? rank - 1 : 0];
    free(sorted);
    return latency;
}

void work_state(void *ctx, struct state *state)
{
    struct work *work = ctx;

    STATE(state, work->begun);
    STATE(state, work->ended);
    STATE(state, work->begins);
    STATE(state, work->ends);
    STATE(state, work->wrong);
    STATE(state, work->under_way);
    if (state->mode == STATE_LOAD)
        make_room(work, known(work));
    if (known(work))
        state_bytes(state, "latency", work->latency,
                    known(work) * sizeof(*work->latency));
}
