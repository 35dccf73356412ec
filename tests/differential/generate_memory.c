/*
 * Loads, stores and atomics around page boundaries of the data pages, at any alignment.
 * Three registers hold boundaries: sp and two that compressed instructions can name.
 */
#include "tests/differential/generate.h"

enum { WINDOW = EDGE }; /* bytes at each side of a boundary that count */

static const unsigned bases[] = {2, 8, 9};

static unsigned draw_base(struct sequence *seq)
{
    return bases[draw(seq, COUNT(bases))];
}

static int64_t draw_offset(struct sequence *seq, unsigned size)
{
    int64_t offset = (int64_t)draw(seq, 2 * WINDOW - 8) - WINDOW;

    return chance(seq, 60) ? offset & -(int64_t)size : offset;
}

static void put_access(struct sequence *seq)
{
    static const struct {
        enum op op;
        unsigned size;
        bool store;
    } rows[] = {{OP_LB, 1, false},  {OP_LH, 2, false},  {OP_LW, 4, false},
                {OP_LD, 8, false},  {OP_LBU, 1, false}, {OP_LHU, 2, false},
                {OP_LWU, 4, false}, {OP_SB, 1, true},   {OP_SH, 2, true},
                {OP_SW, 4, true},   {OP_SD, 8, true}};
    unsigned row = (unsigned)draw(seq, COUNT(rows));
    int64_t offset = draw_offset(seq, rows[row].size);

    if (rows[row].store)
        put(seq, rows[row].op, 0, draw_base(seq), (unsigned)draw(seq, 32), offset);
    else
        put(seq, rows[row].op, chance(seq, 5) ? 0 : draw_reg(seq), draw_base(seq), 0,
            offset);
}

static void put_compressed_access(struct sequence *seq)
{
    static const enum op ops[] = {OP_C_LW,   OP_C_LD,   OP_C_SW,   OP_C_SD,
                                  OP_C_LWSP, OP_C_LDSP, OP_C_SWSP, OP_C_SDSP};
    enum op op = ops[draw(seq, COUNT(ops))];
    bool by_sp =
        op == OP_C_LWSP || op == OP_C_LDSP || op == OP_C_SWSP || op == OP_C_SDSP;
    unsigned base = by_sp ? 2 : 8 + (unsigned)draw(seq, 2);
    unsigned reg = 10 + (unsigned)draw(seq, 6);

    put(seq, op, reg, base, reg, (int64_t)draw(seq, 7) * 8);
}

/* Atomics take no offset, so the address goes to a register first; misaligned ones trap. */
static unsigned put_address(struct sequence *seq, unsigned size)
{
    unsigned reg = draw_reg(seq);
    int64_t offset = draw_offset(seq, 8) & -(int64_t)size;

    if (chance(seq, 15))
        offset += 1 + (int64_t)draw(seq, size - 1);
    put(seq, OP_ADDI, reg, draw_base(seq), 0, offset);
    return reg;
}

static void put_amo(struct sequence *seq)
{
    static const enum op ops[] = {OP_AMOSWAP_W, OP_AMOADD_W,  OP_AMOXOR_W, OP_AMOAND_W,
                                  OP_AMOOR_W,   OP_AMOMIN_W,  OP_AMOMAX_W, OP_AMOMINU_W,
                                  OP_AMOMAXU_W, OP_AMOSWAP_D, OP_AMOADD_D, OP_AMOXOR_D,
                                  OP_AMOAND_D,  OP_AMOOR_D,   OP_AMOMIN_D, OP_AMOMAX_D,
                                  OP_AMOMINU_D, OP_AMOMAXU_D};
    unsigned row = (unsigned)draw(seq, COUNT(ops));
    unsigned address = put_address(seq, row < COUNT(ops) / 2 ? 4 : 8);

    put(seq, ops[row], chance(seq, 10) ? 0 : draw_reg(seq), address,
        (unsigned)draw(seq, 32), (int64_t)draw(seq, 4));
}

/* lr, some computation, sc to the same address and size; then often a second sc, which
 * has no reservation. Other combinations may succeed or fail as the hart likes. */
static void put_reservation(struct sequence *seq)
{
    bool word = chance(seq, 50);
    unsigned size = word ? 4 : 8, address = draw_reg(seq);
    enum op lr = word ? OP_LR_W : OP_LR_D, sc = word ? OP_SC_W : OP_SC_D;
    uint32_t keep = seq->keep;

    put(seq, OP_ADDI, address, draw_base(seq), 0, draw_offset(seq, 8) & -(int64_t)size);
    seq->keep |= (uint32_t)BIT(address);
    put(seq, lr, draw_reg(seq), address, 0, (int64_t)draw(seq, 4));
    for (unsigned i = (unsigned)draw(seq, 3); i; i--)
        put_computation(seq);
    put(seq, sc, draw_reg(seq), address, (unsigned)draw(seq, 32),
        (int64_t)draw(seq, 4));
    if (chance(seq, 40))
        put(seq, sc, draw_reg(seq), address, (unsigned)draw(seq, 32), 0);
    seq->keep = keep;
}

/* An lr whose address is misaligned. */
static void put_bad_reservation(struct sequence *seq)
{
    unsigned address = draw_reg(seq);
    bool word = chance(seq, 50);

    put(seq, OP_ADDI, address, draw_base(seq), 0,
        (draw_offset(seq, 8) & -8) + 1 + (int64_t)draw(seq, word ? 3 : 7));
    put(seq, word ? OP_LR_W : OP_LR_D, draw_reg(seq), address, 0, 0);
}

static void put_memory_unit(struct sequence *seq)
{
    switch (draw(seq, 20)) {
    case 0:
    case 1:
    case 2:
        put_compressed_access(seq);
        break;
    case 3:
    case 4:
    case 5:
        put_amo(seq);
        break;
    case 6:
    case 7:
        put_reservation(seq);
        break;
    case 8:
        put_bad_reservation(seq);
        break;
    case 9:
        put(seq, chance(seq, 50) ? OP_FENCE : OP_FENCE_I, 0, 0, 0, 0x33);
        break;
    case 10:
    case 11:
        put_computation(seq);
        break;
    default:
        put_access(seq);
    }
}

void generate_memory(struct sequence *seq)
{
    unsigned units = 16 + (unsigned)draw(seq, 32);

    for (unsigned i = 0; i < COUNT(bases); i++) {
        seq->keep |= (uint32_t)BIT(bases[i]);
        seq->x[bases[i]] = DATA + RAM_PAGE * (1 + draw(seq, DATA_PAGES - 1));
    }
    seq->csr[START_MEDELEG] = draw_word(seq);
    while (units-- && has_room(seq))
        put_memory_unit(seq);
}
