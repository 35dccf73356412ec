# The whole way of one request to a virtio disk: the driver finds the device, agrees on
# features, sets its queue up, makes a chain of three descriptors available, rings the
# doorbell and waits for the interrupt.

        .equ    VIRTIO, 0x10001000
        .equ    PLIC, 0xc000000
        .globl  _start
_start: la      t0, handler
        csrw    mtvec, t0
        li      s0, VIRTIO
        li      t0, PLIC
        li      t1, 1
        sw      t1, 4(t0)               # priority of interrupt 1
        li      t0, PLIC + 0x2000
        li      t1, 2
        sw      t1, 0(t0)               # enabled for hart 0
        li      t1, 0x800
        csrw    mie, t1
        csrsi   mstatus, 8

        sw      zero, 0x70(s0)          # Status: reset, ACKNOWLEDGE, DRIVER
        li      t1, 3
        sw      t1, 0x70(s0)
        li      t1, 0x20000000          # VIRTIO_F_EVENT_IDX
        sw      t1, 0x20(s0)
        li      t1, 1
        sw      t1, 0x24(s0)
        sw      t1, 0x20(s0)            # VIRTIO_F_VERSION_1
        li      t1, 11
        sw      t1, 0x70(s0)            # FEATURES_OK
        li      t1, 8
        sw      t1, 0x38(s0)            # QueueNum
        la      t1, descriptors
        sw      t1, 0x80(s0)
        la      t1, available
        sw      t1, 0x90(s0)
        la      t1, used
        sw      t1, 0xa0(s0)
        li      t1, 1
ready:  sw      t1, 0x44(s0)
        li      t1, 15
        sw      t1, 0x70(s0)            # DRIVER_OK

        la      t0, available
        li      t1, 1
publish:
        sh      t1, 2(t0)               # avail.idx
        fence   w, o
kick:   sw      zero, 0x50(s0)          # QueueNotify
wait:   wfi
        j       wait

        .align  2
handler:
        li      t0, PLIC + 0x200000
claim:  lw      s3, 4(t0)
        lw      t1, 0x60(s0)            # InterruptStatus
ack:    sw      t1, 0x64(s0)
        sw      s3, 4(t0)
        lbu     a0, status
        li      t0, 0x100000
        li      t1, 0x5555
off:    sw      t1, 0(t0)
        j       off

        .data
        .align  4
descriptors:
        .dword  header
        .word   16
        .half   1, 1                    # NEXT
        .dword  buffer
        .word   512
        .half   3, 2                    # WRITE, NEXT
        .dword  status
        .word   1
        .half   2, 0                    # WRITE
        .zero   80
available:
        .half   0, 0
        .zero   16
        .half   0                       # used_event
        .align  2
used:   .zero   70
        .align  4
header: .word   0, 0                    # VIRTIO_BLK_T_IN
        .dword  9                       # sector
status: .byte   0xff
        .align  4
buffer: .zero   512
end_of_data:
