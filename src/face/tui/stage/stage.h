#ifndef FACE_TUI_STAGE_STAGE_H
#define FACE_TUI_STAGE_STAGE_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/stage/transaction.h"

/*
 * The map of the machine: harts above the bus, memory and devices below it, interrupt
 * lines underneath. A part's place follows from the board's table and the size of the
 * screen alone, so that nothing moves while time does. Data wires run above the parts,
 * interrupt wires below.
 */
enum { STAGE_COMPACT = 11, STAGE_TALL = 14, STAGE_OPEN = 16 };

enum { STAGE_PARTS = BOARD_ROWS + 1 };

struct stage_part {
    const struct device *device; /* NULL: RAM */
    struct area box;
    int tap; /* the column of its wire to the bus */
};

struct stage {
    struct area area;
    bool tall;  /* with an interrupt rail below, and two lines inside harts */
    int gutter; /* columns for the names of the layers */
    int harts;  /* boxes of harts */
    struct area hart[HART_MAX];
    int hart_tap[HART_MAX];
    int parts;
    struct stage_part part[STAGE_PARTS];
    int quiet;     /* devices that have no box */
    int quiet_col; /* where "[+n quiet]" stands in the bus */
    int bus_from, bus_until;
    int irq_col; /* column of the line from the interrupt controller to the harts */
    int upper, bus, lower, rail; /* rows */
};

/* Where everything stands. */
struct stage stage_place(const struct watch *watch, struct area area);

/* Draws it. `token`: -1, or how far (0 to 255) a token has travelled along the heavy
 * wire, from where the bytes come to where they go. */
void stage_draw(const struct watch *watch, struct canvas *canvas, struct area area,
                int token);

#endif
