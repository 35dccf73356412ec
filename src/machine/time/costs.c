#include "machine/time/costs.h"

#include <stddef.h>
#include <string.h>

const struct cost_info cost_infos[COSTS] = {
#define COST(id, price, unit, meaning, source) {#id, unit, meaning, source, price},
#include "machine/time/costs.def"
};

const struct costs costs_default = {
#define COST(id, price, unit, meaning, source) .id = (price),
#include "machine/time/costs.def"
};

uint32_t *costs_at(struct costs *costs, int row)
{
    static const size_t offsets[COSTS] = {
#define COST(id, price, unit, meaning, source) offsetof(struct costs, id),
#include "machine/time/costs.def"
    };

    return (uint32_t *)(void *)((char *)costs + offsets[row]);
}

uint32_t *costs_by_name(struct costs *costs, const char *name)
{
    for (int i = 0; i < COSTS; i++)
        if (strcmp(cost_infos[i].name, name) == 0)
            return costs_at(costs, i);
    return NULL;
}
