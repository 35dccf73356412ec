/*
 * A whole machine in the hands of a guest that means no good: code of the input's making
 * in M-, S- and U-mode, in VS- and VU-mode, tables and descriptors that it writes over, any access to any
 * register of every type of device, at any moment. The input is a header (which machine,
 * where its harts start and with what) and a list of actions.
 *
 * Two machines do the same: one is heard, the other runs by any loop, is stepped, looked
 * at, and saved and continued elsewhere. They must end in the same state.
 */
#include "base/bits.h"
#include "machine/board/rom.h"
#include "machine/board/run.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/isa/asm/asm.h"
#include "observe/narrate.h"
#include "tests/fuzz/input.h"
#include "tests/lib/random_code.h"
#include "tests/lib/tables.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    PAGE = 4096,
    MOST_ATTEMPTS = 1000, /* per input */
    CYCLES = 50,          /* that an attempt is given, and */
    CYCLES_MORE = 3000,   /* so many for what devices do while all harts wait */
    SECTORS = 128
};

#define RAM      UINT64_C(0x80000000)
#define CODE     RAM /* two pages */
#define DATA     (RAM + 0x2000)
#define HANDLER  (RAM + 0x4000)
#define TOHOST   (RAM + 0x5ff0)
#define CHAINS   (RAM + 0x6000) /* DMA descriptors */
#define TABLES   (RAM + 0x8000)
#define LAST     (TABLES + 0x3000) /* the table of the window's pages */
#define G_ROOT   (RAM + 0xc000)    /* 16 KiB: the root of the G-stage */
#define RAM_SIZE UINT64_C(0x10000)
#define WINDOW   UINT64_C(0x40000000) /* virtual */

#define DMA_BASE    UINT64_C(0x03100000)
#define STREAM_BASE UINT64_C(0x03300000)

/* --- the input -------------------------------------------------------------------- */

/* Mostly an address where something is. */
static uint64_t take_address(struct input *input)
{
    static const uint64_t places[] = {
        CODE,       DATA,       CHAINS,     TABLES,     TOHOST,
        WINDOW,     0x00001000, 0x00100000, 0x02000000, 0x02004000,
        0x0200bff8, DMA_BASE,   0x03200000, 0x03200800, STREAM_BASE,
        0x0c000000, 0x0c002000, 0x0c200000, 0x10000000, RAM + RAM_SIZE,
    };
    unsigned place = (unsigned)take(input, 1);

    if (place == 255)
        return take(input, 8);
    return places[place % COUNT(places)] + (uint64_t)(int16_t)take(input, 2) / 4;
}

static uint64_t take_value(struct input *input)
{
    unsigned kind = (unsigned)take(input, 1);

    switch (kind >> 6) {
    case 0:
        return kind;
    case 1:
        return BIT(kind % 64);
    case 2:
        return take_address(input);
    default:
        return take(input, 8);
    }
}

/* --- the machines ----------------------------------------------------------------- */

/* Goes on behind what trapped, and sometimes in another mode; quiets who interrupts. */
static const char handler[] = "    csrrw sp, mscratch, sp\n"
                              "    sd    t0, 0(sp)\n"
                              "    sd    t1, 8(sp)\n"
                              "    ld    t1, 16(sp)\n"
                              "    addi  t1, t1, 1\n"
                              "    sd    t1, 16(sp)\n"
                              "    csrr  t0, mcause\n"
                              "    bltz  t0, interrupt\n"
                              "    csrr  t0, mepc\n"
                              "    addi  t0, t0, 4\n"
                              "    csrw  mepc, t0\n"
                              "    andi  t1, t1, 3\n"
                              "    bnez  t1, back\n"
                              "    andi  t0, t0, 3\n"
                              "    slli  t0, t0, 11\n"
                              "    csrs  mstatus, t0\n"
                              "back:\n"
                              "    ld    t0, 0(sp)\n"
                              "    ld    t1, 8(sp)\n"
                              "    csrrw sp, mscratch, sp\n"
                              "    mret\n"
                              "interrupt:\n"
                              "    li    t1, -1\n"
                              "    csrw  stimecmp, t1\n"
                              "    csrr  t0, mhartid\n"
                              "    slli  t0, t0, 3\n"
                              "    li    t1, 0x2004000\n"
                              "    add   t1, t1, t0\n"
                              "    slli  t0, t0, 3\n"
                              "    sd    t1, 0(t1)\n"
                              "    li    t1, 0xc200004\n"
                              "    lw    t0, 0(t1)\n"
                              "    sw    t0, 0(t1)\n"
                              "    li    t1, 0x2000000\n"
                              "    sd    zero, 0(t1)\n"
                              "    j     back\n";

static const struct shape {
    unsigned harts, interleave, tlb_entries;
    bool free; /* nothing costs anything */
} shapes[] = {
    {1, 1000, 16, false}, {1, 1, 64, false},   {2, 1, 16, false},
    {2, 100, 16, false},  {1, 1000, 16, true}, {2, 1, 16, true},
};

static struct machine {
    struct run *exact, *tested, *spare;
    struct buf pristine; /* the state that every input starts from */
    uint64_t digest;     /* of that state */
} machines[COUNT(shapes)];

static void must(bool holds)
{
    assert(holds);
}

static void put(struct board *board, uint64_t pa, const void *bytes, uint64_t length)
{
    ram_write(&board->bus.ram, pa, bytes, length, INITIATOR_OUTSIDE);
    if (board->tohost_touched)
        board_check_tohost(board);
}

static void put_handler(struct board *board)
{
    struct asm_source source = {handler, sizeof(handler) - 1, "handler.s", 1};
    struct asm_layout layout = {.text = HANDLER};
    struct asm_program program;

    must(asm_assemble(&program, &source, &layout));
    put(board, HANDLER, program.sections[0].bytes, program.sections[0].size);
    asm_free(&program);
}

/* Devices where they are and RAM where it is; in the window pages of every kind. */
static void put_tables(struct board *board)
{
    static const struct {
        uint64_t pa, bits;
    } window[] = {
        {CODE, PTE_RWX},         {CODE + PAGE, PTE_RWX | PTE_U},
        {DATA, PTE_RW},          {DATA + PAGE, PTE_RW | PTE_U | PTE_AD},
        {CODE, PTE_V | PTE_X},   {LAST, PTE_RW},
        {TABLES, PTE_V | PTE_R}, {CHAINS, PTE_RW | PTE_U},
        {0x10000000, PTE_RW},    {DMA_BASE, PTE_RW | PTE_U},
        {0x7ffff000, PTE_RW},
    };
    struct tables tables;

    tables_init(&tables, &board->bus.ram, 3, TABLES);
    tables_map(&tables, 0, 0, 2, PTE_RW);
    tables_map(&tables, RAM, RAM, 1, PTE_RWX | PTE_G);
    for (unsigned i = 0; i < COUNT(window); i++)
        tables_map(&tables, WINDOW + i * PAGE, window[i].pa, 0, window[i].bits);
    must(tables_at(&tables, WINDOW, 0) == LAST);
    for (unsigned i = 0; i < 4; i++)
        tables_put(&tables, G_ROOT + 8 * i,
                   tables_entry(i * UINT64_C(0x40000000), PTE_RWX | PTE_U | PTE_A));
}

static struct board_desc describe(const struct shape *shape)
{
    struct board_desc desc = board_virt;
    const struct board_row stream = {.type = "stream",
                                     .name = "stream0",
                                     .base = STREAM_BASE,
                                     .irqs = 1,
                                     .irq = {31},
                                     .requests = 1,
                                     .request = {1},
                                     .settings = 1,
                                     .setting = {{"period", 200}}};

    must(board_desc_add(&desc, &stream, NULL));
    desc.ram_size = RAM_SIZE;
    desc.harts = shape->harts;
    desc.interleave = shape->interleave;
    desc.tlb_entries = shape->tlb_entries;
    desc.costs.ata_seek = desc.costs.ata_sector = 300;
    for (int i = 0; i < COSTS && shape->free; i++)
        *costs_at(&desc.costs, i) = 0;
    return desc;
}

static struct run *new_run(const struct shape *shape)
{
    static const uint8_t image[SECTORS * SECTOR] = {1, 2, 3};
    struct board_desc desc = describe(shape);
    struct run *run = run_new();
    struct board *board = run_add(run, &desc, NULL);

    must(board);
    run_reset(run);
    rom_set(board->rom, &(struct rom_start){.entry = CODE});
    device_insert(board_device(board, "ata0"), image, sizeof(image));
    put_handler(board);
    put_tables(board);
    board_watch_tohost(board, TOHOST);
    return run;
}

static void load(struct run *run, const struct buf *saved)
{
    struct state state = {.mode = STATE_LOAD,
                          .in = (const unsigned char *)saved->data,
                          .left = saved->size};

    run_state(run, &state);
    must(!state.short_input && state.left == 0);
}

static struct machine *machine_for(unsigned shape)
{
    struct machine *machine = &machines[shape % COUNT(shapes)];

    if (!machine->exact) {
        const struct shape *of = &shapes[shape % COUNT(shapes)];

        machine->exact = new_run(of);
        machine->tested = new_run(of);
        machine->spare = new_run(of);
        run_state(machine->exact,
                  &(struct state){.mode = STATE_SAVE, .out = &machine->pristine});
        machine->digest = run_digest(machine->exact);
    }
    load(machine->exact, &machine->pristine);
    load(machine->tested, &machine->pristine);
    must(run_digest(machine->exact) == machine->digest);
    must(run_digest(machine->tested) == machine->digest);
    return machine;
}

/* --- how the harts start ----------------------------------------------------------- */

struct start {
    uint64_t pc, x[32], satp, mstatus, mie, medeleg, mideleg, mtvec, stvec;
    uint64_t hgatp, vsatp, vsstatus, hstatus, hedeleg, hideleg, henvcfg, hvip;
    uint8_t mode;
    bool is_virtual;
};

/* Guest physical addresses are physical ones, by 1 GiB pages, or there is no G-stage. */
static void take_guest(struct input *input, struct start *start)
{
    unsigned how = (unsigned)take(input, 1);

    start->is_virtual = (how & 1) && start->mode != MODE_M;
    if (how & 2)
        start->hgatp = UINT64_C(8) << 60 | (uint64_t)(how & 8) << 44 | G_ROOT >> 12;
    if (how & 4)
        start->vsatp = UINT64_C(8) << 60 | TABLES >> 12;
    if (how & 16)
        start->vsstatus = take(input, 3);
    if (how & 32)
        start->hstatus = take(input, 3);
    if (how & 64)
        start->henvcfg = UINT64_MAX;
    start->hedeleg = take(input, 2);
    start->hideleg = take(input, 2);
    start->hvip = take(input, 2);
}

static struct start take_start(struct input *input)
{
    struct start start = {.pc = CODE, .mtvec = HANDLER, .stvec = CODE + PAGE};
    unsigned how = (unsigned)take(input, 1);

    start.mode = (uint8_t[]){MODE_M, MODE_S, MODE_U, MODE_S}[how & 3];
    if (how & 4)
        start.satp = UINT64_C(8) << 60 | TABLES >> 12 | (uint64_t)(how & 1) << 44;
    if (how & 8)
        start.pc = take_address(input);
    if (how & 16)
        start.mtvec = take_address(input);
    if (how & 32)
        start.stvec = take_address(input);
    if (how & 64)
        start.mstatus = take(input, 3);
    start.mie = take(input, 2);
    start.medeleg = take(input, 2);
    start.mideleg = take(input, 2);
    for (unsigned i = 1; i < 32; i++)
        start.x[i] = i < 8 || how & 128 ? take_value(input) : DATA + 0x800;
    take_guest(input, &start);
    return start;
}

static void set_start(struct hart *hart, const struct start *start)
{
    const struct {
        unsigned number;
        uint64_t value;
    } csrs[] = {
        {CSR_PMPADDR0, BITS(53, 0)}, /* all of it */
        {CSR_PMPCFG0, PMP_NAPOT << 3 | PMP_RWX},
        {CSR_MCOUNTEREN, 7},
        {CSR_MSCRATCH, DATA + 64 * hart->id},
        {CSR_MENVCFG, MENVCFG_STCE | MENVCFG_CBZE | MENVCFG_CBCFE | MENVCFG_ADUE},
        {CSR_MSTATUS, start->mstatus},
        {CSR_MEDELEG, start->medeleg},
        {CSR_MIDELEG, start->mideleg},
        {CSR_MIE, start->mie},
        {CSR_MTVEC, start->mtvec},
        {CSR_STVEC, start->stvec},
        {CSR_SATP, start->satp},
        {CSR_HGATP, start->hgatp},
        {CSR_VSATP, start->vsatp},
        {CSR_VSSTATUS, start->vsstatus},
        {CSR_HSTATUS, start->hstatus},
        {CSR_HEDELEG, start->hedeleg},
        {CSR_HIDELEG, start->hideleg},
        {CSR_HCOUNTEREN, 7},
        {CSR_HENVCFG, start->henvcfg},
        {CSR_HVIP, start->hvip},
        {CSR_VSTVEC, start->stvec},
    };

    for (unsigned i = 0; i < COUNT(csrs); i++)
        hart_csr_write(hart, csrs[i].number, csrs[i].value);
    memcpy(hart->x + 1, start->x + 1, 31 * sizeof(start->x[0]));
    hart->pc = start->pc & ~UINT64_C(1);
    hart->mode = start->mode;
    hart->is_virtual = start->is_virtual;
    hart_forget(hart);
}

/* --- what is heard ----------------------------------------------------------------- */

struct heard {
    struct narrator narrator;
    struct buf text;
    uint64_t count, retired;
    uint32_t order;
};

/* Moments only grow, and whatever a guest does can be told. */
static void hear(void *ctx, const struct event *event)
{
    struct heard *heard = ctx;

    must(heard->count == 0 || event->retired > heard->retired ||
         (event->retired == heard->retired && event->order > heard->order));
    heard->retired = event->retired;
    heard->order = event->order;
    if (heard->count++ % 16 == 0 || event->kind != EVENT_INSN) {
        buf_clear(&heard->text);
        narrate(&heard->text, &heard->narrator, event);
        must(heard->text.size > 0);
    }
}

/* --- actions: each happens to both machines ------------------------------------------ */

struct fuzz {
    struct machine *machine;
    struct input input;
    struct heard heard;
};

static void put_both(struct fuzz *fuzz, uint64_t pa, const void *bytes, uint64_t length)
{
    if (!ram_has(&fuzz->machine->exact->board[0]->bus.ram, pa, length))
        return;
    put(fuzz->machine->exact->board[0], pa, bytes, length);
    put(fuzz->machine->tested->board[0], pa, bytes, length);
}

static void access_both(struct fuzz *fuzz, uint64_t pa, unsigned size, bool write,
                        uint64_t value)
{
    struct bus *exact = &fuzz->machine->exact->board[0]->bus;
    struct bus *tested = &fuzz->machine->tested->board[0]->bus;
    uint64_t seen = 0, other = 0;

    pa &= ~(uint64_t)(size - 1);
    if (!bus_find(exact, pa))
        return;
    if (write)
        must(bus_write(exact, INITIATOR_OUTSIDE, pa, size, value) ==
             bus_write(tested, INITIATOR_OUTSIDE, pa, size, value));
    else
        must(bus_read(exact, INITIATOR_OUTSIDE, pa, size, &seen) ==
             bus_read(tested, INITIATOR_OUTSIDE, pa, size, &other));
    must(seen == other);
}

/* A register of a device, by its table if it has one, else anywhere in its window. */
static void access_device(struct fuzz *fuzz)
{
    const struct board *board = fuzz->machine->exact->board[0];
    struct input *input = &fuzz->input;
    unsigned what = (unsigned)take(input, 1), which = (unsigned)take(input, 1);
    const struct device *device = board->device[which % board->devices];
    const struct regfile *file = device->type->regs;
    unsigned size = 1u << (what & 3);
    uint32_t offset;

    if (file && what & 4) {
        const struct reg *reg = &file->regs[take(input, 1) % file->count];
        unsigned count = reg->count ? reg->count : 1;

        offset = reg->offset + (uint32_t)take(input, 1) % count * reg->stride;
        if (what & 8)
            size = reg->size;
    } else {
        offset = (uint32_t)take(input, 3);
    }
    access_both(fuzz, device->base + offset, size, what & 16,
                what & 16 ? take_value(input) : 0);
}

/* A channel claimed, told what makes some sense, and started. */
static void start_dma(struct fuzz *fuzz)
{
    struct input *input = &fuzz->input;
    unsigned what = (unsigned)take(input, 1), more = (unsigned)take(input, 1);
    uint64_t at = DMA_BASE + (what & 3) * 0x1000u;

    access_both(fuzz, at, 4, true, DMA_CLAIM);
    access_both(fuzz, at + 0x004, 4, true, (uint64_t)(more >> 4) * 0x11 << 24);
    access_both(fuzz, at + 0x008, 8, true, take(input, 1) * 8);
    access_both(fuzz, at + 0x010, 8, true, take_address(input));
    access_both(fuzz, at + 0x018, 8, true, take_address(input));
    access_both(fuzz, at + 0x20c, 4, true, what >> 2 & 3);
    access_both(fuzz, at + 0x230, 4, true, what >> 4 & 1);
    if (what & 0x20)
        access_both(fuzz, at + 0x220, 8, true, CHAINS + (more & 7) * 32);
    if (what & 0x40) {
        access_both(fuzz, at + 0x200, 8, true, CHAINS);
        access_both(fuzz, at + 0x208, 4, true, UINT64_C(1) << (more & 7));
        access_both(fuzz, at + 0x214, 4, true, more >> 3 & 7);
    }
    if (what & 0x80)
        access_both(fuzz, at + 0x234, 4, true, (more & 1) | (1 + (more >> 1 & 1)) << 8);
    access_both(fuzz, at, 4, true, DMA_CLAIM | DMA_RUN | DMA_DONE_IE | DMA_ERR_IE);
}

static void put_descriptor(struct fuzz *fuzz)
{
    struct input *input = &fuzz->input;
    uint64_t at = CHAINS + (take(input, 1) & 15) * DMA_DESCRIPTOR_SIZE;
    uint64_t source = take_address(input), dest = take_address(input);
    uint32_t bytes = (uint32_t)take(input, 1) * 4, flags = (uint32_t)take(input, 1);
    int32_t next = (int32_t)(flags >> 4 & 7) * DMA_DESCRIPTOR_SIZE - 64;

    put_both(fuzz, at + DMA_DESCRIPTOR_SOURCE, &source, 8);
    put_both(fuzz, at + DMA_DESCRIPTOR_DEST, &dest, 8);
    put_both(fuzz, at + DMA_DESCRIPTOR_BYTES, &bytes, 4);
    put_both(fuzz, at + DMA_DESCRIPTOR_FLAGS, &flags, 4);
    put_both(fuzz, at + DMA_DESCRIPTOR_NEXT, &next, 4);
}

/* An ATA command for a sector or some more that are there. */
static void start_ata(struct fuzz *fuzz)
{
    static const uint8_t commands[] = {0x20, 0x30, 0xc8, 0xca, 0xc4, 0xc5,
                                       0x24, 0x34, 0x25, 0x35, 0xec, 0xc6};
    const uint64_t base = board_device(fuzz->machine->exact->board[0], "ata0")->base;
    unsigned what = (unsigned)take(&fuzz->input, 1);
    uint64_t sector = take(&fuzz->input, 1);

    access_both(fuzz, base + ATA_DEVICE, 1, true, ATA_LBA);
    access_both(fuzz, base + ATA_COUNT, 1, true, 1 + (what >> 4));
    access_both(fuzz, base + ATA_LBA_LOW, 1, true, sector);
    access_both(fuzz, base + ATA_LBA_MID, 1, true, 0);
    access_both(fuzz, base + ATA_LBA_HIGH, 1, true, 0);
    access_both(fuzz, base + ATA_STATUS, 1, true,
                commands[(what & 15) % COUNT(commands)]);
}

/* The Data register, many times: sectors are long, inputs short. */
static void move_ata_data(struct fuzz *fuzz)
{
    const uint64_t base = board_device(fuzz->machine->exact->board[0], "ata0")->base;
    unsigned what = (unsigned)take(&fuzz->input, 1);

    for (unsigned i = 0; i < (what >> 2) * 4; i++)
        access_both(fuzz, base + ATA_DATA, what & 1 ? 2 : 4, what & 2, i);
}

static void put_bytes(struct fuzz *fuzz)
{
    uint64_t pa = take_address(&fuzz->input);
    uint8_t bytes[32];
    unsigned count = 1 + (unsigned)take(&fuzz->input, 1) % sizeof(bytes);

    for (unsigned i = 0; i < count; i++)
        bytes[i] = (uint8_t)take(&fuzz->input, 1);
    put_both(fuzz, pa, bytes, count);
}

/* Any instruction that reads or writes a CSR there is. */
static uint32_t csr_word(struct random *random)
{
    uint32_t row = random_below(random, (uint32_t)csr_infos_count);
    uint32_t rd_to_rs1 = random_below(random, 1 << 13);

    return 0x73 | rd_to_rs1 << 7 | (uint32_t)csr_infos[row].number << 20;
}

/* A run of instructions that mostly are what they look like. */
static void put_code(struct fuzz *fuzz)
{
    enum { FIXED = 18, CSR_WORDS = 14 };
    uint32_t system[FIXED + CSR_WORDS] = {
        0x00000073, 0x0000100f, 0x12000073, 0x120f8073, 0x12bf8073, 0x12b00073,
        0x10500073, 0x00100073, 0x004fa00f, 0x001fa00f, 0x002fa00f, 0x000fa00f,
        0x100fa5af, 0x18bfa62f, 0x30200073, 0x10200073, 0x0100000f, 0x14d59073,
    };
    unsigned what = (unsigned)take(&fuzz->input, 1);
    struct random random = {take(&fuzz->input, 2)};
    uint64_t at = CODE + (what & 7) * 0x200u;

    for (unsigned i = FIXED; i < COUNT(system); i++)
        system[i] = csr_word(&random);
    for (unsigned i = 0; i < 8u + (what >> 3) * 4; i++, at += 4) {
        uint32_t word = random_word(&random, system, COUNT(system));

        put_both(fuzz, at, &word, sizeof(word));
    }
}

static void type_characters(struct fuzz *fuzz)
{
    uint8_t text[4];
    unsigned count = 1 + (unsigned)take(&fuzz->input, 1) % sizeof(text);
    struct run *runs[] = {fuzz->machine->exact, fuzz->machine->tested};

    memset(text, 'a', sizeof(text));
    for (unsigned i = 0; i < COUNT(runs); i++) {
        struct device *uart = board_device(runs[i]->board[0], "uart0");

        uart->type->input(uart, text, count);
    }
}

/* Only one of the two is looked at: looking changes nothing. */
static void look(struct fuzz *fuzz)
{
    const struct board *board = fuzz->machine->tested->board[0];
    uint64_t at = take_address(&fuzz->input), pa;
    uint8_t bytes[64];

    bus_peek(&board->bus, at, bytes, sizeof(bytes));
    for (unsigned i = 0; i < board->harts; i++)
        hart_peek_translate(
            &board->hart[i],
            (struct walk_request){.va = at, .access = ACCESS_LOAD, .mode = MODE_S},
            &pa);
}

/* The tested machine goes on in another one, whatever that has done before. */
static void hop(struct fuzz *fuzz)
{
    struct machine *machine = fuzz->machine;
    struct run *from = machine->tested;
    struct buf saved = {0};

    run_state(from, &(struct state){.mode = STATE_SAVE, .out = &saved});
    load(machine->spare, &saved);
    buf_free(&saved);
    machine->tested = machine->spare;
    machine->spare = from;
    must(run_digest(machine->tested) == run_digest(from));
}

/* --- time goes on ------------------------------------------------------------------- */

static bool is_there(const struct run *run, const struct run_limit *limit)
{
    return run_attempts(run) >= limit->attempts ||
           (run_cycle(run) >= limit->cycle && run->queue.next_due >= limit->cycle);
}

static void hear_nothing(void *ctx, const struct event *event)
{
    (void)ctx;
    (void)event;
}

/* By the loop that is the fastest, by steps, or heard but for instructions. */
static enum run_stop go_tested(struct run *run, struct run_limit limit, unsigned way)
{
    enum run_stop stop = RUN_LIMIT;

    switch (way) {
    case 0:
        while (stop == RUN_LIMIT && !is_there(run, &limit))
            stop = run_step(run);
        return stop;
    case 1:
        event_listen(&run->events,
                     (struct event_sink){EVENT_ALL & ~EVENT_BIT(EVENT_INSN),
                                         hear_nothing, NULL});
        stop = run_go(run, limit);
        event_unlisten(&run->events, hear_nothing, NULL);
        return stop;
    default:
        return run_go(run, limit);
    }
}

/* Does the run go on after it? */
static bool go(struct fuzz *fuzz)
{
    struct run *exact = fuzz->machine->exact;
    unsigned what = (unsigned)take(&fuzz->input, 1);
    uint64_t attempts = 1 + (uint64_t)(what >> 2) * (what >> 4) / 4;
    struct run_limit limit = {UINT64_MAX, run_attempts(exact) + attempts,
                              run_cycle(exact) + attempts * CYCLES + CYCLES_MORE,
                              UINT64_MAX};
    enum run_stop stop = run_go(exact, limit);

    must(go_tested(fuzz->machine->tested, limit, what & 3) == stop);
    return stop != RUN_FINISHED && run_attempts(exact) < MOST_ATTEMPTS;
}

static bool act(struct fuzz *fuzz)
{
    static void (*const actions[])(struct fuzz * fuzz) = {
        access_device, access_device,  put_bytes, put_code, start_dma,       start_ata,
        move_ata_data, put_descriptor, look,      hop,      type_characters,
    };
    unsigned action = (unsigned)take(&fuzz->input, 1) % (COUNT(actions) + 3);

    if (action >= COUNT(actions))
        return go(fuzz);
    actions[action](fuzz);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz = {.input = {data, size}};
    struct run *exact;

    fuzz.machine = machine_for((unsigned)take(&fuzz.input, 1));
    exact = fuzz.machine->exact;
    for (unsigned i = 0; i < exact->board[0]->harts; i++) {
        struct start start = take_start(&fuzz.input);

        set_start(&exact->board[0]->hart[i], &start);
        set_start(&fuzz.machine->tested->board[0]->hart[i], &start);
    }
    fuzz.heard.narrator.run = exact;
    event_listen(&exact->events, (struct event_sink){EVENT_ALL, hear, &fuzz.heard});
    while (fuzz.input.left && act(&fuzz))
        ;
    event_unlisten(&exact->events, hear, &fuzz.heard);
    must(run_digest(fuzz.machine->tested) == run_digest(exact));
    buf_free(&fuzz.heard.text);
    return 0;
}
