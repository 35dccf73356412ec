#include "observe/exits/guest_folds.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>

static const struct part {
    uint64_t kinds;
    void (*take)(void *part, const struct event *event);
    void (*state)(void *part, struct state *state);
    size_t offset; /* in struct guest_folds */
} parts[] = {
    {EXITS_KINDS, exits_take, exits_state, offsetof(struct guest_folds, exits)},
    {DELIVERIES_KINDS, deliveries_take, deliveries_state,
     offsetof(struct guest_folds, deliveries)},
    {WORK_KINDS, work_take, work_state, offsetof(struct guest_folds, work)},
};

static void *part_of(struct guest_folds *folds, const struct part *part)
{
    return (char *)folds + part->offset;
}

struct guest_folds *guest_folds_new(const struct run *run)
{
    struct guest_folds *folds = alloc_zero(1, sizeof(*folds));

    exits_init(&folds->exits, run);
    deliveries_init(&folds->deliveries, run);
    work_init(&folds->work);
    return folds;
}

void guest_folds_free(struct guest_folds *folds)
{
    if (folds)
        work_release(&folds->work);
    free(folds);
}

void guest_folds_listen(struct guest_folds *folds, struct event_stream *events)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        event_listen(events, (struct event_sink){parts[i].kinds, parts[i].take,
                                                 part_of(folds, &parts[i])});
}

void guest_folds_unlisten(struct guest_folds *folds, struct event_stream *events)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        event_unlisten(events, parts[i].take, part_of(folds, &parts[i]));
}

void guest_folds_join(struct guest_folds *folds, struct timeline *timeline)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        timeline_add_fold(timeline,
                          (struct fold){parts[i].kinds, parts[i].take, parts[i].state,
                                        part_of(folds, &parts[i])});
}
