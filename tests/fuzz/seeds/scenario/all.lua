scenario { name = "all", title = "t", about = "a",
parameters = { n = { 3, "help", min = 0, max = 9 }, t = "text", f = { true } },
variants = { { name = "a", way = 1 }, { name = "b" } },
setup = function(p, v) return {
board = { base = "virt", memory = "2M", harts = 2, interleave = 3, tlb = { entries = 8, ways = 2 },
costs = { bus_slot = 3 }, remove = { "uart0" }, devices = { { type = "stream", name = "s",
base = 0x3300000, irq = { 40 }, request = { 1 }, period = 100 } } },
disks = { ata0 = disk_text(2, function(l) return "x" .. l end) },
programs = { asm { at = 0x80000000, defines = { N = p.n }, text = { [[
start: li a0, N
from: la a1, w
1: ld t0, (a1)
 addi t0, t0, 1
 sd t0, (a1)
 bnez a0, to
 j 1b
to: li t0, 0x100000
 li t1, 0x5555
 sw t1, (t0)
9: j 9b
]], [[
 .data
w: .dword 0
]] } }, raw { bytes = "abc", at = 0x80100000 } },
entry = "start", window = { from = "from", to = "to" }, payload = { { "from", "to" } },
work = "w", alone = { n = 0 }, limit = { cycles = 5000 }, ends = "finished",
regions = { { "r", "w", 8 } }, notes = { { kind = "finish", where = { code = 0 }, say = "s" } } } end,
expect = { { "e", { "a" }, function(run) return run:u64("w") > 0 and run:bytes("r", 8) ~= "" and
run:disk("ata0", 0, 1) ~= "" and run:reg("dma0.Control[1]") == 0 and run:x("a0") == 3 and
run:csr("mepc") == 0 and run.metrics.cycles > 1 and run.events.finish == 1, "why" end } },
compare = { { "c", { "a", "b" }, function(a, b) return a.metrics.cycles end } } }
