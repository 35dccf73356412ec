#ifndef MACHINE_HART_ARITH_H
#define MACHINE_HART_ARITH_H

#include <stdint.h>

/*
 * The arithmetic that the instruction table's last column is written in. Division follows
 * the M extension's table: by zero, the quotient is all ones and the remainder the
 * dividend; the one signed overflow gives the dividend and 0 (Unprivileged, "M" 13.2).
 */
#define SEXT32(word) ((uint64_t)(int64_t)(int32_t)(uint32_t)(word))
#define ZEXT32(word) ((uint64_t)(uint32_t)(word))

__extension__ typedef __int128 arith_s128;
__extension__ typedef unsigned __int128 arith_u128;

static inline uint64_t arith_mulh(uint64_t a, uint64_t b)
{
    return (uint64_t)(((arith_s128)(int64_t)a * (int64_t)b) >> 64);
}

static inline uint64_t arith_mulhu(uint64_t a, uint64_t b)
{
    return (uint64_t)(((arith_u128)a * b) >> 64);
}

static inline uint64_t arith_mulhsu(uint64_t a, uint64_t b)
{
    return arith_mulhu(a, b) - ((int64_t)a < 0 ? b : 0);
}

static inline uint64_t arith_div(uint64_t a, uint64_t b)
{
    if (b == 0)
        return UINT64_MAX;
    if (a == (uint64_t)INT64_MIN && b == UINT64_MAX)
        return a;
    return (uint64_t)((int64_t)a / (int64_t)b);
}

static inline uint64_t arith_rem(uint64_t a, uint64_t b)
{
    if (b == 0)
        return a;
    if (b == UINT64_MAX)
        return 0;
    return (uint64_t)((int64_t)a % (int64_t)b);
}

static inline uint64_t arith_divu(uint64_t a, uint64_t b)
{
    return b == 0 ? UINT64_MAX : a / b;
}

static inline uint64_t arith_remu(uint64_t a, uint64_t b)
{
    return b == 0 ? a : a % b;
}

#define MULH(a, b)   arith_mulh(a, b)
#define MULHU(a, b)  arith_mulhu(a, b)
#define MULHSU(a, b) arith_mulhsu(a, b)
#define DIV64(a, b)  arith_div(a, b)
#define DIVU64(a, b) arith_divu(a, b)
#define REM64(a, b)  arith_rem(a, b)
#define REMU64(a, b) arith_remu(a, b)

/* The word forms, on sign-extended words; -2^31 / -1 wraps when it is cut to a word. */
#define DIV32(a, b)  SEXT32(arith_div(SEXT32(a), SEXT32(b)))
#define REM32(a, b)  SEXT32(arith_rem(SEXT32(a), SEXT32(b)))
#define DIVU32(a, b) SEXT32(arith_divu(ZEXT32(a), ZEXT32(b)))
#define REMU32(a, b) SEXT32(arith_remu(ZEXT32(a), ZEXT32(b)))

#endif
