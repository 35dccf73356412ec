#include "face/tui/watch.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

static uint64_t ram_pages(const struct watch *watch)
{
    return (watch->board->bus.ram.size >> RAM_PAGE_SHIFT) + 1;
}

struct watch *watch_new(struct run *run)
{
    struct watch *watch = alloc_zero(1, sizeof(*watch));

    watch->run = run;
    watch->board = run->board[0];
    watch->writer = alloc_zero(ram_pages(watch), sizeof(*watch->writer));
    event_listen(&run->events, (struct event_sink){EVENT_ALL & ~EVENT_BIT(EVENT_CSR_WRITE), watch_take, watch});
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    event_unlisten(&watch->run->events, watch_take, watch);
    for (uint64_t i = 0; i < ram_pages(watch); i++)
        free(watch->writer[i]);
    free(watch->writer);
    free(watch->events);
    free(watch);
}

void watch_take(void *ctx, const struct event *event)
{
    struct watch *watch = ctx;

    if (event->board != watch->board->index)
        return;
    if (watch->all) {
        watch->move++;
        watch_fold(watch, event);
        watch->focus = *event;
        watch->has_focus = true;
        return;
    }
    if (watch->count == watch->room) {
        watch->room = watch->room ? watch->room * 2 : 64;
        watch->events = alloc_resize(watch->events, watch->room * sizeof(*event));
    }
    watch->events[watch->count++] = *event;
}

void watch_begin(struct watch *watch)
{
    if (watch->seen)
        memmove(watch->events, watch->events + watch->seen,
                (watch->count - watch->seen) * sizeof(*watch->events));
    watch->count -= watch->seen;
    watch->first = watch->seen = 0;
    watch->move++;
    for (int i = 0; i < HART_MAX; i++)
        watch->harts[i].in_move = false;
}

bool watch_see(struct watch *watch)
{
    if (watch->seen == watch->count)
        return false;
    watch->focus = watch->events[watch->seen++];
    watch->has_focus = true;
    watch_fold(watch, &watch->focus);
    return true;
}

void watch_see_all(struct watch *watch)
{
    unsigned from = watch->seen, best = from;

    while (watch_see(watch))
        if (watch_weight(&watch->focus) > watch_weight(&watch->events[best]))
            best = watch->seen - 1;
    if (from < watch->seen)
        watch->focus = watch->events[best];
}

void watch_name(struct watch *watch, struct subject *subject)
{
    watch->title = subject->title;
    watch->variant = subject->variant;
    watch->symbols = subject->symbols;
    watch->lines = subject->lines;
    watch->note = subject_note;
    watch->note_ctx = subject;
    watch->regions = subject->regions;
    watch->sources = subject->sources;
    memcpy(watch->region, subject->region, sizeof(watch->region));
    memcpy(watch->source, subject->source, sizeof(watch->source));
}
