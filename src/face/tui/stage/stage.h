#ifndef FACE_TUI_STAGE_STAGE_H
#define FACE_TUI_STAGE_STAGE_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/stage/transaction.h"

/*
 * The map of the machine: harts above the bus, memory and devices below it, interrupt
 * lines underneath. A part's place follows from the board's table and the size of the
 * screen alone, so that nothing moves while time does. Data wires run above the parts,
 * interrupt wires below.
 *
 *   map.c     the whole, layer by layer
 *   place.c   where everything stands: rows by height, harts
 *   row.c     the row of memory and devices: who gets how many columns
 *   harts.c   what is in a hart's box, chips of folded harts
 *   guests.c  beside a hart that runs guests: what their addresses lead to
 *   parts.c   what is in the other boxes; part_*.c of which kind
 *   route.c   the way of a transaction over the wires
 *   wires.c   idle wires, and those of what happens now and next
 *   label.c   free places for labels
 *   path.c    the lowest form: only the chain of the event
 *   calm.c    a form for a room: large, without numbers of the machine
 *
 * Rows from which a form is used.
 */
enum {
    STAGE_PATH = 4, /* the chain of this event */
    STAGE_SHORT = 8,
    STAGE_COMPACT = 11,
    STAGE_TALL = 14,
    STAGE_OPEN = 16
};

enum { STAGE_PARTS = BOARD_ROWS + 1 };

/* What the viewer or the layout has chosen. Names stand between blanks. */
struct stage_choice {
    int token; /* -1, or how far (0 to 255) a token has travelled along the heavy wire,
                  from where the bytes come to where they go */
    bool calm;
    const char *opened; /* "quiet": the devices that would be counted only; a type of
                           device: those that would share a box */
    const char *focus;  /* parts that stay large */
};

struct stage_part {
    const struct device *device; /* NULL: RAM */
    struct area box;
    int tap;    /* the column of its wire to a bus */
    int io_tap; /* of an IOMMU: of its wire to the bus behind it; else 0 */
    int behind; /* the part that is the IOMMU it is behind; -1: none */
    /* Devices of its type that have no box of their own, by index in the board's table:
     * what they do is drawn here, with their name. */
    uint64_t siblings;
};

struct stage {
    struct area area;
    int form; /* rows from which this one is used */
    bool calm;
    bool rail;   /* there is an interrupt rail below */
    bool floors; /* guests run: a hart's box has a floor for V = 1, and one for V = 0 */
    int gutter;  /* columns for the names of the layers */

    int harts; /* boxes of harts */
    struct area hart[HART_MAX];
    int hart_id[HART_MAX];
    int hart_tap[HART_MAX];
    struct area strip; /* of chips of all harts, where some are folded; cols 0: none */
    int chip_cols, strip_tap;

    int parts;
    struct stage_part part[STAGE_PARTS];
    int quiet;     /* devices that have no box */
    int quiet_col; /* where "[+n quiet]" stands in the bus */
    int bus_from, bus_until;
    int irq_col; /* column of the line from the interrupt controller to the harts */

    /* Rows: of labels over the bus, the bus, of labels and a second bus below it, the
     * tops of the parts, the rail, the line into the harts. */
    int upper, bus, lower, top, bottom, line;
};

/* Where everything stands. */
struct stage stage_place(const struct watch *watch, struct area area,
                         const struct stage_choice *choice);

/* Draws it. */
void stage_draw(const struct watch *watch, struct canvas *canvas, struct area area,
                const struct stage_choice *choice);

/* Is it one of the names in a list of names? */
bool stage_names(const char *list, const char *name);

/* The box of a part; NULL: it is one of the quiet ones. */
const struct stage_part *stage_part_of(const struct stage *stage, struct end end);

/* Which box is a hart's: -1: it is a chip. */
int stage_hart_box(const struct stage *stage, unsigned hart);

/* --- row.c: the row of memory and devices ------------------------------------------- */

void stage_place_row(const struct watch *watch, struct stage *stage,
                     const struct stage_choice *choice);

/* The IOMMU that a device is behind; NULL: none. */
const struct device *stage_iommu_of(const struct watch *watch,
                                    const struct device *device);

/* --- guests.c -------------------------------------------------------------------------- */

/* Have guests run, or are they going to? */
bool stage_has_guests(const struct watch *watch);

#endif
