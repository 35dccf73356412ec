-- What the scenarios about guests do not have: the kernel with the machine's own virtio
-- disk, two guests that share a hart, and two that have a hart each.
local SECTORS = 128

-- As src/guest/kernel/pattern.h says: each line of 16 bytes tells where it is.
local function pattern(lba)
  local lines = {}
  for line = 0, 31 do lines[#lines + 1] = string.format("%010x +%03x\n", lba, 16 * line) end
  return table.concat(lines)
end

scenario {
  name = "guests",
  title = "Machines with guests",
  variants = {
    { name = "virtio_disk", title = "no guest, and a virtio disk",
      work = "driver=virtio op=write n=6 depth=4 bytes=512 order=random" },
    { name = "two_guests", title = "two guests on a hart", guests = true,
      work = "guest=virtio op=read n=2 bytes=512 depth=2 " ..
             "guest=emulated_dma op=write n=1 bytes=512 origin=64" },
    { name = "two_harts", title = "two guests on two harts", guests = true, harts = 2,
      work = "guest=virtio,hart=1 op=read n=2 bytes=512 " ..
             "guest=passthrough,hart=0 op=write n=2 bytes=512" },
  },
  setup = function(_, variant)
    return {
      board = {
        harts = variant.harts, iommu = variant.guests,
        costs = { ata_command = 200, ata_sector = 200, ata_seek = 1000 },
        devices = {
          { type = "ata", name = "ata1", base = 0x3201000, irq = { 15 }, request = { 1 },
            sectors = SECTORS },
        },
      },
      programs = {
        elf { file = "guest:shim" },
        elf { file = variant.guests and "guest:hypervisor" or "guest:kernel" },
      },
      initrd = variant.guests and { file = "guest:kernel" } or nil,
      bootargs = variant.work,
      disks = {
        ata0 = disk_text(SECTORS, pattern),
        virtio0 = disk_text(SECTORS, pattern),
      },
      limit = { cycles = 1000000000 },
    }
  end,
}
