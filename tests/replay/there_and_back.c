/*
 * However one gets to a moment, the machine is the same there, and tells the same on the
 * way: by running, from a saved state, back by a timeline and forwards again, with keys
 * and pokes on the way, in small memory, on other branches.
 */
#include "base/alloc.h"
#include "base/bits.h"
#include "observe/ask/stops.h"
#include "observe/time/timeline.h"
#include "tests/lib/random_machine.h"
#include "tests/lib/specimen.h"
#include "tests/lib/suite.h"
#include "tests/lib/told.h"

#include <inttypes.h>
#include <string.h>

enum {
    POINTS = 6,     /* moments of each run that are visited */
    INTERVAL = 300, /* instructions between snapshots: many, as in a long run */
    SPARSE = 200,   /* more of them, where most of a run is its start */
    VISITS = 8,
    SLOW = 5 /* in slow builds, one specimen of so many */
};

#define RAM UINT64_C(0x80000000)

/* One moment of a run: what the machine is there, and was told since the point before. */
struct point {
    uint64_t attempts;
    struct moment at;
    uint64_t digest;
    struct told told;
};

struct route {
    unsigned number; /* of the specimen */
    struct random random;
    struct point point[POINTS + 1]; /* the last is the end */
};

static void hear(struct run *run, struct told *told)
{
    *told = (struct told){0};
    event_listen(&run->events, (struct event_sink){EVENT_ALL, told_take, told});
}

static void stop_hearing(struct run *run, struct told *told)
{
    event_unlisten(&run->events, told_take, told);
}

static void note(struct point *point, struct run *run)
{
    point->attempts = run_attempts(run);
    point->at = moment_of(run);
    point->digest = run_digest(run);
}

/* Random points of a run, in order, seen in one run that is heard all the way. */
static void plan(struct route *route, unsigned number)
{
    struct specimen specimen;
    uint64_t at;

    *route = (struct route){.number = number, .random = {number * 77 + 5}};
    specimen_make(&specimen, number);
    at = specimen.first;
    specimen_go(specimen.run, at);
    for (unsigned i = 0; i <= POINTS; i++) {
        struct point *point = &route->point[i];

        at += 1 + random_below(&route->random,
                               (uint32_t)(specimen.attempts * 2 / (POINTS + 1)));
        hear(specimen.run, &point->told);
        specimen_go(specimen.run, at);
        stop_hearing(specimen.run, &point->told);
        note(point, specimen.run);
    }
    specimen_end(&specimen);
}

static void check_point(const struct route *route, unsigned i, struct run *run,
                        const char *how)
{
    ck_assert_msg(run_digest(run) == route->point[i].digest,
                  "specimen %u, point %u (#%" PRIu64 "), %s: another state",
                  route->number, i, route->point[i].at.retired, how);
}

static void check_told(const struct route *route, unsigned i, const struct told *told,
                       const char *how)
{
    ck_assert_msg(told->count == route->point[i].told.count &&
                      told->digest == route->point[i].told.digest,
                  "specimen %u, to point %u (#%" PRIu64 "), %s: other events",
                  route->number, i, route->point[i].at.retired, how);
}

/* Specimens that this build tries: all, or a few. */
static unsigned chosen(int i)
{
    return is_slow_build() ? (unsigned)i * SLOW % SPECIMENS : (unsigned)i;
}

static int choices(void)
{
    return is_slow_build() ? SPECIMENS / SLOW : SPECIMENS;
}

/* --- saved and restored ------------------------------------------------------------------ */

static void copy_state(struct run *to, struct run *from)
{
    struct buf saved = {0};
    struct state state = {.mode = STATE_SAVE, .out = &saved};

    run_state(from, &state);
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    run_state(to, &state);
    ck_assert(!state.short_input);
    ck_assert_uint_eq(state.left, 0);
    buf_free(&saved);
}

START_TEST(a_saved_state_goes_on_as_the_run_did)
{
    struct specimen original, other;
    struct route route;
    struct told told;

    plan(&route, chosen(_i));
    specimen_make(&original, route.number);
    specimen_make(&other, route.number);
    for (unsigned i = 0; i < POINTS; i++) {
        specimen_go(original.run, route.point[i].attempts);
        check_point(&route, i, original.run, "unheard");
        specimen_go(other.run,
                    run_attempts(other.run) + random_below(&route.random, 500));
        copy_state(other.run, original.run);
        check_point(&route, i, other.run, "restored");
        hear(other.run, &told);
        specimen_go(other.run, route.point[i + 1].attempts);
        stop_hearing(other.run, &told);
        check_point(&route, i + 1, other.run, "from a restored state");
        check_told(&route, i + 1, &told, "from a restored state");
    }
    specimen_end(&original);
    specimen_end(&other);
}
END_TEST

/* --- by a timeline ----------------------------------------------------------------------- */

/* With about as many on the way to where it gets worth looking. */
static struct timeline *timeline_of(const struct specimen *specimen)
{
    const struct timeline_settings dense = {.interval =
                                                INTERVAL + specimen->first / SPARSE};

    return timeline_new(specimen->run, &dense);
}

static enum arrival go(struct timeline *timeline, uint64_t attempts)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.attempts = attempts;
    return timeline_go(timeline, limit, NULL);
}

static void seek(struct timeline *timeline, struct moment to)
{
    timeline_seek(timeline, to);
    ck_assert_int_eq(moment_compare(timeline_now(timeline), to), 0);
    ck_assert_uint_eq(timeline_inside(timeline), 0);
}

/* From point i to the next, heard by one that listens all the way. */
static void go_on_heard(struct timeline *timeline, const struct route *route,
                        unsigned i)
{
    struct run *run = timeline_run(timeline);
    struct told told;

    hear(run, &told);
    go(timeline, route->point[i + 1].attempts);
    stop_hearing(run, &told);
    check_point(route, i + 1, run, "from the past");
    check_told(route, i + 1, &told, "from the past");
}

static void check_replay(struct timeline *timeline, const struct route *route,
                         unsigned i)
{
    struct told told = {0};

    ck_assert(timeline_replay(timeline, route->point[i].at, route->point[i + 1].at,
                              (struct event_sink){EVENT_ALL, told_take, &told}));
    check_told(route, i + 1, &told, "replayed");
}

START_TEST(going_back_and_forwards_again_changes_nothing)
{
    struct specimen specimen;
    struct timeline *timeline;
    struct route route;

    plan(&route, chosen(_i));
    specimen_make(&specimen, route.number);
    timeline = timeline_of(&specimen);
    for (unsigned i = 0; i <= POINTS; i++) {
        go(timeline, route.point[i].attempts);
        check_point(&route, i, specimen.run, "by a timeline");
    }
    for (unsigned v = 0; v < VISITS; v++) {
        unsigned i = random_below(&route.random, POINTS);

        seek(timeline, route.point[i].at);
        check_point(&route, i, specimen.run, "gone back to");
        if (v % 2)
            go_on_heard(timeline, &route, i);
        else
            check_replay(timeline, &route, random_below(&route.random, POINTS));
        if (v % 2 == 0)
            check_point(&route, i, specimen.run, "after a question");
    }
    timeline_free(timeline);
    specimen_end(&specimen);
}
END_TEST

/* Steps back from a moment, each of which is the step that led there. */
START_TEST(steps_back_undo_steps)
{
    enum { STEPS = 40 };
    struct specimen specimen;
    struct timeline *timeline;
    struct moment at[STEPS + 1];
    uint64_t digest[STEPS + 1];

    specimen_make(&specimen, chosen(_i) * 3 % SPECIMENS);
    timeline = timeline_of(&specimen);
    go(timeline, specimen.first + 1000);
    for (unsigned i = 0; i <= STEPS; i++) {
        at[i] = timeline_now(timeline);
        digest[i] = run_digest(specimen.run);
        timeline_step(timeline);
    }
    if (moment_compare(timeline_now(timeline), at[STEPS]) != 0)
        timeline_step_back(timeline);
    for (unsigned i = STEPS; i-- > 0;) {
        if (moment_compare(at[i], at[i + 1]) == 0)
            continue; /* nothing could happen */
        timeline_step_back(timeline);
        ck_assert_msg(moment_compare(timeline_now(timeline), at[i]) == 0 &&
                          run_digest(specimen.run) == digest[i],
                      "%s: step %u from #%" PRIu64 " to #%" PRIu64, specimen.name, i,
                      at[i].retired, timeline_now(timeline).retired);
    }
    timeline_free(timeline);
    specimen_end(&specimen);
}
END_TEST

/* --- keys and pokes ------------------------------------------------------------------------ */

static uint8_t device_number(const struct timeline *timeline, const char *name)
{
    return board_device(timeline_run(timeline)->board[0], name)->index;
}

static bool type_something(struct timeline *timeline, struct random *random,
                           struct err *err)
{
    const char *text = "the quick brown fox jumps over the lazy dog, and again";
    const char *kept;

    return timeline_type(timeline, 0, device_number(timeline, "uart0"), text,
                         1 + random_below(random, 50), "test", &kept, err);
}

static struct act random_act(const struct timeline *timeline, struct random *random,
                             uint64_t *bytes)
{
    struct act act = {0};

    switch (random_below(random, 4)) {
    case 0:
        act.kind = ACT_MEMORY;
        act.number = RAM + random_below(random, 0x30000);
        act.size = 1 + random_below(random, 8);
        act.bytes = (uint8_t *)bytes;
        break;
    case 1:
        act.kind = ACT_X;
        act.number = 1 + random_below(random, 31);
        break;
    case 2:
        act.kind = ACT_CSR;
        act.number = 0x341; /* mepc */
        break;
    default:
        act.kind = ACT_REGISTER; /* a channel of the DMA controller runs, or stops */
        act.device = device_number(timeline, "dma0");
        act.number = random_below(random, 4) * 0x1000;
        act.size = 4;
    }
    act.value = random_below(random, UINT32_MAX);
    return act;
}

/* A run that has ended takes no more acts; every other takes these. */
static void act_somehow(struct timeline *timeline, struct random *random)
{
    const struct run *run = timeline_run(timeline);
    uint64_t bytes = (uint64_t)random_below(random, UINT32_MAX) * 0x10001;
    struct act act = random_act(timeline, random, &bytes);
    bool ended = false, done;
    struct err err = {0};

    for (unsigned i = 0; i < run->boards; i++)
        ended |= run->board[i]->finished;
    if (random_below(random, 3) == 0)
        done = type_something(timeline, random, &err);
    else
        done = timeline_act(timeline, &act, NULL, &err);
    ck_assert_msg(done != ended, "an act of kind %u: %s", act.kind, err.text);
}

/* Another machine, with nothing but the journal, comes to the same state, and tells the
 * same on the way. */
static void check_journal(struct timeline *timeline, const struct route *route,
                          const struct told *told)
{
    const struct point *end = &route->point[POINTS];
    const struct journal *journal =
        timeline_branch_info(timeline, timeline_branch(timeline))->journal;
    struct specimen plain;
    struct told again;

    ck_assert_uint_gt(journal->count, 0);
    specimen_make(&plain, route->number);
    specimen_go(plain.run, plain.first);
    hear(plain.run, &again);
    for (size_t i = 0; i < journal->count; i++) {
        struct run_limit limit = RUN_NO_LIMIT;

        limit.retired = journal->act[i].at.retired;
        run_go(plain.run, limit);
        while (moment_compare(moment_of(plain.run), journal->act[i].at) < 0)
            ck_assert_int_eq(run_step(plain.run), RUN_LIMIT);
        ck_assert_int_eq(moment_compare(moment_of(plain.run), journal->act[i].at), 0);
        act_do(plain.run, &journal->act[i]);
    }
    specimen_go(plain.run, end->attempts);
    stop_hearing(plain.run, &again);
    check_point(route, POINTS, plain.run, "by the journal alone");
    ck_assert_msg(again.count == told->count && again.digest == told->digest,
                  "specimen %u, by the journal alone: other events", route->number);
    specimen_end(&plain);
}

START_TEST(keys_and_pokes_come_again)
{
    struct specimen specimen;
    struct timeline *timeline;
    struct route route = {.number = chosen(_i), .random = {(uint64_t)_i + 3}};
    struct told whole;
    uint64_t at;

    specimen_make(&specimen, route.number);
    at = specimen.first;
    timeline = timeline_of(&specimen);
    go(timeline, at);
    hear(specimen.run, &whole);
    for (unsigned i = 0; i <= POINTS; i++) {
        struct point *point = &route.point[i];

        hear(specimen.run, &point->told);
        for (unsigned k = 0; k < 3; k++) {
            at += 1 + random_below(&route.random, 400);
            go(timeline, at);
            act_somehow(timeline, &route.random);
        }
        stop_hearing(specimen.run, &point->told);
        note(point, specimen.run);
    }
    stop_hearing(specimen.run, &whole);
    ck_assert_uint_eq(timeline_branches(timeline), 1);
    for (unsigned v = 0; v < VISITS; v++) {
        unsigned i = random_below(&route.random, POINTS);

        seek(timeline, route.point[i].at);
        check_point(&route, i, specimen.run, "gone back to, with acts");
        check_replay(timeline, &route, i);
    }
    seek(timeline, route.point[POINTS].at);
    check_point(&route, POINTS, specimen.run, "at the end, with acts");
    check_journal(timeline, &route, &whole);
    timeline_free(timeline);
    specimen_end(&specimen);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_saved_state_goes_on_as_the_run_did, 0, choices());
    tcase_add_loop_test(tcase, going_back_and_forwards_again_changes_nothing, 0,
                        choices());
    tcase_add_loop_test(tcase, steps_back_undo_steps, 0, choices() / 3);
    tcase_add_loop_test(tcase, keys_and_pokes_come_again, 0, choices());
}

TEST_MAIN("there and back", add_tests)
