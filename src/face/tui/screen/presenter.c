#include "face/tui/screen/presenter.h"

#include "base/bits.h"
#include "face/tui/canvas/lines.h"
#include "face/tui/screen/heading.h"
#include "face/tui/screen/keyrow.h"
#include "face/tui/watch/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 4,
    WIDE_MARGIN = 8,
    WIDE = 110,
    SENTENCE = 3, /* rows */
    LANES = 4,
    REMARK = 4,
    PICTURE = 12 /* rows that the stage makes good use of */
};

/* --- the sentence ------------------------------------------------------------------------ */

/* Bytes of " at 0x80210000" or " (0x80210000)"; 0: none begins here. */
static size_t address_here(const char *text)
{
    static const char *const heads[] = {
        " at 0x", " (0x", ": 0x", ", guest physical address 0x", ", with tval 0x"};

    for (size_t i = 0; i < COUNT(heads); i++) {
        size_t length = strlen(heads[i]);

        if (strncmp(text, heads[i], length) != 0)
            continue;
        while (isxdigit((unsigned char)text[length]))
            length++;
        return text[length] == ')' ? length + 1 : length;
    }
    return 0;
}

void presenter_sentence(const struct screen *screen, struct buf *out)
{
    struct buf whole = {0};

    heading_sentence(screen, &whole);
    for (const char *at = buf_str(&whole); *at;) {
        size_t skip = address_here(at);

        if (!skip)
            buf_char(out, *at);
        at += skip ? skip : 1;
    }
    buf_free(&whole);
}

/* --- the picture ----------------------------------------------------------------------- */

static struct pane *pane_number(struct panes *panes, unsigned number)
{
    for (unsigned r = 0; r < panes->layout.rows; r++) {
        if (number < panes->layout.row[r].panes)
            return &panes->layout.row[r].pane[number];
        number -= panes->layout.row[r].panes;
    }
    return NULL;
}

static void draw_picture(struct screen *screen, struct canvas *canvas, struct area area)
{
    struct pane *lit =
        screen->spot ? pane_number(&screen->panes, screen->spot - 1) : NULL;
    struct view_state calm = {.token = -1, .calm = true};

    if (lit)
        lit->view->draw(screen->watch, &lit->state, canvas, area);
    else
        stage_view.draw(screen->watch, &calm, canvas, area);
}

/* --- the bottom ------------------------------------------------------------------------ */

/* When it is, and which question of how many. */
static void draw_foot(const struct screen *screen, struct canvas *canvas, int margin)
{
    char cycle[TEXT_NUMBER], which[32] = "";
    int row = canvas->rows - 1;

    if (screen->shows_keys || screen->notice[0]) {
        keyrow_draw(screen, canvas);
        return;
    }
    canvas_printf(canvas, row, margin, canvas->cols / 2, ROLE_QUIET, "%scycle %s",
                  screen->past ? "◂ PAST  " : "",
                  text_count(cycle, screen->watch->cycle));
    if (screen->held && screen->question.number)
        snprintf(which, sizeof(which), "question %u of %u", screen->question.number,
                 screen->question.of);
    canvas_text(canvas, row, canvas->cols - margin - text_width(which),
                text_width(which), ROLE_QUIET, which);
}

static void draw_remark(const struct screen *screen, struct canvas *canvas,
                        struct area area)
{
    if (screen->held) {
        canvas_text(canvas, area.row, area.col, 1, ROLE_HELD, "?");
        area.col += 4;
        area.cols -= 4;
        question_write(&screen->question, canvas, area);
    } else if (screen->remark[0]) {
        lines_draw(canvas, area, ROLE_TEXT, screen->remark);
    }
}

void presenter_draw(struct screen *screen, struct canvas *canvas)
{
    int margin = canvas->cols >= WIDE ? WIDE_MARGIN : MARGIN;
    int cols = canvas->cols - 2 * margin, below = LANES + REMARK + 1;
    struct area sentence = {1, margin, SENTENCE, cols}, picture, lanes, remark;
    struct view_state state = {.token = -1, .calm = true};
    struct buf text = {0};

    presenter_sentence(screen, &text);
    lines_draw(canvas, sentence, ROLE_HEAD, buf_str(&text));
    buf_free(&text);
    picture = (struct area){4, margin, canvas->rows - 4 - below, cols};
    if (!screen->spot &&
        picture.rows > PICTURE + 4) { /* in the middle of what there is */
        picture.row += (picture.rows - PICTURE - 4) / 2;
        picture.rows = PICTURE + 4;
    }
    draw_picture(screen, canvas, picture);
    lanes = (struct area){canvas->rows - below, margin, LANES, cols};
    timeline_view.draw(screen->watch, &state, canvas, lanes);
    remark = (struct area){lanes.row + LANES, margin, REMARK, cols};
    draw_remark(screen, canvas, remark);
    draw_foot(screen, canvas, margin);
}
