#include "machine/isa/asm/li.h"

#include "base/bits.h"

/*
 * `li`, as GNU as does it: a constant is its low 12 bits, which one addition adds with
 * their sign, and what is then left. If that is a signed 32-bit number, lui makes it; if
 * not, it ends in zeros: it is made without them by the same rule and shifted into place.
 */

static struct insn immediate(enum op op, unsigned rd, unsigned rs1, int64_t imm)
{
    return (struct insn){.form = (uint16_t)op,
                         .op = (uint16_t)op,
                         .rd = (uint8_t)rd,
                         .rs1 = (uint8_t)rs1,
                         .imm = (int32_t)imm,
                         .length = 4};
}

/* addiw, unlike addi, wraps: lui gives 0x80000000 as a negative number, and adding -1 to
 * that must make 0x7fffffff. */
static unsigned li_word(struct insn *insns, unsigned rd, uint64_t high, int64_t low)
{
    unsigned count = 0;

    if (high)
        insns[count++] = immediate(OP_LUI, rd, 0, sign_extend(high, 32));
    if (low || !high)
        insns[count++] = immediate(OP_ADDIW, rd, high ? rd : 0, low);
    return count;
}

static unsigned li_any(struct insn *insns, unsigned rd, uint64_t value)
{
    int64_t low = sign_extend(value, 12);
    uint64_t high = value - (uint64_t)low;
    unsigned shift = 12, count;

    if (sign_extend(value, 32) == (int64_t)value)
        return li_word(insns, rd, high, low);
    while (!(high >> shift & 1))
        shift++;
    count = li_any(insns, rd, (uint64_t)sign_extend(high >> shift, 64 - shift));
    insns[count++] = immediate(OP_SLLI, rd, rd, shift);
    if (low)
        insns[count++] = immediate(OP_ADDI, rd, rd, low);
    return count;
}

unsigned li_sequence(struct insn insns[LI_MAX], unsigned rd, uint64_t value)
{
    if (sign_extend(value, 12) != (int64_t)value)
        return li_any(insns, rd, value);
    insns[0] = immediate(OP_ADDI, rd, 0, (int64_t)value);
    return 1;
}
