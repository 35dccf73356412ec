-- Three ways to a disk.
--
-- One kernel, one workload, one disk; and between them a hypervisor, or none. A guest's
-- disk is emulated (the ATA disk's registers trap; by PIO, or with an emulated DMA
-- controller), paravirtual (virtio: requests in shared memory, and one kick), or the real
-- one, passed through. The workload reads and checks every byte.
--
-- The disk is fast here, so that what a way costs is not hidden behind the disk's own time:
-- set sector_cycles to 15500 for one of 33 MB/s.

-- As src/guest/kernel/pattern.h says: each line of 16 bytes tells where it is.
local function pattern(lba)
  local lines = {}
  for line = 0, 31 do lines[#lines + 1] = string.format("%010x +%03x\n", lba, 16 * line) end
  return table.concat(lines)
end

-- Where the hypervisor puts the first guest's memory, less where the guest finds it.
local GUEST_AT = 0x400000

-- What the kernel would refuse is refused before anything runs.
local function check(p)
  local choices = { op = { "read", "write", "none" }, order = { "seq", "random" } }
  for name, list in pairs(choices) do
    local known = false
    for _, choice in ipairs(list) do known = known or p[name] == choice end
    if not known then
      error(string.format("parameter %s: '%s' is none of %s", name, p[name],
                          table.concat(list, ", ")), 0)
    end
  end
  if p.bytes % 512 ~= 0 then error("parameter bytes: not a multiple of 512", 0) end
end

local function told(driver, isolation, sharing, migration, overcommit)
  return {
    { "does the guest need a new driver?", driver },
    { "what isolates it?", isolation },
    { "how many guests share the device?", sharing },
    { "can it migrate?", migration },
    { "can its memory be overcommitted?", overcommit },
  }
end

local emulated = told("no: that of the old disk",
  "the second stage, and the hypervisor's checks", "any number: each has a part of it",
  "yes: the disk's state is the hypervisor's", "yes")

scenario {
  name = "03-three-ways",
  title = "Three ways to a disk",
  parameters = {
    n = { 64, "operations", min = 1, max = 100000 },
    bytes = { 4096, "bytes of each", min = 512, max = 65536 },
    depth = { 1, "operations under way at a time, where the disk can", min = 1, max = 32 },
    compute = { 0, "rounds of a loop after each operation", min = 0, max = 1000000 },
    op = { "read", "read, write or none" },
    order = { "seq", "seq or random" },
    seed = { 1, "of the random order" , min = 0 },
    sectors = { 1024, "size of the disk", min = 128, max = 65536 },
    sector_cycles = { 200, "in which the disk moves a sector", min = 1, max = 100000 },
  },
  variants = {
    { name = "native", title = "no hypervisor", driver = "ata-dma", layout = "fit",
      told = told("no", "nothing: it has the machine", "one", "no", "no") },
    { name = "emulated_pio", title = "an emulated disk without DMA", driver = "ata-pio",
      guest = true, told = emulated },
    { name = "emulated_dma", title = "an emulated disk and DMA controller",
      driver = "ata-dma", guest = true, told = emulated },
    { name = "virtio", title = "a paravirtual disk", driver = "virtio", guest = true,
      told = told("yes: virtio-blk", "the second stage, and the hypervisor's checks",
        "any number: each has a part of it", "yes: the queue is in its memory", "yes") },
    { name = "passthrough", title = "the real disk, behind an IOMMU", driver = "ata-dma",
      guest = true,
      told = told("no: that of the real disk", "the second stage, and the IOMMU", "one",
        "no: the state is in the device", "no: the device may write at any time") },
  },
  -- For the screen: what is interesting, what to say, what to ask.
  screen = { layout = "exit", focus = { "ata0", "dma0", "hart 0" }, unit = "command" },
  interesting = {
    { "marker", when = "number == 3 || number == 4" },
    "vm_exit",
    "disk_command",
    "dma_done",
    { "trap_enter", when = 'cause == "supervisor external interrupt"' },
  },
  talk = {
    { at = { event = "marker", when = "number == 3" },
      text = "The first operation: 4,096 bytes from the disk. The kernel and its request " ..
             "are the same in all variants; what is below them is not." },
    { at = { event = "vm_exit", when = 'cause == "load guest-page fault"' },
      variants = { "emulated_pio", "emulated_dma" },
      text = "The guest has touched a register of a disk that is not there." },
    { at = { event = "vm_exit", when = "gpa == 0x10001050" }, variants = { "virtio" },
      text = "One store to QueueNotify: all the rest of the request lies in shared memory." },
    { at = { event = "iommu_translate", when = "iova >= 0x80000000" },
      variants = { "passthrough" },
      text = "The channel uses an address of the guest's. The IOMMU looks at each." },
    { at = { event = "marker", when = "number == 4" },
      text = "The first operation is done, and the kernel has checked every byte." },
  },
  questions = {
    { at = { event = "marker", when = "number == 3", n = 2 }, variants = { "native" },
      ask = "Who moves the 4,096 bytes to memory?",
      choices = { "hart 0, by loads and stores", "a channel of the DMA controller",
                  "the disk itself" },
      answer = 2,
      because = { [1] = "That is PIO.",
                  [3] = "This disk has a request line and no way to the bus." } },
    { at = { event = "marker", when = "number == 3", n = 2 },
      variants = { "emulated_pio" },
      ask = "How many exits will these 4,096 bytes take?",
      choices = { "6", "15", "over 1,000" }, answer = 3,
      because = { [1] = "That is virtio.", [2] = "That is an emulated DMA controller." },
      lesson = "One exit for each word of 4 bytes, at about 1,040 cycles." },
    { at = { event = "marker", when = "number == 3", n = 2 },
      variants = { "emulated_dma" },
      ask = "How many exits will these 4,096 bytes take?",
      choices = { "3", "15", "over 1,000" }, answer = 2,
      because = { [1] = "Each register of disk and controller that is written is one.",
                  [3] = "The words do not go through the hart any more." } },
    { at = { event = "marker", when = "number == 3", n = 2 }, variants = { "virtio" },
      ask = "How many exits will these 4,096 bytes take?",
      choices = { "1", "6", "15" }, answer = 2,
      because = { [1] = "The notification is one; the interrupt comes, too, and its " ..
                        "handling.",
                  [3] = "That is an emulated DMA controller." },
      lesson = "A device that is made for guests has few registers that must be touched." },
    { at = { event = "marker", when = "number == 3", n = 2 },
      variants = { "passthrough" },
      ask = "How many exits will these 4,096 bytes take?",
      choices = { "none: the disk is the guest's own", "3, all for the interrupt",
                  "6, as with virtio" },
      answer = 2,
      because = { [1] = "The disk's registers are the guest's, but interrupts go to the " ..
                        "hypervisor first.",
                  [3] = "There is nothing to notify: the guest writes the disk's own " ..
                        "registers." } },
    { at = { event = "iommu_translate", when = "iova >= 0x80000000" },
      variants = { "passthrough" },
      ask = "The channel writes at an address that the guest has given it. What makes it " ..
            "a physical address?",
      choices = { "the guest's page table", "the second stage, walked by the IOMMU",
                  "nothing: they are the same" },
      answer = 2,
      because = { [1] = "That is for the guest's hart; its driver has looked there already.",
                  [3] = "The guest's memory begins 4 MiB higher than it believes." } },
    { at = { event = "vm_exit", when = "gpa == 0x10001050" }, variants = { "virtio" },
      ask = "What did the guest tell the device by this store?",
      choices = { "the sector and where the data go",
                  "which queue to look at, and nothing else", "that it wants an interrupt" },
      answer = 2,
      because = { [1] = "That lies in memory, in a descriptor and a request.",
                  [3] = "That lies in memory, too: in the flags of the available ring." } },
  },
  setup = function(p, variant)
    check(p)
    local work = string.format(
      "driver=%s op=%s n=%d bytes=%d depth=%d compute=%d order=%s seed=%d",
      variant.driver, p.op, p.n, p.bytes, p.depth, p.compute, p.order, p.seed)
    local at = variant.guest and GUEST_AT or 0
    return {
      board = {
        iommu = variant.guest,
        costs = { ata_command = 200, ata_sector = p.sector_cycles, ata_seek = 1000 },
      },
      programs = {
        elf { file = "guest:shim" },
        elf { file = variant.guest and "guest:hypervisor" or "guest:kernel" },
      },
      initrd = variant.guest and { file = "guest:kernel" } or nil,
      bootargs = (variant.guest and "guest=" .. variant.name .. " " or "") .. work,
      disks = { ata0 = disk_text(p.sectors, pattern) },
      window = "markers",
      payload = { { elf_symbol("guest:kernel", "ata_read_sector") + at,
                    elf_symbol("guest:kernel", "ata_open") + at } },
      limit = { cycles = 100000000000 },
    }
  end,
  model = {
    base = { depth = 1, compute = 0 },
    sweep = { depth = { 1, 4, 16 }, compute = { 0, 1000 } },
    within = 5,
  },
  expect = {
    { "every byte is right", function(run) return run.metrics.verify_bad == 0 end },
    { "all operations are done", function(run)
      return run.parameters.op == "none" or run.metrics.operations == run.parameters.n
    end },
    { "the bare machine has no exits", { "native" }, function(run)
      return run.metrics.exits_per_op == 0
    end },
    { "PIO exits over 1,000 times for 4 KiB", { "emulated_pio" }, function(run)
      local wanted = 1000 * run.parameters.bytes / 4096
      return run.parameters.op ~= "read" or run.metrics.exits_per_op > wanted,
        run.metrics.exits_per_op .. " exits"
    end },
    { "the guest's hart moves every byte itself", { "emulated_pio" }, function(run)
      return run.parameters.op ~= "read" or
        run.metrics.bytes_copied_per_op == run.parameters.bytes,
        run.metrics.bytes_copied_per_op .. " bytes"
    end },
    { "an emulated DMA controller exits 8 to 30 times", { "emulated_dma" }, function(run)
      local exits = run.metrics.exits_per_op
      return run.parameters.op ~= "read" or (exits >= 8 and exits <= 30), exits .. " exits"
    end },
    { "virtio exits at most 8 times", { "virtio" }, function(run)
      return run.metrics.exits_per_op <= 8, run.metrics.exits_per_op .. " exits"
    end },
    { "passed through a disk exits at most 4 times, and only for interrupts",
      { "passthrough" }, function(run)
      if run.metrics.exits_per_op > 4 and run.parameters.depth == 1 then
        return false, run.metrics.exits_per_op .. " exits"
      end
      for _, row in ipairs(run:command("continue; exits --by device").exits) do
        if row.device == "ata0" or row.device == "dma0" then
          return false, row.count .. " exits by " .. row.device
        end
      end
      return true
    end },
    { "with several under way virtio exits fewer times than the six of one", { "virtio" },
      function(run)
      return run.parameters.depth == 1 or run.metrics.exits_per_op < 6,
        run.metrics.exits_per_op .. " exits"
    end },
  },
  compare = {
    { "native goes before passed through, virtio, emulated DMA and PIO, in this order",
      { "native", "passthrough", "virtio", "emulated_dma", "emulated_pio" },
      function(...)
      local last
      for _, run in ipairs { ... } do
        if run.parameters.op == "none" or run.parameters.depth > 1 then return true end
        if last and last.metrics.ops_per_second <= run.metrics.ops_per_second then
          return false, run.variant .. " is not slower than " .. last.variant
        end
        last = run
      end
      return true
    end },
    { "an injected interrupt is several times as dear as a native one",
      { "native", "passthrough" }, function(native, guest)
      local function cycles(run, column)
        for _, row in ipairs(run:command("continue; follow irq").sources or {}) do
          if row.device == "dma0" then return row[column] end
        end
      end
      if native.parameters.op == "none" then return true end
      local real = cycles(native, "to_claim")
      local injected = cycles(guest, "to_guest_claim")
      return injected >= 3 * real, injected .. " and " .. real .. " cycles"
    end },
    { "a guest that only computes is within 2 percent of native in all",
      { "native", "passthrough", "virtio", "emulated_dma", "emulated_pio" },
      function(native, ...)
      if native.parameters.op ~= "none" then return true end
      for _, run in ipairs { ... } do
        local part = run.metrics.cycles / native.metrics.cycles
        if part > 1.02 then return false, run.variant .. ": " .. part end
      end
      return true
    end },
  },

  race = { "emulated_pio", "virtio", "passthrough" },
}
