/*
 * Nothing is forgotten: every member of every struct that a run is made of, as the debug
 * information of this program has them, is visited by the walk over its state, or stands
 * in the table below with the reason why not. Whoever adds a member must put it in one of
 * the two. Then the same from the other side: what a saved state is loaded into may hold
 * anything before, and goes on as the original does.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/device/stream.h"
#include "machine/device/uart.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"
#include "tests/lib/members.h"
#include "tests/lib/random_machine.h"
#include "tests/lib/suite.h"
#include "tests/lib/told.h"

#include <stdio.h>
#include <string.h>

/* Why a member is not walked. */
enum reason {
    WIRING,  /* set when the run is made, and the same until it is freed */
    OUTSIDE, /* whoever looks or listens set it: no part of the machine */
    HOST,    /* the host's own: dropped at any time without a trace */
    DERIVED, /* follows from what is walked: found again when a state is loaded */
    NOTHING, /* means nothing between two steps */
    POINTS,  /* at what is walked itself */
    PART     /* walked as far as it is in use */
};

/* By struct and member: a row for a member that is a struct is for all in it. */
static const struct unwalked {
    const char *member;
    enum reason reason;
    const char *because;
} unwalked[] = {
    {"run.boards", WIRING, "run_add"},
    {"run.board", POINTS, "each board is walked"},
    {"run.stop", OUTSIDE, "somebody asks for a stop"},
    {"queue.next_due", DERIVED, "of the timers' due times"},
    {"queue.count", WIRING, "queue_add"},
    {"queue.timers", POINTS, "each timer's due and seq are walked"},
    {"timer.name", WIRING, "for views"},
    {"timer.fire", WIRING, "whose timer it is"},
    {"timer.ctx", WIRING, "whose timer it is"},
    {"timer.board", WIRING, "whose timer it is"},
    {"event_stream.kinds", OUTSIDE, "listeners"},
    {"event_stream.board", NOTHING, "who acts next sets it"},
    {"event_stream.sinks", OUTSIDE, "listeners"},
    {"event_stream.sink", OUTSIDE, "listeners"},

    {"board.desc", WIRING, "the board's table"},
    {"board.index", WIRING, "its place in the run"},
    {"board.costs", WIRING, "of the board's table"},
    {"board.harts", WIRING, "of the board's table"},
    {"board.devices", WIRING, "of the board's table"},
    {"board.device", POINTS, "each device is walked"},
    {"board.queue", WIRING, "the run's"},
    {"board.events", WIRING, "the run's"},
    {"board.pause", NOTHING, "whoever runs the board clears it"},
    {"board.plic", WIRING, "one of its devices"},
    {"board.rom", WIRING, "one of its devices"},
    {"board.clock", WIRING, "one of its devices"},
    {"board.wire", WIRING, "of the board's table"},
    {"board.request", WIRING, "of the board's table"},
    {"board.tohost", WIRING, "of the loaded program"},
    {"board.tohost_touched", NOTHING, "while a store is under way"},
    {"board.tohost_by", NOTHING, "while a store is under way"},
    {"board.watches", OUTSIDE, "watchpoints"},
    {"board.watch", OUTSIDE, "watchpoints"},
    {"board.output", OUTSIDE, "who reads what is printed"},
    {"board.output_ctx", OUTSIDE, "who reads what is printed"},

    {"ram.base", WIRING, "of the board's table"},
    {"ram.size", WIRING, "of the board's table"},
    {"ram.pages", POINTS, "pages are walked"},
    {"ram.bytes", POINTS, "pages are walked"},
    {"ram.marks", HOST, "who wants to be told of writes"},
    {"ram.touched", WIRING, "the board"},
    {"ram.ctx", WIRING, "the board"},
    {"bus.mmio", WIRING, "the map"},
    {"bus.mmios", WIRING, "the map"},
    {"bus.queue", WIRING, "the run's"},
    {"bus.events", WIRING, "the run's"},
    {"bus.costs", WIRING, "the board's"},
    {"bus.by", NOTHING, "while an access is under way"},
    {"bus.gap_ends", WIRING, "a DMA controller"},
    {"bus.gap_ctx", WIRING, "a DMA controller"},
    {"bus.harts", WIRING, "of the board's table"},
    {"bus.granted", NOTHING, "for whoever has just taken a slot"},

    {"hart.x", PART, "x[32] takes what is written to x0"},
    {"hart.id", WIRING, "its place on the board"},
    {"hart.has_h", WIRING, "of the board's table"},
    {"hart.geilen", WIRING, "of the board's table"},
    {"hart.spent", NOTHING, "while an instruction is executed"},
    {"hart.fetched_from", NOTHING, "while an instruction is executed"},
    {"hart.fault", NOTHING, "while an instruction is executed"},
    {"hart.doing", NOTHING, "while an instruction is executed"},
    {"hart.payload_ranges", WIRING, "of a scenario"},
    {"hart.payload_range", WIRING, "of a scenario"},
    {"hart.stops", OUTSIDE, "breakpoints"},
    {"hart.stop", OUTSIDE, "breakpoints"},
    {"hart.peers", WIRING, "the board's"},
    {"hart.peer_count", WIRING, "the board's"},
    {"hart.bus", WIRING, "the board's"},
    {"hart.queue", WIRING, "the run's"},
    {"hart.events", WIRING, "the run's"},
    {"hart.costs", WIRING, "the board's"},
    {"hart.fast", HOST, "decoded code"},
    {"hart.look", HOST, "where pages are on the host"},
    {"tlb.sets", WIRING, "of the board's table"},
    {"tlb.ways", WIRING, "of the board's table"},
    {"tlb.entries", POINTS, "each entry is walked"},
    {"tlb.victim", POINTS, "the bytes are walked"},

    {"device.type", WIRING, "of the board's table"},
    {"device.name", WIRING, "of the board's table"},
    {"device.index", WIRING, "its place on the board"},
    {"device.unit", WIRING, "its place on the board"},
    {"device.base", WIRING, "of the board's table"},
    {"device.lines", WIRING, "of its type"},
    {"device.requests", WIRING, "of its type"},
    {"device.bus", WIRING, "the board's"},
    {"device.queue", WIRING, "the run's"},
    {"device.events", WIRING, "the run's"},
    {"device.costs", WIRING, "the board's"},
    {"irq_line.source", WIRING, "of the board's table"},
    {"irq_line.level", PART, "a type has so many lines"},
    {"irq_line.changed", WIRING, "the interrupt controller"},
    {"irq_line.ctx", WIRING, "the interrupt controller"},
    {"request_line.line", WIRING, "of the board's table"},
    {"request_line.asserted", PART, "a type has so many lines"},
    {"request_line.changed", WIRING, "a DMA controller"},
    {"request_line.ctx", WIRING, "a DMA controller"},
    {"request_line.take", WIRING, "the device"},
    {"request_line.give", WIRING, "the device"},
    {"request_line.device", WIRING, "whose line it is"},
    {"request_line.base", WIRING, "of the board's table"},
    {"request_line.size", WIRING, "of the device's type"},
    {"hart_line_out.set", WIRING, "a hart"},
    {"hart_line_out.ctx", WIRING, "a hart"},

    {"aclint_hart.id", WIRING, "its place"},
    {"aclint_hart.aclint", WIRING, "whose it is"},
    {"aclint.offset_changed", WIRING, "the board"},
    {"aclint.offset_ctx", WIRING, "the board"},
    {"uart.output", WIRING, "the board"},
    {"uart.output_ctx", WIRING, "the board"},
    {"finisher.finish", WIRING, "the board"},
    {"finisher.restart", WIRING, "the board"},
    {"finisher.ctx", WIRING, "the board"},
    {"stream.fifo", POINTS, "the bytes are walked"},
    {"stream.size", WIRING, "a setting"},
    {"stream.default_period", WIRING, "a setting"},
    {"stream.default_bytes", WIRING, "a setting"},
    {"stream.seed", WIRING, "a setting"},
    {"dma_channel.dma", WIRING, "whose it is"},
    {"dma_channel.number", WIRING, "its place"},
    {"dma.acting", NOTHING, "while an access is under way"},
    {"dma.line", WIRING, "of the board's table"},
    {"dma.bridge", WIRING, "of the board's table"},
    {"dma.device_id", WIRING, "a setting"},
    {"dma.next", WIRING, "of the board's table"},
    {"iommu.sets", WIRING, "a setting"},
    {"iommu.ways", WIRING, "a setting"},
    {"iommu.contexts", WIRING, "a setting"},
    {"iommu.translation", POINTS, "each entry is walked"},
    {"iommu.victim", POINTS, "the bytes are walked"},
    {"iommu.context", POINTS, "each entry is walked"},
    {"iommu.acting", NOTHING, "while an access is under way"},
    {"iommu.bare", WIRING, "a setting"},
    {"iommu_engine.iommu", WIRING, "whose it is"},
    {"iommu_engine.done", WIRING, "whose it is"},
    {"virtio_blk.readonly", WIRING, "a setting"},
    {"medium.sectors", WIRING, "the image"},
    {"medium.image", WIRING, "the image"},
    {"medium.pages", POINTS, "sectors that were written are walked"},
    {"medium.written", POINTS, "the bytes are walked"},
};

/* --- what the walk visits ---------------------------------------------------------------- */

struct range {
    unsigned char *at;
    size_t size;
};

struct ranges {
    size_t count, room;
    struct range *range;
};

static void add_range(void *ctx, void *bytes, size_t size)
{
    struct ranges *ranges = ctx;

    if (ranges->count == ranges->room) {
        ranges->room = ranges->room ? 2 * ranges->room : 1024;
        ranges->range =
            alloc_resize(ranges->range, ranges->room * sizeof(*ranges->range));
    }
    ranges->range[ranges->count++] = (struct range){bytes, size};
}

static int by_address(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* All ranges that the walk visits, in order of address. */
static struct ranges visited_by_walk(struct run *run)
{
    struct ranges ranges = {0};
    struct state state;

    state_hash_begin(&state);
    state.visited = add_range;
    state.visited_ctx = &ranges;
    run_state(run, &state);
    state_digest(&state);
    qsort(ranges.range, ranges.count, sizeof(*ranges.range), by_address);
    return ranges;
}

/* How many of these bytes are visited. */
static size_t visited_bytes(const struct ranges *ranges, const unsigned char *at,
                            size_t size)
{
    size_t first = 0, end = ranges->count, bytes = 0;

    while (first < end) { /* the first range that ends behind `at` */
        size_t middle = (first + end) / 2;

        if (ranges->range[middle].at + ranges->range[middle].size <= at)
            first = middle + 1;
        else
            end = middle;
    }
    for (; first < ranges->count && ranges->range[first].at < at + size; first++) {
        const unsigned char *from = ranges->range[first].at;
        const unsigned char *to = from + ranges->range[first].size;

        bytes += (size_t)((to < at + size ? to : at + size) - (from > at ? from : at));
    }
    return bytes;
}

/* --- what there is ------------------------------------------------------------------------- */

/* One member as it was met; `row`: of `unwalked`, or NULL. */
struct met {
    struct member member;
    const struct unwalked *row;
    size_t visited; /* bytes */
};

/* All members of one run, in one order: equal runs have equal lists. */
struct anatomy {
    struct members *members;
    struct ranges ranges;
    size_t count, room;
    struct met *met;
};

static bool is_named(const char *row, const struct member *member)
{
    size_t length = strlen(member->type);

    return strncmp(row, member->type, length) == 0 && row[length] == '.' &&
           strcmp(row + length + 1, member->name) == 0;
}

static const struct unwalked *find_row(const struct member *member)
{
    for (size_t i = 0; i < COUNT(unwalked); i++)
        if (is_named(unwalked[i].member, member))
            return &unwalked[i];
    return NULL;
}

static bool meet(void *ctx, const struct member *member)
{
    struct anatomy *anatomy = ctx;
    const struct unwalked *row = find_row(member);

    if (anatomy->count == anatomy->room) {
        anatomy->room = anatomy->room ? 2 * anatomy->room : 4096;
        anatomy->met =
            alloc_resize(anatomy->met, anatomy->room * sizeof(*anatomy->met));
    }
    anatomy->met[anatomy->count++] = (struct met){
        *member, row, visited_bytes(&anatomy->ranges, member->at, member->size)};
    return row == NULL;
}

static void meet_struct(struct anatomy *anatomy, const char *type, void *at)
{
    ck_assert_msg(
        members_visit(anatomy->members, type, at, meet, anatomy),
        "there is no struct %s: the struct of a type of device has the type's "
        "name, with _ for -",
        type);
}

/* Bytes that a pointer of that name points at. */
static void meet_bytes(struct anatomy *anatomy, const char *type, const char *name,
                       void *at, size_t size)
{
    struct member member = {type, name, at, size};

    meet(anatomy, &member);
}

static void meet_medium(struct anatomy *anatomy, const struct medium *medium)
{
    for (uint64_t i = 0; i < medium->sectors; i++) {
        if (i % PAGE_SECTORS == 0 && medium->written[i / PAGE_SECTORS])
            meet_bytes(anatomy, "medium", "a byte of written",
                       &medium->written[i / PAGE_SECTORS], 1);
        if (medium_changed(medium, i))
            meet_bytes(anatomy, "medium", "a sector", medium->pages.bytes + i * SECTOR,
                       SECTOR);
    }
}

static void meet_iommu(struct anatomy *anatomy, struct iommu *iommu)
{
    for (unsigned i = 0; i < iommu->sets * iommu->ways; i++)
        meet_struct(anatomy, "iommu_translation", &iommu->translation[i]);
    meet_bytes(anatomy, "iommu", "bytes of victim", iommu->victim, iommu->sets);
    for (unsigned i = 0; i < iommu->contexts; i++)
        meet_struct(anatomy, "iommu_kept_context", &iommu->context[i]);
}

static void meet_device(struct anatomy *anatomy, struct device *device)
{
    const struct medium *medium = device_medium(device);
    char name[64];

    snprintf(name, sizeof(name), "%s", device->type->name);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    meet_struct(anatomy, name, device);
    if (medium)
        meet_medium(anatomy, medium);
    if (device->type == &iommu_type)
        meet_iommu(anatomy, (struct iommu *)device);
    if (device->type == &stream_type)
        meet_bytes(anatomy, "stream", "bytes of the FIFO",
                   ((struct stream *)device)->fifo, ((struct stream *)device)->size);
}

static void meet_hart(struct anatomy *anatomy, struct hart *hart)
{
    for (unsigned i = 0; i < hart->tlb.sets * hart->tlb.ways; i++)
        meet_struct(anatomy, "tlb_entry", &hart->tlb.entries[i]);
    meet_bytes(anatomy, "tlb", "bytes of victim", hart->tlb.victim, hart->tlb.sets);
}

/* Pages that are not all zero. */
static void meet_ram(struct anatomy *anatomy, struct ram *ram)
{
    static const unsigned char zeroes[RAM_PAGE];

    for (uint64_t at = 0; at < ram->size; at += RAM_PAGE)
        if (memcmp(ram->bytes + at, zeroes, RAM_PAGE) != 0)
            meet_bytes(anatomy, "ram", "a page", ram->bytes + at, RAM_PAGE);
}

static void anatomy_of(struct anatomy *anatomy, struct run *run)
{
    *anatomy = (struct anatomy){.members = members_open()};
    if (!anatomy->members)
        return;
    anatomy->ranges = visited_by_walk(run);
    meet_struct(anatomy, "run", run);
    for (unsigned i = 0; i < run->boards; i++) {
        struct board *board = run->board[i];

        meet_struct(anatomy, "board", board);
        meet_ram(anatomy, &board->bus.ram);
        for (unsigned h = 0; h < board->harts; h++)
            meet_hart(anatomy, &board->hart[h]);
        for (unsigned d = 0; d < board->devices; d++)
            meet_device(anatomy, board->device[d]);
    }
}

static void anatomy_release(struct anatomy *anatomy)
{
    if (anatomy->members)
        members_close(anatomy->members);
    free(anatomy->ranges.range);
    free(anatomy->met);
}

/* True, and says so: there is nothing to look at. */
static bool is_bare(const struct anatomy *anatomy)
{
    if (!anatomy->members)
        fputs("state coverage: skipped, built without debug information (-g)\n",
              stderr);
    return anatomy->members == NULL;
}

/* --- the machine in the middle of things --------------------------------------------------- */

static struct run_limit attempts(uint64_t attempts)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.attempts = attempts;
    return limit;
}

/* Every hart that a board can have, and every type of device. */
static const struct machine_shape full = {"eight harts", 1, HART_MAX, 1, 16,  3,
                                          NULL,          0, true,     3, true};

static void set(struct board *board, const struct device *device, uint32_t offset,
                unsigned size, uint64_t value)
{
    ck_assert_int_eq(
        bus_write(&board->bus, INITIATOR_OUTSIDE, device->base + offset, size, value),
        BUS_OKAY);
}

static void wait_for_disk(struct run *run, const struct ata *ata, enum disk_phase phase)
{
    for (unsigned i = 0; ata->phase != phase && i < 1000; i++) {
        struct run_limit limit = RUN_NO_LIMIT;

        limit.cycle = run_cycle(run) + 10000;
        run_go(run, limit);
    }
    ck_assert_uint_eq(ata->phase, phase);
}

/* WRITE SECTORS: two to `lba`, of which the first has been filled if `most`. */
static void write_disk(struct run *run, uint8_t lba, unsigned words)
{
    struct board *board = run->board[0];
    struct device *disk = board_device(board, "ata0");

    set(board, disk, ATA_COUNT, 1, 2);
    set(board, disk, ATA_LBA_LOW, 1, lba);
    set(board, disk, ATA_LBA_MID, 1, 0);
    set(board, disk, ATA_LBA_HIGH, 1, 0);
    set(board, disk, ATA_DEVICE, 1, ATA_LBA);
    set(board, disk, ATA_STATUS, 1, 0x30);
    wait_for_disk(run, (struct ata *)disk, DISK_DATA_OUT);
    for (unsigned i = 0; i < words; i++)
        set(board, disk, ATA_DATA, 2, i * 0x1234u);
}

/*
 * A machine of whose parts each is in the middle of something: harts asleep and awake, a
 * sector half written, characters on the line and in both FIFOs, DMA channels within a
 * burst and within an endless chain, a virtio disk within a queue of requests.
 */
static struct run *busy_machine(uint64_t seed, uint64_t began)
{
    static const uint8_t text[] = "sixteen letters and more";
    struct run *run = random_machine(&full, seed);
    struct board *board = run->board[0];
    struct device *uart = board_device(board, "uart0");

    device_insert(board_device(board, "ata0"), NULL, UINT64_C(1000) * SECTOR);
    run_go(run, attempts(began));
    write_disk(run, (uint8_t)(seed * 100), 2 * SECTOR / 2);
    wait_for_disk(run, (struct ata *)board_device(board, "ata0"), DISK_READY);
    write_disk(run, (uint8_t)(seed * 50), 100);
    set(board, uart, UART_FCR, 1, 1);
    for (unsigned i = 0; i < 5; i++)
        set(board, uart, UART_THR, 1, text[i]);
    uart->type->input(uart, text, sizeof(text));
    board->hart[HART_MAX - 1].asleep = true;
    run_go(run, attempts(run_attempts(run) + 300));
    return run;
}

static bool has_running_channel(const struct board *board)
{
    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned c = 0; board->device[i]->type == &dma_type && c < DMA_CHANNELS;
             c++)
            if (((struct dma *)board->device[i])->channel[c].phase != DMA_PHASE_NONE)
                return true;
    return false;
}

START_TEST(the_machine_is_in_the_middle_of_things)
{
    struct run *run = busy_machine(1, 2000);
    const struct board *board = run->board[0];
    const struct uart *uart = (struct uart *)board_device(board, "uart0");
    const struct ata *ata = (struct ata *)board_device(board, "ata0");
    const struct virtio_blk *virtio =
        (struct virtio_blk *)board_device(board, "virtio0");

    ck_assert_uint_eq(ata->phase, DISK_DATA_OUT);
    ck_assert_uint_eq(ata->offset, 200);
    ck_assert(medium_changed(&ata->medium, 100));
    ck_assert_uint_gt(uart->send.count, 0);
    ck_assert_uint_gt(uart->wire.count + uart->take.count, 0);
    ck_assert(has_running_channel(board));
    ck_assert_uint_ne(virtio->state, VIRTIO_IDLE);
    ck_assert_uint_ne(virtio->state, VIRTIO_BROKEN);
    for (unsigned i = 0; device_types[i]; i++) {
        bool has = false;

        for (unsigned d = 0; d < board->devices; d++)
            has |= board->device[d]->type == device_types[i];
        ck_assert_msg(has, "the board of this test has no %s: add one",
                      device_types[i]->name);
    }
    run_free(run);
}
END_TEST

/* --- the table ------------------------------------------------------------------------------ */

/* Members that hold other members are looked at by those. */
static bool is_whole(const struct anatomy *anatomy, size_t i)
{
    const struct member *member = &anatomy->met[i].member;

    return i + 1 == anatomy->count || anatomy->met[i + 1].member.at < member->at ||
           anatomy->met[i + 1].member.at >= member->at + member->size;
}

/* What is wrong with how it is walked, a line of text; each member once. */
static void judge(const struct anatomy *anatomy, size_t i, struct buf *wrong)
{
    const struct met *met = &anatomy->met[i];
    char name[128];

    snprintf(name, sizeof(name), "\n%s.%s ", met->member.type, met->member.name);
    if (wrong->size && strstr(buf_str(wrong), name))
        return;
    if (met->row && met->row->reason != PART && met->visited)
        buf_printf(wrong, "%sstands in the table, but is walked", name);
    if (!met->row && is_whole(anatomy, i) && met->visited != met->member.size)
        buf_printf(wrong, "%shas %zu bytes, of which %zu are walked", name,
                   met->member.size, met->visited);
}

START_TEST(every_member_is_walked_or_stands_in_the_table)
{
    struct run *run = busy_machine(1, 2000);
    struct anatomy anatomy;
    struct buf wrong = {0};

    anatomy_of(&anatomy, run);
    if (is_bare(&anatomy))
        return;
    for (size_t i = 0; i < anatomy.count; i++)
        judge(&anatomy, i, &wrong);
    ck_assert_msg(wrong.size == 0, "walk it, or say in the table why not:%s",
                  buf_str(&wrong));
    ck_assert_uint_gt(anatomy.count, 1000);
    anatomy_release(&anatomy);
    run_free(run);
}
END_TEST

START_TEST(the_table_has_no_row_too_many)
{
    struct run *run = busy_machine(1, 2000);
    struct anatomy anatomy;

    anatomy_of(&anatomy, run);
    if (is_bare(&anatomy))
        return;
    for (size_t r = 0; r < COUNT(unwalked); r++) {
        size_t met = 0, walked = 0, left = 0;

        for (size_t i = 0; i < anatomy.count; i++) {
            if (anatomy.met[i].row != &unwalked[r])
                continue;
            met++;
            walked += anatomy.met[i].visited;
            left += anatomy.met[i].member.size - anatomy.met[i].visited;
        }
        ck_assert_msg(met > 0, "there is no %s any more", unwalked[r].member);
        ck_assert_msg(unwalked[r].reason != PART || (walked && left),
                      "%s is walked %s: no row is needed", unwalked[r].member,
                      walked ? "as a whole" : "not at all");
        ck_assert_str_ne(unwalked[r].because, "");
    }
    anatomy_release(&anatomy);
    run_free(run);
}
END_TEST

/* --- poison --------------------------------------------------------------------------------- */

static void save(struct run *run, struct buf *out)
{
    run_state(run, &(struct state){.mode = STATE_SAVE, .out = out});
}

static void load(struct run *run, const struct buf *in)
{
    struct state state = {
        .mode = STATE_LOAD, .in = (const unsigned char *)in->data, .left = in->size};

    run_state(run, &state);
    ck_assert(!state.short_input);
    ck_assert_uint_eq(state.left, 0);
}

/* No byte of its state is left, nor of what follows from it. Contents of RAM and of the
 * disk are those of another run. */
static void poison(struct run *run)
{
    struct anatomy anatomy;

    anatomy_of(&anatomy, run);
    for (size_t i = 0; i < anatomy.count; i++) {
        const struct met *met = &anatomy.met[i];
        bool derived = met->row && met->row->reason == DERIVED;

        if (derived || (met->visited == met->member.size && is_whole(&anatomy, i)))
            memset(met->member.at, 0xa5, met->member.size);
    }
    anatomy_release(&anatomy);
}

static void check_derived(struct run *original, struct run *restored)
{
    struct anatomy want, have;

    anatomy_of(&want, original);
    anatomy_of(&have, restored);
    ck_assert_uint_eq(want.count, have.count);
    for (size_t i = 0; i < want.count; i++)
        if (want.met[i].row && want.met[i].row->reason == DERIVED)
            ck_assert_msg(memcmp(want.met[i].member.at, have.met[i].member.at,
                                 want.met[i].member.size) == 0,
                          "%s is not found again when a state is loaded",
                          want.met[i].row->member);
    anatomy_release(&want);
    anatomy_release(&have);
}

static uint64_t go_on(struct run *run, struct told *told)
{
    *told = (struct told){0};
    event_listen(&run->events, (struct event_sink){EVENT_ALL, told_take, told});
    run_go(run, attempts(run_attempts(run) + 20000));
    event_unlisten(&run->events, told_take, told);
    return run_digest(run);
}

START_TEST(a_state_is_restored_over_poison)
{
    uint64_t seed = 1 + (uint64_t)_i;
    struct run *original = busy_machine(seed, 1500 + 777 * seed);
    struct run *restored = busy_machine(seed + 10, 900);
    struct buf saved = {0};
    struct told want, have;
    uint64_t digest;

    save(original, &saved);
    poison(restored);
    load(restored, &saved);
    ck_assert_uint_eq(run_digest(restored), run_digest(original));
    check_derived(original, restored);
    digest = go_on(original, &want);
    ck_assert_uint_eq(go_on(restored, &have), digest);
    ck_assert_uint_eq(have.count, want.count);
    ck_assert_uint_eq(have.digest, want.digest);
    buf_free(&saved);
    run_free(original);
    run_free(restored);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, the_machine_is_in_the_middle_of_things);
    tcase_add_test(tcase, every_member_is_walked_or_stands_in_the_table);
    tcase_add_test(tcase, the_table_has_no_row_too_many);
    tcase_add_loop_test(tcase, a_state_is_restored_over_poison, 0, 6);
}

TEST_MAIN("state coverage", add_tests)
