#ifndef TEACH_COMPARE_RUN_H
#define TEACH_COMPARE_RUN_H

#include "teach/compare/compare.h"

/* Whoever watches: before each run, which one of how many it is; and what an assembler
 * complains of, whole lines. */
struct compare_watcher {
    void (*begins)(void *ctx, const struct compare *compare, unsigned run,
                   unsigned runs, const char *what);
    void (*complains)(void *ctx, const char *lines);
    void *ctx;
};

/* Runs everything, in order, and judges it. False: something cannot be run. */
bool compare_run(struct compare *compare, const struct compare_watcher *watcher,
                 struct err *err);

#endif
