/*
 * The kernel's assembly: its first instructions, and the entry of every trap.
 *
 * Whoever starts it (the boot shim, OpenSBI, a hypervisor) enters in S-mode, or VS-mode,
 * which looks the same from within; with paging off, the hart's number in a0, and the
 * address of the device tree in a1.
 */
#include "kernel/kernel.h"

#include "include/csr.h"

        .section .text.start, "ax"
        .globl  _start
_start:
        .option push
        .option norelax                 # gp itself cannot be relative to gp
        la      gp, __global_pointer$
        .option pop
        la      sp, stack_end
        csrw    sie, zero
        csrci   sstatus, STATUS_SIE

        la      t0, bss_start           # C expects zeros
        la      t1, bss_end
1:      bgeu    t0, t1, 2f
        sd      zero, (t0)
        addi    t0, t0, 8
        j       1b
2:      la      t0, trap_entry
        csrw    stvec, t0
        call    kernel_main             # (hart, device tree): does not return

        # Traps come from the kernel itself, which has enabled interrupts for a moment, or
        # made a mistake. The registers that C may change are kept on its stack.
        .text
        .balign 4
trap_entry:
        addi    sp, sp, -128
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      t4, 40(sp)
        sd      t5, 48(sp)
        sd      t6, 56(sp)
        sd      a0, 64(sp)
        sd      a1, 72(sp)
        sd      a2, 80(sp)
        sd      a3, 88(sp)
        sd      a4, 96(sp)
        sd      a5, 104(sp)
        sd      a6, 112(sp)
        sd      a7, 120(sp)
        csrr    a0, scause
        call    trap_handle
        ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      t5, 48(sp)
        ld      t6, 56(sp)
        ld      a0, 64(sp)
        ld      a1, 72(sp)
        ld      a2, 80(sp)
        ld      a3, 88(sp)
        ld      a4, 96(sp)
        ld      a5, 104(sp)
        ld      a6, 112(sp)
        ld      a7, 120(sp)
        addi    sp, sp, 128
        sret

        .section .bss.unset, "aw", @nobits
        .balign 16
        .skip   KERNEL_STACK
stack_end:
