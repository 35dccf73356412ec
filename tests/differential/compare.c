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

static bool same_traps(const struct pair *pair)
{
    uint64_t count = result_word(pair, RESULT_TRAPS);

    for (unsigned i = 0; i < LOG_ROWS && i < count; i++) {
        unsigned at = RESULT_LOG + LOG_ROW * i;
        uint64_t tval = tval_compared(result_word(pair, at));

        if (!same_field(pair, at + 8, UINT64_MAX, "epc of trap", i) ||
            !same_field(pair, at, UINT64_MAX, "cause of trap", i) ||
            !same_field(pair, at + 16, tval, "tval of trap", i) ||
            !same_field(pair, at + 24, csr_compared(CSR_MSTATUS), "mstatus of trap",
                        i) ||
            !same_field(pair, at + 32, UINT64_MAX, "S-mode's handler of trap", i))
            return false;
    }
    return same_field(pair, RESULT_TRAPS, UINT64_MAX, "number of traps", 0);
}

static uint64_t end_csr_bits(const struct pair *pair, unsigned number)
{
    if (number == CSR_STVAL)
        for (unsigned i = 0; i < end_csrs_count; i++)
            if (end_csrs[i] == CSR_SCAUSE)
                return tval_compared(result_word(pair, RESULT_CSRS + 8 * i));
    return csr_compared(number);
}

static bool same_csrs(const struct pair *pair)
{
    for (unsigned i = 0; i < end_csrs_count; i++) {
        struct field field = {.at = RESULT_CSRS + 8 * i,
                              .bits = end_csr_bits(pair, end_csrs[i])};

        csr_text(field.name, sizeof(field.name), end_csrs[i]);
        if (!same(pair, &field))
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

static void tell_log(const struct pair *pair, struct buf *text)
{
    uint64_t count = result_word(pair, RESULT_TRAPS);

    for (unsigned i = 0; i < LOG_ROWS && i < count; i++) {
        for (unsigned column = 0; column < LOG_ROW; column += 8)
            buf_printf(text, "  %" PRIx64,
                       result_word(pair, RESULT_LOG + LOG_ROW * i + column));
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
    tell_log(&pair, text);
    return false;
}
