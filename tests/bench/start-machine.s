# Runs `bench` in M-mode, without translation, and ends the machine with its verdict.
    .text
    .globl _start
_start:
    la      t0, failed
    csrw    mtvec, t0
    li      sp, STACK
    call    bench
    j       finish
