local BUFFER = 0x80010000

scenario {
  name = "fill",
  title = "Filling 4 KiB",
  variants = { { name = "bytes", by = 1 }, { name = "doublewords", by = 8 } },

  setup = function(parameters, variant)
    return {
      programs = { asm {
        at = 0x80000000,
        defines = { BUFFER = BUFFER, BY = variant.by },
        text = [[
_start: li      a0, BUFFER
        li      a1, BUFFER + 4096
        li      a2, -1
        li      a3, BY
begin:  addi    t0, a3, -8
        beqz    t0, double

byte:   sb      a2, 0(a0)
        addi    a0, a0, 1
        bltu    a0, a1, byte
        j       done

double: sd      a2, 0(a0)
        addi    a0, a0, 8
        bltu    a0, a1, double

done:   li      a0, 0x100000
        li      a1, 0x5555
        sw      a1, 0(a0)
]] } },
      entry = "_start",
      window = { from = "begin", to = "done" },
      regions = { { "buffer", BUFFER, 4096 } },
    }
  end,

  expect = {
    { "the buffer is full", function(run)
      return run:bytes("buffer", 4096) == string.rep("\255", 4096)
    end },
  },
}
