#ifndef FACE_TUI_CANVAS_CANVAS_H
#define FACE_TUI_CANVAS_CANVAS_H

#include "base/buf.h"
#include "face/tui/canvas/glyphs.h"
#include "face/tui/canvas/theme.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A rectangle of cells: a sign and what it means. Views draw here and never see the
 * terminal; tests read it as text. Wires are set by their arms, and the sign that joins
 * them is looked up, so that joints and weights come out right by construction.
 */
struct canvas_cell {
    uint32_t glyph; /* of the canvas's tier; 0: the second half of a wide one */
    uint8_t role;   /* enum role */
    uint8_t arms;   /* of a wire: enum weight for each direction */
    bool written;   /* has text */
};

/* Where a view draws. */
struct area {
    int row, col, rows, cols;
};

/*
 * What stands in some cells and can be asked about. Its name is how the command language
 * spells it, so that what `about`, `who` or `print` say of it needs nothing but the name.
 */
enum thing_kind {
    THING_PART,     /* of the machine: "hart 0", "ram", "bus", "dma0", "guest 1" */
    THING_REGISTER, /* of the hart that is looked at: "a0", "pc" */
    THING_CSR,      /* ... "mstatus" */
    THING_FIELD,    /* a register of a device: "dma0.Control" */
    THING_MEMORY,   /* a physical address: "0x80210000" */
    THING_CODE,     /* the virtual address of an instruction: "0x80000058" */
    THING_IRQ,      /* an interrupt source: "irq 23" */
    THING_EVENT,    /* a moment: "#12.3" */
    THING_EXIT,     /* "exit 3" */
    THING_METRIC,   /* "metric bus_cycles" */
    THING_VIEW,     /* the pane with that name: a tab */
    THING_TIME      /* an axis of time: its column `at.col` is cycle `from` */
};

enum { THING_NAME = 64 };

struct thing {
    struct area at;
    enum thing_kind kind;
    uint64_t from, step; /* TIME: cycles; a column is `step` cycles */
    char name[THING_NAME];
};

struct canvas {
    int rows, cols;
    enum tier tier;
    unsigned
        collisions; /* times that text was written over text: a fault in a layout */
    bool past;      /* what is drawn is of the past: each rule says so */
    int cursor_row,
        cursor_col; /* where the terminal's cursor stands; row -1: it hides */
    struct canvas_cell *cells;
    unsigned things, room; /* what can be asked about, in the order of drawing */
    struct thing *thing;
};

struct canvas *canvas_new(int rows, int cols, enum tier tier);
void canvas_free(struct canvas *canvas);

/* Empties an area (NULL: all), also of things. */
void canvas_clear(struct canvas *canvas, const struct area *area);

/* Cells outside the canvas can be written without effect. NULL: outside. */
struct canvas_cell *canvas_at(struct canvas *canvas, int row, int col);

void canvas_put(struct canvas *canvas, int row, int col, enum role role,
                uint32_t glyph);

/* Writes UTF-8 text into at most `room` columns; what is too long ends in "..". Gives
 * the columns used. */
int canvas_text(struct canvas *canvas, int row, int col, int room, enum role role,
                const char *text);
int canvas_printf(struct canvas *canvas, int row, int col, int room, enum role role,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Columns that text takes. */
int text_width(const char *text);

/* Wires between two points of one row or one column, ends included; they join what is
 * there. Heavier arms and their role win. */
void canvas_across(struct canvas *canvas, int row, int from, int to, enum weight weight,
                   enum role role);
void canvas_down(struct canvas *canvas, int col, int from, int to, enum weight weight,
                 enum role role);

/* A box with round corners: a part of the machine. */
void canvas_box(struct canvas *canvas, struct area area, enum role role);

/* A box with square corners over what is there: a sheet of the tool. */
void canvas_sheet(struct canvas *canvas, struct area area, const char *title);

/* A rule with a title, and a note at its right end: a pane of the tool. */
void canvas_rule(struct canvas *canvas, int row, int col, int cols, const char *title,
                 const char *note);

/* Says what stands in a stretch of a row. */
void canvas_thing(struct canvas *canvas, int row, int col, int cols,
                  enum thing_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* The same of several rows; the second of an axis of time. */
void canvas_thing_area(struct canvas *canvas, struct area area, enum thing_kind kind,
                       const char *name);
void canvas_thing_time(struct canvas *canvas, struct area area, uint64_t from,
                       uint64_t step);

/* The thing at a cell, the one drawn last if there are several; NULL: none. */
const struct thing *canvas_thing_at(const struct canvas *canvas, int row, int col);

/* All of it as UTF-8 text, a line a row, without blanks at the ends of lines. */
void canvas_read(const struct canvas *canvas, struct buf *text);

#endif
