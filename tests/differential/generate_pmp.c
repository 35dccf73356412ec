/*
 * Physical memory protection: random entries over the data pages, by which S- and U-mode
 * (or M-mode in their name) may read, write and execute some bytes of them.
 */
#include "tests/differential/generate.h"

enum {
    BASES = 6,
    FIRST_REG = 18, /* x18 on: boundaries of data pages */
};

static uint64_t draw_address(struct sequence *seq)
{
    uint64_t page = DATA + RAM_PAGE * draw(seq, DATA_PAGES / 4);

    return chance(seq, 50) ? page : page + 4 * draw(seq, 2 * EDGE / 4) - EDGE;
}

static uint8_t draw_config(struct sequence *seq, enum pmp_matching matching)
{
    uint8_t rights = (uint8_t)draw(seq, 8);

    if (!(rights & PMP_R))
        rights &= (uint8_t)~PMP_W;
    return (uint8_t)(field_set(0, PMP_A, matching) | rights);
}

static void set_entry(struct sequence *seq, unsigned entry, uint64_t address,
                      uint8_t config)
{
    seq->csr[START_PMPADDR0 + entry] = address;
    seq->csr[START_PMPCFG0 + entry / 8] &= ~(UINT64_C(0xff) << entry % 8 * 8);
    seq->csr[START_PMPCFG0 + entry / 8] |= (uint64_t)config << entry % 8 * 8;
}

static void draw_entry(struct sequence *seq, unsigned entry)
{
    enum pmp_matching matching = (enum pmp_matching)draw(seq, 4);
    uint64_t address = draw_address(seq) >> 2;

    /* Of TOR the first one would begin at 0, where the handlers are. */
    if (entry == 0 && matching == PMP_TOR)
        matching = PMP_OFF;
    if (matching == PMP_NAPOT) {
        uint64_t ones = BIT(draw(seq, 12)) - 1;

        address = (address & ~(ones << 1 | 1)) | ones;
    }
    set_entry(seq, entry, address, draw_config(seq, matching));
}

/* Aligned, unless S- and U-mode may do the same with all the bytes around. */
static void put_access(struct sequence *seq)
{
    static const struct {
        enum op op;
        unsigned size;
    } rows[] = {{OP_LB, 1},  {OP_LH, 2},  {OP_LW, 4},  {OP_LD, 8},
                {OP_LBU, 1}, {OP_LHU, 2}, {OP_LWU, 4}, {OP_SB, 1},
                {OP_SH, 2},  {OP_SW, 4},  {OP_SD, 8}};
    unsigned row = (unsigned)draw(seq, COUNT(rows));
    int64_t offset = (int64_t)draw(seq, 2 * EDGE - 8) - EDGE;

    if (offset >= EDGE / 2 - 8 && offset < EDGE / 2 + 8)
        offset = 0; /* a return stands there */
    put(seq, rows[row].op, draw_reg(seq), FIRST_REG + (unsigned)draw(seq, BASES),
        (unsigned)draw(seq, 32), offset & -(int64_t)rows[row].size);
}

static void put_amo(struct sequence *seq)
{
    static const enum op ops[] = {OP_AMOSWAP_W, OP_AMOADD_D, OP_LR_W, OP_LR_D};
    enum op op = ops[draw(seq, COUNT(ops))];
    bool lr = op == OP_LR_W || op == OP_LR_D;

    put(seq, op, draw_reg(seq), FIRST_REG + (unsigned)draw(seq, BASES),
        lr ? 0 : (unsigned)draw(seq, 32), 0);
}

static void put_pmp_unit(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);

    switch (draw(seq, 10)) {
    case 0:
        if (seq->mode == MODE_M) {
            put_li(seq, reg, MSTATUS_MPRV | field_set(0, MSTATUS_MPP, draw(seq, 2)));
            put(seq, OP_CSRRW, 0, reg, 0, CSR_MSTATUS);
        }
        break;
    case 1:
        if (seq->mode != MODE_M)
            put(seq, OP_JALR, 1, FIRST_REG + (unsigned)draw(seq, BASES), 0, EDGE / 2);
        break;
    case 2:
    case 3:
        put_amo(seq);
        break;
    default:
        put_access(seq);
    }
}

void generate_pmp(struct sequence *seq)
{
    unsigned units = 12 + (unsigned)draw(seq, 24);
    unsigned entries = 2 + (unsigned)draw(seq, 12);

    seq->csr[START_PMPCFG0] = 0;
    for (unsigned entry = 0; entry < entries; entry++)
        draw_entry(seq, entry);
    set_entry(seq, PMP_ENTRIES - 1, (IMAGE_BASE >> 2) | ((IMAGE_SIZE >> 3) - 1),
              (uint8_t)(field_set(0, PMP_A, PMP_NAPOT) | PMP_RWX));
    seq->csr[START_MEDELEG] = chance(seq, 60) ? draw_word(seq) : 0;
    seq->keep |= (uint32_t)BIT(1);
    for (unsigned i = 0; i < BASES; i++) {
        seq->keep |= (uint32_t)BIT(FIRST_REG + i);
        seq->x[FIRST_REG + i] = DATA + RAM_PAGE * (1 + draw(seq, DATA_PAGES / 4));
    }
    if (seq->mode == MODE_M) {
        put_li(seq, 5, MSTATUS_MPRV | field_set(0, MSTATUS_MPP, draw(seq, 2)));
        put(seq, OP_CSRRW, 0, 5, 0, CSR_MSTATUS);
    }
    while (units-- && has_room(seq))
        put_pmp_unit(seq);
}
