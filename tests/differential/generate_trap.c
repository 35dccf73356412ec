/*
 * Exceptions, returns, CSRs and interrupts.
 */
#include "tests/differential/generate.h"

#include "machine/isa/formats.h"
#include "tests/differential/differences.h"

#define INTERRUPTS                                                                     \
    (BIT(IRQ_SSI) | BIT(IRQ_MSI) | BIT(IRQ_STI) | BIT(IRQ_MTI) | BIT(IRQ_SEI) |        \
     BIT(IRQ_MEI))
#define S_INTERRUPTS (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))
#define MSTATUS_RW                                                                     \
    (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP |           \
     MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM |            \
     MSTATUS_TW | MSTATUS_TSR)

/* --- exceptions --- */

/* No instruction, of 32 or 16 bits. Its own encoding is what tval must be. */
void put_illegal(struct sequence *seq)
{
    struct insn insn;

    do {
        uint32_t bits = (uint32_t)draw(seq, UINT64_C(1) << 32);

        if (chance(seq, 50)) /* near an instruction that exists */
            bits = insn_infos[1 + draw(seq, OPS - 1)].match ^
                   (uint32_t)BIT(draw(seq, 32)) ^ (bits & 0xf80);
        insn = insn_decode(bits);
    } while (insn.op != OP_ILLEGAL);
    put_bits(seq, insn.bits);
}

/* An address where nothing is, on either board. */
static uint64_t draw_nowhere(struct sequence *seq)
{
    static const uint64_t places[] = {
        0x0,
        0x100,
        0x06000000,
        0x0b000000,
        0x11000000,
        0x82000000,
        0x8fff0000,
        UINT64_C(1) << 44,
        UINT64_C(1) << 55,
        0x00fffffffffff000,
    };

    return places[draw(seq, COUNT(places))] + draw(seq, 256) * 8;
}

/* A load, store, lr or jump to where nothing is. Not an AMO: QEMU calls its fault a
 * load's. */
void put_access_fault(struct sequence *seq)
{
    static const enum op ops[] = {OP_LB,  OP_LH, OP_LW, OP_LD, OP_LBU, OP_LHU,
                                  OP_LWU, OP_SB, OP_SH, OP_SW, OP_SD};
    unsigned address = draw_reg(seq);

    put_li(seq, address, draw_nowhere(seq));
    switch (draw(seq, 4)) {
    case 0:
    case 1:
        put(seq, chance(seq, 50) ? OP_LR_W : OP_LR_D, draw_reg(seq), address, 0, 0);
        break;
    case 2:
        put(seq, OP_JALR, 1, address, 0, 0);
        break;
    default:
        put(seq, ops[draw(seq, COUNT(ops))], draw_reg(seq), address,
            (unsigned)draw(seq, 32), 0);
    }
}

void put_misaligned_atomic(struct sequence *seq)
{
    static const enum op ops[] = {OP_AMOADD_W, OP_AMOMAX_W,  OP_AMOSWAP_W, OP_LR_W,
                                  OP_AMOADD_D, OP_AMOMINU_D, OP_AMOXOR_D,  OP_LR_D};
    unsigned address = draw_reg(seq), row = (unsigned)draw(seq, COUNT(ops));

    put_li(seq, address, DATA + 8 + 1 + draw(seq, row < 4 ? 3 : 7));
    put(seq, ops[row], draw_reg(seq), address,
        ops[row] == OP_LR_W || ops[row] == OP_LR_D ? 0 : draw_reg(seq), 0);
}

/* --- CSRs --- */

const enum op csr_ops[6] = {OP_CSRRW,  OP_CSRRS,  OP_CSRRC,
                            OP_CSRRWI, OP_CSRRSI, OP_CSRRCI};

/* Writes `value` by one of the six, as far as it can; `blind`: reads nothing. */
void put_csr_write(struct sequence *seq, unsigned number, uint64_t value, bool blind)
{
    enum op op = csr_ops[draw(seq, COUNT(csr_ops))];
    bool immediate = op == OP_CSRRWI || op == OP_CSRRSI || op == OP_CSRRCI;
    unsigned source = immediate ? (unsigned)(value & 31) : draw_reg(seq);

    /* QEMU does not count setting or clearing by a register that holds 0 as a write. */
    if (value == 0 && !immediate && number >> 10 == 3)
        op = OP_CSRRW;
    if (!immediate)
        put_li(seq, source, value);
    put(seq, op, blind || chance(seq, 20) ? 0 : draw_reg(seq), source, 0,
        (int64_t)number);
}

void put_csr_access(struct sequence *seq, unsigned number)
{
    const struct csr_limit *limit = csr_limit(number, seq->guests);
    uint64_t value = draw_word(seq);
    unsigned reg = draw_reg(seq), restore = draw_reg(seq);

    if (limit && limit->access == CSR_NOT_COMPARED)
        return;
    if (limit && limit->access == CSR_NO_VALUE) {
        put(seq, csr_ops[draw(seq, COUNT(csr_ops))], 0, 0, 0, (int64_t)number);
        return;
    }
    if (limit)
        value = csr_limit_value(limit, value);
    if (!limit || limit->access == CSR_FREE || limit->access == CSR_WRITTEN) {
        put_csr_write(seq, number, value, limit && limit->access == CSR_WRITTEN);
        return;
    }
    /* One that the runtime needs: it is put back at once. */
    while (restore == reg)
        restore = draw_reg(seq);
    put_li(seq, reg, value);
    put(seq, OP_CSRRW, restore, reg, 0, (int64_t)number);
    put(seq, OP_CSRRW, reg, restore, 0, (int64_t)number);
}

unsigned draw_csr(struct sequence *seq)
{
    if (chance(seq, 40))
        return (unsigned)draw(seq, 4096);
    return csr_infos[draw(seq, csr_infos_count)].number;
}

void generate_csr(struct sequence *seq)
{
    unsigned units = 8 + (unsigned)draw(seq, 20);

    seq->csr[START_MCOUNTEREN] = draw(seq, 8);
    seq->csr[START_SCOUNTEREN] = draw(seq, 8);
    seq->csr[START_MIDELEG] = draw(seq, 4) ? S_INTERRUPTS : 0;
    seq->csr[START_MEDELEG] = chance(seq, 30) ? draw_word(seq) : 0;
    if (chance(seq, 30))
        seq->csr[START_MSTATUS] |= MSTATUS_TVM;
    if (chance(seq, 50))
        seq->csr[START_MENVCFG] |= MENVCFG_STCE;
    while (units-- && has_room(seq))
        put_csr_access(seq, draw_csr(seq));
}

/* --- returns --- */

/* Sets xepc to the instruction after the return, and xPP and others at random. */
static void put_return(struct sequence *seq, bool machine)
{
    static const enum privilege modes[] = {MODE_U, MODE_S, MODE_M};
    unsigned reg = draw_reg(seq), from, to;
    uint64_t status = draw_word(seq) & MSTATUS_RW & ~MSTATUS_MPP & ~MSTATUS_MPRV;
    enum privilege next = modes[draw(seq, machine ? 3 : 2)];
    bool works =
        machine ? seq->mode == MODE_M : seq->mode == MODE_M || (seq->mode == MODE_S);

    if (!machine && seq->mode == MODE_M) { /* QEMU's sret does not clear MPRV */
        put_li(seq, reg, MSTATUS_MPRV);
        put(seq, OP_CSRRC, 0, reg, 0, CSR_MSTATUS);
    }
    status &= ~(MSTATUS_TSR | MSTATUS_SIE | MSTATUS_MIE);
    if (machine)
        status = field_set(status, MSTATUS_MPP, next);
    else
        status = field_set(status, MSTATUS_SPP, next);
    from = seq->length;
    put(seq, OP_AUIPC, reg, 0, 0, 0);
    put(seq, OP_ADDI, reg, reg, 0, 2040);
    put(seq, OP_CSRRW, 0, reg, 0, machine ? CSR_MEPC : CSR_SEPC);
    put_li(seq, reg, status);
    put(seq, OP_CSRRW, 0, reg, 0, machine ? CSR_MSTATUS : CSR_SSTATUS);
    put(seq, machine ? OP_MRET : OP_SRET, 0, 0, 0, 0);
    if (chance(seq, 50))
        put_computation(seq); /* skipped, if the return works */
    to = seq->length;
    seq->length = from + 4;
    put(seq, OP_ADDI, reg, reg, 0, to - from);
    seq->length = to;
    if (works)
        seq->mode = (uint8_t)next;
}

/* --- all together --- */

/* What starts in U-mode stays there. */
static bool starts_in_user_mode(const struct sequence *seq)
{
    return field_get(seq->csr[START_MSTATUS], MSTATUS_MPP) == MODE_U;
}

static void put_trap_unit(struct sequence *seq)
{
    switch (draw(seq, 16)) {
    case 0:
    case 1:
        put_illegal(seq);
        break;
    case 2:
        put(seq, OP_ECALL, 0, 0, 0, 0);
        break;
    case 3:
        put(seq, chance(seq, 50) ? OP_EBREAK : OP_C_EBREAK, 0, 0, 0, 0);
        break;
    case 4:
        put_misaligned_atomic(seq);
        break;
    case 5:
    case 6:
        put_access_fault(seq);
        break;
    case 7:
        put_csr_access(seq, draw_csr(seq));
        break;
    case 8:
        put_return(seq, true);
        break;
    case 9:
        put_return(seq, false);
        break;
    case 10:
        put(seq, OP_SFENCE_VMA, 0, (unsigned)draw(seq, 32), (unsigned)draw(seq, 32), 0);
        break;
    case 11:
        if (starts_in_user_mode(seq)) /* where it never waits */
            put(seq, OP_WFI, 0, 0, 0, 0);
        break;
    default:
        put_computation(seq);
    }
}

void generate_trap(struct sequence *seq)
{
    unsigned units = 10 + (unsigned)draw(seq, 24);

    seq->csr[START_MEDELEG] = chance(seq, 70) ? draw_word(seq) : 0;
    seq->csr[START_MSTATUS] |= draw_word(seq) & (MSTATUS_TVM | MSTATUS_TSR);
    while (units-- && has_room(seq))
        put_trap_unit(seq);
}

/*
 * Pending and enable bits in any order, in any mode, delegated or not. Of those that go
 * to one mode there is only one, since QEMU does not keep to their priority: either one
 * interrupt, whose delegation changes, or two, of which one is delegated.
 */
struct interrupts {
    uint64_t used;
    bool delegation_changes;
};

static struct interrupts draw_interrupts(struct sequence *seq)
{
    static const uint64_t bits[] = {BIT(IRQ_SSI), BIT(IRQ_STI), BIT(IRQ_SEI)};
    unsigned one = (unsigned)draw(seq, 3),
             other = (one + 1 + (unsigned)draw(seq, 2)) % 3;

    seq->csr[START_MIDELEG] = bits[one];
    if (chance(seq, 50))
        return (struct interrupts){bits[one] | bits[other], false};
    return (struct interrupts){bits[one], true};
}

/* With Sstc STIP is the comparator's alone: its time has always come, or never comes. */
static void put_comparison(struct sequence *seq)
{
    unsigned reg = draw_reg(seq);

    put(seq, OP_ADDI, reg, 0, 0, chance(seq, 50) ? 0 : -1);
    put(seq, OP_CSRRW, 0, reg, 0, CSR_STIMECMP);
}

/* Those that the mode may access, mostly. */
static unsigned draw_interrupt_csr(struct sequence *seq)
{
    static const unsigned machine[] = {CSR_MIP, CSR_MIE,     CSR_MIP,    CSR_MIE,
                                       CSR_SIE, CSR_MSTATUS, CSR_MIDELEG};
    static const unsigned supervisor[] = {CSR_SIP, CSR_SIE, CSR_SSTATUS};

    if (seq->mode == MODE_M || chance(seq, 5))
        return machine[draw(seq, COUNT(machine))];
    return supervisor[draw(seq, COUNT(supervisor))];
}

static void put_interrupt_csr(struct sequence *seq, const struct interrupts *interrupts)
{
    unsigned number = draw_interrupt_csr(seq);

    if (seq->mode == MODE_U)
        put_computation(seq);
    else if (number == CSR_MSTATUS || number == CSR_SSTATUS)
        put_csr_access(seq, number);
    else if (number != CSR_MIDELEG || interrupts->delegation_changes)
        put_csr_write(
            seq, number,
            (chance(seq, 50) ? UINT64_MAX : draw_word(seq)) & interrupts->used, false);
}

void generate_interrupt(struct sequence *seq)
{
    unsigned units = 16 + (unsigned)draw(seq, 24);
    struct interrupts interrupts = draw_interrupts(seq);
    bool sstc = chance(seq, 40), enabled = chance(seq, 70);

    if (seq->mode == MODE_U)
        start_in(seq, MODE_M);
    if (sstc)
        seq->csr[START_MENVCFG] = MENVCFG_STCE;
    seq->csr[START_MCOUNTEREN] = draw(seq, 8);
    seq->csr[START_MIE] = (enabled ? UINT64_MAX : draw_word(seq)) & interrupts.used;
    seq->csr[START_MSTATUS] |= (enabled ? UINT64_MAX : draw_word(seq)) &
                               (MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SIE);
    while (units-- && has_room(seq)) {
        switch (draw(seq, 6)) {
        case 0:
            if (seq->mode != MODE_U)
                put_return(seq, seq->mode == MODE_M && chance(seq, 70));
            break;
        case 1:
            put_computation(seq);
            break;
        case 2:
            if (sstc && seq->mode != MODE_U)
                put_comparison(seq);
            else
                put_interrupt_csr(seq, &interrupts);
            break;
        default:
            put_interrupt_csr(seq, &interrupts);
        }
    }
}
