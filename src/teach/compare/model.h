#ifndef TEACH_COMPARE_MODEL_H
#define TEACH_COMPARE_MODEL_H

#include "teach/compare/compare.h"

/*
 * The model that throughput obeys:
 *
 *   cycles = guest cycles + idle cycles + waits for the bus
 *          + sum over causes of exits * price of an exit
 *          + operations * work on real devices
 *
 * Guest cycles, idle cycles, waits and exits are counted in the run itself. The price of
 * an exit of each cause, and the work that the hypervisor does on real devices for an
 * operation, are what they were, in the mean, in the base run (one operation at a time,
 * nothing computed between), and are used for every other run. That work is no part of
 * an exit's price, since the exit in which it is done may be anybody's: where several
 * operations are under way, one kick begins the first and each interrupt the next. So the
 * model says: an exit costs the same whatever else is going on, and what is slow is slow
 * because it exits.
 */
struct prediction model_predict(const struct account *base, const struct account *run);

/* One verdict a variant: is every point within so many percent? */
void model_judge(struct compare *compare, uint64_t within);

#endif
