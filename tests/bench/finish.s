# Ends the machine through the test finisher: a0 is 0 when `bench` found no fault.
finish:
    li      t0, 0x100000
    li      t1, 0x5555
    beqz    a0, 1f
failed:
    li      t0, 0x100000
    li      t1, 0x13333
1:  sw      t1, 0(t0)
2:  j       2b
