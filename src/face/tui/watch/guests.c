#include "face/tui/watch/guests.h"

#include "base/alloc.h"
#include "machine/isa/csr.h"
#include "observe/exits/guest_folds.h"

#include <stdlib.h>

bool watch_has_guests(const struct watch *watch)
{
    const struct exits *exits = &watch->session->guests->exits;

    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++)
        if (exits->guest[vmid].entries)
            return true;
    for (unsigned i = watch->inside; i < watch->count; i++)
        if (watch->events[i].kind == EVENT_VM_ENTRY)
            return true;
    return false;
}

/* Whose claim it is, the fold asks of the bus, which knows only while it happens. */
static bool tells_alone(const struct event *event)
{
    return event->kind != EVENT_IRQ_CLAIM;
}

struct exits *watch_exits(const struct watch *watch)
{
    struct exits *exits = exits_copy(&watch->session->guests->exits);

    for (unsigned i = watch->inside; i < watch->count; i++)
        if (EXITS_KINDS & EVENT_BIT(watch->events[i].kind) &&
            tells_alone(&watch->events[i]))
            exits_take(exits, &watch->events[i]);
    exits_settle_open(exits, watch->cycle);
    return exits;
}

/* --- the way of one exit --------------------------------------------------------------- */

/* The fold over exits, over this one alone: what each event adds to the parts is a piece. */
struct following {
    struct exit_way *way;
    const struct vm_exit *exit;
    struct exits *exits;
    struct exit_hart *hart;
    struct exit_cost told; /* of it, in pieces */
    uint64_t until;        /* ... up to this cycle */
    bool begun, over;
};

/* Pieces that are shorter than that go to the one before, and like ones become one. */
static void join_short(struct exit_way *way, uint64_t cycles)
{
    unsigned kept = 1;

    for (unsigned i = 1; i < way->pieces; i++) {
        struct exit_piece *last = &way->piece[kept - 1];
        const struct exit_piece *piece = &way->piece[i];

        if (piece->part == last->part || piece->until - piece->from < cycles)
            last->until = piece->until;
        else
            way->piece[kept++] = *piece;
    }
    way->pieces = kept;
}

/* Of a long exit the shortest pieces are not told apart. */
static void make_room(struct exit_way *way)
{
    for (uint64_t cycles = 2; way->pieces > WAY_PIECES / 2; cycles *= 2)
        join_short(way, cycles);
    way->joined = true;
}

static void add_piece(struct following *follow, enum exit_part part, uint64_t cycles)
{
    struct exit_way *way = follow->way;
    struct exit_piece *last = way->pieces ? &way->piece[way->pieces - 1] : NULL;
    uint64_t from = follow->until;

    if (!cycles)
        return;
    follow->until += cycles;
    if (last && last->part == part) {
        last->until += cycles;
        return;
    }
    if (way->pieces == WAY_PIECES)
        make_room(way);
    way->piece[way->pieces++] = (struct exit_piece){from, follow->until, (uint8_t)part};
}

/* Waits are many and short: they are counted by intervals, which double in length when
 * there are no more of them. */
static void add_wait(struct following *follow, uint64_t from, uint64_t cycles)
{
    struct exit_way *way = follow->way;
    uint64_t at = from - follow->exit->cycle;

    while ((at + cycles) / way->wait_width >= WAY_WAITS) {
        for (unsigned i = 0; i < WAY_WAITS; i++)
            way->wait[i] =
                i < WAY_WAITS / 2 ? way->wait[2 * i] + way->wait[2 * i + 1] : 0;
        way->wait_width *= 2;
    }
    for (; cycles > 0; at++, cycles--)
        way->wait[at / way->wait_width]++;
}

bool exit_way_waits(const struct exit_way *way, const struct vm_exit *exit,
                    uint64_t cycle)
{
    uint64_t bin =
        way->wait_width ? (cycle - exit->cycle) / way->wait_width : WAY_WAITS;

    return bin < WAY_WAITS && 2 * way->wait[bin] > way->wait_width;
}

/* What a hart worked on ends where a wait or the return begins; a wait is in what the hart
 * works on. */
static void add_pieces(struct following *follow)
{
    const struct exit_cost *now = &follow->hart->exit.cost;
    uint64_t waited = now->part[EXIT_BUS] - follow->told.part[EXIT_BUS];

    for (int last = 0; last < 2; last++)
        for (int part = 0; part < EXIT_PARTS; part++)
            if (part != EXIT_BUS && (part == EXIT_TRAP) == last)
                add_piece(follow, (enum exit_part)part,
                          now->part[part] - follow->told.part[part]);
    if (waited)
        add_wait(follow, follow->until, waited);
    add_piece(follow, (enum exit_part)follow->hart->phase, waited);
    follow->told = *now;
}

bool exit_is_injection(const struct event *event)
{
    return event->kind == EVENT_INSN && event->insn.csr == CSR_HVIP &&
           event->insn.csr_old != event->insn.csr_new;
}

/* Is it something that this hart does to a device, or to virtual interrupts? */
static bool is_act(const struct following *follow, const struct event *event)
{
    unsigned hart = follow->exit->hart;

    switch ((int)event->kind) {
    case EVENT_MMIO_READ:
        return event->mmio_read.initiator == hart;
    case EVENT_MMIO_WRITE:
        return event->mmio_write.initiator == hart;
    case EVENT_HART_SLEEP:
        return event->hart_sleep.hart == hart && event->hart_sleep.asleep;
    case EVENT_INSN:
        return event->insn.hart == hart && exit_is_injection(event);
    default:
        return false;
    }
}

static bool is_same(const struct event *a, const struct event *b)
{
    const struct event_mmio_read *r = &a->mmio_read, *again = &b->mmio_read;
    const struct event_mmio_write *w = &a->mmio_write, *anew = &b->mmio_write;

    if (a->kind != b->kind)
        return false;
    if (a->kind == EVENT_MMIO_READ)
        return r->device == again->device && r->offset == again->offset &&
               r->value == again->value;
    return a->kind == EVENT_MMIO_WRITE && w->device == anew->device &&
           w->offset == anew->offset && w->value == anew->value;
}

/* A loop that polls is one act. */
static void add_act(struct exit_way *way, const struct event *event)
{
    struct exit_act *last = way->acts ? &way->act[(way->acts - 1) % WAY_ACTS] : NULL;

    if (last && is_same(&last->event, event))
        last->times++;
    else
        way->act[way->acts++ % WAY_ACTS] = (struct exit_act){*event, 1};
}

static bool is_it(const struct vm_exit *exit, const struct event *event)
{
    return event->kind == EVENT_VM_EXIT && event->retired == exit->retired &&
           event->order == exit->order;
}

/* The trap is told before the exit that it is. */
static void look_for_trap(struct following *follow, const struct event *event)
{
    const struct vm_exit *exit = follow->exit;

    if (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == exit->hart)
        follow->way->tinst = event->trap_enter.tinst;
    follow->begun = is_it(exit, event);
    follow->way->known |= follow->begun;
}

static void follow_event(void *ctx, const struct event *event)
{
    struct following *follow = ctx;
    const struct vm_exit *exit = follow->exit;

    if (follow->over || event->board != exit->board)
        return;
    if (!follow->begun)
        look_for_trap(follow, event);
    if (!follow->begun)
        return;
    if (event->kind == EVENT_INSN && event->insn.hart == exit->hart)
        follow->way->insns[follow->hart->phase]++;
    if (event->kind == EVENT_MARKER && event->marker.hart == exit->hart)
        follow->way->marked = true;
    if (is_act(follow, event))
        add_act(follow->way, event);
    if (EXITS_KINDS & EVENT_BIT(event->kind) && tells_alone(event))
        exits_take(follow->exits, event);
    follow->over = event->kind == EVENT_VM_ENTRY && event->vm_entry.hart == exit->hart;
    if (follow->over)
        follow->way->insns[follow->hart->phase]++; /* the return is told behind it */
    add_pieces(follow);
}

/* The place of its first event in the window, and of the trap before it; -1: it began
 * before. */
static int find_in_window(const struct watch *watch, const struct vm_exit *exit)
{
    for (unsigned i = 0; i < watch->count; i++)
        if (is_it(exit, &watch->events[i]))
            return i ? (int)i - 1 : 0;
    return -1;
}

/* Instructions are listened to: it is a question about few of them. */
static void replay(struct following *follow, const struct watch *watch)
{
    const struct vm_exit *exit = follow->exit;
    struct moment from = {.retired = exit->retired, .order = 0};
    struct moment until = exit->open ? watch->now
                                     : (struct moment){.retired = exit->entry_retired,
                                                       .order = exit->entry_order + 1};
    bool steady = timeline_set_steady(watch->time, true);

    timeline_replay(watch->time, from, until,
                    (struct event_sink){EVENT_ALL, follow_event, follow});
    timeline_set_steady(watch->time, steady);
}

void exit_way_follow(struct exit_way *way, const struct watch *watch,
                     const struct vm_exit *exit)
{
    struct following follow = {.way = way, .exit = exit, .until = exit->cycle};
    int at = find_in_window(watch, exit);

    *way = (struct exit_way){.wait_width = 1};
    follow.exits = alloc_zero(1, sizeof(*follow.exits));
    exits_init(follow.exits, watch->run);
    follow.hart = &follow.exits->hart[exit->board * HART_MAX + exit->hart];
    if (at < 0)
        replay(&follow, watch);
    for (unsigned i = (unsigned)at; at >= 0 && i < watch->count; i++)
        follow_event(&follow, &watch->events[i]);
    if (!follow.over && follow.begun) {
        exits_settle_open(follow.exits, watch->cycle);
        add_pieces(&follow);
    }
    exits_free(follow.exits);
}
