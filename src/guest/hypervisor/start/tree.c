/*
 * The device tree of a guest: what its machine looks like.
 *
 * A kernel knows nothing of its machine but what the tree in a1 says. So the tree is the
 * half of virtualization that costs nothing: the same kernel drives an ATA disk or a virtio
 * disk, because another tree lies in its memory. Addresses and interrupts are those of the
 * machine itself; a guest just has less of it. There is no UART: a guest prints by SBI.
 *
 * The format (Devicetree Specification 0.4, chapter 5) is written from front to back:
 *
 *   header | nothing reserved | structure: begin, properties, ..., end | strings
 *
 * all numbers big-endian. lib/devicetree.c has more about it: it reads what is written here.
 */
#include "hypervisor/start/tree.h"

#include "hypervisor/console.h"
#include "hypervisor/device/vata.h"
#include "hypervisor/device/vdma.h"
#include "hypervisor/device/vplic.h"
#include "hypervisor/device/vvirtio.h"
#include "hypervisor/start/machine.h"
#include "include/csr.h"
#include "lib/string.h"

#include <stdarg.h>

enum { MAGIC = 0xd00dfeed, VERSION = 17, COMPATIBLE_VERSION = 16 };
enum {
    HEADER = 40,
    RESERVED = 16,
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROPERTY = 3,
    END = 9
};
enum { CPU_HANDLE = 1, PLIC_HANDLE = 2, DMA_HANDLE = 3 };

/* --- writing ----------------------------------------------------------------------------- */

static void put_big(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void bytes(struct tree *tree, const void *from, uint32_t length)
{
    uint32_t padded = (length + 3) & ~3u;

    if (tree->full || padded > tree->room - tree->at) {
        tree->full = true;
        return;
    }
    memset(tree->blob + tree->at, 0, padded);
    memcpy(tree->blob + tree->at, from, length);
    tree->at += padded;
}

static void token(struct tree *tree, uint32_t value)
{
    uint8_t cell[4];

    put_big(cell, value);
    bytes(tree, cell, sizeof(cell));
}

/* Where the name is among the strings; new ones are added. */
static uint32_t string_at(struct tree *tree, const char *name)
{
    uint32_t length = (uint32_t)strlen(name) + 1, at = 0;

    for (; at < tree->strings_size; at += (uint32_t)strlen(tree->strings + at) + 1)
        if (strcmp(tree->strings + at, name) == 0)
            return at;
    if (length > sizeof(tree->strings) - at) {
        tree->full = true;
        return 0;
    }
    memcpy(tree->strings + at, name, length);
    tree->strings_size += length;
    return at;
}

static void property(struct tree *tree, const char *name, const void *value,
                     uint32_t length)
{
    token(tree, PROPERTY);
    token(tree, length);
    token(tree, string_at(tree, name));
    bytes(tree, value, length);
}

void tree_begin(struct tree *tree, const char *name)
{
    token(tree, BEGIN_NODE);
    bytes(tree, name, (uint32_t)strlen(name) + 1);
}

void tree_end(struct tree *tree)
{
    token(tree, END_NODE);
}

void tree_text(struct tree *tree, const char *name, const char *text)
{
    property(tree, name, text, (uint32_t)strlen(text) + 1);
}

void tree_flag(struct tree *tree, const char *name)
{
    property(tree, name, "", 0);
}

void tree_cells(struct tree *tree, const char *name, unsigned count, ...)
{
    uint8_t cells[4 * 8];
    va_list list;

    va_start(list, count);
    for (unsigned i = 0; i < count; i++)
        put_big(cells + 4 * i, va_arg(list, uint32_t));
    va_end(list);
    property(tree, name, cells, 4 * count);
}

static void close_blob(struct tree *tree)
{
    uint32_t structure = HEADER + RESERVED, strings = tree->at;
    uint32_t header[HEADER / 4];

    bytes(tree, tree->strings, tree->strings_size);
    if (tree->full)
        panic("a guest's device tree is too long");
    header[0] = (uint32_t)MAGIC;
    header[1] = tree->at;
    header[2] = structure;
    header[3] = strings;
    header[4] = HEADER; /* where the list of reserved memory is: empty */
    header[5] = VERSION;
    header[6] = COMPATIBLE_VERSION;
    header[7] = 0; /* the hart that starts */
    header[8] = tree->strings_size;
    header[9] = strings - structure;
    for (unsigned i = 0; i < HEADER / 4; i++)
        put_big(tree->blob + 4 * i, header[i]);
}

/* --- what a guest has -------------------------------------------------------------------- */

static uint32_t high(uint64_t value)
{
    return (uint32_t)(value >> 32);
}

static uint32_t low(uint64_t value)
{
    return (uint32_t)value;
}

static void reg(struct tree *tree, uint64_t base, uint64_t size)
{
    tree_cells(tree, "reg", 4, high(base), low(base), high(size), low(size));
}

static void addresses(struct tree *tree, uint32_t address_cells, uint32_t size_cells)
{
    tree_cells(tree, "#address-cells", 1, address_cells);
    tree_cells(tree, "#size-cells", 1, size_cells);
}

static void cpus(struct tree *tree)
{
    tree_begin(tree, "cpus");
    addresses(tree, 1, 0);
    tree_cells(tree, "timebase-frequency", 1, machine.ticks_a_second);
    tree_begin(tree, "cpu@0");
    tree_text(tree, "device_type", "cpu");
    tree_cells(tree, "reg", 1, 0);
    tree_text(tree, "status", "okay");
    tree_text(tree, "compatible", "riscv");
    tree_text(tree, "riscv,isa",
              machine.sstc ? "rv64imac_zicntr_zicsr_zifencei_sstc"
                           : "rv64imac_zicntr_zicsr_zifencei");
    tree_text(tree, "mmu-type", "riscv,sv39");
    tree_begin(tree, "interrupt-controller");
    tree_cells(tree, "#interrupt-cells", 1, 1);
    tree_flag(tree, "interrupt-controller");
    tree_text(tree, "compatible", "riscv,cpu-intc");
    tree_cells(tree, "phandle", 1, CPU_HANDLE);
    tree_end(tree);
    tree_end(tree);
    tree_end(tree);
}

/* Context 0 is nobody's: guests have no M-mode. Context 1 is the hart's S-mode. */
static void plic(struct tree *tree)
{
    tree_begin(tree, "plic@c000000");
    tree_text(tree, "compatible", "sifive,plic-1.0.0");
    reg(tree, vplic_device.base, vplic_device.size);
    tree_cells(tree, "interrupts-extended", 4, CPU_HANDLE, ~0u, CPU_HANDLE, IRQ_SEI);
    tree_flag(tree, "interrupt-controller");
    tree_cells(tree, "#interrupt-cells", 1, 1);
    tree_cells(tree, "#address-cells", 1, 0);
    tree_cells(tree, "riscv,ndev", 1, PLIC_SOURCES - 1);
    tree_cells(tree, "phandle", 1, PLIC_HANDLE);
    tree_end(tree);
}

static void dma(struct tree *tree)
{
    tree_begin(tree, "dma-controller@3100000");
    tree_text(tree, "compatible", "sifive,fu540-c000-pdma");
    reg(tree, vdma_device.base, vdma_device.size);
    tree_cells(tree, "interrupts", 2, VDMA_DONE_IRQ, VDMA_ERROR_IRQ);
    tree_cells(tree, "interrupt-parent", 1, PLIC_HANDLE);
    tree_cells(tree, "#dma-cells", 1, 1);
    tree_cells(tree, "dma-channels", 1, 1);
    tree_cells(tree, "phandle", 1, DMA_HANDLE);
    tree_end(tree);
}

/* A disk that is passed through has the request line that it has. */
void tree_ata(struct tree *tree, const struct guest *guest)
{
    uint64_t base = vata_device.base, control = base + 0x800;
    uint32_t line =
        guest->kind->source == DISK_OWN ? machine.disk[guest->disk].line : VDMA_LINE;

    if (guest->kind->uses_dma)
        dma(tree);
    tree_begin(tree, "ide@3200000");
    tree_text(tree, "compatible", "ata-generic");
    tree_cells(tree, "reg", 8, high(base), low(base), 0, 0x800, high(control),
               low(control), 0, 0x800);
    tree_cells(tree, "reg-shift", 1, 2);
    tree_cells(tree, "interrupts", 1, VATA_IRQ);
    tree_cells(tree, "interrupt-parent", 1, PLIC_HANDLE);
    if (guest->kind->uses_dma)
        tree_cells(tree, "dmas", 2, DMA_HANDLE, line);
    tree_end(tree);
}

void tree_no_disk(struct tree *tree, const struct guest *guest)
{
    (void)tree;
    (void)guest;
}

void tree_virtio(struct tree *tree, const struct guest *guest)
{
    (void)guest;
    tree_begin(tree, "virtio_mmio@10001000");
    tree_text(tree, "compatible", "virtio,mmio");
    reg(tree, vvirtio_device.base, vvirtio_device.size);
    tree_cells(tree, "interrupts", 1, VVIRTIO_IRQ);
    tree_cells(tree, "interrupt-parent", 1, PLIC_HANDLE);
    tree_end(tree);
}

void tree_for_guest(const struct guest *guest, void *blob, uint32_t room)
{
    static struct tree tree; /* guests are made one after the other */

    tree = (struct tree){.blob = blob, .room = room, .at = HEADER + RESERVED};
    memset(blob, 0, HEADER + RESERVED);
    tree_begin(&tree, "");
    addresses(&tree, 2, 2);
    tree_text(&tree, "compatible", "ringside,guest");
    tree_text(&tree, "model", "ringside,guest");
    tree_begin(&tree, "chosen");
    tree_text(&tree, "bootargs", guest->bootargs);
    tree_end(&tree);
    tree_begin(&tree, "memory");
    tree_text(&tree, "device_type", "memory");
    reg(&tree, guest->ram, guest->ram_size);
    tree_end(&tree);
    cpus(&tree);
    tree_begin(&tree, "soc");
    addresses(&tree, 2, 2);
    tree_text(&tree, "compatible", "simple-bus");
    tree_flag(&tree, "ranges");
    plic(&tree);
    guest->kind->nodes(&tree, guest);
    tree_end(&tree);
    tree_end(&tree);
    token(&tree, END);
    close_blob(&tree);
}
