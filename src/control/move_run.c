/* Running with the session's stops; until something holds; to a place in time. */
#include "control/moves.h"

#include "control/moves_inside.h"

#include <stdio.h>

/* --- beginning and end of a move -------------------------------------------------------------- */

void move_began(const struct session *session, struct move *move)
{
    timeline_start_anew(session->time);
    *move = (struct move){.from = timeline_now(session->time)};
}

static enum arrival arrival_of(enum move_end end)
{
    static const enum arrival arrivals[] = {
        [MOVE_DONE] = ARRIVED,
        [MOVE_STOPPED] = ARRIVED_HIT,
        [MOVE_LIMIT] = ARRIVED,
        [MOVE_FINISHED] = ARRIVED_FINISHED,
        [MOVE_NOTHING] = ARRIVED_NOTHING,
        [MOVE_BEGINNING] = ARRIVED_BEGINNING,
        [MOVE_NOT_FOUND] = ARRIVED,
        [MOVE_INTERRUPTED] = ARRIVED_INTERRUPTED,
    };

    return arrivals[end];
}

enum move_end move_end_of(enum arrival arrival)
{
    static const enum move_end ends[] = {
        [ARRIVED] = MOVE_DONE,
        [ARRIVED_HIT] = MOVE_STOPPED,
        [ARRIVED_FINISHED] = MOVE_FINISHED,
        [ARRIVED_NOTHING] = MOVE_NOTHING,
        [ARRIVED_BEGINNING] = MOVE_BEGINNING,
        [ARRIVED_INTERRUPTED] = MOVE_INTERRUPTED,
    };

    return ends[arrival];
}

static bool is_finished(const struct run *run)
{
    for (unsigned i = 0; i < run->boards; i++)
        if (run->board[i]->finished)
            return true;
    return false;
}

/* What was to be found is not known: a move on ends where it is, one back where it began. */
static void cut_short(struct session *session, struct move *move)
{
    timeline_start_anew(session->time);
    session->interrupted = true;
    move->has_event = false;
    move->hits = 0;
    if (moment_compare(timeline_now(session->time), move->from) < 0)
        timeline_return(session->time, move->from);
}

/* That the run is over is said at once, unless there is an event to tell. */
void move_ended(struct session *session, struct move *move, enum move_end end)
{
    if (timeline_cut_short(session->time)) {
        cut_short(session, move);
        end = MOVE_INTERRUPTED;
    }
    if (end == MOVE_DONE && !move->has_event && is_finished(session->run))
        end = MOVE_FINISHED;
    move->end = end;
    move->to = timeline_now(session->time);
    session->last = (struct last_move){arrival_of(end), move->from, move->to};
}

bool is_lone_hart(const struct run *run)
{
    return run->boards == 1 && run->board[0]->harts == 1;
}

/* --- two probes as one ------------------------------------------------------------------------ */

/* The move's own and the session's stops: either stops it, and both are asked. */
struct search {
    struct session *session;
    const struct probe *own, *stops; /* NULL: none */
    bool own_found, stops_found;     /* when something was found last */
};

static void arm(void *ctx, struct run *run)
{
    const struct search *search = ctx;

    if (search->own)
        search->own->arm(search->own->ctx, run);
    if (search->stops)
        search->stops->arm(search->stops->ctx, run);
}

static void disarm(void *ctx, struct run *run)
{
    const struct search *search = ctx;

    if (search->own)
        search->own->disarm(search->own->ctx, run);
    if (search->stops)
        search->stops->disarm(search->stops->ctx, run);
}

static bool found(void *ctx, struct run *run)
{
    struct search *search = ctx;
    bool own = search->own && search->own->found(search->own->ctx, run);
    bool stops = search->stops && search->stops->found(search->stops->ctx, run);

    if (own || stops) {
        search->own_found = own;
        search->stops_found = stops;
    }
    return own || stops;
}

static struct probe probe_of(struct search *search)
{
    return (struct probe){arm, disarm, found, search};
}

static struct search begin_search(struct session *session, const struct probe *own)
{
    struct search search = {.session = session, .own = own};

    if (stops_any(session->stops))
        search.stops = stops_probe(session->stops);
    return search;
}

/* Keeps what the stops have found, and goes over to the hart that stopped. */
static void take_hits(struct session *session, struct move *move)
{
    unsigned count;
    const struct stop_hit *hits = stops_hits(session->stops, &count);

    move->hits = count < MOVE_HITS ? count : MOVE_HITS;
    for (unsigned i = 0; i < move->hits; i++)
        move->hit[i] = hits[i];
    if (initiator_kind(hits[0].initiator) == BY_HART && hits[0].hart != session->hart) {
        session->hart = hits[0].hart;
        session->board = hits[0].stop->board;
        move->other_hart = true;
    }
}

/* Do the stops that were found stop the move? */
static bool stops_here(struct session *session, const struct search *search,
                       struct move *move, enum move_way way)
{
    if (!search->stops_found || !stops_settle(session->stops, way == FORWARDS))
        return false;
    take_hits(session, move);
    return true;
}

enum move_end move_forward(struct session *session, struct move *move,
                           const struct probe *own, struct run_limit limit)
{
    struct search search = begin_search(session, own);
    const struct probe probe = probe_of(&search);
    struct run_limit end = RUN_NO_LIMIT;

    end.cycle = session->subject.cycles;
    if (end.cycle < limit.cycle)
        limit.cycle = end.cycle;
    for (;;) {
        enum arrival arrival = timeline_go(session->time, limit, &probe);

        if (arrival == ARRIVED_HIT && stops_here(session, &search, move, FORWARDS))
            return MOVE_STOPPED;
        if (arrival == ARRIVED_HIT && search.own_found)
            return MOVE_DONE;
        if (arrival == ARRIVED && run_at_limit(session->run, &end))
            return MOVE_LIMIT;
        if (arrival != ARRIVED_HIT)
            return move_end_of(arrival);
    }
}

enum move_end move_backward(struct session *session, struct move *move,
                            const struct probe *own)
{
    struct search search = begin_search(session, own);
    const struct probe probe = probe_of(&search);

    if (!search.own && !search.stops) {
        timeline_seek(session->time, (struct moment){0});
        return MOVE_BEGINNING;
    }
    for (;;) {
        enum arrival arrival = timeline_go_back(session->time, &probe, NULL);

        if (arrival == ARRIVED_HIT && stops_here(session, &search, move, BACKWARDS))
            return MOVE_STOPPED;
        if (arrival == ARRIVED_HIT && search.own_found)
            return MOVE_DONE;
        if (arrival != ARRIVED_HIT)
            return move_end_of(arrival);
    }
}

/* --- back to a known moment --------------------------------------------------------------------- */

/* A search backwards that needs to go no further than `floor`: the first boundary that is
 * looked at there ends it. */
struct bounded {
    struct search search;
    struct moment floor;
};

static void bounded_arm(void *ctx, struct run *run)
{
    arm(&((struct bounded *)ctx)->search, run);
}

static void bounded_disarm(void *ctx, struct run *run)
{
    disarm(&((struct bounded *)ctx)->search, run);
}

static bool bounded_found(void *ctx, struct run *run)
{
    struct bounded *bounded = ctx;
    bool stops = found(&bounded->search, run);

    return stops || moment_compare(moment_of(run), bounded->floor) <= 0;
}

/* Goes to a hit that was found, so that the stops know what they have found there. */
static bool stop_at_hit(struct session *session, struct search *search,
                        struct move *move, struct moment before)
{
    const struct probe probe = probe_of(search);

    timeline_seek(session->time, before);
    return timeline_go(session->time, RUN_NO_LIMIT, &probe) == ARRIVED_HIT &&
           stops_here(session, search, move, BACKWARDS);
}

enum move_end move_back_to(struct session *session, struct move *move, struct moment to)
{
    struct bounded bounded = {begin_search(session, NULL), to};
    const struct probe probe = {bounded_arm, bounded_disarm, bounded_found, &bounded};
    struct moment hit = timeline_now(session->time), before;

    while (bounded.search.stops &&
           timeline_find_hit(session->time, hit, &probe, &hit, &before) &&
           moment_compare(hit, to) >= 0)
        if (stop_at_hit(session, &bounded.search, move, before))
            return MOVE_STOPPED;
    return move_end_of(timeline_seek(session->time, to));
}

enum move_end move_back_behind(struct session *session, struct move *move,
                               struct moment inside)
{
    struct moment from = timeline_now(session->time), to;

    timeline_seek(session->time, inside); /* or behind it, if that is its end */
    if (timeline_inside(session->time))
        timeline_step(session->time);
    to = timeline_now(session->time);
    timeline_seek(session->time, from);
    return move_back_to(session, move, to);
}

/* --- continue ------------------------------------------------------------------------------------- */

void move_continue(struct session *session, enum move_way way, struct move *move)
{
    move_began(session, move);
    move_ended(session, move,
               way == FORWARDS ? move_forward(session, move, NULL, RUN_NO_LIMIT)
                               : move_backward(session, move, NULL));
}

/* --- until ------------------------------------------------------------------------------------------ */

struct target {
    const struct session *session;
    uint64_t address;
};

static void place_arm(void *ctx, struct run *run)
{
    const struct target *target = ctx;
    struct board *board = run->board[target->session->board];

    for (unsigned h = 0; h < board->harts; h++)
        hart_add_stop(&board->hart[h], target->address);
}

static void place_disarm(void *ctx, struct run *run)
{
    const struct target *target = ctx;
    struct board *board = run->board[target->session->board];

    for (unsigned h = 0; h < board->harts; h++)
        hart_remove_stop(&board->hart[h], target->address);
}

static bool place_found(void *ctx, struct run *run)
{
    const struct target *target = ctx;
    const struct hart *hart = timeline_arrived(target->session->time);

    (void)run;
    return hart && hart->pc == target->address;
}

void move_to_address(struct session *session, enum move_way way, uint64_t address,
                     struct move *move)
{
    struct target target = {session, address};
    const struct probe probe = {place_arm, place_disarm, place_found, &target};

    move_began(session, move);
    move_ended(session, move,
               way == FORWARDS ? move_forward(session, move, &probe, RUN_NO_LIMIT)
                               : move_backward(session, move, &probe));
}

struct condition {
    const struct session *session;
    const struct expr *expr;
    bool happened;
};

static void condition_take(void *ctx, const struct event *event)
{
    struct condition *condition = ctx;

    (void)event;
    condition->happened = true;
    run_ask_stop(condition->session->run);
}

static void condition_arm(void *ctx, struct run *run)
{
    event_listen(&run->events, (struct event_sink){EVENT_ALL, condition_take, ctx});
}

static void condition_disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, condition_take, ctx);
}

/* A condition that has no value ends the move, as one of a breakpoint does. */
static bool condition_ends(const struct condition *condition, struct err *err)
{
    struct expr_scope scope = session_scope(condition->session);
    uint64_t value;

    return !expr_value(condition->expr, &scope, &value, err) || value != 0;
}

static bool condition_found(void *ctx, struct run *run)
{
    struct condition *condition = ctx;
    bool happened = condition->happened;

    (void)run;
    condition->happened = false;
    return happened && condition_ends(condition, NULL);
}

void move_until(struct session *session, enum move_way way,
                const struct expr *condition, struct move *move)
{
    struct condition until = {.session = session, .expr = condition};
    const struct probe probe = {condition_arm, condition_disarm, condition_found,
                                &until};
    struct err err = {{0}};

    move_began(session, move);
    move_ended(session, move,
               way == FORWARDS ? move_forward(session, move, &probe, RUN_NO_LIMIT)
                               : move_backward(session, move, &probe));
    if (move->end == MOVE_DONE && condition_ends(&until, &err))
        snprintf(move->no_value, sizeof(move->no_value), "%.*s", STOP_REASON - 1,
                 err.text);
}

void move_until_cycle(struct session *session, uint64_t cycle, struct move *move)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.cycle = cycle;
    move_began(session, move);
    move_ended(session, move, move_forward(session, move, NULL, limit));
}

/* --- to a place in time --------------------------------------------------------------------------------- */

/* On without stops, as far as the scenario's limit lets it. */
static enum move_end pass_over(struct session *session, struct run_limit limit)
{
    struct run_limit end = RUN_NO_LIMIT;
    enum arrival arrival;

    end.cycle = session->subject.cycles;
    if (end.cycle < limit.cycle)
        limit.cycle = end.cycle;
    arrival = timeline_go(session->time, limit, NULL);
    return arrival == ARRIVED && run_at_limit(session->run, &end)
               ? MOVE_LIMIT
               : move_end_of(arrival);
}

/* Beyond the furthest moment the run goes on, and it may end before it is there. */
void move_to(struct session *session, struct moment to, struct move *move)
{
    struct run_limit limit = RUN_NO_LIMIT;
    enum move_end end = MOVE_DONE;

    move_began(session, move);
    limit.retired = to.retired;
    if (moment_compare(to, timeline_furthest(session->time)) > 0)
        end = pass_over(session, limit);
    if (end == MOVE_DONE)
        end = move_end_of(timeline_seek(session->time, to));
    move_ended(session, move, end);
}

void move_to_cycle(struct session *session, uint64_t cycle, struct move *move)
{
    struct run_limit limit = RUN_NO_LIMIT;
    enum move_end end = MOVE_DONE;

    move_began(session, move);
    limit.cycle = cycle;
    if (cycle > timeline_furthest_cycle(session->time))
        end = pass_over(session, limit);
    else
        end = move_end_of(timeline_seek_cycle(session->time, cycle));
    if (end == MOVE_LIMIT && cycle <= session->subject.cycles)
        end = MOVE_DONE;
    move_ended(session, move, end);
}

void move_to_end(struct session *session, struct move *move)
{
    move_began(session, move);
    move_ended(session, move, pass_over(session, RUN_NO_LIMIT));
}
