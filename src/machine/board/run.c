/*
 * Who acts next. The rules, which hold in every run, heard or not:
 *
 * - Work due at cycle T is done before the first instruction that starts at or after T.
 * - The hart with the smallest clock runs (of equals, the first of the first board) until
 *   the next due work, or until it is `interleave` cycles ahead of where it began.
 * - When all harts wait, time jumps to the next due work; if there is none, nothing can
 *   happen.
 */
#include "machine/board/run.h"

#include "base/alloc.h"

#include <stdlib.h>

struct run *run_new(void)
{
    struct run *run = alloc_zero(1, sizeof(*run));

    queue_init(&run->queue);
    return run;
}

void run_free(struct run *run)
{
    if (!run)
        return;
    for (unsigned i = 0; i < run->boards; i++)
        board_free(run->board[i]);
    free(run);
}

struct board *run_add(struct run *run, const struct board_desc *desc, struct err *err)
{
    unsigned timers = run->queue.count;
    struct board *board;

    if (run->boards == RUN_BOARDS) {
        err_set(err, "board %s: a run has at most %d boards", desc->name, RUN_BOARDS);
        return NULL;
    }
    board = board_new(desc, (uint8_t)run->boards, &run->queue, &run->events, err);
    if (board)
        run->board[run->boards++] = board;
    else
        run->queue.count = timers; /* those of its parts are gone */
    return board;
}

void run_reset(struct run *run)
{
    run->queue.now = run->queue.next_seq = run->fired = 0;
    run->turn_board = run->turn_hart = 0;
    run->turn_end = 0;
    for (unsigned i = 0; i < run->boards; i++) {
        run->events.board = (uint8_t)i;
        board_reset(run->board[i]);
    }
    run->events.board = 0;
    run->events.retired = 0;
    run->events.order = 0;
}

/* The hart with the smallest clock of those that are awake, and its board; NULL: none. */
static struct hart *earliest_hart(const struct run *run, unsigned *board)
{
    struct hart *next = NULL;

    for (unsigned i = 0; i < run->boards; i++)
        for (unsigned j = 0; j < run->board[i]->harts; j++) {
            struct hart *hart = &run->board[i]->hart[j];

            if (!hart->asleep && (!next || hart->cycle < next->cycle)) {
                next = hart;
                *board = i;
            }
        }
    return next;
}

uint64_t run_cycle(const struct run *run)
{
    unsigned board;
    const struct hart *hart = earliest_hart(run, &board);
    uint64_t due = run->queue.next_due;

    if (!hart)
        return due == NEVER ? run->queue.now : due;
    return hart->cycle;
}

uint64_t run_attempts(const struct run *run)
{
    uint64_t attempts = run->events.retired;

    for (unsigned i = 0; i < run->boards; i++)
        for (unsigned j = 0; j < run->board[i]->harts; j++)
            attempts += run->board[i]->hart[j].exceptions;
    return attempts;
}

static bool finished(const struct run *run)
{
    for (unsigned i = 0; i < run->boards; i++)
        if (run->board[i]->finished)
            return true;
    return false;
}

/* Does one entry of the queue in the name of its board; whoever had the turn loses it. */
static void do_due_work(struct run *run)
{
    struct board *board = run->board[queue_first(&run->queue)->board];

    run->turn_end = 0;
    run->fired++;
    run->events.board = board->index;
    queue_fire_first(&run->queue);
    if (board->tohost_touched)
        board_check_tohost(board);
}

/* The hart whose turn it is; a new turn begins when the last one is over. NULL: all wait. */
static struct hart *whose_turn(struct run *run)
{
    struct board *board = run->board[run->turn_board];
    struct hart *hart = &board->hart[run->turn_hart];
    unsigned index = 0;

    if (!hart->asleep && hart->cycle < run->turn_end)
        return hart;
    hart = earliest_hart(run, &index);
    if (!hart)
        return NULL; /* and nothing changes: to ask is no step */
    board = run->board[index];
    run->turn_board = (uint8_t)index;
    run->turn_hart = hart->id;
    /* A lone hart has nobody to wait for. */
    run->turn_end = run->boards == 1 && board->harts == 1
                        ? NEVER
                        : hart->cycle + board->desc.interleave;
    return hart;
}

/* Must `hart` stop at the limit? Not before the others, if they are awake, are there too. */
static uint64_t end_for(const struct run *run, const struct hart *hart, uint64_t limit)
{
    for (unsigned i = 0; i < run->boards; i++)
        for (unsigned j = 0; j < run->board[i]->harts; j++) {
            const struct hart *other = &run->board[i]->hart[j];

            if (other != hart && !other->asleep && other->cycle < limit)
                return run->turn_end;
        }
    return run->turn_end < limit ? run->turn_end : limit;
}

/* What a turn, or a part of one, came to: RUN_LIMIT is "go on". */
static enum run_stop take_turn(struct run *run, uint64_t limit, uint64_t most)
{
    struct hart *hart = whose_turn(run);
    struct board *board;

    if (run->queue.next_due != NEVER && (!hart || run->queue.next_due <= hart->cycle)) {
        do_due_work(run);
        return finished(run) ? RUN_FINISHED : RUN_LIMIT;
    }
    if (!hart)
        return RUN_NOTHING;
    board = run->board[run->turn_board];
    run->events.board = run->turn_board;
    hart_run(hart, end_for(run, hart, limit), most, &board->pause);
    if (board->tohost_touched)
        board_check_tohost(board);
    if (board->finished)
        return RUN_FINISHED;
    return hart_at_stop(hart) ? RUN_ASKED : RUN_LIMIT;
}

/* Has somebody asked for a stop since this was asked last? */
static bool asked_to_stop(struct run *run)
{
    bool asked = run->stop;

    run->stop = false;
    for (unsigned i = 0; i < run->boards; i++)
        run->board[i]->pause = false;
    return asked;
}

bool run_at_limit(const struct run *run, const struct run_limit *limit)
{
    if (run->events.retired >= limit->retired || run->fired >= limit->fired)
        return true;
    if (limit->attempts != UINT64_MAX && run_attempts(run) >= limit->attempts)
        return true;
    if (limit->cycle == UINT64_MAX)
        return false;
    /* Work that is due before the limit comes before it, whatever the clocks say. */
    return run_cycle(run) >= limit->cycle && run->queue.next_due >= limit->cycle;
}

static uint64_t most_before(const struct run *run, const struct run_limit *limit)
{
    uint64_t most = limit->retired - run->events.retired;

    if (limit->attempts != UINT64_MAX && limit->attempts - run_attempts(run) < most)
        most = limit->attempts - run_attempts(run);
    return most;
}

/*
 * Between two runs somebody outside may act: type a character, look at mtime. That is at
 * the clock of the hart that comes next, whichever loop got there; while all wait, when
 * something was last done.
 */
static enum run_stop outside_may_act(struct run *run, enum run_stop stop)
{
    unsigned board;
    const struct hart *next = earliest_hart(run, &board);

    if (next)
        run->queue.now = next->cycle;
    return stop;
}

enum run_stop run_go(struct run *run, struct run_limit limit)
{
    enum run_stop stop = finished(run) ? RUN_FINISHED : RUN_LIMIT;

    asked_to_stop(run);
    while (stop == RUN_LIMIT && !run_at_limit(run, &limit)) {
        stop = take_turn(run, limit.cycle, most_before(run, &limit));
        if (asked_to_stop(run) && stop == RUN_LIMIT)
            stop = RUN_ASKED;
    }
    return outside_may_act(run, stop);
}

enum run_stop run_step(struct run *run)
{
    enum run_stop stop;

    if (finished(run))
        return RUN_FINISHED;
    asked_to_stop(run);
    stop = take_turn(run, UINT64_MAX, 1);
    return outside_may_act(run, stop == RUN_ASKED ? RUN_LIMIT : stop);
}

void run_ask_stop(struct run *run)
{
    run->stop = true;
    for (unsigned i = 0; i < run->boards; i++)
        run->board[i]->pause = true;
}

void run_state(struct run *run, struct state *state)
{
    STATE(state, run->events.retired);
    STATE(state, run->events.order);
    STATE(state, run->fired);
    STATE(state, run->turn_board);
    STATE(state, run->turn_hart);
    STATE(state, run->turn_end);
    for (unsigned i = 0; i < run->boards; i++)
        board_state(run->board[i], state);
    STATE(state, run->queue.now); /* see outside_may_act */
    queue_state(&run->queue, state);
}

unsigned run_pages(struct run *run, struct pages *pages[RUN_PAGES])
{
    unsigned count = 0;

    for (unsigned i = 0; i < run->boards; i++) {
        struct board *board = run->board[i];

        pages[count++] = &board->bus.ram.pages;
        for (unsigned j = 0; j < board->devices; j++) {
            struct medium *medium = device_medium(board->device[j]);

            if (medium)
                pages[count++] = &medium->pages;
        }
    }
    return count;
}

void run_pages_noted(struct run *run)
{
    struct pages *pages[RUN_PAGES];
    unsigned count = run_pages(run, pages);

    for (unsigned i = 0; i < count; i++)
        pages_noted(pages[i]);
    for (unsigned i = 0; i < run->boards; i++)
        for (unsigned j = 0; j < run->board[i]->harts; j++)
            hart_forget_writes(&run->board[i]->hart[j]);
}

uint64_t run_digest(struct run *run)
{
    struct state state;

    state_hash_begin(&state);
    run_state(run, &state);
    return state_digest(&state);
}
