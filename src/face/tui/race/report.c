#include "face/tui/race/counters.h"
#include "face/tui/race/words.h"

static void add_known(struct table *table, bool known, uint64_t number)
{
    if (known)
        table_number(table, number);
    else
        table_none(table);
}

static void add_lane(struct table *table, const struct race *race, unsigned lane,
                     const struct lane_counters *counters)
{
    table_text(table, "%c", lane_letter(lane));
    table_text(table, "%s", race->lane[lane].name);
    table_number(table, race->cycle);
    table_number(table, race->lane[lane].begin);
    table_number(table, counters->over);
    add_known(table, counters->over, counters->over_at);
    add_known(table, counters->has_data, counters->data_at);
    table_number(table, counters->operations);
    add_known(table, counters->all_operations, counters->all_operations);
    table_number(table, counters->bytes);
    add_known(table, counters->all_bytes, counters->all_bytes);
    table_number(table, counters->exits);
    add_known(table, counters->exit, counters->exit);
    table_number(table, counters->guest);
    table_number(table, counters->host);
    table_number(table, counters->asleep);
    table_number(table, counters->spare);
    table_number(table, counters->by_hart);
    table_number(table, counters->by_dma);
    table_number(table, counters->instructions);
    table_number(table, counters->interrupts);
    table_number(table, counters->injections);
    table_number(table, counters->bus_waits);
    table_number(table, counters->iommu_misses);
}

static const struct column columns[] = {
    {"lane", COLUMN_TEXT},
    {"variant", COLUMN_TEXT},
    {"cycle", COLUMN_COUNT},
    {"begin_cycle", COLUMN_COUNT},
    {"over", COLUMN_FLAG},
    {"over_at", COLUMN_COUNT},
    {"data_at", COLUMN_COUNT},
    {"operations", COLUMN_COUNT},
    {"all_operations", COLUMN_COUNT},
    {"bytes", COLUMN_COUNT},
    {"all_bytes", COLUMN_COUNT},
    {"exits", COLUMN_COUNT},
    {"exit_now", COLUMN_COUNT},
    {"guest_cycles", COLUMN_COUNT},
    {"host_cycles", COLUMN_COUNT},
    {"asleep_cycles", COLUMN_COUNT},
    {"spare_cycles", COLUMN_COUNT},
    {"payload_bytes_hart", COLUMN_COUNT},
    {"payload_bytes_dma", COLUMN_COUNT},
    {"instructions", COLUMN_COUNT},
    {"interrupts", COLUMN_COUNT},
    {"injections", COLUMN_COUNT},
    {"bus_wait_cycles", COLUMN_COUNT},
    {"iommu_misses", COLUMN_COUNT},
    {NULL, COLUMN_TEXT},
};

void race_report(const struct race *race, struct reply *reply)
{
    struct lane_counters counters[RACE_LANES];
    struct buf text = {0};
    struct table *table;

    for (unsigned i = 0; i < race->lanes; i++)
        counters_of(&counters[i], race, i);
    race_sentence(&text, race, counters);
    reply_say(reply, "%s", buf_str(&text));
    buf_free(&text);
    table = reply_table(reply, "lanes", columns);
    for (unsigned i = 0; i < race->lanes; i++)
        add_lane(table, race, i, &counters[i]);
}
