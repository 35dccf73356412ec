#include "base/bits.h"
#include "face/tui/view/pin.h"
#include "face/tui/view/structures.h"
#include "face/tui/watch/peek.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    LABEL = 2,  /* columns before a row's label */
    OWNERS = 7, /* ... before the letters */
    NAME = 10,  /* ... before the name */
    VALUE = 18, /* ... before the value */
    WORDS = 30  /* ... before what it says */
};

uint64_t structure_read(const struct watch *watch, uint64_t at, unsigned size)
{
    uint64_t value = 0;

    watch_read(watch, at, &value, size);
    return value;
}

/* What stood there before an event that is told of wrote it; false: none did. */
static bool value_before(const struct watch *watch, uint64_t at, unsigned size,
                         uint64_t *old)
{
    for (unsigned i = watch->first; i < watch->count; i++) {
        struct owner_write write = owner_write_of(&watch->events[i]);

        if (write.has_old && write.size <= sizeof(write.old) && at >= write.pa &&
            at + size <= write.pa + write.size) {
            *old = write.old >> (8 * (at - write.pa)) & BITS(8 * size - 1, 0);
            return true;
        }
    }
    return false;
}

/* What a row says besides its value; of one that has just been written, what was there. */
static void put_words(const struct watch *watch, const struct structure_row *what,
                      uint64_t value, char *words, size_t room)
{
    uint64_t old;

    if (watch_wrote(watch, what->at) &&
        value_before(watch, what->at, what->size, &old) && old != value)
        snprintf(words, room, "%.90s%swas %" PRIx64, what->words,
                 *what->words ? "  " : "", old);
    else
        snprintf(words, room, "%.120s", what->words);
}

/* The value and its words; words go before numbers where there is no room for both. */
static void draw_value(struct canvas *canvas, struct area area, int row, bool has_name,
                       enum role role, uint64_t value, const char *words)
{
    int from = has_name ? VALUE : NAME, room = area.cols - WORDS,
        end = area.cols - from;
    char number[20];

    snprintf(number, sizeof(number), "%" PRIx64, value);
    if (*words && (text_width(number) > WORDS - from - 2 || text_width(words) > room)) {
        canvas_text(canvas, row, area.col + from, end, role, words);
        return;
    }
    canvas_printf(canvas, row, area.col + from, WORDS - from - 2, role, "%*s",
                  WORDS - from - 2, number);
    canvas_text(canvas, row, area.col + WORDS, room,
                role == ROLE_TEXT ? ROLE_QUIET : role, words);
}

void structure_draw_row(const struct watch *watch, struct canvas *canvas,
                        struct area area, int row, const struct structure_row *what)
{
    uint64_t value = structure_read(watch, what->at, what->size);
    bool changed = watch_wrote(watch, what->at);
    enum role role = changed ? ROLE_CHANGED : what->used ? ROLE_HEAD : ROLE_TEXT;
    char words[160];

    if (changed)
        canvas_put(canvas, row, area.col, ROLE_CHANGED, '*');
    else if (what->used)
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
    canvas_text(canvas, row, area.col + LABEL, OWNERS - LABEL - 1, ROLE_QUIET,
                what->label);
    pin_draw_owners(watch, canvas, row, area.col + OWNERS, what->at, what->size);
    canvas_text(canvas, row, area.col + NAME, VALUE - NAME - 1, ROLE_QUIET, what->name);
    put_words(watch, what, value, words, sizeof(words));
    draw_value(canvas, area, row, *what->name, role, value, words);
    canvas_thing(canvas, row, area.col, area.cols, THING_MEMORY, "0x%" PRIx64,
                 what->at);
}
