/*
 * `why`: rules (why_rules.def) applied again and again, each time to the cause that was found
 * last.
 */
#include "observe/ask/why.h"

#include "machine/hart/hart.h"
#include "observe/ask/step.h"
#include "observe/ask/why_console.h"
#include "observe/ask/why_rules.h"

/* --- one link --------------------------------------------------------------------- */

/* What is asked, and what a search hears with. */
struct asked {
    struct timeline *timeline;
    const struct event *effect;
    const struct why_rule *rule; /* that the last match is by */
};

/* The nearest before the effect that the rule fits, else the first after it. */
static const struct event *match_in_step(const struct asked *asked,
                                         const struct why_rule *rule,
                                         const struct step *step)
{
    const struct event *best = NULL;

    for (unsigned i = 0; i < step->count; i++) {
        struct why_pair pair = {timeline_run(asked->timeline), asked->effect,
                                &step->event[i]};
        int order = moment_compare_events(&step->event[i], asked->effect);

        if (order == 0 || !why_is_cause(rule, &pair))
            continue;
        if (order > 0 && best)
            break;
        best = &step->event[i];
    }
    return best;
}

static bool find_in_step(struct asked *asked, struct why_link *cause)
{
    struct step step;
    const struct event *found = NULL;

    if (step_of(asked->timeline, asked->effect, &step))
        for (size_t i = 0; i < why_rule_count && !found; i++)
            if (why_rules[i].where == WHY_STEP &&
                why_applies(&why_rules[i], asked->effect)) {
                found = match_in_step(asked, &why_rules[i], &step);
                asked->rule = &why_rules[i];
            }
    if (found)
        *cause = (struct why_link){*found, asked->rule->because};
    step_release(&step);
    return found != NULL;
}

static bool is_earlier_cause(void *ctx, const struct event *event)
{
    struct asked *asked = ctx;
    struct why_pair pair = {timeline_run(asked->timeline), asked->effect, event};

    for (size_t i = 0; i < why_rule_count; i++)
        if (why_rules[i].where == WHY_EARLIER &&
            why_applies(&why_rules[i], asked->effect) &&
            why_is_cause(&why_rules[i], &pair)) {
            asked->rule = &why_rules[i];
            return true;
        }
    return false;
}

static bool find_before(struct asked *asked, struct moment before, struct event *event)
{
    uint64_t kinds = 0;

    for (size_t i = 0; i < why_rule_count; i++)
        if (why_rules[i].where == WHY_EARLIER &&
            why_applies(&why_rules[i], asked->effect))
            kinds |= EVENT_BIT(why_rules[i].cause);
    return kinds && timeline_find_last(asked->timeline, before, kinds, is_earlier_cause,
                                       asked, event);
}

/* The rule is looked for again, since the search may have tried later candidates. */
static bool find_earlier(struct asked *asked, struct why_link *cause)
{
    const struct event *effect = asked->effect;
    struct moment before = moment_before_event(effect);
    unsigned skip = 0;

    if (effect->kind == EVENT_CONSOLE && effect->console.access == ACCESS_STORE &&
        effect->console.device < BOARD_ROWS)
        skip = why_equal_behind(asked->timeline, effect);
    do {
        if (!find_before(asked, before, &cause->event))
            return false;
        before = moment_before_event(&cause->event);
    } while (skip--);
    if (!is_earlier_cause(asked, &cause->event))
        return false;
    cause->because = asked->rule->because;
    return true;
}

static bool has_rules(const struct event *event)
{
    for (size_t i = 0; i < why_rule_count; i++)
        if (why_rules[i].effect == event->kind)
            return true;
    return false;
}

static bool has_step_rules(const struct event *event)
{
    for (size_t i = 0; i < why_rule_count; i++)
        if (why_rules[i].where == WHY_STEP && why_applies(&why_rules[i], event))
            return true;
    return false;
}

static bool find_cause(struct timeline *timeline, const struct event *effect,
                       struct why_link *cause)
{
    struct asked asked = {.timeline = timeline, .effect = effect};

    if (has_step_rules(effect) && find_in_step(&asked, cause))
        return true;
    return find_earlier(&asked, cause);
}

/* --- what held an interrupt back -------------------------------------------------- */

struct taker {
    unsigned board, hart;
    bool would_take;
};

static void look_at_taker(void *ctx, struct run *run)
{
    struct taker *taker = ctx;

    taker->would_take = hart_pending_interrupt(
                            &run->board[taker->board]->hart[taker->hart]) != CAUSE_NONE;
}

static bool would_take(struct timeline *timeline, const struct event *trap,
                       struct moment at)
{
    struct taker taker = {.board = trap->board, .hart = trap->trap_enter.hart};

    timeline_peek_at(timeline, at, look_at_taker, &taker);
    return taker.would_take;
}

static bool of_hart(void *ctx, const struct event *event)
{
    const struct event *trap = ctx;
    unsigned hart = event->kind == EVENT_CSR_WRITE ? event->csr_write.hart
                                                   : event->trap_return.hart;

    return event->board == trap->board && hart == trap->trap_enter.hart;
}

/* The interrupt was pending, and could not be taken before this instruction. */
static void find_release(struct timeline *timeline, struct why *why)
{
    struct event *trap = &why->link[0].event;
    struct event released;
    struct step step;

    if (!timeline_find_last(timeline, moment_before_event(trap),
                            EVENT_BIT(EVENT_CSR_WRITE) | EVENT_BIT(EVENT_TRAP_RETURN),
                            of_hart, trap, &released) ||
        moment_compare_events(&released, &why->link[1].event) < 0 ||
        !step_of(timeline, &released, &step))
        return;
    if (!would_take(timeline, trap, step.began) &&
        would_take(timeline, trap, step.ended)) {
        why->was_held = true;
        why->released = released;
    }
    step_release(&step);
}

/* --- the chain -------------------------------------------------------------------- */

bool why_event(struct timeline *timeline, const struct event *event, struct why *why,
               struct err *err)
{
    bool is_trap = event->kind == EVENT_TRAP_ENTER;
    bool is_interrupt = is_trap && (event->trap_enter.cause & CAUSE_INTERRUPT);

    *why = (struct why){.links = 1, .link[0].event = *event};
    while (
        why->links < WHY_LINKS &&
        find_cause(timeline, &why->link[why->links - 1].event, &why->link[why->links]))
        why->links++;
    why->started = !has_rules(&why->link[why->links - 1].event);
    if (is_trap && !is_interrupt) {
        why->has_pc = why->started = true;
        why->pc = event->trap_enter.epc;
    }
    if (is_interrupt && why->links > 1)
        find_release(timeline, why);
    return !timeline_cut_short(timeline) || err_set(err, "interrupted");
}
