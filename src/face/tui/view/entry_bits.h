#ifndef FACE_TUI_VIEW_ENTRY_BITS_H
#define FACE_TUI_VIEW_ENTRY_BITS_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/view/walk_path.h"

/* Entries of tables bit by bit, and which bit decided. */

struct deciding {
    int bit;         /* -1: no single one */
    char name[8];    /* "W" */
    unsigned value;  /* as it is */
    const char *why; /* "a write needs W = 1" */
};

/* What a walk's entry stopped at. */
struct deciding entry_deciding(const struct walk_path *path,
                               const struct walk_entry *entry);

/* Did the walk end badly there? */
bool entry_stops(const struct walk_entry *entry);

/* "table", "leaf R W X", "W 0  STOP": at most `room` columns' worth. */
void entry_verdict(const struct walk_path *path, const struct walk_entry *entry,
                   char *text, size_t room);

/* "DAGUXWRV": a letter for each bit that is 1. Gives `text`. */
char *entry_letters(char text[12], uint64_t entry);

/* "level 2", "directory", "device ctx". */
void entry_title(const struct walk_path *path, const struct walk_entry *entry,
                 char *text, size_t room);

enum { ENTRY_BITS_ROWS = 5, ENTRY_BITS_COLS = 76 };

/* The entry that decides, bit by bit; ENTRY_BITS_ROWS rows. */
void entry_draw_bits(const struct watch *watch, const struct walk_path *path,
                     struct canvas *canvas, struct area area);

#endif
