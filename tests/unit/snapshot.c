/*
 * Snapshots of memory alone: pages that differ in few lines, in many and in all, pages of
 * zeroes and pages back to what they were, from any snapshot to any other.
 */
#include "tests/lib/suite.h"

#include "machine/board/run.h"
#include "observe/time/snapshot.h"

#include <string.h>

enum { PAGES = 12, KEPT = 40, ROUNDS = 600, LINE = 64, LINES = PAGE_BYTES / LINE };

#define RAM UINT64_C(0x80000000)

typedef uint8_t memory[PAGES * PAGE_BYTES];

struct world {
    struct run *run;
    struct store store;
    uint64_t random;
    memory now;
    struct snapshot *kept[KEPT];
    memory was[KEPT];
};

static unsigned below(struct world *world, unsigned most)
{
    world->random =
        world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(world->random >> 33) % most;
}

/* Most lines get one of three contents, so that lines come back to what they were. */
static void write_line(struct world *world, unsigned page, unsigned line)
{
    uint64_t at = (uint64_t)page * PAGE_BYTES + (uint64_t)line * LINE;

    memset(world->now + at, (int)below(world, below(world, 9) ? 3 : 256), LINE);
    ram_write(&world->run->board[0]->bus.ram, RAM + at, world->now + at, LINE,
              INITIATOR_OUTSIDE);
}

static void write_some(struct world *world)
{
    static const unsigned counts[] = {1, 2, 3, LINES / 2, LINES};
    unsigned page = below(world, PAGES), count = counts[below(world, 5)];

    for (unsigned i = 0; i < count; i++)
        write_line(world, page, count == LINES ? i : below(world, LINES));
}

static void clear_page(struct world *world)
{
    uint64_t at = (uint64_t)below(world, PAGES) * PAGE_BYTES;

    memset(world->now + at, 0, PAGE_BYTES);
    ram_write(&world->run->board[0]->bus.ram, RAM + at, world->now + at, PAGE_BYTES,
              INITIATOR_OUTSIDE);
}

static void keep(struct world *world, unsigned number)
{
    if (world->kept[number])
        snapshot_drop(&world->store, world->kept[number]);
    world->kept[number] = snapshot_take(&world->store);
    memcpy(world->was[number], world->now, sizeof(world->now));
}

static void go_back(struct world *world, unsigned number)
{
    memory is;

    snapshot_restore(&world->store, world->kept[number]);
    memcpy(world->now, world->was[number], sizeof(world->now));
    ram_read(&world->run->board[0]->bus.ram, RAM, is, sizeof(is));
    ck_assert_mem_eq(is, world->now, sizeof(is));
}

static void do_something(struct world *world)
{
    unsigned number = below(world, KEPT), writes = below(world, 6);

    for (unsigned i = 0; i < writes; i++)
        write_some(world);
    if (below(world, 4) == 0)
        clear_page(world);
    if (below(world, 2) && world->kept[number])
        go_back(world, number);
    else
        keep(world, number);
}

START_TEST(memory_is_what_it_was_from_any_snapshot_to_any_other)
{
    struct world *world = calloc(1, sizeof(*world));
    struct err err = {0};

    world->run = run_new();
    ck_assert_msg(run_add(world->run, &board_virt, &err) != NULL, "%s", err.text);
    run_reset(world->run);
    store_init(&world->store, world->run);
    world->random = (unsigned)_i;
    for (unsigned i = 0; i < ROUNDS; i++)
        do_something(world);
    for (unsigned i = 0; i < KEPT; i++)
        if (world->kept[i])
            snapshot_drop(&world->store, world->kept[i]);
    store_release(&world->store);
    ck_assert_uint_eq(world->store.bytes, 0);
    run_free(world->run);
    free(world);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, memory_is_what_it_was_from_any_snapshot_to_any_other, 0,
                        8);
}

TEST_MAIN("snapshot", add_tests)
