/*
 * The fold behind the views of interrupts: see irqs.h. CSRs that show bits of others are
 * taken for those: sie for mie, vsip for mip one bit higher, sstatus for mstatus.
 */
#include "face/tui/watch/irqs.h"

#include "base/bits.h"
#include "machine/interrupt/plic.h"

/* --- changes ---------------------------------------------------------------------- */

static bool is_place(const struct irqs_change *change, const struct irqs_change *wanted)
{
    return change->place == wanted->place && change->owner == wanted->owner &&
           change->number == wanted->number && change->bit == wanted->bit;
}

/* Its place in a table, else a new one, else that of what has not changed for longest. */
static struct irqs_change *room_for(struct irqs_change *table, uint32_t *used,
                                    uint32_t most, const struct irqs_change *wanted)
{
    struct irqs_change *oldest = table;

    for (uint32_t i = 0; i < *used; i++) {
        if (is_place(&table[i], wanted))
            return &table[i];
        if (table[i].cycle < oldest->cycle)
            oldest = &table[i];
    }
    return *used < most ? &table[(*used)++] : oldest;
}

static void changed(struct irqs *irqs, struct irqs_change change)
{
    bool is_gate = change.place != IRQS_REGISTER || change.bit != IRQS_ANY;

    *(is_gate ? room_for(irqs->gate, &irqs->gates, IRQS_GATES, &change)
              : room_for(irqs->reg, &irqs->registers, IRQS_REGISTERS, &change)) =
        change;
}

const struct irqs_change *irqs_of(const struct irqs *irqs, enum irqs_place place,
                                  unsigned owner, unsigned number, unsigned bit)
{
    const struct irqs_change wanted = {.place = (uint8_t)place,
                                       .owner = (uint8_t)owner,
                                       .number = number,
                                       .bit = (uint8_t)bit};

    for (uint32_t i = 0; i < irqs->gates; i++)
        if (is_place(&irqs->gate[i], &wanted))
            return &irqs->gate[i];
    for (uint32_t i = 0; i < irqs->registers; i++)
        if (is_place(&irqs->reg[i], &wanted))
            return &irqs->reg[i];
    return NULL;
}

static void source_moves(struct irqs *irqs, unsigned source)
{
    irqs->last = (struct irqs_last){.source = (uint16_t)source, .any = 1};
}

static void line_moves(struct irqs *irqs, unsigned hart, unsigned line)
{
    if (line != IRQ_SEI && line != IRQ_MEI) /* those are their sources' */
        irqs->last =
            (struct irqs_last){.hart = (uint8_t)hart, .line = (uint8_t)line, .any = 1};
}

/* --- the device and the interrupt controller ---------------------------------------- */

static void take_wire(struct irqs *irqs, const struct board *board,
                      const struct event *event)
{
    (void)board;
    changed(irqs, (struct irqs_change){.cycle = event->cycle,
                                       .number = event->irq_line.source,
                                       .place = IRQS_WIRE,
                                       .bit = IRQS_ANY,
                                       .level = event->irq_line.level});
    if (event->irq_line.level)
        source_moves(irqs, event->irq_line.source);
}

static void take_pending(struct irqs *irqs, const struct board *board,
                         const struct event *event)
{
    unsigned source = event->irq_pending.source;

    (void)board;
    changed(irqs, (struct irqs_change){.cycle = event->cycle,
                                       .number = PLIC_PENDING + source / 32 * 4,
                                       .place = IRQS_REGISTER,
                                       .owner = event->irq_pending.device,
                                       .bit = (uint8_t)(source % 32),
                                       .level = event->irq_pending.pending});
    source_moves(irqs, source);
}

static void service(struct irqs *irqs, const struct event *event, unsigned source,
                    bool begins)
{
    if (source == 0)
        return;
    changed(irqs, (struct irqs_change){.cycle = event->cycle,
                                       .number = source,
                                       .place = IRQS_SERVICE,
                                       .bit = IRQS_ANY,
                                       .level = begins});
    source_moves(irqs, source);
}

static void take_claim(struct irqs *irqs, const struct board *board,
                       const struct event *event)
{
    (void)board;
    service(irqs, event, event->irq_claim.source, true);
}

static void take_complete(struct irqs *irqs, const struct board *board,
                          const struct event *event)
{
    (void)board;
    service(irqs, event, event->irq_complete.source, false);
}

/* The enables of the interrupt controller bit by bit, other registers as a whole. */
static void take_write(struct irqs *irqs, const struct board *board,
                       const struct event *event)
{
    const struct event_mmio_write *write = &event->mmio_write;
    uint64_t diff = write->value ^ write->old;
    struct irqs_change change = {.cycle = event->cycle,
                                 .number = write->offset,
                                 .place = IRQS_REGISTER,
                                 .owner = write->device,
                                 .bit = IRQS_ANY,
                                 .level = write->value != 0};

    if (!diff)
        return;
    if (board->plic && board->plic->index == write->device &&
        write->offset >= PLIC_ENABLE && write->offset < PLIC_CONTEXT) {
        for (unsigned bit = 0; bit < 32; bit++)
            if (diff >> bit & 1) {
                change.bit = (uint8_t)bit;
                change.level = write->value >> bit & 1;
                changed(irqs, change);
            }
        return;
    }
    changed(irqs, change);
}

/* --- the hart ----------------------------------------------------------------------- */

static void csr_bits(struct irqs *irqs, uint64_t cycle, unsigned hart, unsigned csr,
                     uint64_t old, uint64_t value)
{
    for (uint64_t diff = old ^ value; diff; diff &= diff - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(diff);

        changed(irqs, (struct irqs_change){.cycle = cycle,
                                           .number = csr,
                                           .place = IRQS_CSR,
                                           .owner = (uint8_t)hart,
                                           .bit = (uint8_t)bit,
                                           .level = value >> bit & 1});
    }
}

enum {
    STATUS_BITS = (int)(MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE),
    XIE = (int)(MSTATUS_SIE | MSTATUS_MIE)
};

static void set_status(struct irqs *irqs, uint64_t cycle, unsigned hart,
                       bool is_virtual, uint32_t value)
{
    uint32_t *status = is_virtual ? &irqs->virtual_status[hart] : &irqs->status[hart];

    csr_bits(irqs, cycle, hart, is_virtual ? CSR_VSSTATUS : CSR_MSTATUS, *status & XIE,
             value & XIE);
    *status = value;
}

/* mip is also what devices drive: a bit that software raises is a line that rises. */
static void set_mip(struct irqs *irqs, uint64_t cycle, unsigned hart, uint64_t old,
                    uint64_t value)
{
    csr_bits(irqs, cycle, hart, CSR_MIP, old, value);
    for (unsigned line = 0; line < IRQS_LINES; line++)
        if ((old ^ value) >> line & 1) {
            if (value >> line & 1)
                irqs->taken[hart][line].rose = cycle;
            line_moves(irqs, hart, line);
        }
}

/* A comparator's register is one value, not 64 bits. */
static void csr_value(struct irqs *irqs, uint64_t cycle, unsigned hart, unsigned csr)
{
    changed(irqs, (struct irqs_change){.cycle = cycle,
                                       .number = csr,
                                       .place = IRQS_CSR,
                                       .owner = (uint8_t)hart,
                                       .level = 1});
}

static void write_csr(struct irqs *irqs, uint64_t cycle, unsigned hart, unsigned csr,
                      uint64_t old, uint64_t value)
{
    const uint32_t of_s = (uint32_t)(MSTATUS_SIE | MSTATUS_SPIE);

    hart %= HART_MAX;
    switch (csr) {
    case CSR_MSTATUS:
        set_status(irqs, cycle, hart, false, (uint32_t)value & STATUS_BITS);
        break;
    case CSR_SSTATUS:
        set_status(irqs, cycle, hart, false,
                   (irqs->status[hart] & ~of_s) | ((uint32_t)value & of_s));
        break;
    case CSR_VSSTATUS:
        set_status(irqs, cycle, hart, true, (uint32_t)value & of_s);
        break;
    case CSR_MIE:
    case CSR_SIE:
    case CSR_HIE:
        csr_bits(irqs, cycle, hart, CSR_MIE, old, value);
        break;
    case CSR_VSIE:
        csr_bits(irqs, cycle, hart, CSR_MIE, old << 1, value << 1);
        break;
    case CSR_MIP:
    case CSR_SIP:
    case CSR_HIP:
    case CSR_HVIP:
        set_mip(irqs, cycle, hart, old, value);
        break;
    case CSR_VSIP:
        set_mip(irqs, cycle, hart, old << 1, value << 1);
        break;
    case CSR_MIDELEG:
    case CSR_HIDELEG:
    case CSR_MENVCFG:
    case CSR_HENVCFG:
        csr_bits(irqs, cycle, hart, csr, old, value);
        break;
    case CSR_STIMECMP:
    case CSR_VSTIMECMP:
        csr_value(irqs, cycle, hart, csr);
        break;
    default:
        break;
    }
}

static void take_csr(struct irqs *irqs, const struct board *board,
                     const struct event *event)
{
    const struct event_csr_write *write = &event->csr_write;

    (void)board;
    write_csr(irqs, event->cycle, write->hart, write->csr, write->old, write->value);
}

static void take_insn(struct irqs *irqs, const struct board *board,
                      const struct event *event)
{
    const struct event_insn *insn = &event->insn;

    (void)board;
    if (insn->csr)
        write_csr(irqs, event->cycle, insn->hart, insn->csr, insn->csr_old,
                  insn->csr_new);
}

static void take_hart_line(struct irqs *irqs, const struct board *board,
                           const struct event *event)
{
    const struct event_hart_line *told = &event->hart_line;
    unsigned hart = told->hart % HART_MAX, line = told->line % IRQS_LINES;

    (void)board;
    changed(irqs, (struct irqs_change){.cycle = event->cycle,
                                       .number = CSR_MIP,
                                       .place = IRQS_CSR,
                                       .owner = (uint8_t)hart,
                                       .bit = (uint8_t)line,
                                       .level = told->level});
    if (!told->level)
        return;
    irqs->taken[hart][line].rose = event->cycle;
    line_moves(irqs, hart, line);
}

/* Which of xIE a trap to, or a return from, that mode moves; its xPIE is 4 bits higher. */
static uint32_t enable_of(unsigned mode)
{
    return (uint32_t)(mode == MODE_M ? MSTATUS_MIE : MSTATUS_SIE);
}

/* A guest sees VSxI as SxI. */
static void count_interrupt(struct irqs *irqs, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;
    unsigned line = (unsigned)(trap->cause & ~CAUSE_INTERRUPT) % IRQS_LINES;
    unsigned hart = trap->hart % HART_MAX;

    if (trap->to & MODE_VIRTUAL &&
        (line == IRQ_SSI || line == IRQ_STI || line == IRQ_SEI))
        line++;
    irqs->taken[hart][line].count++;
    irqs->taken[hart][line].cycle = event->cycle;
    line_moves(irqs, hart, line);
}

static void take_trap(struct irqs *irqs, const struct board *board,
                      const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;
    unsigned hart = trap->hart % HART_MAX;
    bool is_virtual = trap->to & MODE_VIRTUAL;
    uint32_t was = is_virtual ? irqs->virtual_status[hart] : irqs->status[hart];
    uint32_t on = enable_of(trap->to);
    uint32_t value = (was & ~(on | on << 4)) | (was & on) << 4;

    (void)board;
    set_status(irqs, event->cycle, hart, is_virtual, value);
    if (trap->cause & CAUSE_INTERRUPT)
        count_interrupt(irqs, event);
}

static void take_return(struct irqs *irqs, const struct board *board,
                        const struct event *event)
{
    const struct event_trap_return *told = &event->trap_return;
    unsigned hart = told->hart % HART_MAX;
    bool is_virtual = told->from & MODE_VIRTUAL;
    uint32_t was = is_virtual ? irqs->virtual_status[hart] : irqs->status[hart];
    uint32_t on = enable_of(told->from);

    (void)board;
    set_status(irqs, event->cycle, hart, is_virtual,
               (was & ~on) | (was >> 4 & on) | on << 4);
}

/* --- all of them -------------------------------------------------------------------- */

void irqs_take(struct irqs *irqs, const struct board *board, const struct event *event)
{
    static void (*const of[EVENT_KINDS])(struct irqs *, const struct board *,
                                         const struct event *) = {
        [EVENT_IRQ_LINE] = take_wire,    [EVENT_IRQ_PENDING] = take_pending,
        [EVENT_IRQ_CLAIM] = take_claim,  [EVENT_IRQ_COMPLETE] = take_complete,
        [EVENT_MMIO_WRITE] = take_write, [EVENT_CSR_WRITE] = take_csr,
        [EVENT_INSN] = take_insn,        [EVENT_HART_LINE] = take_hart_line,
        [EVENT_TRAP_ENTER] = take_trap,  [EVENT_TRAP_RETURN] = take_return,
    };

    if (event->board == board->index && of[event->kind])
        of[event->kind](irqs, board, event);
}
