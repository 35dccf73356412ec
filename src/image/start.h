#ifndef IMAGE_START_H
#define IMAGE_START_H

#include "image/image.h"
#include "machine/board/board.h"

/*
 * What a board starts with. It is placed as QEMU's virt machine places it, offsets
 * counted from the start of RAM:
 *
 *   firmware   where its ELF file says, or at START_FIRMWARE if it is raw
 *   kernel     where its ELF file says, or at START_KERNEL if it is raw
 *   initrd     half the RAM, at most 128 MiB, after the kernel's entry, or after where
 *              a raw kernel would be
 *   tree       near the end of RAM, on a 2 MiB boundary below 3 GiB
 *
 * Harts start at the firmware's entry, or at the kernel's when there is no firmware.
 */
enum { START_FIRMWARE = 0, START_KERNEL = 0x200000 };

struct start {
    const struct image *firmware; /* NULL: none */
    const struct image *kernel;   /* NULL: none */
    const uint8_t *initrd;        /* NULL: none */
    size_t initrd_size;
    const char *bootargs; /* NULL: none */
};

/* Loads all of it into a board that has been reset, and writes the reset ROM. Refused:
 * what does not fit into RAM, and what overlaps. */
bool start_board(struct board *board, const struct start *start, struct err *err);

#endif
