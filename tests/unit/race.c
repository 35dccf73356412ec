/*
 * The race: all lanes stand at the same cycle of their work, whatever one does; what is
 * shown follows from that cycle; what is counted is what a comparison counts.
 */
#include "face/tui/race/race.h"
#include "face/tui/race/counters.h"
#include "face/tui/race/words.h"
#include "face/tui/screen/keys.h"
#include "teach/compare/run.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SMALL  "tests/commands/race.lua"
#define COPIES "scenarios/01-three-ways-to-copy.lua"

enum { ROWS = 48, COLS = 160, STEPS = 120, PLACES = 40 };

static struct race *race_new(const char *file, const char *setting)
{
    struct race *race = calloc(1, sizeof(*race));
    const struct race_choice choice = {
        .file = file, .settings = &setting, .setting_count = setting != NULL};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(race);
    ck_assert_msg(race_open(race, &choice, &err), "%s", err.text);
    return race;
}

static void race_free(struct race *race)
{
    race_close(race);
    free(race);
}

/* The whole screen, as text. */
static char *screen_of(struct race *race)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, TIER_UTF8);
    struct buf text = {0};

    race_draw(race, canvas);
    ck_assert_uint_eq(canvas->collisions, 0);
    canvas_read(canvas, &text);
    canvas_free(canvas);
    return text.data;
}

static void same_screens(struct race *one, struct race *other)
{
    char *a = screen_of(one), *b = screen_of(other);

    ck_assert_str_eq(a, b);
    free(a);
    free(b);
}

/* Every step that begins before the race's cycle is done, and no other. */
static void in_lockstep(const struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++) {
        const struct race_lane *lane = &race->lane[i];

        ck_assert(!lane->astray);
        ck_assert_uint_eq(timeline_inside(lane->session.time), 0);
        ck_assert(lane_ended(lane) ||
                  run_cycle(lane->session.run) >= lane->begin + race->cycle);
    }
}

/* --- lanes --------------------------------------------------------------------------- */

START_TEST(lanes_are_the_variants_that_the_scenario_names)
{
    struct race *race = race_new(SMALL, NULL);

    ck_assert_uint_eq(race->lanes, 3);
    ck_assert_str_eq(race->lane[0].name, "emulated");
    ck_assert_str_eq(race->lane[2].name, "direct");
    ck_assert(race->lane[0].guests && !race->lane[0].direct);
    ck_assert(race->lane[2].guests && race->lane[2].direct);
    race_free(race);
}
END_TEST

START_TEST(a_race_begins_where_the_work_begins)
{
    struct race *race = race_new(SMALL, NULL);

    ck_assert_uint_eq(race->cycle, 0);
    for (unsigned i = 0; i < race->lanes; i++) {
        const struct trial *trial = &race->lane[i].session.subject.trial;

        ck_assert_uint_gt(race->lane[i].begin, 0);
        race_to(race, 1);
        ck_assert(trial->entered);
        ck_assert_uint_eq(trial->at_from.cycles, race->lane[i].begin);
    }
    race_free(race);
}
END_TEST

static void refused(const char *const *variants, size_t count, const char *why)
{
    struct race *race = calloc(1, sizeof(*race));
    const struct race_choice choice = {
        .file = SMALL, .variants = variants, .variant_count = count};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(race);
    ck_assert(!race_open(race, &choice, &err));
    ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
    race_free(race);
}

START_TEST(two_to_four_known_variants_are_raced)
{
    const char *const names[] = {"emulated", "direct", "slow", "hypercall", "direct"};
    const char *const unknown[] = {"emulated", "quick"};

    refused(names, 1, "two variants");
    refused(names, 5, "at most 4");
    refused(unknown, 2, "no variant 'quick'");
}
END_TEST

/* True from the n-th time on that it is asked. */
static bool comes(void *ctx)
{
    unsigned *left = ctx;

    return *left == 0 || --*left == 0;
}

START_TEST(a_key_ends_the_opening)
{
    unsigned left = (unsigned)_i + 1;
    struct race *race = calloc(1, sizeof(*race));
    const struct race_choice choice = {
        .file = COPIES, .interrupted = comes, .ctx = &left};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(race);
    ck_assert(!race_open(race, &choice, &err));
    ck_assert_str_eq(err.text, "stopped by a key");
    race_free(race);
}
END_TEST

START_TEST(the_same_variant_twice_is_a_dead_heat)
{
    const char *const names[] = {"emulated", "slow"};
    struct race *race = calloc(1, sizeof(*race));
    const struct race_choice choice = {
        .file = SMALL, .variants = names, .variant_count = 2};
    struct lane_counters counters[RACE_LANES];
    struct buf text = {0};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(race);
    ck_assert(race_open(race, &choice, &err));
    race_to_end(race);
    for (unsigned i = 0; i < 2; i++)
        counters_of(&counters[i], race, i);
    race_sentence(&text, race, counters);
    ck_assert_str_eq(buf_str(&text), "All lanes were done at the same cycle, +2,101.");
    buf_free(&text);
    race_free(race);
}
END_TEST

/* --- lockstep ------------------------------------------------------------------------ */

START_TEST(every_move_moves_all_lanes_to_the_same_cycle)
{
    struct race *race = race_new(SMALL, NULL);
    static const uint64_t places[] = {1, 700, 30, 31, 2000, 0, 557, 10000, 5};

    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        ck_assert_int_eq(race_to(race, places[i]), RACE_MOVED);
        ck_assert_uint_eq(race->cycle, places[i]);
        in_lockstep(race);
    }
    race_to(race, 100);
    for (const struct race_unit *unit = race_units; unit->name; unit++) {
        race_next(race, unit);
        in_lockstep(race);
        race_last(race, unit);
        in_lockstep(race);
    }
    race_to_end(race);
    in_lockstep(race);
    ck_assert(race_ended(race));
    race_free(race);
}
END_TEST

/* Lanes as they are at a cycle have nothing of the way there. */
START_TEST(there_and_back_the_screen_is_the_same)
{
    struct race *race = race_new(SMALL, "n=3"), *other = race_new(SMALL, "n=3");
    char *screens[PLACES];
    uint64_t end;

    race_to_end(race);
    race_to_end(other);
    end = race->cycle - 1;
    for (unsigned i = 0; i < PLACES; i++) {
        race_to(race, end * i / PLACES);
        screens[i] = screen_of(race);
    }
    for (unsigned i = PLACES; i-- > 0;) {
        char *again;

        race_to(race, end * i / PLACES);
        again = screen_of(race);
        ck_assert_str_eq(again, screens[i]);
        free(again);
        race_to(other, end * (i * 7 % PLACES) / PLACES); /* hither and thither */
        again = screen_of(other);
        ck_assert_str_eq(again, screens[i * 7 % PLACES]);
        free(again);
    }
    for (unsigned i = 0; i < PLACES; i++)
        free(screens[i]);
    race_free(race);
    race_free(other);
}
END_TEST

START_TEST(small_steps_lead_where_a_long_one_does)
{
    struct race *race = race_new(SMALL, NULL), *other = race_new(SMALL, NULL);

    while (race->cycle < 600)
        race_step(race);
    race_to(other, race->cycle);
    same_screens(race, other);
    for (unsigned i = 0; i < race->lanes; i++)
        ck_assert_uint_eq(run_digest(race->lane[i].session.run),
                          run_digest(other->lane[i].session.run));
    race_free(race);
    race_free(other);
}
END_TEST

static void back_by(struct race *race, const struct race_unit *unit)
{
    uint64_t places[STEPS];
    unsigned count = 0;

    for (; count < STEPS; count++) {
        places[count] = race->cycle;
        if ((unit ? race_next(race, unit) : race_step(race)) == RACE_NOWHERE)
            break;
        ck_assert_uint_gt(race->cycle, places[count]);
    }
    ck_assert_uint_gt(count, 3);
    while (count-- > 1) {
        ck_assert_int_eq(unit ? race_last(race, unit) : race_step_back(race),
                         RACE_MOVED);
        ck_assert_uint_eq(race->cycle, places[count]);
    }
}

START_TEST(steps_back_are_the_steps_on_reversed)
{
    struct race *race = race_new(SMALL, "n=2");

    back_by(race, NULL);
    race_to(race, 0);
    race_next(race, &race_units[RACE_EXIT]);
    back_by(race, &race_units[RACE_EXIT]);
    race_to(race, 0);
    race_next(race, &race_units[RACE_OPERATION]);
    back_by(race, &race_units[RACE_OPERATION]);
    race_to(race, 0);
    ck_assert_int_eq(race_step_back(race), RACE_NOWHERE);
    ck_assert_int_eq(race_last(race, &race_units[RACE_EXIT]), RACE_NOWHERE);
    race_free(race);
}
END_TEST

START_TEST(a_step_is_of_the_lane_that_comes_next)
{
    struct race *race = race_new(SMALL, NULL);

    race_to(race, 50);
    for (unsigned n = 0; n < STEPS; n++) {
        uint64_t first = UINT64_MAX;

        for (unsigned i = 0; i < race->lanes; i++) {
            const struct race_lane *lane = &race->lane[i];
            const struct run *run = lane->session.run;
            uint64_t at = run_cycle(run);

            at = (run->queue.next_due < at ? run->queue.next_due : at) - lane->begin;

            first = at < first ? at : first;
        }
        race_step(race);
        ck_assert_uint_eq(race->cycle, first + 1);
    }
    race_free(race);
}
END_TEST

START_TEST(the_next_exit_is_that_of_any_lane)
{
    struct race *race = race_new(SMALL, NULL);
    struct lane_counters before, after;
    uint64_t exits = 0;

    for (unsigned n = 0; n < 5; n++) {
        uint64_t all = 0;

        ck_assert_int_eq(race_next(race, &race_units[RACE_EXIT]), RACE_MOVED);
        for (unsigned i = 0; i < race->lanes; i++) {
            counters_of(&after, race, i);
            all += after.exits;
        }
        ck_assert_uint_gt(all, exits);
        exits = all;
    }
    counters_of(&before, race, 0);
    race_to(race, race->cycle - 1); /* one cycle before it has not been */
    counters_of(&after, race, 0);
    ck_assert_uint_eq(after.exits + 1, before.exits);
    race_free(race);
}
END_TEST

static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

START_TEST(a_move_that_is_cut_short_leaves_all_lanes_where_they_were)
{
    struct race *race = race_new(SMALL, NULL), *other = race_new(SMALL, NULL);

    race_to(race, 300);
    race_to(other, 300);
    race->interrupted = at_once;
    ck_assert_int_eq(race_to(race, 900), RACE_INTERRUPTED);
    ck_assert_int_eq(race_to_end(race), RACE_INTERRUPTED);
    ck_assert_int_eq(race_next(race, &race_units[RACE_OPERATION]), RACE_INTERRUPTED);
    ck_assert_int_eq(race_step_back(race), RACE_INTERRUPTED);
    ck_assert_uint_eq(race->cycle, 300);
    race->interrupted = NULL;
    in_lockstep(race);
    same_screens(race, other);
    race_free(race);
    race_free(other);
}
END_TEST

/* --- counters ------------------------------------------------------------------------ */

/* What a comparison says of the variant. */
static void as_compared(const struct race *race, const struct compare *compare)
{
    for (unsigned i = 0; i < race->lanes; i++) {
        const struct result *result = &compare->point[0].result[i];
        struct lane_counters counters;

        counters_of(&counters, race, i);
        ck_assert(counters.over);
        ck_assert_uint_eq(counters.over_at, result->metrics.cycles);
        ck_assert_uint_eq(counters.guest, result->metrics.guest_cycles);
        ck_assert_uint_eq(counters.host,
                          result->metrics.awake_cycles - result->metrics.guest_cycles);
        ck_assert_uint_eq(counters.asleep, result->metrics.asleep_cycles);
        ck_assert_uint_eq(counters.by_hart, result->metrics.payload_bytes_hart);
        ck_assert_uint_eq(counters.by_dma, result->metrics.payload_bytes_dma);
        ck_assert_uint_eq(counters.instructions, result->metrics.instructions);
        ck_assert_uint_eq(counters.interrupts, result->metrics.interrupts);
        ck_assert_uint_eq(counters.bus_waits, result->metrics.bus_wait_cycles);
        if (!result->account.known)
            continue;
        ck_assert_uint_eq(counters.operations, result->account.operations);
        ck_assert_uint_eq(account_ratio(counters.exits, counters.operations,
                                        account_infos[ACCOUNT_EXITS].decimals),
                          result->account.value[ACCOUNT_EXITS]);
    }
}

static void begins(void *ctx, const struct compare *compare, unsigned run,
                   unsigned runs, const char *what)
{
    (void)ctx, (void)compare, (void)run, (void)runs, (void)what;
}

static void complains(void *ctx, const char *lines)
{
    (void)ctx, (void)lines;
}

static void compared(const char *file, const char *setting)
{
    struct race *race = race_new(file, setting);
    struct compare *compare = calloc(1, sizeof(*compare));
    const char *names[RACE_LANES];
    struct compare_wish wish = {.path = file,
                                .variants = names,
                                .variant_count = race->lanes,
                                .settings = &setting,
                                .setting_count = 1};
    const struct compare_watcher watcher = {begins, complains, NULL};
    struct err err = {{0}};

    ck_assert_ptr_nonnull(compare);
    for (unsigned i = 0; i < race->lanes; i++)
        names[i] = race->lane[i].name;
    ck_assert_msg(compare_open(compare, &wish, &err), "%s", err.text);
    ck_assert_msg(compare_run(compare, &watcher, &err), "%s", err.text);
    race_to_end(race);
    as_compared(race, compare);
    compare_close(compare);
    free(compare);
    race_free(race);
}

START_TEST(at_the_end_counters_are_those_of_a_comparison)
{
    compared(SMALL, "n=3");
    compared(COPIES, "sectors=8");
}
END_TEST

static void close_to(uint64_t count, uint64_t wanted, uint64_t within)
{
    ck_assert_uint_le(count, wanted + within);
    ck_assert_uint_le(wanted, count + within);
}

static void adds_up(const struct race *race, unsigned number)
{
    const struct race_lane *lane = &race->lane[number];
    struct lane_counters counters;
    uint64_t cycles[STRIP_TRACKS];

    counters_of(&counters, race, number);
    ck_assert_uint_eq(counters.guest + counters.host + counters.asleep + counters.spare,
                      race->cycle);
    ck_assert_uint_eq(counters.over, counters.spare > 0 || counters.over_at);
    if (counters.over)
        return;
    strip_between(&lane->strip, 0, race->cycle, cycles);
    close_to(cycles[STRIP_GUEST], counters.guest, lane->strip.width);
    close_to(cycles[STRIP_HOST], counters.host, lane->strip.width);
}

/* ... and the strips show the same shares, as far as their bins can. */
START_TEST(cycles_add_up_to_those_of_the_race)
{
    struct race *race = race_new(SMALL, "n=2");

    for (uint64_t cycle = 0; cycle < 4400; cycle += 37) {
        race_to(race, cycle);
        for (unsigned i = 0; i < race->lanes; i++)
            adds_up(race, i);
    }
    race_free(race);
}
END_TEST

START_TEST(counters_never_go_back_and_come_to_the_whole)
{
    struct race *race = race_new(SMALL, "bytes=16");
    struct lane_counters last[RACE_LANES] = {{0}}, now;

    for (uint64_t cycle = 0; cycle < 1500; cycle += 11) {
        race_to(race, cycle);
        for (unsigned i = 0; i < race->lanes; i++) {
            counters_of(&now, race, i);
            ck_assert_uint_ge(now.bytes, last[i].bytes);
            ck_assert_uint_ge(now.exits, last[i].exits);
            ck_assert_uint_ge(now.guest, last[i].guest);
            ck_assert_uint_ge(now.host, last[i].host);
            ck_assert_uint_ge(now.asleep, last[i].asleep);
            ck_assert_uint_le(now.bytes, now.all_bytes);
            ck_assert(!now.over || now.bytes == 16);
            last[i] = now;
        }
    }
    race_free(race);
}
END_TEST

/* --- the sentence -------------------------------------------------------------------- */

/* Which lane was done first, of those that are; RACE_LANES: none is. */
static unsigned done_first(const struct lane_counters *counters, unsigned lanes)
{
    unsigned first = RACE_LANES;

    for (unsigned i = 0; i < lanes; i++)
        if (counters[i].over &&
            (first == RACE_LANES || counters[i].over_at < counters[first].over_at))
            first = i;
    return first;
}

static void says(const struct race *race, const struct lane_counters *counters,
                 const char *wanted)
{
    struct buf text = {0};

    race_sentence(&text, race, counters);
    ck_assert_msg(strstr(buf_str(&text), wanted) != NULL, "+%" PRIu64 ": %s\nwanted %s",
                  race->cycle, buf_str(&text), wanted);
    buf_free(&text);
}

START_TEST(the_sentence_is_true_at_every_moment)
{
    struct race *race = race_new(SMALL, NULL);
    struct lane_counters counters[RACE_LANES] = {{0}};
    char wanted[96];

    for (uint64_t cycle = 1; cycle < 2090; cycle += 29) {
        unsigned first;

        race_to(race, cycle);
        for (unsigned i = 0; i < race->lanes; i++)
            counters_of(&counters[i], race, i);
        first = done_first(counters, race->lanes);
        if (counters[0].exit && !counters[1].exit) {
            snprintf(wanted, sizeof(wanted), "is in exit %" PRIu64, counters[0].exit);
            if (cycle > 300) /* then lane A is the last one */
                says(race, counters, wanted);
        }
        if (first == RACE_LANES)
            continue;
        snprintf(wanted, sizeof(wanted), "Lane %c (%s) was done ", lane_letter(first),
                 race->lane[first].name);
        says(race, counters, wanted);
        if (cycle - counters[first].over_at < 1000) {
            snprintf(wanted, sizeof(wanted), "was done %" PRIu64 " cycle",
                     cycle - counters[first].over_at);
            says(race, counters, wanted);
        }
    }
    race_free(race);
}
END_TEST

/* --- keys ---------------------------------------------------------------------------- */

static void type(struct race *race, const char *text)
{
    for (; *text; text++)
        ck_assert(race_key(race, (unsigned char)*text));
    ck_assert(race_key(race, '\r'));
}

START_TEST(keys_move_all_lanes)
{
    struct race *race = race_new(SMALL, NULL);

    ck_assert(race_key(race, KEY_CODE_RIGHT));
    ck_assert_uint_eq(race->cycle, 1);
    ck_assert(race_key(race, 'n'));
    ck_assert_uint_gt(race->cycle, 1);
    ck_assert(race_key(race, 'p'));
    ck_assert(race_key(race, 'g'));
    type(race, "1,200");
    ck_assert_uint_eq(race->cycle, 1200);
    ck_assert(race_key(race, KEY_CODE_LEFT));
    ck_assert_uint_lt(race->cycle, 1200);
    ck_assert(race_key(race, KEY_CODE_HOME));
    ck_assert_uint_eq(race->cycle, 0);
    ck_assert(race_key(race, KEY_CODE_END));
    ck_assert_uint_eq(race->cycle, 1200);
    ck_assert(race_key(race, ','));
    ck_assert_uint_eq(race->cycle, 1199);
    in_lockstep(race);
    race_free(race);
}
END_TEST

START_TEST(g_says_what_it_wants)
{
    struct race *race = race_new(SMALL, NULL);

    race_key(race, 'g');
    type(race, "nowhere");
    ck_assert_str_eq(race->notice, "g wants a cycle as +26,412, or end");
    race_key(race, 'g');
    for (unsigned i = 0; i < 6; i++)
        race_key(race, KEY_CODE_BACKSPACE);
    type(race, "end");
    ck_assert(race_ended(race));
    ck_assert_uint_gt(race->cycle, 2101);
    race_free(race);
}
END_TEST

START_TEST(a_run_goes_on_until_every_lane_is_at_its_end)
{
    struct race *race = race_new(SMALL, NULL);

    race_key(race, ' ');
    ck_assert(race->running);
    race_key(race, '+');
    ck_assert(race->running);
    ck_assert_uint_eq(race_speed(race), 1000);
    race_advance(race, race_speed(race));
    ck_assert(race->running);
    ck_assert_uint_eq(race->cycle, 1000);
    race_key(race, ' ');
    ck_assert(!race->running);
    race_key(race, ' ');
    for (unsigned i = 0; i < 10 && race->running; i++)
        race_advance(race, race_speed(race));
    ck_assert(!race->running && race_ended(race));
    race_key(race, ' ');
    ck_assert(!race->running);
    race_key(race, 'q');
    ck_assert(race->quit);
    race_free(race);
}
END_TEST

START_TEST(u_changes_the_unit_and_question_mark_tells_the_keys)
{
    struct race *race = race_new(SMALL, NULL);
    char *screen;

    ck_assert_str_eq(race->unit->name, "exit");
    race_key(race, 'u');
    ck_assert_str_eq(race->unit->name, "operation");
    race_key(race, '?');
    ck_assert(race->sheet.open);
    screen = screen_of(race);
    ck_assert_ptr_nonnull(strstr(screen, "keys of the race"));
    free(screen);
    race_key(race, 0x1b);
    ck_assert(!race->sheet.open);
    ck_assert(!race_key(race, 'm')); /* marks are of one run */
    race_free(race);
}
END_TEST

/* --- bare machines, and the answer --------------------------------------------------- */

START_TEST(machines_without_guests_are_raced_by_interrupts)
{
    struct race *race = race_new(COPIES, "sectors=8");
    struct lane_counters counters;

    ck_assert_str_eq(race->unit->name, "interrupt");
    ck_assert(!race->lane[0].guests);
    ck_assert_int_eq(race_next(race, race->unit), RACE_MOVED);
    counters_of(&counters, race, 1);
    ck_assert_uint_eq(counters.interrupts, 1);
    ck_assert_uint_eq(counters.guest, 0);
    in_lockstep(race);
    race_free(race);
}
END_TEST

START_TEST(the_answer_has_a_row_for_each_lane)
{
    struct race *race = race_new(SMALL, NULL);
    struct reply reply = {0};

    race_to(race, 700);
    race_report(race, &reply);
    ck_assert_uint_eq(reply.parts, 2);
    ck_assert_str_eq(
        reply.part[0].sentence,
        "Lane C (direct) was done 172 cycles ago. Lane A (emulated) has 12 "
        "of its 32 bytes and is in exit 13.");
    ck_assert_uint_eq(reply.part[1].table.rows, 3);
    ck_assert_str_eq(table_cell(&reply.part[1].table, 2, 1)->text, "direct");
    reply_release(&reply);
    race_free(race);
}
END_TEST

/* Without a window a race begins at reset, when no guest has run yet. */
START_TEST(guests_that_come_later_have_their_place_from_the_beginning)
{
    struct race *race = race_new("tests/commands/guests.lua", NULL);
    struct lane_counters counters;

    ck_assert_uint_eq(race->cycle, 0);
    ck_assert(!race->lane[0].guests);
    ck_assert(race->lane[1].guests && race->lane[2].guests);
    ck_assert_str_eq(race->unit->name, "exit");
    for (unsigned i = 0; i < race->lanes; i++)
        ck_assert_uint_eq(race->lane[i].begin, 0);
    race_to(race, 2500000);
    in_lockstep(race);
    counters_of(&counters, race, 2); /* of two harts */
    ck_assert_uint_eq(counters.guest + counters.host + counters.asleep, 5000000);
    ck_assert_uint_gt(counters.guest, 0);
    race_free(race);
}
END_TEST

/* Where there is no room for a race, the screen says so. */
START_TEST(a_race_draws_at_any_size)
{
    struct race *race = race_new(SMALL, NULL);

    for (int at = 0; at < 3; at++) {
        if (at)
            ck_assert(at == 1 ? race_to(race, 700) == RACE_MOVED
                              : race_to_end(race) == RACE_MOVED);
        for (int cols = 1; cols <= 40; cols++)
            for (int rows = 1; rows <= 30; rows++) {
                struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);

                race_draw(race, canvas);
                canvas_free(canvas);
            }
    }
    race_free(race);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, lanes_are_the_variants_that_the_scenario_names);
    tcase_add_test(tcase, a_race_begins_where_the_work_begins);
    tcase_add_test(tcase, two_to_four_known_variants_are_raced);
    tcase_add_loop_test(tcase, a_key_ends_the_opening, 0, 3);
    tcase_add_test(tcase, the_same_variant_twice_is_a_dead_heat);
    tcase_add_test(tcase, every_move_moves_all_lanes_to_the_same_cycle);
    tcase_add_test(tcase, there_and_back_the_screen_is_the_same);
    tcase_add_test(tcase, small_steps_lead_where_a_long_one_does);
    tcase_add_test(tcase, steps_back_are_the_steps_on_reversed);
    tcase_add_test(tcase, a_step_is_of_the_lane_that_comes_next);
    tcase_add_test(tcase, the_next_exit_is_that_of_any_lane);
    tcase_add_test(tcase, a_move_that_is_cut_short_leaves_all_lanes_where_they_were);
    tcase_add_test(tcase, at_the_end_counters_are_those_of_a_comparison);
    tcase_add_test(tcase, cycles_add_up_to_those_of_the_race);
    tcase_add_test(tcase, counters_never_go_back_and_come_to_the_whole);
    tcase_add_test(tcase, the_sentence_is_true_at_every_moment);
    tcase_add_test(tcase, keys_move_all_lanes);
    tcase_add_test(tcase, g_says_what_it_wants);
    tcase_add_test(tcase, a_run_goes_on_until_every_lane_is_at_its_end);
    tcase_add_test(tcase, u_changes_the_unit_and_question_mark_tells_the_keys);
    tcase_add_test(tcase, machines_without_guests_are_raced_by_interrupts);
    tcase_add_test(tcase, the_answer_has_a_row_for_each_lane);
    tcase_add_test(tcase, guests_that_come_later_have_their_place_from_the_beginning);
    tcase_add_test(tcase, a_race_draws_at_any_size);
}

TEST_MAIN("race", add_tests)
