#include "machine/isa/asm/layout.h"

#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/li.h"
#include "machine/isa/formats.h"

/*
 * Between the passes. Each round gives the items their offsets by the sizes that the
 * addresses of the round before ask for, until a round changes nothing. Instructions only
 * ever grow, so that this ends: a branch to a target out of its reach becomes a branch of
 * the opposite condition around a jal, a compressed one first its 32-bit form.
 */

enum { ROUNDS_MAX = 400 };

#define SECTION_MAX (UINT64_C(1) << 40)
#define PAGE        UINT64_C(4096)

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

static bool reaches(enum insn_format format, int64_t distance)
{
    struct imm_range range = insn_imm_range(format);

    return distance >= range.min && distance <= range.max;
}

static uint64_t grown_branch(struct assembler *as, struct item *item)
{
    enum insn_format format = (enum insn_format)insn_infos[item->insn.form].format;
    uint64_t target;

    if (!expr_value(as, item->expr, false, &target))
        return item->size;

    int64_t distance = (int64_t)(target - item_address(as, item));

    if ((format == FORMAT_CB || format == FORMAT_CJ) && !reaches(format, distance)) {
        item->insn.form = insn_infos[item->insn.form].stands_for;
        item->insn.rd = item->insn.rs2 = 0;
        item->insn.length = 4;
        item->size = 4;
        format = (enum insn_format)insn_infos[item->insn.form].format;
    }
    if (format == FORMAT_B && !reaches(format, distance))
        return 8;
    return item->size;
}

static uint64_t insn_size(struct assembler *as, struct item *item, bool grow)
{
    if (item->size == 0)
        item->size = item->insn.length;
    return grow && item->use == IMM_TARGET ? grown_branch(as, item) : item->size;
}

static uint64_t li_size(struct assembler *as, const struct item *item, bool grow)
{
    struct insn insns[LI_MAX];
    uint64_t value, size = 4;

    if (expr_is_constant(as, item->expr, &value) ||
        (grow && expr_value(as, item->expr, false, &value)))
        size = 4 * (uint64_t)li_sequence(insns, 0, value);
    return size > item->size ? size : item->size;
}

/* Too much is refused when the bytes are made; until then it takes no room. */
static uint64_t fill_size(struct assembler *as, const struct item *item)
{
    uint64_t count = 0;

    if (!expr_value(as, item->expr, false, &count) || count > SECTION_MAX)
        return 0;
    return count * item->unit;
}

static uint64_t align_size(const struct item *item)
{
    uint64_t skip = align_up(item->offset, item->unit) - item->offset;

    return item->most && skip > item->most ? 0 : skip;
}

/* .org goes to an offset in the section, given as a number or as an address. */
static uint64_t org_size(struct assembler *as, const struct item *item)
{
    uint64_t goal;

    if (!expr_is_constant(as, item->expr, &goal)) {
        if (!expr_value(as, item->expr, false, &goal))
            return 0;
        goal -= as->sections[item->section].address;
    }
    goal -= item->offset;
    return goal > SECTION_MAX ? 0 : goal;
}

static uint64_t item_size(struct assembler *as, struct item *item, bool grow)
{
    switch (item->kind) {
    case ITEM_INSN:
        return insn_size(as, item, grow);
    case ITEM_LI:
        return li_size(as, item, grow);
    case ITEM_DATA:
    case ITEM_BYTES:
        return item->unit;
    case ITEM_FILL:
        return fill_size(as, item);
    case ITEM_ALIGN:
        return align_size(item);
    case ITEM_ORG:
        return org_size(as, item);
    case ITEM_MARK:
    default:
        return 0;
    }
}

enum section_kind { EXECUTABLE, READ_ONLY, WRITABLE, EMPTY_AT_START, KINDS };

static enum section_kind kind_of(const struct section *section)
{
    if (section->flags & ASM_NOBITS)
        return EMPTY_AT_START;
    if (section->flags & ASM_EXEC)
        return EXECUTABLE;
    return section->flags & ASM_WRITE ? WRITABLE : READ_ONLY;
}

static bool is_placed(const struct section *section, enum section_kind kind)
{
    return (section->flags & ASM_ALLOC) && kind_of(section) == kind;
}

static bool has_bytes(const struct assembler *as, enum section_kind kind)
{
    for (size_t i = 0; i < as->section_count; i++)
        if (is_placed(&as->sections[i], kind) && as->sections[i].size)
            return true;
    return false;
}

static bool place_sections(struct assembler *as)
{
    const uint64_t given[KINDS] = {as->layout.text, 0, as->layout.data, as->layout.bss};
    uint64_t next = as->layout.text;
    bool changed = false;

    for (enum section_kind kind = EXECUTABLE; kind < KINDS; kind++) {
        if (given[kind])
            next = given[kind];
        else if (kind != EXECUTABLE && has_bytes(as, kind))
            next = align_up(next, PAGE);
        for (size_t i = 0; i < as->section_count; i++) {
            struct section *section = &as->sections[i];

            if (!is_placed(section, kind))
                continue;
            if (next != given[kind])
                next = align_up(next, BIT(section->align_log2));
            changed |= section->address != next;
            section->address = next;
            next += section->size;
        }
    }
    return changed;
}

static bool lay_out_once(struct assembler *as, bool grow)
{
    bool changed = false;

    for (size_t i = 0; i < as->section_count; i++)
        as->sections[i].size = 0;
    for (size_t i = 0; i < as->item_count; i++) {
        struct item *item = &as->items[i];
        struct section *section = &as->sections[item->section];
        uint64_t had = item->size;

        changed |= item->offset != section->size;
        item->offset = section->size;
        item->size = item_size(as, item, grow);
        changed |= item->size != had;
        section->size += item->size;
        if (section->size > SECTION_MAX)
            return false;
    }
    return place_sections(as) || changed;
}

static bool sections_overlap(const struct section *a, const struct section *b)
{
    return (a->flags & b->flags & ASM_ALLOC) && a->size && b->size &&
           a->address < b->address + b->size && b->address < a->address + a->size;
}

static bool check_sections(struct assembler *as)
{
    struct place top = {as->source->text,
                        as->source->first_line ? as->source->first_line : 1};
    uint64_t bytes = 0;

    for (size_t i = 0; i < as->section_count; i++) {
        const struct section *a = &as->sections[i];

        bytes += a->flags & ASM_NOBITS ? 0 : a->size;
        if (bytes > PROGRAM_MAX || a->size > SECTION_MAX)
            return asm_report(as, top, "section %s is too large: 0x%llx bytes", a->name,
                              (unsigned long long)a->size);
        for (size_t j = 0; j < i; j++)
            if (sections_overlap(a, &as->sections[j]))
                return asm_report(as, top, "sections %s and %s overlap at 0x%llx",
                                  as->sections[j].name, a->name,
                                  (unsigned long long)a->address);
    }
    return true;
}

static bool settles(struct assembler *as, bool grow)
{
    for (int round = 0; round < ROUNDS_MAX; round++)
        if (!lay_out_once(as, grow))
            return true;
    return asm_report(as, as->items[0].place,
                      "the sizes in this program depend on each other without end");
}

/* At first nothing may grow: a distance across offsets that are not yet known would make
 * branches long that need not be. */
bool asm_lay_out(struct assembler *as)
{
    return settles(as, false) && settles(as, true) && check_sections(as);
}
