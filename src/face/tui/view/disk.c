/*
 * A disk, ATA or virtio: what it was asked for, the way of that through its states with
 * the cycle in which each was entered last, how far it is, and what its registers say.
 */
#include "face/tui/view/disk_look.h"
#include "face/tui/view/fields.h"
#include "face/tui/view/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- its way -------------------------------------------------------------------------------- */

static bool is_in(const struct disk *disk, const struct disk_step *step)
{
    return step->states >> disk->state & 1;
}

/* When it was in that step last in this command; false: not yet. */
static bool since(const struct disk *disk, const struct disk_step *step,
                  uint64_t *cycle)
{
    bool was = false;

    *cycle = 0;
    for (unsigned i = 0; i < QUEUE_STATES; i++)
        if ((step->states & disk->way->was) >> i & 1) {
            was = true;
            if (disk->way->since[i] > *cycle)
                *cycle = disk->way->since[i];
        }
    if (!was && disk->ata && step == disk->steps && disk->asked) {
        *cycle = disk->way->began; /* it was told with the command */
        return true;
    }
    return was;
}

static void put_upper(struct buf *out, const char *name)
{
    buf_text(out, "▐");
    for (; *name; name++)
        buf_char(out, (char)toupper((unsigned char)*name));
    buf_text(out, "▌");
}

/* A step and, where there is a row for it, the cycle below; gives its columns. */
static int draw_step(struct canvas *canvas, const struct disk *disk, int row, int col,
                     int room, const struct disk_step *step, bool cycles)
{
    char number[TEXT_NUMBER] = "·";
    struct buf name = {0};
    uint64_t cycle;
    int width;

    if (is_in(disk, step))
        put_upper(&name, step->name);
    else
        buf_text(&name, step->name);
    if (since(disk, step, &cycle))
        text_count(number, cycle);
    width = canvas_text(canvas, row, col, room,
                        is_in(disk, step) ? ROLE_HEAD : ROLE_QUIET, buf_str(&name));
    if (cycles)
        canvas_text(canvas, row + 1, col, room, ROLE_QUIET, number);
    buf_free(&name);
    return width;
}

/* Columns of a step are the same whichever it is in, so that nothing jumps; 0: there is
 * no room for all of them. */
static int step_cols(const struct disk *disk, int cols)
{
    int steps = 0, longest = 0, each;

    for (const struct disk_step *step = disk->steps; step->name; step++, steps++)
        if (text_width(step->name) > longest)
            longest = text_width(step->name);
    if (!steps)
        return 0;
    each = (cols + 2) / steps;
    if (each < longest + 4)
        return 0;
    return each < 16 ? each : 16;
}

/* The state alone, and since when. */
static void draw_state(struct canvas *canvas, struct area line, const struct disk *disk)
{
    unsigned state = disk->state % QUEUE_STATES;
    struct buf name = {0};
    char number[TEXT_NUMBER];
    int used;

    put_upper(&name, disk->state_name);
    used = canvas_text(canvas, line.row, line.col, line.cols,
                       disk->failed ? ROLE_STOP : ROLE_HEAD, buf_str(&name)) +
           2;
    if (disk->way->was >> state & 1)
        canvas_printf(canvas, line.row, line.col + used, line.cols - used, ROLE_QUIET,
                      "since %s", text_count(number, disk->way->since[state]));
    buf_free(&name);
}

static void draw_steps(struct canvas *canvas, struct area line, const struct disk *disk,
                       bool cycles)
{
    int cols = step_cols(disk, line.cols), col = line.col;

    if (!cols || !disk->asked || disk->failed) {
        draw_state(canvas, line, disk);
        return;
    }
    for (const struct disk_step *step = disk->steps; step->name; step++, col += cols) {
        int used = draw_step(canvas, disk, line.row, col, cols - 2, step, cycles);

        for (int i = used + 1; step[1].name && i < cols - 1; i++)
            canvas_put(canvas, line.row, col + i, ROLE_RULE, L'─');
    }
}

/* --- rows ------------------------------------------------------------------------------------- */

static void draw_request(struct canvas *canvas, struct area line,
                         const struct disk *disk)
{
    char count[TEXT_NUMBER];

    if (!disk->asked)
        canvas_text(canvas, line.row, line.col, line.cols, ROLE_QUIET,
                    disk->ata ? "no command yet" : "no request yet");
    else if (disk->sectors == 1)
        canvas_printf(canvas, line.row, line.col, line.cols, ROLE_TEXT,
                      "%s, LBA %" PRIu64 ", 1 sector", disk->command, disk->lba);
    else if (disk->sectors)
        canvas_printf(canvas, line.row, line.col, line.cols, ROLE_TEXT,
                      "%s, LBA %" PRIu64 " to %" PRIu64 ", %s sectors", disk->command,
                      disk->lba, disk->lba + disk->sectors - 1,
                      text_count(count, disk->sectors));
    else
        canvas_text(canvas, line.row, line.col, line.cols, ROLE_TEXT, disk->command);
    canvas_thing(canvas, line.row, line.col, line.cols, THING_PART, "%s",
                 disk->device->name);
}

static void draw_progress(struct canvas *canvas, struct area line,
                          const struct disk *disk)
{
    enum { SQUARES = 10 };
    struct buf text = {0};
    char done[TEXT_NUMBER], all[TEXT_NUMBER];

    for (unsigned i = 0; i < SQUARES && disk->sectors; i++)
        buf_text(&text, i < disk->moved * SQUARES / disk->sectors ? "■" : "□");
    if (disk->sectors)
        buf_printf(&text, "  %s of %s moved", text_count(done, disk->moved),
                   text_count(all, disk->sectors));
    canvas_text(canvas, line.row, line.col, line.cols, ROLE_QUIET, "sectors");
    canvas_text(canvas, line.row, line.col + 9, line.cols - 9, ROLE_TEXT,
                text.size ? buf_str(&text) : "-");
    buf_free(&text);
}

static void draw_buffer(struct canvas *canvas, struct area line,
                        const struct disk *disk)
{
    char count[TEXT_NUMBER];

    canvas_text(canvas, line.row, line.col, line.cols, ROLE_QUIET, "buffer");
    canvas_printf(canvas, line.row, line.col + 9, line.cols - 9, ROLE_TEXT,
                  "%u of %u sectors full   head at LBA %s", disk->ready, disk->room,
                  text_count(count, disk->position));
}

/* The phase that is told of in a step that is not over; NULL: none. */
static const struct event_disk_phase *phase_inside(const struct disk *disk)
{
    const struct watch *watch = disk->watch;

    for (unsigned i = watch->count; i-- > watch->inside;)
        if (watch->events[i].kind == EVENT_DISK_PHASE &&
            watch->events[i].disk_phase.device == disk->device->index)
            return &watch->events[i].disk_phase;
    return NULL;
}

/* As they are: a read of Error gives Status while the disk is busy. */
static uint8_t ata_status(const struct disk *disk)
{
    const struct event_disk_phase *phase = phase_inside(disk);

    return phase ? phase->status : disk->ata->status;
}

static uint8_t ata_error(const struct disk *disk)
{
    const struct event_disk_phase *phase = phase_inside(disk);

    return phase ? phase->error : disk->ata->error;
}

static void draw_register(struct canvas *canvas, struct area line,
                          const struct disk *disk, const char *name)
{
    const struct reg *reg = fields_register(disk->device->type, name);
    struct buf words = {0};
    uint64_t value = 0;
    int label;

    if (!reg || !watch_register(disk->watch, disk->device, name, 0, &value))
        return;
    if (disk->ata)
        value = strcmp(name, "Error") == 0 ? ata_error(disk) : ata_status(disk);
    fields_put(&words, reg, value, 0);
    label = canvas_text(canvas, line.row, line.col, line.cols, ROLE_QUIET, name) + 1;
    label = label < 9 ? 9 : label;
    canvas_printf(canvas, line.row, line.col + label, line.cols - label,
                  disk->failed && value && strcmp(name, "Error") == 0 ? ROLE_STOP
                                                                      : ROLE_TEXT,
                  "%02" PRIx64 "  %s", value, words.size ? buf_str(&words) : "none");
    canvas_thing(canvas, line.row, line.col, line.cols, THING_FIELD, "%s.%s",
                 disk->device->name, name);
    buf_free(&words);
}

/* The lines out of it: the request line to the DMA controller, its interrupt. */
static void draw_lines(struct canvas *canvas, struct area line, const struct disk *disk)
{
    unsigned irq = disk->device->line[0].source;

    canvas_text(canvas, line.row, line.col, line.cols, ROLE_QUIET, "lines");
    canvas_printf(canvas, line.row, line.col + 9, line.cols - 9, ROLE_TEXT,
                  "irq %u is %s%s", irq, watch_irq(disk->watch, irq) ? "high" : "low",
                  !disk->ata ? ""
                  : disk->watch->facts.device[disk->device->index].request
                      ? ", it asks the DMA"
                      : ", no DMA request");
    canvas_thing(canvas, line.row, line.col, line.cols, THING_IRQ, "irq %u", irq);
}

/* Rows in the order of their importance, as many as there are. */
static void draw_rows(struct canvas *canvas, struct area area, const struct disk *disk)
{
    struct area line = {area.row, area.col + 2, 1, area.cols - 2};
    int end = area.row + area.rows;
    bool cycles = area.rows >= 5;

    draw_request(canvas, line, disk);
    line.row++;
    if (line.row < end)
        draw_steps(canvas, line, disk, cycles);
    line.row += 1 + cycles;
    if (line.row < end)
        draw_progress(canvas, line, disk);
    if (++line.row < end)
        draw_buffer(canvas, line, disk);
    if (++line.row < end)
        draw_register(canvas, line, disk, "Status");
    if (++line.row < end)
        draw_register(canvas, line, disk, disk->ata ? "Error" : "InterruptStatus");
    if (++line.row < end)
        draw_lines(canvas, line, disk);
}

static const char *absent(const struct watch *watch)
{
    return disk_find(watch, "") ? NULL : "this board has no disk";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct device *device = disk_find(watch, state->about);
    struct disk disk;
    char title[48];

    if (!device) {
        view_draw_absent(&disk_view, canvas, area,
                         absent(watch) ? absent(watch) : "there is no such disk");
        return;
    }
    disk = disk_look(watch, device);
    snprintf(title, sizeof(title), "disk %s", device->name);
    canvas_rule(canvas, area.row, area.col, area.cols, title,
                disk.ata ? "ATA" : "virtio");
    draw_rows(canvas, (struct area){area.row + 1, area.col, area.rows - 1, area.cols},
              &disk);
}

const struct view disk_view = {
    .name = "disk",
    .help = "a disk: its command, the phases of that, buffer and status",
    .class = VIEW_DEVICES,
    .cols = 32,
    .rows = 3,
    .wide = 60,
    .wish = 9,
    .tells = "info disk",
    .about = "[DISK]",
    .absent = absent,
    .draw = draw,
};
