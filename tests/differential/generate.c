#include "tests/differential/generate.h"

#include "machine/isa/formats.h"
#include "tests/differential/differences.h"

#include <assert.h>
#include <string.h>

const char *const kind_names[KINDS] = {
    [KIND_COMPUTE] = "computation",
    [KIND_MEMORY] = "memory",
    [KIND_TRAP] = "traps",
    [KIND_CSR] = "CSRs",
    [KIND_INTERRUPT] = "interrupts",
    [KIND_PAGE] = "page tables",
    [KIND_PMP] = "protection",
    [KIND_ALONE] = "what QEMU lacks",
    [KIND_GUEST_TRAP] = "guests' traps",
    [KIND_GUEST_CSR] = "guests' CSRs",
    [KIND_GUEST_INTERRUPT] = "guests' interrupts",
    [KIND_GUEST_PAGE] = "two stages of page tables",
    [KIND_GUEST_ALONE] = "what QEMU lacks for guests",
};

/* --- chance --- */

/* SplitMix64: every seed gives a good start. */
static uint64_t next_random(struct sequence *seq)
{
    uint64_t z = seq->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t draw(struct sequence *seq, uint64_t below)
{
    return (next_random(seq) >> 16) % below;
}

bool chance(struct sequence *seq, unsigned percent)
{
    return draw(seq, 100) < percent;
}

uint64_t draw_word(struct sequence *seq)
{
    uint64_t word = next_random(seq);

    switch (draw(seq, 8)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return BIT(draw(seq, 64)) - draw(seq, 2);
    case 3:
        return (uint64_t)(int64_t)(int32_t)word;
    case 4:
        return draw(seq, 32) - 16;
    case 5:
        return UINT64_C(0x80000000) - draw(seq, 2);
    default:
        return word;
    }
}

unsigned draw_reg(struct sequence *seq)
{
    unsigned reg;

    do
        reg = 1 + (unsigned)draw(seq, 31);
    while (seq->keep & BIT(reg));
    return reg;
}

/* --- code --- */

/* Room for a few more units, and the end. */
bool has_room(const struct sequence *seq)
{
    return seq->length + 256 < CODE_SLOT;
}

void put_bits(struct sequence *seq, uint32_t bits)
{
    unsigned length = insn_length(bits);

    assert(seq->length + length <= CODE_SLOT);
    memcpy(seq->code + seq->length, &bits, length);
    seq->length += length;
}

void put(struct sequence *seq, enum op op, unsigned rd, unsigned rs1, unsigned rs2,
         int64_t imm)
{
    struct insn insn = {.form = (uint16_t)op,
                        .rd = (uint8_t)rd,
                        .rs1 = (uint8_t)rs1,
                        .rs2 = (uint8_t)rs2,
                        .imm = (int32_t)imm};

    put_bits(seq, insn_encode(&insn));
}

void put_li(struct sequence *seq, unsigned rd, uint64_t value)
{
    int64_t low = sign_extend(value, 12);
    uint64_t high = value - (uint64_t)low;

    if ((uint64_t)low == value) {
        put(seq, OP_ADDI, rd, 0, 0, low);
    } else if ((uint64_t)sign_extend(value, 32) == value) {
        put(seq, OP_LUI, rd, 0, 0, sign_extend(high, 32));
        put(seq, OP_ADDIW, rd, rd, 0, low);
    } else {
        put_li(seq, rd, (uint64_t)((int64_t)high >> 12));
        put(seq, OP_SLLI, rd, rd, 0, 12);
        put(seq, OP_ADDI, rd, rd, 0, low);
    }
}

/* --- computation --- */

static bool computes(enum op op)
{
    uint8_t class = insn_infos[insn_infos[op].stands_for].class;

    return class == CLASS_ALU || class == CLASS_MULTIPLY || class == CLASS_DIVIDE;
}

/* Any row with those properties, with random operands that keep the kept registers. */
static struct insn draw_insn(struct sequence *seq, bool (*wanted)(enum op))
{
    struct insn insn;
    enum op op;

    do {
        const struct insn_layout *layout;
        struct insn drawn = {0};

        do
            op = (enum op)draw(seq, OPS);
        while (op == OP_ILLEGAL || !wanted(op));
        layout = &insn_layouts[insn_infos[op].format];
        drawn.form = (uint16_t)op;
        drawn.rd = (uint8_t)(layout->rd.base + draw(seq, 1U << layout->rd.width));
        drawn.rs1 = (uint8_t)(layout->rs1.base + draw(seq, 1U << layout->rs1.width));
        drawn.rs2 = (uint8_t)(layout->rs2.base + draw(seq, 1U << layout->rs2.width));
        drawn.imm = (int32_t)draw(seq, UINT64_C(1) << 32);
        insn = insn_decode(insn_encode(&drawn));
    } while (insn.form != op || (seq->keep & BIT(insn.rd)));
    return insn;
}

void put_computation(struct sequence *seq)
{
    put_bits(seq, draw_insn(seq, computes).bits);
}

static void put_computations(struct sequence *seq, unsigned count)
{
    while (count--)
        put_computation(seq);
}

/* A branch over some instructions; the condition decides whether they count. */
static void put_branch(struct sequence *seq)
{
    static const enum op ops[] = {OP_BEQ,  OP_BNE,  OP_BLT,    OP_BGE,
                                  OP_BLTU, OP_BGEU, OP_C_BEQZ, OP_C_BNEZ};
    enum op op = ops[draw(seq, COUNT(ops))];
    bool small = insn_infos[op].class == CLASS_COMPRESSED;
    unsigned rs1 = small ? 8 + (unsigned)draw(seq, 8) : (unsigned)draw(seq, 32);
    unsigned rs2 = chance(seq, 20) ? rs1 : (unsigned)draw(seq, 32);
    unsigned from = seq->length, to;

    put(seq, op, 0, rs1, rs2, 0);
    put_computations(seq, 1 + (unsigned)draw(seq, 4));
    to = seq->length;
    seq->length = from;
    put(seq, op, 0, rs1, rs2, to - from);
    seq->length = to;
}

/* jal, c.j, or auipc and jalr, over some instructions. */
static void put_jump(struct sequence *seq)
{
    unsigned rd = chance(seq, 50) ? 0 : draw_reg(seq), target = draw_reg(seq);
    unsigned from = seq->length, to;
    unsigned how = (unsigned)draw(seq, 3), skip = 1 + (unsigned)draw(seq, 3);

    for (unsigned pass = 0; pass < 2; pass++) {
        to = pass ? seq->length : from;
        seq->length = from;
        if (how == 0)
            put(seq, OP_JAL, rd, 0, 0, to - from);
        else if (how == 1)
            put(seq, OP_C_J, 0, 0, 0, to - from);
        else {
            put(seq, OP_AUIPC, target, 0, 0, 0);
            put(seq, OP_JALR, rd, target, 0, (int64_t)(to - from));
        }
        if (pass == 0)
            put_computations(seq, skip);
    }
    seq->length = to;
}

static void put_loop(struct sequence *seq)
{
    unsigned counter = draw_reg(seq), from;
    uint32_t keep = seq->keep;

    put(seq, OP_ADDI, counter, 0, 0, 1 + (int64_t)draw(seq, 20));
    seq->keep |= (uint32_t)BIT(counter);
    from = seq->length;
    put_computations(seq, 1 + (unsigned)draw(seq, 5));
    put(seq, OP_ADDI, counter, counter, 0, -1);
    put(seq, OP_BNE, 0, counter, 0, (int64_t)from - (int64_t)seq->length);
    seq->keep = keep;
}

void generate_compute(struct sequence *seq)
{
    unsigned units = 12 + (unsigned)draw(seq, 24);

    while (units-- && has_room(seq)) {
        switch (draw(seq, 8)) {
        case 0:
            put_branch(seq);
            break;
        case 1:
            put_jump(seq);
            break;
        case 2:
            put_loop(seq);
            break;
        default:
            put_computations(seq, 1 + (unsigned)draw(seq, 3));
        }
    }
}

/* --- a sequence --- */

void add_poke(struct sequence *seq, uint64_t pa, uint64_t value)
{
    assert(seq->pokes < POKES);
    for (unsigned i = 0; i < seq->pokes; i++)
        if (seq->poke[i].pa == pa) {
            seq->poke[i].value = value;
            return;
        }
    seq->poke[seq->pokes++] = (struct poke){pa, value};
}

void open_ram(struct sequence *seq)
{
    seq->csr[START_PMPADDR0] = (IMAGE_BASE >> 2) | ((IMAGE_SIZE >> 3) - 1);
    seq->csr[START_PMPCFG0] = field_set(0, PMP_A, PMP_NAPOT) | PMP_RWX;
}

void start_in(struct sequence *seq, enum privilege mode)
{
    seq->mode = (uint8_t)mode;
    seq->csr[START_MSTATUS] = field_set(seq->csr[START_MSTATUS], MSTATUS_MPP, mode);
}

static void draw_registers(struct sequence *seq)
{
    for (unsigned i = 1; i < 32; i++)
        seq->x[i] = draw_word(seq);
}

/* The handlers' instruction must not be delegated to themselves, nor may failing fetches
 * be: that would never end. */
static void limit_delegation(struct sequence *seq)
{
    uint64_t never = BIT(CAUSE_INSTRUCTION_ACCESS) | BIT(CAUSE_INSTRUCTION_PAGE);

    never |= seq->escape == ESCAPE_ECALL ? BIT(CAUSE_ECALL_U) | BIT(CAUSE_ECALL_S)
                                         : BIT(CAUSE_BREAKPOINT);
    if (seq->guests) {
        never |= BIT(CAUSE_INSTRUCTION_GUEST_PAGE);
        if (seq->escape == ESCAPE_ECALL)
            never |= BIT(CAUSE_ECALL_VS);
        seq->csr[START_HEDELEG] &= csr_limit(CSR_HEDELEG, true)->written & ~never;
    }
    seq->csr[START_MEDELEG] &= csr_limit(CSR_MEDELEG, seq->guests)->written & ~never;
}

void generate(struct sequence *seq, enum kind kind, uint64_t seed, uint64_t code_pa)
{
    static const enum privilege modes[] = {MODE_M, MODE_S, MODE_U};
    static void (*const generators[KINDS])(struct sequence *) = {
        generate_compute,     generate_memory,          generate_trap,
        generate_csr,         generate_interrupt,       generate_page,
        generate_pmp,         generate_alone,           generate_guest_trap,
        generate_guest_csr,   generate_guest_interrupt, generate_guest_page,
        generate_guest_alone,
    };

    memset(seq, 0, sizeof(*seq));
    seq->seed = seed;
    seq->kind = kind;
    seq->random = seed * KIND_FIRST_OF_GUESTS + kind;
    seq->guests = kind >= KIND_FIRST_OF_GUESTS;
    seq->alone = kind == KIND_ALONE || kind == KIND_GUEST_ALONE;
    seq->code_pa = seq->code_va = code_pa;
    seq->escape = chance(seq, 50) ? ESCAPE_ECALL : ESCAPE_EBREAK;
    seq->csr[START_STVEC] = ESCAPES + RAM_PAGE * seq->escape + draw(seq, 2);
    seq->csr[START_VSTVEC] = seq->csr[START_STVEC];
    draw_registers(seq);
    open_ram(seq);
    start_in(seq, modes[draw(seq, 3)]);
    generators[kind](seq);
    limit_delegation(seq);
    seq->end = seq->length;
    put(seq, seq->escape == ESCAPE_ECALL ? OP_ECALL : OP_EBREAK, 0, 0, 0, 0);
}
