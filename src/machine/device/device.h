#ifndef MACHINE_DEVICE_DEVICE_H
#define MACHINE_DEVICE_DEVICE_H

#include "base/err.h"
#include "base/state.h"
#include "event/event.h"
#include "machine/device/medium.h"
#include "machine/device/regs.h"
#include "machine/memory/bus.h"
#include "machine/time/costs.h"
#include "machine/time/queue.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What every device has in common. A device's own struct begins with a struct device;
 * its type is a const struct device_type; a board is a table of rows that name types.
 */
enum { DEVICE_LINES = 16, DEVICE_NAME = 24, DEVICE_REQUEST_LINES = 4 };

enum { REQUEST_LINE_NONE = 0xff }; /* a request line that is not connected */

/* An interrupt line that a device drives. What is behind it is the board's business. */
struct irq_line {
    uint16_t source; /* number at the interrupt controller; 0: not connected */
    bool level;
    void (*changed)(void *ctx, uint16_t source, bool level);
    void *ctx;
};

/*
 * A DMA request line: a device says that it has data for the DMA controller (or room for
 * some), and the controller takes or gives whole bus slots by the line's number; no
 * address is involved on the device's side.
 */
struct request_line {
    uint8_t line; /* its number on this board; REQUEST_LINE_NONE: not connected */
    bool asserted;
    /* The device's side: moves up to `length` bytes, gives how many it moved. 0 with
     * the line asserted is a device error. Software may ask any device for either. */
    unsigned (*take)(void *device, void *bytes, unsigned length); /* device to memory */
    unsigned (*give)(void *device, const void *bytes, unsigned length);
    void *device;
    /* The device's registers: behind an IOMMU a channel must be let to them. */
    uint64_t base, size;
    /* The controllers' side: called when `asserted` changes. */
    void (*changed)(void *ctx, uint8_t line, bool asserted);
    void *ctx;
};

/* What a board gives a device when it is made. */
struct device_place {
    const char *name;
    uint8_t index; /* in the board's table */
    uint8_t unit;  /* its number among those of its type there */
    uint64_t base;
    unsigned irqs;
    const uint16_t *irq;
    struct bus *bus; /* for devices that read and write memory */
    struct queue *queue;
    struct event_stream *events;
    const struct costs *costs;
    /* A setting of the board's row by name (else `otherwise`). */
    uint64_t (*setting)(void *row, const char *name, uint64_t otherwise);
    void *row;
};

struct device {
    const struct device_type *type;
    char name[DEVICE_NAME];
    uint8_t index, unit; /* of its place */
    uint64_t base;
    unsigned lines, requests;
    struct irq_line line[DEVICE_LINES];
    struct request_line request[DEVICE_REQUEST_LINES];
    struct bus *bus;
    struct queue *queue;
    struct event_stream *events;
    const struct costs *costs;
};

struct device_setting {
    const char *name;
    uint64_t otherwise;
    const char *help;
};

struct device_type {
    const char *name; /* in board tables: "uart", "dma", ... */
    const char *help; /* one line */
    uint64_t size;    /* bytes of its window, when `window` is NULL */
    uint8_t min_size, max_size;
    unsigned irqs, requests; /* how many lines it has */
    const struct regfile *regs;
    const struct device_setting *settings; /* ends with a NULL name */
    struct device *(*create)(const struct device_place *place, struct err *err);
    void (*free)(struct device *device);
    void (*reset)(struct device *device);
    void (*state)(struct device *device, struct state *state);
    /* Register access as in struct mmio; NULL: regfile_read, _write and _peek on regs. */
    enum bus_response (*read)(void *device, uint32_t offset, unsigned size,
                              uint64_t *value);
    enum bus_response (*write)(void *device, uint32_t offset, unsigned size,
                               uint64_t value);
    enum bus_response (*peek)(const void *device, uint32_t offset, unsigned size,
                              uint64_t *value);
    /* Characters from outside for it (a UART); gives how many it takes. NULL: none. */
    unsigned (*input)(struct device *device, const uint8_t *bytes, unsigned length);
    /* How many characters it would take now; for devices with input. */
    unsigned (*room)(const struct device *device);
    /* What it stores; NULL: it is no disk. */
    struct medium *(*medium)(struct device *device);
    bool executable; /* instructions may be fetched from it: a ROM */
};

/* Fills the common part of a new device from its type and place. */
void device_init(struct device *device, const struct device_type *type,
                 const struct device_place *place);

/* A setting of the board's row for a device of that type, or its default. */
uint64_t device_setting(const struct device_type *type,
                        const struct device_place *place, const char *name);

/* Makes a timer of the device known to the queue, not armed. */
bool device_timer(struct device *device, struct timer *timer, const char *name,
                  void (*fire)(void *ctx, uint64_t now), void *ctx, struct err *err);

/* Puts the device on its bus. */
bool device_map(struct device *device, struct err *err);

/* Drives interrupt line `n`; a change is told, then passed on. */
void device_irq(struct device *device, unsigned n, bool level);

/* Drives request line `n`. */
void device_request(struct device *device, unsigned n, bool asserted);

/* Gives a disk its contents, before the machine starts: `length` bytes, of which whole
 * sectors count. They stay the caller's, are never written, and must outlive the disk. */
void device_insert(struct device *disk, const uint8_t *bytes, uint64_t length);

/* The medium of a device that may be no disk; NULL: it is none. */
struct medium *device_medium(struct device *device);

/* The register at that offset of the device's window, with its index in an array of
 * registers (*index), or NULL. */
const struct reg *device_reg(const struct device *device, uint32_t offset,
                             unsigned *index);

/* All state of a device: the levels of its lines, then what its type walks. */
void device_state(struct device *device, struct state *state);

#endif
