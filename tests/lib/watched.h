#ifndef TESTS_LIB_WATCHED_H
#define TESTS_LIB_WATCHED_H

#include "face/tui/viewer/viewer.h"
#include "machine/isa/asm/asm.h"

/*
 * A program of tests/screens on the default board, or a scenario, watched, without a
 * terminal: a test presses keys and reads the canvas.
 */
struct watched {
    struct asm_program program;
    struct symbols symbols;
    struct lines lines;
    char *path, *text;
    uint8_t *disk;
    struct run *run; /* NULL: a scenario's, which the session has */
    struct session session;
    struct viewer viewer;
};

/* Assembles the file and stands before its first instruction. */
struct watched *watched_new(const char *path, unsigned harts);
/* The same on another board. */
struct watched *watched_new_on(const char *path, const struct board_desc *board);
/* The same of a scenario's first variant. */
struct watched *watched_new_scenario(const char *path);
void watched_free(struct watched *watched);

/* Presses keys, by their codes; see keys.h. Types a text and Enter. */
void watched_press(struct watched *watched, int code, unsigned times);
void watched_type(struct watched *watched, const char *text);

/* The event that the screen tells of. */
const struct event *watched_focus(struct watched *watched);

/* To where the n-th event of that kind from here (from 1) is shown; the second: of those
 * for which `matches` says yes. */
void watched_until(struct watched *watched, enum event_kind kind, unsigned n);
void watched_until_one(struct watched *watched, enum event_kind kind, unsigned n,
                       bool (*matches)(void *run, const struct event *event));

/* The screen as text; the caller frees the canvas. */
struct canvas *watched_screen(struct watched *watched, int rows, int cols,
                              enum tier tier, struct buf *text);

#endif
