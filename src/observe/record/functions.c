#include "observe/record/functions.h"

#include "observe/value.h"

#include <sqlite3.h>
#include <string.h>

enum { FIXED = 5 }; /* kind, retired, ord, cycle, board */

static void give_text(sqlite3_context *context, struct buf *text)
{
    sqlite3_result_text(context, buf_str(text), -1, SQLITE_TRANSIENT);
    buf_free(text);
}

static bool read_event(struct event *event, int count, sqlite3_value **values)
{
    const char *name = (const char *)sqlite3_value_text(values[0]);
    enum event_kind kind = name ? event_kind_by_name(name) : EVENT_KINDS;
    const struct event_field *field;
    int i = FIXED;

    if (kind == EVENT_KINDS)
        return false;
    *event = (struct event){.kind = (uint8_t)kind,
                            .retired = (uint64_t)sqlite3_value_int64(values[1]),
                            .order = (uint32_t)sqlite3_value_int64(values[2]),
                            .cycle = (uint64_t)sqlite3_value_int64(values[3]),
                            .board = (uint8_t)sqlite3_value_int64(values[4])};
    for (field = event_infos[kind].fields; field->name && i < count; field++, i++)
        event_set(event, field, (uint64_t)sqlite3_value_int64(values[i]));
    return !field->name && i == count;
}

static void do_narrate(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct buf text = {0};
    struct event event;

    if (count < FIXED || !read_event(&event, count, values)) {
        sqlite3_result_error(context,
                             "narrate(kind, retired, ord, cycle, board, "
                             "fields...): no such event",
                             -1);
        return;
    }
    narrate(&text, sqlite3_user_data(context), &event);
    give_text(context, &text);
}

static void do_addr(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct buf text = {0};

    (void)count;
    put_address(&text, sqlite3_user_data(context),
                (uint64_t)sqlite3_value_int64(values[0]));
    give_text(context, &text);
}

static bool add(sqlite3 *db, const char *name, int arguments,
                const struct narrator *narrator,
                void (*call)(sqlite3_context *, int, sqlite3_value **))
{
    void *ctx;

    memcpy(&ctx, &narrator, sizeof(ctx)); /* SQLite's contexts are not const */
    return sqlite3_create_function(db, name, arguments, SQLITE_UTF8 | SQLITE_INNOCUOUS,
                                   ctx, call, NULL, NULL) == SQLITE_OK;
}

bool functions_add(struct sqlite3 *db, const struct narrator *narrator)
{
    return add(db, "narrate", -1, narrator, do_narrate) &&
           add(db, "addr", 1, narrator, do_addr);
}
