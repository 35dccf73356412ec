#include "machine/isa/asm/layout.h"

#include "base/bits.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/li.h"
#include "machine/isa/formats.h"

/*
 * Between the passes. Each round gives the items their offsets by the sizes that the
 * addresses of the round before ask for, until a round changes nothing. A branch to a
 * target out of its reach is a branch of the opposite condition around a jal (8 bytes, 6
 * if it is compressed); a compressed one takes its 32-bit form where that is enough.
 *
 * Of several ways in which the sizes can agree with each other, GNU as finds the one that
 * these rounds find: in the first, what is further down is taken to be where the fragment
 * that it is in would be at offset 0 (see begin_offsets), so that far down in a section
 * forward branches begin long.
 */

enum {
    ROUNDS_MAX = 400,
    ROUNDS_FREE = 100 /* from then on nothing shrinks, so that this ends */
};

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

/* Branches and jumps whose size depends on how far away their target is. */
static bool is_variable(const struct item *item)
{
    return item->kind == ITEM_INSN && item->use == IMM_TARGET;
}

/* Whether a target is in reach is known only within a section: other targets get a jal. */
static uint64_t branch_size(struct assembler *as, const struct item *item)
{
    enum insn_format format = (enum insn_format)insn_infos[item->insn.form].format;
    enum op wide = (enum op)insn_infos[item->insn.form].stands_for;
    bool is_near = expr_section(as, item->expr) == item->section;
    uint64_t target;

    if (!expr_evaluate(as, item->expr, false, &target))
        return item->insn.length;
    if (is_near) {
        int64_t distance = (int64_t)(target - item_address(as, item));

        if (reaches(format, distance))
            return item->insn.length;
        if (reaches(FORMAT_B, distance))
            return 4;
        if (format == FORMAT_CB)
            return 6;
    }
    return insn_infos[wide].format == FORMAT_B ? 8 : 4;
}

static uint64_t li_size(struct assembler *as, const struct item *item)
{
    struct insn insns[LI_MAX];
    uint64_t value;

    if (!expr_evaluate(as, item->expr, false, &value))
        return 4;
    return 4 * (uint64_t)li_sequence(insns, 0, value);
}

/* Too much is refused when the bytes are made; until then it takes no room. */
static uint64_t fill_size(struct assembler *as, const struct item *item)
{
    uint64_t count = 0;

    if (!expr_evaluate(as, item->expr, false, &count) || count > SECTION_MAX)
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
        if (!expr_evaluate(as, item->expr, false, &goal))
            return 0;
        goal -= as->sections[item->section].address;
    }
    goal -= item->offset;
    return goal > SECTION_MAX ? 0 : goal;
}

static uint64_t item_size(struct assembler *as, const struct item *item)
{
    switch (item->kind) {
    case ITEM_INSN:
        return is_variable(item) ? branch_size(as, item) : item->insn.length;
    case ITEM_LI:
        return li_size(as, item);
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

/* Before the first round: offsets as in fragments that begin at 0 and end with each item
 * of a size that is yet to be found. */
static void begin_offsets(struct assembler *as)
{
    for (size_t i = 0; i < as->item_count; i++) {
        struct item *item = &as->items[i];
        struct section *section = &as->sections[item->section];
        bool ends = is_variable(item) || item->kind == ITEM_ALIGN ||
                    item->kind == ITEM_FILL || item->kind == ITEM_ORG;

        item->offset = section->size;
        section->size += ends ? 0 : item_size(as, item);
        if (ends)
            section->size = 0;
    }
}

static bool lay_out_once(struct assembler *as, bool may_shrink)
{
    bool changed = false;

    for (size_t i = 0; i < as->section_count; i++)
        as->sections[i].size = 0;
    for (size_t i = 0; i < as->item_count; i++) {
        struct item *item = &as->items[i];
        struct section *section = &as->sections[item->section];
        uint64_t size;

        changed |= item->offset != section->size;
        item->offset = section->size;
        size = item_size(as, item);
        if (!may_shrink && size < item->size && item->kind != ITEM_ALIGN)
            size = item->size;
        changed |= size != item->size;
        item->size = size;
        section->size += size;
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
        if ((a->flags & ASM_ALLOC) && a->address + a->size < a->address)
            return asm_report(as, top, "section %s goes beyond the last address",
                              a->name);
        for (size_t j = 0; j < i; j++)
            if (sections_overlap(a, &as->sections[j]))
                return asm_report(as, top, "sections %s and %s overlap at 0x%llx",
                                  as->sections[j].name, a->name,
                                  (unsigned long long)a->address);
    }
    return true;
}

bool asm_lay_out(struct assembler *as)
{
    begin_offsets(as);
    for (int round = 0; round < ROUNDS_MAX; round++)
        if (!lay_out_once(as, round < ROUNDS_FREE))
            return check_sections(as);
    return asm_report(as, as->items[0].place,
                      "the sizes in this program depend on each other without end");
}
