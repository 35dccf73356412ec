/* info guests: by VMID, who has been entered so far. */
#include "control/command/exit.h"
#include "observe/exits/gstage.h"
#include "observe/exits/guest_folds.h"
#include "observe/narrate.h"

static void guest_row(struct table *table, const struct run *run, unsigned vmid,
                      const struct exit_guest *guest)
{
    const struct board *board = run->board[guest->board];
    struct gstage_sum mapped = gstage_mapped(&board->bus, guest->hgatp);

    table_number(table, vmid);
    table_number(table, guest->inside);
    table_number(table, guest->hart);
    table_text(table, "%s", mode_name(guest->mode));
    table_number(table, guest->inside ? board->hart[guest->hart].pc : guest->epc);
    table_number(table, guest->hgatp);
    table_number(table, mapped.ram_bytes);
    table_number(table, mapped.device_bytes);
    table_number(table, guest->entries);
    table_number(table, guest->exits);
    table_number(table, guest->awake[MODE_VS & 1]);
    table_number(table, guest->awake[MODE_VU & 1]);
    table_number(table, guest->asleep);
}

static void say_who_runs(struct call *call, const struct exits *exits)
{
    const struct board *board = session_board(call->session);

    for (unsigned h = 0; h < board->harts; h++) {
        const struct exit_hart *hart = &exits->hart[board->index * HART_MAX + h];

        if (hart->mode & MODE_VIRTUAL)
            reply_say(call->reply, "Hart %u runs guest %u, in %s.", h, hart->vmid,
                      mode_name(hart->mode));
        else if (hart->out)
            reply_say(call->reply, "Hart %u is in %s: it has left guest %u.", h,
                      mode_name(hart->mode), hart->exit.vmid);
        else
            reply_say(call->reply, "Hart %u is in %s and has no guest.", h,
                      mode_name(hart->mode));
    }
}

bool exit_guests(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"vmid", COLUMN_COUNT},
                                            {"runs", COLUMN_FLAG},
                                            {"hart", COLUMN_COUNT},
                                            {"mode", COLUMN_TEXT},
                                            {"pc", COLUMN_HEX},
                                            {"hgatp", COLUMN_HEX},
                                            {"memory", COLUMN_COUNT},
                                            {"device_memory", COLUMN_COUNT},
                                            {"entries", COLUMN_COUNT},
                                            {"exits", COLUMN_COUNT},
                                            {"vs_cycles", COLUMN_COUNT},
                                            {"vu_cycles", COLUMN_COUNT},
                                            {"asleep_cycles", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct exits *exits = &call->session->guests->exits;
    uint64_t cycle = timeline_cycle(call->session->time);
    struct exits *now;
    struct table *table;

    (void)err;
    say_who_runs(call, exits);
    now = exits_copy(exits);
    exits_settle(now, cycle);
    table = reply_table(call->reply, "guests", columns);
    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++)
        if (now->guest[vmid].entries)
            guest_row(table, call->session->run, vmid, &now->guest[vmid]);
    exits_free(now);
    return true;
}
