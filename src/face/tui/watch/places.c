#include "face/tui/watch/places.h"

#include "base/path.h"
#include "face/tui/watch/peek.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"
#include "observe/exits/gstage.h"
#include "observe/exits/guest_folds.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    SYMBOLS_MOST = 12, /* more data than that is a large program's, and says little */
    NAMED_ENOUGH = 3,  /* names that tell what the rest is, too */
    TABLE_SIZE = 4096,
    LOADED_GAP = 0x100000, /* segments that are nearer are of one program */
};

struct places {
    struct ram_place *place;
    unsigned count;
};

/* Two that begin together are one: what was found first stays. */
static struct ram_place *add(struct places *places, enum ram_place_kind kind,
                             uint64_t base, uint64_t size)
{
    struct ram_place *place = &places->place[places->count];

    if (places->count == RAM_PLACES || !size)
        return NULL;
    for (unsigned i = 0; i < places->count; i++)
        if (places->place[i].base == base)
            return NULL;
    *place = (struct ram_place){.base = base, .size = size, .kind = kind};
    places->count++;
    return place;
}

__attribute__((format(printf, 2, 3))) static void name(struct ram_place *place,
                                                       const char *fmt, ...)
{
    va_list ap;

    if (!place)
        return;
    va_start(ap, fmt);
    vsnprintf(place->name, sizeof(place->name), fmt, ap);
    va_end(ap);
}

static bool in_ram(const struct watch *watch, uint64_t pa)
{
    return ram_has(&watch->board->bus.ram, pa, 1);
}

static void add_regions(const struct watch *watch, struct places *places)
{
    const struct subject *subject = watch->subject;

    if (!subject->named && subject->regions > SYMBOLS_MOST)
        return;
    for (unsigned i = 0; i < subject->regions; i++)
        name(add(places, PLACE_NAMED, subject->region[i].base, subject->region[i].size),
             "%s", subject->region[i].name);
}

/* --- guests --------------------------------------------------------------------------- */

bool watch_guest_page(const struct watch *watch, uint64_t hgatp, uint64_t gpa,
                      enum event_access access, uint64_t *pa)
{
    struct walk_step end;
    struct walk_found found;

    if (!gstage_look(&watch->board->bus, hgatp, gpa, access, &end) ||
        end.outcome != WALK_LEAF)
        return false;
    found = (struct walk_found){
        .outcome = end.outcome, .entry = end.entry, .level = end.level};
    *pa = walk_target(&found, gpa);
    return true;
}

/* A guest believes that its RAM begins where the board's does. */
static void add_guests(const struct watch *watch, struct places *places)
{
    const struct exits *exits = &watch->session->guests->exits;
    uint64_t begin = watch->board->bus.ram.base, pa, bytes;
    uint64_t end = begin + watch->board->bus.ram.size;

    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++) {
        const struct exit_guest *guest = &exits->guest[vmid];
        struct ram_place *place;

        if (!guest->entries || guest->board != watch->board->index ||
            !watch_guest_page(watch, guest->hgatp, begin, ACCESS_LOAD, &pa) ||
            !in_ram(watch, pa))
            continue;
        bytes = gstage_mapped(&watch->board->bus, guest->hgatp).ram_bytes;
        if (bytes > end - pa)
            bytes = end - pa;
        place = add(places, PLACE_GUEST, pa, bytes);
        name(place, "guest %u", vmid);
        if (place)
            place->owner = (char)('0' + vmid % 10);
    }
}

static void add_guest_tables(const struct watch *watch, struct places *places)
{
    const struct exits *exits = &watch->session->guests->exits;

    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++) {
        uint64_t hgatp = exits->guest[vmid].hgatp;

        if (exits->guest[vmid].entries && field_get(hgatp, HGATP_MODE))
            name(add(places, PLACE_TABLE, field_get(hgatp, HGATP_PPN) << PAGE_SHIFT,
                     4u * TABLE_SIZE),
                 "G-stage %u", vmid);
    }
}

static void add_hart_tables(const struct watch *watch, struct places *places)
{
    for (unsigned i = 0; i < watch->board->harts; i++) {
        uint64_t satp = watch->board->hart[i].csr.satp;

        if (field_get(satp, SATP_MODE))
            name(add(places, PLACE_TABLE, field_get(satp, SATP_PPN) << PAGE_SHIFT,
                     TABLE_SIZE),
                 "page table");
    }
}

/* --- devices -------------------------------------------------------------------------- */

/* Behind an IOMMU a device's addresses are no places in RAM. */
static void add_channel(const struct watch *watch, struct places *places,
                        const struct dma *dma, unsigned n)
{
    const struct dma_channel *channel = &dma->channel[n];
    const struct event_dma_descriptor *last =
        &watch->facts.dma[facts_channel(watch->board, dma->device.index, (uint8_t)n)]
             .descriptor;

    if (dma->bridge.translate)
        return;
    if (channel->ring_size && in_ram(watch, channel->ring_base))
        name(add(places, PLACE_RING, channel->ring_base,
                 (uint64_t)channel->ring_size * DMA_DESCRIPTOR_SIZE),
             "ring of %u", channel->ring_size);
    if (channel->source == DMA_SINGLE && in_ram(watch, channel->next_source))
        name(add(places, PLACE_BUFFER, channel->next_source, channel->next_bytes),
             "DMA source");
    if (channel->source == DMA_SINGLE && in_ram(watch, channel->next_dest))
        name(add(places, PLACE_BUFFER, channel->next_dest, channel->next_bytes),
             "DMA buffer");
    if (last->bytes && in_ram(watch, last->source))
        name(add(places, PLACE_BUFFER, last->source, last->bytes), "DMA source");
    if (last->bytes && in_ram(watch, last->dest))
        name(add(places, PLACE_BUFFER, last->dest, last->bytes), "DMA buffer");
}

static void add_virtio(const struct watch *watch, struct places *places,
                       const struct virtio_blk *virtio)
{
    uint64_t table = virtio->desc_area[0] | (uint64_t)virtio->desc_area[1] << 32;

    if (virtio->queue_ready && in_ram(watch, table))
        name(add(places, PLACE_RING, table,
                 (uint64_t)virtio->queue_num * VIRTQ_DESCRIPTOR),
             "%.10s queue", virtio->device.name);
}

static void add_iommu(struct places *places, const struct iommu *iommu)
{
    uint64_t commands = field_get(iommu->cqb, IOMMU_QUEUE_LOG2SZ) + 1;
    uint64_t faults = field_get(iommu->fqb, IOMMU_QUEUE_LOG2SZ) + 1;

    if (field_get(iommu->ddtp, IOMMU_DDTP_MODE) > IOMMU_BARE)
        name(add(places, PLACE_TABLE, field_get(iommu->ddtp, IOMMU_DDTP_PPN) << 12,
                 TABLE_SIZE),
             "device directory");
    if (iommu->cqcsr & IOMMU_QUEUE_ON)
        name(add(places, PLACE_RING, field_get(iommu->cqb, IOMMU_QUEUE_PPN) << 12,
                 IOMMU_COMMAND_SIZE * BIT(commands)),
             "command queue");
    if (iommu->fqcsr & IOMMU_QUEUE_ON)
        name(add(places, PLACE_RING, field_get(iommu->fqb, IOMMU_QUEUE_PPN) << 12,
                 IOMMU_RECORD_SIZE * BIT(faults)),
             "fault queue");
}

static void add_devices(const struct watch *watch, struct places *places)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type == &virtio_blk_type)
            add_virtio(watch, places, (const struct virtio_blk *)device);
        else if (device->type == &iommu_type)
            add_iommu(places, (const struct iommu *)device);
        else if (device->type == &dma_type)
            for (unsigned n = 0; n < DMA_CHANNELS; n++)
                add_channel(watch, places, (const struct dma *)device, n);
    }
}

/* --- programs ------------------------------------------------------------------------- */

/* What is at the beginning of RAM, with another program above it, is the firmware of
 * that one. */
static void name_programs(const struct watch *watch, struct places *places,
                          unsigned first)
{
    const struct subject *subject = watch->subject;
    unsigned programs = places->count - first;

    for (unsigned i = 0; i < programs; i++) {
        struct ram_place *place = &places->place[first + i];

        if (programs == 1 && !subject->scenario)
            name(place, "%.20s", path_base(subject->file));
        else if (programs == 2 && place->base == watch->board->bus.ram.base)
            name(place, "firmware");
        else
            name(place, "%s",
                 programs == 2 && subject->guest_symbols ? "hypervisor" : "program");
    }
}

/* Segments that follow each other closely are one program. */
static void add_programs(const struct watch *watch, struct places *places)
{
    const struct subject *subject = watch->subject;
    const struct image *image =
        subject->scenario ? &subject->trial.setup.image : &subject->image;
    struct ram_place *last = NULL;
    unsigned first = places->count;

    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];

        if (last && segment->pa >= last->base &&
            segment->pa - last->base < last->size + LOADED_GAP)
            last->size = segment->pa + segment->size - last->base;
        else
            last = add(places, PLACE_PROGRAM, segment->pa, segment->size);
    }
    name_programs(watch, places, first);
}

unsigned watch_named_places(const struct watch *watch)
{
    const struct subject *subject = watch->subject;

    if (!subject->named && subject->regions > SYMBOLS_MOST)
        return 0;
    return subject->regions >= NAMED_ENOUGH ? subject->regions : 0;
}

unsigned watch_places(const struct watch *watch, struct ram_place place[RAM_PLACES])
{
    struct places places = {place, 0};

    add_regions(watch, &places);
    if (watch->session->guests)
        add_guests(watch, &places);
    if (watch_named_places(watch))
        return places.count;
    add_devices(watch, &places);
    if (watch->session->guests)
        add_guest_tables(watch, &places);
    add_hart_tables(watch, &places);
    add_programs(watch, &places);
    return places.count;
}

bool watch_place(const struct watch *watch, uint64_t pa, struct ram_place *place)
{
    struct ram_place all[RAM_PLACES];
    unsigned count = watch_places(watch, all);
    const struct ram_place *best = NULL;

    for (unsigned i = 0; i < count; i++)
        if (pa - all[i].base < all[i].size && (!best || all[i].size < best->size))
            best = &all[i];
    if (best)
        *place = *best;
    return best != NULL;
}
