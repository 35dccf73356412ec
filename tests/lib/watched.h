#ifndef TESTS_LIB_WATCHED_H
#define TESTS_LIB_WATCHED_H

#include "face/tui/viewer.h"
#include "machine/isa/asm/asm.h"

/*
 * A program of tests/screens on the default board, watched, without a terminal: a test
 * presses keys and reads the canvas.
 */
struct watched {
    struct asm_program program;
    struct symbols symbols;
    struct lines lines;
    char *path, *text;
    uint8_t *disk;
    struct run *run;
    struct viewer viewer;
};

/* Assembles the file and stands before its first instruction. */
struct watched *watched_new(const char *path, unsigned harts);
void watched_free(struct watched *watched);

/* Presses keys, by their codes; see keys.h. */
void watched_press(struct watched *watched, int code, unsigned times);

/* Steps from event to event until the n-th of that kind is shown (from 1). */
void watched_until(struct watched *watched, enum event_kind kind, unsigned n);

/* The screen as text; the caller frees the canvas. */
struct canvas *watched_screen(struct watched *watched, int rows, int cols,
                              enum tier tier, struct buf *text);

#endif
