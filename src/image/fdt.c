/*
 * The device tree is written from front to back with libfdt's sequential functions. What
 * a device's node says is a row of `nodes`; the rest of this file is the nodes that are
 * not devices, in the order of QEMU's virt machine.
 *
 * Handles (phandles) are numbered as QEMU does: two a hart, from the last hart to the
 * first, then the PLIC, then the test finisher; after these, the DMA controller, then one
 * an IOMMU. A second PLIC, finisher or DMA controller has none: no node could mean it.
 */
#include "image/fdt.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/hart/hart.h"
#include "machine/interrupt/plic.h"

#include <assert.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEBASE = 10000000,    /* ticks of `time` a second */
    UART_CLOCK = 3686400,   /* what QEMU says; the divisor changes nothing here */
    CACHE_BLOCK = 64,       /* bytes, of cbo instructions */
    FIRST_ROOM = 16 * 1024, /* bytes; doubled as long as the tree does not fit */
    MOST_ROOM = 1024 * 1024,
    NODE_NAME = BOARD_NAME + 24
};

#define ISA_EXTENSIONS                                                                 \
    "_zicbom_zicboz_zicntr_zicsr_zifencei_zihintpause_sstc_svadu_svnapot"

/* The tree as it is written. The first error of libfdt is kept, and what follows it has
 * no effect. */
struct writer {
    void *tree;
    int error; /* of libfdt, or 0 */
    const struct board_desc *desc;
    const struct fdt_chosen *chosen;
};

static void keep(struct writer *writer, int error)
{
    if (!writer->error)
        writer->error = error;
}

static void begin(struct writer *writer, const char *name)
{
    keep(writer, fdt_begin_node(writer->tree, name));
}

static void begin_at(struct writer *writer, const char *name, uint64_t address)
{
    char full[NODE_NAME];

    snprintf(full, sizeof(full), "%s@%" PRIx64, name, address);
    begin(writer, full);
}

static void end(struct writer *writer)
{
    keep(writer, fdt_end_node(writer->tree));
}

static void property(struct writer *writer, const char *name, const void *value,
                     size_t size)
{
    keep(writer, fdt_property(writer->tree, name, value, (int)size));
}

static void flag(struct writer *writer, const char *name)
{
    property(writer, name, "", 0);
}

static void text(struct writer *writer, const char *name, const char *value)
{
    property(writer, name, value, strlen(value) + 1);
}

static void cell(struct writer *writer, const char *name, uint32_t value)
{
    keep(writer, fdt_property_u32(writer->tree, name, value));
}

/* Cells of a property that has several, big-endian as all of the tree. */
struct cells {
    fdt32_t cell[8 * HART_MAX];
    unsigned count;
};

static void put_cell(struct cells *cells, uint32_t value)
{
    assert(cells->count < COUNT(cells->cell));
    cells->cell[cells->count++] = cpu_to_fdt32(value);
}

/* Addresses and sizes are two cells each in the root and in /soc. */
static void put_wide(struct cells *cells, uint64_t value)
{
    put_cell(cells, (uint32_t)(value >> 32));
    put_cell(cells, (uint32_t)value);
}

static void cells(struct writer *writer, const char *name, const struct cells *value)
{
    property(writer, name, value->cell, value->count * sizeof(value->cell[0]));
}

static void cells_and_sizes(struct writer *writer, uint32_t address, uint32_t size)
{
    cell(writer, "#address-cells", address);
    cell(writer, "#size-cells", size);
}

/* --- Handles ------------------------------------------------------------------- */

static uint32_t cpu_handle(const struct board_desc *desc, unsigned hart)
{
    return 1 + 2 * (desc->harts - 1 - hart);
}

static uint32_t hart_intc_handle(const struct board_desc *desc, unsigned hart)
{
    return cpu_handle(desc, hart) + 1;
}

static uint32_t plic_handle(const struct board_desc *desc)
{
    return 2 * desc->harts + 1;
}

static uint32_t finisher_handle(const struct board_desc *desc)
{
    return 2 * desc->harts + 2;
}

static uint32_t dma_handle(const struct board_desc *desc)
{
    return finisher_handle(desc) + 1;
}

static uint32_t iommu_handle(const struct board_desc *desc, unsigned number)
{
    return dma_handle(desc) + 1 + number;
}

/* How many rows of its type come before a row. */
static unsigned number_of(const struct board_desc *desc, const struct board_row *row)
{
    unsigned number = 0;

    while (board_nth_row(desc, row->type, number) != row)
        number++;
    return number;
}

static const struct board_row *first_of_type(const struct board_desc *desc,
                                             const char *type)
{
    return board_nth_row(desc, type, 0);
}

/* --- Devices ------------------------------------------------------------------- */

static void reg(struct writer *writer, uint64_t base, uint64_t size)
{
    struct cells value = {.count = 0};

    put_wide(&value, base);
    put_wide(&value, size);
    cells(writer, "reg", &value);
}

static void uart_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, 0x100);
    cell(writer, "clock-frequency", UART_CLOCK);
}

static void finisher_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, 0x1000);
    if (row == first_of_type(writer->desc, "finisher"))
        cell(writer, "phandle", finisher_handle(writer->desc));
}

/* Two lines into each hart, by their bits in mip. */
static void hart_lines(struct writer *writer, uint32_t first, uint32_t second)
{
    struct cells value = {.count = 0};

    for (unsigned hart = 0; hart < writer->desc->harts; hart++) {
        put_cell(&value, hart_intc_handle(writer->desc, hart));
        put_cell(&value, first);
        put_cell(&value, hart_intc_handle(writer->desc, hart));
        put_cell(&value, second);
    }
    cells(writer, "interrupts-extended", &value);
}

static void aclint_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, 0x10000);
    hart_lines(writer, IRQ_MSI, IRQ_MTI);
}

static void plic_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, PLIC_SIZE);
    hart_lines(writer, IRQ_MEI, IRQ_SEI);
    flag(writer, "interrupt-controller");
    cell(writer, "#interrupt-cells", 1);
    cell(writer, "#address-cells", 0);
    cell(writer, "riscv,ndev", PLIC_SOURCES);
    if (row == first_of_type(writer->desc, "plic"))
        cell(writer, "phandle", plic_handle(writer->desc));
}

/* Each channel's device id at the IOMMU that it is behind. */
static void iommus(struct writer *writer, const struct board_row *row)
{
    int iommu = board_iommu_of(writer->desc, row);
    uint32_t id = dma_device_id(board_row_setting(row, "device_id", DMA_DEVICE_ID),
                                number_of(writer->desc, row));
    struct cells value = {.count = 0};

    for (unsigned i = 0; iommu >= 0 && i < DMA_CHANNELS; i++) {
        put_cell(&value, iommu_handle(writer->desc, (unsigned)iommu));
        put_cell(&value, id + i);
    }
    if (value.count)
        cells(writer, "iommus", &value);
}

/* Linux: Documentation/devicetree/bindings/dma/sifive,fu540-c000-pdma.yaml. */
static void dma_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, device_type_by_name(row->type)->size);
    cell(writer, "#dma-cells", 1);
    cell(writer, "dma-channels", DMA_CHANNELS);
    if (row == first_of_type(writer->desc, "dma"))
        cell(writer, "phandle", dma_handle(writer->desc));
    iommus(writer, row);
}

/* Linux: Documentation/devicetree/bindings/dma/dma.yaml. Request lines go to every
 * controller; the tree names the first. Its one cell is the number of the line. */
static void request_line(struct writer *writer, const struct board_row *row)
{
    struct cells value = {.count = 0};

    if (!row->requests || !first_of_type(writer->desc, "dma"))
        return;
    put_cell(&value, dma_handle(writer->desc));
    put_cell(&value, row->request[0]);
    cells(writer, "dmas", &value);
    text(writer, "dma-names", "data");
}

/* Linux: Documentation/devicetree/bindings/iommu/riscv,iommu.yaml. */
static void iommu_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, device_type_by_name(row->type)->size);
    cell(writer, "#iommu-cells", 1);
    cell(writer, "phandle", iommu_handle(writer->desc, number_of(writer->desc, row)));
}

/* Linux: Documentation/devicetree/bindings/ata/ata-generic.yaml. The registers are four
 * bytes apart; the second range begins with the alternate status. */
static void ata_node(struct writer *writer, const struct board_row *row)
{
    struct cells value = {.count = 0};
    const uint64_t control = 0x800;

    put_wide(&value, row->base);
    put_wide(&value, control);
    put_wide(&value, row->base + control);
    put_wide(&value, device_type_by_name(row->type)->size - control);
    cells(writer, "reg", &value);
    cell(writer, "reg-shift", 2);
    cell(writer, "pio-mode", 4);
    request_line(writer, row);
}

static void plain_node(struct writer *writer, const struct board_row *row)
{
    reg(writer, row->base, device_type_by_name(row->type)->size);
}

#define STRINGS(text) text, sizeof(text) /* several strings, with a \0 between them */

/* The nodes in /soc: by type of device, the node's name, what it is compatible with, and
 * what only it has. A type that is not here has no node. */
static const struct node {
    const char *type, *name;
    const char *compatible;
    size_t compatible_size;
    void (*write)(struct writer *writer, const struct board_row *row);
} nodes[] = {
    {"uart", "serial", STRINGS("ns16550a"), uart_node},
    {"finisher", "test", STRINGS("sifive,test1\0sifive,test0\0syscon"), finisher_node},
    {"plic", "plic", STRINGS("sifive,plic-1.0.0\0riscv,plic0"), plic_node},
    {"aclint", "clint", STRINGS("sifive,clint0\0riscv,clint0"), aclint_node},
    {"dma", "dma-controller", STRINGS("sifive,fu540-c000-pdma"), dma_node},
    {"ata", "ide", STRINGS("ata-generic"), ata_node},
    {"virtio-blk", "virtio_mmio", STRINGS("virtio,mmio"), plain_node},
    {"stream", "stream", STRINGS("ringside,stream"), plain_node},
    {"iommu", "iommu", STRINGS("riscv,iommu"), iommu_node},
};

static const struct node *node_of(const struct board_row *row)
{
    for (unsigned i = 0; i < COUNT(nodes); i++)
        if (strcmp(nodes[i].type, row->type) == 0)
            return &nodes[i];
    return NULL;
}

static void device_node(struct writer *writer, const struct board_row *row)
{
    const struct node *node = node_of(row);
    struct cells interrupts = {.count = 0};

    if (!node)
        return;
    begin_at(writer, node->name, row->base);
    property(writer, "compatible", node->compatible, node->compatible_size);
    node->write(writer, row);
    for (unsigned i = 0; i < row->irqs; i++)
        put_cell(&interrupts, row->irq[i]);
    if (interrupts.count) {
        cell(writer, "interrupt-parent", plic_handle(writer->desc));
        cells(writer, "interrupts", &interrupts);
    }
    end(writer);
}

static void soc(struct writer *writer)
{
    begin(writer, "soc");
    cells_and_sizes(writer, 2, 2);
    text(writer, "compatible", "simple-bus");
    flag(writer, "ranges");
    for (unsigned i = 0; i < writer->desc->rows; i++)
        device_node(writer, &writer->desc->row[i]);
    end(writer);
}

/* --- What is not a device ------------------------------------------------------ */

static void stdout_path(struct writer *writer)
{
    const struct board_row *uart = first_of_type(writer->desc, "uart");
    char path[NODE_NAME];

    if (!uart)
        return;
    snprintf(path, sizeof(path), "/soc/serial@%" PRIx64, uart->base);
    text(writer, "stdout-path", path);
}

/* One cell where it is enough, as QEMU 7.2 writes it; kernels take either. */
static void address(struct writer *writer, const char *name, uint64_t value)
{
    if (value <= UINT32_MAX)
        cell(writer, name, (uint32_t)value);
    else
        keep(writer, fdt_property_u64(writer->tree, name, value));
}

static void chosen_node(struct writer *writer)
{
    const struct fdt_chosen *chosen = writer->chosen;

    begin(writer, "chosen");
    if (chosen->bootargs && chosen->bootargs[0])
        text(writer, "bootargs", chosen->bootargs);
    if (chosen->initrd_end > chosen->initrd_start) {
        address(writer, "linux,initrd-start", chosen->initrd_start);
        address(writer, "linux,initrd-end", chosen->initrd_end);
    }
    stdout_path(writer);
    end(writer);
}

static void syscon_node(struct writer *writer, const char *name, const char *compatible,
                        uint32_t value)
{
    begin(writer, name);
    cell(writer, "value", value);
    cell(writer, "offset", 0);
    cell(writer, "regmap", finisher_handle(writer->desc));
    text(writer, "compatible", compatible);
    end(writer);
}

static void power_nodes(struct writer *writer)
{
    if (!first_of_type(writer->desc, "finisher"))
        return;
    syscon_node(writer, "poweroff", "syscon-poweroff", 0x5555);
    syscon_node(writer, "reboot", "syscon-reboot", 0x7777);
}

static void memory_node(struct writer *writer)
{
    begin_at(writer, "memory", writer->desc->ram_base);
    text(writer, "device_type", "memory");
    reg(writer, writer->desc->ram_base, writer->desc->ram_size);
    end(writer);
}

static void cpu_node(struct writer *writer, unsigned hart)
{
    begin_at(writer, "cpu", hart);
    cell(writer, "phandle", cpu_handle(writer->desc, hart));
    text(writer, "device_type", "cpu");
    cell(writer, "reg", hart);
    text(writer, "status", "okay");
    text(writer, "compatible", "riscv");
    text(writer, "riscv,isa",
         writer->desc->hypervisor ? "rv64imach" ISA_EXTENSIONS
                                  : "rv64imac" ISA_EXTENSIONS);
    text(writer, "mmu-type", "riscv,sv48");
    cell(writer, "riscv,cbom-block-size", CACHE_BLOCK);
    cell(writer, "riscv,cboz-block-size", CACHE_BLOCK);
    begin(writer, "interrupt-controller");
    cell(writer, "#interrupt-cells", 1);
    flag(writer, "interrupt-controller");
    text(writer, "compatible", "riscv,cpu-intc");
    cell(writer, "phandle", hart_intc_handle(writer->desc, hart));
    end(writer);
    end(writer);
}

static void cpu_map(struct writer *writer)
{
    char core[NODE_NAME];

    begin(writer, "cpu-map");
    begin(writer, "cluster0");
    for (unsigned hart = 0; hart < writer->desc->harts; hart++) {
        snprintf(core, sizeof(core), "core%u", hart);
        begin(writer, core);
        cell(writer, "cpu", cpu_handle(writer->desc, hart));
        end(writer);
    }
    end(writer);
    end(writer);
}

static void cpus_node(struct writer *writer)
{
    begin(writer, "cpus");
    cells_and_sizes(writer, 1, 0);
    cell(writer, "timebase-frequency", TIMEBASE);
    for (unsigned hart = 0; hart < writer->desc->harts; hart++)
        cpu_node(writer, hart);
    cpu_map(writer);
    end(writer);
}

static int write_tree(struct writer *writer, size_t room)
{
    writer->error = fdt_create(writer->tree, (int)room);
    keep(writer, fdt_finish_reservemap(writer->tree));
    begin(writer, "");
    cells_and_sizes(writer, 2, 2);
    text(writer, "compatible", "riscv-virtio");
    text(writer, "model", "riscv-virtio,qemu");
    chosen_node(writer);
    power_nodes(writer);
    memory_node(writer);
    cpus_node(writer);
    soc(writer);
    end(writer);
    keep(writer, fdt_finish(writer->tree));
    return writer->error;
}

bool fdt_make(struct buf *out, const struct board_desc *desc,
              const struct fdt_chosen *chosen, struct err *err)
{
    struct writer writer = {.desc = desc, .chosen = chosen};
    size_t room = FIRST_ROOM;
    int error;

    do {
        writer.tree = alloc_resize(writer.tree, room);
        error = write_tree(&writer, room);
        room *= 2;
    } while (error == -FDT_ERR_NOSPACE && room <= MOST_ROOM);
    if (!error)
        buf_add(out, writer.tree, fdt_totalsize(writer.tree));
    free(writer.tree);
    return !error ||
           err_set(err, "cannot make the device tree: %s", fdt_strerror(error));
}
