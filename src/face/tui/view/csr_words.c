#include "face/tui/view/csr_words.h"

#include "base/bits.h"
#include "face/tui/view/pin.h"
#include "face/tui/watch/peek.h"
#include "observe/ask/csr_values.h"

#include <inttypes.h>
#include <string.h>

enum { MANY = 4 /* fields that are 1: their names alone */ };

struct csr_now csr_now(const struct watch *watch, unsigned hart, unsigned number)
{
    struct csr_now csr = {.watch = watch, .hart = hart, .info = csr_by_number(number)};
    const struct event *insn = watch_insn(watch, hart);

    csr.value = watch_csr(watch, hart, number);
    if (insn && insn->insn.csr == number) {
        csr.old = insn->insn.csr_old;
        csr.changed = insn->insn.csr_old != insn->insn.csr_new;
    } else {
        csr.changed =
            watch_csr_before(watch, hart, number, &csr.old) && csr.old != csr.value;
    }
    return csr;
}

/* --- fields ------------------------------------------------------------------------------- */

static uint64_t part_of(const struct csr_field *field, uint64_t value)
{
    return field_get(value, BITS(field->hi, field->lo));
}

bool csr_field_changed(const struct csr_now *csr, const struct csr_field *field)
{
    return csr->changed && part_of(field, csr->old) != part_of(field, csr->value);
}

static void put_part(struct buf *out, const struct csr_now *csr,
                     const struct csr_field *field, uint64_t value)
{
    uint64_t part = part_of(field, value);
    size_t before = out->size;

    csr_value_words(out, csr->info->number, field->hi, field->lo, part);
    if (out->size == before)
        buf_printf(out, part < 10 ? "%" PRIu64 : "0x%" PRIx64, part);
}

void csr_put_field(struct buf *out, const struct csr_now *csr,
                   const struct csr_field *field)
{
    if (csr_field_changed(csr, field)) {
        put_part(out, csr, field, csr->old);
        buf_text(out, "▸");
    }
    put_part(out, csr, field, csr->value);
}

/* XLEN is always 64 here. */
static bool goes_without_saying(const struct csr_now *csr,
                                const struct csr_field *field)
{
    size_t length = strlen(field->name);
    uint64_t part = part_of(field, csr->value);
    struct buf words = {0};

    if (length > 2 && strcmp(field->name + length - 2, "XL") == 0)
        return true;
    csr_value_words(&words, csr->info->number, field->hi, field->lo, part);
    length = words.size;
    buf_free(&words);
    return part == 0 && (length == 0 || field->hi == field->lo);
}

static unsigned count_ones(const struct csr_now *csr)
{
    unsigned ones = 0;

    for (const struct csr_field *f = csr->info->fields; f && f->name; f++)
        ones += f->hi == f->lo && part_of(f, csr->value);
    return ones;
}

static void put_named(struct buf *out, const struct csr_now *csr,
                      const struct csr_field *field, bool name_alone)
{
    buf_printf(out, "%s%s", out->size ? "  " : "", field->name);
    if (name_alone)
        return;
    buf_char(out, ' ');
    csr_put_field(out, csr, field);
}

/* From the lowest bit on, where xIE is, which matters most; tables begin with the highest. */
static void put_fields(struct buf *out, const struct csr_now *csr)
{
    const struct csr_field *first = csr->info->fields, *end = first;
    bool many = count_ones(csr) > MANY;

    while (end->name)
        end++;
    for (const struct csr_field *f = end; f-- > first;)
        if (csr_field_changed(csr, f))
            put_named(out, csr, f, false);
    for (const struct csr_field *f = end; f-- > first;)
        if (!csr_field_changed(csr, f) && !goes_without_saying(csr, f))
            put_named(out, csr, f, many && f->hi == f->lo);
}

/* --- values that are read as a whole ------------------------------------------------------ */

/* Root tables, by their addresses: satp, vsatp, hgatp. */
static void put_root(struct buf *out, const struct csr_now *csr)
{
    const struct csr_field *f = csr->info->fields;

    csr_put_field(out, csr, &f[0]);
    if (!part_of(&f[0], csr->value))
        return;
    buf_printf(out, "  %s ", f[1].name);
    csr_put_field(out, csr, &f[1]);
    buf_text(out, "  root ");
    if (csr_field_changed(csr, &f[2]))
        buf_printf(out, "%" PRIx64 "▸", part_of(&f[2], csr->old) << RAM_PAGE_SHIFT);
    buf_printf(out, "%" PRIx64, part_of(&f[2], csr->value) << RAM_PAGE_SHIFT);
}

static void put_number(struct buf *out, const struct csr_now *csr)
{
    if (csr->changed)
        buf_printf(out, "%" PRIx64 "▸", csr->old);
    buf_printf(out, "%" PRIx64, csr->value);
}

/* Is the address one of a guest, although the hart may have left it? */
static bool is_guests(const struct csr_now *csr)
{
    if (!csr->watch->board->hart[csr->hart].has_h)
        return false;
    switch (csr->info->number) {
    case CSR_VSEPC:
    case CSR_VSTVAL:
    case CSR_VSTVEC:
    case CSR_VSSCRATCH:
        return true;
    case CSR_SEPC:
        return watch_csr(csr->watch, csr->hart, CSR_HSTATUS) & HSTATUS_SPV;
    case CSR_STVAL:
        return watch_csr(csr->watch, csr->hart, CSR_HSTATUS) & HSTATUS_GVA;
    case CSR_MEPC:
        return watch_csr(csr->watch, csr->hart, CSR_MSTATUS) & MSTATUS_MPV;
    case CSR_MTVAL:
        return watch_csr(csr->watch, csr->hart, CSR_MSTATUS) & MSTATUS_GVA;
    default:
        return false;
    }
}

static void put_name(struct buf *out, const struct csr_now *csr, uint64_t value)
{
    char name[ABOUT_NAME];

    if (is_guests(csr))
        about_guest_address(name, csr->watch, value);
    else
        pin_address(name, csr->watch, csr->hart, value);
    if (name[0])
        buf_printf(out, "%s%s", out->size ? "  " : "", name);
}

/* Handlers, by their addresses, and how they are found. */
static void put_handler(struct buf *out, const struct csr_now *csr, bool number)
{
    const uint64_t base = ~BITS(1, 0);

    if (number && csr->changed)
        buf_printf(out, "%" PRIx64 "▸", csr->old & base);
    if (number)
        buf_printf(out, "%" PRIx64, csr->value & base);
    put_name(out, csr, csr->value & base);
    if (csr->value) {
        buf_text(out, out->size ? "  " : "");
        csr_value_words(out, csr->info->number, 1, 0, csr->value & 3);
    }
}

/* A guest physical address is shifted by two in htval and mtval2. */
static void put_guest_address(struct buf *out, const struct csr_now *csr)
{
    if (csr->changed)
        buf_printf(out, "%" PRIx64 "▸", csr->old << 2);
    buf_printf(out, csr->value ? "guest physical %" PRIx64 : "%" PRIx64,
               csr->value << 2);
}

/* htinst and mtinst: the instruction without its immediate, or that it was the walk which
 * did it (15.6.3). */
static void put_instruction(struct buf *out, const struct csr_now *csr)
{
    struct insn insn = insn_decode((uint32_t)csr->value | 2);
    uint8_t class = insn_infos[insn.op].class;

    put_number(out, csr);
    if (csr->value == 0x3000 || csr->value == 0x3020)
        buf_printf(out, "  the walk %s a table",
                   csr->value == 0x3000 ? "reads" : "writes");
    else if (csr->value && (class == CLASS_LOAD || class == CLASS_STORE))
        buf_printf(out, "  %s %s", insn_infos[insn.op].name,
                   xreg_names[class == CLASS_LOAD ? insn.rd : insn.rs2]);
}

/* Harts with compressed instructions never raise exception 0, a misaligned instruction: 0
 * is what reset has left there. */
static bool is_cause(unsigned number)
{
    return number == CSR_MCAUSE || number == CSR_SCAUSE || number == CSR_VSCAUSE;
}

void csr_put_words(struct buf *out, const struct csr_now *csr, bool number)
{
    struct buf words = {0};

    csr_value_words(&words, csr->info->number, 63, 0, csr->value);
    switch (csr->info->number) {
    case CSR_SATP:
    case CSR_VSATP:
    case CSR_HGATP:
        put_root(out, csr);
        break;
    case CSR_MTVEC:
    case CSR_STVEC:
    case CSR_VSTVEC:
        put_handler(out, csr, number);
        break;
    case CSR_HTINST:
    case CSR_MTINST:
        put_instruction(out, csr);
        break;
    case CSR_HTVAL:
    case CSR_MTVAL2:
        put_guest_address(out, csr);
        break;
    default:
        if (is_cause(csr->info->number) && csr->value == 0) {
            buf_text(out, "no trap since reset");
        } else if (words.size) {
            buf_text(out, words.data);
        } else if (csr->info->fields) {
            put_fields(out, csr);
        } else {
            if (number || csr->changed)
                put_number(out, csr);
            put_name(out, csr, csr->value);
        }
    }
    buf_free(&words);
}
