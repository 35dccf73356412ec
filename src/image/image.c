#include "image/image.h"

#include "machine/memory/bus.h"

#include <inttypes.h>
#include <stdlib.h>

void image_release(struct image *image)
{
    symbols_release(&image->symbols);
    free(image->segment);
    free(image->file);
    free(image->name);
    *image = (struct image){0};
}

/* Zeros, written only where the page is not zero anyway: a page that nobody has written
 * costs nothing, and a program may have megabytes of .bss. */
static void write_zeros(struct ram *ram, uint64_t pa, uint64_t length)
{
    static const uint8_t zeros[RAM_PAGE];

    while (length) {
        uint64_t in_page = RAM_PAGE - pa % RAM_PAGE;
        uint64_t part = length < in_page ? length : in_page;

        if (pages_used(&ram->pages, ram_page(ram, pa)))
            ram_write(ram, pa, zeros, part, INITIATOR_OUTSIDE);
        pa += part;
        length -= part;
    }
}

struct segment image_part(const struct segment *segment, const struct ram *ram)
{
    struct segment part = *segment;
    uint64_t skipped =
        segment->spare < segment->filled ? segment->spare : segment->filled;

    if (!segment->spare || ram_has(ram, segment->pa, segment->spare))
        return part;
    part.pa += segment->spare;
    part.va += segment->spare;
    part.size -= segment->spare;
    part.bytes += skipped;
    part.filled -= skipped;
    part.spare = 0;
    return part;
}

bool image_load(const struct image *image, struct ram *ram, struct err *err)
{
    for (unsigned i = 0; i < image->segments; i++) {
        struct segment part = image_part(&image->segment[i], ram);

        if (part.size && !ram_has(ram, part.pa, part.size))
            return err_set(err,
                           "cannot load '%s': 0x%" PRIx64 " to 0x%" PRIx64
                           " is outside RAM (0x%" PRIx64 " to 0x%" PRIx64 ")",
                           image->name, part.pa, part.pa + part.size - 1, ram->base,
                           ram->base + ram->size - 1);
    }
    for (unsigned i = 0; i < image->segments; i++) {
        struct segment part = image_part(&image->segment[i], ram);

        if (!part.size)
            continue;
        ram_write(ram, part.pa, part.bytes, part.filled, INITIATOR_OUTSIDE);
        write_zeros(ram, part.pa + part.filled, part.size - part.filled);
    }
    return true;
}
