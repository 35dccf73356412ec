/* The bins: strips, their rings, and what is read from them. */
#include "observe/lanes/lanes.h"

#include "base/alloc.h"
#include "base/bits.h"

#include "observe/narrate.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEN = 10,
    PAGE_COUNTS = PAGE_BYTES / 4,
    PAGE_STRIPS = 16, /* a page has the same bins of so many strips */
    PAGE_BINS = PAGE_COUNTS / PAGE_STRIPS,
    RING_PAGES = LANES_BINS / PAGE_BINS
};

static uint64_t pages_of(unsigned strips)
{
    uint64_t groups = (strips + PAGE_STRIPS - 1) / PAGE_STRIPS;

    return groups * LANES_LEVELS * RING_PAGES;
}

struct lanes *lanes_new(const struct board *board)
{
    struct lanes *lanes = alloc_zero(1, sizeof(*lanes));

    lanes->board = board;
    for (unsigned i = 0; i < board->harts; i++) {
        lanes->now[i].mode = hart_privilege(&board->hart[i]);
        lanes->hart[i].sign = mode_letters(lanes->now[i].mode)[0];
    }
    pages_init(&lanes->pages, pages_of(LANES_STRIPS));
    return lanes;
}

void lanes_free(struct lanes *lanes)
{
    if (lanes)
        pages_release(&lanes->pages);
    free(lanes);
}

static void lanes_state_of(void *ctx, struct state *state)
{
    struct lanes *lanes = ctx;

    STATE(state, lanes->strips);
    STATE(state, lanes->lost);
    state_bytes(state, "strip", lanes->strip, lanes->strips * sizeof(*lanes->strip));
    STATE(state, lanes->hart);
    STATE(state, lanes->master);
    STATE(state, lanes->device);
    STATE(state, lanes->line);
    STATE(state, lanes->pin);
    STATE(state, lanes->now);
    STATE(state, lanes->changes);
    STATE(state, lanes->change);
}

void lanes_join(struct lanes *lanes, struct timeline *timeline)
{
    timeline_add_fold(timeline,
                      (struct fold){LANES_LISTENS, lanes_take, lanes_state_of, lanes});
    timeline_add_pages(timeline, &lanes->pages);
}

struct lanes *lanes_copy(const struct lanes *lanes)
{
    struct lanes *copy = lanes_new(lanes->board);
    struct pages pages = copy->pages;

    *copy = *lanes;
    copy->pages = pages;
    memcpy(copy->pages.bytes, lanes->pages.bytes,
           (size_t)pages_of(lanes->strips) * PAGE_BYTES);
    return copy;
}

/* --- adding ---------------------------------------------------------------------------- */

static bool is_strip(const struct lane_strip *strip, enum lanes_of of, unsigned index,
                     char sign)
{
    return strip->of == of && strip->index == index && strip->sign == sign;
}

static int find_strip(const struct lanes *lanes, enum lanes_of of, unsigned index,
                      char sign)
{
    for (unsigned i = 0; i < lanes->strips; i++)
        if (is_strip(&lanes->strip[i], of, index, sign))
            return (int)i;
    return -1;
}

/* -1: there are too many. */
static int strip_of(struct lanes *lanes, enum lanes_of of, unsigned index, char sign)
{
    uint8_t *near = &lanes->near[((unsigned)of * 61 + index * 7 + (uint8_t)sign) % 256];
    int found;

    if (*near < lanes->strips && is_strip(&lanes->strip[*near], of, index, sign))
        return *near;
    found = find_strip(lanes, of, index, sign);
    if (found >= 0) {
        *near = (uint8_t)found;
        return found;
    }
    if (lanes->strips == LANES_STRIPS) {
        lanes->lost++;
        return -1;
    }
    lanes->strip[lanes->strips] =
        (struct lane_strip){.of = (uint8_t)of, .index = (uint8_t)index, .sign = sign};
    return (int)lanes->strips++;
}

/* A bin stays at the most that it can hold: of waits there may be more than cycles. */
static void add_to(uint32_t *count, uint64_t amount)
{
    *count = amount > UINT32_MAX - *count ? UINT32_MAX : *count + (uint32_t)amount;
}

/* Where a bin is kept: see lanes.h. */
static size_t place_of(unsigned strip, unsigned level, uint64_t bin)
{
    size_t group = strip / PAGE_STRIPS, in_ring = bin % LANES_BINS;
    size_t page = (group * LANES_LEVELS + level) * RING_PAGES + in_ring / PAGE_BINS;

    return page * PAGE_COUNTS + in_ring % PAGE_BINS * PAGE_STRIPS + strip % PAGE_STRIPS;
}

static uint32_t *at_place(const struct lanes *lanes, size_t place)
{
    return (uint32_t *)(void *)lanes->pages.bytes + place;
}

static uint64_t width_of(unsigned level)
{
    static const uint64_t widths[LANES_LEVELS] = {
        LANES_FINEST, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

    return widths[level];
}

/* What is held of narrower bins, or of its own width, is in that bin. */
static bool is_held_in(const struct lane_strip *row, unsigned narrow, unsigned level,
                       uint64_t bin)
{
    return row->held[narrow] &&
           row->at[narrow] / (width_of(level) / width_of(narrow)) == bin;
}

static uint32_t read_bin(const struct lanes *lanes, unsigned strip, unsigned level,
                         uint64_t bin)
{
    const struct lane_strip *row = &lanes->strip[strip];
    uint32_t count =
        bin < row->bins[level] ? *at_place(lanes, place_of(strip, level, bin)) : 0;

    for (unsigned narrow = 0; narrow <= level; narrow++)
        if (is_held_in(row, narrow, level, bin))
            add_to(&count, row->held[narrow]);
    return count;
}

/* Bins so far, with those that are held. */
static uint64_t bins_of(const struct lane_strip *row, unsigned level)
{
    uint64_t bins = row->bins[level];

    for (unsigned narrow = 0; narrow <= level; narrow++) {
        uint64_t held = row->at[narrow] / (width_of(level) / width_of(narrow)) + 1;

        if (row->held[narrow] && held > bins)
            bins = held;
    }
    return bins;
}

static void clear_bin(struct lanes *lanes, unsigned strip, unsigned level, uint64_t bin)
{
    size_t place = place_of(strip, level, bin);

    if (!*at_place(lanes, place))
        return;
    pages_touch(&lanes->pages, place / PAGE_COUNTS);
    *at_place(lanes, place) = 0;
}

/* A bin to be added to; NULL: it is gone. Bins that were passed over are empty. */
static uint32_t *bin_of(struct lanes *lanes, unsigned strip, unsigned level,
                        uint64_t bin)
{
    uint64_t *bins = &lanes->strip[strip].bins[level];
    size_t place = place_of(strip, level, bin);

    if (bin + LANES_BINS < *bins)
        return NULL;
    pages_touch(&lanes->pages, place / PAGE_COUNTS);
    if (bin >= *bins + LANES_BINS)
        *bins = bin - LANES_BINS + 1;
    for (; *bins < bin; ++*bins)
        clear_bin(lanes, strip, level, *bins);
    if (*bins == bin) {
        *at_place(lanes, place) = 0;
        ++*bins;
    }
    return at_place(lanes, place);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Cycles [from, until), which lie in the bins first to last, of `width` each. */
static void add_level(struct lanes *lanes, unsigned strip, unsigned level,
                      uint64_t first, uint64_t last, uint64_t width, uint64_t from,
                      uint64_t until)
{
    if (last - first >= LANES_BINS)
        first = last - LANES_BINS + 1;
    for (uint64_t bin = first; bin <= last; bin++) {
        uint32_t *cycles = bin_of(lanes, strip, level, bin);

        if (cycles)
            add_to(cycles, least(until, (bin + 1) * width) - most(from, bin * width));
    }
}

/* Adds to a bin of the least width. Where a width goes on to another bin, the one before
 * is told to the next width. */
static void hold(struct lanes *lanes, unsigned strip, uint64_t bin, uint32_t amount)
{
    struct lane_strip *row = &lanes->strip[strip];

    for (unsigned level = 0; amount && level < LANES_LEVELS; level++) {
        uint64_t before = row->at[level];
        uint32_t had = 0, *count;

        if (before != bin) {
            had = row->held[level];
            count = had ? bin_of(lanes, strip, level, before) : NULL;
            if (count)
                add_to(count, had);
            row->held[level] = 0;
            row->at[level] = bin;
        }
        add_to(&row->held[level], amount);
        amount = had;
        bin = before / TEN;
    }
}

static void hold_all(struct lanes *lanes, unsigned strip, uint64_t first, uint64_t last,
                     uint64_t from, uint64_t until)
{
    for (uint64_t bin = first; bin <= last; bin++)
        hold(lanes, strip, bin,
             (uint32_t)(least(until, (bin + 1) * LANES_FINEST) -
                        most(from, bin * LANES_FINEST)));
}

void lanes_add(struct lanes *lanes, enum lanes_of of, unsigned index, char sign,
               uint64_t from, uint64_t until)
{
    uint64_t width = LANES_FINEST, first = from / LANES_FINEST, last;
    int strip;

    if (until <= from || !sign || (strip = strip_of(lanes, of, index, sign)) < 0)
        return;
    last = (until - 1) / LANES_FINEST;
    if (last - first < TEN) {
        hold_all(lanes, (unsigned)strip, first, last, from, until);
        return;
    }
    for (unsigned level = 0; level < LANES_LEVELS; level++) {
        add_level(lanes, (unsigned)strip, level, first, last, width, from, until);
        first /= TEN;
        last /= TEN;
        width *= TEN;
    }
}

void lanes_count(struct lanes *lanes, enum lanes_event event, uint64_t cycle)
{
    int strip = strip_of(lanes, LANES_EVENT, event, '#');

    if (strip >= 0)
        hold(lanes, (unsigned)strip, cycle / LANES_FINEST, 1);
}

void lanes_note_source(struct lanes *lanes, unsigned source, uint64_t cycle)
{
    int strip = strip_of(lanes, LANES_EVENT, LANES_SOURCE, '#');
    uint64_t bin = cycle / LANES_FINEST;

    for (unsigned level = 0; strip >= 0 && level < LANES_LEVELS; level++, bin /= TEN) {
        uint32_t *last = bin_of(lanes, (unsigned)strip, level, bin);

        if (last)
            *last = source;
    }
}

/* --- reading --------------------------------------------------------------------------- */

/* The widest bins of which [from, until) is a whole number. */
static unsigned level_for(uint64_t from, uint64_t until)
{
    unsigned level = 0;

    while (level + 1 < LANES_LEVELS && from % width_of(level + 1) == 0 &&
           until % width_of(level + 1) == 0)
        level++;
    return level;
}

/* The part of a bin that lies in [from, until); an event stands where its bin begins. */
static uint64_t part_of(const struct lane_strip *strip, uint64_t amount,
                        uint64_t begins, uint64_t width, uint64_t from, uint64_t until)
{
    uint64_t part = least(until, begins + width) - most(from, begins);

    if (strip->of == LANES_EVENT)
        return begins >= from ? amount : 0;
    return (amount * part + width / 2) / width;
}

static uint64_t sum_level(const struct lanes *lanes, unsigned strip, unsigned level,
                          uint64_t from, uint64_t until)
{
    const struct lane_strip *row = &lanes->strip[strip];
    uint64_t width = width_of(level), bins = bins_of(row, level), sum = 0;

    for (uint64_t bin = from / width; bin * width < until && bin < bins; bin++) {
        uint64_t begins = bin * width;

        if (bin + LANES_BINS >= bins)
            sum += part_of(row, read_bin(lanes, strip, level, bin), begins, width, from,
                           until);
        else if (level + 1 < LANES_LEVELS)
            sum += sum_level(lanes, strip, level + 1, most(from, begins),
                             least(until, begins + width));
    }
    return sum;
}

const struct lanes_state *lanes_going_on(const struct lanes *lanes, enum lanes_of of,
                                         unsigned index)
{
    switch (of) {
    case LANES_HART:
        return &lanes->hart[index % HART_MAX];
    case LANES_MASTER:
        return &lanes->master[index % LANES_MASTERS];
    case LANES_DEVICE:
        return &lanes->device[index % BOARD_ROWS];
    case LANES_LINE:
        return &lanes->line[index % LANES_IRQS];
    case LANES_PIN:
        return &lanes->pin[index % COUNT(lanes->pin)];
    case LANES_BUS:
    case LANES_EVENT:
    case LANES_KINDS:
    default:
        return NULL;
    }
}

/* What has not ended goes on until now. */
static uint64_t open_sum(const struct lanes *lanes, enum lanes_of of, unsigned index,
                         char sign, uint64_t from, uint64_t until)
{
    const struct lanes_state *state = lanes_going_on(lanes, of, index);

    if (!state || state->sign != sign || until <= state->since)
        return 0;
    return until - most(from, state->since);
}

uint64_t lanes_sum(const struct lanes *lanes, enum lanes_of of, unsigned index,
                   char sign, uint64_t from, uint64_t until, uint64_t now)
{
    int strip = find_strip(lanes, of, index, sign);
    uint64_t sum = strip < 0 ? 0
                             : sum_level(lanes, (unsigned)strip, level_for(from, until),
                                         from, until);

    until = least(until, now);
    return from < until ? sum + open_sum(lanes, of, index, sign, from, until) : sum;
}

/* The level whose bins are not yet gone. */
static unsigned level_kept(const struct lane_strip *strip, uint64_t from,
                           unsigned level)
{
    while (level + 1 < LANES_LEVELS &&
           from / width_of(level) + LANES_BINS < strip->bins[level])
        level++;
    return level;
}

unsigned lanes_source(const struct lanes *lanes, uint64_t from, uint64_t until)
{
    int strip = find_strip(lanes, LANES_EVENT, LANES_SOURCE, '#');
    unsigned level = level_for(from, until);
    uint64_t width;

    if (strip < 0)
        return 0;
    level = level_kept(&lanes->strip[strip], from, level);
    width = width_of(level);
    for (uint64_t bin = (until + width - 1) / width; bin > from / width; bin--) {
        uint32_t source = read_bin(lanes, (unsigned)strip, level, bin - 1);

        if (bin <= lanes->strip[strip].bins[level] && source)
            return source;
    }
    return 0;
}

uint64_t lanes_bin_at(uint64_t from, uint64_t now)
{
    uint64_t width = LANES_FINEST;

    while (width < width_of(LANES_LEVELS - 1) &&
           from / width + LANES_BINS <= now / width)
        width *= TEN;
    return width;
}
