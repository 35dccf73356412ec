#ifndef TESTS_LIB_GUEST_CASE_H
#define TESTS_LIB_GUEST_CASE_H

#include "tests/lib/tables.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One claim about the hypervisor extension, as a program: where it starts, what it does,
 * and how it must end. A case runs on a board of its own, by both loops, which must agree;
 * or with RINGSIDE_WITNESS=qemu in the environment on QEMU, where rows that say why QEMU
 * 7.2 does otherwise are left out.
 *
 * Memory. `code` and the two trap handlers are at addresses that are the same for all
 * (virtual, guest physical, physical). Besides them there are two pages of data, which a
 * guest reaches by way of its two stages; both stages' leaves are in the row. s0 is where
 * they are for the mode that the case is about (virtual), s1 where the guest thinks they
 * are (guest physical), s2 where they are in RAM. Data begin with 0x1122334455667788; in
 * the middle of the first page are some instructions (see guest_case.s).
 *
 * Names for setup and code: VS_ENTRY0 to 3 are the physical addresses of the VS-stage's
 * entries for s0, G_ENTRY0 to 3 those of the G-stage's for s1; SPARE is an empty page.
 */
enum guest_mode { AT_END, IN_M, IN_HS, IN_U, IN_VS, IN_VU };

enum guest_format { BARE, SV39, SV48 };

/* A stage of translation. Leaves: all of an entry but the page's number; 0 is a leaf
 * that permits everything (with U where it is needed). */
struct guest_stage {
    uint8_t format; /* enum guest_format: for a G-stage Sv39x4, Sv48x4 */
    uint8_t level;  /* of the leaf that the first data page is in */
    uint64_t leaf,
        next_leaf; /* of the first data page, of the second (only of level 0) */
};

struct guest_case {
    const char *claim, *section;
    enum guest_mode in;                  /* where `code` begins */
    const char *setup;                   /* before, in M-mode: assembly text */
    const char *code;                    /* stops at its end, or where it traps */
    const char *hs_handler, *vs_handler; /* instead of stopping at a trap to there */
    struct guest_stage vs, g;
    /* The G-stage's leaf for the table number `table` of the VS-stage (0 is the root);
     * 0: it permits everything. */
    unsigned table;
    uint64_t table_leaf;
    unsigned geilen; /* guest external interrupts of the hart */

    /* How it ends: at the end of the code with a0, or by a trap
     * to M-, HS- or VS-mode. That SPP, SPV, SPVP, MPP and MPV tell `from` is checked
     * always, and that the registers of the other modes keep what they had. */
    enum guest_mode to;
    enum guest_mode from; /* where the trap happens; AT_END: as `in` */
    uint64_t a0;
    uint64_t fault; /* where: 0 is the code's label `fault`, or its beginning */
    uint64_t cause, tval;
    uint64_t gpa;  /* what htval or mtval2 holds, shifted left by 2 */
    uint64_t inst; /* htinst or mtinst */
    bool gva;

    const char *qemu; /* why QEMU 7.2 does otherwise */
};

/* Addresses that depend on the formats: for tval, gpa and a0. */
#define DATA_VA         UINT64_C(0xdada000000000000)         /* + offset */
#define DATA_GPA        UINT64_C(0xdadb000000000000)         /* + offset */
#define CODE_VA         UINT64_C(0xdadc000000000000)         /* + offset */
#define VS_ENTRY_GPA(n) (UINT64_C(0xdadd000000000000) + (n)) /* of that level */
#define DATA_PA         UINT64_C(0x80200000)
#define GUEST_WORD      UINT64_C(0x1122334455667788) /* what data begin with */
#define THE_INSTRUCTION UINT64_C(0xdade000000000000) /* the bits of what traps */

/* Leaves. */
#define LEAF_S (PTE_RWX | PTE_AD)         /* a supervisor's */
#define LEAF_U (PTE_RWX | PTE_AD | PTE_U) /* a user's, and any of a G-stage */

/* Causes as numbers of the specification's table. */
#define INTERRUPT_CODE(n) (BIT(63) | (n))

/* Fails the running test unless it ends as it must. */
void guest_check(const struct guest_case *row);

#endif
