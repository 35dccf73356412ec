# Runs `bench` in VS-mode under the same Sv39 over Sv39x4, and ends the machine with its
# verdict. Guest physical addresses are physical ones, by pages of 4 KiB: the first 32 MiB
# of RAM, in which the guest's tables are, and the test finisher.
    .equ    G_ROOT, 0x82000000      # 16 KiB
    .equ    G_LOW, G_ROOT + 0x4000
    .equ    G_LOW_LEAF, G_ROOT + 0x5000
    .equ    G_RAM, G_ROOT + 0x6000
    .equ    G_RAM_LEAF, G_ROOT + 0x7000 # sixteen tables of 512 leaves
    .equ    G_LEAF, 0xdf            # D A U X W R V

    # G_ROOT[0] -> G_LOW, G_ROOT[2] -> G_RAM
    li      t0, G_ROOT
    li      t1, G_LOW
    srli    t1, t1, 2
    ori     t1, t1, POINTER
    sd      t1, 0(t0)
    li      t1, G_RAM
    srli    t1, t1, 2
    ori     t1, t1, POINTER
    sd      t1, 16(t0)

    # G_LOW[0] -> G_LOW_LEAF, whose entry 0x100 is the page of the test finisher.
    li      t0, G_LOW
    li      t1, G_LOW_LEAF
    srli    t2, t1, 2
    ori     t2, t2, POINTER
    sd      t2, 0(t0)
    li      t2, 0x100000
    srli    t2, t2, 2
    ori     t2, t2, G_LEAF
    li      t3, 0x800
    add     t1, t1, t3
    sd      t2, 0(t1)

    # G_RAM[0..15] -> the sixteen leaf tables.
    li      t0, G_RAM
    li      t1, G_RAM_LEAF
    li      t2, 16
    li      t4, 0x1000
1:  srli    t3, t1, 2
    ori     t3, t3, POINTER
    sd      t3, 0(t0)
    addi    t0, t0, 8
    add     t1, t1, t4
    addi    t2, t2, -1
    bnez    t2, 1b

    # 8,192 leaves, one after the other.
    li      t0, G_RAM_LEAF
    li      t1, 0x80000000 >> 2
    ori     t1, t1, G_LEAF
    li      t2, 8192
1:  sd      t1, 0(t0)
    addi    t0, t0, 8
    addi    t1, t1, 0x400
    addi    t2, t2, -1
    bnez    t2, 1b

    # vsatp and hgatp = MODE 8 | the root's page number; then mret to VS-mode.
    li      t0, ROOT
    srli    t0, t0, 12
    li      t1, 8
    slli    t1, t1, 60
    or      t0, t0, t1
    csrw    vsatp, t0
    li      t0, G_ROOT
    srli    t0, t0, 12
    or      t0, t0, t1
    csrw    hgatp, t0
    .4byte  0x62000073              # hfence.gvma, by whatever assembler
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x8000000800        # MPV, MPP = S
    csrs    mstatus, t0
    la      t0, guest
    csrw    mepc, t0
    mret

guest:
    call    bench
    j       finish
