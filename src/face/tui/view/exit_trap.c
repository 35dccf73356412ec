#include "face/tui/view/exit_scene.h"
#include "face/tui/watch/say.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "observe/exits/exit_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 9, VALUE = 17 };

/* --- what the trap left ----------------------------------------------------------------- */

/* Where rows go. */
struct rows {
    struct canvas *canvas;
    struct area area;
    int row;
};

/* Names of the mode that takes the trap: HS-mode's, or M-mode's. */
static bool is_to_m(const struct vm_exit *exit)
{
    return exit->to == MODE_M;
}

static bool next_row(struct rows *rows)
{
    return ++rows->row < rows->area.row + rows->area.rows;
}

static void draw_csr(struct rows *rows, const char *name, uint64_t value,
                     const char *note)
{
    struct area area = rows->area;

    if (!next_row(rows))
        return;
    canvas_text(rows->canvas, rows->row, area.col, NAME - 1, ROLE_QUIET, name);
    canvas_thing(rows->canvas, rows->row, area.col, area.cols, THING_CSR, "%s", name);
    canvas_printf(rows->canvas, rows->row, area.col + NAME, VALUE - 1, ROLE_TEXT,
                  "%" PRIx64, value);
    canvas_text(rows->canvas, rows->row, area.col + NAME + VALUE,
                area.cols - NAME - VALUE, ROLE_QUIET, note);
}

static void draw_cause(struct rows *rows, const struct vm_exit *exit)
{
    struct buf note = {0};

    exit_put_cause(&note, exit->cause);
    draw_csr(rows, is_to_m(exit) ? "mcause" : "scause", exit->cause, buf_str(&note));
    buf_free(&note);
}

static void draw_epc(struct rows *rows, const struct exit_scene *scene)
{
    const struct vm_exit *exit = scene->exit;
    struct buf note = {0};

    exit_put_instruction(&note, exit->insn, exit->epc);
    if (!exit->insn)
        buf_text(&note, "where the guest would have gone on");
    draw_csr(rows, is_to_m(exit) ? "mepc" : "sepc", exit->epc, buf_str(&note));
    buf_free(&note);
}

static void draw_tval(struct rows *rows, const struct vm_exit *exit)
{
    const char *note = exit_is_page_fault(exit->cause) ? "guest virtual address"
                       : exit->cause == CAUSE_VIRTUAL_INSTRUCTION
                           ? "the instruction's bits"
                           : "";

    draw_csr(rows, is_to_m(exit) ? "mtval" : "stval", exit->tval, note);
}

/* Privileged 1.13: the guest physical address without its two low bits. */
static void draw_gpa(struct rows *rows, const struct exit_scene *scene)
{
    const struct vm_exit *exit = scene->exit;
    struct buf note = {0};

    if (exit->gpa) {
        buf_printf(&note, "is %" PRIx64 " >> 2: ", exit->gpa);
        exit_put_place(&note, &scene->watch->session->narrator, exit->board, exit->gpa,
                       exit->cause == CAUSE_STORE_GUEST_PAGE);
    }
    draw_csr(rows, is_to_m(exit) ? "mtval2" : "htval", exit->gpa >> 2, buf_str(&note));
    buf_free(&note);
}

/* A transformed instruction has bit 0 set, and bit 1 unless it had two bytes; others with
 * bit 0 clear are implicit accesses to page tables (privileged 1.13, "Transformed
 * Instruction or Pseudoinstruction for mtinst or htinst"). */
static void draw_tinst(struct rows *rows, const struct exit_scene *scene)
{
    uint32_t tinst = scene->way.tinst;
    struct insn insn = insn_decode(tinst | 2);
    char note[64] = "", text[48];

    if (tinst & 1) {
        insn_text(text, sizeof(text), &insn, 0, true);
        text[strcspn(text, "\t")] = '\0';
        snprintf(note, sizeof(note), "%s, of %d bytes", text, tinst & 2 ? 4 : 2);
    } else if (tinst) {
        snprintf(note, sizeof(note), "an access to the guest's own page tables");
    }
    if (scene->way.known)
        draw_csr(rows, is_to_m(scene->exit) ? "mtinst" : "htinst", tinst, note);
}

/* Of the status what the trap sets: where it came from, and whether the trap value is an
 * address of the guest's. */
static void draw_status(struct rows *rows, const struct vm_exit *exit)
{
    const uint64_t without = BIT(CAUSE_ILLEGAL_INSTRUCTION) | BIT(CAUSE_ECALL_VS) |
                             BIT(CAUSE_ECALL_U) | BIT(CAUSE_VIRTUAL_INSTRUCTION);
    bool gva = !(exit->cause & CAUSE_INTERRUPT) && !(without >> exit->cause & 1);
    struct area area = rows->area;

    if (!next_row(rows))
        return;
    canvas_text(rows->canvas, rows->row, area.col, NAME - 1, ROLE_QUIET,
                is_to_m(exit) ? "mstatus" : "hstatus");
    canvas_thing(rows->canvas, rows->row, area.col, area.cols, THING_CSR, "%s",
                 is_to_m(exit) ? "mstatus" : "hstatus");
    canvas_printf(rows->canvas, rows->row, area.col + NAME, area.cols - NAME, ROLE_TEXT,
                  is_to_m(exit) ? "MPV 1, MPP %d, GVA %d: from V=1, %s"
                                : "SPV 1, SPVP %d, GVA %d: from V=1, %s",
                  exit->from & 1, gva, mode_letters(exit->from));
}

void exit_draw_trap(const struct exit_scene *scene, struct canvas *canvas,
                    struct area area)
{
    struct rows rows = {canvas, area, area.row};

    if (area.rows < 2)
        return;
    canvas_rule(canvas, area.row, area.col, area.cols, "what the trap left", "");
    draw_cause(&rows, scene->exit);
    draw_epc(&rows, scene);
    draw_tval(&rows, scene->exit);
    draw_gpa(&rows, scene);
    draw_tinst(&rows, scene);
    draw_status(&rows, scene->exit);
}

/* --- what the hypervisor did ------------------------------------------------------------- */

/* Without "hart 0" in front: all of it is this hart's. */
static const char *without_hart(const char *sentence)
{
    const char *rest = sentence;

    if (strncmp(rest, "hart ", 5) != 0)
        return sentence;
    rest += 5;
    rest += strspn(rest, "0123456789");
    return *rest == ' ' ? rest + 1 : sentence;
}

static void put_act(struct buf *out, const struct exit_scene *scene,
                    const struct exit_act *act)
{
    const struct event *event = &act->event;
    struct buf text = {0};

    if (exit_is_injection(event)) {
        buf_printf(out, "writes hvip: %" PRIx64 "▸%" PRIx64, event->insn.csr_old,
                   event->insn.csr_new);
        return;
    }
    narrate(&text, &scene->watch->session->narrator, event);
    buf_text(out, without_hart(buf_str(&text)));
    if (act->times > 1) {
        buf_text(out, ", × ");
        put_count(out, act->times);
    }
    buf_free(&text);
}

static void draw_act(struct rows *rows, const struct exit_scene *scene,
                     const struct exit_act *act)
{
    const struct event *event = &act->event;
    struct area area = rows->area;
    char count[TEXT_NUMBER], moment[MOMENT_TEXT];
    struct buf text = {0};

    if (!next_row(rows))
        return;
    put_act(&text, scene, act);
    canvas_printf(rows->canvas, rows->row, area.col, 7, ROLE_QUIET, "+%s",
                  text_count(count, event->cycle - scene->exit->cycle));
    canvas_text(rows->canvas, rows->row, area.col + 8, area.cols - 8, ROLE_TEXT,
                buf_str(&text));
    canvas_thing(rows->canvas, rows->row, area.col, area.cols, THING_EVENT, "%s",
                 moment_text(moment, moment_after_event(event), false));
    buf_free(&text);
}

static void draw_nothing(struct rows *rows, const struct exit_scene *scene)
{
    if (next_row(rows))
        canvas_text(rows->canvas, rows->row, rows->area.col, rows->area.cols,
                    ROLE_QUIET,
                    scene->exit->open && scene->way.known ? "nothing yet"
                    : scene->way.known ? "no device, no virtual interrupt"
                                       : "its events are not at hand");
}

/* The last ones, where not all have a row. */
void exit_draw_acts(const struct exit_scene *scene, struct canvas *canvas,
                    struct area area)
{
    const struct exit_way *way = &scene->way;
    struct rows rows = {canvas, area, area.row};
    uint64_t room = area.rows > 1 ? (uint64_t)area.rows - 1 : 0, from;
    char note[48] = "";

    if (area.rows < 2)
        return;
    room = room < WAY_ACTS ? room : WAY_ACTS;
    from = way->acts > room ? way->acts - room : 0;
    if (from)
        snprintf(note, sizeof(note), "+%" PRIu64 " above", from);
    canvas_rule(canvas, area.row, area.col, area.cols, "what the hypervisor did", note);
    if (!way->acts)
        draw_nothing(&rows, scene);
    for (uint64_t i = from; i < way->acts; i++)
        draw_act(&rows, scene, &way->act[i % WAY_ACTS]);
}
