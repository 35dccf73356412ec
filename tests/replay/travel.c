/*
 * One timeline in depth: a long random walk over the moments of a run, moments inside a
 * step, events forwards and backwards, stops in both directions, branches, marks, and all
 * of it in hardly any memory.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "observe/ask/stops.h"
#include "observe/time/timeline.h"
#include "tests/lib/random_machine.h"
#include "tests/lib/specimen.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LENGTH = 60000, PLACES = 240, WALK = 1000, SLOW_WALK = 200 };

/* One hart, two by turns of an instruction, two boards, DMA without end. */
static const unsigned shapes[] = {0, 3, 6, 11};

struct spot {
    struct moment at;
    uint64_t digest;
};

struct travel {
    struct run *run;
    struct timeline *time;
    struct random random;
    struct spot place[PLACES];
};

static struct run_limit attempts(uint64_t attempts)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.attempts = attempts;
    return limit;
}

/* A timeline at the end of a run whose places are known from another run of the same. */
static void travel_begin(struct travel *travel, unsigned shape,
                         const struct timeline_settings *settings)
{
    struct run *plain = random_machine(&machine_shapes[shape], shape + 40);

    travel->run = random_machine(&machine_shapes[shape], shape + 40);
    travel->time = timeline_new(travel->run, settings);
    travel->random = (struct random){shape};
    for (unsigned i = 0; i < PLACES; i++) {
        uint64_t at = (uint64_t)LENGTH / PLACES * i;

        run_go(plain, attempts(at + random_below(&travel->random, LENGTH / PLACES)));
        travel->place[i] = (struct spot){moment_of(plain), run_digest(plain)};
    }
    timeline_go(travel->time, attempts(LENGTH + 1000), NULL);
    run_free(plain);
}

static void travel_end(struct travel *travel)
{
    timeline_free(travel->time);
    run_free(travel->run);
}

static void visit(struct travel *travel, unsigned i)
{
    const struct spot *spot = &travel->place[i];

    timeline_seek(travel->time, spot->at);
    ck_assert_msg(moment_compare(timeline_now(travel->time), spot->at) == 0,
                  "#%" PRIu64 " instead of place %u, #%" PRIu64,
                  timeline_now(travel->time).retired, i, spot->at.retired);
    ck_assert_msg(run_digest(travel->run) == spot->digest, "place %u is not as it was",
                  i);
}

static unsigned walk_length(void)
{
    return is_slow_build() ? SLOW_WALK : WALK;
}

START_TEST(a_random_walk_finds_every_place_as_it_was)
{
    const struct timeline_settings settings = {.interval = 3000};
    struct travel travel;

    travel_begin(&travel, shapes[_i], &settings);
    for (unsigned i = 0; i < walk_length(); i++) {
        visit(&travel, random_below(&travel.random, PLACES));
        for (unsigned n = random_below(&travel.random, 8); n--;)
            timeline_step_back(travel.time);
    }
    ck_assert_uint_eq(timeline_branches(travel.time), 1);
    travel_end(&travel);
}
END_TEST

/* --- memory --------------------------------------------------------------------------------- */

START_TEST(hardly_any_memory_is_enough)
{
    enum { BOUND = 1 << 20 };
    const struct timeline_settings settings = {.memory = BOUND, .interval = 200};
    struct timeline_memory memory;
    struct travel travel;

    travel_begin(&travel, shapes[_i], &settings);
    for (unsigned i = 0; i < walk_length() / 5; i++) {
        visit(&travel, random_below(&travel.random, PLACES));
        memory = timeline_memory(travel.time);
        ck_assert_uint_le(memory.bytes, BOUND);
        ck_assert_uint_ge(memory.snapshots, 2);
    }
    timeline_set_memory(travel.time, 1); /* the first and the last stay */
    ck_assert_uint_le(timeline_memory(travel.time).snapshots, 3);
    visit(&travel, PLACES / 2);
    timeline_set_memory(travel.time, UINT64_C(64) << 20);
    visit(&travel, PLACES / 3);
    visit(&travel, PLACES - 1);
    travel_end(&travel);
}
END_TEST

START_TEST(snapshots_are_taken_at_moments_in_order)
{
    const struct timeline_settings settings = {.interval = 1000};
    struct snapshot_info info, last = {0};
    struct travel travel;
    unsigned n = 0;

    travel_begin(&travel, shapes[_i], &settings);
    for (; timeline_snapshot_info(travel.time, n, &info); n++) {
        ck_assert(n == 0 || moment_compare(info.at, last.at) > 0);
        last = info;
    }
    ck_assert_uint_eq(n, timeline_memory(travel.time).snapshots);
    ck_assert_uint_gt(n, 3);
    travel_end(&travel);
}
END_TEST

/* --- inside a step -------------------------------------------------------------------------- */

enum { HEARD = 6000 };

struct heard {
    unsigned count;
    struct event event[HEARD];
    unsigned step[HEARD]; /* in which step it was told */
    unsigned steps;
    uint64_t digest[HEARD + 1]; /* before each step */
    struct moment at[HEARD + 1];
};

static void take(void *ctx, const struct event *event)
{
    struct heard *heard = ctx;

    if (heard->count == HEARD)
        return;
    heard->step[heard->count] = heard->steps;
    heard->event[heard->count++] = *event;
}

/* All events of a run, step by step, from that many attempts on. */
static struct heard *hear_steps(unsigned shape, uint64_t from, unsigned events)
{
    struct heard *heard = alloc_zero(1, sizeof(*heard));
    struct run *run = random_machine(&machine_shapes[shape], shape + 40);

    run_go(run, attempts(from));
    event_listen(&run->events, (struct event_sink){EVENT_ALL, take, heard});
    while (heard->count < events) {
        heard->at[heard->steps] = moment_of(run);
        heard->digest[heard->steps] = run_digest(run);
        run_step(run);
        heard->steps++;
    }
    heard->at[heard->steps] = moment_of(run);
    heard->digest[heard->steps] = run_digest(run);
    run_free(run);
    return heard;
}

static bool same_event(const struct event *a, const struct event *b)
{
    return a->kind == b->kind && a->retired == b->retired && a->order == b->order &&
           a->cycle == b->cycle && a->board == b->board;
}

/* Is it the last event of its step? Behind it is a boundary. */
static bool is_last(const struct heard *heard, unsigned i)
{
    return i + 1 == heard->count || heard->step[i + 1] != heard->step[i];
}

static bool is_named_same(struct moment a, struct moment b)
{
    return a.retired == b.retired && a.order == b.order;
}

/* Is the machine as at the boundary before that step? Or, if such steps told nothing, as
 * at one behind it that has the same name. */
static bool is_as_before(const struct travel *travel, const struct heard *heard,
                         unsigned step)
{
    uint64_t digest = run_digest(travel->run);
    struct moment at = heard->at[step];

    for (; step <= heard->steps && is_named_same(heard->at[step], at); step++)
        if (heard->digest[step] == digest)
            return true;
    return false;
}

/* Behind the last event of a step is the boundary where the step ends. */
static void check_inside(const struct travel *travel, const struct heard *heard,
                         unsigned i)
{
    unsigned step = heard->step[i] + is_last(heard, i);
    struct moment now = timeline_now(travel->time), want = heard->at[step];

    if (!is_last(heard, i))
        want = moment_after_event(&heard->event[i]);
    ck_assert_msg(is_named_same(now, want),
                  "event %u: #%" PRIu64 ".%u instead of #%" PRIu64 ".%u", i,
                  now.retired, now.order, want.retired, want.order);
    ck_assert_msg(is_as_before(travel, heard, step),
                  "event %u (%s): the machine is not as at the boundary", i,
                  event_infos[heard->event[i].kind].name);
    ck_assert_uint_eq(timeline_inside(travel->time) > 0, !is_last(heard, i));
}

START_TEST(a_moment_inside_a_step_can_be_stood_at)
{
    const struct timeline_settings settings = {.interval = 2000};
    struct heard *heard = hear_steps(shapes[_i], 5000, HEARD / 2);
    struct travel travel;

    travel_begin(&travel, shapes[_i], &settings);
    for (unsigned n = 0; n < walk_length() / 4; n++) {
        unsigned i = random_below(&travel.random, heard->count - 1);

        timeline_seek(travel.time, moment_after_event(&heard->event[i]));
        check_inside(&travel, heard, i);
    }
    travel_end(&travel);
    free(heard);
}
END_TEST

START_TEST(events_are_stepped_over_one_by_one_and_back)
{
    enum { EVENTS = 400 };
    const struct timeline_settings settings = {.interval = 2000};
    struct heard *heard = hear_steps(shapes[_i], 5000, EVENTS + 50);
    struct travel travel;

    travel_begin(&travel, shapes[_i], &settings);
    timeline_seek(travel.time, moment_after_event(&heard->event[0]));
    for (unsigned i = 1; i < EVENTS; i++) {
        ck_assert_int_eq(timeline_step_event(travel.time), ARRIVED);
        check_inside(&travel, heard, i);
        ck_assert_ptr_nonnull(timeline_seen(travel.time));
        ck_assert(same_event(timeline_seen(travel.time), &heard->event[i]));
    }
    for (unsigned i = EVENTS - 1; i-- > 0;) {
        ck_assert_int_eq(timeline_step_event_back(travel.time), ARRIVED);
        check_inside(&travel, heard, i);
    }
    travel_end(&travel);
    free(heard);
}
END_TEST

/* --- events of a kind ------------------------------------------------------------------------ */

enum { OF_KIND = 60 };

/* The first so many events of that kind from a moment on, as one hears them who only
 * listens to another run. */
static unsigned hear_kind(uint64_t kind, struct moment from,
                          struct event event[OF_KIND])
{
    struct run *run = random_machine(&machine_shapes[0], 40);
    struct heard *heard = alloc_zero(1, sizeof(*heard));
    unsigned count;

    while (moment_compare(moment_of(run), from) < 0)
        run_step(run);
    event_listen(&run->events, (struct event_sink){kind, take, heard});
    run_go(run, attempts(LENGTH));
    count = heard->count < OF_KIND ? heard->count : OF_KIND;
    memcpy(event, heard->event, count * sizeof(*event));
    free(heard);
    run_free(run);
    return count;
}

START_TEST(events_of_a_kind_are_the_same_backwards)
{
    static const enum event_kind kinds[] = {EVENT_TRAP_ENTER, EVENT_DMA_BURST,
                                            EVENT_WALK_STEP, EVENT_IRQ_LINE};
    const struct timeline_settings settings = {.interval = 2000};
    uint64_t kind = EVENT_BIT(kinds[_i]);
    struct event event[OF_KIND], plain[OF_KIND], back;
    struct travel travel;
    unsigned count = 0;

    travel_begin(&travel, 0, &settings);
    timeline_seek(travel.time, travel.place[0].at);
    for (; count < OF_KIND; count++) {
        event[count].kind = EVENT_KINDS;
        timeline_next_event(travel.time, kind, NULL, NULL, attempts(LENGTH),
                            &event[count]);
        if (event[count].kind == EVENT_KINDS)
            break;
    }
    ck_assert_uint_gt(count, 5);
    ck_assert_uint_eq(hear_kind(kind, travel.place[0].at, plain), count);
    for (unsigned i = 0; i < count; i++)
        ck_assert_msg(same_event(&plain[i], &event[i]), "event %u of %u", i, count);
    timeline_seek(travel.time, moment_after_event(&event[count - 1]));
    for (unsigned i = count - 1; i-- > 0;) {
        ck_assert_int_eq(timeline_last_event(travel.time, kind, NULL, NULL, &back),
                         ARRIVED);
        ck_assert_msg(same_event(&back, &event[i]), "event %u of %u", i, count);
    }
    travel_end(&travel);
}
END_TEST

/* --- stops ------------------------------------------------------------------------------------ */

static void add_stop(struct stops *stops, enum stop_kind kind, uint64_t address)
{
    struct stop stop = {.kind = kind,
                        .address = address,
                        .length = 8,
                        .hart = -1,
                        .kinds = EVENT_BIT(EVENT_DMA_STATE),
                        .enabled = true};
    struct err err = {0};

    ck_assert_msg(stops_add(stops, &stop, &err) != 0, "%s", err.text);
}

/* Breakpoints and watchpoints, one at a time. */
static const struct {
    enum stop_kind kind;
    uint64_t address;
} stop_rows[] = {
    {STOP_PC, MACHINE_CODE + 0x4000},    /* the trap handler */
    {STOP_PC, MACHINE_WINDOW + 4 * 100}, /* the program */
    {STOP_WRITE, MACHINE_CODE + 0x5018}, /* where the handler counts traps */
    {STOP_WRITE, MACHINE_CODE + 0x2800}, /* the program's data */
    {STOP_EVENT, 0},                     /* a DMA channel's state */
};

START_TEST(what_stops_a_run_stops_it_backwards)
{
    enum { MOST = 40 };
    const struct timeline_settings settings = {.interval = 2000};
    struct expr_scope scope = {.kind = EVENT_KINDS};
    struct moment hit[MOST];
    struct travel travel;
    struct stops *stops;
    unsigned hits = 0;

    travel_begin(&travel, 0, &settings);
    scope.run = travel.run;
    stops = stops_new(travel.time, &scope);
    add_stop(stops, stop_rows[_i].kind, stop_rows[_i].address);
    timeline_seek(travel.time, travel.place[0].at);
    while (hits < MOST && timeline_go(travel.time, attempts(LENGTH),
                                      stops_probe(stops)) == ARRIVED_HIT)
        hit[hits++] = timeline_now(travel.time);
    ck_assert_uint_gt(hits, 1);
    timeline_seek(travel.time, hit[hits - 1]);
    for (unsigned i = hits - 1; i-- > 0;) {
        ck_assert_int_eq(timeline_go_back(travel.time, stops_probe(stops), NULL),
                         ARRIVED_HIT);
        ck_assert_msg(moment_compare(timeline_now(travel.time), hit[i]) == 0,
                      "stop %u of %u: #%" PRIu64 " instead of #%" PRIu64, i, hits,
                      timeline_now(travel.time).retired, hit[i].retired);
    }
    visit(&travel, 7);
    stops_free(stops);
    travel_end(&travel);
}
END_TEST

/* --- branches and marks -------------------------------------------------------------------------- */

static void poke(struct travel *travel, uint64_t value, const char **kept)
{
    struct act act = {.kind = ACT_X, .number = 10, .value = value};
    struct err err = {0};

    ck_assert_msg(timeline_act(travel->time, &act, kept, &err), "%s", err.text);
}

START_TEST(a_future_that_was_cut_off_can_be_gone_back_to)
{
    const struct timeline_settings settings = {.interval = 2000};
    struct moment end, other_end;
    uint64_t digest, other_digest;
    struct travel travel;
    struct err err = {0};
    const char *kept;

    travel_begin(&travel, shapes[_i], &settings);
    end = timeline_now(travel.time);
    digest = run_digest(travel.run);
    visit(&travel, PLACES / 2);
    poke(&travel, 0x1234, &kept);
    ck_assert_str_eq(kept, "main-2");
    ck_assert_uint_eq(timeline_branches(travel.time), 2);
    timeline_go(travel.time, attempts(LENGTH), NULL);
    other_end = timeline_now(travel.time);
    other_digest = run_digest(travel.run);
    ck_assert_uint_ne(other_digest, digest);

    ck_assert(timeline_switch(travel.time, 1, &err));
    timeline_seek(travel.time, end);
    ck_assert_uint_eq(run_digest(travel.run), digest);
    visit(&travel, 3 * PLACES / 4);
    ck_assert(timeline_switch(travel.time, 0, &err));
    timeline_seek(travel.time, other_end);
    ck_assert_uint_eq(run_digest(travel.run), other_digest);
    ck_assert(timeline_switch(travel.time, 1, &err));
    visit(&travel, 3 * PLACES / 4); /* where it stood, too */
    visit(&travel, 1);
    travel_end(&travel);
}
END_TEST

/* --- what was typed ------------------------------------------------------------------ */

enum { TYPED = 400, TAKE = 200000 };

static unsigned console(const struct run *run)
{
    unsigned i = 0;

    while (!run->board[0]->device[i]->type->input)
        i++;
    return i;
}

static char *some_text(char text[TYPED + 1])
{
    for (unsigned i = 0; i < TYPED; i++)
        text[i] = (char)('!' + i % 89);
    text[TYPED] = '\0';
    return text;
}

/* All that a branch has taken and that waits on it, in order. */
static void has_typed(struct timeline *time, unsigned branch, const char *text)
{
    const struct journal *journal = timeline_branch_info(time, branch)->journal;
    struct typed_info info;
    struct buf all = {0};

    for (size_t i = 0; i < journal->count; i++)
        if (journal->act[i].kind == ACT_INPUT)
            buf_add(&all, journal->act[i].bytes, journal->act[i].size);
    for (unsigned i = 0; timeline_typed_info(time, i, &info); i++)
        if (info.branch == branch)
            buf_add(&all, info.bytes, info.size);
    ck_assert_str_eq(buf_str(&all), text);
    buf_free(&all);
}

static void type(struct travel *travel, const char *text)
{
    struct err err = {0};

    ck_assert_msg(timeline_type(travel->time, 0, console(travel->run), text,
                                strlen(text), "typed", NULL, &err),
                  "%s", err.text);
}

/* Where the character with that number was taken. */
static struct moment taken_after(const struct timeline *time, size_t count)
{
    const struct act *act = timeline_branch_info(time, 0)->journal->act;

    for (; count >= act->size; act++)
        count -= act->size;
    return act->at;
}

/* At the end of a run on which `text` was typed early, and all of it was taken. */
static struct moment typed_begin(struct travel *travel, const char *text)
{
    struct moment typed;

    travel_begin(travel, 0, NULL);
    typed = timeline_now(travel->time);
    type(travel, text);
    ck_assert_uint_gt(timeline_typed_ahead(travel->time), 0);
    timeline_go(travel->time, attempts(TAKE), NULL);
    ck_assert_uint_eq(timeline_typed_ahead(travel->time), 0);
    return typed;
}

/* What the UART took after the cut waits again; the future that is kept has it as it was. */
START_TEST(what_was_typed_before_a_cut_comes_on_both_branches)
{
    struct travel travel;
    char text[TYPED + 1];
    size_t ahead;

    typed_begin(&travel, some_text(text));
    timeline_seek(travel.time, taken_after(travel.time, TYPED / 2));
    poke(&travel, 1, NULL);
    ahead = timeline_typed_ahead(travel.time);
    ck_assert_uint_gt(ahead, 0);
    ck_assert_uint_lt(ahead, TYPED);
    has_typed(travel.time, 0, text);
    has_typed(travel.time, 1, text);
    timeline_go(travel.time, attempts(TAKE), NULL);
    ck_assert_uint_lt(timeline_typed_ahead(travel.time), ahead);
    has_typed(travel.time, 0, text);
    travel_end(&travel);
}
END_TEST

/* And stays behind what was typed before it. */
START_TEST(what_was_typed_after_a_cut_stays_with_the_kept_branch)
{
    char text[TYPED + 1], all[2 * TYPED];
    struct moment middle, later;
    struct travel travel;
    struct err err = {0};

    typed_begin(&travel, some_text(text));
    middle = taken_after(travel.time, TYPED / 2);
    later = taken_after(travel.time, 3 * TYPED / 4);
    timeline_seek(travel.time, later);
    type(&travel, "+later+"); /* a cut, too: behind what waits again */
    snprintf(all, sizeof(all), "%s+later+", text);
    has_typed(travel.time, 0, all);
    has_typed(travel.time, 1, text);
    timeline_seek(travel.time, middle);
    type(&travel, "-other-");
    has_typed(travel.time, 2, all);
    snprintf(all, sizeof(all), "%s-other-", text);
    has_typed(travel.time, 0, all);
    timeline_seek(travel.time, middle);
    ck_assert_msg(timeline_fork(travel.time, "try", &err), "%s", err.text);
    has_typed(travel.time, 0, all);
    travel_end(&travel);
}
END_TEST

/* Who goes back to before he typed has not typed. */
START_TEST(what_is_typed_at_the_moment_of_the_cut_is_undone)
{
    struct moment typed;
    struct travel travel;
    char text[TYPED + 1];

    typed = typed_begin(&travel, some_text(text));
    timeline_seek(travel.time, typed);
    type(&travel, "again");
    has_typed(travel.time, 0, "again");
    has_typed(travel.time, 1, text);
    travel_end(&travel);
}
END_TEST

START_TEST(a_new_branch_has_what_was_typed_before_it)
{
    struct travel travel;
    char text[TYPED + 1];
    struct err err = {0};

    typed_begin(&travel, some_text(text));
    timeline_seek(travel.time, taken_after(travel.time, TYPED / 2));
    ck_assert_msg(timeline_fork(travel.time, "try", &err), "%s", err.text);
    has_typed(travel.time, 0, text);
    has_typed(travel.time, 1, text);
    timeline_go(travel.time, attempts(TAKE), NULL);
    has_typed(travel.time, 1, text);
    ck_assert_msg(timeline_fork(travel.time, "again", &err), "%s", err.text);
    has_typed(travel.time, 1, text);
    has_typed(travel.time, 2, text);
    travel_end(&travel);
}
END_TEST

/* As of a journal that somebody has made up: nobody is there who could take it. */
START_TEST(what_no_device_takes_does_not_wait_again)
{
    uint8_t bytes[] = {'x'};
    struct act act = {.at = {100, 0, 0},
                      .kind = ACT_INPUT,
                      .board = 200,
                      .size = sizeof(bytes),
                      .bytes = bytes};
    const struct journal journal = {.count = 1, .act = &act};
    struct branch_info info = {
        .name = "main", .parent = -1, .journal = &journal, .furthest = {200, 0, 0}};
    struct run *run = random_machine(&machine_shapes[0], 40);
    struct timeline *time = timeline_new(run, NULL);
    struct err err = {0};

    ck_assert_msg(timeline_restore_branch(time, &info, &err), "%s", err.text);
    timeline_seek(time, (struct moment){50, 0, 0});
    ck_assert_msg(timeline_fork(time, "try", &err), "%s", err.text);
    ck_assert_uint_eq(timeline_typed_ahead(time), 0);
    timeline_go(time, attempts(1000), NULL);
    timeline_free(time);
    run_free(run);
}
END_TEST

/* As of a journal that somebody has made up: the first act's moment is no boundary. */
START_TEST(an_act_at_a_moment_that_never_comes_hides_no_later_one)
{
    const struct machine_shape *shape = &machine_shapes[shapes[_i]];
    struct act act[] = {{.kind = ACT_X, .number = 10, .value = 1},
                        {.kind = ACT_X, .number = 10, .value = 2}};
    const struct journal journal = {.count = COUNT(act), .act = act};
    struct branch_info info = {.name = "main", .parent = -1, .journal = &journal};
    struct run *plain = random_machine(shape, 40), *run = random_machine(shape, 40);
    struct timeline *time = timeline_new(run, NULL);
    struct err err = {0};

    run_go(plain, attempts(2000));
    act[0].at = (struct moment){moment_of(plain).retired, UINT64_MAX / 2, 0};
    run_go(plain, attempts(5000));
    act[1].at = moment_of(plain);
    act_do(plain, &act[1]);
    run_go(plain, attempts(5100));
    info.furthest = moment_of(plain);
    ck_assert_msg(timeline_restore_branch(time, &info, &err), "%s", err.text);
    ck_assert_int_eq(timeline_seek(time, info.furthest), ARRIVED);
    ck_assert_uint_eq(run_digest(run), run_digest(plain));
    timeline_free(time);
    run_free(run);
    run_free(plain);
}
END_TEST

/* Changes at random places, each of which cuts a future off: every branch has its own. */
START_TEST(many_branches_keep_apart)
{
    enum { BRANCHES = 12 };
    const struct timeline_settings settings = {.memory = 8 << 20, .interval = 2000};
    uint64_t digest[BRANCHES];
    struct moment end[BRANCHES];
    struct travel travel;
    struct err err = {0};

    travel_begin(&travel, shapes[_i], &settings);
    for (unsigned i = 0; i < BRANCHES; i++) {
        char name[24];

        snprintf(name, sizeof(name), "try-%u", i);
        ck_assert(timeline_switch(travel.time, 0, &err));
        visit(&travel, random_below(&travel.random, PLACES));
        ck_assert_msg(timeline_fork(travel.time, name, &err), "%s", err.text);
        poke(&travel, i, NULL);
        timeline_go(travel.time, attempts(LENGTH / 2), NULL);
        end[i] = timeline_now(travel.time);
        digest[i] = run_digest(travel.run);
    }
    ck_assert_uint_eq(timeline_branches(travel.time), BRANCHES + 1);
    for (unsigned n = 0; n < 2 * BRANCHES; n++) {
        unsigned i = random_below(&travel.random, BRANCHES);

        ck_assert(timeline_switch(travel.time, i + 1, &err));
        timeline_seek(travel.time, (struct moment){0});
        timeline_seek(travel.time, end[i]);
        ck_assert_uint_eq(run_digest(travel.run), digest[i]);
    }
    ck_assert(timeline_switch(travel.time, 0, &err));
    visit(&travel, PLACES / 2);
    travel_end(&travel);
}
END_TEST

START_TEST(marks_stay_where_they_were_put)
{
    const struct timeline_settings settings = {.interval = 2000};
    struct travel travel;
    struct err err = {0};
    const struct mark *mark;

    travel_begin(&travel, shapes[_i], &settings);
    visit(&travel, 20);
    ck_assert(timeline_mark(travel.time, "early", &err));
    visit(&travel, 200);
    ck_assert(timeline_mark(travel.time, "late", &err));
    ck_assert_uint_eq(timeline_marks(travel.time), 2);
    mark = timeline_mark_info(travel.time, 0);
    ck_assert_str_eq(mark->name, "early");
    timeline_seek(travel.time, mark->at);
    ck_assert_uint_eq(run_digest(travel.run), travel.place[20].digest);
    ck_assert(timeline_mark(travel.time, "late", &err)); /* it moves */
    ck_assert_uint_eq(timeline_marks(travel.time), 2);
    ck_assert_int_eq(
        moment_compare(timeline_mark_info(travel.time, 1)->at, travel.place[20].at), 0);
    ck_assert(timeline_unmark(travel.time, "early"));
    ck_assert(!timeline_unmark(travel.time, "early"));
    ck_assert_uint_eq(timeline_marks(travel.time), 1);
    travel_end(&travel);
}
END_TEST

/* --- arrivals --------------------------------------------------------------------------------- */

static void nothing(void *ctx, struct hart *hart)
{
    (void)ctx, (void)hart;
}

/* The last hart has no room for one more stop: no other is armed, and nothing is used up. */
START_TEST(an_arrival_that_finds_no_room_leaves_no_trace)
{
    struct run *run = random_machine(&machine_shapes[3], 1);
    struct timeline *time = timeline_new(run, NULL);
    struct board *board = run->board[run->boards - 1];
    struct hart *last = &board->hart[board->harts - 1],
                *first = &run->board[0]->hart[0];

    ck_assert_ptr_ne(first, last);
    while (hart_add_stop(last, 4))
        ;
    for (unsigned i = 0; i < HART_STOPS; i++)
        ck_assert(!timeline_add_arrival(time, 8, nothing, NULL));
    ck_assert_uint_eq(first->stops, 0);
    hart_remove_stop(last, 4);
    ck_assert(timeline_add_arrival(time, 8, nothing, NULL));
    ck_assert_uint_eq(first->stops, 1);
    timeline_free(time);
    run_free(run);
}
END_TEST

/* --- inside the step that comes next ------------------------------------------------------ */

static void step_inside(struct timeline *time)
{
    for (int i = 0; i < 2000 && !timeline_inside(time); i++)
        timeline_step_event(time);
    ck_assert_uint_ne(timeline_inside(time), 0);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

/* Whoever stands inside the step behind the furthest moment has not done it, however he
 * comes there again. */
START_TEST(the_step_that_comes_next_is_not_done_by_going_there)
{
    struct travel travel;
    struct err err = {0};
    struct moment there, furthest;

    travel_begin(&travel, shapes[_i], NULL);
    step_inside(travel.time);
    there = timeline_now(travel.time);
    furthest = timeline_furthest(travel.time);
    ck_assert_int_gt(moment_compare(there, furthest), 0);
    timeline_seek(travel.time, (struct moment){.retired = 100});
    timeline_seek(travel.time, there);
    ck_assert_int_eq(moment_compare(timeline_now(travel.time), there), 0);
    ck_assert_uint_ne(timeline_inside(travel.time), 0);
    ck_assert(timeline_fork(travel.time, "other", &err));
    ck_assert(timeline_switch(travel.time, 0, &err));
    ck_assert_int_eq(moment_compare(timeline_now(travel.time), there), 0);
    ck_assert_int_eq(moment_compare(timeline_furthest(travel.time), furthest), 0);
    travel_end(&travel);
}
END_TEST

START_TEST(a_switch_from_inside_a_step_that_is_interrupted_changes_no_branch)
{
    struct travel travel;
    struct err err = {0};
    struct moment there, furthest;

    travel_begin(&travel, shapes[_i], NULL);
    timeline_seek(travel.time, (struct moment){.retired = 5000});
    ck_assert(timeline_fork(travel.time, "other", &err));
    furthest = timeline_furthest(travel.time);
    ck_assert(timeline_switch(travel.time, 0, &err));
    timeline_seek(travel.time, (struct moment){.retired = 9000});
    step_inside(travel.time);
    there = timeline_now(travel.time);
    timeline_set_interrupt(travel.time, (struct interrupt){always, NULL});
    ck_assert(!timeline_switch(travel.time, 1, &err));
    ck_assert_uint_eq(timeline_branch(travel.time), 0);
    ck_assert_int_eq(moment_compare(timeline_now(travel.time), there), 0);
    ck_assert_int_eq(
        moment_compare(timeline_branch_info(travel.time, 1)->furthest, furthest), 0);
    travel_end(&travel);
}
END_TEST

struct last {
    struct event event;
};

static void take_event(void *ctx, const struct event *event)
{
    ((struct last *)ctx)->event = *event;
}

static unsigned device_that_takes(const struct board *board)
{
    unsigned device = 0;

    while (!board->device[device]->type->input)
        device++;
    return device;
}

/* Also while characters wait, which come between two steps. */
START_TEST(an_event_that_was_seen_has_happened)
{
    struct travel travel;
    struct err err = {0};
    struct last last = {{0}};
    char text[400];
    unsigned typed = 0;

    travel_begin(&travel, shapes[_i], NULL);
    memset(text, 'a', sizeof(text));
    timeline_add_appender(travel.time,
                          (struct event_sink){EVENT_ALL, take_event, &last});
    ck_assert(timeline_type(travel.time, 0, device_that_takes(travel.run->board[0]),
                            text, sizeof(text), NULL, NULL, &err));
    for (int i = 0; i < 20000 && timeline_typed_ahead(travel.time); i++) {
        const struct event *seen;

        ck_assert_int_eq(timeline_step_event(travel.time), ARRIVED);
        seen = timeline_seen(travel.time);
        if (timeline_inside(travel.time))
            continue;
        ck_assert_uint_eq(seen->kind, last.event.kind);
        ck_assert_uint_eq(seen->retired, last.event.retired);
        ck_assert_uint_eq(seen->order, last.event.order);
        typed += seen->kind == EVENT_OUTSIDE;
    }
    ck_assert_uint_gt(typed, 0);
    travel_end(&travel);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_random_walk_finds_every_place_as_it_was, 0,
                        COUNT(shapes));
    tcase_add_loop_test(tcase, hardly_any_memory_is_enough, 0, COUNT(shapes));
    tcase_add_loop_test(tcase, snapshots_are_taken_at_moments_in_order, 0,
                        COUNT(shapes));
    tcase_add_loop_test(tcase, a_moment_inside_a_step_can_be_stood_at, 0,
                        COUNT(shapes));
    tcase_add_loop_test(tcase, events_are_stepped_over_one_by_one_and_back, 0,
                        COUNT(shapes));
    tcase_add_loop_test(tcase, events_of_a_kind_are_the_same_backwards, 0, 4);
    tcase_add_loop_test(tcase, what_stops_a_run_stops_it_backwards, 0,
                        COUNT(stop_rows));
    tcase_add_loop_test(tcase, a_future_that_was_cut_off_can_be_gone_back_to, 0,
                        COUNT(shapes));
    tcase_add_test(tcase, what_was_typed_before_a_cut_comes_on_both_branches);
    tcase_add_test(tcase, what_was_typed_after_a_cut_stays_with_the_kept_branch);
    tcase_add_test(tcase, what_is_typed_at_the_moment_of_the_cut_is_undone);
    tcase_add_test(tcase, a_new_branch_has_what_was_typed_before_it);
    tcase_add_test(tcase, what_no_device_takes_does_not_wait_again);
    tcase_add_loop_test(tcase, an_act_at_a_moment_that_never_comes_hides_no_later_one,
                        0, COUNT(shapes));
    tcase_add_loop_test(tcase, many_branches_keep_apart, 0, COUNT(shapes));
    tcase_add_loop_test(tcase, marks_stay_where_they_were_put, 0, COUNT(shapes));
    tcase_add_test(tcase, an_arrival_that_finds_no_room_leaves_no_trace);
    tcase_add_loop_test(tcase, the_step_that_comes_next_is_not_done_by_going_there, 0,
                        COUNT(shapes));
    tcase_add_loop_test(
        tcase, a_switch_from_inside_a_step_that_is_interrupted_changes_no_branch, 0,
        COUNT(shapes));
    tcase_add_loop_test(tcase, an_event_that_was_seen_has_happened, 0, COUNT(shapes));
}

TEST_MAIN("travel", add_tests)
