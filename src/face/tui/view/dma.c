/*
 * One channel of a DMA controller: its state machine, the registers that say what it is
 * doing, and the descriptor it works on.
 */
#include "machine/dma/dma.h"

#include "base/bits.h"
#include "face/tui/stage/parts.h"
#include "face/tui/view/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Registers in the order of their rows; when there are fewer rows, the first ones. */
static const char *const rows[] = {
    "Control",  "ExecBytes", "ExecSource", "ExecDestination", "BusMode",
    "Consumer", "Producer",  "Descriptor", "Moved",           "Request",
    "RingBase", "RingSize",  "ChainHead",  "Priority",
};

enum { NARROW = 34, CHAIN = 22 /* columns of the steps without the state */ };

/* The steps of a burst, in the order in which a channel goes through them. */
static const uint8_t steps[] = {DMA_FETCH, DMA_READ, DMA_WRITE, DMA_STATUS};

static int draw_state(struct canvas *canvas, int row, int col, int room, unsigned state)
{
    const char *name = state < DMA_STATES ? dma_state_names[state] : "?";
    char upper[24];
    size_t n = 0;

    for (; name[n] && n + 1 < sizeof(upper); n++)
        upper[n] = (char)toupper((unsigned char)name[n]);
    upper[n] = '\0';
    return canvas_printf(canvas, row, col, room, ROLE_HEAD, "▐%s▌", upper);
}

/* The state the channel is in stands among the steps of a burst, or before them. */
static void draw_states(struct canvas *canvas, int row, int col, int cols,
                        unsigned state)
{
    bool narrow = cols < NARROW, step = false;
    int end = col + cols;

    for (size_t i = 0; i < COUNT(steps); i++)
        step |= steps[i] == state;
    if (!step)
        col += draw_state(canvas, row, col, end - col, state) + 2;
    if (!step && end - col < CHAIN)
        return;
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (i)
            col += canvas_text(canvas, row, col, end - col, ROLE_RULE,
                               narrow || !step ? "─" : " ─ ");
        if (steps[i] == state)
            col += draw_state(canvas, row, col, end - col, state);
        else
            col += canvas_text(canvas, row, col, end - col, ROLE_QUIET,
                               dma_state_names[steps[i]]);
    }
}

static const struct reg *find_reg(const struct device *device, const char *name)
{
    const struct regfile *file = device->type->regs;

    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->regs[i].name, name) == 0)
            return &file->regs[i];
    return NULL;
}

/* What the fields say: names of bits that are 1, names of values. */
static void field_note(const struct reg *reg, uint64_t value, char *text, size_t room)
{
    size_t used = 0;

    for (const struct reg_field *field = reg->fields; field && field->name; field++) {
        uint64_t part = field_get(value, BITS(field->hi, field->lo));
        const char *word = NULL;

        if (field->values)
            word = field->values[part];
        else if (field->hi == field->lo && part)
            word = field->name;
        if (word && used + strlen(word) + 2 < room)
            used += (size_t)snprintf(text + used, room - used, "%s%s", used ? " " : "",
                                     word);
    }
}

static bool is_count(const char *name)
{
    return strcmp(name, "ExecBytes") == 0 || strcmp(name, "Moved") == 0 ||
           strcmp(name, "Consumer") == 0 || strcmp(name, "Producer") == 0 ||
           strcmp(name, "RingSize") == 0 || strcmp(name, "Priority") == 0;
}

/* The name of the place that an address is in. */
static void note_of(const struct watch *watch, const struct reg *reg, uint64_t value,
                    char *text, size_t room)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, value);
    const struct region *region = watch_region(watch, value);

    text[0] = '\0';
    if (reg->fields)
        field_note(reg, value, text, room);
    else if (is_count(reg->name) || reg->size < 8 || value < 0x1000)
        return;
    else if (mmio)
        snprintf(text, room, "%s", mmio->name);
    else if (region)
        snprintf(text, room, "%.16s +%" PRIx64, region->name, value - region->base);
}

/* Was that register of the channel written in this move? */
static bool was_written(const struct watch *watch, const struct device *device,
                        const struct reg *reg, unsigned channel)
{
    const struct event *event = &watch->focus;

    return watch->has_focus && event->kind == EVENT_MMIO_WRITE &&
           event->mmio_write.device == device->index &&
           event->mmio_write.offset - reg->offset - channel * reg->stride < reg->size;
}

static void draw_register(const struct watch *watch, struct canvas *canvas,
                          struct area area, int row, const struct device *device,
                          const struct reg *reg, unsigned channel)
{
    bool changed = was_written(watch, device, reg, channel);
    enum role role = changed ? ROLE_CHANGED : ROLE_TEXT;
    char note[64], count[TEXT_NUMBER];
    uint64_t value = 0;
    int room = area.cols - 27;

    if (!watch_register(watch, device, reg->name, channel, &value))
        return;
    note_of(watch, reg, value, note, sizeof(note));
    if (changed)
        canvas_put(canvas, row, area.col, ROLE_CHANGED, '*');
    canvas_text(canvas, row, area.col + 2, 15, ROLE_QUIET, reg->name);
    if (reg->fields && text_width(note) > room) { /* names before numbers */
        canvas_text(canvas, row, area.col + 18, area.cols - 18, role, note);
        return;
    }
    if (is_count(reg->name))
        canvas_printf(canvas, row, area.col + 18, 9, role, "%8s",
                      text_count(count, value));
    else
        canvas_printf(canvas, row, area.col + 18, 9, role, "%08" PRIx64, value);
    canvas_text(canvas, row, area.col + 27, room, ROLE_QUIET, note);
}

/* The descriptor in progress; a row. */
static void draw_descriptor(struct canvas *canvas, struct area area, int row,
                            const struct dma_fold *dma)
{
    const struct event_dma_descriptor *now = &dma->descriptor;
    char count[TEXT_NUMBER];

    canvas_printf(canvas, row, area.col + 2, area.cols - 2, ROLE_TEXT,
                  "desc %" PRIu32 " at %08" PRIx64 ", %s B%s", now->index, now->at,
                  text_count(count, now->bytes),
                  now->flags & DMA_FLAG_IRQ ? ", irq" : "");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    unsigned channel = part_channel(watch);
    const struct device *device = watch_device(watch, "dma", channel / DMA_CHANNELS);
    int columns = area.cols >= 76 ? 2 : 1, first = area.row + 2, row, column = 0;
    char title[40];

    (void)state;
    snprintf(title, sizeof(title), "DMA channel %u", channel);
    canvas_rule(canvas, area.row, area.col, area.cols, title,
                device ? device->name : NULL);
    if (!device) {
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "this board has no DMA controller");
        return;
    }
    draw_states(canvas, area.row + 1, area.col + 2, area.cols - 2,
                watch->facts.dma[channel].state);
    if (watch->facts.dma[channel].has_descriptor)
        draw_descriptor(canvas, area, first++, &watch->facts.dma[channel]);
    row = first;
    for (size_t i = 0; i < COUNT(rows) && column < columns; i++) {
        struct area part = area;

        part.cols = area.cols / columns - (columns > 1);
        part.col += column * (part.cols + 2);
        draw_register(watch, canvas, part, row, device, find_reg(device, rows[i]),
                      channel % DMA_CHANNELS);
        if (++row == area.row + area.rows) {
            row = first;
            column++;
        }
    }
}

const struct view dma_view = {
    .name = "dma",
    .help = "a DMA channel: its state machine, registers and descriptor",
    .class = VIEW_DEVICES,
    .cols = 32,
    .rows = 3,
    .wide = 46,
    .tells = "info dma",
    .draw = draw,
};
