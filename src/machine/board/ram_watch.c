#include "machine/board/board.h"

void board_touched(struct board *board, uint64_t pa, unsigned length, uint8_t who)
{
    for (unsigned i = 0; i < board->watches; i++) {
        const struct board_watch *watch = &board->watch[i];

        if (pa < watch->pa + watch->length && watch->pa < pa + length)
            watch->touched(watch->ctx, board, pa, length, who);
    }
}

static void mark(struct ram *ram, uint64_t pa, uint64_t length)
{
    for (uint64_t page = ram_page(ram, pa); page <= ram_page(ram, pa + length - 1);
         page++)
        ram->marks[page] |= RAM_WATCHED;
}

void board_mark_watched(struct board *board)
{
    if (board->tohost)
        mark(&board->bus.ram, board->tohost, 8);
    for (unsigned i = 0; i < board->watches; i++)
        mark(&board->bus.ram, board->watch[i].pa, board->watch[i].length);
    for (unsigned i = 0; i < board->harts; i++)
        hart_forget_writes(&board->hart[i]);
}

static void unmark(struct ram *ram, const struct board_watch *watch)
{
    for (uint64_t page = ram_page(ram, watch->pa);
         page <= ram_page(ram, watch->pa + watch->length - 1); page++)
        ram->marks[page] &= (uint8_t)~RAM_WATCHED;
}

bool board_watch(struct board *board, struct board_watch watch)
{
    if (board->watches == BOARD_WATCHES || watch.length == 0 ||
        !ram_has(&board->bus.ram, watch.pa, watch.length))
        return false;
    board->watch[board->watches++] = watch;
    board_mark_watched(board);
    return true;
}

void board_unwatch(struct board *board,
                   void (*touched)(void *, struct board *, uint64_t, unsigned, uint8_t),
                   void *ctx)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < board->watches; i++) {
        if (board->watch[i].touched == touched && board->watch[i].ctx == ctx)
            unmark(&board->bus.ram, &board->watch[i]);
        else
            board->watch[kept++] = board->watch[i];
    }
    board->watches = kept;
    board_mark_watched(board);
}
