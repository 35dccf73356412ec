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
#include "face/gdb/gdb.h"

#include <stdio.h>

enum { SIGNAL_NONE = 0, SIGNAL_INT = 2, SIGNAL_TRAP = 5, STEPS_BACK = 64 };

/* What a move looks for, and has found. */
struct lookout {
    struct gdb *gdb;
    int stepped; /* hart; -1: none */
    int alone; /* the only hart that GDB has resumed, for which points that have lapsed
                  are gone; -1: it has resumed all */
    uint64_t from, to; /* that hart goes on while its pc is here; empty: one step */
    bool heard;        /* it has done something since the last boundary */

    bool by_step, by_point, by_user;
    enum point_type type;
    uint64_t address; /* of the watched byte */
    unsigned hart;    /* that arrived there or did it */
    uint8_t initiator;
    struct buf text; /* of the session's own stop */
};

/* --- the probe ------------------------------------------------------------------------------ */

#define STEP_KINDS (EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_TRAP_ENTER))

static void take(void *ctx, const struct event *event)
{
    struct lookout *lookout = ctx;
    unsigned hart =
        event->kind == EVENT_INSN ? event->insn.hart : event->trap_enter.hart;

    if (event->board != lookout->gdb->session->board ||
        hart != (unsigned)lookout->stepped)
        return;
    lookout->heard = true;
    run_ask_stop(lookout->gdb->session->run);
}

static void arm(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct probe *own = stops_probe(lookout->gdb->stops);
    const struct probe *users = stops_probe(lookout->gdb->session->stops);

    own->arm(own->ctx, run);
    users->arm(users->ctx, run);
    lookout->heard = false;
    if (lookout->stepped >= 0)
        event_listen(&run->events, (struct event_sink){STEP_KINDS, take, lookout});
}

static void disarm(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct probe *own = stops_probe(lookout->gdb->stops);
    const struct probe *users = stops_probe(lookout->gdb->session->stops);

    own->disarm(own->ctx, run);
    users->disarm(users->ctx, run);
    event_unlisten(&run->events, take, lookout);
}

static void note_point(struct lookout *lookout, const struct point *point,
                       uint64_t offset)
{
    lookout->by_point = true;
    lookout->type = point->type;
    lookout->address = point->address + offset;
}

static bool is_arrival(enum point_type type)
{
    return type == POINT_SOFTWARE || type == POINT_HARDWARE;
}

/* A point of the client's is hit; an access comes before arrivals, since GDB has to make
 * it yet. */
static void look_at_points(struct lookout *lookout)
{
    const struct gdb *gdb = lookout->gdb;
    unsigned count;
    const struct stop_hit *hits = stops_hits(gdb->stops, &count);

    for (unsigned i = 0; i < count; i++) {
        uint64_t offset;
        const struct point *point =
            points_of_stop(gdb, hits[i].stop->number, hits[i].pa, &offset);

        if (!point || (point->lapsed && hits[i].hart == (unsigned)lookout->alone))
            continue;
        if (lookout->by_point && is_arrival(point->type))
            continue;
        note_point(lookout, point, offset);
        lookout->hart = hits[i].hart;
        lookout->initiator = hits[i].initiator;
    }
}

static void look_at_user(struct lookout *lookout)
{
    unsigned count;
    const struct stop_hit *hits = stops_hits(lookout->gdb->session->stops, &count);

    lookout->by_user = count > 0;
    buf_clear(&lookout->text);
    if (!count)
        return;
    buf_printf(&lookout->text, "Stopped by %u of the session: %s.\n",
               hits[0].stop->number, hits[0].stop->text ? hits[0].stop->text : "");
    if (!lookout->by_point)
        lookout->hart = hits[0].hart;
}

static void forget(struct lookout *lookout)
{
    lookout->by_step = lookout->by_point = lookout->by_user = false;
    lookout->initiator = INITIATOR_NONE;
    lookout->hart = lookout->gdb->hart;
}

/* What is found is written down at once: replays ask on, and forget. */
static bool found(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct gdb *gdb = lookout->gdb;
    const struct probe *own = stops_probe(gdb->stops);
    const struct probe *users = stops_probe(gdb->session->stops);
    bool by_own = own->found(own->ctx, run), by_user = users->found(users->ctx, run);
    bool stepped = lookout->heard;

    lookout->heard = false;
    if (stepped) {
        uint64_t pc = gdb_board(gdb)->hart[lookout->stepped].pc;

        stepped = pc < lookout->from || pc >= lookout->to;
    }
    if (!by_own && !by_user && !stepped)
        return false;
    forget(lookout);
    lookout->by_step = stepped;
    if (by_own)
        look_at_points(lookout);
    if (by_user)
        look_at_user(lookout);
    return stepped || lookout->by_point || by_user;
}

static struct probe probe_of(struct lookout *lookout)
{
    return (struct probe){arm, disarm, found, lookout};
}

/* --- stop replies ----------------------------------------------------------------------------- */

/* T: which signal, which thread, and why; the thread is now GDB's general thread. */
static void report(struct gdb *gdb, unsigned hart, unsigned signal, const char *reason)
{
    gdb->hart = hart;
    buf_clear(&gdb->reply);
    buf_printf(&gdb->reply, "T%02xthread:%x;", signal, hart + 1);
    target_expedite(gdb);
    buf_text(&gdb->reply, reason);
    buf_clear(&gdb->last);
    buf_add(&gdb->last, gdb->reply.data, gdb->reply.size);
}

static void say_who(struct gdb *gdb, const struct lookout *lookout)
{
    char text[96];

    if (lookout->initiator < INITIATOR_DMA || lookout->initiator >= INITIATORS)
        return;
    snprintf(text, sizeof(text), "The access is DMA channel %d's, not a hart's.\n",
             lookout->initiator - INITIATOR_DMA);
    gdb_console(gdb, text);
}

static void report_hit(struct gdb *gdb, const struct lookout *lookout)
{
    static const char *const reasons[POINT_TYPES] = {[POINT_SOFTWARE] = "swbreak:;",
                                                     [POINT_HARDWARE] = "hwbreak:;",
                                                     [POINT_WRITE] = "watch:",
                                                     [POINT_READ] = "rwatch:",
                                                     [POINT_ACCESS] = "awatch:"};
    char reason[64] = "";

    if (lookout->by_user && !lookout->by_point)
        gdb_console(gdb, buf_str(&lookout->text));
    if (lookout->by_point && is_arrival(lookout->type))
        snprintf(reason, sizeof(reason), "%s", reasons[lookout->type]);
    else if (lookout->by_point) {
        snprintf(reason, sizeof(reason), "%s%llx;", reasons[lookout->type],
                 (unsigned long long)lookout->address);
        say_who(gdb, lookout);
    }
    report(gdb,
           lookout->by_point || lookout->by_user ? lookout->hart
                                                 : (unsigned)lookout->stepped,
           SIGNAL_TRAP, reason);
}

static uint32_t exit_code(const struct run *run)
{
    for (unsigned i = 0; i < run->boards; i++)
        if (run->board[i]->finished)
            return run->board[i]->exit_code;
    return 0;
}

/* The end is a place to go back from; only who goes on from there is told that the
 * process has exited, since GDB then leaves. */
static void report_end(struct gdb *gdb)
{
    char text[128];

    snprintf(text, sizeof(text),
             "The run has ended with exit code %u. It can go back from here.\n",
             (unsigned)exit_code(gdb->session->run));
    gdb_console(gdb, text);
    report(gdb, gdb->hart, SIGNAL_TRAP, "replaylog:end;");
    gdb->ended = true;
}

static void report_arrival(struct gdb *gdb, const struct lookout *lookout,
                           enum arrival arrival)
{
    gdb->session->last.arrival = arrival;
    gdb->session->last.to = timeline_now(gdb->session->time);
    switch (arrival) {
    case ARRIVED_HIT:
        report_hit(gdb, lookout);
        return;
    case ARRIVED_FINISHED:
        report_end(gdb);
        return;
    case ARRIVED_BEGINNING:
        report(gdb, gdb->hart, SIGNAL_TRAP, "replaylog:begin;");
        return;
    case ARRIVED_INTERRUPTED:
        report(gdb, gdb->hart, SIGNAL_INT, "");
        return;
    case ARRIVED_NOTHING:
        gdb_console(gdb, "Every hart waits and nothing is due: nothing can happen.\n");
        break;
    case ARRIVED:
        gdb_console(gdb, "This is as far as the scenario lets it run.\n");
        break;
    }
    report(gdb, gdb->hart, SIGNAL_NONE, "");
}

/* --- forwards ------------------------------------------------------------------------------- */

/* Does the move end here? The session's own stops may be passed over. */
static bool ends_here(struct lookout *lookout)
{
    bool users = lookout->by_user && stops_settle(lookout->gdb->session->stops, true);

    lookout->by_user = users;
    return users || lookout->by_step || lookout->by_point;
}

static bool by_access(const struct lookout *lookout)
{
    return lookout->by_point && !is_arrival(lookout->type);
}

static void go(struct gdb *gdb, struct lookout *lookout)
{
    struct probe probe = probe_of(lookout);
    struct run_limit limit = RUN_NO_LIMIT;
    enum arrival arrival;

    limit.cycle = gdb->session->subject.cycles;
    do
        arrival = timeline_go(gdb->session->time, limit, &probe);
    while (arrival == ARRIVED_HIT && !ends_here(lookout));
    if (arrival == ARRIVED_HIT && by_access(lookout))
        timeline_step_back(gdb->session->time);
    report_arrival(gdb, lookout, arrival);
}

static bool begin(struct gdb *gdb, struct lookout *lookout)
{
    *lookout =
        (struct lookout){.gdb = gdb, .stepped = -1, .alone = -1, .hart = gdb->hart};
    gdb_flush_notes(gdb);
    gdb->session->last.from = timeline_now(gdb->session->time);
    if (!gdb->ended)
        return true;
    gdb->ended = false;
    return false;
}

static bool is_finished(const struct gdb *gdb)
{
    for (unsigned i = 0; i < gdb->session->run->boards; i++)
        if (gdb->session->run->board[i]->finished)
            return true;
    return false;
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
    bool fresh = begin(gdb, &lookout);

    if (!fresh && is_finished(gdb)) {
        buf_printf(&gdb->reply, "W%02x", exit_code(gdb->session->run) & 0xff);
        return;
    }
    if (wish.alone < 0)
        points_drop_lapsed(gdb);
    lookout.stepped = wish.stepped;
    lookout.alone = wish.alone;
    lookout.from = wish.from;
    lookout.to = wish.to;
    go(gdb, &lookout);
    buf_free(&lookout.text);
}

/* --- backwards ------------------------------------------------------------------------------ */

static void touched(void *ctx, const struct event *event)
{
    struct lookout *lookout = ctx;
    uint64_t offset;
    const struct point *point = points_touched(lookout->gdb, event, &offset);

    if (!point)
        return;
    note_point(lookout, point, offset);
    if (event->kind == EVENT_INSN)
        lookout->hart = event->insn.hart;
    else if (event->kind == EVENT_WALK_STEP)
        lookout->hart = event->walk_step.hart;
    else if (event->kind == EVENT_BUS_TRANSFER)
        lookout->initiator = event->bus_transfer.initiator;
}

/* One step of the machine back. ARRIVED_HIT: it touches what is watched, and is not taken. */
static enum arrival step_back(struct lookout *lookout)
{
    struct timeline *time = lookout->gdb->session->time;
    struct moment was = timeline_now(time);
    struct event_sink sink = {EVENT_ALL, touched, lookout};
    enum arrival arrival = timeline_step_back(time);

    if (arrival != ARRIVED || !points_watch(lookout->gdb))
        return arrival;
    forget(lookout);
    timeline_replay(time, timeline_now(time), was, sink);
    if (!lookout->by_point)
        return arrival;
    timeline_seek(time, was);
    return ARRIVED_HIT;
}

/* To the last boundary at which the probe finds something. */
static enum arrival search_back(struct lookout *lookout)
{
    struct timeline *time = lookout->gdb->session->time;
    struct probe probe = probe_of(lookout);
    struct moment began;
    enum arrival arrival = timeline_go_back(time, &probe, &began);

    if (arrival != ARRIVED_HIT)
        return arrival;
    if (lookout->by_user)
        stops_settle(lookout->gdb->session->stops, false);
    if (lookout->by_step && !by_access(lookout))
        timeline_seek(time, began);
    return arrival;
}

void gdb_reverse_continue(struct gdb *gdb, struct scan *rest)
{
    struct timeline *time = gdb->session->time;
    struct lookout lookout;
    enum arrival arrival = ARRIVED;

    (void)rest;
    begin(gdb, &lookout);
    points_drop_lapsed(gdb);
    /* The search is for boundaries before this one; an access just before it is found by
     * taking that step back alone. */
    if (points_watch(gdb)) {
        arrival = step_back(&lookout);
        if (arrival == ARRIVED)
            timeline_step(time);
    }
    if (arrival == ARRIVED)
        arrival = search_back(&lookout);
    report_arrival(gdb, &lookout, arrival);
    buf_free(&lookout.text);
}

static uint64_t steps_of(const struct hart *hart)
{
    return hart->retired + hart->exceptions + hart->interrupts;
}

/* Before the hart's last step: a few steps of the machine back, or a search if it has
 * waited for long. */
static enum arrival before_step(struct lookout *lookout, const struct hart *hart)
{
    uint64_t steps = steps_of(hart);
    enum arrival arrival = ARRIVED;

    for (int i = 0; i < STEPS_BACK && arrival == ARRIVED; i++) {
        arrival = step_back(lookout);
        if (arrival == ARRIVED && steps_of(hart) != steps) {
            forget(lookout);
            lookout->by_step = true;
            return ARRIVED_HIT;
        }
    }
    if (arrival != ARRIVED)
        return arrival;
    timeline_step(lookout->gdb->session->time);
    return search_back(lookout);
}

void gdb_reverse_step(struct gdb *gdb, struct scan *rest)
{
    struct lookout lookout;

    (void)rest;
    begin(gdb, &lookout);
    lookout.stepped = gdb->stepped >= 0 ? gdb->stepped : (int)gdb->hart;
    report_arrival(gdb, &lookout,
                   before_step(&lookout, &gdb_board(gdb)->hart[lookout.stepped]));
    buf_free(&lookout.text);
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

/* A hart's action is the first that names it or all. */
static struct wish add_action(const struct gdb *gdb, struct wish wish,
                              const struct action *action)
{
    int hart = action->thread > 0 ? action->thread - 1 : -1;

    if (action->what == 's' && wish.stepped < 0) {
        wish.stepped = hart >= 0 ? hart : (int)gdb->hart;
        wish.from = action->from;
        wish.to = action->to;
    }
    wish.alone = hart;
    return wish;
}

/*
 * vCont;ACTION;...: GDB steps one hart at a time. With an action for one hart and none for
 * the others, these are to stand still, which harts of one machine cannot.
 */
void gdb_vcont(struct gdb *gdb, struct scan *rest)
{
    struct wish wish = ALL_GO_ON;
    struct action action = {.thread = 1};

    if (!scan_char(rest, ';') || scan_end(rest)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    while (!scan_end(rest)) {
        bool for_all = action.thread <= 0;

        if (!read_action(gdb, scan_until(rest, ';'), &action)) {
            gdb_error(gdb, GDB_E_FORM);
            return;
        }
        if (for_all)
            action.thread = -1; /* what follows an action for all is for none */
        else
            wish = add_action(gdb, wish, &action);
    }
    forwards(gdb, wish);
}

void gdb_why_stopped(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    if (gdb->last.size == 0)
        report(gdb, gdb->hart, SIGNAL_TRAP, "");
    else
        buf_add(&gdb->reply, gdb->last.data, gdb->last.size);
}

/* R and vRun: a run begins at its beginning, which is a place to go to. */
void gdb_restart(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    timeline_seek(gdb->session->time, (struct moment){0});
    gdb->ended = false;
    gdb->silent = true;
    buf_clear(&gdb->last);
}

void gdb_run(struct gdb *gdb, struct scan *rest)
{
    gdb_restart(gdb, rest);
    gdb->silent = false;
    report(gdb, 0, SIGNAL_TRAP, "");
}
