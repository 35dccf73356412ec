#ifndef TEACH_COMPARE_MODEL_H
#define TEACH_COMPARE_MODEL_H

#include "teach/compare/compare.h"

/*
 * The model that throughput obeys:
 *
 *   cycles = guest cycles + idle cycles + sum over causes of exits * price of an exit
 *
 * Guest cycles, idle cycles and exits are counted in the run itself; the price of an exit
 * of each cause is what it cost, in the mean, in the base run (one operation at a time,
 * nothing computed between), and is used for every other run. So the model says: an exit
 * costs the same whatever else is going on, and what is slow is slow because it exits.
 */
struct prediction model_predict(const struct account *base, const struct account *run);

/* One verdict a variant: is every point within so many percent? */
void model_judge(struct compare *compare, uint64_t within);

#endif
