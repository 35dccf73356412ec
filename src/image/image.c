#include "image/image.h"

#include "base/alloc.h"
#include "image/elf.h"
#include "image/raw.h"
#include "machine/memory/bus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads until the end, whatever the file says its size is: it may be a pipe. */
static bool read_all(FILE *file, uint8_t **bytes, size_t *size)
{
    size_t room = 64 * 1024;
    size_t got;

    *size = 0;
    *bytes = alloc_resize(NULL, room + 1);
    while ((got = fread(*bytes + *size, 1, room - *size, file)) > 0) {
        *size += got;
        if (*size < room)
            continue;
        room *= 2;
        *bytes = alloc_resize(*bytes, room + 1);
    }
    (*bytes)[*size] = 0;
    return !ferror(file);
}

bool image_read_file(const char *path, uint8_t **bytes, size_t *size, struct err *err)
{
    FILE *file = fopen(path, "rb");
    bool ok;

    if (!file)
        return err_set(err, "cannot open '%s': %s", path, strerror(errno));
    ok = read_all(file, bytes, size);
    if (!ok) {
        err_set(err, "cannot read '%s': %s", path, strerror(errno));
        free(*bytes);
        *bytes = NULL;
    }
    fclose(file);
    return ok;
}

/* Makes the image of bytes that it owns from now on. */
static bool take(struct image *image, const char *name, uint8_t *bytes, size_t size,
                 uint64_t raw_base, struct err *err)
{
    bool ok;

    *image =
        (struct image){.name = alloc_string(name), .file = bytes, .file_size = size};
    image->is_elf = elf_recognize(bytes, size);
    ok = image->is_elf ? elf_read(image, err) : raw_read(image, raw_base, err);
    if (!ok) {
        err_prefix(err, "cannot load '%s'", name);
        image_release(image);
    }
    return ok;
}

bool image_init(struct image *image, const char *name, const void *bytes, size_t size,
                uint64_t raw_base, struct err *err)
{
    uint8_t *copy = alloc_zero(size + 1, 1);

    if (size)
        memcpy(copy, bytes, size);
    return take(image, name, copy, size, raw_base, err);
}

bool image_open(struct image *image, const char *path, uint64_t raw_base,
                struct err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    *image = (struct image){0};
    return image_read_file(path, &bytes, &size, err) &&
           take(image, path, bytes, size, raw_base, err);
}

void image_release(struct image *image)
{
    symbols_release(&image->symbols);
    free(image->segment);
    free(image->file);
    free(image->name);
    *image = (struct image){0};
}

uint64_t image_end(const struct image *image)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < image->segments; i++)
        if (image->segment[i].pa + image->segment[i].size > end)
            end = image->segment[i].pa + image->segment[i].size;
    return end;
}

/* Zeros, written only where the page is not zero anyway: a page that nobody has written
 * costs nothing, and a program may have megabytes of .bss. */
static void write_zeros(struct ram *ram, uint64_t pa, uint64_t length)
{
    static const uint8_t zeros[RAM_PAGE];

    while (length) {
        uint64_t in_page = RAM_PAGE - pa % RAM_PAGE;
        uint64_t part = length < in_page ? length : in_page;

        if (ram->marks[ram_page(ram, pa)] & RAM_DIRTY)
            ram_write(ram, pa, zeros, part, INITIATOR_OUTSIDE);
        pa += part;
        length -= part;
    }
}

bool image_load(const struct image *image, struct ram *ram, struct err *err)
{
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];

        if (!ram_has(ram, segment->pa, segment->size))
            return err_set(err,
                           "cannot load '%s': 0x%" PRIx64 " to 0x%" PRIx64
                           " is outside RAM (0x%" PRIx64 " to 0x%" PRIx64 ")",
                           image->name, segment->pa, segment->pa + segment->size - 1,
                           ram->base, ram->base + ram->size - 1);
    }
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];

        ram_write(ram, segment->pa, segment->bytes, segment->filled, INITIATOR_OUTSIDE);
        write_zeros(ram, segment->pa + segment->filled,
                    segment->size - segment->filled);
    }
    return true;
}

void image_lines(const struct image *image, struct lines *lines)
{
    *lines = (struct lines){0};
    if (image->is_elf)
        elf_lines(image, lines);
}
