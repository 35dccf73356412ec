/*
 * The gates on the way of an interrupt, from the same rows that a textbook draws. They
 * are judged from the state as it is; nothing here changes it.
 *
 *   gates_device.c   what a device's line depends on
 *   this file        the PLIC (chapters of the PLIC 1.0.0), then the hart (Privileged
 *                    1.13, 3.1.6.1, 3.1.8, 3.1.9; Sstc; of guests 15.2.2, 15.2.3)
 */
#include "observe/ask/gates.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "machine/isa/csr.h"
#include "observe/ask/gates_device.h"
#include "observe/narrate.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of a line: its bits in mip, mie and mideleg, and what people call it. */
static const struct line {
    const char *mip, *mie, *mideleg, *words;
} lines[] = {
    [IRQ_SSI] = {"SSIP", "SSIE", "SSI", "supervisor software interrupt"},
    [IRQ_MSI] = {"MSIP", "MSIE", NULL, "machine software interrupt"},
    [IRQ_STI] = {"STIP", "STIE", "STI", "supervisor timer interrupt"},
    [IRQ_MTI] = {"MTIP", "MTIE", NULL, "machine timer interrupt"},
    [IRQ_SEI] = {"SEIP", "SEIE", "SEI", "supervisor external interrupt"},
    [IRQ_MEI] = {"MEIP", "MEIE", NULL, "machine external interrupt"},
    [IRQ_VSSI] = {"VSSIP", "VSSIE", NULL, "virtual supervisor software interrupt"},
    [IRQ_VSTI] = {"VSTIP", "VSTIE", NULL, "virtual supervisor timer interrupt"},
    [IRQ_VSEI] = {"VSEIP", "VSEIE", NULL, "virtual supervisor external interrupt"},
    [IRQ_SGEI] = {"SGEIP", "SGEIE", NULL, "supervisor guest external interrupt"},
};

/* --- the list --------------------------------------------------------------------- */

struct gate *gates_add(struct gates *gates, unsigned route, bool open, uint64_t value,
                       struct lvalue what)
{
    struct gate *gate;

    if (gates->count == gates->room) {
        gates->room = gates->room ? 2 * gates->room : 16;
        gates->gate = alloc_resize(gates->gate, gates->room * sizeof(*gates->gate));
    }
    gate = &gates->gate[gates->count++];
    *gate = (struct gate){.route = route,
                          .state = open ? GATE_OPEN : GATE_CLOSED,
                          .value = value,
                          .what = what};
    return gate;
}

void gate_text(struct gate *gate, const char *name, const char *needs,
               const char *means)
{
    snprintf(gate->name, sizeof(gate->name), "%s", name);
    snprintf(gate->needs, sizeof(gate->needs), "%s", needs);
    snprintf(gate->means, sizeof(gate->means), "%s", means);
}

void gates_release(struct gates *gates)
{
    free(gates->gate);
    *gates = (struct gates){0};
}

struct lvalue gate_nowhere(void)
{
    return (struct lvalue){.kind = LVALUE_NONE};
}

static struct lvalue of_csr(unsigned hart, unsigned number, uint8_t bit)
{
    return (struct lvalue){.kind = LVALUE_CSR,
                           .hart = hart,
                           .number = number,
                           .size = 8,
                           .hi = bit,
                           .lo = bit};
}

struct lvalue gate_register(const struct device *device, uint64_t offset, unsigned size,
                            unsigned hi, unsigned lo)
{
    return (struct lvalue){.kind = LVALUE_REGISTER,
                           .device = device->index,
                           .number = offset,
                           .size = size,
                           .hi = (uint8_t)hi,
                           .lo = (uint8_t)lo};
}

/* --- the hart: from mip to the handler -------------------------------------------- */

/* What the gates of one route are judged from. */
struct to_hart {
    struct gates *gates;
    const struct hart *hart;
    unsigned number; /* of the route */
    uint8_t line;
};

/* "mie.MEIE", of harts other than 0 "hart1.mie.MEIE". */
static void name_csr(struct gate *gate, const struct hart *hart, const char *csr,
                     const char *field)
{
    if (hart->id == 0)
        snprintf(gate->name, sizeof(gate->name), "%s.%s", csr, field);
    else
        snprintf(gate->name, sizeof(gate->name), "hart%u.%s.%s", hart->id, csr, field);
}

static struct gate *add_csr_bit(const struct to_hart *to, unsigned csr, unsigned bit,
                                bool open, const char *field)
{
    uint64_t value = hart_csr_read(to->hart, csr) >> bit & 1;
    struct gate *gate = gates_add(to->gates, to->number, open, value,
                                  of_csr(to->hart->id, csr, (uint8_t)bit));

    name_csr(gate, to->hart, csr_by_number(csr)->name, field);
    return gate;
}

static void add_mip(const struct to_hart *to)
{
    bool open = hart_mip(to->hart) & BIT(to->line);
    struct gate *gate = add_csr_bit(to, CSR_MIP, to->line, open, lines[to->line].mip);

    gate->kind = GATE_MIP;
    snprintf(gate->needs, sizeof(gate->needs), "1");
    snprintf(gate->means, sizeof(gate->means), "the %s is%s pending in hart %u",
             lines[to->line].words, open ? "" : " not", to->hart->id);
}

static bool is_delegated(const struct to_hart *to)
{
    return to->hart->csr.mideleg & BIT(to->line);
}

/* Whose handler takes it. */
static enum privilege handler_of(const struct to_hart *to)
{
    if (to->hart->csr.hideleg & BIT(to->line))
        return MODE_VS;
    return is_delegated(to) ? MODE_S : MODE_M;
}

/* Delegation chooses the handler. It closes the way only in M-mode, where interrupts for
 * S-mode are never taken. */
static void add_mideleg(const struct to_hart *to)
{
    bool open = !is_delegated(to) || to->hart->mode != MODE_M;
    struct gate *gate;

    if (!lines[to->line].mideleg)
        return;
    gate = add_csr_bit(to, CSR_MIDELEG, to->line, open, lines[to->line].mideleg);
    gate->kind = GATE_MIDELEG;
    snprintf(gate->needs, sizeof(gate->needs), open ? "any" : "0, or a mode below M");
    if (!open)
        snprintf(gate->means, sizeof(gate->means),
                 "S-mode is to take it, and hart %u is in M-mode", to->hart->id);
    else
        snprintf(gate->means, sizeof(gate->means), "%s takes it",
                 mode_name(is_delegated(to) ? MODE_S : MODE_M));
}

/* The bits of mideleg and hideleg that can be set, by name; NULL: there is none. */
static const char *const hideleg_names[COUNT(lines)] = {
    [IRQ_VSSI] = "VSSI", [IRQ_VSTI] = "VSTI", [IRQ_VSEI] = "VSEI"};

/* A guest's interrupts go past M-mode: to HS-mode, or to the guest, if it runs. */
static void add_hideleg(const struct to_hart *to)
{
    enum privilege handler = handler_of(to);
    bool open = handler == MODE_VS ? to->hart->is_virtual : to->hart->mode != MODE_M;
    struct gate *gate;

    if (!hideleg_names[to->line])
        return;
    gate = add_csr_bit(to, CSR_HIDELEG, to->line, open, hideleg_names[to->line]);
    gate->kind = GATE_HIDELEG;
    snprintf(gate->needs, sizeof(gate->needs),
             open                 ? "any"
             : handler == MODE_VS ? "0, or a guest that runs (V = 1)"
                                  : "a mode below M");
    if (open)
        snprintf(gate->means, sizeof(gate->means), "%s takes it", mode_name(handler));
    else
        snprintf(gate->means, sizeof(gate->means),
                 "%s is to take it, and hart %u is in %s", mode_name(handler),
                 to->hart->id, mode_name(hart_privilege(to->hart)));
}

static void add_mie(const struct to_hart *to)
{
    bool open = to->hart->csr.mie & BIT(to->line);
    struct gate *gate = add_csr_bit(to, CSR_MIE, to->line, open, lines[to->line].mie);

    gate->kind = GATE_MIE;
    snprintf(gate->needs, sizeof(gate->needs), "1");
    snprintf(gate->means, sizeof(gate->means), "hart %u has the %s %s", to->hart->id,
             lines[to->line].words, open ? "enabled" : "disabled");
}

/* The register and bit that turns the interrupts of a handler's mode on in that mode. */
struct status_bit {
    unsigned csr, bit;
    const char *name;
};

static struct status_bit status_of(enum privilege handler)
{
    if (handler == MODE_VS)
        return (struct status_bit){CSR_VSSTATUS, 1, "SIE"};
    if (handler == MODE_S)
        return (struct status_bit){CSR_MSTATUS, 1, "SIE"};
    return (struct status_bit){CSR_MSTATUS, 3, "MIE"};
}

/* The order of the modes: what is for one of them is always on in those before it. */
static unsigned rank_of(unsigned mode)
{
    static const uint8_t ranks[] = {
        [MODE_VU] = 0, [MODE_VS] = 1, [MODE_U] = 2, [MODE_S] = 3, [MODE_M] = 4};

    return mode < COUNT(ranks) ? ranks[mode] : 0;
}

/* Interrupts for a mode are always on in a less privileged one, whatever its xIE. Where
 * the mode is a more privileged one, delegation's gate is closed, not this one. */
static void add_status(const struct to_hart *to)
{
    enum privilege handler = handler_of(to);
    unsigned mode = hart_privilege(to->hart);
    struct status_bit bit = status_of(handler);
    bool is_on = hart_csr_read(to->hart, bit.csr) >> bit.bit & 1;
    bool open = rank_of(mode) != rank_of(handler) || is_on;
    struct gate *gate = add_csr_bit(to, bit.csr, bit.bit, open, bit.name);

    gate->kind = GATE_STATUS;
    snprintf(gate->needs, sizeof(gate->needs), "1, or a mode below %s",
             mode_letters(handler));
    snprintf(gate->means, sizeof(gate->means),
             mode == handler ? "hart %u is in %s with its interrupts %s"
                             : "hart %u is in %s, where the bit does not count",
             to->hart->id, mode_name(mode), is_on ? "on" : "off");
}

/* Of all that are let through, one goes first. */
static void add_first(const struct to_hart *to)
{
    uint64_t taken = hart_pending_interrupt(to->hart);
    uint64_t other = taken & ~CAUSE_INTERRUPT;
    bool open = taken == CAUSE_NONE || other == to->line;
    struct gate *gate =
        gates_add(to->gates, to->number, open, open ? 0 : other, gate_nowhere());

    gate->kind = GATE_FIRST;
    gate_text(gate, "other interrupts", "none that goes first", "nothing goes first");
    if (!open)
        snprintf(gate->means, sizeof(gate->means), "the %s goes first",
                 lines[other].words);
}

static void add_hart(struct gates *gates, const struct hart *hart, unsigned number)
{
    struct route *route = &gates->route[number];
    const struct to_hart to = {gates, hart, number, route->line};

    route->mode = (uint8_t)handler_of(&to);
    add_mip(&to);
    add_mideleg(&to);
    add_hideleg(&to);
    add_mie(&to);
    add_status(&to);
    add_first(&to);
}

/* --- the PLIC --------------------------------------------------------------------- */

static void add_priority(struct gates *gates, const struct plic *plic, unsigned irq)
{
    uint32_t priority = plic->priority[irq];
    struct gate *gate =
        gates_add(gates, GATE_SHARED, priority > 0, priority,
                  gate_register(&plic->device, PLIC_PRIORITY + 4 * irq, 4, 31, 0));

    gate->kind = GATE_PRIORITY;
    gate_text(gate, "", "more than 0",
              priority ? "the source has a priority" : "priority 0 never interrupts");
    snprintf(gate->name, sizeof(gate->name), "%s.PRIORITY[%u]", plic->device.name, irq);
}

/* The gateway holds the next request back until the last one has been completed. */
static void add_gateway(struct gates *gates, const struct plic *plic, unsigned irq)
{
    bool in_service = plic_bit(plic->claimed, irq);
    struct gate *gate =
        gates_add(gates, GATE_SHARED, !in_service, in_service, gate_nowhere());

    gate->kind = GATE_GATEWAY;
    gate_text(gate, "", "0",
              in_service ? "a handler has claimed the last request and not completed it"
                         : "no request of it is in service");
    snprintf(gate->name, sizeof(gate->name), "%s gateway in service",
             plic->device.name);
}

static void add_pending(struct gates *gates, const struct plic *plic, unsigned irq)
{
    bool pending = plic_bit(plic->pending, irq);
    struct gate *gate =
        gates_add(gates, GATE_SHARED, pending, pending,
                  gate_register(&plic->device, PLIC_PENDING + irq / 32 * 4, 4, irq % 32,
                                irq % 32));

    gate->kind = GATE_PENDING;
    gate_text(gate, "", "1",
              pending ? "a request waits to be claimed"
                      : "no request has got as far as the PLIC");
    snprintf(gate->name, sizeof(gate->name), "%s.PENDING[%u] bit %u", plic->device.name,
             irq / 32, irq % 32);
}

static void add_enable(struct gates *gates, unsigned route, const struct plic *plic,
                       unsigned irq, unsigned context)
{
    bool enabled = plic_bit(plic->context[context].enable, irq);
    struct gate *gate = gates_add(
        gates, route, enabled, enabled,
        gate_register(&plic->device,
                      PLIC_ENABLE + context * PLIC_ENABLE_STRIDE + irq / 32 * 4, 4,
                      irq % 32, irq % 32));

    gate->kind = GATE_ENABLE;
    gate_text(gate, "", "1", "");
    snprintf(gate->name, sizeof(gate->name), "%s.ENABLE%u[%u] bit %u",
             plic->device.name, irq / 32, context, irq % 32);
    snprintf(gate->means, sizeof(gate->means), "%s-mode of hart %u %s the source",
             context % 2 ? "S" : "M", context / 2, enabled ? "wants" : "does not want");
}

static void add_threshold(struct gates *gates, unsigned route, const struct plic *plic,
                          unsigned irq, unsigned context)
{
    uint32_t threshold = plic->context[context].threshold;
    uint32_t priority = plic->priority[irq];
    bool open = priority > threshold || priority == 0; /* 0 is a gate of its own */
    struct gate *gate = gates_add(
        gates, route, open, threshold,
        gate_register(&plic->device, PLIC_CONTEXT + context * PLIC_CONTEXT_STRIDE, 4,
                      31, 0));

    gate->kind = GATE_THRESHOLD;
    gate_text(gate, "", "", "");
    snprintf(gate->name, sizeof(gate->name), "%s.THRESHOLD[%u]", plic->device.name,
             context);
    if (priority)
        snprintf(gate->needs, sizeof(gate->needs), "less than %" PRIu32, priority);
    else
        snprintf(gate->needs, sizeof(gate->needs), "less than the priority");
    snprintf(gate->means, sizeof(gate->means),
             open ? "the threshold lets it through"
                  : "the threshold is not below the source's priority, %" PRIu32,
             priority);
}

/* A claim gives the best source; this one has to wait for those before it. */
static void add_order(struct gates *gates, unsigned route, const struct plic *plic,
                      unsigned irq, unsigned context)
{
    unsigned best = plic_best(plic, context);
    bool open = best == irq || best == 0 || !plic_bit(plic->pending, irq) ||
                !plic_bit(plic->context[context].enable, irq);
    struct gate *gate =
        gates_add(gates, route, open, open ? irq : best, gate_nowhere());

    gate->kind = GATE_ORDER;
    gate_text(gate, "", "this source", "no other source goes first");
    snprintf(gate->name, sizeof(gate->name), "%s best pending source",
             plic->device.name);
    if (!open)
        snprintf(gate->means, sizeof(gate->means),
                 "interrupt %u goes first: its priority is %" PRIu32, best,
                 plic->priority[best]);
}

/* A request that is pending in the PLIC stays so, whatever its device does now. */
static void pass_device(struct gates *gates)
{
    for (unsigned i = 0; i < gates->count; i++)
        if (gates->gate[i].state == GATE_CLOSED)
            gates->gate[i].state = GATE_PASSED;
}

/* --- results ---------------------------------------------------------------------- */

static void judge(struct gates *gates)
{
    for (unsigned r = 0; r < gates->routes; r++) {
        struct route *route = &gates->route[r];

        route->closed = 0;
        route->first = -1;
        for (unsigned i = 0; i < gates->count; i++) {
            const struct gate *gate = &gates->gate[i];

            if ((gate->route != r && gate->route != GATE_SHARED) ||
                gate->state != GATE_CLOSED)
                continue;
            if (route->closed++ == 0)
                route->first = (int)i;
        }
    }
}

const char *route_name(const struct route *route)
{
    return lines[route->line].mip;
}

const struct route *gates_best(const struct gates *gates)
{
    const struct route *best = &gates->route[0];

    assert(gates->routes > 0);
    for (unsigned r = 1; r < gates->routes; r++)
        if (gates->route[r].closed < best->closed)
            best = &gates->route[r];
    return best;
}

static unsigned add_route(struct gates *gates, unsigned hart, unsigned line)
{
    assert(gates->routes < GATE_ROUTES);
    gates->route[gates->routes] = (struct route){.hart = hart, .line = (uint8_t)line};
    return gates->routes++;
}

static bool check(const struct run *run, unsigned board, int hart, struct err *err)
{
    if (board >= run->boards)
        return err_set(err, "there is no board %u", board);
    if (hart >= 0 && (unsigned)hart >= run->board[board]->harts)
        return err_set(err, "there is no hart %d: the board has %u", hart,
                       run->board[board]->harts);
    return true;
}

static bool is_meant(int hart, unsigned h)
{
    return hart < 0 || (unsigned)hart == h;
}

bool gates_of_source(const struct run *run, unsigned board_number, unsigned irq,
                     int hart, struct gates *gates, struct err *err)
{
    const struct board *board;
    const struct plic *plic;

    *gates = (struct gates){0};
    if (!check(run, board_number, hart, err))
        return false;
    board = run->board[board_number];
    plic = (const struct plic *)board->plic;
    if (!plic)
        return err_set(err, "the board has no interrupt controller");
    if (irq == 0 || irq >= PLIC_SOURCES)
        return err_set(err, "there is no interrupt %u: %s has 1 to %d", irq,
                       plic->device.name, PLIC_SOURCES - 1);
    gates_of_device(gates, board, irq);
    if (plic_bit(plic->pending, irq))
        pass_device(gates);
    add_priority(gates, plic, irq);
    if (!plic_bit(plic->pending, irq))
        add_gateway(gates, plic, irq);
    add_pending(gates, plic, irq);
    for (unsigned context = 0; context < 2 * board->harts; context++) {
        unsigned route;

        if (!is_meant(hart, context / 2))
            continue;
        route = add_route(gates, context / 2, context % 2 ? IRQ_SEI : IRQ_MEI);
        add_enable(gates, route, plic, irq, context);
        add_threshold(gates, route, plic, irq, context);
        add_order(gates, route, plic, irq, context);
        add_hart(gates, &board->hart[context / 2], route);
    }
    judge(gates);
    return true;
}

/* --- timers and software interrupts ----------------------------------------------- */

static void name_indexed(struct gate *gate, const struct device *device,
                         const char *name, unsigned index)
{
    snprintf(gate->name, sizeof(gate->name), "%s.%s[%u]", device->name, name, index);
}

static void add_msip(const struct to_hart *to, const struct aclint *aclint)
{
    uint32_t msip = aclint->hart[to->hart->id].msip;
    struct gate *gate = gates_add(
        to->gates, to->number, msip & 1, msip,
        gate_register(&aclint->device, ACLINT_MSIP + 4u * to->hart->id, 4, 0, 0));

    gate->kind = GATE_ORIGIN;
    gate_text(gate, "", "1",
              msip & 1 ? "software has asked for it" : "software has not asked for it");
    name_indexed(gate, &aclint->device, "MSIP", to->hart->id);
}

/* What a clock is and when it gets to what it is compared with. */
static void say_time(struct gate *gate, const char *clock, uint64_t now,
                     uint64_t compare)
{
    if (now >= compare)
        snprintf(gate->means, sizeof(gate->means),
                 "%s is %" PRIu64 " and has reached it", clock, now);
    else
        snprintf(gate->means, sizeof(gate->means),
                 "%s is %" PRIu64 " and reaches it in %" PRIu64 " ticks", clock, now,
                 compare - now);
    snprintf(gate->needs, sizeof(gate->needs), "at most %s", clock);
}

static void add_mtimecmp(const struct to_hart *to, const struct aclint *aclint)
{
    uint64_t now = aclint_time(aclint), compare = aclint->hart[to->hart->id].mtimecmp;
    struct gate *gate = gates_add(
        to->gates, to->number, now >= compare, compare,
        gate_register(&aclint->device, ACLINT_MTIMECMP + 8u * to->hart->id, 8, 63, 0));

    gate->kind = GATE_ORIGIN;
    name_indexed(gate, &aclint->device, "MTIMECMP", to->hart->id);
    say_time(gate, "mtime", now, compare);
}

/* A comparator of Sstc: what it compares, who enables it, and whose bit of mip the pending
 * one is without it (3.1.9, 15.2.3). */
struct comparator {
    unsigned csr, enable;
    uint64_t compare, now;
    bool enabled;
    const char *clock, *yes, *no;
};

static struct comparator comparator_of(const struct to_hart *to)
{
    const struct csrs *csr = &to->hart->csr;
    uint64_t now = hart_csr_read(to->hart, CSR_TIME) -
                   (to->hart->is_virtual ? csr->htimedelta : 0);

    if (to->line == IRQ_STI)
        return (struct comparator){
            CSR_STIMECMP,
            CSR_MENVCFG,
            csr->stimecmp,
            now,
            csr->menvcfg & MENVCFG_STCE,
            "time",
            "stimecmp is compared with time",
            "stimecmp is not compared: STIP is a bit that M-mode writes"};
    return (struct comparator){CSR_VSTIMECMP,
                               CSR_HENVCFG,
                               csr->vstimecmp,
                               now + csr->htimedelta,
                               hart_csr_read(to->hart, CSR_HENVCFG) & MENVCFG_STCE,
                               "the guest's time",
                               "vstimecmp is compared with time + htimedelta",
                               "vstimecmp is not compared: VSTIP is a bit of hvip"};
}

static void add_comparator(const struct to_hart *to)
{
    struct comparator is = comparator_of(to);
    bool by_software = to->hart->csr.mip_soft & BIT(to->line);
    bool software_counts = by_software && (to->line == IRQ_VSTI || !is.enabled);
    struct gate *gate =
        add_csr_bit(to, is.enable, 63, is.enabled || by_software, "STCE");

    gate->kind = GATE_ORIGIN;
    snprintf(gate->needs, sizeof(gate->needs), "1");
    snprintf(gate->means, sizeof(gate->means), "%s", is.enabled ? is.yes : is.no);
    if (!is.enabled || software_counts)
        return;
    gate = gates_add(to->gates, to->number, is.now >= is.compare, is.compare,
                     (struct lvalue){.kind = LVALUE_CSR,
                                     .hart = to->hart->id,
                                     .number = is.csr,
                                     .size = 8,
                                     .hi = 63});
    gate->kind = GATE_ORIGIN;
    snprintf(gate->name, sizeof(gate->name), "%s", csr_by_number(is.csr)->name);
    say_time(gate, is.clock, is.now, is.compare);
}

static void add_origin(const struct to_hart *to, const struct aclint *aclint)
{
    if (to->line == IRQ_STI || to->line == IRQ_VSTI)
        add_comparator(to);
    else if (to->line == IRQ_MTI && aclint)
        add_mtimecmp(to, aclint);
    else if (to->line == IRQ_MSI && aclint)
        add_msip(to, aclint);
}

/* Is it one of the base's, or one that this hart's hypervisor extension adds? */
static bool has_line(const struct hart *hart, unsigned line)
{
    const uint64_t added = VS_INTERRUPTS | BIT(IRQ_SGEI);

    return lines[line].words &&
           (!(added & BIT(line)) || (hart_h_interrupts(hart) & BIT(line)));
}

bool gates_of_lines(const struct run *run, unsigned board_number, uint64_t meant,
                    int hart, struct gates *gates, struct err *err)
{
    const struct board *board;

    *gates = (struct gates){0};
    if (!check(run, board_number, hart, err))
        return false;
    board = run->board[board_number];
    for (unsigned h = 0; h < board->harts; h++)
        for (unsigned n = 0; n < COUNT(lines); n++) {
            unsigned line = (unsigned)COUNT(lines) - 1 - n; /* M-mode's first */
            struct to_hart to = {gates, &board->hart[h], gates->routes, (uint8_t)line};

            if (!(meant & BIT(line)) || !has_line(to.hart, line) ||
                !is_meant(hart, h) || gates->routes == GATE_ROUTES)
                continue;
            add_route(gates, h, line);
            add_origin(&to, (const struct aclint *)board->clock);
            add_hart(gates, &board->hart[h], to.number);
        }
    if (gates->routes == 0)
        return err_set(err, "there is no such interrupt");
    judge(gates);
    snprintf(gates->subject, sizeof(gates->subject), "the %s",
             lines[gates_best(gates)->line].words);
    return true;
}
