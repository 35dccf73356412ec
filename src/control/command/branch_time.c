/* Where the viewer stands, and the run as a strip. */
#include "base/alloc.h"
#include "control/command/branch.h"
#include "control/command/show.h"
#include "control/command/where.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- where ------------------------------------------------------------------------------------------- */

static void where_row(struct call *call)
{
    static const struct column columns[] = {
        {"moment", COLUMN_TEXT}, {"cycle", COLUMN_COUNT}, {"inside", COLUMN_FLAG},
        {"past", COLUMN_FLAG},   {"branch", COLUMN_TEXT}, {"hart", COLUMN_COUNT},
        {"mode", COLUMN_TEXT},   {"pc", COLUMN_HEX},      {"name", COLUMN_TEXT},
        {"line", COLUMN_TEXT},   {NULL, COLUMN_TEXT}};
    const struct session *session = call->session;
    const struct timeline *time = session->time;
    const struct hart *hart = session_hart(session);
    struct table *table = reply_table(call->reply, "where", columns);

    branch_moment_cells(table, timeline_now(time), timeline_cycle(time));
    table_number(table, timeline_inside(time) != 0);
    table_number(table, timeline_in_past(time));
    table_text(table, "%s", timeline_branch_info(time, timeline_branch(time))->name);
    table_number(table, hart->id);
    table_text(table, "%s", mode_name(hart_privilege(hart)));
    table_number(table, hart->pc);
    show_name_cell(table, session, hart->pc);
    show_line_cell(table, session, hart->pc);
}

bool branch_where(struct call *call, struct err *err)
{
    const struct session *session = call->session;
    const struct event *seen = timeline_seen(session->time);
    struct buf text = {0};

    (void)err;
    where_put(&text, session);
    text.data[0] = 'H'; /* of "hart" */
    reply_say(call->reply, "%s.", text.data);
    buf_clear(&text);
    if (seen) {
        narrate(&text, &session->narrator, seen);
        reply_say(call->reply, "Seen last: %s.", text.data);
    }
    if (timeline_in_past(session->time)) {
        buf_clear(&text);
        where_put_moment(&text, timeline_furthest(session->time),
                         timeline_furthest_cycle(session->time));
        reply_say(call->reply, "This is the past: the furthest moment is %s.",
                  text.data);
    }
    buf_free(&text);
    where_say_next(call->reply, session);
    where_row(call);
    return true;
}

/* --- the strip ------------------------------------------------------------------------------------------ */

enum { STRIP = 64 };

struct strip {
    const struct timeline *time;
    uint64_t end; /* the cycle at its right end */
    char text[STRIP + 1];
};

static uint64_t last_cycle(const struct timeline *time)
{
    uint64_t last = timeline_cycle(time);

    for (unsigned i = 0; i < timeline_branches(time); i++) {
        uint64_t cycle = timeline_branch_info(time, i)->furthest_cycle;

        if (timeline_branch_info(time, i)->dropped)
            continue;
        last = cycle > last ? cycle : last;
    }
    return last;
}

static unsigned column_of(const struct strip *strip, uint64_t cycle)
{
    double part = strip->end ? (double)cycle / (double)strip->end : 0;

    return (unsigned)(part * (STRIP - 1));
}

static void clear(struct strip *strip)
{
    memset(strip->text, ' ', STRIP);
    strip->text[STRIP] = '\0';
}

static void put(struct strip *strip, uint64_t cycle, char sign)
{
    strip->text[column_of(strip, cycle)] = sign;
}

static char letter(unsigned mark)
{
    return mark < 26 ? (char)('a' + mark) : '*';
}

static void draw_branch(struct strip *strip, unsigned number)
{
    const struct timeline *time = strip->time;
    const struct branch_info *info = timeline_branch_info(time, number);
    unsigned from = column_of(strip, info->fork_cycle);

    clear(strip);
    memset(strip->text + from, '-', column_of(strip, info->furthest_cycle) - from + 1);
    if (info->parent >= 0)
        put(strip, info->fork_cycle, '+');
    for (unsigned i = 0; i < timeline_marks(time); i++)
        if (timeline_mark_info(time, i)->branch == number)
            put(strip, timeline_mark_info(time, i)->cycle, letter(i));
    if (number == timeline_branch(time))
        put(strip, timeline_cycle(time), '@');
}

static void draw_snapshots(struct strip *strip)
{
    struct snapshot_info info;

    clear(strip);
    for (unsigned i = 0; timeline_snapshot_info(strip->time, i, &info); i++)
        put(strip, info.cycle, '.');
}

static void draw(struct call *call, struct strip *strip)
{
    static const struct column columns[] = {
        {"branch", COLUMN_TEXT}, {"strip", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "strip", columns);

    for (unsigned i = 0; i < timeline_branches(strip->time); i++) {
        if (timeline_branch_info(strip->time, i)->dropped)
            continue;
        draw_branch(strip, i);
        table_text(table, "%s", timeline_branch_info(strip->time, i)->name);
        table_text(table, "%s", strip->text);
    }
    draw_snapshots(strip);
    table_text(table, "(checkpoints)");
    table_text(table, "%s", strip->text);
}

/* --- the same as a table ------------------------------------------------------------------------------------ */

struct point {
    struct moment at;
    uint64_t cycle;
    unsigned branch;
    char sign;
    const char *what, *name;
};

struct points {
    unsigned count;
    struct point *point;
};

static void add(struct points *points, struct point point)
{
    points->point =
        alloc_resize(points->point, (points->count + 1) * sizeof(struct point));
    points->point[points->count++] = point;
}

static int compare(const void *a, const void *b)
{
    const struct point *one = a, *other = b;
    int order = moment_compare(one->at, other->at);

    return order ? order
                 : (one->branch > other->branch) - (one->branch < other->branch);
}

static struct points collect(const struct timeline *time)
{
    struct points points = {0};

    for (unsigned i = 0; i < timeline_branches(time); i++) {
        const struct branch_info *info = timeline_branch_info(time, i);

        if (info->dropped)
            continue;
        if (info->parent < 0)
            add(&points, (struct point){info->fork, 0, i, '-', "the run begins", ""});
        else
            add(&points, (struct point){
                             info->fork, info->fork_cycle, i, '+', "leaves ",
                             timeline_branch_info(time, (unsigned)info->parent)->name});
        add(&points, (struct point){info->furthest, info->furthest_cycle, i, '-',
                                    "the furthest moment", ""});
    }
    for (unsigned i = 0; i < timeline_marks(time); i++) {
        const struct mark *mark = timeline_mark_info(time, i);

        add(&points, (struct point){mark->at, mark->cycle, mark->branch, letter(i),
                                    "mark ", mark->name});
    }
    add(&points, (struct point){timeline_now(time), timeline_cycle(time),
                                timeline_branch(time), '@', "you stand here", ""});
    qsort(points.point, points.count, sizeof(struct point), compare);
    return points;
}

bool branch_timeline(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"sign", COLUMN_TEXT},   {"moment", COLUMN_TEXT}, {"cycle", COLUMN_COUNT},
        {"branch", COLUMN_TEXT}, {"what", COLUMN_TEXT},   {NULL, COLUMN_TEXT}};
    const struct timeline *time = call->session->time;
    struct strip strip = {.time = time, .end = last_cycle(time)};
    struct points points = collect(time);
    struct buf text = {0};
    struct table *table;

    (void)err;
    buf_text(&text, "You stand at cycle ");
    put_count(&text, timeline_cycle(time));
    buf_text(&text, " of ");
    put_count(&text, strip.end);
    reply_say(call->reply, "%s.", text.data);
    buf_free(&text);
    draw(call, &strip);
    table = reply_table(call->reply, "timeline", columns);
    for (unsigned i = 0; i < points.count; i++) {
        const struct point *point = &points.point[i];

        table_text(table, "%c", point->sign);
        branch_moment_cells(table, point->at, point->cycle);
        table_text(table, "%s", timeline_branch_info(time, point->branch)->name);
        table_text(table, "%s%s", point->what, point->name);
    }
    free(points.point);
    return true;
}
