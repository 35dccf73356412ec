/*
 * The form for a room: large and calm. No hexadecimal numbers, no names of layers, no
 * counters; a box has one line in its middle.
 */
#include "face/tui/stage/hart_text.h"
#include "face/tui/stage/parts.h"
#include "face/tui/stage/scene.h"

#include "face/tui/watch/places.h"
#include "machine/dma/dma.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void centre(struct canvas *canvas, const struct area *box, int row,
                   enum role role, const char *text)
{
    int width = text_width(text), room = box->cols - 4;

    if (width > room)
        width = room;
    canvas_text(canvas, row, box->col + (box->cols - width) / 2, width, role, text);
}

static bool is_calm(const char *line)
{
    return !strstr(line, "0x") && line[0] != '\0';
}

/* --- harts ------------------------------------------------------------------------------ */

/* What a hart does, in a word or two; of a machine with guests, whose turn it is. */
static const char *activity(const struct watch *watch, unsigned hart, char text[48])
{
    const struct event *event = &watch->focus;
    unsigned guest = hart_vmid(&watch->board->hart[hart]);
    bool inside = hart_shown_mode(watch, hart) & MODE_VIRTUAL;

    if (watch->has_focus && event->kind == EVENT_VM_EXIT && event->vm_exit.hart == hart)
        snprintf(text, 48, "guest %u ▸ hypervisor", event->vm_exit.vmid);
    else if (watch->has_focus && event->kind == EVENT_VM_ENTRY &&
             event->vm_entry.hart == hart)
        snprintf(text, 48, "hypervisor ▸ guest %u", event->vm_entry.vmid);
    else if (inside)
        snprintf(text, 48, "guest %u runs", guest);
    else if (stage_has_guests(watch))
        snprintf(text, 48, "the hypervisor runs");
    else
        snprintf(text, 48, "runs");
    return text;
}

static void draw_hart(const struct scene *scene, int i)
{
    const struct area *box = &scene->stage->hart[i];
    unsigned hart = (unsigned)scene->stage->hart_id[i];
    const struct event *event = &scene->watch->focus;
    bool told = scene->watch->has_focus;
    char name[12], words[48];

    snprintf(name, sizeof(name), "hart %u", hart);
    canvas_thing_area(scene->canvas, *box, THING_PART, name);
    canvas_printf(scene->canvas, box->row, box->col + 2, box->cols - 4, ROLE_HEAD,
                  " %s ", name);
    if (told && event->kind == EVENT_BUS_WAIT &&
        event->bus_wait.initiator == INITIATOR_HART + hart)
        centre(scene->canvas, box, box->row + 1, ROLE_WAIT, "░░░░░░  waits  ░░░░░░");
    else if (scene->watch->facts.hart[hart].asleep)
        centre(scene->canvas, box, box->row + 1, ROLE_QUIET, "asleep");
    else if (told && event->kind == EVENT_TRAP_ENTER &&
             event->trap_enter.hart == hart && !stage_has_guests(scene->watch))
        centre(scene->canvas, box, box->row + 1, ROLE_HEAD,
               event->trap_enter.cause & CAUSE_INTERRUPT ? "takes an interrupt"
                                                         : "traps");
    else
        centre(scene->canvas, box, box->row + 1, ROLE_TEXT,
               activity(scene->watch, hart, words));
}

/* --- memory and devices ----------------------------------------------------------------- */

/* The place that is used, or the last that was written. */
static void ram_line(char line[48], const struct watch *watch,
                     const struct transaction *now)
{
    struct ram_place place;
    int percent;

    if (now->stopped) {
        snprintf(line, 48, "not touched");
        return;
    }
    if (!watch_place(watch, now->has_pa ? now->pa : watch->written, &place) &&
        !watch_place(watch, watch->written, &place)) {
        snprintf(line, 48, "%" PRIu64 " MiB", watch->board->bus.ram.size >> 20);
        return;
    }
    percent = part_ram_percent(watch, &place);
    if (percent > 0)
        snprintf(line, 48, "%s: %d %%", place.name, percent);
    else
        snprintf(line, 48, "%s", place.name);
}

/* The line that says most: squares of a burst, else the first without an address. */
static const char *device_line(const struct part_text *text)
{
    for (unsigned i = 0; i < text->lines; i++)
        if (strstr(text->line[i].text, " of "))
            return text->line[i].text;
    for (unsigned i = 0; i < text->lines; i++)
        if (is_calm(text->line[i].text))
            return text->line[i].text;
    return "";
}

static void draw_part(const struct scene *scene, const struct stage_part *part)
{
    const struct device *device = part->device;
    struct part_text text = {0};
    char line[48];

    if (device)
        part_form(device)->fill(scene->watch, device, 18, &text);
    else
        ram_line(line, scene->watch, &scene->now);
    canvas_thing_area(scene->canvas, part->box, THING_PART,
                      device ? device->name : "ram");
    canvas_printf(scene->canvas, part->box.row, part->box.col + 2, part->box.cols - 4,
                  ROLE_HEAD, " %s ", part_title(scene->watch, device, part->box.cols));
    centre(scene->canvas, &part->box, part->box.row + part->box.rows / 2,
           text.lines && text.line[0].role == ROLE_STOP ? ROLE_STOP : ROLE_TEXT,
           device ? text.lines && text.line[0].role == ROLE_STOP ? "STOP"
                                                                 : device_line(&text)
                  : line);
}

/* --- what moves ------------------------------------------------------------------------- */

static void draw_label(const struct scene *scene)
{
    const struct event *event = &scene->watch->focus;
    struct route route = route_of(scene->stage, &scene->now);
    char text[64] = "", quote[TEXT_DATA];
    int row, left;

    if (scene->now.way != WAY_BUS || route.count < 2)
        return;
    if (event->kind == EVENT_BUS_TRANSFER)
        snprintf(
            text, sizeof(text), "%u bytes  %s", event->bus_transfer.size,
            text_quote(quote, event->bus_transfer.value, event->bus_transfer.size));
    else if (event->kind == EVENT_INSN)
        snprintf(text, sizeof(text), "%u byte%s  %s", event->insn.size,
                 event->insn.size == 1 ? "" : "s",
                 text_quote(quote, event->insn.mem_new, event->insn.size));
    else if (scene->now.label[2][0] && is_calm(scene->now.label[2]))
        snprintf(text, sizeof(text), "%.60s", scene->now.label[2]);
    left = route.at[0].col < route.at[route.count - 1].col
               ? route.at[0].col
               : route.at[route.count - 1].col;
    row = scene->stage->bus + 1;
    if (text[0] && label_room(scene, row, left + 3) >= text_width(text))
        canvas_text(scene->canvas, row, left + 3, text_width(text), ROLE_HEAD, text);
}

/* When the one that waits goes on, beside its dashed wire. */
static void draw_next(const struct scene *scene)
{
    char cycle[TEXT_NUMBER], text[48];
    struct stub stub;
    int row, room;

    if (!scene->nexts || !scene->next[0].to_bus ||
        scene->next[0].part.part != PART_HART ||
        !stub_of(scene->stage, scene->next[0].part, &stub))
        return;
    snprintf(text, sizeof(text), "next, at %s",
             text_count(cycle, scene->next[0].cycle));
    row = scene->stage->bus - 1;
    room = label_room(scene, row, stub.col + 2);
    if (room >= text_width(text))
        canvas_text(scene->canvas, row, stub.col + 2, room, ROLE_QUIET, text);
}

void stage_draw_calm(const struct scene *scene)
{
    for (int i = 0; i < scene->stage->harts; i++)
        draw_hart(scene, i);
    for (int i = 0; i < scene->stage->parts; i++)
        draw_part(scene, &scene->stage->part[i]);
    draw_label(scene);
    draw_next(scene);
}
