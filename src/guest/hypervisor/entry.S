/*
 * The way into the hypervisor and out of it.
 *
 *        guest (V = 1)                        hypervisor (HS-mode, V = 0)
 *      ------------------                ------------------------------------
 *      some instruction      trap  ----> trap_entry   saves 31 registers
 *                                        vm_exit      in C: what is to be done?
 *      the next one        <----  sret   enter_guest  loads 31 registers
 *
 * A trap from a guest comes with V = 0, the hart in HS-mode, and the guest's own
 * supervisor CSRs (vsstatus, vsepc, ...) untouched: the hypervisor uses the real ones.
 * What entry.S has to save are therefore the general registers and the three CSRs that say
 * how to go back. The rest of the guest's CSRs stays in the hart until another guest is
 * to run on it (schedule.c).
 *
 * While a guest runs, sscratch has the address of its struct vcpu. While the hypervisor
 * runs it is 0, so that a trap out of the hypervisor itself, which would be a bug, is not
 * taken for a guest's. The hypervisor never lets itself be interrupted: sstatus.SIE is 0 as
 * long as it runs. Interrupts wait until the guest is entered, and come from there; no
 * part of the hypervisor can be entered twice on a hart.
 */
#include "hypervisor/vcpu.h"
#include "include/csr.h"
#include "include/markers.h"

        .option arch, +h

# What C code finds its data by, where the linker has shortened it. A guest has its own gp.
.macro  load_gp
        .option push
        .option norelax                 # gp itself cannot be relative to gp
        la      gp, __global_pointer$
        .option pop
.endm

/* Saves (sd) or loads (ld) all general registers but x0 and x10, which is a0 and has the
 * address of the struct vcpu. */
.macro  for_others instruction
        .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        \instruction x\n, VCPU_X(\n)(a0)
        .endr
.endm

        .section .text.start, "ax"

/* The firmware comes here on the first hart, with its number and the device tree. */
        .globl  _start
_start:
        load_gp
        la      t0, bss_start
        la      t1, bss_end
1:      sd      zero, 0(t0)
        addi    t0, t0, 8
        bltu    t0, t1, 1b
        la      sp, boot_stack_end
        la      t0, trap_entry
        csrw    stvec, t0
        csrw    sscratch, zero
        csrci   sstatus, STATUS_SIE
        call    boot                    # gives the guest that runs first
        j       enter_guest

/* And on the others when boot.c asks for them, with what it passed: a struct hart. */
        .globl  start_hart
start_hart:
        load_gp
        mv      a0, a1
        ld      sp, 0(a1)
        la      t0, trap_entry
        csrw    stvec, t0
        csrw    sscratch, zero
        csrci   sstatus, STATUS_SIE
        call    boot_hart
        j       enter_guest

        .text
        .balign 4
trap_entry:
        slti    zero, zero, MARK_HV_SAVE
        csrrw   a0, sscratch, a0
        beqz    a0, own_trap
        for_others sd
        csrrw   t0, sscratch, zero      # the guest's a0
        csrr    t1, sepc
        csrr    t2, sstatus
        csrr    t3, hstatus
        sd      t0, VCPU_X(10)(a0)
        sd      t1, VCPU_SEPC(a0)
        sd      t2, VCPU_SSTATUS(a0)
        sd      t3, VCPU_HSTATUS(a0)
        ld      sp, VCPU_STACK(a0)
        load_gp
        call    vm_exit                 # a0: the guest. Gives the guest that runs next.

/* a0: a guest, whose first member is its struct vcpu. Does not come back. */
enter_guest:
        slti    zero, zero, MARK_HV_RESTORE
        ld      t1, VCPU_SEPC(a0)
        ld      t2, VCPU_SSTATUS(a0)
        ld      t3, VCPU_HSTATUS(a0)
        csrw    sepc, t1
        csrw    sstatus, t2
        csrw    hstatus, t3
        csrw    sscratch, a0
        for_others ld
        ld      a0, VCPU_X(10)(a0)
        sret

/* The hypervisor has trapped. The stack may be what is broken: a fresh one. */
own_trap:
        load_gp
        la      sp, boot_stack_end
        csrr    a0, scause
        csrr    a1, sepc
        csrr    a2, stval
        j       panic_trap

/*
 * int64_t fetch_parcel(uint64_t va): 16 bits of the guest's code, read as the guest
 * would fetch them: through both stages of translation, with permission to execute
 * (HLVX.HU). That can trap, as the guest's fetch could; then it gives -1. The trap goes to
 * a handler of its own, and changes only CSRs that have been saved.
 */
        .globl  fetch_parcel
fetch_parcel:
        la      t0, 1f
        csrrw   t0, stvec, t0
        hlvx.hu a0, (a0)
        csrw    stvec, t0
        ret
        .balign 4
1:      li      a0, -1
        csrw    stvec, t0
        ret

        .bss
        .balign 16
        .skip   8192
boot_stack_end:
