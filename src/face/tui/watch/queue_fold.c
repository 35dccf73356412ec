#include "face/tui/watch/queue_fold.h"

#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"

#include <string.h>

_Static_assert((int)VIRTIO_STATES <= (int)QUEUE_STATES, "a place for each state");

static struct dma_queue_fold *channel_of(struct queue_fold *fold,
                                         const struct board *board, uint8_t device,
                                         uint8_t channel)
{
    unsigned unit = device < board->devices ? board->device[device]->unit : 0;

    return &fold->dma[(unit * DMA_CHANNELS + channel) % QUEUE_CHANNELS];
}

/* --- DMA channels ------------------------------------------------------------------ */

static void take_state(struct queue_fold *fold, const struct board *board,
                       const struct event *event)
{
    const struct event_dma_state *state = &event->dma_state;
    struct dma_queue_fold *dma = channel_of(fold, board, state->device, state->channel);

    dma->way[dma->states++ % QUEUE_WAY] =
        (struct dma_way_state){event->cycle, state->to};
}

static void take_descriptor(struct queue_fold *fold, const struct board *board,
                            const struct event *event)
{
    const struct event_dma_descriptor *fetched = &event->dma_descriptor;
    struct dma_queue_fold *dma =
        channel_of(fold, board, fetched->device, fetched->channel);

    dma->turn[dma->turns++ % QUEUE_TURNS] =
        (struct dma_turn){.fetched = event->cycle, .descriptor = fetched->index};
}

static void end_turn(struct dma_queue_fold *dma, uint32_t descriptor, uint64_t cycle,
                     bool failed)
{
    struct dma_turn *turn;

    if (dma->turns == 0)
        return;
    turn = &dma->turn[(dma->turns - 1) % QUEUE_TURNS];
    if (turn->descriptor != descriptor || turn->over)
        return;
    turn->over = cycle;
    turn->failed = failed;
}

static void take_done(struct queue_fold *fold, const struct board *board,
                      const struct event *event)
{
    const struct event_dma_done *done = &event->dma_done;

    end_turn(channel_of(fold, board, done->device, done->channel), done->index,
             event->cycle, false);
}

static void take_error(struct queue_fold *fold, const struct board *board,
                       const struct event *event)
{
    const struct event_dma_error *error = &event->dma_error;

    end_turn(channel_of(fold, board, error->device, error->channel), error->index,
             event->cycle, true);
}

static void take_transfer(struct queue_fold *fold, const struct board *board,
                          const struct event *event)
{
    uint8_t who = event->bus_transfer.initiator;
    uint32_t slot = board->costs.bus_slot;

    if (initiator_kind(who) == BY_DMA)
        fold->dma[initiator_number(who) % QUEUE_CHANNELS].slots +=
            slot ? event->bus_transfer.price / slot : 1;
}

/* Claiming a channel, or giving it another ring, begins anew: numbers of descriptors
 * mean others then. */
static void take_write(struct queue_fold *fold, const struct board *board,
                       const struct event *event)
{
    const struct event_mmio_write *write = &event->mmio_write;
    const struct device *device =
        write->device < board->devices ? board->device[write->device] : NULL;
    struct dma_queue_fold *dma;
    const struct reg *reg;
    unsigned channel;

    if (!device || device->type != &dma_type || write->response != BUS_OKAY)
        return;
    reg = regfile_find(device->type->regs, write->offset, &channel);
    if (!reg)
        return;
    dma = channel_of(fold, board, write->device, (uint8_t)channel);
    if (strcmp(reg->name, "Producer") == 0)
        dma->give[dma->gives++ % QUEUE_GIVES] =
            (struct dma_give){event->cycle, (uint32_t)write->old,
                              (uint32_t)write->value, write->initiator};
    else if (strcmp(reg->name, "RingBase") == 0 ||
             (strcmp(reg->name, "Control") == 0 && (write->value & DMA_CLAIM) &&
              !(write->old & DMA_CLAIM)))
        dma->turns = dma->gives = 0;
}

/* --- disks --------------------------------------------------------------------------- */

static void begin_way(struct disk_way *way, uint64_t cycle)
{
    *way = (struct disk_way){.began = cycle};
}

static void enter(struct disk_way *way, unsigned state, uint64_t cycle)
{
    state %= QUEUE_STATES;
    way->since[state] = cycle;
    way->was |= UINT32_C(1) << state;
}

/* A disk decodes a command before it accepts it. */
static void take_command(struct queue_fold *fold, const struct board *board,
                         const struct event *event)
{
    struct disk_way *way = &fold->disk[event->disk_command.device % BOARD_ROWS];
    uint64_t decoding = way->since[DISK_DECODING];
    bool was = way->was >> DISK_DECODING & 1;

    (void)board;
    begin_way(way, event->cycle);
    if (was)
        enter(way, DISK_DECODING, decoding);
}

/* A virtio disk tells of its medium, too: it has states of its own. */
static void take_phase(struct queue_fold *fold, const struct board *board,
                       const struct event *event)
{
    const struct event_disk_phase *phase = &event->disk_phase;

    if (phase->device < board->devices &&
        board->device[phase->device]->type == &ata_type)
        enter(&fold->disk[phase->device], phase->phase, event->cycle);
}

/* A request begins when the device reads the head of its chain. */
static void take_virtio(struct queue_fold *fold, const struct board *board,
                        const struct event *event)
{
    struct disk_way *way = &fold->disk[event->virtio_state.device % BOARD_ROWS];

    (void)board;
    if (event->virtio_state.to == VIRTIO_READ_HEAD)
        begin_way(way, event->cycle);
    enter(way, event->virtio_state.to, event->cycle);
}

/* --- all of them --------------------------------------------------------------------- */

void queue_fold_take(struct queue_fold *fold, const struct board *board,
                     const struct event *event)
{
    static void (*const of[EVENT_KINDS])(struct queue_fold *, const struct board *,
                                         const struct event *) = {
        [EVENT_DMA_STATE] = take_state,       [EVENT_DMA_DESCRIPTOR] = take_descriptor,
        [EVENT_DMA_DONE] = take_done,         [EVENT_DMA_ERROR] = take_error,
        [EVENT_BUS_TRANSFER] = take_transfer, [EVENT_MMIO_WRITE] = take_write,
        [EVENT_DISK_COMMAND] = take_command,  [EVENT_DISK_PHASE] = take_phase,
        [EVENT_VIRTIO_STATE] = take_virtio,
    };

    if (of[event->kind])
        of[event->kind](fold, board, event);
}

const struct dma_turn *queue_fold_turn(const struct dma_queue_fold *fold,
                                       uint32_t descriptor)
{
    uint32_t oldest = fold->turns > QUEUE_TURNS ? fold->turns - QUEUE_TURNS : 0;

    for (uint32_t i = fold->turns; i-- > oldest;)
        if (fold->turn[i % QUEUE_TURNS].descriptor == descriptor)
            return &fold->turn[i % QUEUE_TURNS];
    return NULL;
}

const struct dma_give *queue_fold_give(const struct dma_queue_fold *fold,
                                       uint32_t descriptor)
{
    uint32_t oldest = fold->gives > QUEUE_GIVES ? fold->gives - QUEUE_GIVES : 0;

    for (uint32_t i = fold->gives; i-- > oldest;) {
        const struct dma_give *give = &fold->give[i % QUEUE_GIVES];

        if (descriptor - give->from < give->to - give->from)
            return give;
    }
    return NULL;
}
