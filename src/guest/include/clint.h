#ifndef GUEST_INCLUDE_CLINT_H
#define GUEST_INCLUDE_CLINT_H

/* The core-local interruptor: software interrupts and timers of M-mode. */
#define CLINT_MSIP(hart)     (0x0000ul + 4ul * (hart)) /* 32 bits */
#define CLINT_MTIMECMP(hart) (0x4000ul + 8ul * (hart))

/* The test finisher, whose one register ends the run or resets the board. */
#define FINISHER_PASS  0x5555u
#define FINISHER_FAIL  0x3333u /* with an exit code in the upper half */
#define FINISHER_RESET 0x7777u

#endif
