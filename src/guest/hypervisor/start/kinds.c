/*
 * The ways in which a guest gets at a disk, each a row: what of it is emulated, and what the
 * guest's device tree says.
 */
#include "hypervisor/start/kinds.h"

#include "hypervisor/device/vata.h"
#include "hypervisor/device/vdma.h"
#include "hypervisor/device/vplic.h"
#include "hypervisor/device/vvirtio.h"
#include "hypervisor/passthrough.h"
#include "hypervisor/start/tree.h"

static void reset_ata_and_dma(struct guest *guest)
{
    vata_reset(guest);
    vdma_reset(guest, vata_channel_started);
}

static void reset_nothing(struct guest *guest)
{
    (void)guest;
}

/* clang-format off */
const struct disk_kind disk_kinds[] = {
    {"emulated_pio", {&vata_device, &vplic_device},
     DISK_SHARED, false, vata_reset, tree_ata},
    {"emulated_dma", {&vata_device, &vdma_device, &vplic_device},
     DISK_SHARED, true, reset_ata_and_dma, tree_ata},
    {"virtio", {&vvirtio_device, &vplic_device},
     DISK_SHARED, false, vvirtio_reset, tree_virtio},
    {"passthrough", {&vplic_device},
     DISK_OWN, true, passthrough_reset, tree_ata},
    {"none", {&vplic_device},
     DISK_NONE, false, reset_nothing, tree_no_disk},
    {NULL, {NULL}, DISK_NONE, false, NULL, NULL},
};
/* clang-format on */
