#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/emit.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/symbols.h"
#include "machine/isa/formats.h"

/*
 * One instruction's immediate at its final address. lui and auipc add a multiple of 4096
 * to which an instruction with a signed 12-bit immediate adds the rest: the high part is
 * rounded up where the low part is negative.
 */

static int64_t low_part(uint64_t value)
{
    return sign_extend(value, 12);
}

static bool is_word(uint64_t value)
{
    return sign_extend(value, 32) == (int64_t)value;
}

/* Where an item's immediate is wrong, in the words of its mnemonic. */
static bool wrong_imm(struct assembler *as, const struct item *item, int64_t value)
{
    const struct insn_info *row = &insn_infos[item->insn.form];
    struct imm_range range = insn_imm_range((enum insn_format)row->format);

    if (value < range.min || value > range.max)
        return asm_report(
            as, item->expr->place,
            "%lld is out of range: %s takes an immediate from %lld to %lld",
            (long long)value, row->name, (long long)range.min, (long long)range.max);
    return asm_report(as, item->expr->place,
                      "%lld is not a multiple of %lld, as %s needs", (long long)value,
                      (long long)range.step, row->name);
}

static bool is_in_range(struct imm_range range, int64_t value)
{
    return value >= range.min && value <= range.max && value % range.step == 0;
}

/* lui, auipc and c.lui are written with the upper bits alone, as a number of 20 bits. */
static bool upper_value(struct assembler *as, const struct item *item, uint64_t value,
                        int64_t *imm)
{
    const struct insn_info *row = &insn_infos[item->insn.form];
    struct imm_range range = insn_imm_range((enum insn_format)row->format);

    *imm = sign_extend(value << 12, 32);
    if (value > 0xfffff)
        return asm_report(
            as, item->expr->place,
            "%lld is out of range: %s takes an immediate from 0 to 0xfffff",
            (long long)value, row->name);
    if (!is_in_range(range, *imm))
        return asm_report(
            as, item->expr->place,
            "%s takes an immediate from 1 to 31 or from 0xfffe0 to 0xfffff", row->name);
    return true;
}

static bool plain_value(struct assembler *as, const struct item *item, uint64_t value,
                        int64_t *imm)
{
    enum insn_format format = (enum insn_format)insn_infos[item->insn.form].format;

    if (format == FORMAT_U || format == FORMAT_CI_LUI)
        return upper_value(as, item, value, imm);
    *imm = (int64_t)value;
    return is_in_range(insn_imm_range(format), *imm) || wrong_imm(as, item, *imm);
}

static bool target_value(struct assembler *as, const struct item *item, uint64_t target,
                         int64_t *imm)
{
    const struct insn_info *row = &insn_infos[item->insn.form];
    struct imm_range range = insn_imm_range((enum insn_format)row->format);

    *imm = (int64_t)(target - item_address(as, item));
    if (*imm % range.step)
        return asm_report(
            as, item->expr->place,
            "the target 0x%llx is odd; instructions begin at even addresses",
            (unsigned long long)target);
    if (!is_in_range(range, *imm))
        return asm_report(
            as, item->expr->place,
            "the target 0x%llx is %lld bytes away; %s reaches from %lld to %lld",
            (unsigned long long)target, (long long)*imm, row->name,
            (long long)range.min, (long long)range.max);
    return true;
}

/* A number may be cut to 32 bits, but an address must come out whole. */
static bool high_part(struct assembler *as, const struct item *item, uint64_t value,
                      int64_t *imm)
{
    uint64_t high = value - (uint64_t)low_part(value), number;

    *imm = sign_extend(high, 32) & ~INT64_C(0xfff);
    if (is_word(high) || expr_is_constant(as, item->expr, &number))
        return true;
    return asm_report(
        as, item->expr->place,
        "0x%llx is beyond %%hi, which lui extends from 32 bits with its sign; "
        "use la or %%pcrel_hi",
        (unsigned long long)value);
}

static uint64_t high_of(uint64_t value)
{
    return value - (uint64_t)low_part(value);
}

/* What is too far away from an auipc but near 0, such as a weak symbol that nobody
 * defines, is reached by lui in its place: linkers do so too. */
static bool is_absolute(struct assembler *as, const struct item *item, uint64_t target)
{
    return !is_word(high_of(target - item_address(as, item))) &&
           is_word(high_of(target));
}

static bool pcrel_high_part(struct assembler *as, const struct item *item,
                            uint64_t target, struct insn *insn, int64_t *imm)
{
    uint64_t distance = target - item_address(as, item);

    if (is_absolute(as, item, target)) {
        insn->form = insn->op = OP_LUI;
        *imm = (int64_t)high_of(target);
        return true;
    }
    *imm = (int64_t)high_of(distance);
    return is_word(high_of(distance)) ||
           asm_report(as, item->expr->place,
                      "the target 0x%llx is %lld bytes away; auipc reaches 2 GiB",
                      (unsigned long long)target, (long long)distance);
}

/* The low part that goes with the %pcrel_hi of the auipc `high`. */
static bool pcrel_low_part(struct assembler *as, const struct item *high, int64_t *imm)
{
    uint64_t target;

    if (!expr_evaluate(as, high->expr, false, &target))
        return false; /* the auipc has told */
    *imm = low_part(is_absolute(as, high, target) ? target
                                                  : target - item_address(as, high));
    return true;
}

/* %pcrel_lo names the label of the auipc, not the symbol that is meant. */
static bool labelled_low_part(struct assembler *as, const struct item *item,
                              int64_t *imm)
{
    const struct item *end = as->items + as->item_count, *high = end;
    const struct expr *expr = item->expr;
    uint64_t address;

    if (!expr_evaluate(as, expr, true, &address))
        return false;
    if (expr->kind == EXPR_SYMBOL && expr->symbol->state == SYMBOL_LABEL)
        high = &as->items[expr->symbol->item];
    else if (expr->kind == EXPR_MARK)
        high = &as->items[expr->item];
    for (int section = high < end ? high->section : 0; high < end; high++)
        if (high->size && high->section == section)
            break;
    if (high == end || high->use != IMM_PCREL_HI)
        return asm_report(
            as, expr->place,
            "%%pcrel_lo takes the label of an instruction with %%pcrel_hi");
    return pcrel_low_part(as, high, imm);
}

static bool immediate(struct assembler *as, const struct item *item, struct insn *insn,
                      int64_t *imm)
{
    uint64_t value;

    if (item->use == IMM_PCREL_REST)
        return pcrel_low_part(as, item - 1, imm);
    if (item->use == IMM_PCREL_LO)
        return labelled_low_part(as, item, imm);
    if (!expr_evaluate(as, item->expr, true, &value))
        return false;
    switch (item->use) {
    case IMM_TARGET:
        return target_value(as, item, value, imm);
    case IMM_HI:
        return high_part(as, item, value, imm);
    case IMM_LO:
        *imm = low_part(value);
        return true;
    case IMM_PCREL_HI:
        return pcrel_high_part(as, item, value, insn, imm);
    case IMM_NONE:
    case IMM_VALUE:
    case IMM_PCREL_LO:
    case IMM_PCREL_REST:
    default:
        return plain_value(as, item, value, imm);
    }
}

/* A few operands of compressed instructions make another instruction, or none. */
static void check_form(struct assembler *as, const struct item *item, uint32_t bits)
{
    if (item->insn.length == 2 && insn_decode(bits).form != item->insn.form)
        asm_report(as, item->place, "%s has no encoding with these operands",
                   insn_infos[item->insn.form].name);
}

uint32_t item_encode(struct assembler *as, const struct item *item)
{
    struct insn insn = item->insn;
    int64_t imm = insn.imm;
    uint32_t bits;

    if (item_address(as, item) & 1)
        asm_report(as, item->place,
                   "an instruction cannot stand at the odd address 0x%llx",
                   (unsigned long long)item_address(as, item));
    if (item->use != IMM_NONE && !immediate(as, item, &insn, &imm))
        return 0;
    insn.imm = (int32_t)imm;
    bits = insn_encode(&insn);
    check_form(as, item, bits);
    return bits;
}
