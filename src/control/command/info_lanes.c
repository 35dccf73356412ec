/* info lanes: who did what when, as rows of signs. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/lanes/rows.h"

#include <string.h>

enum { COLUMNS = 60, COLUMNS_MOST = 400 };

/* No run comes as far; so columns that many cycles wide can be added up. */
#define CYCLE_MOST UINT64_C(1000000000000000)

/* What is asked for: so many columns of `step` cycles. */
struct stretch {
    uint64_t from, step, now;
    unsigned cols;
};

static bool read_stretch(const struct call *call, struct stretch *stretch,
                         struct err *err)
{
    const struct given *from = &call->given[0], *until = &call->given[1],
                       *cols = &call->given[2];
    uint64_t now = timeline_cycle(call->session->time);
    uint64_t end = until->is_given ? until->value : now + 1, room = COLUMNS, cycles;

    *stretch = (struct stretch){.from = from->is_given ? from->value : 0, .now = now};
    if (cols->is_given)
        room = cols->value;
    if (room < 1 || room > COLUMNS_MOST)
        return err_set(err, "COLUMNS is 1 to %d", COLUMNS_MOST);
    if (end > CYCLE_MOST)
        return err_set(err, "UNTIL is at most cycle %llu",
                       (unsigned long long)CYCLE_MOST);
    if (stretch->from >= end)
        return err_set(err, "there is nothing from cycle %llu to %llu",
                       (unsigned long long)stretch->from, (unsigned long long)end);
    stretch->step = lane_step(end - stretch->from, (unsigned)room);
    if (stretch->step < LANES_FINEST)
        stretch->step = LANES_FINEST;
    stretch->from -= stretch->from % stretch->step;
    cycles = end - stretch->from;
    stretch->cols = (unsigned)(cycles / stretch->step + (cycles % stretch->step != 0));
    return true;
}

/* One column as a letter where a stretch begins, a line where it goes on; or a share. */
static char sign_of(const struct lane_row *row, const struct lane_cell *cell,
                    bool shares, bool goes_on)
{
    if (!cell->sign)
        return '.';
    if (shares)
        return (char)('0' + cell->eighths);
    return goes_on && row->kind != ROW_EXITS && cell->sign != '~' ? '-' : cell->sign;
}

static void put_lane(struct table *table, const struct lanes *lanes,
                     const struct lane_row *row, const struct stretch *stretch)
{
    struct lane_cell cells[COLUMNS_MOST + 1];
    struct buf text = {0};
    bool shares;

    for (unsigned i = 0; i < stretch->cols; i++)
        cells[i] = lane_cell(lanes, row, stretch->from + i * stretch->step,
                             stretch->step, stretch->now);
    shares = lane_cells_are_shares(row, cells, stretch->cols);
    for (unsigned i = 0; i < stretch->cols; i++)
        buf_char(&text, sign_of(row, &cells[i], shares,
                                i && cells[i].sign == cells[i - 1].sign));
    table_text(table, "%s%s", row->name + strspn(row->name, " "),
               shares ? ", share" : "");
    table_text(table, "%s", buf_str(&text));
    buf_free(&text);
}

static void put_counts(struct table *table, const struct lanes *lanes, const char *name,
                       enum lanes_event event, const struct stretch *stretch)
{
    struct buf text = {0};
    uint64_t all = 0;

    for (unsigned i = 0; i < stretch->cols; i++) {
        uint64_t from = stretch->from + i * stretch->step;
        uint64_t count = lanes_sum(lanes, LANES_EVENT, event, '#', from,
                                   from + stretch->step, stretch->now);

        all += count;
        buf_char(&text, count > 9 ? '#' : count ? (char)('0' + count) : '.');
    }
    if (all) {
        table_text(table, "%s", name);
        table_text(table, "%s", buf_str(&text));
    }
    buf_free(&text);
}

static void say_stretch(struct call *call, const struct stretch *stretch)
{
    struct buf from = {0}, until = {0}, step = {0};

    put_count(&from, stretch->from);
    put_count(&until, stretch->from + stretch->cols * stretch->step);
    put_count(&step, stretch->step);
    reply_say(call->reply, "From cycle %s to %s: a column is %s cycles.", from.data,
              until.data, step.data);
    buf_free(&from);
    buf_free(&until);
    buf_free(&step);
}

/* What had no room, here or in the bins. */
static void say_not_kept(struct call *call, const struct lanes *lanes)
{
    unsigned rows = lane_rows_left_out(lanes, false);

    if (rows)
        reply_say(call->reply, "+%u lane%s not kept: there is room for %d.", rows,
                  rows == 1 ? "" : "s", LANE_ROWS);
    if (lanes->lost)
        reply_say(call->reply,
                  "+%u stretch%s not kept: lanes have room for %d kinds of them.",
                  lanes->lost, lanes->lost == 1 ? "" : "es", LANES_STRIPS);
}

bool info_lanes(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"lane", COLUMN_TEXT}, {"columns", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    const struct lanes *lanes = call->session->lanes;
    struct lane_row rows[LANE_ROWS];
    struct stretch stretch;
    struct table *table;
    unsigned count;

    if (!lanes)
        return err_set(err, "nobody keeps lanes of this run");
    if (!read_stretch(call, &stretch, err))
        return false;
    say_stretch(call, &stretch);
    say_not_kept(call, lanes);
    table = reply_table(call->reply, "lanes", columns);
    count = lane_rows(lanes, false, rows);
    for (unsigned i = 0; i < count; i++)
        put_lane(table, lanes, &rows[i], &stretch);
    put_counts(table, lanes, "interrupts rise", LANES_RISE, &stretch);
    put_counts(table, lanes, "interrupts taken", LANES_TRAP, &stretch);
    put_counts(table, lanes, "faults", LANES_FAULT, &stretch);
    return true;
}
