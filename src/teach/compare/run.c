#include "teach/compare/run.h"

#include "base/alloc.h"
#include "control/scenario_model.h"
#include "teach/compare/model.h"

/* Where in all the runs it is. */
struct running {
    struct compare *compare;
    const struct compare_watcher *watcher;
    unsigned run, runs;
};

static bool run_variant(struct running *running, unsigned variant,
                        struct result *result, const char *where, struct err *err)
{
    struct compare *compare = running->compare;
    const struct compare_watcher *watcher = running->watcher;
    struct buf what = {0};
    struct trial trial;
    bool ok;

    buf_printf(&what, "%s %s", compare_variant(compare, variant)->name, where);
    watcher->begins(watcher->ctx, compare, running->run++, running->runs,
                    buf_str(&what));
    buf_free(&what);
    ok = trial_begin(&trial, compare->scenario, compare->choice[variant], false, err);
    watcher->complains(watcher->ctx, buf_str(&trial.setup.diagnostics));
    if (ok) {
        trial_go(&trial);
        judge_trial(&trial, result);
    }
    trial_end(&trial);
    return ok;
}

static bool run_point(struct running *running, struct compare_point *point,
                      const char *where, struct err *err)
{
    struct compare *compare = running->compare;

    point->result = alloc_zero(compare->chosen, sizeof(*point->result));
    for (unsigned v = 0; v < compare->chosen; v++)
        if (!run_variant(running, v, &point->result[v], where, err))
            return false;
    judge_results(compare->scenario, point->result, compare->chosen,
                  &point->comparisons);
    return true;
}

static bool run_base(struct running *running, struct err *err)
{
    struct compare *compare = running->compare;

    return compare_set(compare->scenario, &compare->base, 0, err) &&
           run_point(running, &compare->at_base, "(base of the model)", err);
}

bool compare_run(struct compare *compare, const struct compare_watcher *watcher,
                 struct err *err)
{
    unsigned points = sweeps_points(&compare->sweeps);
    struct running running = {compare, watcher, 0,
                              compare->chosen * (points + compare->has_model)};
    struct buf where = {0};
    bool ok = true;

    compare->point = alloc_zero(points, sizeof(*compare->point));
    if (compare->has_model)
        ok = run_base(&running, err);
    while (ok && compare->points < points) {
        struct compare_point *point = &compare->point[compare->points];

        buf_clear(&where);
        compare_put_point(&where, compare, compare->points++);
        ok = compare_set(compare->scenario, &compare->sweeps, compare->points - 1,
                         err) &&
             run_point(&running, point, buf_str(&where), err);
    }
    buf_free(&where);
    if (ok && compare->has_model)
        model_judge(compare, compare->scenario->model->within);
    return ok;
}
