#ifndef GUEST_BOOT_SHIM_H
#define GUEST_BOOT_SHIM_H

/* Numbers that entry.S has, too. */
#define SHIM_HARTS   8
#define SHIM_STACK   2048
#define SHIM_PAYLOAD 0x80200000 /* where kernels are put on these machines */

#ifndef __ASSEMBLER__

#include "include/sbi.h"
#include "lib/devicetree.h"

#include <stdbool.h>
#include <stdint.h>

/* What the device tree says of the machine; addresses are 0 where it has no such thing. */
struct machine {
    uint64_t clint, finisher, ram, ram_size;
    unsigned harts;
    bool sstc; /* supervisors have a timer of their own */
};

extern struct machine machine;

/* Registers of whoever has trapped, as entry.S saves them: those that C may change. */
struct frame {
    uint64_t ra, t[7], a[8];
};

/* What the functions of an SBI extension give back. */
struct answer {
    long error;
    uint64_t value;
};

/* --- answer.c ------------------------------------------------------------------- */

/* Does what an `ecall` asks for, and writes the answer to a0 and a1. */
void answer_call(struct frame *frame);

/* The machine's timer has come: it becomes the supervisor's. */
void timer_due(void);

/* --- harts.c ---------------------------------------------------------------------- */

struct answer hart_start(uint64_t hart, uint64_t address, uint64_t argument);
struct answer hart_stop(void);
struct answer hart_status(uint64_t hart);
struct answer harts_interrupt(uint64_t mask, uint64_t first);

/* Another hart has written this one's software interrupt. */
void software_interrupt(void);

/* Tells all other harts that the machine is known now. */
void harts_wake(void);

/* Sleeps until some hart starts this one. */
void hart_wait(void) __attribute__((noreturn));

/* The first hart starts by itself. */
void hart_begin(uint64_t hart, uint64_t argument) __attribute__((noreturn));

/* --- main.c ------------------------------------------------------------------------ */

/* Gives a hart to its supervisor: what is its matter traps to it, not to us. */
void hart_delegate(void);

/* --- entry.S ----------------------------------------------------------------------- */

void trap_entry(void);
void hart_park(void) __attribute__((noreturn));
void enter_supervisor(uint64_t hart, uint64_t argument, uint64_t address)
    __attribute__((noreturn));

/* Sets bits of menvcfg. Gives what it has then; 0: the hart has no such register. */
uint64_t try_menvcfg(uint64_t bits);

/* Has the hart the register stimecmp? (STCE alone does not tell: some accept it without.) */
bool has_stimecmp(void);

#endif
#endif
