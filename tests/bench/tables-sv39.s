# Makes tables for Sv39: the first 16 MiB of RAM and the test finisher are mapped to
# themselves by pages of 4 KiB. Who enters S- or VS-mode with them comes after it.
    .text
    .equ    TABLES, 0x81000000      # not mapped: software does not touch them again
    .equ    ROOT, TABLES            # level 2: one entry a GiB
    .equ    LOW, TABLES + 0x1000    # level 1 of the first GiB
    .equ    LOW_LEAF, TABLES + 0x2000
    .equ    RAM, TABLES + 0x3000    # level 1 of the GiB at 0x80000000
    .equ    RAM_LEAF, TABLES + 0x4000 # eight tables of 512 leaves
    .equ    POINTER, 0x01           # V
    .equ    LEAF, 0xcf              # D A X W R V

    .globl _start
_start:
    la      t0, failed
    csrw    mtvec, t0
    li      sp, STACK

    # ROOT[0] -> LOW, ROOT[2] -> RAM
    li      t0, ROOT
    li      t1, LOW
    srli    t1, t1, 2
    ori     t1, t1, POINTER
    sd      t1, 0(t0)
    li      t1, RAM
    srli    t1, t1, 2
    ori     t1, t1, POINTER
    sd      t1, 16(t0)

    # LOW[0] -> LOW_LEAF, whose entry 0x100 is the page of the test finisher.
    li      t0, LOW
    li      t1, LOW_LEAF
    srli    t2, t1, 2
    ori     t2, t2, POINTER
    sd      t2, 0(t0)
    li      t2, 0x100000
    srli    t2, t2, 2
    ori     t2, t2, LEAF
    li      t3, 0x800
    add     t1, t1, t3
    sd      t2, 0(t1)

    # RAM[0..7] -> the eight leaf tables.
    li      t0, RAM
    li      t1, RAM_LEAF
    li      t2, 8
    li      t4, 0x1000
1:  srli    t3, t1, 2
    ori     t3, t3, POINTER
    sd      t3, 0(t0)
    addi    t0, t0, 8
    add     t1, t1, t4
    addi    t2, t2, -1
    bnez    t2, 1b

    # 4,096 leaves, one after the other.
    li      t0, RAM_LEAF
    li      t1, 0x80000000 >> 2
    ori     t1, t1, LEAF
    li      t2, 4096
1:  sd      t1, 0(t0)
    addi    t0, t0, 8
    addi    t1, t1, 0x400
    addi    t2, t2, -1
    bnez    t2, 1b

    # PMP entry 0 lets S-mode reach everything.
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0

