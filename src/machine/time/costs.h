#ifndef MACHINE_TIME_COSTS_H
#define MACHINE_TIME_COSTS_H

#include <stdint.h>

/* The machine's price list; see costs.def. One a board. */
struct costs {
#define COST(id, price, unit, meaning, source) uint32_t id;
#include "machine/time/costs.def"
};

struct cost_info {
    const char *name, *unit, *meaning, *source;
    uint32_t price; /* the default */
};

enum {
#define COST(id, price, unit, meaning, source) COST_##id,
#include "machine/time/costs.def"
    COSTS
};

extern const struct cost_info cost_infos[COSTS];
extern const struct costs costs_default;

/* The price with that row number, or that name (NULL: there is none). */
uint32_t *costs_at(struct costs *costs, int row);
uint32_t *costs_by_name(struct costs *costs, const char *name);

#endif
