#include "face/tui/screen/draw.h"

#include "face/tui/screen/heading.h"
#include "face/tui/screen/keyrow.h"
#include "face/tui/screen/presenter.h"
#include "face/tui/screen/tiny.h"

#include <stddef.h>

enum { WIDEST = 150, HIGHEST = 46 /* from which there is room for everything */ };

void screen_fit(struct screen *screen, int rows, int cols)
{
    bool large = cols >= WIDEST && rows >= HIGHEST;
    const struct layout_info *info = layout_named(large ? "everything" : "stage");
    struct layout layout;
    struct err err;

    if (screen->laid_out ||
        (screen->panes.layout.rows && layout_named(screen->panes.layout.name) == info))
        return;
    if (layout_read(&layout, info->name, info->text, &err))
        panes_use(&screen->panes, &layout);
}

static void draw_last_row(const struct screen *screen, struct canvas *canvas)
{
    static const char past[] = "◂ a change here makes a branch";
    int room = canvas->cols - text_width(past) - 1;

    if (screen->prompting && !screen->notice[0]) {
        prompt_draw(&screen->prompt, canvas, canvas->rows - 1);
        if (screen->past && (int)screen->prompt.length + 4 < room)
            canvas_text(canvas, canvas->rows - 1, room, text_width(past), ROLE_TAG,
                        past);
    } else
        keyrow_draw(screen, canvas);
}

static void draw_panes(struct screen *screen, struct canvas *canvas)
{
    int top = heading_draw(screen, canvas);
    struct area area = {top, 1, canvas->rows - 1 - top, canvas->cols - 2};

    panes_draw(&screen->panes, screen->watch, canvas, area, canvas->rows);
    if (screen->held)
        question_draw(&screen->question, canvas, area);
}

void screen_draw(struct screen *screen, struct canvas *canvas)
{
    canvas_clear(canvas, NULL);
    canvas->past = screen->past;
    canvas->cursor_row = -1;
    screen_fit(screen, canvas->rows, canvas->cols);
    if (canvas->rows < SCREEN_LEAST_ROWS || canvas->cols < SCREEN_LEAST_COLS) {
        tiny_refuse(screen, canvas);
        return;
    }
    screen->sheet.room = sheet_room(canvas);
    if (canvas->rows < SCREEN_ROWS || canvas->cols < SCREEN_COLS)
        tiny_draw(screen, canvas);
    else if (screen->presenting)
        presenter_draw(screen, canvas);
    else
        draw_panes(screen, canvas);
    panes_keep_things(&screen->panes, canvas);
    if (!screen->presenting || screen->prompting)
        draw_last_row(screen, canvas);
    if (screen->sheet.open)
        sheet_draw(&screen->sheet, canvas);
    if (screen->palette.open)
        palette_draw(&screen->palette, canvas);
}
