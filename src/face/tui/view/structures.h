#ifndef FACE_TUI_VIEW_STRUCTURES_H
#define FACE_TUI_VIEW_STRUCTURES_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/watch.h"

/*
 * Memory as what software and devices have agreed that it is.
 *
 *   structures.c        which structure
 *   structure_fields.c  records: descriptors, contexts
 *   structure_rows.c    a row: a field or an entry
 *   structure_table.c   tables: page tables, directories, virtqueues
 */
enum structure_kind {
    STRUCTURE_NONE,
    STRUCTURE_DESCRIPTOR, /* of a DMA controller */
    STRUCTURE_PAGETABLE,  /* of a hart, a guest, or an IOMMU's first stage */
    STRUCTURE_GSTAGE,     /* of a second stage */
    STRUCTURE_DIRECTORY,  /* of an IOMMU: entries that are no leaves */
    STRUCTURE_CONTEXT,    /* a device context */
    STRUCTURE_VIRTQUEUE
};

/* One of them, and what of it is in use. */
struct structure {
    enum structure_kind kind;
    uint64_t at;    /* its first byte */
    uint64_t entry; /* of a table: the one that is used, or was last; 0: none */
    int level;      /* of a page table; -1: not known */
    bool past;      /* ... it was used before what is told of */
    bool large;     /* the root of a G-stage: four pages */
    unsigned index; /* DESCRIPTOR: its number; VIRTQUEUE: of the device */
    bool has_index;
};

/* A field or entry: what to draw of it. */
struct structure_row {
    uint64_t at;
    unsigned size;     /* bytes */
    const char *label; /* "+08", "[16]" */
    const char *name;  /* "" : an entry */
    const char *words;
    bool used; /* now */
};

/* Draws it; gives the value. */
void structure_draw_row(const struct watch *watch, struct canvas *canvas,
                        struct area area, int row, const struct structure_row *what);

/* `size` bytes as a number, as the viewer sees them. */
uint64_t structure_read(const struct watch *watch, uint64_t at, unsigned size);

/* The fields of a descriptor or context. */
void structure_draw_fields(const struct watch *watch, struct view_state *state,
                           struct canvas *canvas, struct area area,
                           const struct structure *structure);

/* The rows of a page table, G-stage table or directory; of a virtqueue. */
void structure_draw_table(const struct watch *watch, struct view_state *state,
                          struct canvas *canvas, struct area area,
                          const struct structure *structure);
void structure_draw_queue(const struct watch *watch, struct view_state *state,
                          struct canvas *canvas, struct area area,
                          const struct structure *structure);

#endif
