# A driver for the FU540's platform DMA that follows a list of orders: start a transfer on
# a channel, or wait for it and write down all its registers. Where the controller is, and
# how the program ends, are parameters (see sifive_u.c, which puts names before this text).

    .text
    .globl  _start
_start:
    csrr    t0, mhartid
    bnez    t0, park
    li      s0, PARAMETERS
    ld      s1, 0(s0)               # the controller
    ld      s2, 8(s0)               # orders to go
    li      s3, ORDERS
    li      s4, LOG

next:
    beqz    s2, finish
    addi    s2, s2, -1
    ld      t0, 8(s3)               # channel
    slli    t0, t0, 12
    add     s5, s1, t0
    ld      t0, 0(s3)
    bnez    t0, wait

start:
    sw      zero, CONTROL(s5)
    li      t0, CLAIM
    sw      t0, CONTROL(s5)
    lw      t0, CONTROL(s5)
    sd      t0, 0(s4)
    lwu     t0, NEXT_CONFIG(s5)
    sd      t0, 8(s4)
    ld      t0, 16(s3)
    sw      t0, NEXT_CONFIG(s5)
    ld      t0, 24(s3)
    ld      t1, 32(s3)
    ld      t2, 40(s3)
    ld      t3, 56(s3)
    bnez    t3, in_halves
    sd      t0, NEXT_BYTES(s5)
    sd      t1, NEXT_DEST(s5)
    sd      t2, NEXT_SOURCE(s5)
    j       run
in_halves:
    sw      t0, NEXT_BYTES(s5)
    srli    t0, t0, 32
    sw      t0, NEXT_BYTES+4(s5)
    sw      t1, NEXT_DEST(s5)
    srli    t1, t1, 32
    sw      t1, NEXT_DEST+4(s5)
    sw      t2, NEXT_SOURCE(s5)
    srli    t2, t2, 32
    sw      t2, NEXT_SOURCE+4(s5)
run:
    ld      t0, 48(s3)              # CLAIM and RUN, and which interrupts
    sw      t0, CONTROL(s5)
    j       done

wait:
    lw      t0, CONTROL(s5)
    srliw   t0, t0, 30              # done, error
    beqz    t0, wait
    lwu     t0, CONTROL(s5)
    sd      t0, 0(s4)
    lwu     t0, NEXT_CONFIG(s5)
    sd      t0, 8(s4)
    ld      t0, NEXT_BYTES(s5)
    sd      t0, 16(s4)
    ld      t0, NEXT_DEST(s5)
    sd      t0, 24(s4)
    ld      t0, NEXT_SOURCE(s5)
    sd      t0, 32(s4)
    lwu     t0, EXEC_CONFIG(s5)
    sd      t0, 40(s4)
    ld      t0, EXEC_BYTES(s5)
    sd      t0, 48(s4)
    ld      t0, EXEC_DEST(s5)
    sd      t0, 56(s4)
    lwu     t0, EXEC_DEST(s5)       # halves of a register, too
    sd      t0, 64(s4)
    ld      t0, EXEC_SOURCE(s5)
    sd      t0, 72(s4)
    li      t0, PLIC_PENDING
    lwu     t0, 0(t0)
    sd      t0, 80(s4)

done:
    addi    s3, s3, ORDER_SIZE
    addi    s4, s4, LOG_ROW_SIZE
    j       next

# Stores words until the machine is off.
finish:
    addi    s0, s0, 16
store:
    ld      t0, 0(s0)
    ld      t1, 8(s0)
    beqz    t0, park
    sw      t1, 0(t0)
    addi    s0, s0, 16
    j       store
park:
    wfi
    j       park
