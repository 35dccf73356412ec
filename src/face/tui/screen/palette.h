#ifndef FACE_TUI_SCREEN_PALETTE_H
#define FACE_TUI_SCREEN_PALETTE_H

#include "face/tui/canvas/canvas.h"

#include <stddef.h>

/*
 * The palette: a sheet that finds by a few letters, in their order, whatever has a name:
 * keys, commands, views, layouts, parts on the screen, marks. It knows nothing of what
 * they do: each entry is an action of the key table or a command line.
 */
enum { PALETTE_QUERY = 64 };

struct palette_entry {
    char *name, *help;
    char *line;   /* of the command language; NULL: `action` */
    int action;   /* enum action */
    bool goes_on; /* the line needs arguments: it goes to the prompt */
    int score;    /* of the query; less than 0: it does not match */
};

struct palette {
    bool open;
    char query[PALETTE_QUERY];
    size_t length;
    unsigned entries, room;
    struct palette_entry *entry;
    unsigned matches;
    unsigned *match; /* indices of those that match, best first */
    unsigned at;     /* of `match`: the one that Enter takes */
};

/* Opens it without entries; palette_add adds them, palette_find shows them. */
void palette_open(struct palette *palette);
void palette_add(struct palette *palette, const struct palette_entry *entry);
void palette_find(struct palette *palette);
void palette_release(struct palette *palette);

enum palette_answer { PALETTE_STAYS, PALETTE_TAKES, PALETTE_CLOSES };

/* TAKES: the entry is palette_taken. */
enum palette_answer palette_key(struct palette *palette, int code);
const struct palette_entry *palette_taken(const struct palette *palette);

/* The box over all else: the query, and what it finds. */
void palette_draw(const struct palette *palette, struct canvas *canvas);

/* How well a name has the letters of a query, in their order: the more, the better;
 * less than 0: it has not all of them. */
int palette_score(const char *name, const char *query);

#endif
