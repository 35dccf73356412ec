/*
 * One guest program drives the virtio disk here and on QEMU's virt: requests of any type,
 * cut into buffers anywhere, in the ring or in a table, with and without event index, give
 * the same data, results, registers and interrupts.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "machine/isa/asm/asm.h"
#include "machine/virtio/virtio.h"
#include "tests/lib/suite.h"
#include "tests/lib/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RAM UINT64_C(0x80000000)

enum {
    RAM_SIZE = 8 << 20,
    AT_ORDERS = 0x10000, /* from here on, offsets in RAM */
    AT_LOG = 0x100000,
    AT_AVAIL = 0x180000,
    AT_USED = 0x190000,
    AT_DESC = 0x1a0000,
    AT_TABLES = 0x1b0000, /* of indirect descriptors: a page a request */
    AT_BUFFERS = 0x300000,
    ROOM = 0x1000, /* of a request's table; of its buffers twice that */
    QUEUE = 128,
    REQUESTS = 60,
    SECTORS = 200,
    PIECES = 12,
    PATIENCE = 2000 /* turns: QEMU's interrupt comes a little after its used entry */
};

enum order_kind {
    ORDER_END,
    ORDER_WRITE,
    ORDER_READ,
    ORDER_PUT,
    ORDER_AWAIT,
    ORDER_AWAIT_REGISTER
};

struct program {
    uint8_t *ram;
    uint64_t seed;
    unsigned orders, logged;
    uint64_t features;
};

static uint64_t draw(struct program *program, uint64_t below)
{
    program->seed = program->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (program->seed >> 33) % below;
}

static void put(struct program *program, uint64_t at, unsigned size, uint64_t value)
{
    memcpy(program->ram + at, &value, size);
}

static uint64_t get(const struct program *program, uint64_t at, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, program->ram + at, size);
    return value;
}

/* --- orders ------------------------------------------------------------------------ */

static void order(struct program *program, enum order_kind kind, uint64_t a, uint64_t b,
                  uint64_t c)
{
    const uint64_t words[] = {kind, a, b, c};

    for (unsigned i = 0; i < COUNT(words); i++)
        put(program, AT_ORDERS + 8 * (COUNT(words) * program->orders + i), 8, words[i]);
    program->orders++;
    program->logged += kind == ORDER_READ;
}

static void set_register(struct program *program, uint32_t offset, uint64_t value)
{
    order(program, ORDER_WRITE, offset, value, 0);
}

static void set_area(struct program *program, uint32_t offset, uint64_t at)
{
    set_register(program, offset, (uint32_t)at);
    set_register(program, offset + 4, at >> 32);
}

static void log_register(struct program *program, uint32_t offset, uint32_t mask)
{
    order(program, ORDER_READ, offset, mask, 0);
}

/* 3.1.1: what a driver does first. */
static void begin(struct program *program)
{
    log_register(program, VIRTIO_MAGIC_VALUE, UINT32_MAX);
    log_register(program, VIRTIO_VERSION, UINT32_MAX);
    log_register(program, VIRTIO_DEVICE_ID, UINT32_MAX);
    log_register(program, VIRTIO_CONFIG, UINT32_MAX);
    log_register(program, VIRTIO_CONFIG + 4, UINT32_MAX);
    log_register(program, VIRTIO_CONFIG + 0x14, UINT32_MAX);
    set_register(program, VIRTIO_STATUS, 0);
    set_register(program, VIRTIO_STATUS, 1);
    set_register(program, VIRTIO_STATUS, 3);
    for (unsigned sel = 0; sel < 2; sel++) {
        set_register(program, VIRTIO_DEVICE_FEATURES_SEL, sel);
        log_register(program, VIRTIO_DEVICE_FEATURES,
                     (uint32_t)(program->features >> 32 * sel));
        set_register(program, VIRTIO_DRIVER_FEATURES_SEL, sel);
        set_register(program, VIRTIO_DRIVER_FEATURES,
                     (uint32_t)(program->features >> 32 * sel));
    }
    set_register(program, VIRTIO_STATUS, 11);
    log_register(program, VIRTIO_STATUS, UINT32_MAX);
    set_register(program, VIRTIO_QUEUE_SEL, 0);
    set_register(program, VIRTIO_QUEUE_NUM, QUEUE);
    set_area(program, VIRTIO_QUEUE_DESC, RAM + AT_DESC);
    set_area(program, VIRTIO_QUEUE_DRIVER, RAM + AT_AVAIL);
    set_area(program, VIRTIO_QUEUE_DEVICE, RAM + AT_USED);
    set_register(program, VIRTIO_QUEUE_READY, 1);
    log_register(program, VIRTIO_QUEUE_READY, UINT32_MAX);
    set_register(program, VIRTIO_STATUS, 15);
    log_register(program, VIRTIO_STATUS, UINT32_MAX);
}

/* --- requests ---------------------------------------------------------------------- */

/* A request in memory: its buffers lie one behind the other, cut in random places. */
struct request {
    uint32_t type;
    uint64_t sector, data;
    uint64_t at;          /* of its first byte: the header */
    unsigned pieces;      /* of both parts */
    uint64_t end[PIECES]; /* where each ends, from `at` on; the first at 0 */
    bool writable[PIECES];
};

static struct request draw_request(struct program *program, unsigned n)
{
    static const uint32_t types[] = {
        VIRTIO_BLK_IN, VIRTIO_BLK_OUT,   VIRTIO_BLK_IN,     VIRTIO_BLK_OUT,
        VIRTIO_BLK_IN, VIRTIO_BLK_FLUSH, VIRTIO_BLK_GET_ID, 99};
    struct request request = {
        .type = types[draw(program, COUNT(types))],
        .sector = draw(program, SECTORS + 2), /* some are beyond the end */
        .at = AT_BUFFERS + (uint64_t)n * 2 * ROOM + draw(program, 8),
    };

    if (request.type <= VIRTIO_BLK_OUT)
        request.data = SECTOR * (1 + draw(program, 6));
    else if (request.type == VIRTIO_BLK_GET_ID)
        request.data = VIRTIO_BLK_ID_BYTES;
    return request;
}

/* Cuts `bytes` into one to three pieces. */
static void cut(struct program *program, struct request *request, uint64_t bytes,
                bool writable)
{
    uint64_t from = request->pieces ? request->end[request->pieces - 1] : 0;
    uint64_t until = from + bytes;

    for (unsigned i = 0; i < 2 && until - from > 1 && draw(program, 2); i++) {
        from += 1 + draw(program, until - from - 1);
        request->writable[request->pieces] = writable;
        request->end[request->pieces++] = from;
    }
    request->writable[request->pieces] = writable;
    request->end[request->pieces++] = until;
}

static void put_descriptor(struct program *program, uint64_t at,
                           const struct request *request, unsigned piece, unsigned next)
{
    uint64_t from = piece ? request->end[piece - 1] : 0;

    put(program, at, 8, RAM + request->at + from);
    put(program, at + 8, 4, request->end[piece] - from);
    put(program, at + 12, 2,
        (request->writable[piece] ? VIRTQ_WRITE : 0) |
            (piece + 1 < request->pieces ? VIRTQ_NEXT : 0));
    put(program, at + 14, 2, next);
}

/* Its bytes: the header, and for OUT the data; 0xee wherever the device may write, but for
 * GET_ID, whose text QEMU does not fill up with zeroes as 5.2.6 has it. */
static void put_bytes(struct program *program, const struct request *request)
{
    uint64_t readable = VIRTIO_BLK_HEADER;

    put(program, request->at, 8, request->type);
    put(program, request->at + 8, 8, request->sector);
    if (request->type == VIRTIO_BLK_OUT)
        for (uint64_t i = 0; i < request->data; i++, readable++)
            put(program, request->at + readable, 1, draw(program, 256));
    memset(program->ram + request->at + readable,
           request->type == VIRTIO_BLK_GET_ID ? 0 : 0xee,
           VIRTIO_BLK_HEADER + request->data + 1 - readable);
}

static void put_request(struct program *program, unsigned n, uint16_t head)
{
    struct request request = draw_request(program, n);
    bool out = request.type == VIRTIO_BLK_OUT;
    bool table = program->features & BIT(VIRTIO_F_INDIRECT_DESC) && draw(program, 2);
    uint64_t at = AT_TABLES + (uint64_t)n * ROOM;

    cut(program, &request, VIRTIO_BLK_HEADER + (out ? request.data : 0), false);
    cut(program, &request, (out ? 0 : request.data) + 1, true);
    put_bytes(program, &request);
    if (table) {
        put(program, AT_DESC + head * 16u, 8, RAM + at);
        put(program, AT_DESC + head * 16u + 8, 4, request.pieces * 16);
        put(program, AT_DESC + head * 16u + 12, 2, VIRTQ_INDIRECT);
    }
    for (unsigned i = 0; i < request.pieces; i++)
        if (table)
            put_descriptor(program, at + i * 16, &request, i, i + 1);
        else
            put_descriptor(program, AT_DESC + (head + i) * 16u, &request, i,
                           head + i + 1);
}

/* Makes a chain available, after the driver has said whether it wants to hear of it. */
static void offer(struct program *program, uint16_t index, uint16_t head, bool wanted)
{
    if (program->features & BIT(VIRTIO_F_EVENT_IDX))
        order(program, ORDER_PUT, RAM + AT_AVAIL + 4 + 2 * QUEUE,
              (uint16_t)(wanted ? index : index - 1), 0);
    else
        order(program, ORDER_PUT, RAM + AT_AVAIL, !wanted, 0);
    order(program, ORDER_PUT, RAM + AT_AVAIL + 4 + 2u * (index % QUEUE), head, 0);
    order(program, ORDER_PUT, RAM + AT_AVAIL + 2, (uint16_t)(index + 1), 0);
    set_register(program, VIRTIO_QUEUE_NOTIFY, 0);
}

/* QEMU always interrupts for the first entry, which it may: an interrupt is never wrong. */
static void serve(struct program *program, uint16_t index, uint16_t head)
{
    bool wanted = index == 0 || draw(program, 2);

    offer(program, index, head, wanted);
    if (wanted)
        order(program, ORDER_AWAIT_REGISTER, VIRTIO_INTERRUPT_STATUS, 1, 1);
    order(program, ORDER_AWAIT, RAM + AT_USED + 2, (uint16_t)(index + 1), PATIENCE);
    log_register(program, VIRTIO_INTERRUPT_STATUS, UINT32_MAX);
    set_register(program, VIRTIO_INTERRUPT_ACK, 1);
    log_register(program, VIRTIO_INTERRUPT_STATUS, UINT32_MAX);
    log_register(program, VIRTIO_STATUS, UINT32_MAX);
}

/* --- the program ------------------------------------------------------------------- */

static void add_names(struct buf *text)
{
    buf_printf(text, ".equ DEVICE, 0x10001000\n.equ ORDERS, 0x%" PRIx64 "\n",
               RAM + AT_ORDERS);
    buf_printf(text, ".equ LOG, 0x%" PRIx64 "\n", RAM + AT_LOG);
    buf_printf(text,
               ".equ ORDER_WRITE, %d\n.equ ORDER_READ, %d\n.equ ORDER_PUT, %d\n"
               ".equ ORDER_AWAIT, %d\n.equ ORDER_AWAIT_REGISTER, %d\n",
               ORDER_WRITE, ORDER_READ, ORDER_PUT, ORDER_AWAIT, ORDER_AWAIT_REGISTER);
}

static void assemble(struct program *program)
{
    struct buf text = {0}, wrong = {0};
    struct asm_program assembled;
    struct asm_layout layout = {.text = RAM};
    struct asm_source source = {.file = "virtio.s"};

    add_names(&text);
    witness_add_file(&text, "tests/differential/virtio.s");
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

static struct program new_program(uint64_t seed, uint64_t features)
{
    struct program program = {
        .ram = alloc_pages(RAM_SIZE), .seed = seed + 1, .features = features};

    assemble(&program);
    begin(&program);
    return program;
}

/* --- the two machines -------------------------------------------------------------- */

static uint8_t disk[SECTORS * SECTOR];

static void fill_disk(void)
{
    for (unsigned i = 0; i < sizeof(disk); i++)
        disk[i] = (uint8_t)(i * 7 + i / SECTOR * 13 + 1);
}

static void run_there(struct program *program)
{
    char path[] = "/tmp/ringside-disk-XXXXXX";
    int file = mkstemp(path);
    struct buf machine = {0};

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, disk, sizeof(disk)), sizeof(disk));
    close(file);
    buf_printf(&machine,
               "-global virtio-mmio.force-legacy=false "
               "-drive if=none,id=disk,format=raw,file=%s -device "
               "virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0,serial=virtio0 "
               "-M virt",
               path);
    run_on_qemu(program->ram, RAM_SIZE, machine.data);
    unlink(path);
    buf_free(&machine);
}

static void run_ours(struct program *program, bool heard)
{
    run_here_with_disk(program->ram, RAM_SIZE, false, heard,
                       &(struct witness_disk){"virtio0", disk, sizeof(disk)});
}

/* --- what must be the same --------------------------------------------------------- */

static void compare_log(const struct program *ours, const struct program *theirs)
{
    unsigned logged = 0;

    for (unsigned i = 0; i < ours->orders; i++) {
        uint64_t at = AT_LOG + 8 * (uint64_t)logged;

        if (get(ours, AT_ORDERS + 32 * i, 8) != ORDER_READ)
            continue;
        logged++;
        if (get(ours, at, 8) != get(theirs, at, 8))
            ck_abort_msg("order %u, register 0x%" PRIx64 ": here 0x%" PRIx64
                         ", on QEMU 0x%" PRIx64,
                         i, get(ours, AT_ORDERS + 32 * i + 8, 8), get(ours, at, 8),
                         get(theirs, at, 8));
    }
}

static void compare_bytes(const struct program *ours, const struct program *theirs,
                          uint64_t from, uint64_t bytes)
{
    for (uint64_t at = from; at < from + bytes; at++)
        if (ours->ram[at] != theirs->ram[at])
            ck_abort_msg("0x%" PRIx64 ": here 0x%02x, on QEMU 0x%02x", RAM + at,
                         ours->ram[at], theirs->ram[at]);
}

/* Used entries name the same chains. Lengths are the same, too, but of requests that
 * failed: there QEMU gives the size of what could have been written, and this device, as
 * 2.7.8.2 wants it, no more than what was. */
static void compare_used(const struct program *ours, const struct program *theirs,
                         unsigned requests)
{
    compare_bytes(ours, theirs, AT_USED, 4);
    for (unsigned i = 0; i < requests; i++) {
        uint64_t at = AT_USED + 4 + 8 * (uint64_t)i;

        ck_assert_uint_eq(get(ours, at, 4), get(theirs, at, 4));
        ck_assert_uint_le(get(ours, at + 4, 4), get(theirs, at + 4, 4));
        if (get(ours, at + 4, 4) > 1)
            ck_assert_uint_eq(get(ours, at + 4, 4), get(theirs, at + 4, 4));
    }
}

static void run_both(struct program *ours, struct program *theirs)
{
    fill_disk();
    order(ours, ORDER_END, 0, 0, 0);
    memcpy(theirs->ram, ours->ram, RAM_SIZE);
    run_ours(ours, false);
    run_there(theirs);
    compare_log(ours, theirs);
}

static const uint64_t feature_sets[] = {
    BIT(VIRTIO_F_VERSION_1),
    BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_EVENT_IDX),
    BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_INDIRECT_DESC),
    BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_F_INDIRECT_DESC),
};

START_TEST(requests_are_those_of_virt)
{
    struct program ours, theirs = {.ram = alloc_pages(RAM_SIZE)};

    if (!qemu_installed())
        return;
    ours = new_program((uint64_t)_i, feature_sets[(size_t)_i % COUNT(feature_sets)]);
    for (unsigned n = 0; n < REQUESTS; n++) {
        uint16_t head = (uint16_t)(n % 10 * PIECES);

        put_request(&ours, n, head);
        serve(&ours, (uint16_t)n, head);
    }
    run_both(&ours, &theirs);
    compare_used(&ours, &theirs, REQUESTS);
    compare_bytes(&ours, &theirs, AT_BUFFERS, (uint64_t)REQUESTS * 2 * ROOM);
    free_pages(ours.ram, RAM_SIZE);
    free_pages(theirs.ram, RAM_SIZE);
}
END_TEST

/* What QEMU says of a ring that breaks a rule, too: it needs a reset. */
static const struct {
    const char *what;
    uint16_t head;
    uint64_t at;
    uint32_t length;
    uint16_t flags, next;
} breaks[] = {
    {"head", QUEUE, 0, 0, 0, 0},
    {"next", 0, AT_BUFFERS, 16, VIRTQ_NEXT, QUEUE},
    {"loop", 0, AT_BUFFERS, 16, VIRTQ_NEXT, 0},
    {"no status", 0, AT_BUFFERS, 16, 0, 0},
    {"no header", 0, AT_BUFFERS, 16, VIRTQ_WRITE, 0},
    {"indirect length", 0, AT_TABLES, 24, VIRTQ_INDIRECT, 0},
    {"nested", 0, AT_DESC, 16, VIRTQ_INDIRECT, 0},
};

START_TEST(broken_rules_need_a_reset_as_on_virt)
{
    struct program ours, theirs = {.ram = alloc_pages(RAM_SIZE)};
    uint16_t head = breaks[_i].head;

    if (!qemu_installed())
        return;
    ours = new_program(1, feature_sets[3]);
    put(&ours, AT_DESC, 8, RAM + breaks[_i].at);
    put(&ours, AT_DESC + 8, 4, breaks[_i].length);
    put(&ours, AT_DESC + 12, 2, breaks[_i].flags);
    put(&ours, AT_DESC + 14, 2, breaks[_i].next);
    offer(&ours, 0, head, true);
    order(&ours, ORDER_AWAIT_REGISTER, VIRTIO_STATUS, VIRTIO_NEEDS_RESET,
          VIRTIO_NEEDS_RESET);
    order(&ours, ORDER_AWAIT_REGISTER, VIRTIO_INTERRUPT_STATUS, VIRTIO_INT_CONFIG,
          VIRTIO_INT_CONFIG);
    log_register(&ours, VIRTIO_STATUS, UINT32_MAX);
    set_register(&ours, VIRTIO_STATUS, 0);
    log_register(&ours, VIRTIO_STATUS, UINT32_MAX);
    log_register(&ours, VIRTIO_INTERRUPT_STATUS, UINT32_MAX);
    log_register(&ours, VIRTIO_QUEUE_READY, UINT32_MAX);
    run_both(&ours, &theirs);
    compare_bytes(&ours, &theirs, AT_USED, 4 + 8 * QUEUE);
    free_pages(ours.ram, RAM_SIZE);
    free_pages(theirs.ram, RAM_SIZE);
}
END_TEST

/* The fast loop and the exact one, with the disk at work beside the hart. */
START_TEST(both_loops_end_in_the_same_state)
{
    struct program program[2];
    uint64_t digest[2];

    fill_disk();
    for (unsigned heard = 0; heard < 2; heard++) {
        program[heard] =
            new_program((uint64_t)_i, feature_sets[(size_t)_i % COUNT(feature_sets)]);
        for (unsigned n = 0; n < REQUESTS; n++) {
            uint16_t head = (uint16_t)(n % 10 * PIECES);

            put_request(&program[heard], n, head);
            serve(&program[heard], (uint16_t)n, head);
        }
        order(&program[heard], ORDER_END, 0, 0, 0);
        digest[heard] =
            run_here_with_disk(program[heard].ram, RAM_SIZE, false, heard,
                               &(struct witness_disk){"virtio0", disk, sizeof(disk)});
        free_pages(program[heard].ram, RAM_SIZE);
    }
    ck_assert_uint_eq(digest[0], digest[1]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, requests_are_those_of_virt, 0,
                        getenv("RINGSIDE_LONG") ? 40 : 8);
    tcase_add_loop_test(tcase, broken_rules_need_a_reset_as_on_virt, 0, COUNT(breaks));
    tcase_add_loop_test(tcase, both_loops_end_in_the_same_state, 0,
                        COUNT(feature_sets));
}

TEST_MAIN("virtio_qemu", add_tests)
