#include "machine/dma/dma_port.h"

#include <assert.h>

/*
 * When a channel gets the bus. The three bus modes differ in nothing else:
 *
 *   burst        all slots of a burst at once
 *                bus  d d d d d d d d d d d d d d d d h d d d ...
 *   stealing     one slot, then the bus is left alone for as long
 *                bus  d h d h d h ...
 *   transparent  only slots in which nobody wanted the bus. Whether a slot was such a
 *                one is known when it is over: the channel's data moves then, and no
 *                hart ever waits for it
 *                bus  h h . h . h h     the dots become d
 *
 * Channels in burst and stealing mode share the controller's one port. Among those that
 * ask at the same time the one with the highest Priority goes first; equals take turns.
 * A channel that finds the port taken asks again when it is free.
 */

uint64_t dma_slot(const struct dma *dma)
{
    uint32_t price = dma->device.costs->bus_slot;

    return price ? price : 1;
}

enum initiator dma_initiator(const struct dma_channel *channel)
{
    return (enum initiator)(INITIATOR_DMA + DMA_CHANNELS * channel->dma->device.unit +
                            channel->number);
}

static void arm(struct dma_channel *channel, enum dma_phase phase, uint64_t due)
{
    channel->phase = (uint8_t)phase;
    queue_arm(channel->dma->device.queue, &channel->timer, due);
}

void dma_port_want(struct dma_channel *channel, uint64_t at)
{
    const struct dma *dma = channel->dma;

    if (channel->bus_mode != DMA_MODE_TRANSPARENT) {
        arm(channel, DMA_PHASE_ASK, at);
        return;
    }
    channel->gap_from = at > dma->used_until ? at : dma->used_until;
    arm(channel, DMA_PHASE_GAP, channel->gap_from + dma_slot(dma));
}

void dma_port_forget(struct dma_channel *channel)
{
    arm(channel, DMA_PHASE_NONE, NEVER);
    channel->held_until = 0;
}

/* --- who goes first ------------------------------------------------------------ */

/* How many turns of the round robin until the channel's. */
static unsigned turns(const struct dma_channel *channel)
{
    unsigned holder = channel->dma->port_holder;

    return (channel->number + DMA_CHANNELS - holder - 1u) % DMA_CHANNELS;
}

static bool goes_before(const struct dma_channel *a, const struct dma_channel *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return turns(a) < turns(b);
}

/* Is there a channel that asks for the same at the same cycle and goes first? */
static bool must_yield(const struct dma_channel *channel, enum dma_phase phase,
                       uint64_t now)
{
    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        const struct dma_channel *other = &channel->dma->channel[i];

        if (other != channel && other->phase == phase && other->timer.due == now &&
            goes_before(other, channel))
            return true;
    }
    return false;
}

/* --- burst and stealing -------------------------------------------------------- */

bool dma_port_ask(struct dma_channel *channel, uint64_t now, unsigned slots,
                  uint64_t pa)
{
    struct dma *dma = channel->dma;
    enum initiator who = dma_initiator(channel);
    uint64_t length = slots * dma_slot(dma), from;

    if (dma->port_until > now) {
        bus_wait(dma->device.bus, who, dma_initiator(&dma->channel[dma->port_holder]),
                 now, dma->port_until, pa);
        arm(channel, DMA_PHASE_ASK, dma->port_until + dma->device.costs->dma_arbitrate);
        return false;
    }
    if (must_yield(channel, DMA_PHASE_ASK, now)) {
        arm(channel, DMA_PHASE_ASK, now); /* behind the other one, which is due now */
        return false;
    }
    from = bus_take(dma->device.bus, who, now, length, pa);
    dma->port_until = channel->held_until = from + length;
    dma->port_holder = channel->number;
    if (from == now)
        return true;
    arm(channel, DMA_PHASE_ACT, from);
    return false;
}

/* --- transparent --------------------------------------------------------------- */

bool dma_port_gap(struct dma_channel *channel, uint64_t now, uint64_t pa)
{
    struct dma *dma = channel->dma;
    uint64_t slot = dma_slot(dma), from;

    if (must_yield(channel, DMA_PHASE_GAP, now)) {
        arm(channel, DMA_PHASE_GAP, now);
        return false;
    }
    from = bus_take(dma->device.bus, dma_initiator(channel), now - slot, slot, pa);
    assert(from == now - slot); /* else dma_port_used would have moved the gap */
    (void)from;
    dma->port_holder = channel->number;
    channel->held_until = now;
    return true;
}

/* A gap that somebody cuts short begins anew behind that use, and behind all that are
 * known: a hart may have told of a later one before. A gap that is whole before the use
 * begins stays: it becomes due first. */
static void cut_gap(struct dma_channel *channel, uint64_t from, uint64_t until)
{
    uint64_t slot = dma_slot(channel->dma);

    if (channel->phase != DMA_PHASE_GAP || until <= channel->gap_from ||
        from >= channel->gap_from + slot)
        return;
    channel->gap_from = channel->dma->used_until;
    arm(channel, DMA_PHASE_GAP, channel->gap_from + slot);
}

void dma_port_used(void *ctx, uint64_t from, uint64_t until)
{
    for (struct dma *dma = ctx; dma; dma = dma->next) {
        if (until > dma->used_until)
            dma->used_until = until;
        for (unsigned i = 0; i < DMA_CHANNELS; i++)
            cut_gap(&dma->channel[i], from, until);
    }
}
