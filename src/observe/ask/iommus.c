#include "observe/ask/iommus.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stddef.h>

const struct iommu *iommu_of_device(const struct device *device)
{
    return device->type == &iommu_type ? (const struct iommu *)device : NULL;
}

const struct iommu *iommu_for(const struct board *board, uint32_t device_id)
{
    const struct iommu *first = NULL;

    for (unsigned i = 0; i < board->devices; i++) {
        const struct dma *dma = (const struct dma *)board->device[i];

        if (!first)
            first = iommu_of_device(board->device[i]);
        if (board->device[i]->type == &dma_type && dma->bridge.translate &&
            device_id - dma->device_id < DMA_CHANNELS)
            return dma->bridge.ctx;
    }
    return first;
}

/* --- queues ------------------------------------------------------------------------ */

uint64_t iommu_queue_at(uint64_t base)
{
    return field_get(base, IOMMU_QUEUE_PPN) << RAM_PAGE_SHIFT;
}

uint32_t iommu_queue_mask(uint64_t base)
{
    return (uint32_t)(BIT(field_get(base, IOMMU_QUEUE_LOG2SZ) + 1) - 1);
}

static const char *queue_words(uint32_t csr, uint64_t errors)
{
    if (!(csr & IOMMU_QUEUE_ON))
        return csr & IOMMU_QUEUE_BUSY ? "turning on" : "off";
    if (csr & IOMMU_QUEUE_BUSY)
        return "turning off";
    return csr & errors ? "stopped by an error" : "on";
}

const char *iommu_command_state(const struct iommu *iommu)
{
    return queue_words(iommu->cqcsr, IOMMU_QUEUE_MF | IOMMU_CMD_ILL | IOMMU_CMD_TO);
}

const char *iommu_fault_state(const struct iommu *iommu)
{
    return queue_words(iommu->fqcsr, IOMMU_QUEUE_MF | IOMMU_FQOF);
}

/* --- words ------------------------------------------------------------------------- */

const char *iommu_mode_words(const struct iommu *iommu)
{
    static const char *const modes[] = {
        "Off: no device may do anything", "Bare: devices may do everything",
        "1LVL: by a directory of one level", "2LVL: by a directory of two levels"};

    return modes[field_get(iommu->ddtp, IOMMU_DDTP_MODE) % COUNT(modes)];
}

void put_device_id(struct buf *out, const struct run *run, unsigned board, uint32_t id)
{
    const struct narrator narrator = {.run = run};
    struct event event = {.kind = EVENT_IOMMU_FAULT,
                          .board = (uint8_t)board,
                          .iommu_fault = {.device_id = id}};

    narrate_field(out, &narrator, &event,
                  event_field_of(EVENT_IOMMU_FAULT, UNIT_DEVICEID));
}

void put_fault_record(struct buf *out, const struct run *run, unsigned board,
                      const uint64_t word[4])
{
    const char *type = iommu_ttyp_name((unsigned)(word[0] >> 34 & BITS(5, 0)));

    put_device_id(out, run, board, (uint32_t)(word[0] >> 40));
    buf_printf(out, " %s 0x%" PRIx64 ": ", type ? type : "does something with",
               word[2]);
    put_unit(out, UNIT_IOMMUCAUSE, word[0] & BITS(11, 0));
    if (word[3]) {
        buf_text(out, ", ");
        put_unit(out, UNIT_IOTVAL2, word[3]);
    }
}
