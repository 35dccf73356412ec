/*
 * info irq: every source of the PLIC on its way to the harts, and what each hart lets
 * through.
 */
#include "control/command/info.h"
#include "control/command/show.h"
#include "machine/interrupt/plic.h"

#include <inttypes.h>

static const struct plic *plic_of(const struct board *board)
{
    return board->plic && board->plic->type == &plic_type
               ? (const struct plic *)board->plic
               : NULL;
}

/* Who drives the source; NULL: nobody. */
static const struct device *driver_of(const struct board *board, unsigned source)
{
    for (unsigned i = 0; i < board->devices; i++)
        for (unsigned n = 0; n < board->device[i]->lines; n++)
            if (board->device[i]->line[n].source == source)
                return board->device[i];
    return NULL;
}

static void put_context(struct buf *out, unsigned context)
{
    buf_printf(out, "%shart %u %s", out->size ? ", " : "", context / 2,
               context % 2 ? "S" : "M");
}

static void put_enables(struct buf *out, const struct plic *plic, unsigned source)
{
    for (unsigned c = 0; c < PLIC_CONTEXTS; c++)
        if (plic_bit(plic->context[c].enable, source))
            put_context(out, c);
}

static void source_row(struct table *table, const struct board *board,
                       const struct plic *plic, unsigned source)
{
    const struct device *driver = driver_of(board, source);
    struct buf enables = {0};

    table_number(table, source);
    if (driver)
        table_text(table, "%s", driver->name);
    else
        table_none(table);
    table_number(table, plic_bit(plic->level, source));
    table_number(table, plic_bit(plic->pending, source));
    table_number(table, plic_bit(plic->claimed, source));
    table_number(table, plic->priority[source]);
    put_enables(&enables, plic, source);
    show_text_cell(table, &enables);
    buf_free(&enables);
}

/* Sources that a device drives, or that software has made something of. */
static void source_rows(struct call *call, const struct plic *plic)
{
    static const struct column columns[] = {
        {"source", COLUMN_COUNT},     {"device", COLUMN_TEXT},
        {"level", COLUMN_FLAG},       {"pending", COLUMN_FLAG},
        {"claimed", COLUMN_FLAG},     {"priority", COLUMN_COUNT},
        {"enabled_for", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "sources", columns);

    for (unsigned source = 1; source < PLIC_SOURCES; source++)
        if (driver_of(board, source) || plic->priority[source] ||
            plic_bit(plic->pending, source) || plic_enabled(plic, source))
            source_row(table, board, plic, source);
}

static void context_rows(struct call *call, const struct plic *plic)
{
    static const struct column columns[] = {
        {"context", COLUMN_COUNT},     {"to", COLUMN_TEXT},
        {"threshold", COLUMN_COUNT},   {"line", COLUMN_FLAG},
        {"claim_gives", COLUMN_COUNT}, {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "contexts", columns);

    for (unsigned c = 0; c < 2 * board->harts; c++) {
        unsigned best = plic_best(plic, c);
        struct buf to = {0};

        put_context(&to, c);
        table_number(table, c);
        table_text(table, "%s", to.data);
        table_number(table, plic->context[c].threshold);
        table_number(table, plic->context[c].level);
        if (best)
            table_number(table, best);
        else
            table_none(table);
        buf_free(&to);
    }
}

/* What mip, mie and mideleg have for one line. */
static void line_row(struct table *table, const struct hart *hart,
                     const struct csr_field *pending)
{
    struct buf cause = {0};

    table_number(table, hart->id);
    put_cause(&cause, CAUSE_INTERRUPT | pending->lo);
    table_text(table, "%s", cause.data);
    buf_free(&cause);
    table_text(table, "%s", pending->name);
    table_number(table, hart_mip(hart) >> pending->lo & 1);
    table_number(table, hart->csr.mie >> pending->lo & 1);
    table_text(table, "%s",
               mode_name(hart->csr.hideleg >> pending->lo & 1   ? MODE_VS
                         : hart->csr.mideleg >> pending->lo & 1 ? MODE_S
                                                                : MODE_M));
}

/* Is it one of the base, or one that this hart's hypervisor extension adds? */
static bool has_line(const struct hart *hart, unsigned line)
{
    const uint64_t added = VS_INTERRUPTS | BIT(IRQ_SGEI);

    return !(added & BIT(line)) || (hart_h_interrupts(hart) & BIT(line));
}

static void hart_rows(struct call *call)
{
    static const struct column columns[] = {
        {"hart", COLUMN_COUNT},   {"interrupt", COLUMN_TEXT}, {"bit", COLUMN_TEXT},
        {"pending", COLUMN_FLAG}, {"enabled", COLUMN_FLAG},   {"goes_to", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    const struct csr_info *mip = csr_by_number(CSR_MIP);
    struct table *table = reply_table(call->reply, "lines", columns);

    for (unsigned i = 0; i < board->harts; i++)
        for (const struct csr_field *f = mip->fields; f->name; f++)
            if (has_line(&board->hart[i], f->lo))
                line_row(table, &board->hart[i], f);
}

static void say_harts(struct call *call)
{
    const struct board *board = session_board(call->session);

    for (unsigned i = 0; i < board->harts; i++) {
        const struct hart *hart = &board->hart[i];
        uint64_t cause = hart_pending_interrupt(hart);
        struct buf text = {0};

        if (cause != CAUSE_NONE)
            put_cause(&text, cause);
        reply_say(call->reply,
                  "Hart %u, in %s, will take %s next; mstatus.MIE is %u, SIE %u.", i,
                  mode_name(hart_privilege(hart)),
                  text.size ? text.data : "no interrupt",
                  (hart->csr.mstatus & MSTATUS_MIE) != 0,
                  (hart->csr.mstatus & MSTATUS_SIE) != 0);
        buf_free(&text);
    }
}

bool info_irq(struct call *call, struct err *err)
{
    const struct plic *plic = plic_of(session_board(call->session));

    (void)err;
    say_harts(call);
    if (plic) {
        source_rows(call, plic);
        context_rows(call, plic);
    } else {
        reply_say(call->reply, "The board has no interrupt controller.");
    }
    hart_rows(call);
    return true;
}
