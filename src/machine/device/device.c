#include "machine/device/device.h"

#include <assert.h>
#include <string.h>

void device_init(struct device *device, const struct device_type *type,
                 const struct device_place *place)
{
    assert(type->irqs <= DEVICE_LINES && type->requests <= DEVICE_REQUEST_LINES);
    device->type = type;
    strncpy(device->name, place->name, sizeof(device->name) - 1);
    device->index = place->index;
    device->unit = place->unit;
    device->base = place->base;
    device->lines = type->irqs;
    device->requests = type->requests;
    for (unsigned i = 0; i < type->irqs && i < place->irqs; i++)
        device->line[i].source = place->irq[i];
    for (unsigned i = 0; i < type->requests; i++) {
        device->request[i].line = REQUEST_LINE_NONE;
        device->request[i].device = device;
        device->request[i].base = place->base;
        device->request[i].size = type->size;
    }
    device->bus = place->bus;
    device->queue = place->queue;
    device->events = place->events;
    device->costs = place->costs;
}

uint64_t device_setting(const struct device_type *type,
                        const struct device_place *place, const char *name)
{
    const struct device_setting *setting = type->settings;

    while (strcmp(setting->name, name) != 0)
        setting++;
    if (!place->setting)
        return setting->otherwise;
    return place->setting(place->row, name, setting->otherwise);
}

bool device_timer(struct device *device, struct timer *timer, const char *name,
                  void (*fire)(void *ctx, uint64_t now), void *ctx, struct err *err)
{
    *timer = (struct timer){
        .name = name,
        .fire = fire,
        .ctx = ctx,
        .due = NEVER,
        .board = device->events->board,
    };
    if (queue_add(device->queue, timer))
        return true;
    return err_set(err, "%s: the run has no room for more than %d timers", device->name,
                   QUEUE_TIMERS);
}

static enum bus_response read_register(void *ctx, uint32_t offset, unsigned size,
                                       uint64_t *value)
{
    struct device *device = ctx;
    const struct device_type *type = device->type;

    return type->read ? type->read(device, offset, size, value)
                      : regfile_read(type->regs, device, offset, size, value);
}

static enum bus_response write_register(void *ctx, uint32_t offset, unsigned size,
                                        uint64_t value)
{
    struct device *device = ctx;
    const struct device_type *type = device->type;

    return type->write ? type->write(device, offset, size, value)
                       : regfile_write(type->regs, device, offset, size, value);
}

static enum bus_response peek_register(const void *ctx, uint32_t offset, unsigned size,
                                       uint64_t *value)
{
    const struct device *device = ctx;
    const struct device_type *type = device->type;

    return type->peek ? type->peek(device, offset, size, value)
                      : regfile_peek(type->regs, device, offset, size, value);
}

bool device_map(struct device *device, struct err *err)
{
    const struct device_type *type = device->type;

    return bus_map(device->bus,
                   (struct mmio){
                       .name = device->name,
                       .base = device->base,
                       .size = type->size,
                       .device = device->index,
                       .min_size = type->min_size,
                       .max_size = type->max_size,
                       .ctx = device,
                       .read = read_register,
                       .write = write_register,
                       .peek = peek_register,
                       .executable = type->executable,
                   },
                   err);
}

void device_irq(struct device *device, unsigned n, bool level)
{
    struct irq_line *line = &device->line[n];

    assert(n < device->lines && n < DEVICE_LINES);
    if (line->level == level)
        return;
    line->level = level;
    EMIT(device->events, device->queue->now, IRQ_LINE, irq_line, .source = line->source,
         .device = device->index, .level = level);
    if (line->changed)
        line->changed(line->ctx, line->source, level);
}

void device_request(struct device *device, unsigned n, bool asserted)
{
    struct request_line *request = &device->request[n];

    assert(n < device->requests);
    if (request->asserted == asserted)
        return;
    request->asserted = asserted;
    EMIT(device->events, device->queue->now, REQUEST_LINE, request_line,
         .device = device->index, .line = request->line, .level = asserted);
    if (request->changed)
        request->changed(request->ctx, request->line, asserted);
}

struct medium *device_medium(struct device *device)
{
    return device->type->medium ? device->type->medium(device) : NULL;
}

void device_insert(struct device *disk, const uint8_t *bytes, uint64_t length)
{
    struct medium *medium = device_medium(disk);

    assert(medium);
    medium_release(medium);
    medium_init(medium, bytes, length / SECTOR);
}

const struct reg *device_reg(const struct device *device, uint32_t offset,
                             unsigned *index)
{
    const struct regfile *regs = device->type->regs;

    return regs ? regfile_find(regs, offset, index) : NULL;
}

void device_state(struct device *device, struct state *state)
{
    for (unsigned i = 0; i < device->lines; i++)
        STATE(state, device->line[i].level);
    for (unsigned i = 0; i < device->requests; i++)
        STATE(state, device->request[i].asserted);
    device->type->state(device, state);
}
