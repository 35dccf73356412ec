#ifndef FACE_TUI_VIEW_WALK_DRAW_H
#define FACE_TUI_VIEW_WALK_DRAW_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/view/walk_path.h"

/* Parts of the drawing of a walk that its forms share; and the grid of two stages. */

enum { WALK_TEXT = 32 };

/* An end of the way: the register that it begins at, or the page. */
struct walk_end {
    char title[WALK_TEXT], line[3][WALK_TEXT], foot[WALK_TEXT];
    bool reached;
    enum thing_kind thing;
    char name[THING_NAME];
};

struct walk_end walk_register(const struct walk_path *path);
struct walk_end walk_page(const struct watch *watch, const struct walk_path *path);

/* "VPN[2] = 1" and the bits "000000001": what chooses the entry in its table. */
void walk_index(const struct walk_path *path, const struct walk_entry *entry,
                char name[24], char bits[24]);

/* The bits that the page takes over. */
void walk_draw_offset(const struct walk_path *path, struct canvas *canvas, int row,
                      int col, int cols);

/* "read 5 cy", "cached", "next"; "": nobody walks. */
void walk_foot(const struct walk_entry *entry, char *text, size_t room);
const char *walk_brief_foot(const char *foot); /* without the verb */
const char *walk_brief(const char *verdict);   /* "table" */

/* "3 reads, 15 cycles"; what a cache knows. */
void walk_note(const struct walk_path *path, char *text, size_t room, bool brief);

/* Why there is no walk to look at; NULL: there is. */
const char *walk_why_not(const struct walk_path *path);

/* The grid: a row for each entry of the first stage, and one for the page; a column for
 * each level of the second stage that finds where that is. Rows used; 0: no room. */
int walk_draw_grid(const struct watch *watch, const struct walk_path *path,
                   struct canvas *canvas, struct area area);

#endif
