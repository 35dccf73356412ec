/*
 * Finding the disk.
 *
 * The device tree lists what there is; the argument `driver` says which kind is wanted, and
 * `disk` which of that kind. With driver=auto the best one is taken: a paravirtual disk, else
 * an ATA disk, with the DMA controller if it has a request line there, else by PIO.
 */
#include "kernel/disks.h"

#include "driver/ata_dma.h"
#include "driver/ata_pio.h"
#include "driver/virtio_blk.h"
#include "lib/unset.h"

/* One disk is used at a time. What the drivers have of it is not cleared at the start, but
 * when it is opened: the queue of virtio alone has some pages. */
static struct ata_pio pio;
static struct ata_dma dma;
static struct virtio_blk virtio UNSET;

static dt_node find(const struct devicetree *tree, const char *compatible,
                    bool (*is_there)(const struct devicetree *tree, dt_node node),
                    uint64_t number)
{
    dt_node node = DT_ROOT;

    do
        node = dt_compatible(tree, node, compatible);
    while (node != DT_NONE && ((is_there && !is_there(tree, node)) || number-- > 0));
    return node;
}

static struct block *open_virtio(const struct devicetree *tree,
                                 const struct arguments *arguments, const char **why)
{
    struct virtio_wishes wishes = {arguments->event_idx, arguments->indirect};
    dt_node node = find(tree, "virtio,mmio", virtio_blk_is_at, arguments->disk);

    *why = "there is no such virtio disk";
    if (node != DT_NONE)
        *why = virtio_blk_open(&virtio, tree, node, wishes);
    return *why ? NULL : &virtio.block;
}

static struct block *open_ata_dma(const struct devicetree *tree,
                                  const struct arguments *arguments, const char **why)
{
    dt_node node = find(tree, "ata-generic", NULL, arguments->disk);

    *why = "there is no such ATA disk";
    if (node != DT_NONE)
        *why = ata_dma_open(&dma, tree, node, (unsigned)arguments->channel,
                            (unsigned)arguments->bus);
    return *why ? NULL : &dma.block;
}

static struct block *open_ata_pio(const struct devicetree *tree,
                                  const struct arguments *arguments, const char **why)
{
    dt_node node = find(tree, "ata-generic", NULL, arguments->disk);

    *why = "there is no such ATA disk";
    if (node != DT_NONE)
        *why = ata_pio_open(&pio, tree, node);
    return *why ? NULL : &pio.block;
}

static bool has_request_line(const struct devicetree *tree,
                             const struct arguments *arguments)
{
    dt_node node = find(tree, "ata-generic", NULL, arguments->disk);
    struct dt_value dmas;

    return node != DT_NONE && dt_property(tree, node, "dmas", &dmas);
}

struct block *disk_open(const struct devicetree *tree,
                        const struct arguments *arguments, const char **why)
{
    struct block *disk;

    switch (arguments->driver) {
    case DRIVER_VIRTIO:
        return open_virtio(tree, arguments, why);
    case DRIVER_ATA_DMA:
        return open_ata_dma(tree, arguments, why);
    case DRIVER_ATA_PIO:
        return open_ata_pio(tree, arguments, why);
    default:
        break;
    }
    disk = open_virtio(tree, arguments, why);
    if (disk)
        return disk;
    return has_request_line(tree, arguments) ? open_ata_dma(tree, arguments, why)
                                             : open_ata_pio(tree, arguments, why);
}

struct virtio_blk *disk_virtio(struct block *disk)
{
    return disk == &virtio.block ? &virtio : NULL;
}
