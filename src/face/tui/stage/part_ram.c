/* What is inside RAM: its places, how full they are, whose. */
#include "face/tui/stage/parts.h"

#include "face/tui/stage/transaction.h"
#include "face/tui/watch/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    COUNTED_MOST = 256 << 10, /* bytes of a place whose owners are counted one by one */
    NEAR = 64,                /* bytes from a symbol that still are its own */
    ROWS_DERIVED = 5          /* lines, where places come and go */
};

struct written {
    uint64_t bytes;
    bool hart, dma, iommu;
};

/* Bytes that belong to nobody cost nothing where their whole page does. */
static struct written written_in(const struct watch *watch,
                                 const struct ram_place *place)
{
    struct written written = {0};

    for (uint64_t at = 0; at < place->size; at++) {
        uint8_t who = watch_writer(watch, place->base + at);

        if (who == INITIATOR_NONE) {
            if (!watch_page_written(watch, place->base + at))
                at += RAM_PAGE - 1 - ((place->base + at) & (RAM_PAGE - 1));
            continue;
        }
        written.bytes++;
        written.hart |= initiator_kind(who) == BY_HART;
        written.iommu |= initiator_kind(who) == BY_IOMMU;
        written.dma |=
            initiator_kind(who) == BY_DMA || initiator_kind(who) == BY_VIRTIO;
    }
    return written;
}

int part_ram_percent(const struct watch *watch, const struct ram_place *place)
{
    if (place->size > COUNTED_MOST)
        return -1;
    return (int)(written_in(watch, place).bytes * 100 / place->size);
}

static bool touches(const struct watch *watch, const struct ram_place *place)
{
    struct transaction now = transaction_now(watch);

    return now.has_pa && now.pa - place->base < place->size;
}

static void put_size(char text[28], uint64_t size)
{
    if (size >= 1 << 20)
        snprintf(text, 28, "%" PRIu64 " MiB", size >> 20);
    else if (size >= 1 << 10 && size % (1 << 10) == 0)
        snprintf(text, 28, "%" PRIu64 " KiB", size >> 10);
    else
        snprintf(text, 28, "%" PRIu64 " B", size);
}

/* "80001400 buffer 33 %        64 KiB": what does not fit is left out from the right. */
static void add_place(const struct watch *watch, const struct ram_place *place,
                      int width, struct part_text *text)
{
    struct written written = {0};
    struct part_line *line = part_add(text, ROLE_TEXT, "%s", "");
    char percent[12] = "", size[28];
    int address = width >= 26 ? 9 : 0, room = width - 4 - address, used;

    if (!line)
        return;
    if (!place->owner && place->size <= COUNTED_MOST)
        written = written_in(watch, place);
    if (written.bytes)
        snprintf(percent, sizeof(percent), " %u %%",
                 (unsigned)(written.bytes * 100 / place->size));
    if (strlen(place->name) + strlen(percent) > (size_t)room)
        percent[0] = '\0'; /* the name matters more */
    if (address)
        snprintf(line->text, sizeof(line->text), "%08" PRIx64 " %s%s", place->base,
                 place->name, percent);
    else
        snprintf(line->text, sizeof(line->text), "%s%s", place->name, percent);
    put_size(size, place->size);
    used = (int)strlen(line->text);
    if (width >= 32 && used + 2 + (int)strlen(size) + 4 <= width)
        snprintf(line->text + used, sizeof(line->text) - (size_t)used, "%*s",
                 width - 4 - used, size);
    if (place->owner)
        snprintf(line->owners, sizeof(line->owners), "%c", place->owner);
    else if (place->size <= COUNTED_MOST)
        snprintf(line->owners, sizeof(line->owners), "%s%s%s",
                 written.bytes ? (written.hart ? "h" : "") : "?",
                 written.dma ? "d" : "", written.iommu ? "i" : "");
    snprintf(line->thing, sizeof(line->thing), "0x%" PRIx64, place->base);
    line->touched = touches(watch, place);
}

/* The place for the last row: the one in use, if it has no row yet; else the next. */
static unsigned last_place(const struct watch *watch, const struct ram_place *place,
                           unsigned count, unsigned row)
{
    for (unsigned i = row; i < count; i++)
        if (touches(watch, &place[i]))
            return i;
    for (unsigned i = row; i < count; i++)
        if (watch->written - place[i].base < place[i].size)
            return i;
    return row;
}

/* Not as many as there are now: a box does not grow while time moves. */
int part_ram_lines(const struct watch *watch)
{
    unsigned named = watch_named_places(watch);

    return named ? (int)named : ROWS_DERIVED;
}

/* Without places of its own: how much there is. */
static void add_all(const struct watch *watch, struct part_text *text)
{
    part_add(text, ROLE_TEXT, "%" PRIu64 " MiB in all",
             watch->board->bus.ram.size >> 20);
}

/* The program's name for what is there, unless that is far away. */
static const char *symbol_near(const struct watch *watch, uint64_t pa)
{
    const struct symbols *symbols = subject_symbols(watch->subject, false);
    const struct symbol *symbol = symbols ? symbols_at(symbols, pa) : NULL;

    return symbol && pa - symbol->address < NEAR ? symbol->name : "no name";
}

/* Bytes that are used now in no place that has a row. */
static bool add_unnamed(const struct watch *watch, const struct ram_place *place,
                        unsigned count, struct part_text *text)
{
    struct transaction now = transaction_now(watch);
    struct part_line *line;

    if (!now.has_pa || !ram_has(&watch->board->bus.ram, now.pa, 1))
        return false;
    for (unsigned i = 0; i < count; i++)
        if (now.pa - place[i].base < place[i].size)
            return false;
    line = part_add(text, ROLE_TEXT, "%08" PRIx64 " %s", now.pa,
                    symbol_near(watch, now.pa));
    if (line) {
        snprintf(line->thing, sizeof(line->thing), "0x%" PRIx64, now.pa);
        line->touched = true;
    }
    return true;
}

void part_ram(const struct watch *watch, int width, int rows, struct part_text *text)
{
    struct ram_place place[RAM_PLACES];
    unsigned count = watch_places(watch, place), shown = count;

    if (shown > (unsigned)rows)
        shown = (unsigned)rows;
    text->lines = 0;
    if (shown == (unsigned)rows && shown && add_unnamed(watch, place, count, text)) {
        text->lines = 0; /* its row is the last */
        shown--;
        count = shown;
    }
    for (unsigned i = 0; i < shown; i++)
        add_place(
            watch,
            &place[i + 1 == shown && count > shown ? last_place(watch, place, count, i)
                                                   : i],
            width, text);
    if (text->lines < (unsigned)rows && add_unnamed(watch, place, count, text))
        return;
    if (text->lines < (unsigned)rows && (count == 0 || width >= 24))
        add_all(watch, text);
}
