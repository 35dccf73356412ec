#ifndef TESTS_DIFFERENTIAL_GENERATE_H
#define TESTS_DIFFERENTIAL_GENERATE_H

#include "machine/hart/hart.h"
#include "machine/isa/isa.h"
#include "tests/differential/layout.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Sequences of instructions, each made from a seed alone. A sequence has a state that it
 * starts in, its code, and what it wants to be in memory.
 */
enum kind {
    KIND_COMPUTE,   /* every computation, branches, loops, calls */
    KIND_MEMORY,    /* loads, stores, LR/SC, AMO; aligned or not */
    KIND_TRAP,      /* exceptions of all kinds, delegated or not; mret, sret */
    KIND_CSR,       /* CSRs of all numbers by all instructions in all modes */
    KIND_INTERRUPT, /* software interrupts, pending and enabled in any order */
    KIND_PAGE,      /* translation by random tables */
    KIND_PMP,       /* random protection */
    KIND_ALONE,     /* page tables with what QEMU lacks or has wrong: not compared */
    /* With the hypervisor extension. */
    KIND_GUEST_TRAP, /* exceptions and returns between all modes, delegated at will */
    KIND_GUEST_CSR,  /* as KIND_CSR, from VS- and VU-mode, too */
    KIND_GUEST_INTERRUPT, /* interrupts of guests by all routes */
    KIND_GUEST_PAGE,  /* two stages of random tables; a hypervisor's accesses, too */
    KIND_GUEST_ALONE, /* as above with what QEMU lacks or has wrong */
    KINDS,
    KIND_FIRST_OF_GUESTS = KIND_GUEST_TRAP
};

extern const char *const kind_names[KINDS];

struct sequence {
    uint64_t seed; /* names it */
    enum kind kind;
    uint64_t random; /* state of the generator */

    uint8_t mode; /* nominal: enum privilege that the next instruction will run in */
    bool virt;    /* and V */
    bool guests;  /* there is the hypervisor extension */
    enum escape escape;
    uint64_t csr[START_CSRS];
    uint64_t x[32];
    /* Registers that generated instructions do not write; a bit per number. */
    uint32_t keep;
    bool alone; /* QEMU will not run it */

    uint64_t code_pa, code_va;
    unsigned length; /* bytes of code */
    uint8_t code[CODE_SLOT];
    uint64_t end; /* offset of the instruction that ends it */

    unsigned pokes;
    struct poke {
        uint64_t pa, value;
    } poke[POKES];
};

/* Makes the sequence of that seed and kind, for the code slot at `code_pa`. */
void generate(struct sequence *seq, enum kind kind, uint64_t seed, uint64_t code_pa);

/* --- what the kinds are made with --- */

uint64_t draw(struct sequence *seq, uint64_t below);
bool chance(struct sequence *seq, unsigned percent);
uint64_t draw_word(struct sequence *seq); /* any value, ends of ranges often */
unsigned draw_reg(struct sequence *seq);  /* one that may be written; not x0 */

bool has_room(const struct sequence *seq);
void put(struct sequence *seq, enum op op, unsigned rd, unsigned rs1, unsigned rs2,
         int64_t imm);
void put_bits(struct sequence *seq, uint32_t bits);
void put_li(struct sequence *seq, unsigned rd, uint64_t value);
void put_computation(struct sequence *seq);
void put_csr_access(struct sequence *seq, unsigned number);
/* Writes `value` by one of the six, as far as it can; `blind`: reads nothing. */
void put_csr_write(struct sequence *seq, unsigned number, uint64_t value, bool blind);
/* No instruction, of 32 or 16 bits. Its own encoding is what tval must be. */
void put_illegal(struct sequence *seq);
/* A load, store, lr or jump to where nothing is. */
void put_access_fault(struct sequence *seq);
void put_misaligned_atomic(struct sequence *seq);
void add_poke(struct sequence *seq, uint64_t pa, uint64_t value);

/* S- and U-mode may do everything in RAM. */
void open_ram(struct sequence *seq);
void start_in(struct sequence *seq, enum privilege mode);

/* The CSR instructions. */
extern const enum op csr_ops[6];

/* Any implemented CSR, or any number. */
unsigned draw_csr(struct sequence *seq);

/* One a kind. */
void generate_compute(struct sequence *seq);
void generate_memory(struct sequence *seq);
void generate_trap(struct sequence *seq);
void generate_csr(struct sequence *seq);
void generate_interrupt(struct sequence *seq);
void generate_page(struct sequence *seq);
void generate_pmp(struct sequence *seq);
void generate_alone(struct sequence *seq);
void generate_guest_trap(struct sequence *seq);
void generate_guest_csr(struct sequence *seq);
void generate_guest_interrupt(struct sequence *seq);
void generate_guest_page(struct sequence *seq);
void generate_guest_alone(struct sequence *seq);

#endif
