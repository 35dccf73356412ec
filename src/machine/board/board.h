#ifndef MACHINE_BOARD_BOARD_H
#define MACHINE_BOARD_BOARD_H

#include "base/err.h"
#include "machine/device/device.h"
#include "machine/hart/hart.h"
#include "machine/memory/bus.h"

/*
 * A board is a table: memory, harts, and a row for each device. What a row names is made,
 * put on the bus and wired; overlaps are refused with both names.
 */
enum { BOARD_ROWS = 48, BOARD_SETTINGS = 8, BOARD_NAME = 24, BOARD_REQUEST_LINES = 16 };

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
    struct costs costs;
    unsigned rows;
    struct board_row row[BOARD_ROWS];
};

/* The default board: the memory map of QEMU's virt machine, with our DMA controller at
 * 0x3100000 and ATA disk at 0x3200000. */
extern const struct board_desc board_virt;

struct board {
    struct board_desc desc;
    uint8_t index; /* in its run */
    struct costs costs;
    struct bus bus;
    unsigned harts, devices;
    struct hart hart[HART_MAX];
    struct device *device[BOARD_ROWS];
    struct queue *queue;
    struct event_stream *events;
    bool finished;      /* software ended the run */
    uint32_t exit_code; /* what it said */
};

/* All device types, by name; ends with NULL. */
extern const struct device_type *const device_types[];
const struct device_type *device_type_by_name(const char *name);

struct board *board_new(const struct board_desc *desc, uint8_t index,
                        struct queue *queue, struct event_stream *events,
                        struct err *err);
void board_free(struct board *board);

/* Reset as on virt: every device, every hart at the reset code (0x1000). */
void board_reset(struct board *board);

struct device *board_device(const struct board *board, const char *name);
void board_state(struct board *board, struct state *state);

#endif
