 addd a0, a1
 li a0
 lw a0, 5000(a1)
 beq a0, a1, nowhere
x: x:
 .dword 1/0, (, %hi(x
 .align 99
 c.addi4spn a0, sp, 3
