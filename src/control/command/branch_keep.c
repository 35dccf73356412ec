/* What is kept of a run: states, the journal; and the digest that names a state. */
#include "base/number.h"
#include "control/command/branch.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "observe/narrate.h"

#include <ctype.h>
#include <inttypes.h>

/* --- digest ------------------------------------------------------------------------------------------ */

bool branch_digest(struct call *call, struct err *err)
{
    struct session *session = call->session;
    char text[MOMENT_TEXT];

    (void)err;
    reply_say(call->reply, "The state at %s has the digest 0x%016" PRIx64 "%s.",
              moment_text(text, moment_of(session->run), true),
              run_digest(session->run),
              timeline_inside(session->time) ? "; the step that you are inside of has "
                                               "not changed it yet"
                                             : "");
    return true;
}

/* --- checkpoints ---------------------------------------------------------------------------------------- */

/* "256 MiB" and the like. */
static void put_size(struct buf *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    unsigned unit = 0;

    while (bytes >= 10240 && unit < 3) {
        bytes /= 1024;
        unit++;
    }
    put_count(out, bytes);
    buf_printf(out, " %s", units[unit]);
}

static void say_memory(struct call *call)
{
    struct timeline_memory memory = timeline_memory(call->session->time);
    struct buf text = {0};

    put_count(&text, memory.snapshots);
    buf_text(&text,
             memory.snapshots == 1 ? " checkpoint takes " : " checkpoints take ");
    put_size(&text, memory.bytes);
    buf_text(&text, " of ");
    put_size(&text, memory.bound);
    buf_text(&text, "; the next comes ");
    put_count(&text, memory.interval);
    buf_text(&text, " instructions after the last");
    reply_say(call->reply, "%s.", text.data);
    buf_free(&text);
}

bool branch_checkpoints(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"moment", COLUMN_TEXT},
                                            {"cycle", COLUMN_COUNT},
                                            {"own_bytes", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    struct snapshot_info info;
    struct table *table;

    (void)err;
    say_memory(call);
    table = reply_table(call->reply, "checkpoints", columns);
    for (unsigned i = 0; timeline_snapshot_info(call->session->time, i, &info); i++) {
        branch_moment_cells(table, info.at, info.cycle);
        table_number(table, info.own_bytes);
    }
    return true;
}

enum { LEAST_MEMORY = 1 << 20 };

bool branch_checkpoint_memory(struct call *call, struct err *err)
{
    const char *text = call->given[0].text;
    uint64_t size;

    if (!number_size(text, &size))
        return err_set(err, "'%s' is no size: a number of bytes, or with K, M or G",
                       text);
    if (size < LEAST_MEMORY)
        return err_set(err, "checkpoints want 1M at least");
    timeline_set_memory(call->session->time, size);
    say_memory(call);
    return true;
}

/* --- journal ----------------------------------------------------------------------------------------------- */

enum { SHOWN_BYTES = 16 };

/* "a0 of hart 0", "dma0.Control", "0x80001000". */
static void put_target(struct buf *out, const struct session *session,
                       const struct act *act)
{
    char csr[32];

    switch ((enum act_kind)act->kind) {
    case ACT_INPUT:
        buf_text(out, session->run->board[act->board]->device[act->device]->name);
        break;
    case ACT_MEMORY:
        buf_printf(out, "0x%" PRIx64, act->number);
        break;
    case ACT_X:
        buf_printf(out, "hart%u.%s", act->device, xreg_names[act->number & 31]);
        break;
    case ACT_PC:
        buf_printf(out, "hart%u.pc", act->device);
        break;
    case ACT_CSR:
        csr_text(csr, sizeof(csr), (unsigned)act->number);
        buf_printf(out, "hart%u.%s", act->device, csr);
        break;
    case ACT_REGISTER:
        put_register(out, &session->narrator, act->board, act->device,
                     (uint32_t)act->number, true);
        break;
    case ACT_KINDS:
        break;
    }
}

static void put_byte(struct buf *out, uint8_t byte, bool is_text)
{
    if (!is_text)
        buf_printf(out, "%s%02x", out->size ? " " : "", byte);
    else if (isprint(byte) && byte != '\\')
        buf_char(out, (char)byte);
    else if (byte == '\n' || byte == '\r')
        buf_text(out, byte == '\n' ? "\\n" : "\\r");
    else
        buf_printf(out, "\\x%02x", byte);
}

static void put_value(struct buf *out, const struct act *act)
{
    if (!act->bytes) {
        buf_printf(out, "0x%" PRIx64, act->value);
        return;
    }
    for (uint32_t i = 0; i < act->size && i < SHOWN_BYTES; i++)
        put_byte(out, act->bytes[i], act->kind == ACT_INPUT);
    if (act->size > SHOWN_BYTES)
        buf_printf(out, " ... (%" PRIu32 " bytes)", act->size);
}

bool branch_journal(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"moment", COLUMN_TEXT},
                                            {"what", COLUMN_TEXT},
                                            {"becomes", COLUMN_TEXT},
                                            {"because", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    const struct timeline *time = call->session->time;
    const struct journal *journal =
        timeline_branch_info(time, timeline_branch(time))->journal;
    char moment[MOMENT_TEXT];
    struct table *table;

    (void)err;
    if (journal->count == 0)
        reply_say(call->reply, "Nothing was done to the machine from outside.");
    table = reply_table(call->reply, "journal", columns);
    for (size_t i = 0; i < journal->count; i++) {
        const struct act *act = &journal->act[i];
        struct buf target = {0}, value = {0};

        put_target(&target, call->session, act);
        put_value(&value, act);
        table_text(table, "%s", moment_text(moment, act->at, false));
        table_text(table, "%s", buf_str(&target));
        table_text(table, "%s", buf_str(&value));
        if (act->reason)
            table_text(table, "%s", act->reason);
        else
            table_none(table);
        buf_free(&target);
        buf_free(&value);
    }
    return true;
}
