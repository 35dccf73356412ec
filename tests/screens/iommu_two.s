# DMA channel 0 is behind the IOMMU, which translates in two stages: the first one's tables
# are at guest physical addresses. A page may be read from IOVA 0x40006000, another one may
# not be written at 0x40005000.
        .globl _start
        .text
        .equ DEST, 0x40005000
        .equ SOURCE, 0x40006000
        .equ IOMMU, 0x3010000
        .equ DMA, 0x3100000
        .equ DDT, 0x80400000
        .equ LEAF, 0x80401000
        .equ ROOT, 0x80404000
        .equ MID, 0x80408000
        .equ LOW, 0x80409000
        .equ FIRST, 0x8040a000          # tables of the first stage
        .equ CQ, 0x80410000
        .equ FQ, 0x80411000
_start:
        la      t0, stop
        csrw    mtvec, t0
        li      t0, DDT
        li      t1, (LEAF >> 2) | 1
        sd      t1, 16(t0)              # DDI[1] of 0x104 is 2
        li      t0, LEAF
        li      t1, 1
        sd      t1, 128(t0)             # DDI[0] is 4: tc.V
        li      t1, (8 << 60) | (1 << 44) | (ROOT >> 12)
        sd      t1, 136(t0)
        li      t1, 9 << 12             # PSCID
        sd      t1, 144(t0)
        li      t1, (8 << 60) | (FIRST >> 12)
        sd      t1, 152(t0)
        li      t0, FIRST
        li      t1, ((FIRST + 0x1000) >> 2) | 1
        sd      t1, 8(t0)
        li      t0, FIRST + 0x1000
        li      t1, ((FIRST + 0x2000) >> 2) | 1
        sd      t1, 0(t0)
        li      t0, FIRST + 0x2000
        li      t1, (0x80001000 >> 2) | 0xd3
        sd      t1, 40(t0)              # R, no W
        li      t1, (0x80000000 >> 2) | 0xd3
        sd      t1, 48(t0)
        li      t0, ROOT
        li      t1, (MID >> 2) | 1
        sd      t1, 16(t0)
        li      t0, MID
        li      t1, (LOW >> 2) | 1
        sd      t1, 0(t0)
        li      t1, (0x80400000 >> 2) | 0xdf
        sd      t1, 16(t0)              # 2 MiB with the tables
        li      t0, LOW
        li      t1, (0x80000000 >> 2) | 0xd7
        sd      t1, 0(t0)
        li      t1, (0x80001000 >> 2) | 0xd7
        sd    t1, 8(t0)
        li      t0, IOMMU
        li      t1, (CQ >> 2) | 3
        sd      t1, 24(t0)
        li      t1, (FQ >> 2) | 3
        sd      t1, 40(t0)
        li      t1, 3
        sw      t1, 72(t0)
        sw      t1, 76(t0)
        li      t1, (DDT >> 2) | 3
        sd      t1, 16(t0)
        li      t0, CQ
        li      t1, (1 << 10) | (0x55 << 32) | 2
        sd      t1, 0(t0)
        li      t1, 0x80420000 >> 2
        sd      t1, 8(t0)
        li      t0, IOMMU
wait:   lw      t1, 72(t0)
        srli    t1, t1, 16
        andi    t1, t1, 1
        beqz    t1, wait
        li      t1, 1
bell:   sw      t1, 36(t0)
        li      t0, DMA
        li      t1, 1
        sw      t1, 0(t0)
        li      t1, 256
        sd      t1, 8(t0)
        li      t1, DEST
        sd      t1, 16(t0)
        li      t1, SOURCE
        sd      t1, 24(t0)
        li      t1, 0xc003
go:     sw      t1, 0(t0)
1:      lw      t1, 0(t0)
        andi    t1, t1, 2
        bnez    t1, 1b
done:   nop
stop:   li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       stop
        .data
        .balign 4096
text:   .ascii  "This is the guest's, and it may be read."
        .balign 64
end_of_data:
