#ifndef CONTROL_JUDGE_H
#define CONTROL_JUDGE_H

#include "base/style.h"
#include "control/trial.h"

/* What became of one check. */
struct verdict {
    char *name;
    bool passed;
    char *reason; /* why not; empty if the check does not say */
};

struct verdicts {
    unsigned count;
    struct verdict *verdict;
};

/* What is left of a run when its machine is gone. */
struct result {
    unsigned variant;
    enum run_stop stop;
    uint32_t exit_code;
    struct metrics metrics;
    struct account account;
    uint64_t digest; /* of the state at the end */
    struct verdicts verdicts;
    int run; /* the object that comparisons are given, in Lua's registry; 0: none */
};

/* Measures a run that is over and judges it: first whether it ended as it should, then
 * by the scenario's `expect`. A run that cannot be measured has failed, too. */
void judge_trial(struct trial *trial, struct result *result);

/* Judges runs together, by the scenario's `compare`: the comparisons whose variants are
 * all among the results. */
void judge_results(struct scenario *scenario, const struct result *results,
                   unsigned count, struct verdicts *verdicts);

void verdicts_add(struct verdicts *verdicts, const char *name, bool passed,
                  const char *reason);
bool verdicts_passed(const struct verdicts *verdicts);
void verdicts_release(struct verdicts *verdicts);

/* Prints each in a line for people, "  pass  OF: NAME", and below it why it has failed. */
void verdicts_put(struct buf *out, const char *of, const struct verdicts *verdicts,
                  const struct text_style *style);
void result_release(struct scenario *scenario, struct result *result);

#endif
