#include "face/tui/screen.h"

enum { WIDTH = 74, NAME = 8, VERB = 14 };

static void draw_key(struct canvas *canvas, int row, int col, const struct key *key)
{
    enum role role = key->off ? ROLE_QUIET : ROLE_TEXT;
    int room = WIDTH - 4 - NAME - VERB;

    canvas_text(canvas, row, col, NAME - 1, key->off ? ROLE_QUIET : ROLE_HEAD,
                key->name);
    canvas_text(canvas, row, col + NAME, VERB - 1, role, key->verb);
    if (key->off)
        canvas_printf(canvas, row, col + NAME + VERB, room, role, "off: %s", key->off);
    else
        canvas_text(canvas, row, col + NAME + VERB, room, role, key->help);
}

/* The keys that are off share a line where the screen is too short for all of them. */
static void draw_off(struct canvas *canvas, int row, int col)
{
    for (unsigned i = 0; i < keys_count && col < canvas->cols; i++)
        if (keys[i].off) {
            col += canvas_text(canvas, row, col, WIDTH, ROLE_QUIET, keys[i].name);
            col += 2;
        }
    canvas_text(canvas, row, col, 40, ROLE_QUIET, "off in this version");
}

void help_draw(struct canvas *canvas)
{
    bool all = canvas->rows >= (int)keys_count + 4;
    int working = 0, rows, row;
    struct area sheet;

    for (unsigned i = 0; i < keys_count; i++)
        working += !keys[i].off;
    rows = (all ? (int)keys_count : working + 1) + 2;
    sheet = (struct area){(canvas->rows - rows) / 2, (canvas->cols - WIDTH) / 2, rows,
                          WIDTH};
    canvas_sheet(canvas, sheet, "keys");
    row = sheet.row + 1;
    for (unsigned i = 0; i < keys_count; i++)
        if (all || !keys[i].off)
            draw_key(canvas, row++, sheet.col + 2, &keys[i]);
    if (!all)
        draw_off(canvas, row, sheet.col + 2);
}
