#ifndef MACHINE_BOARD_RAM_WATCH_H
#define MACHINE_BOARD_RAM_WATCH_H

#include "machine/board/board.h"

/* RAM is about to change: tells whoever watches these bytes. */
void board_touched(struct board *board, uint64_t pa, unsigned length, uint8_t who);

/* Marks the pages that somebody watches, tohost's among them; harts that could store
 * there unseen look again. */
void board_mark_watched(struct board *board);

#endif
