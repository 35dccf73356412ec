#include "face/tui/canvas/lines.h"
#include "face/tui/race/parts.h"
#include "face/tui/race/words.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    COLS_LEAST = 80,
    ROWS_LEAST = 24,
    SENTENCE = 1, /* its row; the next is for why, or the sentence's rest */
    WIDE = 100,   /* columns from which words are not abridged */
    BOXES = 7,    /* rows of a lane: rule, path as boxes, three strips */
    LINES = 5,    /* ... path as a line */
    LOW = 3,      /* ... and one strip */
    TABLE = 7,    /* least rows of the table, with its heads */
    SPARE = 4,    /* rows that it gets before gaps do */
    TIME_COL = 11,
    TIME_COL_WIDE = 15
};

/* Which rows belong to what. */
struct layout {
    int lanes, lane, gap, axis, table, table_rows, more, keys;
};

static struct layout lay_out(const struct race *race, const struct canvas *canvas)
{
    static const int forms[] = {BOXES, LINES, LOW};
    struct layout layout = {
        .lanes = SENTENCE + 2, .lane = LOW, .keys = canvas->rows - 1};
    int count = (int)race->lanes, left = layout.keys - layout.lanes - 1 - TABLE;

    for (unsigned i = 0; i < 3; i++)
        if (forms[i] * count <= left && (i > 0 || canvas->cols >= WIDE)) {
            layout.lane = forms[i];
            break;
        }
    left -= layout.lane * count;
    layout.gap = left >= count - 1 + (layout.lane == LOW ? 0 : SPARE) ? 1 : 0;
    layout.axis = layout.lanes + count * layout.lane + (count - 1) * layout.gap;
    layout.table = layout.axis + 1;
    layout.table_rows = layout.keys - layout.table;
    return layout;
}

/* --- the top ------------------------------------------------------------------------- */

/* What was set, as "n=1 bytes=4096". */
static void put_settings(struct buf *out, const struct race *race)
{
    const struct scenario *scenario = race->lane[0].session.subject.scenario;
    bool some = false;

    for (unsigned i = 0; i < scenario->parameters; i++) {
        if (!scenario->parameter[i].given)
            continue;
        buf_text(out, some ? " " : " · ");
        parameter_put(out, &scenario->parameter[i]);
        some = true;
    }
}

static const char *tag_of(const struct race *race, bool wide)
{
    if (race->running)
        return " RUNS ";
    if (race->cycle < race->furthest)
        return wide ? " ◂ PAST in every lane " : " ◂ PAST ";
    return race_ended(race) ? wide ? " ENDED in every lane " : " ENDED "
           : wide           ? " LIVE in every lane "
                            : " all LIVE ";
}

static void draw_title(const struct race *race, struct canvas *canvas)
{
    bool wide = canvas->cols >= WIDE;
    const char *tag = tag_of(race, wide);
    bool past = !race->running && race->cycle < race->furthest;
    int end = canvas->cols - text_width(tag) - 1, left = end - 2;
    struct buf text = {0};
    char cycle[32];

    canvas_text(canvas, 0, end, text_width(tag), past ? ROLE_TAG : ROLE_HEAD, tag);
    buf_printf(&text, "cycle %s", axis_text(cycle, race->cycle));
    if (race->running && wide)
        buf_printf(&text, "  %s", race_speed_name(race));
    left -= text_width(buf_str(&text));
    canvas_text(canvas, 0, left, text_width(buf_str(&text)), ROLE_TEXT, buf_str(&text));
    buf_clear(&text);
    buf_printf(&text, "%s · race of %u", race->title, race->lanes);
    put_settings(&text, race);
    canvas_text(canvas, 0, 1, 8, ROLE_HEAD, "Ringside");
    canvas_text(canvas, 0, 11, left - 13, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
}

/* Over two rows, broken at a blank, if it is too long for one. True: it was. */
static bool draw_sentence(struct canvas *canvas, const char *text)
{
    const struct area rows = {SENTENCE, 1, 2, canvas->cols - 2};

    return lines_draw(canvas, rows, ROLE_HEAD, text) > 1;
}

static void draw_words(const struct race_view *view)
{
    struct canvas *canvas = view->canvas;
    struct buf text = {0};

    race_sentence(&text, view->race, view->counters);
    if (!draw_sentence(canvas, buf_str(&text))) {
        buf_clear(&text);
        race_why(&text, view->race, view->counters, canvas->cols - 8);
        canvas_text(canvas, SENTENCE + 1, 1, 3, ROLE_QUIET, "why");
        canvas_text(canvas, SENTENCE + 1, 7, canvas->cols - 8, ROLE_QUIET,
                    buf_str(&text));
    }
    buf_free(&text);
}

/* --- lanes --------------------------------------------------------------------------- */

static void draw_lane(const struct race_view *view, unsigned number, int row, int rows)
{
    const struct race_lane *lane = &view->race->lane[number];
    const char *title = lane->session.subject.variant;
    int path = rows == BOXES ? PATH_BOXES : PATH_LINE;
    struct buf text = {0}, note = {0};

    lane_note(&note, &view->counters[number], lane->guests, view->canvas->cols >= WIDE);
    buf_printf(&text, "%c  %s", lane_letter(number), lane->name);
    if (title && text_width(buf_str(&text)) + text_width(title) +
                         text_width(buf_str(&note)) + 8 <
                     view->canvas->cols)
        buf_printf(&text, ": %s", title);
    canvas_rule(view->canvas, row, 1, view->canvas->cols - 2, buf_str(&text),
                buf_str(&note));
    draw_path(view, number, row + 1, path);
    draw_strips(view, number, row + 1 + path, rows - 1 - path);
    buf_free(&text);
    buf_free(&note);
}

/* --- the rest ------------------------------------------------------------------------ */

static const char same[] = "the same program, the same disk; every lane is a whole "
                           "machine, and one step moves them all to the same cycle";

/* The table; under it what else there is room for. */
static void draw_below(const struct race_view *view, const struct layout *layout)
{
    int row = layout->table, used = draw_table(view, row, layout->table_rows);
    int left = layout->table_rows - used;

    if (left > (int)view->race->lanes + 1)
        draw_more(view, row + used, left);
    else if (left > 0 && view->canvas->cols >= 120)
        canvas_text(view->canvas, layout->keys - 1, 1, view->canvas->cols - 2,
                    ROLE_QUIET, same);
}

static void draw_keys(struct race *race, struct canvas *canvas, int row)
{
    bool past = race->cycle < race->furthest;
    char keys[160];

    canvas->cursor_row = -1;
    if (race->asking) {
        prompt_draw(&race->prompt, canvas, row);
        return;
    }
    if (race->notice[0]) {
        canvas_text(canvas, row, 1, canvas->cols - 2, ROLE_HEAD, race->notice);
        return;
    }
    snprintf(keys, sizeof(keys), "%s← → step   n p %s   space run   g goto%s   q quit",
             past ? "End newest   " : "", race->unit->name,
             canvas->cols >= WIDE ? "   [ ] interesting" : "");
    canvas_text(canvas, row, 1, canvas->cols - 10, ROLE_QUIET, keys);
    canvas_text(canvas, row, canvas->cols - 7, 6, ROLE_QUIET, "? help");
}

static void draw_small(const struct race *race, const struct race_view *view)
{
    struct canvas *canvas = view->canvas;
    struct buf text = {0};

    canvas_printf(canvas, 0, 0, canvas->cols, ROLE_HEAD,
                  "A race needs %dx%d; this is %dx%d.", COLS_LEAST, ROWS_LEAST,
                  canvas->cols, canvas->rows);
    race_sentence(&text, race, view->counters);
    canvas_text(canvas, 1, 0, canvas->cols, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
}

static void draw_all(struct race *race, const struct race_view *view)
{
    struct layout layout = lay_out(race, view->canvas);

    draw_title(race, view->canvas);
    draw_words(view);
    for (unsigned i = 0; i < race->lanes; i++)
        draw_lane(view, i, layout.lanes + (int)i * (layout.lane + layout.gap),
                  layout.lane);
    draw_axis(view, layout.axis);
    draw_below(view, &layout);
    draw_keys(race, view->canvas, layout.keys);
    if (race->sheet.open)
        sheet_draw(&race->sheet, view->canvas);
}

void race_draw(struct race *race, struct canvas *canvas)
{
    struct lane_counters counters[RACE_LANES];
    int col = canvas->cols >= WIDE ? TIME_COL_WIDE : TIME_COL;
    const struct race_view view = {
        race, counters, canvas, axis_scale(race->cycle, canvas->cols - col - 1), col};

    canvas_clear(canvas, NULL);
    canvas->past = race->cycle < race->furthest;
    canvas->collisions = 0;
    for (unsigned i = 0; i < race->lanes; i++)
        counters_of(&counters[i], race, i);
    if (canvas->cols < COLS_LEAST || canvas->rows < ROWS_LEAST)
        draw_small(race, &view);
    else
        draw_all(race, &view);
}
