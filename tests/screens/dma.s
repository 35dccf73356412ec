# A ring of descriptors moves a text while the hart sums numbers.
        .globl _start
        .text
_start: la      t0, trap
        csrw    mtvec, t0
        li      t0, 0xc000000       # PLIC
        li      t1, 3
        sw      t1, 92(t0)          # priority of source 23
        li      t0, 0xc002000
        li      t1, 1 << 23
        sw      t1, 0(t0)           # enabled for M-mode of hart 0
        li      t1, 0x800
        csrw    mie, t1
        csrsi   mstatus, 8
        la      a0, message
        la      a1, buffer
        la      a2, ring
        li      t0, 4
fill:   sd      a0, 0(a2)           # source
        sd      a1, 8(a2)           # destination
        li      t1, 64
        sw      t1, 16(a2)          # bytes
        li      t1, 2
        sw      t1, 20(a2)          # flags: irq
        addi    a2, a2, 32
        addi    a0, a0, 64
        addi    a1, a1, 64
        addi    t0, t0, -1
        bnez    t0, fill
        li      a4, 0x3100000       # DMA channel 0
        li      t0, 1
        sw      t0, 0(a4)           # claim
        la      a5, ring
        sd      a5, 0x200(a4)
        li      t0, 8
        sw      t0, 0x208(a4)
        li      t0, 1
        sw      t0, 0x20c(a4)       # stealing
        li      t0, 4
        sw      t0, 0x214(a4)       # Producer
        li      a5, 0xc003
        sw      a5, 0(a4)           # run
        la      a0, numbers
        la      a1, numbers_end
        li      a3, 0
sum:    ld      a5, 0(a0)           # one number
        ld      a6, 8(a0)           # and the next
        add     a3, a3, a5
        add     a3, a3, a6
        addi    a0, a0, 16
        bltu    a0, a1, sum
        la      t0, result
        sd      a3, 0(t0)
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)           # the run ends
stop:   j       stop
        .align  2
trap:   la      t6, saved
        sd      t0, 0(t6)
        sd      t1, 8(t6)
        li      t0, 0xc200004
        lw      t1, 0(t0)           # claim
        li      t6, 0xc003
        sw      t6, 0(a4)           # done is cleared
        sw      t1, 0(t0)           # complete
        la      t6, saved
        ld      t0, 0(t6)
        ld      t1, 8(t6)
        mret
        .data
        .balign 64
message:
        .ascii "Ringside is a machine you can watch. You are sitting ringside.  "
        .ascii "The hart adds numbers while the DMA controller moves these bytes"
        .ascii "from one place in memory to another, one burst after the other, "
        .ascii "and each of the four descriptors ends with an interrupt. Done!  "
ring:   .space  256
numbers:
        .space  512, 1
numbers_end:
buffer: .space  256
result: .dword  0
saved:  .space  16
end_of_data:
