/* Runs: what boards that fail leave behind, who did what, what instructions cost. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "machine/board/run.h"
#include "tests/lib/tables.h"

#include <string.h>

#define RAM      UINT64_C(0x80000000)
#define UART     UINT64_C(0x10000000)
#define FINISHER UINT64_C(0x00100000)

enum {
    LOOP = 0x0000006f,         /* j . */
    SW_A0_A1 = 0x00a5a023,     /* sw a0,0(a1) */
    CBO_CLEAN_A1 = 0x0015a00f, /* cbo.clean (a1) */
    CBO_ZERO_A1 = 0x0045a00f   /* cbo.zero (a1) */
};

#define JUMP_BACK UINT32_C(0xffdff06f) /* j .-4 */

struct heard {
    unsigned count;
    struct event last; /* of the kind that is listened for */
};

static void hear(void *ctx, const struct event *event)
{
    struct heard *heard = ctx;

    heard->count++;
    heard->last = *event;
}

static void listen(struct run *run, struct heard *heard, enum event_kind kind)
{
    event_listen(
        &run->events,
        (struct event_sink){.kinds = EVENT_BIT(kind), .take = hear, .ctx = heard});
}

static struct run *new_run(const struct board_desc *desc)
{
    struct run *run = run_new();
    struct err err = {0};

    ck_assert_msg(run_add(run, desc, &err) != NULL, "%s", err.text);
    run_reset(run);
    return run;
}

/* The hart begins with these two instructions and these values; the others sleep. */
static struct hart *start(struct run *run, unsigned hart, uint32_t first,
                          uint32_t second, uint64_t a0, uint64_t a1)
{
    struct board *board = run->board[0];
    const uint32_t code[] = {first, second};

    for (unsigned i = 0; i < board->harts; i++)
        board->hart[i].asleep = i != hart;
    ram_write(&board->bus.ram, RAM, code, sizeof(code), INITIATOR_OUTSIDE);
    board->hart[hart].pc = RAM;
    board->hart[hart].x[10] = a0;
    board->hart[hart].x[11] = a1;
    return &board->hart[hart];
}

static struct run_limit attempts(uint64_t count)
{
    return (struct run_limit){UINT64_MAX, count, UINT64_MAX, UINT64_MAX};
}

static void ask_stop(void *ctx, const struct event *event)
{
    if (event->retired == 50)
        run_ask_stop(ctx);
}

START_TEST(a_listener_can_stop_the_run_behind_the_instruction_it_hears)
{
    struct run *run = new_run(&board_virt), *plain = new_run(&board_virt);

    start(run, 0, LOOP, LOOP, 0, 0);
    start(plain, 0, LOOP, LOOP, 0, 0);
    event_listen(&run->events, (struct event_sink){.kinds = EVENT_BIT(EVENT_INSN),
                                                   .take = ask_stop,
                                                   .ctx = run});
    ck_assert_int_eq(run_go(run, attempts(100)), RUN_ASKED);
    ck_assert_uint_eq(run->events.retired, 51);
    ck_assert_int_eq(run_go(run, attempts(100)), RUN_LIMIT);
    run_go(plain, attempts(100));
    ck_assert_uint_eq(run_digest(run), run_digest(plain));
    run_free(run);
    run_free(plain);
}
END_TEST

START_TEST(board_that_fails_leaves_the_run_as_it_was)
{
    struct board_desc bad = board_virt;
    struct run *run = new_run(&board_virt);
    uint64_t digest = run_digest(run);
    struct err err;

    bad.row[bad.rows - 1].base = RAM; /* found when all others have been made */
    ck_assert_ptr_null(run_add(run, &bad, &err));
    ck_assert_uint_eq(run_digest(run), digest);
    start(run, 0, LOOP, LOOP, 0, 0);
    ck_assert_int_eq(run_go(run, attempts(100)), RUN_LIMIT);
    ck_assert_ptr_nonnull(run_add(run, &board_virt, &err));
    run_free(run);
}
END_TEST

START_TEST(finish_names_the_hart_that_wrote)
{
    struct board_desc desc = board_virt;
    struct heard heard = {0};
    struct run *run;

    desc.harts = 3;
    desc.interleave = _i ? 1000 : 1;
    run = new_run(&desc);
    start(run, 2, SW_A0_A1, LOOP, 0x5555, FINISHER);
    listen(run, &heard, EVENT_FINISH);
    ck_assert_int_eq(run_go(run, attempts(10)), RUN_FINISHED);
    ck_assert_uint_eq(heard.count, 1);
    ck_assert_uint_eq(heard.last.finish.hart, 2);
    run_free(run);
}
END_TEST

START_TEST(price_of_a_free_instruction_is_the_cycle_that_passes)
{
    struct board_desc desc = board_virt;
    struct heard heard = {0};
    struct run *run;

    desc.costs.instruction = 0;
    run = new_run(&desc);
    start(run, 0, LOOP, LOOP, 0, 0);
    listen(run, &heard, EVENT_INSN);
    run_go(run, attempts(10));
    ck_assert_uint_eq(heard.count, 10);
    ck_assert_uint_eq(heard.last.insn.price, 1);
    ck_assert_uint_eq(run->board[0]->hart[0].cycle, 10);
    run_free(run);
}
END_TEST

START_TEST(tohost_that_is_watched_late_is_seen)
{
    struct run *run = new_run(&board_virt);

    start(run, 0, SW_A0_A1, JUMP_BACK, 7, RAM + 0x1000);
    run_go(run, attempts(1000));
    board_watch_tohost(run->board[0], RAM + 0x1000);
    ck_assert_int_eq(run_go(run, attempts(2000)), RUN_FINISHED);
    ck_assert_uint_le(run_attempts(run), 1002);
    ck_assert_uint_eq(run->board[0]->exit_code, 3);
    run_free(run);
}
END_TEST

START_TEST(cache_block_of_a_device_cannot_be_zeroed)
{
    struct run *run = new_run(&board_virt);
    struct heard heard = {0};
    struct hart *hart = start(run, 0, CBO_ZERO_A1, LOOP, 0, UART + 7);

    hart->csr.mtvec = RAM + 4;
    listen(run, &heard, EVENT_MMIO_WRITE);
    run_go(run, attempts(1));
    ck_assert_uint_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(hart->csr.mtval, UART + 7);
    ck_assert_uint_eq(heard.count, 0);
    run_free(run);
}
END_TEST

/* A read-write page that was never written, of which PMP gives nobody the first block. */
static void map_refused_block(struct hart *hart, struct tables *tables, uint64_t va)
{
    tables_init(tables, &hart->bus->ram, 3, RAM + 0x10000);
    tables_map(tables, va, RAM + 0x4000, 0, PTE_RW | PTE_A);
    hart->csr.satp = tables_satp(tables, 0);
    hart->csr.mstatus = MSTATUS_MPRV | field_set(0, MSTATUS_MPP, MODE_S);
    hart->csr.pmpaddr[0] = (RAM + 0x4000) >> 2 | 7; /* 64 bytes */
    hart->csr.pmpcfg[0] = PMP_NAPOT << 3;
    hart->csr.pmpaddr[1] = BITS(53, 0);
    hart->csr.pmpcfg[1] = PMP_NAPOT << 3 | PMP_RWX;
}

/* "CMO", access faults: management does not look at D, and is told as a store is. */
START_TEST(management_of_a_refused_block_is_a_store_access_fault_and_sets_no_d)
{
    const uint64_t va = 0x5000;
    struct run *run = new_run(&board_virt);
    struct hart *hart = start(run, 0, CBO_CLEAN_A1, LOOP, 0, va + 8);
    struct tables tables;

    map_refused_block(hart, &tables, va);
    run_go(run, attempts(1));
    ck_assert_uint_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    ck_assert_uint_eq(hart->csr.mtval, va + 8);
    ck_assert_uint_eq(tables_get(&tables, tables_at(&tables, va, 0)) & PTE_D, 0);
    run_free(run);
}
END_TEST

/* Nothing tells the fast loop to stop at a moment that only outside knows. */
START_TEST(time_between_runs_is_that_of_the_next_hart)
{
    struct run *run = new_run(&board_virt);

    start(run, 0, LOOP, LOOP, 0, 0);
    run_go(run, attempts(12345));
    ck_assert_uint_eq(run->queue.now, run->board[0]->hart[0].cycle);
    run_free(run);
}
END_TEST

/* A medium is a table with a row for each 64 sectors. */
START_TEST(disk_that_is_too_large_is_refused)
{
    struct board_desc desc = board_virt;
    struct board_row *disk = &desc.row[desc.rows - 1 - (unsigned)_i % 2];
    struct run *run = run_new();
    struct err err = {0};

    ck_assert_str_eq(disk->type, _i % 2 ? "ata" : "virtio-blk");
    disk->settings = 1;
    strcpy(disk->setting[0].name, "sectors");
    disk->setting[0].value = UINT64_C(1) << (_i / 2 ? 63 : 33);
    ck_assert_ptr_null(run_add(run, &desc, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "sectors"));
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_listener_can_stop_the_run_behind_the_instruction_it_hears);
    tcase_add_test(tcase, board_that_fails_leaves_the_run_as_it_was);
    tcase_add_loop_test(tcase, finish_names_the_hart_that_wrote, 0, 2);
    tcase_add_test(tcase, price_of_a_free_instruction_is_the_cycle_that_passes);
    tcase_add_test(tcase, tohost_that_is_watched_late_is_seen);
    tcase_add_test(tcase, cache_block_of_a_device_cannot_be_zeroed);
    tcase_add_test(tcase,
                   management_of_a_refused_block_is_a_store_access_fault_and_sets_no_d);
    tcase_add_test(tcase, time_between_runs_is_that_of_the_next_hart);
    tcase_add_loop_test(tcase, disk_that_is_too_large_is_refused, 0, 4);
}

TEST_MAIN("run", add_tests)
