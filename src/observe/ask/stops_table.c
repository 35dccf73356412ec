/* The table of breakpoints, watchpoints and catchpoints; stops_probe.c looks for them. */
#include "observe/ask/stops_table.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct stops *stops_new(struct timeline *timeline, const struct expr_scope *scope)
{
    struct stops *stops = alloc_zero(1, sizeof(*stops));

    stops->time = timeline;
    stops->scope = *scope;
    stops->probe = stops_probe_functions;
    stops->probe.ctx = stops;
    return stops;
}

static void release(struct stop *stop)
{
    expr_free(stop->condition);
    expr_free(stop->filter);
    free(stop->text);
    free(stop->condition_text);
}

static void forget_gone(struct stops *stops)
{
    for (unsigned i = 0; i < stops->gone_count; i++) {
        release(stops->gone[i]);
        free(stops->gone[i]);
    }
    stops->gone_count = 0;
}

void stops_free(struct stops *stops)
{
    if (!stops)
        return;
    forget_gone(stops);
    for (unsigned i = 0; i < stops->count; i++) {
        release(stops->stop[i]);
        free(stops->stop[i]);
    }
    free(stops->gone);
    free(stops->stop);
    free(stops->heard);
    free(stops->hit);
    free(stops);
}

/* --- what may be added -------------------------------------------------------------------- */

bool stop_watches(const struct stop *stop)
{
    return stop->kind == STOP_WRITE || stop->kind == STOP_ACCESS;
}

/* Enabled stops of the kinds that harts (else boards) keep a list of. */
static unsigned enabled(const struct stops *stops, bool arrivals)
{
    unsigned count = 0;

    for (unsigned i = 0; i < stops->count; i++) {
        const struct stop *stop = stops->stop[i];

        count +=
            stop->enabled && (arrivals ? stop->kind == STOP_PC : stop_watches(stop));
    }
    return count;
}

static bool check_room(const struct stops *stops, const struct stop *stop,
                       struct err *err)
{
    if (!stop->enabled)
        return true;
    if (stop->kind == STOP_PC && enabled(stops, true) >= STOPS_ARRIVALS)
        return err_set(err, "%d breakpoints are enabled, and harts take no more",
                       STOPS_ARRIVALS);
    if (stop_watches(stop) && enabled(stops, false) >= STOPS_WATCHES)
        return err_set(err, "%d watchpoints are enabled, and the board takes no more",
                       STOPS_WATCHES);
    return true;
}

static bool check_place(const struct stops *stops, const struct stop *stop,
                        struct err *err)
{
    const struct run *run = timeline_run(stops->time);

    if (stop->board >= run->boards ||
        (stop->hart >= 0 && (unsigned)stop->hart >= run->board[stop->board]->harts))
        return err_set(err, "there is no hart %d", stop->hart);
    if (stop->kind == STOP_PC && stop->address % 2)
        return err_set(err, "0x%" PRIx64 " is odd: no instruction begins there",
                       stop->address); /* IALIGN is 16 */
    if (stop->kind == STOP_PC || stop->kind == STOP_EVENT)
        return true;
    if (stop->length == 0)
        return err_set(err, "no bytes are to be watched");
    if (!ram_has(&run->board[stop->board]->bus.ram, stop->address, stop->length))
        return err_set(err,
                       "0x%llx is not in RAM: for a device, 'catch register' stops at "
                       "its registers",
                       (unsigned long long)stop->address);
    return true;
}

/* A condition must make sense for each kind of event that it may be asked of. */
static bool check_expressions(const struct stops *stops, const struct stop *stop,
                              struct err *err)
{
    struct expr_scope scope = stops->scope;

    scope.board = stop->board;
    for (unsigned kind = 0; kind <= EVENT_KINDS; kind++) {
        bool asked = kind == EVENT_KINDS ? stop->kind != STOP_EVENT
                                         : stop->kind == STOP_EVENT &&
                                               (stop->kinds & EVENT_BIT(kind)) != 0;

        scope.kind = (enum event_kind)kind;
        if (!asked)
            continue;
        if (stop->filter && !expr_check(stop->filter, &scope, err))
            return false;
        if (stop->condition && !expr_check(stop->condition, &scope, err))
            return false;
    }
    return true;
}

/* --- the table ------------------------------------------------------------------------------ */

unsigned stops_add(struct stops *stops, const struct stop *stop, struct err *err)
{
    struct stop *added;

    if (!check_room(stops, stop, err) || !check_place(stops, stop, err) ||
        !check_expressions(stops, stop, err))
        return 0;
    if (stops->count == stops->room) {
        stops->room = stops->room ? 2 * stops->room : 8;
        stops->stop = alloc_resize(stops->stop, stops->room * sizeof(struct stop *));
    }
    added = alloc_zero(1, sizeof(*added));
    *added = *stop;
    added->number = ++stops->last_number;
    stops->stop[stops->count++] = added;
    return added->number;
}

static unsigned index_of(const struct stops *stops, unsigned number)
{
    unsigned i = 0;

    while (i < stops->count && stops->stop[i]->number != number)
        i++;
    return i;
}

bool stops_remove(struct stops *stops, unsigned number)
{
    unsigned i = index_of(stops, number);

    if (i == stops->count)
        return false;
    stops->gone =
        alloc_resize(stops->gone, (stops->gone_count + 1) * sizeof(struct stop *));
    stops->gone[stops->gone_count++] = stops->stop[i];
    memmove(&stops->stop[i], &stops->stop[i + 1],
            (stops->count - i - 1) * sizeof(struct stop *));
    stops->count--;
    return true;
}

bool stops_enable(struct stops *stops, unsigned number, bool enable, struct err *err)
{
    struct stop *stop = stops_find(stops, number), trial;

    if (!stop)
        return err_set(err, "there is no breakpoint %u", number);
    trial = *stop;
    trial.enabled = enable;
    if (!stop->enabled && !check_room(stops, &trial, err))
        return false;
    stop->enabled = enable;
    return true;
}

bool stops_set_condition(struct stops *stops, unsigned number, struct expr *condition,
                         struct err *err)
{
    struct stop *stop = stops_find(stops, number), trial;

    if (!stop)
        return err_set(err, "there is no breakpoint %u", number);
    trial = *stop;
    trial.condition = condition;
    if (!check_expressions(stops, &trial, err))
        return false;
    expr_free(stop->condition);
    stop->condition = condition;
    return true;
}

struct stop *stops_find(struct stops *stops, unsigned number)
{
    unsigned i = index_of(stops, number);

    return i < stops->count ? stops->stop[i] : NULL;
}

unsigned stops_count(const struct stops *stops)
{
    return stops->count;
}

struct stop *stops_at(struct stops *stops, unsigned n)
{
    return n < stops->count ? stops->stop[n] : NULL;
}

bool stops_any(const struct stops *stops)
{
    for (unsigned i = 0; i < stops->count; i++)
        if (stops->stop[i]->enabled)
            return true;
    return false;
}

/* --- what a move has found ------------------------------------------------------------------ */

const struct probe *stops_probe(struct stops *stops)
{
    forget_gone(stops);
    stops->hits = 0;
    return &stops->probe;
}

const struct stop_hit *stops_hits(const struct stops *stops, unsigned *count)
{
    *count = stops->hits;
    return stops->hit;
}

void stop_hit_put_no_value(struct buf *out, const struct stop_hit *hit)
{
    if (hit->no_value[0])
        buf_printf(out, "The condition of %u has no value here: %s.", hit->stop->number,
                   hit->no_value);
}

bool stops_settle(struct stops *stops, bool forwards)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < stops->hits; i++) {
        struct stop *stop = stops_find(stops, stops->hit[i].stop->number);

        if (!stop)
            continue;
        stop->hits += forwards;
        if (stop->ignore) {
            stop->ignore--;
            continue;
        }
        if (stop->temporary)
            stops_remove(stops, stop->number);
        stops->hit[kept++] = stops->hit[i];
    }
    stops->hits = kept;
    return kept != 0;
}
