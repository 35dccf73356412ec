#include "face/tui/view/filter.h"

#include <string.h>

static struct expr_scope scope_of(const struct filter *filter,
                                  const struct event *event, enum event_kind kind)
{
    struct expr_scope scope = session_scope(filter->watch->session);

    scope.board = filter->watch->board->index;
    scope.event = event;
    scope.kind = kind;
    return scope;
}

/* Some kind of event must have all that it names. */
static bool is_known(struct filter *filter)
{
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        struct expr_scope scope = scope_of(filter, NULL, (enum event_kind)kind);

        if (expr_check(filter->expr, &scope, &filter->err))
            return true;
    }
    return false;
}

void filter_read(struct filter *filter, const struct watch *watch, const char *text)
{
    *filter = (struct filter){.watch = watch};
    if (!*text)
        return;
    filter->insns = strstr(text, "insn") != NULL;
    filter->expr = expr_parse_all(text, &filter->err);
    if (filter->expr && is_known(filter))
        filter->err.text[0] = '\0';
}

void filter_release(struct filter *filter)
{
    expr_free(filter->expr);
    filter->expr = NULL;
}

bool filter_passes(const struct filter *filter, const struct event *event)
{
    struct expr_scope scope = scope_of(filter, event, (enum event_kind)event->kind);
    uint64_t value;
    struct err err;

    if (!filter->expr)
        return !filter->err.text[0];
    return !filter->err.text[0] && expr_value(filter->expr, &scope, &value, &err) &&
           value;
}
