/* The folds over VM exits, interrupts on their way, and a workload's operations. */
#include "tests/lib/suite.h"

#include "base/alloc.h"
#include "guest/include/markers.h"
#include "machine/isa/csr.h"
#include "observe/exits/account.h"
#include "observe/exits/exit_words.h"
#include "observe/exits/gstage.h"
#include "observe/exits/guest_folds.h"

#include <string.h>

#define CAUSE_SEI (CAUSE_INTERRUPT | IRQ_SEI)

enum { VS = MODE_VS, LBU = 0x00754783 /* lbu a5, 7(a0) */ };

static struct run *run;
static struct board *board;
static struct guest_folds *folds;

static void make_run(void)
{
    struct board_desc desc = board_virt;
    struct err err = {0};

    run = run_new();
    board = run_add(run, &desc, &err);
    ck_assert_msg(board != NULL, "%s", err.text);
    run_reset(run);
    folds = guest_folds_new(run);
    guest_folds_listen(folds, &run->events);
}

static void free_run(void)
{
    guest_folds_free(folds);
    run_free(run);
}

/* --- what a hart does, as it is told --------------------------------------------------- */

static void mark(uint64_t cycle, unsigned number)
{
    EMIT(&run->events, cycle, MARKER, marker, .number = (uint16_t)number);
}

static void leave(uint64_t cycle, uint64_t cause, uint64_t gpa)
{
    EMIT(&run->events, cycle, TRAP_ENTER, trap_enter, .cause = cause, .price = 8,
         .from = VS, .to = MODE_S);
    EMIT(&run->events, cycle, VM_EXIT, vm_exit, .cause = cause, .epc = 0x80200100,
         .tval = gpa, .gpa = gpa, .insn = cause & CAUSE_INTERRUPT ? 0 : LBU, .price = 8,
         .vmid = 1, .from = VS, .to = MODE_S);
}

static void enter(uint64_t cycle, unsigned vmid)
{
    EMIT(&run->events, cycle, TRAP_RETURN, trap_return, .from = MODE_S, .to = VS);
    EMIT(&run->events, cycle, VM_ENTRY, vm_entry, .pc = 0x80200104,
         .vmid = (uint16_t)vmid, .to = VS);
}

static void sleep_at(uint64_t cycle, bool asleep)
{
    EMIT(&run->events, cycle, HART_SLEEP, hart_sleep, .asleep = asleep);
}

static void write_hvip(uint64_t cycle, uint64_t old, uint64_t value)
{
    EMIT(&run->events, cycle, CSR_WRITE, csr_write, .csr = CSR_HVIP, .old = old,
         .value = value);
}

/* One exit that costs 300 cycles from `cycle` on. */
static void emulate_at(uint64_t cycle, uint64_t gpa)
{
    leave(cycle, CAUSE_LOAD_GUEST_PAGE, gpa);
    mark(cycle + 8, MARK_HV_SAVE);
    mark(cycle + 60, MARK_HV_DECODE);
    mark(cycle + 150, MARK_HV_EMULATE);
    EMIT(&run->events, cycle + 160, MMIO_READ, mmio_read, .initiator = 0, .device = 1);
    mark(cycle + 200, MARK_HV_RESTORE);
    enter(cycle + 300, 1);
}

/* --- exits -------------------------------------------------------------------------------- */

START_TEST(an_exits_cycles_are_those_of_its_phases)
{
    const struct vm_exit *exit;
    uint64_t sum = 0;

    emulate_at(1000, 0x3200007);
    exit = exits_find(&folds->exits, 1);
    ck_assert_ptr_nonnull(exit);
    ck_assert(!exit->open);
    ck_assert_uint_eq(exit->cost.cycles, 300);
    ck_assert_uint_eq(exit->cost.part[EXIT_TRAP], 8 + board->costs.trap_return);
    ck_assert_uint_eq(exit->cost.part[EXIT_SAVE], 52);
    ck_assert_uint_eq(exit->cost.part[EXIT_DECODE], 90);
    ck_assert_uint_eq(exit->cost.part[EXIT_EMULATE], 50);
    ck_assert_uint_eq(exit->cost.part[EXIT_RESTORE], 100 - board->costs.trap_return);
    for (int part = 0; part < EXIT_PARTS; part++)
        sum += exit->cost.part[part];
    ck_assert_uint_eq(sum, exit->cost.cycles);
    ck_assert_uint_eq(exit->reads, 1);
    ck_assert_uint_eq(exit->gpa, 0x3200007);
    ck_assert_uint_eq(exit->insn, LBU);
}
END_TEST

START_TEST(an_exit_that_has_not_returned_is_open)
{
    emulate_at(1000, 0x3200007);
    leave(2000, CAUSE_ECALL_VS, 0);
    ck_assert_uint_eq(folds->exits.begun, 2);
    ck_assert_uint_eq(folds->exits.ended, 1);
    ck_assert(exits_find(&folds->exits, 0)->open);
    ck_assert_uint_eq(exits_find(&folds->exits, 0)->number, 2);
    ck_assert_uint_eq(exits_find(&folds->exits, 0)->cost.cycles, 8);
    ck_assert_ptr_null(exits_find(&folds->exits, 3));
}
END_TEST

START_TEST(a_call_is_known_by_the_guests_registers)
{
    struct buf text = {0};

    board->hart[0].x[17] = 0x4442434e;
    board->hart[0].x[16] = 2;
    leave(1000, CAUSE_ECALL_VS, 0);
    exit_put_about(&text, &(struct narrator){.run = run}, exits_find(&folds->exits, 1));
    ck_assert_str_eq(buf_str(&text), "SBI DBCN console_write_byte");
    buf_free(&text);
}
END_TEST

START_TEST(software_without_markers_is_other)
{
    leave(1000, CAUSE_LOAD_GUEST_PAGE, 0x3200007);
    enter(1100, 1);
    ck_assert_uint_eq(exits_find(&folds->exits, 1)->cost.part[EXIT_OTHER],
                      100 - 8 - board->costs.trap_return);
}
END_TEST

START_TEST(sleep_in_an_exit_is_idle_whatever_the_phase)
{
    const struct vm_exit *exit;

    leave(1000, CAUSE_SEI, 0);
    mark(1010, MARK_HV_SCHEDULE);
    sleep_at(1050, true);
    sleep_at(5050, false);
    enter(5100, 2);
    exit = exits_find(&folds->exits, 1);
    ck_assert_uint_eq(exit->cost.part[EXIT_IDLE], 4000);
    ck_assert_uint_eq(exit->cost.part[EXIT_SCHEDULE],
                      40 + 50 - board->costs.trap_return);
    ck_assert_uint_eq(exit->resumed, 2);
}
END_TEST

START_TEST(exits_that_are_alike_are_one_class)
{
    const struct exit_class *class = folds->exits.class;

    emulate_at(1000, 0x3200000);
    emulate_at(2000, 0x3200007);
    emulate_at(3000, 0x3100000);
    leave(4000, CAUSE_SEI, 0);
    enter(4100, 1);
    ck_assert_uint_eq(folds->exits.classes, 3);
    ck_assert_uint_eq(class[0].subject, 0x3200000);
    ck_assert_uint_eq(class[0].count, 2);
    ck_assert_uint_eq(class[0].cost.cycles, 600);
    ck_assert_uint_eq(class[1].subject, 0x3100000);
    ck_assert_uint_eq(class[2].cause, CAUSE_SEI);
    ck_assert_uint_eq(class[2].epc, 0); /* an interrupt may come anywhere */
}
END_TEST

START_TEST(too_many_classes_share_the_last)
{
    for (unsigned i = 0; i < EXIT_CLASSES + 10; i++)
        emulate_at(1000 * i + 1000, UINT64_C(0x10000000) + 0x1000 * i);
    ck_assert_uint_eq(folds->exits.classes, EXIT_CLASSES);
    ck_assert_uint_eq(folds->exits.class[EXIT_CLASSES - 1].cause, EXIT_CAUSE_REST);
    ck_assert_uint_eq(folds->exits.class[EXIT_CLASSES - 1].count, 11);
    ck_assert_ptr_null(exits_find(&folds->exits, 1)); /* too long ago */
    ck_assert_ptr_nonnull(exits_find(&folds->exits, EXIT_CLASSES));
}
END_TEST

START_TEST(a_guests_cycles_are_those_in_it)
{
    enter(300, 3);
    leave(1000, CAUSE_SEI, 0);
    sleep_at(1100, true);
    sleep_at(1600, false);
    exits_settle(&folds->exits, 1700);
    enter(2000, 3);
    sleep_at(2100, true); /* in the guest itself */
    exits_settle(&folds->exits, 2500);
    ck_assert_uint_eq(folds->exits.guest[3].awake[1], 700 + 100);
    ck_assert_uint_eq(folds->exits.guest[3].asleep, 400);
    ck_assert_uint_eq(folds->exits.guest[3].entries, 2);
}
END_TEST

START_TEST(injections_are_bits_that_rise)
{
    leave(1000, CAUSE_SEI, 0);
    write_hvip(1010, 0, BIT(10));
    write_hvip(1020, BIT(10), BIT(10)); /* written again: nothing rises */
    enter(1100, 1);
    write_hvip(1200, BIT(10), 0);
    ck_assert_uint_eq(folds->exits.injections, 1);
    ck_assert_uint_eq(exits_find(&folds->exits, 1)->injected, BIT(10));
}
END_TEST

/* --- going back ---------------------------------------------------------------------------- */

static void walk_state(struct guest_folds *of, struct state *state)
{
    exits_state(&of->exits, state);
    deliveries_state(&of->deliveries, state);
    work_state(&of->work, state);
}

START_TEST(what_is_kept_is_all_there_is)
{
    struct buf saved = {0}, again = {0};
    struct guest_folds *other = guest_folds_new(run);

    mark(10, MARK_WORK_BEGIN);
    mark(20, MARK_OP_BEGIN);
    for (unsigned i = 0; i < 70; i++)
        emulate_at(1000 * i + 1000, 0x3200000 + 0x1000 * (i % 3));
    mark(90000, MARK_OP_END);
    EMIT(&run->events, 90010, IRQ_LINE, irq_line, .source = 23, .level = 1);
    EMIT(&run->events, 90010, IRQ_PENDING, irq_pending, .source = 23, .pending = 1);
    leave(90020, CAUSE_SEI, 0);
    walk_state(folds, &(struct state){.mode = STATE_SAVE, .out = &saved});
    walk_state(other, &(struct state){.mode = STATE_LOAD,
                                      .in = (const unsigned char *)saved.data,
                                      .left = saved.size});
    walk_state(other, &(struct state){.mode = STATE_SAVE, .out = &again});
    ck_assert_uint_eq(saved.size, again.size);
    ck_assert_mem_eq(saved.data, again.data, saved.size);
    ck_assert_uint_eq(exits_find(&other->exits, 0)->number, 71);
    ck_assert_uint_eq(other->work.ends, 1);
    ck_assert_uint_eq(work_latency(&other->work, 50), 89980);
    ck_assert_uint_eq(deliveries_of(&other->deliveries, 0, 23)->now.seen,
                      BIT(HAND_LINE) | BIT(HAND_PENDING));
    guest_folds_free(other);
    buf_free(&saved);
    buf_free(&again);
}
END_TEST

/* --- interrupts on their way ------------------------------------------------------------------- */

static void raise(uint64_t cycle, unsigned source)
{
    EMIT(&run->events, cycle, IRQ_LINE, irq_line, .source = (uint16_t)source,
         .level = 1);
    EMIT(&run->events, cycle + 1, IRQ_PENDING, irq_pending, .source = (uint16_t)source,
         .pending = 1);
    EMIT(&run->events, cycle + 2, HART_LINE, hart_line, .line = IRQ_SEI, .level = 1);
}

static void claim(uint64_t cycle, unsigned source)
{
    EMIT(&run->events, cycle, IRQ_CLAIM, irq_claim, .source = (uint16_t)source,
         .context = 1);
}

static void complete(uint64_t cycle, unsigned source)
{
    EMIT(&run->events, cycle, IRQ_COMPLETE, irq_complete, .source = (uint16_t)source,
         .context = 1);
}

static void guest_trap(uint64_t cycle)
{
    EMIT(&run->events, cycle, TRAP_ENTER, trap_enter, .cause = CAUSE_SEI, .from = VS,
         .to = VS);
}

static void ck_hands(const struct delivery *delivery, const char *wanted)
{
    struct buf text = {0};
    uint8_t hand[HANDS];
    unsigned hands = delivery_hands(delivery, hand);

    for (unsigned i = 0; i < hands; i++)
        buf_printf(&text, "%s%s %u", i ? ", " : "", hand_infos[hand[i]].name,
                   (unsigned)delivery->cycle[hand[i]]);
    ck_assert_str_eq(buf_str(&text), wanted);
    buf_free(&text);
}

START_TEST(a_native_interrupt_has_six_hands)
{
    raise(100, 14);
    EMIT(&run->events, 110, TRAP_ENTER, trap_enter, .cause = CAUSE_SEI, .from = MODE_S,
         .to = MODE_S);
    claim(150, 14);
    complete(200, 14);
    ck_hands(&deliveries_of(&folds->deliveries, 0, 14)->now,
             "line 100, pending 101, hart-line 102, trap 110, claim 150, complete 200");
    ck_assert_uint_eq(deliveries_sum(deliveries_of(&folds->deliveries, 0, 14)).count,
                      1);
    raise(300, 14);
    ck_assert_uint_eq(deliveries_of(&folds->deliveries, 0, 14)->count, 1);
    ck_hands(&deliveries_of(&folds->deliveries, 0, 14)->now,
             "line 300, pending 301, hart-line 302");
}
END_TEST

/* Through the hypervisor, which completes the source only after the guest has. */
START_TEST(a_passed_through_interrupt_has_eleven_hands)
{
    const uint64_t claim_register = board->plic->base + 0x201004;
    const struct delivery_source *source;

    enter(50, 1);
    raise(100, 23);
    leave(110, CAUSE_SEI, 0);
    claim(150, 23);
    write_hvip(160, 0, BIT(10));
    enter(200, 1);
    guest_trap(201);
    leave(230, CAUSE_LOAD_GUEST_PAGE, claim_register);
    board->hart[0].x[15] = 23; /* the rd of LBU */
    enter(400, 1);
    leave(500, CAUSE_STORE_GUEST_PAGE, claim_register);
    complete(550, 23);
    enter(600, 1);
    source = deliveries_of(&folds->deliveries, 0, 23);
    ck_hands(&source->now,
             "line 100, pending 101, hart-line 102, trap 110, claim 150, inject 160, "
             "entry 200, guest-trap 201, guest-claim 230, guest-complete 500, "
             "complete 550");
    ck_assert_uint_eq(source->now.guest_source, 23);
    ck_assert_uint_eq(source->now.exits, 3);
    ck_assert_uint_eq(source->count, 1);
    ck_assert_uint_eq(source->sum[HAND_GUEST_CLAIM], 29);
}
END_TEST

/* A back end's own disk: completed at once, then the guest's request is done. */
START_TEST(a_back_ends_interrupt_is_another_for_the_guest)
{
    const uint64_t claim_register = board->plic->base + 0x201004;

    enter(50, 1);
    raise(100, 23);
    leave(110, CAUSE_SEI, 0);
    claim(150, 23);
    complete(160, 23);
    write_hvip(170, 0, BIT(10));
    enter(200, 1);
    guest_trap(201);
    leave(230, CAUSE_LOAD_GUEST_PAGE, claim_register);
    board->hart[0].x[15] = 1;
    enter(400, 1);
    leave(500, CAUSE_STORE_GUEST_PAGE, claim_register);
    ck_hands(&deliveries_of(&folds->deliveries, 0, 23)->now,
             "line 100, pending 101, hart-line 102, trap 110, claim 150, complete 160, "
             "inject 170, entry 200, guest-trap 201, guest-claim 230, "
             "guest-complete 500");
    ck_assert_uint_eq(deliveries_of(&folds->deliveries, 0, 23)->now.guest_source, 1);
    ck_assert_uint_eq(deliveries_of(&folds->deliveries, 0, 23)->count, 1);
}
END_TEST

START_TEST(what_is_not_injected_is_the_hypervisors_own)
{
    enter(50, 1);
    raise(100, 10);
    leave(110, CAUSE_SEI, 0);
    claim(150, 10);
    complete(160, 10);
    enter(200, 1);
    ck_assert(deliveries_of(&folds->deliveries, 0, 10)->now.own);
    guest_trap(300); /* another matter */
    ck_hands(&deliveries_of(&folds->deliveries, 0, 10)->now,
             "line 100, pending 101, hart-line 102, trap 110, claim 150, complete 160");
    ck_assert_ptr_null(deliveries_of(&folds->deliveries, 0, 11));
}
END_TEST

/* --- the workload ---------------------------------------------------------------------------------- */

START_TEST(latencies_are_those_of_the_oldest_under_way)
{
    mark(1, MARK_OP_BEGIN); /* before the work: none of it */
    mark(2, MARK_OP_END);
    mark(5, MARK_WORK_BEGIN);
    mark(10, MARK_OP_BEGIN);
    mark(20, MARK_OP_BEGIN);
    mark(110, MARK_OP_END);
    mark(220, MARK_OP_END);
    mark(230, MARK_OP_END); /* of nothing */
    mark(240, MARK_VERIFY_BAD);
    mark(250, MARK_WORK_END);
    mark(260, MARK_OP_BEGIN);
    ck_assert_uint_eq(folds->work.ends, 2);
    ck_assert_uint_eq(folds->work.begins, 2);
    ck_assert_uint_eq(folds->work.wrong, 1);
    ck_assert_uint_eq(work_latency(&folds->work, 50), 100);
    ck_assert_uint_eq(work_latency(&folds->work, 99), 200);
}
END_TEST

START_TEST(percentiles_are_by_nearest_rank)
{
    mark(0, MARK_WORK_BEGIN);
    for (unsigned i = 1; i <= 200; i++) {
        mark(1000 * i, MARK_OP_BEGIN);
        mark(1000 * i + (201 - i), MARK_OP_END);
    }
    ck_assert_uint_eq(work_latency(&folds->work, 50), 100);
    ck_assert_uint_eq(work_latency(&folds->work, 99), 198);
    ck_assert_uint_eq(work_latency(&folds->work, 100), 200);
}
END_TEST

START_TEST(an_account_is_the_difference_of_two_moments)
{
    struct exits *from = exits_copy(&folds->exits), *to;
    const struct metrics metrics = {
        .cycles = 10000,
        .instructions = 2001,
        .guest_cycles = 8200,
        .awake_cycles = 9000,
        .asleep_cycles = 1000,
    };
    struct account account;

    enter(100, 1);
    emulate_at(1000, 0x3200000);
    *from = folds->exits;
    mark(2000, MARK_WORK_BEGIN);
    mark(2100, MARK_OP_BEGIN);
    emulate_at(3000, 0x3200000);
    emulate_at(4000, 0x3100000);
    leave(5000, CAUSE_SEI, 0);
    sleep_at(5100, true);
    sleep_at(6100, false);
    write_hvip(6150, 0, BIT(10));
    enter(6200, 1);
    mark(6300, MARK_OP_END);
    mark(6400, MARK_OP_BEGIN);
    mark(11000, MARK_OP_END);
    to = exits_copy(&folds->exits);
    account_make(&account, from, to, &metrics, &folds->work);
    ck_assert(account.known);
    ck_assert_uint_eq(account.operations, 2);
    ck_assert_uint_eq(account.causes, 2);
    ck_assert_uint_eq(account.cause[0].cause, CAUSE_LOAD_GUEST_PAGE);
    ck_assert_uint_eq(account.cause[0].exits, 2);
    ck_assert_uint_eq(account.cause[0].cycles, 600);
    ck_assert_uint_eq(account.cause[1].cause, CAUSE_SEI);
    ck_assert_uint_eq(account.cause[1].cycles, 200); /* without the sleep */
    ck_assert_uint_eq(account.idle_cycles, 1000);
    ck_assert_uint_eq(account.hypervisor_cycles, 800);
    ck_assert_uint_eq(account.guest_cycles, 8200);
    ck_assert_uint_eq(account.value[ACCOUNT_EXITS], 1500);
    ck_assert_uint_eq(account.value[ACCOUNT_EXIT_CYCLES], 2667);
    ck_assert_uint_eq(account.value[ACCOUNT_OPS_PER_SECOND], 2000000);
    ck_assert_uint_eq(account.value[ACCOUNT_INSTRUCTIONS], 10005);
    ck_assert_uint_eq(account.value[ACCOUNT_INJECTIONS], 500);
    ck_assert_uint_eq(account.value[ACCOUNT_LATENCY_P50], 4200);
    exits_free(from);
    exits_free(to);
}
END_TEST

START_TEST(on_the_bare_machine_all_cycles_are_the_guests)
{
    struct exits *from = exits_copy(&folds->exits);
    const struct metrics metrics = {.cycles = 1000, .awake_cycles = 1000};
    struct account account;

    account_make(&account, from, &folds->exits, &metrics, &folds->work);
    ck_assert(!account.known);
    ck_assert_uint_eq(account.guest_cycles, 1000);
    ck_assert_uint_eq(account.hypervisor_cycles, 0);
    exits_free(from);
}
END_TEST

static const struct {
    uint64_t count, of, value;
    unsigned decimals;
    const char *text;
} ratios[] = {
    {1, 3, 333, 3, "0.333"},
    {2, 3, 667, 3, "0.667"},
    {1, 2, 1, 0, "1"}, /* halves go up */
    {0, 5, 0, 1, "0.0"},
    {5, 0, 0, 1, "0.0"},
    {UINT64_C(64000000000), 7, UINT64_C(91428571429), 1, "9,142,857,142.9"},
    {UINT64_C(1000000000000000000), 3, UINT64_C(333333333333333333), 0,
     "333,333,333,333,333,333"},
};

START_TEST(ratios_are_rounded_in_integers)
{
    struct buf text = {0};

    ck_assert_uint_eq(
        account_ratio(ratios[_i].count, ratios[_i].of, ratios[_i].decimals),
        ratios[_i].value);
    account_put(&text, ratios[_i].value, ratios[_i].decimals, true);
    ck_assert_str_eq(buf_str(&text), ratios[_i].text);
    buf_free(&text);
}
END_TEST

/* --- second stages ------------------------------------------------------------------------------- */

#define ROOT UINT64_C(0x80100000)

static void put(uint64_t at, uint64_t value)
{
    ram_write(&board->bus.ram, at, &value, sizeof(value), INITIATOR_OUTSIDE);
}

START_TEST(a_second_stage_is_added_up_and_looked_at)
{
    const uint64_t hgatp = UINT64_C(8) << 60 | ROOT >> 12;
    struct gstage_sum sum;
    struct walk_step end;

    put(ROOT + 8 * 2, (ROOT + 0x4000) >> 12 << 10 | 1);          /* 2 to 3 GiB */
    put(ROOT + 0x4000, UINT64_C(0x80400000) >> 12 << 10 | 0xdf); /* 2 MiB of RAM */
    put(ROOT + 8 * 0, (ROOT + 0x5000) >> 12 << 10 | 1);          /* below 1 GiB */
    put(ROOT + 0x5000 + 8 * 25, (ROOT + 0x6000) >> 12 << 10 | 1);
    put(ROOT + 0x6000 + 8 * 0, UINT64_C(0x3200000) >> 12 << 10 | 0xdf); /* the ATA */
    sum = gstage_mapped(&board->bus, hgatp);
    ck_assert_uint_eq(sum.ram_bytes, 2 << 20);
    ck_assert_uint_eq(sum.device_bytes, 4096);
    ck_assert_uint_eq(sum.devices, BIT(board_device(board, "ata0")->index));
    ck_assert(gstage_is_same(hgatp, hgatp | UINT64_C(3) << 44));
    ck_assert(!gstage_is_same(hgatp, hgatp + 4));
    ck_assert(gstage_look(&board->bus, hgatp, 0x80000000, ACCESS_LOAD, &end));
    ck_assert_int_eq(end.outcome, WALK_LEAF);
    ck_assert_uint_eq(end.level, 1);
    ck_assert_uint_eq(end.at, ROOT + 0x4000);
    ck_assert(gstage_look(&board->bus, hgatp, 0x3201000, ACCESS_STORE, &end));
    ck_assert_int_eq(end.outcome, WALK_NOT_VALID);
    ck_assert_uint_eq(end.level, 0);
    ck_assert_uint_eq(end.entry, 0);
    ck_assert(!gstage_look(&board->bus, 0, 0x80000000, ACCESS_LOAD, &end));
    ck_assert(!gstage_look(&board->bus, hgatp, BIT(41), ACCESS_LOAD, &end));
    ck_assert_uint_eq(gstage_mapped(&board->bus, 0).ram_bytes, 0);
}
END_TEST

/* With the registers of an ATA disk, which moves nothing by itself, nothing is pinned; with
 * those of the DMA controller all of the guest's RAM is. */
START_TEST(a_guest_that_has_a_channel_is_pinned)
{
    put(ROOT + 8 * 2, (ROOT + 0x4000) >> 12 << 10 | 1);
    put(ROOT + 0x4000, UINT64_C(0x80400000) >> 12 << 10 | 0xdf);
    put(ROOT + 8 * 0, (ROOT + 0x5000) >> 12 << 10 | 1);
    put(ROOT + 0x5000 + 8 * 25, (ROOT + 0x6000) >> 12 << 10 | 1);
    put(ROOT + 0x6000, UINT64_C(0x3200000) >> 12 << 10 | 0xdf);
    EMIT(&run->events, 50, CSR_WRITE, csr_write, .csr = CSR_HGATP,
         .value = UINT64_C(8) << 60 | UINT64_C(1) << 44 | ROOT >> 12);
    enter(100, 1);
    ck_assert_uint_eq(account_pinned(&folds->exits), 0);
    put(ROOT + 0x6000 + 8, UINT64_C(0x3101000) >> 12 << 10 | 0xdf);
    ck_assert_uint_eq(account_pinned(&folds->exits), 2 << 20);
}
END_TEST

/* Tables that point at themselves end, too. */
START_TEST(a_second_stage_in_a_circle_ends)
{
    put(ROOT, ROOT >> 12 << 10 | 1);
    ck_assert_uint_eq(
        gstage_mapped(&board->bus, UINT64_C(9) << 60 | ROOT >> 12).ram_bytes, 0);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, make_run, free_run);
    tcase_add_test(tcase, an_exits_cycles_are_those_of_its_phases);
    tcase_add_test(tcase, an_exit_that_has_not_returned_is_open);
    tcase_add_test(tcase, a_call_is_known_by_the_guests_registers);
    tcase_add_test(tcase, software_without_markers_is_other);
    tcase_add_test(tcase, sleep_in_an_exit_is_idle_whatever_the_phase);
    tcase_add_test(tcase, exits_that_are_alike_are_one_class);
    tcase_add_test(tcase, too_many_classes_share_the_last);
    tcase_add_test(tcase, a_guests_cycles_are_those_in_it);
    tcase_add_test(tcase, injections_are_bits_that_rise);
    tcase_add_test(tcase, what_is_kept_is_all_there_is);
    tcase_add_test(tcase, a_native_interrupt_has_six_hands);
    tcase_add_test(tcase, a_passed_through_interrupt_has_eleven_hands);
    tcase_add_test(tcase, a_back_ends_interrupt_is_another_for_the_guest);
    tcase_add_test(tcase, what_is_not_injected_is_the_hypervisors_own);
    tcase_add_test(tcase, latencies_are_those_of_the_oldest_under_way);
    tcase_add_test(tcase, percentiles_are_by_nearest_rank);
    tcase_add_test(tcase, an_account_is_the_difference_of_two_moments);
    tcase_add_test(tcase, on_the_bare_machine_all_cycles_are_the_guests);
    tcase_add_loop_test(tcase, ratios_are_rounded_in_integers, 0, COUNT(ratios));
    tcase_add_test(tcase, a_second_stage_is_added_up_and_looked_at);
    tcase_add_test(tcase, a_guest_that_has_a_channel_is_pinned);
    tcase_add_test(tcase, a_second_stage_in_a_circle_ends);
}

TEST_MAIN("exits", add_tests)
