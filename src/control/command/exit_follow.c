/* follow irq: an interrupt from hand to hand. */
#include "control/command/ask.h"
#include "control/command/exit.h"
#include "observe/exits/exit_words.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>

static struct moment hand_moment(const struct delivery *delivery, enum hand hand)
{
    return (struct moment){.retired = delivery->retired[hand],
                           .order = delivery->order[hand] + 1};
}

static bool has(const struct delivery *delivery, enum hand hand)
{
    return delivery->seen & BIT(hand);
}

static const struct device *driver_of(const struct session *session,
                                      const struct delivery_source *source)
{
    return exit_driver(session->run->board[source->board], source->source);
}

/* How far it has come, and how long that took. */
static void say_way(struct call *call, const struct delivery_source *source)
{
    const struct device *driver = driver_of(call->session, source);
    const struct delivery *now = &source->now;
    uint8_t hand[HANDS];
    unsigned hands = delivery_hands(now, hand);
    struct buf text = {0};

    buf_printf(&text, "interrupt %u", source->source);
    if (driver)
        buf_printf(&text, " (%s)", driver->name);
    buf_text(&text, has(now, HAND_COMPLETE) ? " took " : " is on its way for ");
    put_count(&text, now->cycle[hand[hands - 1]] - now->cycle[hand[0]]);
    buf_printf(&text, " cycles through %u hands", hands);
    if (now->exits)
        buf_printf(&text, ", with %u exits of the guest", now->exits);
    ask_say(call, &text);
    if (now->guest_source && now->guest_source != source->source)
        reply_say(call->reply, "To the guest it is interrupt %u.", now->guest_source);
    buf_free(&text);
}

static void hand_rows(struct call *call, const struct delivery_source *source)
{
    static const struct column columns[] = {
        {"hand", COLUMN_TEXT},   {"moment", COLUMN_TEXT}, {"cycle", COLUMN_COUNT},
        {"after", COLUMN_COUNT}, {"mean", COLUMN_COUNT},  {"help", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    const struct delivery_source sum = deliveries_sum(source);
    const struct delivery *now = &source->now;
    struct table *table = reply_table(call->reply, "hands", columns);
    uint8_t hand[HANDS];
    unsigned hands = delivery_hands(now, hand);

    for (unsigned i = 0; i < hands; i++) {
        uint8_t h = hand[i];

        table_text(table, "%s", hand_infos[h].name);
        ask_moment_cell(table, hand_moment(now, h));
        table_number(table, now->cycle[h]);
        table_number(table, i ? now->cycle[h] - now->cycle[hand[i - 1]] : 0);
        if (sum.times[h])
            table_number(table, (sum.sum[h] + sum.times[h] / 2) / sum.times[h]);
        else
            table_none(table);
        table_text(table, "%s", hand_infos[h].help);
    }
}

/* Cycles from the first hand to this one, in the mean. */
static void mean_until(struct table *table, const struct delivery_source *sum,
                       enum hand last)
{
    uint64_t cycles = 0;

    if (!sum->times[last]) {
        table_none(table);
        return;
    }
    for (int h = 0; h <= (int)last; h++)
        if (sum->times[h])
            cycles += sum->sum[h] / sum->times[h];
    table_number(table, cycles);
}

static void source_rows(struct call *call)
{
    static const struct column columns[] = {{"source", COLUMN_COUNT},
                                            {"device", COLUMN_TEXT},
                                            {"count", COLUMN_COUNT},
                                            {"exits", COLUMN_COUNT},
                                            {"to_trap", COLUMN_COUNT},
                                            {"to_claim", COLUMN_COUNT},
                                            {"to_guest_trap", COLUMN_COUNT},
                                            {"to_guest_claim", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct deliveries *deliveries = &call->session->guests->deliveries;
    struct table *table = reply_table(call->reply, "sources", columns);

    for (unsigned i = 0; i < deliveries->sources; i++) {
        const struct delivery_source sum = deliveries_sum(&deliveries->source[i]);
        const struct device *driver = driver_of(call->session, &sum);

        table_number(table, sum.source);
        if (driver)
            table_text(table, "%s", driver->name);
        else
            table_none(table);
        table_number(table, sum.count);
        table_number(table, sum.exits);
        mean_until(table, &sum, HAND_TRAP);
        mean_until(table, &sum, HAND_CLAIM);
        mean_until(table, &sum, HAND_GUEST_TRAP);
        mean_until(table, &sum, HAND_GUEST_CLAIM);
    }
}

bool exit_follow(struct call *call, struct err *err)
{
    const struct session *session = call->session;
    const struct deliveries *deliveries = &session->guests->deliveries;
    const struct delivery_source *source;
    unsigned irq = 0;

    if (!call->given[0].is_given) {
        if (deliveries->sources)
            source_rows(call);
        else
            reply_say(call->reply, "No device has raised its interrupt line so far.");
        return true;
    }
    if (!ask_source(session, call->given[0].text, &irq, err))
        return false;
    source = deliveries_of(deliveries, session->board, irq);
    if (!source || !source->now.seen) {
        reply_say(call->reply, "Interrupt %u has not been raised so far.", irq);
        return true;
    }
    say_way(call, source);
    hand_rows(call, source);
    return true;
}
