#include "observe/exits/account.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"
#include "observe/exits/gstage.h"
#include "observe/narrate.h"

#include <inttypes.h>

#define SECOND UINT64_C(1000000000) /* in cycles */

/* clang-format off */
const struct account_info account_infos[ACCOUNT_METRICS] = {
    [ACCOUNT_OPERATIONS] = {"operations", "operations", "operations",
        "that the workload has done", 0},
    [ACCOUNT_OPS_PER_SECOND] = {"ops_per_second", "ops/s", "1/s",
        "operations a second, of 1,000,000,000 cycles", 1},
    [ACCOUNT_LATENCY_P50] = {"latency_p50", "latency p50", "cycles",
        "what half of the operations do not exceed, from begin to end", 0},
    [ACCOUNT_LATENCY_P99] = {"latency_p99", "latency p99", "cycles",
        "what 99 of 100 operations do not exceed", 0},
    [ACCOUNT_EXITS] = {"exits_per_op", "exits/op", "exits",
        "VM exits an operation", 3},
    [ACCOUNT_EXIT_CYCLES] = {"cycles_per_exit", "cycles/exit", "cycles",
        "from leaving a guest to entering one, without idling", 1},
    [ACCOUNT_CYCLES] = {"cycles_per_op", "cycles/op", "cycles",
        "of the clock, an operation", 1},
    [ACCOUNT_GUEST_CYCLES] = {"guest_cycles_per_op", "  guest", "cycles",
        "in a guest; on the bare machine, all that are not idle", 1},
    [ACCOUNT_HYPERVISOR_CYCLES] = {"hypervisor_cycles_per_op", "  hypervisor", "cycles",
        "outside guests; on the bare machine, none", 1},
    [ACCOUNT_IDLE_CYCLES] = {"idle_cycles_per_op", "  idle", "cycles",
        "in which a hart waited for an interrupt", 1},
    [ACCOUNT_INSTRUCTIONS] = {"instructions_per_op", "instructions/op", "instructions",
        "retired by all harts, an operation", 1},
    [ACCOUNT_BYTES_COPIED] = {"bytes_copied_per_op", "bytes copied/op", "bytes",
        "payload that stores of harts have moved, an operation", 1},
    [ACCOUNT_BYTES_DMA] = {"bytes_dma_per_op", "bytes by DMA/op", "bytes",
        "that DMA has put at its destinations, an operation", 1},
    [ACCOUNT_INTERRUPTS] = {"interrupts_per_op", "interrupts/op", "interrupts",
        "taken by harts, in guests too, an operation", 3},
    [ACCOUNT_INJECTIONS] = {"injections_per_op", "injections/op", "injections",
        "virtual interrupts that the hypervisor has raised in hvip, an operation", 3},
    [ACCOUNT_IOMMU_HITS] = {"iommu_hits_per_op", "IOMMU hits/op", "translations",
        "that devices found in an IOMMU's cache, an operation", 3},
    [ACCOUNT_IOMMU_MISSES] = {"iommu_misses_per_op", "IOMMU misses/op", "translations",
        "for which an IOMMU walked page tables, an operation", 3},
    [ACCOUNT_PINNED] = {"pinned_bytes", "pinned bytes", "bytes",
        "of guests' memory that devices may reach at any time, and so must stay", 0},
    [ACCOUNT_VERIFY_BAD] = {"verify_bad", "wrong data", "times",
        "how often the workload has found other data than it should", 0},
};
/* clang-format on */

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;

    while (exponent--)
        power *= 10;
    return power;
}

uint64_t account_ratio(uint64_t count, uint64_t of, unsigned decimals)
{
    uint64_t scale = power_of_ten(decimals);

    if (of == 0)
        return 0;
    return count / of * scale + (count % of * scale + of / 2) / of;
}

void account_put(struct buf *out, uint64_t value, unsigned decimals, bool commas)
{
    uint64_t scale = power_of_ten(decimals);

    if (commas)
        put_count(out, value / scale);
    else
        buf_printf(out, "%" PRIu64, value / scale);
    if (decimals)
        buf_printf(out, ".%0*" PRIu64, (int)decimals, value % scale);
}

/* --- between two moments ---------------------------------------------------------------- */

/* The place of a cause in the account, in order; NULL: there are too many. */
static struct account_cause *cause_of(struct account *account, uint64_t cause)
{
    unsigned at = 0;

    while (at < account->causes && account->cause[at].cause < cause)
        at++;
    if (at < account->causes && account->cause[at].cause == cause)
        return &account->cause[at];
    if (account->causes == ACCOUNT_CAUSES)
        return NULL;
    for (unsigned i = account->causes++; i > at; i--)
        account->cause[i] = account->cause[i - 1];
    account->cause[at] = (struct account_cause){.cause = cause};
    return &account->cause[at];
}

/* What `part` took in the exits of a class since then. */
static uint64_t part_between(const struct exit_class *was, const struct exit_class *now,
                             enum exit_part part)
{
    return now->cost.part[part] - was->cost.part[part];
}

/* Classes are only ever added: what both have is at the same place. */
static void add_exits(struct account *account, const struct exits *from,
                      const struct exits *to)
{
    static const struct exit_class none;

    for (unsigned i = 0; i < to->classes; i++) {
        const struct exit_class *now = &to->class[i];
        const struct exit_class *was = i < from->classes ? &from->class[i] : &none;
        uint64_t backend = part_between(was, now, EXIT_BACKEND);
        uint64_t bus = part_between(was, now, EXIT_BUS);
        uint64_t cycles =
            now->cost.cycles - was->cost.cycles - part_between(was, now, EXIT_IDLE);
        struct account_cause *cause =
            now->count == was->count ? NULL : cause_of(account, now->cause);

        if (!cause)
            continue;
        account->backend_cycles += backend;
        account->bus_cycles += bus;
        cause->exits += now->count - was->count;
        cause->cycles += cycles;
        cause->own += cycles - backend - bus;
    }
}

static void add_cycles(struct account *account, const struct metrics *metrics)
{
    bool bare = metrics->guest_cycles == 0;

    account->guest_cycles = bare ? metrics->awake_cycles : metrics->guest_cycles;
    account->hypervisor_cycles = metrics->awake_cycles - account->guest_cycles;
    account->idle_cycles = metrics->asleep_cycles;
}

/* --- what devices may reach --------------------------------------------------------------- */

/* Is it the second stage of one of the IOMMU's first `contexts`? */
static bool translates_by(const struct iommu *iommu, unsigned contexts, uint64_t hgatp)
{
    for (unsigned i = 0; i < contexts; i++)
        if (iommu->context[i].valid &&
            gstage_is_same(iommu->context[i].context.iohgatp, hgatp))
            return true;
    return false;
}

static const struct iommu *iommu_of(const struct board *board, unsigned device)
{
    return board->device[device]->type == &iommu_type
               ? (const struct iommu *)board->device[device]
               : NULL;
}

static uint64_t pinned_by_iommu(const struct iommu *iommu)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; iommu && i < iommu->contexts; i++) {
        uint64_t iohgatp = iommu->context[i].context.iohgatp;

        if (iommu->context[i].valid && !translates_by(iommu, i, iohgatp))
            bytes += gstage_mapped(iommu->device.bus, iohgatp).ram_bytes;
    }
    return bytes;
}

static bool reaches_memory(const struct device *device)
{
    return device->type == &dma_type || device->type == &virtio_blk_type;
}

/* What a guest pins by the devices that it has, unless it has been counted for an IOMMU. */
static uint64_t pinned_by_guest(const struct board *board, uint64_t hgatp)
{
    struct gstage_sum mapped = gstage_mapped(&board->bus, hgatp);
    bool reaches = false;

    for (unsigned d = 0; d < board->devices; d++) {
        const struct iommu *iommu = iommu_of(board, d);

        if (iommu && translates_by(iommu, iommu->contexts, hgatp))
            return 0;
        reaches |= mapped.devices & BIT(d) && reaches_memory(board->device[d]);
    }
    return reaches ? mapped.ram_bytes : 0;
}

uint64_t account_pinned(const struct exits *exits)
{
    const struct run *run = exits->run;
    uint64_t bytes = 0;

    for (unsigned b = 0; b < run->boards; b++)
        for (unsigned d = 0; d < run->board[b]->devices; d++)
            bytes += pinned_by_iommu(iommu_of(run->board[b], d));
    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++)
        if (exits->guest[vmid].entries)
            bytes += pinned_by_guest(run->board[exits->guest[vmid].board],
                                     exits->guest[vmid].hgatp);
    return bytes;
}

/* --- by operation ------------------------------------------------------------------------ */

static void set(struct account *account, enum account_metric metric, uint64_t count,
                uint64_t of)
{
    account->value[metric] = account_ratio(count, of, account_infos[metric].decimals);
}

static void set_exits(struct account *account)
{
    uint64_t exits = 0, cycles = 0;

    for (unsigned i = 0; i < account->causes; i++) {
        exits += account->cause[i].exits;
        cycles += account->cause[i].cycles;
    }
    set(account, ACCOUNT_EXITS, exits, account->operations);
    set(account, ACCOUNT_EXIT_CYCLES, cycles, exits);
}

static void set_metrics(struct account *account, const struct metrics *metrics)
{
    uint64_t operations = account->operations;

    set(account, ACCOUNT_OPERATIONS, operations, 1);
    set(account, ACCOUNT_OPS_PER_SECOND, operations * SECOND, account->cycles);
    set(account, ACCOUNT_CYCLES, account->cycles, operations);
    set(account, ACCOUNT_GUEST_CYCLES, account->guest_cycles, operations);
    set(account, ACCOUNT_HYPERVISOR_CYCLES, account->hypervisor_cycles, operations);
    set(account, ACCOUNT_IDLE_CYCLES, account->idle_cycles, operations);
    set(account, ACCOUNT_INSTRUCTIONS, metrics->instructions, operations);
    set(account, ACCOUNT_BYTES_COPIED, metrics->payload_bytes_hart, operations);
    set(account, ACCOUNT_BYTES_DMA, metrics->payload_bytes_dma, operations);
    set(account, ACCOUNT_IOMMU_HITS, metrics->iommu_hits, operations);
    set(account, ACCOUNT_IOMMU_MISSES, metrics->iommu_misses, operations);
    set(account, ACCOUNT_INTERRUPTS, metrics->interrupts, operations);
}

void account_make(struct account *account, const struct exits *from,
                  const struct exits *to, const struct metrics *metrics,
                  const struct work *work)
{
    *account = (struct account){.known = work->begun && work->ends,
                                .operations = work->ends,
                                .cycles = metrics->cycles};
    for (unsigned b = 0; b < to->run->boards; b++)
        account->harts += to->run->board[b]->harts;
    add_exits(account, from, to);
    add_cycles(account, metrics);
    set_metrics(account, metrics);
    set_exits(account);
    set(account, ACCOUNT_INJECTIONS, to->injections - from->injections,
        account->operations);
    set(account, ACCOUNT_LATENCY_P50, work_latency(work, 50), 1);
    set(account, ACCOUNT_LATENCY_P99, work_latency(work, 99), 1);
    set(account, ACCOUNT_PINNED, account_pinned(to), 1);
    set(account, ACCOUNT_VERIFY_BAD, work->wrong, 1);
}
