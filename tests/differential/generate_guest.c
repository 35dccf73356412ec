/*
 * Sequences with the hypervisor extension: traps and returns between all five modes, CSRs,
 * interrupts of guests, and two stages of random tables, which the guest goes through
 * itself, HS-mode by hlv and hsv, and M-mode by these or by MPRV.
 */
#include "tests/differential/differences.h"
#include "tests/differential/generate_tables.h"

#include <assert.h>

#define LEAF_G    (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define GIGA_PAGE UINT64_C(0x80000000) /* all of RAM is in one of 1 GiB */

/* What a guest's physical addresses of its tables have more than physical ones. */
#define TABLES_SHIFT (UINT64_C(4) << 30)

/* --- modes --- */

static void start_as(struct sequence *seq, enum privilege mode, bool virt)
{
    start_in(seq, mode);
    seq->virt = virt;
    seq->csr[START_MSTATUS] = field_set(seq->csr[START_MSTATUS], MSTATUS_MPV, virt);
}

static void start_anywhere(struct sequence *seq)
{
    static const struct {
        enum privilege mode;
        bool virt;
    } modes[] = {{MODE_M, false}, {MODE_S, false}, {MODE_S, false}, {MODE_U, false},
                 {MODE_S, true},  {MODE_S, true},  {MODE_U, true}};
    unsigned i = (unsigned)draw(seq, COUNT(modes));

    start_as(seq, modes[i].mode, modes[i].virt);
}

/*
 * Causes that QEMU takes for one another go to the same mode: a table's read that fails is
 * a load's there, a page fault of hlv and hsv an access fault, and much that is virtual in
 * VU-mode illegal.
 */
static void draw_delegation(struct sequence *seq)
{
    static const uint64_t alike[] = {
        BIT(CAUSE_LOAD_GUEST_PAGE) | BIT(CAUSE_STORE_GUEST_PAGE),
        BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_PAGE) |
            BIT(CAUSE_STORE_ACCESS),
        BIT(CAUSE_ILLEGAL_INSTRUCTION) | BIT(CAUSE_VIRTUAL_INSTRUCTION),
    };

    /* Told to VS-mode, 2 and 6 are 1 and 5 in QEMU, as if they were interrupts. */
    const uint64_t never = BIT(CAUSE_ILLEGAL_INSTRUCTION) | BIT(CAUSE_STORE_MISALIGNED);

    seq->csr[START_MEDELEG] = chance(seq, 80) ? draw_word(seq) : 0;
    for (unsigned i = 0; i < COUNT(alike); i++)
        if (chance(seq, 60))
            seq->csr[START_MEDELEG] |= alike[i];
        else
            seq->csr[START_MEDELEG] &= ~alike[i];
    seq->csr[START_HEDELEG] = chance(seq, 70) ? draw_word(seq) : 0;
    if (!seq->alone)
        seq->csr[START_HEDELEG] &= ~never;
}

/* QEMU calls what PMP refuses under a G-stage a guest-page fault: it refuses nothing. */
static void open_all(struct sequence *seq)
{
    seq->csr[START_PMPADDR0] = BITS(53, 0);
}

/* --- a guest without tables of its own --- */

/* Guest physical addresses are physical ones, by Bare or by one page of 1 GiB. */
static void map_identity(struct sequence *seq)
{
    struct tables g = {
        .seq = seq, .base = G_TABLES, .levels = 3, .used = 4, .wide = true};

    if (chance(seq, 50))
        return;
    if (chance(seq, 50))
        g.levels = 4;
    tables_add(&g, GIGA_PAGE, 2, entry_to(GIGA_PAGE, LEAF_G), true);
    seq->csr[START_HGATP] =
        field_set(field_set(G_TABLES >> 12, HGATP_VMID, draw(seq, 1 << 14)), HGATP_MODE,
                  g.levels == 3 ? SV39 : SV48);
}

/* Where a hypervisor's accesses go. Not where nothing is: QEMU calls that a guest-page
 * fault. */
static unsigned put_address(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);

    put_li(seq, reg, DATA + 8 * draw(seq, EDGE / 16) + (chance(seq, 20) ? 3 : 0));
    return reg;
}

/* `code`: by hlvx, too, which in QEMU asks for the right to read. */
static void put_hypervisor_access(struct sequence *seq, unsigned base, bool code)
{
    static const enum op loads[] = {OP_HLV_B,  OP_HLV_BU,  OP_HLV_H,
                                    OP_HLV_HU, OP_HLV_W,   OP_HLV_WU,
                                    OP_HLV_D,  OP_HLVX_HU, OP_HLVX_WU};
    static const enum op stores[] = {OP_HSV_B, OP_HSV_H, OP_HSV_W, OP_HSV_D};
    size_t count = code ? COUNT(loads) : COUNT(loads) - 2;

    if (chance(seq, 60))
        put(seq, loads[draw(seq, count)], draw_reg(seq), base, 0, 0);
    else
        put(seq, stores[draw(seq, COUNT(stores))], 0, base, (unsigned)draw(seq, 32), 0);
}

static void put_guest_fence(struct sequence *seq)
{
    static const enum op ops[] = {OP_HFENCE_GVMA, OP_HFENCE_VVMA, OP_SFENCE_VMA};

    put(seq, ops[draw(seq, COUNT(ops))], 0, (unsigned)draw(seq, 32),
        (unsigned)draw(seq, 32), 0);
}

/* --- returns --- */

/* Bits `set` of a CSR, and of the others in `of` none. */
static void put_bits_of(struct sequence *seq, unsigned number, uint64_t of,
                        uint64_t set)
{
    unsigned reg = draw_reg(seq);

    put_li(seq, reg, of);
    put(seq, OP_CSRRC, 0, reg, 0, (int64_t)number);
    put_li(seq, reg, set);
    put(seq, OP_CSRRS, 0, reg, 0, (int64_t)number);
}

/* What mret goes to. Not M-mode with MPV 1, which QEMU keeps; without MPRV, which its
 * returns do not clear. */
static void put_machine_status(struct sequence *seq, enum privilege mode, bool virt)
{
    put_bits_of(seq, CSR_MSTATUS,
                MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPRV | MSTATUS_MPIE | MSTATUS_MIE,
                field_set(0, MSTATUS_MPP, mode) | (virt ? MSTATUS_MPV : 0) |
                    (draw_word(seq) & MSTATUS_MPIE));
}

/* What sret goes to, from M- or HS-mode, or from VS-mode. */
static void put_supervisor_status(struct sequence *seq, enum privilege mode, bool virt)
{
    if (!seq->virt)
        put_bits_of(seq, CSR_HSTATUS, HSTATUS_SPV, virt ? HSTATUS_SPV : 0);
    if (seq->mode == MODE_M)
        put_bits_of(seq, CSR_MSTATUS, MSTATUS_MPRV, 0);
    put_bits_of(seq, CSR_SSTATUS, MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE,
                (mode == MODE_S ? MSTATUS_SPP : 0) | (draw_word(seq) & MSTATUS_SPIE));
}

/* By sret or, `machine`, by mret to the instruction after it, in a mode of chance. */
static void put_guest_return(struct sequence *seq, bool machine)
{
    static const enum privilege modes[] = {MODE_U, MODE_S, MODE_S, MODE_M};
    enum privilege next = modes[draw(seq, machine ? 4 : 3)];
    bool virt =
        machine ? next != MODE_M && chance(seq, 60) : seq->virt || chance(seq, 60);
    unsigned reg = draw_reg(seq), from = seq->length, to;

    put(seq, OP_AUIPC, reg, 0, 0, 0);
    put(seq, OP_ADDI, reg, reg, 0, 2040);
    put(seq, OP_CSRRW, 0, reg, 0, machine ? CSR_MEPC : CSR_SEPC);
    if (machine)
        put_machine_status(seq, next, virt);
    else
        put_supervisor_status(seq, next, virt);
    put(seq, machine ? OP_MRET : OP_SRET, 0, 0, 0, 0);
    to = seq->length;
    seq->length = from + 4;
    put(seq, OP_ADDI, reg, reg, 0, to - from);
    seq->length = to;
    seq->mode = (uint8_t)next;
    seq->virt = virt;
}

/* From a mode that may, mostly. */
static void put_some_return(struct sequence *seq)
{
    bool forbidden = seq->virt && (seq->csr[START_HSTATUS] & HSTATUS_VTSR);

    if (seq->mode == MODE_M)
        put_guest_return(seq, chance(seq, 60));
    else if (seq->mode == MODE_S && !forbidden)
        put_guest_return(seq, false);
    else
        put(seq, chance(seq, 50) ? OP_SRET : OP_MRET, 0, 0, 0, 0);
}

/* --- traps --- */

/* A return by TSR, or by VTSR as it is written on the way, would be another one than is
 * reckoned with; interrupts have sequences of their own; and with satp a guest's next
 * fetch would be from where nothing is, which QEMU calls a page fault. */
static bool changes_returns(unsigned number)
{
    return number == CSR_HSTATUS || number == CSR_MSTATUS || number == CSR_MIE ||
           number == CSR_HIE || number == CSR_SIE || number == CSR_VSIE ||
           number == CSR_MIDELEG || number == CSR_HIDELEG || number == CSR_SATP;
}

static void put_harmless_csr_access(struct sequence *seq)
{
    unsigned number = draw_csr(seq);

    if (!changes_returns(number))
        put_csr_access(seq, number);
}

static void put_guest_trap_unit(struct sequence *seq)
{
    switch (draw(seq, 16)) {
    case 0:
        put_illegal(seq);
        break;
    case 1:
        put(seq, OP_ECALL, 0, 0, 0, 0);
        break;
    case 2:
        put(seq, chance(seq, 50) ? OP_EBREAK : OP_C_EBREAK, 0, 0, 0, 0);
        break;
    case 3:
        put_misaligned_atomic(seq);
        break;
    case 4:
    case 5:
        put_access_fault(seq);
        break;
    case 6:
    case 7:
        put_harmless_csr_access(seq);
        break;
    case 8:
    case 9:
    case 10:
        put_some_return(seq);
        break;
    case 11:
        put_guest_fence(seq);
        break;
    case 12:
        if (seq->virt &&
            (seq->mode == MODE_U || (seq->csr[START_HSTATUS] & HSTATUS_VTW)))
            put(seq, OP_WFI, 0, 0, 0, 0); /* where it never waits */
        break;
    case 13:
        put_computation(seq);
        break;
    default:
        put_hypervisor_access(seq, put_address(seq), true);
    }
}

/* Interrupts stay off, so that CSRs can be written at will. Of VTVM QEMU does not know all. */
static void draw_hypervisor(struct sequence *seq)
{
    seq->csr[START_HSTATUS] =
        draw_word(seq) & csr_limit(CSR_HSTATUS, true)->written & ~HSTATUS_VTVM;
    if (seq->csr[START_HSTATUS] & HSTATUS_VTSR)
        seq->csr[START_HEDELEG] = 0; /* the guest's handler could not return */
    seq->csr[START_MCOUNTEREN] = draw(seq, 8);
    seq->csr[START_HCOUNTEREN] = draw(seq, 8);
    seq->csr[START_SCOUNTEREN] = draw(seq, 8);
    seq->csr[START_MENVCFG] = chance(seq, 70) ? MENVCFG_STCE : 0;
    if (seq->csr[START_MENVCFG])
        seq->csr[START_HENVCFG] = draw_word(seq) & MENVCFG_STCE;
}

void generate_guest_trap(struct sequence *seq)
{
    unsigned units = 10 + (unsigned)draw(seq, 20);

    open_all(seq);
    start_anywhere(seq);
    map_identity(seq);
    draw_delegation(seq);
    draw_hypervisor(seq);
    while (units-- && has_room(seq))
        put_guest_trap_unit(seq);
}

void generate_guest_csr(struct sequence *seq)
{
    unsigned units = 8 + (unsigned)draw(seq, 16);

    open_all(seq);
    start_anywhere(seq);
    map_identity(seq);
    draw_delegation(seq);
    draw_hypervisor(seq);
    while (units-- && has_room(seq)) {
        if (chance(seq, 15))
            put_some_return(seq);
        else
            put_harmless_csr_access(seq);
    }
}

/* --- interrupts --- */

/* One of VS-mode's and SSI: of these two QEMU, too, takes the one with priority. */
static void put_interrupt_write(struct sequence *seq, uint64_t guests)
{
    static const unsigned hypervisor[] = {CSR_HVIP, CSR_HVIP,    CSR_HIE,
                                          CSR_HIE,  CSR_HIDELEG, CSR_SIP,
                                          CSR_SIE,  CSR_HIP,     CSR_VSIE};
    static const unsigned guest[] = {CSR_SIP, CSR_SIE};
    unsigned number = seq->virt ? guest[draw(seq, COUNT(guest))]
                                : hypervisor[draw(seq, COUNT(hypervisor))];
    uint64_t value = chance(seq, 70) ? UINT64_MAX : 0;

    if (number == CSR_SIP && !seq->virt)
        value &= BIT(IRQ_SSI);
    else if (number == CSR_SIE && !seq->virt)
        value &= BIT(IRQ_SSI);
    else if (seq->virt || number == CSR_VSIE)
        value &= guests >> 1;
    else
        value &= guests;
    put_csr_write(seq, number, value, true);
}

static void put_guest_interrupt_unit(struct sequence *seq, uint64_t guests)
{
    switch (draw(seq, 8)) {
    case 0:
    case 1:
        if (seq->mode != MODE_U)
            put_some_return(seq);
        else
            put(seq, OP_ECALL, 0, 0, 0, 0);
        break;
    case 2:
        put_computation(seq);
        break;
    case 3:
        if (seq->mode != MODE_U)
            put_csr_write(seq, CSR_SSTATUS, MSTATUS_SIE, false);
        break;
    default:
        if (seq->mode == MODE_U)
            put_computation(seq);
        else
            put_interrupt_write(seq, guests);
    }
}

void generate_guest_interrupt(struct sequence *seq)
{
    static const uint64_t ones[] = {BIT(IRQ_VSSI), BIT(IRQ_VSTI), BIT(IRQ_VSEI)};
    uint64_t guests = ones[draw(seq, COUNT(ones))];
    unsigned units = 16 + (unsigned)draw(seq, 20);

    open_all(seq);
    start_anywhere(seq);
    if (seq->mode == MODE_U)
        start_as(seq, MODE_S, seq->virt);
    map_identity(seq);
    seq->csr[START_MIDELEG] = chance(seq, 80) ? BIT(IRQ_SSI) : 0;
    seq->csr[START_HIDELEG] = chance(seq, 60) ? guests : 0;
    seq->csr[START_HVIP] = chance(seq, 50) ? guests : 0;
    seq->csr[START_MIE] =
        (chance(seq, 70) ? guests : 0) | (chance(seq, 50) ? BIT(IRQ_SSI) : 0);
    seq->csr[START_VSSTATUS] = draw_word(seq) & (MSTATUS_SIE | MSTATUS_SPIE);
    seq->csr[START_MSTATUS] |=
        draw_word(seq) & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_MPIE);
    while (units-- && has_room(seq))
        put_guest_interrupt_unit(seq, guests);
}

/* --- two stages --- */

struct guest {
    struct sequence *seq;
    struct tables vs, g;
    bool vs_bare, g_bare;
    bool calls; /* it executes what is in its data pages */
};

static uint64_t draw_rights(struct sequence *seq, bool execute_only)
{
    static const uint64_t rights[] = {PTE_R,
                                      PTE_R | PTE_W,
                                      PTE_R | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_W,
                                      PTE_X};

    return rights[draw(seq, execute_only ? COUNT(rights) : COUNT(rights) - 1)];
}

static uint64_t draw_state(struct sequence *seq)
{
    uint64_t flags = PTE_V | draw(seq, 4) << 8;

    if (chance(seq, 20))
        flags |= PTE_G;
    if (chance(seq, 70))
        flags |= PTE_A;
    if (chance(seq, 70))
        flags |= PTE_D;
    if (chance(seq, 4))
        flags ^= PTE_V;
    if (chance(seq, 4))
        flags |= BIT(seq->alone ? 54 + draw(seq, 9) : 61 + draw(seq, 2));
    return flags;
}

/* MXR is vsstatus's for both stages in QEMU: its G-stage has no execute-only pages. */
static uint64_t draw_g_flags(struct sequence *seq)
{
    uint64_t flags = draw_state(seq) | draw_rights(seq, seq->alone);

    return chance(seq, 92) ? flags | PTE_U : flags;
}

/* As in one stage: where SUM is used, S-mode finds no code in U pages. */
static uint64_t draw_vs_flags(struct sequence *seq)
{
    uint64_t flags = draw_state(seq) | draw_rights(seq, true);
    bool sum = seq->csr[START_VSSTATUS] & MSTATUS_SUM;
    bool user =
        seq->virt ? seq->mode == MODE_U : !(seq->csr[START_HSTATUS] & HSTATUS_SPVP);

    /* QEMU's hlv, as VS-mode's, reads a user's pages. */
    if (chance(seq, user ? 75 : seq->virt || seq->alone ? 25 : 0))
        flags |= PTE_U;
    return sum && (flags & PTE_U) && !seq->alone ? flags & ~PTE_X : flags;
}

/* Of two pages of that size the one at `like` decides the low bits. */
static uint64_t within_page(unsigned level, bool napot, uint64_t va, uint64_t like)
{
    uint64_t within = napot ? 0xffff : (UINT64_C(4096) << 9 * level) - 1;

    return (va & ~within) | (like & within);
}

static bool near_code(const struct sequence *seq, uint64_t va)
{
    uint64_t reach = UINT64_C(4) << 20;

    return va - IMAGE_BASE + reach < IMAGE_SIZE + 2 * reach ||
           va - seq->code_va + reach < 2 * reach;
}

/* A guest physical address of a data page, by a random leaf of the G-stage. */
static uint64_t add_guest_page(struct guest *guest, uint64_t pa)
{
    struct sequence *seq = guest->seq;
    unsigned level;
    uint64_t gpa;
    bool napot;

    if (guest->g_bare)
        return pa;
    level = draw_level(&guest->g);
    napot = level == 0 && chance(seq, 20);
    gpa = within_page(level, napot, draw_va(&guest->g), pa);
    /* Within another one's superpage it could lead anywhere. */
    if (!tables_add(&guest->g, gpa, level,
                    draw_leaf(seq, level, napot, pa, draw_g_flags(seq)), false))
        return (UINT64_C(5) << (12 + 9 * (guest->g.levels - 1))) | (pa & 0x1fffff);
    if (chance(seq, 3))
        gpa |= BIT(12 + 9 * guest->g.levels + 2); /* beyond the format */
    return gpa;
}

static void add_guest_mapping(struct guest *guest, unsigned number)
{
    struct sequence *seq = guest->seq;
    uint64_t pa = DATA + (uint64_t)RAM_PAGE * draw(seq, DATA_PAGES - 1);
    uint64_t gpa = add_guest_page(guest, pa), va = gpa;

    if (!guest->vs_bare) {
        unsigned level = draw_level(&guest->vs);
        bool napot = level == 0 && chance(seq, 20);

        va = canonical(&guest->vs, within_page(level, napot, draw_va(&guest->vs), gpa));
        if (number > 0 && chance(seq, 30)) { /* next to another one */
            va = seq->x[FIRST_MAPPING + number - 1] + RAM_PAGE;
            level = 0;
            napot = false;
        }
        if (near_code(seq, va) ||
            !tables_add(&guest->vs, va, level,
                        draw_leaf(seq, level, napot, gpa, draw_vs_flags(seq)), false))
            va = UINT64_C(5) << (12 + 9 * (guest->vs.levels - 1));
    }
    seq->x[FIRST_MAPPING + number] = va;
}

/* Code of the guest at a virtual address of its own; its handlers where they are. */
static void map_guest_code(struct guest *guest)
{
    struct sequence *seq = guest->seq;
    uint64_t page = seq->code_pa & ~(uint64_t)(RAM_PAGE - 1);
    uint64_t flags = PTE_V | PTE_X | PTE_R | PTE_A | (seq->mode == MODE_U ? PTE_U : 0);
    uint64_t handlers = ESCAPES + (uint64_t)RAM_PAGE * seq->escape;
    uint64_t va = chance(seq, 30) ? page : draw_va(&guest->vs);

    if (guest->vs_bare || !seq->virt)
        return;
    tables_add(&guest->vs, handlers, 0,
               entry_to(handlers, PTE_V | PTE_R | PTE_X | PTE_A), true);
    tables_add(&guest->vs, va, 0, entry_to(page, flags), true);
    seq->code_va = va + (seq->code_pa - page);
}

/* The tables of the VS-stage, page by page, in the G-stage. A and D of all are set: QEMU
 * updates a guest's entries without looking at them. */
static void map_guest_tables(struct guest *guest)
{
    for (unsigned i = 0; i < TABLE_PAGES; i++) {
        uint64_t pa = TABLES + (uint64_t)RAM_PAGE * i;

        tables_add(&guest->g, pa + TABLES_SHIFT, 0, entry_to(pa, LEAF_G), true);
    }
}

/* Tables that only lead to data may be missing there, or be a supervisor's; not where code
 * is looked for, whose failed table reads QEMU calls a load's. */
static void hide_guest_tables(struct guest *guest, unsigned used_by_code)
{
    /* The last one would not hinder QEMU under vsstatus.MXR. */
    static const uint64_t flaws[] = {PTE_V, PTE_U, PTE_R | PTE_W};
    struct sequence *seq = guest->seq;
    unsigned count = seq->alone ? 3 : 2;
    uint64_t entries =
        tables_last(&guest->g, TABLES + TABLES_SHIFT) + ((TABLES >> 12) & 0x1ff) * 8;

    if (guest->calls && !seq->alone)
        return;
    for (unsigned i = used_by_code; i < guest->vs.used; i++)
        if (chance(seq, 8))
            add_poke(seq, entries + 8 * i,
                     entry_to(TABLES + (uint64_t)RAM_PAGE * i, LEAF_G) ^
                         flaws[draw(seq, count)]);
}

static void set_satps(const struct guest *guest)
{
    struct sequence *seq = guest->seq;

    if (!guest->g_bare)
        seq->csr[START_HGATP] =
            field_set(field_set(G_TABLES >> 12, HGATP_VMID, draw(seq, 1 << 14)),
                      HGATP_MODE, guest->g.levels == 3 ? SV39 : SV48);
    if (!guest->vs_bare)
        seq->csr[START_VSATP] = field_set(
            field_set((TABLES + guest->vs.shift) >> 12, SATP_ASID, draw(seq, 1 << 16)),
            SATP_MODE, guest->vs.levels == 3 ? SV39 : SV48);
}

static void build_guest(struct guest *guest)
{
    struct sequence *seq = guest->seq;
    unsigned used_by_code;

    guest->vs_bare = chance(seq, 20);
    guest->g_bare = chance(seq, 15);
    guest->calls = seq->virt && chance(seq, 50);
    guest->vs = (struct tables){.seq = seq,
                                .base = TABLES,
                                .levels = chance(seq, 50) ? 3 : 4,
                                .used = 1,
                                .shift = guest->g_bare ? 0 : TABLES_SHIFT};
    guest->g = (struct tables){.seq = seq,
                               .base = G_TABLES,
                               .levels = chance(seq, 50) ? 3 : 4,
                               .used = 4,
                               .wide = true};
    if (!guest->g_bare)
        tables_add(&guest->g, GIGA_PAGE, 2, entry_to(GIGA_PAGE, LEAF_G), true);
    if (!guest->g_bare && !guest->vs_bare)
        map_guest_tables(guest);
    map_guest_code(guest);
    used_by_code = guest->vs.used;
    for (unsigned i = 0; i < MAPPINGS; i++)
        add_guest_mapping(guest, i);
    if (!guest->g_bare && !guest->vs_bare)
        hide_guest_tables(guest, used_by_code);
    set_satps(guest);
}

/* Loads and stores of M-mode as those of VS or VU. */
static void put_guest_mprv(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);
    uint64_t status = MSTATUS_MPRV | MSTATUS_MPV;

    if (seq->alone)
        status |= draw_word(seq) & (MSTATUS_SUM | MSTATUS_MXR);
    if (chance(seq, 60))
        status = field_set(status, MSTATUS_MPP, MODE_S);
    put_li(seq, reg, status);
    put(seq, OP_CSRRW, 0, reg, 0, CSR_MSTATUS);
}

/* SPVP, which decides in whose name hlv and hsv are. */
static void put_spvp(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);

    put(seq, OP_ADDI, reg, 0, 0, HSTATUS_SPVP);
    put(seq, chance(seq, 50) ? OP_CSRRS : OP_CSRRC, 0, reg, 0, CSR_HSTATUS);
}

static void put_mode_unit(struct guest *guest)
{
    struct sequence *seq = guest->seq;

    if (seq->virt && guest->calls)
        put_page_call(seq);
    else if (seq->virt)
        put_page_access(seq);
    else if (seq->alone && seq->mode == MODE_M && chance(seq, 60))
        put_guest_mprv(seq);
    else if (seq->alone && seq->mode != MODE_U)
        put_spvp(seq);
}

static void put_guest_page_unit(struct guest *guest)
{
    struct sequence *seq = guest->seq;
    bool by_hypervisor =
        !seq->virt && (seq->mode != MODE_M || !seq->alone || chance(seq, 50));

    switch (draw(seq, 12)) {
    case 0:
        if (seq->alone && chance(seq, 50))
            put_cache_operation(seq);
        else
            put_guest_fence(seq);
        break;
    case 1:
    case 2:
    case 3:
        put_mode_unit(guest);
        break;
    case 4:
    case 5:
        if (!by_hypervisor)
            put_page_amo(seq);
        break;
    default:
        if (by_hypervisor)
            put_hypervisor_access(seq, draw_mapping(seq), seq->alone);
        else
            put_page_access(seq);
    }
}

void generate_guest_page(struct sequence *seq)
{
    struct guest guest = {.seq = seq};
    unsigned units = 10 + (unsigned)draw(seq, 20);

    open_all(seq);
    start_anywhere(seq);
    draw_delegation(seq);
    seq->csr[START_HSTATUS] = draw_word(seq) & (HSTATUS_SPVP | HSTATUS_VTVM);
    seq->csr[START_MENVCFG] = seq->csr[START_HENVCFG] = MENVCFG_ADUE;
    if (seq->virt || seq->alone) {
        seq->csr[START_VSSTATUS] = draw_word(seq) & (MSTATUS_SUM | MSTATUS_MXR);
        seq->csr[START_MSTATUS] |= draw_word(seq) & MSTATUS_SUM;
    }
    if (seq->alone)
        seq->csr[START_HSTATUS] |= HSTATUS_HU;
    seq->keep |= (uint32_t)BIT(1);
    for (unsigned i = 0; i < MAPPINGS; i++)
        seq->keep |= (uint32_t)BIT(FIRST_MAPPING + i);
    if (seq->alone && seq->mode == MODE_M)
        put_guest_mprv(seq);
    build_guest(&guest);
    while (units-- && has_room(seq))
        put_guest_page_unit(&guest);
}

/* One table, of either stage, or the data that PMP lets nobody read. */
static void hide_a_page(struct sequence *seq)
{
    static const uint64_t regions[] = {TABLES, G_TABLES, DATA};

    seq->csr[START_PMPADDR0 + 1] = seq->csr[START_PMPADDR0];
    seq->csr[START_PMPADDR0] =
        (regions[draw(seq, COUNT(regions))] + RAM_PAGE * draw(seq, 8)) >> 2 | 0x1ff;
    seq->csr[START_PMPCFG0] = (field_set(0, PMP_A, PMP_NAPOT) | PMP_RWX) << 8 |
                              field_set(0, PMP_A, PMP_NAPOT) | draw(seq, 2);
}

/* By the two loops of this machine only. */
void generate_guest_alone(struct sequence *seq)
{
    uint64_t cache = MENVCFG_CBCFE | MENVCFG_CBZE | field_set(0, MENVCFG_CBIE, 1);

    generate_guest_page(seq);
    seq->csr[START_MSTATUS] |= draw_word(seq) & MSTATUS_MXR;
    seq->csr[START_MENVCFG] = draw_word(seq) & (MENVCFG_ADUE | cache);
    seq->csr[START_HENVCFG] = draw_word(seq) & (MENVCFG_ADUE | cache);
    seq->csr[START_SENVCFG] = draw_word(seq) & cache;
    if (chance(seq, 30))
        hide_a_page(seq);
}
