/*
 * Reading a flattened device tree (Devicetree Specification 0.4, chapter 5).
 *
 * A program that begins on a RISC-V machine knows two things: in a0 the number of its hart,
 * in a1 the address of a device tree, which tells everything else. So one kernel runs on
 * QEMU, on our board and as a guest: it has no address of a device built in, and a
 * hypervisor shows its guest another machine by writing another tree.
 *
 * The tree is one piece of bytes, all numbers big-endian:
 *
 *   header      magic, sizes, and the offsets of what follows
 *   structure   tokens of 32 bits:
 *                 1  a node begins; then its name, zero-terminated, padded to 4 bytes
 *                 2  the node ends
 *                 3  a property: bytes of its value, offset of its name; then the value
 *                 4  nothing
 *                 9  the end of the structure
 *   strings     the names of properties
 *
 * dt_open looks at all of it once: that nodes end, and that no name or value leaves the
 * tree. What comes after that can be simple, and simple it is: every question goes through
 * the tokens from the start. A tree has some hundred of them.
 */
#include "lib/devicetree.h"

#include "lib/string.h"

enum {
    MAGIC_AT = 0,
    SIZE_AT = 4,
    STRUCTURE_AT = 8,
    STRINGS_AT = 12,
    OLDEST_READER_AT = 24, /* the version that a reader must know at least */
    STRINGS_SIZE_AT = 32,
    STRUCTURE_SIZE_AT = 36,
    HEADER = 40,
    VERSION = 17
};

#define MAGIC     0xd00dfeedu
#define MOST_SIZE 0x1000000u /* of a tree that we believe */

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOTHING = 4, END = 9 };

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t token_at(const struct devicetree *tree, uint32_t at)
{
    return big_endian(tree->structure + at);
}

static uint32_t padded(uint32_t bytes)
{
    return (bytes + 3) & ~3u;
}

/* Where the token after this one is. */
static uint32_t after(const struct devicetree *tree, uint32_t at)
{
    const uint8_t *token = tree->structure + at;

    switch (big_endian(token)) {
    case BEGIN_NODE:
        return at + 4 + padded((uint32_t)strlen((const char *)token + 4) + 1);
    case PROPERTY:
        return at + 12 + padded(big_endian(token + 4));
    default:
        return at + 4;
    }
}

/* --- is it whole? ------------------------------------------------------------------- */

static bool ends_within(const char *text, const char *end)
{
    while (text < end)
        if (!*text++)
            return true;
    return false;
}

/* Does the token lie in the structure with all that belongs to it? */
static bool token_is_whole(const struct devicetree *tree, uint32_t at)
{
    const uint8_t *token = tree->structure + at;
    uint32_t left = tree->structure_size - at; /* 4 at least */

    switch (big_endian(token)) {
    case BEGIN_NODE:
        return ends_within((const char *)token + 4, (const char *)token + left) &&
               after(tree, at) <= tree->structure_size;
    case PROPERTY:
        return left >= 12 && big_endian(token + 4) <= left - 12 &&
               padded(big_endian(token + 4)) <= left - 12 &&
               big_endian(token + 8) < tree->strings_size &&
               ends_within(tree->strings + big_endian(token + 8),
                           tree->strings + tree->strings_size);
    case END_NODE:
    case NOTHING:
    case END:
        return true;
    default:
        return false;
    }
}

/* One root, every node ends, and what a node has comes before its children. */
static bool structure_is_whole(const struct devicetree *tree)
{
    uint32_t at = 0, token;
    unsigned depth = 0;
    bool may_have = false; /* properties: not after a child */

    if (tree->structure_size < 4 || token_at(tree, 0) != BEGIN_NODE)
        return false;
    do {
        if (tree->structure_size - at < 4 || !token_is_whole(tree, at))
            return false;
        token = token_at(tree, at);
        if (token == END || (token == PROPERTY && !may_have))
            return false;
        if (token == BEGIN_NODE || token == END_NODE)
            may_have = token == BEGIN_NODE;
        depth += token == BEGIN_NODE;
        depth -= token == END_NODE;
        at = after(tree, at);
    } while (depth);
    while (tree->structure_size - at >= 4 && token_at(tree, at) == NOTHING)
        at += 4;
    return tree->structure_size - at >= 4 && token_at(tree, at) == END;
}

static bool lies_in(uint32_t from, uint32_t bytes, uint32_t size)
{
    return from >= HEADER && from <= size && bytes <= size - from;
}

bool dt_open(struct devicetree *tree, const void *blob)
{
    const uint8_t *bytes = blob;
    uint32_t structure, strings;

    if (!blob || ((uintptr_t)blob & 3) || big_endian(bytes + MAGIC_AT) != MAGIC ||
        big_endian(bytes + OLDEST_READER_AT) > VERSION)
        return false;
    structure = big_endian(bytes + STRUCTURE_AT);
    strings = big_endian(bytes + STRINGS_AT);
    *tree = (struct devicetree){
        .structure = bytes + structure,
        .strings = (const char *)bytes + strings,
        .structure_size = big_endian(bytes + STRUCTURE_SIZE_AT),
        .strings_size = big_endian(bytes + STRINGS_SIZE_AT),
        .size = big_endian(bytes + SIZE_AT),
    };
    return tree->size >= HEADER && tree->size <= MOST_SIZE && structure % 4 == 0 &&
           lies_in(structure, tree->structure_size, tree->size) &&
           lies_in(strings, tree->strings_size, tree->size) && structure_is_whole(tree);
}

/* --- nodes --------------------------------------------------------------------------- */

dt_node dt_next(const struct devicetree *tree, dt_node node)
{
    uint32_t at = node;

    do {
        at = after(tree, at);
        if (token_at(tree, at) == BEGIN_NODE)
            return at;
    } while (token_at(tree, at) != END);
    return DT_NONE;
}

/* How much deeper in the tree the token after this one is. */
static int deeper(const struct devicetree *tree, uint32_t at)
{
    uint32_t token = token_at(tree, at);

    return (token == BEGIN_NODE) - (token == END_NODE);
}

/* Goes through what comes before the node, and keeps the last that was one level above:
 * candidates are all nodes that have not ended yet. */
dt_node dt_parent(const struct devicetree *tree, dt_node node)
{
    int wanted = 0, depth = 0;
    dt_node parent = DT_NONE;

    for (uint32_t at = 0; at < node; at = after(tree, at))
        wanted += deeper(tree, at);
    for (uint32_t at = 0; at < node; at = after(tree, at)) {
        depth += deeper(tree, at);
        if (token_at(tree, at) == BEGIN_NODE && depth == wanted)
            parent = at;
    }
    return parent;
}

const char *dt_name(const struct devicetree *tree, dt_node node)
{
    return (const char *)tree->structure + node + 4;
}

dt_node dt_child(const struct devicetree *tree, dt_node node, const char *name)
{
    uint32_t at = node;
    int depth = 0;

    do {
        if (token_at(tree, at) == BEGIN_NODE && depth == 1 &&
            strcmp(dt_name(tree, at), name) == 0)
            return at;
        depth += deeper(tree, at);
        at = after(tree, at);
    } while (depth > 0);
    return DT_NONE;
}

/* `compatible` has several texts, one after the other, the most special first. */
bool dt_is_compatible(const struct devicetree *tree, dt_node node, const char *with)
{
    struct dt_value value;
    const char *text, *end;

    if (!dt_property(tree, node, "compatible", &value))
        return false;
    end = (const char *)value.bytes + value.size;
    for (text = (const char *)value.bytes; text < end && ends_within(text, end);
         text += strlen(text) + 1)
        if (strcmp(text, with) == 0)
            return true;
    return false;
}

dt_node dt_compatible(const struct devicetree *tree, dt_node node, const char *with)
{
    do
        node = dt_next(tree, node);
    while (node != DT_NONE && !dt_is_compatible(tree, node, with));
    return node;
}

dt_node dt_by_handle(const struct devicetree *tree, uint32_t handle)
{
    dt_node node = DT_ROOT;

    while (node != DT_NONE && dt_number(tree, node, "phandle", 0) != handle)
        node = dt_next(tree, node);
    return node;
}

/* --- properties ---------------------------------------------------------------------- */

/* They stand between the beginning of their node and its first child or its end. */
bool dt_property(const struct devicetree *tree, dt_node node, const char *name,
                 struct dt_value *value)
{
    uint32_t at = after(tree, node);

    for (; token_at(tree, at) == PROPERTY || token_at(tree, at) == NOTHING;
         at = after(tree, at)) {
        const uint8_t *token = tree->structure + at;

        if (token_at(tree, at) != PROPERTY ||
            strcmp(tree->strings + big_endian(token + 8), name) != 0)
            continue;
        *value = (struct dt_value){token + 12, big_endian(token + 4)};
        return true;
    }
    return false;
}

uint32_t dt_cell(const struct dt_value *value, unsigned number)
{
    return number < value->size / 4 ? big_endian(value->bytes + 4 * number) : 0;
}

uint32_t dt_number(const struct devicetree *tree, dt_node node, const char *name,
                   uint32_t usual)
{
    struct dt_value value;

    return dt_property(tree, node, name, &value) ? dt_cell(&value, 0) : usual;
}

const char *dt_text(const struct devicetree *tree, dt_node node, const char *name)
{
    struct dt_value value;

    if (!dt_property(tree, node, name, &value) ||
        !ends_within((const char *)value.bytes, (const char *)value.bytes + value.size))
        return NULL;
    return (const char *)value.bytes;
}

/* A number of 0, 1 or 2 cells. */
static uint64_t wide(const struct dt_value *value, unsigned first, unsigned cells)
{
    uint64_t number = 0;

    while (cells--)
        number = number << 32 | dt_cell(value, first++);
    return number;
}

bool dt_reg(const struct devicetree *tree, dt_node node, unsigned number,
            uint64_t *base, uint64_t *size)
{
    dt_node parent = dt_parent(tree, node);
    struct dt_value value;
    uint32_t address_cells, size_cells, first;

    if (parent == DT_NONE || !dt_property(tree, node, "reg", &value))
        return false;
    address_cells = dt_number(tree, parent, "#address-cells", 2);
    size_cells = dt_number(tree, parent, "#size-cells", 1);
    if (address_cells > 2 || size_cells > 2 || number > value.size)
        return false;
    first = number * (address_cells + size_cells);
    if (first + address_cells + size_cells > value.size / 4)
        return false;
    *base = wide(&value, first, address_cells);
    *size = wide(&value, first + address_cells, size_cells);
    return true;
}

bool dt_irq(const struct devicetree *tree, dt_node node, unsigned number, uint32_t *irq)
{
    struct dt_value value;

    if (!dt_property(tree, node, "interrupts", &value) || number >= value.size / 4)
        return false;
    *irq = dt_cell(&value, number);
    return true;
}

bool dt_memory(const struct devicetree *tree, uint64_t *base, uint64_t *size)
{
    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(tree, node)) {
        const char *type = dt_text(tree, node, "device_type");

        if (type && strcmp(type, "memory") == 0)
            return dt_reg(tree, node, 0, base, size);
    }
    return false;
}

const char *dt_bootargs(const struct devicetree *tree)
{
    dt_node chosen = dt_child(tree, DT_ROOT, "chosen");
    const char *text = chosen == DT_NONE ? NULL : dt_text(tree, chosen, "bootargs");

    return text ? text : "";
}
