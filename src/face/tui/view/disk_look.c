#include "face/tui/view/disk_look.h"

#include <string.h>

#define IN(number) (UINT32_C(1) << (number))

static const struct disk_step ata_steps[] = {
    {"command", IN(DISK_DECODING)},
    {"seek", IN(DISK_SEEKING)},
    {"medium", IN(DISK_READING) | IN(DISK_WRITING)},
    {"buffer",
     IN(DISK_DATA_IN) | IN(DISK_DATA_OUT) | IN(DISK_DMA_IN) | IN(DISK_DMA_OUT)},
    {"done", IN(DISK_DONE)},
    {NULL, 0},
};

static const struct disk_step virtio_steps[] = {
    {"ring", IN(VIRTIO_READ_INDEX) | IN(VIRTIO_READ_HEAD)},
    {"chain", IN(VIRTIO_READ_DESCRIPTOR)},
    {"header", IN(VIRTIO_READ_HEADER) | IN(VIRTIO_DECODE)},
    {"medium", IN(VIRTIO_WAIT_MEDIUM)},
    {"data", IN(VIRTIO_MOVE_DATA)},
    {"status", IN(VIRTIO_WRITE_STATUS)},
    {"used", IN(VIRTIO_WRITE_USED) | IN(VIRTIO_WRITE_USED_INDEX) |
                 IN(VIRTIO_READ_EVENT) | IN(VIRTIO_WRITE_AVAIL_EVENT)},
    {NULL, 0},
};

/* --- what is known ------------------------------------------------------------------------ */

static void look_ata(struct disk *disk)
{
    const struct disk_fold *fold = &disk->watch->facts.disk[disk->device->index];
    const struct ata *ata = (const struct ata *)disk->device;

    disk->ata = ata;
    disk->steps = ata_steps;
    disk->state = fold->has_phase ? fold->phase.phase : DISK_READY;
    disk->asked = fold->has_command;
    disk->failed = disk->state == DISK_FAILED;
    disk->lba = fold->command.lba;
    disk->sectors = fold->command.count;
    say_value(disk->command, UNIT_ATACOMMAND, fold->command.command);
    say_value(disk->state_name, UNIT_DISKPHASE, disk->state);
    disk->moved =
        ata->total - (ata->left_host < ata->total ? ata->left_host : ata->total);
    if (disk->state == DISK_DONE)
        disk->moved = disk->sectors;
    disk->ready = ata->ready;
    disk->room = ATA_BUFFER_SECTORS;
    disk->position = ata->position;
}

static void look_virtio(struct disk *disk)
{
    const struct virtio_fold *fold = &disk->watch->facts.virtio[disk->device->index];
    const struct virtio_blk *virtio = (const struct virtio_blk *)disk->device;

    disk->virtio = virtio;
    disk->steps = virtio_steps;
    disk->state = fold->state;
    disk->asked = fold->has_chain;
    disk->failed = disk->state == VIRTIO_BROKEN;
    disk->lba = fold->chain.sector;
    disk->sectors = (fold->chain.bytes + SECTOR - 1) / SECTOR;
    say_value(disk->command, UNIT_VIRTIOTYPE, fold->chain.type);
    say_value(disk->state_name, UNIT_VIRTIOSTATE, disk->state);
    disk->moved = virtio->moved / SECTOR;
    disk->ready = virtio->ready;
    disk->room = 2;
    disk->position = virtio->position;
}

struct disk disk_look(const struct watch *watch, const struct device *device)
{
    struct disk disk = {.watch = watch,
                        .device = device,
                        .way = &watch->facts.queues.disk[device->index]};

    if (device->type == &ata_type)
        look_ata(&disk);
    else
        look_virtio(&disk);
    if (disk.moved > disk.sectors)
        disk.moved = disk.sectors;
    return disk;
}

static bool is_disk(const struct device *device)
{
    return device->type == &ata_type || device->type == &virtio_blk_type;
}

const struct device *disk_find(const struct watch *watch, const char *about)
{
    const struct device *best = NULL;
    bool best_asked = false;

    for (unsigned i = 0; i < watch->board->devices; i++) {
        const struct device *device = watch->board->device[i];

        if (!is_disk(device))
            continue;
        if (*about
                ? strcmp(device->name, about) == 0
                : watch->has_focus && event_device(&watch->focus) == (int)device->index)
            return device;
        if (!best || (!best_asked && disk_look(watch, device).asked)) {
            best = device;
            best_asked = disk_look(watch, device).asked;
        }
    }
    return *about ? NULL : best;
}
