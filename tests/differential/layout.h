#ifndef TESTS_DIFFERENTIAL_LAYOUT_H
#define TESTS_DIFFERENTIAL_LAYOUT_H

#include <stdint.h>

/* The names of layout.def in C. */
#define ADDRESS(NAME, value) static const uint64_t NAME = UINT64_C(value);
#define PLACE(NAME, value)
#include "tests/differential/layout.def"

enum {
#define ADDRESS(NAME, value)
#define PLACE(NAME, value) NAME = value,
#include "tests/differential/layout.def"
};

/* RAM on both sides. */
#define IMAGE_BASE UINT64_C(0x80000000)
#define IMAGE_SIZE (UINT64_C(32) << 20)

/* What a descriptor sets, in this order; each CSR by its number. */
enum start_csr {
    START_MENVCFG,
    START_MSTATUS,
    START_MEDELEG,
    START_MIDELEG,
    START_MIE,
    START_STVEC,
    START_SATP,
    START_MCOUNTEREN,
    START_SCOUNTEREN,
    START_SENVCFG,
    START_PMPADDR0,
    START_PMPCFG0 = START_PMPADDR0 + 16,
    START_PMPCFG2,
    /* Of the hypervisor extension. */
    START_HSTATUS,
    START_HEDELEG,
    START_HIDELEG,
    START_HVIP,
    START_HENVCFG,
    START_HCOUNTEREN,
    START_HGATP,
    START_VSSTATUS,
    START_VSTVEC,
    START_VSATP,
    START_CSRS
};

/* Why the runtime ended a sequence. */
enum stop { STOP_NEVER, STOP_END, STOP_TRAPS, STOP_LOST };

/* The trap handlers of S-mode and VS-mode: a page of ecall and a page of ebreak. */
enum escape { ESCAPE_ECALL, ESCAPE_EBREAK };

#endif
