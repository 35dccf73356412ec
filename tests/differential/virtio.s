# What a virtio driver does, as a list of orders: write or read a register, put something
# into memory, wait for the device. Each order is four doublewords: what, and three numbers.
# What is read is written down (see tests/unit/virtio_qemu.c, which puts names before this
# text, and all that is in memory).

    .text
    .globl  _start
_start:
    csrr    t0, mhartid
    bnez    t0, park
    li      s1, DEVICE
    li      s3, ORDERS
    li      s4, LOG

next:
    ld      t0, 0(s3)
    ld      t1, 8(s3)
    ld      t2, 16(s3)
    ld      t3, 24(s3)
    addi    s3, s3, 32
    li      t4, ORDER_WRITE
    beq     t0, t4, write
    li      t4, ORDER_READ
    beq     t0, t4, read
    li      t4, ORDER_PUT
    beq     t0, t4, put
    li      t4, ORDER_AWAIT
    beq     t0, t4, await
    li      t4, ORDER_AWAIT_REGISTER
    beq     t0, t4, await_register
    j       finish

write:                              # register, value
    add     t1, t1, s1
    sw      t2, 0(t1)
    j       next

read:                               # register, mask
    add     t1, t1, s1
    lwu     t0, 0(t1)
    and     t0, t0, t2
    sd      t0, 0(s4)
    addi    s4, s4, 8
    j       next

put:                                # address, 16 bits: seen before what follows
    fence   rw, rw
    sh      t2, 0(t1)
    fence   rw, rw
    j       next

await:                              # address, 16 bits, patience afterwards
    lhu     t0, 0(t1)
    fence   rw, rw
    bne     t0, t2, await
patience:
    beqz    t3, next
    addi    t3, t3, -1
    j       patience

await_register:                     # register, value, mask
    add     t1, t1, s1
again:
    lwu     t0, 0(t1)
    and     t0, t0, t3
    bne     t0, t2, again
    j       next

finish:
    li      t0, 0x100000
    li      t1, 0x5555
    sw      t1, 0(t0)
park:
    wfi
    j       park
