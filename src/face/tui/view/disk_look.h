#ifndef FACE_TUI_VIEW_DISK_LOOK_H
#define FACE_TUI_VIEW_DISK_LOOK_H

#include "face/tui/watch/say.h"
#include "machine/device/ata.h"
#include "machine/virtio/virtio.h"

/* A step of the way, and the states that are part of it. */
struct disk_step {
    const char *name;
    uint32_t states;
};

/* A disk at the moment, whatever its kind. */
struct disk {
    const struct watch *watch;
    const struct device *device;
    const struct ata *ata; /* NULL: the other */
    const struct virtio_blk *virtio;
    const struct disk_step *steps;
    const struct disk_way *way;
    unsigned state;
    bool asked, failed; /* it has had something to do; that failed */
    char command[TEXT_DATA], state_name[TEXT_DATA];
    uint64_t lba, sectors, moved; /* of the command; by the side of the host */
    unsigned ready, room;         /* sectors in its buffer */
    uint64_t position;            /* of the head */
};

/* That device, which is a disk, as the viewer sees it. */
struct disk disk_look(const struct watch *watch, const struct device *device);

/* The one that is named; "": that of the event told of, else one that was asked for
 * something, else the first; NULL: there is none. */
const struct device *disk_find(const struct watch *watch, const char *about);

#endif
