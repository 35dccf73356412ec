#include "machine/virtio/virtio_request.h"

#include "machine/device/ata.h"
#include "machine/virtio/virtio_chain.h"

#include <string.h>

/*
 * What a request asks for (5.2.6), and the mechanism that does it.
 *
 *     memory <--- bus ---> two sector buffers <---> mechanism: seek, sector
 *
 * The mechanism is the ATA disk's, with prices of its own: it moves a sector in
 * costs.virtio_sector cycles, after costs.virtio_seek cycles where the first one does not
 * follow the last. While it fills one buffer the bus empties the other, so that a
 * request's data comes at the medium's rate.
 */

static const struct {
    uint32_t type;
    const char *name;
} types[] = {
    {VIRTIO_BLK_IN, "IN"},
    {VIRTIO_BLK_OUT, "OUT"},
    {VIRTIO_BLK_FLUSH, "FLUSH"},
    {VIRTIO_BLK_GET_ID, "GET_ID"},
};

const char *const virtio_blk_status_names[VIRTIO_BLK_STATUSES] = {
    [VIRTIO_BLK_OK] = "OK",
    [VIRTIO_BLK_IOERR] = "IOERR",
    [VIRTIO_BLK_UNSUPP] = "UNSUPP",
};

const char *virtio_blk_type_name(uint32_t type)
{
    for (unsigned i = 0; i < COUNT(types); i++)
        if (types[i].type == type)
            return types[i].name;
    return NULL;
}

/* --- what is asked for --------------------------------------------------------- */

bool virtio_to_memory(const struct virtio_blk *virtio)
{
    return virtio->type != VIRTIO_BLK_OUT;
}

void virtio_take_header(struct virtio_blk *virtio)
{
    memcpy(&virtio->type, virtio->word, 4);
    memcpy(&virtio->sector, virtio->word + 8, 8);
    virtio->moved = virtio->to_medium = 0;
    virtio->first = virtio->ready = 0;
    switch (virtio->type) {
    case VIRTIO_BLK_IN:
        virtio->data = virtio->bytes_writable - 1;
        return;
    case VIRTIO_BLK_OUT:
        virtio->data = virtio->bytes_readable - VIRTIO_BLK_HEADER;
        return;
    case VIRTIO_BLK_GET_ID:
        virtio->data = virtio->bytes_writable - 1;
        if (virtio->data > VIRTIO_BLK_ID_BYTES)
            virtio->data = VIRTIO_BLK_ID_BYTES;
        return;
    default:
        virtio->data = 0;
    }
}

/* The 20 bytes of GET_ID: the device's name. They are in a sector buffer at once. */
static void put_id(struct virtio_blk *virtio)
{
    memset(virtio->sectors, 0, SECTOR);
    memcpy(virtio->sectors, virtio->device.name,
           strnlen(virtio->device.name, VIRTIO_BLK_ID_BYTES));
    virtio->ready = 1;
}

/* Whole sectors that the disk has, and may be written if they are to be. */
static bool is_possible(const struct virtio_blk *virtio)
{
    uint64_t end = virtio->medium.sectors, count = virtio->data / SECTOR;

    return virtio->data % SECTOR == 0 && virtio->sector <= end &&
           count <= end - virtio->sector &&
           !(virtio->readonly && virtio->type == VIRTIO_BLK_OUT);
}

static void refuse(struct virtio_blk *virtio, enum virtio_blk_status result)
{
    virtio->result = (uint8_t)result;
    virtio->data = 0;
}

static void start_transfer(struct virtio_blk *virtio)
{
    if (!is_possible(virtio)) {
        refuse(virtio, VIRTIO_BLK_IOERR);
        return;
    }
    virtio->to_medium = virtio->data / SECTOR;
    virtio->medium_at = virtio->sector;
    virtio_run_mechanism(virtio);
}

/* A flush finds nothing to do: a write is on the medium before it is used. */
void virtio_start_request(struct virtio_blk *virtio)
{
    virtio->result = VIRTIO_BLK_OK;
    if (virtio_to_memory(virtio)) /* else the data follows the header */
        virtio_chain_rewind(virtio, true);
    if (!virtio_blk_type_name(virtio->type))
        refuse(virtio, VIRTIO_BLK_UNSUPP);
    else if (virtio->type == VIRTIO_BLK_IN || virtio->type == VIRTIO_BLK_OUT)
        start_transfer(virtio);
    else if (virtio->type == VIRTIO_BLK_GET_ID)
        put_id(virtio);
}

/* --- the bus's side ------------------------------------------------------------ */

bool virtio_data_over(const struct virtio_blk *virtio)
{
    return virtio->moved == virtio->data && virtio->to_medium == 0;
}

bool virtio_data_ready(const struct virtio_blk *virtio)
{
    if (virtio->moved == virtio->data)
        return false;
    return virtio_to_memory(virtio) ? virtio->ready > 0 : virtio->ready < 2;
}

/* The n-th buffer, counted from the first full one. */
static uint8_t *sector_buffer(struct virtio_blk *virtio, unsigned n)
{
    return virtio->sectors + (virtio->first + n) % 2 * SECTOR;
}

uint8_t *virtio_data_bytes(struct virtio_blk *virtio, uint32_t *left)
{
    uint32_t offset = (uint32_t)(virtio->moved % SECTOR);
    uint64_t all = virtio->data - virtio->moved;

    *left = SECTOR - offset < all ? SECTOR - offset : (uint32_t)all;
    return sector_buffer(virtio, virtio_to_memory(virtio) ? 0 : virtio->ready) + offset;
}

void virtio_data_moved(struct virtio_blk *virtio, uint32_t bytes)
{
    bool to_memory = virtio_to_memory(virtio);

    virtio_chain_advance(virtio, bytes);
    virtio->moved += bytes;
    *(to_memory ? &virtio->counts.bytes_in : &virtio->counts.bytes_out) += bytes;
    if (virtio->moved % SECTOR != 0)
        return;
    if (to_memory) {
        virtio->first ^= 1;
        virtio->ready--;
    } else {
        virtio->ready++;
    }
    virtio_run_mechanism(virtio);
}

/* 2.7.8.2: bytes in front of which nothing was left out. */
uint32_t virtio_used_length(const struct virtio_blk *virtio)
{
    uint64_t written = virtio_to_memory(virtio) ? virtio->moved : 0;

    if (written == virtio->bytes_writable - 1)
        written++; /* the status byte follows */
    return (uint32_t)written;
}

/* --- the medium's side --------------------------------------------------------- */

static void tell(const struct virtio_blk *virtio, enum disk_phase phase, uint32_t bytes)
{
    const struct device *device = &virtio->device;

    EMIT(device->events, device->queue->now, DISK_PHASE, disk_phase,
         .lba = virtio->medium_at, .bytes = bytes, .device = device->index,
         .phase = (uint8_t)phase);
}

void virtio_run_mechanism(struct virtio_blk *virtio)
{
    struct queue *queue = virtio->device.queue;
    const struct costs *costs = virtio->device.costs;
    bool reads = virtio_to_memory(virtio);

    if (virtio->mechanism.due != NEVER || virtio->to_medium == 0)
        return;
    if (virtio->medium_at != virtio->position) {
        virtio->seeking = true;
        queue_arm(queue, &virtio->mechanism, queue->now + costs->virtio_seek);
        tell(virtio, DISK_SEEKING, 0);
    } else if (reads ? virtio->ready < 2 : virtio->ready > 0) {
        queue_arm(queue, &virtio->mechanism, queue->now + costs->virtio_sector);
        tell(virtio, reads ? DISK_READING : DISK_WRITING, SECTOR);
    }
}

static void move_sector(struct virtio_blk *virtio)
{
    if (virtio_to_memory(virtio)) {
        medium_read(&virtio->medium, virtio->medium_at,
                    sector_buffer(virtio, virtio->ready));
        virtio->ready++;
    } else {
        medium_write(&virtio->medium, virtio->medium_at, sector_buffer(virtio, 0));
        virtio->first ^= 1;
        virtio->ready--;
    }
    virtio->to_medium--;
    virtio->medium_at++;
    virtio->position++;
}

void virtio_mechanism_moved(struct virtio_blk *virtio)
{
    if (virtio->seeking) {
        virtio->seeking = false;
        virtio->position = virtio->medium_at;
    } else {
        move_sector(virtio);
    }
    virtio_run_mechanism(virtio);
}

void virtio_stop_request(struct virtio_blk *virtio)
{
    virtio->data = virtio->moved = virtio->to_medium = 0;
    virtio->first = virtio->ready = 0;
    virtio->seeking = false;
    queue_arm(virtio->device.queue, &virtio->mechanism, NEVER);
}
