/* info ..., as it is typed: each row against the tables and the machine that it shows. */
#include "control/command/rows.h"
#include "machine/translate/walk.h"
#include "observe/ask/names.h"
#include "tests/lib/small_machine.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOT UINT64_C(0x80100000)

static struct talk talk;

static void set_up(void)
{
    small_machine_open(&talk);
    small_machine_reach(&talk, "copy");
}

static void tear_down(void)
{
    talk_close(&talk);
}

static void put(uint64_t at, uint64_t value)
{
    ram_write(&session_board(&talk.session)->bus.ram, at, &value, sizeof(value),
              INITIATOR_OUTSIDE);
}

/* Sv39: RAM in one page of 1 GiB, and a table for the addresses below 1 GiB in which
 * 0x1000 is a page of 4 KiB that cannot be written, and 0x2000 none. */
static void translate(void)
{
    put(ROOT + 2 * 8, 0x200000cf);                      /* DAxWRV at 0x80000000 */
    put(ROOT + 0 * 8, (ROOT + 0x1000) >> 12 << 10 | 1); /* pointers */
    put(ROOT + 0x1000, (ROOT + 0x2000) >> 12 << 10 | 1);
    put(ROOT + 0x2000 + 1 * 8, UINT64_C(0x80001000) >> 12 << 10 | 0x43); /* A R V */
    session_hart(&talk.session)->csr.pmpaddr[0] = BITS(53, 0);
    session_hart(&talk.session)->csr.pmpcfg[0] = 0x1f; /* all, NAPOT: RWX */
    session_hart(&talk.session)->csr.satp = UINT64_C(8) << 60 | ROOT >> 12;
}

static const struct {
    const char *line, *has[4];
} answers[] = {
    {"info registers",
     {"   0  pc        ", "x10     0x80001000  2,147,487,744", "source"}},
    {"info registers a0 pc",
     {"hart  register  number  value             decimal  name\n"
      "   0  pc                0x8000006c  2,147,483,756  copy\n"
      "   0  a0        x10     0x80001000  2,147,487,744  source\n"}},
    {"info registers hart1", {"   1  pc        ", "   1  t6        x31"}},
    {"info registers hart1.a0", {"   1  a0        x10"}},
    {"info registers all", {"   0  t6 ", "   1  t6 "}},
    {"hart", {"Commands mean hart 0. It is in M-mode at copy (0x8000006c)."}},
    {"info reg a0", {"source"}},
    {"i r a0", {"source"}},
    {"info threads", {"=>       0  M-mode"}},
    {"catch trap environment-call-from-U-mode",
     {"a hart traps: environment call from U-mode."}},
    {"info", {"info harts        what each hart is doing"}},
    {"i", {"info breakpoints  "}},
    {"i b", {"There are no breakpoints, watchpoints or catchpoints."}},
    {"info watchpoints", {"There are no breakpoints, watchpoints or catchpoints."}},
    {"info f", {"Hart 0 is at copy (0x8000006c)"}},
    {"why not 10", {"Interrupt 10 (uart0)"}},
    {"whynot uart0", {"Interrupt 10 (uart0)"}},
    {"info harts",
     {"=>       0  M-mode  no     0x8000006c", "ld t0, 0(a0)",
      "1  M-mode  no     0x80000004"}},
    {"info csr mstatus",
     {"mstatus (0x300) of hart 0 is 0xa00000000.", "SXL=2 UXL=2 MPP=U-mode SPP=U-mode",
      "MPP    12:11  0x0    U-mode"}},
    {"info csr mcause", {"is 0x0, instruction address misaligned."}},
    {"info csr satp", {"MODE=bare"}},
    {"info csr mtvec", {"MODE=direct"}},
    {"info csr pmp*", {"machine memory protection  pmpcfg0", "pmpaddr15"}},
    {"info csr hpm", {"mhpmcounter3", "hpmcounter31"}},
    {"info csr envcfg", {"menvcfg", "senvcfg", "ADUE=1"}},
    {"info tlb",
     {"The TLB of hart 0 holds 0 translations of 4 KiB: 8 sets of 2 ways."}},
    {"info calls",
     {"    0  0x8000006c  copy", "is here", "Further out nothing is known: "}},
    {"bt", {"is here"}},
    {"info stack", {"is here"}},
    {"info devices",
     {"dma0      dma         0x3100000   23 24 25 26 27 28 29 30", "ata0",
      "0             ATA disk"}},
    {"info device uart0",
     {"uart0 at 0x10000000, type uart", "It drives interrupt 10.", "THRE=1 TEMT=1"}},
    {"info device dma0 Control[1]",
     {"0x1000  Control[1]  0x0", "claim   0     0x0", "run     1"}},
    {"info device dma0 State", {"state  3:0   0x0    idle"}},
    {"info device rom", {"It has no registers."}},
    {"info device plic", {"registers of long arrays are 0 and not listed."}},
    {"info dma", {"dma0          0  idle", "dma0          3  idle"}},
    {"info dma 1", {"0x1000  Control", "0x1248  State            0x0    state=idle"}},
    {"info irq",
     {"Hart 0, in M-mode, will take no interrupt next; mstatus.MIE is 0, SIE 0.",
      "    23  dma0     no     no       no              0",
      "      0  hart 0 M          0  no",
      "   1  machine timer interrupt                MTIP"}},
    {"info disk", {"ata0     ready", "virtio0  idle"}},
    {"info map",
     {"0x1000      0xffff      0xf000    rom",
      "0x80000000  0x801fffff  0x200000  RAM"}},
    {"info bus", {"The bus is idle at cycle", "hart 0", "hart 1"}},
    {"info costs", {"instruction           1        1  cycles", "bus_slot"}},
    {"info queue", {"nothing is due."}},
    {"info metrics",
     {"Counted from the start to cycle", "instructions", "csr_write  "}},
    {"info lanes", {"From cycle 0 to ", "hart 0            M", "dma ch 0 "}},
    {"info lanes 0 18446744073709551615", {"UNTIL is at most cycle 1000000000000000"}},
    {"info lanes 0 1000000000000000 1", {"a column is 1,000,000,000,000,000 cycles."}},
    {"info lanes 0 1000 5", {"From cycle 0 to 1,000: a column is 200 cycles."}},
    {"info events",
     {"dma_burst", "a DMA channel moves one burst",
      "source dest left bytes device channel direction line"}},
    {"info events dma-error",
     {"dma_error: a DMA transfer fails.", "reason   dma-error      1  none,"}},
    {"info events dma_state", {"idle, "}},
    {"info symbols copy+4", {"0x80000070 is copy+4.", "copy    0x8000006c       4"}},
    {"info symbols buffer+8",
     {"0x80001058 is buffer+8.", "It is byte 8 of the region payload."}},
    {"info line",
     {"is line 25 of tests/commands/copy.lua.",
      "0x8000006c  0x80000070  copy:   ld      t0, 0(a0)"}},
    {"info line copy+4", {"is line 26 of"}},
    {"info regions", {"payload  0x80001050  0x8000114f    256"}},
};

START_TEST(rows_tell_what_they_are_asked)
{
    for (unsigned i = 0; i < COUNT(answers[0].has) && answers[_i].has[i]; i++)
        small_machine_has(&talk, answers[_i].line, answers[_i].has[i], NULL);
}
END_TEST

static const struct {
    const char *line, *error;
} errors[] = {
    {"info registers mstatus",
     "info registers: 'mstatus' is no register of a hart; for CSRs: info csr"},
    {"info registers hart7", "info registers: the board has no hart 7"},
    {"hart 2", "hart: "},
    {"info csr mstats", "info csr: no CSR's name matches 'mstats' (did you mean "
                        "'mstatus'?)"},
    {"info walk", "info walk: no ADDRESS given"},
    {"info walk 0", "info walk: satp.MODE is 0: addresses are not translated"},
    {"info device", "info device: no NAME given"},
    {"info device uart7", "info device: "},
    {"info device uart0 RBX", "info device: uart0 has no register 'RBX'"},
    {"info dma 4", "info dma: a controller has channels 0 to 3"},
    {"info ring uart0", "info ring: uart0 is no DMA controller"},
    {"info ring dma0 4", "info ring: a controller has channels 0 to 3"},
    {"info events nothing", "info events: "},
    {"info symbols 5", "info symbols: no symbol and no region holds 0x5"},
    {"info line source", "info line: 0x80001000 has no source line"},
    {"info/x", "unknown command 'info'"},
    {"info branches", "unknown command 'info branches' (did you mean 'branches'?)"},
    {"registers", "unknown command 'registers' (did you mean 'info registers'?)"},
    {"why irq 10", "why: it takes no 'irq' (did you mean 'why not irq 10'?)"},
    {"info map 3", "info map: it takes no arguments"},
};

START_TEST(cycles_in_sentences_are_grouped)
{
    talk_do(&talk, "set pc = copy");
    talk_do(&talk, "set u32p[copy] = 0x6f"); /* j copy */
    talk_do(&talk, "until cycle > 2000");
    small_machine_has(&talk, "info metrics", "from the start to cycle 2,00", NULL);
    small_machine_has(&talk, "info bus", "at cycle 2,00", NULL);
    small_machine_has(&talk, "info queue", "At cycle 2,00", NULL);
}
END_TEST

START_TEST(commands_mean_the_hart_that_was_chosen)
{
    session_board(&talk.session)->hart[1].x[10] = 0x1234;
    small_machine_has(&talk, "hart 1", "Commands mean hart 1.", NULL);
    small_machine_has(&talk, "print/x a0", "0x1234", NULL);
    small_machine_has(&talk, "print mhartid", "0x1", NULL);
    small_machine_has(&talk, "info registers a0", "   1  a0        x10     0x1234",
                      NULL);
    small_machine_has(&talk, "info csr mhartid", "of hart 1 is 0x1", NULL);
    small_machine_has(&talk, "info harts", "=>       1  M-mode", NULL);
}
END_TEST

START_TEST(errors_are_clear)
{
    small_machine_has(&talk, errors[_i].line, "Error: ", errors[_i].error, NULL);
}
END_TEST

/* --- everything in a table is told --------------------------------------------------------- */

START_TEST(every_cost_is_listed)
{
    for (int i = 0; i < COSTS; i++)
        small_machine_has(&talk, "info costs", cost_infos[i].name,
                          cost_infos[i].meaning, cost_infos[i].source, NULL);
}
END_TEST

START_TEST(every_kind_of_event_is_listed)
{
    for (int i = 0; i < EVENT_KINDS; i++)
        small_machine_has(&talk, "info events", event_infos[i].name,
                          event_infos[i].help, NULL);
}
END_TEST

START_TEST(every_kind_has_its_fields)
{
    const struct event_info *info = &event_infos[_i];
    char line[64];

    snprintf(line, sizeof(line), "info events %s", info->name);
    for (const struct event_field *f = info->fields; f->name; f++)
        small_machine_has(&talk, line, f->name, NULL);
}
END_TEST

START_TEST(every_csr_is_told_with_its_fields)
{
    const struct csr_info *csr = &csr_infos[_i];
    char line[64], value[64];

    snprintf(line, sizeof(line), "info csr %s", csr->name);
    snprintf(value, sizeof(value), "of hart 0 is 0x%" PRIx64,
             hart_csr_read(session_hart(&talk.session), csr->number));
    small_machine_has(&talk, line, value, csr->help, NULL);
    for (const struct csr_field *f = csr->fields; f && f->name; f++)
        small_machine_has(&talk, line, f->name, f->help, NULL);
}
END_TEST

/* Without a name, all are in some group, but those that count nothing. */
START_TEST(every_csr_is_in_a_group)
{
    for (size_t i = 0; i < csr_infos_count; i++)
        if (!strstr(csr_infos[i].name, "hpm"))
            small_machine_has(&talk, "info csr", csr_infos[i].name, NULL);
}
END_TEST

START_TEST(every_register_of_every_device_is_listed)
{
    const struct board *board = session_board(&talk.session);
    char line[64];

    for (unsigned d = 0; d < board->devices; d++) {
        const struct regfile *file = board->device[d]->type->regs;

        snprintf(line, sizeof(line), "info device %s", board->device[d]->name);
        for (size_t i = 0; file && i < file->count; i++)
            if (file->regs[i].count <= 8)
                small_machine_has(&talk, line, file->regs[i].name, file->regs[i].help,
                                  NULL);
    }
}
END_TEST

/* --- the DMA controller at work ------------------------------------------------------------ */

START_TEST(a_transfer_under_way_is_told)
{
    struct register_place state;

    ck_assert(names_find(session_board(&talk.session), "dma0.State", &state, NULL));
    while (names_peek(&state) != 3) /* write */
        ck_assert_int_eq(timeline_step(talk.session.time), ARRIVED);
    small_machine_has(&talk, "info dma 0", "dma0 channel 0: write,", "run=1",
                      "0x80001050", NULL);
    small_machine_has(&talk, "info queue", "DMA channel 0", NULL);
    small_machine_has(&talk, "info bus", "1 DMA channel or virtio device has bus work.",
                      NULL);
}
END_TEST

START_TEST(descriptors_of_a_ring_are_told_from_memory)
{
    put(0x80001200, 0x80001000);             /* descriptor 0 of a ring of 2: source, */
    put(0x80001208, 0x80001080);             /* destination, */
    put(0x80001210, UINT64_C(2) << 32 | 16); /* 16 bytes, irq */
    put(0x80001218, UINT64_C(1) << 31 | 16); /* done, 16 bytes */
    talk_do(&talk, "set dma0.Control[2].claim = 1");
    talk_do(&talk, "set dma0.RingBase[2] = 0x80001200");
    talk_do(&talk, "set dma0.RingSize[2] = 2");
    talk_do(&talk, "set dma0.Producer[2] = 1");
    small_machine_has(&talk, "info dma 2",
                      "dma0          2      0  0x80001200  0x80001000  0x80001080",
                      "16  irq    done, 16 bytes", NULL);
    small_machine_has(&talk, "info ring dma0 2",
                      "dma0 channel 2: 2 slots at 0x80001200, consumer 0, producer 1",
                      "0  consumer  DMA       next         0  0x80001200",
                      "1  producer  software  to fill         0x80001220", NULL);
}
END_TEST

START_TEST(a_ring_that_cannot_be_is_told)
{
    small_machine_has(&talk, "info ring", "No channel has a ring", NULL);
    talk_do(&talk, "set dma0.Control[2].claim = 1");
    talk_do(&talk, "set dma0.RingSize[2] = 3");
    small_machine_has(&talk, "info ring", "RingSize is no power of 2", NULL);
    talk_do(&talk, "set dma0.RingSize[2] = 4");
    talk_do(&talk, "set dma0.Producer[2] = 4");
    small_machine_has(&talk, "info ring", "Producer is too far ahead", NULL);
    talk_do(&talk, "set dma0.RingSize[2] = 256");
    small_machine_has(&talk, "info ring", "Left out: 0 slots before, 192 behind", NULL);
}
END_TEST

START_TEST(descriptors_of_a_chain_are_followed)
{
    put(0x80001200, 0x80001000);
    put(0x80001208, 0x80001080);
    put(0x80001210, 16);
    put(0x80001218, UINT64_C(0x40) << 32);   /* the next is 0x40 away */
    put(0x80001250, UINT64_C(8) << 32 | 32); /* end, 32 bytes */
    talk_do(&talk, "set dma0.Control[2].claim = 1");
    talk_do(&talk, "set dma0.ChainHead[2] = 0x80001200");
    small_machine_has(&talk, "info dma 2", "0  0x80001200", "1  0x80001240", "32  end",
                      NULL);
}
END_TEST

/* A chain that bites its own tail is shown for a while. */
START_TEST(a_chain_without_end_ends)
{
    put(0x80001218, UINT64_C(0x20) << 32);
    put(0x80001238, UINT64_C(0xffffffe0) << 32);
    talk_do(&talk, "set dma0.Control[2].claim = 1");
    talk_do(&talk, "set dma0.ChainHead[2] = 0x80001200");
    small_machine_has(&talk, "info dma 2", "63  0x80001220", NULL);
}
END_TEST

START_TEST(a_pending_interrupt_is_told)
{
    small_machine_reach(&talk, "trap");
    small_machine_has(&talk, "info irq",
                      "    23  dma0     yes    yes      no              7",
                      "hart 0 M          0  yes            23", "MEIP   yes", NULL);
}
END_TEST

/* --- translation ------------------------------------------------------------------------------ */

static const struct {
    const char *line, *has[4];
} walks[] = {
    {"info walk 0x80001234",
     {"M-mode does not translate: this is what S-mode would find.",
      "Sv39 walk for 0x80001234 from the root table at 0x80100000, as S-mode.",
      "0x80001234 is physical address 0x80001234, in a page of 1048576 KiB.",
      "    2  0x80100010  0x200000cf  DA--XWRV  0x80000000  the translation"}},
    {"info walk 0x1008",
     {"0x1008 is physical address 0x80001008, in a page of 4 KiB.", "    2  0x80100000",
      "    1  0x80101000", "    0  0x80102008  0x20000443  -A----RV"}},
    {"info walk 0x1008 write",
     {"The walk fails: the access is not permitted.", "the access is not permitted"}},
    {"info walk 0x1008 execute", {"The walk fails: the access is not permitted."}},
    {"info walk 0x2000", {"The walk fails: not valid."}},
    {"info walk 0x40000000", {"The walk fails: not valid."}},
    {"info csr pmpcfg0", {"pmp0cfg=NAPOT-RWX"}},
    {"info csr satp", {"MODE=Sv39 PPN=0x80100"}},
    {"print satp.MODE == \"Sv39\"", {"0x1"}},
    {"info walk 0x8000000000",
     {"Error: info walk: bits 63 to 39 of 0x8000000000 are no copies of bit 38"}},
};

START_TEST(walks_are_told_step_by_step)
{
    translate();
    for (unsigned i = 0; i < COUNT(walks[0].has) && walks[_i].has[i]; i++)
        small_machine_has(&talk, walks[_i].line, walks[_i].has[i], NULL);
}
END_TEST

START_TEST(pmp_can_keep_a_walk_from_its_tables)
{
    translate();
    session_hart(&talk.session)->csr.pmpcfg[0] = 0;
    small_machine_has(&talk, "info walk 0x1008",
                      "The walk fails: the entry cannot be reached.",
                      "The table is not in RAM, or PMP keeps S-mode from it: see info "
                      "csr pmp*.",
                      NULL);
}
END_TEST

START_TEST(a_stale_translation_is_told)
{
    struct hart *hart = session_hart(&talk.session);
    struct walk_request request = {.va = 0x1000, .access = ACCESS_LOAD, .mode = MODE_S};
    struct walk_result result;

    translate();
    ck_assert(!trapped(hart_translate(hart, request, &result)));
    small_machine_has(&talk, "info tlb", "holds 1 translation of 4 KiB",
                      "0x1000   0x80001000  0x1000     0  -A----RV", NULL);
    put(ROOT + 0x2000 + 1 * 8, UINT64_C(0x80003000) >> 12 << 10 | 0x43);
    small_machine_has(&talk, "info walk 0x1000",
                      "0x1000 is physical address 0x80003000",
                      "The TLB has another translation, to 0x80001000: until a fence, "
                      "that one is used.",
                      NULL);
    put(ROOT + 0x2000 + 1 * 8, 0);
    small_machine_has(&talk, "info walk 0x1000", "The walk fails: not valid.",
                      "The TLB has a translation, to 0x80001000", NULL);
}
END_TEST

/* --- all rows ---------------------------------------------------------------------------------- */

/* Does each example in the help of a row, a line that begins with two blanks. */
static void do_examples(const struct command *row)
{
    for (const char *at = row->help; at && *at; at = strchr(at, '\n')) {
        char line[128];

        at += *at == '\n';
        if (strncmp(at, "  ", 2) != 0)
            continue;
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at + 2, "\n"), at + 2);
        ck_assert_msg(strncmp(line, row->name, strlen(row->name)) == 0, "%s", line);
        ck_assert_msg(!strstr(talk_do(&talk, line), "Error:"), "%s: %s", line,
                      talk.answer.data);
    }
}

/* They need a board that has one. */
static bool is_of_iommu(const struct command *row)
{
    return strstr(row->name, "info iommu") == row->name;
}

START_TEST(examples_work_and_looking_changes_nothing)
{
    uint64_t before;

    translate();
    before = run_digest(talk.session.run);
    for (const struct command *row = info_commands; row->name; row++) {
        ck_assert_msg(strstr(row->help, row->name), "%s", row->name);
        if (!is_of_iommu(row))
            do_examples(row);
        talk.session.hart = 0; /* the one that translates */
    }
    ck_assert(run_digest(talk.session.run) == before);
    ck_assert_uint_eq(timeline_branch_info(talk.session.time, 0)->journal->count, 0);
}
END_TEST

/* --- IOMMUs ------------------------------------------------------------------------------------ */

/* A guest's channel behind an IOMMU: tests/commands/iommu.lua, at its end. */
static void open_iommu(const char *variant)
{
    struct session_choice choice = {.file = "tests/commands/iommu.lua",
                                    .variant = variant};
    struct err err = {{0}};

    session_close(&talk.session);
    ck_assert_msg(session_open(&talk.session, &choice, &err), "%s", err.text);
    talk_do(&talk, "break done");
    talk_do(&talk, "continue");
}

START_TEST(examples_of_iommus_work_and_change_nothing)
{
    uint64_t before;

    open_iommu("wild");
    before = run_digest(talk.session.run);
    for (const struct command *row = info_commands; row->name; row++)
        if (is_of_iommu(row))
            do_examples(row);
    ck_assert(run_digest(talk.session.run) == before);
}
END_TEST

START_TEST(an_iommu_tells_what_it_remembers_and_what_waits)
{
    open_iommu("wild");
    small_machine_has(
        &talk, "info iommu", "iommu0 is 2LVL: by a directory of two levels.",
        "It has translated 2 addresses, with 0 hits and 2 walks, read 11 entries of "
        "tables, and refused 1 of them.",
        "Its command queue is on, cqh 1 of cqt 1; its fault queue is on, fqh 0 of fqt "
        "1.",
        "DMA channel 0 (device id 0x104)", "Sv39x4 at 0x80404000", "0x200000d7",
        "DMA channel 0 (device id 0x104) writes 0x80002000: write/AMO guest-page "
        "fault, "
        "guest address 0x80002000",
        NULL);
}
END_TEST

START_TEST(commands_that_wait_are_told_in_words)
{
    open_iommu("honest");
    talk_do(&talk, "reverse-continue");
    talk_do(&talk, "break bell");
    talk_do(&talk, "continue");
    talk_do(&talk, "set iommu0.cqcsr = 0");
    talk_do(&talk, "set iommu0.cqt = 1");
    small_machine_has(&talk, "info iommu", "IOFENCE.C", "stores 0x55 at 0x80420000",
                      NULL);
}
END_TEST

START_TEST(a_walk_of_an_iommu_is_looked_at)
{
    open_iommu("wild");
    small_machine_has(
        &talk, "info iommu walk 0x104 0x80001008 write",
        "iommu0 is asked by DMA channel 0 (device id 0x104), which writes "
        "0x80001008.",
        "It is physical address 0x80001008, by a walk.", "directory", "device context",
        "second-stage", "0x80409008", NULL);
    small_machine_has(&talk, "info iommu walk 0x104 0x80002000",
                      "It is refused: read guest-page fault, guest address 0x80002000 "
                      "(cause 21).",
                      "not valid", NULL);
    small_machine_has(&talk, "info iommu walk 0x105 0x80002000",
                      "It is refused: DDT entry not valid (cause 258).", NULL);
    talk_do(&talk, "set u64p[0x80409000] = 0");
    small_machine_has(&talk, "info iommu walk 0x104 0x80000000",
                      "The translation cache has another one, to 0x80000000: until an "
                      "IOTINVAL, that one is used.",
                      NULL);
    talk_do(&talk, "set u64p[0x80401080] = 0x1001");
    small_machine_has(&talk, "info iommu walk 0x104 0x80000000",
                      "It is refused: DDT entry misconfigured, a reserved bit of tc is "
                      "set (cause 259).",
                      "The directory cache has a device context for it: until an "
                      "IODIR.INVAL_DDT, that one is used.",
                      NULL);
    small_machine_has(&talk, "info iommu walk 0x1000000 0",
                      "a device id has at most 24 bits", NULL);
}
END_TEST

START_TEST(without_an_iommu_that_is_said)
{
    small_machine_has(&talk, "info iommu", "the board has no IOMMU", NULL);
    small_machine_has(&talk, "info iommu walk 1 2", "the board has no IOMMU", NULL);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, rows_tell_what_they_are_asked, 0, (int)COUNT(answers));
    tcase_add_test(tcase, cycles_in_sentences_are_grouped);
    tcase_add_test(tcase, commands_mean_the_hart_that_was_chosen);
    tcase_add_loop_test(tcase, errors_are_clear, 0, (int)COUNT(errors));
    tcase_add_test(tcase, every_cost_is_listed);
    tcase_add_test(tcase, every_kind_of_event_is_listed);
    tcase_add_loop_test(tcase, every_kind_has_its_fields, 0, EVENT_KINDS);
    tcase_add_loop_test(tcase, every_csr_is_told_with_its_fields, 0,
                        (int)csr_infos_count);
    tcase_add_test(tcase, every_csr_is_in_a_group);
    tcase_add_test(tcase, every_register_of_every_device_is_listed);
    tcase_add_test(tcase, a_transfer_under_way_is_told);
    tcase_add_test(tcase, descriptors_of_a_ring_are_told_from_memory);
    tcase_add_test(tcase, a_ring_that_cannot_be_is_told);
    tcase_add_test(tcase, descriptors_of_a_chain_are_followed);
    tcase_add_test(tcase, a_chain_without_end_ends);
    tcase_add_test(tcase, a_pending_interrupt_is_told);
    tcase_add_loop_test(tcase, walks_are_told_step_by_step, 0, (int)COUNT(walks));
    tcase_add_test(tcase, pmp_can_keep_a_walk_from_its_tables);
    tcase_add_test(tcase, a_stale_translation_is_told);
    tcase_add_test(tcase, examples_work_and_looking_changes_nothing);
    tcase_add_test(tcase, examples_of_iommus_work_and_change_nothing);
    tcase_add_test(tcase, an_iommu_tells_what_it_remembers_and_what_waits);
    tcase_add_test(tcase, commands_that_wait_are_told_in_words);
    tcase_add_test(tcase, a_walk_of_an_iommu_is_looked_at);
    tcase_add_test(tcase, without_an_iommu_that_is_said);
}

TEST_MAIN("info_commands", add_tests)
