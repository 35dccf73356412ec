# A walk over 8 MiB: each visit loads a word, adds it up and stores it back changed. A
# pass ends where the buffer does; the next one starts 64 bytes further. With a stride of
# a page and a line (4,160 bytes) every visit is in another page than the one before.
    .text
    .equ    BUFFER, 0x80800000
    .equ    BYTES, 0x800000
bench:
    li      t0, ROUNDS
    li      a1, BUFFER
    li      a2, BYTES - 8           # the last word
    add     a2, a2, a1
    li      a3, STRIDE
    li      a4, 0                   # the sum
    li      a5, 0                   # visits
    li      a6, 0                   # where the pass started: 0 to 4,095
1:  add     t1, a1, a6
2:  ld      t2, 0(t1)
    add     a4, a4, t2
    addi    t2, t2, 1
    sd      t2, 0(t1)
    addi    a5, a5, 1
    add     t1, t1, a3
    bleu    t1, a2, 2b
    addi    a6, a6, 64
    slli    a6, a6, 52
    srli    a6, a6, 52
    addi    t0, t0, -1
    bnez    t0, 1b
    # Every visit added one to a word: all words together are the visits.
    mv      t1, a1
    li      t3, 0
3:  ld      t2, 0(t1)
    add     t3, t3, t2
    addi    t1, t1, 8
    bleu    t1, a2, 3b
    sub     a0, t3, a5
    ret
