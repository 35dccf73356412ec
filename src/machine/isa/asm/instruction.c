#include "machine/isa/asm/instruction.h"

#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/asm/operands.h"
#include "machine/isa/asm/pseudo.h"
#include "machine/isa/csr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * A mnemonic may be written in several forms: its row of instructions.def and its rows of
 * pseudos. They are tried in this order; the first whose operands can be read counts.
 */

static bool is_atomic(enum op op)
{
    return insn_infos[op].format == FORMAT_AMO || insn_infos[op].format == FORMAT_LR;
}

/* A row by its mnemonic; of .aq, .rl and .aqrl the ordering is put into *order. */
static enum op native_op(const char *name, size_t length, int32_t *order)
{
    static const char *const suffixes[] = {"", ".rl", ".aq", ".aqrl"};
    enum op op = op_by_name(name, length);

    *order = 0;
    for (int32_t i = 1; op == OP_ILLEGAL && i < 4; i++) {
        size_t tail = strlen(suffixes[i]);

        if (length <= tail || memcmp(name + length - tail, suffixes[i], tail) != 0)
            continue;
        op = op_by_name(name, length - tail);
        *order = i;
    }
    return *order && !is_atomic(op) ? OP_ILLEGAL : op;
}

static struct insn new_insn(enum op op)
{
    return (struct insn){.op = (uint16_t)op,
                         .form = (uint16_t)op,
                         .length = (uint8_t)insn_length(insn_infos[op].match)};
}

static void add_native(struct assembler *as, struct place place, enum op op,
                       int32_t order, const struct operands *operands)
{
    struct item *item = item_add(as, ITEM_INSN, place);

    item->insn = new_insn(op);
    item->insn.rd = (uint8_t)operands->rd;
    item->insn.rs1 = (uint8_t)operands->rs1;
    item->insn.rs2 = (uint8_t)operands->rs2;
    item->insn.imm = operands->number | order;
    item->expr = operands->imm;
    item->use = operands->use;
}

static bool word_is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

/* A register in an expansion: the name of an operand, or of the register itself. */
static uint8_t expanded_register(const char *word, size_t length,
                                 const struct operands *written)
{
    if (word_is(word, length, "rd"))
        return (uint8_t)written->rd;
    if (word_is(word, length, "rs1") || word_is(word, length, "zimm"))
        return (uint8_t)written->rs1;
    if (word_is(word, length, "rs2"))
        return (uint8_t)written->rs2;
    return (uint8_t)xreg_by_name(word, length);
}

static int32_t accesses(const char *word, size_t length)
{
    int32_t set = 0;

    for (size_t i = 0; i < length; i++)
        set |= 1 << (strchr("wroi", word[i]) - "wroi");
    return set;
}

static void expand_immediate(struct item *item, const char *word, size_t length,
                             const struct operands *written, bool is_target)
{
    if (word[0] == '-' || (word[0] >= '0' && word[0] <= '9')) {
        item->insn.imm = (int32_t)strtol(word, NULL, 10);
        return;
    }
    item->expr = written->imm;
    if (word_is(word, length, "%high"))
        item->use = IMM_PCREL_HI;
    else if (word_is(word, length, "%low"))
        item->use = IMM_PCREL_REST;
    else
        item->use = is_target ? IMM_TARGET : written->use;
}

/* Gives the operand that the native form calls `role` what the expansion says. */
static void expand_operand(struct item *item, const char *role, const char *word,
                           size_t length, const struct operands *written)
{
    switch (role[0]) {
    case 'r':
        if (role[1] == 'd')
            item->insn.rd = expanded_register(word, length, written);
        else if (role[2] == '1')
            item->insn.rs1 = expanded_register(word, length, written);
        else
            item->insn.rs2 = expanded_register(word, length, written);
        break;
    case 'z':
        item->insn.rs1 = expanded_register(word, length, written);
        break;
    case 'c':
        item->insn.imm =
            word_is(word, length, "csr") ? written->number : csr_number(word, length);
        break;
    case 'p':
        item->insn.imm |= accesses(word, length) << 4;
        break;
    case 's':
        if (role[1] == 'u')
            item->insn.imm |= accesses(word, length);
        else
            expand_immediate(item, word, length, written, false);
        break;
    default: /* imm, upper, target */
        expand_immediate(item, word, length, written, role[0] == 't');
        break;
    }
}

/* Adds the instruction at *expansion and moves on to the next one. */
static void expand_one(struct assembler *as, struct place place, const char **expansion,
                       const struct operands *written)
{
    size_t length = strcspn(*expansion, " ;"), role_length;
    enum op op = op_by_name(*expansion, length);
    const char *form = insn_layouts[insn_infos[op].format].operands;
    struct item *item = item_add(as, ITEM_INSN, place);
    const char *role;

    assert(op != OP_ILLEGAL);
    item->insn = new_insn(op);
    *expansion += length;
    while ((role = form_word(&form, &role_length))) {
        const char *word = *expansion + strspn(*expansion, " ,()");

        length = strcspn(word, " ,();");
        expand_operand(item, role, word, length, written);
        *expansion = word + length;
    }
    *expansion += strspn(*expansion, " ,();");
}

static void add_pseudo(struct assembler *as, struct place place,
                       const struct pseudo *pseudo, const struct operands *written)
{
    const char *expansion = pseudo->expansion;

    if (!expansion) {
        struct item *item = item_add(as, ITEM_LI, place);

        item->insn.rd = (uint8_t)written->rd;
        item->expr = written->imm;
        return;
    }
    while (*expansion)
        expand_one(as, place, &expansion, written);
}

static bool read_as_pseudo(struct assembler *as, const struct token *mnemonic,
                           bool *is_known)
{
    const struct token *first = as->token;
    struct operands operands;

    for (size_t i = 0; i < pseudo_count; i++) {
        if (!token_is(mnemonic, pseudos[i].name))
            continue;
        *is_known = true;
        as->token = first;
        if (operands_read(as, pseudos[i].name, pseudos[i].form, NULL, &operands)) {
            add_pseudo(as, mnemonic->place, &pseudos[i], &operands);
            return true;
        }
    }
    return false;
}

static bool unknown_mnemonic(struct assembler *as, const struct token *mnemonic)
{
    struct nearest nearest = asm_nearest(as, mnemonic->place.at, mnemonic->length);

    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++)
        nearest_offer(&nearest, insn_infos[op].name);
    for (size_t i = 0; i < pseudo_count; i++)
        nearest_offer(&nearest, pseudos[i].name);
    return asm_fault(as, mnemonic->place, "unknown instruction '%s'%s", nearest.wanted,
                     asm_hint(as, &nearest));
}

bool instruction_read(struct assembler *as)
{
    const struct token *mnemonic = as->token++;
    const struct token *first = as->token;
    int32_t order;
    enum op op = native_op(mnemonic->place.at, mnemonic->length, &order);
    bool is_known = op != OP_ILLEGAL;
    struct operands operands;

    if (is_known) {
        const struct insn_layout *layout = &insn_layouts[insn_infos[op].format];

        if (operands_read(as, insn_infos[op].name, layout->operands, layout,
                          &operands)) {
            add_native(as, mnemonic->place, op, order, &operands);
            return true;
        }
        as->token = first;
    }
    if (read_as_pseudo(as, mnemonic, &is_known))
        return true;
    return is_known ? false : unknown_mnemonic(as, mnemonic);
}
