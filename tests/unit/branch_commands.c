/*
 * Marks, branches and what is kept of a run, as commands: the past can be changed, both
 * futures stay, and where they part can be asked.
 */
#include "control/branches.h"
#include "tests/lib/journey.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

/* Fails unless the answer to a line has the text. */
static void says(struct talk *talk, const char *line, const char *text)
{
    const char *answer = journey_do(talk, line);

    ck_assert_msg(strstr(answer, text) != NULL, "'%s' does not say '%s' but:\n%s", line,
                  text, answer);
}

static void refuses(struct talk *talk, const char *line, const char *text)
{
    const char *answer = talk_do(talk, line);

    ck_assert_msg(strncmp(answer, "Error: ", 7) == 0 && strstr(answer, text),
                  "'%s' should be refused for '%s', but: %s", line, text, answer);
}

static uint64_t digest(struct talk *talk)
{
    return run_digest(talk->session.run);
}

/* --- marks ---------------------------------------------------------------------------------------------- */

START_TEST(a_mark_can_be_gone_back_to)
{
    struct talk talk;
    uint64_t here;

    journey_open(&talk, "dma_burst");
    says(&talk, "marks", "There are no marks");
    journey_do(&talk, "su descriptor; su burst 3");
    here = digest(&talk);
    says(&talk, "mark third", "Mark third: hart 0 is at ");
    journey_do(&talk, "run");
    says(&talk, "mark", "Mark mark-1: ");
    says(&talk, "marks", "third");
    journey_do(&talk, "goto third");
    ck_assert_uint_eq(digest(&talk), here);
    says(&talk, "print cycle == third", "1");
    says(&talk, "unmark third", "Mark third is gone.");
    refuses(&talk, "goto third", "third");
    refuses(&talk, "unmark third", "no mark 'third'");
    refuses(&talk, "mark #12", "does not begin");
    refuses(&talk, "mark start", "another name");
    refuses(&talk, "mark end", "another name");
    talk_close(&talk);
}
END_TEST

START_TEST(a_mark_of_another_future_is_said_to_be_one)
{
    struct talk talk;

    journey_open(&talk, "small");
    journey_do(&talk, "stepi 5; mark early; stepi 20; mark late; goto early");
    ck_assert_ptr_null(strstr(journey_do(&talk, "goto late"), "Mark late is on"));
    journey_do(&talk, "goto #10; set s5 = 1");
    says(&talk, "goto late",
         "Mark late is on branch main-2; this is the same moment of branch main.");
    ck_assert_ptr_null(strstr(journey_do(&talk, "goto early"), "is on branch"));
    journey_do(&talk, "switch main-2");
    ck_assert_ptr_null(strstr(journey_do(&talk, "goto late"), "is on branch"));
    talk_close(&talk);
}
END_TEST

/* --- branches --------------------------------------------------------------------------------------------- */

START_TEST(a_branch_leaves_the_other_as_it_was)
{
    struct talk talk;
    uint64_t before;

    journey_open(&talk, "small");
    says(&talk, "branch", "This is branch main: hart 0 is at ");
    journey_do(&talk, "until copy; goto end");
    before = digest(&talk);
    journey_do(&talk, "reverse-until copy");
    says(&talk, "branch other", "From here on this is branch other");
    journey_do(&talk, "set a0 = target");
    journey_do(&talk, "run");
    ck_assert_uint_ne(digest(&talk), before);
    says(&talk, "branches", "other   yes");
    says(&talk, "switch main", "This is branch main");
    journey_do(&talk, "goto end");
    ck_assert_uint_eq(digest(&talk), before);
    refuses(&talk, "branch main", "already");
    refuses(&talk, "branch 7up", "does not begin with a digit");
    refuses(&talk, "switch nowhere", "no branch 'nowhere'");
    talk_close(&talk);
}
END_TEST

/* "What if I had not set the interrupt enable?" */
static void without_interrupts(struct talk *talk)
{
    journey_open(talk, "interrupt");
    talk->session.subject.cycles = 800000;
    journey_do(talk, "catch csr mie; continue; mark enabled; delete; run");
    journey_do(talk, "goto enabled; set mie = 0; run");
}

START_TEST(a_change_in_the_past_keeps_both_futures)
{
    struct talk talk;

    without_interrupts(&talk);
    says(&talk, "branches", "main-2  no      main  #26");
    says(&talk, "info journal", "hart0.mie  0x0      set mie = 0");
    ck_assert_uint_eq(session_hart(&talk.session)->interrupts, 0);
    journey_do(&talk, "switch main-2");
    ck_assert_uint_eq(session_hart(&talk.session)->interrupts, 16);
    says(&talk, "info journal", "Nothing was done to the machine from outside.");
    talk_close(&talk);
}
END_TEST

START_TEST(two_branches_are_compared_from_where_they_part)
{
    struct talk talk;
    struct branch_diff diff;
    struct err err = {{0}};
    uint64_t here;

    without_interrupts(&talk);
    here = digest(&talk);
    ck_assert(branches_compare(&talk.session, 0, 1, &diff, &err));
    ck_assert_uint_eq(digest(&talk), here);
    ck_assert_uint_eq(timeline_branch(talk.session.time), 0);
    ck_assert_uint_eq(diff.fork.retired, 26);
    ck_assert(diff.any_parts && diff.device_parts && !diff.bounded);
    /* The one goes on with its second job, where the other is interrupted. */
    ck_assert_int_eq(diff.side[0].any.event.kind, EVENT_INSN);
    ck_assert_int_eq(diff.side[1].any.event.kind, EVENT_TRAP_ENTER);
    ck_assert_uint_eq(diff.side[0].any.event.retired, diff.side[1].any.event.retired);
    ck_assert_int_eq(diff.side[1].device.event.kind, EVENT_TRAP_ENTER);
    ck_assert_uint_eq(diff.side[0].counters.interrupts, 0);
    ck_assert_uint_eq(diff.side[1].counters.interrupts, 16);
    ck_assert_uint_eq(diff.side[1].tally.events[EVENT_IRQ_CLAIM], 16);
    talk_close(&talk);
}
END_TEST

START_TEST(the_comparison_is_told_in_words_and_numbers)
{
    struct talk talk;

    without_interrupts(&talk);
    says(&talk, "diff-branches main main-2",
         "main and main-2 are the same up to cycle 113, #26.");
    says(&talk, "diff-branches main main-2",
         "In main this was done there: set mie = 0.");
    says(&talk, "diff-branches main-2", "machine external interrupt");
    says(&talk, "diff-branches main-2 main",
         "The first event that differs: in main-2 ");
    says(&talk, "diff-branches main-2", "irq_claim");
    refuses(&talk, "diff-branches main", "with itself");
    refuses(&talk, "diff-branches nowhere", "no branch");
    talk_close(&talk);
}
END_TEST

/* Two stores to the same place: what is told of them in words is the same. */
START_TEST(events_that_differ_in_a_value_say_so)
{
    struct talk talk;

    journey_open(&talk, "small");
    journey_do(&talk, "until copy; stepi; branch other; set t0 = 5; goto end");
    journey_do(&talk, "switch main; goto end");
    says(&talk, "diff-branches main other",
         "In other this was done there: set t0 = 5.");
    says(&talk, "diff-branches main other",
         "; they differ in mem_new: 0x1122334455667788 and 0x5.");
    talk_close(&talk);
}
END_TEST

START_TEST(branches_that_do_the_same_do_not_part)
{
    struct talk talk;
    struct branch_diff diff;
    struct err err = {{0}};

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "until transfer; branch other; goto end; switch main; goto end");
    ck_assert(branches_compare(&talk.session, 0, 1, &diff, &err));
    ck_assert(!diff.any_parts && !diff.device_parts);
    says(&talk, "diff-branches other", "no event differs");
    talk_close(&talk);
}
END_TEST

static bool comes(void *ctx)
{
    unsigned *left = ctx;

    return *left == 0 || --*left == 0;
}

START_TEST(an_interrupted_comparison_leaves_the_viewer_where_he_was)
{
    struct talk talk;
    struct moment there;
    unsigned after = 0, interrupted = 0;
    bool ends = false;

    without_interrupts(&talk);
    journey_do(&talk, "switch main-2; goto #1000; switch main; goto #200000");
    there = timeline_now(talk.session.time);
    while (!ends) {
        unsigned left = ++after;

        timeline_set_interrupt(talk.session.time, (struct interrupt){comes, &left});
        ends = !strstr(talk_do(&talk, "diff-branches main-2 main"), "interrupted");
        timeline_set_interrupt(talk.session.time, (struct interrupt){NULL, NULL});
        interrupted += !ends;
        ck_assert_uint_eq(timeline_branch(talk.session.time), 0);
        ck_assert_int_eq(moment_compare(timeline_now(talk.session.time), there), 0);
    }
    ck_assert_uint_gt(interrupted, 3);
    journey_do(&talk, "switch main-2");
    ck_assert_uint_eq(timeline_now(talk.session.time).retired, 1000);
    talk_close(&talk);
}
END_TEST

/* A later branch of an earlier one: they part where the first of all changes was. */
START_TEST(branches_of_branches_part_at_the_first_change)
{
    struct talk talk;
    struct moment fork;

    journey_open(&talk, "small");
    journey_do(&talk, "stepi 30; set s5 = 1; stepi 10; goto #30; set s5 = 2; stepi 10");
    journey_do(&talk, "goto #10; set s6 = 1; stepi 5");
    ck_assert_uint_eq(timeline_branches(talk.session.time), 3);
    fork = branch_parting(timeline_branch_info(talk.session.time, 1),
                          timeline_branch_info(talk.session.time, 0));
    ck_assert_uint_eq(fork.retired, 10);
    fork = branch_parting(timeline_branch_info(talk.session.time, 1),
                          timeline_branch_info(talk.session.time, 2));
    ck_assert_uint_ge(fork.retired, 30);
    talk_close(&talk);
}
END_TEST

/* A change before the fork of a branch is where it parts from then on. */
START_TEST(a_change_before_a_fork_moves_the_fork)
{
    struct talk talk;

    journey_open(&talk, "small");
    journey_do(&talk, "stepi 30; branch try; stepi 10; branch sub; stepi 10");
    journey_do(&talk, "switch main; goto #20; set s5 = 1");
    says(&talk, "branches", "try     no      main  #20");
    says(&talk, "branches", "main-2  no      main  #20");
    says(&talk, "branches", "sub     no      try   #49");
    journey_do(&talk, "switch try; goto #10; set s5 = 2");
    says(&talk, "branches", "try     yes     main  #10");
    says(&talk, "branches", "sub     no      try   #10");
    talk_close(&talk);
}
END_TEST

/* The 24 that find no room wait for the branch on which they were typed. */
START_TEST(what_waits_to_be_typed_is_a_branchs_own)
{
    struct talk talk;

    journey_open(&talk, "small");
    says(&talk, "stepi 20; type 0123456789012345678901234567890123456789",
         "24 of them wait until it has room.");
    journey_do(&talk, "goto #10");
    says(&talk, "type 01234567890123456789", "4 of them wait until it has room.");
    talk_close(&talk);
}
END_TEST

START_TEST(a_branch_can_be_deleted)
{
    struct talk talk;

    journey_open(&talk, "small");
    journey_do(&talk, "goto #10; branch try; goto #20; mark far; branch sub; goto #30");
    refuses(&talk, "delete-branch sub", "in use");
    refuses(&talk, "delete-branch main", "all others come from it");
    says(&talk, "delete-branch try", "Branch try is gone.");
    says(&talk, "marks", "There are no marks");
    says(&talk, "branches", "sub     yes     main  #10");
    ck_assert_ptr_null(strstr(journey_do(&talk, "branches"), "try"));
    ck_assert_ptr_null(strstr(journey_do(&talk, "timeline"), "try"));
    refuses(&talk, "switch try", "no branch 'try'");
    refuses(&talk, "delete-branch try", "no branch 'try'");
    says(&talk, "branch try; branches", "try     yes     sub");
    talk_close(&talk);
}
END_TEST

/* There is a bound; who deletes some can go on. */
START_TEST(branches_can_be_made_for_ever)
{
    struct talk talk;
    unsigned n;

    journey_open(&talk, "small");
    talk_do(&talk, "stepi 10");
    for (n = 0; n < BRANCHES_MAX - 1; n++)
        talk_do(&talk, "goto #5; set s5 = 1; stepi 2");
    talk_do(&talk, "goto #5");
    refuses(&talk, "set s5 = 1", "one must be deleted first");
    talk_do(&talk, "delete-branch main-7");
    ck_assert_ptr_nonnull(
        strstr(talk_do(&talk, "set s5 = 1"), "kept as branch main-7"));
    talk_close(&talk);
}
END_TEST

/* --- the shape of the run ------------------------------------------------------------------------------------ */

START_TEST(the_timeline_shows_what_there_is)
{
    struct talk talk;
    const char *strip;

    journey_open(&talk, "small");
    journey_do(&talk, "run; reverse-until copy; mark copying");
    strip = journey_do(&talk, "timeline");
    ck_assert_ptr_nonnull(strstr(strip, "You stand at cycle "));
    ck_assert_ptr_nonnull(strstr(strip, "main           --"));
    ck_assert_ptr_nonnull(strstr(strip, "mark copying"));
    ck_assert_ptr_nonnull(strstr(strip, "the furthest moment"));
    ck_assert_ptr_nonnull(strstr(strip, "@"));
    journey_do(&talk, "set a0 = 0");
    ck_assert_ptr_nonnull(strstr(journey_do(&talk, "timeline"), "leaves main"));
    talk_close(&talk);
}
END_TEST

START_TEST(where_says_moment_place_and_event)
{
    struct talk talk;
    const char *where;

    journey_open(&talk, "small");
    journey_do(&talk, "run; goto start; step-event dma-burst");
    where = journey_do(&talk, "where");
    ck_assert_ptr_nonnull(strstr(where, "Hart 0 "));
    ck_assert_ptr_nonnull(strstr(where, "Seen last: DMA channel 0 has moved 64 bytes"));
    ck_assert_ptr_nonnull(strstr(where, "This is the past: the furthest moment is "));
    ck_assert_ptr_nonnull(strstr(where, "M-mode"));
    ck_assert_str_eq(where, journey_do(&talk, "info moment"));
    talk_close(&talk);
}
END_TEST

START_TEST(the_digest_names_the_state)
{
    struct talk talk;
    char line[64];

    journey_open(&talk, "small");
    journey_do(&talk, "stepi 20");
    snprintf(line, sizeof(line), "0x%016llx", (unsigned long long)digest(&talk));
    says(&talk, "info digest", line);
    says(&talk, "info digest", "The state at #");
    talk_close(&talk);
}
END_TEST

START_TEST(checkpoints_have_a_bound_that_can_be_set)
{
    struct talk talk;

    journey_open(&talk, "dma_burst");
    journey_do(&talk, "run");
    says(&talk, "info checkpoints", "of 256 MiB");
    says(&talk, "info checkpoints", "#0");
    says(&talk, "checkpoint-memory 16M", "of 16 MiB");
    ck_assert_uint_eq(timeline_memory(talk.session.time).bound, 16 << 20);
    says(&talk, "checkpoint-memory 0x2000k", "of 8,192 KiB");
    refuses(&talk, "checkpoint-memory 16X", "no size");
    refuses(&talk, "checkpoint-memory 16MB", "no size");
    refuses(&talk, "checkpoint-memory 99999999999G", "no size");
    refuses(&talk, "checkpoint-memory 10", "1M at least");
    journey_do(&talk, "reverse-stepi 100");
    talk_close(&talk);
}
END_TEST

START_TEST(the_journal_lists_every_act)
{
    struct talk talk;
    const char *list;

    journey_open(&talk, "small");
    journey_do(&talk, "stepi 10; set s3 = 5; set u32[target] = 0x41424344");
    journey_do(&talk, "set dma0.Control[0] = 1; set mscratch = 9; set pc = idle");
    list = journey_do(&talk, "info journal");
    ck_assert_ptr_nonnull(strstr(list, "hart0.s3"));
    ck_assert_ptr_nonnull(strstr(list, "44 43 42 41"));
    ck_assert_ptr_nonnull(strstr(list, "DMA channel 0 Control"));
    ck_assert_ptr_nonnull(strstr(list, "hart0.mscratch"));
    ck_assert_ptr_nonnull(strstr(list, "hart0.pc"));
    ck_assert_ptr_nonnull(strstr(list, "set s3 = 5"));
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_mark_can_be_gone_back_to);
    tcase_add_test(tcase, a_mark_of_another_future_is_said_to_be_one);
    tcase_add_test(tcase, a_branch_leaves_the_other_as_it_was);
    tcase_add_test(tcase, a_change_in_the_past_keeps_both_futures);
    tcase_add_test(tcase, two_branches_are_compared_from_where_they_part);
    tcase_add_test(tcase, the_comparison_is_told_in_words_and_numbers);
    tcase_add_test(tcase, events_that_differ_in_a_value_say_so);
    tcase_add_test(tcase, branches_that_do_the_same_do_not_part);
    tcase_add_test(tcase, an_interrupted_comparison_leaves_the_viewer_where_he_was);
    tcase_add_test(tcase, branches_of_branches_part_at_the_first_change);
    tcase_add_test(tcase, a_change_before_a_fork_moves_the_fork);
    tcase_add_test(tcase, what_waits_to_be_typed_is_a_branchs_own);
    tcase_add_test(tcase, a_branch_can_be_deleted);
    tcase_add_test(tcase, branches_can_be_made_for_ever);
    tcase_add_test(tcase, the_timeline_shows_what_there_is);
    tcase_add_test(tcase, where_says_moment_place_and_event);
    tcase_add_test(tcase, the_digest_names_the_state);
    tcase_add_test(tcase, checkpoints_have_a_bound_that_can_be_set);
    tcase_add_test(tcase, the_journal_lists_every_act);
}

TEST_MAIN("branch commands", add_tests)
