/*
 * The boot shim's assembly: the first instruction, the way into S-mode, and the way back.
 *
 * All harts come here from the reset ROM, in M-mode, with their number in a0 and the address
 * of the device tree in a1. Hart 0 goes on; the others sleep until it has found out what the
 * machine is. Until then they must not touch memory, which hart 0 is just clearing: what
 * wakes them is a bit in mip, a wire of the hart itself.
 */
#include "boot/shim.h"

#include "include/csr.h"

        .section .text.start, "ax"
        .globl  _start
_start:
        csrw    mie, zero
        csrw    mscratch, zero          # in M-mode: see trap_entry
        .option push
        .option norelax                 # gp itself cannot be relative to gp
        la      gp, __global_pointer$
        .option pop
        bnez    a0, other_hart
        la      t0, bss_start           # C expects zeros
        la      t1, bss_end
1:      sd      zero, (t0)
        addi    t0, t0, 8
        bltu    t0, t1, 1b
        call    set_stack
        call    boot_main               # (hart, device tree): does not return

other_hart:
        csrwi   mie, 1 << IRQ_MSI       # wakes, does not trap: mstatus.MIE is 0
1:      wfi
        csrr    t0, mip
        andi    t0, t0, 1 << IRQ_MSI
        beqz    t0, 1b
        call    set_stack
        call    hart_delegate
        tail    hart_wait

        # A hart that has stopped: nothing of what is on its stack is needed any more.
        .globl  hart_park
hart_park:
        csrw    mscratch, zero
        call    set_stack
        tail    hart_wait

        # sp = the end of this hart's part of `stacks`
set_stack:
        csrr    t0, mhartid
        addi    t0, t0, 1
        li      t1, SHIM_STACK
        mul     t0, t0, t1
        la      sp, stacks
        add     sp, sp, t0
        ret

        # enter_supervisor(hart, argument, address): mret to S-mode. mscratch has the stack
        # for the next trap; whatever the stack has now is over.
        .globl  enter_supervisor
enter_supervisor:
        mv      s0, a0
        mv      s1, a1
        mv      s2, a2
        call    set_stack
        csrw    mscratch, sp
        csrw    mepc, s2
        li      t0, STATUS_MPP
        csrc    mstatus, t0
        li      t0, STATUS_MPP_S
        csrs    mstatus, t0
        csrw    satp, zero
        csrci   sstatus, STATUS_SIE
        sfence.vma
        mv      a0, s0
        mv      a1, s1
        mret

        # try_menvcfg(bits). A hart of before privileged 1.12 traps, and goes on at 1:.
        .globl  try_menvcfg
try_menvcfg:
        mv      t1, a0
        li      a0, 0
        la      t0, 1f
        csrrw   t0, mtvec, t0
        csrs    CSR_MENVCFG, t1
        csrr    a0, CSR_MENVCFG
        .balign 4
1:      csrw    mtvec, t0
        ret

        # has_stimecmp(): the same for the register that comes with Sstc.
        .globl  has_stimecmp
has_stimecmp:
        li      a0, 0
        la      t0, 1f
        csrrw   t0, mtvec, t0
        csrr    t1, CSR_STIMECMP
        li      a0, 1
        .balign 4
1:      csrw    mtvec, t0
        ret

        # A trap into M-mode. From S-mode or below mscratch has this hart's stack, which is
        # swapped with theirs; from M-mode, where no trap is expected, it has 0.
        .balign 4
        .globl  trap_entry
trap_entry:
        csrrw   sp, mscratch, sp
        beqz    sp, unexpected
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
        addi    sp, sp, -16
        sd      gp, 8(sp)               # gp is the supervisor's, too
        csrrw   t0, mscratch, zero
        sd      t0, 0(sp)               # its sp
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        addi    a0, sp, 16
        call    machine_trap
        ld      gp, 8(sp)
        addi    t0, sp, 144
        csrw    mscratch, t0
        ld      ra, 16(sp)
        ld      t1, 32(sp)
        ld      t2, 40(sp)
        ld      t3, 48(sp)
        ld      t4, 56(sp)
        ld      t5, 64(sp)
        ld      t6, 72(sp)
        ld      a0, 80(sp)
        ld      a1, 88(sp)
        ld      a2, 96(sp)
        ld      a3, 104(sp)
        ld      a4, 112(sp)
        ld      a5, 120(sp)
        ld      a6, 128(sp)
        ld      a7, 136(sp)
        ld      t0, 24(sp)
        ld      sp, 0(sp)
        mret

unexpected:
        call    set_stack
        tail    machine_fault

        .section .bss.unset, "aw", @nobits
        .balign 16
stacks: .skip   SHIM_HARTS * SHIM_STACK
