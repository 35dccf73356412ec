/* Interrupts, faults, marks, branches and checkpoints on the axis of time. */
#include "face/tui/view/timeline.h"

#include "base/bits.h"

#include <stdio.h>
#include <string.h>

enum { LABEL = 40 };

/* What there is in a column: the most important, and how many of its kind. */
enum rank { RANK_NONE, RANK_CHECKPOINT, RANK_BRANCH, RANK_RISE, RANK_MARK, RANK_FAULT };

struct column_marks {
    enum rank rank;
    unsigned count;
    bool next; /* it lies ahead */
    char label[LABEL], thing[THING_NAME];
    enum thing_kind kind;
};

struct marks {
    const struct timeline_window *window;
    struct column_marks place[TIMELINE_COLUMNS];
};

__attribute__((format(printf, 5, 6))) static struct column_marks *add(
    struct marks *marks, uint64_t cycle, enum rank rank, unsigned count,
    const char *fmt, ...)
{
    int col = timeline_column(marks->window, cycle);
    struct column_marks *place;
    va_list args;

    if (col < 0 || (place = &marks->place[col])->rank > rank || !count)
        return NULL;
    if (place->rank != rank)
        *place = (struct column_marks){.rank = rank};
    place->count += count;
    place->next = cycle > marks->window->now;
    place->thing[0] = '\0';
    va_start(args, fmt);
    vsnprintf(place->label, sizeof(place->label), fmt, args);
    va_end(args);
    return place;
}

static void ask_moment(struct column_marks *place, struct moment at)
{
    if (!place)
        return;
    place->kind = THING_EVENT;
    moment_text(place->thing, at, false);
}

static void ask_source(struct column_marks *place, unsigned source)
{
    if (!place || !source)
        return;
    place->kind = THING_IRQ;
    snprintf(place->thing, sizeof(place->thing), "irq %u", source);
}

/* --- from events ------------------------------------------------------------------------- */

static bool is_fault(const struct event *event)
{
    return event->kind == EVENT_DMA_ERROR || event->kind == EVENT_IOMMU_FAULT ||
           event->kind == EVENT_VIRTIO_ERROR || event->kind == EVENT_FIFO_OVERRUN;
}

static void add_window(struct marks *marks, const struct watch *watch)
{
    for (unsigned i = 0; i < watch->count; i++) {
        const struct event *event = &watch->events[i];
        struct column_marks *place = NULL;

        if (event->kind == EVENT_IRQ_LINE && event->irq_line.level)
            place = add(marks, event->cycle, RANK_RISE, 1, "irq %u",
                        event->irq_line.source);
        else if (is_fault(event))
            place = add(marks, event->cycle, RANK_FAULT, 1, "%s",
                        event_infos[event->kind].name);
        ask_moment(place, moment_after_event(event));
    }
}

/* The columns from `first` on, of bins. */
static void add_bins(struct marks *marks, const struct watch *watch, int col)
{
    const struct timeline_window *window = marks->window;
    uint64_t from = timeline_begins(window, col), until = from + window->scale;
    bool next = from > window->now;
    const struct lanes *lanes = next ? watch->later : watch->session->lanes;
    uint64_t now = next ? window->known : window->now;
    unsigned source;

    if (!lanes || (window->fine && lanes_bin_at(from, now) > window->scale))
        return;
    source = lanes_source(lanes, from, until);
    ask_source(
        add(marks, from, RANK_RISE,
            (unsigned)lanes_sum(lanes, LANES_EVENT, LANES_RISE, '#', from, until, now),
            "irq %u", source),
        source);
    add(marks, from, RANK_FAULT,
        (unsigned)lanes_sum(lanes, LANES_EVENT, LANES_FAULT, '#', from, until, now),
        "fault");
}

/* --- from the timeline ------------------------------------------------------------------- */

/* Does the branch in use have that moment of another branch? */
static bool is_here(const struct timeline *time, unsigned branch, struct moment at)
{
    unsigned here = timeline_branch(time);

    return branch == here ||
           moment_compare(at, branch_parting(timeline_branch_info(time, here),
                                             timeline_branch_info(time, branch))) <= 0;
}

static void add_named(struct marks *marks, const struct timeline *time)
{
    for (unsigned i = 0; i < timeline_marks(time); i++) {
        const struct mark *mark = timeline_mark_info(time, i);

        if (is_here(time, mark->branch, mark->at))
            ask_moment(add(marks, mark->cycle, RANK_MARK, 1, "%s", mark->name),
                       mark->at);
    }
}

/* Where others have left this branch. */
static void add_branches(struct marks *marks, const struct timeline *time)
{
    for (unsigned i = 0; i < timeline_branches(time); i++) {
        const struct branch_info *info = timeline_branch_info(time, i);

        if (info->dropped || info->parent < 0 || i == timeline_branch(time) ||
            !is_here(time, i, info->fork))
            continue;
        ask_moment(add(marks, info->fork_cycle, RANK_BRANCH, 1, "%s", info->name),
                   info->fork);
    }
}

static void add_checkpoints(struct marks *marks, const struct timeline *time)
{
    struct snapshot_info info;

    for (unsigned i = 0; timeline_snapshot_info(time, i, &info); i++)
        ask_moment(add(marks, info.cycle, RANK_CHECKPOINT, 1, "%s", ""), info.at);
}

/* --- drawing ----------------------------------------------------------------------------- */

static const struct {
    wchar_t sign;
    enum role role;
} looks[] = {
    [RANK_CHECKPOINT] = {L'+', ROLE_QUIET}, [RANK_BRANCH] = {L'┬', ROLE_TEXT},
    [RANK_RISE] = {L'▴', ROLE_DMA},         [RANK_MARK] = {L'm', ROLE_HEAD},
    [RANK_FAULT] = {L'X', ROLE_STOP},
};

/* Several of a kind have their number, else what it is; both only as far as the next. */
static void draw_label(struct canvas *canvas, int row, int col, int room,
                       const struct column_marks *place)
{
    char text[LABEL + 16];
    int width;

    if (place->count > 1 && place->rank != RANK_CHECKPOINT)
        snprintf(text, sizeof(text), "%u", place->count);
    else
        snprintf(text, sizeof(text), "%s%s", place->rank == RANK_MARK ? " " : "",
                 place->label);
    width = text_width(text);
    if (width && width < room)
        canvas_text(canvas, row, col, width, ROLE_QUIET, text);
}

void timeline_draw_marks(const struct watch *watch, struct canvas *canvas, int row,
                         int col, const struct timeline_window *window,
                         bool checkpoints)
{
    struct marks marks = {.window = window};
    int next = window->cols;

    if (checkpoints)
        add_checkpoints(&marks, watch->time);
    add_branches(&marks, watch->time);
    if (window->fine)
        add_window(&marks, watch);
    for (int i = 0; i < window->cols; i++)
        if (!window->fine || timeline_begins(window, i) < window->exact ||
            timeline_begins(window, i) > window->now)
            add_bins(&marks, watch, i);
    add_named(&marks, watch->time);
    for (int i = window->cols - 1; i >= 0; i--) {
        const struct column_marks *place = &marks.place[i];

        if (place->rank == RANK_NONE)
            continue;
        canvas_put(canvas, row, col + i,
                   place->next ? ROLE_QUIET : looks[place->rank].role,
                   (uint32_t)looks[place->rank].sign);
        draw_label(canvas, row, col + i + 1, next - i - 1, place);
        if (place->thing[0])
            canvas_thing(canvas, row, col + i, 1, place->kind, "%s", place->thing);
        next = i;
    }
}
