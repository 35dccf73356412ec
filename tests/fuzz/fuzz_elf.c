/*
 * Any bytes as a program file: read, looked up, loaded, its lines listed. Nothing is
 * asked of the answers but that they can be used.
 */
#include "image/image.h"
#include "machine/memory/bus.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RAM_BASE UINT64_C(0x80000000)

enum { RAM_SIZE = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct image *image)
{
    const struct symbols *symbols = &image->symbols;

    for (size_t i = 0; i < symbols->count; i++) {
        const struct symbol *symbol = &symbols->symbol[i];
        const struct symbol *found = symbols_named(symbols, symbol->name);

        assert(found && strcmp(found->name, symbol->name) == 0);
        found = symbols_at(symbols, symbol->address);
        assert(!found || found->address <= symbol->address);
    }
}

static void list_lines(const struct image *image)
{
    struct lines lines;

    image_lines(image, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        const struct line *line = lines_at(&lines, lines.line[i].address);

        assert(!line || (line->file < lines.files && lines.file[line->file]));
    }
    lines_release(&lines);
}

/* What was to be loaded is there: the segment's bytes, then zeros. */
static void check_loaded(const struct segment *segment, const struct ram *ram)
{
    struct segment part = image_part(segment, ram);
    const uint8_t *bytes;

    if (!part.size)
        return;
    assert(ram_has(ram, part.pa, part.size) && part.filled <= part.size);
    bytes = ram->bytes + (part.pa - ram->base);
    assert(memcmp(bytes, part.bytes, part.filled) == 0);
    for (uint64_t i = part.filled; i < part.size; i++)
        assert(bytes[i] == 0);
}

static void load(const struct image *image)
{
    struct queue queue;
    struct event_stream events = {0};
    struct bus bus;

    queue_init(&queue);
    bus_init(&bus, &queue, &events, &costs_default);
    if (bus_map_ram(&bus, RAM_BASE, RAM_SIZE, NULL) &&
        image_load(image, &bus.ram, NULL))
        for (unsigned i = 0; i < image->segments; i++)
            check_loaded(&image->segment[i], &bus.ram);
    bus_release(&bus);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image;
    struct err err = {0};

    if (!image_init(&image, "input", data, size, RAM_BASE, &err)) {
        assert(err.text[0]);
        return 0;
    }
    look_up(&image);
    list_lines(&image);
    load(&image);
    image_release(&image);
    return 0;
}
