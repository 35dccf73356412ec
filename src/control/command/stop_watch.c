/* Watchpoints: stops at writes to memory, and at reads. */
#include "base/alloc.h"
#include "control/command/stop.h"
#include "control/command/words.h"
#include "observe/ask/peek.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- watch ------------------------------------------------------------------------------------------------ */

enum { WATCH_MOST = 1 << 20, WATCH_USUAL = 8 };

/* What is to be watched, as it was typed. */
struct watched {
    struct expr *what, *length, *condition;
    char *name; /* the text of `what` */
    const char *rest_condition;
    struct lvalue lvalue;
    uint64_t bytes;  /* asked for, or known */
    bool has_length; /* asked for */
};

static void release_watched(struct watched *watched)
{
    expr_free(watched->what);
    expr_free(watched->length);
    expr_free(watched->condition);
    free(watched->name);
}

/* "WHAT[, LENGTH] [if CONDITION]". */
static bool read_watched(const char *text, struct watched *watched, struct err *err)
{
    size_t used;

    watched->what = expr_parse(text, &used, err);
    if (!watched->what)
        return false;
    watched->name = alloc_zero(used + 1, 1);
    memcpy(watched->name, text, used);
    while (used && isspace((unsigned char)watched->name[used - 1]))
        watched->name[--used] = '\0';
    text = skip_blanks(text + used);
    if (*text == ',') {
        text = skip_blanks(text + 1);
        watched->length = expr_parse(text, &used, err);
        if (!watched->length)
            return false;
        text = skip_blanks(text + used);
    }
    if (word_is(text, "if")) {
        watched->rest_condition = skip_blanks(text + 2);
        watched->condition = expr_parse_all(watched->rest_condition, err);
        return watched->condition != NULL;
    }
    return !*text ||
           err_set(err, "'%s' is not understood behind '%s'", text, watched->name);
}

/* The size of the symbol or named part of RAM that is named. */
static uint64_t known_size(const struct session *session, const char *name)
{
    const struct symbols *symbols = session->subject.symbols;
    const struct symbol *symbol = symbols ? symbols_named(symbols, name) : NULL;

    for (unsigned i = 0; i < session->subject.regions; i++)
        if (strcmp(session->subject.region[i].name, name) == 0)
            return session->subject.region[i].size;
    return symbol ? symbol->size : 0;
}

/* Bytes behind one another in memory may be anywhere: how many are together. */
static uint64_t together(const struct hart *hart, uint64_t va, uint64_t pa,
                         uint64_t length)
{
    uint64_t done = RAM_PAGE - (va & (RAM_PAGE - 1)), next;

    while (done < length && peek_address(hart, va + done, ACCESS_LOAD, &next, NULL) &&
           next == pa + done)
        done += RAM_PAGE;
    return done < length ? done : length;
}

/* Where in memory it is; also what has no place there, with what to do instead. */
static bool find_watched(struct call *call, struct watched *watched, uint64_t *va,
                         struct err *err)
{
    struct expr_scope scope = session_scope(call->session);
    const struct lvalue *lvalue = &watched->lvalue;

    if (!expr_lvalue(watched->what, &scope, &watched->lvalue, NULL))
        watched->lvalue.kind = LVALUE_NONE;
    if (lvalue->kind == LVALUE_X || lvalue->kind == LVALUE_PC)
        return err_set(err,
                       "'%s' is a register, which only the hart's own instructions "
                       "write: 'until' and conditions of breakpoints can ask for it",
                       watched->name);
    if (watched->length && !expr_value(watched->length, &scope, &watched->bytes, err))
        return false;
    watched->has_length = watched->length != NULL;
    if (lvalue->kind == LVALUE_MEMORY) {
        *va = lvalue->number;
        if (!watched->has_length)
            watched->bytes = lvalue->size;
        return true;
    }
    if (!watched->has_length)
        watched->bytes = known_size(call->session, watched->name);
    if (!watched->bytes && !watched->has_length)
        watched->bytes = WATCH_USUAL;
    return lvalue->kind != LVALUE_NONE || expr_value(watched->what, &scope, va, err);
}

static void say_watchpoint(struct call *call, const struct watched *watched,
                           const struct stop *stop, unsigned number, uint64_t va)
{
    static const char *const what[] = {[STOP_WRITE] = "writes to",
                                       [STOP_READ] = "reads of",
                                       [STOP_ACCESS] = "reads of and writes to"};
    struct buf text = {0};

    buf_printf(&text, "Watchpoint %u: %s %s, ", number, what[stop->kind],
               watched->name);
    put_count(&text, stop->length);
    buf_printf(&text, stop->length == 1 ? " byte" : " bytes");
    if (stop->length < watched->bytes) {
        buf_text(&text, " of ");
        put_count(&text, watched->bytes);
    }
    buf_printf(&text, " at 0x%" PRIx64, stop->address);
    if (va != stop->address)
        buf_printf(&text, ", where virtual address 0x%" PRIx64 " is now", va);
    reply_say(call->reply, "%s.", text.data);
    if (stop->kind != STOP_WRITE)
        reply_say(call->reply,
                  "To see reads, every instruction is looked at: the run is "
                  "slower while it is enabled.");
    buf_free(&text);
}

static bool watch_memory(struct call *call, struct watched *watched,
                         enum stop_kind kind, uint64_t va, struct err *err)
{
    const struct hart *hart = session_hart(call->session);
    struct stop stop = {.kind = kind,
                        .hart = -1,
                        .enabled = true,
                        .board = call->session->board,
                        .address = va,
                        .length = watched->bytes};
    unsigned number;

    if (stop.length > WATCH_MOST)
        stop.length = WATCH_MOST;
    if (!(watched->lvalue.kind == LVALUE_MEMORY && watched->lvalue.physical)) {
        if (!peek_address(hart, va, ACCESS_LOAD, &stop.address, err))
            return false;
        stop.length = together(hart, va, stop.address, stop.length);
    }
    stop.condition = watched->condition;
    watched->condition = NULL;
    number = stop_add(call, &stop, watched->rest_condition, err);
    if (number)
        say_watchpoint(call, watched, &stop, number, va);
    return number != 0;
}

/* A CSR or a device's register is no memory: what stops there is a catchpoint. */
static bool watch_other(struct call *call, struct watched *watched, enum stop_kind kind,
                        struct err *err)
{
    static const unsigned accesses[] = {[STOP_WRITE] = ACCESS_WRITES,
                                        [STOP_READ] = ACCESS_READS,
                                        [STOP_ACCESS] = ACCESS_READS | ACCESS_WRITES};
    struct stop stop = {.kind = STOP_EVENT,
                        .hart = -1,
                        .enabled = true,
                        .board = call->session->board,
                        .condition = watched->condition};

    watched->condition = NULL;
    if (watched->lvalue.kind == LVALUE_REGISTER)
        return catch_register(call, &stop, &watched->lvalue, accesses[kind],
                              watched->rest_condition, err);
    if (kind == STOP_WRITE)
        return catch_csr(call, &stop, (unsigned)watched->lvalue.number,
                         watched->rest_condition, err);
    expr_free(stop.condition);
    return err_set(err, "'%s' is a CSR: only its writes can be watched", watched->name);
}

static bool make_watchpoint(struct call *call, enum stop_kind kind, struct err *err)
{
    struct watched watched = {0};
    uint64_t va = 0;
    bool ok = read_watched(call->given[0].text, &watched, err) &&
              find_watched(call, &watched, &va, err);

    if (ok &&
        (watched.lvalue.kind == LVALUE_CSR || watched.lvalue.kind == LVALUE_REGISTER))
        ok = watch_other(call, &watched, kind, err);
    else if (ok)
        ok = watch_memory(call, &watched, kind, va, err);
    release_watched(&watched);
    return ok;
}

bool stop_watch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_WRITE, err);
}

bool stop_rwatch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_READ, err);
}

bool stop_awatch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_ACCESS, err);
}
