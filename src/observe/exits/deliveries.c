/*
 * The fold over interrupts on their way. Each hand has an event; which delivery it belongs
 * to follows from the source where the event names one, else from the hart and from how
 * far the delivery has come: a trap belongs to what is pending, an injection to what has
 * been claimed since the guest was left.
 *
 * Source n at the real PLIC need not be source n for the guest: a back end's real disk may
 * complete what the guest sees as another device's request.
 */
#include "observe/exits/deliveries.h"

#include "machine/interrupt/plic.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "observe/exits/exits.h"

const struct hand_info hand_infos[HANDS] = {
    [HAND_LINE] = {"line", "the device raises its line"},
    [HAND_PENDING] = {"pending", "the PLIC has the request"},
    [HAND_HART] = {"hart-line", "the PLIC raises the line into the hart"},
    [HAND_TRAP] = {"trap", "the hart traps"},
    [HAND_CLAIM] = {"claim", "the handler claims it"},
    [HAND_INJECT] = {"inject", "the hypervisor raises VSEIP in hvip"},
    [HAND_ENTRY] = {"entry", "the guest is entered"},
    [HAND_GUEST_TRAP] = {"guest-trap", "the guest traps to its handler"},
    [HAND_GUEST_CLAIM] = {"guest-claim", "the guest claims it, by an exit"},
    [HAND_GUEST_COMPLETE] = {"guest-complete", "the guest completes it, by an exit"},
    [HAND_COMPLETE] = {"complete", "it is completed at the PLIC"},
};

void deliveries_init(struct deliveries *deliveries, const struct run *run)
{
    *deliveries = (struct deliveries){.run = run};
}

/* --- one delivery --------------------------------------------------------------------- */

static bool has(const struct delivery *delivery, enum hand hand)
{
    return delivery->seen & BIT(hand);
}

static void pass(struct delivery *delivery, enum hand hand, const struct event *event)
{
    if (has(delivery, hand))
        return;
    delivery->seen |= (uint16_t)BIT(hand);
    delivery->cycle[hand] = event->cycle;
    delivery->retired[hand] = event->retired;
    delivery->order[hand] = event->order;
}

unsigned delivery_hands(const struct delivery *delivery, uint8_t hand[HANDS])
{
    unsigned count = 0;

    for (unsigned h = 0; h < HANDS; h++) {
        unsigned at = count;

        if (!has(delivery, (enum hand)h))
            continue;
        for (; at && delivery->cycle[hand[at - 1]] > delivery->cycle[h]; at--)
            hand[at] = hand[at - 1];
        hand[at] = (uint8_t)h;
        count++;
    }
    return count;
}

/* It is over: it counts, and stays as the last one. */
static void end(struct delivery_source *source)
{
    uint8_t hand[HANDS];
    unsigned hands = delivery_hands(&source->now, hand);

    if (source->now.over || !source->now.seen)
        return;
    source->now.over = 1;
    source->count++;
    source->exits += source->now.exits;
    for (unsigned i = 0; i < hands; i++) {
        source->times[hand[i]]++;
        source->sum[hand[i]] +=
            i ? source->now.cycle[hand[i]] - source->now.cycle[hand[i - 1]] : 0;
    }
}

/* Both the real PLIC and, where it went to a guest, the guest are through with it. */
static void end_if_complete(struct delivery_source *source)
{
    const struct delivery *now = &source->now;
    bool reached_guest = has(now, HAND_INJECT) || has(now, HAND_ENTRY);

    if (has(now, HAND_COMPLETE) &&
        (now->own || (reached_guest && has(now, HAND_GUEST_COMPLETE))))
        end(source);
}

/* --- which delivery ------------------------------------------------------------------- */

/* The source's place, made when it is new; NULL: there are too many. */
static struct delivery_source *find(struct deliveries *deliveries,
                                    const struct event *event, unsigned source)
{
    struct delivery_source *place = deliveries->source;

    for (unsigned i = 0; i < deliveries->sources; i++, place++)
        if (place->source == source && place->board == event->board)
            return place;
    if (source == 0 || deliveries->sources == DELIVERY_SOURCES)
        return NULL;
    *place =
        (struct delivery_source){.source = (uint16_t)source, .board = event->board};
    deliveries->sources++;
    return place;
}

const struct delivery_source *deliveries_of(const struct deliveries *deliveries,
                                            unsigned board, unsigned source)
{
    for (unsigned i = 0; i < deliveries->sources; i++)
        if (deliveries->source[i].source == source &&
            deliveries->source[i].board == board)
            return &deliveries->source[i];
    return NULL;
}

/* What a hand is passed on for: deliveries of a board that have been through all hands
 * of `after` and none of `before`, and that are (HART_ANY: or may be) this hart's. */
struct wanted {
    uint16_t after, before;
    unsigned hart;
};

enum { HART_ANY = HART_MAX };

static bool is_wanted(const struct delivery_source *source, const struct event *event,
                      struct wanted wanted)
{
    const struct delivery *now = &source->now;

    return source->board == event->board && !now->over &&
           (now->seen & wanted.after) == wanted.after && !(now->seen & wanted.before) &&
           (wanted.hart == HART_ANY || now->hart == wanted.hart);
}

/* Of all that are wanted, the one that got its last needed hand first. */
static struct delivery_source *oldest(struct deliveries *deliveries,
                                      const struct event *event, struct wanted wanted,
                                      enum hand by)
{
    struct delivery_source *best = NULL;

    for (unsigned i = 0; i < deliveries->sources; i++) {
        struct delivery_source *source = &deliveries->source[i];

        if (is_wanted(source, event, wanted) &&
            (!best || source->now.cycle[by] < best->now.cycle[by]))
            best = source;
    }
    return best;
}

/* --- hands that name their source ------------------------------------------------------ */

/* A new one begins where the last one has been completed. */
static struct delivery *begun(struct deliveries *deliveries, const struct event *event,
                              unsigned number)
{
    struct delivery_source *source = find(deliveries, event, number);

    if (!source)
        return NULL;
    if (has(&source->now, HAND_COMPLETE)) {
        end(source);
        source->now = (struct delivery){.seen = 0};
    }
    return &source->now;
}

static void line_changed(struct deliveries *deliveries, const struct event *event)
{
    struct delivery *delivery =
        event->irq_line.level ? begun(deliveries, event, event->irq_line.source) : NULL;

    if (delivery && !has(delivery, HAND_PENDING))
        pass(delivery, HAND_LINE, event);
}

static void pending_changed(struct deliveries *deliveries, const struct event *event)
{
    struct delivery *delivery =
        event->irq_pending.pending ? begun(deliveries, event, event->irq_pending.source)
                                   : NULL;

    if (delivery)
        pass(delivery, HAND_PENDING, event);
}

static void claimed(struct deliveries *deliveries, const struct event *event)
{
    struct delivery_source *source = find(deliveries, event, event->irq_claim.source);

    if (!source)
        return;
    pass(&source->now, HAND_CLAIM, event);
    source->now.hart = (uint8_t)(event->irq_claim.context / 2);
}

static void completed(struct deliveries *deliveries, const struct event *event)
{
    struct delivery_source *source =
        find(deliveries, event, event->irq_complete.source);

    if (!source || !has(&source->now, HAND_CLAIM))
        return;
    pass(&source->now, HAND_COMPLETE, event);
    end_if_complete(source);
}

/* --- hands of a hart -------------------------------------------------------------------- */

static bool is_external(unsigned line)
{
    return line == IRQ_SEI || line == IRQ_MEI;
}

static void hart_line_changed(struct deliveries *deliveries, const struct event *event)
{
    const struct event_hart_line *told = &event->hart_line;
    struct wanted wanted = {(uint16_t)BIT(HAND_PENDING),
                            (uint16_t)(BIT(HAND_HART) | BIT(HAND_CLAIM)), HART_ANY};

    if (!told->level || !is_external(told->line))
        return;
    for (unsigned i = 0; i < deliveries->sources; i++)
        if (is_wanted(&deliveries->source[i], event, wanted)) {
            pass(&deliveries->source[i].now, HAND_HART, event);
            deliveries->source[i].now.hart = told->hart;
        }
}

static bool is_guest_mode(unsigned mode)
{
    return mode & MODE_VIRTUAL;
}

static void trapped_to_host(struct deliveries *deliveries, const struct event *event)
{
    struct wanted wanted = {(uint16_t)(BIT(HAND_PENDING) | BIT(HAND_HART)),
                            (uint16_t)(BIT(HAND_TRAP) | BIT(HAND_CLAIM)),
                            event->trap_enter.hart};

    for (unsigned i = 0; i < deliveries->sources; i++)
        if (is_wanted(&deliveries->source[i], event, wanted))
            pass(&deliveries->source[i].now, HAND_TRAP, event);
}

static void trapped_in_guest(struct deliveries *deliveries, const struct event *event)
{
    struct wanted wanted = {(uint16_t)BIT(HAND_ENTRY), (uint16_t)BIT(HAND_GUEST_TRAP),
                            event->trap_enter.hart};
    struct delivery_source *source = oldest(deliveries, event, wanted, HAND_ENTRY);

    if (source)
        pass(&source->now, HAND_GUEST_TRAP, event);
}

/* A guest sees VSEI, 10, as SEI, 9. */
static void trap_entered(struct deliveries *deliveries, const struct event *event)
{
    const struct event_trap_enter *told = &event->trap_enter;
    unsigned number = (unsigned)(told->cause & ~CAUSE_INTERRUPT);

    if (!(told->cause & CAUSE_INTERRUPT))
        return;
    if (is_guest_mode(told->to) && (number == IRQ_SEI || number == IRQ_VSEI))
        trapped_in_guest(deliveries, event);
    else if (!is_guest_mode(told->to) && is_external(number))
        trapped_to_host(deliveries, event);
}

/* Is the guest at the claim register of the PLIC, which it finds where the machine has
 * its own? */
static bool is_claim(const struct deliveries *deliveries, const struct event *event)
{
    const struct board *board = deliveries->run->board[event->board];
    const struct device *plic = board->plic;
    uint64_t gpa = event->vm_exit.gpa;

    return plic && gpa >= plic->base + PLIC_CONTEXT && gpa < plic->base + PLIC_SIZE &&
           (gpa - plic->base) % PLIC_CONTEXT_STRIDE == PLIC_CLAIM;
}

/* For all that have come to this hart and are not over. */
static void count_exit(struct deliveries *deliveries, const struct event *event)
{
    struct wanted wanted = {(uint16_t)BIT(HAND_TRAP), 0, event->vm_exit.hart};

    for (unsigned i = 0; i < deliveries->sources; i++)
        if (is_wanted(&deliveries->source[i], event, wanted) &&
            deliveries->source[i].now.exits < UINT8_MAX)
            deliveries->source[i].now.exits++;
}

static void guest_left(struct deliveries *deliveries, const struct event *event)
{
    const struct event_vm_exit *told = &event->vm_exit;
    bool loads = told->cause == CAUSE_LOAD_GUEST_PAGE;
    struct wanted wanted = {
        (uint16_t)BIT(loads ? HAND_GUEST_TRAP : HAND_GUEST_CLAIM),
        (uint16_t)BIT(loads ? HAND_GUEST_CLAIM : HAND_GUEST_COMPLETE), told->hart};
    struct delivery_source *source;

    count_exit(deliveries, event);
    if (!is_claim(deliveries, event) ||
        (!loads && told->cause != CAUSE_STORE_GUEST_PAGE))
        return;
    source =
        oldest(deliveries, event, wanted, loads ? HAND_GUEST_TRAP : HAND_GUEST_CLAIM);
    if (!source)
        return;
    pass(&source->now, loads ? HAND_GUEST_CLAIM : HAND_GUEST_COMPLETE, event);
    if (loads)
        deliveries->claiming[event->board * HART_MAX + told->hart] = told->insn;
    end_if_complete(source);
}

static void injected(struct deliveries *deliveries, const struct event *event)
{
    const struct event_csr_write *told = &event->csr_write;
    struct wanted wanted = {(uint16_t)BIT(HAND_CLAIM),
                            (uint16_t)(BIT(HAND_INJECT) | BIT(HAND_ENTRY)), told->hart};

    if (told->csr != CSR_HVIP || !(told->value & ~told->old & BIT(IRQ_VSEI)))
        return;
    for (unsigned i = 0; i < deliveries->sources; i++)
        if (is_wanted(&deliveries->source[i], event, wanted))
            pass(&deliveries->source[i].now, HAND_INJECT, event);
}

/* What the guest's load from CLAIM has given it. */
static void take_guest_source(struct deliveries *deliveries, const struct event *event)
{
    unsigned hart = event->vm_entry.hart;
    uint32_t *claiming = &deliveries->claiming[event->board * HART_MAX + hart];
    struct insn insn = insn_decode(*claiming);
    struct wanted wanted = {(uint16_t)BIT(HAND_GUEST_CLAIM),
                            (uint16_t)BIT(HAND_GUEST_COMPLETE), hart};
    uint64_t number = deliveries->run->board[event->board]->hart[hart].x[insn.rd];

    for (unsigned i = 0; *claiming && i < deliveries->sources; i++)
        if (is_wanted(&deliveries->source[i], event, wanted) &&
            !deliveries->source[i].now.guest_source)
            deliveries->source[i].now.guest_source = (uint16_t)number;
    *claiming = 0;
}

/* What was claimed and completed without an injection was the hypervisor's own. */
static void guest_entered(struct deliveries *deliveries, const struct event *event)
{
    struct wanted wanted = {(uint16_t)BIT(HAND_CLAIM), (uint16_t)BIT(HAND_ENTRY),
                            event->vm_entry.hart};

    for (unsigned i = 0; i < deliveries->sources; i++) {
        struct delivery_source *source = &deliveries->source[i];

        if (!is_wanted(source, event, wanted))
            continue;
        if (has(&source->now, HAND_INJECT) || !has(&source->now, HAND_COMPLETE)) {
            pass(&source->now, HAND_ENTRY, event);
            continue;
        }
        source->now.own = 1;
        end(source);
    }
    take_guest_source(deliveries, event);
}

void deliveries_take(void *ctx, const struct event *event)
{
    static void (*const takes[EVENT_KINDS])(struct deliveries *,
                                            const struct event *) = {
        [EVENT_IRQ_LINE] = line_changed,       [EVENT_IRQ_PENDING] = pending_changed,
        [EVENT_HART_LINE] = hart_line_changed, [EVENT_TRAP_ENTER] = trap_entered,
        [EVENT_VM_EXIT] = guest_left,          [EVENT_IRQ_CLAIM] = claimed,
        [EVENT_CSR_WRITE] = injected,          [EVENT_VM_ENTRY] = guest_entered,
        [EVENT_IRQ_COMPLETE] = completed,
    };

    if (takes[event->kind])
        takes[event->kind](ctx, event);
}

struct delivery_source deliveries_sum(const struct delivery_source *source)
{
    struct delivery_source sum = *source;

    if (has(&sum.now, HAND_COMPLETE))
        end(&sum);
    return sum;
}

/* --- keeping -------------------------------------------------------------------------- */

static void delivery_state(struct delivery *delivery, struct state *state)
{
    STATE(state, delivery->cycle);
    STATE(state, delivery->retired);
    STATE(state, delivery->order);
    STATE(state, delivery->seen);
    STATE(state, delivery->guest_source);
    STATE(state, delivery->hart);
    STATE(state, delivery->exits);
    STATE(state, delivery->over);
    STATE(state, delivery->own);
}

void deliveries_state(void *ctx, struct state *state)
{
    struct deliveries *deliveries = ctx;

    STATE(state, deliveries->claiming);
    STATE(state, deliveries->sources);
    for (unsigned i = 0; i < deliveries->sources && i < DELIVERY_SOURCES; i++) {
        struct delivery_source *source = &deliveries->source[i];

        STATE(state, source->source);
        STATE(state, source->board);
        STATE(state, source->count);
        STATE(state, source->exits);
        STATE(state, source->times);
        STATE(state, source->sum);
        delivery_state(&source->now, state);
    }
}
