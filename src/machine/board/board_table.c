/*
 * The tables of this folder: which types of device there are, and the default board.
 */
#include "machine/board/board_desc.h"
#include "machine/board/rom.h"
#include "machine/device/ata.h"
#include "machine/device/finisher.h"
#include "machine/device/stream.h"
#include "machine/device/uart.h"
#include "machine/dma/dma.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"

const struct device_type *const device_types[] = {
    &rom_type, &finisher_type,   &aclint_type, &plic_type,  &uart_type, &dma_type,
    &ata_type, &virtio_blk_type, &stream_type, &iommu_type, NULL,
};

/* clang-format off */
const struct board_desc board_virt = {
    .name = "virt",
    .ram_base = 0x80000000,
    .ram_size = UINT64_C(128) << 20,
    .harts = 1,
    .interleave = 1000,
    .tlb_entries = 4096,
    .tlb_ways = 4,
    .hypervisor = true,
    .costs = {
#define COST(id, price, unit, meaning, source) .id = price,
#include "machine/time/costs.def"
    },
    .row = {
        {.type = "rom",      .name = "rom",      .base = 0x00001000},
        {.type = "finisher", .name = "finisher", .base = 0x00100000},
        {.type = "aclint",   .name = "clint",    .base = 0x02000000},
        {.type = "plic",     .name = "plic",     .base = 0x0c000000},
        {.type = "uart",     .name = "uart0",    .base = 0x10000000,
         .irqs = 1, .irq = {10}},
        {.type = "dma",      .name = "dma0",     .base = 0x03100000,
         .irqs = 8, .irq = {23, 24, 25, 26, 27, 28, 29, 30}},
        {.type = "ata",      .name = "ata0",     .base = 0x03200000,
         .irqs = 1, .irq = {14}, .requests = 1, .request = {0}},
        {.type = "virtio-blk", .name = "virtio0", .base = 0x10001000,
         .irqs = 1, .irq = {1}},
    },
    .rows = 8,
};

const struct board_row board_virt_iommu =
        {.type = "iommu",    .name = "iommu0",   .base = 0x03010000,
         .irqs = 4, .irq = {36, 37, 38, 39}};
/* clang-format on */
