# Runs `bench` in S-mode under Sv39, and ends the machine with its verdict.

    # satp = Sv39 | ROOT's page number; then mret to S-mode.
    li      t0, ROOT
    srli    t0, t0, 12
    li      t1, 8
    slli    t1, t1, 60
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x0800
    csrs    mstatus, t0
    la      t0, supervisor
    csrw    mepc, t0
    mret

supervisor:
    call    bench
    j       finish
