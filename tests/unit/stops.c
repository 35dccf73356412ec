/*
 * Breakpoints, watchpoints and catchpoints: what stops a run forwards stops it backwards,
 * at the same moments, with the same machine.
 */
#include "observe/ask/stops.h"
#include "tests/lib/journey.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

/* --- both ways --------------------------------------------------------------------------------------- */

/* Stops that are set together, on which machine, and how often they stop at least. */
static const struct both_ways {
    const char *variant, *stops;
    unsigned least;
} both_ways[] = {
    {"dma_burst", "break sum if s2 == 100; break interrupt", 3},
    {"dma_burst", "break 01-three-ways-to-copy.lua:84 if s2 % 1000 == 1", 4},
    {"dma_burst", "watch buffer, 64", 1},
    {"dma_burst", "watch buffer if cycle > 120000", 50},
    {"dma_burst", "watch iterations if s2 % 500 == 0", 10},
    {"dma_burst", "rwatch ring", 2},
    {"dma_burst", "awatch ring", 10},
    {"interrupt", "awatch next_byte", 16},
    {"interrupt", "rwatch u64[0x80210000]", 4},
    {"interrupt", "catch csr mstatus", 1},
    {"interrupt", "catch csr mie if value == 0x800", 1},
    {"interrupt", "catch irq 14", 60},
    {"interrupt", "catch irq ata0", 60},
    {"copy_burst", "catch irq dma0", 3},
    {"interrupt", "catch trap; catch trap-return", 30},
    {"interrupt", "catch trap external; break interrupt", 30},
    {"interrupt", "catch disk-phase if lba == 66", 2},
    {"interrupt", "catch register ata0.Command write", 2},
    {"dma_steal", "catch register dma0.Control[0]", 6},
    {"dma_steal", "catch dma-burst if left < 1000", 30},
    {"dma_steal", "catch bus-wait if cycles > 1", 10},
    {"dma_transparent", "catch dma-state if to == 7; watch 0x80210ff8", 3},
    {"copy_burst", "catch dma-descriptor; catch dma-done; catch finish", 3},
    {"harts", "break start+24 hart 2", 100},
    {"harts", "watch u64[count] if hart == 1", 100},
    {"harts_far", "watch u64[count] if hart == 1", 100},
    {"harts", "catch reservation; catch hart-sleep", 3},
    {"traps", "catch trap 8; catch trap load-access if epc != 0", 100},
    {"timer", "catch trap timer; catch hart-line; break arm", 100},
    {"pages", "watch u64p[0x80300000]; catch tlb-flush; catch walk-step if level == 2",
     20},
    {"small", "break idle; break trap; break copy", 3},
    {"small", "watch target; watch payload; awatch source", 5},
    {"guest", "catch vm-exit; catch vm-entry if away > 50; break leave", 30},
    {"guest", "catch csr hvip; catch csr vsepc; catch irq 10", 3},
    {"emulated_pio", "catch vm-exit if cause == 21 && gpa == 0x3200000", 100},
    {"emulated_dma", "catch csr hvip; catch irq 14", 10},
    {"virtio", "catch register ata0.Command write; catch vm-exit if cause == 23", 10},
    {"passthrough", "catch irq 23; catch trap external", 10},
    {"passthrough", "catch iommu-translate if pa != iova; catch dma-state", 20},
    {"passthrough", "watch u64p[0x8166e000]; catch marker if number == 19", 5},
    {"iommu", "catch iommu-fault; catch dma-error; catch vm-exit if cause >= 24", 3},
    {"virtio_disk", "catch virtio-chain; catch virtio-used; catch irq virtio0", 20},
    {"two_harts", "catch vm-exit if hart == 1; catch hart-sleep if hart == 0", 20},
};

static bool is_refused(const char *answer)
{
    return strstr(answer, "Error") != NULL;
}

static void to_stop(struct session *session, enum move_way way, void *ctx,
                    struct move *move)
{
    (void)ctx;
    move_continue(session, way, move);
}

START_TEST(what_stops_forwards_stops_backwards)
{
    const struct both_ways *row = &both_ways[_i];
    static struct journey forwards, back;
    struct talk talk;
    bool bounded;

    journey_open(&talk, row->variant);
    journey_do(&talk, row->stops);
    journey_go(&forwards, &talk.session, FORWARDS, to_stop, NULL, 150);
    ck_assert_msg(forwards.count >= row->least, "%s: %u stops", row->stops,
                  forwards.count);
    bounded = forwards.end == MOVE_STOPPED;
    journey_go(&back, &talk.session, BACKWARDS, to_stop, NULL, 151);
    ck_assert_int_eq(back.end, MOVE_BEGINNING);
    /* The end of the run can be where the last stop is. */
    if (!bounded && forwards.count == back.count + 1)
        bounded = moment_compare(forwards.place[forwards.count - 1].at,
                                 timeline_furthest(talk.session.time)) == 0;
    journey_same(&forwards, &back, bounded, row->stops);
    talk_close(&talk);
}
END_TEST

START_TEST(a_stop_changes_nothing)
{
    const struct both_ways *row = &both_ways[_i];
    struct talk with, without;

    journey_open(&with, row->variant);
    journey_open(&without, row->variant);
    journey_do(&with, row->stops);
    ck_assert_ptr_nonnull(strstr(journey_do(&with, "continue"), "point "));
    for (unsigned i = 0; i < 20; i++)
        journey_do(&with, "continue");
    journey_do(&with, "delete; run");
    journey_do(&without, "run");
    ck_assert_uint_eq(run_digest(with.session.run), run_digest(without.session.run));
    talk_close(&with);
    talk_close(&without);
}
END_TEST

/* --- counts, conditions, life ---------------------------------------------------------------------------- */

static struct stop *stop_number(struct talk *talk, unsigned number)
{
    struct stop *stop = stops_find(talk->session.stops, number);

    ck_assert_ptr_nonnull(stop);
    return stop;
}

START_TEST(hits_are_counted_forwards)
{
    struct talk talk;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "break interrupt; continue; continue; continue");
    ck_assert_uint_eq(stop_number(&talk, 1)->hits, 3);
    journey_do(&talk, "reverse-continue");
    ck_assert_uint_eq(stop_number(&talk, 1)->hits, 3);
    talk_close(&talk);
}
END_TEST

START_TEST(ignored_hits_are_passed_over_both_ways)
{
    struct talk plain, ignoring;
    uint64_t third;

    journey_open(&plain, "interrupt");
    journey_open(&ignoring, "interrupt");
    journey_do(&plain, "break interrupt; continue; continue; continue");
    third = run_digest(plain.session.run);
    journey_do(&ignoring, "break interrupt; ignore 1 2");
    ck_assert_str_eq(talk_do(&ignoring, "ignore 1 -1"),
                     "Error: ignore: '-1' is below 0: it is no count.\n");
    journey_do(&ignoring, "continue");
    ck_assert_uint_eq(run_digest(ignoring.session.run), third);
    ck_assert_uint_eq(stop_number(&ignoring, 1)->hits, 3);
    journey_do(&ignoring, "continue 3; ignore 1 2; reverse-continue");
    ck_assert_uint_eq(run_digest(ignoring.session.run), third);
    ck_assert_uint_eq(stop_number(&ignoring, 1)->ignore, 0);
    talk_close(&plain);
    talk_close(&ignoring);
}
END_TEST

START_TEST(a_temporary_breakpoint_stops_once)
{
    struct talk talk;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "tbreak interrupt");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), "Breakpoint 1: "));
    ck_assert_ptr_null(stops_find(talk.session.stops, 1));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), "exit code 0"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-continue"), "beginning"));
    talk_close(&talk);
}
END_TEST

START_TEST(a_temporary_breakpoint_stops_backwards_at_the_last_arrival)
{
    struct talk talk;
    uint64_t last;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "break interrupt; run; delete; goto end");
    journey_do(&talk, "break interrupt; reverse-continue");
    last = run_digest(talk.session.run);
    journey_do(&talk, "delete; goto end; tbreak interrupt; reverse-continue");
    ck_assert_uint_eq(run_digest(talk.session.run), last);
    ck_assert_uint_eq(stops_count(talk.session.stops), 0);
    talk_close(&talk);
}
END_TEST

START_TEST(a_disabled_breakpoint_does_not_stop)
{
    struct talk talk;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "break interrupt; break transfer_end; disable 1");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), "Breakpoint 2: "));
    journey_do(&talk, "enable 1");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-continue"), "point 1: "));
    talk_close(&talk);
}
END_TEST

START_TEST(a_condition_can_be_changed_and_taken_away)
{
    struct talk talk;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "break sum if s2 == 7; continue");
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 7);
    journey_do(&talk, "condition 1 s2 == 9; continue");
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 9);
    journey_do(&talk, "condition 1; continue");
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 10);
    talk_close(&talk);
}
END_TEST

START_TEST(a_condition_without_a_value_stops_and_says_so)
{
    static const char says[] = "The condition of 1 has no value here: division by 0.";
    struct talk talk;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "break sum if s2 == 3 ? 1 / 0 : s2 == 5");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 3);
    ck_assert_ptr_null(strstr(journey_do(&talk, "continue"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 5);
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-continue"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 3);
    talk_close(&talk);
}
END_TEST

/* As a breakpoint's does, in both directions: who waits for it learns why it never holds. */
START_TEST(until_ends_where_its_condition_has_no_value)
{
    static const char says[] = "The condition has no value here: division by 0.";
    struct talk talk;
    struct moment first;

    journey_open(&talk, "dma_burst");
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "until s2 == 3 ? 1 / 0 : s2 == 5"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 3);
    first = timeline_now(talk.session.time);
    ck_assert_ptr_null(strstr(journey_do(&talk, "until s2 == 5"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 5);
    ck_assert_ptr_nonnull(strstr(
        journey_do(&talk, "reverse-until s2 == 4 ? 0 : s2 == 3 && 1 / 0"), says));
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 3);
    ck_assert_int_gt(moment_compare(timeline_now(talk.session.time), first), 0);
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "goto start; until u32[0x40000000] == 1"),
               "The condition has no value here: nothing can be read at physical "
               "address 0x40000000."));
    talk_close(&talk);
}
END_TEST

/* A hart that only stands at a breakpoint has not arrived. */
START_TEST(a_hart_that_stands_there_does_not_arrive)
{
    struct talk talk;
    uint64_t before;

    journey_open(&talk, "small");
    journey_do(&talk, "break idle hart 1; continue");
    ck_assert_uint_eq(talk.session.hart, 1);
    before = talk.session.run->board[0]->hart[0].retired;
    /* Hart 1 sleeps there; hart 0 goes on to the end, and to `idle` itself. */
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), "exit code 0"));
    ck_assert_uint_gt(talk.session.run->board[0]->hart[0].retired, before);
    ck_assert_uint_eq(stop_number(&talk, 1)->hits, 1);
    talk_close(&talk);
}
END_TEST

/* --- what is told of a hit ---------------------------------------------------------------------------------- */

START_TEST(a_write_tells_who_wrote_and_what)
{
    struct talk talk;
    struct move move;

    journey_open(&talk, "small");
    journey_do(&talk, "watch target, 8");
    move_continue(&talk.session, FORWARDS, &move);
    ck_assert_int_eq(move.end, MOVE_STOPPED);
    ck_assert_uint_eq(move.hit[0].initiator, INITIATOR_HART);
    ck_assert_uint_eq(move.hit[0].before, 0);
    ck_assert_uint_eq(move.hit[0].after, UINT64_C(0x1122334455667788));
    journey_do(&talk, "delete; watch payload");
    move_continue(&talk.session, FORWARDS, &move);
    ck_assert_uint_eq(move.hit[0].initiator, INITIATOR_DMA);
    ck_assert_uint_eq(move.hit[0].after, UINT64_C(0x1122334455667788));
    /* Another hart stopped than the session was about. */
    journey_do(&talk, "delete; goto start; break idle");
    move_continue(&talk.session, FORWARDS, &move);
    ck_assert(move.other_hart);
    ck_assert_uint_eq(talk.session.hart, 1);
    talk_close(&talk);
}
END_TEST

START_TEST(of_a_large_range_the_bytes_that_were_written_are_told)
{
    struct talk talk;
    struct move move;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "watch buffer; ignore 1 1");
    move_continue(&talk.session, FORWARDS, &move);
    ck_assert_uint_eq(move.hit[0].pa, 0x80210040);
    ck_assert_uint_eq(move.hit[0].before, 0);
    ck_assert_uint_ne(move.hit[0].after, 0);
    talk_close(&talk);
}
END_TEST

/* --- what is refused ------------------------------------------------------------------------------------------ */

START_TEST(what_cannot_be_watched_is_refused_with_a_reason)
{
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"break nowhere", "'nowhere'"},
        {"break other.s:12", "no source file 'other.s'"},
        {"break 1000000", "no code at line 1000000"},
        {"break main hart 9", "no hart"},
        {"break *0x80000003", "0x80000003 is odd: no instruction begins there"},
        {"break main if", "no CONDITION given"},
        {"break main if a0 ==", "a value is missing"},
        {"watch target if value == 1", "'value'"},
        {"break main if nosuch == 1", "'nosuch'"},
        {"watch a0", "is a register"},
        {"watch 0x10000000", "not in RAM"},
        {"watch target, 0", "no bytes"},
        {"watch target 8", "not understood"},
        {"rwatch mie", "only its writes"},
        {"catch csr nosuch", "no CSR"},
        {"catch register dma0.Control[0].run", "a field of one"},
        {"catch irq 0", "no interrupt 0"},
        {"catch irq 96", "no interrupt 96"},
        {"catch irq finisher", "no interrupt line"},
        {"catch nosuch", "no kind of event"},
        {"catch dma-error if nosuch == 2", "'nosuch'"},
        {"catch register a0", "no register of a device"},
        {"catch trap nonsense", "no trap is called"},
        {"delete 4", "no breakpoint"},
        {"condition 4 1", "no breakpoint"},
        {"ignore 1", "no breakpoint"},
    };
    struct talk talk;

    journey_open(&talk, "small");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *answer = talk_do(&talk, rows[i].line);

        ck_assert_msg(is_refused(answer) && strstr(answer, rows[i].says),
                      "%s: should say '%s', says %s", rows[i].line, rows[i].says,
                      answer);
    }
    ck_assert_uint_eq(stops_count(talk.session.stops), 0);
    talk_close(&talk);
}
END_TEST

START_TEST(there_may_be_so_many_breakpoints_and_no_more)
{
    struct talk talk;
    char line[64];

    journey_open(&talk, "small");
    for (unsigned i = 0; i < STOPS_ARRIVALS; i++) {
        snprintf(line, sizeof(line), "break *0x%x", 0x80100000 + 4 * i);
        journey_do(&talk, line);
    }
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "break copy"), "take no more"));
    journey_do(&talk, "disable 1; break copy");
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "enable 1"), "take no more"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), "copy"));
    talk_close(&talk);
}
END_TEST

START_TEST(the_list_says_what_there_is)
{
    struct talk talk;
    const char *list;

    journey_open(&talk, "small");
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "info breakpoints"), "There are no breakpoints"));
    journey_do(&talk, "break copy if a0 != 0; watch payload; catch dma-done");
    journey_do(&talk, "continue; disable 3");
    list = journey_do(&talk, "info breakpoints");
    ck_assert_ptr_nonnull(strstr(list, "1  breakpoint  yes         1"));
    ck_assert_ptr_nonnull(strstr(list, "a0 != 0"));
    ck_assert_ptr_nonnull(strstr(list, "256"));
    ck_assert_ptr_nonnull(strstr(list, "3  catchpoint  no"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "disable 1 2 1"), "2 disabled"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "delete 1 1"), "1 deleted"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "delete"), "2 deleted"));
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    int rows = (int)(sizeof(both_ways) / sizeof(both_ways[0]));

    tcase_add_loop_test(tcase, what_stops_forwards_stops_backwards, 0, rows);
    tcase_add_loop_test(tcase, a_stop_changes_nothing, 0, rows);
    tcase_add_test(tcase, hits_are_counted_forwards);
    tcase_add_test(tcase, ignored_hits_are_passed_over_both_ways);
    tcase_add_test(tcase, a_temporary_breakpoint_stops_once);
    tcase_add_test(tcase, a_temporary_breakpoint_stops_backwards_at_the_last_arrival);
    tcase_add_test(tcase, a_disabled_breakpoint_does_not_stop);
    tcase_add_test(tcase, a_condition_can_be_changed_and_taken_away);
    tcase_add_test(tcase, a_condition_without_a_value_stops_and_says_so);
    tcase_add_test(tcase, until_ends_where_its_condition_has_no_value);
    tcase_add_test(tcase, a_hart_that_stands_there_does_not_arrive);
    tcase_add_test(tcase, a_write_tells_who_wrote_and_what);
    tcase_add_test(tcase, of_a_large_range_the_bytes_that_were_written_are_told);
    tcase_add_test(tcase, what_cannot_be_watched_is_refused_with_a_reason);
    tcase_add_test(tcase, there_may_be_so_many_breakpoints_and_no_more);
    tcase_add_test(tcase, the_list_says_what_there_is);
}

TEST_MAIN("stops", add_tests)
