#ifndef IMAGE_FDT_H
#define IMAGE_FDT_H

#include "base/buf.h"
#include "base/err.h"
#include "machine/board/board_desc.h"

/* What the tree tells besides the board: the /chosen node. */
struct fdt_chosen {
    const char *bootargs;              /* NULL: none */
    uint64_t initrd_start, initrd_end; /* equal: no initrd */
};

/*
 * Makes the flattened device tree of a board (Devicetree Specification 0.4, chapter 5),
 * as firmware and kernels are given it: the nodes of QEMU's virt machine, less what the
 * board has not got, and those of our own devices.
 */
bool fdt_make(struct buf *out, const struct board_desc *desc,
              const struct fdt_chosen *chosen, struct err *err);

#endif
