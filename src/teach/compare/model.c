#include "teach/compare/model.h"

#include "base/alloc.h"

#include <inttypes.h>

enum { HUNDREDTHS = 10000 /* of a percent, in a whole */ };

/* What `exits` exits of that cause cost at the base's price; *unpriced: it has none. */
static uint64_t price(const struct account *base, const struct account_cause *cause,
                      bool *unpriced)
{
    uint64_t exits = 0, cycles = 0;

    for (unsigned i = 0; i < base->causes; i++) {
        const struct account_cause *known = &base->cause[i];

        if (known->cause == cause->cause && known->exits)
            return account_ratio(cause->exits * known->own, known->exits, 0);
        exits += known->exits;
        cycles += known->own;
    }
    *unpriced = true;
    return account_ratio(cause->exits * cycles, exits, 0);
}

struct prediction model_predict(const struct account *base, const struct account *run)
{
    const unsigned decimals = account_infos[ACCOUNT_OPS_PER_SECOND].decimals;
    uint64_t cycles = run->guest_cycles + run->idle_cycles + run->bus_cycles, measured;
    struct prediction prediction = {.unpriced = false};

    cycles +=
        account_ratio(run->operations * base->backend_cycles, base->operations, 0);
    for (unsigned i = 0; i < run->causes; i++)
        cycles += price(base, &run->cause[i], &prediction.unpriced);
    prediction.cycles = account_ratio(cycles, run->harts, 0);
    prediction.ops_per_second = account_ratio(run->operations * UINT64_C(1000000000),
                                              prediction.cycles, decimals);
    measured = run->value[ACCOUNT_OPS_PER_SECOND];
    if (prediction.ops_per_second >= measured)
        prediction.error = (int64_t)account_ratio(
            (prediction.ops_per_second - measured) * HUNDREDTHS, measured, 0);
    else
        prediction.error = -(int64_t)account_ratio(
            (measured - prediction.ops_per_second) * HUNDREDTHS, measured, 0);
    return prediction;
}

/* The point at which the model is most wrong for a variant. */
static unsigned worst_point(const struct compare *compare, unsigned variant)
{
    uint64_t most = 0;
    unsigned worst = 0;

    for (unsigned p = 0; p < compare->points; p++) {
        int64_t error = compare->point[p].prediction[variant].error;
        uint64_t size = error < 0 ? (uint64_t)-error : (uint64_t)error;

        if (size > most) {
            most = size;
            worst = p;
        }
    }
    return worst;
}

static void judge_variant(struct compare *compare, unsigned variant, uint64_t within)
{
    unsigned worst = worst_point(compare, variant);
    int64_t error = compare->point[worst].prediction[variant].error;
    uint64_t size = error < 0 ? (uint64_t)-error : (uint64_t)error;
    bool known = compare->at_base.result[variant].account.known;
    struct buf name = {0}, reason = {0};

    for (unsigned p = 0; p < compare->points; p++)
        known = known && compare->point[p].result[variant].account.known;
    buf_printf(&name,
               "the throughput of %s follows from its exits, within %" PRIu64
               " percent",
               compare_variant(compare, variant)->name, within);
    if (!known) {
        buf_text(&reason, "its workload marks no operations");
    } else if (size > within * 100) {
        buf_printf(&reason, "it is off by %s%" PRIu64 ".%02" PRIu64 " percent",
                   error < 0 ? "-" : "", size / 100, size % 100);
        if (compare->sweeps.count) {
            buf_text(&reason, " at ");
            compare_put_point(&reason, compare, worst);
        }
    }
    verdicts_add(&compare->model, buf_str(&name), !reason.size, buf_str(&reason));
    buf_free(&name);
    buf_free(&reason);
}

void model_judge(struct compare *compare, uint64_t within)
{
    for (unsigned p = 0; p < compare->points; p++) {
        struct compare_point *point = &compare->point[p];

        point->prediction = alloc_zero(compare->chosen, sizeof(*point->prediction));
        for (unsigned v = 0; v < compare->chosen; v++)
            point->prediction[v] = model_predict(&compare->at_base.result[v].account,
                                                 &point->result[v].account);
    }
    for (unsigned v = 0; v < compare->chosen; v++)
        judge_variant(compare, v, within);
}
