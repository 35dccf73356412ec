/* Breakpoints, watchpoints and catchpoints: making them. stop_list.c keeps them. */
#include "base/alloc.h"
#include "control/command/location.h"
#include "control/command/rows.h"
#include "control/command/where.h"
#include "control/command/words.h"
#include "machine/isa/csr.h"
#include "observe/ask/peek.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- adding ------------------------------------------------------------------------------------------ */

/* A stop of this session, with the condition that was given as the argument `n`. */
static struct stop new_stop(struct call *call, enum stop_kind kind, unsigned n)
{
    struct stop stop = {.kind = kind,
                        .hart = -1,
                        .enabled = true,
                        .board = call->session->board,
                        .condition = call->given[n].expr};

    call->given[n].expr = NULL;
    return stop;
}

/* What was typed, without the condition, which lists show by itself. */
static char *text_of(const struct call *call)
{
    size_t length = strlen(call->line);
    const char *condition = strstr(call->line, " if ");
    char *text;

    if (condition)
        length = (size_t)(condition - call->line);
    while (length && isspace((unsigned char)call->line[length - 1]))
        length--;
    text = alloc_zero(length + 1, 1);
    memcpy(text, call->line, length);
    return text;
}

/* Adds it, or releases it. The number, or 0. */
static unsigned add(struct call *call, struct stop *stop, const char *condition,
                    struct err *err)
{
    unsigned number;

    stop->text = text_of(call);
    stop->condition_text = condition ? alloc_string(condition) : NULL;
    number = stops_add(call->session->stops, stop, err);
    if (number)
        return number;
    expr_free(stop->condition);
    expr_free(stop->filter);
    free(stop->text);
    free(stop->condition_text);
    return 0;
}

/* --- break ------------------------------------------------------------------------------------------- */

static bool make_breakpoint(struct call *call, bool temporary, struct err *err)
{
    struct stop stop = new_stop(call, STOP_PC, 2);
    struct buf place = {0};
    unsigned number;

    stop.temporary = temporary;
    if (call->given[1].is_given)
        stop.hart = (int)call->given[1].value;
    if (!location_find(call->session, call->given[0].text, &stop.address, err)) {
        expr_free(stop.condition);
        return false;
    }
    number = add(call, &stop, call->given[2].text, err);
    if (!number)
        return false;
    where_put_place(&place, call->session, stop.address);
    reply_say(call->reply, "%s %u at %s.",
              temporary ? "Temporary breakpoint" : "Breakpoint", number, place.data);
    buf_free(&place);
    return true;
}

static bool do_break(struct call *call, struct err *err)
{
    return make_breakpoint(call, false, err);
}

static bool do_tbreak(struct call *call, struct err *err)
{
    return make_breakpoint(call, true, err);
}

/* --- catch ------------------------------------------------------------------------------------------- */

/* Events of these kinds that pass the filter. */
static bool catch_events(struct call *call, struct stop *stop, uint64_t kinds,
                         const char *filter, const char *condition, const char *what,
                         struct err *err)
{
    unsigned number;

    stop->kinds = kinds;
    if (filter) {
        stop->filter = expr_parse_all(filter, err);
        if (!stop->filter) {
            expr_free(stop->condition);
            return false;
        }
    }
    number = add(call, stop, condition, err);
    if (number)
        reply_say(call->reply, "Catchpoint %u: %s.", number, what);
    return number != 0;
}

static bool do_catch(struct call *call, struct err *err)
{
    struct stop stop = new_stop(call, STOP_EVENT, 1);
    const struct event_info *info = &event_infos[call->given[0].value];

    return catch_events(call, &stop, EVENT_BIT(call->given[0].value), NULL,
                        call->given[1].text, info->help, err);
}

static bool catch_csr(struct call *call, struct stop *stop, unsigned csr,
                      const char *condition, struct err *err)
{
    char filter[32], what[64], name[32];

    csr_text(name, sizeof(name), csr);
    snprintf(filter, sizeof(filter), "csr == %u", csr);
    snprintf(what, sizeof(what), "an instruction writes %s", name);
    return catch_events(call, stop, EVENT_BIT(EVENT_CSR_WRITE), filter, condition, what,
                        err);
}

static bool do_catch_csr(struct call *call, struct err *err)
{
    struct stop stop = new_stop(call, STOP_EVENT, 1);

    return catch_csr(call, &stop, (unsigned)call->given[0].value, call->given[1].text,
                     err);
}

enum { ACCESS_READS = 1, ACCESS_WRITES = 2 };

static bool catch_register(struct call *call, struct stop *stop,
                           const struct lvalue *lvalue, unsigned accesses,
                           const char *condition, struct err *err)
{
    static const char *const verbs[] = {
        [ACCESS_READS] = "reads", [ACCESS_WRITES] = "writes", [3] = "reads or writes"};
    struct buf filter = {0}, what = {0};
    uint64_t kinds = 0;
    bool ok;

    if (accesses & ACCESS_READS)
        kinds |= EVENT_BIT(EVENT_MMIO_READ);
    if (accesses & ACCESS_WRITES)
        kinds |= EVENT_BIT(EVENT_MMIO_WRITE);
    buf_printf(&filter,
               "device == %u && offset < 0x%" PRIx64 " && offset + size > 0x%" PRIx64,
               lvalue->device, lvalue->number + lvalue->size, lvalue->number);
    buf_printf(&what, "somebody %s ", verbs[accesses]);
    put_register(&what, &call->session->narrator, stop->board, lvalue->device,
                 (uint32_t)lvalue->number, accesses == ACCESS_WRITES);
    ok = catch_events(call, stop, kinds, filter.data, condition, what.data, err);
    buf_free(&filter);
    buf_free(&what);
    return ok;
}

static bool do_catch_register(struct call *call, struct err *err)
{
    static const unsigned accesses[] = {ACCESS_READS, ACCESS_WRITES,
                                        ACCESS_READS | ACCESS_WRITES};
    struct expr_scope scope = session_scope(call->session);
    struct stop stop = new_stop(call, STOP_EVENT, 2);
    struct lvalue lvalue;
    unsigned access = 2;

    if (call->given[1].is_given)
        access = (unsigned)call->given[1].value;
    if (expr_lvalue(call->given[0].expr, &scope, &lvalue, err)) {
        if (lvalue.kind == LVALUE_REGISTER)
            return catch_register(call, &stop, &lvalue, accesses[access],
                                  call->given[2].text, err);
        err_set(err, "'%s' is no register of a device%s", call->given[0].text,
                lvalue.kind == LVALUE_CSR ? ": 'catch csr' stops at writes of it" : "");
    }
    expr_free(stop.condition);
    return false;
}

static bool do_catch_irq(struct call *call, struct err *err)
{
    uint64_t kinds = EVENT_BIT(EVENT_IRQ_LINE) | EVENT_BIT(EVENT_IRQ_PENDING) |
                     EVENT_BIT(EVENT_IRQ_CLAIM) | EVENT_BIT(EVENT_IRQ_COMPLETE);
    struct stop stop = new_stop(call, STOP_EVENT, 1);
    char filter[40], what[64];

    snprintf(filter, sizeof(filter), "source == %" PRIu64, call->given[0].value);
    snprintf(what, sizeof(what),
             "interrupt %" PRIu64 ": its line, pending, claim and completion",
             call->given[0].value);
    return catch_events(call, &stop, kinds, filter, call->given[1].text, what, err);
}

/* --- catch trap ---------------------------------------------------------------------------------------- */

enum { CAUSES = 24 };

/* Is the word, whose words are joined by "-", in the name of the cause? */
static bool names_cause(const char *word, uint64_t cause)
{
    struct buf name = {0};
    char *wanted = alloc_string(word);
    bool is;

    for (char *c = wanted; *c; c++)
        *c = *c == '-' || *c == '_' ? ' ' : *c;
    put_cause(&name, cause);
    is = strstr(buf_str(&name), wanted) != NULL;
    free(wanted);
    buf_free(&name);
    return is;
}

/* "cause == 13 || cause == 15": the causes that the word may mean. */
static bool filter_causes(struct buf *filter, struct buf *what, const char *word,
                          struct err *err)
{
    for (unsigned i = 0; i < 2 * CAUSES; i++) {
        uint64_t cause = i < CAUSES ? i : (i - CAUSES) | CAUSE_INTERRUPT;

        if (!names_cause(word, cause))
            continue;
        buf_printf(filter, "%scause == 0x%" PRIx64, filter->size ? " || " : "", cause);
        buf_text(what, what->size ? ", or " : "a hart traps: ");
        put_cause(what, cause);
    }
    return filter->size ||
           err_set(err,
                   "no trap is called '%s': a number of mcause, or words of a cause "
                   "joined by '-', as load-page-fault",
                   word);
}

static bool do_catch_trap(struct call *call, struct err *err)
{
    const char *word = call->given[0].text;
    struct stop stop = new_stop(call, STOP_EVENT, 1);
    struct buf filter = {0}, what = {0};
    char *end = NULL;
    uint64_t cause = word ? strtoull(word, &end, 0) : 0;
    bool ok = true;

    if (!word) {
        buf_text(&what, "a hart traps");
    } else if (isdigit((unsigned char)*word) && !*end) {
        buf_printf(&filter, "cause == 0x%" PRIx64, cause);
        buf_text(&what, "a hart traps: ");
        put_cause(&what, cause);
    } else {
        ok = filter_causes(&filter, &what, word, err);
    }
    if (ok)
        ok = catch_events(call, &stop, EVENT_BIT(EVENT_TRAP_ENTER), filter.data,
                          call->given[1].text, what.data, err);
    else
        expr_free(stop.condition);
    buf_free(&filter);
    buf_free(&what);
    return ok;
}

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
    number = add(call, &stop, watched->rest_condition, err);
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

static bool do_watch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_WRITE, err);
}

static bool do_rwatch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_READ, err);
}

static bool do_awatch(struct call *call, struct err *err)
{
    return make_watchpoint(call, STOP_ACCESS, err);
}

/* --- rows --------------------------------------------------------------------------------------------------- */

#define CONDITION                                                                      \
    {                                                                                  \
        .type = ARG_EXPR, .name = "CONDITION", .optional = true, .after = "if"         \
    }
#define BREAK_ARGUMENTS                                                                \
    {                                                                                  \
        {.type = ARG_LOCATION, .name = "LOCATION", .optional = true},                  \
            {.type = ARG_HART, .name = "N", .optional = true, .after = "hart"},        \
            CONDITION                                                                  \
    }
#define WATCH_ARGUMENTS                                                                \
    {                                                                                  \
        {                                                                              \
            .type = ARG_TEXT, .name = "WHAT[, LENGTH] [if CONDITION]"                  \
        }                                                                              \
    }

const struct command stop_commands[] = {
    {
        .name = "break",
        .aliases = "b br",
        .arguments = BREAK_ARGUMENTS,
        .summary = "stop when a hart arrives at a place in the program",
        .help =
            "LOCATION is a symbol, main+8, *ADDRESS, FILE:LINE or a LINE of the "
            "file that the hart is in; without it, where the hart is. The address is "
            "a virtual one. The condition is asked when a hart arrives there.\n"
            "\n"
            "  break main\n"
            "  break *0x80000048 hart 1\n"
            "  break copy.s:12 if a0 == 3",
        .group = "breakpoints",
        .run = do_break,
    },
    {
        .name = "tbreak",
        .aliases = "tb",
        .arguments = BREAK_ARGUMENTS,
        .summary = "as break, but it is deleted when it has stopped once",
        .help = "  tbreak main",
        .group = "breakpoints",
        .run = do_tbreak,
    },
    {
        .name = "watch",
        .arguments = WATCH_ARGUMENTS,
        .summary =
            "stop when somebody writes to memory: a hart, DMA, a page-table walk",
        .help = "WHAT is an address, [ADDRESS], or the name of a part of memory, which "
                "is then watched as a whole (1 MiB at most). A virtual address means "
                "the memory that it is translated to now. The move ends just after the "
                "write, also when the value is the same as before. Of a CSR or a "
                "device's register it makes a catchpoint.\n"
                "\n"
                "  watch iterations\n"
                "  watch 0x80210000, 64\n"
                "  watch u32[sp+8] if a0 != 0\n"
                "  watch dma0.Control",
        .group = "breakpoints",
        .run = do_watch,
    },
    {
        .name = "rwatch",
        .arguments = WATCH_ARGUMENTS,
        .summary = "stop when somebody reads from memory",
        .help = "Fetches of instructions are no reads. Of a device's register it makes "
                "a catchpoint.\n"
                "\n"
                "  rwatch buffer",
        .group = "breakpoints",
        .run = do_rwatch,
    },
    {
        .name = "awatch",
        .arguments = WATCH_ARGUMENTS,
        .summary = "stop when somebody reads from memory or writes to it",
        .help = "  awatch 0x80210000, 8",
        .group = "breakpoints",
        .run = do_awatch,
    },
    {
        .name = "catch",
        .arguments = {{.type = ARG_EVENT_KIND, .name = "KIND"}, CONDITION},
        .summary = "stop at an event of some kind",
        .help = "The condition can use the event's fields by their names; "
                "docs/manual/events.md lists them. The move ends just after the step "
                "that told the event.\n"
                "\n"
                "  catch dma-error if channel == 2\n"
                "  catch trap-enter if cause == 13\n"
                "  catch irq-claim",
        .group = "breakpoints",
        .run = do_catch,
    },
    {
        .name = "catch csr",
        .arguments = {{.type = ARG_CSR, .name = "CSR"}, CONDITION},
        .summary = "stop when an instruction writes a CSR",
        .help = "The condition can use `old` and `value`. What a trap writes is no "
                "write by an instruction: `catch trap`.\n"
                "\n"
                "  catch csr mstatus\n"
                "  catch csr satp if value != old",
        .group = "breakpoints",
        .run = do_catch_csr,
    },
    {
        .name = "catch register",
        .arguments = {{.type = ARG_REGISTER, .name = "DEVICE.REGISTER"},
                      {.type = ARG_CHOICE,
                       .name = "read|write|access",
                       .optional = true,
                       .choices = "read write access"},
                      CONDITION},
        .summary = "stop when software reads or writes a device's register",
        .help = "The condition can use `value` and, of writes, `old`.\n"
                "\n"
                "  catch register dma0.Control\n"
                "  catch register uart0.LSR read if value & 1",
        .group = "breakpoints",
        .run = do_catch_register,
    },
    {
        .name = "catch irq",
        .arguments = {{.type = ARG_VALUE, .name = "SOURCE"}, CONDITION},
        .summary = "stop at what happens to an interrupt source",
        .help = "Its line is raised or lowered, it becomes pending in the interrupt "
                "controller, is claimed, is completed.\n"
                "\n"
                "  catch irq 23",
        .group = "breakpoints",
        .run = do_catch_irq,
    },
    {
        .name = "catch trap",
        .arguments = {{.type = ARG_WORD, .name = "CAUSE", .optional = true}, CONDITION},
        .summary = "stop when a hart takes a trap",
        .help = "CAUSE is a number of mcause, or words of it joined by '-'; without "
                "it, any trap.\n"
                "\n"
                "  catch trap\n"
                "  catch trap 8\n"
                "  catch trap page-fault\n"
                "  catch trap timer if mode == 0",
        .group = "breakpoints",
        .run = do_catch_trap,
    },
    {.name = NULL},
};
