-- Trap and emulate.
--
-- What does one exit cost? A guest asks its hypervisor for nothing (`hypercall`), and reads
-- a sector from an ATA disk that is not there (`emulated_sector`): each of its loads and
-- stores to the disk's registers traps, the hypervisor finds out what was meant, does it, and
-- goes back. The same kernel does both on the bare machine, where a call goes to the firmware
-- (`call`) and a load to the disk (`sector`).

local SECTORS = 128

-- As src/guest/kernel/pattern.h says: each line of 16 bytes tells where it is, so that the
-- workload can check every byte.
local function pattern(lba)
  local lines = {}
  for line = 0, 31 do lines[#lines + 1] = string.format("%010x +%03x\n", lba, 16 * line) end
  return table.concat(lines)
end

local notes = {
  { kind = "vm_exit", say = "The guest is left: from here on the hypervisor runs." },
  { kind = "marker", where = { number = 16 },
    say = "It needs registers of its own: it saves the guest's." },
  { kind = "marker", where = { number = 17 },
    say = "The trap says why it came (scause), where (htval), and how (htinst)." },
  { kind = "marker", where = { number = 18 },
    say = "Now it knows what the guest wanted, and does it in the guest's place." },
  { kind = "marker", where = { number = 22 },
    say = "For that it uses the real disk." },
  { kind = "marker", where = { number = 19 },
    say = "Should the guest be interrupted? Its virtual interrupts are in hvip." },
  { kind = "marker", where = { number = 20 }, say = "Who runs next?" },
  { kind = "marker", where = { number = 21 }, say = "The guest gets its registers back." },
  { kind = "vm_entry", say = "And the guest goes on, as if its instruction had been done." },
}

local told = {
  guest = { { "what traps?", "calls, and accesses to devices that are not there" } },
  bare = { { "what traps?", "calls to the firmware" } },
}

scenario {
  name = "02-trap-and-emulate",
  title = "What one exit costs",
  parameters = {
    calls = { 1000, "hypercalls", min = 1, max = 1000000 },
    reads = { 8, "sectors that are read", min = 1, max = 100000 },
  },
  variants = {
    { name = "call", title = "calls to the firmware", op = "hypercall", layout = "fit",
      told = told.bare },
    { name = "hypercall", title = "calls to the hypervisor", op = "hypercall", guest = true,
      told = told.guest },
    { name = "sector", title = "a sector of a real disk, by PIO", op = "read", layout = "fit",
      told = told.bare },
    { name = "emulated_sector", title = "a sector of an emulated disk, by PIO", op = "read",
      guest = true, told = told.guest },
  },
  -- For the screen: what is interesting, what to say, what to ask.
  screen = { layout = "exit", focus = { "hart 0", "ata0" }, unit = "trap" },
  interesting = {
    "vm_exit",
    "vm_entry",
    { "marker", when = "number == 3 || number >= 16" },
    "disk_command",
    { "trap_enter", when = 'cause == "environment call from S-mode"' },
  },
  talk = {
    { at = { event = "trap_enter", when = 'cause == "environment call from S-mode"' },
      variants = { "call", "sector" },
      text = "The kernel asks its firmware. On the bare machine that is a trap to M-mode." },
    { at = { event = "vm_exit" }, variants = { "hypercall", "emulated_sector" },
      text = "The first exit: V goes from 1 to 0. That much is hardware, and takes 8 " ..
             "cycles. All that follows is software, and can be stepped through." },
    { at = { event = "marker", when = "number == 18" },
      variants = { "hypercall", "emulated_sector" },
      text = "The hypervisor has its own registers again and knows what the guest " ..
             "wanted. Up to here nothing has been done for the guest." },
    { at = { event = "vm_entry", n = 2 }, variants = { "hypercall", "emulated_sector" },
      text = "The guest goes on behind its instruction. It cannot see that it was away, " ..
             "but by the clock." },
    { at = { event = "disk_command", when = "count == 1" }, variants = { "sector" },
      text = "Here the registers are real: each access is answered by the disk." },
  },
  questions = {
    { at = { event = "trap_enter", when = 'cause == "environment call from S-mode"' },
      variants = { "call" },
      ask = "The kernel calls, and no guest is there. Who answers?",
      choices = { "S-mode: the kernel itself", "HS-mode: a hypervisor",
                  "M-mode: the firmware" },
      answer = 3,
      because = { [1] = "medeleg does not give it this exception.",
                  [2] = "There is none: the kernel runs on the machine." } },
    { at = { event = "vm_exit", when = 'cause == "environment call from VS-mode"', n = 10 },
      variants = { "hypercall" },
      ask = "Where do most of this exit's cycles go?",
      choices = { "into the trap and the return, which hardware does",
                  "into saving and restoring registers",
                  "into what the guest asked for" },
      answer = 2,
      because = { [1] = "These are 16 of its 773.",
                  [3] = "It asks for a version's number: 204 cycles with its dispatch." },
      lesson = "An exit has a price before it has done anything: a hypervisor is made " ..
               "fast by having fewer of them." },
    { at = { event = "disk_command", when = "count == 1" }, variants = { "sector" },
      ask = "The kernel now loads 128 words from the data register. Who answers a load " ..
            "there?",
      choices = { "the disk, at the price of an access to a device",
                  "a trap handler", "RAM" },
      answer = 1,
      because = { [2] = "That is the guest's lot: on the bare machine nothing traps.",
                  [3] = "Only DMA would put the data there by itself." } },
    { at = { event = "marker", when = "number == 3" }, variants = { "emulated_sector" },
      ask = "The guest reads one sector of 512 bytes. How many exits will that be?",
      choices = { "1, for the command", "about 10: one for each register of the disk",
                  "about 140: one for each register, and one for each word" },
      answer = 3,
      because = { [1] = "Every access to a register of the disk traps.",
                  [2] = "These, and 128 loads of 4 bytes from the data register." },
      lesson = "Emulating a device word by word is the dearest way there is." },
    { at = { event = "vm_exit", when = 'cause == "load guest-page fault"' },
      variants = { "emulated_sector" },
      ask = "Why did this load leave the guest?",
      choices = { "the guest's own page table has no such page",
                  "the second stage maps nothing there", "PMP forbids it" },
      answer = 2,
      because = { [1] = "Then the guest would get a load page fault, and handle it itself.",
                  [3] = "That would be a load access fault." },
      lesson = "A hypervisor makes a device appear by leaving its page out." },
  },
  setup = function(p, variant)
    local n = variant.op == "read" and p.reads or p.calls
    local work = string.format("driver=ata-pio op=%s n=%d bytes=512", variant.op, n)
    return {
      board = { costs = { ata_command = 200, ata_sector = 200, ata_seek = 1000 } },
      programs = {
        elf { file = "guest:shim" },
        elf { file = variant.guest and "guest:hypervisor" or "guest:kernel" },
      },
      initrd = variant.guest and { file = "guest:kernel" } or nil,
      bootargs = (variant.guest and "guest=emulated_pio " or "") .. work,
      disks = { ata0 = disk_text(SECTORS, pattern) },
      window = "markers",
      limit = { cycles = 10000000000 },
      notes = notes,
    }
  end,
  expect = {
    { "all data are right", function(run) return run.metrics.verify_bad == 0 end },
    { "on the bare machine nothing exits", { "call", "sector" }, function(run)
      return run.metrics.exits_per_op == 0
    end },
    { "a hypercall is one exit", { "hypercall" }, function(run)
      return run.metrics.exits_per_op == 1, run.metrics.exits_per_op .. " exits"
    end },
    { "a null exit costs between 300 and 1,500 cycles", { "hypercall" }, function(run)
      local cycles = run.exit_cycles["environment call from VS-mode"]
      return cycles >= 300 and cycles <= 1500, cycles .. " cycles"
    end },
    { "each word of the sector is an exit", { "emulated_sector" }, function(run)
      return run.exits["load guest-page fault"] >= 128 * run.parameters.reads
    end },
  },
  compare = {
    { "an emulated sector is at least 20 times as dear as a real one",
      { "sector", "emulated_sector" }, function(real, emulated)
      local times = emulated.metrics.cycles_per_op / real.metrics.cycles_per_op
      return times >= 20, string.format("%.1f times", times)
    end },
    { "an emulated load costs more than a null exit, and not twice as much",
      { "hypercall", "emulated_sector" }, function(call, sector)
      local null = call.exit_cycles["environment call from VS-mode"]
      local load = sector.exit_cycles["load guest-page fault"]
      return load > null and load < 2 * null, load .. " and " .. null .. " cycles"
    end },
  },
}
