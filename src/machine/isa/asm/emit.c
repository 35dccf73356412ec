#include "machine/isa/asm/emit.h"

#include "base/alloc.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/layout.h"
#include "machine/isa/asm/li.h"
#include "machine/isa/formats.h"

#include <string.h>

enum { NOP = 0x00000013, C_NOP = 0x0001 };

static void put(unsigned char *to, uint64_t value, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        to[i] = (unsigned char)(i < 8 ? value >> (8 * i) : 0);
}

/* Padding of code is nops, after what it takes to come to a multiple of 4 bytes from the
 * end: a zero byte if the count is odd, then a c.nop. */
static void put_nops(unsigned char *to, uint64_t size)
{
    if (size & 1)
        *to++ = 0;
    if (size & 2) {
        put(to, C_NOP, 2);
        to += 2;
    }
    for (uint64_t left = size / 4; left; left--, to += 4)
        put(to, NOP, 4);
}

/* The 32-bit form of a compressed branch or jump. */
static void widen(struct insn *insn)
{
    insn->form = insn_infos[insn->form].stands_for;
    insn->length = 4;
    insn->rd = insn->rs2 = 0;
}

/* A branch of the opposite condition over the jal that reaches the target. */
static void put_far_branch(struct assembler *as, const struct item *item,
                           struct insn insn, unsigned char *to)
{
    /* One bit of the encoding turns a condition into its opposite. */
    uint32_t opposite = insn.length == 2 ? 1U << 13 : 1U << 12;
    struct item jump = *item;

    insn.imm = insn.length + 4;
    put(to, insn_encode(&insn) ^ opposite, insn.length);
    jump.insn = (struct insn){.form = OP_JAL, .op = OP_JAL, .length = 4};
    jump.offset += insn.length;
    put(to + insn.length, item_encode(as, &jump), 4);
}

static void put_branch(struct assembler *as, const struct item *item, unsigned char *to)
{
    struct item made = *item;

    if (item->insn.length == 2 && (item->size == 4 || item->size == 8))
        widen(&made.insn);
    if (made.insn.length < item->size)
        put_far_branch(as, item, made.insn, to);
    else
        put(to, item_encode(as, &made), item->size);
}

static void put_li(struct assembler *as, const struct item *item, unsigned char *to)
{
    struct insn insns[LI_MAX];
    uint64_t value;
    unsigned count;

    put_nops(to, item->size);
    if (!expr_evaluate(as, item->expr, true, &value))
        return;
    count = li_sequence(insns, item->insn.rd, value);
    for (unsigned i = 0; i < count && 4 * (i + 1) <= item->size; i++)
        put(to + 4 * (size_t)i, insn_encode(&insns[i]), 4);
}

/* As GNU as: the bits that do not fit must all be equal. */
static bool fits(uint64_t value, uint64_t size)
{
    return size >= 8 || value >> (8 * size) == 0 ||
           value >> (8 * size) == UINT64_MAX >> (8 * size);
}

static void put_data(struct assembler *as, const struct item *item, unsigned char *to)
{
    uint64_t value;

    if (!expr_evaluate(as, item->expr, true, &value))
        return;
    if (!fits(value, item->unit))
        asm_report(as, item->expr->place, "0x%llx does not fit in %u byte%s",
                   (unsigned long long)value, (unsigned)item->unit,
                   item->unit == 1 ? "" : "s");
    put(to, value, item->unit);
}

static uint64_t fill_value(struct assembler *as, const struct item *item)
{
    uint64_t value = 0;

    if (item->fill)
        expr_evaluate(as, item->fill, true, &value);
    return value;
}

/* Of the value of .fill only the low 4 bytes count (GNU as manual, ".fill"). */
static void put_fill(struct assembler *as, const struct item *item, unsigned char *to)
{
    uint64_t value = fill_value(as, item);
    uint64_t unit = item->unit;

    if (value == 0 || unit == 0)
        return;
    for (uint64_t at = 0; at + unit <= item->size; at += unit)
        put(to + at, unit > 4 ? value & UINT32_MAX : value, unit);
}

static void put_align(struct assembler *as, const struct item *item, unsigned char *to)
{
    if (!item->fill && (as->sections[item->section].flags & ASM_EXEC))
        put_nops(to, item->size);
    else
        memset(to, (int)(fill_value(as, item) & 0xff), item->size);
}

static void check_count(struct assembler *as, const struct item *item)
{
    uint64_t count;

    if (!expr_evaluate(as, item->expr, true, &count))
        return;
    if ((int64_t)count < 0)
        asm_report(as, item->expr->place, "a count cannot be negative");
    else if (count * item->unit != item->size)
        asm_report(as, item->expr->place, "this count is too large");
}

static void check_org(struct assembler *as, const struct item *item)
{
    uint64_t goal;

    if (!expr_evaluate(as, item->expr, true, &goal))
        return;
    if (item_address(as, item) + item->size != goal &&
        item->offset + item->size != goal)
        asm_report(as, item->expr->place, ".org cannot go back: this is offset 0x%llx",
                   (unsigned long long)item->offset);
}

static void put_item(struct assembler *as, const struct item *item, unsigned char *to)
{
    switch (item->kind) {
    case ITEM_INSN:
        if (item->use == IMM_TARGET)
            put_branch(as, item, to);
        else
            put(to, item_encode(as, item), item->size);
        break;
    case ITEM_LI:
        put_li(as, item, to);
        break;
    case ITEM_DATA:
        put_data(as, item, to);
        break;
    case ITEM_BYTES:
        memcpy(to, item->bytes, item->size);
        break;
    case ITEM_FILL:
        put_fill(as, item, to);
        break;
    case ITEM_ALIGN:
        put_align(as, item, to);
        break;
    case ITEM_ORG:
        memset(to, (int)(fill_value(as, item) & 0xff), item->size);
        break;
    case ITEM_MARK:
    default:
        break;
    }
}

/* What .bss may hold: room, and data that are zero. */
static void check_nobits(struct assembler *as, const struct item *item)
{
    unsigned char bytes[8] = {0};
    uint64_t any = 0;

    if (item->kind == ITEM_DATA) {
        put_data(as, item, bytes);
        for (unsigned i = 0; i < 8; i++)
            any |= bytes[i];
    } else if (item->kind == ITEM_BYTES) {
        for (uint64_t i = 0; i < item->size; i++)
            any |= (unsigned char)item->bytes[i];
    } else {
        any = item->kind == ITEM_INSN || item->kind == ITEM_LI;
    }
    if (item->fill && item->size)
        any |= fill_value(as, item);
    if (any)
        asm_report(as, item->place,
                   "section %s holds no bytes: only zeros can stand in it",
                   as->sections[item->section].name);
}

static void emit_item(struct assembler *as, const struct item *item)
{
    const struct section *section = &as->sections[item->section];

    if (item->kind == ITEM_FILL)
        check_count(as, item);
    if (item->kind == ITEM_ORG)
        check_org(as, item);
    if (section->flags & ASM_NOBITS)
        check_nobits(as, item);
    else if (item->kind != ITEM_MARK)
        put_item(as, item, section->bytes + item->offset);
}

void asm_emit(struct assembler *as)
{
    for (size_t i = 0; i < as->section_count; i++) {
        struct section *section = &as->sections[i];

        if (!(section->flags & ASM_NOBITS))
            section->bytes = alloc_zero(1, section->size);
    }
    for (size_t i = 0; i < as->item_count; i++)
        emit_item(as, &as->items[i]);
}
