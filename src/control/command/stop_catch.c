/* Catchpoints: stops at events. */
#include "base/alloc.h"
#include "control/command/stop.h"
#include "machine/interrupt/plic.h"
#include "machine/isa/csr.h"
#include "observe/ask/names.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    number = stop_add(call, stop, condition, err);
    if (number)
        reply_say(call->reply, "Catchpoint %u: %s.", number, what);
    return number != 0;
}

bool stop_catch(struct call *call, struct err *err)
{
    struct stop stop = stop_new(call, STOP_EVENT, 1);
    const struct event_info *info = &event_infos[call->given[0].value];

    return catch_events(call, &stop, EVENT_BIT(call->given[0].value), NULL,
                        call->given[1].text, info->help, err);
}

bool catch_csr(struct call *call, struct stop *stop, unsigned csr,
               const char *condition, struct err *err)
{
    char filter[32], what[64], name[32];

    csr_text(name, sizeof(name), csr);
    snprintf(filter, sizeof(filter), "csr == %u", csr);
    snprintf(what, sizeof(what), "an instruction writes %s", name);
    return catch_events(call, stop, EVENT_BIT(EVENT_CSR_WRITE), filter, condition, what,
                        err);
}

bool stop_catch_csr(struct call *call, struct err *err)
{
    struct stop stop = stop_new(call, STOP_EVENT, 1);

    return catch_csr(call, &stop, (unsigned)call->given[0].value, call->given[1].text,
                     err);
}

bool catch_register(struct call *call, struct stop *stop, const struct lvalue *lvalue,
                    unsigned accesses, const char *condition, struct err *err)
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

bool stop_catch_register(struct call *call, struct err *err)
{
    static const unsigned accesses[] = {ACCESS_READS, ACCESS_WRITES,
                                        ACCESS_READS | ACCESS_WRITES};
    struct expr_scope scope = session_scope(call->session);
    struct stop stop = stop_new(call, STOP_EVENT, 2);
    struct lvalue lvalue;
    unsigned access = 2;

    if (call->given[1].is_given)
        access = (unsigned)call->given[1].value;
    if (expr_lvalue(call->given[0].expr, &scope, &lvalue, err)) {
        if (lvalue.kind == LVALUE_REGISTER && lvalue.hi == 63)
            return catch_register(call, &stop, &lvalue, accesses[access],
                                  call->given[2].text, err);
        err_set(err, "'%s' is no register of a device%s", call->given[0].text,
                lvalue.kind == LVALUE_CSR ? ": 'catch csr' stops at writes of it"
                : lvalue.kind == LVALUE_REGISTER
                    ? ", but a field of one: a condition on `value` can ask for it"
                    : "");
    }
    expr_free(stop.condition);
    return false;
}

/* A source's number; or a device, which is all its lines. */
static bool filter_sources(struct call *call, struct buf *filter, struct buf *what,
                           struct err *err)
{
    const struct given *given = &call->given[0];
    const struct board *board = session_board(call->session);
    struct err unknown;
    const struct device *device = names_device(board, given->text, &unknown);

    if (device && !device->lines)
        return err_set(err, "%s has no interrupt line", device->name);
    if (!device && (given->value == 0 || given->value >= PLIC_SOURCES))
        return err_set(err, "there is no interrupt %" PRIu64 ": there are 1 to %d",
                       given->value, PLIC_SOURCES - 1);
    buf_text(what, device && device->lines > 1 ? "interrupts " : "interrupt ");
    for (unsigned i = 0; i < (device ? device->lines : 1); i++) {
        uint64_t source = device ? device->line[i].source : given->value;

        buf_printf(filter, "%ssource == %" PRIu64, i ? " || " : "", source);
        buf_printf(what, "%s%" PRIu64, i ? ", " : "", source);
    }
    buf_text(what, ": line, pending, claim and completion");
    return true;
}

bool stop_catch_irq(struct call *call, struct err *err)
{
    uint64_t kinds = EVENT_BIT(EVENT_IRQ_LINE) | EVENT_BIT(EVENT_IRQ_PENDING) |
                     EVENT_BIT(EVENT_IRQ_CLAIM) | EVENT_BIT(EVENT_IRQ_COMPLETE);
    struct stop stop = stop_new(call, STOP_EVENT, 1);
    struct buf filter = {0}, what = {0};
    bool ok = filter_sources(call, &filter, &what, err);

    if (ok)
        ok = catch_events(call, &stop, kinds, filter.data, call->given[1].text,
                          what.data, err);
    else
        expr_free(stop.condition);
    buf_free(&filter);
    buf_free(&what);
    return ok;
}

/* --- catch trap ---------------------------------------------------------------------------------------- */

enum { CAUSES = 24 };

static uint64_t nth_cause(unsigned n)
{
    return n < CAUSES ? n : (n - CAUSES) | CAUSE_INTERRUPT;
}

/* "load-page-fault". */
static void put_joined(struct buf *out, uint64_t cause)
{
    put_cause(out, cause);
    for (size_t i = 0; i < out->size; i++)
        out->data[i] = out->data[i] == ' ' ? '-' : out->data[i];
}

/* Those that have a name. */
void stop_offer_causes(const struct session *session,
                       void (*offer)(void *ctx, const char *word), void *ctx)
{
    (void)session;
    for (unsigned i = 0; i < 2 * CAUSES; i++) {
        struct buf name = {0};

        put_joined(&name, nth_cause(i));
        if (!strpbrk(name.data, "0123456789"))
            offer(ctx, name.data);
        buf_free(&name);
    }
}

/* Is the word, whose words are joined by "-", in the name of the cause? */
static bool names_cause(const char *word, uint64_t cause)
{
    struct buf name = {0};
    char *wanted = alloc_string(word);
    bool is;

    for (char *c = wanted; *c; c++)
        *c = *c == ' ' || *c == '_' ? '-' : *c;
    put_joined(&name, cause);
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
        uint64_t cause = nth_cause(i);

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

bool stop_catch_trap(struct call *call, struct err *err)
{
    const char *word = call->given[0].text;
    struct stop stop = stop_new(call, STOP_EVENT, 1);
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
