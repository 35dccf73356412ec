#ifndef MACHINE_BOARD_BOARD_DESC_H
#define MACHINE_BOARD_BOARD_DESC_H

#include "base/err.h"
#include "machine/device/device.h"
#include "machine/time/costs.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A board is a table: memory, harts, and a row for each device. What a row names is made,
 * put on the bus and wired; overlaps are refused with both names.
 */
enum { BOARD_ROWS = 48, BOARD_SETTINGS = 8, BOARD_NAME = 24, BOARD_REQUEST_LINES = 16 };
enum { BOARD_HARTS = 8 };

/* More than anybody's program wants, and less than addresses can hold. */
#define BOARD_RAM_MAX (UINT64_C(64) << 30)

struct board_row {
    char type[BOARD_NAME]; /* of a device_type */
    char name[BOARD_NAME]; /* unique on the board */
    uint64_t base;
    unsigned irqs;
    uint16_t irq[DEVICE_LINES];
    unsigned requests;
    uint8_t request[DEVICE_REQUEST_LINES]; /* request line numbers of the board */
    unsigned settings;
    struct {
        char name[BOARD_NAME];
        uint64_t value;
    } setting[BOARD_SETTINGS];
};

struct board_desc {
    char name[BOARD_NAME];
    uint64_t ram_base, ram_size;
    unsigned harts;
    unsigned
        interleave; /* cycles a hart may run ahead: 1 in scenarios, 1,000 in boot */
    unsigned tlb_entries, tlb_ways;
    bool hypervisor;           /* the harts have the hypervisor extension */
    unsigned guest_interrupts; /* GEILEN: its guest external interrupts, 0 to 63 */
    struct costs costs;
    unsigned rows;
    struct board_row row[BOARD_ROWS];
};

/* The default board: the memory map of QEMU's virt machine, with our DMA controller at
 * 0x3100000 and ATA disk at 0x3200000. */
extern const struct board_desc board_virt;

/* The IOMMU that a board may have beside it, where later virt machines of QEMU have it:
 * all DMA controllers are then behind it. */
extern const struct board_row board_virt_iommu;

/* Adds a row, if it is a good one: of a known type, with a name of its own, with no more
 * lines than the type has, and none that another device drives. */
bool board_desc_add(struct board_desc *desc, const struct board_row *row,
                    struct err *err);

/* A setting of a row by its name, or what it is otherwise. */
uint64_t board_row_setting(const struct board_row *row, const char *name,
                           uint64_t otherwise);

/* The n-th row of a type, from 0; NULL: there are fewer. */
const struct board_row *board_nth_row(const struct board_desc *desc, const char *type,
                                      unsigned n);

/* Which IOMMU of the board the DMA controller of that row is behind, from 0; -1: none. */
int board_iommu_of(const struct board_desc *desc, const struct board_row *row);

/* Is the whole table good? What is left to find wrong are overlaps on the bus. */
bool board_desc_check(const struct board_desc *desc, struct err *err);

/* All device types, by name; ends with NULL. */
extern const struct device_type *const device_types[];
const struct device_type *device_type_by_name(const char *name);

#endif
