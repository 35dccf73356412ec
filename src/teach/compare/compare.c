#include "teach/compare/compare.h"

#include "base/alloc.h"
#include "control/command/answer.h"
#include "control/scenario_model.h"
#include "teach/compare/model.h"

#include <stdlib.h>
#include <string.h>

const struct variant *compare_variant(const struct compare *compare, unsigned chosen)
{
    return &compare->scenario->variant[compare->choice[chosen]];
}

void compare_put_point(struct buf *out, const struct compare *compare, unsigned point)
{
    for (unsigned i = 0; i < compare->sweeps.count; i++)
        buf_printf(out, "%s%s=%s", i ? " " : "", compare->sweeps.sweep[i].name,
                   sweeps_value(&compare->sweeps, point, i));
}

bool compare_sweeps(const struct compare *compare, const struct parameter *parameter)
{
    for (unsigned i = 0; i < compare->sweeps.count; i++)
        if (strcmp(compare->sweeps.sweep[i].name, parameter->name) == 0)
            return true;
    return false;
}

/* --- what to compare ------------------------------------------------------------------ */

static bool choose(struct compare *compare, const struct compare_wish *wish,
                   struct err *err)
{
    for (size_t i = 0; i < wish->variant_count; i++) {
        unsigned variant;

        if (!scenario_variant(compare->scenario, wish->variants[i], &variant, err))
            return false;
        for (unsigned n = 0; n < compare->chosen; n++)
            if (compare->choice[n] == variant)
                return err_set(err, "variant %s is named twice", wish->variants[i]);
        compare->choice[compare->chosen++] = variant;
    }
    for (unsigned i = 0; !wish->variant_count && i < compare->scenario->variants; i++)
        compare->choice[compare->chosen++] = i;
    return true;
}

static void copy_sweeps(struct sweeps *to, const struct sweeps *from)
{
    for (unsigned i = 0; i < from->count; i++)
        for (unsigned v = 0; v < from->sweep[i].values; v++)
            sweeps_add_value(to, from->sweep[i].name, from->sweep[i].value[v],
                             &(struct err){0});
}

/* Without --sweep the model goes where the scenario says. */
static bool wish_model(struct compare *compare, struct err *err)
{
    const struct scenario_model *model = compare->scenario->model;

    if (!model)
        return err_set(err, "scenario %s has no model: model = { base = ... }",
                       compare->scenario->name);
    compare->has_model = true;
    copy_sweeps(&compare->base, &model->base);
    if (!compare->sweeps.count)
        copy_sweeps(&compare->sweeps, &model->sweep);
    return true;
}

/* Every point is one that the parameters can be set to; they end as they were. */
static bool try_points(struct compare *compare, const struct compare_wish *wish,
                       struct err *err)
{
    for (unsigned i = 0; i < wish->setting_count; i++)
        if (!scenario_set(compare->scenario, wish->settings[i], err))
            return false;
    for (unsigned p = 0; p < sweeps_points(&compare->sweeps); p++)
        if (!sweeps_set(&compare->sweeps, p, compare->scenario, err))
            return false;
    return sweeps_set(&compare->base, 0, compare->scenario, err);
}

bool compare_open(struct compare *compare, const struct compare_wish *wish,
                  struct err *err)
{
    *compare = (struct compare){.points = 0};
    compare->scenario = scenario_open(wish->path, &compare->files, err);
    if (!compare->scenario)
        return false;
    compare->scenario->answerer = &command_answerer;
    for (size_t i = 0; i < wish->sweep_count; i++)
        if (!sweeps_add(&compare->sweeps, wish->sweeps[i], err))
            return false;
    if (!choose(compare, wish, err) || (wish->model && !wish_model(compare, err)))
        return false;
    return try_points(compare, wish, err);
}

/* --- running -------------------------------------------------------------------------- */

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

    return sweeps_set(&compare->base, 0, compare->scenario, err) &&
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
        ok =
            sweeps_set(&compare->sweeps, compare->points - 1, compare->scenario, err) &&
            run_point(&running, point, buf_str(&where), err);
    }
    buf_free(&where);
    if (ok && compare->has_model)
        model_judge(compare, compare->scenario->model->within);
    return ok;
}

/* --- the end -------------------------------------------------------------------------- */

static void release_point(struct compare *compare, struct compare_point *point)
{
    for (unsigned v = 0; point->result && v < compare->chosen; v++)
        result_release(compare->scenario, &point->result[v]);
    free(point->result);
    free(point->prediction);
    verdicts_release(&point->comparisons);
}

void compare_close(struct compare *compare)
{
    for (unsigned p = 0; p < compare->points; p++)
        release_point(compare, &compare->point[p]);
    release_point(compare, &compare->at_base);
    free(compare->point);
    verdicts_release(&compare->model);
    sweeps_release(&compare->sweeps);
    sweeps_release(&compare->base);
    scenario_free(compare->scenario);
    files_release(&compare->files);
    *compare = (struct compare){.points = 0};
}

static bool point_passed(const struct compare *compare,
                         const struct compare_point *point)
{
    for (unsigned v = 0; v < compare->chosen; v++)
        if (!verdicts_passed(&point->result[v].verdicts))
            return false;
    return verdicts_passed(&point->comparisons);
}

bool compare_passed(const struct compare *compare)
{
    for (unsigned p = 0; p < compare->points; p++)
        if (!point_passed(compare, &compare->point[p]))
            return false;
    return verdicts_passed(&compare->model);
}
