/*
 * Gates joined to boxes: what each says, since when, and what can be asked about. A box's
 * gates are those of one register or one step, in the order in which a request meets them.
 */
#include "face/tui/view/irq_boxes.h"

#include "base/bits.h"
#include "face/tui/watch/text.h"
#include "machine/interrupt/plic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Gates of one box, in the order of boxes; `quiet`: it is left out while it is open. Of a
 * guest's part, what the hypervisor injects has a box of its own. */
enum part { IN_BOTH, IN_HOST, IN_GUEST };

static const struct {
    unsigned kinds;
    const char *title; /* NULL: the CSR that it is a bit of */
    enum { OF_DEVICE, OF_PLIC, OF_HART } owner;
    bool quiet;
    enum part part;
} kinds[] = {
    {1U << GATE_DEVICE | 1U << GATE_WIRE, "device", OF_DEVICE, false, IN_BOTH},
    {1U << GATE_ORIGIN, "timer", OF_HART, false, IN_BOTH},
    {1U << GATE_GATEWAY | 1U << GATE_PENDING, "pending", OF_PLIC, false, IN_BOTH},
    {1U << GATE_ENABLE, "enable", OF_PLIC, false, IN_BOTH},
    {1U << GATE_PRIORITY, "priority", OF_PLIC, false, IN_BOTH},
    {1U << GATE_THRESHOLD, "threshold", OF_PLIC, false, IN_BOTH},
    {1U << GATE_ORDER, "order", OF_PLIC, true, IN_BOTH},
    {1U << GATE_MIP, "hvip", OF_PLIC, false, IN_GUEST},
    {1U << GATE_MIDELEG, "mideleg", OF_HART, true, IN_BOTH},
    {1U << GATE_HIDELEG, "hideleg", OF_HART, false, IN_BOTH},
    {1U << GATE_MIP | 1U << GATE_MIE, "mie", OF_HART, false, IN_HOST},
    {1U << GATE_MIE, "vsie", OF_HART, false, IN_GUEST},
    {1U << GATE_STATUS, NULL, OF_HART, false, IN_BOTH},
    {1U << GATE_FIRST, "order", OF_HART, true, IN_BOTH},
};

static const struct hart *hart_of(const struct irq_making *making)
{
    return &making->watch->board->hart[making->path->hart];
}

static const struct plic *plic_of(const struct watch *watch)
{
    return (const struct plic *)watch->board->plic;
}

/* --- since when --------------------------------------------------------------------- */

const struct irqs_change *irq_change_of(const struct irq_making *making,
                                        const struct gate *gate)
{
    const struct irqs *irqs = &making->watch->irqs;
    const struct lvalue *what = &gate->what;
    bool bit = gate->kind == GATE_ENABLE || gate->kind == GATE_PENDING;

    if (gate->kind == GATE_WIRE)
        return irqs_of(irqs, IRQS_WIRE, 0, making->path->choice.source, IRQS_ANY);
    if (gate->kind == GATE_GATEWAY)
        return irqs_of(irqs, IRQS_SERVICE, 0, making->path->choice.source, IRQS_ANY);
    if (what->kind == LVALUE_CSR)
        return irqs_of(irqs, IRQS_CSR, what->hart, (unsigned)what->number, what->lo);
    if (what->kind == LVALUE_REGISTER)
        return irqs_of(irqs, IRQS_REGISTER, what->device, (unsigned)what->number,
                       bit ? what->lo : IRQS_ANY);
    return NULL;
}

/* In what is told of? */
static bool is_new(const struct watch *watch, uint64_t cycle)
{
    return watch->has_focus && cycle == watch->focus.cycle;
}

static bool just_moved(const struct irq_making *making, const struct gate *gate)
{
    const struct irqs_change *change = irq_change_of(making, gate);

    return change && is_new(making->watch, change->cycle);
}

static void add_since(const struct irq_making *making, struct path_box *box,
                      const struct gate *gate)
{
    const struct irqs_change *change = irq_change_of(making, gate);

    if (!change || (box->has_since && change->cycle <= box->since))
        return;
    box->has_since = true;
    box->since = change->cycle;
    box->moved = is_new(making->watch, change->cycle);
}

/* --- values ------------------------------------------------------------------------- */

/* "done" of "dma0.Control[0].done", "MEIE" of "mie.MEIE", "IER" of "uart0.IER". */
static const char *last_name(const char *name)
{
    const char *dot = strrchr(name, '.'), *blank = strrchr(name, ' ');

    if (dot)
        return dot + 1;
    return blank ? blank + 1 : name;
}

static void value_of(const struct irq_making *making, const struct gate *gate,
                     char *text, size_t room)
{
    const struct route *route = &making->gates->route[making->route];
    const struct plic *plic = plic_of(making->watch);
    unsigned source = making->path->choice.source;
    char count[TEXT_NUMBER];

    switch ((int)gate->kind) {
    case GATE_PENDING:
        snprintf(text, room, "bit %u %u", source, gate->value != 0);
        break;
    case GATE_STATUS:
        snprintf(text, room, "%.40s %s%u", last_name(gate->name),
                 !just_moved(making, gate) ? ""
                 : gate->value             ? "0▸"
                                           : "1▸",
                 gate->value != 0);
        break;
    case GATE_GATEWAY:
        snprintf(text, room, "in service");
        break;
    case GATE_ENABLE:
        snprintf(text, room, "%c of h%u %u", route->line == IRQ_SEI ? 'S' : 'M',
                 route->hart, gate->value != 0);
        break;
    case GATE_PRIORITY:
        snprintf(text, room, "%" PRIu64, gate->value);
        break;
    case GATE_THRESHOLD:
        snprintf(text, room, "%" PRIu32 " > %" PRIu64, plic->priority[source],
                 gate->value);
        break;
    case GATE_ORDER:
        snprintf(text, room, "%" PRIu64 " first", gate->value);
        break;
    case GATE_FIRST:
        snprintf(text, room, "cause %" PRIu64, gate->value);
        break;
    default:
        snprintf(text, room, "%.*s %s", (int)strcspn(last_name(gate->name), "["),
                 last_name(gate->name), text_count(count, gate->value));
        break;
    }
}

static void rule_of(const struct gate *gate, char *text, size_t room)
{
    static const char *const rules[GATE_KINDS] = {
        [GATE_PRIORITY] = "not 0", [GATE_THRESHOLD] = "greater"};

    snprintf(text, room, "%s", rules[gate->kind] ? rules[gate->kind] : gate->needs);
}

/* When the request went through a box, where it has been followed. */
static bool followed(const struct irq_making *making, unsigned group, uint64_t *cycle)
{
    static const uint8_t of_host[] = {
        [OF_DEVICE] = HAND_LINE, [OF_PLIC] = HAND_PENDING, [OF_HART] = HAND_HART};
    const struct irq_path *path = making->path;
    unsigned hand = making->guest ? HAND_INJECT : of_host[kinds[group].owner];

    if (kinds[group].kinds & 1U << GATE_STATUS)
        hand = making->guest ? HAND_GUEST_TRAP : HAND_TRAP;
    else if (making->guest && kinds[group].kinds & 1U << GATE_HIDELEG)
        hand = HAND_ENTRY; /* V must be 1 */
    if (!path->on_its_way || !path->has_delivery || !(path->delivery.seen & BIT(hand)))
        return false;
    *cycle = path->delivery.cycle[hand];
    return true;
}

/* --- boxes -------------------------------------------------------------------------- */

static void name_owner(const struct irq_making *making, unsigned owner, char *text,
                       size_t room)
{
    const struct device *device =
        irq_device(making->watch, making->path->choice.source);

    if (making->guest && owner == OF_PLIC)
        snprintf(text, room, "host");
    else if (making->guest)
        snprintf(text, room, "guest %u", hart_vmid(hart_of(making)));
    else if (owner == OF_DEVICE)
        snprintf(text, room, "%s", device ? device->name : "device");
    else if (owner == OF_PLIC)
        snprintf(text, room, "PLIC");
    else
        snprintf(text, room, "hart %u", making->path->hart);
}

/* What can be asked about. */
static void name_thing(const struct irq_making *making, struct path_box *box,
                       const struct gate *gate)
{
    if (gate->kind == GATE_WIRE && !box->name[0]) {
        box->thing = THING_IRQ;
        snprintf(box->name, sizeof(box->name), "irq %u", making->path->choice.source);
    } else if (gate->what.kind != LVALUE_NONE) {
        box->thing = gate->what.kind == LVALUE_CSR ? THING_CSR : THING_FIELD;
        snprintf(box->name, sizeof(box->name), "%.*s", (int)strcspn(gate->name, " "),
                 gate->name);
    }
}

/* Values of gates that are shut come first. */
static void add_value(const struct irq_making *making, struct path_box *box,
                      const struct gate *gate)
{
    unsigned at = box->values < PATH_VALUES ? box->values++ : PATH_VALUES - 1;

    if (gate->state == GATE_CLOSED && !verdict_is_shut(box->verdict)) {
        for (; at > 0; at--)
            memcpy(box->value[at], box->value[at - 1], sizeof(box->value[at]));
    } else if (at == PATH_VALUES - 1 && box->values == PATH_VALUES &&
               box->value[at][0]) {
        return;
    }
    value_of(making, gate, box->value[at], sizeof(box->value[at]));
}

static void add_gate(const struct irq_making *making, struct path_box *box,
                     const struct gate *gate)
{
    bool is_first_shut = gate->state == GATE_CLOSED && !verdict_is_shut(box->verdict);

    if (gate->kind != GATE_WIRE || !box->values) /* it follows from the device's own */
        add_value(making, box, gate);
    add_since(making, box, gate);
    if (is_first_shut || !verdict_is_shut(box->verdict)) {
        snprintf(box->means, sizeof(box->means), "%s", gate->means);
        rule_of(gate, box->rule, sizeof(box->rule));
        name_thing(making, box, gate);
    }
    if (gate->state == GATE_CLOSED)
        box->verdict = VERDICT_STOP;
    else if (gate->state == GATE_PASSED && box->verdict == VERDICT_PASS)
        box->verdict = VERDICT_PASSED;
}

static bool is_of(const struct irq_making *making, const struct gate *gate,
                  unsigned group)
{
    enum part other = making->guest ? IN_HOST : IN_GUEST;

    return (gate->route == making->route || gate->route == GATE_SHARED) &&
           kinds[group].kinds >> gate->kind & 1 && kinds[group].part != other &&
           (gate->kind != GATE_GATEWAY || gate->state == GATE_CLOSED);
}

static const char *status_name(const struct irq_making *making)
{
    uint8_t mode = making->gates->route[making->route].mode;

    return mode == MODE_VS ? "vsstatus" : "mstatus";
}

/* The mode that decides whether xIE counts. */
static void add_mode(const struct irq_making *making, struct path_box *box)
{
    if (box->values < PATH_VALUES)
        snprintf(box->value[box->values++], PATH_TEXT, "mode %s",
                 mode_letters(hart_privilege(hart_of(making))));
}

static void add_box(const struct irq_making *making, unsigned group)
{
    struct irq_path *path = making->path;
    struct path_box *box = &path->box[path->boxes];

    *box = (struct path_box){.verdict = VERDICT_PASS};
    for (unsigned i = 0; i < making->gates->count; i++)
        if (is_of(making, &making->gates->gate[i], group))
            add_gate(making, box, &making->gates->gate[i]);
    if (!box->values || path->boxes == PATH_BOXES - 1 ||
        (kinds[group].quiet && !verdict_is_shut(box->verdict)))
        return;
    name_owner(making, kinds[group].owner, box->owner, sizeof(box->owner));
    snprintf(box->title, sizeof(box->title), "%s",
             kinds[group].title ? kinds[group].title : status_name(making));
    if (kinds[group].kinds & 1U << GATE_ORIGIN && path->line == IRQ_MSI)
        snprintf(box->title, sizeof(box->title), "software");
    if (kinds[group].kinds & (1U << GATE_STATUS | 1U << GATE_HIDELEG))
        add_mode(making, box);
    if (followed(making, group, &box->since)) {
        box->has_since = true;
        if (box->verdict == VERDICT_STOP)
            box->verdict = VERDICT_PASSED;
    }
    path->boxes++;
}

/* --- the handler -------------------------------------------------------------------- */

static bool is_in_handler(const struct irq_making *making, const struct route *route)
{
    const struct watch *watch = making->watch;
    const struct delivery *now = &making->path->delivery;
    const struct hart *hart = hart_of(making);
    const struct event_trap_enter *trap = &watch->focus.trap_enter;
    uint64_t cause = route->mode == MODE_M    ? hart->csr.mcause
                     : route->mode == MODE_VS ? hart->csr.vscause
                                              : hart->csr.scause;
    unsigned number = route->mode == MODE_VS ? route->line - 1u : route->line;

    if (making->path->choice.source)
        return making->path->on_its_way &&
               now->seen & BIT(making->guest ? HAND_GUEST_TRAP : HAND_TRAP);
    if (watch->has_focus && watch->focus.kind == EVENT_TRAP_ENTER)
        return trap->hart == hart->id && trap->to == route->mode &&
               (trap->cause & ~CAUSE_INTERRUPT) == number;
    return hart_privilege(hart) == route->mode && cause == (CAUSE_INTERRUPT | number) &&
           watch->irqs.taken[hart->id][route->line % IRQS_LINES].count > 0;
}

static void since_trap(const struct irq_making *making, const struct route *route,
                       struct path_box *box)
{
    const struct irq_path *path = making->path;
    unsigned hand = making->guest ? HAND_GUEST_TRAP : HAND_TRAP;

    box->has_since = true;
    if (path->has_delivery && path->delivery.seen & BIT(hand))
        box->since = path->delivery.cycle[hand];
    else
        box->since =
            making->watch->irqs.taken[path->hart][route->line % IRQS_LINES].cycle;
    box->moved = is_new(making->watch, box->since);
    box->since += making->watch->board->costs.trap_entry;
}

static void add_handler(const struct irq_making *making)
{
    const struct route *route = &making->gates->route[making->route];
    struct irq_path *path = making->path;
    const struct hart *hart = hart_of(making);
    struct path_box *box = &path->box[path->boxes++];
    const char *csr = route->mode == MODE_M    ? "mtvec"
                      : route->mode == MODE_VS ? "vstvec"
                                               : "stvec";
    uint64_t base = route->mode == MODE_M    ? hart->csr.mtvec
                    : route->mode == MODE_VS ? hart->csr.vstvec
                                             : hart->csr.stvec;
    unsigned number = route->mode == MODE_VS ? route->line - 1u : route->line;

    *box = (struct path_box){.is_handler = true, .thing = THING_CSR, .values = 2};
    name_owner(making, OF_HART, box->owner, sizeof(box->owner));
    snprintf(box->title, sizeof(box->title), "handler");
    snprintf(box->value[0], PATH_TEXT, "%08" PRIx64,
             (base & ~UINT64_C(3)) + (base & 1 ? 4 * number : 0));
    snprintf(box->value[1], PATH_TEXT, "mode %s", mode_letters(route->mode));
    snprintf(box->rule, sizeof(box->rule), "%s, %s", csr,
             base & 1 ? "vectored" : "direct");
    if (hart->id)
        snprintf(box->name, sizeof(box->name), "hart%u.%s", hart->id, csr);
    else
        snprintf(box->name, sizeof(box->name), "%s", csr);
    box->verdict =
        is_in_handler(making, route) ? VERDICT_RUNS : VERDICT_NEXT; /* see judge */
    if (box->verdict == VERDICT_RUNS)
        since_trap(making, route, box);
}

void irq_add_boxes(const struct irq_making *making)
{
    for (unsigned group = 0; group < COUNT(kinds); group++)
        add_box(making, group);
    add_handler(making);
}
