/*
 * Moving: the places that steps lead to forwards are those that they lead to backwards, the
 * same machine at each, whatever the step is.
 */
#include "control/moves.h"
#include "control/calls.h"
#include "tests/lib/journey.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

static const char *const machines[] = {"poll",  "interrupt", "dma_burst", "dma_steal",
                                       "traps", "timer",     "harts",     "harts_far",
                                       "pages", "patches",   "small",     "guest"};

enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

static uint64_t symbol(const struct talk *talk, const char *name)
{
    const struct symbol *found = symbols_named(talk->session.subject.symbols, name);

    ck_assert_msg(found != NULL, "no symbol %s", name);
    return found->address;
}

static uint64_t pc(const struct talk *talk)
{
    return session_hart(&talk->session)->pc;
}

/* --- on and back -------------------------------------------------------------------------------------- */

START_TEST(so_many_instructions_on_and_back_are_the_same_machine)
{
    static const uint64_t counts[] = {1, 2, 7, 30, 1999, 5000};
    struct talk talk;
    struct move move;
    size_t i;

    journey_open(&talk, machines[_i]);
    journey_do(&talk, "stepi 20");
    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        uint64_t before = run_digest(talk.session.run), after;

        move_instructions(&talk.session, FORWARDS, counts[i], &move);
        after = run_digest(talk.session.run);
        if (move.end != MOVE_DONE) /* the run has ended */
            break;
        ck_assert_uint_eq(move.done, counts[i]);
        ck_assert_uint_ne(after, before);
        move_instructions(&talk.session, BACKWARDS, counts[i], &move);
        ck_assert_int_eq(move.end, MOVE_DONE);
        ck_assert_uint_eq(run_digest(talk.session.run), before);
        move_instructions(&talk.session, FORWARDS, counts[i], &move);
        ck_assert_uint_eq(run_digest(talk.session.run), after);
    }
    ck_assert_uint_ge(i, 4); /* the shortest run has ended by then */
    talk_close(&talk);
}
END_TEST

START_TEST(one_at_a_time_is_the_same_as_all_at_once)
{
    struct talk talk;
    struct move move;
    uint64_t all, beginning;

    journey_open(&talk, machines[_i]);
    beginning = run_digest(talk.session.run);
    move_instructions(&talk.session, FORWARDS, 60, &move);
    all = run_digest(talk.session.run);
    ck_assert_uint_eq(move.done, 60);
    ck_assert_uint_ne(all, beginning);
    move_instructions(&talk.session, BACKWARDS, 60, &move);
    ck_assert_uint_eq(run_digest(talk.session.run), beginning);
    for (unsigned i = 0; i < 60; i++)
        move_instructions(&talk.session, FORWARDS, 1, &move);
    ck_assert_uint_eq(run_digest(talk.session.run), all);
    for (unsigned i = 0; i < 60; i++)
        move_instructions(&talk.session, BACKWARDS, 1, &move);
    ck_assert_uint_eq(run_digest(talk.session.run), beginning);
    move_instructions(&talk.session, BACKWARDS, 1, &move);
    ck_assert_int_eq(move.end, MOVE_BEGINNING);
    talk_close(&talk);
}
END_TEST

static void one_step(struct session *session, enum move_way way, void *ctx,
                     struct move *move)
{
    const struct step_form *form = ctx;

    move_steps(session, way, *form, 1, move);
}

static const struct step_form forms[] = {
    {false, false}, {false, true}, {true, false}, {true, true}};

static const char *const form_names[] = {"stepi", "nexti", "step", "next"};

/* From where lines begin; passing over interrupts, calls and exceptions. */
START_TEST(every_kind_of_step_goes_back_the_way_it_came)
{
    static struct journey forwards, back;
    struct step_form form = forms[_i % 4];
    struct talk talk;
    char what[64];

    snprintf(what, sizeof(what), "%s of %s", form_names[_i % 4], machines[_i / 4]);
    journey_open(&talk, machines[_i / 4]);
    journey_go(&forwards, &talk.session, FORWARDS, one_step, &form, 120);
    ck_assert_msg(forwards.count > 5, "%s", what);
    if (forwards.end != MOVE_DONE) /* the run has ended: its end is no place */
        one_step(&talk.session, BACKWARDS, &form, &(struct move){0});
    journey_go(&back, &talk.session, BACKWARDS, one_step, &form, forwards.count - 1);
    journey_same(&forwards, &back, 1, what);
    talk_close(&talk);
}
END_TEST

START_TEST(several_steps_are_as_many_single_ones)
{
    static struct journey single;
    struct step_form form = forms[_i % 4];
    struct talk talk;
    struct move move;
    unsigned there;

    journey_open(&talk, machines[_i / 4]);
    journey_go(&single, &talk.session, FORWARDS, one_step, &form, 60);
    ck_assert_uint_gt(single.count, 5);
    there = single.count < 40 ? single.count : 40;
    journey_do(&talk, "goto start");
    move_steps(&talk.session, FORWARDS, form, there, &move);
    ck_assert_uint_eq(run_digest(talk.session.run), single.place[there - 1].digest);
    move_steps(&talk.session, BACKWARDS, form, there - 1, &move);
    ck_assert_uint_eq(run_digest(talk.session.run), single.place[0].digest);
    talk_close(&talk);
}
END_TEST

/* --- units ------------------------------------------------------------------------------------------------ */

static void one_unit(struct session *session, enum move_way way, void *ctx,
                     struct move *move)
{
    move_by_unit(session, way, ctx, 1, move);
}

static const struct move_unit *unit_named(const char *name)
{
    const struct move_unit *unit = move_units;

    while (unit->name && strcmp(unit->name, name) != 0)
        unit++;
    ck_assert_ptr_nonnull(unit->name);
    return unit;
}

static const struct {
    const char *variant, *unit;
    unsigned least;
} unit_rows[] = {
    {"dma_burst", "instruction", 100},
    {"dma_burst", "line", 100},
    {"dma_burst", "event", 100},
    {"dma_burst", "transaction", 100},
    {"dma_burst", "burst", 100},
    {"dma_steal", "burst", 100},
    {"copy_burst", "descriptor", 1},
    {"dma_burst", "descriptor", 2},
    {"interrupt", "command", 2},
    {"dma_burst", "command", 4},
    {"interrupt", "interrupt", 16},
    {"traps", "trap", 100},
    {"traps", "return", 100},
    {"timer", "interrupt", 30},
    {"pages", "transaction", 100},
    {"harts", "event", 100},
    {"harts_far", "transaction", 100},
    {"small", "burst", 4},
    {"guest", "event", 100},
    {"guest", "transaction", 100},
    {"guest", "trap", 60},
    {"guest", "return", 60},
    {"emulated_pio", "trap", 100},
    {"emulated_dma", "return", 50},
    {"virtio", "interrupt", 4},
    {"virtio", "command", 3},
    {"virtio_disk", "command", 12},
    {"passthrough", "burst", 16},
    {"two_harts", "interrupt", 6},
    {"iommu", "command", 4},
};

START_TEST(every_unit_goes_back_the_way_it_came)
{
    static struct journey forwards, back;
    struct move_unit unit = *unit_named(unit_rows[_i].unit);
    struct talk talk;

    journey_open(&talk, unit_rows[_i].variant);
    journey_go(&forwards, &talk.session, FORWARDS, one_unit, &unit, 130);
    ck_assert_msg(forwards.count >= unit_rows[_i].least, "%s: %u", unit.name,
                  forwards.count);
    journey_go(&back, &talk.session, BACKWARDS, one_unit, &unit,
               forwards.count - (forwards.end == MOVE_DONE));
    /* Having run out of them, the last one lies before the end of the run. */
    journey_same(&forwards, &back, forwards.end == MOVE_DONE, unit.name);
    talk_close(&talk);
}
END_TEST

START_TEST(a_unit_is_found_when_there_are_stops_too)
{
    static struct journey plain, with;
    struct move_unit unit = *unit_named("burst");
    struct talk talk;

    journey_open(&talk, "dma_burst");
    journey_go(&plain, &talk.session, FORWARDS, one_unit, &unit, 20);
    ck_assert_uint_eq(plain.count, 20);
    journey_do(&talk, "goto start; break failed");
    journey_go(&with, &talk.session, FORWARDS, one_unit, &unit, 20);
    ck_assert_uint_eq(with.count, 20);
    for (unsigned i = 0; i < 20; i++)
        ck_assert_uint_eq(with.place[i].digest, plain.place[i].digest);
    journey_go(&with, &talk.session, BACKWARDS, one_unit, &unit, 19);
    journey_same(&plain, &with, 1, "burst");
    talk_close(&talk);
}
END_TEST

/* --- calls and traps ---------------------------------------------------------------------------------------- */

START_TEST(next_passes_over_a_call)
{
    struct talk talk;
    uint64_t call;

    journey_open(&talk, "small");
    journey_do(&talk, "until main; next; next");
    call = pc(&talk);
    journey_do(&talk, "next");
    ck_assert_uint_eq(pc(&talk), call + 8);
    journey_do(&talk, "reverse-next");
    ck_assert_uint_eq(pc(&talk), call);
    journey_do(&talk, "step");
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "copy"));
    journey_do(&talk, "finish");
    ck_assert_uint_eq(pc(&talk), call + 8);
    talk_close(&talk);
}
END_TEST

START_TEST(next_stops_at_a_breakpoint_inside_the_call)
{
    struct talk talk;

    journey_open(&talk, "small");
    journey_do(&talk, "until main; next; next; break copy+8");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "next"), "Breakpoint 1: "));
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "copy") + 8);
    journey_do(&talk, "finish");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-next"), "Breakpoint 1: "));
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "copy") + 8);
    talk_close(&talk);
}
END_TEST

START_TEST(next_passes_over_an_interrupt)
{
    struct talk talk;
    uint64_t at, interrupts;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "su interrupt; reverse-stepi");
    at = pc(&talk);
    interrupts = session_hart(&talk.session)->interrupts;
    journey_do(&talk, "nexti 2");
    ck_assert_uint_eq(session_hart(&talk.session)->interrupts, interrupts + 1);
    ck_assert_uint_lt(pc(&talk) - at, 16);
    journey_do(&talk, "reverse-nexti 2");
    ck_assert_uint_eq(pc(&talk), at);
    ck_assert_uint_eq(session_hart(&talk.session)->interrupts, interrupts);
    talk_close(&talk);
}
END_TEST

START_TEST(finish_leaves_the_function_and_then_the_handler)
{
    struct talk talk;
    uint64_t trapped, behind;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "break interrupt; continue; delete");
    trapped = session_hart(&talk.session)->csr.mepc;
    behind = session_hart(&talk.session)->x[1];
    journey_do(&talk, "finish");
    ck_assert_uint_eq(pc(&talk), behind);
    journey_do(&talk, "finish");
    ck_assert_uint_eq(pc(&talk), trapped);
    /* And in again: the whole handler is one step back. */
    journey_do(&talk, "reverse-nexti");
    ck_assert_uint_ne(pc(&talk), symbol(&talk, "trap"));
    talk_close(&talk);
}
END_TEST

START_TEST(finish_leaves_a_function_that_returns_by_another_register)
{
    struct talk talk;
    uint64_t behind;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "until transfer");
    behind = session_hart(&talk.session)->x[1];
    journey_do(&talk, "stepi; finish"); /* jr s5 */
    ck_assert_uint_eq(pc(&talk), behind);
    talk_close(&talk);
}
END_TEST

START_TEST(finish_backwards_from_where_nothing_led_says_so)
{
    struct talk talk;

    journey_open(&talk, "interrupt");
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "stepi; reverse-finish"),
               "There is no call or trap that led here before this moment; hart 0"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-step-unit burst"),
                                 "There is no burst before this moment; hart 0"));
    talk_close(&talk);
}
END_TEST

START_TEST(finish_backwards_goes_to_the_call_and_to_before_the_trap)
{
    struct talk talk;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "until read_sector; stepi 100; reverse-finish");
    journey_do(&talk, "stepi");
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "read_sector"));
    journey_do(&talk, "reverse-finish; reverse-finish; reverse-finish");
    ck_assert_uint_eq(session_hart(&talk.session)->interrupts, 0);
    journey_do(&talk, "stepi");
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "trap"));
    talk_close(&talk);
}
END_TEST

/* Inside a step there is something to undo, if it is the hart's own. */
START_TEST(back_from_inside_a_step_undoes_it_if_it_is_the_harts)
{
    struct talk talk;
    uint64_t steps;

    journey_open(&talk, "pages");
    journey_do(&talk, "until super; step-event walk-step");
    ck_assert_uint_ne(timeline_inside(talk.session.time), 0);
    steps = hart_steps(session_hart(&talk.session));
    journey_do(&talk, "reverse-stepi");
    ck_assert_uint_eq(timeline_inside(talk.session.time), 0);
    ck_assert_uint_eq(hart_steps(session_hart(&talk.session)), steps);
    talk_close(&talk);
    journey_open(&talk, "dma_burst");
    journey_do(&talk, "run; reverse-step-event dma-done");
    ck_assert_uint_ne(timeline_inside(talk.session.time), 0);
    steps = hart_steps(session_hart(&talk.session));
    journey_do(&talk, "reverse-stepi");
    ck_assert_uint_eq(hart_steps(session_hart(&talk.session)), steps - 1);
    talk_close(&talk);
}
END_TEST

/* --- until, goto, ends ------------------------------------------------------------------------------------------ */

START_TEST(until_goes_to_places_and_conditions_both_ways)
{
    struct talk talk;
    uint64_t first;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "until sum");
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "sum"));
    journey_do(&talk, "until s2 == 77");
    ck_assert_uint_eq(session_hart(&talk.session)->x[18], 77);
    first = run_digest(talk.session.run);
    journey_do(&talk, "until s2 == 80; reverse-until s2 == 77 && pc == sum+24");
    ck_assert_uint_eq(run_digest(talk.session.run), first);
    journey_do(&talk, "until cycle > 010000");
    ck_assert_uint_gt(run_cycle(talk.session.run), 10000);
    ck_assert_uint_lt(run_cycle(talk.session.run), 10020);
    journey_do(&talk, "reverse-until transfer");
    ck_assert_uint_eq(pc(&talk), symbol(&talk, "transfer"));
    talk_close(&talk);
}
END_TEST

START_TEST(a_condition_on_cycles_is_met_alike_by_limit_and_by_looking)
{
    struct talk talk;
    uint64_t by_limit;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "until cycle >= 20000");
    by_limit = run_digest(talk.session.run);
    journey_do(&talk, "goto start; until cycle >= 20,000");
    ck_assert_uint_eq(run_digest(talk.session.run), by_limit);
    journey_do(&talk, "goto start; until cycle >= 20000 && 1");
    ck_assert_uint_eq(run_digest(talk.session.run), by_limit);
    talk_close(&talk);
}
END_TEST

START_TEST(goto_goes_to_cycles_moments_and_marks)
{
    struct talk talk;
    uint64_t there;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "goto #1000; mark here");
    there = run_digest(talk.session.run);
    ck_assert_uint_eq(talk.session.run->events.retired, 1000);
    journey_do(&talk, "goto 50000");
    ck_assert_uint_ge(run_cycle(talk.session.run), 50000);
    journey_do(&talk, "goto here");
    ck_assert_uint_eq(run_digest(talk.session.run), there);
    journey_do(&talk, "goto end; goto #1,000");
    ck_assert_uint_eq(run_digest(talk.session.run), there);
    journey_do(&talk, "goto start");
    ck_assert_uint_eq(talk.session.run->events.retired, 0);
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "goto #100000000"), "has ended with exit code 0"));
    talk_close(&talk);
}
END_TEST

START_TEST(a_move_says_how_the_run_ended)
{
    static const struct {
        const char *variant, *says;
    } rows[] = {
        {"dma_burst", "The run has ended with exit code 0; hart 0 is at off+"},
        {"sleeps", "Nothing can happen any more: every hart waits"},
    };
    struct talk talk;

    journey_open(&talk, rows[_i].variant);
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "run"), rows[_i].says));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "stepi"), rows[_i].says));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-continue"),
                                 "This is the beginning of the run"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "continue"), rows[_i].says));
    talk_close(&talk);
}
END_TEST

START_TEST(the_limit_of_the_scenario_ends_moves)
{
    struct talk talk;

    talk_open(&talk, talk_loop, "");
    talk.session.subject.cycles = 5000;
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "run"), "limit of 5,000 cycles"));
    ck_assert_uint_lt(run_cycle(talk.session.run), 5010);
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "step-event dma-burst"), "limit"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "goto 100000"), "limit"));
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "stepi 10"), "limit"));
    talk_close(&talk);
}
END_TEST

START_TEST(an_event_back_that_was_never_is_not_found)
{
    struct talk talk;
    uint64_t here;

    journey_open(&talk, "poll");
    journey_do(&talk, "goto #5000");
    here = run_digest(talk.session.run);
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "reverse-step-event dma-burst"),
                                 "There is no dma-burst before this moment; "));
    ck_assert_uint_eq(run_digest(talk.session.run), here);
    talk_close(&talk);
}
END_TEST

/* The moments inside the step that ends the run are moments as others are. */
START_TEST(events_are_stepped_back_over_from_the_end_of_the_run)
{
    struct talk talk;
    char first[256];

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "run; reverse-step-event finish");
    ck_assert_uint_ne(timeline_inside(talk.session.time), 0);
    ck_assert(!talk.session.run->board[0]->finished);
    journey_do(&talk, "goto end");
    snprintf(first, sizeof(first), "%s",
             journey_do(&talk, "reverse-step-event mmio-write"));
    ck_assert_ptr_nonnull(strstr(first, "FINISH"));
    ck_assert_ptr_nonnull(strstr(first, "inside a step"));
    ck_assert_str_ne(journey_do(&talk, "reverse-step-event mmio-write"), first);
    talk_close(&talk);
}
END_TEST

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

START_TEST(an_event_that_was_not_looked_for_to_the_end_may_be_there)
{
    struct talk talk;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "run");
    timeline_set_interrupt(talk.session.time, (struct interrupt){always, NULL});
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "reverse-step-event dma-done"), "Interrupted"));
    talk_close(&talk);
}
END_TEST

static bool comes_once(void *ctx)
{
    unsigned *left = ctx;

    return *left && --*left == 0;
}

static const char *const moves_back[] = {
    "reverse-stepi 40000",
    "reverse-continue",
    "reverse-next 40",
    "reverse-finish",
    "reverse-step-event csr-write",
    "reverse-step-event disk-command 3",
    "reverse-until cycle < 2000",
    "goto #50",
    "goto 2000",
};

/* At whichever look somebody interrupts: the move is done, or the viewer is where it was. */
START_TEST(a_move_back_that_is_interrupted_ends_where_it_began)
{
    struct talk talk;
    uint64_t there, goal;
    unsigned after = 0, left = 0, interrupted = 0;

    journey_open(&talk, "interrupt");
    journey_do(&talk, "run; break *0x80000040 if s1 == 1; catch disk-command");
    there = run_digest(talk.session.run);
    journey_do(&talk, moves_back[_i]);
    goal = run_digest(talk.session.run);
    ck_assert_uint_ne(goal, there);
    while (left == 0) {
        const char *answer;

        journey_do(&talk, "goto end");
        ck_assert_uint_eq(run_digest(talk.session.run), there);
        after += 1 + after / 2;
        left = after;
        timeline_set_interrupt(talk.session.time,
                               (struct interrupt){comes_once, &left});
        answer = talk_do(&talk, moves_back[_i]);
        timeline_set_interrupt(talk.session.time, (struct interrupt){NULL, NULL});
        if (left)
            ck_assert_uint_eq(run_digest(talk.session.run), goal);
        else
            ck_assert_msg(strstr(answer, "Interrupted"), "%s: %u: %s", moves_back[_i],
                          after, answer);
        if (!left)
            ck_assert_uint_eq(run_digest(talk.session.run), there);
        interrupted += !left;
    }
    ck_assert_uint_gt(interrupted, 1);
    talk_close(&talk);
}
END_TEST

START_TEST(events_are_counted_with_a_kind_or_without)
{
    struct talk talk;
    struct moment third;

    journey_open(&talk, "small");
    journey_do(&talk, "step-event; step-event; step-event");
    third = timeline_now(talk.session.time);
    journey_do(&talk, "goto start");
    journey_do(&talk, "step-event 3");
    ck_assert_int_eq(moment_compare(timeline_now(talk.session.time), third), 0);
    journey_do(&talk, "reverse-step-event insn 2");
    ck_assert_uint_eq(talk.session.run->events.retired, third.retired - 2);
    /* Of more than there are, the first is told. */
    journey_do(&talk, "goto #3");
    ck_assert_ptr_nonnull(
        strstr(journey_do(&talk, "reverse-step-event insn 9"), "executes auipc t0"));
    talk_close(&talk);
}
END_TEST

START_TEST(bad_moves_are_refused)
{
    static const char *const lines[] = {"stepi 0",
                                        "stepi x",
                                        "stepi -1",
                                        "reverse-stepi -1",
                                        "continue 0xffffffffffffffff",
                                        "step-event nosuch",
                                        "step-unit bar",
                                        "step-unit",
                                        "goto nowhere",
                                        "goto",
                                        "until",
                                        "until a0 ==",
                                        "until nosuch > 3",
                                        "finish 3",
                                        "step-event 0"};
    struct talk talk;

    journey_open(&talk, "small");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        ck_assert_msg(strncmp(talk_do(&talk, lines[i]), "Error: ", 7) == 0, "%s",
                      lines[i]);
    ck_assert_uint_eq(talk.session.run->events.retired, 0);
    talk_close(&talk);
}
END_TEST

/* --- several harts -------------------------------------------------------------------------------------------------- */

START_TEST(steps_are_of_the_sessions_hart)
{
    struct talk talk;

    journey_open(&talk, "harts");
    for (unsigned h = 0; h < 4; h++) {
        const struct hart *hart = &talk.session.run->board[0]->hart[h];
        uint64_t before;

        talk.session.hart = h;
        before = hart_steps(hart);
        journey_do(&talk, "stepi 50");
        ck_assert_uint_eq(hart_steps(hart), before + 50);
        journey_do(&talk, "reverse-stepi 20");
        ck_assert_uint_eq(hart_steps(hart), before + 30);
        ck_assert_uint_eq(talk.session.hart, h);
    }
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    int units = (int)(sizeof(unit_rows) / sizeof(unit_rows[0]));

    tcase_add_loop_test(tcase, so_many_instructions_on_and_back_are_the_same_machine, 0,
                        MACHINES);
    tcase_add_loop_test(tcase, one_at_a_time_is_the_same_as_all_at_once, 0, MACHINES);
    tcase_add_loop_test(tcase, every_kind_of_step_goes_back_the_way_it_came, 0,
                        4 * MACHINES);
    tcase_add_loop_test(tcase, several_steps_are_as_many_single_ones, 0, 4 * MACHINES);
    tcase_add_loop_test(tcase, every_unit_goes_back_the_way_it_came, 0, units);
    tcase_add_test(tcase, a_unit_is_found_when_there_are_stops_too);
    tcase_add_test(tcase, next_passes_over_a_call);
    tcase_add_test(tcase, next_stops_at_a_breakpoint_inside_the_call);
    tcase_add_test(tcase, next_passes_over_an_interrupt);
    tcase_add_test(tcase, finish_leaves_the_function_and_then_the_handler);
    tcase_add_test(tcase, finish_leaves_a_function_that_returns_by_another_register);
    tcase_add_test(tcase, finish_backwards_from_where_nothing_led_says_so);
    tcase_add_test(tcase, finish_backwards_goes_to_the_call_and_to_before_the_trap);
    tcase_add_test(tcase, back_from_inside_a_step_undoes_it_if_it_is_the_harts);
    tcase_add_test(tcase, until_goes_to_places_and_conditions_both_ways);
    tcase_add_test(tcase, a_condition_on_cycles_is_met_alike_by_limit_and_by_looking);
    tcase_add_test(tcase, goto_goes_to_cycles_moments_and_marks);
    tcase_add_loop_test(tcase, a_move_says_how_the_run_ended, 0, 2);
    tcase_add_test(tcase, the_limit_of_the_scenario_ends_moves);
    tcase_add_test(tcase, an_event_back_that_was_never_is_not_found);
    tcase_add_test(tcase, events_are_stepped_back_over_from_the_end_of_the_run);
    tcase_add_test(tcase, an_event_that_was_not_looked_for_to_the_end_may_be_there);
    tcase_add_loop_test(tcase, a_move_back_that_is_interrupted_ends_where_it_began, 0,
                        sizeof(moves_back) / sizeof(moves_back[0]));
    tcase_add_test(tcase, events_are_counted_with_a_kind_or_without);
    tcase_add_test(tcase, bad_moves_are_refused);
    tcase_add_test(tcase, steps_are_of_the_sessions_hart);
}

TEST_MAIN("moves", add_tests)
