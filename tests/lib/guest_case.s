# What runs a case of guest_case.h, in M-mode: it sets up the hart, enters the case's code,
# and writes down how that ended. Names in capitals and what is called CASE_* come before
# this text; the case's own texts follow it.

    .text
    .globl  _start
_start:
    la      t0, trap
    csrw    mtvec, t0
    li      t0, 0x2004000           # mtimecmp: never
    li      t1, -1
    sd      t1, 0(t0)
    csrw    stimecmp, t1

    # The last PMP entry opens all memory; those before it are the case's.
    csrw    pmpaddr15, t1
    li      t0, 0x1f << 56
    csrw    pmpcfg2, t0

    li      t0, CASE_MSTATUS
    csrw    mstatus, t0
    li      t0, CASE_MEDELEG
    csrw    medeleg, t0
    li      t0, 0x222
    csrw    mideleg, t0
    csrw    mie, zero
    csrw    mip, zero
    csrw    menvcfg, zero
    csrw    senvcfg, zero
    csrw    mcounteren, zero
    csrw    scounteren, zero
    csrw    satp, zero
    li      t0, HS_HANDLER
    csrw    stvec, t0

    li      t0, 0x100               # SPVP
    csrw    hstatus, t0
    li      t0, CASE_HEDELEG
    csrw    hedeleg, t0
    csrw    hideleg, zero
    csrw    hvip, zero
    csrw    henvcfg, zero
    csrw    hcounteren, zero
    csrw    htimedelta, zero
    li      t0, CASE_HGATP
    csrw    hgatp, t0
    li      t0, CASE_VSATP
    csrw    vsatp, t0
    csrw    vsstatus, zero
    li      t0, VS_HANDLER
    csrw    vstvec, t0

    # What a trap to another mode must leave alone.
    li      t0, KEPT_CAUSE
    csrw    scause, t0
    csrw    vscause, t0
    li      t0, KEPT_VALUE
    csrw    sepc, t0
    csrw    stval, t0
    csrw    htval, t0
    csrw    vsepc, t0
    csrw    vstval, t0
    csrw    htinst, zero
    csrw    mtinst, zero
    csrw    mtval2, zero

    # Two pages of data: a word, and in the middle of the first one a return, a 16-bit
    # return, and an instruction that reaches into the second page at the end.
    li      s2, CASE_DATA
    li      t0, 0x1122334455667788
    sd      t0, 0(s2)
    li      t1, 0x800
    add     t1, t1, s2
    li      t0, 0x00008067          # ret
    sw      t0, 0(t1)
    li      t0, 0x8082              # c.ret
    sw      t0, 16(t1)
    li      t1, 4096
    add     t1, t1, s2
    li      t0, 0x0513              # li a0, 0, in two halves
    sh      t0, -2(t1)
    sd      zero, 0(t1)

    li      s0, CASE_VA
    li      s1, CASE_GPA
    li      a0, 0
    li      a1, 0
    li      t1, CODE
    csrw    mepc, t1
    call    setup
    sfence.vma
    mret

# --- the end --------------------------------------------------------------------------

    .balign 4
trap:
    csrw    mscratch, sp
    li      sp, RESULT
    sd      x1, 8(sp)
    sd      x3, 24(sp)
    sd      x4, 32(sp)
    sd      x5, 40(sp)
    sd      x6, 48(sp)
    sd      x7, 56(sp)
    sd      x8, 64(sp)
    sd      x9, 72(sp)
    sd      x10, 80(sp)
    sd      x11, 88(sp)
    csrr    t0, mcause
    csrr    t1, mepc

    # The trap handlers of HS- and VS-mode are pages of one instruction that traps here.
    li      t3, CASE_ESCAPE_BITS
    li      t4, AT_M
    bltz    t0, told
    srl     t3, t3, t0
    andi    t3, t3, 1
    beqz    t3, told
    srli    t2, t1, 12
    li      t3, HS_HANDLER >> 12
    li      t4, AT_HS
    beq     t2, t3, told
    li      t3, VS_HANDLER >> 12
    li      t4, AT_VS
    beq     t2, t3, told
    la      t3, end
    li      t4, AT_END
    beq     t1, t3, told
    li      t4, AT_M
told:
    sd      t4, 256(sp)
    csrr    t0, mstatus
    sd      t0, 264(sp)
    csrr    t0, mepc
    sd      t0, 272(sp)
    csrr    t0, mcause
    sd      t0, 280(sp)
    csrr    t0, mtval
    sd      t0, 288(sp)
    csrr    t0, mtval2
    sd      t0, 296(sp)
    csrr    t0, mtinst
    sd      t0, 304(sp)
    csrr    t0, hstatus
    sd      t0, 312(sp)
    csrr    t0, sepc
    sd      t0, 320(sp)
    csrr    t0, scause
    sd      t0, 328(sp)
    csrr    t0, stval
    sd      t0, 336(sp)
    csrr    t0, htval
    sd      t0, 344(sp)
    csrr    t0, htinst
    sd      t0, 352(sp)
    csrr    t0, vsstatus
    sd      t0, 360(sp)
    csrr    t0, vsepc
    sd      t0, 368(sp)
    csrr    t0, vscause
    sd      t0, 376(sp)
    csrr    t0, vstval
    sd      t0, 384(sp)
    li      t0, 0x100000
    li      t1, 0x5555
    sw      t1, 0(t0)
stay:
    j       stay
