#ifndef FACE_TUI_SCREEN_SHEET_H
#define FACE_TUI_SCREEN_SHEET_H

#include "face/tui/canvas/canvas.h"

/*
 * A sheet of text over the screen, which can be scrolled: answers, keys, what a word
 * could become. Long lines are broken at blanks; those that begin with SHEET_ROW are rows
 * of a table, which are not broken but moved to and fro, where the screen has become
 * narrower than they were made for.
 */
#define SHEET_ROW '\t'

struct sheet {
    bool open;
    char title[64];
    struct buf text; /* lines, each with its end */
    int top;         /* the first row that is shown */
    int left;        /* the first column of tables that is shown */
    int shown, all;  /* rows, as it was drawn last */
    int cut;         /* columns that tables have beyond the sheet's */
    int room; /* columns that a table may have on this screen; 0: not drawn yet */
};

/* Opens it without text; the text is then added to sheet->text. */
void sheet_open(struct sheet *sheet, const char *title);

/* Columns of the widest text on that screen. */
int sheet_room(const struct canvas *canvas);

/* Scrolls, or closes the sheet. False: the key is not for it. */
bool sheet_key(struct sheet *sheet, int code);

/* Draws it above the last row. */
void sheet_draw(struct sheet *sheet, struct canvas *canvas);
void sheet_release(struct sheet *sheet);

#endif
