-- A small machine for the tests of commands: two harts, one of which copies two words by
-- program and 256 bytes by the DMA controller, and takes its interrupt.
local program = [[
        .globl start
start:  csrr    t0, mhartid
        bnez    t0, idle
        la      sp, stack_end
        la      t0, trap
        csrw    mtvec, t0
main:   la      a0, source
        la      a1, target
        call    copy
        call    begin
        li      t0, 1 << 11
        csrs    mie, t0
        csrsi   mstatus, 8
wait:   wfi
        beqz    s1, wait
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
idle:   wfi
        j       idle

copy:   ld      t0, 0(a0)
        sd      t0, 0(a1)
        ld      t0, 8(a0)
        sd      t0, 8(a1)
        ret

begin:  li      t0, 0xc000000
        li      t1, 7
        sw      t1, 4*23(t0)
        li      t0, 0xc002000
        li      t1, 1 << 23
        sw      t1, 0(t0)
        li      t0, 0x3100000
        li      t1, 1
        sw      t1, 0(t0)
        la      t2, source
        la      t3, buffer
        li      t4, 256
        sd      t4, 0x8(t0)
        sd      t3, 0x10(t0)
        sd      t2, 0x18(t0)
        li      t1, 0x4003
        sw      t1, 0(t0)
        ret

        .align  2
trap:   li      t0, 0xc200004
        lw      t1, 0(t0)
        li      t2, 0x3100000
        sw      zero, 0(t2)
        sw      t1, 0(t0)
        li      s1, 1
        mret

        .data
        .balign 64
source: .dword  0x1122334455667788
        .dword  0x99aabbccddeeff00
message: .string "Ringside"
        .balign 64
target: .dword  0, 0
buffer: .zero   256
        .zero   256
stack_end:
]]

scenario {
  name = "commands",
  title = "A small machine",
  variants = { { name = "one", title = "One" } },
  setup = function()
    return {
      board = { base = "virt", memory = "2M", harts = 2, tlb = { entries = 16, ways = 2 } },
      programs = { asm { at = 0x80000000, text = program } },
      entry = "start",
      regions = { { "payload", "buffer", 256 } },
      limit = { cycles = 100000 },
    }
  end,
}
