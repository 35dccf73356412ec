#ifndef GUEST_HYPERVISOR_TREE_H
#define GUEST_HYPERVISOR_TREE_H

#include "hypervisor/guest.h"

/* A flattened device tree while it is written. */
struct tree {
    uint8_t *blob;
    uint32_t room;     /* bytes of it */
    uint32_t at;       /* where the next token goes */
    char strings[512]; /* names of properties; they come after the structure */
    uint32_t strings_size;
    bool full;
};

/* Writes the device tree of the guest's machine. */
void tree_for_guest(const struct guest *guest, void *blob, uint32_t room);

void tree_begin(struct tree *tree, const char *name);
void tree_end(struct tree *tree);
void tree_text(struct tree *tree, const char *name, const char *text);
void tree_flag(struct tree *tree, const char *name);
void tree_cells(struct tree *tree, const char *name, unsigned count, ...);

/* The disk's nodes, for each kind of disk. */
void tree_ata(struct tree *tree, const struct guest *guest);
void tree_no_disk(struct tree *tree, const struct guest *guest);
void tree_virtio(struct tree *tree, const struct guest *guest);

#endif
