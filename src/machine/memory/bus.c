#include "machine/memory/bus.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/*
 * The bus decodes addresses and hands out slots. The two are apart: an initiator first
 * takes a slot (bus_take), which is time, and then makes its accesses (bus_read,
 * bus_write), which are data.
 */

enum initiator_kind initiator_kind(unsigned who)
{
    if (who < INITIATOR_DMA)
        return BY_HART;
    if (who < INITIATOR_VIRTIO)
        return BY_DMA;
    if (who < INITIATOR_IOMMU)
        return BY_VIRTIO;
    if (who < INITIATORS)
        return BY_IOMMU;
    return who == INITIATOR_OUTSIDE ? BY_OUTSIDE : BY_NOBODY;
}

unsigned initiator_number(unsigned who)
{
    static const uint8_t first[] = {
        [BY_HART] = INITIATOR_HART,       [BY_DMA] = INITIATOR_DMA,
        [BY_VIRTIO] = INITIATOR_VIRTIO,   [BY_IOMMU] = INITIATOR_IOMMU,
        [BY_OUTSIDE] = INITIATOR_OUTSIDE, [BY_NOBODY] = 0};

    return who - first[initiator_kind(who)];
}

void bus_init(struct bus *bus, struct queue *queue, struct event_stream *events,
              const struct costs *costs)
{
    *bus = (struct bus){
        .queue = queue, .events = events, .costs = costs, .holder = INITIATOR_NONE};
}

void bus_release(struct bus *bus)
{
    pages_release(&bus->ram.pages);
    free_pages(bus->ram.marks, bus->ram.size >> RAM_PAGE_SHIFT);
    bus->ram = (struct ram){0};
}

void bus_reset(struct bus *bus)
{
    bus->busy_from = bus->busy_until = 0;
    bus->holder = INITIATOR_NONE;
    memset(bus->counts, 0, sizeof(bus->counts));
}

/* --- the map ------------------------------------------------------------------- */

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b ? b - a < a_size : a - b < b_size;
}

/* Is [base, base + size) free? `name` is whose range it is to be. */
static bool check_free(const struct bus *bus, const char *name, uint64_t base,
                       uint64_t size, struct err *err)
{
    if (size == 0 || base + (size - 1) < base)
        return err_set(
            err, "%s at 0x%" PRIx64 ": a range of 0x%" PRIx64 " bytes does not fit",
            name, base, size);
    if (bus->ram.size && overlap(base, size, bus->ram.base, bus->ram.size))
        return err_set(err, "%s at 0x%" PRIx64 " overlaps RAM at 0x%" PRIx64, name,
                       base, bus->ram.base);
    for (unsigned i = 0; i < bus->mmios; i++)
        if (overlap(base, size, bus->mmio[i].base, bus->mmio[i].size))
            return err_set(err, "%s at 0x%" PRIx64 " overlaps %s at 0x%" PRIx64, name,
                           base, bus->mmio[i].name, bus->mmio[i].base);
    return true;
}

bool bus_map(struct bus *bus, struct mmio mmio, struct err *err)
{
    unsigned at = bus->mmios;

    if (bus->mmios == BUS_REGIONS)
        return err_set(err, "%s at 0x%" PRIx64 ": the bus has room for %d regions",
                       mmio.name, mmio.base, BUS_REGIONS);
    if (!check_free(bus, mmio.name, mmio.base, mmio.size, err))
        return false;
    for (; at > 0 && bus->mmio[at - 1].base > mmio.base; at--)
        bus->mmio[at] = bus->mmio[at - 1];
    bus->mmio[at] = mmio;
    bus->mmios++;
    return true;
}

bool bus_map_ram(struct bus *bus, uint64_t base, uint64_t size, struct err *err)
{
    if (bus->ram.size)
        return err_set(err,
                       "RAM at 0x%" PRIx64 ": there is RAM at 0x%" PRIx64 " already",
                       base, bus->ram.base);
    if ((base | size) & (RAM_PAGE - 1))
        return err_set(
            err, "RAM at 0x%" PRIx64 ": address and size must be multiples of %d bytes",
            base, RAM_PAGE);
    if (!check_free(bus, "RAM", base, size, err))
        return false;
    bus->ram.base = base;
    bus->ram.size = size;
    pages_init(&bus->ram.pages, size >> RAM_PAGE_SHIFT);
    bus->ram.bytes = bus->ram.pages.bytes;
    bus->ram.marks = alloc_pages(size >> RAM_PAGE_SHIFT);
    return true;
}

const struct mmio *bus_find(const struct bus *bus, uint64_t pa)
{
    unsigned low = 0, high = bus->mmios;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        const struct mmio *mmio = &bus->mmio[middle];

        if (pa < mmio->base)
            high = middle;
        else if (pa - mmio->base < mmio->size)
            return mmio;
        else
            low = middle + 1;
    }
    return NULL;
}

/* --- slots --------------------------------------------------------------------- */

void bus_wait(struct bus *bus, enum initiator who, enum initiator holder, uint64_t at,
              uint64_t until, uint64_t pa)
{
    if ((unsigned)who < INITIATORS)
        bus->counts[who].wait_cycles += until - at;
    EMIT(bus->events, at, BUS_WAIT, bus_wait, .pa = pa,
         .cycles = (uint32_t)(until - at), .initiator = (uint8_t)who,
         .holder = (uint8_t)holder);
}

static void count_slots(struct bus *bus, enum initiator who, uint64_t length)
{
    uint64_t slot = bus->costs->bus_slot;

    if ((unsigned)who < INITIATORS)
        bus->counts[who].slots += slot && length > slot ? length / slot : 1;
}

/* Keeps the slot as the one that later comers may collide with. A slot that follows the
 * holder's last one without a gap continues it, so that a hart's page-table walk or
 * misaligned access is one stretch to those who ask within it. */
static void hold(struct bus *bus, enum initiator who, uint64_t from, uint64_t until)
{
    if (until <= bus->busy_from) /* granted in a gap that has passed */
        return;
    if (bus->holder != who || from != bus->busy_until)
        bus->busy_from = from;
    bus->busy_until = until;
    bus->holder = (uint8_t)who;
}

uint64_t bus_take(struct bus *bus, enum initiator who, uint64_t at, uint64_t length,
                  uint64_t pa)
{
    uint64_t from = at;

    count_slots(bus, who, length);
    /* A hart that nobody can disturb leaves no trace: its loops need not tell the bus. */
    if (bus->harts == 1 && bus->others == 0 && who < INITIATOR_DMA)
        return bus->granted = at;
    if (bus->holder != who && at < bus->busy_until && at + length > bus->busy_from) {
        from = bus->busy_until;
        bus_wait(bus, who, bus->holder, at, from, pa);
    }
    if (bus->gap_ends)
        bus->gap_ends(bus->gap_ctx, from, from + length);
    hold(bus, who, from, from + length);
    return bus->granted = from;
}

/* --- accesses ------------------------------------------------------------------ */

static void count_bytes(struct bus *bus, enum initiator who, unsigned size, bool write)
{
    if ((unsigned)who >= INITIATORS)
        return;
    if (write)
        bus->counts[who].bytes_written += size;
    else
        bus->counts[who].bytes_read += size;
}

/* The access-size rule of a device. */
static bool allowed(const struct mmio *mmio, uint64_t offset, unsigned size)
{
    return size >= mmio->min_size && size <= mmio->max_size && offset % size == 0 &&
           size <= mmio->size - offset;
}

/* An access begins with the slot it was made in; the outside takes none. */
static uint64_t begins(const struct bus *bus, enum initiator who)
{
    return who == INITIATOR_OUTSIDE ? bus->queue->now : bus->granted;
}

static enum bus_response mmio_read(struct bus *bus, const struct mmio *mmio,
                                   enum initiator who, uint64_t offset, unsigned size,
                                   uint64_t *value)
{
    enum bus_response response = BUS_SLVERR;

    bus->by = (uint8_t)who;
    if (allowed(mmio, offset, size))
        response = mmio->read(mmio->ctx, (uint32_t)offset, size, value);
    EMIT(bus->events, begins(bus, who), MMIO_READ, mmio_read, .value = *value,
         .offset = (uint32_t)offset, .price = bus->costs->mmio_read,
         .initiator = (uint8_t)who, .device = mmio->device, .size = (uint8_t)size,
         .response = (uint8_t)response);
    return response;
}

/* The event comes before what the write causes, so that the stream reads in the order
 * of cause and effect. A peek tells what was there, and whether anything answers. */
static void tell_write(struct bus *bus, const struct mmio *mmio, enum initiator who,
                       uint64_t offset, unsigned size, uint64_t value)
{
    enum bus_response response = BUS_SLVERR;
    uint64_t old = 0;

    if (allowed(mmio, offset, size))
        response = mmio->peek(mmio->ctx, (uint32_t)offset, size, &old);
    event_tell(bus->events,
               &(struct event){.cycle = begins(bus, who),
                               .kind = EVENT_MMIO_WRITE,
                               .mmio_write = {.old = old,
                                              .value = value,
                                              .offset = (uint32_t)offset,
                                              .price = bus->costs->mmio_write,
                                              .initiator = (uint8_t)who,
                                              .device = mmio->device,
                                              .size = (uint8_t)size,
                                              .response = (uint8_t)response}});
}

static enum bus_response mmio_write(struct bus *bus, const struct mmio *mmio,
                                    enum initiator who, uint64_t offset, unsigned size,
                                    uint64_t value)
{
    if (bus->events->kinds & EVENT_BIT(EVENT_MMIO_WRITE))
        tell_write(bus, mmio, who, offset, size, value);
    bus->events->order++;
    if (!allowed(mmio, offset, size))
        return BUS_SLVERR;
    bus->by = (uint8_t)who;
    return mmio->write(mmio->ctx, (uint32_t)offset, size, value);
}

enum bus_response bus_read(struct bus *bus, enum initiator who, uint64_t pa,
                           unsigned size, uint64_t *value)
{
    enum bus_response response;
    const struct mmio *mmio;

    *value = 0;
    if (ram_has(&bus->ram, pa, size)) {
        ram_read(&bus->ram, pa, value, size);
        count_bytes(bus, who, size, false);
        return BUS_OKAY;
    }
    mmio = bus_find(bus, pa);
    if (!mmio)
        return BUS_DECERR;
    response = mmio_read(bus, mmio, who, pa - mmio->base, size, value);
    if (response == BUS_OKAY)
        count_bytes(bus, who, size, false);
    return response;
}

enum bus_response bus_write(struct bus *bus, enum initiator who, uint64_t pa,
                            unsigned size, uint64_t value)
{
    enum bus_response response;
    const struct mmio *mmio;

    if (ram_has(&bus->ram, pa, size)) {
        ram_write(&bus->ram, pa, &value, size, (uint8_t)who);
        count_bytes(bus, who, size, true);
        return BUS_OKAY;
    }
    mmio = bus_find(bus, pa);
    if (!mmio)
        return BUS_DECERR;
    response = mmio_write(bus, mmio, who, pa - mmio->base, size, value);
    if (response == BUS_OKAY)
        count_bytes(bus, who, size, true);
    return response;
}

/* --- looking ------------------------------------------------------------------- */

/* Peeks the device access that holds `pa`; gives how many of its bytes were wanted and
 * readable: 0 or more. */
static uint64_t peek_mmio(const struct mmio *mmio, uint64_t pa, uint8_t *bytes,
                          uint64_t length)
{
    uint64_t offset = pa - mmio->base;
    unsigned size = mmio->max_size;

    for (; size >= mmio->min_size && size > 0; size /= 2) {
        uint64_t start = offset & ~(uint64_t)(size - 1);
        uint64_t part = size - (offset - start);
        uint64_t value = 0;

        if (!allowed(mmio, start, size) ||
            mmio->peek(mmio->ctx, (uint32_t)start, size, &value) != BUS_OKAY)
            continue;
        if (part > length)
            part = length;
        memcpy(bytes, (uint8_t *)&value + (offset - start), part);
        return part;
    }
    return 0;
}

static uint64_t peek_ram(const struct ram *ram, uint64_t pa, uint8_t *bytes,
                         uint64_t length)
{
    uint64_t rest = ram->size - (pa - ram->base);
    uint64_t part = length < rest ? length : rest;

    ram_read(ram, pa, bytes, part);
    return part;
}

uint64_t bus_peek(const struct bus *bus, uint64_t pa, void *bytes, uint64_t length)
{
    uint8_t *to = bytes;
    uint64_t done = 0;

    while (done < length) {
        const struct mmio *mmio = bus_find(bus, pa + done);
        uint64_t part = 0;

        if (mmio)
            part = peek_mmio(mmio, pa + done, to + done, length - done);
        else if (ram_has(&bus->ram, pa + done, 1))
            part = peek_ram(&bus->ram, pa + done, to + done, length - done);
        if (part == 0)
            break;
        done += part;
    }
    return done;
}

void bus_state(struct bus *bus, struct state *state)
{
    ram_state(&bus->ram, state);
    STATE(state, bus->busy_from);
    STATE(state, bus->busy_until);
    STATE(state, bus->holder);
    STATE(state, bus->others);
    for (unsigned i = 0; i < INITIATORS; i++) {
        STATE(state, bus->counts[i].slots);
        STATE(state, bus->counts[i].wait_cycles);
        STATE(state, bus->counts[i].bytes_read);
        STATE(state, bus->counts[i].bytes_written);
    }
}
