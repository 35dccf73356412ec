#include "base/bits.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VALUE = 16, COLUMN = 24, NAMED = 0x10000 };

/* The registers that the last instructions named, so many as there is room for. */
static uint32_t registers_in_use(const struct watch *watch, int room)
{
    const struct hart_fold *hart = &watch->harts[watch->hart];
    uint64_t oldest = hart->insns > WATCH_INSNS ? hart->insns - WATCH_INSNS : 0;
    uint32_t set = 0;
    int count = 0;

    for (uint64_t i = hart->insns; i-- > oldest;) {
        struct insn insn = insn_decode(hart->bits[i % WATCH_INSNS]);
        uint8_t used[] = {insn.rd, insn.rs1, insn.rs2};

        for (size_t u = 0; u < COUNT(used) && count < room; u++)
            if (used[u] && !(set & UINT32_C(1) << used[u])) {
                set |= UINT32_C(1) << used[u];
                count++;
            }
    }
    for (int other = 10; other < 42 && count < room;
         other++) { /* a0 on, then the rest */
        uint32_t bit = UINT32_C(1) << (other % 32);

        if (other % 32 && !(set & bit)) {
            set |= bit;
            count++;
        }
    }
    return set;
}

/* What an address is: a part of RAM, a device, or a place in the program. */
static void name_address(const struct watch *watch, uint64_t value, char *text,
                         size_t room)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, value);
    const struct region *region = watch_region(watch, value);
    const struct symbol *symbol = NULL;

    text[0] = '\0';
    if (watch_symbols(watch) && ram_has(&watch->board->bus.ram, value, 1))
        symbol = symbols_at(watch_symbols(watch), value);
    if (symbol && strncmp(symbol->name, "__", 2) == 0)
        symbol = NULL; /* a linker's own */
    if (value < NAMED)
        return; /* a number rather than an address */
    if (mmio)
        snprintf(text, room, "%s", mmio->name);
    else if (region && value == region->base)
        snprintf(text, room, "%s", region->name);
    else if (region)
        snprintf(text, room, "%.12s +%" PRIx64, region->name, value - region->base);
    else if (symbol && value - symbol->address < 0x10000)
        snprintf(text, room, "%.12s +%" PRIx64, symbol->name, value - symbol->address);
}

static void draw_register(const struct watch *watch, struct canvas *canvas, int row,
                          int col, int cols, unsigned number)
{
    const struct event *insn = watch_insn(watch, watch->hart);
    bool changed = insn && insn->insn.rd == number;
    uint64_t value = watch_x(watch, watch->hart, number);
    char note[40];

    if (changed)
        canvas_put(canvas, row, col, ROLE_CHANGED, '*');
    canvas_text(canvas, row, col + 2, 4, ROLE_QUIET, xreg_names[number]);
    canvas_printf(canvas, row, col + 6, VALUE, changed ? ROLE_CHANGED : ROLE_TEXT,
                  "%*" PRIx64, VALUE, value);
    if (changed && insn->insn.rd_old == value)
        snprintf(note, sizeof(note), "the same");
    else if (changed)
        snprintf(note, sizeof(note), "was %" PRIx64, insn->insn.rd_old);
    else
        name_address(watch, value, note, sizeof(note));
    canvas_text(canvas, row, col + COLUMN, cols - COLUMN, ROLE_QUIET, note);
}

/* --- CSRs ------------------------------------------------------------------------- */

static const uint16_t csr_rows[] = {
    CSR_MSTATUS, CSR_MCAUSE, CSR_MEPC, CSR_MTVAL,  CSR_MIE,   CSR_MIP,
    CSR_MTVEC,   CSR_SATP,   CSR_SEPC, CSR_SCAUSE, CSR_STVEC,
};

/* In S-mode with a G-stage set up: what an exit has told the hypervisor, and the guest. */
static const uint16_t hypervisor_csr_rows[] = {
    CSR_HSTATUS, CSR_SCAUSE, CSR_SEPC,  CSR_STVAL,   CSR_HTVAL,    CSR_HTINST,
    CSR_HVIP,    CSR_HGATP,  CSR_VSATP, CSR_SSTATUS, CSR_VSSTATUS,
};

/* While V = 1: what the guest has, and what its hypervisor has set. */
static const uint16_t guest_csr_rows[] = {
    CSR_VSSTATUS, CSR_VSCAUSE, CSR_VSEPC, CSR_VSTVAL, CSR_VSIE,    CSR_VSIP,
    CSR_VSTVEC,   CSR_VSATP,   CSR_HVIP,  CSR_HGATP,  CSR_HSTATUS,
};

_Static_assert(COUNT(csr_rows) == COUNT(hypervisor_csr_rows) &&
                   COUNT(csr_rows) == COUNT(guest_csr_rows),
               "as many rows whatever runs");

/* A hart runs a hypervisor once hgatp has been written. */
static const uint16_t *rows_for(const struct hart *hart)
{
    if (hart->is_virtual)
        return guest_csr_rows;
    return hart->mode == MODE_S && hart->csr.hgatp ? hypervisor_csr_rows : csr_rows;
}

/* Did what is shown change that CSR? A trap writes some of its mode's; one to S-mode those
 * of the hypervisor extension, too. */
static bool csr_changed(const struct watch *watch, unsigned number)
{
    const struct event *event = &watch->focus, *insn = watch_insn(watch, watch->hart);

    if (insn && insn->insn.csr == number && insn->insn.csr_old != insn->insn.csr_new)
        return true;
    if (!watch->has_focus || event->kind != EVENT_TRAP_ENTER)
        return false;
    if (event->trap_enter.to == MODE_M)
        return number == CSR_MSTATUS || number == CSR_MCAUSE || number == CSR_MEPC ||
               number == CSR_MTVAL;
    if (event->trap_enter.to == MODE_VS)
        return number == CSR_VSSTATUS || number == CSR_VSCAUSE || number == CSR_VSEPC ||
               number == CSR_VSTVAL;
    return number == CSR_SCAUSE || number == CSR_SEPC || number == CSR_STVAL ||
           number == CSR_MSTATUS || number == CSR_SSTATUS || number == CSR_HSTATUS ||
           number == CSR_HTVAL || number == CSR_HTINST;
}

/* The names of the one-bit fields that are 1. */
static void csr_note(const struct csr_info *info, uint64_t value, char *text,
                     size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (const struct csr_field *field = info->fields; field && field->name; field++)
        if (field->hi == field->lo && value & BIT(field->lo) && used + 10 < room)
            used += (size_t)snprintf(text + used, room - used, "%s%.9s",
                                     used ? " " : "", field->name);
}

static void draw_csr(const struct watch *watch, struct canvas *canvas, int row, int col,
                     int cols, unsigned number)
{
    const struct csr_info *info = csr_by_number(number);
    uint64_t value = hart_csr_read(&watch->board->hart[watch->hart], number);
    bool changed = csr_changed(watch, number);
    char note[64];

    if (changed)
        canvas_put(canvas, row, col, ROLE_CHANGED, '*');
    canvas_text(canvas, row, col + 2, 8, ROLE_QUIET, info->name);
    canvas_printf(canvas, row, col + 10, VALUE, changed ? ROLE_CHANGED : ROLE_TEXT,
                  "%*" PRIx64, VALUE, value);
    csr_note(info, value, note, sizeof(note));
    canvas_text(canvas, row, col + 28, cols - 28, ROLE_QUIET, note);
}

/* How many rows CSRs get: a third where there is room; all of them when a trap has just
 * changed them, one when the instruction used one. */
static int count_csrs(const struct watch *watch, int rows)
{
    const struct event *insn = watch_insn(watch, watch->hart);

    if (rows >= 12)
        return rows / 3;
    if (watch->has_focus && (watch->focus.kind == EVENT_TRAP_ENTER ||
                             watch->focus.kind == EVENT_TRAP_RETURN))
        return rows < (int)COUNT(csr_rows) ? rows : (int)COUNT(csr_rows);
    return insn && insn->insn.csr != EVENT_NO_CSR;
}

/* The CSR of the instruction stands first, the others in their order. */
static void draw_csrs(const struct watch *watch, struct canvas *canvas, int row,
                      struct area area, int count)
{
    const struct event *insn = watch_insn(watch, watch->hart);
    unsigned used = insn ? insn->insn.csr : EVENT_NO_CSR;
    const uint16_t *shown = rows_for(&watch->board->hart[watch->hart]);

    if (used != EVENT_NO_CSR && count-- > 0)
        draw_csr(watch, canvas, row++, area.col, area.cols, used);
    for (size_t i = 0; i < COUNT(csr_rows) && count > 0; i++)
        if (shown[i] != used) {
            draw_csr(watch, canvas, row++, area.col, area.cols, shown[i]);
            count--;
        }
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    int rows = area.rows - 1, csrs = count_csrs(watch, rows);
    int row = area.row + 1, regs = rows - csrs - (csrs > 1 && csrs < rows);
    uint32_t set = registers_in_use(watch, regs);
    char title[40];

    (void)state;
    snprintf(title, sizeof(title), "%s of hart %u", regs ? "registers" : "csrs",
             watch->hart);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "* changed");
    for (unsigned number = 1; number < 32 && regs; number++)
        if (set & UINT32_C(1) << number)
            draw_register(watch, canvas, row++, area.col, area.cols, number);
    draw_csrs(watch, canvas, area.row + area.rows - csrs, area, csrs);
}

const struct view registers_view = {
    .name = "registers",
    .help = "registers that the last instructions used, and what just changed",
    .class = VIEW_INSTRUCTIONS,
    .cols = 28,
    .rows = 3,
    .wide = 44,
    .tells = "info registers",
    .draw = draw,
};
