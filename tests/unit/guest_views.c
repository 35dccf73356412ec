/*
 * What stands behind the views of guests, exits and counters: it follows from the moment
 * alone, and its sums are those of the machine.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "control/command/command.h"
#include "face/tui/view/bars.h"
#include "face/tui/watch/guests.h"
#include "face/tui/watch/meter.h"
#include "machine/board/board.h"
#include "observe/exits/guest_folds.h"
#include "observe/metrics.h"
#include "teach/compare/rows.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdlib.h>
#include <string.h>

#define GUEST "tests/commands/guest.lua"

static const char *const names[] = {"guests", "exit", "exits", "flame", "metrics"};

static void go(struct watched *watched, const char *line)
{
    watched_press(watched, ':', 1);
    watched_type(watched, line);
    watched->viewer.screen.sheet.open = false;
}

/* --- the same from everywhere ------------------------------------------------------------- */

/* All views of a moment, as text. */
static char *picture(struct watched *watched)
{
    struct buf text = {0};
    char *copy;

    viewer_look(&watched->viewer);
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct view *view = view_named(names[i]);
        struct view_state state = {.token = -1};
        struct canvas *canvas = canvas_new(20, 118, TIER_UTF8);

        view->draw(watched->viewer.watch, &state, canvas, (struct area){0, 0, 20, 118});
        canvas_read(canvas, &text);
        canvas_free(canvas);
    }
    copy = alloc_string(buf_str(&text));
    buf_free(&text);
    return copy;
}

static void check_same(char *first, char *again)
{
    ck_assert_msg(strcmp(first, again) == 0, "first:\n%s\nthen:\n%s", first, again);
    free(first);
    free(again);
}

enum { MOMENTS = 24, EVENTS = 29 /* between two */ };

/* Forwards event by event; back by jumps from the end; and at once, without having seen
 * anything before. */
START_TEST(a_moment_looks_the_same_however_one_comes_there)
{
    struct watched *watched = watched_new_scenario(GUEST), *late;
    struct timeline *time = watched->session.time;
    struct moment at[MOMENTS];
    char *first[MOMENTS];

    for (unsigned i = 0; i < MOMENTS; i++) {
        watched_press(watched, KEY_CODE_RIGHT, EVENTS + i % 3);
        at[i] = timeline_now(time);
        first[i] = picture(watched);
    }
    go(watched, "continue");
    late = watched_new_scenario(GUEST);
    for (unsigned i = MOMENTS; i-- > 0;) {
        char line[MOMENT_TEXT + 8] = "goto ", moment[MOMENT_TEXT];

        strcat(line, moment_text(moment, at[i], false));
        go(watched, line);
        ck_assert_int_eq(moment_compare(timeline_now(time), at[i]), 0);
        check_same(alloc_string(first[i]), picture(watched));
        if (i % 6 == 0) {
            go(late, line);
            check_same(alloc_string(first[i]), picture(late));
        }
        free(first[i]);
    }
    watched_free(watched);
    watched_free(late);
}
END_TEST

/* --- counters ------------------------------------------------------------------------------ */

static void check_series(const struct watch *watch, const struct metrics *metrics,
                         const char *name)
{
    for (int i = 0; i < METRICS; i++)
        if (strcmp(metric_infos[i].name, name) == 0)
            ck_assert_msg(
                meter_sum(&watch->meter, meter_named(name)) ==
                    metric_count(metrics, &metric_infos[i]),
                "%s at %llu: %llu over time, %llu in all", name,
                (unsigned long long)watch->cycle,
                (unsigned long long)meter_sum(&watch->meter, meter_named(name)),
                (unsigned long long)metric_count(metrics, &metric_infos[i]));
}

/* The sum over time is what the machine counts itself. */
static void check_counters(struct watched *watched)
{
    static const char *const counted[] = {
        "payload_bytes_dma",  "interrupts",           "bus_wait_cycles",
        "exceptions",         "vm_entries",           "vm_exits",
        "guest_cycles",       "asleep_cycles",        "awake_cycles",
        "virtio_requests",    "virtio_notifications", "virtio_interrupts",
        "iommu_translations", "iommu_faults"};
    const struct watch *watch = watched->viewer.watch;
    struct counters none = {0}, now;
    struct metrics metrics;
    struct tally tally = {.dma_bytes = 0};

    viewer_look(&watched->viewer); /* bytes of DMA are only told, not counted */
    tally.dma_bytes = meter_sum(&watch->meter, METER_DMA_BYTES);
    counters_read(&now, watch->run, &tally, watch->cycle);
    metrics_between(&metrics, &none, &now);
    for (size_t i = 0; i < COUNT(counted); i++)
        check_series(watch, &metrics, counted[i]);
}

START_TEST(counters_over_time_are_the_machines)
{
    static const char *const programs[] = {"tests/screens/dma.s", "tests/screens/pio.s",
                                           "tests/screens/virtio.s", GUEST};
    const char *path = programs[_i];
    struct watched *watched =
        strstr(path, ".lua") ? watched_new_scenario(path) : watched_new(path, 1);

    for (unsigned i = 0; i < 8; i++) {
        watched_press(watched, 'n', 40);
        check_counters(watched);
    }
    go(watched, "continue");
    check_counters(watched);
    watched_free(watched);
}
END_TEST

START_TEST(an_iommus_counters_are_the_machines)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;

    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = watched_new_on("tests/screens/iommu.s", &desc);
    go(watched, "continue");
    check_counters(watched);
    ck_assert_uint_gt(
        meter_sum(&watched->viewer.watch->meter, METER_IOMMU_TRANSLATIONS), 0);
    watched_free(watched);
}
END_TEST

/* --- the meter alone ----------------------------------------------------------------------- */

static struct event event_of(enum event_kind kind, uint64_t cycle)
{
    return (struct event){.kind = (uint8_t)kind, .cycle = cycle};
}

/* However long a run is, there are so many intervals, and nothing is lost. */
START_TEST(intervals_double_and_keep_their_sums)
{
    struct run *run = run_new();
    struct board_desc desc = board_virt;
    struct err err;
    struct board *board = run_add(run, &desc, &err);
    struct meter *meter = alloc_zero(1, sizeof(*meter));
    uint64_t end = 1000, events = 0;

    ck_assert_ptr_nonnull(board);
    meter_init(meter);
    for (; end < UINT64_C(1) << 40; end = end * 3 / 2, events++) {
        struct event event = event_of(EVENT_VM_EXIT, end);

        meter_take(meter, board, &event);
        meter_settle(meter, board, end);
        ck_assert_uint_eq(meter_sum(meter, METER_VM_EXITS), events + 1);
        ck_assert_uint_eq(meter_sum(meter, METER_AWAKE), end * board->harts);
        ck_assert_uint_le(meter->bins, METER_BINS);
        ck_assert_uint_gt(meter->width * METER_BINS, end);
    }
    free(meter);
    run_free(run);
}
END_TEST

/* A stretch is counted in each interval as long as it is there. */
START_TEST(cycles_are_in_the_intervals_in_which_they_pass)
{
    struct run *run = run_new();
    struct board_desc desc = board_virt;
    struct err err;
    struct board *board = run_add(run, &desc, &err);
    struct meter *meter = alloc_zero(1, sizeof(*meter));
    struct event sleeps = event_of(EVENT_HART_SLEEP, 100);
    struct event wakes = event_of(EVENT_HART_SLEEP, 300 - board->costs.wake);

    meter_init(meter);
    sleeps.hart_sleep.asleep = 1;
    meter_take(meter, board, &sleeps);
    meter_take(meter, board, &wakes);
    meter_settle(meter, board, 310);
    ck_assert_uint_eq(meter->bin[METER_AWAKE][0], 100);
    ck_assert_uint_eq(meter->bin[METER_ASLEEP][0], 25);
    ck_assert_uint_eq(meter->bin[METER_ASLEEP][1], 125);
    ck_assert_uint_eq(meter->bin[METER_ASLEEP][2], 50);
    ck_assert_uint_eq(meter->bin[METER_AWAKE][2], 10);
    free(meter);
    run_free(run);
}
END_TEST

/* --- one exit ------------------------------------------------------------------------------- */

static void check_way(struct watched *watched, uint64_t number)
{
    struct watch *watch = watched->viewer.watch;
    struct exits *exits = watch_exits(watch);
    const struct vm_exit *exit = exits_find(exits, number);
    struct exit_way *way = alloc_zero(1, sizeof(*way)),
                    *again = alloc_zero(1, sizeof(*way));
    uint64_t part[EXIT_PARTS] = {0}, until = exit->cycle;
    unsigned count = watch->count;

    exit_way_follow(way, watch, exit);
    ck_assert(way->known && way->marked);
    for (unsigned i = 0; i < way->pieces; i++) {
        ck_assert_uint_eq(way->piece[i].from, until);
        until = way->piece[i].until;
        part[way->piece[i].part] += until - way->piece[i].from;
    }
    ck_assert_uint_eq(until, exit->cycle + exit->cost.cycles);
    for (int i = 0; i < EXIT_PARTS; i++)
        ck_assert_uint_eq(part[i], exit->cost.part[i]); /* nobody else uses the bus */
    watch->count = watch->inside =
        0; /* as if it had been too long ago for the window */
    exit_way_follow(again, watch, exit);
    watch->count = count;
    ck_assert_uint_eq(way->pieces, again->pieces);
    for (unsigned i = 0; i < way->pieces; i++) {
        ck_assert_uint_eq(way->piece[i].until, again->piece[i].until);
        ck_assert_uint_eq(way->piece[i].part, again->piece[i].part);
    }
    ck_assert_int_eq(memcmp(way->insns, again->insns, sizeof(way->insns)), 0);
    ck_assert_uint_eq(way->acts, again->acts);
    ck_assert_uint_eq(way->tinst, again->tinst);
    free(again);
    free(way);
    exits_free(exits);
}

START_TEST(pieces_of_an_exit_are_all_of_it)
{
    struct watched *watched = watched_new_scenario(GUEST);
    uint64_t exits;

    go(watched, "continue");
    viewer_look(&watched->viewer);
    exits = watched->session.guests->exits.ended;
    ck_assert_uint_gt(exits, 10);
    for (uint64_t number = 1; number <= exits; number++)
        check_way(watched, number);
    watched_free(watched);
}
END_TEST

/* One that is under way has cost what has passed since it began. */
START_TEST(an_open_exit_costs_up_to_now)
{
    struct watched *watched = watched_new_scenario(GUEST);
    struct exits *exits;
    const struct vm_exit *exit;

    watched_until(watched, EVENT_VM_EXIT, 2);
    for (unsigned i = 0; i < 20; i++) {
        watched_press(watched, 'n', 1);
        viewer_look(&watched->viewer);
        exits = watch_exits(watched->viewer.watch);
        exit = exits_find(exits, 2);
        ck_assert(exit->open);
        ck_assert_uint_eq(exit->cycle + exit->cost.cycles,
                          watched->viewer.watch->cycle);
        exits_free(exits);
    }
    watched_free(watched);
}
END_TEST

/* --- bars ------------------------------------------------------------------------------------- */

START_TEST(bars_end_where_they_should)
{
    char text[BAR_PERCENT];

    ck_assert_int_eq(bar_end(0, 10, 40), 0);
    ck_assert_int_eq(bar_end(10, 10, 40), 40);
    ck_assert_int_eq(bar_end(11, 10, 40), 40);
    ck_assert_int_eq(bar_end(5, 10, 41), 21);
    ck_assert_int_eq(bar_end(5, 0, 40), 0);
    ck_assert_int_eq(bar_end(UINT64_MAX, UINT64_MAX, 40), 40);
    ck_assert_int_eq(bar_end(UINT64_MAX / 4, UINT64_MAX, 40), 10);
    ck_assert_str_eq(bar_percent(text, 1, 1000), "<1 %");
    ck_assert_str_eq(bar_percent(text, 0, 1000), "0 %");
    ck_assert_str_eq(bar_percent(text, 1000, 1000), "100 %");
}
END_TEST

/* --- the comparison ---------------------------------------------------------------------------- */

START_TEST(a_comparison_leaves_the_run_where_it_is)
{
    struct watched *watched = watched_new_scenario(GUEST);
    struct timeline *time = watched->session.time;
    struct moment before;
    uint64_t digest;

    watched_until(watched, EVENT_VM_EXIT, 2);
    before = timeline_now(time);
    digest = run_digest(watched->session.run);
    ck_assert_ptr_null(compare_kept(&watched->session));
    go(watched, "compare");
    ck_assert_ptr_nonnull(compare_kept(&watched->session));
    ck_assert_uint_eq(compare_kept(&watched->session)->chosen, 1);
    ck_assert_int_eq(moment_compare(timeline_now(time), before), 0);
    ck_assert_uint_eq(run_digest(watched->session.run), digest);
    go(watched, "compare"); /* once more: the last one is kept */
    ck_assert_ptr_nonnull(compare_kept(&watched->session));
    watched_free(watched);
}
END_TEST

START_TEST(a_program_cannot_be_compared)
{
    struct watched *watched = watched_new("tests/screens/dma.s", 1);
    struct reply reply = {0};
    struct err err = {{0}};

    ck_assert(!command_do(&watched->session, "compare", &reply, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no variants"));
    reply_release(&reply);
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_moment_looks_the_same_however_one_comes_there);
    tcase_add_loop_test(tcase, counters_over_time_are_the_machines, 0, 4);
    tcase_add_test(tcase, an_iommus_counters_are_the_machines);
    tcase_add_test(tcase, intervals_double_and_keep_their_sums);
    tcase_add_test(tcase, cycles_are_in_the_intervals_in_which_they_pass);
    tcase_add_test(tcase, pieces_of_an_exit_are_all_of_it);
    tcase_add_test(tcase, an_open_exit_costs_up_to_now);
    tcase_add_test(tcase, bars_end_where_they_should);
    tcase_add_test(tcase, a_comparison_leaves_the_run_where_it_is);
    tcase_add_test(tcase, a_program_cannot_be_compared);
}

TEST_MAIN("guest_views", add_tests)
