/* The rows of info: the machine as tables. */
#include "control/command/info.h"
#include "control/command/rows.h"

#define GROUP "machine"

/* clang-format off */
const struct command info_commands[] = {
    {
        .name = "hart",
        .aliases = "thread",
        .arguments = {{.type = ARG_HART, .name = "N", .optional = true}},
        .summary = "choose the hart that commands mean",
        .help =
            "Names of registers, addresses and info are this hart's. Moves go on with all "
            "harts. Without a number it says which hart is in use.\n"
            "\n"
            "  hart 1\n"
            "  hart",
        .group = GROUP,
        .run = info_choose_hart,
    },
    {
        .name = "info registers",
        .shortcuts = "info reg, info r, i reg, i r",
        .arguments = {{.type = ARG_WORD, .name = "NAME", .optional = true,
                       .repeats = true, .completes = ARG_CHOICE,
                       .choices =
                           "all pc zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 "
                           "a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"}},
        .summary = "the integer registers and pc of a hart",
        .help =
            "Of the hart in use; of all with `all`, of another by its name. Names of "
            "registers choose some.\n"
            "\n"
            "  info registers\n"
            "  info registers a0 a1 pc\n"
            "  info registers hart1\n"
            "  info registers all",
        .group = GROUP,
        .run = info_registers,
    },
    {
        .name = "info harts",
        .summary = "what each hart is doing",
        .help =
            "Its mode, whether it waits for an interrupt, its pc and the instruction "
            "there, its clock, what it has retired, and the interrupt that it will take "
            "instead. => marks the hart in use.\n"
            "\n"
            "  info harts",
        .group = GROUP,
        .run = info_harts,
    },
    {
        .name = "info threads",
        .summary = "the same as info harts",
        .help = "  info threads",
        .group = GROUP,
        .run = info_harts,
    },
    {
        .name = "info modes",
        .summary = "how long each hart was in which mode, and how often in guests",
        .help =
            "Cycles of each hart by privilege mode and asleep, from reset on; and for "
            "each guest (VMID) how often it was entered (V from 0 to 1) and left, and its "
            "cycles in VS- and VU-mode. The price of a trap is its handler's, that of a "
            "return the returner's.\n"
            "\n"
            "  info modes",
        .group = GROUP,
        .run = info_modes,
    },
    {
        .name = "info csr",
        .arguments = {{.type = ARG_TEXT, .name = "NAME|PATTERN", .optional = true,
                       .completes = ARG_CSR}},
        .summary = "control and status registers, decoded",
        .help =
            "All of the hart in use, by groups; or those whose names have a part in "
            "common or match a pattern with * ? and [; or one of them, field by field.\n"
            "\n"
            "  info csr\n"
            "  info csr mstatus\n"
            "  info csr pmp*",
        .group = GROUP,
        .run = info_csr,
    },
    {
        .name = "info tlb",
        .summary = "the translations that the hart's TLB holds",
        .help =
            "They are used until a fence drops them or others need their place, even if "
            "the page tables say something else by now (info walk compares).\n"
            "\n"
            "  info tlb",
        .group = GROUP,
        .run = info_tlb,
    },
    {
        .name = "info walk",
        .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS"},
                      {.type = ARG_CHOICE, .name = "ACCESS", .optional = true,
                       .choices = "read write execute"}},
        .summary = "walk the page tables for an address, without effect",
        .help =
            "Each entry that translation would read, from the root on: where it is, its "
            "bits, where it leads, and what the walk makes of it. The TLB is not asked, "
            "and A and D are not set.\n"
            "\n"
            "  info walk pc execute\n"
            "  info walk 0x40001000 write",
        .group = GROUP,
        .run = info_walk,
    },
    {
        .name = "info calls",
        .aliases = "backtrace bt",
        .shortcuts = "info stack",
        .summary = "the call stack of the hart in use, and how each call is known",
        .help =
            "The innermost function first. The machine does not know calls: those among "
            "the last 4,000 instructions are seen, with the moment of each; so are traps, "
            "which cut a function off. Further out each function's first instructions tell "
            "where it has put its return address, and that counts if a call stands before "
            "it. Where that ends it is said why.\n"
            "\n"
            "  info calls",
        .group = GROUP,
        .run = info_calls,
    },
    {
        .name = "info devices",
        .summary = "the devices of the board",
        .help =
            "Their types, where their registers are, and the numbers of their interrupts "
            "and DMA request lines.\n"
            "\n"
            "  info devices",
        .group = GROUP,
        .run = info_devices,
    },
    {
        .name = "info device",
        .arguments = {{.type = ARG_DEVICE, .name = "NAME"},
                      {.type = ARG_WORD, .name = "REGISTER", .optional = true}},
        .summary = "the registers of a device, decoded",
        .help =
            "All registers with their values and fields; or one of them, field by field. "
            "They are peeked: nothing that a read would do happens.\n"
            "\n"
            "  info device uart0\n"
            "  info device dma0 Control[1]",
        .group = GROUP,
        .run = info_device,
    },
    {
        .name = "info dma",
        .arguments = {{.type = ARG_COUNT, .name = "CHANNEL", .optional = true}},
        .summary = "DMA channels, and the descriptors they work through",
        .help =
            "Of each channel its state, what it has moved and what is left; the "
            "descriptors of its ring from Consumer to Producer, or of its chain, as they "
            "are in memory now: => marks the one in progress. Of one channel all "
            "registers, too.\n"
            "\n"
            "  info dma\n"
            "  info dma 0",
        .group = GROUP,
        .run = info_dma,
    },
    {
        .name = "info ring",
        .arguments = {{.type = ARG_DEVICE, .name = "DMA", .optional = true},
                      {.type = ARG_COUNT, .name = "CHANNEL", .optional = true}},
        .summary = "the rings of DMA channels: slots, owners, pointers",
        .help =
            "Each slot of a channel's ring of descriptors as it is in memory now: whose it "
            "is, the channel's from consumer up to producer and else software's; which "
            "descriptor is or was in it; where the pointers are. Of a large ring the 64 "
            "slots around consumer.\n"
            "\n"
            "  info ring\n"
            "  info ring dma0 0",
        .group = GROUP,
        .run = info_ring,
    },
    {
        .name = "info iommu",
        .summary = "IOMMUs: what they remember, and what is in their queues",
        .help =
            "Of each its mode and counts; the device contexts and translations that it has "
            "kept, which are used until a command says otherwise; the commands that wait, "
            "and the fault records that software has not taken yet, in words.\n"
            "\n"
            "  info iommu",
        .group = GROUP,
        .run = info_iommu,
    },
    {
        .name = "info iommu walk",
        .arguments = {{.type = ARG_VALUE, .name = "DEVICE_ID"},
                      {.type = ARG_ADDRESS, .name = "ADDRESS"},
                      {.type = ARG_CHOICE, .name = "ACCESS", .optional = true,
                       .choices = "read write"}},
        .summary = "translate an address as an IOMMU would, without effect",
        .help =
            "Each entry that the IOMMU would read for that device, from the directory's "
            "root on: where it is, what it is, and what the IOMMU makes of it. The caches "
            "are not asked, but it is said if they know something else.\n"
            "\n"
            "  info iommu walk 0x104 0x80001000\n"
            "  info iommu walk 0x104 0x80001000 write",
        .group = GROUP,
        .run = info_iommu_walk,
    },
    {
        .name = "info virtqueue",
        .arguments = {{.type = ARG_DEVICE, .name = "DEVICE", .optional = true}},
        .summary = "the queues of virtio devices, decoded",
        .help =
            "Of each virtio device, or of one, what it is doing and its rings as they are "
            "in memory now: the available ring with what became of each entry, the used "
            "ring, and the descriptors with their owner, which is the device from the "
            "moment at which their chain is available until it is used. => marks the "
            "chain in progress.\n"
            "\n"
            "  info virtqueue\n"
            "  info virtqueue virtio0",
        .group = GROUP,
        .run = info_virtqueue,
    },
    {
        .name = "info irq",
        .summary = "interrupts, from the devices to the harts",
        .help =
            "Each source of the interrupt controller: its line, whether it is pending or "
            "claimed, its priority, for whom it is enabled. Each context: its threshold "
            "and what a claim would give. Each hart: what is pending in mip, enabled in "
            "mie, and delegated. `why not irq` explains what keeps one back.\n"
            "\n"
            "  info irq",
        .group = GROUP,
        .run = info_irq,
    },
    {
        .name = "info disk",
        .summary = "what each disk is doing",
        .help =
            "The phase of its command, how far it is on the side of the host and of the "
            "medium, where the head is, and how many sectors have been written.\n"
            "\n"
            "  info disk",
        .group = GROUP,
        .run = info_disk,
    },
    {
        .name = "info map",
        .summary = "the board's address map",
        .help = "What answers at which physical addresses.\n"
                "\n"
                "  info map",
        .group = GROUP,
        .run = info_map,
    },
    {
        .name = "info bus",
        .summary = "who holds the bus, and who has used it how much",
        .help =
            "Of each initiator the slots it has had, the cycles it has waited, and the "
            "bytes it has moved. A hart's slots to RAM are counted without their bytes.\n"
            "\n"
            "  info bus",
        .group = GROUP,
        .run = info_bus,
    },
    {
        .name = "info costs",
        .summary = "what things cost, in cycles",
        .help =
            "Each price of this board, its default, and where the default comes from.\n"
            "\n"
            "  info costs",
        .group = GROUP,
        .run = info_costs,
    },
    {
        .name = "info queue",
        .summary = "what is due, and when",
        .help =
            "Everything that does not happen inside an instruction is an entry of one "
            "queue: timers, bursts, characters on the wire.\n"
            "\n"
            "  info queue",
        .group = GROUP,
        .run = info_queue,
    },
    {
        .name = "info metrics",
        .summary = "what the run has cost so far",
        .help =
            "Counted from the start: instructions, cycles, payload, interrupts, waits, "
            "and how many events of each kind.\n"
            "\n"
            "  info metrics",
        .group = GROUP,
        .run = info_metrics,
    },
    {
        .name = "info lanes",
        .arguments = {{.type = ARG_VALUE, .name = "FROM", .optional = true},
                      {.type = ARG_VALUE, .name = "UNTIL", .optional = true},
                      {.type = ARG_COUNT, .name = "COLUMNS", .optional = true}},
        .summary = "who did what when: the timeline as rows of signs",
        .help =
            "A row for each hart, guest, the bus, each DMA channel, disk and interrupt "
            "line, from cycle FROM (0) to UNTIL (now) in at most COLUMNS (60) columns "
            "of 100, 200, 500 ... cycles. Whoever had most of a column stands there, a "
            "letter where it begins and - where it goes on; . is nothing.\n"
            "\n"
            "Of a hart U, S and M are its mode, t a trap handler that its own mode was "
            "trapped into, a digit the guest that runs (VMID), ~ that it waits for the "
            "bus. Of a DMA channel a digit is its descriptor, d that it works without "
            "one. Of a disk c is a command, k a seek, m the medium, b the buffer, e an "
            "error. A line is 1 while it is high. Where it says share, a digit is how "
            "many eighths of the column: of the bus, of slots that devices had, since a "
            "hart's for RAM are not told one by one; bus waits are cycles waited, all "
            "together, of several who wait at once each one's. Exits, interrupts "
            "and faults are counted, # is more than 9.\n"
            "\n"
            "Only what has happened up to now is there; long ago columns may be shared "
            "out from wider ones.\n"
            "\n"
            "  info lanes\n"
            "  info lanes 180000 190000",
        .group = GROUP,
        .run = info_lanes,
    },
    {
        .name = "info events",
        .arguments = {{.type = ARG_EVENT_KIND, .name = "KIND", .optional = true}},
        .summary = "the kinds of events, and their fields",
        .help =
            "Fields can be named in conditions (catch dma-error if channel == 2); those "
            "with words compare with them.\n"
            "\n"
            "  info events\n"
            "  info events dma-error",
        .group = GROUP,
        .run = info_events,
    },
    {
        .name = "info symbols",
        .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS"}},
        .summary = "the symbol that an address belongs to",
        .help = "And the region, if it is in one.\n"
                "\n"
                "  info symbols pc\n"
                "  info symbols 0x80000010",
        .group = GROUP,
        .run = info_symbols,
    },
    {
        .name = "info line",
        .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS", .optional = true}},
        .summary = "the source line that an address belongs to",
        .help = "Of pc, if no address is given.\n"
                "\n"
                "  info line\n"
                "  info line main+8",
        .group = GROUP,
        .run = info_line,
    },
    {
        .name = "info regions",
        .summary = "the named parts of RAM",
        .help =
            "Those that a scenario names, or the data of a program.\n"
            "\n"
            "  info regions",
        .group = GROUP,
        .run = info_regions,
    },
    {.name = NULL},
};
/* clang-format on */
