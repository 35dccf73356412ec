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
      options = ",iommu=off", target = VICTIM,
      told = { { "what isolates it?", "nothing" } } },
    { name = "iommu", title = "an IOMMU: the channel reaches what the guest reaches",
      options = "", target = VICTIM, iommu = true,
      told = { { "what isolates it?", "the second stage, for the hart and the device" } } },
    { name = "read_only", title = "a page of its own that it may only read",
      options = string.format(",readonly=0x%x", PAGE), target = PAGE, iommu = true,
      told = { { "what isolates it?", "the second stage, for the hart and the device" } } },
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
