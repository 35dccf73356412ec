#include "face/tui/watch_peek.h"
#include "base/bits.h"
#include "machine/dma/dma.h"

#include <string.h>

char owner_letter(uint8_t initiator)
{
    return initiator < INITIATOR_DMA ? 'h' : initiator < INITIATOR_OUTSIDE ? 'd' : '?';
}

uint8_t watch_writer(const struct watch *watch, uint64_t pa)
{
    const struct ram *ram = &watch->board->bus.ram;
    const uint8_t *page;

    if (!ram_has(ram, pa, 1))
        return INITIATOR_NONE;
    page = watch->writer[ram_page(ram, pa)];
    return page ? (uint8_t)(page[pa & (RAM_PAGE - 1)] - 1) : INITIATOR_NONE;
}

bool watch_page_written(const struct watch *watch, uint64_t pa)
{
    const struct ram *ram = &watch->board->bus.ram;

    return ram_has(ram, pa, 1) && watch->writer[ram_page(ram, pa)];
}

uint64_t watch_x(const struct watch *watch, unsigned hart, unsigned number)
{
    uint64_t value = number ? watch->board->hart[hart].x[number] : 0;

    for (unsigned i = watch->count; i-- > watch->seen;) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_INSN && event->insn.hart == hart &&
            event->insn.rd == number && number)
            value = event->insn.rd_old;
    }
    return value;
}

uint64_t watch_pc(const struct watch *watch, unsigned hart)
{
    uint64_t pc = watch->board->hart[hart].pc;

    for (unsigned i = watch->count; i-- > watch->seen;) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_INSN && event->insn.hart == hart)
            pc = event->insn.pc;
        else if (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == hart)
            pc = event->trap_enter.epc;
    }
    return pc;
}

/* What an event wrote to RAM: bytes at `pa`, of which the first 8 have an old value. */
struct write {
    uint64_t pa, old;
    unsigned size;
};

static struct write write_of(const struct event *event)
{
    const struct event_insn *insn = &event->insn;
    const struct event_bus_transfer *transfer = &event->bus_transfer;

    if (event->kind == EVENT_INSN &&
        (insn->access == ACCESS_STORE || insn->access == ACCESS_AMO))
        return (struct write){insn->pa, insn->mem_old, insn->size};
    if (event->kind == EVENT_BUS_TRANSFER && transfer->access == ACCESS_STORE)
        return (struct write){transfer->pa, transfer->old, transfer->size};
    return (struct write){0, 0, 0};
}

uint64_t watch_read(const struct watch *watch, uint64_t pa, void *bytes,
                    uint64_t length)
{
    uint64_t got = bus_peek(&watch->board->bus, pa, bytes, length);
    uint8_t *to = bytes;

    for (unsigned i = watch->count; i-- > watch->seen;) {
        struct write write = write_of(&watch->events[i]);

        for (unsigned b = 0; b < write.size && b < sizeof(write.old); b++)
            if (write.pa + b - pa < got)
                to[write.pa + b - pa] = (uint8_t)(write.old >> (8 * b));
    }
    return got;
}

bool watch_wrote(const struct watch *watch, uint64_t pa)
{
    struct write write = write_of(&watch->focus);

    if (watch->has_focus && pa - write.pa < write.size)
        return true;
    for (unsigned i = watch->first; i < watch->seen; i++) {
        write = write_of(&watch->events[i]);
        if (pa - write.pa < write.size)
            return true;
    }
    return false;
}

const struct event *watch_insn(const struct watch *watch, unsigned hart)
{
    const struct hart_fold *fold = &watch->harts[hart];

    return fold->in_move ? &fold->insn : NULL;
}

uint64_t watch_cycle(const struct watch *watch)
{
    return watch->has_focus ? watch->cycle : run_cycle(watch->run);
}

bool watch_irq(const struct watch *watch, unsigned source)
{
    return source < WATCH_IRQS && watch->irq_high[source / 64] & BIT(source % 64);
}

bool watch_register(const struct watch *watch, const struct device *device,
                    const char *name, unsigned index, uint64_t *value)
{
    const struct regfile *file = device->type->regs;

    for (size_t i = 0; file && i < file->count; i++) {
        const struct reg *reg = &file->regs[i];
        uint64_t at = device->base + reg->offset + index * reg->stride;

        if (strcmp(reg->name, name) != 0)
            continue;
        *value = 0;
        return watch_read(watch, at, value, reg->size) == reg->size;
    }
    return false;
}

unsigned watch_channel(const struct watch *watch, uint8_t device, uint8_t channel)
{
    unsigned unit = 0;

    for (unsigned i = 0; i < device && i < watch->board->devices; i++)
        unit += strcmp(watch->board->device[i]->type->name, "dma") == 0;
    return (unit * DMA_CHANNELS + channel) % WATCH_CHANNELS;
}

const struct device *watch_device(const struct watch *watch, const char *type,
                                  unsigned n)
{
    for (unsigned i = 0; i < watch->board->devices; i++)
        if (strcmp(watch->board->device[i]->type->name, type) == 0 && n-- == 0)
            return watch->board->device[i];
    return NULL;
}

const struct region *watch_region(const struct watch *watch, uint64_t pa)
{
    for (unsigned i = watch->regions; i-- > 0;)
        if (pa - watch->region[i].base < watch->region[i].size)
            return &watch->region[i];
    return NULL;
}

/* The start of a line of a text, NULL: it has fewer. */
static const char *line_start(const char *text, unsigned line)
{
    for (; line > 1 && text; line--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text;
}

/* Runs of blanks become one. */
static void squeeze(char *to, const char *from, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool blank = from[i] == ' ' || from[i] == '\t';

        if (!blank || i + 1 == length || (from[i + 1] != ' ' && from[i + 1] != '\t'))
            *to++ = blank ? ' ' : from[i];
    }
    *to = '\0';
}

bool watch_source(const struct watch *watch, const char *file, unsigned line,
                  char *text, size_t room)
{
    for (unsigned i = 0; i < watch->sources; i++) {
        const char *from;
        size_t length;

        if (strcmp(watch->source[i].file, file) != 0)
            continue;
        from = line_start(watch->source[i].text, line);
        if (!from)
            return false;
        from += strspn(from, " \t");
        length = strcspn(from, "\n");
        if (length >= room)
            length = room - 1;
        squeeze(text, from, length);
        return true;
    }
    return false;
}
