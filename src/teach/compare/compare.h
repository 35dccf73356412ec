#ifndef TEACH_COMPARE_COMPARE_H
#define TEACH_COMPARE_COMPARE_H

#include "control/files.h"
#include "control/judge.h"
#include "control/sweep.h"

/*
 * A comparison: all chosen variants of a scenario on the same workload, at every point of
 * a sweep over its parameters. Everything in it is counted by the runs, but what the
 * scenario tells of a variant.
 *
 *   compare.c   what is compared                columns.c       what a table has
 *   run.c       running it                      report_text.c   tables and bars
 *   model.c     the model of throughput         report_data.c   JSON and CSV
 */

/* What one exit of each cause costs, and what follows from it for a run. */
struct prediction {
    uint64_t cycles;         /* of the window */
    uint64_t ops_per_second; /* times 10, as ACCOUNT_OPS_PER_SECOND */
    int64_t error;           /* in hundredths of a percent of what was measured */
    bool
        unpriced; /* it has exits of a cause that the base has none of: at their mean */
};

struct compare_point {
    struct result *result;         /* by chosen variant */
    struct prediction *prediction; /* likewise; if there is a model */
    struct verdicts comparisons;
};

struct compare {
    struct scenario *scenario;
    struct files files;                         /* all that was read */
    unsigned chosen, choice[SCENARIO_VARIANTS]; /* numbers of variants */
    struct sweeps sweeps;
    unsigned points;
    struct compare_point *point;

    bool has_model;
    struct sweeps base; /* where an exit's price is measured */
    struct compare_point at_base;
    struct verdicts model; /* does it agree? one a variant */
};

/* What to compare. */
struct compare_wish {
    const char *path;
    const char *const *variants; /* names; none: all */
    size_t variant_count;
    const char *const *settings; /* "name=value" */
    size_t setting_count;
    const char *const *sweeps; /* "name=value,value" */
    size_t sweep_count;
    bool model; /* the scenario's model is put to the test */
};

/* Opens the scenario and reads the wish. Whatever the result, compare_close releases. */
bool compare_open(struct compare *compare, const struct compare_wish *wish,
                  struct err *err);

void compare_close(struct compare *compare);

/* All checks: of the runs, between them, of the model. */
bool compare_passed(const struct compare *compare);

const struct variant *compare_variant(const struct compare *compare, unsigned chosen);

/* Sets the parameters as they are at a point of a sweep. */
bool compare_set(struct scenario *scenario, const struct sweeps *sweeps, unsigned point,
                 struct err *err);

/* Is it one that is swept? */
bool compare_sweeps(const struct compare *compare, const struct parameter *parameter);

/* "depth=1 compute=0": the values at a point; nothing if nothing is swept. */
void compare_put_point(struct buf *out, const struct compare *compare, unsigned point);

#endif
