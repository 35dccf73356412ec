/*
 * The way of an interrupt to its handler: gates joined to boxes. Verdicts follow from the
 * order of the boxes: the first that is shut stops the request, those behind it are judged
 * all the same. A gate that is open passes since its last change, but not before the gates
 * in front of it do.
 */
#include "face/tui/view/irq_boxes.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const verdict_names[VERDICTS] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_PASSED] = "passed",
    [VERDICT_STOP] = "STOP",
    [VERDICT_WOULD_PASS] = "would pass",
    [VERDICT_WOULD_STOP] = "would stop",
    [VERDICT_RUNS] = "runs",
    [VERDICT_NEXT] = "next",
    [VERDICT_BEHIND] = "not yet",
};

/* --- verdicts ----------------------------------------------------------------------- */

/* A handler that runs has been reached: what is shut in front of it was passed. */
static void reach_handlers(struct irq_path *path)
{
    bool reached = false;

    for (unsigned i = path->boxes; i-- > 0;) {
        struct path_box *box = &path->box[i];

        if (reached && (verdict_is_shut(box->verdict) || box->is_handler))
            box->verdict = VERDICT_PASSED;
        reached |= box->is_handler && box->verdict == VERDICT_RUNS;
    }
}

static void judge(struct irq_path *path)
{
    uint64_t passes = 0;

    path->stop = -1;
    reach_handlers(path);
    for (unsigned i = 0; i < path->boxes; i++) {
        struct path_box *box = &path->box[i];
        bool shut = verdict_is_shut(box->verdict);

        if (!box->is_handler) {
            path->gates++;
            path->open += !shut;
        }
        if (box->is_handler && box->verdict == VERDICT_NEXT)
            box->verdict = path->stop < 0 ? VERDICT_NEXT : VERDICT_BEHIND;
        else if (path->stop >= 0 && !box->is_handler)
            box->verdict = shut ? VERDICT_WOULD_STOP : VERDICT_WOULD_PASS;
        else if (shut)
            path->stop = (int)i;
        else if (box->has_since && box->since > passes)
            passes = box->since;
        else if (passes && box->verdict != VERDICT_RUNS) {
            box->since = passes;
            box->has_since = true;
        }
    }
}

/* --- the whole way ------------------------------------------------------------------ */

/* Inside a step gates are peeked as they were before it; events have told of lines. */
static void lay_over(const struct irq_making *making, struct gates *gates)
{
    bool high = false;

    for (unsigned i = gates->count; i-- > 0;) {
        struct gate *gate = &gates->gate[i];
        const struct irqs_change *change = irq_change_of(making, gate);

        if (gate->kind == GATE_DEVICE && high && gate->state == GATE_CLOSED)
            gate->state = GATE_PASSED;
        if (!change || (gate->kind != GATE_WIRE && gate->kind != GATE_PENDING &&
                        gate->kind != GATE_MIP))
            continue;
        if (change->level && gate->state == GATE_CLOSED)
            gate->state = GATE_OPEN;
        else if (!change->level && gate->state == GATE_OPEN &&
                 gate->kind != GATE_MIP) /* other things can hold that up */
            gate->state = GATE_CLOSED;
        if (gate->kind == GATE_WIRE)
            high = change->level;
        if (gate->state != GATE_PASSED)
            gate->value = gate->state == GATE_OPEN;
    }
}

/* Software has prepared the route whose enable is open; of several the best one. */
static unsigned choose_route(const struct gates *gates)
{
    unsigned best = 0, least = UINT32_MAX;

    for (unsigned r = 0; r < gates->routes; r++) {
        unsigned weight = gates->route[r].closed;

        for (unsigned i = 0; i < gates->count; i++)
            if (gates->gate[i].route == r && gates->gate[i].kind == GATE_ENABLE &&
                gates->gate[i].state == GATE_CLOSED)
                weight += 100;
        if (weight < least) {
            least = weight;
            best = r;
        }
    }
    return best;
}

/* Does what this hart takes go on to a guest? */
static bool has_guest(const struct hart *hart, uint8_t line)
{
    return line == IRQ_SEI && hart->has_h && hart->csr.hideleg & BIT(IRQ_VSEI) &&
           field_get(hart->csr.hgatp, HGATP_MODE) != 0;
}

static void add_guest(struct irq_making *making)
{
    struct gates gates;
    struct irq_making guest = *making;

    if (!has_guest(&making->watch->board->hart[making->path->hart],
                   making->path->line) ||
        !gates_of_lines(making->watch->run, making->watch->board->index, BIT(IRQ_VSEI),
                        (int)making->path->hart, &gates, NULL))
        return;
    guest.gates = &gates;
    guest.route = choose_route(&gates);
    guest.guest = true;
    lay_over(&guest, &gates);
    irq_add_boxes(&guest);
    gates_release(&gates);
}

static void follow_delivery(const struct watch *watch, struct irq_path *path)
{
    struct deliveries *room = alloc_zero(1, sizeof(*room));
    const struct delivery_source *source =
        irq_deliveries(watch, room)
            ? deliveries_of(room, watch->board->index, path->choice.source)
            : NULL;
    const uint16_t taken = (uint16_t)(BIT(HAND_TRAP) | BIT(HAND_CLAIM));

    if (source) {
        path->has_delivery = true;
        path->delivery = source->now;
        path->on_its_way = (source->now.seen & taken) && !source->now.over &&
                           (!(source->now.seen & BIT(HAND_COMPLETE)) ||
                            source->now.seen & BIT(HAND_INJECT));
        path->count = deliveries_sum(source).count + path->on_its_way;
    }
    free(room);
}

static bool find_gates(const struct watch *watch, const struct irq_choice *choice,
                       struct gates *gates)
{
    unsigned board = watch->board->index;

    if (choice->source)
        return gates_of_source(watch->run, board, choice->source, choice->hart, gates,
                               NULL);
    return gates_of_lines(watch->run, board, BIT(choice->line), choice->hart, gates,
                          NULL);
}

static void name_line(struct irq_path *path, const char *bit)
{
    if (path->hart)
        snprintf(path->name, sizeof(path->name), "hart%u.mip.%s", path->hart, bit);
    else
        snprintf(path->name, sizeof(path->name), "mip.%s", bit);
}

bool irq_path_of(const struct watch *watch, const struct irq_choice *choice,
                 struct irq_path *path)
{
    struct gates gates;
    struct irq_making making = {.watch = watch, .path = path, .gates = &gates};

    *path = (struct irq_path){.choice = *choice};
    if (!find_gates(watch, choice, &gates)) {
        gates_release(&gates);
        return false;
    }
    making.route = choose_route(&gates);
    path->hart = gates.route[making.route].hart;
    path->line = gates.route[making.route].line;
    if (choice->source) {
        snprintf(path->title, sizeof(path->title), "interrupt %u", choice->source);
        snprintf(path->name, sizeof(path->name), "irq %u", choice->source);
        follow_delivery(watch, path);
    } else {
        snprintf(path->title, sizeof(path->title), "%s, hart %u", gates.subject,
                 path->hart);
        name_line(path, route_name(&gates.route[making.route]));
    }
    making.guest = gates.route[making.route].mode == MODE_VS;
    lay_over(&making, &gates);
    irq_add_boxes(&making);
    add_guest(&making);
    gates_release(&gates);
    judge(path);
    return true;
}
