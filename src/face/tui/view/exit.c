/* One VM exit: why it came, where its cycles went, what was done in it. */
#include "base/number.h"
#include "face/tui/view/exit_scene.h"
#include "observe/exits/exit_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LABEL = 9,
    CELL = 9,        /* columns of a part's numbers */
    BESIDE = 92,     /* columns from which on CSRs and acts stand beside each other */
    WITH_SCALE = 72, /* ... the rule says how long a column is */
    TABLE_ROWS = 3
};

/* --- numbers --------------------------------------------------------------------------- */

static void draw_share(struct canvas *canvas, int row, int col, int room,
                       const struct exit_cost *cost, enum exit_part part)
{
    char count[TEXT_NUMBER], percent[BAR_PERCENT];
    int used = 24;

    canvas_put(canvas, row, col, exit_part_role(part), exit_part_sign(part));
    canvas_printf(canvas, row, col + 2, 9, ROLE_TEXT, "%s", exit_part_infos[part].name);
    canvas_printf(canvas, row, col + 10, 8, ROLE_TEXT, "%8s",
                  text_count(count, cost->part[part]));
    canvas_printf(canvas, row, col + 19, 5, ROLE_QUIET, "%5s",
                  bar_percent(percent, cost->part[part], cost->cycles));
    bar_one(canvas, row, col + used + 1, room - used - 1, exit_part_role(part),
            cost->part[part], cost->cycles);
}

/* A row a part. */
static void draw_list(const struct exit_scene *scene, struct canvas *canvas,
                      struct area area)
{
    const struct exit_cost *cost = &scene->exit->cost;
    int row = area.row, end = area.row + area.rows;

    for (int part = 0; part < EXIT_PARTS && row < end; part++)
        if (cost->part[part])
            draw_share(canvas, row++, area.col, area.cols, cost, (enum exit_part)part);
}

static void put_insns(char *text, size_t room, const struct exit_way *way, int part)
{
    char count[TEXT_NUMBER];

    if (part == EXIT_TRAP)
        snprintf(text, room, "hw");
    else if (!way->known || part == EXIT_IDLE || part == EXIT_BUS)
        snprintf(text, room, "-");
    else
        snprintf(text, room, "%s", text_count(count, way->insns[part]));
}

static void draw_cell(struct canvas *canvas, int row, int col, enum role role,
                      const char *text)
{
    canvas_printf(canvas, row, col, CELL - 1, role, "%*s", CELL - 1, text);
}

/* A column a part: cycles and instructions, and the sums at the end. */
static void draw_table(const struct exit_scene *scene, struct canvas *canvas,
                       struct area area)
{
    const struct exit_cost *cost = &scene->exit->cost;
    int col = area.col + LABEL, last = area.col + area.cols - CELL;
    char text[TEXT_NUMBER];
    bool all = area.cols >= LABEL + CELL * (EXIT_PARTS + 1);
    uint64_t insns = 0;

    canvas_text(canvas, area.row + 1, area.col, LABEL, ROLE_QUIET, "cycles");
    canvas_text(canvas, area.row + 2, area.col, LABEL, ROLE_QUIET, "instr");
    for (int part = 0; part < EXIT_PARTS && col <= last - CELL; part++) {
        if (!cost->part[part] && !all)
            continue;
        draw_cell(canvas, area.row, col, exit_part_role((enum exit_part)part),
                  exit_part_infos[part].name);
        draw_cell(canvas, area.row + 1, col, ROLE_TEXT,
                  text_count(text, cost->part[part]));
        put_insns(text, sizeof(text), &scene->way, part);
        draw_cell(canvas, area.row + 2, col, ROLE_TEXT, text);
        insns += scene->way.insns[part];
        col += CELL;
    }
    draw_cell(canvas, area.row, col, ROLE_QUIET, "all");
    draw_cell(canvas, area.row + 1, col, ROLE_HEAD, text_count(text, cost->cycles));
    draw_cell(canvas, area.row + 2, col, ROLE_HEAD,
              scene->way.known ? text_count(text, insns) : "-");
}

/* --- what it is compared with ------------------------------------------------------------ */

/* Exits of the same guest, cause, instruction and page so far. */
static const struct exit_class *class_of(const struct exits *exits,
                                         const struct vm_exit *exit)
{
    for (unsigned i = 0; i < exits->classes; i++) {
        const struct exit_class *class = &exits->class[i];

        if (class->cause == exit->cause && class->vmid == exit->vmid &&
            class->insn == exit->insn &&
            (class->epc == exit->epc || exit->cause & CAUSE_INTERRUPT) &&
            (!exit_is_page_fault(exit->cause) ||
             class->subject == (exit->gpa & ~BITS(11, 0))))
            return class;
    }
    return NULL;
}

/* Where a device's registers are for the guest, the same access has a price without it. */
static void put_bare(struct buf *out, const struct exit_scene *scene)
{
    const struct vm_exit *exit = scene->exit;
    const struct board *board = scene->watch->run->board[exit->board];
    bool store = exit->cause == CAUSE_STORE_GUEST_PAGE;
    uint32_t price = board->costs.instruction +
                     (store ? board->costs.mmio_write : board->costs.mmio_read);

    if (!exit_is_page_fault(exit->cause) || !exit_device(board, exit->gpa))
        return;
    buf_printf(out,
               "Without a hypervisor this %s takes %u cycles: instruction and %s. ",
               store ? "store" : "load", price, store ? "mmio_write" : "mmio_read");
}

static void put_alike(struct buf *out, const struct exit_scene *scene)
{
    const struct exit_class *class = class_of(scene->exits, scene->exit);

    if (!class || class->count < 2)
        return;
    buf_text(out, "Alike so far: ");
    put_count(out, class->count);
    buf_text(out, " exits, ");
    put_count(out, (class->cost.cycles + class->count / 2) / class->count);
    buf_text(out, " cycles each on average. ");
}

static void draw_note(const struct exit_scene *scene, struct canvas *canvas,
                      struct area area, int row)
{
    struct buf text = {0};

    if (!scene->way.known)
        buf_text(&text, "Its events are not at hand: its parts in one piece. ");
    else if (!scene->way.marked && !scene->exit->open)
        buf_text(&text, "There are no markers in this program: one piece. ");
    else if (scene->way.joined)
        buf_text(&text, "Its shortest pieces are joined. ");
    put_bare(&text, scene);
    put_alike(&text, scene);
    canvas_text(canvas, row, area.col, area.cols, ROLE_QUIET, buf_str(&text));
    buf_free(&text);
}

/* --- all --------------------------------------------------------------------------------- */

/* "exit 3 of guest 1": and how wide a column is. */
static void draw_rule(const struct exit_scene *scene, struct canvas *canvas,
                      struct area area)
{
    const struct vm_exit *exit = scene->exit;
    uint64_t scale = exit_lane_scale(scene, area.cols - 2);
    char count[TEXT_NUMBER], title[64], note[96];
    size_t used;

    snprintf(title, sizeof(title), "exit %" PRIu64 " of guest %u", exit->number,
             exit->vmid);
    used = (size_t)snprintf(note, sizeof(note), "%s cycles%s",
                            text_count(count, exit->cost.cycles),
                            exit->open ? " so far" : "");
    if (area.cols >= WITH_SCALE)
        snprintf(note + used, sizeof(note) - used, "; 1 column = %s cycle%s",
                 text_count(count, scale), scale == 1 ? "" : "s");
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    canvas_thing(canvas, area.row, area.col, text_width(title), THING_EXIT,
                 "exit %" PRIu64, exit->number);
}

static struct area rest_of(struct area area, int used)
{
    return (struct area){area.row + used, area.col, area.rows - used, area.cols};
}

static void draw_narrow(const struct exit_scene *scene, struct canvas *canvas,
                        struct area area)
{
    const struct exit_cost *cost = &scene->exit->cost;

    exit_draw_head(scene, canvas, area.row, area.col, area.cols);
    if (area.rows < 2)
        return;
    exit_parts_bar(canvas, area.row + 1, area.col, area.cols, cost, cost->cycles);
    canvas_thing(canvas, area.row + 1, area.col, area.cols, THING_EXIT, "exit %" PRIu64,
                 scene->exit->number);
    draw_list(scene, canvas, rest_of(area, 2));
}

/* CSRs and acts: side by side, or one above the other. */
static void draw_details(const struct exit_scene *scene, struct canvas *canvas,
                         struct area area)
{
    struct area left = area, right = area;
    int acts = scene->way.acts ? (int)scene->way.acts + 1 : 2;

    if (area.cols >= BESIDE) {
        left.cols = area.cols / 2 - 1;
        right.cols = area.cols - left.cols - 2;
        right.col += left.cols + 2;
    } else {
        left.rows = area.rows - acts < 7 ? area.rows - acts : 7;
        left.rows = left.rows < area.rows / 2 ? area.rows / 2 : left.rows;
        right = rest_of(area, left.rows);
    }
    exit_draw_trap(scene, canvas, left);
    exit_draw_acts(scene, canvas, right);
}

static void draw_wide(const struct exit_scene *scene, struct canvas *canvas,
                      struct area area)
{
    int used = EXIT_LANE_ROWS;

    exit_draw_lanes(scene, canvas, area);
    if (area.rows >= used + TABLE_ROWS) {
        draw_table(scene, canvas, rest_of(area, used));
        used += TABLE_ROWS;
    }
    if (area.rows > used)
        draw_note(scene, canvas, area, area.row + used++);
    if (area.rows >= used + 3)
        draw_details(scene, canvas, rest_of(area, used));
}

/* The exit that `about` names: a number, or the one under way, which is the last. */
static const struct vm_exit *chosen(const struct exits *exits, const char *about)
{
    uint64_t number = 0;
    const char *rest = about;

    if (strncmp(about, "exit ", 5) == 0)
        about += 5;
    if (*about && strcmp(about, "last") != 0 &&
        (!number_parse(about, &number, &rest) || *rest || !number))
        return NULL;
    return exits_find(exits, number);
}

static void draw_missing(const struct exits *exits, const char *about,
                         struct canvas *canvas, struct area area)
{
    char text[160];

    if (!exits->begun)
        snprintf(text, sizeof(text), "no guest has been left so far");
    else
        snprintf(text, sizeof(text),
                 "'%.60s' is none of the last %d exits: there have been %" PRIu64,
                 about, EXITS_KEPT, exits->begun);
    view_draw_absent(&exit_view, canvas, area, text);
}

static void draw_exit(struct exit_scene *scene, struct canvas *canvas, struct area area)
{
    struct area inside = {area.row + 1, area.col + 2, area.rows - 1, area.cols - 2};

    scene->until = scene->exit->cycle + scene->exit->cost.cycles;
    exit_way_follow(&scene->way, scene->watch, scene->exit);
    draw_rule(scene, canvas, area);
    if (inside.cols < EXIT_LANE_COLS || inside.rows < EXIT_LANE_ROWS)
        draw_narrow(scene, canvas, inside);
    else
        draw_wide(scene, canvas, inside);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct exits *exits = watch_exits(watch);
    struct exit_scene scene = {
        .watch = watch, .exits = exits, .exit = chosen(exits, state->about)};

    if (scene.exit)
        draw_exit(&scene, canvas, area);
    else
        draw_missing(exits, state->about, canvas, area);
    exits_free(exits);
}

static const char *absent(const struct watch *watch)
{
    return watch_has_guests(watch) ? NULL : "no guest has been entered so far";
}

const struct view exit_view = {
    .name = "exit",
    .help = "one VM exit: why, its cycles part by part, what was done in it",
    .class = VIEW_INSTRUCTIONS,
    .cols = 38,
    .rows = 3,
    .wish = 18,
    .tells = "why exit",
    .about = "[NUMBER|last]",
    .absent = absent,
    .draw = draw,
};
