-- Three ways to copy.
--
-- 64 KiB of a disk go to memory and back to another place of the disk: by a program that
-- asks the disk again and again and carries every word (poll), by one that is interrupted
-- for every sector (interrupt), and by the DMA controller, which interrupts once when all
-- is there (dma_*). Meanwhile a second job, a checksum, takes what is left of the hart.
-- Then the DMA controller copies 64 KiB from memory to memory in its three bus modes.

local FROM_LBA, TO_LBA = 64, 512
local RING, INPUT = 0x80200400, 0x80208000
local BUFFER, COPY = 0x80210000, 0x80240000
local INPUT_BYTES = 0x8000

-- What the disk holds; bytes 16 to 23 of every sector are "Ringside".
local function sector_text(lba)
  return string.format("You are sitting Ringside. This is sector %d of the disk, " ..
                       "and it says so %d times. ", lba, lba)
end

-- Where things are, and the numbers of devices' registers and bits.
local names = [[
        .equ    FINISHER, 0x100000
        .equ    PLIC, 0xc000000
        .equ    PLIC_ENABLE, PLIC + 0x2000
        .equ    PLIC_THRESHOLD, PLIC + 0x200000
        .equ    PLIC_CLAIM, PLIC + 0x200004

        .equ    ATA, 0x3200000          # the disk: interrupt 14, request line 0
        .equ    ATA_DATA, 0x00
        .equ    ATA_COUNT, 0x08
        .equ    ATA_LBA_LOW, 0x0c
        .equ    ATA_LBA_MID, 0x10
        .equ    ATA_LBA_HIGH, 0x14
        .equ    ATA_DEVICE, 0x18
        .equ    ATA_STATUS, 0x1c        # when it is read
        .equ    ATA_COMMAND, 0x1c       # when it is written
        .equ    BSY, 0x80               # the disk works: nothing else counts
        .equ    DRQ, 0x08               # it has a sector for us, or wants one
        .equ    ERR, 0x01

        .equ    DMA, 0x3100000          # channel 0: interrupts 23 (done), 24 (error)
        .equ    DMA_CONTROL, 0x000
        .equ    DMA_RING_BASE, 0x200
        .equ    DMA_RING_SIZE, 0x208
        .equ    DMA_BUS_MODE, 0x20c
        .equ    DMA_PRODUCER, 0x214
        .equ    DMA_REQUEST, 0x234
        .equ    DMA_CLAIM, 1
        .equ    DMA_START, 0x8003       # claim, run, errIE
        .equ    DMA_DONE_IE, 0x4000
]]

-- The program that all variants share: it begins the transfer, does the second job, and
-- switches the machine off at the end of the transfer. A variant has three functions:
-- transfer begins it (and gives 1 in a0 if it is all done already), interrupt is called
-- with the number of an interrupt in a0 (and gives 1 when all is done), and INTERRUPTS
-- says which ones it wants.
local main = [[
start:  la      sp, stack_end
        la      t0, trap
        csrw    mtvec, t0
        call    enable_interrupts
transfer_begin:
        li      t0, TRANSFER
        beqz    t0, second_job          # once it runs alone, to be compared with
        call    transfer
        bnez    a0, transfer_end
        csrsi   mstatus, 8              # MIE: interrupts may come

# The second job: sums up 32 KiB again and again, and counts how far it gets.
second_job:
        la      s4, iterations
        li      s3, 0                   # the sum
        li      s2, 0                   # iterations
again:  li      s0, INPUT
        li      s1, INPUT + INPUT_BYTES
sum:    ld      a5, 0(s0)
        ld      a6, 8(s0)
        add     s3, s3, a5
        add     s3, s3, a6
        addi    s0, s0, 16
        addi    s2, s2, 1
        sd      s2, 0(s4)
        bltu    s0, s1, sum
        j       again

transfer_end:
        li      t1, 0x5555              # all went well
off:    li      t0, FINISHER
        sw      t1, 0(t0)
1:      j       1b
failed: li      t1, 0x13333             # exit code 1
        j       off

# Lets the interrupts of the bits INTERRUPTS through, from the devices to the hart.
enable_interrupts:
        li      t0, PLIC
        li      t1, 1                   # priority
        sw      t1, 4*14(t0)
        sw      t1, 4*23(t0)
        sw      t1, 4*24(t0)
        li      t0, PLIC_ENABLE
        li      t1, INTERRUPTS
        sw      t1, 0(t0)
        li      t0, PLIC_THRESHOLD
        sw      zero, 0(t0)
        li      t0, 1 << 11             # MEIE: interrupts of the PLIC
        csrs    mie, t0
        ret

# An interrupt stops the second job anywhere, so the handler saves what it uses.
        .align  2
trap:   addi    sp, sp, -96
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      a0, 40(sp)
        sd      a1, 48(sp)
        sd      a2, 56(sp)
        sd      a3, 64(sp)
        sd      a4, 72(sp)
        sd      a5, 80(sp)
        li      t0, PLIC_CLAIM
        lw      a0, 0(t0)               # claim: which device is it?
        sd      a0, 88(sp)
        call    interrupt
        ld      t1, 88(sp)
        li      t0, PLIC_CLAIM
        sw      t1, 0(t0)               # complete: it may interrupt again
        bnez    a0, transfer_end
        ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      a0, 40(sp)
        ld      a1, 48(sp)
        ld      a2, 56(sp)
        ld      a3, 64(sp)
        ld      a4, 72(sp)
        ld      a5, 80(sp)
        addi    sp, sp, 96
        mret

        .bss
        .balign 16
stack:  .space  1024
stack_end:
iterations:
        .dword  0
        .text
]]

-- How a program talks to the disk.
local disk = [[
# Gives the disk the command a3 for SECTORS sectors from LBA a2 on.
command:
        li      a4, ATA
1:      lbu     t0, ATA_STATUS(a4)
        andi    t0, t0, BSY
        bnez    t0, 1b
        li      t0, SECTORS & 0xff      # 0 means 256
        sb      t0, ATA_COUNT(a4)
        sb      a2, ATA_LBA_LOW(a4)
        srli    t0, a2, 8
        sb      t0, ATA_LBA_MID(a4)
        srli    t0, a2, 16
        sb      t0, ATA_LBA_HIGH(a4)
        li      t0, 0x40                # device 0, and the address is an LBA
        sb      t0, ATA_DEVICE(a4)
        sb      a3, ATA_COMMAND(a4)
        ret

# Waits until the disk has a sector for us, or wants one.
wait_data:
        lbu     t0, ATA_STATUS(a4)
        andi    t1, t0, BSY
        bnez    t1, wait_data
        andi    t1, t0, ERR
        bnez    t1, failed
        andi    t1, t0, DRQ
        beqz    t1, wait_data
        ret

# Whether the disk interrupts when it has something to say: nIEN = a0.
silence_disk:
        li      a4, ATA + 0x800         # Device Control
        slli    a0, a0, 1
        sb      a0, 0(a4)
        ret
]]

-- Programmed I/O: each word goes from the disk's data register through a register of the
-- hart to memory.
local words = [[
# Reads one sector from the disk to a0, and goes on with a0.
read_sector:
        li      t2, 256                 # words of 2 bytes
read_word:
        lhu     a5, ATA_DATA(a4)
        sh      a5, 0(a0)
        addi    a0, a0, 2
        addi    t2, t2, -1
        bnez    t2, read_word
        ret

# Writes one sector from a0 to the disk, and goes on with a0.
write_sector:
        li      t2, 256
write_word:
        lhu     a5, 0(a0)
        sh      a5, ATA_DATA(a4)
        addi    a0, a0, 2
        addi    t2, t2, -1
        bnez    t2, write_word
        ret
words_end:
]]

local poll = [[
transfer:
        mv      s5, ra
        li      a0, 1
        call    silence_disk            # nobody is to be interrupted
        li      a2, FROM_LBA
        li      a3, 0x20                # READ SECTORS
        call    command
        li      a0, BUFFER
        li      a1, SECTORS
1:      call    wait_data
        call    read_sector
        addi    a1, a1, -1
        bnez    a1, 1b

        li      a2, TO_LBA
        li      a3, 0x30                # WRITE SECTORS
        call    command
        li      a0, BUFFER
        li      a1, SECTORS
2:      call    wait_data
        call    write_sector
        addi    a1, a1, -1
        bnez    a1, 2b
3:      lbu     t0, ATA_STATUS(a4)      # until the last one is on the medium
        andi    t1, t0, BSY
        bnez    t1, 3b
        andi    t1, t0, ERR
        bnez    t1, failed
        li      a0, 1
        jr      s5

interrupt:
        j       failed                  # there are none
]]

local interrupt = [[
transfer:
        mv      s5, ra
        li      a0, 0
        call    silence_disk
        li      a2, FROM_LBA
        li      a3, 0x20                # READ SECTORS: one interrupt a sector
        call    command
        li      a0, 0
        jr      s5

# What the handler knows from one interrupt to the next.
        .data
        .balign 8
next_byte:
        .dword  BUFFER
to_read:
        .dword  SECTORS
to_write:
        .dword  SECTORS
        .text

interrupt:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      a4, ATA
        lbu     t0, ATA_STATUS(a4)      # reading it ends the disk's interrupt
        andi    t0, t0, ERR
        bnez    t0, failed
        la      t3, next_byte
        ld      a0, 0(t3)
        ld      a1, 8(t3)               # to_read
        beqz    a1, writing
        call    read_sector
        sd      a0, 0(t3)
        addi    a1, a1, -1
        sd      a1, 8(t3)
        bnez    a1, to_be_continued
        li      a2, TO_LBA              # all is here: now back to the disk
        li      a3, 0x30                # WRITE SECTORS: no interrupt for the first one
        call    command
        call    wait_data
        li      a0, BUFFER
writing:
        ld      a1, 16(t3)              # to_write
        beqz    a1, all_done            # that was the one after the last sector
        call    write_sector
        sd      a0, 0(t3)
        addi    a1, a1, -1
        sd      a1, 16(t3)
to_be_continued:
        li      a0, 0
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret
all_done:
        li      a0, 1
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret
]]

-- DMA: a ring of descriptors in memory says what is to be moved, 4096 bytes each.
local ring = [[
# Fills the ring: from a0 to a1, whose next parts are a2 and a3 bytes further (0: a device).
fill_ring:
        li      t0, RING
        li      t1, DESCRIPTORS
        li      t2, 4096
1:      addi    t1, t1, -1
        sd      a0, 0x00(t0)            # source
        sd      a1, 0x08(t0)            # destination
        sw      t2, 0x10(t0)            # bytes
        seqz    t3, t1
        slli    t3, t3, 3               # flags: the last one has "end"
        sw      t3, 0x14(t0)
        sw      zero, 0x18(t0)          # status
        add     a0, a0, a2
        add     a1, a1, a3
        addi    t0, t0, 32
        bnez    t1, 1b
        ret

# Starts channel 0. a0: the request line and which way; a1: what to write to Control.
start_channel:
        li      a4, DMA
        sw      zero, DMA_CONTROL(a4)
        li      t0, DMA_CLAIM
        sw      t0, DMA_CONTROL(a4)
        li      t0, RING
        sd      t0, DMA_RING_BASE(a4)
        li      t0, SLOTS
        sw      t0, DMA_RING_SIZE(a4)
        li      t0, MODE
        sw      t0, DMA_BUS_MODE(a4)
        sw      a0, DMA_REQUEST(a4)
        fence   w, o                    # the ring is written before it is handed over
        li      t0, DESCRIPTORS
        sw      t0, DMA_PRODUCER(a4)
        sw      a1, DMA_CONTROL(a4)
        ret
]]

local dma = [[
# The disk's data goes where the ring says. When it is there the channel interrupts.
transfer:
        mv      s5, ra
        li      a0, 0
        li      a1, BUFFER
        li      a2, 0
        li      a3, 4096
        call    fill_ring
        li      a0, 0x100               # from the device at request line 0
        li      a1, DMA_START | DMA_DONE_IE
        call    start_channel
        li      a0, 1
        call    silence_disk            # the channel's interrupt is enough
        li      a2, FROM_LBA
        li      a3, 0xc8                # READ DMA
        call    command
        li      a0, 0
        jr      s5

interrupt:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      t0, 14
        beq     a0, t0, written
        li      a4, DMA
        lw      t0, DMA_CONTROL(a4)
        bltz    t0, failed              # error is bit 31
        li      a0, BUFFER              # all is here: now back to the disk
        li      a1, 0
        li      a2, 4096
        li      a3, 0
        call    fill_ring
        li      a0, 0x200               # to the device at request line 0
        li      a1, DMA_START           # the disk tells when it is on the medium
        call    start_channel
        li      a2, TO_LBA
        li      a3, 0xca                # WRITE DMA
        call    command                 # it also ends the interrupt of the command before,
        li      a0, 0                   # so that the disk may speak again now
        call    silence_disk
        li      a0, 0
        j       1f
written:
        li      a4, ATA
        lbu     t0, ATA_STATUS(a4)
        andi    t0, t0, ERR
        bnez    t0, failed
        li      a0, 1
1:      ld      ra, 0(sp)
        addi    sp, sp, 16
        ret
]]

local copy = [[
transfer:
        mv      s5, ra
        li      a0, BUFFER
        li      a1, COPY
        li      a2, 4096
        li      a3, 4096
        call    fill_ring
        li      a0, 0                   # memory to memory
        li      a1, DMA_START | DMA_DONE_IE
        call    start_channel
        li      a0, 0
        jr      s5

interrupt:
        li      a4, DMA
        lw      t0, DMA_CONTROL(a4)
        bltz    t0, failed
        li      a0, 1
        ret
]]

local ways = {
  poll = { texts = { disk, words, poll }, interrupts = 0, payload = true },
  interrupt = { texts = { disk, words, interrupt }, interrupts = 1 << 14, payload = true },
  dma = { texts = { disk, ring, dma }, interrupts = 1 << 14 | 1 << 23 | 1 << 24 },
  copy = { texts = { ring, copy }, interrupts = 1 << 23 | 1 << 24 },
}

local from_disk = { "poll", "interrupt", "dma_burst", "dma_steal", "dma_transparent" }
local by_dma = { "dma_burst", "dma_steal", "dma_transparent",
                 "copy_burst", "copy_steal", "copy_transparent" }
local in_memory = { "copy_burst", "copy_steal", "copy_transparent" }

-- The ring's slots are a power of 2, and one of them stays empty.
local function slots_for(descriptors)
  local slots = 2
  while slots <= descriptors do slots = slots * 2 end
  return slots
end

-- How much of the payload a run has to move: there and back, or once.
local function payload(run)
  return 512 * run.parameters.sectors * (run.variant:find("^copy") and 1 or 2)
end

scenario {
  name = "01-three-ways-to-copy",
  title = "Three ways to copy",
  about = [[
64 KiB go from disk to memory and back: by polling, by an interrupt for each sector, and by
DMA in three bus modes, while a second job takes what is left of the hart. Then the three
bus modes copy 64 KiB from memory to memory.]],

  parameters = {
    sectors = { 128, "sectors of 512 bytes to move, a multiple of 8", min = 8, max = 256 },
    transfer = { 1, "0: no transfer, the second job has the hart for itself",
                 min = 0, max = 1 },
  },

  variants = {
    { name = "poll", title = "disk: programmed I/O, polling", way = "poll",
      layout = "fit" },
    { name = "interrupt", title = "disk: programmed I/O, an interrupt a sector",
      way = "interrupt", layout = "gates" },
    { name = "dma_burst", title = "disk: DMA, burst", way = "dma", mode = 0 },
    { name = "dma_steal", title = "disk: DMA, cycle stealing", way = "dma", mode = 1 },
    { name = "dma_transparent", title = "disk: DMA, transparent", way = "dma", mode = 2 },
    { name = "copy_burst", title = "memory: DMA, burst", way = "copy", mode = 0,
      layout = "fit" },
    { name = "copy_steal", title = "memory: DMA, cycle stealing", way = "copy", mode = 1,
      layout = "fit" },
    { name = "copy_transparent", title = "memory: DMA, transparent", way = "copy",
      mode = 2, layout = "fit" },
  },

  -- For the screen: what is interesting, what to say, what to ask.
  screen = { layout = "fit", focus = { "dma0", "ata0" } },
  interesting = {
    "disk_command",
    { "disk_phase", when = 'phase == "seeks"' },
    { "disk_phase", when = 'phase == "has data for the host"' },
    "dma_descriptor",
    "irq_line",
    "trap_enter",
  },
  talk = {
    { at = { event = "disk_command" },
      text = "From here the disk works by itself: it seeks, then it reads sector after " ..
             "sector. The question of this lesson is who carries the bytes." },
    { at = { event = "disk_phase", when = 'phase == "has data for the host"' },
      variants = { "poll", "interrupt" },
      text = "A sector is in the disk's buffer. Each of its 256 words takes a load from " ..
             "the data register and a store to RAM, by the hart." },
    { at = { event = "dma_descriptor" }, variants = by_dma,
      text = "Descriptor 0 says from where, to where, and how much. The hart has written " ..
             "16 of them into RAM before; from here on it is not needed." },
    { at = { event = "bus_wait", when = 'initiator == "hart 0"' }, variants = by_dma,
      text = "The hart has asked for the bus while the channel has it. What it waits is " ..
             "the price of DMA." },
    { at = { event = "trap_enter" }, variants = { "interrupt" },
      text = "The disk interrupts for every sector: it costs a trap, a claim, saving and " ..
             "restoring registers, and only then 256 words." },
    { at = { event = "dma_done", n = 16 }, variants = by_dma,
      text = "The last descriptor is done. The one interrupt of this way comes now." },
  },
  questions = {
    { at = { event = "disk_phase", when = 'phase == "seeks"' }, variants = { "poll" },
      ask = "What does hart 0 do while the disk seeks?",
      choices = { "it sums up the other job's numbers", "it waits in WFI",
                  "it reads the disk's status again and again" },
      answer = 3,
      because = { [1] = "The other job's turn comes when the transfer is over.",
                  [2] = "Nothing would wake it: the program has told the disk not to " ..
                        "interrupt." },
      lesson = "A program that polls has the hart, and does nothing with it." },
    { at = { event = "disk_phase", when = 'phase == "has data for the host"' },
      variants = { "poll" },
      ask = "How much of hart 0 does the other job get until the transfer is over?",
      choices = { "nearly all of it", "about half of it", "none of it" }, answer = 3,
      because = { [1] = "That is DMA.",
                  [2] = "The hart never leaves the loop that carries words and asks for " ..
                        "the next sector." } },
    { at = { event = "disk_command" }, variants = { "interrupt" },
      ask = "How many interrupts will it take until 64 KiB are in RAM?",
      choices = { "1, at the end", "128: one for each sector",
                  "32,768: one for each word" },
      answer = 2,
      because = { [1] = "That is DMA: somebody must carry the words meanwhile.",
                  [3] = "The disk has a buffer of one sector: it interrupts when that is " ..
                        "full." },
      lesson = "An interrupt costs the same however much there is to do: fewer, bigger " ..
               "pieces are cheaper." },
    { at = { event = "dma_descriptor" },
      variants = { "dma_burst", "dma_steal", "dma_transparent" },
      ask = "How many interrupts will it take until 64 KiB are in RAM?",
      choices = { "1, when the ring is empty", "16: one for each descriptor",
                  "128: one for each sector" },
      answer = 1,
      because = { [2] = "A descriptor asks for one by its flag irq, and these do not.",
                  [3] = "The disk was told not to interrupt; it asks the channel instead, " ..
                        "by its request line." } },
    { at = { event = "bus_transfer", when = "pa == 0x80210000" },
      variants = { "copy_burst" },
      ask = "The channel reads 64 bytes and will write them. hart 0 asks for the bus " ..
            "meanwhile. When does it get it?",
      choices = { "after the next 8 bytes", "when the 64 bytes are read and written",
                  "when all 4,096 bytes of the descriptor are moved" },
      answer = 2,
      because = { [1] = "That is cycle stealing.",
                  [3] = "Between two bursts the channel lets others through: it then waits " ..
                        "for the hart." },
      lesson = "A burst is fast for the channel and makes everybody else wait for it." },
    { at = { event = "bus_transfer", when = "pa == 0x80210000" },
      variants = { "copy_steal" },
      ask = "Who gets the bus after this slot of 8 bytes?",
      choices = { "the channel: its burst is not over", "hart 0, which asks meanwhile",
                  "nobody: it stays free until the burst is over" },
      answer = 2,
      because = { [1] = "That is burst mode.",
                  [3] = "A bus that is free is given to whoever asks." },
      lesson = "In cycle stealing mode a wait is never longer than one slot." },
    { at = { event = "dma_descriptor" }, variants = { "copy_transparent" },
      ask = "How many cycles will hart 0 wait for the bus in all?",
      choices = { "none", "3 or 4 for each slot of the channel",
                  "about 75 for each burst" },
      answer = 1,
      because = { [2] = "That is cycle stealing.", [3] = "That is burst mode." },
      lesson = "Transparent DMA takes only gaps in which nobody wants the bus. It is the " ..
               "slowest way, and costs the hart nothing." },
  },

  setup = function(p, variant)
    local way = ways[variant.way]
    local bytes = 512 * p.sectors
    assert(p.sectors % 8 == 0, "sectors must be a multiple of 8")
    local texts = { names, main }
    for _, text in ipairs(way.texts) do texts[#texts + 1] = text end
    local content = disk_text(1024, sector_text)
    local first = content:sub(512 * FROM_LBA + 1, 512 * FROM_LBA + bytes)
    local programs = { asm {
      at = 0x80000000, text = texts,
      defines = {
        TRANSFER = p.transfer, SECTORS = p.sectors, INTERRUPTS = way.interrupts,
        FROM_LBA = FROM_LBA, TO_LBA = TO_LBA, BUFFER = BUFFER, COPY = COPY,
        INPUT = INPUT, INPUT_BYTES = INPUT_BYTES, RING = RING, MODE = variant.mode or 0,
        DESCRIPTORS = bytes // 4096, SLOTS = slots_for(bytes // 4096),
      },
    } }
    programs[2] = raw { bytes = content:sub(1, INPUT_BYTES), at = INPUT }
    if variant.way == "copy" then
      programs[3] = raw { bytes = first, at = BUFFER }
    end
    return {
      board = { harts = 1, interleave = 1 },
      disks = { ata0 = content },
      programs = programs,
      entry = "start",
      window = { from = "transfer_begin", to = "transfer_end" },
      payload = way.payload and { { "read_sector", "words_end" } } or nil,
      work = "iterations",
      alone = { transfer = 0 },
      limit = { cycles = 50000000 },
      regions = {
        { "ring", RING, 32 * slots_for(bytes // 4096) },
        { "sum input", INPUT, INPUT_BYTES },
        { "buffer", BUFFER, bytes },
        { "copy", COPY, bytes },
      },
      notes = {
        { kind = "disk_command", say = "The disk now seeks; nobody needs to wait for it." },
        { kind = "dma_done", where = { last = 1 },
          say = "The channel has done its whole ring: this is its one interrupt." },
        { kind = "trap_enter", say = "The second job stands still until the handler returns." },
      },
    }
  end,

  expect = {
    { "the data arrived in memory unchanged", from_disk, function(run)
      local sectors = run.parameters.sectors
      return run:bytes("buffer", 512 * sectors) == run:disk("ata0", FROM_LBA, sectors)
    end },
    { "the data arrived back on the disk unchanged", from_disk, function(run)
      local sectors = run.parameters.sectors
      return run:disk("ata0", TO_LBA, sectors) == run:disk("ata0", FROM_LBA, sectors)
    end },
    { "the copy is the same as what was copied", in_memory, function(run)
      local bytes = 512 * run.parameters.sectors
      return run:bytes("copy", bytes) == run:bytes("buffer", bytes)
    end },
    { "the hart moves every byte itself", { "poll", "interrupt" }, function(run)
      return run.metrics.payload_bytes_hart == payload(run)
    end },
    { "the hart moves none of the bytes, the DMA controller all", by_dma, function(run)
      return run.metrics.payload_bytes_hart == 0 and
             run.metrics.payload_bytes_dma == payload(run)
    end },
    { "polling leaves less than 5 % of the hart", { "poll" }, function(run)
      return run.metrics.useful_share < 0.05
    end },
    { "polling takes no interrupt", { "poll" }, function(run)
      return run.metrics.interrupts == 0
    end },
    { "there is an interrupt for every sector, each way", { "interrupt" }, function(run)
      return run.metrics.interrupts >= 2 * run.parameters.sectors
    end },
    { "DMA leaves more than 90 % of the hart", { "dma_burst", "dma_steal", "dma_transparent" },
      function(run) return run.metrics.useful_share > 0.90 end },
    { "DMA takes one interrupt for each way", { "dma_burst", "dma_steal", "dma_transparent" },
      function(run) return run.metrics.interrupts == 2 end },
    { "transparent DMA delays the hart by nothing", { "dma_transparent", "copy_transparent" },
      function(run) return run.metrics.bus_wait_cycles == 0 end },
  },

  compare = {
    { "in memory, burst mode finishes first", in_memory, function(burst, steal, transparent)
      return burst.metrics.cycles < steal.metrics.cycles and
             burst.metrics.cycles < transparent.metrics.cycles
    end },
    { "in memory, burst mode delays the hart most", in_memory,
      function(burst, steal, transparent)
        local function delay(run) return run.metrics.bus_wait_cycles / run.metrics.cycles end
        return delay(burst) > delay(steal) and delay(steal) > delay(transparent)
      end },
    { "interrupts leave more of the hart than polling, DMA more than interrupts",
      { "poll", "interrupt", "dma_steal" }, function(poll, interrupt, steal)
        return poll.metrics.useful_share < interrupt.metrics.useful_share and
               interrupt.metrics.useful_share < steal.metrics.useful_share
      end },
  },

  race = { "poll", "interrupt", "dma_steal" },
}
