#include "tests/lib/told.h"

static void mix(struct told *told, uint64_t value)
{
    told->digest = (told->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    told->digest ^= told->digest >> 29;
}

void told_take(void *ctx, const struct event *event)
{
    struct told *told = ctx;

    told->count++;
    mix(told, event->retired);
    mix(told, event->order);
    mix(told, event->cycle);
    mix(told, (uint64_t)event->board << 8 | event->kind);
    for (const struct event_field *f = event_infos[event->kind].fields; f->name; f++)
        mix(told, event_get(event, f));
}
