# A program as time travel meets it: it dirties 1 MiB (256 pages) in each round of about
# four million instructions, somewhere in 64 MiB, and seldom does something that one may
# look for. Every 25 rounds, about 10^8 instructions, it passes `seldom`, counts in
# `count` and writes the UART's scratch register; each round it writes the UART's line
# control.
    .text
    .equ    BUFFER, 0x81000000
    .equ    BYTES, 0x4000000
    .equ    UART, 0x10000000
bench:
    li      t0, ROUNDS
    li      a1, BUFFER
    li      a2, BUFFER + BYTES
    mv      a3, a1                  # the page that comes next
    li      a4, 0                   # rounds since `seldom`
    li      a6, UART
    la      a7, count
1:  li      t1, 256
2:  sd      t0, 0(a3)
    li      t2, 4096
    add     a3, a3, t2
    bltu    a3, a2, 3f
    mv      a3, a1
3:  li      t2, 3125
4:  xor     t3, t3, t2
    add     t4, t4, t3
    slli    t3, t3, 1
    addi    t2, t2, -1
    bnez    t2, 4b
    addi    t1, t1, -1
    bnez    t1, 2b
    li      t2, 3
    sb      t2, 3(a6)
    addi    a4, a4, 1
    li      t2, 25
    bne     a4, t2, 5f
    li      a4, 0
seldom:
    ld      t2, 0(a7)
    addi    t2, t2, 1
    sd      t2, 0(a7)
    sb      t2, 7(a6)
5:  addi    t0, t0, -1
    bnez    t0, 1b
    li      a0, 0
    ret
    .data
    .balign 8
count:  .dword 0
