-- A small hypervisor and its guest, for races: a few bytes come to the guest by a register
-- that is emulated, a byte an exit; by a hypercall, for which the hypervisor has the DMA
-- controller move them; or by the DMA controller, whose registers the guest has itself.
local hypervisor = [[
        .equ    ATA, 0x3200000
        .equ    DMA, 0x3100000
        .equ    PLIC, 0xc000000
        .equ    DONE, 1 << 30

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
        la      t0, root
        srli    t0, t0, 12
        li      t1, 8 << 60 | 1 << 44   # Sv39x4, VMID 1
        or      t0, t0, t1
        csrw    hgatp, t0
        hfence.gvma
        li      t0, 1 << 7 | 1 << 8     # SPV, SPVP
        csrw    hstatus, t0
        li      t0, 1 << 8
        csrs    sstatus, t0
        li      t0, PLIC                # source 23, to hart 0's S-mode
        li      t1, 1
        sw      t1, 4*23(t0)
        li      t0, PLIC + 0x2080
        li      t1, 1 << 23
        sw      t1, 0(t0)
        la      t0, guest
        csrw    sepc, t0
        sret

leave:  slti    x0, x0, 16              # save
        slti    x0, x0, 17              # decode
        csrr    t0, scause
        li      t1, 10
        beq     t0, t1, call
        slti    x0, x0, 18              # emulate: the next byte
        la      t0, source
        add     t0, t0, s5
        lbu     a5, 0(t0)
        addi    s5, s5, 1
skip:   csrr    t0, sepc                # its instructions have four bytes
        addi    t0, t0, 4
        csrw    sepc, t0
        slti    x0, x0, 21              # restore
        sret

call:   li      t1, 8                   # "the end"
        bne     a7, t1, copy
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
copy:   slti    x0, x0, 22              # a real device
        li      t0, 1 << 9
        csrw    sie, t0
        li      a4, DMA
        call    begin
        slti    x0, x0, 20              # schedule: nobody else is there
        wfi
        slti    x0, x0, 22
        li      t0, PLIC + 0x201004
        lw      t1, 0(t0)
        sw      zero, 0(a4)
        sw      t1, 0(t0)
        csrw    sie, zero
        j       skip

begin:  li      t1, 1                   # claim
        sw      t1, 0(a4)
        la      t2, source
        la      t3, target
        li      t4, BYTES
        sd      t4, 0x8(a4)
        sd      t3, 0x10(a4)
        sd      t2, 0x18(a4)
        li      t1, 0x4003              # claim, run, doneIE
        sw      t1, 0(a4)
        ret
]]

local guest = [[
        .option norvc
guest:  li      s0, N                   # VS-mode
        slti    x0, x0, 1
next:   slti    x0, x0, 3
        jal     fetch
        slti    x0, x0, 4
        la      t0, target              # what it does with them
        li      t1, BYTES
1:      lbu     t2, 0(t0)
        add     s2, s2, t2
        addi    t0, t0, 1
        addi    t1, t1, -1
        bnez    t1, 1b
        addi    s0, s0, -1
        bnez    s0, next
        slti    x0, x0, 2
        li      a7, 8
        ecall

        .data
        .balign 16384
root:   .dword  MMIO, 0
        .dword  0x200000df              # 1 GiB at 0x80000000: D A U X W R V
        .fill   2045, 8, 0
source: .ascii  "You are sitting Ringside."
        .fill   4096, 1, 0x2e
target: .fill   4096, 1, 0
]]

local ways = {
  emulated = [[
fetch:  li      s5, 0
        li      a0, ATA
        la      a1, target
        li      t1, BYTES
        mv      s6, t1
words:  lbu     a5, 0(a0)
        sb      a5, 0(a1)
words_end:
        addi    a1, a1, 1
        addi    s6, s6, -1
        bnez    s6, words
        ret
]],
  hypercall = [[
fetch:  mv      s6, ra
        li      a7, 2
        ecall
        jr      s6
words:  nop
words_end:
]],
  direct = [[
fetch:  mv      s6, ra
        li      a4, DMA
        jal     begin
        li      t1, DONE
1:      lw      t2, 0(a4)
        and     t2, t2, t1
        beqz    t2, 1b
        sw      zero, 0(a4)
        jr      s6
words:  nop
words_end:
]],
}

scenario {
  name = "race",
  title = "A small race",
  parameters = {
    n = { 1, "operations", min = 1, max = 1000 },
    bytes = { 32, "bytes of each", min = 1, max = 4096 },
  },
  variants = {
    { name = "emulated", title = "an emulated register" },
    { name = "hypercall", title = "a hypercall, and DMA" },
    { name = "direct", title = "the DMA controller itself" },
    { name = "slow", title = "an emulated register, again", way = "emulated" },
  },
  setup = function(p, variant)
    local way = variant.way or variant.name
    return {
      window = "markers",
      programs = { asm {
        text = { hypervisor, ways[way], guest },
        -- The second stage maps the devices, too, for a guest that has them.
        defines = { N = p.n, BYTES = p.bytes, MMIO = way == "direct" and 0xdf or 0 },
      } },
      payload = { { "words", "words_end" } },
      limit = { cycles = 10000000 },
    }
  end,
  race = { "emulated", "hypercall", "direct" },
}
