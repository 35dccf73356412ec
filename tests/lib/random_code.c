#include "tests/lib/random_code.h"

#include "base/bits.h"

/*
 * Each number is drawn in a statement of its own: C leaves the order within one open, and
 * a seed must mean the same program whatever compiled this.
 */
enum { BASE = 31 }; /* the register that accesses are relative to */

uint32_t random_below(struct random *random, uint32_t below)
{
    random->state = random->state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(random->state >> 33) % below;
}

static uint32_t reg(struct random *random)
{
    return random_below(random, BASE);
}

/* The offset of an access: mostly aligned and in the upper half of a page. */
static uint32_t offset(struct random *random)
{
    return random_below(random, 64) ? random_below(random, 2048) & ~7u
                                    : random_below(random, 4096);
}

static uint32_t alu_immediate(struct random *random)
{
    uint32_t funct3 = random_below(random, 8);
    uint32_t rd = reg(random), rs1 = reg(random);
    uint32_t imm = random_below(random, 1 << 10);

    return 0x13 | rd << 7 | funct3 << 12 | rs1 << 15 | imm << 20;
}

static uint32_t alu(struct random *random)
{
    static const uint32_t opcodes[] = {0x33, 0x3b};
    static const uint32_t funct7s[] = {0, 0x20, 1, 0};
    uint32_t opcode = opcodes[random_below(random, COUNT(opcodes))];
    uint32_t funct3 = random_below(random, 8);
    uint32_t funct7 = funct7s[random_below(random, COUNT(funct7s))];
    uint32_t rd = reg(random), rs1 = reg(random), rs2 = reg(random);

    if (random_below(random, 2))
        return alu_immediate(random);
    return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25;
}

static uint32_t load(struct random *random)
{
    uint32_t funct3 = random_below(random, 7);
    uint32_t rd = reg(random), imm = offset(random);

    return 0x03u | rd << 7 | funct3 << 12 | BASE << 15 | imm << 20;
}

static uint32_t store(struct random *random)
{
    uint32_t funct3 = random_below(random, 4);
    uint32_t rs2 = reg(random), imm = offset(random);

    return 0x23u | (imm & 31) << 7 | funct3 << 12 | BASE << 15 | rs2 << 20 |
           imm >> 5 << 25;
}

static uint32_t branch(struct random *random)
{
    static const uint32_t funct3s[] = {0, 1, 4, 5, 6, 7};
    uint32_t imm = (random_below(random, 64) * 2 - 40) & 0x1ffe;
    uint32_t funct3 = funct3s[random_below(random, COUNT(funct3s))];
    uint32_t rs1 = reg(random), rs2 = reg(random);

    return 0x63 | (imm >> 11 & 1) << 7 | (imm >> 1 & 15) << 8 | funct3 << 12 |
           rs1 << 15 | rs2 << 20 | (imm >> 5 & 63) << 25 | (imm >> 12 & 1) << 31;
}

static uint32_t jal(struct random *random)
{
    uint32_t imm = (random_below(random, 128) * 4 - 200) & 0x1ffffe;
    uint32_t rd = reg(random);

    return 0x6f | rd << 7 | (imm >> 12 & 255) << 12 | (imm >> 11 & 1) << 20 |
           (imm >> 1 & 1023) << 21 | imm >> 20 << 31;
}

static uint32_t atomic(struct random *random)
{
    static const uint32_t funct5s[] = {0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28};
    uint32_t funct5 = funct5s[random_below(random, COUNT(funct5s))];
    uint32_t width = 2 + random_below(random, 2);
    uint32_t rd = reg(random), rs2 = reg(random);

    return 0x2fu | rd << 7 | width << 12 | BASE << 15 | rs2 << 20 | funct5 << 27;
}

uint32_t random_word(struct random *random, const uint32_t *system, uint32_t count)
{
    uint32_t kind = random_below(random, 100);

    if (kind < 45)
        return alu(random);
    if (kind < 60)
        return load(random);
    if (kind < 72)
        return store(random);
    if (kind < 86)
        return branch(random);
    if (kind < 90)
        return jal(random);
    if (kind < 94)
        return atomic(random);
    if (kind < 97)
        return random_below(random, UINT32_MAX); /* compressed ones, too */
    return system[random_below(random, count)];
}
