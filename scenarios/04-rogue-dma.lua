-- Rogue DMA.
--
-- A guest has the real disk and a channel of the DMA controller for itself. It reads from
-- the disk as an honest guest does; then it tells the channel to put a sector where nothing of
-- its own is. Whoever writes a channel's registers may write any address there: what comes
-- of it depends on who looks at the addresses that the channel sends to the bus.
--
-- Without an IOMMU nobody does. For the guest's honest requests to be right at all, its
-- memory must then be where it believes it to be, so this guest is mapped one to one. With
-- the IOMMU a channel's addresses go through the guest's own second stage. In the last
-- variant a page of the guest's own memory is read-only there, and it is that page which the
-- sector is to go to.

local SECTORS, ROGUE_LBA = 128, 77

-- As src/guest/kernel/pattern.h says: each line of 16 bytes tells where it is.
local function pattern(lba)
  local lines = {}
  for line = 0, 31 do lines[#lines + 1] = string.format("%010x +%03x\n", lba, 16 * line) end
  return table.concat(lines)
end

-- Somebody else's memory, far from the guest's.
local VICTIM = 0x86000000
local SECRET = string.rep("Somebody else's memory. ", 512)

-- A page near the end of the guest's 16 MiB, which its kernel does not use; and where the
-- hypervisor has it in the machine.
local PAGE, PAGE_AT = 0x80f00000, 0x81300000
local GUEST_BYTES = 16 << 20

scenario {
  name = "04-rogue-dma",
  title = "A guest that aims its DMA at others",
  parameters = {
    n = { 8, "honest requests before", min = 1, max = 10000 },
    bytes = { 4096, "bytes of each, also of the rogue one", min = 512, max = 4096 },
  },
  variants = {
    { name = "no_iommu", title = "no IOMMU: the channel reaches all memory",
      layout = "fit",
      options = ",iommu=off", target = VICTIM,
      told = { { "what isolates it?", "nothing" } } },
    { name = "iommu", title = "an IOMMU: the channel reaches what the guest reaches",
      options = "", target = VICTIM, iommu = true,
      told = { { "what isolates it?", "the second stage, for the hart and the device" } } },
    { name = "read_only", title = "a page of its own that it may only read",
      options = string.format(",readonly=0x%x", PAGE), target = PAGE, iommu = true,
      told = { { "what isolates it?", "the second stage, for the hart and the device" } } },
  },
  -- For the screen: what is interesting, what to say, what to ask.
  screen = { layout = "walk", focus = { "dma0", "iommu0", "ram" }, unit = "command" },
  interesting = {
    "disk_command",
    { "mmio_write", when = "value == 0x86000000 || value == 0x80f00000" },
    "iommu_fault",
    "dma_error",
    { "vm_exit", when = 'cause == "supervisor external interrupt"' },
  },
  talk = {
    { at = { event = "disk_command" },
      text = "An honest request: the guest's own disk, to the guest's own memory." },
    { at = { event = "iommu_translate" }, variants = { "iommu", "read_only" },
      text = "Each page that the channel reaches is looked up first: by the device's id, " ..
             "and then in the second stage of its guest." },
    { at = { event = "mmio_write", when = "value == 0x86000000" },
      variants = { "no_iommu", "iommu" },
      text = "Now the guest is rogue: that address is somebody else's memory. Its own " ..
             "loads and stores could not reach it." },
    { at = { event = "mmio_write", when = "value == 0x80f00000" },
      variants = { "read_only" },
      text = "That page is the guest's own, but it may only read it." },
    { at = { event = "dma_burst", when = "dest == 0x86000000" }, variants = { "no_iommu" },
      text = "64 bytes of the disk lie where the secret was." },
    { at = { event = "iommu_fault" }, variants = { "iommu", "read_only" },
      text = "The write did not happen. Which device, which address and why is in the " ..
             "fault record." },
  },
  questions = {
    { at = { event = "mmio_write", when = "value == 0x86000000" },
      variants = { "no_iommu" },
      ask = "The channel is to write at 0x86000000, which is not the guest's. What happens?",
      choices = { "this store traps to the hypervisor", "the channel's write is refused",
                  "the data are written there" },
      answer = 3,
      because = { [1] = "The controller's registers were given to the guest.",
                  [2] = "Nobody is there who would: the second stage is the hart's." },
      lesson = "Whoever may program a DMA controller may write any memory." },
    { at = { event = "mmio_write", when = "value == 0x86000000" }, variants = { "iommu" },
      ask = "The channel is to write at 0x86000000, which is not the guest's. What happens?",
      choices = { "this store traps to the hypervisor",
                  "the channel's write is refused", "the data are written there" },
      answer = 2,
      because = { [1] = "The controller's registers were given to the guest; nothing " ..
                        "looks at what it writes there.",
                  [3] = "That is without an IOMMU." } },
    { at = { event = "iommu_fault" }, variants = { "iommu" },
      ask = "Which entry stopped the channel?",
      choices = { "the device context: there is none for this device",
                  "that of level 1: V is 0", "that of level 0: W is 0" },
      answer = 2,
      because = { [1] = "Its context was found: the honest requests have used it.",
                  [3] = "The walk did not get that far." } },
    { at = { event = "mmio_write", when = "value == 0x80f00000" },
      variants = { "read_only" },
      ask = "The channel is to write to a page that the guest may read. What happens?",
      choices = { "the data are written: the page is the guest's",
                  "the channel's write is refused", "the hypervisor copies the page" },
      answer = 2,
      because = { [1] = "The second stage says what may be done with a page, not whose it " ..
                        "is.",
                  [3] = "This one does not, and it could not while a device writes." } },
    { at = { event = "iommu_fault" }, variants = { "read_only" },
      ask = "Which entry stopped the channel?",
      choices = { "that of level 2: V is 0", "that of level 1: V is 0",
                  "that of level 0: W is 0" },
      answer = 3,
      because = { [1] = "It leads to the next level.", [2] = "It leads to the next level." } },
    { at = { event = "dma_error" }, variants = { "iommu", "read_only" },
      ask = "Who is told first that the channel has failed?",
      choices = { "nobody", "the guest, by an interrupt",
                  "the hypervisor, by an interrupt that leaves the guest" },
      answer = 3,
      because = { [1] = "The channel and the IOMMU each have an interrupt for it.",
                  [2] = "Real interrupts go to HS-mode; the guest gets what is injected." } },
  },
  setup = function(p, variant)
    return {
      board = {
        iommu = variant.iommu or false,
        costs = { ata_command = 200, ata_sector = 200, ata_seek = 1000 },
      },
      programs = {
        elf { file = "guest:shim" },
        elf { file = "guest:hypervisor" },
        raw { bytes = SECRET, at = VICTIM },
      },
      initrd = { file = "guest:kernel" },
      bootargs = string.format(
        "guest=passthrough%s driver=ata-dma n=%d bytes=%d rogue=address rogue-at=0x%x " ..
        "rogue-lba=%d", variant.options, p.n, p.bytes, variant.target, ROGUE_LBA),
      disks = { ata0 = disk_text(SECTORS, pattern) },
      regions = {
        { "victim", VICTIM, #SECRET },
      },
      window = "markers",
      limit = { cycles = 1000000000 },
      notes = {
        { kind = "dma_error", say = "The channel is told that the bus refuses." },
      },
    }
  end,
  expect = {
    { "the honest requests have brought the right data", function(run)
      return run.metrics.verify_bad == 0 and run.metrics.operations == run.parameters.n
    end },
    { "what devices may reach must stay, with an IOMMU or without", function(run)
      return run.metrics.pinned_bytes == GUEST_BYTES, run.metrics.pinned_bytes .. " bytes"
    end },
    { "without an IOMMU the disk's data are in somebody else's memory", { "no_iommu" },
      function(run)
      return run:bytes("victim", run.parameters.bytes) ==
             run:disk("ata0", ROGUE_LBA, run.parameters.bytes // 512)
    end },
    { "behind an IOMMU nobody else's memory changes", { "iommu", "read_only" }, function(run)
      return run:bytes("victim", #SECRET) == SECRET
    end },
    { "a page that is read-only stays as it is", { "read_only" }, function(run)
      return run:bytes(PAGE_AT, 4096) == string.rep("\0", 4096)
    end },
    { "the IOMMU has refused, and says so in its fault queue", { "iommu", "read_only" },
      function(run)
      local answer = run:command("continue; info metrics")
      for _, row in ipairs(answer.metrics) do
        if row.metric == "iommu_faults" then return row.value > 0 end
      end
      return false
    end },
    { "without an IOMMU nobody has refused anything", { "no_iommu" }, function(run)
      for _, row in ipairs(run:command("continue; info metrics").events) do
        if row.event == "dma_error" then return false end
      end
      return true
    end },
  },
}
