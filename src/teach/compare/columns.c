#include "teach/compare/columns.h"

#include "observe/exits/exit_words.h"

#include <stdio.h>
#include <string.h>

static void put_short(char *title, size_t room, uint64_t cause)
{
    struct buf text = {0};

    exit_put_short_cause(&text, cause);
    snprintf(title, room, "  %.16s", buf_str(&text));
    buf_free(&text);
}

/* --- which there are ------------------------------------------------------------------ */

static bool any(const struct compare *compare, bool (*has)(const struct result *result))
{
    for (unsigned p = 0; p < compare->points; p++)
        for (unsigned v = 0; v < compare->chosen; v++)
            if (has(&compare->point[p].result[v]))
                return true;
    return false;
}

static bool has_account(const struct result *result)
{
    return result->account.known;
}

static bool has_share(const struct result *result)
{
    return result->metrics.has_share;
}

/* All causes of any run, in order. */
static unsigned causes_of(const struct compare *compare,
                          uint64_t cause[2 * ACCOUNT_CAUSES])
{
    unsigned count = 0;

    for (unsigned n = 0; n < compare->points * compare->chosen; n++) {
        const struct account *account =
            &compare->point[n / compare->chosen].result[n % compare->chosen].account;

        for (unsigned i = 0; i < account->causes; i++) {
            unsigned at = 0;

            while (at < count && cause[at] < account->cause[i].cause)
                at++;
            if ((at < count && cause[at] == account->cause[i].cause) ||
                count == 2 * ACCOUNT_CAUSES)
                continue;
            memmove(cause + at + 1, cause + at, (count - at) * sizeof(*cause));
            cause[at] = account->cause[i].cause;
            count++;
        }
    }
    return count;
}

static struct quantity *add(struct quantities *quantities, enum quantity_kind kind)
{
    struct quantity *quantity = &quantities->quantity[quantities->count++];

    *quantity = (struct quantity){.kind = kind};
    return quantity;
}

static void add_causes(struct quantities *quantities, const struct compare *compare,
                       enum quantity_kind kind)
{
    uint64_t cause[2 * ACCOUNT_CAUSES];
    unsigned count = causes_of(compare, cause);

    for (unsigned i = 0; i < count; i++) {
        struct quantity *quantity = add(quantities, kind);
        struct buf text = {0};

        exit_put_cause(&text, cause[i]);
        snprintf(quantity->name, sizeof(quantity->name), "%s[%s]",
                 kind == QUANTITY_CAUSE ? "exits_per_op" : "cycles_per_exit",
                 buf_str(&text));
        put_short(quantity->title, sizeof(quantity->title), cause[i]);
        quantity->cause = cause[i];
        quantity->decimals = kind == QUANTITY_CAUSE
                                 ? account_infos[ACCOUNT_EXITS].decimals
                                 : account_infos[ACCOUNT_EXIT_CYCLES].decimals;
        quantity->help = kind == QUANTITY_CAUSE ? "VM exits of that cause, an operation"
                                                : "what one of them costs, in the mean";
        buf_free(&text);
    }
}

static void add_account(struct quantities *quantities, const struct compare *compare)
{
    for (unsigned i = 0; i < ACCOUNT_METRICS; i++) {
        const struct account_info *info = &account_infos[i];
        struct quantity *quantity = add(quantities, QUANTITY_ACCOUNT);

        quantity->index = i;
        quantity->help = info->help;
        quantity->decimals = info->decimals;
        snprintf(quantity->name, sizeof(quantity->name), "%s", info->name);
        snprintf(quantity->title, sizeof(quantity->title), "%s", info->title);
        if (i == ACCOUNT_EXITS)
            add_causes(quantities, compare, QUANTITY_CAUSE);
        if (i == ACCOUNT_EXIT_CYCLES)
            add_causes(quantities, compare, QUANTITY_PRICE);
    }
}

enum { SHARE_DECIMALS = 3, SHARE_SCALE = 1000 };

static void add_metrics(struct quantities *quantities, const struct compare *compare)
{
    for (unsigned i = 0; i < METRICS; i++) {
        const struct metric_info *info = &metric_infos[i];
        struct quantity *quantity;

        if (!info->published || (info->is_share && !any(compare, has_share)))
            continue;
        quantity = add(quantities, QUANTITY_METRIC);
        quantity->index = i;
        quantity->help = info->help;
        quantity->decimals = info->is_share ? SHARE_DECIMALS : 0;
        snprintf(quantity->name, sizeof(quantity->name), "%s", info->name);
        snprintf(quantity->title, sizeof(quantity->title), "%s", info->title);
    }
}

void quantities_of(struct quantities *quantities, const struct compare *compare)
{
    quantities->count = 0;
    if (any(compare, has_account))
        add_account(quantities, compare);
    add_metrics(quantities, compare);
}

bool quantity_is_shown(const struct quantities *quantities,
                       const struct quantity *quantity)
{
    return quantity->kind != QUANTITY_METRIC ||
           !quantities_find(quantities, "operations");
}

const struct quantity *quantities_find(const struct quantities *quantities,
                                       const char *name)
{
    for (unsigned i = 0; i < quantities->count; i++)
        if (strcmp(quantities->quantity[i].name, name) == 0)
            return &quantities->quantity[i];
    return NULL;
}

/* --- values --------------------------------------------------------------------------- */

static bool metric_value(const struct metrics *metrics, const struct metric_info *info,
                         uint64_t *value)
{
    if (!info->is_share) {
        *value = metric_count(metrics, info);
        return true;
    }
    *value =
        metrics->has_share ? (uint64_t)(metrics->useful_share * SHARE_SCALE + 0.5) : 0;
    return metrics->has_share;
}

/* A price of exits that there are none of is not known; their number is 0. */
static bool cause_value(const struct account *account, const struct quantity *quantity,
                        uint64_t *value)
{
    const struct account_cause *found = NULL;

    for (unsigned i = 0; i < account->causes; i++)
        if (account->cause[i].cause == quantity->cause)
            found = &account->cause[i];
    *value = 0;
    if (!found || !found->exits)
        return account->known && quantity->kind == QUANTITY_CAUSE;
    *value = quantity->kind == QUANTITY_CAUSE
                 ? account_ratio(found->exits, account->operations, quantity->decimals)
                 : account_ratio(found->cycles, found->exits, quantity->decimals);
    return account->known;
}

bool quantity_value(const struct result *result, const struct quantity *quantity,
                    uint64_t *value)
{
    switch (quantity->kind) {
    case QUANTITY_ACCOUNT:
        *value = result->account.value[quantity->index];
        return result->account.known && (quantity->index != ACCOUNT_EXIT_CYCLES ||
                                         result->account.value[ACCOUNT_EXITS]);
    case QUANTITY_CAUSE:
    case QUANTITY_PRICE:
        return cause_value(&result->account, quantity, value);
    case QUANTITY_METRIC:
        return metric_value(&result->metrics, &metric_infos[quantity->index], value);
    }
    return false;
}
