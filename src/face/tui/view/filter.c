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

/* The kinds of event that have all that it names: there must be one. */
static uint64_t kinds_known(struct filter *filter)
{
    uint64_t kinds = 0;

    for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
        struct expr_scope scope = scope_of(filter, NULL, (enum event_kind)kind);

        if (expr_check(filter->expr, &scope, &filter->err))
            kinds |= EVENT_BIT(kind);
    }
    return kinds;
}

/* Of a choice only a part may be asked: then a kind can pass that has not all. */
static bool has_choice(const char *text)
{
    return strstr(text, "||") || strchr(text, '?');
}

void filter_read(struct filter *filter, const struct watch *watch, const char *text)
{
    *filter = (struct filter){.watch = watch};
    if (!*text)
        return;
    filter->insns = strstr(text, "insn") != NULL;
    filter->expr = expr_parse_all(text, &filter->err);
    if (filter->expr && (filter->kinds = kinds_known(filter)) != 0)
        filter->err.text[0] = '\0';
    if (has_choice(text))
        filter->kinds = EVENT_ALL;
}

void filter_release(struct filter *filter)
{
    expr_free(filter->expr);
    filter->expr = NULL;
}

bool filter_passes(const struct filter *filter, const struct event *event)
{
    struct expr_scope scope;
    uint64_t value;
    struct err err;

    if (!filter->expr)
        return !filter->err.text[0];
    if (filter->err.text[0] || !(filter->kinds & EVENT_BIT(event->kind)))
        return false;
    scope = scope_of(filter, event, (enum event_kind)event->kind);
    return expr_value(filter->expr, &scope, &value, &err) && value;
}
