# Two harts for GDB. The first squares numbers into `counter` and has the DMA controller
# copy the last one to `copied`; the second counts in `other`, and sleeps.
        .globl _start
        .text
_start: la      sp, stack_top
        csrr    t0, mhartid
        bnez    t0, second
        li      s0, 0
        la      s1, counter
again:  addi    s0, s0, 1
        mv      a0, s0
        call    square
        sd      a0, 0(s1)           # counter = a0
        li      t1, 5
        blt     s0, t1, again
        li      a4, 0x3100000       # DMA channel 0
        li      t0, 1
        sw      t0, 0(a4)           # claim
        li      t0, 0x33000000
        sw      t0, 4(a4)           # 8 bytes a beat
        li      t0, 8
        sd      t0, 8(a4)           # bytes
        la      t0, copied
        sd      t0, 16(a4)          # destination
        sd      s1, 24(a4)          # source
        li      t0, 3
        sw      t0, 0(a4)           # run
poll:   lw      t0, 0(a4)
        srli    t0, t0, 30
        andi    t0, t0, 1           # done
        beqz    t0, poll
        ld      a0, copied
done:   li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)           # the run ends
stop:   j       stop

square: mul     a0, a0, a0
        ret

second: la      s1, other
        li      s0, 0
more:   addi    s0, s0, 1
        sd      s0, 0(s1)
        li      t1, 8
        blt     s0, t1, more
sleep:  wfi
        j       sleep

        .data
        .balign 8
counter: .quad  0
copied: .quad   0
other:  .quad   0
        .zero   256
stack_top:
