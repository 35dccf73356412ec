/*
 * The stage in all its forms, at moments that tell something; and what holds at any size.
 */
#include "face/tui/stage/stage.h"
#include "base/bits.h"
#include "face/tui/view/view.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

#define HERE  "tests/screens/"
#define GUEST "tests/commands/guest.lua"
#define IOMMU "tests/commands/iommu.lua"

enum { COLS_LEAST = 60, COLS_MOST = 220, ROWS_LEAST = 5, ROWS_MOST = 30 };

struct moment_case {
    const char *name, *program;
    enum event_kind kind;
    unsigned n, harts;
    int cols, rows;
};

static const struct moment_case cases[] = {
    {"stage-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 118, 15},
    {"stage-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 78, 12},
    {"stage-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 198, 19},
    {"stage-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 118, 9},
    {"stage-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 118, 6},
    {"stage-wait", "dma.s", EVENT_BUS_WAIT, 4, 1, 118, 15},
    {"stage-wait", "dma.s", EVENT_BUS_WAIT, 4, 1, 198, 17},
    {"stage-irq", "dma.s", EVENT_IRQ_LINE, 1, 1, 118, 15},
    {"stage-irq", "dma.s", EVENT_IRQ_LINE, 1, 1, 118, 6},
    {"stage-claim", "dma.s", EVENT_IRQ_CLAIM, 1, 1, 78, 12},
    {"stage-harts", "dma.s", EVENT_BUS_TRANSFER, 2, 8, 78, 12},
    {"stage-harts", "dma.s", EVENT_BUS_TRANSFER, 2, 8, 198, 17},
    {"stage-iommu-read", IOMMU, EVENT_BUS_TRANSFER, 3, 1, 118, 15},
    {"stage-iommu-write", IOMMU, EVENT_BUS_TRANSFER, 6, 1, 78, 12},
    {"stage-iommu-translate", "iommu.s", EVENT_IOMMU_TRANSLATE, 1, 1, 78, 12},
    {"stage-iommu-walk", "iommu.s", EVENT_IOMMU_WALK, 4, 1, 118, 15},
    {"stage-iommu-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 118, 15},
    {"stage-iommu-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 78, 12},
    {"stage-iommu-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 198, 19},
    {"stage-iommu-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 118, 9},
    {"stage-iommu-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 118, 6},
    {"stage-exit", GUEST, EVENT_VM_EXIT, 1, 1, 118, 15},
    {"stage-exit", GUEST, EVENT_VM_EXIT, 1, 1, 78, 12},
    {"stage-exit", GUEST, EVENT_VM_EXIT, 1, 1, 198, 19},
    {"stage-entry", GUEST, EVENT_VM_ENTRY, 2, 1, 118, 15},
    {"stage-kick", "virtio.s", EVENT_VIRTIO_NOTIFY, 1, 1, 118, 15},
    {"stage-used", "virtio.s", EVENT_VIRTIO_USED, 1, 1, 78, 12},
    {"stage-used", "virtio.s", EVENT_VIRTIO_USED, 1, 1, 198, 17},
};

static struct watched *stand_with(const struct board_desc *desc, const char *program,
                                  enum event_kind kind, unsigned n)
{
    struct watched *watched;
    char path[64];

    snprintf(path, sizeof(path), HERE "%s", program);
    watched = strstr(program, ".lua") ? watched_new_scenario(program)
                                      : watched_new_on(path, desc);
    watched_until(watched, kind, n);
    return watched;
}

/* The default board, and an IOMMU for the program that is about one. */
static struct watched *stand_at(const struct moment_case *now)
{
    struct board_desc desc = board_virt;
    struct err err;

    desc.harts = now->harts;
    if (strcmp(now->program, "iommu.s") == 0)
        ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    return stand_with(&desc, now->program, now->kind, now->n);
}

/* Nothing was drawn in the rows and columns around. */
static bool is_inside(struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        if (canvas_at(canvas, row, 0)->glyph != ' ' ||
            canvas_at(canvas, row, canvas->cols - 1)->glyph != ' ')
            return false;
    for (int col = 0; col < canvas->cols; col++)
        if (canvas_at(canvas, 0, col)->glyph != ' ' ||
            canvas_at(canvas, canvas->rows - 1, col)->glyph != ' ')
            return false;
    return true;
}

START_TEST(the_stage_is_as_drawn)
{
    struct watched *watched = stand_at(&cases[_i]);
    char name[64];

    snprintf(name, sizeof(name), "views/%s", cases[_i].name);
    golden_view(watched, name, "stage", NULL, cases[_i].cols, cases[_i].rows);
    watched_free(watched);
}
END_TEST

/* --- the form for a room ------------------------------------------------------------------ */

static void draw_stage(struct watched *watched, struct view_state *state,
                       struct canvas *canvas, struct buf *text)
{
    viewer_look(&watched->viewer);
    canvas_clear(canvas, NULL);
    stage_view.draw(watched->viewer.watch, state, canvas,
                    (struct area){0, 0, canvas->rows, canvas->cols});
    buf_clear(text);
    canvas_read(canvas, text);
}

START_TEST(the_calm_form_has_no_hexadecimal_numbers)
{
    static const struct moment_case moments[] = {
        {"calm-write", "dma.s", EVENT_BUS_TRANSFER, 14, 1, 80, 14},
        {"calm-wait", "dma.s", EVENT_BUS_WAIT, 4, 1, 100, 18},
        {"calm-stop", "iommu.s", EVENT_IOMMU_FAULT, 1, 1, 80, 14},
        {"calm-pass", "iommu.s", EVENT_IOMMU_TRANSLATE, 1, 1, 80, 14},
    };
    struct watched *watched = stand_at(&moments[_i]);
    struct canvas *canvas = canvas_new(moments[_i].rows, moments[_i].cols, TIER_UTF8);
    struct view_state state = {.token = -1, .calm = true};
    struct buf text = {0};
    char name[64];

    draw_stage(watched, &state, canvas, &text);
    snprintf(name, sizeof(name), "views/stage-%s", moments[_i].name);
    golden_screen(name, buf_str(&text));
    ck_assert_uint_eq(canvas->collisions, 0);
    ck_assert_ptr_null(strstr(buf_str(&text), "0x"));
    buf_free(&text);
    canvas_free(canvas);
    watched_free(watched);
}
END_TEST

/* --- any size, any board ------------------------------------------------------------------ */

/* A board of each sort: several controllers and disks, an IOMMU or none. */
static struct watched *stand_on(unsigned harts, bool iommu, unsigned more,
                                enum event_kind kind, unsigned n)
{
    struct board_desc desc = board_virt;
    struct err err;

    desc.harts = harts;
    for (unsigned i = 0; i < more; i++) {
        struct board_row dma = {.type = "dma", .base = 0x4000000 + 0x100000 * i};
        struct board_row ata = {.type = "ata",
                                .base = 0x5000000 + 0x1000 * i,
                                .requests = 1,
                                .request = {(uint8_t)(1 + i)}};
        struct board_row disk = {.type = "virtio-blk", .base = 0x6000000 + 0x1000 * i};

        snprintf(dma.name, sizeof(dma.name), "dma%u", 1 + i);
        snprintf(ata.name, sizeof(ata.name), "ata%u", 1 + i);
        snprintf(disk.name, sizeof(disk.name), "virtio%u", 1 + i);
        ck_assert_msg(board_desc_add(&desc, &dma, &err), "%s", err.text);
        ck_assert_msg(board_desc_add(&desc, &ata, &err), "%s", err.text);
        ck_assert_msg(board_desc_add(&desc, &disk, &err), "%s", err.text);
    }
    if (iommu)
        ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    return stand_with(&desc, iommu ? "iommu.s" : "dma.s", kind, n);
}

static bool has_wire(const struct canvas *canvas, const struct area *box)
{
    for (int row = box->row + 1; row < box->row + box->rows - 1; row++)
        for (int col = box->col + 1; col < box->col + box->cols - 1; col++)
            if (canvas->cells[row * canvas->cols + col].arms)
                return true;
    return false;
}

/* No wire runs through a box; only the stairs between two floors are in one. */
static bool wires_are_outside(const struct watch *watch, const struct view_state *state,
                              const struct canvas *canvas, struct area area)
{
    const struct stage_choice choice = {
        .token = -1, .calm = state->calm, .opened = state->opened};
    struct stage stage;

    if (!state->calm) {
        area.row++;
        area.rows--;
    }
    stage = stage_place(watch, area, &choice);
    if (stage.form == STAGE_PATH && !state->calm)
        return true;
    for (int i = 0; i < stage.harts && !stage.floors; i++)
        if (has_wire(canvas, &stage.hart[i]))
            return false;
    for (int i = 0; i < stage.parts; i++)
        if (has_wire(canvas, &stage.part[i].box))
            return false;
    return !stage.strip.cols || !has_wire(canvas, &stage.strip);
}

/* What can be asked about in a row has its text there. */
static bool things_are_seen(struct canvas *canvas)
{
    for (unsigned i = 0; i < canvas->things; i++) {
        const struct thing *thing = &canvas->thing[i];
        const struct canvas_cell *cell =
            canvas_at(canvas, thing->at.row, thing->at.col);

        if (thing->at.rows == 1 && strncmp(thing->name, "hart ", 5) == 0 &&
            (!cell || !cell->written))
            return false;
    }
    return true;
}

static void check_sizes(struct watched *watched, const char *opened)
{
    struct view_state state = {.token = 100};
    struct buf text = {0};

    snprintf(state.opened, sizeof(state.opened), "%s", opened);
    viewer_look(&watched->viewer);
    for (int calm = 0; calm <= 1; calm++)
        for (int cols = COLS_LEAST; cols <= COLS_MOST; cols += 1 + cols % 3)
            for (int rows = ROWS_LEAST + 5 * calm; rows <= ROWS_MOST; rows++) {
                struct canvas *canvas = canvas_new(rows + 2, cols + 2, TIER_UTF8);

                state.calm = calm;
                stage_view.draw(watched->viewer.watch, &state, canvas,
                                (struct area){1, 1, rows, cols});
                if (canvas->collisions || !is_inside(canvas) ||
                    !things_are_seen(canvas) ||
                    !wires_are_outside(watched->viewer.watch, &state, canvas,
                                       (struct area){1, 1, rows, cols}))
                    canvas_read(canvas, &text);
                ck_assert_msg(text.size == 0, "%dx%d: %u collisions\n%s", cols, rows,
                              canvas->collisions, buf_str(&text));
                canvas_free(canvas);
            }
    buf_free(&text);
}

START_TEST(no_size_makes_text_collide)
{
    static const struct {
        unsigned harts;
        bool iommu;
        unsigned more;
        enum event_kind kind;
        unsigned n;
        const char *opened;
    } boards[] = {
        {1, false, 0, EVENT_BUS_WAIT, 4, ""},
        {8, false, 0, EVENT_BUS_TRANSFER, 2, ""},
        {1, true, 0, EVENT_IOMMU_FAULT, 1, ""},
        {3, true, 2, EVENT_IOMMU_WALK, 4, ""},
        {2, false, 3, EVENT_TRAP_ENTER, 1, "quiet"},
        {1, false, 0, EVENT_MMIO_WRITE, 17, "quiet"},
        {4, false, 0, EVENT_BUS_TRANSFER, 2, ""},
    };
    struct watched *watched = stand_on(boards[_i].harts, boards[_i].iommu,
                                       boards[_i].more, boards[_i].kind, boards[_i].n);

    check_sizes(watched, boards[_i].opened);
    watched_free(watched);
}
END_TEST

START_TEST(no_size_makes_text_of_guests_collide)
{
    struct watched *watched = watched_new_scenario(GUEST);

    watched_until(watched, _i ? EVENT_VM_ENTRY : EVENT_VM_EXIT, 1 + (unsigned)_i);
    check_sizes(watched, "");
    watched_free(watched);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_stage_is_as_drawn, 0, COUNT(cases));
    tcase_add_loop_test(tcase, the_calm_form_has_no_hexadecimal_numbers, 0, 4);
    tcase_add_loop_test(tcase, no_size_makes_text_collide, 0, 7);
    tcase_add_loop_test(tcase, no_size_makes_text_of_guests_collide, 0, 2);
}

TEST_MAIN("stage", add_tests)
