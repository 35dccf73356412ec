/*
 * HTIF, the host-target interface of riscv-tests and Spike, as far as a program without
 * a host beside it needs: it ends, or prints a character. The program has a 64-bit word
 * named `tohost`; what it stores there is a request:
 *
 *   bits 63:56  device    bits 55:48  command    bits 47:0  payload
 *
 * Device 0's requests are system calls, of which an odd payload is exit; device 1 is the
 * console, whose command 1 prints. Not modelled: other system calls, and input.
 */
#include "machine/board/board.h"

#include <assert.h>

enum { HTIF_CONSOLE = 1, HTIF_PRINT = 1, NO_DEVICE = 0xff };

#define HTIF_DEVICE  BITS(63, 56)
#define HTIF_COMMAND BITS(55, 48)
#define HTIF_CHAR    BITS(7, 0)

void board_watch_tohost(struct board *board, uint64_t pa)
{
    assert(ram_has(&board->bus.ram, pa, 8));
    board->tohost = pa;
    board_mark_watched(board);
}

static void print(struct board *board, uint8_t byte)
{
    const uint64_t done = 0;

    EMIT(board->events, board->queue->now, CONSOLE, console, .device = NO_DEVICE,
         .access = ACCESS_STORE, .byte = byte);
    if (board->output)
        board->output(board->output_ctx, byte);
    ram_write(&board->bus.ram, board->tohost, &done, sizeof(done), INITIATOR_OUTSIDE);
    board->tohost_touched = false; /* that was us */
}

void board_check_tohost(struct board *board)
{
    uint64_t request;

    ram_read(&board->bus.ram, board->tohost, &request, sizeof(request));
    board->tohost_touched = false;
    if (field_get(request, HTIF_DEVICE) == HTIF_CONSOLE &&
        field_get(request, HTIF_COMMAND) == HTIF_PRINT) {
        print(board, (uint8_t)field_get(request, HTIF_CHAR));
    } else if (request & 1) {
        board_finish(board, (uint32_t)(request >> 1));
        EMIT(board->events, board->queue->now, FINISH, finish, .code = board->exit_code,
             .hart =
                 initiator_kind(board->tohost_by) == BY_HART ? board->tohost_by : 0);
    }
}
