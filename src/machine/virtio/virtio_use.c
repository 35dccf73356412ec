#include "machine/virtio/virtio_use.h"

#include "machine/virtio/virtio_chain.h"
#include "machine/virtio/virtio_request.h"

#include <assert.h>

/*
 * In each state that uses the bus there is one thing to be moved between memory and the
 * device: a word of a ring, a descriptor, a piece of the header, a burst of data.
 */

bool virtio_uses_bus(uint32_t state)
{
    return state != VIRTIO_IDLE && state != VIRTIO_DECODE &&
           state != VIRTIO_WAIT_MEDIUM && state != VIRTIO_BROKEN;
}

static struct burst word(struct virtio_blk *virtio, uint64_t pa, uint32_t length,
                         bool write)
{
    return (struct burst){pa, virtio->word, length, write};
}

/* A header may come in pieces: each is a use of its own. */
static struct burst header_piece(struct virtio_blk *virtio)
{
    struct burst burst = {.bytes = virtio->word + virtio->word_bytes};

    burst.length =
        virtio_chain_piece(virtio, VIRTIO_BLK_HEADER - virtio->word_bytes, &burst.pa);
    return burst;
}

static struct burst data_piece(struct virtio_blk *virtio)
{
    uint32_t left;
    struct burst burst = {.bytes = virtio_data_bytes(virtio, &left),
                          .write = virtio_to_memory(virtio)};

    burst.length = virtio_chain_piece(virtio, left < VIRTIO_BURST ? left : VIRTIO_BURST,
                                      &burst.pa);
    return burst;
}

struct burst virtio_use(struct virtio_blk *virtio)
{
    uint64_t driver = virtio_area(virtio->driver_area);
    uint64_t device = virtio_area(virtio->device_area);

    switch (virtio->state) {
    case VIRTIO_READ_INDEX:
        return word(virtio, driver + 2, 2, false);
    case VIRTIO_READ_HEAD:
        return word(virtio, virtio_avail_entry(virtio, virtio->last_avail), 2, false);
    case VIRTIO_READ_DESCRIPTOR:
        return word(virtio, virtio->descriptor, VIRTQ_DESCRIPTOR, false);
    case VIRTIO_READ_HEADER:
        return header_piece(virtio);
    case VIRTIO_MOVE_DATA:
        return data_piece(virtio);
    case VIRTIO_WRITE_STATUS:
        return word(virtio, virtio_chain_status_at(virtio), 1, true);
    case VIRTIO_WRITE_USED:
        return word(virtio, virtio_used_entry(virtio, virtio->used_index),
                    VIRTQ_USED_ELEMENT, true);
    case VIRTIO_WRITE_USED_INDEX:
        return word(virtio, device + 2, 2, true);
    case VIRTIO_READ_EVENT:
        if (virtio_has(virtio, VIRTIO_F_EVENT_IDX))
            return word(virtio, virtio_used_event(virtio), 2, false);
        return word(virtio, driver, 2, false);
    default:
        assert(virtio->state == VIRTIO_WRITE_AVAIL_EVENT);
        return word(virtio, virtio_avail_event(virtio), 2, true);
    }
}
