#include "tests/lib/isolation.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/isa/csr.h"
#include "src/guest/include/markers.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    ROOT_ENTRIES = 2048, /* of Sv39x4 */
    TABLE_ENTRIES = 512,
    LEVELS = 3,
    PTE_V = 1,
    PTE_LEAF = 0xe /* R, W, X */
};

static const char *const rules[ISOLATION_RULES] = {
    [ISOLATION_ACCESS] = "a guest reaches what is not its own",
    [ISOLATION_FILL] = "a translation for a guest leads to what is not its own",
    [ISOLATION_WALK] = "a guest's table is not in its memory",
    [ISOLATION_STAGE] = "a second stage maps what is not its guest's",
    [ISOLATION_CHANNEL] = "a guest's channel reaches what is not its own",
    [ISOLATION_LINE] = "a guest's channel uses another's request line",
    [ISOLATION_DEPUTY] = "the hypervisor uses memory of a guest that it does not serve",
    [ISOLATION_BLOCKS] = "a disk command is not in one guest's part",
    [ISOLATION_BACKEND] = "a guest's blocks pass through memory that is not its own",
    [ISOLATION_INITIATOR] = "somebody uses the bus who should not",
};

/* --- what is whose ----------------------------------------------------------------- */

static bool holds(struct range range, uint64_t at, uint64_t size)
{
    return at >= range.from && size <= range.size &&
           at - range.from <= range.size - size;
}

static bool overlaps(struct range range, uint64_t at, uint64_t size)
{
    return at < range.from + range.size && range.from < at + size;
}

static bool owns(const struct isolation_guest *guest, uint64_t at, uint64_t size)
{
    bool yes = holds(guest->ram, at, size);

    for (unsigned i = 0; i < ISOLATION_PAGES; i++)
        yes |= holds(guest->page[i], at, size);
    return yes;
}

static const struct isolation_guest *by_vmid(const struct isolation *isolation,
                                             unsigned vmid)
{
    return vmid >= 1 && vmid <= isolation->guests ? &isolation->guest[vmid - 1] : NULL;
}

static const struct isolation_guest *on_hart(const struct isolation *isolation,
                                             unsigned hart)
{
    return by_vmid(isolation, hart_vmid(&isolation->board->hart[hart]));
}

static void look(struct isolation *isolation, enum isolation_rule rule, bool kept,
                 uint64_t at, const struct isolation_guest *guest)
{
    isolation->looked[rule]++;
    if (kept)
        return;
    if (isolation_broken(isolation) == 0)
        snprintf(isolation->first, sizeof(isolation->first),
                 "%s: 0x%" PRIx64 ", guest %td, cycle %" PRIu64, rules[rule], at,
                 guest ? guest - isolation->guest + 1 : 0, run_cycle(isolation->run));
    isolation->broken[rule]++;
}

/* --- second stages ------------------------------------------------------------------ */

/* A table of the second stage and all below it: 2^`shift` bytes an entry. Tables are the
 * hypervisor's; leaves are the guest's. */
static void look_at_table(struct isolation *isolation,
                          const struct isolation_guest *guest, uint64_t table,
                          unsigned entries, unsigned level)
{
    bool kept = holds(isolation->host, table, UINT64_C(8) * entries);

    look(isolation, ISOLATION_STAGE, kept, table, guest);
    for (unsigned i = 0; kept && i < entries; i++) {
        uint64_t entry = 0, at;

        bus_peek(&isolation->board->bus, table + UINT64_C(8) * i, &entry, 8);
        at = field_get(entry, BITS(53, 10)) << RAM_PAGE_SHIFT;
        if (entry & PTE_V && entry & PTE_LEAF)
            look(isolation, ISOLATION_STAGE,
                 owns(guest, at, BIT(RAM_PAGE_SHIFT + 9 * level)), at, guest);
        else if (entry & PTE_V && level)
            look_at_table(isolation, guest, at, TABLE_ENTRIES, level - 1);
    }
}

static void look_at_stage(struct isolation *isolation, unsigned n)
{
    look_at_table(isolation, &isolation->guest[n], isolation->root[n], ROOT_ENTRIES,
                  LEVELS - 1);
}

/* The hart is about to run a guest, or does so already. */
static void look_at_entry(struct isolation *isolation, unsigned hart)
{
    const struct isolation_guest *guest = on_hart(isolation, hart);
    uint64_t hgatp = isolation->board->hart[hart].csr.hgatp;
    uint64_t root = field_get(hgatp, HGATP_PPN) << RAM_PAGE_SHIFT;
    unsigned n = guest ? (unsigned)(guest - isolation->guest) : 0;
    bool known = guest && isolation->root[n];

    look(isolation, ISOLATION_STAGE, guest && (!known || root == isolation->root[n]),
         root, guest);
    if (!guest || known)
        return;
    isolation->root[n] = root;
    look_at_stage(isolation, n);
}

/* --- harts --------------------------------------------------------------------------- */

static void take_entry(struct isolation *isolation, const struct event_vm_entry *entry)
{
    look_at_entry(isolation, entry->hart);
}

/* An exception is answered for the guest that had it, until the hypervisor chooses who
 * runs next; then, as after an interrupt, requests of all guests of the hart may be
 * through. */
static void take_exit(struct isolation *isolation, const struct event_vm_exit *exit)
{
    isolation->serves[exit->hart] =
        exit->cause & CAUSE_INTERRUPT ? NULL : by_vmid(isolation, exit->vmid);
}

static void take_marker(struct isolation *isolation, const struct event_marker *marker)
{
    if (!(marker->mode & MODE_VIRTUAL) && marker->number == MARK_HV_SCHEDULE)
        isolation->serves[marker->hart] = NULL;
}

/* The hypervisor's own access. What it does with its own memory is its own affair. */
static void look_at_host(struct isolation *isolation, const struct event_insn *insn)
{
    const struct isolation_guest *serves = isolation->serves[insn->hart];

    for (unsigned i = 0; i < isolation->guests; i++) {
        const struct isolation_guest *guest = &isolation->guest[i];

        if (overlaps(guest->ram, insn->pa, insn->size))
            look(isolation, ISOLATION_DEPUTY,
                 guest->hart == insn->hart && (!serves || serves == guest), insn->pa,
                 guest);
    }
}

static void take_insn(struct isolation *isolation, const struct event_insn *insn)
{
    const struct isolation_guest *guest;

    if (insn->access == ACCESS_NONE || insn->access == ACCESS_FETCH)
        return;
    if (!(insn->mode & MODE_VIRTUAL)) {
        look_at_host(isolation, insn);
        return;
    }
    guest = on_hart(isolation, insn->hart);
    look(isolation, ISOLATION_ACCESS, guest && owns(guest, insn->pa, insn->size),
         insn->pa, guest);
}

static void take_fill(struct isolation *isolation, const struct event_tlb_fill *fill)
{
    const struct isolation_guest *guest = by_vmid(isolation, fill->vmid);

    if (fill->is_guest)
        look(isolation, ISOLATION_FILL, guest && owns(guest, fill->pa, RAM_PAGE),
             fill->pa, guest);
}

/* Tables that the second stage has hidden are nowhere: 0. */
static void take_walk(struct isolation *isolation, const struct event_walk_step *step)
{
    const struct isolation_guest *guest = on_hart(isolation, step->hart);

    if (step->stage == STAGE_VS && step->entry_at)
        look(isolation, ISOLATION_WALK, guest && holds(guest->ram, step->entry_at, 8),
             step->entry_at, guest);
    if (step->stage == STAGE_G)
        look(isolation, ISOLATION_WALK, holds(isolation->host, step->entry_at, 8),
             step->entry_at, guest);
}

/* --- devices --------------------------------------------------------------------------- */

static const struct isolation_guest *by_channel(const struct isolation *isolation,
                                                unsigned channel)
{
    for (unsigned i = 0; i < isolation->guests; i++)
        if (isolation->guest[i].channel == channel)
            return &isolation->guest[i];
    return NULL;
}

static void look_at_channel(struct isolation *isolation, unsigned channel,
                            const struct event_bus_transfer *transfer)
{
    const struct isolation_guest *guest = by_channel(isolation, channel);
    const struct isolation_guest *moves = isolation->moves;
    uint64_t at = transfer->pa, size = transfer->size;

    if (guest)
        look(isolation, ISOLATION_CHANNEL, owns(guest, at, size), at, guest);
    else if (channel == isolation->backend)
        look(isolation, ISOLATION_BACKEND,
             moves && (holds(moves->ram, at, size) || holds(moves->kept, at, size)), at,
             moves);
    else
        look(isolation, ISOLATION_INITIATOR, false, at, NULL);
}

/* What the bus has refused has not happened, as far as that slot goes. */
static void take_transfer(struct isolation *isolation,
                          const struct event_bus_transfer *transfer)
{
    unsigned who = transfer->initiator;
    bool reads = transfer->access == ACCESS_LOAD;

    if (who >= INITIATOR_DMA && who < INITIATOR_DMA + DMA_CHANNELS)
        look_at_channel(isolation, who - INITIATOR_DMA, transfer);
    else if (who >= INITIATOR_IOMMU)
        look(isolation, ISOLATION_INITIATOR,
             reads || holds(isolation->host, transfer->pa, transfer->size),
             transfer->pa, NULL);
    else
        look(isolation, ISOLATION_INITIATOR, false, transfer->pa, NULL);
}

static void take_burst(struct isolation *isolation, const struct event_dma_burst *burst)
{
    const struct isolation_guest *guest = by_channel(isolation, burst->channel);

    if (guest && burst->direction != DMA_MEMORY_ONLY)
        look(isolation, ISOLATION_LINE, burst->line == guest->line, burst->line, guest);
}

static void take_command(struct isolation *isolation,
                         const struct event_disk_command *command)
{
    if (command->device != isolation->shared->index)
        return;
    isolation->moves = NULL;
    for (unsigned i = 0; i < isolation->guests; i++)
        if (holds(isolation->guest[i].part, command->lba, command->count))
            isolation->moves = &isolation->guest[i];
    look(isolation, ISOLATION_BLOCKS, isolation->moves != NULL, command->lba, NULL);
}

/* --- all of it --------------------------------------------------------------------------- */

/* clang-format off */
#define EACH_HEARD(DO) \
    DO(VM_ENTRY, vm_entry, take_entry) DO(VM_EXIT, vm_exit, take_exit) \
    DO(MARKER, marker, take_marker) DO(INSN, insn, take_insn) \
    DO(TLB_FILL, tlb_fill, take_fill) DO(WALK_STEP, walk_step, take_walk) \
    DO(BUS_TRANSFER, bus_transfer, take_transfer) DO(DMA_BURST, dma_burst, take_burst) \
    DO(DISK_COMMAND, disk_command, take_command)
/* clang-format on */

static void take(void *ctx, const struct event *event)
{
#define HEAR(KIND, payload, take_it)                                                   \
    if (event->kind == EVENT_##KIND)                                                   \
        take_it(ctx, &event->payload);
    EACH_HEARD(HEAR)
#undef HEAR
}

void isolation_listen(struct isolation *isolation)
{
    const struct board *board = isolation->board;

#define KIND(KIND, payload, take_it) | EVENT_BIT(EVENT_##KIND)
    event_listen(&isolation->run->events,
                 (struct event_sink){0 EACH_HEARD(KIND), take, isolation});
#undef KIND
    for (unsigned i = 0; i < board->harts; i++)
        if (board->hart[i].is_virtual)
            look_at_entry(isolation, i);
}

void isolation_end(struct isolation *isolation)
{
    event_unlisten(&isolation->run->events, take, isolation);
    for (unsigned i = 0; i < isolation->guests; i++)
        if (isolation->root[i])
            look_at_stage(isolation, i);
}

uint64_t isolation_broken(const struct isolation *isolation)
{
    uint64_t broken = 0;

    for (unsigned i = 0; i < ISOLATION_RULES; i++)
        broken += isolation->broken[i];
    return broken;
}
