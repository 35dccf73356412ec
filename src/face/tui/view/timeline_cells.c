/* What a lane shows in each column. */
#include "face/tui/view/timeline.h"

#include "face/tui/watch/peek.h"
#include "machine/virtio/virtio.h"

#include <string.h>

/* --- from the bins of the whole run ------------------------------------------------------ */

enum { TOO_WIDE = 5 /* columns that a bin may be wide */ };

/* Are the bins there narrow enough to tell of one column? */
static bool is_told(const struct timeline_window *window, uint64_t from, uint64_t now)
{
    return !window->fine || lanes_bin_at(from, now) <= TOO_WIDE * window->scale;
}

static bool is_gap(const struct timeline_window *window, int col)
{
    return window->gap_cols && col >= window->gap_at &&
           col < window->gap_at + window->gap_cols;
}

/* Up to now as it is now, behind it as the branch has been later. */
static struct timeline_cell bin_cell(const struct watch *watch,
                                     const struct timeline_window *window,
                                     const struct lane_row *row, int col, bool *pure)
{
    uint64_t from = timeline_begins(window, col);
    bool next = from > window->now;
    const struct lanes *lanes = next ? watch->later : watch->session->lanes;
    uint64_t until = next ? window->known : window->now;
    struct timeline_cell cell = {.when = next ? TIMELINE_NEXT : TIMELINE_PAST};
    struct lane_cell bin;

    if (from <= window->now && window->now - from < window->scale)
        cell.when = TIMELINE_NOW;
    if (!lanes || from > until)
        return cell;
    if (!is_told(window, from, until)) {
        cell.sign = next ? '\0' : ' ';
        return cell;
    }
    bin = lane_cell(lanes, row, from, window->scale, until);
    cell.sign = bin.sign;
    cell.eighths = bin.eighths;
    *pure = bin.pure;
    return cell;
}

static void fill_from_bins(const struct watch *watch,
                           const struct timeline_window *window,
                           struct timeline_lane *lane)
{
    struct lane_cell shares[TIMELINE_COLUMNS];

    for (int i = 0; i < window->cols; i++) {
        bool pure = true;

        if (!is_gap(window, i))
            lane->cell[i] = bin_cell(watch, window, &lane->row, i, &pure);
        shares[i] = (struct lane_cell){lane->cell[i].sign, lane->cell[i].eighths, pure};
    }
    lane->shares = !window->fine &&
                   lane_cells_are_shares(&lane->row, shares, (unsigned)window->cols);
}

/* --- span by span -------------------------------------------------------------------------- */

/* Which span has most of each column. */
struct covered {
    uint64_t most[TIMELINE_COLUMNS];
    uint64_t of[TIMELINE_COLUMNS]; /* when that span begins */
};

static void cover(struct timeline_lane *lane, const struct timeline_window *window,
                  struct covered *covered, const struct span *span,
                  enum timeline_when when)
{
    uint64_t from = span->from > window->from ? span->from : window->from;
    int col = timeline_column(window, from);

    for (; col >= 0 && col < window->cols; col++) {
        uint64_t begins = timeline_begins(window, col), ends = begins + window->scale;
        uint64_t part;

        if (is_gap(window, col))
            continue;
        if (begins >= span->until)
            return;
        part = (ends < span->until ? ends : span->until) -
               (begins > span->from ? begins : span->from);
        if (part < covered->most[col])
            continue;
        covered->most[col] = part;
        covered->of[col] = span->from + 1;
        lane->cell[col].sign = span->sign;
        lane->cell[col].when = (uint8_t)when;
    }
}

static bool lane_of(const struct lane_row *row, uint8_t *kind)
{
    static const struct {
        bool has;
        uint8_t lane;
    } lanes[ROW_KINDS] = {
        [ROW_HART] = {true, LANE_HART},  [ROW_BUS] = {true, LANE_BUS},
        [ROW_MASTER] = {true, LANE_DMA}, [ROW_DEVICE] = {true, LANE_DISK},
        [ROW_LINE] = {true, LANE_LINE},  [ROW_IOMMU] = {true, LANE_IOMMU},
    };

    *kind = lanes[row->kind].lane;
    return lanes[row->kind].has;
}

static void cover_spans(const struct watch *watch, const struct timeline_window *window,
                        struct timeline_lane *lane, struct covered *covered)
{
    uint64_t oldest = watch->spans > WATCH_SPANS ? watch->spans - WATCH_SPANS : 0;
    uint8_t kind;

    if (!lane_of(&lane->row, &kind))
        return;
    for (uint64_t i = oldest; i < watch->spans; i++) {
        const struct span *span = &watch->span[i % WATCH_SPANS];
        bool ahead;

        if (span->lane != kind || span->index != lane->row.index ||
            span->until <= window->from)
            continue;
        ahead = watch_is_ahead(watch, span);
        if (ahead && !watch->past)
            continue;
        cover(lane, window, covered, span,
              ahead                       ? TIMELINE_NEXT
              : watch_is_now(watch, span) ? TIMELINE_NOW
                                          : TIMELINE_PAST);
    }
}

/* What has begun and not ended lasts until now: a disk's phase, a line that is high. */
static bool open_span(const struct watch *watch, const struct timeline_lane *lane,
                      const struct timeline_window *window, struct span *span)
{
    const struct disk_fold *disk = &watch->facts.disk[lane->row.index % BOARD_ROWS];

    *span = (struct span){.until = window->now + 1};
    if (lane->row.kind == ROW_DEVICE && disk->has_phase) {
        span->from = disk->since;
        span->sign = disk_sign(disk->phase.phase);
    } else if (lane->row.kind == ROW_LINE && watch_irq(watch, lane->row.index)) {
        span->from = watch->facts.irq_since[lane->row.index % FACTS_IRQS];
        span->sign = '1';
    }
    return span->sign != 0;
}

/* The sign that a stretch of a hart, or of a line into one, has in a lane. */
static char kept_sign(const struct lane_row *row, uint8_t of, unsigned index, char sign)
{
    bool guest = sign >= '0' && sign <= '9';

    if (row->kind == ROW_PIN)
        return of == LANES_PIN && index == row->index ? sign : '\0';
    if (of != LANES_HART)
        return '\0';
    if (row->kind == ROW_GUEST)
        return guest && sign - '0' == row->index ? sign : '\0';
    return sign == 'S' || sign == 't' ? 'h' : '\0';
}

static void cover_open(const struct watch *watch, const struct timeline_window *window,
                       struct timeline_lane *lane, struct covered *covered,
                       enum lanes_of of, unsigned index)
{
    const struct lanes_state *state = lanes_going_on(watch->session->lanes, of, index);
    struct span span = {.from = state->since, .until = window->now + 1};

    span.sign = kept_sign(&lane->row, (uint8_t)of, index, state->sign);
    if (span.sign)
        cover(lane, window, covered, &span, TIMELINE_PAST);
}

static void cover_changes(const struct watch *watch,
                          const struct timeline_window *window,
                          struct timeline_lane *lane, struct covered *covered)
{
    const struct lanes *lanes = watch->session->lanes;
    uint64_t oldest =
        lanes->changes > LANES_CHANGES ? lanes->changes - LANES_CHANGES : 0;

    for (uint64_t i = oldest; i < lanes->changes; i++) {
        const struct lanes_change *change = &lanes->change[i % LANES_CHANGES];
        struct span span = {.from = change->from, .until = change->until};

        span.sign = kept_sign(&lane->row, change->of, change->index, change->sign);
        if (span.sign && span.until > window->from)
            cover(lane, window, covered, &span, TIMELINE_PAST);
    }
    if (lane->row.kind == ROW_PIN)
        cover_open(watch, window, lane, covered, LANES_PIN, lane->row.index);
    for (unsigned i = 0; i < lanes->board->harts; i++)
        cover_open(watch, window, lane, covered, LANES_HART, i);
}

static void count_exit(struct timeline_lane *lane, const struct timeline_window *window,
                       const struct event *event)
{
    int col = timeline_column(window, event->cycle);
    char *sign;

    if (event->kind != EVENT_VM_EXIT || col < 0 || is_gap(window, col))
        return;
    sign = &lane->cell[col].sign;
    *sign = *sign == '9' || *sign == '#' ? '#' : *sign ? (char)(*sign + 1) : '1';
}

/* Is it made of the stretches that the lanes of the whole run keep one by one? */
static bool is_kept(const struct timeline_lane *lane)
{
    return lane->row.kind == ROW_GUEST || lane->row.kind == ROW_HYPERVISOR ||
           lane->row.kind == ROW_PIN;
}

/* Have bins the same signs as spans? */
static bool is_same_in_bins(const struct timeline_lane *lane)
{
    return is_kept(lane) || lane->row.kind == ROW_EXITS ||
           lane->row.kind == ROW_DEVICE || lane->row.kind == ROW_LINE;
}

/* From when on all its spans are known. */
static uint64_t exact_from(const struct watch *watch,
                           const struct timeline_window *window,
                           const struct timeline_lane *lane)
{
    const struct lanes *lanes = watch->session->lanes;

    if (is_kept(lane))
        return lanes->changes > LANES_CHANGES
                   ? lanes->change[lanes->changes % LANES_CHANGES].from
                   : 0;
    return window->exact;
}

/* Where spans are not known bins may do; else one cannot tell. */
static void fill_unknown(const struct watch *watch,
                         const struct timeline_window *window,
                         struct timeline_lane *lane)
{
    uint64_t exact = exact_from(watch, window, lane);
    bool same = is_same_in_bins(lane), pure;
    int last = -1;

    for (int i = 0; i < window->cols; i++)
        if (lane->cell[i].sign && lane->cell[i].when == TIMELINE_NEXT)
            last = i;
    for (int i = 0; i < window->cols; i++) {
        uint64_t from = timeline_begins(window, i);
        bool before = from < exact;
        bool behind = watch->later && from > window->now && i > last;

        if (lane->cell[i].sign || is_gap(window, i) || !(before || behind))
            continue;
        if (same)
            lane->cell[i] = bin_cell(watch, window, &lane->row, i, &pure);
        else if (before)
            lane->cell[i].sign = ' ';
    }
}

static void fill_from_spans(const struct watch *watch,
                            const struct timeline_window *window,
                            struct timeline_lane *lane)
{
    struct covered covered = {{0}, {0}};
    struct span open;

    if (is_kept(lane) && watch->session->lanes)
        cover_changes(watch, window, lane, &covered);
    cover_spans(watch, window, lane, &covered);
    if (open_span(watch, lane, window, &open))
        cover(lane, window, &covered, &open, TIMELINE_PAST);
    if (lane->row.kind == ROW_EXITS)
        for (unsigned i = 0; i < watch->count; i++)
            count_exit(lane, window, &watch->events[i]);
    for (int i = 0; i < window->cols; i++)
        lane->cell[i].starts = covered.of[i] && !is_kept(lane) &&
                               (i == 0 || covered.of[i] != covered.of[i - 1]);
    fill_unknown(watch, window, lane);
}

/* --- both ---------------------------------------------------------------------------------- */

void timeline_fill(const struct watch *watch, const struct timeline_window *window,
                   struct timeline_lane *lane)
{
    lane->shares = false;
    memset(lane->cell, 0, sizeof(lane->cell));
    if (window->fine)
        fill_from_spans(watch, window, lane);
    else
        fill_from_bins(watch, window, lane);
    for (int i = 0; i < window->cols; i++)
        lane->cell[i].starts |= i == 0 || is_gap(window, i - 1) ||
                                lane->row.kind == ROW_EXITS ||
                                lane->cell[i].sign != lane->cell[i - 1].sign;
}

bool timeline_is_flat(const struct timeline_lane *lane,
                      const struct timeline_window *window)
{
    for (int i = 1; i < window->cols && timeline_begins(window, i) <= window->now; i++)
        if (lane->cell[i].sign != lane->cell[0].sign ||
            (lane->cell[i].starts && lane->cell[i].sign) ||
            (lane->shares && lane->cell[i].eighths != lane->cell[0].eighths))
            return false;
    return true;
}
