/* Stop replies: T with a signal, a thread, and why; and what GDB's user is told besides. */
#include "face/gdb/gdb.h"

#include <stdio.h>

enum { SIGNAL_NONE = 0, SIGNAL_INT = 2, SIGNAL_TRAP = 5 };

static void report(struct gdb *gdb, unsigned hart, unsigned signal, const char *reason)
{
    gdb->hart = gdb->chosen = hart;
    buf_clear(&gdb->reply);
    buf_printf(&gdb->reply, "T%02xthread:%x;", signal, hart + 1);
    target_expedite(gdb);
    buf_text(&gdb->reply, reason);
    buf_clear(&gdb->last);
    buf_add(&gdb->last, gdb->reply.data, gdb->reply.size);
}

void report_begin(struct gdb *gdb)
{
    report(gdb, 0, SIGNAL_TRAP, "");
}

void report_step(struct gdb *gdb, unsigned hart)
{
    report(gdb, hart, SIGNAL_TRAP, "");
}

/* --- hits --------------------------------------------------------------------------------------- */

static void say_who(struct gdb *gdb, const struct hit *hit)
{
    static const char *const names[] = {[BY_DMA] = "DMA channel",
                                        [BY_VIRTIO] = "virtio device",
                                        [BY_IOMMU] = "IOMMU",
                                        [BY_NOBODY] = NULL};
    const char *name = names[initiator_kind(hit->initiator)];
    char text[96];

    if (!name)
        return;
    snprintf(text, sizeof(text), "The access is %s %u's, not a hart's.\n", name,
             initiator_number(hit->initiator));
    gdb_note(gdb, text);
}

/* At a stop of the session without a signal: GDB would take a trap for the end of its own
 * step, and go on if that is not where it wants to be. */
void report_hit(struct gdb *gdb, const struct hit *hit)
{
    static const char *const accesses[POINT_TYPES] = {
        [POINT_WRITE] = "watch", [POINT_READ] = "rwatch", [POINT_ACCESS] = "awatch"};
    char reason[64] = "";

    if (!hit->by_point) {
        gdb_note(gdb, hit->text);
    } else if (accesses[hit->type]) {
        say_who(gdb, hit);
        snprintf(reason, sizeof(reason), "%s:%llx;", accesses[hit->type],
                 (unsigned long long)hit->address);
    } else {
        snprintf(reason, sizeof(reason),
                 hit->type == POINT_SOFTWARE ? "swbreak:;" : "hwbreak:;");
    }
    report(gdb, hit->hart, hit->by_point ? SIGNAL_TRAP : SIGNAL_NONE, reason);
}

/* --- ends --------------------------------------------------------------------------------------- */

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
    unsigned code = exit_code(gdb->session->run);
    char text[128];

    if (gdb->ended) {
        buf_printf(&gdb->reply, "W%02x", code & 0xff);
        return;
    }
    snprintf(text, sizeof(text),
             "The run has ended with exit code %u. It can go back from here.\n", code);
    gdb_note(gdb, text);
    report(gdb, gdb->hart, SIGNAL_TRAP, "replaylog:end;");
    gdb->ended = true;
}

void report_arrival(struct gdb *gdb, enum arrival arrival)
{
    switch (arrival) {
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
        gdb_note(gdb, "Every hart waits and nothing is due: nothing can happen.\n");
        break;
    case ARRIVED:
    case ARRIVED_HIT:
        gdb_note(gdb, "This is as far as the scenario lets it run.\n");
        break;
    }
    report(gdb, gdb->hart, SIGNAL_NONE, "");
}

/* ? */
void gdb_why_stopped(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    if (gdb->absent)
        buf_text(&gdb->reply, "W00");
    else if (gdb->last.size == 0)
        report_step(gdb, gdb->hart);
    else
        buf_add(&gdb->reply, gdb->last.data, gdb->last.size);
}

/* vAttach;PID, with any number: the machine is the only process that there is. */
void gdb_attach(struct gdb *gdb, struct scan *rest)
{
    gdb->absent = false;
    gdb_why_stopped(gdb, rest);
}
