#include "face/tui/watch/owners.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { CHANGES_MOST = 1 << 21 };

/* Bytes of one page that had one owner and got another. */
struct change {
    uint64_t retired; /* the moment behind the event that did it */
    uint64_t pa;
    uint32_t order;
    uint16_t length;
    uint8_t before, after; /* enum initiator + 1; 0: nobody */
};

struct owners {
    struct timeline *timeline;
    struct board *board;
    uint64_t pages;
    uint8_t **page; /* of RAM, NULL: nobody; by byte, as in struct change */

    struct change *change;
    size_t count, room;
    size_t at;          /* so many are in `page` */
    struct moment upto; /* the log is complete up to here */
    struct moment heard;
    bool full, known;
    struct moment from, to; /* what is heard lies behind `from`, `to` at the latest */

    /* The way that the log is of. */
    unsigned branch;
    size_t acts;
    struct moment last_act;
};

struct owners *owners_new(struct timeline *timeline, struct board *board)
{
    struct owners *owners = alloc_zero(1, sizeof(*owners));

    owners->timeline = timeline;
    owners->board = board;
    owners->pages = (board->bus.ram.size >> RAM_PAGE_SHIFT) + 1;
    owners->page = alloc_zero(owners->pages, sizeof(*owners->page));
    return owners;
}

static void forget(struct owners *owners)
{
    for (uint64_t i = 0; i < owners->pages; i++) {
        free(owners->page[i]);
        owners->page[i] = NULL;
    }
    owners->count = owners->at = 0;
    owners->upto = owners->heard = (struct moment){0};
    owners->full = false;
}

void owners_free(struct owners *owners)
{
    if (!owners)
        return;
    forget(owners);
    free(owners->page);
    free(owners->change);
    free(owners);
}

/* --- the bytes ------------------------------------------------------------------- */

static uint8_t *byte_at(struct owners *owners, uint64_t pa)
{
    uint8_t **page = &owners->page[ram_page(&owners->board->bus.ram, pa)];

    if (!*page)
        *page = alloc_zero(RAM_PAGE, 1);
    return &(*page)[pa & (RAM_PAGE - 1)];
}

static void redo(struct owners *owners)
{
    const struct change *change = &owners->change[owners->at++];

    memset(byte_at(owners, change->pa), change->after, change->length);
}

static void undo(struct owners *owners)
{
    const struct change *change = &owners->change[--owners->at];

    memset(byte_at(owners, change->pa), change->before, change->length);
}

static bool is_after(const struct change *change, struct moment now)
{
    struct moment moment = {.retired = change->retired, .order = change->order};

    now.fired = UINT64_MAX;
    return moment_compare(moment, now) > 0;
}

static void go_to(struct owners *owners, struct moment now)
{
    while (owners->at > 0 && is_after(&owners->change[owners->at - 1], now))
        undo(owners);
    while (owners->at < owners->count && !is_after(&owners->change[owners->at], now))
        redo(owners);
}

/* --- the log --------------------------------------------------------------------- */

static struct owner_write of_insn(const struct event_insn *insn)
{
    if (insn->access != ACCESS_STORE && insn->access != ACCESS_AMO)
        return (struct owner_write){0};
    return (struct owner_write){.pa = insn->pa,
                                .size = insn->size,
                                .has_old = true,
                                .value = insn->mem_new,
                                .old = insn->mem_old};
}

static struct owner_write of_transfer(const struct event_bus_transfer *transfer)
{
    if (transfer->access != ACCESS_STORE)
        return (struct owner_write){0};
    return (struct owner_write){.pa = transfer->pa,
                                .size = transfer->size,
                                .has_old = true,
                                .value = transfer->value,
                                .old = transfer->old};
}

/* An entry in which a walk has set A or D: it tells the entry as it is since. */
static struct owner_write of_entry(unsigned outcome, uint64_t pa, uint64_t entry)
{
    if (outcome != WALK_UPDATED)
        return (struct owner_write){0};
    return (struct owner_write){.pa = pa, .size = 8, .value = entry};
}

static struct owner_write of_outside(const struct event_outside *outside)
{
    if (outside->act != ACT_MEMORY)
        return (struct owner_write){0};
    return (struct owner_write){
        .pa = outside->number, .size = outside->size, .value = outside->value};
}

struct owner_write owner_write_of(const struct event *event)
{
    const struct event_walk_step *step = &event->walk_step;
    const struct event_iommu_walk *walk = &event->iommu_walk;

    switch ((int)event->kind) {
    case EVENT_INSN:
        return of_insn(&event->insn);
    case EVENT_BUS_TRANSFER:
        return of_transfer(&event->bus_transfer);
    case EVENT_WALK_STEP:
        return of_entry(step->outcome, step->entry_at, step->entry);
    case EVENT_IOMMU_WALK:
        return of_entry(walk->outcome, walk->entry_at, walk->entry);
    case EVENT_OUTSIDE:
        return of_outside(&event->outside);
    default:
        return (struct owner_write){0};
    }
}

static void add_change(struct owners *owners, const struct change *change)
{
    if (owners->count == CHANGES_MOST) {
        owners->full = true;
        return;
    }
    if (owners->count == owners->room) {
        owners->room = owners->room ? 2 * owners->room : 1024;
        owners->change =
            alloc_resize(owners->change, owners->room * sizeof(*owners->change));
    }
    owners->change[owners->count++] = *change;
    redo(owners);
}

/* The stretch of [pa, pa + length) that had one owner; it lies in one page. */
static struct change change_at(struct owners *owners, uint64_t pa, unsigned length)
{
    const uint8_t *byte = byte_at(owners, pa);
    struct change change = {.pa = pa, .length = 1, .before = *byte};

    while (change.length < length && byte[change.length] == change.before)
        change.length++;
    return change;
}

/*
 * When the write is seen: behind the event that tells of it, which comes after it. Who
 * acts from outside tells first.
 */
static struct moment moment_of_write(const struct event_stream *events, uint8_t who)
{
    return (struct moment){.retired = events->retired,
                           .order = events->order + (who != INITIATOR_OUTSIDE)};
}

/* Each stretch of bytes that had the same owner is one change. */
static void touched(void *ctx, struct board *board, uint64_t pa, unsigned length,
                    uint8_t who)
{
    struct owners *owners = ctx;
    struct moment at = moment_of_write(board->events, who);

    if (moment_compare(at, owners->from) <= 0 || moment_compare(at, owners->to) > 0)
        return;
    while (length > 0) {
        struct change change = change_at(owners, pa, length);

        change.retired = at.retired;
        change.order = at.order;
        change.after = (uint8_t)(who + 1);
        pa += change.length;
        length -= change.length;
        if (change.before != change.after)
            add_change(owners, &change);
    }
    if (!owners->full)
        owners->heard = at;
}

/* No event is listened for. */
static void nothing(void *ctx, const struct event *event)
{
    (void)ctx;
    (void)event;
}

/* Is the log of another way than the one that the viewer is on now? */
static bool is_other_way(struct owners *owners)
{
    const struct timeline *timeline = owners->timeline;
    unsigned branch = timeline_branch(timeline);
    const struct journal *journal = timeline_branch_info(timeline, branch)->journal;
    struct moment last = {0};
    bool other;

    if (journal->count)
        last = journal->act[journal->count - 1].at;
    other = branch != owners->branch || journal->count != owners->acts ||
            moment_compare(last, owners->last_act) != 0;
    owners->branch = branch;
    owners->acts = journal->count;
    owners->last_act = last;
    return other || timeline_furthest(timeline).retired < owners->upto.retired;
}

/* Whoever watches RAM leaves harts their fast loop, which events of instructions would
 * not. False: not all of it could be heard. */
static bool hear(struct owners *owners, struct moment from, struct moment to)
{
    const struct ram *ram = &owners->board->bus.ram;
    bool heard;

    owners->from = from;
    owners->to = to;
    owners->from.fired = owners->to.fired = UINT64_MAX;
    if (!board_watch(owners->board,
                     (struct board_watch){ram->base, ram->size, touched, owners}))
        return false;
    heard = timeline_replay_alone(owners->timeline, from, to,
                                  (struct event_sink){0, nothing, owners});
    board_unwatch(owners->board, touched, owners);
    return heard && !owners->full;
}

/* What was heard until it was cut short is not heard again. */
static bool hear_until(struct owners *owners, struct moment now)
{
    go_to(owners, owners->upto);
    if (hear(owners, owners->upto, now))
        owners->upto = now;
    else if (moment_compare(owners->heard, owners->upto) > 0)
        owners->upto = owners->heard;
    return moment_compare(now, owners->upto) <= 0;
}

void owners_follow(struct owners *owners, uint64_t most)
{
    struct moment now = timeline_now(owners->timeline);

    if (is_other_way(owners))
        forget(owners);
    owners->known = moment_compare(now, owners->upto) <= 0;
    if (!owners->known && !owners->full && now.retired - owners->upto.retired <= most)
        owners->known = hear_until(owners, now);
    if (owners->known)
        go_to(owners, now);
}

bool owners_known(const struct owners *owners)
{
    return owners->known;
}

uint8_t owners_of(const struct owners *owners, uint64_t pa)
{
    const struct ram *ram = &owners->board->bus.ram;
    const uint8_t *page;

    if (!ram_has(ram, pa, 1))
        return INITIATOR_NONE;
    if (!owners->known)
        return OWNER_UNKNOWN;
    page = owners->page[ram_page(ram, pa)];
    return page ? (uint8_t)(page[pa & (RAM_PAGE - 1)] - 1) : INITIATOR_NONE;
}

bool owners_page(const struct owners *owners, uint64_t pa)
{
    const struct ram *ram = &owners->board->bus.ram;

    return ram_has(ram, pa, 1) && owners->known &&
           owners->page[ram_page(ram, pa)] != NULL;
}
