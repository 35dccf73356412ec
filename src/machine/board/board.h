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
enum { BOARD_HART_LINES = 16 }; /* of mip: those that devices drive are below 16 */

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

/* Adds a row, if it is a good one: of a known type, with a name of its own, with no more
 * lines than the type has, and none that another device drives. */
bool board_desc_add(struct board_desc *desc, const struct board_row *row,
                    struct err *err);

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
    bool restart;       /* software asked for a reset: finished, too */

    /* The hart that acts is to stop after this instruction, because something has ended
     * the run or tohost must be looked at; whoever runs the board clears it. */
    bool pause;

    struct device *plic; /* where interrupt sources go: the first one; NULL: none */
    struct device *rom;  /* where harts start: the first one */

    /* Which devices drive each line into each hart, one bit a device: the level is their
     * OR. State. */
    uint64_t drivers[HART_MAX][BOARD_HART_LINES];
    struct board_wire {
        struct board *board;
        uint8_t hart, device;
    } wire[BOARD_ROWS][HART_MAX];

    struct request_line *request[BOARD_REQUEST_LINES]; /* by number; NULL: unused */

    /* HTIF, for programs that have the symbol `tohost`: its physical address (0: none).
     * `tohost_touched`: a store to it is under way; whoever runs the board calls
     * board_check_tohost when the store is done. */
    uint64_t tohost;
    bool tohost_touched;
    uint8_t tohost_by; /* enum initiator: who stores */

    /* What software prints, on any UART or by HTIF. NULL: only events tell of it. */
    void (*output)(void *ctx, uint8_t byte);
    void *output_ctx;
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

/* Software has ended the run: nothing more is executed until the board is reset. */
void board_finish(struct board *board, uint32_t code);

/* Watches the 8 bytes at that address, which must be in RAM, as HTIF's `tohost`. */
void board_watch_tohost(struct board *board, uint64_t pa);

/* Does what a store to `tohost` asks for: ends the run (an odd value: exit code times
 * two plus one), or prints a character (device 1, command 1) and zeroes the word. */
void board_check_tohost(struct board *board);

#endif
