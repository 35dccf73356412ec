# A guest with tables of its own: two stages of translation, of three levels each. It reads
# a page, reads it again when the G-stage has another one in its place (the TLB does not
# know), and writes to a page that its own tables do not let it write.
        .globl _start
        .text
        .equ GROOT, 0x80010000          # 16 KiB
        .equ GMID, 0x80014000
        .equ GLOW, 0x80015000           # 64 pages where they are
        .equ ROOT, 0x80020000
        .equ MID, 0x80021000
        .equ LOW, 0x80022000
_start: la      t0, stop
        csrw    mtvec, t0
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, GROOT
        li      t1, (GMID >> 2) | 1
        sd      t1, 16(t0)
        li      t0, GMID
        li      t1, (GLOW >> 2) | 1
        sd      t1, 0(t0)
        li      t0, GLOW
        li      t1, (0x80000000 >> 2) | 0xdf
        li      t2, 64
fill:   sd      t1, 0(t0)
        addi    t0, t0, 8
        addi    t1, t1, 0x400
        addi    t2, t2, -1
        bnez    t2, fill
        li      t0, ROOT
        li      t1, (MID >> 2) | 1
        sd      t1, 8(t0)               # from 0x40000000
        li      t1, (0x80000000 >> 2) | 0xcf
        sd      t1, 16(t0)              # 1 GiB where it is
        li      t0, MID
        li      t1, (LOW >> 2) | 1
        sd      t1, 0(t0)
        li      t0, LOW
        li      t1, (0x80001000 >> 2) | 0xc3
        sd      t1, 8(t0)               # 0x40001000: R, no W
        li      t0, (8 << 60) | (3 << 44) | (GROOT >> 12)
        csrw    hgatp, t0
        li      t0, (8 << 60) | (7 << 44) | (ROOT >> 12)
        csrw    vsatp, t0
        li      t0, 0x1800
        csrc    mstatus, t0
        li      t0, 0x800
        csrs    mstatus, t0             # to S-mode
        li      t0, 1 << 39
        csrs    mstatus, t0             # ... of a guest
        la      t0, guest
        csrw    mepc, t0
        li      t3, GLOW
        mret
        .balign 8
guest:  li      a0, 0x40001000
        ld      a1, 0(a0)
        li      t1, (0x80002000 >> 2) | 0xdf
        sd      t1, 8(t3)               # another page, and no fence
stale:  ld      a2, 0(a0)
        sd      a2, 0(a0)
stop:   li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       stop
        .data
        .balign 4096
text:   .ascii  "The guest's page."
        .balign 64
end_of_data:
