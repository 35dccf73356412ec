/*
 * Moves that GDB asks for, and how they end. The machine is one: all its harts go on
 * whatever is resumed, since their order is the run's, not a debugger's. So
 *
 *   c    goes on until something stops it
 *   s    goes on until that hart has done one step (r: until it leaves a range)
 *   bc   goes back to where something would have stopped it
 *   bs   goes back to before that hart's last step
 *
 * At a watchpoint GDB's RISC-V wants to stand before the access: it makes the access itself,
 * by a step in the direction in which it goes, and compares the values before and after.
 * So the machine is shown as it is on the near side of the access: forwards before it,
 * going back after it.
 */
#include "control/calls.h"
#include "control/moves_inside.h"
#include "face/gdb/lookout.h"

enum { STEPS_BACK = 64 };

/* --- how a move ends ---------------------------------------------------------------------------- */

static void begin(struct gdb *gdb, struct lookout *lookout)
{
    lookout_begin(lookout, gdb);
    gdb_listens(gdb, true);
    move_began(gdb->session, &lookout->move);
    lookout->narration = narration_before(gdb->session);
}

static void end(struct lookout *lookout, enum arrival arrival)
{
    struct gdb *gdb = lookout->gdb;

    move_ended(gdb->session, &lookout->move, move_end_of(arrival));
    arrival = gdb->session->last.arrival;
    narration_after(gdb->session, &lookout->narration);
    if (arrival != ARRIVED_HIT)
        report_arrival(gdb, arrival);
    else if (lookout->hit.by_point || lookout->hit.by_user)
        report_hit(gdb, &lookout->hit);
    else
        report_step(gdb, (unsigned)lookout->stepped);
    gdb_listens(gdb, false);
}

/* After `monitor quit` nothing moves any more: the process has exited. */
static bool has_quit(struct gdb *gdb)
{
    if (gdb->session->quit)
        buf_text(&gdb->reply, "W00");
    return gdb->session->quit;
}

/* --- forwards ------------------------------------------------------------------------------- */

/* Another hart than the one that is resumed alone has to stop: not now. */
static bool defer(struct lookout *lookout)
{
    struct gdb *gdb = lookout->gdb;

    if (lookout->alone < 0 || lookout->by_step ||
        lookout->hit.hart == (unsigned)lookout->alone)
        return false;
    if (!gdb->deferred) {
        gdb->deferred = true;
        gdb->deferred_hit = lookout->hit;
        gdb->deferred_at = timeline_now(gdb->session->time);
    }
    return true;
}

/* Does the move end here? The session's own stops may be passed over. */
static bool ends_here(struct lookout *lookout)
{
    struct hit *hit = &lookout->hit;

    hit->by_user = hit->by_user && stops_settle(lookout->gdb->session->stops, true);
    return (hit->by_user || lookout->by_step || hit->by_point) && !defer(lookout);
}

/* What has stopped the move stays found, though the client interrupts now. */
static void stand_before_access(struct lookout *lookout)
{
    struct timeline *time = lookout->gdb->session->time;
    bool steady = timeline_set_steady(time, true);

    if (hit_is_access(&lookout->hit))
        timeline_step_back(time);
    timeline_set_steady(time, steady);
}

static void go(struct lookout *lookout)
{
    struct session *session = lookout->gdb->session;
    struct probe probe = lookout_probe(lookout);
    struct run_limit limit = RUN_NO_LIMIT;
    enum arrival arrival;

    limit.cycle = session->subject.cycles;
    do
        arrival = timeline_go(session->time, limit, &probe);
    while (arrival == ARRIVED_HIT && !ends_here(lookout));
    if (arrival == ARRIVED_HIT)
        stand_before_access(lookout);
    end(lookout, arrival);
}

/* Is there something deferred that is still wanted? */
static bool is_deferred(struct gdb *gdb)
{
    const struct hit *hit = &gdb->deferred_hit;

    gdb->deferred &= hit->by_user || points_has(gdb, hit);
    return gdb->deferred;
}

/* What was deferred is where it was found, a few steps ago. */
static void go_to_deferred(struct lookout *lookout)
{
    struct gdb *gdb = lookout->gdb;

    gdb->ended = gdb->deferred = false;
    lookout->hit = gdb->deferred_hit;
    timeline_return(gdb->session->time, gdb->deferred_at);
    stand_before_access(lookout);
    end(lookout, ARRIVED_HIT);
}

/* What GDB wants to happen. */
struct wish {
    int stepped, alone; /* as of struct lookout */
    uint64_t from, to;
};

#define ALL_GO_ON ((struct wish){.stepped = -1, .alone = -1})

/* While GDB resumes one hart alone, it has taken away the breakpoint that this one stands
 * at: the others, which the machine does not hold back, still stop there. */
static void forwards(struct gdb *gdb, struct wish wish)
{
    struct lookout lookout;

    if (has_quit(gdb))
        return;
    begin(gdb, &lookout);
    if (wish.alone < 0)
        points_drop_lapsed(gdb);
    else
        gdb->hart = (unsigned)wish.alone;
    lookout.stepped = wish.stepped;
    lookout.alone = wish.alone;
    lookout.from = wish.from;
    lookout.to = wish.to;
    if (is_deferred(gdb) && wish.alone < 0)
        go_to_deferred(&lookout);
    else
        go(&lookout);
}

/* --- backwards ------------------------------------------------------------------------------ */

static void begin_back(struct gdb *gdb, struct lookout *lookout)
{
    begin(gdb, lookout);
    points_drop_lapsed(gdb);
    gdb->ended = gdb->deferred = false;
}

/* One step of the machine back. ARRIVED_HIT: it touches what is watched, and is not taken. */
static enum arrival step_back(struct lookout *lookout)
{
    struct timeline *time = lookout->gdb->session->time;
    struct moment was = timeline_now(time);
    struct event_sink sink = {EVENT_ALL, lookout_touched, lookout};
    enum arrival arrival = timeline_step_back(time);

    if (arrival != ARRIVED || !points_watch(lookout->gdb))
        return arrival;
    lookout_forget(lookout);
    if (!timeline_replay(time, timeline_now(time), was, sink))
        return ARRIVED_INTERRUPTED;
    if (!lookout->hit.by_point)
        return arrival;
    timeline_seek(time, was);
    return ARRIVED_HIT;
}

/* To the last boundary at which the probe finds something. */
static enum arrival search_back(struct lookout *lookout)
{
    struct timeline *time = lookout->gdb->session->time;
    struct probe probe = lookout_probe(lookout);
    struct moment began;
    enum arrival arrival = timeline_go_back(time, &probe, &began);

    if (arrival != ARRIVED_HIT)
        return arrival;
    if (lookout->hit.by_user)
        stops_settle(lookout->gdb->session->stops, false);
    if (lookout->by_step && !lookout->hit.by_point)
        timeline_seek(time, began);
    return arrival;
}

void gdb_reverse_continue(struct gdb *gdb, struct scan *rest)
{
    struct lookout lookout;
    enum arrival arrival = ARRIVED;

    (void)rest;
    if (has_quit(gdb))
        return;
    begin_back(gdb, &lookout);
    /* The search is for boundaries before this one; an access just before it is found by
     * taking that step back alone. */
    if (points_watch(gdb)) {
        arrival = step_back(&lookout);
        if (arrival == ARRIVED)
            timeline_step(gdb->session->time);
    }
    if (arrival == ARRIVED)
        arrival = search_back(&lookout);
    end(&lookout, arrival);
}

/* Before the hart's last step: a few steps of the machine back, or a search if it has
 * waited for long. */
static enum arrival before_step(struct lookout *lookout, const struct hart *hart)
{
    uint64_t steps = hart_steps(hart);
    enum arrival arrival = ARRIVED;

    for (int i = 0; i < STEPS_BACK && arrival == ARRIVED; i++) {
        arrival = step_back(lookout);
        if (arrival == ARRIVED && hart_steps(hart) != steps) {
            lookout_forget(lookout);
            return ARRIVED_HIT;
        }
    }
    if (arrival != ARRIVED)
        return arrival;
    timeline_step(lookout->gdb->session->time);
    return search_back(lookout);
}

/* Without a thread of its own (Hc) GDB means the one that its user has chosen, and does not
 * say which: Hg is of whichever it has shown last. */
void gdb_reverse_step(struct gdb *gdb, struct scan *rest)
{
    struct lookout lookout;

    (void)rest;
    if (has_quit(gdb))
        return;
    begin_back(gdb, &lookout);
    lookout.stepped = gdb->stepped >= 0 ? gdb->stepped : (int)gdb->chosen;
    end(&lookout, before_step(&lookout, &gdb_board(gdb)->hart[lookout.stepped]));
}

/* --- packets ---------------------------------------------------------------------------------- */

/* c and s: from where it stands; another address would be a write to pc. */
void gdb_continue(struct gdb *gdb, struct scan *rest)
{
    if (scan_end(rest))
        forwards(gdb, ALL_GO_ON);
    else
        gdb_error(gdb, GDB_E_FORM);
}

void gdb_step(struct gdb *gdb, struct scan *rest)
{
    int hart = gdb->stepped >= 0 ? gdb->stepped : (int)gdb->hart;

    if (scan_end(rest))
        forwards(gdb, (struct wish){.stepped = hart, .alone = gdb->stepped});
    else
        gdb_error(gdb, GDB_E_FORM);
}

/* C and S: harts know no signals. */
void gdb_continue_signal(struct gdb *gdb, struct scan *rest)
{
    uint64_t signal;

    if (scan_hex(rest, &signal))
        gdb_continue(gdb, rest);
    else
        gdb_error(gdb, GDB_E_FORM);
}

void gdb_step_signal(struct gdb *gdb, struct scan *rest)
{
    uint64_t signal;

    if (scan_hex(rest, &signal))
        gdb_step(gdb, rest);
    else
        gdb_error(gdb, GDB_E_FORM);
}

void gdb_vcont_actions(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_text(&gdb->reply, "vCont;c;C;s;S;r");
}

/* One action of vCont: what, with which range, for which thread (0 and -1: all). */
struct action {
    char what;
    uint64_t from, to;
    int thread;
};

static bool read_action(const struct gdb *gdb, struct scan text, struct action *action)
{
    uint64_t signal;

    *action = (struct action){.thread = -1};
    if (scan_char(&text, 'c') || (scan_char(&text, 'C') && scan_hex(&text, &signal)))
        action->what = 'c';
    else if (scan_char(&text, 's') ||
             (scan_char(&text, 'S') && scan_hex(&text, &signal)))
        action->what = 's';
    else if (scan_char(&text, 'r') && scan_range(&text, &action->from, &action->to))
        action->what = 's';
    else
        return false;
    if (scan_char(&text, ':') && !threads_scan(gdb, &text, &action->thread))
        return false;
    return scan_end(&text);
}

/* What vCont wants of harts; bit n is hart n. */
struct actions {
    struct wish wish;
    unsigned all, resumed;
};

/* A hart's action is the first that names it or all. */
static void add_action(const struct gdb *gdb, struct actions *actions,
                       const struct action *action)
{
    unsigned harts = action->thread > 0 ? 1U << (action->thread - 1) : actions->all;
    struct wish *wish = &actions->wish;

    harts &= ~actions->resumed;
    actions->resumed |= harts;
    if (action->what != 's' || wish->stepped >= 0 || !harts)
        return;
    wish->stepped = harts >> gdb->hart & 1 ? (int)gdb->hart : __builtin_ctz(harts);
    wish->from = action->from;
    wish->to = action->to;
}

/*
 * vCont;ACTION;...: GDB steps one hart at a time. With actions for some harts and none for
 * the others, these are to stand still, which harts of one machine cannot.
 */
void gdb_vcont(struct gdb *gdb, struct scan *rest)
{
    struct actions actions = {ALL_GO_ON, (1U << gdb_board(gdb)->harts) - 1, 0};
    struct action action;

    if (!scan_char(rest, ';') || scan_end(rest)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    while (!scan_end(rest)) {
        if (!read_action(gdb, scan_until(rest, ';'), &action)) {
            gdb_error(gdb, GDB_E_FORM);
            return;
        }
        add_action(gdb, &actions, &action);
    }
    if (actions.resumed != actions.all && !(actions.resumed & (actions.resumed - 1)))
        actions.wish.alone = __builtin_ctz(actions.resumed);
    forwards(gdb, actions.wish);
}

/* R and vRun: a run begins at its beginning, which is a place to go to; nothing interrupts
 * that. The client does not listen meanwhile: what is narrated it hears with its next move. */
void gdb_restart(struct gdb *gdb, struct scan *rest)
{
    struct session *session = gdb->session;
    struct narration_from narration = narration_before(session);
    bool steady = timeline_set_steady(session->time, true);
    struct move move;

    (void)rest;
    move_to(session, (struct moment){0}, &move);
    timeline_set_steady(session->time, steady);
    narration_after(session, &narration);
    gdb->ended = gdb->deferred = gdb->absent = false;
    gdb->silent = true;
    buf_clear(&gdb->last);
}

void gdb_run(struct gdb *gdb, struct scan *rest)
{
    if (has_quit(gdb))
        return;
    gdb_restart(gdb, rest);
    gdb->silent = false;
    report_begin(gdb);
}
