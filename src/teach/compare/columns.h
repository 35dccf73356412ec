#ifndef TEACH_COMPARE_COLUMNS_H
#define TEACH_COMPARE_COLUMNS_H

#include "teach/compare/compare.h"

/* What a comparison's tables have of each run, in their order. */
enum quantity_kind {
    QUANTITY_ACCOUNT, /* of an operation: observe/exits/account.h */
    QUANTITY_CAUSE,   /* exits of one cause, an operation */
    QUANTITY_PRICE,   /* what one exit of that cause costs */
    QUANTITY_METRIC   /* of the whole window: observe/metrics.h */
};

struct quantity {
    enum quantity_kind kind;
    unsigned index; /* ACCOUNT, METRIC */
    uint64_t cause; /* CAUSE, PRICE */
    char name[64];  /* a column of CSV: "exits_per_op[load guest-page fault]" */
    char title[24]; /* a row of text */
    const char *help;
    unsigned decimals;
};

enum { QUANTITIES = ACCOUNT_METRICS + METRICS + 2 * ACCOUNT_CAUSES * 2 };

struct quantities {
    unsigned count;
    struct quantity quantity[QUANTITIES];
};

/* All that any of the runs has. */
void quantities_of(struct quantities *quantities, const struct compare *compare);

/* Of one run, times 10 to the power of the quantity's decimals; false: it has none. */
bool quantity_value(const struct result *result, const struct quantity *quantity,
                    uint64_t *value);

/* Is it in tables for people? What an operation cost says it all; without operations, what
 * the window cost. */
bool quantity_is_shown(const struct quantities *quantities,
                       const struct quantity *quantity);

/* The one of that name; NULL: no run has it. */
const struct quantity *quantities_find(const struct quantities *quantities,
                                       const char *name);

#endif
