#include "observe/ask/csr_values.h"

#include "base/bits.h"
#include "machine/translate/walk.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stddef.h>

typedef void put_words(struct buf *out, uint64_t value);

static void put_mode(struct buf *out, uint64_t value)
{
    buf_text(out, mode_name((unsigned)value));
}

/* hstatus.SPVP (15.2.1). */
static void put_guest_mode(struct buf *out, uint64_t value)
{
    buf_text(out, mode_name((unsigned)value | MODE_VIRTUAL));
}

/* mtvec and stvec (Privileged 1.13, 3.1.7). */
static void put_vectoring(struct buf *out, uint64_t value)
{
    if (value < 2)
        buf_text(out, value ? "vectored" : "direct");
}

static void put_translation(struct buf *out, uint64_t value)
{
    const struct walk_format *format = walk_format(value);

    if (value == 0)
        buf_text(out, "bare");
    else if (format)
        buf_text(out, format->name);
}

static void put_guest_translation(struct buf *out, uint64_t value)
{
    const struct walk_format *format = walk_guest_format(value);

    if (value == 0)
        buf_text(out, "bare");
    else if (format)
        buf_text(out, format->name);
}

/* menvcfg.CBIE (CMO extensions, 2.5). */
static void put_invalidation(struct buf *out, uint64_t value)
{
    static const char *const names[] = {"traps", "flushes", "", "invalidates"};

    buf_text(out, names[value & 3]);
}

/* A byte of pmpcfg (3.7.1.1): what it lets through, and how it matches. */
static void put_pmp_entry(struct buf *out, uint64_t value)
{
    static const char *const matching[] = {"off", "TOR", "NA4", "NAPOT"};

    buf_text(out, matching[field_get(value, PMP_A)]);
    if (value & PMP_RWX)
        buf_printf(out, "-%s%s%s", value & PMP_R ? "R" : "", value & PMP_W ? "W" : "",
                   value & PMP_X ? "X" : "");
    if (value & PMP_L)
        buf_text(out, "-locked");
}

static const struct {
    uint16_t number;
    uint8_t hi, lo;
    put_words *put;
} rows[] = {
    {CSR_MSTATUS, 12, 11, put_mode},       {CSR_MSTATUS, 8, 8, put_mode},
    {CSR_SSTATUS, 8, 8, put_mode},         {CSR_MTVEC, 1, 0, put_vectoring},
    {CSR_STVEC, 1, 0, put_vectoring},      {CSR_SATP, 63, 60, put_translation},
    {CSR_MENVCFG, 5, 4, put_invalidation}, {CSR_SENVCFG, 5, 4, put_invalidation},
    {CSR_MCAUSE, 63, 0, put_cause},        {CSR_SCAUSE, 63, 0, put_cause},
    {CSR_VSSTATUS, 8, 8, put_mode},        {CSR_HSTATUS, 8, 8, put_guest_mode},
    {CSR_VSTVEC, 1, 0, put_vectoring},     {CSR_VSATP, 63, 60, put_translation},
    {CSR_HENVCFG, 5, 4, put_invalidation}, {CSR_HGATP, 63, 60, put_guest_translation},
    {CSR_VSCAUSE, 63, 0, put_cause},
};

static bool is_pmp_entry(unsigned number, unsigned hi, unsigned lo)
{
    return (number == CSR_PMPCFG0 || number == CSR_PMPCFG2) && lo % 8 == 0 &&
           hi == lo + 7;
}

void csr_value_words(struct buf *out, unsigned number, unsigned hi, unsigned lo,
                     uint64_t value)
{
    if (is_pmp_entry(number, hi, lo))
        put_pmp_entry(out, value);
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].number == number && rows[i].hi == hi && rows[i].lo == lo)
            rows[i].put(out, value);
}

static void put_field(struct buf *out, const struct csr_info *csr,
                      const struct csr_field *field, uint64_t value)
{
    uint64_t part = field_get(value, BITS(field->hi, field->lo));
    struct buf words = {0};

    csr_value_words(&words, csr->number, field->hi, field->lo, part);
    if (part || (words.size && !is_pmp_entry(csr->number, field->hi, field->lo))) {
        buf_printf(out, "%s%s=", out->size ? " " : "", field->name);
        if (words.size)
            buf_text(out, words.data);
        else
            buf_printf(out, part < 10 ? "%" PRIu64 : "0x%" PRIx64, part);
    }
    buf_free(&words);
}

void csr_fields_words(struct buf *out, const struct csr_info *csr, uint64_t value)
{
    csr_value_words(out, csr->number, 63, 0, value);
    if (out->size)
        return;
    for (const struct csr_field *f = csr->fields; f && f->name; f++)
        put_field(out, csr, f, value);
}
