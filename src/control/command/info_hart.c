/* info registers, info harts, info modes, hart. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- registers --------------------------------------------------------------------------------- */

/* Which registers of which harts are wanted. */
struct wanted {
    bool hart[HART_MAX];
    bool some; /* only those below */
    bool x[XREGS], pc;
};

static void want_all_harts(struct wanted *wanted, const struct board *board)
{
    for (unsigned i = 0; i < board->harts; i++)
        wanted->hart[i] = true;
}

/* "all", "hart1", "a0", "pc" or "hart1.a0". */
static bool want(struct wanted *wanted, const struct session *session, const char *word,
                 struct err *err)
{
    const struct board *board = session_board(session);
    unsigned hart = session->hart;
    int length = 0, number;

    if (strcmp(word, "all") == 0) {
        want_all_harts(wanted, board);
        return true;
    }
    if (sscanf(word, "hart%1u%n", &hart, &length) == 1 && length) {
        if (hart >= board->harts)
            return err_set(err, "the board has no hart %u", hart);
        wanted->hart[hart] = true;
        if (!word[length])
            return true;
        word += length + (word[length] == '.');
    }
    word += *word == '$';
    number = xreg_by_name(word, strlen(word));
    wanted->some = true;
    if (strcmp(word, "pc") == 0)
        return wanted->pc = true;
    if (number < 0)
        return err_set(err, "'%s' is no register of a hart; for CSRs: info csr", word);
    return wanted->x[number] = true;
}

static void register_row(struct table *table, const struct session *session,
                         const struct hart *hart, int number)
{
    uint64_t value = number < 0 ? hart->pc : hart->x[number];

    table_number(table, hart->id);
    table_text(table, "%s", number < 0 ? "pc" : xreg_names[number]);
    if (number < 0)
        table_none(table);
    else
        table_text(table, "x%d", number);
    table_number(table, value);
    table_number(table, value);
    show_name_cell(table, session, value);
}

static bool is_wanted(const struct wanted *wanted, int number)
{
    return !wanted->some || (number < 0 ? wanted->pc : wanted->x[number]);
}

bool info_registers(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"hart", COLUMN_COUNT}, {"register", COLUMN_TEXT},  {"number", COLUMN_TEXT},
        {"value", COLUMN_HEX},  {"decimal", COLUMN_SIGNED}, {"name", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct wanted wanted = {.some = false};
    struct table *table;
    bool any = false;

    for (unsigned i = 0; i < call->count; i++)
        if (!want(&wanted, call->session, call->given[i].text, err))
            return false;
    for (unsigned i = 0; i < board->harts; i++)
        any |= wanted.hart[i];
    if (!any)
        wanted.hart[call->session->hart] = true;
    table = reply_table(call->reply, "registers", columns);
    for (unsigned i = 0; i < board->harts; i++)
        for (int number = -1; wanted.hart[i] && number < XREGS; number++)
            if (is_wanted(&wanted, number))
                register_row(table, call->session, &board->hart[i], number);
    return true;
}

/* --- harts ------------------------------------------------------------------------------------- */

static void instruction_cell(struct table *table, const struct session *session,
                             const struct hart *hart)
{
    struct buf text = {0};
    uint32_t bits;

    if (peek_instruction(hart, hart->pc, &bits, NULL))
        show_instruction(&text, session, bits, hart->pc);
    show_text_cell(table, &text);
    buf_free(&text);
}

/* The interrupt that it will take before its next instruction. */
static void interrupt_cell(struct table *table, const struct hart *hart)
{
    uint64_t cause = hart_pending_interrupt(hart);
    struct buf text = {0};

    if (cause != CAUSE_NONE)
        put_cause(&text, cause);
    show_text_cell(table, &text);
    buf_free(&text);
}

bool info_harts(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"here", COLUMN_TEXT},        {"hart", COLUMN_COUNT},
        {"mode", COLUMN_TEXT},        {"waits", COLUMN_FLAG},
        {"pc", COLUMN_HEX},           {"name", COLUMN_TEXT},
        {"instruction", COLUMN_TEXT}, {"cycle", COLUMN_COUNT},
        {"retired", COLUMN_COUNT},    {"interrupts", COLUMN_COUNT},
        {"exceptions", COLUMN_COUNT}, {"will_take", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "harts", columns);

    (void)err;
    for (unsigned i = 0; i < board->harts; i++) {
        const struct hart *hart = &board->hart[i];

        if (i == call->session->hart)
            table_text(table, "=>");
        else
            table_none(table);
        table_number(table, i);
        table_text(table, "%s", mode_name(hart_privilege(hart)));
        table_number(table, hart->asleep);
        table_number(table, hart->pc);
        show_name_cell(table, call->session, hart->pc);
        instruction_cell(table, call->session, hart);
        table_number(table, hart->cycle);
        table_number(table, hart->retired);
        table_number(table, hart->interrupts);
        table_number(table, hart->exceptions);
        interrupt_cell(table, hart);
    }
    return true;
}

/* --- modes ------------------------------------------------------------------------------------- */

static void life_row(struct table *table, const struct hart *hart)
{
    static const enum privilege modes[] = {MODE_M, MODE_S, MODE_U, MODE_VS, MODE_VU};

    table_number(table, hart->id);
    for (size_t i = 0; i < COUNT(modes); i++)
        if (hart->has_h || !(modes[i] & MODE_VIRTUAL))
            table_number(table, hart_cycles_in(hart, modes[i]));
        else
            table_none(table);
    table_number(table, hart_cycles_asleep(hart));
}

/* Guests that a hart has entered; what is beyond HART_VMIDS is told as one. */
static void guest_rows(struct table *table, const struct hart *hart)
{
    const struct hart_life *life = &hart->life;

    for (unsigned i = 0; i <= HART_VMIDS; i++) {
        if (!life->entries[i] && !life->exits[i])
            continue;
        table_number(table, hart->id);
        if (i < HART_VMIDS)
            table_text(table, "%u", i);
        else
            table_text(table, "others");
        table_number(table, life->entries[i]);
        table_number(table, life->exits[i]);
        table_number(table, hart_guest_cycles(hart, i, MODE_VS));
        table_number(table, hart_guest_cycles(hart, i, MODE_VU));
    }
}

bool info_modes(struct call *call, struct err *err)
{
    static const struct column life_columns[] = {
        {"hart", COLUMN_COUNT},   {"M", COLUMN_COUNT},  {"S", COLUMN_COUNT},
        {"U", COLUMN_COUNT},      {"VS", COLUMN_COUNT}, {"VU", COLUMN_COUNT},
        {"asleep", COLUMN_COUNT}, {NULL, COLUMN_TEXT}};
    static const struct column guest_columns[] = {
        {"hart", COLUMN_COUNT},  {"vmid", COLUMN_TEXT}, {"entries", COLUMN_COUNT},
        {"exits", COLUMN_COUNT}, {"VS", COLUMN_COUNT},  {"VU", COLUMN_COUNT},
        {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "modes", life_columns);

    (void)err;
    for (unsigned i = 0; i < board->harts; i++)
        life_row(table, &board->hart[i]);
    table = reply_table(call->reply, "entered", guest_columns);
    for (unsigned i = 0; i < board->harts; i++)
        guest_rows(table, &board->hart[i]);
    return true;
}

bool info_choose_hart(struct call *call, struct err *err)
{
    struct session *session = call->session;
    const struct hart *hart;
    struct buf at = {0};

    (void)err;
    if (call->given[0].is_given)
        session->hart = (unsigned)call->given[0].value;
    hart = session_hart(session);
    show_address(&at, session, hart->pc);
    reply_say(call->reply, "Commands mean hart %u. It is in %s at %s%s.", hart->id,
              mode_name(hart_privilege(hart)), at.data,
              hart->asleep ? " and waits for an interrupt" : "");
    buf_free(&at);
    return true;
}
