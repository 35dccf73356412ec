/* info map, bus, costs, queue: the board around its harts. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- info map ------------------------------------------------------------------------------------- */

static void map_row(struct table *table, uint64_t base, uint64_t size, const char *name,
                    const char *help)
{
    table_number(table, base);
    table_number(table, base + (size - 1));
    table_number(table, size);
    table_text(table, "%s", name);
    table_text(table, "%s", help);
}

bool info_map(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"from", COLUMN_HEX},  {"to", COLUMN_HEX},    {"bytes", COLUMN_HEX},
        {"name", COLUMN_TEXT}, {"help", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    const struct bus *bus = &board->bus;
    struct table *table = reply_table(call->reply, "map", columns);
    bool ram_told = bus->ram.size == 0;

    (void)err;
    for (unsigned i = 0; i < bus->mmios; i++) {
        const struct mmio *mmio = &bus->mmio[i];

        if (!ram_told && mmio->base > bus->ram.base) {
            map_row(table, bus->ram.base, bus->ram.size, "RAM", "memory");
            ram_told = true;
        }
        map_row(table, mmio->base, mmio->size, mmio->name,
                mmio->device < board->devices ? board->device[mmio->device]->type->help
                                              : "");
    }
    if (!ram_told)
        map_row(table, bus->ram.base, bus->ram.size, "RAM", "memory");
    return true;
}

/* --- info bus ------------------------------------------------------------------------------------- */

static void put_who(struct buf *out, const struct session *session, unsigned who)
{
    put_initiator(out, &session->narrator, session->board, who);
}

static void initiator_row(struct table *table, const struct session *session,
                          unsigned who, const struct bus_counts *counts)
{
    struct buf name = {0};

    put_who(&name, session, who);
    table_text(table, "%s", name.data);
    buf_free(&name);
    table_number(table, counts->slots);
    table_number(table, counts->wait_cycles);
    table_number(table, counts->bytes_read);
    table_number(table, counts->bytes_written);
}

static bool is_used(const struct bus_counts *counts)
{
    return counts->slots || counts->wait_cycles || counts->bytes_read ||
           counts->bytes_written;
}

bool info_bus(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"initiator", COLUMN_TEXT},      {"slots", COLUMN_COUNT},
        {"wait_cycles", COLUMN_COUNT},   {"bytes_read", COLUMN_COUNT},
        {"bytes_written", COLUMN_COUNT}, {NULL, COLUMN_TEXT}};
    const struct session *session = call->session;
    const struct board *board = session_board(session);
    const struct bus *bus = &board->bus;
    uint64_t now = timeline_cycle(session->time);
    struct buf holder = {0}, at = {0}, until = {0};
    struct table *table;

    (void)err;
    put_who(&holder, session, bus->holder);
    put_count(&at, now);
    put_count(&until, bus->busy_until);
    if (bus->busy_until > now)
        reply_say(call->reply, "At cycle %s %s holds the bus until cycle %s.", at.data,
                  holder.data, until.data);
    else
        reply_say(call->reply, "The bus is idle at cycle %s.", at.data);
    buf_free(&holder);
    buf_free(&at);
    buf_free(&until);
    if (bus->others)
        reply_say(call->reply, "%u DMA channel%s or virtio device%s bus work.",
                  bus->others, bus->others == 1 ? "" : "s",
                  bus->others == 1 ? " has" : "s have");
    table = reply_table(call->reply, "initiators", columns);
    for (unsigned i = 0; i < INITIATORS; i++)
        if (i < board->harts || is_used(&bus->counts[i]))
            initiator_row(table, session, i, &bus->counts[i]);
    return true;
}

/* --- info costs ----------------------------------------------------------------------------------- */

bool info_costs(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"cost", COLUMN_TEXT}, {"price", COLUMN_COUNT}, {"default", COLUMN_COUNT},
        {"unit", COLUMN_TEXT}, {"prices", COLUMN_TEXT}, {"source", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    struct costs costs = session_board(call->session)->costs;
    struct table *table = reply_table(call->reply, "costs", columns);

    (void)err;
    for (int i = 0; i < COSTS; i++) {
        const struct cost_info *info = &cost_infos[i];

        table_text(table, "%s", info->name);
        table_number(table, *costs_at(&costs, i));
        table_number(table, info->price);
        table_text(table, "%s", info->unit);
        table_text(table, "%s", info->meaning);
        table_text(table, "%s", info->source);
    }
    return true;
}

/* --- info queue ----------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct timer *const *x = a, *const *y = b;

    if ((*x)->due != (*y)->due)
        return (*x)->due < (*y)->due ? -1 : 1;
    return (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

bool info_queue(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"what", COLUMN_TEXT},
                                            {"due", COLUMN_COUNT},
                                            {"in_cycles", COLUMN_COUNT},
                                            {"board", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct queue *queue = &call->session->run->queue;
    const struct timer *due[QUEUE_TIMERS] = {0};
    uint64_t now = timeline_cycle(call->session->time);
    struct buf at = {0};
    struct table *table;
    unsigned count = 0;

    (void)err;
    for (unsigned i = 0; i < queue->count; i++)
        if (queue->timers[i]->due != NEVER)
            due[count++] = queue->timers[i];
    qsort(due, count, sizeof(due[0]), by_time);
    put_count(&at, now);
    reply_say(call->reply, "At cycle %s, %s.", at.data,
              count ? "this is due" : "nothing is due");
    buf_free(&at);
    table = reply_table(call->reply, "queue", columns);
    for (unsigned i = 0; i < count; i++) {
        table_text(table, "%s", due[i]->name);
        table_number(table, due[i]->due);
        table_number(table, due[i]->due > now ? due[i]->due - now : 0);
        table_number(table, due[i]->board);
    }
    return true;
}
