#ifndef MACHINE_VIRTIO_VIRTIO_USE_H
#define MACHINE_VIRTIO_VIRTIO_USE_H

#include "machine/memory/burst.h"
#include "machine/virtio/virtio.h"

/* Does the device use the bus in that state? */
bool virtio_uses_bus(uint32_t state);

/* What passes over the bus now, in a state that uses it: at most VIRTIO_BURST bytes. */
struct burst virtio_use(struct virtio_blk *virtio);

#endif
