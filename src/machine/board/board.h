#ifndef MACHINE_BOARD_BOARD_H
#define MACHINE_BOARD_BOARD_H

#include "base/err.h"
#include "machine/board/board_desc.h"
#include "machine/device/device.h"
#include "machine/hart/hart.h"
#include "machine/memory/bus.h"

enum { BOARD_WATCHES = 64 };
enum { BOARD_HART_LINES = 16 }; /* of mip: those that devices drive are below 16 */

struct board;

/*
 * Somebody outside who wants to know when bytes of RAM are about to change: by a hart, a
 * DMA channel, a page-table walk, or from outside. `touched` is called before they do,
 * once a write, with what part of the write lies in one page; it may peek and call
 * run_ask_stop, and changes nothing. No state of the machine.
 */
struct board_watch {
    uint64_t pa, length;
    void (*touched)(void *ctx, struct board *board, uint64_t pa, unsigned length,
                    uint8_t who); /* enum initiator */
    void *ctx;
};

/* A board as it runs. Its table, board.desc, stays as it was given. */
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
    struct device
        *clock; /* whose mtime is the harts' time: the first ACLINT, or NULL */

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

    /* Who wants to know of writes to RAM: see board_watch. */
    unsigned watches;
    struct board_watch watch[BOARD_WATCHES];

    /* What software prints, on any UART or by HTIF. NULL: only events tell of it. */
    void (*output)(void *ctx, uint8_t byte);
    void *output_ctx;
};

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

/* False: there are BOARD_WATCHES already, or it is not all RAM. */
bool board_watch(struct board *board, struct board_watch watch);
/* Ends all watches that have this `touched` and `ctx`. */
void board_unwatch(struct board *board,
                   void (*touched)(void *, struct board *, uint64_t, unsigned, uint8_t),
                   void *ctx);

/* For the board's own files: RAM is about to change, which is told to whoever watches
 * these bytes; and all pages that somebody watches, tohost's among them, are marked, so
 * that harts which could store there unseen look again. */
void board_touched(struct board *board, uint64_t pa, unsigned length, uint8_t who);
void board_mark_watched(struct board *board);

/* Does what a store to `tohost` asks for: ends the run (an odd value: exit code times
 * two plus one), or prints a character (device 1, command 1) and zeroes the word. */
void board_check_tohost(struct board *board);

#endif
