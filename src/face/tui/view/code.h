#ifndef FACE_TUI_VIEW_CODE_H
#define FACE_TUI_VIEW_CODE_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"

/*
 * What the view of code shows: instructions of one program, as one hart in one mode
 * fetches them, with what has just happened to them.
 *
 *   code.c         what is shown; rows of instructions
 *   code_page.c    which: code stands in pages
 *   code_source.c  source lines, above instructions or beside them
 */
enum { CODE_LABEL = 6 /* columns of a label before its instruction */ };

struct code {
    const struct watch *watch;
    unsigned hart;
    uint8_t mode; /* enum privilege, with V: whose code it is */
    const struct symbols *symbols;
    const struct lines *lines;
    const struct event *done; /* the instruction that is told of; NULL: none */
    const struct event *trap; /* ... the trap; NULL: none */
    uint64_t pc;              /* what the page is found by */
    uint64_t next;
    int digits;  /* of an address */
    bool column; /* short labels stand before their instructions */
    bool tall;   /* long labels have rows of their own */
    bool mixed;  /* source lines stand above their instructions */
};

/* Bytes of the instruction at `pc`; 4 where none can be fetched. */
unsigned code_length(const struct code *code, uint64_t pc);

/* The symbol at exactly that address; NULL: none. */
const struct symbol *code_label(const struct code *code, uint64_t pc);

/* Has its label a row of its own; begins a source line there? */
bool code_has_label_row(const struct code *code, uint64_t pc);
bool code_has_source_row(const struct code *code, uint64_t pc);

/* The page of so many rows that `pc` is on: its first instruction, and the one before that,
 * which is shown above it if there is one. */
struct code_page {
    uint64_t top, before;
    bool has_before;
};
struct code_page code_page(const struct code *code, int rows);

/* Is that file one of instructions, a line each? */
bool code_is_assembly(const char *file);

/* Draws a line of source with its number. */
void code_draw_line(const struct code *code, struct canvas *canvas, int row,
                    struct area area, uint64_t pc, enum role role);

/* The file around the line that `pc` belongs to. */
void code_draw_file(const struct code *code, struct canvas *canvas, struct area area,
                    uint64_t pc);

#endif
