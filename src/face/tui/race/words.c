#include "face/tui/race/words.h"

#include "face/tui/canvas/canvas.h"
#include "observe/exits/account.h"
#include "observe/narrate.h"

#include <inttypes.h>

char lane_letter(unsigned lane)
{
    return (char)('A' + lane);
}

static void put_lane(struct buf *out, const struct race *race, unsigned lane,
                     bool begins)
{
    buf_printf(out, "%s %c (%s)", begins ? "Lane" : "lane", lane_letter(lane),
               race->lane[lane].name);
}

static void put_many(struct buf *out, uint64_t count, const char *one, const char *many)
{
    put_count(out, count);
    buf_text(out, count == 1 ? one : many);
}

/* --- how far ------------------------------------------------------------------------- */

void lane_put_progress(struct buf *out, const struct lane_counters *counters, bool wide)
{
    if (counters->all_bytes) {
        put_count(out, counters->bytes);
        buf_text(out, " of ");
        put_many(out, counters->all_bytes, wide ? " byte" : " B",
                 wide ? " bytes" : " B");
    } else if (counters->all_operations) {
        put_count(out, counters->operations);
        buf_text(out, " of ");
        put_many(out, counters->all_operations, wide ? " operation" : " ops",
                 wide ? " operations" : " ops");
    } else if (counters->operations) {
        put_many(out, counters->operations, wide ? " operation" : " op",
                 wide ? " operations" : " ops");
    } else {
        put_many(out, counters->bytes, wide ? " byte moved" : " B",
                 wide ? " bytes moved" : " B");
    }
}

void lane_note(struct buf *out, const struct lane_counters *counters, bool guests,
               bool wide)
{
    if (counters->over) {
        buf_text(out, wide ? "done at +" : "done +");
        put_count(out, counters->over_at);
    } else if (counters->has_data && counters->all_bytes) {
        buf_text(out, wide ? "all data since +" : "data +");
        put_count(out, counters->data_at);
    } else {
        lane_put_progress(out, counters, wide);
    }
    if (!guests)
        return;
    buf_text(out, "   ");
    if (counters->exit)
        buf_printf(out, "exit %" PRIu64 " now", counters->exit);
    else
        put_many(out, counters->exits, " exit", " exits");
}

/* Is `a` behind `b`? */
static bool is_behind(const struct lane_counters *a, const struct lane_counters *b)
{
    if (a->over != b->over)
        return b->over;
    if (a->over)
        return a->over_at > b->over_at;
    if (a->has_data != b->has_data)
        return b->has_data;
    if (a->has_data)
        return a->data_at > b->data_at;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes;
    return a->operations < b->operations;
}

/* Does nothing tell the two apart? */
static bool is_level(const struct lane_counters *a, const struct lane_counters *b)
{
    return !is_behind(a, b) && !is_behind(b, a);
}

static unsigned first_of(const struct race *race, const struct lane_counters *counters)
{
    unsigned first = 0;

    for (unsigned i = 1; i < race->lanes; i++)
        if (is_behind(&counters[first], &counters[i]))
            first = i;
    return first;
}

/* Of several the one that has left its guest most often: there is most to tell of it. */
static unsigned last_of(const struct race *race, const struct lane_counters *counters)
{
    unsigned last = 0;

    for (unsigned i = 1; i < race->lanes; i++)
        if (is_behind(&counters[i], &counters[last]) ||
            (is_level(&counters[i], &counters[last]) &&
             counters[i].exits >= counters[last].exits))
            last = i;
    return last;
}

/* --- the sentence -------------------------------------------------------------------- */

/* What a lane does that is not over: "its hart waits for the disk". */
static void put_doing(struct buf *out, const struct race_lane *lane,
                      const struct lane_counters *counters)
{
    static const char *const guest[] = {[ACTOR_GUEST] = "its guest runs",
                                        [ACTOR_HOST] = "its host runs",
                                        [ACTOR_DEVICE] = "waits for its device",
                                        [ACTOR_NOBODY] = "waits",
                                        [ACTOR_OFF] = "its machine is off"};

    if (counters->exit)
        buf_printf(out, "is in exit %" PRIu64, counters->exit);
    else if (!lane->guests && actor_of(lane) == ACTOR_HOST)
        buf_text(out, "its hart works");
    else
        buf_text(out, guest[actor_of(lane)]);
}

/* "has 12 of its 4,096 bytes" */
static void put_has(struct buf *out, const struct lane_counters *counters)
{
    if (counters->has_data) {
        buf_text(out,
                 counters->all_bytes ? "has all its data" : "has done all of them");
    } else if (counters->all_bytes) {
        buf_text(out, "has ");
        put_count(out, counters->bytes);
        buf_text(out, " of its ");
        put_many(out, counters->all_bytes, " byte", " bytes");
    } else if (counters->all_operations || counters->operations) {
        buf_text(out, "has done ");
        lane_put_progress(out, counters, true);
    } else {
        buf_text(out, "has moved ");
        put_many(out, counters->bytes, " byte", " bytes");
    }
}

/* ... "and is in exit 15." */
static void put_state(struct buf *out, const struct race_lane *lane,
                      const struct lane_counters *counters)
{
    put_has(out, counters);
    buf_text(out, " and ");
    put_doing(out, lane, counters);
    buf_char(out, '.');
}

/* "61.3 times as long", or how much later. */
static void put_times(struct buf *out, uint64_t cycles, uint64_t of)
{
    buf_text(out, ": ");
    if (cycles < 2 * of) {
        put_many(out, cycles - of, " cycle later.", " cycles later.");
        return;
    }
    account_put(out, account_ratio(cycles, of, 1), 1, true);
    buf_text(out, " times as long.");
}

static void say_all_over(struct buf *out, const struct race *race,
                         const struct lane_counters *counters)
{
    unsigned first = first_of(race, counters), last = last_of(race, counters);

    if (is_level(&counters[first], &counters[last])) {
        buf_text(out, "All lanes were done at the same cycle, +");
        put_count(out, counters[first].over_at);
        buf_char(out, '.');
        return;
    }
    put_lane(out, race, first, true);
    buf_text(out, " was first, done at +");
    put_count(out, counters[first].over_at);
    buf_text(out, "; ");
    put_lane(out, race, last, false);
    buf_text(out, " was last, at +");
    put_count(out, counters[last].over_at);
    put_times(out, counters[last].over_at, counters[first].over_at);
}

/* None is ahead; what may come of it is who has left its guest most often. */
static void say_level(struct buf *out, const struct race *race,
                      const struct lane_counters *counters)
{
    unsigned most = 0, alike = 0;

    for (unsigned i = 1; i < race->lanes; i++)
        most = counters[i].exits > counters[most].exits ? i : most;
    for (unsigned i = 0; i < race->lanes; i++)
        alike += counters[i].exits == counters[most].exits;
    buf_text(out, "No lane is ahead: each ");
    put_has(out, &counters[0]);
    buf_char(out, '.');
    if (alike > 1)
        return;
    buf_char(out, ' ');
    put_lane(out, race, most, true);
    buf_text(out, " has had the most exits: ");
    put_count(out, counters[most].exits);
    buf_char(out, '.');
}

/* Of the lane that is ahead. */
static void say_first(struct buf *out, const struct race *race,
                      const struct lane_counters *counters, unsigned first)
{
    const struct lane_counters *of = &counters[first];

    if (of->over || of->has_data) {
        put_lane(out, race, first, true);
        buf_text(out, of->over        ? " was done "
                      : of->all_bytes ? " has had its data for "
                                      : " has had its operations done for ");
        put_many(out, race->cycle - (of->over ? of->over_at : of->data_at), " cycle",
                 " cycles");
        buf_text(out, of->over ? " ago." : ".");
        return;
    }
    put_lane(out, race, first, true);
    buf_text(out, " is ahead: it ");
    put_has(out, of);
    buf_char(out, '.');
}

void race_sentence(struct buf *out, const struct race *race,
                   const struct lane_counters *counters)
{
    unsigned first = first_of(race, counters), last = last_of(race, counters);
    bool level = is_level(&counters[first], &counters[last]);

    if (race->cycle == 0) {
        buf_printf(out,
                   "All %u lanes are about to begin their work: cycles are counted "
                   "from here.",
                   race->lanes);
    } else if (counters[last].over) {
        say_all_over(out, race, counters);
    } else if (level) {
        say_level(out, race, counters);
    } else {
        say_first(out, race, counters, first);
        buf_char(out, ' ');
        put_lane(out, race, last, true);
        buf_char(out, ' ');
        put_state(out, &race->lane[last], &counters[last]);
    }
}

/* --- why ----------------------------------------------------------------------------- */

#define AT(member) offsetof(struct lane_counters, member)

/* "A 15, B 2, C none" of one counter. */
static void put_each(struct buf *out, const struct race *race,
                     const struct lane_counters *counters, size_t offset)
{
    for (unsigned i = 0; i < race->lanes; i++) {
        uint64_t count = *(const uint64_t *)((const char *)&counters[i] + offset);

        buf_printf(out, "%s%c ", i ? ", " : "", lane_letter(i));
        if (count)
            put_count(out, count);
        else
            buf_text(out, "none");
    }
}

/* Adds a part, unless there is no room for it. */
static void add_part(struct buf *out, const char *part, int room)
{
    if (text_width(buf_str(out)) + text_width(part) + 2 > room)
        return;
    if (out->size)
        buf_text(out, "; ");
    buf_text(out, part);
}

static void add_counter(struct buf *out, const struct race *race,
                        const struct lane_counters *counters, const char *name,
                        size_t offset, int room)
{
    struct buf part = {0};

    buf_printf(&part, "%s: ", name);
    put_each(&part, race, counters, offset);
    add_part(out, buf_str(&part), room);
    buf_free(&part);
}

static bool any_guests(const struct race *race)
{
    for (unsigned i = 0; i < race->lanes; i++)
        if (race->lane[i].guests)
            return true;
    return false;
}

/* "A: 15 exits, 12 bytes carried by the hart" */
static void put_guests_lane(struct buf *out, const struct race *race, unsigned lane,
                            const struct lane_counters *counters)
{
    buf_printf(out, "%c: ", lane_letter(lane));
    if (!race->lane[lane].guests)
        buf_text(out, "no guest");
    else
        put_many(out, counters->exits, " exit", " exits");
    if (counters->by_hart) {
        buf_text(out, ", ");
        put_many(out, counters->by_hart, " byte carried by the hart",
                 " bytes carried by the hart");
    }
    if (race->lane[lane].direct)
        buf_text(out, ", no host between guest and device");
}

/* What each lane does for its data, or only how often it leaves its guest. */
static void say_why_of_guests(struct buf *out, const struct race *race,
                              const struct lane_counters *counters, int room)
{
    for (unsigned i = 0; i < race->lanes; i++) {
        buf_text(out, i ? "; " : "");
        put_guests_lane(out, race, i, &counters[i]);
    }
    if (text_width(buf_str(out)) <= room)
        return;
    buf_clear(out);
    add_counter(out, race, counters, "exits so far", AT(exits), room);
    add_counter(out, race, counters, "cycles of the host", AT(host), room);
}

void race_why(struct buf *out, const struct race *race,
              const struct lane_counters *counters, int room)
{
    if (any_guests(race)) {
        say_why_of_guests(out, race, counters, room);
        return;
    }
    add_counter(out, race, counters, "bytes carried by the hart", AT(by_hart), room);
    add_counter(out, race, counters, "by DMA", AT(by_dma), room);
    add_counter(out, race, counters, "interrupts", AT(interrupts), room);
}
