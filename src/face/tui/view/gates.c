/*
 * The way of one interrupt, from its source to its handler: each gate with its value, its
 * rule, its verdict and since when; below, hand by hand, how long the last one took.
 */
#include "face/tui/view/irq_path.h"
#include "face/tui/view/view.h"
#include "face/tui/view/wired.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    BOX_LEAST = 13,
    BOX_MOST = 21,
    BOX_ROWS = 5,
    COLUMN_FULL = 76, /* of the column form: with rules and owners */
    OWNER = 9
};

static bool is_reached(const struct irq_path *path, int box)
{
    return path->stop < 0 || box <= path->stop;
}

/* Does anything move on this path? Then it is heavy as far as it goes. */
static enum weight weight_of(const struct irq_path *path, int box)
{
    if (!is_reached(path, box))
        return WEIGHT_NEXT;
    return path->stop == 0 ? WEIGHT_IDLE : WEIGHT_NOW;
}

static enum role role_of_verdict(enum verdict verdict)
{
    static const enum role roles[VERDICTS] = {
        [VERDICT_PASS] = ROLE_TEXT,       [VERDICT_PASSED] = ROLE_TEXT,
        [VERDICT_STOP] = ROLE_STOP,       [VERDICT_WOULD_PASS] = ROLE_QUIET,
        [VERDICT_WOULD_STOP] = ROLE_WAIT, [VERDICT_RUNS] = ROLE_HEAD,
        [VERDICT_NEXT] = ROLE_HEAD,       [VERDICT_BEHIND] = ROLE_QUIET,
    };

    return roles[verdict];
}

/* --- boxes in rows ------------------------------------------------------------------- */

static void fill_box(const struct irq_path *path, int at, struct wired_box *box)
{
    const struct path_box *gate = &path->box[at];
    char since[TEXT_NUMBER];
    unsigned line = 0;

    *box =
        (struct wired_box){.dim = !is_reached(path, at),
                           .heavy = at == path->stop || gate->verdict == VERDICT_RUNS,
                           .stop = at == path->stop,
                           .thing = gate->thing};
    snprintf(box->title, sizeof(box->title), "%s", gate->title);
    snprintf(box->name, sizeof(box->name), "%s", gate->name);
    for (; line < gate->values && line < 2; line++) {
        snprintf(box->line[line], WIRED_TEXT, "%s", gate->value[line]);
        box->role[line] = gate->moved ? ROLE_CHANGED : ROLE_TEXT;
    }
    if (line < 2 && strcmp(gate->rule, "1") != 0)
        snprintf(box->line[1], WIRED_TEXT, "%s", gate->rule);
    box->role[1] = line < 2 ? ROLE_QUIET : box->role[1];
    snprintf(box->line[2], WIRED_TEXT, "%s", verdict_names[gate->verdict]);
    box->role[2] = role_of_verdict(gate->verdict);
    if (gate->has_since)
        snprintf(box->foot, sizeof(box->foot), "%s", text_count(since, gate->since));
}

/* The boxes [from, to) in a row, with the owners over them. */
static void draw_row(const struct irq_path *path, struct canvas *canvas,
                     struct area area, int from, int to, int width)
{
    int step = width + WIRED_GAP, first = from;

    for (int i = from; i < to; i++) {
        struct area at = {area.row + 1, area.col + (i - from) * step, BOX_ROWS, width};
        struct wired_box box;

        fill_box(path, i, &box);
        wired_draw_box(canvas, at, &box);
        if (i > from)
            wired_draw_wire(canvas, at.row + 2, at.col, weight_of(path, i), ROLE_DMA);
        if (i + 1 < to && strcmp(path->box[i].owner, path->box[i + 1].owner) == 0)
            continue;
        wired_draw_span(canvas, area.row, area.col + (first - from) * step,
                        (i - first) * step + width, path->box[first].owner);
        first = i + 1;
    }
}

/* Where the row that begins at `from` ends: a guest's part has a row of its own. */
static int row_end(const struct irq_path *path, int from, int most)
{
    int end = from + 1;

    while (end < (int)path->boxes && end < from + most &&
           !path->box[end - 1].is_handler)
        end++;
    return end;
}

/* Rows used; 0: there is no room for boxes. With no canvas it only counts. */
static int draw_boxes(const struct irq_path *path, struct canvas *canvas,
                      struct area area)
{
    int most = (area.cols + WIRED_GAP) / (BOX_LEAST + WIRED_GAP), used = 0, widest = 1;
    for (int from = 0; from < (int)path->boxes; from = row_end(path, from, most)) {
        int count = row_end(path, from, most) - from;

        widest = count > widest ? count : widest;
        used += BOX_ROWS + 1;
        if (!path->box[from + count - 1].is_handler)
            return 0; /* a part that does not fit a row is better read as a column */
    }
    if (used > area.rows)
        return 0;
    used = 0;
    for (int from = 0; from < (int)path->boxes; used += BOX_ROWS + 1) {
        struct area part = {area.row + used, area.col, BOX_ROWS + 1, area.cols};
        int to = row_end(path, from, most);

        draw_row(path, canvas, part, from, to,
                 wired_width(widest, area.cols, BOX_LEAST, BOX_MOST));
        from = to;
    }
    return used;
}

/* --- a column ------------------------------------------------------------------------ */

static void join_values(const struct path_box *box, char *text, size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < box->values && used < room; i++) {
        const char *value = box->value[i];

        used +=
            (size_t)snprintf(text + used, room - used, "%s%s", i ? "  " : "", value);
    }
}

/* The wire at the left of a column: heavy as far as the request goes. */
static void draw_mark(const struct irq_path *path, struct canvas *canvas, int row,
                      int col, int at)
{
    const struct path_box *box = &path->box[at];
    uint32_t glyph = at == path->stop       ? (uint32_t)L'●'
                     : box->is_handler      ? (uint32_t)L'▾'
                     : is_reached(path, at) ? (uint32_t)L'┃'
                                            : (uint32_t)L'┆';

    canvas_put(canvas, row, col, is_reached(path, at) ? ROLE_DMA : ROLE_QUIET, glyph);
}

/* Columns of a row: owner, mark, number, title, values, rule, verdict, since. */
static void draw_full_row(const struct irq_path *path, struct canvas *canvas,
                          struct area area, int row, int at, unsigned number)
{
    const struct path_box *box = &path->box[at];
    enum role role = is_reached(path, at) ? ROLE_TEXT : ROLE_QUIET;
    char values[96], since[TEXT_NUMBER] = "";
    int left = area.col + OWNER + 2, end = area.col + area.cols;
    int rule = left + 14 + 19, verdict = end - 22;

    if (at == 0 || strcmp(box->owner, path->box[at - 1].owner) != 0)
        canvas_text(canvas, row, area.col, OWNER - 1, ROLE_TEXT, box->owner);
    draw_mark(path, canvas, row, area.col + OWNER, at);
    if (number)
        canvas_printf(canvas, row, left, 2, ROLE_QUIET, "%u", number);
    canvas_text(canvas, row, left + 3, 10, role, box->title);
    join_values(box, values, sizeof(values));
    canvas_text(canvas, row, left + 14, rule - left - 15,
                box->moved ? ROLE_CHANGED : role, values);
    canvas_text(canvas, row, rule, verdict - rule - 1, ROLE_QUIET,
                box->is_handler || !verdict_is_shut(box->verdict) || area.cols < 100
                    ? box->rule
                    : box->means);
    canvas_text(canvas, row, verdict, 11, role_of_verdict(box->verdict),
                verdict_names[box->verdict]);
    if (box->has_since)
        canvas_printf(canvas, row, verdict + 11, 11, ROLE_QUIET, "%11s",
                      text_count(since, box->since));
}

static void draw_narrow_row(const struct irq_path *path, struct canvas *canvas,
                            struct area area, int row, int at)
{
    const struct path_box *box = &path->box[at];
    enum role role = is_reached(path, at) ? ROLE_TEXT : ROLE_QUIET;
    char values[96];

    draw_mark(path, canvas, row, area.col, at);
    canvas_text(canvas, row, area.col + 2, 10, role, box->title);
    join_values(box, values, sizeof(values));
    canvas_text(canvas, row, area.col + 13, area.cols - 13 - 12,
                box->moved ? ROLE_CHANGED : role, values);
    canvas_text(canvas, row, area.col + area.cols - 11, 11,
                role_of_verdict(box->verdict), verdict_names[box->verdict]);
}

/* With fewer rows than gates: from just before where it stops. */
static int first_row(const struct irq_path *path, int rows)
{
    int boxes = (int)path->boxes, first = path->stop - rows / 2;

    if (path->stop < 0)
        first = boxes - rows;
    if (first > boxes - rows)
        first = boxes - rows;
    return first > 0 ? first : 0;
}

static int draw_column(const struct irq_path *path, struct canvas *canvas,
                       struct area area)
{
    int rows = area.rows < (int)path->boxes ? area.rows : (int)path->boxes;
    int first = first_row(path, rows);
    unsigned number = 0;

    for (int i = 0; i < first; i++)
        number += !path->box[i].is_handler;
    for (int i = 0; i < rows; i++) {
        int at = first + i, row = area.row + i;

        number += !path->box[at].is_handler;
        if (area.cols >= COLUMN_FULL)
            draw_full_row(path, canvas, area, row, at,
                          path->box[at].is_handler ? 0 : number);
        else
            draw_narrow_row(path, canvas, area, row, at);
        if (path->box[at].name[0])
            canvas_thing(canvas, row, area.col, area.cols, path->box[at].thing, "%s",
                         path->box[at].name);
    }
    return rows;
}

/* --- how long the last one took ------------------------------------------------------- */

static void draw_hand(const struct irq_path *path, struct canvas *canvas,
                      struct area area, int row, const uint8_t *hand, unsigned at)
{
    const struct delivery *delivery = &path->delivery;
    uint64_t begin = delivery->cycle[hand[0]], cycle = delivery->cycle[hand[at]];
    struct moment moment = {.retired = delivery->retired[hand[at]],
                            .order = delivery->order[hand[at]] + 1};
    char text[TEXT_NUMBER], since[TEXT_NUMBER + 1], name[MOMENT_TEXT];
    int numbers = area.cols >= 44 ? 22 : 9;

    canvas_text(canvas, row, area.col + 2, area.cols - 4 - numbers, ROLE_TEXT,
                hand_infos[hand[at]].help);
    if (numbers > 9)
        canvas_printf(canvas, row, area.col + area.cols - 22, 12, ROLE_TEXT, "%12s",
                      text_count(text, cycle));
    snprintf(since, sizeof(since), "+%s", text_count(text, cycle - begin));
    canvas_printf(canvas, row, area.col + area.cols - 9, 9, ROLE_QUIET, "%9s", since);
    canvas_thing(canvas, row, area.col, area.cols, THING_EVENT, "%s",
                 moment_text(name, moment, false));
}

/* The trap's own cycles are over: the handler's first instruction begins. */
static void draw_start(const struct irq_path *path, const struct watch *watch,
                       struct canvas *canvas, struct area area, int row)
{
    const struct delivery *delivery = &path->delivery;
    uint8_t hand[HANDS];
    uint64_t starts = delivery->cycle[HAND_TRAP] + watch->board->costs.trap_entry;
    char text[TEXT_NUMBER], since[TEXT_NUMBER + 1];

    delivery_hands(delivery, hand);
    canvas_text(canvas, row, area.col + 2, area.cols - 26, ROLE_TEXT,
                "the handler's first instruction begins");
    if (area.cols >= 44)
        canvas_printf(canvas, row, area.col + area.cols - 22, 12, ROLE_TEXT, "%12s",
                      text_count(text, starts));
    snprintf(since, sizeof(since), "+%s",
             text_count(text, starts - delivery->cycle[hand[0]]));
    canvas_printf(canvas, row, area.col + area.cols - 9, 9, ROLE_QUIET, "%9s", since);
}

static void draw_latency(const struct irq_path *path, const struct watch *watch,
                         struct canvas *canvas, struct area area)
{
    int row = area.row + 1;
    uint8_t hand[HANDS];
    unsigned hands = path->has_delivery ? delivery_hands(&path->delivery, hand) : 0;
    unsigned from; /* with fewer rows than hands the last ones are shown */

    if (!hands || area.rows < 3)
        return;
    canvas_text(canvas, area.row, area.col, area.cols - 26, ROLE_HEAD,
                path->on_its_way ? "latency so far" : "latency of the last one");
    canvas_printf(canvas, area.row, area.col + area.cols - 22, 22, ROLE_QUIET,
                  "%12s %9s", area.cols >= 44 ? "at cycle" : "", "after");
    from = hands + 1 < (unsigned)area.rows ? 0 : hands - (unsigned)area.rows + 2;
    for (unsigned i = from; i < hands; i++) {
        draw_hand(path, canvas, area, row++, hand, i);
        if (hand[i] == HAND_TRAP && row < area.row + area.rows)
            draw_start(path, watch, canvas, area, row++);
    }
}

/* --- the view ------------------------------------------------------------------------- */

/* Handlers are no gates. */
static unsigned stop_number(const struct irq_path *path)
{
    unsigned number = 1;

    for (int i = 0; i < path->stop; i++)
        number += !path->box[i].is_handler;
    return number;
}

static void note_of(const struct irq_path *path, bool brief, char *note, size_t room)
{
    bool runs = path->box[path->boxes - 1].verdict == VERDICT_RUNS;

    if (path->stop >= 0)
        snprintf(note, room,
                 brief ? "stops at %u of %u: %s" : "stops at gate %u of %u: %s",
                 stop_number(path), path->gates, path->box[path->stop].title);
    else if (runs)
        snprintf(note, room, brief ? "passed all %u" : "it has passed all %u gates",
                 path->gates);
    else
        snprintf(note, room, brief ? "all %u open" : "all %u gates are open",
                 path->gates);
}

static void draw_title(const struct irq_path *path, struct canvas *canvas,
                       struct area area)
{
    char title[160], note[48];

    note_of(path, area.cols < 60, note, sizeof(note));
    snprintf(title, sizeof(title), "%s, from the %s to the handler", path->title,
             path->choice.source ? "device" : "source");
    if (text_width(title) + text_width(note) + 4 > area.cols)
        snprintf(title, sizeof(title), "%s",
                 text_width(path->title) + text_width(note) + 4 > area.cols
                     ? path->name
                     : path->title);
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    canvas_thing(canvas, area.row, area.col, text_width(title), THING_IRQ, "%s",
                 path->name);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct irq_choice choice;
    struct irq_path path;
    struct area inside = {area.row + 1, area.col, area.rows - 1, area.cols};
    int used;

    if (!irq_choose(watch, state->about, &choice) ||
        !irq_path_of(watch, &choice, &path)) {
        canvas_rule(canvas, area.row, area.col, area.cols, "gates", "");
        canvas_printf(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                      "this board has no interrupt '%s'", state->about);
        return;
    }
    draw_title(&path, canvas, area);
    used = draw_boxes(&path, canvas, inside);
    if (!used)
        used = draw_column(&path, canvas, inside);
    inside.row += used + 1;
    inside.rows -= used + 1;
    draw_latency(&path, watch, canvas, inside);
}

const struct view gates_view = {
    .name = "gates",
    .help = "the gates of an interrupt, from the device to the handler",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 4,
    .wish = 20,
    .tells = "why not irq",
    .about = "irq N, timer [hart H], or a bit of mip",
    .absent = irq_absent,
    .draw = draw,
};
