#include "face/gdb/lookout.h"

#include "control/calls.h"

#include <stdio.h>

void lookout_forget(struct lookout *lookout)
{
    lookout->by_step = false;
    lookout->hit =
        (struct hit){.hart = lookout->gdb->hart, .initiator = INITIATOR_NONE};
}

void lookout_begin(struct lookout *lookout, struct gdb *gdb)
{
    *lookout = (struct lookout){.gdb = gdb,
                                .own = stops_probe(gdb->stops),
                                .users = stops_probe(gdb->session->stops),
                                .stepped = -1,
                                .alone = -1};
    lookout_forget(lookout);
}

/* --- armed ------------------------------------------------------------------------------------ */

static void take(void *ctx, const struct event *event)
{
    struct lookout *lookout = ctx;
    unsigned hart =
        event->kind == EVENT_INSN ? event->insn.hart : event->trap_enter.hart;

    if (event->board != lookout->gdb->board || hart != (unsigned)lookout->stepped)
        return;
    lookout->heard = true;
    run_ask_stop(lookout->gdb->session->run);
}

static void arm(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct probe *own = lookout->own, *users = lookout->users;

    own->arm(own->ctx, run);
    users->arm(users->ctx, run);
    lookout->heard = false;
    if (lookout->stepped >= 0)
        event_listen(&run->events, (struct event_sink){HART_STEP_KINDS, take, lookout});
}

static void disarm(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct probe *own = lookout->own, *users = lookout->users;

    own->disarm(own->ctx, run);
    users->disarm(users->ctx, run);
    event_unlisten(&run->events, take, lookout);
}

/* --- found ------------------------------------------------------------------------------------ */

static void note_point(struct hit *hit, const struct point *point, uint64_t offset)
{
    hit->by_point = true;
    hit->type = point->type;
    hit->address = point->address + offset;
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

        if (!point || (point->lapsed && hits[i].hart == (unsigned)lookout->alone) ||
            hit_is_access(&lookout->hit))
            continue;
        note_point(&lookout->hit, point, offset);
        lookout->hit.hart = hits[i].hart;
        lookout->hit.initiator = hits[i].initiator;
    }
}

/* Which of the session's stops it is; and whose condition has no value. */
static void put_stop(struct hit *hit, const struct stop_hit *hits, unsigned count)
{
    struct buf text = {0};

    buf_printf(&text, "Stopped by %u of the session: %.100s.\n", hits[0].stop->number,
               hits[0].stop->text ? hits[0].stop->text : "");
    for (unsigned i = 0; i < count; i++)
        if (hits[i].no_value[0]) {
            stop_hit_put_no_value(&text, &hits[i]);
            buf_char(&text, '\n');
        }
    snprintf(hit->text, sizeof(hit->text), "%s", text.data);
    buf_free(&text);
}

static void look_at_users(struct lookout *lookout)
{
    unsigned count;
    const struct stop_hit *hits = stops_hits(lookout->gdb->session->stops, &count);
    struct hit *hit = &lookout->hit;

    hit->by_user = count > 0;
    if (!count)
        return;
    put_stop(hit, hits, count);
    if (!hit->by_point && hits[0].stop->board == lookout->gdb->board)
        hit->hart = hits[0].hart;
}

static bool has_stepped(struct lookout *lookout)
{
    bool heard = lookout->heard;
    uint64_t pc;

    lookout->heard = false;
    if (!heard)
        return false;
    pc = gdb_board(lookout->gdb)->hart[lookout->stepped].pc;
    return pc < lookout->from || pc >= lookout->to;
}

static bool found(void *ctx, struct run *run)
{
    struct lookout *lookout = ctx;
    const struct probe *own = lookout->own, *users = lookout->users;
    bool by_own = own->found(own->ctx, run), by_user = users->found(users->ctx, run);
    bool by_step = has_stepped(lookout);

    if (!by_own && !by_user && !by_step)
        return false;
    lookout_forget(lookout);
    lookout->by_step = by_step;
    if (by_own)
        look_at_points(lookout);
    if (by_user)
        look_at_users(lookout);
    return by_step || lookout->hit.by_point || by_user;
}

struct probe lookout_probe(struct lookout *lookout)
{
    return (struct probe){arm, disarm, found, lookout};
}

void lookout_touched(void *ctx, const struct event *event)
{
    struct lookout *lookout = ctx;
    struct hit *hit = &lookout->hit;
    uint64_t offset;
    const struct point *point = points_touched(lookout->gdb, event, &offset);

    if (!point || hit->by_point)
        return;
    note_point(hit, point, offset);
    if (event->kind == EVENT_INSN)
        hit->hart = event->insn.hart;
    else if (event->kind == EVENT_WALK_STEP)
        hit->hart = event->walk_step.hart;
    else if (event->kind == EVENT_BUS_TRANSFER)
        hit->initiator = event->bus_transfer.initiator;
}
