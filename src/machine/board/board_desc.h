#ifndef MACHINE_BOARD_BOARD_DESC_H
#define MACHINE_BOARD_BOARD_DESC_H

#include "machine/board/board.h"

/* More than anybody's program wants, and less than addresses can hold. */
#define BOARD_RAM_MAX (UINT64_C(64) << 30)

/* Is the whole table good? What is left to find wrong are overlaps on the bus. */
bool board_desc_check(const struct board_desc *desc, struct err *err);

#endif
