/*
 * A channel behind an IOMMU. Every address that it issues is translated: those of
 * descriptors and their status, of the source and the destination, and that of the device
 * at one end of a transfer. Which device that is follows from the request line's number;
 * the address says that the channel may reach it. A channel that names a line whose
 * device it cannot reach gets nothing from it.
 *
 * The channel asks before it asks for the bus, once for each use of it (in burst mode, for
 * a burst's read and write together), waits for the answers, and asks again if the IOMMU
 * has been told to forget in the meantime. Without a bridge nothing here does anything.
 */
#include "machine/dma/dma_bridge.h"

#include "machine/dma/dma_ends.h"

enum { IO_PAGE = 4096 };

/* What a state needs: addresses to read and to write. */
struct needs {
    bool way[2];
    uint64_t address[2];
};

static bool has_bridge(const struct dma_channel *channel)
{
    return channel->dma->bridge.translate != NULL;
}

static void need(struct needs *needs, bool write, uint64_t address)
{
    needs->way[write] = true;
    needs->address[write] = address;
}

static struct needs needs_of(const struct dma_channel *channel)
{
    enum dma_direction with = dma_direction(channel);
    struct needs needs = {{false, false}, {0, 0}};

    switch (channel->state) {
    case DMA_FETCH:
        need(&needs, false, dma_address(channel));
        break;
    case DMA_READ:
        need(&needs, false, dma_address(channel));
        /* What follows in the same grant; and no device gives what cannot be put anywhere,
         * or is asked for what it must not have. */
        if (with != DMA_MEMORY_ONLY || channel->bus_mode == DMA_MODE_BURST)
            need(&needs, true, channel->exec_dest);
        break;
    case DMA_WRITE:
    case DMA_STATUS:
        need(&needs, true, dma_address(channel));
        break;
    default:
        break;
    }
    return needs;
}

/* --- pages ----------------------------------------------------------------------- */

static bool is_same_page(uint64_t a, uint64_t b)
{
    return a / IO_PAGE == b / IO_PAGE;
}

static uint32_t smaller(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

uint32_t dma_bridge_cut(const struct dma_channel *channel, uint32_t bytes)
{
    if (!has_bridge(channel))
        return bytes;
    if (!dma_is_fixed_source(channel))
        bytes = smaller(IO_PAGE - channel->exec_source % IO_PAGE, bytes);
    if (!dma_is_fixed_dest(channel))
        bytes = smaller(IO_PAGE - channel->exec_dest % IO_PAGE, bytes);
    return bytes;
}

/* --- questions ------------------------------------------------------------------- */

static bool is_answered(const struct dma_channel *channel, const struct needs *needs,
                        unsigned write)
{
    const struct io_bridge *bridge = &channel->dma->bridge;
    const struct dma_way *way = &channel->way[write];

    return !needs->way[write] ||
           (way->is_answered && is_same_page(way->iova, needs->address[write]) &&
            way->age == bridge->age(bridge->ctx));
}

/* After one refusal no more is asked. */
static bool is_refused(const struct dma_channel *channel, const struct needs *needs,
                       unsigned write)
{
    return needs->way[write] && !channel->way[write].is_allowed;
}

bool dma_bridge_is_answered(const struct dma_channel *channel)
{
    struct needs needs = needs_of(channel);

    if (!has_bridge(channel))
        return true;
    return is_answered(channel, &needs, false) &&
           (is_refused(channel, &needs, false) || is_answered(channel, &needs, true));
}

/* One question at a time: the next one is asked when this is answered. */
bool dma_bridge_ask(struct dma_channel *channel, uint64_t now, uint64_t *ready)
{
    const struct io_bridge *bridge = &channel->dma->bridge;
    struct needs needs = needs_of(channel);
    unsigned write;
    struct io_request request = {.device_id =
                                     channel->dma->device_id + channel->number};
    struct io_answer answer;

    if (dma_bridge_is_answered(channel))
        return false;
    write = is_answered(channel, &needs, false);
    request.iova = needs.address[write];
    request.access = write ? ACCESS_STORE : ACCESS_LOAD;
    answer = bridge->translate(bridge->ctx, &request, now);
    channel->way[write] = (struct dma_way){.iova = request.iova,
                                           .pa = answer.pa,
                                           .age = answer.age,
                                           .is_answered = true,
                                           .is_allowed = answer.allowed};
    *ready = answer.ready;
    return true;
}

/* --- answers --------------------------------------------------------------------- */

static enum dma_error_reason blocked(const struct dma_channel *channel, bool write)
{
    if (channel->state == DMA_FETCH)
        return DMA_FETCH_BLOCKED;
    if (channel->state == DMA_STATUS)
        return DMA_STATUS_BLOCKED;
    return write ? DMA_WRITE_BLOCKED : DMA_READ_BLOCKED;
}

/* Is the end that is a device reached through an address of that device? */
static bool is_its_device(const struct dma_channel *channel, bool write,
                          const struct request_line *line)
{
    enum dma_direction end = write ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
    bool is_transfer = channel->state == DMA_READ || channel->state == DMA_WRITE;

    return !is_transfer || dma_direction(channel) != end || !line ||
           channel->way[write].pa - line->base < line->size;
}

enum dma_error_reason dma_bridge_verdict(const struct dma_channel *channel,
                                         const struct request_line *line, uint64_t *at)
{
    struct needs needs = needs_of(channel);

    *at = 0;
    for (unsigned write = 0; write <= 1 && has_bridge(channel); write++) {
        *at = needs.address[write];
        if (is_refused(channel, &needs, write))
            return blocked(channel, write);
        if (needs.way[write] && !is_its_device(channel, write, line))
            return DMA_OTHER_DEVICE;
    }
    return DMA_NO_ERROR;
}

uint64_t dma_bridge_pa(const struct dma_channel *channel, uint64_t address, bool write)
{
    const struct dma_way *way = &channel->way[write];

    if (!has_bridge(channel))
        return address;
    return way->pa - way->pa % IO_PAGE + address % IO_PAGE;
}

void dma_bridge_used(struct dma_channel *channel, bool write)
{
    channel->way[write] = (struct dma_way){.is_answered = false};
}

void dma_bridge_forget(struct dma_channel *channel)
{
    dma_bridge_used(channel, false);
    dma_bridge_used(channel, true);
}
