#include "face/tui/watch/peek.h"
#include "base/bits.h"
#include "machine/dma/dma.h"

#include <string.h>

char owner_letter(uint8_t initiator)
{
    static const char letters[] = {
        [BY_HART] = 'h',  [BY_DMA] = 'd',     [BY_VIRTIO] = 'v',
        [BY_IOMMU] = 'i', [BY_OUTSIDE] = 'o', [BY_NOBODY] = '?'};

    return initiator == OWNER_UNKNOWN ? ' ' : letters[initiator_kind(initiator)];
}

uint8_t watch_writer(const struct watch *watch, uint64_t pa)
{
    return owners_of(watch->owners, pa);
}

bool watch_page_written(const struct watch *watch, uint64_t pa)
{
    return owners_page(watch->owners, pa);
}

uint64_t watch_x(const struct watch *watch, unsigned hart, unsigned number)
{
    uint64_t value = number ? watch->board->hart[hart].x[number] : 0;

    for (unsigned i = watch->inside; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_INSN && event->insn.hart == hart &&
            event->insn.rd == number && number)
            value = event->insn.rd_new;
    }
    return value;
}

uint64_t watch_pc(const struct watch *watch, unsigned hart)
{
    uint64_t pc = watch->board->hart[hart].pc;

    for (unsigned i = watch->inside; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_INSN && event->insn.hart == hart)
            pc = event->insn.next_pc;
        else if (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == hart)
            pc = event->trap_enter.handler;
        else if (event->kind == EVENT_TRAP_RETURN && event->trap_return.hart == hart)
            pc = event->trap_return.pc;
    }
    return pc;
}

/* A hart reads its CSRs: one that has those reads them as they were. */
static uint64_t read_at(const struct watch *watch, unsigned hart, unsigned number,
                        const struct csr_time *time)
{
    struct hart then = watch->board->hart[hart];

    if (time) {
        then.csr = time->csr;
        then.mode = time->mode;
        then.is_virtual = time->is_virtual;
    }
    return hart_csr_read(&then, number);
}

/* The machine itself, but inside a step: that has been told of already. */
static const struct csr_time *csrs_now(const struct watch *watch, unsigned hart)
{
    return watch->inside < watch->count
               ? csr_log_at(&watch->csrs[hart], watch->count - 1)
               : NULL;
}

uint64_t watch_csr(const struct watch *watch, unsigned hart, unsigned number)
{
    return read_at(watch, hart, number, csrs_now(watch, hart));
}

bool watch_csr_before(const struct watch *watch, unsigned hart, unsigned number,
                      uint64_t *value)
{
    const struct csr_time *time =
        watch->step ? csr_log_at(&watch->csrs[hart], watch->step - 1) : NULL;

    if (time)
        *value = read_at(watch, hart, number, time);
    return time != NULL;
}

uint8_t watch_mode(const struct watch *watch, unsigned hart)
{
    const struct csr_time *time = csrs_now(watch, hart);

    if (time)
        return (uint8_t)(time->mode | time->is_virtual * MODE_VIRTUAL);
    return hart_privilege(&watch->board->hart[hart]);
}

uint64_t watch_read(const struct watch *watch, uint64_t pa, void *bytes,
                    uint64_t length)
{
    uint64_t got = bus_peek(&watch->board->bus, pa, bytes, length);
    uint8_t *to = bytes;

    for (unsigned i = watch->inside; i < watch->count; i++) {
        struct owner_write write = owner_write_of(&watch->events[i]);

        for (unsigned b = 0; b < write.size && b < sizeof(write.value); b++)
            if (write.pa + b - pa < got)
                to[write.pa + b - pa] = (uint8_t)(write.value >> (8 * b));
    }
    return got;
}

static uint64_t read_watch(const void *ctx, uint64_t at, void *bytes, uint64_t length)
{
    return watch_read(ctx, at, bytes, length);
}

struct queue_reader watch_reader(const struct watch *watch)
{
    return (struct queue_reader){read_watch, watch};
}

bool watch_wrote(const struct watch *watch, uint64_t pa)
{
    for (unsigned i = watch->first; i < watch->count; i++) {
        struct owner_write write = owner_write_of(&watch->events[i]);

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

/* Is what the code view shows, the last instruction or the next, a guest's? */
static bool is_in_guest(const struct watch *watch, unsigned hart)
{
    const struct event *insn = watch_insn(watch, hart);

    return insn ? insn->insn.mode & MODE_VIRTUAL : watch->board->hart[hart].is_virtual;
}

const struct symbols *watch_symbols_of(const struct watch *watch, unsigned hart)
{
    return subject_symbols(watch->subject, is_in_guest(watch, hart));
}

const struct lines *watch_lines_of(const struct watch *watch, unsigned hart)
{
    return subject_lines(watch->subject, is_in_guest(watch, hart));
}

const struct symbols *watch_symbols(const struct watch *watch)
{
    return watch_symbols_of(watch, watch->hart);
}

const struct lines *watch_lines(const struct watch *watch)
{
    return watch_lines_of(watch, watch->hart);
}

bool watch_is_now(const struct watch *watch, const struct span *span)
{
    const struct event *first;

    if (!watch->has_focus)
        return false;
    first = &watch->events[watch->first];
    return !watch_is_ahead(watch, span) &&
           (span->retired > first->retired ||
            (span->retired == first->retired && span->order >= first->order));
}

bool watch_is_ahead(const struct watch *watch, const struct span *span)
{
    const struct event *last;

    if (!watch->has_focus)
        return true;
    last = &watch->events[watch->count - 1];
    return span->retired > last->retired ||
           (span->retired == last->retired && span->order > last->order);
}

bool watch_irq(const struct watch *watch, unsigned source)
{
    return source < FACTS_IRQS && watch->facts.irq_high[source / 64] & BIT(source % 64);
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
    return subject_region(watch->subject, pa);
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
    size_t length, blanks;
    const char *from = subject_line(watch->subject, file, line, &length);

    if (!from)
        return false;
    blanks = strspn(from, " \t");
    if (blanks > length)
        blanks = length;
    length -= blanks;
    squeeze(text, from + blanks, length < room ? length : room - 1);
    return true;
}
