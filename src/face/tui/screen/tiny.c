#include "face/tui/screen/tiny.h"

#include "face/tui/canvas/lines.h"
#include "face/tui/screen/heading.h"
#include "face/tui/stage/transaction.h"

#include <stdio.h>

enum { SENTENCE = 3, LANE = 4, NAME = 24 };

static void put_end(const struct watch *watch, struct end end, char name[NAME])
{
    if (end.part == PART_HART)
        snprintf(name, NAME, "hart %u", end.index);
    else if (end.part == PART_RAM)
        snprintf(name, NAME, "RAM");
    else if (end.part == PART_DEVICE)
        snprintf(name, NAME, "%s", watch->board->device[end.index]->name);
    else
        snprintf(name, NAME, "outside");
}

/* "hart 0 ●━ read 2 B ━▸ ata0": the arrow head is where the bytes go. */
static void draw_path(const struct watch *watch, struct canvas *canvas, int row)
{
    const struct transaction now = transaction_now(watch);
    char asker[NAME], target[NAME];
    const char *label = now.label[2][0] ? now.label[2] : now.label[1];

    if (now.way != WAY_BUS)
        return;
    put_end(watch, now.asker, asker);
    put_end(watch, now.target, target);
    canvas_printf(canvas, row, 1, canvas->cols - 2, now.role, "%s %s●━ %s %s━%s %s",
                  asker, now.to_asker ? "◂" : "", label, label[0] ? "" : "━",
                  now.to_asker ? "" : "▸", target);
}

void tiny_draw(struct screen *screen, struct canvas *canvas)
{
    struct area sentence = {1, 1, SENTENCE, canvas->cols - 2};
    struct area lane = {canvas->rows - 1 - LANE, 1, LANE, canvas->cols - 2};
    struct view_state state = {.token = -1};
    struct buf text = {0};

    heading_title(screen, canvas);
    heading_sentence(screen, &text);
    lines_draw(canvas, sentence, ROLE_HEAD, buf_str(&text));
    buf_free(&text);
    draw_path(screen->watch, canvas, sentence.row + SENTENCE + 1);
    timeline_view.draw(screen->watch, &state, canvas, lane);
}

void tiny_refuse(const struct screen *screen, struct canvas *canvas)
{
    struct area rest = {1, 0, canvas->rows - 1, canvas->cols};
    char needs[64];
    struct buf text = {0};

    snprintf(needs, sizeof(needs), "Ringside needs %dx%d; this is %dx%d",
             SCREEN_LEAST_COLS, SCREEN_LEAST_ROWS, canvas->cols, canvas->rows);
    if (text_width(needs) > canvas->cols)
        snprintf(needs, sizeof(needs), "needs %dx%d", SCREEN_LEAST_COLS,
                 SCREEN_LEAST_ROWS);
    canvas_text(canvas, 0, 0, canvas->cols, ROLE_TEXT, needs);
    heading_sentence(screen, &text);
    if (text_width(buf_str(&text)) <= rest.rows * (rest.cols - 8))
        lines_draw(canvas, rest, ROLE_HEAD, buf_str(&text));
    buf_free(&text);
}
