/*
 * What the stage knows of events and places: each event has a way, a place depends on
 * board and size alone, and a moment looks the same however one comes there.
 */
#include "base/bits.h"
#include "face/tui/stage/parts.h"
#include "face/tui/stage/scene.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/places.h"
#include "machine/iommu/iommu.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "tests/screens/dma.s"

static const struct stage_choice no_choice = {.token = -1};

static struct watched *stand(const char *program, bool iommu, enum event_kind kind,
                             unsigned n)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;

    if (iommu)
        ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = strstr(program, ".lua") ? watched_new_scenario(program)
                                      : watched_new_on(program, &desc);
    watched_until(watched, kind, n);
    viewer_look(&watched->viewer);
    return watched;
}

static void draw(struct watched *watched, int rows, int cols, struct buf *text)
{
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);
    struct view_state state = {.token = -1};

    viewer_look(&watched->viewer);
    stage_view.draw(watched->viewer.watch, &state, canvas,
                    (struct area){0, 0, rows, cols});
    ck_assert_uint_eq(canvas->collisions, 0);
    buf_clear(text);
    canvas_read(canvas, text);
    canvas_free(canvas);
}

/* --- ways --------------------------------------------------------------------------------- */

/* Whatever kind of event is told of, something on the stage is marked by it. */
START_TEST(each_kind_of_event_has_a_way)
{
    struct watched *watched = stand(PROGRAM, false, EVENT_BUS_TRANSFER, 4);
    struct watch *watch = watched->viewer.watch;
    struct buf text = {0};

    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        memset(&watch->focus, 0, sizeof(watch->focus));
        watch->focus.kind = (uint8_t)kind;
        ck_assert_msg(transaction_now(watch).way != WAY_NONE, "%s",
                      event_infos[kind].name);
        for (int rows = 5; rows <= 20; rows++)
            draw(watched, rows, 100, &text);
    }
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* The PLIC drives no line into VS-mode: what a guest takes there, its hypervisor gave. */
START_TEST(an_interrupt_comes_by_a_wire_if_a_wire_has_brought_it)
{
    struct watched *watched = stand("tests/screens/dma.s", false, EVENT_INSN, 1);
    struct watch *watch = watched->viewer.watch;

    watch->focus = (struct event){.kind = EVENT_TRAP_ENTER};
    watch->focus.trap_enter.cause = CAUSE_INTERRUPT | IRQ_SEI;
    watch->focus.trap_enter.to = MODE_S;
    ck_assert_int_eq(transaction_now(watch).way, WAY_HART);
    watch->focus.trap_enter.to = MODE_S | MODE_VIRTUAL;
    ck_assert_int_eq(transaction_now(watch).way, WAY_INSIDE);
    watched_free(watched);
}
END_TEST

static int length(const struct route *route)
{
    int cells = 0;

    for (int i = 0; i + 1 < route->count; i++)
        cells += abs(route->at[i].row - route->at[i + 1].row) +
                 abs(route->at[i].col - route->at[i + 1].col);
    return cells;
}

/* A device behind an IOMMU reaches memory through it; only its registers are before. */
START_TEST(a_device_behind_an_iommu_reaches_the_bus_through_it)
{
    struct watched *watched = stand("tests/screens/iommu.s", true, EVENT_INSN, 1);
    const struct watch *watch = watched->viewer.watch;
    struct area area = {0, 0, STAGE_TALL, 118};
    struct stage stage = stage_place(watch, area, &no_choice);
    const struct device *dma = watch_device(watch, "dma", 0);
    const struct device *iommu = watch_device(watch, "iommu", 0);
    const struct stage_part *box = stage_part_of(&stage, end_of_device(dma->index));
    struct transaction now = {.way = WAY_BUS, .asker = end_of_device(dma->index)};
    struct route through, upto;

    now.target = (struct end){PART_RAM, 0};
    through = route_of(&stage, &now);
    now.target = end_of_device(iommu->index);
    upto = route_of(&stage, &now);
    ck_assert_int_ge(box->behind, 0);
    ck_assert_ptr_eq(stage.part[box->behind].device, iommu);
    ck_assert_int_gt(length(&through), length(&upto));
    for (int i = 0; i < upto.count; i++) {
        ck_assert_int_eq(through.at[i].row, upto.at[i].row);
        ck_assert_int_eq(through.at[i].col, upto.at[i].col);
    }
    watched_free(watched);
}
END_TEST

static int marked_cell(const struct canvas *canvas)
{
    for (int i = 0; i < canvas->rows * canvas->cols; i++)
        if (canvas->cells[i].glyph == L'■' && canvas->cells[i].role == ROLE_CHANGED)
            return i;
    return -1;
}

/* The token is on a heavy cell, or on the sign at an end of it, wherever it is. */
START_TEST(the_token_travels_all_of_the_heavy_wire)
{
    struct watched *watched =
        stand("tests/commands/iommu.lua", true, EVENT_BUS_TRANSFER, 3 + (unsigned)_i);
    struct canvas *canvas = canvas_new(15, 118, TIER_UTF8);
    struct view_state state = {0};
    int seen = 0, last = -1;

    for (state.token = 0; state.token < 256; state.token++) {
        int at;

        canvas_clear(canvas, NULL);
        stage_view.draw(watched->viewer.watch, &state, canvas,
                        (struct area){0, 0, 15, 118});
        at = marked_cell(canvas);
        ck_assert_int_ge(at, 0);
        seen += at != last;
        last = at;
    }
    ck_assert_int_gt(seen, 40); /* cells */
    canvas_free(canvas);
    watched_free(watched);
}
END_TEST

/* --- places on the screen ----------------------------------------------------------------- */

static void check_same_places(const struct stage *one, const struct stage *other)
{
    ck_assert_int_eq(one->parts, other->parts);
    ck_assert_int_eq(one->harts, other->harts);
    ck_assert_int_eq(one->quiet_col, other->quiet_col);
    for (int i = 0; i < one->parts; i++) {
        ck_assert_mem_eq(&one->part[i].box, &other->part[i].box, sizeof(struct area));
        ck_assert_int_eq(one->part[i].tap, other->part[i].tap);
    }
}

START_TEST(nothing_jumps_while_time_moves)
{
    struct watched *watched = stand("tests/screens/iommu.s", true, EVENT_INSN, 1);
    struct area area = {4, 1, STAGE_TALL, 60 + 20 * _i};
    struct stage before = stage_place(watched->viewer.watch, area, &no_choice), after;

    watched_until(watched, EVENT_IOMMU_FAULT, 1);
    viewer_look(&watched->viewer);
    after = stage_place(watched->viewer.watch, area, &no_choice);
    check_same_places(&before, &after);
    watched_free(watched);
}
END_TEST

START_TEST(opened_groups_and_parts_in_focus_have_boxes)
{
    struct watched *watched = stand(PROGRAM, false, EVENT_INSN, 1);
    const struct watch *watch = watched->viewer.watch;
    struct area area = {0, 0, STAGE_COMPACT, 78};
    struct stage_choice opened = {.token = -1, .opened = "quiet"};
    struct stage_choice focus = {.token = -1, .focus = "ata0 uart0"};
    struct stage plain = stage_place(watch, area, &no_choice);
    struct stage all = stage_place(watch, area, &opened);
    struct stage few = stage_place(watch, area, &focus);
    struct end uart = end_of_device(watch_device(watch, "uart", 0)->index);

    ck_assert_int_gt(all.parts, plain.parts);
    ck_assert_int_lt(all.quiet, plain.quiet);
    ck_assert_ptr_null(stage_part_of(&plain, uart));
    ck_assert_ptr_nonnull(stage_part_of(&few, uart));
    ck_assert(stage_names("a bc d", "bc") && !stage_names("a bc d", "b"));
    ck_assert(!stage_names(NULL, "b"));
    watched_free(watched);
}
END_TEST

static struct watched *stand_with_disks(unsigned disks)
{
    struct board_desc desc = board_virt;
    struct err err;

    for (unsigned i = 0; i < disks; i++) {
        struct board_row ata = {.type = "ata", .base = 0x5000000 + 0x1000 * i};

        snprintf(ata.name, sizeof(ata.name), "ata%u", 1 + i);
        ck_assert(board_desc_add(&desc, &ata, &err));
    }
    return watched_new_on(PROGRAM, &desc);
}

/* Many devices of a type share a box, in which the one that acts is told of. */
START_TEST(many_of_a_type_share_a_box_unless_opened)
{
    struct watched *watched = stand_with_disks(4);
    struct watch *watch = watched->viewer.watch;
    struct area area = {0, 0, STAGE_TALL, 198};
    struct stage_choice opened = {.token = -1, .opened = "ata"};
    struct stage closed = stage_place(watch, area, &no_choice);
    struct stage open = stage_place(watch, area, &opened);
    struct end first = end_of_device(board_device(watch->board, "ata0")->index);
    struct end last = end_of_device(board_device(watch->board, "ata4")->index);
    struct buf text = {0};

    ck_assert_ptr_eq(stage_part_of(&closed, first), stage_part_of(&closed, last));
    ck_assert_ptr_ne(stage_part_of(&open, first), stage_part_of(&open, last));
    draw(watched, 15, 118, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), " ata0 +4 "));
    watch->has_focus = true;
    watch->focus = (struct event){.kind = EVENT_DISK_PHASE,
                                  .disk_phase = {.device = last.index, .lba = 7}};
    watched->viewer.looked = true;
    draw(watched, 15, 118, &text);
    ck_assert_ptr_nonnull(strstr(buf_str(&text), " ata4 +4 "));
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* --- things ------------------------------------------------------------------------------- */

static bool has_thing(const struct canvas *canvas, enum thing_kind kind,
                      const char *name)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int col = 0; col < canvas->cols; col++) {
            const struct thing *thing = canvas_thing_at(canvas, row, col);

            if (thing && thing->kind == kind && strcmp(thing->name, name) == 0)
                return true;
        }
    return false;
}

/* What is drawn can be asked about by the names of the command language. */
START_TEST(what_is_drawn_can_be_asked_about)
{
    static const char *const parts[] = {"hart 0", "ram",  "bus",  "dma0",
                                        "ata0",   "plic", "quiet"};
    struct watched *watched = stand(PROGRAM, false, EVENT_BUS_TRANSFER, 14);
    struct canvas *canvas = canvas_new(15, 118, TIER_UTF8);
    struct view_state state = {.token = -1};

    stage_view.draw(watched->viewer.watch, &state, canvas,
                    (struct area){0, 0, 15, 118});
    for (unsigned i = 0; i < COUNT(parts); i++)
        ck_assert_msg(has_thing(canvas, THING_PART, parts[i]), "%s", parts[i]);
    ck_assert(has_thing(canvas, THING_IRQ, "irq 23"));
    ck_assert(has_thing(canvas, THING_IRQ, "irq 14"));
    ck_assert(has_thing(canvas, THING_MEMORY, "0x80001400")); /* a named part */
    ck_assert(has_thing(canvas, THING_MEMORY, "0x80001408")); /* the label */
    ck_assert(has_thing(canvas, THING_CODE, "0x800000d0"));
    canvas_free(canvas);
    watched_free(watched);
}
END_TEST

/* --- there and back ----------------------------------------------------------------------- */

START_TEST(a_moment_looks_the_same_from_both_sides)
{
    static const struct {
        const char *program;
        enum event_kind kind;
    } of[] = {
        {PROGRAM, EVENT_BUS_TRANSFER},
        {"tests/commands/guest.lua", EVENT_VM_EXIT},
        {"tests/screens/virtio.s", EVENT_BUS_TRANSFER},
    };
    struct watched *watched = stand(of[_i].program, false, of[_i].kind, 2);
    struct buf there = {0}, back = {0};

    for (int rows = 5; rows <= 19; rows += 7) {
        struct moment now;

        draw(watched, rows, 118, &there);
        now = watched->viewer.watch->now;
        watched_press(watched, 'l', 40);
        viewer_look(&watched->viewer);
        ck_assert(moment_compare(watched->viewer.watch->now, now) > 0);
        watched_press(watched, 'h', 40);
        draw(watched, rows, 118, &back);
        ck_assert_msg(strcmp(buf_str(&there), buf_str(&back)) == 0, "%s\n%s",
                      buf_str(&there), buf_str(&back));
    }
    buf_free(&there);
    buf_free(&back);
    watched_free(watched);
}
END_TEST

/* --- places in RAM ------------------------------------------------------------------------ */

START_TEST(places_of_ram_are_named)
{
    struct watched *watched =
        stand("tests/commands/guest.lua", false, EVENT_VM_EXIT, 1);
    const struct watch *watch = watched->viewer.watch;
    struct ram_place place;

    ck_assert(watch_place(watch, 0x80004000, &place));
    ck_assert_str_eq(place.name, "root");
    ck_assert(watch_place(watch, 0x87000000, &place));
    ck_assert_str_eq(place.name, "guest 1");
    ck_assert_int_eq(place.owner, '1');
    ck_assert(!watch_place(watch, 0x1000, &place));
    watched_free(watched);
}
END_TEST

START_TEST(queues_and_tables_of_an_iommu_are_places)
{
    struct watched *watched =
        stand("tests/screens/iommu.s", true, EVENT_IOMMU_FAULT, 1);
    const struct watch *watch = watched->viewer.watch;
    struct ram_place place;

    ck_assert(watch_place(watch, 0x80410000, &place));
    ck_assert_str_eq(place.name, "command queue");
    ck_assert(watch_place(watch, 0x80400010, &place));
    ck_assert_str_eq(place.name, "device directory");
    ck_assert_int_eq(place.kind, PLACE_TABLE);
    watched_free(watched);
}
END_TEST

/* One command lies between the head at the last place and the tail at the first. */
START_TEST(queues_of_an_iommu_are_counted_over_their_end)
{
    struct watched *watched =
        stand("tests/screens/iommu.s", true, EVENT_IOMMU_FAULT, 1);
    const struct watch *watch = watched->viewer.watch;
    struct iommu *iommu =
        (struct iommu *)watch->board->device[watch_device(watch, "iommu", 0)->index];
    struct part_text text = {0};

    iommu->cqb = 3; /* LOG2SZ-1: 16 entries */
    iommu->cqh = 15;
    iommu->cqt = 0;
    iommu->fqb = 0; /* 2 */
    iommu->fqh = 0;
    iommu->fqt = 1;
    part_fill_iommu(watch, &iommu->device, 30, &text);
    for (unsigned i = 0; i < text.lines; i++)
        if (strcmp(text.line[i].text, "commands 1, faults 1") == 0) {
            watched_free(watched);
            return;
        }
    ck_abort_msg("the queues are not counted");
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, each_kind_of_event_has_a_way);
    tcase_add_test(tcase, an_interrupt_comes_by_a_wire_if_a_wire_has_brought_it);
    tcase_add_test(tcase, queues_of_an_iommu_are_counted_over_their_end);
    tcase_add_test(tcase, a_device_behind_an_iommu_reaches_the_bus_through_it);
    tcase_add_loop_test(tcase, the_token_travels_all_of_the_heavy_wire, 0, 2);
    tcase_add_loop_test(tcase, nothing_jumps_while_time_moves, 0, 8);
    tcase_add_test(tcase, opened_groups_and_parts_in_focus_have_boxes);
    tcase_add_test(tcase, many_of_a_type_share_a_box_unless_opened);
    tcase_add_test(tcase, what_is_drawn_can_be_asked_about);
    tcase_add_loop_test(tcase, a_moment_looks_the_same_from_both_sides, 0, 3);
    tcase_add_test(tcase, places_of_ram_are_named);
    tcase_add_test(tcase, queues_and_tables_of_an_iommu_are_places);
}

TEST_MAIN("stage", add_tests)
