# Chains of descriptors: channel 1 gathers three pieces of a text and scatters a fourth;
# channel 2 has a chain that bites its own tail, channel 3 one whose next is misaligned.
# Channel 0 has a ring of 256 slots.
        .equ    DMA, 0x3100000
        .globl  _start
_start: li      a4, DMA + 0x1000    # channel 1
        li      t0, 1
        sw      t0, 0(a4)           # claim
        la      t0, chain
        sd      t0, 0x220(a4)       # ChainHead
        li      t0, 0xc003
run:    sw      t0, 0(a4)
        li      a4, DMA + 0x2000
        li      t0, 1
        sw      t0, 0(a4)
        la      t0, loop
        sd      t0, 0x220(a4)
        li      a4, DMA + 0x3000
        li      t0, 1
        sw      t0, 0(a4)
        la      t0, bad
        sd      t0, 0x220(a4)
        li      t0, 3
        sw      t0, 0(a4)           # fails
        li      a4, DMA
        li      t0, 1
        sw      t0, 0(a4)
        la      t0, ring
        sd      t0, 0x200(a4)       # RingBase
        li      t0, 256
        sw      t0, 0x208(a4)       # RingSize
        li      t0, 200
        sw      t0, 0x214(a4)       # Producer
        li      t0, 3
        sw      t0, 0(a4)
        li      t1, 4000
wait:   addi    t1, t1, -1
        bnez    t1, wait
read:   lw      a0, status
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)           # the run ends
stop:   j       stop

        .data
        .balign 64
pieces: .ascii  "Ringside is a machine you can watch. You are sitting ringside.  "
        .ascii  "One of its channels gathers this text from several places.      "
        .ascii  "And it scatters it again: that is what a chain is for, isn't it?"
chain:
        .dword  pieces, whole
        .word   64, 0, 0, 64
last:   .dword  pieces + 32, whole + 128
        .word   16, 10, 0, 0        # irq, end
        .dword  pieces + 64, whole + 64
        .word   24, 2, 0, 32
        .dword  pieces + 128, whole + 88
        .word   40, 0, 0, -64
        .balign 64
loop:
        .dword  pieces, whole
        .word   8, 0, 0, 32
        .dword  pieces, whole
        .word   8, 0, 0, 32
        .dword  pieces, whole
        .word   8, 0, 0, -32
bad:
        .dword  pieces, whole
        .word   16, 4, 0, 12
        .balign 32
ring:
        .dword  pieces, whole
        .word   64, 0, 0, 0
        .dword  pieces + 64, whole + 64
        .word   64, 2, 0, 0
        .dword  pieces + 128, whole + 128
        .word   64, 0, 0, 0
        .space  253 * 32            # nothing to move
        .equ    status, ring + 24
whole:  .space  256
end_of_data:
