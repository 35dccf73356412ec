# Calls within calls; the innermost counts for so long that the calls are forgotten.
        .globl _start
        .text
_start: la      sp, stack_end
        call    outer
stop:   j       stop

outer:  addi    sp, sp, -32
        sd      ra, 24(sp)
        sd      s0, 16(sp)
        li      a0, 3000
        call    middle
again:  addi    a0, a0, 1               # a label within outer
        call    middle
        ld      s0, 16(sp)
        ld      ra, 24(sp)
        addi    sp, sp, 32
        ret

middle: addi    sp, sp, -16
        sd      ra, 8(sp)
        beqz    a0, skip
        call    count
        ld      ra, 8(sp)
        addi    sp, sp, 16
        ret
skip:   ld      ra, 8(sp)
        addi    sp, sp, 16
        ret

count:  addi    a0, a0, -1              # a leaf: ra stays where it is
        bnez    a0, count
        ret

        .data
stack:  .zero   256
stack_end:
end_of_data:
