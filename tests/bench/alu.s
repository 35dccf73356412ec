# Integer arithmetic in registers: a loop of 20 instructions, no memory.
    .text
bench:
    li      t0, ROUNDS
    li      a1, 0x9e3779b97f4a7c15
    li      a2, 1
    li      a3, 0
    li      a4, 12345
    li      a5, 0
1:  add     a3, a3, a1
    xor     a2, a2, a3
    slli    a6, a2, 13
    xor     a2, a2, a6
    srli    a6, a2, 7
    xor     a2, a2, a6
    slli    a6, a2, 17
    xor     a2, a2, a6
    addw    a4, a4, a2
    sub     a5, a5, a4
    and     a7, a2, a3
    or      t1, a5, a7
    sltu    t2, t1, a2
    add     a5, a5, t2
    sraiw   t3, a4, 3
    addi    t3, t3, 77
    xor     a5, a5, t3
    andi    t4, a5, 255
    addi    t0, t0, -1
    bnez    t0, 1b
    # No fault, if the state has not collapsed.
    seqz    a0, a2
    ret
