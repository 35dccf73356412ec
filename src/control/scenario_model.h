#ifndef CONTROL_SCENARIO_MODEL_H
#define CONTROL_SCENARIO_MODEL_H

#include "control/lua_read.h"
#include "control/sweep.h"

/*
 * What a scenario says of the model of throughput that its variants are to obey
 * (teach/compare/model.h): where an exit's price is measured, over what it is then used,
 * and how well it must agree.
 */
struct scenario_model {
    struct sweeps base;  /* of one value each */
    struct sweeps sweep; /* what `compare --model` goes through, unless it is told */
    uint64_t within;     /* percent */
};

/* Reads model = { base = { depth = 1 }, sweep = { depth = { 1, 2 } }, within = 5 }; *model
 * stays NULL if there is none. */
void scenario_model_read(const struct reading *from, struct scenario_model **model);
void scenario_model_free(struct scenario_model *model);

#endif
