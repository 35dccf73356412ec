#include "face/tui/view/csrs.h"

#include "face/tui/view/csr_words.h"
#include "face/tui/view/pin.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Control and status registers: those that matter in the mode that the hart is in, or a
 * group of them, or one of them field by field. Each has its row; where there are too few
 * rows, those that have just changed come first.
 */
enum {
    NAME = 2,       /* columns before a CSR's name */
    VALUE = 13,     /* ... before its value */
    DIGITS = 16,    /* ... of its value */
    WIDE_FROM = 76, /* columns from which the value stands beside its words */
    MOST = 24       /* CSRs in a list */
};

static const struct group {
    const char *name;
    uint16_t number[MOST]; /* ends with 0, which is fflags, and no CSR of these harts */
} groups[] = {
    {"machine",
     {CSR_MSTATUS, CSR_MCAUSE, CSR_MEPC, CSR_MTVAL, CSR_MTVEC, CSR_MIE, CSR_MIP,
      CSR_MSCRATCH, CSR_MEDELEG, CSR_MIDELEG, CSR_SATP}},
    {"supervisor",
     {CSR_SSTATUS, CSR_SCAUSE, CSR_SEPC, CSR_STVAL, CSR_STVEC, CSR_SIE, CSR_SIP,
      CSR_SSCRATCH, CSR_SATP}},
    {"hypervisor",
     {CSR_HSTATUS, CSR_SCAUSE, CSR_SEPC, CSR_STVAL, CSR_HTVAL, CSR_HTINST, CSR_SSTATUS,
      CSR_STVEC, CSR_HVIP, CSR_HGATP, CSR_VSSTATUS, CSR_VSEPC, CSR_VSATP, CSR_HIDELEG,
      CSR_HEDELEG, CSR_SSCRATCH}},
    {"guest",
     {CSR_VSSTATUS, CSR_VSCAUSE, CSR_VSEPC, CSR_VSTVAL, CSR_VSTVEC, CSR_VSIE, CSR_VSIP,
      CSR_VSATP, CSR_HVIP, CSR_HGATP, CSR_HSTATUS, CSR_VSSCRATCH}},
    {"traps",
     {CSR_MSTATUS, CSR_MCAUSE,  CSR_MEPC,   CSR_MTVAL,   CSR_MTVEC,   CSR_MEDELEG,
      CSR_MIDELEG, CSR_SSTATUS, CSR_SCAUSE, CSR_SEPC,    CSR_STVAL,   CSR_STVEC,
      CSR_HSTATUS, CSR_HTVAL,   CSR_HTINST, CSR_HEDELEG, CSR_HIDELEG, CSR_VSSTATUS,
      CSR_VSCAUSE, CSR_VSEPC,   CSR_VSTVAL, CSR_VSTVEC}},
    {"interrupts",
     {CSR_MSTATUS, CSR_MIP, CSR_MIE, CSR_MIDELEG, CSR_SIP, CSR_SIE, CSR_HVIP, CSR_HIP,
      CSR_HIE, CSR_HIDELEG, CSR_HGEIP, CSR_HGEIE, CSR_VSSTATUS, CSR_VSIP, CSR_VSIE}},
    {"translation",
     {CSR_SATP, CSR_HGATP, CSR_VSATP, CSR_MSTATUS, CSR_HSTATUS, CSR_VSSTATUS,
      CSR_MENVCFG, CSR_HENVCFG, CSR_PMPCFG0, CSR_PMPADDR0, CSR_PMPADDR1}},
};

enum { MACHINE, SUPERVISOR, HYPERVISOR, GUEST };

/* --- which ones --------------------------------------------------------------------------- */

/* A hart runs a hypervisor once hgatp has been written. */
static const struct group *group_by_mode(const struct watch *watch, unsigned hart)
{
    uint8_t mode = watch_mode(watch, hart);

    if (mode & MODE_VIRTUAL)
        return &groups[GUEST];
    if (mode == MODE_M)
        return &groups[MACHINE];
    if (watch->board->hart[hart].has_h && watch_csr(watch, hart, CSR_HGATP))
        return &groups[HYPERVISOR];
    return watch_csr(watch, hart, CSR_STVEC) ? &groups[SUPERVISOR] : &groups[MACHINE];
}

static const struct group *group_named(const char *name)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (strcmp(groups[i].name, name) == 0)
            return &groups[i];
    return NULL;
}

struct list {
    unsigned count;
    struct csr_now csr[MOST];
};

static bool has(const struct list *list, unsigned number)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->csr[i].info->number == number)
            return true;
    return false;
}

static void add(struct list *list, const struct watch *watch, unsigned hart,
                unsigned number)
{
    if (list->count < MOST && csr_by_number(number) &&
        hart_has_csr(&watch->board->hart[hart], number) && !has(list, number))
        list->csr[list->count++] = csr_now(watch, hart, number);
}

/* Is it there already, as seen from S-mode? */
static bool is_seen(const struct list *list, unsigned number)
{
    return (number == CSR_MSTATUS && has(list, CSR_SSTATUS)) ||
           (number == CSR_MIP && has(list, CSR_SIP)) ||
           (number == CSR_MIE && has(list, CSR_SIE)) ||
           (number == CSR_SSTATUS && has(list, CSR_MSTATUS)) ||
           (number == CSR_SIP && has(list, CSR_MIP)) ||
           (number == CSR_SIE && has(list, CSR_MIE));
}

/* The CSR that the instruction uses, and what else has changed, stand behind the group. */
static void add_touched(struct list *list, const struct watch *watch, unsigned hart)
{
    const struct event *insn = watch_insn(watch, hart);

    if (insn && insn->insn.csr != EVENT_NO_CSR)
        add(list, watch, hart, insn->insn.csr);
    for (size_t g = 0; g < COUNT(groups); g++)
        for (unsigned i = 0; i < MOST && groups[g].number[i]; i++) {
            unsigned number = groups[g].number[i];

            if (hart_has_csr(&watch->board->hart[hart], number) &&
                csr_now(watch, hart, number).changed && !is_seen(list, number))
                add(list, watch, hart, number);
        }
}

/* --- rows --------------------------------------------------------------------------------- */

static void draw_csr(struct canvas *canvas, struct area at, const struct csr_now *csr)
{
    bool wide = at.cols >= WIDE_FROM;
    int words_at = wide ? VALUE + DIGITS + 2 : VALUE;
    enum role role = csr->changed ? ROLE_CHANGED : ROLE_TEXT;
    struct buf words = {0};

    if (csr->changed)
        canvas_put(canvas, at.row, at.col, ROLE_CHANGED, '*');
    canvas_text(canvas, at.row, at.col + NAME, VALUE - NAME - 1, ROLE_QUIET,
                csr->info->name);
    if (wide)
        canvas_printf(canvas, at.row, at.col + VALUE, DIGITS, role, "%*" PRIx64, DIGITS,
                      csr->value);
    csr_put_words(&words, csr, !wide);
    if (!words.size && !wide)
        buf_text(&words, "0");
    canvas_text(canvas, at.row, at.col + words_at, at.cols - words_at,
                wide && !csr->changed ? ROLE_QUIET : role, buf_str(&words));
    buf_free(&words);
    if (csr->hart == csr->watch->hart)
        canvas_thing(canvas, at.row, at.col, at.cols, THING_CSR, "%s", csr->info->name);
    else
        canvas_thing(canvas, at.row, at.col, at.cols, THING_CSR, "hart%u.%s", csr->hart,
                     csr->info->name);
}

/* All in their order, if there is room; else first what has changed. */
static void draw_list(struct canvas *canvas, struct area area, const struct list *list,
                      struct view_state *state)
{
    int rows = area.rows - 1, row = 0, all = (int)list->count;
    struct area at = {area.row + 1, area.col, 1, area.cols};
    bool sorts = rows < all && state->top == 0;

    state->shown = rows;
    state->all = all;
    for (int pass = sorts ? 0 : 1; pass < 2; pass++)
        for (int i = sorts ? 0 : state->top; i < all && row < rows; i++) {
            if (!list->csr[i].info || (sorts && list->csr[i].changed != (pass == 0)))
                continue;
            at.row = area.row + 1 + row++;
            draw_csr(canvas, at, &list->csr[i]);
        }
}

void csrs_draw_rows(const struct watch *watch, struct canvas *canvas, struct area area,
                    unsigned hart)
{
    const struct group *group = group_by_mode(watch, hart);
    struct area above = {area.row - 1, area.col, area.rows + 1, area.cols};
    struct view_state state = {.top = 0};
    struct list list = {.count = 0};

    for (unsigned i = 0; i < MOST && group->number[i]; i++)
        add(&list, watch, hart, group->number[i]);
    add_touched(&list, watch, hart);
    draw_list(canvas, above, &list, &state);
}

/* --- one CSR, field by field ---------------------------------------------------------------- */

static void draw_field(struct canvas *canvas, struct area at, const struct csr_now *csr,
                       const struct csr_field *field)
{
    bool changed = csr_field_changed(csr, field);
    struct buf value = {0};
    char bits[12];

    snprintf(bits, sizeof(bits), field->hi == field->lo ? "%u" : "%u:%u", field->hi,
             field->lo);
    csr_put_field(&value, csr, field);
    if (changed)
        canvas_put(canvas, at.row, at.col, ROLE_CHANGED, '*');
    canvas_printf(canvas, at.row, at.col + NAME, 6, ROLE_QUIET, "%5s", bits);
    canvas_text(canvas, at.row, at.col + 9, 9, ROLE_TEXT, field->name);
    canvas_text(canvas, at.row, at.col + 19, 14, changed ? ROLE_CHANGED : ROLE_TEXT,
                buf_str(&value));
    canvas_text(canvas, at.row, at.col + 35, at.cols - 35, ROLE_QUIET, field->help);
    canvas_thing(canvas, at.row, at.col, at.cols, THING_CSR, "%s.%s", csr->info->name,
                 field->name);
    buf_free(&value);
}

static void draw_one(struct canvas *canvas, struct area area, const struct csr_now *csr)
{
    struct area at = {area.row + 1, area.col, 1, area.cols};
    const struct csr_field *field = csr->info->fields;
    char title[48];

    snprintf(title, sizeof(title), "%s of hart %u", csr->info->name, csr->hart);
    canvas_rule(canvas, area.row, area.col, area.cols, title, csr->info->section);
    draw_csr(canvas, at, csr);
    for (; field && field->name && ++at.row < area.row + area.rows; field++)
        draw_field(canvas, at, csr, field);
    if (++at.row < area.row + area.rows)
        canvas_text(canvas, at.row, area.col + NAME, area.cols - NAME, ROLE_QUIET,
                    csr->info->help);
}

static const char *note_of(const struct watch *watch)
{
    switch ((int)watch->focus.kind) {
    case EVENT_TRAP_ENTER:
    case EVENT_VM_EXIT:
        return watch->has_focus ? "* changed by the trap" : "";
    case EVENT_TRAP_RETURN:
    case EVENT_VM_ENTRY:
        return "* changed by the return";
    default:
        return "* changed";
    }
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const char *about;
    unsigned hart = pin_hart(watch, state->about, &about);
    const struct csr_info *one = csr_by_name(about, strlen(about));
    const struct group *group = group_named(about);
    struct list list = {.count = 0};
    char title[48];

    if (one && hart_has_csr(&watch->board->hart[hart], one->number)) {
        struct csr_now csr = csr_now(watch, hart, one->number);

        draw_one(canvas, area, &csr);
        return;
    }
    if (!group)
        group = group_by_mode(watch, hart);
    for (unsigned i = 0; i < MOST && group->number[i]; i++)
        add(&list, watch, hart, group->number[i]);
    if (!group_named(about))
        add_touched(&list, watch, hart);
    snprintf(title, sizeof(title), "csrs of hart %u: %s", hart, group->name);
    canvas_rule(canvas, area.row, area.col, area.cols, title, note_of(watch));
    draw_list(canvas, area, &list, state);
}

const struct view csrs_view = {
    .name = "csrs",
    .help = "control and status registers with their fields, and what just changed",
    .class = VIEW_INSTRUCTIONS,
    .cols = 34,
    .rows = 3,
    .wide = 60,
    .wish = 12,
    .tells = "info csr",
    .about = "[hart N] [GROUP|CSR]",
    .draw = draw,
};
