/*
 * The machine that the hypervisor has: what the device tree says of it.
 *
 * The hypervisor is started as any kernel is, with the device tree in a1, and looks there
 * for what it uses: memory, disks, the IOMMU, the kernel that its guests are to run
 * (/chosen, where a boot loader has put the "initrd"), and the list of guests (bootargs).
 */
#include "hypervisor/start/machine.h"

#include "driver/virtio_blk.h"
#include "include/dma.h"
#include "lib/string.h"

struct machine machine;

/* One cell or two. */
static uint64_t number(dt_node node, const char *name)
{
    struct dt_value value;

    if (!dt_property(&machine.tree, node, name, &value))
        return 0;
    return value.size == 8 ? (uint64_t)dt_cell(&value, 0) << 32 | dt_cell(&value, 1)
                           : dt_cell(&value, 0);
}

/* "rv64imac_zicsr_sstc": single letters, then names. */
static bool isa_has(const char *isa, const char *name)
{
    size_t length = strlen(name);

    for (; *isa; isa++)
        if (isa[0] == '_' && strncmp(isa + 1, name, length) == 0 &&
            (isa[1 + length] == '_' || isa[1 + length] == '\0'))
            return true;
    return false;
}

static void read_harts(void)
{
    dt_node cpus = dt_child(&machine.tree, DT_ROOT, "cpus");
    const char *isa;

    if (cpus == DT_NONE)
        return;
    machine.ticks_a_second = dt_number(&machine.tree, cpus, "timebase-frequency", 0);
    for (dt_node node = cpus; node != DT_NONE; node = dt_next(&machine.tree, node)) {
        isa = dt_text(&machine.tree, node, "riscv,isa");
        if (isa) {
            machine.sstc = isa_has(isa, "sstc");
            return;
        }
    }
}

/* `iommus` of the controller: two cells a channel, the IOMMU and the channel's device_id. */
static uint32_t device_id(dt_node controller, unsigned channel)
{
    struct dt_value value;

    if (!dt_property(&machine.tree, controller, "iommus", &value))
        return 0;
    return dt_cell(&value, 2 * channel + 1);
}

/* Disk n works with channel n of its controller. A disk without one cannot be used. */
static bool read_disk(struct disk *disk, dt_node node, unsigned channel)
{
    const struct devicetree *tree = &machine.tree;
    struct dt_value dmas;
    dt_node controller;
    uint64_t size;

    if (!dt_property(tree, node, "dmas", &dmas))
        return false;
    controller = dt_by_handle(tree, dt_cell(&dmas, 0));
    if (controller == DT_NONE ||
        channel >= dt_number(tree, controller, "dma-channels", 4))
        return false;
    *disk = (struct disk){
        .node = node,
        .line = dt_cell(&dmas, 1),
        .device_id = device_id(controller, channel),
    };
    if (!dt_reg(tree, node, 0, &disk->ata, &size) ||
        !dt_reg(tree, controller, 0, &disk->channel, &size))
        return false;
    disk->channel += channel * (uint64_t)DMA_CHANNEL_SIZE;
    return dt_irq(tree, node, 0, &disk->irq[0]) &&
           dt_irq(tree, controller, 2 * channel, &disk->irq[1]) &&
           dt_irq(tree, controller, 2 * channel + 1, &disk->irq[2]);
}

static void read_disks(void)
{
    const struct devicetree *tree = &machine.tree;
    dt_node node = DT_ROOT;

    while (machine.disks < DISKS &&
           (node = dt_compatible(tree, node, "ata-generic")) != DT_NONE)
        machine.disks += read_disk(&machine.disk[machine.disks], node, machine.disks);
    node = DT_ROOT;
    do
        node = dt_compatible(tree, node, "virtio,mmio");
    while (node != DT_NONE && !virtio_blk_is_at(tree, node));
    machine.virtio = node;
}

/* The fault queue has the second of its interrupts. */
static void read_iommu(void)
{
    dt_node node = dt_compatible(&machine.tree, DT_ROOT, "riscv,iommu");
    uint64_t size;

    if (node == DT_NONE || !dt_reg(&machine.tree, node, 0, &machine.iommu, &size) ||
        !dt_irq(&machine.tree, node, 1, &machine.iommu_irq))
        machine.iommu = 0;
}

const char *machine_read(void)
{
    const struct devicetree *tree = &machine.tree;
    dt_node chosen = dt_child(tree, DT_ROOT, "chosen");

    machine.bootargs = dt_bootargs(tree);
    if (!dt_memory(tree, &machine.ram, &machine.ram_size))
        return "the device tree has no memory";
    if (chosen != DT_NONE) {
        machine.initrd = number(chosen, "linux,initrd-start");
        machine.initrd_size = number(chosen, "linux,initrd-end") - machine.initrd;
    }
    if (!machine.initrd || machine.initrd_size > machine.ram_size)
        return "there is no kernel for the guests: it is to be given as initrd";
    read_harts();
    if (!machine.ticks_a_second)
        return "the device tree does not say how fast time goes";
    read_disks();
    read_iommu();
    return NULL;
}
