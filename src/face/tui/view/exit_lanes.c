#include "base/bits.h"
#include "face/tui/view/exit_scene.h"
#include "observe/exits/exit_words.h"

#include <inttypes.h>

enum { LABEL = 9 /* columns of the lanes' names */, AFTER = 6 /* ... of the return */ };

/* The columns in which the exit lies: each is so many cycles. */
struct scale {
    int col, cols;
    uint64_t from, cycles;
};

/* At least one: the scale is asked for wherever there is a rule, also of narrow panes. */
static int lane_cols(int cols)
{
    int left = cols - LABEL - 3 - AFTER;

    return left > 1 ? left : 1;
}

/* Round numbers, so that the picture seldom changes while an exit grows. */
uint64_t exit_lane_scale(const struct exit_scene *scene, int cols)
{
    static const uint8_t steps[] = {10, 15, 20, 30, 40, 50, 70};
    uint64_t cycles = scene->until - scene->exit->cycle;
    uint64_t room = (uint64_t)lane_cols(cols), ten = 1;

    for (;; ten *= 10)
        for (size_t i = 0; i < COUNT(steps); i++)
            if (steps[i] * ten % 10 == 0 && steps[i] * ten / 10 * room >= cycles)
                return steps[i] * ten / 10;
}

static struct scale scale_of(const struct exit_scene *scene, struct area area)
{
    return (struct scale){.col = area.col + LABEL + 3,
                          .cols = lane_cols(area.cols),
                          .from = scene->exit->cycle,
                          .cycles = exit_lane_scale(scene, area.cols)};
}

static int column_of(const struct scale *scale, uint64_t cycle)
{
    return scale->col + bar_end(cycle - scale->from,
                                scale->cycles * (uint64_t)scale->cols, scale->cols);
}

/* --- parts ----------------------------------------------------------------------------- */

/* The name in the middle of its stretch, with a blank at both ends, or nothing. */
static void name_piece(struct canvas *canvas, int row, int from, int until,
                       const char *name)
{
    int width = text_width(name) + 2, room = until - from - 1;

    if (room >= width)
        canvas_printf(canvas, row, from + 1 + (room - width) / 2, width, ROLE_HEAD,
                      " %s ", name);
}

static void draw_piece(struct canvas *canvas, int row, const struct scale *scale,
                       const struct exit_piece *piece)
{
    enum exit_part part = (enum exit_part)piece->part;
    int from = column_of(scale, piece->from), until = column_of(scale, piece->until);

    canvas_across(canvas, row, from, until, WEIGHT_NOW, exit_part_role(part));
    canvas_across(canvas, row + 1, from, until, WEIGHT_IDLE, ROLE_RULE);
    canvas_down(canvas, until, row, row + 1, WEIGHT_IDLE, ROLE_RULE);
}

/* Stretches in which the host waits for an interrupt are hatched. */
static void hatch_idle(struct canvas *canvas, int row, const struct scale *scale,
                       const struct exit_piece *piece)
{
    int from = column_of(scale, piece->from), until = column_of(scale, piece->until);

    if (piece->part == EXIT_IDLE)
        for (int col = from + 1; col < until; col++)
            canvas_put(canvas, row, col, exit_part_role(EXIT_IDLE),
                       exit_part_sign(EXIT_IDLE));
}

static void hatch_waits(const struct exit_scene *scene, struct canvas *canvas, int row,
                        const struct scale *scale)
{
    int end = column_of(scale, scene->until);

    for (int col = scale->col + 1; col < end; col++) {
        uint64_t middle = scale->from + (uint64_t)(col - scale->col) * scale->cycles +
                          scale->cycles / 2;

        if (exit_way_waits(&scene->way, scene->exit, middle))
            canvas_put(canvas, row, col, exit_part_role(EXIT_BUS),
                       exit_part_sign(EXIT_BUS));
    }
}

/* The longest piece of each part has its name. */
static void name_parts(struct canvas *canvas, int row, const struct scale *scale,
                       const struct exit_piece *piece, unsigned pieces)
{
    const struct exit_piece *longest[EXIT_PARTS] = {NULL};

    for (unsigned i = 0; i < pieces; i++) {
        const struct exit_piece **of = &longest[piece[i].part];

        if (!*of || piece[i].until - piece[i].from > (*of)->until - (*of)->from)
            *of = &piece[i];
    }
    for (int part = 0; part < EXIT_PARTS; part++)
        if (longest[part])
            name_piece(canvas, row, column_of(scale, longest[part]->from),
                       column_of(scale, longest[part]->until),
                       exit_part_infos[part].name);
}

/* Without markers it is one piece; so it is where its events are not at hand. */
static unsigned pieces_of(const struct exit_scene *scene,
                          const struct exit_piece **piece, struct exit_piece *whole)
{
    *whole = (struct exit_piece){scene->exit->cycle, scene->until, EXIT_OTHER};
    *piece = scene->way.known ? scene->way.piece : whole;
    return scene->way.known ? scene->way.pieces : 1;
}

static void draw_host(const struct exit_scene *scene, struct canvas *canvas, int row,
                      const struct scale *scale)
{
    const struct exit_piece *piece;
    struct exit_piece whole;
    unsigned pieces = pieces_of(scene, &piece, &whole);

    canvas_text(canvas, row, scale->col - LABEL - 3, LABEL, ROLE_HART, "host   h");
    for (unsigned i = 0; i < pieces; i++)
        draw_piece(canvas, row, scale, &piece[i]);
    canvas_down(canvas, scale->col, row, row + 1, WEIGHT_IDLE, ROLE_RULE);
    for (unsigned i = 0; i < pieces; i++)
        hatch_idle(canvas, row, scale, &piece[i]);
    hatch_waits(scene, canvas, row, scale);
    name_parts(canvas, row, scale, piece, pieces);
    canvas_thing(canvas, row, scale->col, scale->cols, THING_EXIT, "exit %" PRIu64,
                 scene->exit->number);
}

/* --- guests ---------------------------------------------------------------------------- */

static void draw_guest(const struct exit_scene *scene, struct canvas *canvas, int row,
                       const struct scale *scale)
{
    const struct vm_exit *exit = scene->exit;
    int until = column_of(scale, scene->until);

    canvas_printf(canvas, row, scale->col - LABEL - 3, LABEL, role_of_guest(exit->vmid),
                  "guest %u", exit->vmid);
    canvas_thing(canvas, row, scale->col - LABEL - 3, LABEL, THING_PART, "guest %u",
                 exit->vmid);
    canvas_across(canvas, row, scale->col - 2, scale->col, WEIGHT_IDLE,
                  role_of_guest(exit->vmid));
    canvas_down(canvas, scale->col, row, row + 2, WEIGHT_IDLE, ROLE_HART);
    if (exit->open)
        return;
    canvas_down(canvas, until, row, row + 2, WEIGHT_NOW, role_of_guest(exit->resumed));
    canvas_across(canvas, row, until, until + 2, WEIGHT_NOW,
                  role_of_guest(exit->resumed));
    canvas_printf(canvas, row, until + 3, 2, role_of_guest(exit->resumed), "%u",
                  exit->resumed);
}

void exit_draw_head(const struct exit_scene *scene, struct canvas *canvas, int row,
                    int col, int room)
{
    const struct vm_exit *exit = scene->exit;
    struct buf text = {0}, about = {0};

    buf_text(&text, "▾ ");
    exit_put_instruction(&text, exit->insn, exit->epc);
    buf_text(&text, exit->insn ? " traps: " : "");
    exit_put_cause(&text, exit->cause);
    exit_put_about(&about, &scene->watch->session->narrator, exit);
    if (about.size)
        buf_printf(&text, ", %s", buf_str(&about));
    canvas_text(canvas, row, col, room, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
    buf_free(&about);
}

/* How it ended, over the return. */
static void draw_end(const struct exit_scene *scene, struct canvas *canvas, int row,
                     const struct scale *scale)
{
    const struct vm_exit *exit = scene->exit;
    const char *word = exit->open                    ? "not over"
                       : exit->resumed == exit->vmid ? "returns"
                                                     : "another";

    canvas_printf(canvas, row, scale->col + scale->cols - 3, 8, ROLE_QUIET, "%8s",
                  word);
}

void exit_draw_lanes(const struct exit_scene *scene, struct canvas *canvas,
                     struct area area)
{
    struct scale scale = scale_of(scene, area);

    exit_draw_head(scene, canvas, area.row, scale.col, scale.cols - 5);
    draw_end(scene, canvas, area.row, &scale);
    draw_guest(scene, canvas, area.row + 1, &scale);
    draw_host(scene, canvas, area.row + 3, &scale);
}
