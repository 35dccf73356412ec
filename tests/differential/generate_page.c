/*
 * Translation by random tables: Sv39 and Sv48, pages of every size, flags right and
 * wrong, accesses by S- and U-mode or by M-mode in their name (MPRV).
 *
 * A sequence has some mappings. Registers hold their virtual addresses, and each leads,
 * if its entries are good, to one of the data pages.
 */
#include "tests/differential/generate_tables.h"

/* --- mappings --- */

/*
 * S-mode may not execute U pages, but QEMU lets it after it has read or written the page
 * by SUM. So a sequence either uses SUM, from its start, and has no such pages, or not.
 */
static bool uses_sum(const struct sequence *seq)
{
    return seq->alone || (seq->csr[START_MSTATUS] & MSTATUS_SUM);
}

static uint64_t draw_flags(struct sequence *seq)
{
    static const uint64_t rights[] = {PTE_R,
                                      PTE_R | PTE_W,
                                      PTE_R | PTE_W,
                                      PTE_R | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_R | PTE_W | PTE_X,
                                      PTE_X,
                                      PTE_W,
                                      PTE_W | PTE_X};
    uint64_t flags = PTE_V | rights[draw(seq, COUNT(rights))] | draw(seq, 4) << 8;

    if (chance(seq, seq->mode == MODE_S ? 25 : 75))
        flags |= PTE_U;
    if (seq->mode == MODE_S && uses_sum(seq) && (flags & PTE_U) && !seq->alone)
        flags &= ~PTE_X;
    if (chance(seq, 20))
        flags |= PTE_G;
    if (chance(seq, 60))
        flags |= PTE_A;
    if (chance(seq, 60))
        flags |= PTE_D;
    if (chance(seq, 4))
        flags ^= PTE_V;
    if (chance(seq, 4))
        flags |= BIT(seq->alone ? 54 + draw(seq, 9) : 61 + draw(seq, 2));
    return flags;
}

/*
 * Sequences must not write or call code, their own or others'. And in QEMU an address at
 * which M-mode fetches or works without translation stays so for MPRV.
 */
static bool is_taken(const struct sequence *seq, uint64_t va)
{
    uint64_t reach = UINT64_C(4) << 20; /* two pages of 2 MiB */

    if (va - IMAGE_BASE + reach < IMAGE_SIZE + 2 * reach)
        return true;
    return seq->mode != MODE_M && va - seq->code_va + reach < 2 * reach;
}

/* A virtual address whose low bits are those of the page it leads to, as far as a page
 * of that level has them in common. */
static void add_mapping(struct tables *tables, unsigned number)
{
    struct sequence *seq = tables->seq;
    uint64_t pa = DATA + (uint64_t)RAM_PAGE * draw(seq, DATA_PAGES - 1);
    unsigned level = draw_level(tables);
    bool napot = level == 0 && chance(seq, 25);
    uint64_t within = napot ? 0xffff : (UINT64_C(4096) << 9 * level) - 1;
    uint64_t va = (draw_va(tables) & ~within) | (pa & within);

    va = canonical(tables, va);
    if (number > 0 && chance(seq, 30)) { /* next to another one */
        va = seq->x[FIRST_MAPPING + number - 1] + RAM_PAGE;
        level = 0;
        napot = false;
    }
    if (chance(seq, 4))
        va ^= BIT(63); /* not canonical */
    /* What is not mapped for this, must not be in another one's superpage. */
    if (is_taken(seq, va) ||
        !tables_add(tables, va, level,
                    draw_leaf(seq, level, napot, pa, draw_flags(seq)), false))
        va = UINT64_C(5) << (12 + 9 * (tables->levels - 1));
    seq->x[FIRST_MAPPING + number] = va;
}

/* --- accesses --- */

unsigned draw_mapping(struct sequence *seq)
{
    return FIRST_MAPPING + (unsigned)draw(seq, MAPPINGS);
}

/* At a page's beginning, or at its end, from where an access may reach the next page. */
void put_page_access(struct sequence *seq)
{
    static const enum op ops[] = {OP_LB,  OP_LH, OP_LW, OP_LD, OP_LBU, OP_LHU,
                                  OP_LWU, OP_SB, OP_SH, OP_SW, OP_SD,  OP_SD};
    enum op op = ops[draw(seq, COUNT(ops))];
    unsigned base = draw_mapping(seq), rd = draw_reg(seq),
             rs2 = (unsigned)draw(seq, 32);

    if (chance(seq, 30)) {
        unsigned end = draw_reg(seq);

        put(seq, OP_LUI, end, 0, 0, 4096);
        put(seq, OP_ADD, end, end, base, 0);
        put(seq, op, rd, end, rs2, -1 - (int64_t)draw(seq, 16));
    } else {
        put(seq, op, rd, base, rs2, (int64_t)draw(seq, 24));
    }
}

void put_page_amo(struct sequence *seq)
{
    static const enum op ops[] = {OP_AMOSWAP_W, OP_AMOADD_D, OP_AMOXOR_W, OP_AMOOR_D,
                                  OP_AMOMAXU_W, OP_AMOMIN_D, OP_LR_W,     OP_LR_D};
    enum op op = ops[draw(seq, COUNT(ops))];
    bool lr = op == OP_LR_W || op == OP_LR_D;

    put(seq, op, draw_reg(seq), draw_mapping(seq), lr ? 0 : (unsigned)draw(seq, 32),
        (int64_t)draw(seq, 4));
}

/* A return stands in the middle of each data page's first bytes. */
void put_page_call(struct sequence *seq)
{
    put(seq, OP_JALR, 1, draw_mapping(seq), 0, EDGE / 2);
}

/* Loads and stores of M-mode as those of S or U. */
static void put_mprv(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);
    uint64_t status = MSTATUS_MPRV | (draw_word(seq) & (MSTATUS_SUM | MSTATUS_MXR));

    if (chance(seq, 60))
        status = field_set(status, MSTATUS_MPP, MODE_S);
    put_li(seq, reg, status);
    put(seq, OP_CSRRW, 0, reg, 0, CSR_MSTATUS);
}

/* SUM or MXR, set or cleared. */
static void put_sstatus(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);
    bool sum = uses_sum(seq) && chance(seq, 50);

    put(seq, OP_LUI, reg, 0, 0, sum ? MSTATUS_SUM : MSTATUS_MXR);
    put(seq, chance(seq, 50) ? OP_CSRRS : OP_CSRRC, 0, reg, 0, CSR_SSTATUS);
}

/* Zicbom and Zicboz. */
void put_cache_operation(struct sequence *seq)
{
    static const enum op ops[] = {OP_CBO_INVAL, OP_CBO_CLEAN, OP_CBO_FLUSH,
                                  OP_CBO_ZERO};

    put(seq, ops[draw(seq, COUNT(ops))], 0, draw_mapping(seq), 0, 0);
}

static void put_fence(struct sequence *seq)
{
    put(seq, OP_SFENCE_VMA, 0, chance(seq, 50) ? 0 : draw_mapping(seq),
        chance(seq, 50) ? 0 : (unsigned)draw(seq, 32), 0);
}

static void put_page_unit(struct sequence *seq)
{
    bool machine = seq->mode == MODE_M;

    switch (draw(seq, 12)) {
    case 0:
        if (seq->alone)
            put_cache_operation(seq);
        else
            put_fence(seq);
        break;
    case 1:
    case 2:
    case 3:
        if (machine)
            put_mprv(seq);
        else if (chance(seq, 60))
            put_page_call(seq);
        else
            put_sstatus(seq);
        break;
    case 4:
    case 5:
        put_page_amo(seq);
        break;
    default:
        put_page_access(seq);
    }
}

/* --- a sequence --- */

/* Code at a virtual address of its own, and the trap handlers where they are. */
static void map_code(struct tables *tables)
{
    struct sequence *seq = tables->seq;
    uint64_t page = seq->code_pa & ~(uint64_t)(RAM_PAGE - 1);
    uint64_t flags = PTE_V | PTE_X | (seq->mode == MODE_U ? PTE_U : 0);
    uint64_t handlers = ESCAPES + (uint64_t)RAM_PAGE * seq->escape;
    uint64_t va = chance(seq, 30) ? page : draw_va(tables);

    if (chance(seq, 50))
        flags |= PTE_R | PTE_A;
    tables_add(tables, handlers, 0, entry_to(handlers, PTE_V | PTE_R | PTE_X | PTE_A),
               true);
    if (va != page && chance(seq, 30)) {
        va = canonical(tables, (va & ~(uint64_t)0x1fffff) | (page & 0x1fffff));
        tables_add(tables, va, 1, entry_to(page & ~(uint64_t)0x1fffff, flags), true);
    } else {
        tables_add(tables, va, 0, entry_to(page, flags), true);
    }
    seq->code_va = va + (seq->code_pa - page);
}

/* One table that PMP lets nobody read. */
static void hide_a_table(struct sequence *seq)
{
    seq->csr[START_PMPADDR0 + 1] = seq->csr[START_PMPADDR0];
    seq->csr[START_PMPADDR0] = (TABLES + RAM_PAGE * draw(seq, 8)) >> 2 | 0x1ff;
    seq->csr[START_PMPCFG0] = (field_set(0, PMP_A, PMP_NAPOT) | PMP_RWX) << 8 |
                              field_set(0, PMP_A, PMP_NAPOT);
}

void generate_page(struct sequence *seq)
{
    struct tables tables = {
        .seq = seq, .base = TABLES, .levels = chance(seq, 50) ? 3 : 4, .used = 1};
    unsigned units = 12 + (unsigned)draw(seq, 24);

    seq->csr[START_SATP] =
        field_set(field_set(TABLES >> 12, SATP_ASID, draw(seq, 65536)), SATP_MODE,
                  tables.levels == 3 ? SV39 : SV48);
    seq->csr[START_MENVCFG] = MENVCFG_ADUE;
    seq->csr[START_MEDELEG] = chance(seq, 60) ? draw_word(seq) : 0;
    seq->csr[START_MSTATUS] |= draw_word(seq) & (MSTATUS_SUM | MSTATUS_MXR);
    seq->keep |= (uint32_t)BIT(1);
    for (unsigned i = 0; i < MAPPINGS; i++)
        seq->keep |= (uint32_t)BIT(FIRST_MAPPING + i);
    if (seq->mode == MODE_M)
        put_mprv(seq);
    else
        map_code(&tables);
    for (unsigned i = 0; i < MAPPINGS; i++)
        add_mapping(&tables, i);
    if (chance(seq, 10))
        hide_a_table(seq);
    while (units-- && has_room(seq))
        put_page_unit(seq);
}

/* By the two loops of this machine only. */
void generate_alone(struct sequence *seq)
{
    seq->csr[START_SENVCFG] =
        draw_word(seq) & (MENVCFG_CBCFE | MENVCFG_CBZE | field_set(0, MENVCFG_CBIE, 1));
    generate_page(seq);
    seq->csr[START_MENVCFG] =
        draw_word(seq) & (MENVCFG_ADUE | MENVCFG_CBCFE | MENVCFG_CBZE | MENVCFG_CBIE);
    if (field_get(seq->csr[START_MENVCFG], MENVCFG_CBIE) == 2)
        seq->csr[START_MENVCFG] &= ~MENVCFG_CBIE;
}
