# Prints two lines, with colours that a terminal would show, and reads what is typed.
        .globl _start
        .text
_start: li      a1, 0x10000000      # UART
        la      a0, text
next:   lbu     a2, 0(a0)
        beqz    a2, read
wait:   lbu     a3, 5(a1)
        andi    a3, a3, 0x20        # THRE
        beqz    a3, wait
        sb      a2, 0(a1)
        addi    a0, a0, 1
        j       next
read:   lbu     a3, 5(a1)
        andi    a3, a3, 1           # DR
        beqz    a3, read
        lbu     a2, 0(a1)
        sb      a2, 0(a1)           # the echo
        j       read
        .data
text:   .string "\033[1mRingside\033[0m says:\n\ttype, please\b!\n> "
end_of_data:
