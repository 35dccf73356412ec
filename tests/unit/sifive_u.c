/*
 * One guest program for the FU540's platform DMA, here and on QEMU's sifive_u: the same
 * transfers leave the same memory and the same registers. Only the controller's address
 * and the way to end differ, and they are parameters of the program.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/isa/asm/asm.h"
#include "tests/lib/suite.h"
#include "tests/lib/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Two harts, of which the first, a monitor core, runs the program. */
#define SIFIVE_U "-smp 2 -no-reboot -M sifive_u"

#define RAM UINT64_C(0x80000000)

enum {
    RAM_SIZE = 32 << 20,
    AT_PARAMETERS = 0x10000, /* from here on, offsets in RAM */
    AT_ORDERS = 0x20000,
    AT_LOG = 0x80000,
    AT_SOURCE = 0x100000,
    AT_DEST = 0x200000,
    SOURCE_BYTES = 0x10000,
    DEST_BYTES = 0x100000,
    ORDER_WORDS = 8,
    LOG_WORDS = 16,
    LOG_PENDING = 10, /* the column of the interrupt controller's pending bits */
    TRANSFERS = 400,
    LONGEST = 2000
};

enum order_kind { ORDER_START, ORDER_WAIT };

/* One order; the members are in the order in which the program reads them. */
struct order {
    uint64_t kind, channel, config, bytes, dest, source, control, in_halves;
};

struct program {
    uint8_t *ram;
    uint64_t seed;
    unsigned orders;
    uint64_t dest; /* where the next transfer goes */
};

static uint64_t draw(struct program *program, uint64_t below)
{
    program->seed = program->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (program->seed >> 33) % below;
}

static void put_word(struct program *program, uint64_t at, uint64_t word)
{
    memcpy(program->ram + at, &word, 8);
}

static uint64_t get_word(const uint8_t *ram, uint64_t at)
{
    uint64_t word;

    memcpy(&word, ram + at, 8);
    return word;
}

/* --- the program --- */

static void add_names(struct buf *text)
{
    buf_printf(text, ".equ PARAMETERS, 0x%" PRIx64 "\n", RAM + AT_PARAMETERS);
    buf_printf(text, ".equ ORDERS, 0x%" PRIx64 "\n", RAM + AT_ORDERS);
    buf_printf(text, ".equ LOG, 0x%" PRIx64 "\n", RAM + AT_LOG);
    buf_printf(text, ".equ ORDER_SIZE, %d\n", 8 * ORDER_WORDS);
    buf_printf(text, ".equ LOG_ROW_SIZE, %d\n", 8 * LOG_WORDS);
    buf_text(text, ".equ PLIC_PENDING, 0xc001000\n.equ CLAIM, 1\n"
                   ".equ CONTROL, 0\n.equ NEXT_CONFIG, 4\n.equ NEXT_BYTES, 8\n"
                   ".equ NEXT_DEST, 0x10\n.equ NEXT_SOURCE, 0x18\n"
                   ".equ EXEC_CONFIG, 0x104\n.equ EXEC_BYTES, 0x108\n"
                   ".equ EXEC_DEST, 0x110\n.equ EXEC_SOURCE, 0x118\n");
}

static void assemble(struct program *program)
{
    struct buf text = {0}, wrong = {0};
    struct asm_program assembled;
    struct asm_layout layout = {.text = RAM};
    struct asm_source source = {.file = "pdma.s"};

    add_names(&text);
    witness_add_file(&text, "tests/differential/pdma.s");
    source.text = text.data;
    source.size = text.size;
    asm_assemble(&assembled, &source, &layout);
    for (size_t i = 0; i < assembled.diagnostic_count; i++)
        asm_diagnostic_text(&assembled.diagnostics[i], &wrong);
    ck_assert_msg(wrong.size == 0, "%s", buf_str(&wrong));
    for (size_t i = 0; i < assembled.section_count; i++)
        if (assembled.sections[i].bytes)
            memcpy(program->ram + (assembled.sections[i].address - RAM),
                   assembled.sections[i].bytes, assembled.sections[i].size);
    asm_free(&assembled);
    buf_free(&text);
    buf_free(&wrong);
}

/* --- orders --- */

static void add_order(struct program *program, const struct order *order)
{
    const uint64_t words[ORDER_WORDS] = {order->kind,    order->channel,  order->config,
                                         order->bytes,   order->dest,     order->source,
                                         order->control, order->in_halves};

    for (unsigned i = 0; i < ORDER_WORDS; i++)
        put_word(program, AT_ORDERS + 8 * (ORDER_WORDS * program->orders + i),
                 words[i]);
    program->orders++;
}

/* Any size and any alignment; nothing overlaps. Transactions of equal size, since others
 * are an error. */
static struct order draw_transfer(struct program *program, unsigned channel)
{
    uint64_t bytes = draw(program, 3) ? draw(program, 200) : draw(program, LONGEST);
    uint64_t size = draw(program, 7);
    struct order order = {.kind = ORDER_START, .channel = channel, .bytes = bytes};

    order.config = field_set(0, DMA_WSIZE, size) | field_set(0, DMA_RSIZE, size);
    if (draw(program, 5) == 0)
        order.config |= DMA_REPEAT;
    if (draw(program, 5) == 0)
        order.config |= DMA_ORDER;
    order.source = RAM + AT_SOURCE + draw(program, SOURCE_BYTES - LONGEST);
    program->dest += draw(program, 80);
    order.dest = RAM + AT_DEST + program->dest;
    program->dest += bytes;
    order.control = DMA_CLAIM | DMA_RUN;
    if (draw(program, 2))
        order.control |= DMA_DONE_IE;
    if (draw(program, 2))
        order.control |= DMA_ERR_IE;
    order.in_halves = draw(program, 2);
    return order;
}

/* One transfer at a time, or two at once on two channels. */
static void add_transfers(struct program *program)
{
    unsigned one = (unsigned)draw(program, DMA_CHANNELS);
    unsigned other =
        (one + 1 + (unsigned)draw(program, DMA_CHANNELS - 1)) % DMA_CHANNELS;
    unsigned count = draw(program, 3) ? 1 : 2;
    const unsigned channels[] = {one, other};

    for (unsigned i = 0; i < count; i++) {
        struct order order = draw_transfer(program, channels[i]);

        add_order(program, &order);
    }
    for (unsigned i = 0; i < count; i++)
        add_order(program, &(struct order){.kind = ORDER_WAIT, .channel = channels[i]});
}

static struct program make_program(uint64_t seed)
{
    struct program program = {.ram = alloc_pages(RAM_SIZE), .seed = seed};

    assemble(&program);
    for (unsigned at = 0; at < SOURCE_BYTES; at += 8)
        put_word(&program, AT_SOURCE + at,
                 draw(&program, BIT(31)) << 32 | draw(&program, BIT(31)));
    for (unsigned i = 0; i < TRANSFERS; i++)
        add_transfers(&program);
    ck_assert_uint_lt(program.dest, DEST_BYTES);
    return program;
}

/* --- parameters --- */

struct store {
    uint64_t address, value;
};

static void set_parameters(struct program *program, uint64_t dma,
                           const struct store *end, unsigned stores)
{
    put_word(program, AT_PARAMETERS, dma);
    put_word(program, AT_PARAMETERS + 8, program->orders);
    for (unsigned i = 0; i < stores; i++) {
        put_word(program, AT_PARAMETERS + 16 + 16 * i, end[i].address);
        put_word(program, AT_PARAMETERS + 24 + 16 * i, end[i].value);
    }
}

static void run_there(struct program *program)
{
    /* GPIO pin 10, driven low, resets the board. */
    static const struct store reset[] = {
        {0x10060008, BIT(10)}, {0x1006000c, BIT(10)}, {0x1006000c, 0}};

    set_parameters(program, 0x03000000, reset, COUNT(reset));
    run_on_qemu(program->ram, RAM_SIZE, SIFIVE_U);
}

static void run_on_ours(struct program *program)
{
    static const struct store end[] = {{0x00100000, 0x5555}};

    set_parameters(program, 0x03100000, end, COUNT(end));
    run_here(program->ram, RAM_SIZE, false, false);
}

/* --- what must be the same --- */

static uint64_t kind_of(const struct program *program, unsigned order)
{
    return get_word(program->ram, AT_ORDERS + 8 * ORDER_WORDS * order);
}

/* Every transfer was done, without an error. */
static void check_done(const struct program *program)
{
    for (unsigned order = 0; order < program->orders; order++) {
        uint64_t control = get_word(program->ram, AT_LOG + 8 * LOG_WORDS * order);

        if (kind_of(program, order) == ORDER_WAIT)
            ck_assert_uint_eq(control & (DMA_DONE | DMA_ERROR | DMA_RUN), DMA_DONE);
    }
}

/* The interrupts that are pending after the first of two waits depend on how far the other
 * channel is, which QEMU has always done. */
static bool is_told_too_early(const struct program *program, unsigned order,
                              unsigned column)
{
    return column == LOG_PENDING && order + 1 < program->orders &&
           kind_of(program, order + 1) == ORDER_WAIT;
}

static void compare_logs(const struct program *ours, const struct program *theirs)
{
    static const char *const names[LOG_WORDS] = {
        "Control",        "NextConfig", "NextBytes",   "NextDestination",
        "NextSource",     "ExecConfig", "ExecBytes",   "ExecDestination",
        "low half of it", "ExecSource", "PLIC pending"};

    for (unsigned i = 0; i < LOG_WORDS * ours->orders; i++) {
        uint64_t here = get_word(ours->ram, AT_LOG + 8 * i);
        uint64_t there = get_word(theirs->ram, AT_LOG + 8 * i);

        if (here != there && !is_told_too_early(ours, i / LOG_WORDS, i % LOG_WORDS))
            ck_abort_msg("order %u, %s: here 0x%" PRIx64 ", on QEMU 0x%" PRIx64,
                         i / LOG_WORDS, names[i % LOG_WORDS], here, there);
    }
}

static void compare_memory(const struct program *ours, const struct program *theirs,
                           uint64_t from, uint64_t bytes)
{
    for (uint64_t at = from; at < from + bytes; at++)
        if (ours->ram[at] != theirs->ram[at])
            ck_abort_msg("0x%" PRIx64 ": here 0x%02x, on QEMU 0x%02x", RAM + at,
                         ours->ram[at], theirs->ram[at]);
}

START_TEST(transfers_are_those_of_sifive_u)
{
    struct program ours, theirs;

    if (!qemu_installed())
        return;
    ours = make_program((uint64_t)_i);
    theirs = make_program((uint64_t)_i);
    run_on_ours(&ours);
    run_there(&theirs);
    check_done(&ours);
    compare_logs(&ours, &theirs);
    compare_memory(&ours, &theirs, AT_SOURCE, SOURCE_BYTES);
    compare_memory(&ours, &theirs, AT_DEST, DEST_BYTES);
    free_pages(ours.ram, RAM_SIZE);
    free_pages(theirs.ram, RAM_SIZE);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, transfers_are_those_of_sifive_u, 0,
                        getenv("RINGSIDE_LONG") ? 10 : 2);
}

TEST_MAIN("sifive_u", add_tests)
