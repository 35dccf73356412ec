/*
 * Journals of somebody who means no good. A list of acts, in any order and at any moments,
 * is read from its bytes, given to a small machine, and followed: what is damaged is
 * refused, and all else has an end. Acts in order (recordings with others are refused)
 * lead to the same state there and back.
 *
 * Input: records, each of a byte that chooses and what it takes. 0 to 199: an act, of the
 * fields that follow; 200 and more: as many bytes of act_save's form as the next byte says.
 */
#include "base/bits.h"
#include "observe/time/timeline.h"
#include "tests/fuzz/input.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW = 200, MOST_ACTS = 40, MOST_ASKED = 16, INSTRUCTIONS = 2000 };

#define RAM UINT64_C(0x80000000)

/* --- the input ------------------------------------------------------------------------------- */

/* Small numbers mostly, anything now and then. */
static uint64_t take_number(struct input *input)
{
    uint64_t number = take(input, 2);

    return number == UINT16_MAX ? take(input, 8) : number;
}

static uint64_t take_place(struct input *input, uint8_t kind)
{
    uint64_t number = take_number(input);

    return kind == ACT_MEMORY && number <= UINT16_MAX ? RAM + number : number;
}

/* An act that says what it is; possible or not. */
static void take_act(struct input *input, uint8_t kind, struct buf *saved)
{
    uint8_t bytes[64] = {0};
    struct act act = {.kind = kind % (ACT_KINDS + 1)};

    act.at =
        (struct moment){take_number(input), take(input, 1), (uint32_t)take(input, 1)};
    act.board = take(input, 1) == UINT8_MAX;
    act.device = (uint8_t)take(input, 1);
    act.number = take_place(input, act.kind);
    act.value = take_number(input);
    act.size = (uint32_t)take(input, 1) % (sizeof(bytes) + 1);
    act.reason = take(input, 1) % 2 ? (char[]){"somebody"} : NULL;
    if (act.kind == ACT_INPUT || act.kind == ACT_MEMORY) {
        for (unsigned i = 0; i < act.size; i++)
            bytes[i] = (uint8_t)take(input, 1);
        act.bytes = bytes;
    }
    act_save(saved, &act);
}

static void take_raw(struct input *input, struct buf *saved)
{
    size_t size = take(input, 1);

    if (size > input->left)
        size = input->left;
    buf_add(saved, input->data, size);
    input->data += size;
    input->left -= size;
}

/* What can be read is read again alike; what cannot says so, and is left out. */
static void add_act(struct journal *journal, const struct buf *saved)
{
    struct act act;
    struct buf again = {0};
    struct err err = {0};

    if (act_load(&act, buf_str(saved), saved->size, &err)) {
        act_save(&again, &act);
        assert(again.size == saved->size &&
               memcmp(again.data, saved->data, saved->size) == 0);
        journal_add(journal, &act);
    } else {
        assert(err.text[0]);
    }
    act_release(&act);
    buf_free(&again);
}

static void take_journal(struct input *input, struct journal *journal)
{
    while (input->left && journal->count < MOST_ACTS) {
        uint8_t what = (uint8_t)take(input, 1);
        struct buf saved = {0};

        if (what < RAW)
            take_act(input, what, &saved);
        else
            take_raw(input, &saved);
        add_act(journal, &saved);
        buf_free(&saved);
    }
}

/* --- a small machine ------------------------------------------------------------------------- */

/* Counts, prints, and takes no notice of traps. */
static const uint32_t program[] = {
    0x00150513, /* addi a0, a0, 1 */
    0x00a5b023, /* sd a0, 0(a1) */
    0x00a60023, /* sb a0, 0(a2) */
    0xff5ff06f, /* j .-12 */
};

/* One for all inputs: each brings it back to its beginning. */
static struct run *machine(void)
{
    static struct run *run;
    struct board_desc desc = board_virt;
    struct err err = {0};
    struct hart *hart;

    if (run)
        return run;
    desc.ram_size = 1 << 20;
    run = run_new();
    if (!run_add(run, &desc, &err))
        abort();
    run_reset(run);
    hart = &run->board[0]->hart[0];
    ram_write(&run->board[0]->bus.ram, RAM, program, sizeof(program),
              INITIATOR_OUTSIDE);
    hart->pc = RAM;
    hart->csr.mtvec = RAM;
    hart->x[11] = RAM + 0x8000;
    hart->x[12] = 0x10000000;
    return run;
}

/* The timeline before has taken note of all pages; for the next one all are new. */
static void renew_pages(struct run *run)
{
    struct pages *pages[RUN_PAGES];
    unsigned count = run_pages(run, pages);

    for (unsigned i = 0; i < count; i++)
        for (uint64_t page = 0; page < pages[i]->count; page++)
            if (pages_used(pages[i], page))
                pages_touch(pages[i], page);
}

/* Journals may say that they go on to the end of time. */
static bool is_enough(void *ctx)
{
    return ++*(unsigned *)ctx > MOST_ASKED;
}

/* Follows it, in there and back; false: it is refused. The digest is of the end, 0 if it
 * was too far. */
static bool follow(const struct journal *journal, struct moment end, bool back,
                   uint64_t *digest)
{
    static const struct timeline_settings settings = {.memory = 4 << 20,
                                                      .interval = 500};
    struct branch_info info = {
        .name = "main", .parent = -1, .furthest = end, .journal = journal};
    struct run *run = machine();
    uint64_t beginning = run_digest(run);
    unsigned asked = 0;
    struct timeline *time;
    struct err err = {0};
    enum arrival arrival;
    bool taken;

    renew_pages(run);
    time = timeline_new(run, &settings);
    timeline_set_interrupt(time, (struct interrupt){is_enough, &asked});
    taken = timeline_restore_branch(time, &info, &err);
    assert(taken == !err.text[0]);
    *digest = 0;
    if (taken) {
        arrival = timeline_seek(time, end);
        if (back && arrival != ARRIVED_INTERRUPTED) {
            timeline_seek(time, (struct moment){.retired = end.retired / 2});
            timeline_step_back(time);
            arrival = timeline_seek(time, end);
        }
        if (arrival != ARRIVED_INTERRUPTED)
            *digest = run_digest(run);
    }
    timeline_set_interrupt(time, (struct interrupt){NULL, NULL});
    assert(timeline_seek(time, (struct moment){0}) == ARRIVED);
    assert(run_digest(run) == beginning);
    timeline_free(time);
    return taken;
}

static bool in_order(const struct journal *journal)
{
    for (size_t i = 1; i < journal->count; i++)
        if (moment_compare(journal->act[i - 1].at, journal->act[i].at) > 0)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct moment end = {.retired = take_number(&input) % INSTRUCTIONS,
                         .order = (uint32_t)take(&input, 1)};
    struct journal journal = {0};
    uint64_t plain, back;

    take_journal(&input, &journal);
    if (follow(&journal, end, false, &plain) && follow(&journal, end, true, &back))
        assert(plain == back || !plain || !back || !in_order(&journal));
    journal_release(&journal);
    return 0;
}
