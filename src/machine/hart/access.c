/*
 * How an instruction reaches memory and devices: translation, protection, then the bus.
 *
 * Price of a data access in RAM: one bus slot for each aligned 8-byte block it touches
 * (one, unless it is misaligned across such a boundary). Price of a device access: the
 * MMIO price, which has the bus in it. Waiting for the bus comes on top. Fetches neither
 * use the bus nor cost anything.
 *
 * Misaligned accesses to RAM work, and are made only when all of their bytes may be. To a
 * device they are access faults (Privileged 1.13, 3.6.4: misaligned accesses to I/O).
 */
#include "machine/hart/fast.h"
#include "machine/hart/hart.h"
#include "machine/hart/look.h"

#include <assert.h>

enum { PAGE = RAM_PAGE, BLOCK = BUS_SLOT_BYTES };

/* hlvx: a load of what must be executable. Else an access is an enum event_access, and
 * `mode` the effective privilege that it is made with, VU and VS too. */
enum { ACCESS_HLVX = ACCESS_AMO + 1 };

/* As whom the instruction's own accesses are made. */
static uint8_t mode_of(const struct hart *hart, uint8_t access)
{
    return access == ACCESS_FETCH ? hart_privilege(hart) : hart_data_mode(hart);
}

/* What translation and protection take it for. */
static uint8_t kind_of(uint8_t access)
{
    return access == ACCESS_AMO    ? ACCESS_STORE
           : access == ACCESS_HLVX ? ACCESS_LOAD
                                   : access;
}

static struct trap fault(struct hart *hart, uint64_t cause, uint64_t va, uint8_t mode)
{
    hart->fault = (struct fault_note){.is_virtual = mode & MODE_VIRTUAL};
    return (struct trap){cause, va};
}

/* The exceptions of an access that the spec numbers by what was attempted. */
static struct trap access_fault(struct hart *hart, uint64_t va, uint8_t access,
                                uint8_t mode)
{
    switch (kind_of(access)) {
    case ACCESS_FETCH:
        return fault(hart, CAUSE_INSTRUCTION_ACCESS, va, mode);
    case ACCESS_LOAD:
        return fault(hart, CAUSE_LOAD_ACCESS, va, mode);
    default:
        return fault(hart, CAUSE_STORE_ACCESS, va, mode);
    }
}

/* May it be made there? PMP sees physical addresses, whatever led to them (15.5). An AMO
 * also reads; hlvx reads what must be executable too. */
static bool pmp_permits(const struct hart *hart, uint64_t pa, unsigned size,
                        uint8_t access, uint8_t mode)
{
    if (!pmp_allows(hart, pa, size, kind_of(access), mode))
        return false;
    if (access == ACCESS_AMO)
        return pmp_allows(hart, pa, size, ACCESS_LOAD, mode);
    return access != ACCESS_HLVX || pmp_allows(hart, pa, size, ACCESS_FETCH, mode);
}

static struct trap reach(struct hart *hart, uint64_t va, unsigned size, uint8_t access,
                         uint8_t mode, uint64_t *pa)
{
    if (access < ACCESS_AMO && look_reach(hart, va, access, mode, pa))
        return NO_TRAP;
    *pa = va;
    if (mode != MODE_M) {
        struct walk_result page;
        struct walk_request request = {.va = va,
                                       .access = kind_of(access),
                                       .mode = mode,
                                       .hlvx = access == ACCESS_HLVX};
        struct trap trap = hart_translate(hart, request, &page);

        if (trapped(trap))
            return trap;
        *pa = page.pa;
    }
    if (!pmp_permits(hart, *pa, size, access, mode))
        return access_fault(hart, va, access, mode);
    return NO_TRAP;
}

struct trap hart_reach(struct hart *hart, uint64_t va, unsigned size, uint8_t access,
                       uint64_t *pa)
{
    return reach(hart, va, size, access, mode_of(hart, access), pa);
}

/* Holds the bus for `price` cycles, after whatever wait; the hart pays for both. */
static void use_bus(struct hart *hart, uint64_t pa, uint32_t price)
{
    uint64_t now = hart_now(hart);
    uint64_t from = bus_take(hart->bus, (enum initiator)(INITIATOR_HART + hart->id),
                             now, price, pa);

    hart->spent += from - now + price;
    hart->queue->now = hart_now(hart);
}

/* The part of an access that lies in one page. */
struct part {
    uint64_t pa;
    unsigned size;
};

/*
 * An access of up to 8 bytes as one or two parts, all of them reached before anything is
 * read or written. Gives how many parts there are.
 */
static struct trap reach_parts(struct hart *hart, uint64_t va, unsigned size,
                               uint8_t access, uint8_t mode, struct part parts[2],
                               unsigned *count)
{
    unsigned first = PAGE - (unsigned)(va & (PAGE - 1));
    struct trap trap;

    if (first > size)
        first = size;
    parts[0].size = first;
    trap = reach(hart, va, first, access, mode, &parts[0].pa);
    *count = 1;
    if (trapped(trap) || first == size)
        return trap;
    parts[1].size = size - first;
    *count = 2;
    return reach(hart, va + first, size - first, access, mode, &parts[1].pa);
}

static void note_access(struct hart *hart, uint8_t access, uint64_t va, uint64_t pa,
                        unsigned size)
{
    hart->doing.access = access;
    hart->doing.va = va;
    hart->doing.pa = pa;
    hart->doing.size = (uint8_t)size;
}

/* Bytes of RAM, least significant first, from one or two parts; nothing is charged. */
static uint64_t read_parts(const struct hart *hart, const struct part *parts,
                           unsigned count)
{
    uint64_t value = 0;

    ram_read(&hart->bus->ram, parts[0].pa, &value, parts[0].size);
    if (count == 2)
        ram_read(&hart->bus->ram, parts[1].pa, (char *)&value + parts[0].size,
                 parts[1].size);
    return value;
}

static void write_parts(struct hart *hart, const struct part *parts, unsigned count,
                        uint64_t value)
{
    uint8_t who = (uint8_t)(INITIATOR_HART + hart->id);

    ram_write(&hart->bus->ram, parts[0].pa, &value, parts[0].size, who);
    if (count == 2)
        ram_write(&hart->bus->ram, parts[1].pa, (const char *)&value + parts[0].size,
                  parts[1].size, who);
}

static bool all_in_ram(const struct hart *hart, const struct part *parts,
                       unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!ram_has(&hart->bus->ram, parts[i].pa, parts[i].size))
            return false;
    return true;
}

/* One slot for each aligned block that the access touches. */
static void pay_ram(struct hart *hart, const struct part *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t last = parts[i].pa + parts[i].size - 1;

        use_bus(hart, parts[i].pa, hart->costs->bus_slot);
        if (parts[i].pa / BLOCK != last / BLOCK)
            use_bus(hart, last, hart->costs->bus_slot);
    }
}

static struct trap load(struct hart *hart, uint64_t va, unsigned size, uint8_t access,
                        uint8_t mode, uint64_t *value)
{
    struct part parts[2];
    unsigned count;
    struct trap trap = reach_parts(hart, va, size, access, mode, parts, &count);
    uint64_t pa = parts[0].pa;

    if (trapped(trap))
        return trap;
    note_access(hart, ACCESS_LOAD, va, pa, size);
    if (all_in_ram(hart, parts, count)) {
        pay_ram(hart, parts, count);
        *value = read_parts(hart, parts, count);
    } else {
        if (va & (size - 1) || !bus_find(hart->bus, pa))
            return access_fault(hart, va, access, mode);
        use_bus(hart, pa, hart->costs->mmio_read);
        if (bus_read(hart->bus, (enum initiator)(INITIATOR_HART + hart->id), pa, size,
                     value) != BUS_OKAY)
            return access_fault(hart, va, access, mode);
    }
    hart->doing.mem_old = hart->doing.mem_new = *value;
    return NO_TRAP;
}

/* A payload byte counts when its store puts it at its destination (hart.h). */
static void count_payload(struct hart *hart, unsigned size)
{
    if (hart->payload_ranges && hart_moves_payload(hart, hart->fetched_from))
        hart->payload += size;
}

static struct trap store(struct hart *hart, uint64_t va, unsigned size, uint8_t access,
                         uint8_t mode, uint64_t value)
{
    struct part parts[2];
    unsigned count;
    struct trap trap = reach_parts(hart, va, size, access, mode, parts, &count);
    uint64_t pa = parts[0].pa;

    if (trapped(trap))
        return trap;
    value &= BITS(size * 8 - 1, 0);
    note_access(hart, ACCESS_STORE, va, pa, size);
    hart->doing.mem_new = value;
    if (all_in_ram(hart, parts, count)) {
        pay_ram(hart, parts, count);
        hart->doing.mem_old = read_parts(hart, parts, count);
        write_parts(hart, parts, count, value);
    } else {
        if (va & (size - 1) || !bus_find(hart->bus, pa))
            return access_fault(hart, va, access, mode);
        use_bus(hart, pa, hart->costs->mmio_write);
        if (bus_write(hart->bus, (enum initiator)(INITIATOR_HART + hart->id), pa, size,
                      value) != BUS_OKAY)
            return access_fault(hart, va, access, mode);
    }
    count_payload(hart, size);
    return NO_TRAP;
}

struct trap hart_load(struct hart *hart, uint64_t va, unsigned size, uint64_t *value)
{
    return load(hart, va, size, ACCESS_LOAD, hart_data_mode(hart), value);
}

struct trap hart_store(struct hart *hart, uint64_t va, unsigned size, uint64_t value)
{
    return store(hart, va, size, ACCESS_STORE, hart_data_mode(hart), value);
}

/* The guest's VU- or VS-mode, whatever MPRV says (15.3.1). */
static uint8_t guest_mode(const struct hart *hart)
{
    return hart->csr.hstatus & HSTATUS_SPVP ? MODE_VS : MODE_VU;
}

struct trap hart_guest_load(struct hart *hart, uint64_t va, unsigned size, bool hlvx,
                            uint64_t *value)
{
    return load(hart, va, size, hlvx ? ACCESS_HLVX : ACCESS_LOAD, guest_mode(hart),
                value);
}

struct trap hart_guest_store(struct hart *hart, uint64_t va, unsigned size,
                             uint64_t value)
{
    return store(hart, va, size, ACCESS_STORE, guest_mode(hart), value);
}

/* 16 bits of an instruction; RAM or a ROM. */
static struct trap fetch_half(struct hart *hart, uint64_t va, uint16_t *half)
{
    uint64_t pa, value = 0;
    uint8_t mode = hart_privilege(hart);
    struct trap trap = reach(hart, va, 2, ACCESS_FETCH, mode, &pa);

    if (trapped(trap))
        return trap;
    hart->fetched_from = pa;
    if (ram_has(&hart->bus->ram, pa, 2)) {
        ram_read(&hart->bus->ram, pa, half, 2);
    } else {
        const struct mmio *rom = bus_find(hart->bus, pa);

        if (!rom || !rom->executable ||
            rom->peek(rom->ctx, (uint32_t)(pa - rom->base), 2, &value) != BUS_OKAY)
            return access_fault(hart, va, ACCESS_FETCH, mode);
        *half = (uint16_t)value;
    }
    return NO_TRAP;
}

struct trap hart_fetch(struct hart *hart, uint32_t *bits)
{
    uint64_t pc = hart->pc, pa;
    uint16_t low, high = 0;
    struct trap trap = fetch_half(hart, pc, &low);

    if (trapped(trap))
        return trap;
    pa = hart->fetched_from;
    if (insn_length(low) == 4)
        trap = fetch_half(hart, pc + 2, &high);
    hart->fetched_from = pa;
    *bits = (uint32_t)high << 16 | low;
    return trap;
}

/* --- LR, SC and AMOs: naturally aligned, in RAM ---------------------------------- */

/*
 * Reaches the operand of an atomic instruction. A misaligned one raises the misaligned
 * exception (3.6.4 allows it); devices offer no atomicity and give an access fault.
 */
static struct trap reach_atomic(struct hart *hart, uint64_t va, unsigned size,
                                uint8_t access, uint64_t *pa)
{
    uint8_t mode = mode_of(hart, access);
    struct trap trap;

    if (va & (size - 1))
        return fault(hart,
                     access == ACCESS_LOAD ? CAUSE_LOAD_MISALIGNED
                                           : CAUSE_STORE_MISALIGNED,
                     va, mode);
    trap = reach(hart, va, size, access, mode, pa);
    if (trapped(trap))
        return trap;
    if (!ram_has(&hart->bus->ram, *pa, size))
        return access_fault(hart, va, access, mode);
    hart->spent += hart->costs->atomic;
    note_access(hart, access, va, *pa, size);
    return NO_TRAP;
}

/* Forgets this hart's reservation; the page's mark goes with the last one in it. */
static void drop_reservation(struct hart *hart)
{
    uint64_t pa = hart->reservation;
    struct ram *ram = &hart->bus->ram;

    if (pa == NEVER)
        return;
    hart->reservation = NEVER;
    for (unsigned i = 0; i < hart->peer_count; i++)
        if (hart->peers[i].reservation != NEVER &&
            ram_page(ram, hart->peers[i].reservation) == ram_page(ram, pa))
            return;
    ram->marks[ram_page(ram, pa)] &= (uint8_t)~RAM_RESERVED;
}

struct trap hart_load_reserved(struct hart *hart, uint64_t va, unsigned size,
                               uint64_t *value)
{
    struct ram *ram = &hart->bus->ram;
    uint64_t pa;
    struct trap trap = reach_atomic(hart, va, size, ACCESS_LOAD, &pa);

    if (trapped(trap))
        return trap;
    use_bus(hart, pa, hart->costs->bus_slot);
    *value = 0;
    ram_read(ram, pa, value, size);
    hart->doing.mem_old = hart->doing.mem_new = *value;
    drop_reservation(hart);
    hart->reservation = pa & ~UINT64_C(7);
    ram->marks[ram_page(ram, pa)] |= RAM_RESERVED;
    for (unsigned i = 0; i < hart->peer_count; i++)
        if (&hart->peers[i] != hart)
            look_protect(&hart->peers[i], pa);
    return NO_TRAP;
}

struct trap hart_store_conditional(struct hart *hart, uint64_t va, unsigned size,
                                   uint64_t value, uint64_t *failed)
{
    uint64_t pa;
    struct trap trap = reach_atomic(hart, va, size, ACCESS_STORE, &pa);

    if (trapped(trap))
        return trap;
    *failed = hart->reservation != (pa & ~UINT64_C(7));
    drop_reservation(hart);
    if (*failed) {
        hart->doing.access = ACCESS_NONE;
        return NO_TRAP;
    }
    return hart_amo_write(hart, va, size, pa, value);
}

struct trap hart_amo_read(struct hart *hart, uint64_t va, unsigned size, uint64_t *pa,
                          uint64_t *value)
{
    struct trap trap = reach_atomic(hart, va, size, ACCESS_AMO, pa);

    if (trapped(trap))
        return trap;
    *value = 0;
    ram_read(&hart->bus->ram, *pa, value, size);
    return NO_TRAP;
}

struct trap hart_amo_write(struct hart *hart, uint64_t va, unsigned size, uint64_t pa,
                           uint64_t value)
{
    struct part part = {pa, size};

    (void)va;
    use_bus(hart, pa, hart->costs->bus_slot);
    hart->doing.mem_old = read_parts(hart, &part, 1);
    hart->doing.mem_new = value & BITS(size * 8 - 1, 0);
    write_parts(hart, &part, 1, value);
    count_payload(hart, size);
    return NO_TRAP;
}

void hart_ram_touched(struct hart *peers, unsigned peer_count, uint64_t pa,
                      unsigned length, uint8_t who)
{
    struct ram *ram = &peers->bus->ram;
    bool has_code = false;

    for (unsigned i = 0; i < peer_count; i++) {
        struct hart *hart = &peers[i];
        uint64_t held = hart->reservation;

        fast_code_written(hart, pa, length);
        has_code |= fast_has_code(hart, pa);
        if (held == NEVER || who == INITIATOR_HART + hart->id)
            continue;
        if (pa < held + 8 && held < pa + length) {
            drop_reservation(hart);
            EMIT(hart->events, hart->queue->now, RESERVATION, reservation, .pa = pa,
                 .hart = hart->id, .initiator = who);
        }
    }
    if (!has_code)
        ram->marks[ram_page(ram, pa)] &= (uint8_t)~RAM_CODE;
}
