#include "machine/time/queue.h"

#include <assert.h>

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.next_due = NEVER};
}

bool queue_add(struct queue *queue, struct timer *timer)
{
    if (queue->count == QUEUE_TIMERS)
        return false;
    timer->due = NEVER;
    queue->timers[queue->count++] = timer;
    return true;
}

struct timer *queue_first(const struct queue *queue)
{
    struct timer *first = NULL;

    for (unsigned i = 0; i < queue->count; i++) {
        struct timer *timer = queue->timers[i];

        if (timer->due == NEVER)
            continue;
        if (!first || timer->due < first->due ||
            (timer->due == first->due && timer->seq < first->seq))
            first = timer;
    }
    return first;
}

static void find_next_due(struct queue *queue)
{
    const struct timer *first = queue_first(queue);

    queue->next_due = first ? first->due : NEVER;
}

void queue_arm(struct queue *queue, struct timer *timer, uint64_t due)
{
    bool was_first = timer->due == queue->next_due;

    timer->due = due;
    timer->seq = due == NEVER ? 0 : queue->next_seq++;
    if (due <= queue->next_due)
        queue->next_due = due;
    else if (was_first)
        find_next_due(queue);
}

void queue_fire_first(struct queue *queue)
{
    struct timer *first = queue_first(queue);

    assert(first);
    queue->now = first->due;
    first->due = NEVER;
    first->seq = 0;
    find_next_due(queue);
    first->fire(first->ctx, queue->now);
}

void queue_state(struct queue *queue, struct state *state)
{
    STATE(state, queue->next_seq);
    for (unsigned i = 0; i < queue->count; i++) {
        STATE(state, queue->timers[i]->due);
        STATE(state, queue->timers[i]->seq);
    }
    if (state->mode == STATE_LOAD)
        find_next_due(queue);
}
