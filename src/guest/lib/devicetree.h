#ifndef GUEST_LIB_DEVICETREE_H
#define GUEST_LIB_DEVICETREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A flattened device tree in memory; dt_open has found it to be whole. */
struct devicetree {
    const uint8_t *structure; /* the structure block */
    const char *strings;      /* the strings block: names of properties */
    uint32_t structure_size, strings_size;
    uint32_t size; /* bytes of the whole blob */
};

/* A node is the offset of its begin token in the structure block. The root's is 0. */
typedef uint32_t dt_node;
#define DT_ROOT 0u
#define DT_NONE UINT32_MAX

/* The value of a property: bytes, in which numbers are big-endian. */
struct dt_value {
    const uint8_t *bytes;
    uint32_t size;
};

/* False: there is no device tree of version 17, or it is damaged. Everything below may
 * then rely on its form. */
bool dt_open(struct devicetree *tree, const void *blob);

/* --- nodes ----------------------------------------------------------------------- */

/* The node after this one, as they stand in the tree: children before siblings. */
dt_node dt_next(const struct devicetree *tree, dt_node node);
dt_node dt_parent(const struct devicetree *tree, dt_node node);
dt_node dt_child(const struct devicetree *tree, dt_node node, const char *name);

/* "serial@10000000"; the root's is empty. */
const char *dt_name(const struct devicetree *tree, dt_node node);

/* The first node after `node` that is compatible; DT_ROOT: the first of all. */
dt_node dt_compatible(const struct devicetree *tree, dt_node node, const char *with);
bool dt_is_compatible(const struct devicetree *tree, dt_node node, const char *with);

/* The node that others refer to by this number. */
dt_node dt_by_handle(const struct devicetree *tree, uint32_t handle);

/* --- properties -------------------------------------------------------------------- */

bool dt_property(const struct devicetree *tree, dt_node node, const char *name,
                 struct dt_value *value);

/* A 32-bit cell of a value; 0 beyond its end. */
uint32_t dt_cell(const struct dt_value *value, unsigned number);

/* The first cell of a property, or what is usual where the node does not have it. */
uint32_t dt_number(const struct devicetree *tree, dt_node node, const char *name,
                   uint32_t usual);

/* A property that is one text; NULL if it is not there or does not end. */
const char *dt_text(const struct devicetree *tree, dt_node node, const char *name);

/* Range `number` of `reg`, with the parent's sizes of addresses. Buses whose addresses
 * differ from the processor's are not translated: the machines that these programs run
 * on have none. */
bool dt_reg(const struct devicetree *tree, dt_node node, unsigned number,
            uint64_t *base, uint64_t *size);

/* The first range of memory, and what /chosen says to the program (never NULL). */
bool dt_memory(const struct devicetree *tree, uint64_t *base, uint64_t *size);
const char *dt_bootargs(const struct devicetree *tree);

/* Number `number` of `interrupts`, where a number is one cell, as the PLIC's are. */
bool dt_irq(const struct devicetree *tree, dt_node node, unsigned number,
            uint32_t *irq);

#endif
