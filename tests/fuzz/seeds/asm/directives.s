    .option norvc
    .section .mine, "aw", @progbits
    .byte 1, 2, 3
    .p2align 3, 0x55, 6
    .half 0x1234
    .pushsection .other, "ax"
    nop
    .popsection
    .fill 3, 2, 0xabcd
    .org 64, 1
    .previous
    .weak missing
    .set here, .
    .set here, here + 4
    .comm room, 32, 8
    .type f, @function
f:  j f
    .long ~(5 % 3) & 0xff | 2 ^ 1, !0, 7 / 2, 8 >> 1, 3 == 3 && 1 || 0
    .ascii "a", "b"
    .end
