/*
 * Which instruction was it?
 *
 * A guest-page fault tells where the guest wanted to go (htval, stval), but emulating the
 * access takes more: how wide it is, and which register is to be filled or read. That is
 * in the instruction. The hart may have put it into htinst, as a "transformed
 * instruction" (privileged specification, section "Transformed Instruction or
 * Pseudoinstruction for mtinst or htinst"):
 *
 *   htinst = 0            the hart does not tell: we read the guest's code ourselves, at
 *                         sepc, as the guest sees it (HLVX.HU), and must know the
 *                         compressed instructions, too
 *   bit 0 set             the instruction in its 32-bit form. Instead of rs1 it has the
 *                         distance from the faulting address to the start of the access,
 *                         and its bit 1 is 0 if it was a compressed one in memory
 *   bit 0 clear           a pseudo-instruction: the walk of the guest's own page tables
 *                         has met an address that is not memory. No instruction of the
 *                         guest can be blamed, and nothing emulated
 *
 *      31      25 24   20 19   15 14    12 11    7 6       0
 *     | 0         |   0   | dist. | funct3 |  rd   | 0000011 |   a load
 *     | 0         |  rs2  | dist. | funct3 |   0   | 0100011 |   a store
 *
 * Only plain integer loads and stores are for devices. AMOs, LR and SC get the access
 * fault that a bus without atomics answers with.
 */
#include "hypervisor/decode.h"

#include "include/csr.h"

enum { OPCODE_LOAD = 0x03, OPCODE_STORE = 0x23 };

int64_t fetch_parcel(uint64_t va);

static unsigned bits(uint32_t insn, unsigned high, unsigned low)
{
    return insn >> low & ((1u << (high - low + 1)) - 1);
}

static enum decoded decode_full(uint32_t insn, struct access *access)
{
    unsigned funct3 = bits(insn, 14, 12);

    access->store = bits(insn, 6, 0) == OPCODE_STORE;
    if (!access->store && bits(insn, 6, 0) != OPCODE_LOAD)
        return DECODE_OTHER;
    if (funct3 > (access->store ? 3 : 6)) /* sd; lwu */
        return DECODE_OTHER;
    access->width = 1u << (funct3 & 3);
    access->sign = !(funct3 & 4);
    access->reg = access->store ? bits(insn, 24, 20) : bits(insn, 11, 7);
    return DECODED;
}

/* c.lw, c.ld, c.sw, c.sd name one of x8 to x15 in three bits; c.lwsp, c.ldsp, c.swsp,
 * c.sdsp any register. In funct3, bit 2 says store and bit 0 says 64 bits. */
static enum decoded decode_compressed(uint32_t insn, struct access *access)
{
    unsigned quadrant = bits(insn, 1, 0), funct3 = bits(insn, 15, 13);

    if (quadrant == 1 || !(funct3 & 2))
        return DECODE_OTHER;
    access->store = funct3 & 4;
    access->width = funct3 & 1 ? 8 : 4;
    access->sign = true;
    access->length = 2;
    if (quadrant == 0)
        access->reg = 8 + bits(insn, 4, 2);
    else
        access->reg = access->store ? bits(insn, 6, 2) : bits(insn, 11, 7);
    return DECODED;
}

static enum decoded decode_from_memory(const struct guest *guest, struct access *access)
{
    int64_t low = fetch_parcel(guest->vcpu.sepc), high;

    if (low < 0)
        return DECODE_AGAIN;
    if ((low & 3) != 3)
        return decode_compressed((uint32_t)low, access);
    high = fetch_parcel(guest->vcpu.sepc + 2);
    if (high < 0)
        return DECODE_AGAIN;
    return decode_full((uint32_t)(high << 16 | low), access);
}

enum decoded decode(const struct guest *guest, struct access *access)
{
    uint64_t htinst = read_csr(htinst);

    access->length = 4;
    if (htinst == 0)
        return decode_from_memory(guest, access);
    if (!(htinst & 1) || bits((uint32_t)htinst, 19, 15))
        return DECODE_OTHER;
    if (!(htinst & 2))
        access->length = 2;
    return decode_full((uint32_t)htinst | 2, access);
}
