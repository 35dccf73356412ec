#ifndef FACE_TUI_STAGE_SCENE_H
#define FACE_TUI_STAGE_SCENE_H

#include "face/tui/stage/stage.h"

/* What is being drawn: for the files of this folder. */
struct scene {
    const struct watch *watch;
    struct canvas *canvas;
    const struct stage *stage;
    struct transaction now;
    unsigned nexts;
    struct next next[NEXTS];
};

/* --- route.c ---------------------------------------------------------------------------- */

/* A way over the wires, from corner to corner. */
enum { ROUTE_POINTS = 14 };

struct route {
    int count;
    struct {
        int row, col;
    } at[ROUTE_POINTS];
};

/* Where a part meets its wire: its edge, the bus that the wire leads to, the column. */
struct stub {
    int edge, bus, col;
    bool above; /* a hart: the bus is below */
};

/* False: it has no wire. */
bool stub_of(const struct stage *stage, struct end end, struct stub *stub);

/* From who asks to the target; count 0: there is no way. */
struct route route_of(const struct stage *stage, const struct transaction *now);

/* The row of the bus behind an IOMMU. */
int wires_behind_row(const struct stage *stage);

/* The token, so far (0 to 255) on its way. */
void route_token(const struct scene *scene, int token);

/* --- wires.c ---------------------------------------------------------------------------- */

void wires_idle(const struct scene *scene);
void wires_now(const struct scene *scene);
void wires_next(const struct scene *scene);

/* The rail's pad of a part, in the bottom of its box. */
bool wires_has_pad(const struct stage *stage, const struct stage_part *part);
int wires_pad_col(const struct stage_part *part);
int wires_line_from(const struct stage *stage);

/* Does a line of the local interrupt controller lead to the harts? Its column; -1: no. */
int wires_local_col(const struct scene *scene);

/* --- label.c ---------------------------------------------------------------------------- */

void labels_draw(const struct scene *scene);

/* Columns from `col` on that are empty, one before the end left blank. */
int label_room(const struct scene *scene, int row, int col);

/* --- harts.c, guests.c, path.c, calm.c -------------------------------------------------- */

/* What is in the boxes of harts: what runs, registers, mode. */
void stage_draw_harts(const struct scene *scene);

/* Beside a hart that runs guests: its G-stage, and what the guest's address leads to. */
void stage_draw_guests(const struct scene *scene);

/* The lowest form: only the chain of what happens. */
void stage_draw_path(const struct watch *watch, struct canvas *canvas,
                     struct area area);

/* What the boxes of the calm form say. */
void stage_draw_calm(const struct scene *scene);

#endif
