/*
 * Lanes of the whole run: at every scale they say what the events say, and a moment has
 * the same ones whether one came to it forwards, backwards or at once.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "control/subject.h"
#include "observe/lanes/rows.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <string.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"
#define GUEST    "tests/commands/guest.lua"

static const uint64_t widths[] = {100, 1000, 10000, 100000, 1000000};

/* --- bins against a list ------------------------------------------------------------------ */

enum { SPANS = 3000 };

struct added {
    uint64_t from, until;
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t listed(const struct added *added, uint64_t from, uint64_t until)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SPANS; i++) {
        uint64_t a = added[i].from > from ? added[i].from : from;
        uint64_t b = added[i].until < until ? added[i].until : until;

        sum += a < b ? b - a : 0;
    }
    return sum;
}

/* Short and long spans, near each other and far apart, none older than its bins. */
static uint64_t add_spans(struct lanes *lanes, struct added *added, uint64_t *random)
{
    uint64_t now = 0;

    for (unsigned i = 0; i < SPANS; i++) {
        uint64_t r = next_random(random);

        now += r % 16 == 0 ? (r >> 8) % 300000 : (r >> 8) % 60;
        added[i].from = now;
        added[i].until = now + 1 + (r % 64 == 1 ? (r >> 40) % 200000 : (r >> 40) % 20);
        lanes_add(lanes, LANES_BUS, 0, 'd', added[i].from, added[i].until);
        now = added[i].until;
    }
    return now;
}

START_TEST(bins_have_what_was_added_at_every_scale)
{
    struct added *added = alloc_zero(SPANS, sizeof(*added));
    struct board board = {.harts = 1};
    struct lanes *lanes = lanes_new(&board);
    uint64_t random = UINT64_C(88172645463325252) + (unsigned)_i;
    uint64_t now = add_spans(lanes, added, &random);

    for (unsigned w = 0; w < COUNT(widths); w++) {
        uint64_t width = widths[w], first = now / width;

        first = first >= LANES_BINS ? first - LANES_BINS + 1 : 0;
        for (uint64_t bin = first; bin <= now / width; bin += 1 + w % 2)
            ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, 'd', bin * width,
                                        (bin + 1) * width, now),
                              listed(added, bin * width, (bin + 1) * width));
    }
    for (uint64_t from = now / 50000 * 50000, n = 0; from >= 50000 && n < 200;
         from -= 50000, n++)
        ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, 'd', from, from + 50000, now),
                          listed(added, from, from + 50000));
    lanes_free(lanes);
    free(added);
}
END_TEST

START_TEST(what_is_long_ago_is_shared_out_from_wider_bins)
{
    struct board board = {.harts = 1};
    struct lanes *lanes = lanes_new(&board);

    lanes_add(lanes, LANES_BUS, 0, 'd', 0, 500);
    lanes_add(lanes, LANES_BUS, 0, 'd', 200000, 200001);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, 'd', 0, 1000, 200001), 500);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, 'd', 0, 100, 200001), 50);
    ck_assert_uint_eq(lanes_bin_at(0, 200001), 1000);
    ck_assert_uint_eq(lanes_bin_at(190000, 200001), 100);
    lanes_count(lanes, LANES_FAULT, 150);
    lanes_count(lanes, LANES_FAULT, 300000);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_EVENT, LANES_FAULT, '#', 0, 100, 300001),
                      1);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_EVENT, LANES_FAULT, '#', 100, 200, 300001),
                      0);
    lanes_free(lanes);
}
END_TEST

START_TEST(too_many_strips_are_counted_as_lost)
{
    struct board board = {.harts = 1};
    struct lanes *lanes = lanes_new(&board);

    for (unsigned i = 0; i < LANES_STRIPS + 3; i++)
        lanes_add(lanes, LANES_LINE, i % 256, (char)('a' + i / 256), 0, 10);
    ck_assert_uint_eq(lanes->strips, LANES_STRIPS);
    ck_assert_uint_eq(lanes->lost, 3);
    lanes_free(lanes);
}
END_TEST

/* Of waits there may be more cycles than a bin is wide. */
START_TEST(a_bin_that_is_full_stays_full)
{
    const uint64_t width = UINT64_C(1000000000);
    struct board board = {.harts = 1};
    struct lanes *lanes = lanes_new(&board);

    for (unsigned i = 0; i < 6; i++)
        lanes_add(lanes, LANES_BUS, 0, '~', 0, width);
    lanes_add(lanes, LANES_BUS, 0, '~', 0, 50);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, '~', 0, width, width), UINT32_MAX);
    lanes_free(lanes);
}
END_TEST

START_TEST(rows_that_have_no_room_are_counted)
{
    struct board board = {.harts = 1};
    struct lanes *lanes = lanes_new(&board);
    struct lane_row rows[LANE_ROWS];

    ck_assert_uint_eq(lane_rows(lanes, true, rows), 2);
    ck_assert_uint_eq(lane_rows_left_out(lanes, true), 0);
    for (unsigned i = 0; i < LANE_ROWS; i++)
        lanes_add(lanes, LANES_LINE, i, '1', 0, 10);
    ck_assert_uint_eq(lane_rows(lanes, true, rows), LANE_ROWS);
    ck_assert_uint_eq(lane_rows_left_out(lanes, true), 2);
    lanes_free(lanes);
}
END_TEST

/* --- a run ---------------------------------------------------------------------------------- */

struct stand {
    struct subject subject;
    struct timeline *time;
    struct lanes *lanes;
};

static void stand_up(struct stand *stand, const char *file, const char *variant)
{
    const struct timeline_settings settings = {.interval = 2000};
    const char *few = "sectors=8";
    struct buf diagnostics = {0};
    struct err err = {{0}};
    bool ok = subject_open(&stand->subject, file, variant, &few, variant != NULL,
                           &diagnostics, &err);

    ck_assert_msg(ok, "%s", err.text);
    buf_free(&diagnostics);
    stand->time = timeline_new(stand->subject.run, &settings);
    trial_attach(&stand->subject.trial, stand->time);
    stand->lanes = lanes_new(stand->subject.run->board[0]);
    lanes_join(stand->lanes, stand->time);
}

static void stand_down(struct stand *stand)
{
    timeline_free(stand->time);
    lanes_free(stand->lanes);
    subject_close(&stand->subject);
}

/* To the end, or that cycle. */
static void run_to(struct stand *stand, uint64_t cycle)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = cycle < stand->subject.cycles ? cycle : stand->subject.cycles;
    timeline_go(stand->time, limit, NULL);
}

/* --- against all events --------------------------------------------------------------------- */

/* Cycle by cycle: what a hart does, who has the bus, which lines are high. */
enum { CYCLES = 130000, SOURCES = 32 };

struct cycles {
    unsigned boards, vmid;
    uint8_t mode;
    bool asleep;
    uint64_t since, high_since[SOURCES];
    char hart[CYCLES];
    uint8_t bus[CYCLES][128], line[CYCLES][SOURCES];
    unsigned exits[CYCLES], rises[CYCLES];
};

static void put_hart(struct cycles *cycles, uint64_t until)
{
    static const char modes[] = {'U', 'S', '?', 'M'};
    char sign =
        cycles->mode & MODE_VIRTUAL ? (char)('0' + cycles->vmid) : modes[cycles->mode];

    for (uint64_t i = cycles->since; i < until && i < CYCLES; i++)
        cycles->hart[i] = cycles->asleep ? '\0' : sign;
    if (until > cycles->since)
        cycles->since = until;
}

static void put_slot(struct cycles *cycles, const struct event *event, char sign,
                     uint32_t price)
{
    for (uint64_t i = event->cycle; i < event->cycle + price && i < CYCLES; i++)
        cycles->bus[i][(int)sign]++;
}

static void put_line(struct cycles *cycles, unsigned source, bool level, uint64_t cycle)
{
    for (uint64_t i = cycles->high_since[source]; !level && i < cycle && i < CYCLES;
         i++)
        cycles->line[i][source] = 1;
    cycles->high_since[source] = level ? cycle : CYCLES;
    if (level && cycle < CYCLES)
        cycles->rises[cycle]++;
}

static char letter_of(uint8_t initiator)
{
    return initiator < INITIATOR_DMA      ? 'h'
           : initiator < INITIATOR_VIRTIO ? 'd'
           : initiator < INITIATOR_IOMMU  ? 'v'
                                          : 'i';
}

static void see(void *ctx, const struct event *event)
{
    struct cycles *cycles = ctx;

    switch ((int)event->kind) {
    case EVENT_TRAP_ENTER:
        put_hart(cycles, event->cycle);
        cycles->mode = event->trap_enter.to;
        break;
    case EVENT_TRAP_RETURN:
        put_hart(cycles, event->cycle);
        cycles->mode = event->trap_return.to;
        break;
    case EVENT_VM_ENTRY:
        cycles->vmid = event->vm_entry.vmid;
        break;
    case EVENT_VM_EXIT:
        cycles->exits[event->cycle % CYCLES]++;
        break;
    case EVENT_HART_SLEEP:
        put_hart(cycles, event->cycle);
        cycles->asleep = event->hart_sleep.asleep;
        break;
    case EVENT_BUS_WAIT:
        put_slot(cycles, event, '~', event->bus_wait.cycles);
        break;
    case EVENT_BUS_TRANSFER:
        put_slot(cycles, event, letter_of(event->bus_transfer.initiator),
                 event->bus_transfer.price);
        break;
    case EVENT_IRQ_LINE:
        put_line(cycles, event->irq_line.source % SOURCES, event->irq_line.level,
                 event->cycle);
        break;
    default:
        break;
    }
}

static void check_column(const struct lanes *lanes, const struct cycles *cycles,
                         uint64_t from, uint64_t until, uint64_t now)
{
    static const char owners[] = "dvi~";
    uint64_t exits = 0, rises = 0, mode[128] = {0};

    for (uint64_t i = from; i < until; i++) {
        exits += cycles->exits[i];
        rises += cycles->rises[i];
        mode[(int)cycles->hart[i]]++;
    }
    ck_assert_uint_eq(lanes_sum(lanes, LANES_EVENT, LANES_EXIT, '#', from, until, now),
                      exits);
    ck_assert_uint_eq(lanes_sum(lanes, LANES_EVENT, LANES_RISE, '#', from, until, now),
                      rises);
    for (const char *sign = "US123"; *sign; sign++)
        ck_assert_uint_eq(lanes_sum(lanes, LANES_HART, 0, *sign, from, until, now),
                          mode[(int)*sign]);
    /* In M-mode a handler may have been entered from there. */
    ck_assert_uint_eq(lanes_sum(lanes, LANES_HART, 0, 'M', from, until, now) +
                          lanes_sum(lanes, LANES_HART, 0, 't', from, until, now),
                      mode['M']);
    for (const char *owner = owners; *owner; owner++) {
        uint64_t slots = 0;

        for (uint64_t i = from; i < until; i++)
            slots += cycles->bus[i][(int)*owner];
        ck_assert_uint_eq(lanes_sum(lanes, LANES_BUS, 0, *owner, from, until, now),
                          slots);
    }
    for (unsigned source = 1; source < SOURCES; source++) {
        uint64_t high = 0;

        for (uint64_t i = from; i < until; i++)
            high += cycles->line[i][source];
        ck_assert_uint_eq(lanes_sum(lanes, LANES_LINE, source, '1', from, until, now),
                          high);
    }
}

static const struct {
    const char *file, *variant;
} runs[] = {{SCENARIO, "dma_steal"}, {SCENARIO, "interrupt"}, {GUEST, NULL}};

START_TEST(columns_have_what_the_events_say)
{
    struct cycles *cycles = alloc_zero(1, sizeof(*cycles));
    struct stand stand;
    uint64_t now, last;

    stand_up(&stand, runs[_i].file, runs[_i].variant);
    cycles->mode = hart_privilege(&stand.subject.run->board[0]->hart[0]);
    run_to(&stand, CYCLES - 1000);
    now = timeline_cycle(stand.time);
    last = now < CYCLES ? now : CYCLES;
    timeline_replay(stand.time, (struct moment){0}, timeline_now(stand.time),
                    (struct event_sink){EVENT_ALL, see, cycles});
    put_hart(cycles, now);
    for (unsigned source = 0; source < SOURCES; source++)
        if (cycles->high_since[source] && cycles->high_since[source] < CYCLES)
            put_line(cycles, source, false, now);
    for (uint64_t step = 100; step <= 10000; step *= step % 3 == 2 ? 2 : 5)
        for (uint64_t from = 0; from + step <= last; from += step)
            if (lanes_bin_at(from, now) <= step)
                check_column(stand.lanes, cycles, from, from + step, now);
    stand_down(&stand);
    free(cycles);
}
END_TEST

/* --- the same by every way -------------------------------------------------------------------- */

/* All bins of all strips, what goes on, and the last changes. */
static void check_same(const struct lanes *a, const struct lanes *b, uint64_t now)
{
    ck_assert_uint_eq(a->strips, b->strips);
    ck_assert_uint_eq(a->changes, b->changes);
    for (unsigned i = 0; i < a->strips; i++) {
        const struct lane_strip *strip = &a->strip[i];

        ck_assert_int_eq(strip->of, b->strip[i].of);
        ck_assert_int_eq(strip->index, b->strip[i].index);
        ck_assert_int_eq(strip->sign, b->strip[i].sign);
        for (unsigned w = 0; w < COUNT(widths); w++)
            for (uint64_t from = 0; from <= now; from += widths[w])
                ck_assert_uint_eq(lanes_sum(a, strip->of, strip->index, strip->sign,
                                            from, from + widths[w], now),
                                  lanes_sum(b, strip->of, strip->index, strip->sign,
                                            from, from + widths[w], now));
    }
    for (unsigned i = 0; i < LANES_CHANGES; i++) {
        ck_assert_uint_eq(a->change[i].from, b->change[i].from);
        ck_assert_uint_eq(a->change[i].until, b->change[i].until);
        ck_assert_int_eq(a->change[i].of, b->change[i].of);
        ck_assert_int_eq(a->change[i].index, b->change[i].index);
        ck_assert_int_eq(a->change[i].sign, b->change[i].sign);
    }
}

START_TEST(a_moment_has_the_same_lanes_however_one_comes_there)
{
    enum { MOMENTS = 6 };
    struct stand stand, late;
    struct lanes *seen[MOMENTS];
    struct moment at[MOMENTS], end;
    uint64_t cycle[MOMENTS];

    stand_up(&stand, runs[_i].file, runs[_i].variant);
    run_to(&stand, UINT64_MAX);
    end = timeline_now(stand.time);
    stand_down(&stand);
    stand_up(&stand, runs[_i].file, runs[_i].variant);
    for (unsigned i = 0; i < MOMENTS; i++) {
        timeline_seek(stand.time, (struct moment){.retired = end.retired * (i + 1) /
                                                             (MOMENTS + 1)});
        for (unsigned n = 0; n < 20; n++)
            timeline_step(stand.time);
        at[i] = timeline_now(stand.time);
        cycle[i] = timeline_cycle(stand.time);
        seen[i] = lanes_copy(stand.lanes);
    }
    run_to(&stand, UINT64_MAX);
    for (unsigned i = MOMENTS; i-- > 0;) {
        timeline_seek(stand.time, at[i]);
        timeline_step_back(stand.time);
        timeline_step(stand.time);
        check_same(stand.lanes, seen[i], cycle[i]);
        stand_up(&late, runs[_i].file, runs[_i].variant);
        timeline_seek(late.time, at[i]);
        check_same(late.lanes, seen[i], cycle[i]);
        stand_down(&late);
    }
    for (unsigned i = 0; i < MOMENTS; i++)
        lanes_free(seen[i]);
    stand_down(&stand);
}
END_TEST

START_TEST(steps_are_1_2_5_10)
{
    ck_assert_uint_eq(lane_step(0, 10), 1);
    ck_assert_uint_eq(lane_step(10, 10), 1);
    ck_assert_uint_eq(lane_step(11, 10), 2);
    ck_assert_uint_eq(lane_step(21, 10), 5);
    ck_assert_uint_eq(lane_step(51, 10), 10);
    ck_assert_uint_eq(lane_step(101, 10), 20);
    ck_assert_uint_eq(lane_step(1000000, 100), 10000);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, bins_have_what_was_added_at_every_scale, 0, 4);
    tcase_add_test(tcase, what_is_long_ago_is_shared_out_from_wider_bins);
    tcase_add_test(tcase, too_many_strips_are_counted_as_lost);
    tcase_add_test(tcase, a_bin_that_is_full_stays_full);
    tcase_add_test(tcase, rows_that_have_no_room_are_counted);
    tcase_add_loop_test(tcase, columns_have_what_the_events_say, 0, COUNT(runs));
    tcase_add_loop_test(tcase, a_moment_has_the_same_lanes_however_one_comes_there, 0,
                        COUNT(runs));
    tcase_add_test(tcase, steps_are_1_2_5_10);
}

TEST_MAIN("lanes", add_tests)
