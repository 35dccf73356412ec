/*
 * Who wrote a device register. An access tells an MMIO_WRITE; what the device changes
 * itself shows only in a peek, which is compared after each step that tells something of
 * the device. The later of the two is the answer.
 *
 * Not searched: MTIME, which counts by itself; there only accesses are found.
 */
#include "observe/ask/who_search.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/iommu/iommu.h"
#include "observe/ask/names.h"

#include <inttypes.h>
#include <string.h>

/* The register that is asked about. */
struct sought {
    const struct run *run;
    unsigned board;
    const struct device *device;
    const struct reg *reg;
    uint32_t offset;
    unsigned size;
    uint64_t mask;
    uint8_t side; /* enum register_side */
};

/* --- what tells of a device ------------------------------------------------------- */

bool who_concerns(const struct run *run, unsigned board, unsigned device,
                  const struct event *event)
{
    int named = event_device(event);
    unsigned initiator;

    if (event->board != board)
        return false;
    if (named >= 0)
        return (unsigned)named == device;
    if (event->kind == EVENT_OUTSIDE)
        return (event->outside.act == ACT_REGISTER ||
                event->outside.act == ACT_INPUT) &&
               event->outside.target == device;
    initiator = event->bus_transfer.initiator;
    return event->kind == EVENT_BUS_TRANSFER &&
           (dma_is_channel(run->board[board]->device[device],
                           dma_channel_number(initiator), initiator) ||
            iommu_is_initiator(run->board[board]->device[device], initiator));
}

/* --- changes ---------------------------------------------------------------------- */

static uint64_t now_of(const struct sought *sought, const struct run *run)
{
    return register_peek(run->board[sought->board]->device[sought->device->index],
                         sought->offset, sought->size);
}

struct changes {
    const struct sought *sought;
    struct run *run;
    uint64_t last;
};

static void heard(void *ctx, const struct event *event)
{
    struct changes *changes = ctx;

    if (who_concerns(changes->run, changes->sought->board,
                     changes->sought->device->index, event))
        run_ask_stop(changes->run);
}

static void arm(void *ctx, struct run *run)
{
    struct changes *changes = ctx;

    changes->run = run;
    changes->last = now_of(changes->sought, run);
    event_listen(&run->events, (struct event_sink){EVENT_ALL & ~EVENT_BIT(EVENT_INSN),
                                                   heard, changes});
}

static void disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, heard, ctx);
}

static bool found(void *ctx, struct run *run)
{
    struct changes *changes = ctx;
    uint64_t now = now_of(changes->sought, run);
    bool changed = (now ^ changes->last) & changes->sought->mask;

    changes->last = now;
    return changed;
}

/* --- the event of the step that changed it ---------------------------------------- */

static bool wrote_it(const struct sought *sought, const struct event *event)
{
    if (event->board != sought->board || sought->side == SIDE_READ)
        return false;
    if (event->kind == EVENT_MMIO_WRITE)
        return event->mmio_write.device == sought->device->index &&
               event->mmio_write.response == BUS_OKAY &&
               event->mmio_write.initiator != INITIATOR_OUTSIDE &&
               who_overlap(event->mmio_write.offset, event->mmio_write.size,
                           sought->offset, sought->size);
    return event->kind == EVENT_OUTSIDE && event->outside.act == ACT_REGISTER &&
           event->outside.target == sought->device->index &&
           who_overlap(event->outside.number, event->outside.size, sought->offset,
                       sought->size);
}

/* How well an event explains a change: a write of the register; what the device did; what
 * came of that; an access to another of its registers. */
static unsigned explains(const struct sought *sought, const struct event *event)
{
    if (wrote_it(sought, event))
        return 4;
    if (!who_concerns(sought->run, sought->board, sought->device->index, event))
        return 0;
    if (event->kind == EVENT_MMIO_WRITE || event->kind == EVENT_MMIO_READ)
        return 1;
    return event->kind == EVENT_IRQ_LINE || event->kind == EVENT_REQUEST_LINE ||
                   event->kind == EVENT_IRQ_PENDING
               ? 2
               : 3;
}

struct explanation {
    const struct sought *sought;
    unsigned good; /* of explains; 0: nothing yet */
    struct event event;
};

static void take_explanation(void *ctx, const struct event *event)
{
    struct explanation *best = ctx;
    unsigned good = explains(best->sought, event);

    if (good == 0 || good < best->good)
        return;
    best->good = good;
    best->event = *event;
}

/* --- the question ----------------------------------------------------------------- */

static bool matches(void *ctx, const struct event *event)
{
    return wrote_it(ctx, event);
}

/* Does a write of these bits show in a read of the same place? */
static bool reads_back(const struct sought *sought)
{
    return sought->side == SIDE_READ ||
           (!sought->reg->write_name && !sought->reg->write_fields);
}

static bool is_whole(const struct sought *sought)
{
    return (sought->mask & BITS(8 * sought->size - 1, 0)) ==
           BITS(8 * sought->size - 1, 0);
}

static bool counts_by_itself(const struct sought *sought)
{
    return sought->device->type == &aclint_type && sought->offset >= ACLINT_MTIME;
}

static bool seek(const struct who_search *search, struct sought *sought,
                 struct err *err)
{
    const struct lvalue *target = search->target;
    const struct run *run = timeline_run(search->timeline);
    const struct device *device = run->board[search->board]->device[target->device];
    unsigned index;
    const struct reg *reg = device_reg(device, (uint32_t)target->number, &index);

    if (!reg) {
        err_set(err, "%s has no register at offset 0x%" PRIx64, device->name,
                target->number);
        return false;
    }
    *sought = (struct sought){.run = run,
                              .board = search->board,
                              .device = device,
                              .reg = reg,
                              .offset = (uint32_t)target->number,
                              .size = target->size ? target->size : reg->size,
                              .mask = who_mask(target),
                              .side = target->side};
    return true;
}

struct value_then {
    const struct sought *sought;
    uint64_t value;
};

static void look(void *ctx, struct run *run)
{
    struct value_then *then = ctx;

    then->value = now_of(then->sought, run);
}

static uint64_t value_at(const struct who_search *search, const struct sought *sought,
                         struct moment at)
{
    struct value_then then = {.sought = sought};

    timeline_peek_at(search->timeline, at, look, &then);
    return field_get(then.value, sought->mask & BITS(8 * sought->size - 1, 0));
}

/* What was written: not always what a read then gives. */
static void found_access(const struct who_search *search, const struct sought *sought,
                         const struct event *event, struct who *who)
{
    bool is_outside = event->kind == EVENT_OUTSIDE;
    uint64_t offset = is_outside ? event->outside.number : event->mmio_write.offset;

    who_found(search, event, who);
    who->has_values =
        reads_back(sought) && is_whole(sought) && offset == sought->offset;
    who->old = is_outside ? event->outside.old : event->mmio_write.old;
    who->value = is_outside ? event->outside.value : event->mmio_write.value;
}

/* A change that the device made; the later of it and an access is the answer. */
static void find_change(const struct who_search *search, const struct sought *sought,
                        struct who *who)
{
    struct changes changes = {.sought = sought};
    const struct probe probe = {arm, disarm, found, &changes};
    struct explanation best = {.sought = sought};
    struct moment hit, began;

    if (!timeline_find_hit(search->timeline, who_until(search), &probe, &hit, &began) ||
        (who->kind != WHO_NOBODY && moment_compare(who->before, began) >= 0))
        return;
    timeline_replay(search->timeline, began, hit,
                    (struct event_sink){EVENT_ALL & ~EVENT_BIT(EVENT_INSN),
                                        take_explanation, &best});
    if (!best.good)
        return;
    who_found(search, &best.event, who);
    who->before = began;
    who->has_values = true;
    who->old = value_at(search, sought, began);
    who->value = value_at(search, sought, hit);
}

bool who_register(const struct who_search *search, struct who *who, struct err *err)
{
    struct sought sought;
    struct event event;

    if (!seek(search, &sought, err))
        return false;
    if ((is_whole(&sought) || !reads_back(&sought)) &&
        timeline_find_last(search->timeline, search->before,
                           EVENT_BIT(EVENT_MMIO_WRITE) | EVENT_BIT(EVENT_OUTSIDE),
                           matches, &sought, &event))
        found_access(search, &sought, &event, who);
    if (!counts_by_itself(&sought) && sought.side != SIDE_WRITTEN &&
        (reads_back(&sought) || who->kind == WHO_NOBODY))
        find_change(search, &sought, who);
    return true;
}
