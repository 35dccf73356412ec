-- A hypervisor of a few lines and its guest, for the commands about VM exits. The guest
-- reads a status register of a disk that it does not have, asks its firmware, waits, and
-- takes an interrupt of the UART, which is passed on to it.
scenario {
  name = "guest",
  title = "A guest",
  parameters = { n = { 3, "operations", min = 1, max = 1000 } },
  variants = { { name = "only" } },
  model = { base = { n = 1 }, sweep = { n = { 2, 8 } } },
  setup = function(p)
    return {
      window = "markers",
      programs = {
        asm {
          defines = { N = p.n },
          text = [[
        .equ    ATA, 0x3200000
        .equ    UART, 0x10000000
        .equ    PLIC, 0xc000000
        .equ    CLAIM, 0xc201004

start:  li      t0, -1                  # M-mode: everything is the hypervisor's
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 0xf0b509
        csrw    medeleg, t0
        li      t0, 0x222
        csrw    mideleg, t0
        la      t0, hyp
        csrw    mepc, t0
        li      t0, 0x1800
        csrc    mstatus, t0
        li      t0, 0x800
        csrs    mstatus, t0
        mret

hyp:    la      t0, leave               # HS-mode
        csrw    stvec, t0
        la      t0, saved
        csrw    sscratch, t0
        li      t0, 0x444
        csrw    hideleg, t0
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60 | 1 << 44   # Sv39x4, VMID 1
        or      t0, t0, t1
        csrw    hgatp, t0
        hfence.gvma
        li      t0, 1 << 21 | 1 << 7 | 1 << 8   # VTW, SPV, SPVP
        csrw    hstatus, t0
        li      t0, 1 << 8
        csrs    sstatus, t0
        li      t0, PLIC                # source 10, to hart 0's S-mode
        li      t1, 1
        sw      t1, 40(t0)
        li      t0, PLIC + 0x2080
        li      t1, 1 << 10
        sw      t1, 0(t0)
        li      t0, 1 << 9
        csrw    sie, t0
        la      t0, guest
        csrw    sepc, t0
        sret

leave:  slti    x0, x0, 16              # save
        csrrw   s11, sscratch, s11
        sd      t0, 0(s11)
        sd      t1, 8(s11)
        sd      t2, 16(s11)
        slti    x0, x0, 17              # decode
        csrr    t0, scause
        bltz    t0, interrupt
        li      t1, 10
        beq     t0, t1, call
        li      t1, 22
        beq     t0, t1, wait
        csrr    t2, htval
        slli    t2, t2, 2
        li      t1, CLAIM & ~3
        beq     t2, t1, claim
        slti    x0, x0, 22              # the real disk
        li      t1, ATA
        lbu     a5, 28(t1)
        slti    x0, x0, 18              # emulate
skip:   csrr    t0, sepc                # its instructions have four bytes
        addi    t0, t0, 4
        csrw    sepc, t0
back:   slti    x0, x0, 21              # restore
        ld      t0, 0(s11)
        ld      t1, 8(s11)
        ld      t2, 16(s11)
        csrrw   s11, sscratch, s11
        sret

call:   slti    x0, x0, 18
        li      t1, 1                   # "interrupt me"
        beq     a7, t1, ring
        li      t1, 8                   # "the end"
        bne     a7, t1, skip
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
ring:   li      t1, UART                # the transmitter is empty
        li      t0, 2
        sb      t0, 1(t1)
        j       skip

wait:   slti    x0, x0, 20              # schedule: nobody else is there
        li      t1, 30                  # a time slice
1:      addi    t1, t1, -1
        bnez    t1, 1b
        j       skip

interrupt:
        slti    x0, x0, 19              # inject
        li      t1, CLAIM
        lw      t0, 0(t1)
        li      t1, 1 << 10
        csrs    hvip, t1
        j       back

claim:  csrr    t0, scause
        li      t1, 21
        slti    x0, x0, 19
        bne     t0, t1, complete
        li      a5, 10
        li      t1, 1 << 10
        csrc    hvip, t1
        j       skip
complete:
        li      t1, UART
        sb      zero, 1(t1)
        li      t1, CLAIM
        sw      a5, 0(t1)
        j       skip

        .option norvc
guest:  la      t0, handler             # VS-mode
        csrw    stvec, t0
        li      t0, 1 << 9
        csrw    sie, t0
        csrsi   sstatus, 2
        li      a0, ATA
        li      s0, N
        slti    x0, x0, 1
next:   slti    x0, x0, 3
        lbu     a5, 28(a0)
        li      a7, 0x10
        li      a6, 3
        ecall
        wfi
        slti    x0, x0, 4
        addi    s0, s0, -1
        bnez    s0, next
        li      a7, 1
        ecall
        slti    x0, x0, 2
        li      a7, 8
        ecall

handler:
        li      t3, CLAIM
        lw      a5, 0(t3)
        sw      a5, 0(t3)
        sret

        .data
        .balign 16384
root:   .dword  0, 0
        .dword  0x200000df              # 1 GiB at 0x80000000: D A U X W R V
        .fill   2045, 8, 0
saved:  .fill   4, 8, 0
]],
        },
      },
    }
  end,
  expect = {
    { "there are three exits an operation, and those of the interrupt", function(run)
      local n = run.parameters.n
      return run.exits["load guest-page fault"] == n + 1
         and run.exits["environment call from VS-mode"] == n + 1
         and run.exits["virtual instruction"] == n
         and run.exits["store/AMO guest-page fault"] == 1
         and run.exits["supervisor external interrupt"] == 1
    end },
    { "the parts of exits are all of them", function(run)
      for _, row in ipairs(run:command("exits --by cause").exits) do
        local sum = 0
        for _, part in ipairs { "trap", "save", "decode", "emulate", "inject", "backend",
                                "schedule", "idle", "restore", "other" } do
          sum = sum + row[part]
        end
        if math.abs(sum - row.mean) > 5 then return false, row.cause end
      end
      return true
    end },
  },
}
