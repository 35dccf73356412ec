#include "machine/isa/asm/li.h"

#include "base/bits.h"

/*
 * `li`: a constant is its low 12 bits, which one addi adds with their sign, and what is
 * then left. If that is a signed 32-bit number, lui makes it; if not, it ends in zeros:
 * it is made without them by the same rule and shifted into place.
 */

static struct insn add_immediate(enum op op, unsigned rd, unsigned rs1, int64_t imm)
{
    return (struct insn){.form = (uint16_t)op,
                         .op = (uint16_t)op,
                         .rd = (uint8_t)rd,
                         .rs1 = (uint8_t)rs1,
                         .imm = (int32_t)imm,
                         .length = 4};
}

static unsigned li_word(struct insn *insns, unsigned rd, int64_t value, int64_t low)
{
    unsigned count = 0;
    int64_t high = sign_extend((uint64_t)value - (uint64_t)low, 32);

    if (high)
        insns[count++] = add_immediate(OP_LUI, rd, 0, high);
    /* lui of 0x80000 is negative: addiw, unlike addi, wraps 0x7fffffff back around. */
    if (low || !high)
        insns[count++] =
            add_immediate(high ? OP_ADDIW : OP_ADDI, rd, high ? rd : 0, low);
    return count;
}

unsigned li_sequence(struct insn insns[LI_MAX], unsigned rd, uint64_t value)
{
    int64_t low = sign_extend(value, 12);
    uint64_t high = value - (uint64_t)low;
    unsigned shift = 12, count;

    if (sign_extend(value, 32) == (int64_t)value)
        return li_word(insns, rd, (int64_t)value, low);
    while (!(high >> shift & 1))
        shift++;
    count = li_sequence(insns, rd, (uint64_t)sign_extend(high >> shift, 64 - shift));
    insns[count++] = add_immediate(OP_SLLI, rd, rd, shift);
    if (low)
        insns[count++] = add_immediate(OP_ADDI, rd, rd, low);
    return count;
}
