/*
 * Beside the upper floor of a hart: the G-stage that is between the guest and the machine,
 * what it makes of the address that the guest used last, and the device that the guest
 * believes to be there.
 */
#include "face/tui/stage/hart_text.h"
#include "face/tui/stage/scene.h"

#include "face/tui/watch/places.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>
#include <stdio.h>

enum { GSTAGE_COLS = 24, SEEN_COLS = 27, SEEN_LEAST = 14, GAP = 4 };

bool stage_has_guests(const struct watch *watch)
{
    const struct exits *exits =
        watch->session->guests ? &watch->session->guests->exits : NULL;

    if (!exits)
        return false;
    for (unsigned i = 0; i < EXIT_VMIDS; i++)
        if (exits->guest[i].entries && exits->guest[i].board == watch->board->index)
            return true;
    for (unsigned i = 0; i < watch->board->harts; i++)
        if (hart_shown_mode(watch, i) & MODE_VIRTUAL)
            return true;
    return watch->subject->guest_symbols && watch->board->desc.hypervisor;
}

/* What a guest's address leads to. */
struct seen {
    bool known;
    unsigned vmid;
    uint64_t gpa, hgatp, pa;
    enum event_access access;
    bool mapped;
};

static enum event_access access_of_cause(uint64_t cause)
{
    return cause == CAUSE_STORE_GUEST_PAGE         ? ACCESS_STORE
           : cause == CAUSE_INSTRUCTION_GUEST_PAGE ? ACCESS_FETCH
                                                   : ACCESS_LOAD;
}

/* In the window: an exit for an address, a step of a walk, an entry of the TLB. */
static bool seen_in(const struct event *event, unsigned hart, struct seen *seen)
{
    switch ((int)event->kind) {
    case EVENT_VM_EXIT:
        seen->gpa = event->vm_exit.gpa;
        seen->access = access_of_cause(event->vm_exit.cause);
        return event->vm_exit.hart == hart && seen->gpa;
    case EVENT_WALK_STEP:
        seen->gpa = event->walk_step.gpa;
        seen->access = (enum event_access)event->walk_step.access;
        return event->walk_step.hart == hart && event->walk_step.stage == STAGE_G;
    case EVENT_TLB_FILL:
        seen->gpa = event->tlb_fill.gpa;
        seen->access = ACCESS_LOAD;
        return event->tlb_fill.hart == hart && event->tlb_fill.is_guest;
    default:
        return false;
    }
}

/* Longer ago: the last exit of that guest for an address, of those that are kept. */
static bool seen_at_exit(const struct exits *exits, struct seen *seen)
{
    for (uint64_t n = exits->begun; n > 0 && n + EXITS_KEPT > exits->begun; n--) {
        const struct vm_exit *exit = exits_find(exits, n);

        if (!exit || exit->vmid != seen->vmid || !exit->gpa)
            continue;
        seen->gpa = exit->gpa;
        seen->access = access_of_cause(exit->cause);
        return true;
    }
    return false;
}

static struct seen last_seen(const struct watch *watch, unsigned hart)
{
    const struct exits *exits = &watch->session->guests->exits;
    uint64_t hgatp = watch->board->hart[hart].csr.hgatp;
    struct seen seen = {.vmid = (unsigned)field_get(hgatp, HGATP_VMID), .hgatp = hgatp};

    for (unsigned i = watch->count; i-- > 0 && !seen.known;)
        seen.known = seen_in(&watch->events[i], hart, &seen);
    if (!seen.known)
        seen.known = seen_at_exit(exits, &seen);
    seen.mapped =
        seen.known && watch_guest_page(watch, hgatp, seen.gpa, seen.access, &seen.pa);
    return seen;
}

static void draw_gstage(const struct scene *scene, struct area box,
                        const struct seen *seen)
{
    struct canvas *canvas = scene->canvas;
    int room = box.cols - 4;

    canvas_box(canvas, box, ROLE_RULE);
    if (field_get(seen->hgatp, HGATP_MODE))
        canvas_printf(canvas, box.row, box.col + 2, room, ROLE_HEAD, " G-stage %u ",
                      seen->vmid);
    else
        canvas_text(canvas, box.row, box.col + 2, room, ROLE_HEAD, " G-stage ");
    if (!seen->known)
        canvas_text(canvas, box.row + 1, box.col + 2, room, ROLE_QUIET,
                    field_get(seen->hgatp, HGATP_MODE) ? "no address lately" : "off");
    else if (!seen->mapped)
        canvas_printf(canvas, box.row + 1, box.col + 2, room, ROLE_HEAD,
                      room < 20 ? "%" PRIx64 " unmapped" : "%08" PRIx64 " not mapped",
                      seen->gpa);
    else
        canvas_printf(canvas, box.row + 1, box.col + 2, room, ROLE_TEXT,
                      "%08" PRIx64 " ▸ %08" PRIx64, seen->gpa, seen->pa);
    canvas_thing(canvas, box.row, box.col, box.cols, THING_PART, "guest %u",
                 seen->vmid);
}

/* The name of what the guest believes to be there: its map of devices is like the
 * board's. */
static void put_seen(char name[40], char how[24], const struct watch *watch,
                     const struct seen *seen)
{
    const struct mmio *there =
        bus_find(&watch->board->bus, seen->mapped ? seen->pa : seen->gpa);
    struct ram_place place;

    snprintf(how, 24, "%s", seen->mapped ? "direct, no exit" : "emulated in software");
    if (there)
        snprintf(name, 40, "%.12s at %" PRIx64, there->name, there->base);
    else if (seen->mapped && watch_place(watch, seen->pa, &place))
        snprintf(name, 40, "RAM: %.16s", place.name);
    else
        snprintf(name, 40, "%s", seen->mapped ? "RAM" : "no device");
    if (!there && !seen->mapped)
        snprintf(how, 24, "at %" PRIx64, seen->gpa);
}

static void draw_seen(const struct scene *scene, struct area box,
                      const struct seen *seen)
{
    char name[40], how[24];
    struct canvas *canvas = scene->canvas;
    enum role role = seen->mapped ? ROLE_TEXT : ROLE_QUIET;

    put_seen(name, how, scene->watch, seen);
    if (box.cols < SEEN_COLS) {
        canvas_text(canvas, box.row, box.col + 1, box.cols - 1, role, name);
        canvas_text(canvas, box.row + 1, box.col + 1, box.cols - 1, role,
                    seen->mapped ? "direct" : "emulated");
        return;
    }
    canvas_box(canvas, box, ROLE_RULE);
    canvas_printf(canvas, box.row, box.col + 2, box.cols - 4, ROLE_HEAD, " %s ", name);
    canvas_text(canvas, box.row + 1, box.col + 2, box.cols - 4, role, how);
}

void stage_draw_guests(const struct scene *scene)
{
    const struct stage *stage = scene->stage;
    const struct area *last =
        stage->strip.cols ? &stage->strip : &stage->hart[stage->harts - 1];
    int from = last->col + last->cols, end = stage->area.col + stage->area.cols;
    struct area box = {stage->area.row, from + 2, 3, GSTAGE_COLS};
    struct seen seen;
    int row = box.row + 1, room = end - box.col;
    enum weight weight;

    if (!stage->floors || stage->hart[0].rows < 5 || room < 18)
        return;
    if (room < GSTAGE_COLS)
        box.cols = room;
    else if (room < GSTAGE_COLS + 2 + SEEN_LEAST && room >= 20 + 2 + SEEN_LEAST)
        box.cols = room - 2 - SEEN_LEAST;
    seen = last_seen(scene->watch, (unsigned)stage->hart_id[0]);
    weight = seen.known && seen.mapped ? WEIGHT_IDLE : WEIGHT_NEXT;
    if (!stage->strip.cols)
        canvas_across(scene->canvas, row, from - 1, box.col, WEIGHT_IDLE, ROLE_RULE);
    draw_gstage(scene, box, &seen);
    from = box.col + box.cols;
    room = end - from;
    if (!seen.known || room < SEEN_LEAST)
        return;
    if (room < SEEN_COLS + GAP) {
        box = (struct area){box.row, from, 3, room};
        canvas_put(scene->canvas, row, from, ROLE_RULE, seen.mapped ? L'─' : L'┄');
    } else {
        box = (struct area){box.row, from + GAP, 3, SEEN_COLS};
        canvas_across(scene->canvas, row, from - 1, box.col, weight, ROLE_RULE);
    }
    draw_seen(scene, box, &seen);
}
