#include "face/tui/view/pin.h"
#include "face/tui/view/structures.h"
#include "face/tui/watch/peek.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "observe/ask/queues.h"
#include "observe/ask/structures.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>

/* Records: a row a field. */

struct field {
    unsigned offset, size;
    const char *name;
    void (*put)(struct buf *out, const struct watch *watch, uint64_t at,
                uint64_t value);
};

/* The device at the other end of a request line, of a descriptor that a channel has
 * fetched; NULL: both ends are memory. */
static const struct device *device_at_end(const struct watch *watch, uint64_t at,
                                          enum dma_direction direction)
{
    for (unsigned i = 0; i < FACTS_CHANNELS; i++) {
        const struct dma_fold *dma = &watch->facts.dma[i];

        if (dma->has_descriptor && dma->descriptor.at == at &&
            dma->descriptor.direction == direction &&
            dma->descriptor.line < BOARD_REQUEST_LINES &&
            watch->board->request[dma->descriptor.line])
            return watch->board->request[dma->descriptor.line]->device;
    }
    return NULL;
}

static void put_end(struct buf *out, const struct watch *watch, uint64_t at,
                    uint64_t value, enum dma_direction direction)
{
    const struct device *device = device_at_end(watch, at, direction);
    char place[ABOUT_NAME];

    if (device)
        buf_printf(out, "%s, by its request line", device->name);
    else
        buf_text(out, pin_place(place, watch, value));
}

static void put_source(struct buf *out, const struct watch *watch, uint64_t at,
                       uint64_t value)
{
    put_end(out, watch, at, value, DMA_FROM_DEVICE);
}

static void put_dest(struct buf *out, const struct watch *watch, uint64_t at,
                     uint64_t value)
{
    put_end(out, watch, at, value, DMA_TO_DEVICE);
}

static void put_bytes(struct buf *out, const struct watch *watch, uint64_t at,
                      uint64_t value)
{
    (void)watch;
    (void)at;
    put_count(out, value);
    buf_text(out, " bytes");
}

static void put_flags(struct buf *out, const struct watch *watch, uint64_t at,
                      uint64_t value)
{
    (void)watch;
    (void)at;
    dma_put_flags(out, (uint32_t)value);
}

static void put_status(struct buf *out, const struct watch *watch, uint64_t at,
                       uint64_t value)
{
    (void)watch;
    (void)at;
    dma_put_status(out, (uint32_t)value);
    if (!out->size)
        buf_text(out, "not done");
}

static void put_next(struct buf *out, const struct watch *watch, uint64_t at,
                     uint64_t value)
{
    (void)watch;
    (void)at;
    if (value)
        buf_printf(out, "%+" PRId64 " bytes from here", sign_extend(value, 32));
}

static void put_tc(struct buf *out, const struct watch *watch, uint64_t at,
                   uint64_t value)
{
    (void)watch;
    (void)at;
    buf_text(out, value & IOMMU_TC_V ? "valid  " : "not valid  ");
    put_context_flags(out, value & ~IOMMU_TC_V);
}

static void put_second(struct buf *out, const struct watch *watch, uint64_t at,
                       uint64_t value)
{
    (void)watch;
    (void)at;
    put_context_stage(out, value, "Sv39x4");
    if (field_get(value, IOMMU_ATP_MODE))
        buf_printf(out, "  GSCID %" PRIu64, field_get(value, IOMMU_GSCID));
}

static void put_first(struct buf *out, const struct watch *watch, uint64_t at,
                      uint64_t value)
{
    (void)watch;
    (void)at;
    put_context_stage(out, value, "Sv39");
}

static void put_ta(struct buf *out, const struct watch *watch, uint64_t at,
                   uint64_t value)
{
    (void)watch;
    (void)at;
    buf_printf(out, "PSCID %" PRIu64, field_get(value, IOMMU_PSCID));
}

static const struct field descriptor_fields[] = {
    {DMA_DESCRIPTOR_SOURCE, 8, "source", put_source},
    {DMA_DESCRIPTOR_DEST, 8, "dest", put_dest},
    {DMA_DESCRIPTOR_BYTES, 4, "bytes", put_bytes},
    {DMA_DESCRIPTOR_FLAGS, 4, "flags", put_flags},
    {DMA_DESCRIPTOR_STATUS, 4, "status", put_status},
    {DMA_DESCRIPTOR_NEXT, 4, "next", put_next},
    {0, 0, NULL, NULL},
};

static const struct field context_fields[] = {
    {0, 8, "tc", put_tc},  {8, 8, "iohgatp", put_second},
    {16, 8, "ta", put_ta}, {24, 8, "fsc", put_first},
    {0, 0, NULL, NULL},
};

void structure_draw_fields(const struct watch *watch, struct view_state *state,
                           struct canvas *canvas, struct area area,
                           const struct structure *structure)
{
    const struct field *field =
        structure->kind == STRUCTURE_CONTEXT ? context_fields : descriptor_fields;

    state->all = 0;
    for (int row = area.row + 1; field->name && row < area.row + area.rows;
         field++, row++) {
        struct structure_row what = {.at = structure->at + field->offset,
                                     .size = field->size,
                                     .name = field->name};
        struct buf words = {0};
        char label[12];

        snprintf(label, sizeof(label), "+%02x", field->offset);
        field->put(&words, watch, structure->at,
                   structure_read(watch, what.at, what.size));
        what.label = label;
        what.words = buf_str(&words);
        structure_draw_row(watch, canvas, area, row, &what);
        buf_free(&words);
    }
}
