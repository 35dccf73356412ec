# Code as programs have it: calls and frames, recursion, a hash table, strings, a sort, a
# linked list, and a small interpreter that jumps through a table. No part takes more than
# a quarter of the time, and every round works on other data.
#
# s0 rounds left   s1 seed   s2 what was found wrong   s3 running checksum
    .text
    .equ    WORDS, 0x80300000       # 256 numbers to sort
    .equ    TABLE, 0x80310000       # hash table: 1,024 slots of key, value
    .equ    TEXT, 0x80320000        # a line of text and its copy
    .equ    NODES, 0x80330000       # 256 list nodes of 16 bytes
    .equ    CODE, 0x80340000        # byte code
bench:
    addi    sp, sp, -48
    sd      ra, 40(sp)
    sd      s0, 32(sp)
    sd      s1, 24(sp)
    sd      s2, 16(sp)
    sd      s3, 8(sp)
    li      s0, ROUNDS
    li      s1, 0x2545f4914f6cdd1d
    li      s2, 0
    li      s3, 0
1:  call    fill_words
    li      a0, WORDS
    li      a1, WORDS + 255 * 8
    call    quicksort
    call    check_sorted
    or      s2, s2, a0
    call    hash_words
    or      s2, s2, a0
    call    make_text
    li      a0, TEXT + 512
    li      a1, TEXT
    call    copy_text
    li      a0, TEXT + 512
    li      a1, TEXT
    call    compare_text
    or      s2, s2, a0
    call    count_words
    add     s3, s3, a0
    call    link_nodes
    call    walk_nodes
    add     s3, s3, a0
    call    make_code
    call    interpret
    add     s3, s3, a0
    li      a0, 12
    call    fibonacci
    addi    a0, a0, -144
    or      s2, s2, a0
    addi    s0, s0, -1
    bnez    s0, 1b
    mv      a0, s2
    ld      ra, 40(sp)
    ld      s0, 32(sp)
    ld      s1, 24(sp)
    ld      s2, 16(sp)
    ld      s3, 8(sp)
    addi    sp, sp, 48
    ret

# The next pseudo-random number (xorshift64) in a0.
random:
    slli    a0, s1, 13
    xor     s1, s1, a0
    srli    a0, s1, 7
    xor     s1, s1, a0
    slli    a0, s1, 17
    xor     s1, s1, a0
    mv      a0, s1
    ret

fill_words:
    addi    sp, sp, -32
    sd      ra, 24(sp)
    sd      s4, 16(sp)
    sd      s5, 8(sp)
    li      s4, WORDS
    addi    s5, s4, 2047
    addi    s5, s5, 1
1:  call    random
    srli    a0, a0, 20
    sd      a0, 0(s4)
    addi    s4, s4, 8
    bltu    s4, s5, 1b
    ld      ra, 24(sp)
    ld      s4, 16(sp)
    ld      s5, 8(sp)
    addi    sp, sp, 32
    ret

# Sorts the words from a0 to a1, both included: Hoare's partition, then both halves.
quicksort:
    bgeu    a0, a1, 4f
    addi    sp, sp, -32
    sd      ra, 24(sp)
    sd      s4, 16(sp)
    sd      s5, 8(sp)
    sub     t0, a1, a0
    srli    t0, t0, 4
    slli    t0, t0, 3
    add     t0, t0, a0
    ld      t0, 0(t0)               # the pivot, from the middle
    addi    t1, a0, -8
    addi    t2, a1, 8
1:  addi    t1, t1, 8
    ld      t3, 0(t1)
    bltu    t3, t0, 1b
2:  addi    t2, t2, -8
    ld      t4, 0(t2)
    bltu    t0, t4, 2b
    bgeu    t1, t2, 3f
    sd      t4, 0(t1)
    sd      t3, 0(t2)
    j       1b
3:  mv      s4, t2
    mv      s5, a1
    mv      a1, t2
    call    quicksort
    addi    a0, s4, 8
    mv      a1, s5
    call    quicksort
    ld      ra, 24(sp)
    ld      s4, 16(sp)
    ld      s5, 8(sp)
    addi    sp, sp, 32
4:  ret

check_sorted:
    li      t0, WORDS
    li      t1, 255
    li      a0, 0
1:  ld      t2, 0(t0)
    ld      t3, 8(t0)
    sltu    t4, t3, t2
    or      a0, a0, t4
    addi    t0, t0, 8
    addi    t1, t1, -1
    bnez    t1, 1b
    ret

# Puts all words into the hash table, finds them again, and takes them out.
hash_words:
    addi    sp, sp, -48
    sd      ra, 40(sp)
    sd      s4, 32(sp)
    sd      s5, 24(sp)
    sd      s6, 16(sp)
    li      s4, WORDS
    li      s5, 256
1:  ld      a0, 0(s4)
    call    hash_slot
    ld      t0, 0(s4)
    sd      t0, 0(a0)
    sd      s5, 8(a0)
    addi    s4, s4, 8
    addi    s5, s5, -1
    bnez    s5, 1b
    li      s4, WORDS
    li      s5, 256
    li      s6, 0
2:  ld      a0, 0(s4)
    call    hash_slot
    ld      t0, 8(a0)
    sub     t0, t0, s5
    or      s6, s6, t0
    addi    s4, s4, 8
    addi    s5, s5, -1
    bnez    s5, 2b
    li      t0, TABLE
    li      t1, 512
3:  sd      zero, 0(t0)
    sd      zero, 8(t0)
    sd      zero, 16(t0)
    sd      zero, 24(t0)
    addi    t0, t0, 32
    addi    t1, t1, -1
    bnez    t1, 3b
    mv      a0, s6
    ld      ra, 40(sp)
    ld      s4, 32(sp)
    ld      s5, 24(sp)
    ld      s6, 16(sp)
    addi    sp, sp, 48
    ret

# The slot of key a0: where it is, or the free one where it belongs.
hash_slot:
    li      t0, 0x9e3779b97f4a7c15
    mul     t0, a0, t0
    srli    t0, t0, 54
    li      t1, TABLE
1:  slli    t2, t0, 4
    add     t2, t2, t1
    ld      t3, 0(t2)
    beqz    t3, 2f
    beq     t3, a0, 2f
    addi    t0, t0, 1
    andi    t0, t0, 1023
    j       1b
2:  mv      a0, t2
    ret

# 400 letters and spaces, then 0.
make_text:
    addi    sp, sp, -32
    sd      ra, 24(sp)
    sd      s4, 16(sp)
    sd      s5, 8(sp)
    li      s4, TEXT
    li      s5, 50
1:  call    random
    li      t0, 8
2:  andi    t1, a0, 31
    li      t2, 26
    addi    t3, t1, 97
    bltu    t1, t2, 3f
    li      t3, 32
3:  sb      t3, 0(s4)
    srli    a0, a0, 8
    addi    s4, s4, 1
    addi    t0, t0, -1
    bnez    t0, 2b
    addi    s5, s5, -1
    bnez    s5, 1b
    sb      zero, 0(s4)
    ld      ra, 24(sp)
    ld      s4, 16(sp)
    ld      s5, 8(sp)
    addi    sp, sp, 32
    ret

copy_text:
1:  lbu     t0, 0(a1)
    sb      t0, 0(a0)
    addi    a0, a0, 1
    addi    a1, a1, 1
    bnez    t0, 1b
    ret

compare_text:
1:  lbu     t0, 0(a0)
    lbu     t1, 0(a1)
    bne     t0, t1, 2f
    addi    a0, a0, 1
    addi    a1, a1, 1
    bnez    t0, 1b
    li      a0, 0
    ret
2:  li      a0, 1
    ret

# How many words the text has, as wc counts them.
count_words:
    li      t0, TEXT
    li      a0, 0
    li      t1, 1                   # outside a word
    li      t3, 32
1:  lbu     t2, 0(t0)
    addi    t0, t0, 1
    beqz    t2, 3f
    beq     t2, t3, 2f
    add     a0, a0, t1
    li      t1, 0
    j       1b
2:  li      t1, 1
    j       1b
3:  ret

# Node i points to node 5 i + 3 modulo 256: a list that visits nodes out of order.
link_nodes:
    li      t0, NODES
    li      t1, 0
    li      t6, 256
1:  li      t2, 5
    mulw    t2, t1, t2
    addi    t2, t2, 3
    andi    t2, t2, 255
    slli    t2, t2, 4
    add     t2, t2, t0
    slli    t3, t1, 4
    add     t3, t3, t0
    sd      t2, 0(t3)
    xor     t4, t1, s1
    sw      t4, 8(t3)
    sh      t1, 12(t3)
    addi    t1, t1, 1
    bne     t1, t6, 1b
    ret

walk_nodes:
    li      t0, NODES
    li      t1, 1024
    li      a0, 0
1:  lw      t2, 8(t0)
    lhu     t3, 12(t0)
    ld      t0, 0(t0)
    andi    t4, t2, 1
    beqz    t4, 2f
    add     a0, a0, t3
    j       3f
2:  subw    a0, a0, t2
3:  addi    t1, t1, -1
    bnez    t1, 1b
    ret

# 512 random operations of the byte-code machine below, then its end.
make_code:
    addi    sp, sp, -32
    sd      ra, 24(sp)
    sd      s4, 16(sp)
    sd      s5, 8(sp)
    li      s4, CODE
    li      s5, 64
1:  call    random
    li      t0, 0x0707070707070707
    and     a0, a0, t0
    sd      a0, 0(s4)
    addi    s4, s4, 8
    addi    s5, s5, -1
    bnez    s5, 1b
    li      t0, 8
    sb      t0, 0(s4)
    ld      ra, 24(sp)
    ld      s4, 16(sp)
    ld      s5, 8(sp)
    addi    sp, sp, 32
    ret

# An accumulator a0, a second number a1, and nine operations.
interpret:
    li      a0, 1
    li      a1, 0x12345
    li      t0, CODE
    la      t1, operations
1:  lbu     t2, 0(t0)
    addi    t0, t0, 1
    slli    t2, t2, 3
    add     t2, t2, t1
    ld      t2, 0(t2)
    jr      t2
op_add:
    add     a0, a0, a1
    j       1b
op_sub:
    sub     a0, a0, a1
    j       1b
op_xor:
    xor     a0, a0, a1
    j       1b
op_swap:
    mv      t3, a0
    mv      a0, a1
    mv      a1, t3
    j       1b
op_shift:
    slli    t3, a0, 5
    srli    a0, a0, 59
    or      a0, a0, t3
    j       1b
op_multiply:
    mul     a1, a1, a0
    ori     a1, a1, 1
    j       1b
op_divide:
    ori     t3, a1, 3
    divu    a0, a0, t3
    j       1b
op_skip:
    andi    t3, a0, 1
    beqz    t3, 1b
    addi    a0, a0, 7
    j       1b
op_end:
    ret

fibonacci:
    li      t0, 2
    bltu    a0, t0, 1f
    addi    sp, sp, -32
    sd      ra, 24(sp)
    sd      s4, 16(sp)
    sd      s5, 8(sp)
    mv      s4, a0
    addi    a0, s4, -1
    call    fibonacci
    mv      s5, a0
    addi    a0, s4, -2
    call    fibonacci
    add     a0, a0, s5
    ld      ra, 24(sp)
    ld      s4, 16(sp)
    ld      s5, 8(sp)
    addi    sp, sp, 32
1:  ret

    .data
    .balign 8
operations:
    .dword  op_add, op_sub, op_xor, op_swap, op_shift, op_multiply, op_divide, op_skip
    .dword  op_end
