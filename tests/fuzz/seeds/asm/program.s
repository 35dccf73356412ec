    .equ COUNT, 4
    .globl _start
    .text
_start: li a0, 0x123456789abcdef0
    la a1, table
    li t0, COUNT * 2 - (1 << 2)
1:  ld t1, 0(a1)
    add a0, a0, t1
    addi a1, a1, 8
    addi t0, t0, -1
    bnez t0, 1b
    call far
    csrrw t0, mscratch, sp
    csrsi mstatus, 8
    beqz a0, 2f
    tail far
2:  auipc a2, %pcrel_hi(word)
    lw a3, %pcrel_lo(2b)(a2)
    lui a4, %hi(COUNT + 0x12345)
    sw a3, %lo(COUNT + 0x12345)(a4)
    amoadd.d.aqrl a0, a1, (a2)
    lr.w.aq t0, (a1) // reserve
    sc.w.rl t1, t0, (a1)
    fence rw, w
    c.li a0, 3
    c.lwsp a1, 8(sp)
    cbo.zero (a0)
    sfence.vma
    mret
far: ret /* back */
    .size far, . - far
    .data
    .balign 8
table: .dword 1, -2, table, 'a'
word: .word 0xffffffff
    .asciz "text\n\t\x41\101\""
    .bss
    .space 16
