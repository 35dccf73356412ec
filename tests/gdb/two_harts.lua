-- What tests/unit/gdb.c and tests/unit/gdb_packet.c look at.
scenario {
  name = "two-harts",
  variants = {
    { name = "ends", title = "ends by itself", entry = "_start" },
    { name = "forever", title = "spins until somebody interrupts it", entry = "stop" },
  },
  setup = function(p, variant)
    return {
      board = { harts = 2 },
      programs = { asm { file = "two_harts.s" } },
      entry = variant.entry,
      limit = { cycles = 1000000000000 },
    }
  end,
}
