# Reads a sector from the disk, word by word, without any interrupt.
        .globl _start
        .text
_start: li      a4, 0x3200000       # the disk
        la      a0, buffer
        li      t0, 0xe0            # LBA, device 0
        sb      t0, 0x18(a4)
        li      t0, 1
        sb      t0, 0x08(a4)        # one sector
        li      t0, 64
        sb      t0, 0x0c(a4)        # LBA 64
        sb      zero, 0x10(a4)
        sb      zero, 0x14(a4)
        li      t0, 0x20            # READ SECTORS
        sb      t0, 0x1c(a4)
ready:  lbu     t0, 0x1c(a4)        # Status
        andi    t0, t0, 0x88        # BSY, DRQ
        li      t1, 0x08
        bne     t0, t1, ready
        li      t2, 256
word:   lhu     a5, 0(a4)           # two bytes from Data
        sh      a5, 0(a0)
        addi    a0, a0, 2
        addi    t2, t2, -1
        bnez    t2, word
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)           # the run ends
stop:   j       stop
        .data
        .balign 64
buffer: .space  512
end_of_data:
