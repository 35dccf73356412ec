#ifndef OBSERVE_LANES_ROWS_H
#define OBSERVE_LANES_ROWS_H

#include "observe/lanes/lanes.h"

/*
 * Lanes as rows of columns, each of a number of cycles: what the screen draws and what
 * `info lanes` writes. What there are is as good as fixed: a row comes when what it is of
 * works for the first time, and stays.
 */
enum lane_row_kind {
    ROW_HART,
    ROW_GUEST,      /* by VMID: its time on all harts */
    ROW_HYPERVISOR, /* HS-mode on all harts */
    ROW_EXITS,
    ROW_BUS,   /* slots of devices */
    ROW_WAITS, /* for the bus: cycles waited, all together */
    ROW_IOMMU, /* its slots, all of its walks; by device */
    ROW_MASTER,
    ROW_DEVICE,
    ROW_LINE,
    ROW_PIN, /* of external interrupts into a hart; index: as the strip's */
    ROW_KINDS
};

enum { LANE_ROWS = 40, LANE_NAME = 16 };

struct lane_row {
    uint8_t kind, index; /* index: as the strip's */
    char name[LANE_NAME];
};

/*
 * What a column shows: who had most of it, and how much all together had of it. More than
 * nothing is at least an eighth, but where a wider bin is shared out (lanes_sum): there
 * less than half a cycle of a column is nothing, and short stretches of long ago can be
 * missing from narrow columns.
 */
struct lane_cell {
    char sign;       /* 0: nobody; of EXITS: their number, # if there are more than 9 */
    uint8_t eighths; /* 1 to 8; 0: nothing */
    bool pure;       /* the sign's own share is nearly all, or nearly nothing */
};

/* All rows in order; `fine`: those that are of use where single slots are seen. */
unsigned lane_rows(const struct lanes *lanes, bool fine,
                   struct lane_row rows[LANE_ROWS]);

/* How many more rows there would be, which are not kept. */
unsigned lane_rows_left_out(const struct lanes *lanes, bool fine);

/* The column [from, from + step), before `now`. */
struct lane_cell lane_cell(const struct lanes *lanes, const struct lane_row *row,
                           uint64_t from, uint64_t step, uint64_t now);

/* Do stretches average under two columns, so that shares say more than who had most? */
bool lane_cells_are_shares(const struct lane_row *row, const struct lane_cell *cells,
                           unsigned count);

/* The signs that rows of that kind have, with their meaning: the one with that number;
 * NULL: there are no more. A sign is "0" for every digit. */
struct lane_sign {
    uint8_t kind;
    char sign;
    const char *text; /* "M M-mode" */
};
extern const struct lane_sign lane_signs[]; /* ends with sign 0 */

/* The width of a column, 1, 2, 5, 10 ... cycles, so that `cycles` fit in `cols`. */
uint64_t lane_step(uint64_t cycles, unsigned cols);

#endif
