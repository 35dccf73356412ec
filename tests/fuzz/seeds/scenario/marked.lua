scenario { name = "marked", parameters = { n = 2, work = 3 },
variants = { { name = "a", told = { { "q?", "a" }, { "r?", "b" } } } },
setup = function(p) return { window = "markers", bootargs = "x", initrd = "y", programs = { asm {
defines = { N = p.n, W = p.work }, text = [[
 li s0, N
 slti x0, x0, 1
1: slti x0, x0, 3
 li s1, W
2: addi s1, s1, -1
 bnez s1, 2b
 slti x0, x0, 4
 addi s0, s0, -1
 bnez s0, 1b
 slti x0, x0, 2
 li t0, 0x100000
 li t1, 0x5555
 sw t1, (t0)
9: j 9b
]] } } } end,
model = { base = { n = 1 }, sweep = { work = { 1, 2 }, n = 4 }, within = 5 },
expect = { { "e", function(run) return run.metrics.operations == 2 and
run.metrics.ops_per_second > 0 and not run.exits["x"] and not run.exit_cycles["x"] end } } }
