/* Moments, acts and journals: what time travel is written down in. */
#include "observe/time/journal.h"
#include "base/alloc.h"
#include "machine/interrupt/aclint.h"
#include "observe/time/moment.h"
#include "tests/lib/suite.h"

#include <string.h>

/* --- moments ---------------------------------------------------------------------------- */

static const struct {
    const char *text;
    bool good;
    uint64_t retired;
    uint32_t order;
    const char *again; /* with commas; NULL: the same */
} moments[] = {
    {"#0", true, 0, 0, NULL},
    {"#7", true, 7, 0, NULL},
    {"#7.3", true, 7, 3, NULL},
    {"#1,234,567", true, 1234567, 0, NULL},
    {"#1234567.12", true, 1234567, 12, "#1,234,567.12"},
    {"#18446744073709551615", true, UINT64_MAX, 0, "#18,446,744,073,709,551,615"},
    {"#18446744073709551616", false, 0, 0, NULL},
    {"#5.4294967296", false, 0, 0, NULL},
    {"#", false, 0, 0, NULL},
    {"#.5", false, 0, 0, NULL},
    {"#5.", false, 0, 0, NULL},
    {"#,5", false, 0, 0, NULL},
    {"#5x", false, 0, 0, NULL},
    {"#-5", false, 0, 0, NULL},
    {"5", false, 0, 0, NULL},
    {"", false, 0, 0, NULL},
};

START_TEST(a_moment_is_read_and_written)
{
    struct moment moment;
    char text[MOMENT_TEXT];

    ck_assert_int_eq(moment_parse(moments[_i].text, &moment), moments[_i].good);
    if (!moments[_i].good)
        return;
    ck_assert_uint_eq(moment.retired, moments[_i].retired);
    ck_assert_uint_eq(moment.order, moments[_i].order);
    ck_assert_str_eq(moment_text(text, moment, true),
                     moments[_i].again ? moments[_i].again : moments[_i].text);
    ck_assert(moment_parse(moment_text(text, moment, false), &moment));
    ck_assert_uint_eq(moment.retired, moments[_i].retired);
}
END_TEST

START_TEST(moments_are_in_the_order_of_instructions_then_events_then_queue_entries)
{
    const struct moment order[] = {{0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {0, 2, 1},
                                   {1, 2, 0}, {1, 3, 0}, {2, 0, 0}};

    for (int a = 0; a < 7; a++)
        for (int b = 0; b < 7; b++)
            ck_assert_int_eq(moment_compare(order[a], order[b]), (a > b) - (a < b));
}
END_TEST

START_TEST(an_event_is_seen_at_the_moment_after_it)
{
    const struct event event = {.retired = 9, .order = 4};
    const struct event next = {.retired = 9, .order = 5};
    struct moment seen = moment_after_event(&event);

    ck_assert_uint_eq(seen.retired, 9);
    ck_assert_uint_eq(seen.order, 5);
    ck_assert_int_eq(moment_compare(moment_before_event(&next), seen), 0);
    ck_assert_int_lt(moment_compare_events(&event, &next), 0);
    ck_assert_int_eq(moment_compare_events(&event, &event), 0);
}
END_TEST

/* --- journals ----------------------------------------------------------------------------- */

static struct act act_at(uint64_t retired, uint8_t *bytes, uint32_t size, char *reason)
{
    return (struct act){.at = {retired, 3, 2},
                        .kind = bytes ? ACT_MEMORY : ACT_X,
                        .board = 1,
                        .device = 2,
                        .number = 0x80001000,
                        .value = 77,
                        .size = size,
                        .bytes = bytes,
                        .reason = reason};
}

START_TEST(a_journal_keeps_copies_and_finds_by_moment)
{
    struct journal journal = {0}, copy = {0};
    uint8_t bytes[] = {1, 2, 3};
    char reason[] = "set it";

    for (uint64_t i = 1; i <= 50; i++) {
        struct act act = act_at(i * 10, bytes, sizeof(bytes), reason);

        journal_add(&journal, &act);
    }
    bytes[0] = 9;
    reason[0] = 'x';
    ck_assert_uint_eq(journal.act[49].bytes[0], 1);
    ck_assert_str_eq(journal.act[49].reason, "set it");
    ck_assert_uint_eq(journal_find(&journal, (struct moment){0, 0, 0}), 0);
    ck_assert_uint_eq(journal_find(&journal, (struct moment){10, 3, 2}), 0);
    ck_assert_uint_eq(journal_find(&journal, (struct moment){10, 4, 2}), 1);
    ck_assert_uint_eq(journal_find(&journal, (struct moment){255, 0, 0}), 25);
    ck_assert_uint_eq(journal_find(&journal, (struct moment){999, 0, 0}), 50);
    journal_copy(&copy, &journal, 20);
    ck_assert_uint_eq(copy.count, 20);
    journal_cut(&journal, 5);
    ck_assert_uint_eq(journal.count, 5);
    ck_assert_uint_eq(copy.act[19].bytes[2], 3);
    journal_release(&journal);
    journal_release(&copy);
}
END_TEST

static void check_same(const struct act *a, const struct act *b)
{
    ck_assert_int_eq(moment_compare(a->at, b->at), 0);
    ck_assert_uint_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->board, b->board);
    ck_assert_uint_eq(a->device, b->device);
    ck_assert_uint_eq(a->number, b->number);
    ck_assert_uint_eq(a->value, b->value);
    ck_assert_uint_eq(a->size, b->size);
    ck_assert_int_eq(a->bytes != NULL, b->bytes != NULL);
    if (a->bytes)
        ck_assert_mem_eq(a->bytes, b->bytes, a->size);
    ck_assert_int_eq(a->reason != NULL, b->reason != NULL);
    if (a->reason)
        ck_assert_str_eq(a->reason, b->reason);
}

START_TEST(an_act_comes_back_from_its_bytes_and_from_no_others)
{
    uint8_t bytes[] = {1, 2, 3, 4, 5};
    char reason[] = "set [buffer] = 1";
    const struct act acts[] = {act_at(5, bytes, sizeof(bytes), reason),
                               act_at(5, bytes, sizeof(bytes), NULL),
                               act_at(6, NULL, 0, reason), act_at(7, NULL, 0, NULL)};

    for (int i = 0; i < 4; i++) {
        struct buf out = {0};
        struct act act;
        struct err err = {0};

        act_save(&out, &acts[i]);
        ck_assert_msg(act_load(&act, out.data, out.size, &err), "%s", err.text);
        check_same(&act, &acts[i]);
        act_release(&act);
        for (size_t size = 0; size < out.size; size++)
            ck_assert(!act_load(&act, out.data, size, &err));
        buf_char(&out, 'x');
        ck_assert(!act_load(&act, out.data, out.size, &err));
        buf_free(&out);
    }
}
END_TEST

/* It follows what acts had before it was kept; without it they were typed when they acted. */
START_TEST(an_act_keeps_when_it_was_typed)
{
    uint8_t bytes[] = {1, 2, 3, 4, 5};
    struct act act = act_at(5, bytes, sizeof(bytes), NULL), again;
    struct buf old = {0}, out = {0};
    struct err err = {0};

    act.kind = ACT_INPUT;
    act.typed = act.at;
    act_save(&old, &act);
    ck_assert(act_load(&again, old.data, old.size, &err));
    ck_assert_int_eq(moment_compare(again.typed, act.at), 0);
    act_release(&again);
    act.typed = (struct moment){4, 2, 1};
    act_save(&out, &act);
    ck_assert_uint_eq(out.size, old.size + 20);
    ck_assert_mem_eq(out.data, old.data, old.size);
    ck_assert(act_load(&again, out.data, out.size, &err));
    check_same(&again, &act);
    ck_assert_int_eq(moment_compare(again.typed, act.typed), 0);
    act_release(&again);
    for (size_t size = 0; size < out.size; size++)
        if (size != old.size)
            ck_assert(!act_load(&again, out.data, size, &err));
    buf_free(&old);
    buf_free(&out);
}
END_TEST

/* --- acts ----------------------------------------------------------------------------------- */

static struct run *make_run(void)
{
    struct run *run = run_new();
    struct err err = {0};

    ck_assert_msg(run_add(run, &board_virt, &err), "%s", err.text);
    run_reset(run);
    return run;
}

static uint8_t device_number(const struct run *run, const char *name)
{
    return board_device(run->board[0], name)->index;
}

START_TEST(what_is_not_possible_is_refused_and_changes_nothing)
{
    struct run *run = make_run();
    uint8_t bytes[64] = {0};
    const uint8_t uart = device_number(run, "uart0"), plic = device_number(run, "plic");
    const struct {
        struct act act;
        const char *says;
    } bad[] = {
        {{.kind = ACT_X, .number = 0}, "always 0"},
        {{.kind = ACT_X, .number = 32}, "no register x32"},
        {{.kind = ACT_X, .number = 5, .device = 1}, "no hart 1"},
        {{.kind = ACT_X, .number = 5, .board = 1}, "no board 1"},
        {{.kind = ACT_PC, .value = 0x80000001}, "even"},
        {{.kind = ACT_CSR, .number = 0x7ff}, "no CSR 0x7ff"},
        {{.kind = ACT_CSR, .number = 0xf14}, "read-only"},
        {{.kind = ACT_CSR, .number = 0x10300}, "no CSR"},
        {{.kind = ACT_MEMORY, .number = 0x1000, .bytes = bytes, .size = 8},
         "not in RAM"},
        {{.kind = ACT_MEMORY, .number = 0x80000000}, "no bytes"},
        {{.kind = ACT_MEMORY, .number = UINT64_MAX - 3, .bytes = bytes, .size = 8},
         "not in RAM"},
        {{.kind = ACT_INPUT, .device = plic, .bytes = bytes, .size = 1},
         "takes no characters"},
        {{.kind = ACT_INPUT, .device = uart, .bytes = bytes, .size = 64},
         "has room for"},
        {{.kind = ACT_INPUT, .device = 200, .bytes = bytes, .size = 1}, "no device"},
        {{.kind = ACT_REGISTER, .device = uart, .number = 0x10000, .size = 1},
         "no register at"},
        {{.kind = ACT_REGISTER, .device = plic, .number = 2, .size = 4}, "not aligned"},
        {{.kind = ACT_REGISTER, .device = plic, .number = 0, .size = 3}, "wide"},
        {{.kind = ACT_KINDS}, "no act"},
    };
    uint64_t digest = run_digest(run);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = {0};
        struct act act = bad[i].act;
        uint32_t order = run->events.order;

        ck_assert_msg(!act_check(run, &act, &err), "act %zu", i);
        ck_assert_msg(strstr(err.text, bad[i].says), "%zu: %s", i, err.text);
        act_do(run, &act);
        ck_assert_uint_eq(run->events.order, order + 1);
        run->events.order = order;
        ck_assert_uint_eq(run_digest(run), digest);
    }
    run_free(run);
}
END_TEST

START_TEST(a_run_that_has_ended_takes_no_acts)
{
    struct run *run = make_run();
    const struct act act = {.kind = ACT_X, .number = 10, .value = 5};
    struct err err = {0};

    ck_assert_msg(act_check(run, &act, &err), "%s", err.text);
    run->board[0]->finished = true;
    ck_assert(!act_check(run, &act, &err));
    ck_assert_str_eq(err.text, "the run has ended: software has switched it off");
    act_do(run, &act);
    ck_assert_uint_eq(run->board[0]->hart[0].x[10], 0);
    run_free(run);
}
END_TEST

static struct event last_event;

static void take(void *ctx, const struct event *event)
{
    (void)ctx;
    if (event->kind == EVENT_OUTSIDE)
        last_event = *event;
}

START_TEST(an_act_is_done_and_told_with_old_and_new_value)
{
    struct run *run = make_run();
    struct hart *hart = &run->board[0]->hart[0];
    uint8_t bytes[] = {0xef, 0xbe};
    uint64_t word = 0;

    event_listen(&run->events, (struct event_sink){EVENT_ALL, take, NULL});
    hart->x[10] = 4;
    act_do(run, &(struct act){.kind = ACT_X, .number = 10, .value = 5});
    ck_assert_uint_eq(hart->x[10], 5);
    ck_assert_uint_eq(last_event.outside.old, 4);
    ck_assert_uint_eq(last_event.outside.value, 5);
    act_do(run, &(struct act){.kind = ACT_PC, .value = 0x80000100});
    ck_assert_uint_eq(hart->pc, 0x80000100);
    act_do(run,
           &(struct act){
               .kind = ACT_MEMORY, .number = 0x80000ffe, .bytes = bytes, .size = 2});
    ram_read(&run->board[0]->bus.ram, 0x80000ffe, &word, 2);
    ck_assert_uint_eq(word, 0xbeef);
    ck_assert_uint_eq(last_event.outside.value, 0xbeef);
    /* WARL: bits that mie does not have stay 0. */
    act_do(run, &(struct act){.kind = ACT_CSR, .number = CSR_MIE, .value = UINT64_MAX});
    ck_assert_uint_eq(hart_csr_read(hart, CSR_MIE), 0xeee);
    ck_assert_uint_eq(last_event.outside.act, ACT_CSR);
    run_free(run);
}
END_TEST

START_TEST(devices_take_characters_and_values_of_registers)
{
    struct run *run = make_run();
    const struct board *board = run->board[0];
    const uint8_t uart = device_number(run, "uart0"),
                  clint = device_number(run, "clint");
    uint8_t keys[] = {'a', 'b'};
    unsigned room = act_room(run, 0, uart);

    event_listen(&run->events, (struct event_sink){EVENT_ALL, take, NULL});
    act_do(run,
           &(struct act){.kind = ACT_INPUT, .device = uart, .bytes = keys, .size = 2});
    ck_assert_uint_eq(act_room(run, 0, uart), room - 2);
    ck_assert_uint_eq(last_event.outside.value, 'a' | 'b' << 8);
    ck_assert_uint_eq(last_event.outside.target, uart);
    ck_assert_uint_eq(act_room(run, 0, clint), 0);
    act_do(run, &(struct act){.kind = ACT_REGISTER,
                              .device = clint,
                              .number = 0x4000, /* MTIMECMP[0] */
                              .value = 0x1234,
                              .size = 8});
    ck_assert_uint_eq(last_event.outside.value, 0x1234);
    ck_assert_uint_eq(((const struct aclint *)board->clock)->hart[0].mtimecmp, 0x1234);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_moment_is_read_and_written, 0,
                        (int)(sizeof(moments) / sizeof(moments[0])));
    tcase_add_test(
        tcase, moments_are_in_the_order_of_instructions_then_events_then_queue_entries);
    tcase_add_test(tcase, an_event_is_seen_at_the_moment_after_it);
    tcase_add_test(tcase, a_journal_keeps_copies_and_finds_by_moment);
    tcase_add_test(tcase, an_act_comes_back_from_its_bytes_and_from_no_others);
    tcase_add_test(tcase, an_act_keeps_when_it_was_typed);
    tcase_add_test(tcase, what_is_not_possible_is_refused_and_changes_nothing);
    tcase_add_test(tcase, a_run_that_has_ended_takes_no_acts);
    tcase_add_test(tcase, an_act_is_done_and_told_with_old_and_new_value);
    tcase_add_test(tcase, devices_take_characters_and_values_of_registers);
}

TEST_MAIN("journal", add_tests)
