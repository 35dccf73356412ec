/* Boards: which tables are refused, how devices are wired, how harts start, HTIF. */
#include "tests/lib/suite.h"

#include "image/start.h"
#include "machine/board/rom.h"
#include "machine/board/run.h"
#include "machine/device/stream.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "machine/iommu/iommu.h"

#include <stdio.h>
#include <string.h>

#define RAM UINT64_C(0x80000000)

/* Instructions as programs in these tests use them. */
enum {
    WFI = 0x10500073,
    LOOP = 0x0000006f,         /* j . */
    SD_A0_0_A1 = 0x00a5b023,   /* sd a0,0(a1) */
    SW_A0_0_A1 = 0x00a5a023,   /* sw a0,0(a1) */
    ADDI_A1_A1_8 = 0x00858593, /* addi a1,a1,8 */
};

static struct run *new_run(const struct board_desc *desc)
{
    struct run *run = run_new();
    struct err err = {0};

    ck_assert_msg(run_add(run, desc, &err) != NULL, "%s", err.text);
    run_reset(run);
    return run;
}

static void put_code(struct board *board, uint64_t pa, const uint32_t *code,
                     unsigned count)
{
    ram_write(&board->bus.ram, pa, code, 4 * count, INITIATOR_OUTSIDE);
}

/* --- What is refused -------------------------------------------------------------- */

static struct board_desc desc;

static struct board_row *row(const char *name)
{
    for (unsigned i = 0; i < desc.rows; i++)
        if (strcmp(desc.row[i].name, name) == 0)
            return &desc.row[i];
    ck_abort_msg("no row %s", name);
}

static struct board_row *new_row(const char *type, const char *name, uint64_t base)
{
    struct board_row *added = &desc.row[desc.rows++];

    strcpy(added->type, type);
    strcpy(added->name, name);
    added->base = base;
    return added;
}

static void uart_on_finisher(void)
{
    row("uart0")->base = 0x100ff0;
}

static void uart_in_ram(void)
{
    row("uart0")->base = RAM + 0x1000;
}

static void same_name(void)
{
    new_row("uart", "uart0", 0x20000000);
}

static void same_irq(void)
{
    struct board_row *uart = new_row("uart", "uart1", 0x20000000);

    uart->irqs = 1;
    uart->irq[0] = 26;
}

static void same_irq_twice_in_a_row(void)
{
    row("dma0")->irq[3] = 23;
}

static void irq_too_high(void)
{
    row("uart0")->irq[0] = 96;
}

static void too_many_irqs(void)
{
    row("uart0")->irqs = 2;
    row("uart0")->irq[1] = 33;
}

static void irqs_without_plic(void)
{
    strcpy(row("plic")->type, "rom");
}

static void same_request_line(void)
{
    struct board_row *stream = new_row("stream", "sensor", 0x20000000);

    stream->requests = 1;
    stream->request[0] = 0;
}

static void request_line_too_high(void)
{
    row("ata0")->request[0] = BOARD_REQUEST_LINES;
}

static void too_many_requests(void)
{
    row("uart0")->requests = 1;
}

static void misspelt_type(void)
{
    new_row("uarrt", "uart1", 0x20000000);
}

static void strange_type(void)
{
    new_row("toaster", "kitchen", 0x20000000);
}

static void unknown_setting(void)
{
    struct board_row *uart = row("uart0");

    uart->settings = 1;
    strcpy(uart->setting[0].name, "colour");
}

static void dma_behind_a_second_iommu(void)
{
    struct board_row *dma = row("dma0");

    dma->settings = 1;
    strcpy(dma->setting[0].name, "iommu");
    dma->setting[0].value = 2;
}

static void five_iommus(void)
{
    static const char *const names[] = {"i0", "i1", "i2", "i3", "i4"};

    for (unsigned i = 0; i < 5; i++)
        new_row("iommu", names[i], 0x20000000 + 0x1000 * i);
}

static void nameless(void)
{
    new_row("uart", "", 0x20000000);
}

static void no_rom(void)
{
    strcpy(row("rom")->type, "finisher");
}

static void no_harts(void)
{
    desc.harts = 0;
}

static void nine_harts(void)
{
    desc.harts = 9;
}

static void no_interleave(void)
{
    desc.interleave = 0;
}

static void odd_ram(void)
{
    desc.ram_size = 4097;
}

static void no_ram(void)
{
    desc.ram_size = 0;
}

static void too_much_ram(void)
{
    desc.ram_size = BOARD_RAM_MAX + RAM_PAGE;
}

static void ram_at_the_end_of_the_world(void)
{
    desc.ram_base = UINT64_MAX - RAM_PAGE + 1;
}

static void odd_tlb(void)
{
    desc.tlb_entries = 12;
}

static const struct {
    void (*spoil)(void);
    const char *why; /* what the message must hold */
} refusals[] = {
    {uart_on_finisher, "uart0 at 0x100ff0 overlaps finisher at 0x100000"},
    {uart_in_ram, "uart0 at 0x80001000 overlaps RAM at 0x80000000"},
    {same_name, "two devices are named 'uart0': the ones at 0x10000000 and 0x20000000"},
    {same_irq, "dma0 and uart1 both drive interrupt 26"},
    {same_irq_twice_in_a_row, "dma0 and dma0 both drive interrupt 23"},
    {irq_too_high, "uart0: interrupt 96 is not one of 1 to 95"},
    {too_many_irqs, "uart0: 2 interrupts, but type 'uart' has 1 lines"},
    {irqs_without_plic, "uart0 has interrupts, but there is no 'plic' to take them"},
    {same_request_line, "ata0 and sensor both drive request line 0"},
    {request_line_too_high, "ata0: request line 16 is not one of 0 to 15"},
    {too_many_requests, "uart0: 1 request lines, but type 'uart' has 0"},
    {misspelt_type, "uart1: unknown device type 'uarrt' (did you mean 'uart'?)"},
    {strange_type, "kitchen: unknown device type 'toaster'"},
    {unknown_setting, "uart0: type 'uart' has no setting 'colour'"},
    {dma_behind_a_second_iommu, "dma0: 'iommu' is 2, but the board has not so many"},
    {five_iommus, "a board has at most 4 IOMMUs"},
    {nameless, "a device of type 'uart' has no name"},
    {no_rom, "there is no device of type 'rom': harts start in one"},
    {no_harts, "0 harts: a board has 1 to 8"},
    {nine_harts, "9 harts: a board has 1 to 8"},
    {no_interleave, "interleave must be at least 1 cycle"},
    {odd_ram, "RAM at 0x80000000: address and size must be multiples of 4096 bytes"},
    {no_ram, "RAM at 0x80000000"},
    {too_much_ram, "bytes of RAM: a board has at most"},
    {ram_at_the_end_of_the_world, "RAM at 0xfffffffffffff000"},
    {odd_tlb, "TLB of 12 entries in 4 ways"},
};

START_TEST(bad_table_is_refused_with_its_reason)
{
    struct run *run = run_new();
    struct err err = {0};

    desc = board_virt;
    refusals[_i].spoil();
    ck_assert_ptr_null(run_add(run, &desc, &err));
    ck_assert_msg(strncmp(err.text, "board 'virt': ", 14) == 0, "%s", err.text);
    ck_assert_msg(strstr(err.text, refusals[_i].why) != NULL, "%s", err.text);
    ck_assert_uint_eq(run->boards, 0);
    run_free(run);
}
END_TEST

START_TEST(row_that_is_refused_is_not_added)
{
    struct board_row uart = {.type = "uart", .name = "uart1", .base = 0x20000000};
    struct err err = {0};

    desc = board_virt;
    uart.irqs = 1;
    uart.irq[0] = 10;
    ck_assert(!board_desc_add(&desc, &uart, &err));
    ck_assert_str_eq(err.text, "uart0 and uart1 both drive interrupt 10");
    ck_assert_uint_eq(desc.rows, board_virt.rows);
    uart.irq[0] = 11;
    ck_assert(board_desc_add(&desc, &uart, &err));
    ck_assert_uint_eq(desc.rows, board_virt.rows + 1);
}
END_TEST

START_TEST(table_has_room_for_so_many_rows)
{
    struct board_row uart = {.type = "uart"};
    struct err err = {0};

    desc = board_virt;
    for (unsigned i = 0; i < BOARD_ROWS - board_virt.rows; i++) {
        snprintf(uart.name, sizeof(uart.name), "extra%u", i);
        uart.base = 0x20000000 + 0x1000 * i;
        ck_assert_msg(board_desc_add(&desc, &uart, &err), "%s", err.text);
    }
    run_free(new_run(&desc)); /* a full table makes a board */
    strcpy(uart.name, "last");
    ck_assert(!board_desc_add(&desc, &uart, &err));
    ck_assert_str_eq(err.text, "last: a board has room for 48 devices");
}
END_TEST

/* --- Every type, any number of times ----------------------------------------------- */

START_TEST(any_type_can_be_placed_twice_more)
{
    const struct device_type *type = device_types[_i];
    struct run *run;
    struct board *board;

    desc = board_virt;
    new_row(type->name, "second", 0x40000000);
    new_row(type->name, "third", 0x50000000);
    run = new_run(&desc);
    board = run->board[0];
    ck_assert_ptr_eq(board_device(board, "third")->type, type);
    ck_assert_str_eq(bus_find(&board->bus, 0x50000000)->name, "third");
    run_free(run);
}
END_TEST

static unsigned type_count(void)
{
    unsigned count = 0;

    while (device_types[count])
        count++;
    return count;
}

/* --- Wiring ----------------------------------------------------------------------- */

static void write_word(struct board *board, uint64_t pa, uint32_t value)
{
    ck_assert_int_eq(bus_write(&board->bus, INITIATOR_OUTSIDE, pa, 4, value), BUS_OKAY);
}

/* mip but for MTIP, which is up from reset until mtimecmp is written. */
static uint64_t lines_of(const struct board *board, unsigned hart)
{
    return hart_mip(&board->hart[hart]) & ~BIT(IRQ_MTI);
}

START_TEST(device_line_reaches_hart_through_plic)
{
    struct run *run = new_run(&board_virt);
    struct board *board = run->board[0];
    struct device *uart = board_device(board, "uart0");

    write_word(board, 0x0c000000 + 4 * 10, 1); /* priority of source 10 */
    write_word(board, 0x0c002000, 1 << 10);    /* enabled in context 0: M */
    write_word(board, 0x0c002080, 1 << 10);    /* and in context 1: S */
    device_irq(uart, 0, true);
    ck_assert_uint_eq(lines_of(board, 0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
    device_irq(uart, 0, false);
    /* The gateway has latched the request: only a claim takes it away. */
    ck_assert_uint_eq(lines_of(board, 0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
    run_free(run);
}
END_TEST

START_TEST(aclint_reaches_the_hart_it_means)
{
    struct run *run;
    struct board *board;

    desc = board_virt;
    desc.harts = 3;
    run = new_run(&desc);
    board = run->board[0];
    write_word(board, 0x02000004, 1);
    ck_assert_uint_eq(lines_of(board, 0), 0);
    ck_assert_uint_eq(lines_of(board, 1), BIT(IRQ_MSI));
    ck_assert_uint_eq(lines_of(board, 2), 0);
    run_free(run);
}
END_TEST

START_TEST(line_driven_twice_is_low_when_both_are_low)
{
    struct run *run;
    struct board *board;

    desc = board_virt;
    new_row("aclint", "clint1", 0x03000000);
    run = new_run(&desc);
    board = run->board[0];
    write_word(board, 0x02000000, 1);
    write_word(board, 0x03000000, 1);
    write_word(board, 0x02000000, 0);
    ck_assert_uint_eq(lines_of(board, 0), BIT(IRQ_MSI));
    write_word(board, 0x03000000, 0);
    ck_assert_uint_eq(lines_of(board, 0), 0);
    run_free(run);
}
END_TEST

START_TEST(time_of_harts_is_mtime)
{
    struct run *run = new_run(&board_virt);
    struct board *board = run->board[0];

    write_word(board, 0x0200bff8, 5000);
    ck_assert_uint_eq(hart_csr_read(&board->hart[0], CSR_TIME), 5000);
    board_reset(board);
    ck_assert_uint_eq(hart_csr_read(&board->hart[0], CSR_TIME), 0);
    run_free(run);
}
END_TEST

START_TEST(request_line_reaches_every_dma_controller)
{
    struct run *run;
    struct board *board;
    struct device *ata;

    desc = board_virt;
    new_row("dma", "dma1", 0x03400000);
    row("ata0")->request[0] = 5;
    run = new_run(&desc);
    board = run->board[0];
    ata = board_device(board, "ata0");
    for (unsigned i = 0; i < 2; i++) {
        struct dma *dma = (struct dma *)board_device(board, i ? "dma1" : "dma0");

        ck_assert_ptr_eq(dma->line[5], &ata->request[0]);
        ck_assert_ptr_null(dma->line[0]);
    }
    run_free(run);
}
END_TEST

START_TEST(channels_are_initiators_by_controller_then_number)
{
    struct run *run;
    const struct device *first, *second;

    desc = board_virt;
    new_row("dma", "dma1", 0x03400000);
    run = new_run(&desc);
    first = board_device(run->board[0], "dma0");
    second = board_device(run->board[0], "dma1");
    ck_assert(dma_is_channel(first, 2, INITIATOR_DMA + 2));
    ck_assert(dma_is_channel(second, 2, INITIATOR_DMA + DMA_CHANNELS + 2));
    ck_assert(!dma_is_channel(second, 2, INITIATOR_DMA + 2));
    ck_assert(
        !dma_is_channel(board_device(run->board[0], "ata0"), 2, INITIATOR_DMA + 2));
    ck_assert_uint_eq(dma_channel_number(INITIATOR_DMA + DMA_CHANNELS + 2), 2);
    run_free(run);
}
END_TEST

/* The first IOMMU if the row says nothing, another by its number, none by 0. */
START_TEST(a_dma_controller_is_behind_the_iommu_that_its_row_names)
{
    struct run *run;
    struct board *board;
    const struct dma *dma;

    desc = board_virt;
    new_row("iommu", "near", 0x20000000);
    new_row("iommu", "far", 0x20001000);
    if (_i >= 0) {
        row("dma0")->settings = 1;
        strcpy(row("dma0")->setting[0].name, "iommu");
        row("dma0")->setting[0].value = (uint64_t)_i;
    }
    run = new_run(&desc);
    board = run->board[0];
    dma = (const struct dma *)board_device(board, "dma0");
    if (_i == 0)
        ck_assert(!dma->bridge.translate);
    else
        ck_assert_ptr_eq(dma->bridge.ctx,
                         board_device(board, _i == 2 ? "far" : "near"));
    ck_assert(iommu_is_initiator(board_device(board, "far"), INITIATOR_IOMMU + 1));
    ck_assert(!iommu_is_initiator(board_device(board, "near"), INITIATOR_IOMMU + 1));
    ck_assert_uint_eq(dma->device_id, 0x104);
    run_free(run);
}
END_TEST

START_TEST(without_an_iommu_dma_uses_the_bus_s_addresses)
{
    struct run *run = new_run(&board_virt);

    ck_assert(
        !((const struct dma *)board_device(run->board[0], "dma0"))->bridge.translate);
    run_free(run);
}
END_TEST

/* --- Start ------------------------------------------------------------------------ */

START_TEST(every_hart_is_told_its_id_and_the_tree)
{
    static const uint32_t code[] = {WFI};
    struct run *run;
    struct board *board;

    desc = board_virt;
    desc.harts = 4;
    run = new_run(&desc);
    board = run->board[0];
    put_code(board, RAM + 0x100, code, 1);
    rom_set(board->rom, &(struct rom_start){.entry = RAM + 0x100, .fdt = 0x87e00000});
    ck_assert_int_eq(run_go(run, RUN_NO_LIMIT), RUN_NOTHING);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(board->hart[i].pc, RAM + 0x104);
        ck_assert_uint_eq(board->hart[i].x[10], i);
        ck_assert_uint_eq(board->hart[i].x[11], 0x87e00000);
        ck_assert_uint_eq(board->hart[i].retired, 7);
    }
    run_free(run);
}
END_TEST

START_TEST(firmware_finds_what_follows_it)
{
    struct run *run = new_run(&board_virt);
    uint64_t info[6];

    rom_set(run->board[0]->rom, &(struct rom_start){.entry = RAM, .next = 0x80200000});
    ck_assert_uint_eq(bus_peek(&run->board[0]->bus, 0x1028, info, sizeof(info)), 48);
    ck_assert_uint_eq(info[0], 0x4942534f);
    ck_assert_uint_eq(info[2], 0x80200000);
    ck_assert_uint_eq(info[3], 1);
    run_free(run);
}
END_TEST

START_TEST(rom_cannot_be_written)
{
    struct run *run = new_run(&board_virt);

    ck_assert_int_eq(bus_write(&run->board[0]->bus, INITIATOR_HART, 0x1000, 8, 0),
                     BUS_SLVERR);
    run_free(run);
}
END_TEST

/* --- The end ----------------------------------------------------------------------- */

struct heard {
    unsigned finishes, chars;
    char text[32];
};

static void hear(void *ctx, const struct event *event)
{
    struct heard *heard = ctx;

    if (event->kind == EVENT_FINISH)
        heard->finishes++;
    else if (heard->chars < sizeof(heard->text) - 1)
        heard->text[heard->chars++] = (char)event->console.byte;
}

/* Runs code at RAM, with a0 and a1 as given, until the run ends. */
static enum run_stop run_code(struct run *run, const uint32_t *code, unsigned count,
                              uint64_t a0, uint64_t a1)
{
    struct board *board = run->board[0];

    put_code(board, RAM, code, count);
    board->hart[0].pc = RAM;
    board->hart[0].x[10] = a0;
    board->hart[0].x[11] = a1;
    return run_go(run, (struct run_limit){1000, 1000, UINT64_MAX, UINT64_MAX});
}

static const uint32_t store_word_and_loop[] = {SW_A0_0_A1, LOOP};
static const uint32_t store_double_and_loop[] = {SD_A0_0_A1, LOOP};

static const struct {
    uint32_t value, code;
    bool restart;
} finishes[] = {
    {0x5555, 0, false},
    {0x00073333, 7, false},
    {0xffff3333, 0xffff, false},
    {0x7777, 0, true},
};

START_TEST(finisher_ends_the_run_at_the_store)
{
    struct run *run = new_run(&board_virt);
    struct board *board = run->board[0];

    ck_assert_int_eq(
        run_code(run, store_word_and_loop, 2, finishes[_i].value, 0x100000),
        RUN_FINISHED);
    ck_assert_uint_eq(board->exit_code, finishes[_i].code);
    ck_assert_int_eq(board->restart, finishes[_i].restart);
    ck_assert_uint_eq(run->events.retired, 1);
    ck_assert_int_eq(run_step(run), RUN_FINISHED);
    ck_assert_uint_eq(run->events.retired, 1);
    run_free(run);
}
END_TEST

START_TEST(characters_on_their_way_come_out_at_the_end)
{
    struct run *run = new_run(&board_virt);
    struct heard heard = {0};
    struct board *board = run->board[0];

    event_listen(&run->events,
                 (struct event_sink){EVENT_BIT(EVENT_CONSOLE), hear, &heard});
    for (const char *c = "bye"; *c; c++)
        ck_assert_int_eq(
            bus_write(&board->bus, INITIATOR_OUTSIDE, 0x10000000, 1, (uint8_t)*c),
            BUS_OKAY);
    ck_assert_int_eq(run_code(run, store_word_and_loop, 2, 0x5555, 0x100000),
                     RUN_FINISHED);
    ck_assert_str_eq(heard.text, "bye");
    run_free(run);
}
END_TEST

/* --- HTIF --------------------------------------------------------------------------- */

enum { TOHOST = 0x3000 };

static const struct {
    uint64_t value;
    int code; /* -1: the run goes on */
} requests[] = {
    {1, 0},
    {3, 1},
    {(1337 << 1) | 1, 1337},
    {2, -1},
    {0, -1},
    {UINT64_C(0x0101000000000068), -1}, /* prints 'h' */
    {UINT64_C(0x0101000000000069), -1}, /* prints 'i', though it is odd */
};

START_TEST(store_to_tohost_is_a_request)
{
    struct run *run = new_run(&board_virt);
    struct board *board = run->board[0];
    enum run_stop stop;

    board_watch_tohost(board, RAM + TOHOST);
    stop = run_code(run, store_double_and_loop, 2, requests[_i].value, RAM + TOHOST);
    if (requests[_i].code < 0) {
        ck_assert_int_eq(stop, RUN_LIMIT);
        ck_assert(!board->finished);
    } else {
        ck_assert_int_eq(stop, RUN_FINISHED);
        ck_assert_int_eq((int)board->exit_code, requests[_i].code);
        ck_assert_uint_eq(run->events.retired, 1);
    }
    run_free(run);
}
END_TEST

START_TEST(printed_character_is_told_and_tohost_is_zeroed)
{
    static const uint32_t code[] = {SD_A0_0_A1, SD_A0_0_A1, LOOP};
    struct run *run = new_run(&board_virt);
    struct heard heard = {0};
    uint64_t left;

    event_listen(&run->events,
                 (struct event_sink){EVENT_BIT(EVENT_CONSOLE), hear, &heard});
    board_watch_tohost(run->board[0], RAM + TOHOST);
    ck_assert_int_eq(run_code(run, code, 3, UINT64_C(0x0101000000000069), RAM + TOHOST),
                     RUN_LIMIT);
    ck_assert_str_eq(heard.text, "ii");
    ram_read(&run->board[0]->bus.ram, RAM + TOHOST, &left, 8);
    ck_assert_uint_eq(left, 0);
    run_free(run);
}
END_TEST

/* The store need not be to tohost itself: any that overlaps it counts. */
START_TEST(store_that_overlaps_tohost_is_seen)
{
    struct run *run = new_run(&board_virt);

    board_watch_tohost(run->board[0], RAM + TOHOST);
    ck_assert_int_eq(
        run_code(run, store_double_and_loop, 2, UINT64_C(5) << 32, RAM + TOHOST - 4),
        RUN_FINISHED);
    ck_assert_uint_eq(run->board[0]->exit_code, 2);
    run_free(run);
}
END_TEST

START_TEST(store_beside_tohost_is_none)
{
    struct run *run = new_run(&board_virt);

    board_watch_tohost(run->board[0], RAM + TOHOST);
    ck_assert_int_eq(run_code(run, store_double_and_loop, 2, 5, RAM + TOHOST + 8),
                     RUN_LIMIT);
    run_free(run);
}
END_TEST

/* --- State --------------------------------------------------------------------------- */

START_TEST(state_can_be_saved_and_restored)
{
    static const uint32_t code[] = {SD_A0_0_A1, ADDI_A1_A1_8, SD_A0_0_A1, LOOP};
    struct run *run = new_run(&board_virt);
    struct buf saved = {0};
    struct state save = {.mode = STATE_SAVE, .out = &saved};
    struct state load = {.mode = STATE_LOAD};
    uint64_t before, after;

    write_word(run->board[0], 0x02000000, 1);
    run_code(run, code, 2, 77, RAM + 0x8000);
    before = run_digest(run);
    run_state(run, &save);
    run_code(run, code, 4, 99, RAM + 0x9000);
    after = run_digest(run);
    ck_assert_uint_ne(before, after);
    load.in = (const unsigned char *)saved.data;
    load.left = saved.size;
    run_state(run, &load);
    ck_assert(!load.short_input);
    ck_assert_uint_eq(load.left, 0);
    ck_assert_uint_eq(run_digest(run), before);
    buf_free(&saved);
    run_free(run);
}
END_TEST

START_TEST(reset_makes_a_board_start_again)
{
    struct run *run = new_run(&board_virt);
    struct board *board = run->board[0];

    run_code(run, store_word_and_loop, 2, 0x5555, 0x100000);
    write_word(board, 0x02000000, 1);
    board_reset(board);
    ck_assert(!board->finished);
    ck_assert_uint_eq(board->hart[0].pc, 0x1000);
    ck_assert_uint_eq(lines_of(board, 0), 0);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, bad_table_is_refused_with_its_reason, 0,
                        COUNT(refusals));
    tcase_add_test(tcase, row_that_is_refused_is_not_added);
    tcase_add_test(tcase, table_has_room_for_so_many_rows);
    tcase_add_loop_test(tcase, any_type_can_be_placed_twice_more, 0, (int)type_count());
    tcase_add_test(tcase, device_line_reaches_hart_through_plic);
    tcase_add_test(tcase, aclint_reaches_the_hart_it_means);
    tcase_add_test(tcase, line_driven_twice_is_low_when_both_are_low);
    tcase_add_test(tcase, time_of_harts_is_mtime);
    tcase_add_test(tcase, request_line_reaches_every_dma_controller);
    tcase_add_test(tcase, channels_are_initiators_by_controller_then_number);
    tcase_add_loop_test(tcase, a_dma_controller_is_behind_the_iommu_that_its_row_names,
                        -1, 3);
    tcase_add_test(tcase, without_an_iommu_dma_uses_the_bus_s_addresses);
    tcase_add_test(tcase, every_hart_is_told_its_id_and_the_tree);
    tcase_add_test(tcase, firmware_finds_what_follows_it);
    tcase_add_test(tcase, rom_cannot_be_written);
    tcase_add_loop_test(tcase, finisher_ends_the_run_at_the_store, 0, COUNT(finishes));
    tcase_add_test(tcase, characters_on_their_way_come_out_at_the_end);
    tcase_add_loop_test(tcase, store_to_tohost_is_a_request, 0, COUNT(requests));
    tcase_add_test(tcase, printed_character_is_told_and_tohost_is_zeroed);
    tcase_add_test(tcase, store_that_overlaps_tohost_is_seen);
    tcase_add_test(tcase, store_beside_tohost_is_none);
    tcase_add_test(tcase, state_can_be_saved_and_restored);
    tcase_add_test(tcase, reset_makes_a_board_start_again);
}

TEST_MAIN("board", add_tests)
