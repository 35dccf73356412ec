#include "face/tui/view/structures.h"

#include "face/tui/view/pin.h"
#include "face/tui/watch/peek.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu_directory.h"
#include "machine/virtio/virtio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- which one: by what has happened -------------------------------------------------------- */

/* The root of a G-stage has four pages, else a table has one. */
static uint64_t table_of(uint64_t entry, bool large)
{
    return entry & ~BITS(RAM_PAGE_SHIFT + (large ? 1 : -1), 0);
}

static struct structure of_iommu_walk(const struct event_iommu_walk *walk)
{
    bool large = walk->table == STAGE_G && walk->level == 2; /* it has Sv39x4 alone */
    struct structure structure = {.kind = STRUCTURE_PAGETABLE,
                                  .at = table_of(walk->entry_at, large),
                                  .entry = walk->entry_at,
                                  .level = walk->level,
                                  .large = large};

    if (walk->table == STAGE_G)
        structure.kind = STRUCTURE_GSTAGE;
    else if (walk->table == IOMMU_TABLE_DIRECTORY)
        structure.kind = STRUCTURE_DIRECTORY;
    else if (walk->table == IOMMU_TABLE_CONTEXT)
        structure = (struct structure){.kind = STRUCTURE_CONTEXT, .at = walk->entry_at};
    return structure;
}

static struct structure of_walk(const struct watch *watch,
                                const struct event_walk_step *walk)
{
    uint64_t hgatp = watch->board->hart[walk->hart].csr.hgatp;
    const struct walk_format *format = walk_guest_format(field_get(hgatp, HGATP_MODE));
    bool guest = walk->stage == STAGE_G;
    bool large = guest && format && walk->level + 1 == format->levels;

    return (struct structure){.kind = guest ? STRUCTURE_GSTAGE : STRUCTURE_PAGETABLE,
                              .at = table_of(walk->entry_at, large),
                              .entry = walk->entry_at,
                              .level = walk->level,
                              .large = large};
}

/* The structure that an event is about; STRUCTURE_NONE: none. */
static struct structure structure_of(const struct watch *watch,
                                     const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_DMA_DESCRIPTOR:
        return (struct structure){.kind = STRUCTURE_DESCRIPTOR,
                                  .at = event->dma_descriptor.at,
                                  .index = event->dma_descriptor.index,
                                  .has_index = true};
    case EVENT_WALK_STEP:
        return of_walk(watch, &event->walk_step);
    case EVENT_IOMMU_WALK:
        return of_iommu_walk(&event->iommu_walk);
    case EVENT_VIRTIO_NOTIFY:
        return (struct structure){.kind = STRUCTURE_VIRTQUEUE,
                                  .index = event->virtio_notify.device};
    case EVENT_VIRTIO_STATE:
        return (struct structure){.kind = STRUCTURE_VIRTQUEUE,
                                  .index = event->virtio_state.device};
    case EVENT_VIRTIO_CHAIN:
        return (struct structure){.kind = STRUCTURE_VIRTQUEUE,
                                  .index = event->virtio_chain.device};
    case EVENT_VIRTIO_USED:
        return (struct structure){.kind = STRUCTURE_VIRTQUEUE,
                                  .index = event->virtio_used.device};
    default:
        return (struct structure){.kind = STRUCTURE_NONE};
    }
}

/* A channel at work on a descriptor, which it may have fetched long ago. */
static struct structure of_channels(const struct watch *watch)
{
    for (unsigned i = 0; i < FACTS_CHANNELS; i++) {
        const struct dma_fold *dma = &watch->facts.dma[i];

        if (dma->has_descriptor)
            return (struct structure){.kind = STRUCTURE_DESCRIPTOR,
                                      .at = dma->descriptor.at,
                                      .index = dma->descriptor.index,
                                      .has_index = true};
    }
    return (struct structure){.kind = STRUCTURE_NONE};
}

static struct structure latest(const struct watch *watch)
{
    const struct facts *facts = &watch->facts;
    uint64_t oldest = facts->recents > FACTS_RECENT ? facts->recents - FACTS_RECENT : 0;
    struct structure structure;

    for (unsigned i = watch->count; i-- > 0;) {
        structure = structure_of(watch, &watch->events[i]);
        structure.past = i < watch->step;
        if (structure.kind != STRUCTURE_NONE)
            return structure;
    }
    for (uint64_t i = facts->recents; i-- > oldest;) {
        structure = structure_of(watch, &facts->recent[i % FACTS_RECENT]);
        structure.past = true;
        if (structure.kind != STRUCTURE_NONE)
            return structure;
    }
    return of_channels(watch);
}

/* --- which one: by name ------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum structure_kind kind;
} names[] = {
    {"descriptor", STRUCTURE_DESCRIPTOR},  {"pagetable", STRUCTURE_PAGETABLE},
    {"gstage", STRUCTURE_GSTAGE},          {"directory", STRUCTURE_DIRECTORY},
    {"device-context", STRUCTURE_CONTEXT}, {"virtqueue", STRUCTURE_VIRTQUEUE},
};

/* "virtio1", or the first of them. */
static bool find_queue(const struct watch *watch, const char *name,
                       struct structure *structure)
{
    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (device->type == &virtio_blk_type &&
            (!*name || strcmp(device->name, name) == 0)) {
            structure->index = i;
            return true;
        }
    }
    return false;
}

/* A table and an address that goes through it: the entry depends on the table's level,
 * which is that of the walk that comes by. */
static void find_entry(const struct watch *watch, struct structure *structure,
                       uint64_t va)
{
    const struct hart *hart = &watch->board->hart[watch->hart];
    bool guest = structure->kind == STRUCTURE_GSTAGE;
    uint64_t atp = guest ? hart->csr.hgatp : hart->csr.satp;
    const struct walk_format *format =
        guest ? walk_guest_format(field_get(atp, HGATP_MODE))
              : walk_format(field_get(atp, SATP_MODE));
    uint64_t table = field_get(atp, SATP_PPN) << RAM_PAGE_SHIFT;

    for (int level = format ? format->levels - 1 : -1; level >= 0; level--) {
        bool root = guest && level == format->levels - 1;
        uint64_t index =
            va >> (RAM_PAGE_SHIFT + VPN_BITS * level) & (root ? 0x7ff : 0x1ff);
        uint64_t at = table + index * PTE_SIZE;

        if (table == structure->at) {
            structure->entry = at;
            structure->level = level;
            structure->large = root;
        }
        table = field_get(structure_read(watch, at, PTE_SIZE), BITS(53, 10))
                << RAM_PAGE_SHIFT;
    }
}

/* "pagetable 0x80404000 0x40001000"; false: it names none. */
static bool named(const struct watch *watch, const char *about,
                  struct structure *structure)
{
    char address[VIEW_TEXT];
    const char *rest = "";
    size_t length;
    uint64_t va;

    *structure = (struct structure){.level = -1};
    for (size_t i = 0; i < COUNT(names); i++)
        if (pin_begins(about, names[i].word, &rest)) {
            structure->kind = names[i].kind;
            break;
        }
    if (structure->kind == STRUCTURE_NONE)
        return false;
    if (structure->kind == STRUCTURE_VIRTQUEUE)
        return find_queue(watch, rest, structure);
    length = strcspn(rest, " ");
    snprintf(address, sizeof(address), "%.*s", (int)length, rest);
    if (!pin_value(watch, watch->hart, address, &structure->at))
        return false;
    rest += length + strspn(rest + length, " ");
    if (*rest && pin_value(watch, watch->hart, rest, &va))
        find_entry(watch, structure, va);
    return true;
}

/* --- all of it ---------------------------------------------------------------------------- */

static void put_title(char *title, size_t room, const struct watch *watch,
                      const struct structure *structure)
{
    static const char *const words[] = {
        [STRUCTURE_NONE] = "structures",
        [STRUCTURE_DESCRIPTOR] = "descriptor",
        [STRUCTURE_PAGETABLE] = "page table",
        [STRUCTURE_GSTAGE] = "G-stage table",
        [STRUCTURE_DIRECTORY] = "device directory",
        [STRUCTURE_CONTEXT] = "device context",
        [STRUCTURE_VIRTQUEUE] = "virtqueue",
    };
    const char *word = words[structure->kind];

    if (structure->has_index)
        snprintf(title, room, "%s %u", word, structure->index);
    else if (structure->kind == STRUCTURE_VIRTQUEUE)
        snprintf(title, room, "%s of %s", word,
                 watch->board->device[structure->index]->name);
    else if ((structure->kind == STRUCTURE_PAGETABLE ||
              structure->kind == STRUCTURE_GSTAGE) &&
             structure->level >= 0)
        snprintf(title, room, "%s, level %d", word, structure->level);
    else
        snprintf(title, room, "%s", word);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct structure structure;
    char title[48], note[32] = "";

    if (!named(watch, state->about, &structure))
        structure = latest(watch);
    put_title(title, sizeof(title), watch, &structure);
    if (structure.at)
        snprintf(note, sizeof(note), "0x%" PRIx64, structure.at);
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
    switch (structure.kind) {
    case STRUCTURE_DESCRIPTOR:
    case STRUCTURE_CONTEXT:
        structure_draw_fields(watch, state, canvas, area, &structure);
        break;
    case STRUCTURE_PAGETABLE:
    case STRUCTURE_GSTAGE:
    case STRUCTURE_DIRECTORY:
        structure_draw_table(watch, state, canvas, area, &structure);
        break;
    case STRUCTURE_VIRTQUEUE:
        structure_draw_queue(watch, state, canvas, area, &structure);
        break;
    case STRUCTURE_NONE:
        canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 2, ROLE_QUIET,
                    "no descriptor, table or queue in memory has been used yet");
        break;
    }
}

const struct view structures_view = {
    .name = "structures",
    .help = "a structure in memory by its fields: descriptor, page table, virtqueue",
    .class = VIEW_INSTRUCTIONS,
    .cols = 38,
    .rows = 3,
    .wide = 60,
    .wish = 10,
    .tells = "info dma",
    .about = "[descriptor|pagetable|gstage|directory|device-context ADDRESS [VIRTUAL]] "
             "[virtqueue [DEVICE]]",
    .draw = draw,
};
