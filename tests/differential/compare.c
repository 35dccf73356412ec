#include "tests/differential/compare.h"

#include "tests/differential/differences.h"
#include "tests/differential/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One field of a result: where it is, which bits count, and what to call it. */
struct field {
    unsigned at;
    uint64_t bits;
    char name[40];
};

struct pair {
    const struct sequence *seq;
    const uint8_t *here, *there;
    uint64_t result; /* address */
    struct buf *text;
};

static bool same(const struct pair *pair, const struct field *field)
{
    uint64_t ours = image_word(pair->here, pair->result + field->at);
    uint64_t theirs = image_word(pair->there, pair->result + field->at);

    if (((ours ^ theirs) & field->bits) == 0)
        return true;
    buf_printf(pair->text, "%s: here 0x%" PRIx64 ", on QEMU 0x%" PRIx64 "\n",
               field->name, ours, theirs);
    return false;
}

static bool same_field(const struct pair *pair, unsigned at, uint64_t bits,
                       const char *name, unsigned number)
{
    struct field field = {.at = at, .bits = bits};

    snprintf(field.name, sizeof(field.name), "%s %u", name, number);
    return same(pair, &field);
}

static uint64_t result_word(const struct pair *pair, unsigned at)
{
    return image_word(pair->here, pair->result + at);
}

static uint64_t log_word(const struct pair *pair, const uint8_t *image, unsigned row,
                         unsigned column)
{
    return image_word(image, pair->result + RESULT_LOG + LOG_ROW * row + column);
}

/*
 * What QEMU calls otherwise (docs/manual/correctness.md): a guest's table that cannot be
 * read, a load's whatever it was for; a page fault of hlv and hsv, an access fault; an
 * AMO's access fault, a load's; and virtual instructions of VU-mode, illegal.
 */
static bool is_called_otherwise(uint64_t ours, uint64_t theirs)
{
    static const struct {
        uint64_t ours, theirs;
    } names[] = {{CAUSE_STORE_GUEST_PAGE, CAUSE_LOAD_GUEST_PAGE},
                 {CAUSE_LOAD_PAGE, CAUSE_LOAD_ACCESS},
                 {CAUSE_STORE_PAGE, CAUSE_STORE_ACCESS},
                 {CAUSE_STORE_ACCESS, CAUSE_LOAD_ACCESS},
                 {CAUSE_VIRTUAL_INSTRUCTION, CAUSE_ILLEGAL_INSTRUCTION}};

    for (unsigned i = 0; i < COUNT(names); i++)
        if (ours == names[i].ours && theirs == names[i].theirs)
            return true;
    return false;
}

static bool was_virtual(const struct pair *pair, unsigned row)
{
    bool handled = log_word(pair, pair->here, row, LOG_HANDLER) != 0;

    return handled ? log_word(pair, pair->here, row, LOG_HSTATUS) & HSTATUS_SPV
                   : log_word(pair, pair->here, row, LOG_MSTATUS) & MSTATUS_MPV;
}

static bool was_user(const struct pair *pair, unsigned row)
{
    uint64_t mstatus = log_word(pair, pair->here, row, LOG_MSTATUS);

    return log_word(pair, pair->here, row, LOG_HANDLER)
               ? !(mstatus & MSTATUS_SPP)
               : field_get(mstatus, MSTATUS_MPP) == MODE_U;
}

static bool same_cause(const struct pair *pair, unsigned row)
{
    uint64_t ours = log_word(pair, pair->here, row, LOG_CAUSE);
    uint64_t theirs = log_word(pair, pair->there, row, LOG_CAUSE);
    uint64_t inst = log_word(pair, pair->here, row, LOG_TINST);
    bool guest = was_virtual(pair, row), known = false;

    if (ours == CAUSE_STORE_GUEST_PAGE)
        known = inst == 0x3000;
    else if (ours == CAUSE_VIRTUAL_INSTRUCTION)
        known = guest && was_user(pair, row);
    else if (ours == CAUSE_STORE_ACCESS) /* VS-mode is told no instruction */
        known = inst == 0 || (inst & 0x7f) == 0x2f;
    else
        known = !guest && (inst & 0x7f) == 0x73;
    if (pair->seq->guests && known && is_called_otherwise(ours, theirs))
        return true;
    return same_field(pair, RESULT_LOG + LOG_ROW * row + LOG_CAUSE, UINT64_MAX,
                      "cause of trap", row);
}

/* QEMU does not write the trap value of hlv and hsv where they are not allowed: it is that
 * of an instruction before. */
static bool same_value(const struct pair *pair, unsigned row, uint64_t cause)
{
    uint64_t ours = log_word(pair, pair->here, row, LOG_TVAL);
    bool refused =
        cause == CAUSE_ILLEGAL_INSTRUCTION || cause == CAUSE_VIRTUAL_INSTRUCTION;
    bool hypervisor = (ours & 0x707f) == 0x4073;

    if (pair->seq->guests && refused && hypervisor)
        return true;
    return same_field(pair, RESULT_LOG + LOG_ROW * row + LOG_TVAL,
                      tval_compared(cause, pair->seq->guests), "tval of trap", row);
}

/* Zero is always right, unless it stands for a pseudoinstruction. */
static bool same_instruction(const struct pair *pair, unsigned row)
{
    uint64_t ours = log_word(pair, pair->here, row, LOG_TINST);
    bool pseudo = ours && (ours & 3) == 0;

    if (pseudo && log_word(pair, pair->here, row, LOG_CAUSE) !=
                      log_word(pair, pair->there, row, LOG_CAUSE))
        return true; /* it was looked at in same_cause */
    return (!pseudo && log_word(pair, pair->there, row, LOG_TINST) == 0) ||
           same_field(pair, RESULT_LOG + LOG_ROW * row + LOG_TINST, UINT64_MAX,
                      "instruction of trap", row);
}

/* What a trap tells a hypervisor besides. */
static bool same_guest_trap(const struct pair *pair, unsigned row)
{
    unsigned at = RESULT_LOG + LOG_ROW * row;
    uint64_t hstatus = csr_compared(CSR_HSTATUS, true);
    bool to_hs = log_word(pair, pair->here, row, LOG_HANDLER) &&
                 !(log_word(pair, pair->here, row, LOG_MSTATUS) & MSTATUS_MPV);

    /* GVA stays from the last trap to HS-mode; QEMU does not set it for breakpoints, whose
     * address it does not write. */
    if (!to_hs || log_word(pair, pair->here, row, LOG_CAUSE) == CAUSE_BREAKPOINT)
        hstatus &= ~HSTATUS_GVA;
    return same_instruction(pair, row) &&
           same_field(pair, at + LOG_TVAL2, UINT64_MAX, "tval2 of trap", row) &&
           same_field(pair, at + LOG_HSTATUS, hstatus, "hstatus of trap", row) &&
           same_field(pair, at + LOG_VSSTATUS, csr_compared(CSR_VSSTATUS, true),
                      "vsstatus of trap", row);
}

static bool same_traps(const struct pair *pair)
{
    uint64_t count = result_word(pair, RESULT_TRAPS);

    for (unsigned i = 0; i < LOG_ROWS && i < count; i++) {
        unsigned at = RESULT_LOG + LOG_ROW * i;
        uint64_t cause = result_word(pair, at + LOG_CAUSE);
        uint64_t status = mstatus_compared(pair->seq->guests);

        if (!same_field(pair, at + LOG_EPC, UINT64_MAX, "epc of trap", i) ||
            !same_cause(pair, i) || !same_value(pair, i, cause) ||
            !same_field(pair, at + LOG_MSTATUS, status, "mstatus of trap", i) ||
            !same_field(pair, at + LOG_HANDLER, UINT64_MAX, "handler of trap", i) ||
            (pair->seq->guests && !same_guest_trap(pair, i)))
            return false;
    }
    return same_field(pair, RESULT_TRAPS, UINT64_MAX, "number of traps", 0);
}

static uint64_t end_value(const struct pair *pair, const uint8_t *image,
                          unsigned number)
{
    for (unsigned i = 0; i < end_csrs_count; i++)
        if (end_csrs[i] == number)
            return image_word(image, pair->result + RESULT_CSRS + 8 * i);
    return 0;
}

/* Which bits of a CSR count at the end; its trap value's depend on its cause. */
static uint64_t end_csr_bits(const struct pair *pair, unsigned number)
{
    if (number == CSR_STVAL)
        return tval_compared(end_value(pair, pair->here, CSR_SCAUSE),
                             pair->seq->guests);
    if (number == CSR_VSTVAL && pair->seq->guests)
        return tval_compared(end_value(pair, pair->here, CSR_VSCAUSE), true);
    if (number == CSR_MSTATUS)
        return mstatus_compared(pair->seq->guests);
    if (number == CSR_HSTATUS)
        return csr_compared(number, true) & ~HSTATUS_GVA;
    return csr_compared(number, pair->seq->guests);
}

/* What was looked at when it was logged stays in scause and mcause. */
static bool is_known(const struct pair *pair, unsigned number)
{
    uint64_t ours = end_value(pair, pair->here, number);
    uint64_t theirs = end_value(pair, pair->there, number);

    if (number == CSR_STVAL || number == CSR_VSTVAL) /* of hlv and hsv, refused */
        return (ours & 0x707f) == 0x4073;
    return (number == CSR_SCAUSE || number == CSR_MCAUSE || number == CSR_VSCAUSE) &&
           is_called_otherwise(ours, theirs);
}

static bool same_csr(const struct pair *pair, const struct field *field,
                     unsigned number)
{
    return (pair->seq->guests && is_known(pair, number)) || same(pair, field);
}

static bool same_csrs(const struct pair *pair)
{
    size_t count = pair->seq->guests ? end_csrs_count : end_csrs_first_of_guests;

    for (unsigned i = 0; i < count; i++) {
        struct field field = {.at = RESULT_CSRS + 8 * i,
                              .bits = end_csr_bits(pair, end_csrs[i])};

        csr_text(field.name, sizeof(field.name), end_csrs[i]);
        if (!same_csr(pair, &field, end_csrs[i]))
            return false;
    }
    return true;
}

static bool same_memory(const struct pair *pair)
{
    for (unsigned i = 0; i < pair->seq->pokes; i++) {
        struct field field = {.at = RESULT_POKES + 8 * i, .bits = UINT64_MAX};

        snprintf(field.name, sizeof(field.name), "memory at 0x%" PRIx64,
                 pair->seq->poke[i].pa);
        if (!same(pair, &field))
            return false;
    }
    for (unsigned i = 0; i < DATA_PAGES; i++)
        if (!same_field(pair, RESULT_SUMS + 8 * i, UINT64_MAX, "sum of data page", i))
            return false;
    return true;
}

static bool same_registers(const struct pair *pair)
{
    for (unsigned i = 1; i < 32; i++)
        if (!same_field(pair, RESULT_REGS + 8 * (i - 1), UINT64_MAX, "register", i))
            return false;
    return true;
}

/* --- telling --- */

static void tell_code(const struct sequence *seq, struct buf *text)
{
    for (unsigned at = 0; at < seq->length;) {
        uint32_t bits = 0;
        struct insn insn;
        char line[80];

        memcpy(&bits, seq->code + at, seq->length - at < 4 ? seq->length - at : 4);
        insn = insn_decode(bits);
        if (insn.op == OP_ILLEGAL)
            snprintf(line, sizeof(line), "(illegal)");
        else
            insn_text(line, sizeof(line), &insn, seq->code_va + at, false);
        buf_printf(text, "  %" PRIx64 ": %08" PRIx32 "  %s\n", seq->code_va + at,
                   insn.length == 2 ? bits & 0xffff : bits, line);
        at += insn.length;
    }
}

void tell_sequence(const struct sequence *seq, struct buf *text)
{
    buf_printf(text, "%s, seed %" PRIu64 "\n", kind_names[seq->kind], seq->seed);
    tell_code(seq, text);
    for (unsigned i = 0; i < START_CSRS; i++)
        if (seq->csr[i])
            buf_printf(text, "  start CSR %u = 0x%" PRIx64 "\n", i, seq->csr[i]);
    for (unsigned i = 1; i < 32; i++)
        buf_printf(text, "  x%u = 0x%" PRIx64 "%s", i, seq->x[i], i % 4 ? "" : "\n");
    buf_char(text, '\n');
    for (unsigned i = 0; i < seq->pokes; i++)
        buf_printf(text, "  [0x%" PRIx64 "] = 0x%" PRIx64 "\n", seq->poke[i].pa,
                   seq->poke[i].value);
}

static void tell_log(const struct pair *pair, const uint8_t *image, const char *whose,
                     struct buf *text)
{
    uint64_t count = image_word(image, pair->result + RESULT_TRAPS);

    buf_printf(text, "  traps %s: cause, epc, tval, mstatus, handler\n", whose);
    for (unsigned i = 0; i < LOG_ROWS && i < count; i++) {
        unsigned columns = pair->seq->guests ? LOG_ROW : LOG_TVAL2;

        for (unsigned column = 0; column < columns; column += 8)
            buf_printf(text, "  %" PRIx64, log_word(pair, image, i, column));
        buf_char(text, '\n');
    }
}

bool compare_results(const struct sequence *seq, unsigned index, const uint8_t *here,
                     const uint8_t *there, struct buf *text)
{
    struct pair pair = {.seq = seq,
                        .here = here,
                        .there = there,
                        .result = RESULTS + (uint64_t)RESULT_SIZE * index,
                        .text = text};

    if (same_traps(&pair) &&
        same_field(&pair, RESULT_STOP, UINT64_MAX, "why it stopped", 0) &&
        same_registers(&pair) && same_memory(&pair) && same_csrs(&pair))
        return true;
    tell_sequence(seq, text);
    tell_log(&pair, here, "here", text);
    tell_log(&pair, there, "on QEMU", text);
    return false;
}
