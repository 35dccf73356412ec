# What runs the sequences of a differential image, in M-mode: for each it sets up the
# hart as the descriptor says, enters it, lets it go on after each trap, and writes down
# how it ended. layout.def has the names in capitals; set_csrs and dump_csrs follow this
# text, made from the tables of CSRs.

    .text
    .globl  _start
_start:
    li      s0, FRAME
    csrw    mscratch, s0
    la      t0, trap
    csrw    mtvec, t0
    li      t0, 0x2004000           # mtimecmp: never
    li      t1, -1
    sd      t1, 0(t0)
    li      t0, DESCRIPTORS
    sd      t0, FRAME_DESC(s0)
    li      t0, RESULTS
    sd      t0, FRAME_RESULT(s0)

# --- setting up -----------------------------------------------------------------------

begin:
    ld      s1, FRAME_DESC(s0)
    ld      t0, FRAME_LEFT(s0)
    beqz    t0, finish

    # The ends of each data page: each word made of its address. At EDGE / 2 stands
    # a return, for sequences that jump there.
    li      a0, DATA
    li      a1, DATA_PAGES
    li      a2, 0x9e3779b97f4a7c15
    li      a4, 0x0000806700008067
fill_page:
    addi    a5, a0, EDGE
fill_low:
    mul     t0, a0, a2
    srli    t1, t0, 29
    xor     t0, t0, t1
    sd      t0, 0(a0)
    addi    a0, a0, 8
    bne     a0, a5, fill_low
    sd      a4, -EDGE/2(a0)
    li      t1, 4096 - 2 * EDGE
    add     a0, a0, t1
    addi    a5, a0, EDGE
fill_high:
    mul     t0, a0, a2
    srli    t1, t0, 29
    xor     t0, t0, t1
    sd      t0, 0(a0)
    addi    a0, a0, 8
    bne     a0, a5, fill_high
    addi    a1, a1, -1
    bnez    a1, fill_page

    addi    a0, s1, DESC_POKES
    ld      a1, 0(a0)
poke:
    beqz    a1, poked
    ld      t0, 8(a0)
    ld      t1, 16(a0)
    sd      t1, 0(t0)
    addi    a0, a0, 16
    addi    a1, a1, -1
    j       poke
poked:
    addi    t0, s0, FRAME_SPARE     # a reservation of the sequence before
    sc.d    t1, zero, (t0)
    call    set_csrs
    ld      t0, FRAME_GUESTS(s0)
    beqz    t0, set
    call    set_guest_csrs
    hfence.gvma
set:
    sfence.vma
    ld      t0, DESC_CODE_VA(s1)
    csrw    mepc, t0

    addi    sp, s1, DESC_REGS
    j       enter

# Loads the registers from the 32 words at sp, and leaves.
enter:
    ld      x1, 8(sp)
    ld      x3, 24(sp)
    ld      x4, 32(sp)
    ld      x5, 40(sp)
    ld      x6, 48(sp)
    ld      x7, 56(sp)
    ld      x8, 64(sp)
    ld      x9, 72(sp)
    ld      x10, 80(sp)
    ld      x11, 88(sp)
    ld      x12, 96(sp)
    ld      x13, 104(sp)
    ld      x14, 112(sp)
    ld      x15, 120(sp)
    ld      x16, 128(sp)
    ld      x17, 136(sp)
    ld      x18, 144(sp)
    ld      x19, 152(sp)
    ld      x20, 160(sp)
    ld      x21, 168(sp)
    ld      x22, 176(sp)
    ld      x23, 184(sp)
    ld      x24, 192(sp)
    ld      x25, 200(sp)
    ld      x26, 208(sp)
    ld      x27, 216(sp)
    ld      x28, 224(sp)
    ld      x29, 232(sp)
    ld      x30, 240(sp)
    ld      x31, 248(sp)
    ld      x2, 16(sp)
    mret

# --- traps ----------------------------------------------------------------------------

    .balign 4
trap:
    csrrw   sp, mscratch, sp
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
    sd      x12, 96(sp)
    sd      x13, 104(sp)
    sd      x14, 112(sp)
    sd      x15, 120(sp)
    sd      x16, 128(sp)
    sd      x17, 136(sp)
    sd      x18, 144(sp)
    sd      x19, 152(sp)
    sd      x20, 160(sp)
    sd      x21, 168(sp)
    sd      x22, 176(sp)
    sd      x23, 184(sp)
    sd      x24, 192(sp)
    sd      x25, 200(sp)
    sd      x26, 208(sp)
    sd      x27, 216(sp)
    sd      x28, 224(sp)
    sd      x29, 232(sp)
    sd      x30, 240(sp)
    sd      x31, 248(sp)
    mv      s0, sp
    csrr    t0, mscratch
    sd      t0, 16(s0)
    csrw    mscratch, s0

    ld      s1, FRAME_DESC(s0)
    ld      s2, FRAME_RESULT(s0)
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    csrr    a3, mstatus
    li      a4, 0

    # The last instruction is an ecall or ebreak at DESC_END.
    ld      t0, DESC_END(s1)
    bne     a1, t0, not_the_end
    bltz    a0, not_the_end
    li      t0, 1
    sll     t0, t0, a0
    andi    t0, t0, 0x308
    li      t1, 0x800
    li      t2, 11
    beq     a0, t2, the_end
    li      t2, 10
    beq     a0, t2, the_end
    bnez    t0, the_end
not_the_end:

    # With guests, what else a trap to M-mode records.
    ld      s4, FRAME_GUESTS(s0)
    li      s5, 0
    li      s6, 0
    beqz    s4, where
    csrr    s5, mtval2
    csrr    s6, mtinst
where:

    # An ecall or ebreak in one of the pages of handlers is a trap that went to S-mode, or
    # if it comes from there by V = 1 to VS-mode. s3 is 0 for M-mode, 1, or 2.
    li      s3, 0
    li      t0, ESCAPES
    sub     t0, a1, t0
    li      t1, 0x2000
    bgeu    t0, t1, log
    li      t1, 9
    beq     a0, t1, escaped
    li      t1, 10
    beq     a0, t1, escaped
    li      t1, 3
    bne     a0, t1, log
escaped:
    mv      a4, a1
    srli    t0, a3, 39              # MPV
    andi    t0, t0, 1
    bnez    t0, escaped_guest
    li      s3, 1
    csrr    a0, scause
    csrr    a1, sepc
    csrr    a2, stval
    beqz    s4, log
    csrr    s5, htval
    csrr    s6, htinst
    j       log
escaped_guest:
    li      s3, 2
    li      s5, 0
    li      s6, 0
    csrr    a0, vscause
    csrr    a1, vsepc
    csrr    a2, vstval

log:
    ld      t0, RESULT_TRAPS(s2)
    addi    t1, t0, 1
    sd      t1, RESULT_TRAPS(s2)
    li      a7, 2
    li      t1, LOG_ROWS
    bgeu    t0, t1, stop
    li      t1, LOG_ROW
    mul     t0, t0, t1
    add     t0, t0, s2
    li      t1, RESULT_LOG
    add     t0, t0, t1
    sd      a0, LOG_CAUSE(t0)
    sd      a1, LOG_EPC(t0)
    sd      a2, LOG_TVAL(t0)
    sd      a3, LOG_MSTATUS(t0)
    sd      a4, LOG_HANDLER(t0)
    beqz    s4, logged
    sd      s5, LOG_TVAL2(t0)
    sd      s6, LOG_TINST(t0)
    csrr    t1, hstatus
    sd      t1, LOG_HSTATUS(t0)
    csrr    t1, vsstatus
    sd      t1, LOG_VSSTATUS(t0)
logged:

    # Where to go on. After an interrupt: at the same place, with that one disabled (a
    # guest knows it by the number before).
    bgez    a0, exception
    srli    t1, s3, 1
    add     t1, t1, a0
    li      t0, 1
    sll     t0, t0, t1
    csrc    mie, t0
    j       go_on

    # After a fetch that failed: at ra, as if the jump had returned.
exception:
    li      a7, 3
    ld      t2, DESC_CODE_VA(s1)
    ld      t3, DESC_LENGTH(s1)
    li      t0, 1
    beq     a0, t0, go_back
    li      t0, 12
    beq     a0, t0, go_back
    li      t0, 20
    beq     a0, t0, go_back
    beqz    a0, go_back

    # After all else: at the next instruction, whose length is seen in the code.
    sub     t0, a1, t2
    bgeu    t0, t3, stop
    ld      t1, DESC_CODE_PA(s1)
    add     t0, t0, t1
    lhu     t0, 0(t0)
    not     t0, t0
    andi    t0, t0, 3
    addi    a1, a1, 2
    bnez    t0, go_on
    addi    a1, a1, 2
    j       go_on
go_back:
    ld      a1, 8(s0)
    sub     t0, a1, t2
    bgeu    t0, t3, stop

go_on:
    sfence.vma                      # QEMU keeps what it looked up for MPRV's old mode
    beqz    s4, fenced
    hfence.gvma
    hfence.vvma
fenced:
    beqz    s3, to_the_sequence
    # By way of the sret at the end of the page of handlers.
    addi    t0, s3, -1
    bnez    t0, guest_returns
    csrw    sepc, a1
    j       returns
guest_returns:
    csrw    vsepc, a1
returns:
    srli    a1, a4, 12
    slli    a1, a1, 12
    li      t0, 0xf00
    add     a1, a1, t0
to_the_sequence:
    csrw    mepc, a1
    mv      sp, s0
    j       enter

# --- the end of a sequence ------------------------------------------------------------

the_end:
    li      a7, 1
stop:
    sd      a7, RESULT_STOP(s2)
    li      t0, 1 << 17             # MPRV
    csrc    mstatus, t0

    ld      t0, 8(s0)
    sd      t0, RESULT_REGS(s2)
    addi    a0, s0, 16
    addi    a1, s2, RESULT_REGS+8
    li      a2, 30
save:
    ld      t0, 0(a0)
    sd      t0, 0(a1)
    addi    a0, a0, 8
    addi    a1, a1, 8
    addi    a2, a2, -1
    bnez    a2, save
    call    dump_csrs
    ld      t0, FRAME_GUESTS(s0)
    beqz    t0, dumped
    call    dump_guest_csrs
dumped:
    csrw    pmpcfg0, zero           # M-mode, too, may not access what matches in part
    csrw    pmpcfg2, zero

    addi    a0, s1, DESC_POKES
    ld      a1, 0(a0)
    addi    a2, s2, RESULT_POKES
read_back:
    beqz    a1, sum
    ld      t0, 8(a0)
    ld      t1, 0(t0)
    sd      t1, 0(a2)
    sd      zero, 0(t0)
    addi    a0, a0, 16
    addi    a1, a1, -1
    addi    a2, a2, 8
    j       read_back

sum:
    li      a0, DATA
    li      a1, DATA_PAGES
    addi    a2, s2, RESULT_SUMS
    li      a3, 0xff51afd7ed558ccd
sum_page:
    li      a4, 0
    addi    a5, a0, EDGE
sum_low:
    ld      t0, 0(a0)
    xor     a4, a4, t0
    mul     a4, a4, a3
    addi    a0, a0, 8
    bne     a0, a5, sum_low
    li      t1, 4096 - 2 * EDGE
    add     a0, a0, t1
    addi    a5, a0, EDGE
sum_high:
    ld      t0, 0(a0)
    xor     a4, a4, t0
    mul     a4, a4, a3
    addi    a0, a0, 8
    bne     a0, a5, sum_high
    sd      a4, 0(a2)
    addi    a2, a2, 8
    addi    a1, a1, -1
    bnez    a1, sum_page

    li      t0, DESC_SIZE
    add     s1, s1, t0
    sd      s1, FRAME_DESC(s0)
    li      t0, RESULT_SIZE
    add     s2, s2, t0
    sd      s2, FRAME_RESULT(s0)
    ld      t0, FRAME_LEFT(s0)
    addi    t0, t0, -1
    sd      t0, FRAME_LEFT(s0)
    j       begin

finish:
    li      t0, 0x100000
    li      t1, 0x5555
    sw      t1, 0(t0)
wait:
    j       wait

