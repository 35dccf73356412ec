#include "teach/compare/compare.h"

#include "base/alloc.h"
#include "base/clean.h"
#include "control/command/answer.h"
#include "control/scenario_model.h"

#include <stdlib.h>
#include <string.h>

const struct variant *compare_variant(const struct compare *compare, unsigned chosen)
{
    return &compare->scenario->variant[compare->choice[chosen]];
}

void compare_put_point(struct buf *out, const struct compare *compare, unsigned point)
{
    for (unsigned i = 0; i < compare->sweeps.count; i++) {
        buf_printf(out, "%s%s=", i ? " " : "", compare->sweeps.sweep[i].name);
        put_clean(out, sweeps_value(&compare->sweeps, point, i));
    }
}

bool compare_sweeps(const struct compare *compare, const struct parameter *parameter)
{
    for (unsigned i = 0; i < compare->sweeps.count; i++)
        if (strcmp(compare->sweeps.sweep[i].name, parameter->name) == 0)
            return true;
    return false;
}

bool compare_set(struct scenario *scenario, const struct sweeps *sweeps, unsigned point,
                 struct err *err)
{
    struct buf text = {0};
    bool ok = true;

    for (unsigned i = 0; ok && i < sweeps->count; i++) {
        buf_clear(&text);
        buf_printf(&text, "%s=%s", sweeps->sweep[i].name,
                   sweeps_value(sweeps, point, i));
        ok = scenario_set(scenario, buf_str(&text), err);
    }
    buf_free(&text);
    return ok;
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
        if (!compare_set(compare->scenario, &compare->sweeps, p, err))
            return false;
    return compare_set(compare->scenario, &compare->base, 0, err);
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
