#include "tests/lib/members.h"

#include "base/alloc.h"

#include <check.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct members {
    int file;
    Dwarf *dwarf;
};

/* One way through an object. */
struct visiting {
    bool (*visit)(void *ctx, const struct member *member);
    void *ctx;
};

static void visit_struct(const struct visiting *visiting, Dwarf_Die *type,
                         unsigned char *at);

struct members *members_open(void)
{
    struct members *members = alloc_zero(1, sizeof(*members));
    Dwarf_CU *unit = NULL;

    members->file = open("/proc/self/exe", O_RDONLY);
    if (members->file >= 0)
        members->dwarf = dwarf_begin(members->file, DWARF_C_READ);
    if (members->dwarf &&
        dwarf_get_units(members->dwarf, NULL, &unit, NULL, NULL, NULL, NULL) == 0)
        return members;
    members_close(members);
    return NULL;
}

void members_close(struct members *members)
{
    dwarf_end(members->dwarf);
    if (members->file >= 0)
        close(members->file);
    free(members);
}

/* --- types ----------------------------------------------------------------------------- */

/* The struct with that name in one compilation unit. */
static bool find_in_unit(Dwarf_Die *unit, const char *name, Dwarf_Die *type)
{
    if (dwarf_child(unit, type) != 0)
        return false;
    do {
        const char *has = dwarf_diename(type);

        if (dwarf_tag(type) == DW_TAG_structure_type && has && strcmp(has, name) == 0 &&
            !dwarf_hasattr(type, DW_AT_declaration))
            return true;
    } while (dwarf_siblingof(type, type) == 0);
    return false;
}

static bool find_struct(struct members *members, const char *name, Dwarf_Die *type)
{
    Dwarf_CU *unit = NULL;
    Dwarf_Die die;

    while (dwarf_get_units(members->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0)
        if (find_in_unit(&die, name, type))
            return true;
    return false;
}

/* The type of a member or element, without typedefs and qualifiers. */
static Dwarf_Die type_of(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Die type;

    if (!dwarf_formref_die(dwarf_attr(die, DW_AT_type, &attribute), &type) ||
        dwarf_peel_type(&type, &type) != 0)
        ck_abort_msg("a member has no type that libdw finds");
    return type;
}

static size_t size_of(Dwarf_Die *type)
{
    Dwarf_Word size = 0;

    if (dwarf_aggregate_size(type, &size) != 0)
        ck_abort_msg("a type has no size that libdw finds");
    return size;
}

static size_t offset_of(Dwarf_Die *member)
{
    Dwarf_Attribute attribute;
    Dwarf_Word offset = 0;

    if (dwarf_hasattr(member, DW_AT_bit_size) ||
        dwarf_formudata(dwarf_attr(member, DW_AT_data_member_location, &attribute),
                        &offset) != 0)
        ck_abort_msg("member %s has no plain offset", dwarf_diename(member));
    return offset;
}

/* --- visiting ---------------------------------------------------------------------------- */

/* Inside a member: a struct, or an array of structs. */
static void visit_inside(const struct visiting *visiting, Dwarf_Die *type,
                         unsigned char *at)
{
    size_t size = size_of(type);

    if (dwarf_tag(type) == DW_TAG_structure_type) {
        visit_struct(visiting, type, at);
    } else if (dwarf_tag(type) == DW_TAG_array_type) {
        Dwarf_Die element = type_of(type);

        if (dwarf_tag(&element) != DW_TAG_structure_type)
            return;
        for (size_t i = 0; i < size; i += size_of(&element))
            visit_struct(visiting, &element, at + i);
    }
}

static void visit_struct(const struct visiting *visiting, Dwarf_Die *type,
                         unsigned char *at)
{
    const char *name = dwarf_diename(type);
    Dwarf_Die die;

    if (dwarf_child(type, &die) != 0)
        return;
    do {
        Dwarf_Die inner;
        struct member member = {.type = name ? name : ""};

        if (dwarf_tag(&die) != DW_TAG_member)
            continue;
        inner = type_of(&die);
        member.name = dwarf_diename(&die) ? dwarf_diename(&die) : "";
        member.at = at + offset_of(&die);
        member.size = size_of(&inner);
        if (visiting->visit(visiting->ctx, &member))
            visit_inside(visiting, &inner, member.at);
    } while (dwarf_siblingof(&die, &die) == 0);
}

bool members_visit(struct members *members, const char *type, void *at,
                   bool (*visit)(void *ctx, const struct member *member), void *ctx)
{
    struct visiting visiting = {visit, ctx};
    Dwarf_Die die;

    if (!find_struct(members, type, &die))
        return false;
    visit_struct(&visiting, &die, at);
    return true;
}
