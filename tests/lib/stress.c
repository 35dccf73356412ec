#include "tests/lib/stress.h"

#include "machine/board/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    STACK = 1 << 16, /* bytes: no walk goes deeper */
    RUN_SCALE = 128  /* whole machines do so many more steps in between */
};

/* How often it was done, by this program and the processes of its tests. */
static unsigned *restored;

unsigned stress_interval(void)
{
    const char *text = getenv("RINGSIDE_STRESS");

    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* Every `scale` times k. */
static bool is_due(unsigned scale)
{
    static unsigned done;
    unsigned interval = stress_interval() * scale;

    return interval && ++done % interval == 0;
}

bool stress_due(void)
{
    return is_due(1);
}

/* --- saved, poisoned, restored ------------------------------------------------------------- */

struct poison {
    const char *stack; /* a walk also shows counts of its own, which live below this */
    struct buf ranges; /* of struct range */
};

struct range {
    void *at;
    size_t size;
};

static void note(void *ctx, void *bytes, size_t size)
{
    struct poison *poison = ctx;
    struct range range = {bytes, size};
    const char *at = bytes;

    if (at < poison->stack - STACK || at > poison->stack + STACK)
        buf_add(&poison->ranges, &range, sizeof(range));
}

static uint64_t digest(void (*walk)(void *ctx, struct state *state), void *ctx)
{
    struct state state;

    state_hash_begin(&state);
    walk(ctx, &state);
    return state_digest(&state);
}

void stress(void (*walk)(void *ctx, struct state *state), void *ctx)
{
    char here;
    struct poison poison = {.stack = &here};
    struct buf saved = {0};
    uint64_t before = digest(walk, ctx);
    struct state state = {
        .mode = STATE_SAVE, .out = &saved, .visited = note, .visited_ctx = &poison};

    walk(ctx, &state);
    for (size_t i = 0; i < poison.ranges.size; i += sizeof(struct range)) {
        struct range range;

        memcpy(&range, poison.ranges.data + i, sizeof(range));
        memset(range.at, 0xa5, range.size);
    }
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    walk(ctx, &state);
    ck_assert_msg(!state.short_input && state.left == 0 && digest(walk, ctx) == before,
                  "stress: the state is not restored");
    if (restored)
        ++*restored;
    buf_free(&poison.ranges);
    buf_free(&saved);
}

/* Whoever wants no stress is left alone; who does must get it. */
START_TEST(states_were_saved_and_restored)
{
    ck_assert_uint_gt(*restored, 0);
}
END_TEST

void stress_begin(Suite *suite)
{
    TCase *tcase;

    if (!stress_interval())
        return;
    tcase = tcase_create("stress");
    restored = mmap(NULL, sizeof(*restored), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (restored == MAP_FAILED)
        abort();
    tcase_add_test(tcase, states_were_saved_and_restored);
    suite_add_tcase(suite, tcase);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* The linker gives these names: what is called, and what was meant. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
enum run_stop __real_run_go(struct run *run, struct run_limit limit);
enum run_stop __real_run_step(struct run *run);
enum run_stop __wrap_run_go(struct run *run, struct run_limit limit);
enum run_stop __wrap_run_step(struct run *run);

static void walk_run(void *run, struct state *state)
{
    run_state(run, state);
}

enum run_stop __wrap_run_go(struct run *run, struct run_limit limit)
{
    unsigned interval = stress_interval() * RUN_SCALE;
    enum run_stop stop;

    if (!interval)
        return __real_run_go(run, limit);
    do {
        struct run_limit piece = limit;
        uint64_t attempts = run_attempts(run) + interval;

        if (piece.attempts > attempts)
            piece.attempts = attempts;
        if (piece.fired > run->fired + interval)
            piece.fired = run->fired + interval;
        stop = __real_run_go(run, piece);
        stress(walk_run, run);
    } while (stop == RUN_LIMIT && !run_at_limit(run, &limit));
    return stop;
}

enum run_stop __wrap_run_step(struct run *run)
{
    enum run_stop stop = __real_run_step(run);

    if (is_due(RUN_SCALE))
        stress(walk_run, run);
    return stop;
}
/* NOLINTEND(bugprone-reserved-identifier) */
