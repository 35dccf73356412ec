/* Boxes of harts: one floor, or one for V = 1 above one for V = 0; and chips. */
#include "face/tui/stage/hart_text.h"
#include "face/tui/stage/scene.h"

#include "observe/exits/guest_folds.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>

static int put_line(struct canvas *canvas, const struct area *box, int line,
                    enum role role, struct buf *text)
{
    int used = canvas_text(canvas, box->row + line, box->col + 2, box->cols - 4, role,
                           buf_str(text));

    buf_clear(text);
    return used;
}

static void draw_title(const struct watch *watch, struct canvas *canvas,
                       const struct area *box, unsigned hart)
{
    struct buf mode = {0};
    int cols;

    hart_put_mode(&mode, watch, hart);
    cols = (int)mode.size;
    canvas_printf(canvas, box->row, box->col + 2, box->cols - 4, ROLE_HEAD, " hart %u ",
                  hart);
    canvas_printf(canvas, box->row, box->col + box->cols - 3 - cols, cols + 2,
                  ROLE_TEXT, " %s ", buf_str(&mode));
    buf_free(&mode);
}

/* --- one floor -------------------------------------------------------------------------- */

/* In a box of one line: why it does not go on. */
static const char *stands_still(const struct watch *watch, unsigned hart,
                                enum role *role)
{
    *role = hart_waits(watch, hart) ? ROLE_WAIT : ROLE_QUIET;
    if (hart_waits(watch, hart))
        return "░ waits";
    return watch->facts.hart[hart].asleep ? "asleep" : "";
}

/* Several blanks as one. */
static void squeeze(struct buf *text)
{
    struct buf short_text = {0};

    for (const char *at = buf_str(text); *at; at++)
        if (*at != ' ' || at[1] != ' ')
            buf_char(&short_text, *at);
    buf_clear(text);
    buf_text(text, buf_str(&short_text));
    buf_free(&short_text);
}

/* The instruction, and at the right end what fits there: its source line, or, where there
 * is no other line, why it does not go on. */
static void first_line(const struct watch *watch, struct canvas *canvas,
                       const struct area *box, unsigned hart)
{
    struct buf text = {0}, right = {0};
    int room = box->cols - 4, used, width;
    enum role role = ROLE_QUIET;

    hart_put_insn(&text, watch, hart);
    if (box->rows < 4)
        buf_text(&right, stands_still(watch, hart, &role));
    else
        hart_put_source(&right, watch, hart);
    width = text_width(buf_str(&right));
    if (width && box->rows < 4 && text_width(buf_str(&text)) + width + 2 > room)
        squeeze(&text);
    used = canvas_text(canvas, box->row + 1, box->col + 2,
                       width && box->rows < 4 ? room - width - 1 : room, ROLE_TEXT,
                       buf_str(&text));
    if (width && used + width + (box->rows < 4 ? 1 : 3) <= room)
        canvas_text(canvas, box->row + 1, box->col + 2 + room - width, width, role,
                    buf_str(&right));
    canvas_thing(canvas, box->row + 1, box->col + 2, used, THING_CODE, "0x%" PRIx64,
                 watch_insn(watch, hart) ? watch_insn(watch, hart)->insn.pc
                                         : watch_pc(watch, hart));
    buf_free(&text);
    buf_free(&right);
}

static void other_lines(const struct watch *watch, struct canvas *canvas,
                        const struct area *box, unsigned hart)
{
    struct buf text = {0};
    enum role role;
    int line = 2, last = box->rows - 2;

    if (line <= last) {
        role = hart_put_result(&text, watch, hart);
        put_line(canvas, box, line++, role, &text);
    }
    if (line <= last && hart_shown_mode(watch, hart) != MODE_M &&
        hart_put_tlb(&text, watch, hart, false))
        put_line(canvas, box, line++, ROLE_TEXT, &text);
    if (line <= last) {
        hart_put_waits(&text, watch, hart);
        put_line(canvas, box, line++, ROLE_QUIET, &text);
    }
    if (line <= last) {
        hart_put_counts(&text, watch, hart);
        put_line(canvas, box, line, ROLE_QUIET, &text);
    }
    buf_free(&text);
}

/* --- two floors ------------------------------------------------------------------------- */

static bool on_floor(const struct watch *watch, unsigned hart, bool guest)
{
    return !!(hart_shown_mode(watch, hart) & MODE_VIRTUAL) == guest;
}

static const struct exit_hart *exits_of(const struct watch *watch, unsigned hart)
{
    return &watch->session->guests->exits
                .hart[watch->board->index % RUN_BOARDS * HART_MAX + hart];
}

/* The guest that is in the hart, or was last. */
static unsigned guest_of(const struct watch *watch, unsigned hart)
{
    const struct exit_hart *of = exits_of(watch, hart);

    return on_floor(watch, hart, true) || !of->out
               ? hart_vmid(&watch->board->hart[hart])
               : of->exit.vmid;
}

/* "V=1 VS  guest 1 runs", and who else there is. */
static void guest_line(struct buf *text, const struct watch *watch, unsigned hart)
{
    const struct exits *exits = &watch->session->guests->exits;
    bool here = on_floor(watch, hart, true);
    unsigned guest = guest_of(watch, hart);

    buf_printf(text, "%s V=1 %s  ", here ? "▸" : " ",
               here ? mode_letters(hart_shown_mode(watch, hart)) : "VS");
    if (here || exits->guest[guest % EXIT_VMIDS].entries)
        buf_printf(text, "guest %u %s", guest, here ? "runs" : "is out");
    else
        buf_text(text, "no guest yet");
    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++)
        if (vmid != guest && exits->guest[vmid].entries &&
            exits->guest[vmid].board == watch->board->index)
            buf_printf(text, ", %u %s", vmid,
                       exits->guest[vmid].inside ? "runs" : "waits");
}

/* "V=0 HS  hypervisor: emulate" */
static void host_line(struct buf *text, const struct watch *watch, unsigned hart)
{
    const struct exit_hart *of = exits_of(watch, hart);
    bool here = on_floor(watch, hart, false);
    uint8_t mode = here ? hart_shown_mode(watch, hart) : MODE_S;

    buf_printf(text, "%s V=0 %s  %s", here ? "▸" : " ",
               mode == MODE_S ? "HS" : mode_letters(mode),
               mode == MODE_M   ? "firmware"
               : mode == MODE_S ? "hypervisor"
                                : "program");
    if (here && mode == MODE_S && of->out && of->phase != EXIT_OTHER)
        buf_printf(text, ": %s", exit_part_infos[of->phase].name);
}

/* Is what the hart has executed in this move of that floor? */
static bool executed_on(const struct watch *watch, unsigned hart, bool guest)
{
    const struct event *insn = watch_insn(watch, hart);

    return insn && !!(insn->insn.mode & MODE_VIRTUAL) == guest;
}

/* What is known of the floor that the hart is not on. */
static void away_line(struct buf *text, const struct watch *watch, unsigned hart,
                      bool guest)
{
    uint64_t exits = watch->session->guests->exits.begun;
    char count[TEXT_NUMBER];

    if (guest && exits_of(watch, hart)->out)
        buf_printf(text, "  left at %08" PRIx64, exits_of(watch, hart)->exit.epc);
    else if (!guest)
        buf_printf(text, "  %s exit%s so far", text_count(count, exits),
                   exits == 1 ? "" : "s");
}

/* What it executes there: in this move, or next. */
static void floor_insn(struct buf *text, const struct watch *watch, unsigned hart,
                       bool guest)
{
    const struct event *insn = watch_insn(watch, hart);

    if (!insn || executed_on(watch, hart, guest))
        hart_put_insn(text, watch, hart);
    else
        buf_printf(text, "%08" PRIx64 " is next", insn->insn.next_pc);
}

/* In a tall box: what a guest's address was translated to; how long the hart waited. */
static void third_line(struct buf *text, const struct watch *watch, unsigned hart,
                       bool guest)
{
    buf_text(text, "  ");
    if (!guest)
        hart_put_waits(text, watch, hart);
    else if (!hart_put_tlb(text, watch, hart, true))
        buf_text(text, "no translation yet");
}

/* A floor has one line to three: who, what it executes, and a counter. */
static void draw_floor(const struct watch *watch, struct canvas *canvas,
                       const struct area *box, unsigned hart, bool guest, int row)
{
    struct buf text = {0};
    bool here = on_floor(watch, hart, guest), two = box->rows >= 7;
    int third = row + 2;
    bool acts = here || executed_on(watch, hart, guest);
    enum role role = !here   ? ROLE_QUIET
                     : guest ? role_of_guest(guest_of(watch, hart))
                             : ROLE_TEXT;
    int used, room = box->cols - 4;

    if (guest)
        guest_line(&text, watch, hart);
    else
        host_line(&text, watch, hart);
    used = put_line(canvas, box, row, role, &text);
    if (guest)
        canvas_thing(canvas, box->row + row, box->col + 2, used, THING_PART, "guest %u",
                     guest_of(watch, hart));
    if (two)
        buf_text(&text, acts ? "  " : "");
    if (acts)
        floor_insn(&text, watch, hart, guest);
    else if (two)
        away_line(&text, watch, hart, guest);
    if (two)
        put_line(canvas, box, row + 1, here ? ROLE_TEXT : ROLE_QUIET, &text);
    else if (acts && !hart_waits(watch, hart) &&
             used + 2 + text_width(buf_str(&text)) <= room)
        canvas_text(canvas, box->row + row, box->col + 4 + used, room - 2 - used,
                    ROLE_TEXT, buf_str(&text));
    if (here && hart_waits(watch, hart) && used + 9 <= room)
        canvas_text(canvas, box->row + row, box->col + box->cols - 9, 7, ROLE_WAIT,
                    "░ waits");
    if (box->rows >= 9) {
        buf_clear(&text);
        third_line(&text, watch, hart, guest);
        put_line(canvas, box, third, ROLE_QUIET, &text);
    }
    buf_free(&text);
}

/* Between the floors: down by a trap, up by sret. */
static void draw_stairs(const struct scene *scene, const struct area *box, int row,
                        unsigned hart)
{
    const struct event *event = &scene->watch->focus;
    bool down = scene->watch->has_focus && event->kind == EVENT_VM_EXIT &&
                event->vm_exit.hart == hart;
    bool up = scene->watch->has_focus && event->kind == EVENT_VM_ENTRY &&
              event->vm_entry.hart == hart;
    int third = box->cols / 3;

    canvas_across(scene->canvas, box->row + row, box->col, box->col + box->cols - 1,
                  WEIGHT_IDLE, ROLE_RULE);
    if (down)
        canvas_across(scene->canvas, box->row + row, box->col + 1, box->col + third + 7,
                      WEIGHT_NOW, ROLE_HEAD);
    if (up)
        canvas_across(scene->canvas, box->row + row, box->col + third + 6,
                      box->col + box->cols - 2, WEIGHT_NOW, ROLE_HEAD);
    canvas_text(scene->canvas, box->row + row, box->col + third - 3, 8,
                down ? ROLE_HEAD : ROLE_QUIET, " trap ▾ ");
    canvas_text(scene->canvas, box->row + row, box->col + 2 * third - 2, 8,
                up ? ROLE_HEAD : ROLE_QUIET, " ▴ sret ");
}

static void draw_floors(const struct scene *scene, const struct area *box,
                        unsigned hart)
{
    int middle = box->rows / 2;

    draw_stairs(scene, box, middle, hart);
    draw_floor(scene->watch, scene->canvas, box, hart, true, 1);
    draw_floor(scene->watch, scene->canvas, box, hart, false, middle + 1);
}

/* --- chips ------------------------------------------------------------------------------ */

static void draw_strip(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct area *strip = &stage->strip;
    int across = strip->cols ? (strip->cols - 3) / stage->chip_cols : 0;
    struct buf text = {0};

    if (across < 1)
        return;
    canvas_text(scene->canvas, strip->row, strip->col + 2, strip->cols - 3, ROLE_HEAD,
                strip->cols < 14 ? " harts " : " all harts ");
    for (unsigned i = 0; i < scene->watch->board->harts; i++) {
        int row = strip->row + 1 + (int)i / across;
        int col = strip->col + 2 + (int)i % across * stage->chip_cols;
        bool acts = scene->now.asker.part == PART_HART && scene->now.asker.index == i;
        enum role role = hart_put_chip(&text, scene->watch, i, stage->chip_cols);

        if (row < strip->row + strip->rows - 1) {
            canvas_text(scene->canvas, row, col, stage->chip_cols - 1,
                        acts && role == ROLE_TEXT ? ROLE_HEAD : role, buf_str(&text));
            canvas_thing(scene->canvas, row, col, stage->chip_cols - 1, THING_PART,
                         "hart %u", i);
        }
        buf_clear(&text);
    }
    buf_free(&text);
}

void stage_draw_harts(const struct scene *scene)
{
    for (int i = 0; i < scene->stage->harts; i++) {
        const struct area *box = &scene->stage->hart[i];
        unsigned hart = (unsigned)scene->stage->hart_id[i];
        char name[12];

        snprintf(name, sizeof(name), "hart %u", hart);
        canvas_thing_area(scene->canvas, *box, THING_PART, name);
        draw_title(scene->watch, scene->canvas, box, hart);
        if (scene->stage->floors && box->rows >= 5) {
            draw_floors(scene, box, hart);
        } else {
            first_line(scene->watch, scene->canvas, box, hart);
            other_lines(scene->watch, scene->canvas, box, hart);
        }
    }
    draw_strip(scene);
}
