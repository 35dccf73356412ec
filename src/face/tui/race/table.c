/* What each lane has come to so far, side by side. */
#include "base/bits.h"
#include "face/tui/race/parts.h"
#include "face/tui/race/words.h"
#include "observe/narrate.h"

#include <stddef.h>

enum { HEADS = 2, LABEL_MOST = 39, LABEL_WIDE = 34, ROOMY = 20 };

/* Which races have the row: of lanes that all have guests, of none that has, or of both. */
enum races { ALL_GUESTS = 1, WITHOUT_GUESTS = 2, SOME_GUESTS = 4 };
enum { WITH_GUESTS = ALL_GUESTS | SOME_GUESTS, ANY = WITH_GUESTS | WITHOUT_GUESTS };

/* A row: a count, or what `put` says. Those of lower rank are left out last. */
struct row {
    const char *label, *narrow;
    void (*put)(struct buf *out, const struct lane_counters *counters, bool wide);
    size_t offset;
    unsigned rank;
    unsigned races;
    const char *metric; /* as `print` knows it; NULL: it does not */
};

static void put_data(struct buf *out, const struct lane_counters *counters, bool wide)
{
    char text[32];

    if (counters->has_data)
        buf_printf(out, "%s%s", wide ? "since " : "",
                   axis_text(text, counters->data_at));
    else
        lane_put_progress(out, counters, wide);
}

static void put_over(struct buf *out, const struct lane_counters *counters, bool wide)
{
    char text[32];

    if (counters->over)
        buf_printf(out, "%s%s", wide ? "at " : "", axis_text(text, counters->over_at));
    else
        buf_text(out, "not yet");
}

static void put_job(struct buf *out, const struct lane_counters *counters, bool wide)
{
    (void)wide;
    if (counters->has_job)
        put_count(out, counters->job);
    else
        buf_text(out, "-");
}

#define AT(member) offsetof(struct lane_counters, member)

/* clang-format off */
static const struct row rows_of[] = {
    {"the guest has its data", "data", put_data, 0, 4, WITH_GUESTS, NULL},
    {"the data", "data", put_data, 0, 4, WITHOUT_GUESTS, NULL},
    {"rounds of the other job", "the other job", put_job, 0, 1, WITHOUT_GUESTS, NULL},
    {"the work is over", "work is over", put_over, 0, 5, ANY, NULL},
    {"exits", "exits", NULL, AT(exits), 0, WITH_GUESTS, "vm_exits"},
    {"cycles of the guest", "cycles: guest", NULL, AT(guest), 1, WITH_GUESTS,
     "guest_cycles"},
    {"cycles of the host", "cycles: host", NULL, AT(host), 2, ALL_GUESTS, NULL},
    {"cycles of the host, or of a bare hart", "cycles: host, hart", NULL, AT(host), 2,
     SOME_GUESTS, NULL},
    {"cycles of the hart", "cycles: hart", NULL, AT(host), 1, WITHOUT_GUESTS,
     "awake_cycles"},
    {"cycles asleep", "cycles: asleep", NULL, AT(asleep), 3, ANY, "asleep_cycles"},
    {"bytes carried by the hart", "bytes by the hart", NULL, AT(by_hart), 3, ANY,
     "payload_bytes_hart"},
    {"bytes moved by DMA", "bytes by DMA", NULL, AT(by_dma), 7, ANY, "payload_bytes_dma"},
    {"cycles since the work was over", "cycles to spare", NULL, AT(spare), 6, ANY, NULL},
    {"interrupts taken", "interrupts", NULL, AT(interrupts), 9, ANY, "interrupts"},
    {"interrupts given to the guest", "injected", NULL, AT(injections), 10, WITH_GUESTS,
     NULL},
    {"instructions", "instructions", NULL, AT(instructions), 11, ANY, "instructions"},
    {"cycles of waiting for the bus", "bus waits", NULL, AT(bus_waits), 12, ANY,
     "bus_wait_cycles"},
    {"walks of the IOMMU", "IOMMU walks", NULL, AT(iommu_misses), 13, WITH_GUESTS,
     "iommu_misses"},
};
/* clang-format on */

static enum races races_of(const struct race_view *view)
{
    unsigned with = 0;

    for (unsigned i = 0; i < view->race->lanes; i++)
        with += view->race->lane[i].guests;
    return with == view->race->lanes ? ALL_GUESTS : with ? SOME_GUESTS : WITHOUT_GUESTS;
}

/* The rank from which on rows are left out, so that so many stay. */
static unsigned rank_limit(enum races races, int room)
{
    unsigned limit = 0;

    for (;; limit++) {
        int count = 0;

        for (unsigned i = 0; i < COUNT(rows_of); i++)
            count += (rows_of[i].races & races) && rows_of[i].rank <= limit;
        if (count > room || limit == COUNT(rows_of))
            return limit;
    }
}

/* --- drawing ------------------------------------------------------------------------- */

struct columns {
    int label, width;
    bool wide;
};

static struct columns columns_of(const struct race_view *view)
{
    int cols = view->canvas->cols, label = cols / 3;
    struct columns columns = {.label = label < LABEL_MOST ? label : LABEL_MOST};

    if (view->race->lanes == RACE_LANES && cols < 100)
        columns.label = 20;
    columns.wide = columns.label >= LABEL_WIDE - 2;
    columns.width = (cols - columns.label - 2) / (int)view->race->lanes;
    if (columns.width > 28)
        columns.width = 28;
    return columns;
}

/* Text at the right end of a lane's column. */
static void put_right(const struct race_view *view, const struct columns *columns,
                      int row, unsigned lane, enum role role, const char *text)
{
    int width = text_width(text), room = columns->width - 2;
    int end = columns->label + columns->width * ((int)lane + 1);

    if (width > room)
        width = room;
    canvas_text(view->canvas, row, end - width, width, role, text);
}

static void draw_row(const struct race_view *view, const struct columns *columns,
                     int row, const struct row *of)
{
    const char *label = columns->wide ? of->label : of->narrow;
    int used = canvas_text(view->canvas, row, 1, columns->label - 2, ROLE_TEXT, label);

    if (of->metric)
        canvas_thing(view->canvas, row, 1, used, THING_METRIC, "metric %s", of->metric);
    for (unsigned i = 0; i < view->race->lanes; i++) {
        const struct lane_counters *counters = &view->counters[i];
        struct buf text = {0};

        if (of->put)
            of->put(&text, counters, columns->width >= ROOMY);
        else
            put_count(&text, *(const uint64_t *)((const char *)counters + of->offset));
        put_right(view, columns, row, i, ROLE_TEXT, buf_str(&text));
        buf_free(&text);
    }
}

static void draw_heads(const struct race_view *view, const struct columns *columns,
                       int row)
{
    const char *legend =
        races_of(view) == WITHOUT_GUESTS ? "h hart works   d device works   · asleep"
        : columns->wide ? "1 guest runs   h host runs   d device works   "
                          "▁ ▄ █ share   · asleep   ■ data is there"
                        : "1 guest  h host  d device  · asleep  ■ data "
                          "is there";

    canvas_rule(view->canvas, row, 1, view->canvas->cols - 2, "so far", legend);
    for (unsigned i = 0; i < view->race->lanes; i++) {
        struct buf text = {0};

        buf_printf(&text, "%c  %s", lane_letter(i), view->race->lane[i].name);
        put_right(view, columns, row + 1, i, ROLE_HEAD, buf_str(&text));
        buf_free(&text);
    }
}

int draw_table(const struct race_view *view, int row, int rows)
{
    struct columns columns = columns_of(view);
    enum races races = races_of(view);
    unsigned limit = rank_limit(races, rows - HEADS);
    int at = row + HEADS;

    draw_heads(view, &columns, row);
    for (unsigned i = 0; i < COUNT(rows_of); i++)
        if ((rows_of[i].races & races) && rows_of[i].rank < limit)
            draw_row(view, &columns, at++, &rows_of[i]);
    return at - row;
}
