/*
 * The back end: one real disk for all guests that have an emulated one.
 *
 * However a guest's disk looks, by the time its wish arrives here it is a request: read or
 * write, where, how much, which memory. The requests of all guests stand in one line:
 *
 *      guest 1: vvirtio --+
 *      guest 2: vata -----+-->  [first] -> [next] -> [last]      one request a guest
 *      guest 3: vvirtio --+        |         ^
 *                                  v         |
 *                        the disk's driver: a piece of 32 KiB at most, then to the
 *                        end of the line, until all of it has been moved
 *
 * The drivers are those of the guests' kernel (src/guest/driver). A piece is started, and the
 * hart goes back to its guests; when the disk's interrupt comes, the next in line is started.
 * When a request is through, its `done` tells the guest's device. A guest stands in line
 * once, and for a piece at a time, so each gets its share, however much it wants.
 *
 * Guests may be on different harts. The interrupt is always sent to the hart of the guest
 * whose request is being served (the PLIC enables it there and nowhere else). So `done`
 * runs on the hart of its guest, and only the line itself is shared: it has a lock.
 *
 * This is also where a guest's disk ends. Each has a part of the real one, and a request
 * that does not lie in it goes no further.
 */
#include "hypervisor/backend.h"

#include "driver/ata_dma.h"
#include "driver/virtio_blk.h"
#include "hypervisor/interrupt.h"
#include "hypervisor/lock.h"
#include "hypervisor/start/machine.h"
#include "lib/mark.h"

static struct {
    struct lock lock;
    struct block *block;
    bool read_only;
    struct block_request moving; /* the segment under way */
    struct guest *first, *last;  /* in line; the first is being served */
    struct hart *hart;           /* who gets the interrupts */
} backend;

uint64_t backend_sectors(void)
{
    return backend.block->sectors;
}

static void listen(const struct hart *hart, bool on)
{
    for (unsigned i = 0; i < backend.block->irqs; i++)
        plic_enable(&hart->plic, backend.block->irq[i], on);
}

static void route_to(struct hart *hart)
{
    if (backend.hart == hart)
        return;
    if (backend.hart)
        listen(backend.hart, false);
    listen(hart, true);
    backend.hart = hart;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next piece of the first request in line. */
static void serve(void)
{
    struct guest *guest = backend.first;
    const struct request *request = &guest->request;
    const struct segment *segment = &request->segment[request->at];

    mark(MARK_HV_BACKEND);
    backend.moving = (struct block_request){
        .lba = guest->first_lba + request->lba,
        .data = (uint8_t *)segment->at + request->moved,
        .bytes = smaller(segment->bytes - request->moved, PIECE * BLOCK_SECTOR),
        .write = request->write,
        .state = BLOCK_WAITING,
    };
    route_to(guest->hart);
    backend.block->submit(backend.block, &backend.moving);
    backend.block->kick(backend.block);
}

/* Does the request lie in the guest's part, in pieces that the disk can move? */
static bool is_allowed(const struct guest *guest)
{
    const struct request *request = &guest->request;
    uint64_t left = guest->sectors, sectors;

    if (request->lba > left || request->segments == 0 ||
        (request->write && backend.read_only))
        return false;
    left -= request->lba;
    for (unsigned i = 0; i < request->segments; i++) {
        sectors = request->segment[i].bytes / BLOCK_SECTOR;
        if (request->segment[i].bytes % BLOCK_SECTOR || sectors == 0 || sectors > left)
            return false;
        left -= sectors;
    }
    return true;
}

static void stand_in_line(struct guest *guest)
{
    guest->request.next = NULL;
    if (backend.first)
        backend.last->request.next = guest;
    else
        backend.first = guest;
    backend.last = guest;
}

bool backend_submit(struct guest *guest)
{
    if (!is_allowed(guest))
        return false;
    guest->request.busy = true;
    guest->request.at = 0;
    guest->request.moved = 0;
    lock(&backend.lock);
    stand_in_line(guest);
    if (backend.first == guest)
        serve();
    unlock(&backend.lock);
    return true;
}

/* A piece has been moved. Was it the last? */
static bool is_complete(struct request *request)
{
    request->lba += backend.moving.bytes / BLOCK_SECTOR;
    request->moved += backend.moving.bytes;
    if (request->moved == request->segment[request->at].bytes) {
        request->at++;
        request->moved = 0;
    }
    return request->at == request->segments;
}

/* The guest whose request is through, and how; NULL: there is more to do. */
static struct guest *advance(bool *good)
{
    struct guest *guest = backend.first;
    bool complete;

    if (!guest || backend.moving.state == BLOCK_WAITING)
        return NULL;
    *good = backend.moving.state == BLOCK_DONE;
    complete = !*good || is_complete(&guest->request);
    backend.first = guest->request.next;
    if (!complete)
        stand_in_line(guest);
    if (backend.first)
        serve();
    return complete ? guest : NULL;
}

/* The PLIC hears of the completion before the interrupt may be sent to another hart: from
 * a context that has not enabled the source it would not count. */
static void interrupt(struct hart *hart, uint32_t source)
{
    struct guest *guest;
    bool good;

    mark(MARK_HV_BACKEND);
    lock(&backend.lock);
    backend.block->interrupt(backend.block, source);
    plic_complete(&hart->plic, source);
    guest = advance(&good);
    unlock(&backend.lock);
    if (!guest)
        return;
    guest->request.busy = false;
    guest->request.done(guest, good);
}

const char *backend_open(void)
{
    static struct ata_dma ata;
    static struct virtio_blk virtio;
    struct virtio_wishes wishes = {false, false};
    const char *why = "there is no disk";

    if (machine.disks) {
        why = ata_dma_open(&ata, &machine.tree, machine.disk[0].node, 0, DMA_BUS_BURST);
        backend.block = &ata.block;
        ata_dma_do_not_wait(&ata, machine.disk[0].irq[0]);
    } else if (machine.virtio != DT_NONE) {
        why = virtio_blk_open(&virtio, &machine.tree, machine.virtio, wishes);
        backend.block = &virtio.block;
        backend.read_only = virtio.read_only;
    }
    for (unsigned i = 0; !why && i < backend.block->irqs; i++)
        interrupt_handle(backend.block->irq[i], NULL, interrupt);
    return why;
}
