/*
 * Two loops, one result: random programs, which write over their own code, trap, take
 * timer interrupts, send one another interrupts and fight for reservations, end in the
 * same state however they are run: heard or not, stepped, or cut into pieces.
 */
#include "base/bits.h"
#include "machine/board/run.h"
#include "tests/lib/random_code.h"
#include "tests/lib/suite.h"

#include <string.h>

enum {
    CODE_BYTES = 0x1000, /* random words from CODE on; the stores reach it too */
    PROGRAMS = 60,
    INSTRUCTIONS = 20000,
};

#define CODE    UINT64_C(0x80000000)
#define HANDLER UINT64_C(0x80002000)
#define DATA    UINT64_C(0x80000c00) /* x31 points here: the end of the code is in reach */

/* --- programs ---------------------------------------------------------------------- */

static const uint32_t system_words[] = {
    0x00000073, /* ecall */
    0x0000100f, /* fence.i */
    0x0ff0000f, /* fence */
    0xc0202573, /* rdinstret a0 */
    0xc00025f3, /* rdcycle a1 */
    0xb0002673, /* csrr a2, mcycle */
    0x34051573, /* csrrw a0, mscratch, a0 */
    0x12000073, /* sfence.vma */
    0x00000000, /* illegal */
    0x30046073, /* csrsi mstatus, 8 */
};

/* Goes on behind what trapped, in the first page whatever the pc was, and lets the timer
 * fire 7 ticks from now. */
static const uint32_t handler[] = {
    0x341022f3, /* csrr   t0,mepc          */
    0x00428293, /* add    t0,t0,4          */
    0x03429293, /* sll    t0,t0,0x34       */
    0x0342d293, /* srl    t0,t0,0x34       */
    0x01f282b3, /* add    t0,t0,t6         */
    0xc0028293, /* add    t0,t0,-1024      */
    0xc0028293, /* add    t0,t0,-1024      */
    0xc0028293, /* add    t0,t0,-1024      */
    0x34129073, /* csrw   mepc,t0          */
    0x020042b7, /* lui    t0,0x2004        */
    0xf1402f73, /* csrr   t5,mhartid       */
    0x003f1f13, /* sll    t5,t5,0x3        */
    0x01e282b3, /* add    t0,t0,t5         */
    0xc0102f73, /* rdtime t5               */
    0x007f0f13, /* add    t5,t5,7          */
    0x01e2b023, /* sd     t5,0(t0) # 2004000 <.text+0x2004000> */
    0x30200073, /* mret                    */
};

static void write_program(struct run *run, uint64_t seed)
{
    struct random random = {seed};
    struct ram *ram = &run->board[0]->bus.ram;

    for (uint64_t at = 0; at < CODE_BYTES; at += 4) {
        uint32_t word = random_word(&random, system_words, COUNT(system_words));

        ram_write(ram, CODE + at, &word, 4, INITIATOR_OUTSIDE);
    }
    ram_write(ram, HANDLER, handler, sizeof(handler), INITIATOR_OUTSIDE);
}

static void start_harts(struct run *run, uint64_t seed)
{
    struct random random = {seed ^ 0x5eed};

    for (unsigned i = 0; i < run->board[0]->harts; i++) {
        struct hart *hart = &run->board[0]->hart[i];

        for (unsigned r = 1; r < 31; r++)
            hart->x[r] = (uint64_t)random_below(&random, UINT32_MAX)
                         << random_below(&random, 32);
        hart->x[31] = DATA;
        hart->pc = CODE + i * 64;
        hart->csr.mtvec = HANDLER;
        hart->csr.mie = seed % 2 ? BIT(IRQ_MTI) : 0;
        hart->csr.mstatus |= MSTATUS_MIE;
    }
}

struct shape {
    const char *what;
    unsigned harts, interleave, tlb_entries;
};

static const struct shape shapes[] = {
    {"one hart", 1, 1000, 64},
    {"two harts by turns of one instruction", 2, 1, 64},
    {"three harts by turns of 7 cycles", 3, 7, 64},
    {"four harts by turns of 1,000 cycles", 4, 1000, 64},
};

static struct run *new_run(const struct shape *shape, uint64_t seed)
{
    struct run *run = run_new();
    struct board_desc desc = board_virt;
    struct err err;

    desc.hypervisor = suite_hypervisor;
    desc.harts = shape->harts;
    desc.interleave = shape->interleave;
    desc.tlb_entries = shape->tlb_entries;
    ck_assert_msg(run_add(run, &desc, &err) != NULL, "%s", err.text);
    run_reset(run);
    write_program(run, seed);
    start_harts(run, seed);
    return run;
}

/* --- ways of running it ------------------------------------------------------------- */

static const struct run_limit until_end = {UINT64_MAX, INSTRUCTIONS, UINT64_MAX,
                                           UINT64_MAX};

static void hear(void *ctx, const struct event *event)
{
    (void)event;
    ++*(uint64_t *)ctx;
}

static void run_unheard(struct run *run)
{
    run_go(run, until_end);
}

static void run_heard(struct run *run)
{
    uint64_t heard = 0;
    struct event_sink sink = {.kinds = EVENT_ALL, .take = hear, .ctx = &heard};

    event_listen(&run->events, sink);
    run_go(run, until_end);
    event_unlisten(&run->events, hear, &heard);
    ck_assert_uint_ge(heard, INSTRUCTIONS);
}

static void run_stepped(struct run *run)
{
    while (run_attempts(run) < INSTRUCTIONS && run_step(run) == RUN_LIMIT)
        ;
}

/* Cut after odd numbers of instructions. */
static void run_by_instructions(struct run *run)
{
    uint64_t piece = 1;
    enum run_stop stop = RUN_LIMIT;

    while (stop == RUN_LIMIT && run_attempts(run) < INSTRUCTIONS) {
        struct run_limit limit = until_end;

        limit.retired = run->events.retired + piece;
        piece = (piece * 5 + 3) % 997 + 1;
        stop = run_go(run, limit);
    }
}

static void run_with_stops(struct run *run)
{
    enum run_stop stop = RUN_ASKED;

    for (unsigned i = 0; i < run->board[0]->harts; i++)
        for (unsigned j = 0; j < 8; j++)
            hart_add_stop(&run->board[0]->hart[i], CODE + 36 + j * 212);
    while (stop == RUN_ASKED && run_attempts(run) < INSTRUCTIONS)
        stop = run_go(run, until_end);
}

/* Listening on and off, between pieces. */
static void run_half_heard(struct run *run)
{
    uint64_t heard = 0, piece = 0;
    struct event_sink sink = {.kinds = EVENT_ALL, .take = hear, .ctx = &heard};
    enum run_stop stop = RUN_LIMIT;

    while (stop == RUN_LIMIT && run_attempts(run) < INSTRUCTIONS) {
        struct run_limit limit = until_end;

        limit.retired = run->events.retired + 100 + piece % 300;
        if (piece++ % 2)
            event_listen(&run->events, sink);
        stop = run_go(run, limit);
        event_unlisten(&run->events, hear, &heard);
    }
}

static const struct way {
    const char *what;
    void (*go)(struct run *run);
} ways[] = {
    {"heard", run_heard},
    {"stepped", run_stepped},
    {"cut into pieces", run_by_instructions},
    {"with stops", run_with_stops},
    {"half heard", run_half_heard},
};

/* Cycle limits end elsewhere than instruction limits, so both runs are cut once more at
 * a cycle that each has still to reach. */
static uint64_t digest_at_cycle(struct run *run, uint64_t cycle)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = cycle;
    limit.attempts = INSTRUCTIONS * 4;
    run_go(run, limit);
    return run_digest(run);
}

START_TEST(every_way_of_running_ends_in_the_same_state)
{
    const struct shape *shape = &shapes[_i % (int)COUNT(shapes)];
    uint64_t seed = 1 + (uint64_t)_i;
    struct run *plain = new_run(shape, seed);
    uint64_t want;

    run_unheard(plain);
    want = run_digest(plain);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct run *run = new_run(shape, seed);

        ways[i].go(run);
        ck_assert_msg(run_digest(run) == want, "program %d, %s, %s: another state", _i,
                      shape->what, ways[i].what);
        run_free(run);
    }
    run_free(plain);
}
END_TEST

START_TEST(cycle_limits_leave_no_trace)
{
    const struct shape *shape = &shapes[_i % (int)COUNT(shapes)];
    struct run *whole = new_run(shape, 1000 + (uint64_t)_i);
    struct run *cut = new_run(shape, 1000 + (uint64_t)_i);

    for (uint64_t cycle = 17; cycle < 20000; cycle += 1 + cycle % 331)
        digest_at_cycle(cut, cycle);
    ck_assert_uint_eq(digest_at_cycle(cut, 20000), digest_at_cycle(whole, 20000));
    run_free(whole);
    run_free(cut);
}
END_TEST

START_TEST(a_saved_state_goes_on_as_the_original)
{
    const struct shape *shape = &shapes[_i % (int)COUNT(shapes)];
    struct run *original = new_run(shape, 2000 + (uint64_t)_i);
    struct run *restored = new_run(shape, 1); /* another program: poison */
    struct run_limit half = {UINT64_MAX, INSTRUCTIONS / 2, UINT64_MAX, UINT64_MAX};
    struct buf saved = {0};
    struct state state = {.mode = STATE_SAVE, .out = &saved};

    run_go(restored, half);
    run_go(original, half);
    run_state(original, &state);
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    run_state(restored, &state);
    ck_assert(!state.short_input);
    ck_assert_uint_eq(state.left, 0);
    ck_assert_uint_eq(run_digest(restored), run_digest(original));
    run_unheard(original);
    run_unheard(restored);
    ck_assert_uint_eq(run_digest(restored), run_digest(original));
    buf_free(&saved);
    run_free(original);
    run_free(restored);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, every_way_of_running_ends_in_the_same_state, 0,
                        PROGRAMS);
    tcase_add_loop_test(tcase, cycle_limits_leave_no_trace, 0, 8);
    tcase_add_loop_test(tcase, a_saved_state_goes_on_as_the_original, 0, 8);
}

TEST_MAIN_BOTH("two loops", add_tests)
