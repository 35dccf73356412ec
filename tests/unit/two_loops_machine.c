/*
 * Two loops, one result, for whole machines. Random programs run in S- and U-mode under
 * Sv39 with a small TLB and tables that they write over themselves; DMA channels in every
 * bus mode copy over their code; a stream, a UART, timers and other harts interrupt them;
 * and every 32nd trap the handler puts the tables right again without always telling the
 * TLB. However all this is run, it ends in one state and tells one stream of events.
 */
#include "base/bits.h"
#include "machine/board/run.h"
#include "tests/lib/random_machine.h"
#include "tests/lib/suite.h"
#include "tests/lib/told.h"

#include <string.h>

enum {
    PROGRAMS = 42,
    MANY_PROGRAMS = 600, /* with RINGSIDE_LONG */
    SEGMENTS = 5,        /* between two of them characters come in from outside */
    ATTEMPTS = 3000,     /* instructions, with those that trap, in one segment */
};

/* --- ways of running it ------------------------------------------------------------- */

/* One run on its way: `spare` is another machine, to go on in from a saved state. */
struct journey {
    struct run *run, *spare;
    struct told told;
    struct random random;
};

static struct run_limit until(uint64_t attempts)
{
    return (struct run_limit){UINT64_MAX, attempts, UINT64_MAX, UINT64_MAX};
}

static bool is_there(const struct journey *journey, uint64_t attempts)
{
    return run_attempts(journey->run) >= attempts;
}

static void listen(struct journey *journey, uint64_t kinds)
{
    event_listen(
        &journey->run->events,
        (struct event_sink){.kinds = kinds, .take = told_take, .ctx = &journey->told});
}

static void stop_listening(struct journey *journey)
{
    event_unlisten(&journey->run->events, told_take, &journey->told);
}

static void go_unheard(struct journey *journey, uint64_t attempts)
{
    run_go(journey->run, until(attempts));
}

static void go_heard(struct journey *journey, uint64_t attempts)
{
    listen(journey, EVENT_ALL);
    run_go(journey->run, until(attempts));
    stop_listening(journey);
}

static void hear_devices(struct journey *journey, uint64_t attempts)
{
    listen(journey, EVENT_ALL & ~EVENT_BIT(EVENT_INSN));
    run_go(journey->run, until(attempts));
    stop_listening(journey);
}

static void go_stepwise(struct journey *journey, uint64_t attempts)
{
    listen(journey, EVENT_ALL);
    while (!is_there(journey, attempts) && run_step(journey->run) == RUN_LIMIT)
        ;
    stop_listening(journey);
}

/* To a random moment before `attempts`. */
static enum run_stop go_piece(struct journey *journey, uint64_t attempts)
{
    struct run_limit limit = until(attempts);

    limit.retired =
        journey->run->events.retired + 1 + random_below(&journey->random, 400);
    return run_go(journey->run, limit);
}

static void go_by_pieces(struct journey *journey, uint64_t attempts)
{
    while (!is_there(journey, attempts) && go_piece(journey, attempts) == RUN_LIMIT)
        ;
}

static void go_with_stops(struct journey *journey, uint64_t attempts)
{
    for (unsigned b = 0; b < journey->run->boards; b++)
        for (unsigned i = 0; i < journey->run->board[b]->harts; i++)
            for (unsigned j = 0; j < 4; j++)
                hart_add_stop(&journey->run->board[b]->hart[i],
                              (j % 2 ? MACHINE_CODE : MACHINE_WINDOW) +
                                  4 * (9 + 53 * j));
    while (!is_there(journey, attempts) &&
           run_go(journey->run, until(attempts)) == RUN_ASKED)
        ;
    for (unsigned b = 0; b < journey->run->boards; b++)
        for (unsigned i = 0; i < journey->run->board[b]->harts; i++)
            hart_clear_stops(&journey->run->board[b]->hart[i]);
}

/* Goes on in the other machine, whatever that has done before. */
static void hop(struct journey *journey)
{
    struct run *from = journey->run;
    struct buf saved = {0};
    struct state state = {.mode = STATE_SAVE, .out = &saved};

    run_state(from, &state);
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    run_state(journey->spare, &state);
    ck_assert(!state.short_input);
    ck_assert_uint_eq(state.left, 0);
    ck_assert_uint_eq(run_digest(journey->spare), run_digest(from));
    buf_free(&saved);
    journey->run = journey->spare;
    journey->spare = from;
    run_go(from, until(run_attempts(from) + random_below(&journey->random, 300)));
}

static void go_hopping(struct journey *journey, uint64_t attempts)
{
    while (!is_there(journey, attempts) && go_piece(journey, attempts) == RUN_LIMIT)
        if (random_below(&journey->random, 4) == 0)
            hop(journey);
}

/* By steps, so that it also stops between two entries of the queue. */
static void hop_heard(struct journey *journey, uint64_t attempts)
{
    enum run_stop stop = RUN_LIMIT;

    while (stop == RUN_LIMIT && !is_there(journey, attempts)) {
        unsigned steps = 1 + random_below(&journey->random, 900);

        listen(journey, EVENT_ALL);
        while (steps-- && stop == RUN_LIMIT && !is_there(journey, attempts))
            stop = run_step(journey->run);
        stop_listening(journey);
        if (!is_there(journey, attempts))
            hop(journey);
    }
}

static const struct way {
    const char *what;
    void (*go)(struct journey *journey, uint64_t attempts);
    bool hears_all;
} ways[] = {
    {"heard", go_heard, true},
    {"with ears for devices only", hear_devices, false},
    {"stepped", go_stepwise, true},
    {"cut into pieces", go_by_pieces, false},
    {"with stops", go_with_stops, false},
    {"hopping between machines", go_hopping, false},
    {"hopping, heard", hop_heard, true},
};

/* Gives the digest of the state at the end; the events are in *told. */
static uint64_t travel(const struct machine_shape *shape, uint64_t seed,
                       void (*go)(struct journey *journey, uint64_t attempts),
                       struct told *told)
{
    struct journey journey = {.run = random_machine(shape, seed),
                              .spare = random_machine(shape, seed + 1000),
                              .random = {seed}};
    uint64_t digest;

    run_go(journey.spare, until(500));
    for (unsigned i = 0; i < SEGMENTS; i++) {
        go(&journey, (i + 1) * (uint64_t)ATTEMPTS);
        random_machine_type(journey.run, i);
    }
    digest = run_digest(journey.run);
    *told = journey.told;
    run_free(journey.run);
    run_free(journey.spare);
    return digest;
}

START_TEST(every_way_of_running_ends_in_the_same_state)
{
    const struct machine_shape *shape = &machine_shapes[_i % MACHINE_SHAPES];
    uint64_t seed = 1 + (uint64_t)_i, want;
    struct told heard = {0}, told;

    want = travel(shape, seed, go_unheard, &told);
    for (size_t i = 0; i < COUNT(ways); i++) {
        ck_assert_msg(travel(shape, seed, ways[i].go, &told) == want,
                      "program %d, %s, %s: another state", _i, shape->what,
                      ways[i].what);
        if (!ways[i].hears_all)
            continue;
        if (!heard.count)
            heard = told;
        ck_assert_msg(told.count == heard.count && told.digest == heard.digest,
                      "program %d, %s, %s: other events", _i, shape->what,
                      ways[i].what);
    }
    ck_assert_uint_gt(heard.count, SEGMENTS * ATTEMPTS / 2);
}
END_TEST

/* RAM and disks. */
static void clear_memory(struct run *run)
{
    static const uint8_t zeroes[PAGE];

    for (unsigned i = 0; i < run->boards; i++) {
        for (unsigned d = 0; d < run->board[i]->devices; d++) {
            const struct medium *medium = device_medium(run->board[i]->device[d]);

            if (medium)
                device_insert(run->board[i]->device[d], NULL, medium->sectors * SECTOR);
        }
        for (uint64_t at = 0; at < run->board[i]->bus.ram.size; at += PAGE)
            ram_write(&run->board[i]->bus.ram, MACHINE_CODE + at, zeroes, PAGE,
                      INITIATOR_OUTSIDE);
    }
}

START_TEST(reset_leaves_nothing_but_memory)
{
    const struct machine_shape *shape = &machine_shapes[_i];
    struct run *fresh = random_machine(shape, 1), *used = random_machine(shape, 2);

    run_go(used, until(ATTEMPTS));
    random_machine_type(used, 0);
    run_go(used, until(2 * ATTEMPTS));
    run_reset(fresh);
    run_reset(used);
    clear_memory(fresh);
    clear_memory(used);
    ck_assert_uint_eq(used->events.order, 0);
    ck_assert_uint_eq(used->queue.next_due, fresh->queue.next_due);
    ck_assert_msg(run_digest(used) == run_digest(fresh), "%s: something is left",
                  shape->what);
    run_free(fresh);
    run_free(used);
}
END_TEST

/* That the guests of these machines do something: what a hart's life tells. */
START_TEST(guests_come_and_go)
{
    const struct machine_shape *shape = &machine_shapes[_i];
    struct run *run = random_machine(shape, 1);
    const struct hart *hart = &run->board[0]->hart[0];
    const struct hart_life *life = &hart->life;
    uint64_t all;

    run_go(run, until(20 * ATTEMPTS));
    if (shape->guest) {
        ck_assert_uint_gt(life->entries[2], 20);
        ck_assert_uint_gt(life->exits[2], 20);
        ck_assert_uint_le(life->entries[2] - life->exits[2], 1);
        ck_assert_uint_gt(hart_cycles_in(hart, MODE_VS), 1000);
        ck_assert_uint_gt(hart_cycles_in(hart, MODE_VU), 100);
    } else {
        ck_assert_uint_eq(life->entries[0] + life->exits[0], 0);
        ck_assert_uint_eq(hart_cycles_in(hart, MODE_VS), 0);
    }
    all = hart_cycles_asleep(hart);
    for (unsigned mode = 0; mode < MODES; mode++)
        all += hart_cycles_in(hart, (enum privilege)mode);
    ck_assert_uint_eq(all, hart->asleep ? run->queue.now : hart->cycle);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, guests_come_and_go, 0, MACHINE_SHAPES);
    tcase_add_loop_test(tcase, reset_leaves_nothing_but_memory, 0, MACHINE_SHAPES);
    tcase_add_loop_test(tcase, every_way_of_running_ends_in_the_same_state, 0,
                        getenv("RINGSIDE_LONG") ? MANY_PROGRAMS : PROGRAMS);
}

TEST_MAIN("two loops, whole machines", add_tests)
