#include "image/start.h"

#include "base/bits.h"
#include "image/fdt.h"
#include "machine/board/rom.h"

#include <inttypes.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

enum { PLACED_MAX = 160 };

/* What has been put where, so that nothing is put there again. */
struct placed {
    struct range {
        const char *name;
        uint64_t from, to; /* to: past the end */
    } range[PLACED_MAX];
    unsigned count;
};

static const struct range *taken_by(const struct placed *placed, uint64_t from,
                                    uint64_t to)
{
    for (unsigned i = 0; i < placed->count; i++)
        if (from < placed->range[i].to && placed->range[i].from < to)
            return &placed->range[i];
    return NULL;
}

static bool claim(struct placed *placed, const char *name, uint64_t from, uint64_t size,
                  struct err *err)
{
    const struct range *other = taken_by(placed, from, from + size);

    if (other)
        return err_set(err,
                       "%s (0x%" PRIx64 " to 0x%" PRIx64 ") overlaps %s (0x%" PRIx64
                       " to 0x%" PRIx64 ")",
                       name, from, from + size - 1, other->name, other->from,
                       other->to - 1);
    if (placed->count == PLACED_MAX)
        return err_set(err, "%s: more than %d pieces to load", name, PLACED_MAX);
    placed->range[placed->count++] = (struct range){name, from, from + size};
    return true;
}

static bool place_image(struct board *board, struct placed *placed,
                        const struct image *image, struct err *err)
{
    if (!image)
        return true;
    for (unsigned i = 0; i < image->segments; i++) {
        struct segment part = image_part(&image->segment[i], &board->bus.ram);

        if (part.size && !claim(placed, image->name, part.pa, part.size, err))
            return false;
    }
    if (!image_load(image, &board->bus.ram, err))
        return false;
    if (image->tohost && ram_has(&board->bus.ram, image->tohost, 8))
        board_watch_tohost(board, image->tohost);
    return true;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool place_initrd(struct board *board, struct placed *placed,
                         const struct start *start, struct fdt_chosen *chosen,
                         struct err *err)
{
    struct ram *ram = &board->bus.ram;
    uint64_t at;

    if (!start->initrd)
        return true;
    at = start->kernel ? start->kernel->entry : ram->base + START_KERNEL;
    at += lesser(ram->size / 2, 128 * MIB);
    if (!ram_has(ram, at, start->initrd_size))
        return err_set(err,
                       "the initrd of %zu bytes does not fit between 0x%" PRIx64
                       " and the end of RAM at 0x%" PRIx64,
                       start->initrd_size, at, ram->base + ram->size);
    chosen->initrd_start = at;
    chosen->initrd_end = at + start->initrd_size;
    if (!claim(placed, "the initrd", at, start->initrd_size, err))
        return false;
    ram_write(ram, at, start->initrd, start->initrd_size, INITIATOR_OUTSIDE);
    return true;
}

/*
 * 32-bit software may live below 4 GiB only, and QEMU keeps the tree below 3 GiB. Where
 * RAM is so small that the 2 MiB boundary lies in something else, the last 8-byte
 * boundary has to do.
 */
static uint64_t tree_address(const struct ram *ram, const struct placed *placed,
                             uint64_t size)
{
    uint64_t end = ram->base + ram->size;
    uint64_t limit = ram->base < 3072 * MIB ? lesser(end, 3072 * MIB) : end;
    uint64_t at = (limit - size) & ~(2 * MIB - 1);

    if (size > limit - ram->base)
        return limit - size;
    if (at < ram->base || taken_by(placed, at, at + size))
        at = (limit - size) & ~UINT64_C(7);
    return at;
}

static bool place_tree(struct board *board, struct placed *placed,
                       const struct fdt_chosen *chosen, uint64_t *at, struct err *err)
{
    struct ram *ram = &board->bus.ram;
    struct buf tree = {0};
    bool ok = fdt_make(&tree, &board->desc, chosen, err);

    if (ok) {
        *at = tree_address(ram, placed, tree.size);
        ok = ram_has(ram, *at, tree.size)
                 ? claim(placed, "the device tree", *at, tree.size, err)
                 : err_set(err, "the device tree of %zu bytes does not fit into RAM",
                           tree.size);
    }
    if (ok)
        ram_write(ram, *at, tree.data, tree.size, INITIATOR_OUTSIDE);
    buf_free(&tree);
    return ok;
}

bool start_board(struct board *board, const struct start *start, struct err *err)
{
    const struct image *first = start->firmware ? start->firmware : start->kernel;
    struct placed placed = {.count = 0};
    struct fdt_chosen chosen = {.bootargs = start->bootargs};
    struct rom_start rom = {.entry = first ? first->entry : board->bus.ram.base,
                            .next = start->kernel ? start->kernel->entry : 0};

    if (!place_image(board, &placed, start->firmware, err) ||
        !place_image(board, &placed, start->kernel, err) ||
        !place_initrd(board, &placed, start, &chosen, err) ||
        !place_tree(board, &placed, &chosen, &rom.fdt, err))
        return false;
    rom_set(board->rom, &rom);
    return true;
}
