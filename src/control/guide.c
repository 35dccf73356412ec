#include "control/guide.h"

#include "base/alloc.h"
#include "control/moves_inside.h"
#include "control/scenario.h"
#include "observe/ask/expr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GUIDE_ATS = SCREEN_NOTES + SCREEN_QUESTIONS,
    GUIDE_BEYOND = 256 /* so many events of a kind are told at once, at most */
};

/* A moment at which something is said: `at` with its condition parsed. */
struct guide_at {
    const struct screen_at *at;
    struct expr *when;
    const struct event_field *field; /* `when` is: it is that number; or NULL */
    uint64_t number;
};

struct guide {
    struct session *session;
    const struct scenario_screen *screen; /* NULL: nothing is said */
    unsigned variant;
    struct expr *interest[SCREEN_INTERESTS];
    struct guide_at note[SCREEN_NOTES], question[SCREEN_QUESTIONS];
    bool listens;

    /* The fold: how many events each has had, up to the machine's boundary and until it
     * is over. Notes come first, then questions. */
    uint32_t seen[GUIDE_ATS];

    /* Behind the event that it waits for nothing is to be known but that it is over:
     * from then on it is not counted. */
    uint64_t most[GUIDE_ATS];

    /* Those that are counted, by kind: numbers in `seen`. */
    struct {
        uint8_t count, number[GUIDE_ATS];
    } of_kind[EVENT_KINDS];
};

/* --- conditions ------------------------------------------------------------------------- */

/* Fields of the event, whatever the session's hart is. */
static struct expr_scope scope_of(const struct guide *guide, enum event_kind kind,
                                  const struct event *event)
{
    struct expr_scope scope = session_scope(guide->session);

    scope.hart = 0;
    scope.board = event ? event->board : 0;
    scope.kind = kind;
    scope.event = event;
    return scope;
}

static bool holds(const struct guide *guide, const struct expr *when,
                  const struct event *event)
{
    struct expr_scope scope = scope_of(guide, (enum event_kind)event->kind, event);
    uint64_t value;
    struct err err;

    return !when || (expr_value(when, &scope, &value, &err) && value);
}

/* --- a guide's life --------------------------------------------------------------------- */

/* That it can be parsed, session_open has seen. */
static struct expr *parse(const char *text)
{
    struct err err;

    return text ? expr_parse_all(text, &err) : NULL;
}

static struct guide_at parse_at(const struct screen_at *at)
{
    struct guide_at parsed = {.at = at};

    if (at->type != AT_EVENT)
        return parsed;
    parsed.when = parse(at->when);
    if (parsed.when)
        parsed.field = expr_field_equals(parsed.when, at->event, &parsed.number);
    return parsed;
}

static void parse_all(struct guide *guide)
{
    const struct scenario_screen *screen = guide->screen;

    for (unsigned i = 0; i < screen->interests; i++)
        guide->interest[i] = parse(screen->interest[i].when);
    for (unsigned i = 0; i < screen->notes; i++)
        guide->note[i] = parse_at(&screen->note[i].at);
    for (unsigned i = 0; i < screen->questions; i++)
        guide->question[i] = parse_at(&screen->question[i].at);
}

static void guide_free(void *data)
{
    struct guide *guide = data;

    for (unsigned i = 0; i < SCREEN_INTERESTS; i++)
        expr_free(guide->interest[i]);
    for (unsigned i = 0; i < SCREEN_NOTES; i++)
        expr_free(guide->note[i].when);
    for (unsigned i = 0; i < SCREEN_QUESTIONS; i++)
        expr_free(guide->question[i].when);
    free(guide);
}

static void listen(struct guide *guide);

struct guide *guide_of(struct session *session)
{
    static const char key;
    struct guide *guide = session_extra(session, &key);

    if (guide)
        return guide;
    guide = alloc_zero(1, sizeof(*guide));
    guide->session = session;
    if (session->subject.scenario) {
        guide->screen = session->subject.scenario->screen;
        guide->variant = session->subject.trial.variant;
        parse_all(guide);
    }
    listen(guide);
    session_set_extra(session, &key, guide, guide_free);
    return guide;
}

/* --- the screen ------------------------------------------------------------------------- */

const char *guide_layout(const struct guide *guide)
{
    const struct scenario *scenario = guide->session->subject.scenario;

    if (scenario && *scenario->variant[guide->variant].layout)
        return scenario->variant[guide->variant].layout;
    return guide->screen ? guide->screen->layout : NULL;
}

const char *guide_focus(const struct guide *guide, unsigned n)
{
    return guide->screen && n < guide->screen->focus ? guide->screen->focus_on[n]
                                                     : NULL;
}

const struct move_unit *guide_unit(const struct guide *guide)
{
    const struct move_unit *unit = move_units;

    if (!guide->screen || !*guide->screen->unit)
        return NULL;
    while (unit->name && strcmp(unit->name, guide->screen->unit) != 0)
        unit++;
    return unit->name ? unit : NULL;
}

/* --- interesting events ------------------------------------------------------------------ */

bool guide_is_interesting(const struct guide *guide, const struct event *event)
{
    for (unsigned i = 0; guide->screen && i < guide->screen->interests; i++)
        if (guide->screen->interest[i].event == (enum event_kind)event->kind &&
            holds(guide, guide->interest[i], event))
            return true;
    return false;
}

static bool matches_interest(void *ctx, const struct event *event)
{
    return guide_is_interesting(ctx, event);
}

struct event_choice guide_interesting(const struct guide *guide)
{
    struct event_choice choice = {.kinds = 0, .matches = matches_interest};

    for (unsigned i = 0; guide->screen && i < guide->screen->interests; i++)
        choice.kinds |= EVENT_BIT(guide->screen->interest[i].event);
    return choice;
}

bool guide_put_interest(struct buf *out, const struct guide *guide, unsigned n)
{
    const struct screen_interest *interest;

    if (!guide->screen || n >= guide->screen->interests)
        return false;
    interest = &guide->screen->interest[n];
    buf_text(out, event_infos[interest->event].name);
    if (interest->when)
        buf_printf(out, " when %s", interest->when);
    return true;
}

/* --- counting ------------------------------------------------------------------------------ */

/* The n-th of all notes and questions; NULL: it is none of this variant, or at no event. */
static const struct guide_at *counted(const struct guide *guide, unsigned n)
{
    const struct guide_at *at =
        n < SCREEN_NOTES ? &guide->note[n] : &guide->question[n - SCREEN_NOTES];

    return at->at && at->at->type == AT_EVENT && at->at->variants >> guide->variant & 1
               ? at
               : NULL;
}

static bool counts(const struct guide *guide, const struct guide_at *at,
                   const struct event *event)
{
    if (at->at->event != (enum event_kind)event->kind)
        return false;
    return at->field ? event_get(event, at->field) == at->number
                     : holds(guide, at->when, event);
}

static void take(void *ctx, const struct event *event)
{
    struct guide *guide = ctx;

    for (unsigned i = 0; i < guide->of_kind[event->kind].count; i++) {
        unsigned n = guide->of_kind[event->kind].number[i];

        if (guide->seen[n] < guide->most[n] && counts(guide, counted(guide, n), event))
            guide->seen[n]++;
    }
}

static void keep(void *ctx, struct state *state)
{
    struct guide *guide = ctx;

    STATE(state, guide->seen);
}

static void listen(struct guide *guide)
{
    uint64_t kinds = 0;

    for (unsigned n = 0; n < GUIDE_ATS; n++)
        if (counted(guide, n)) {
            enum event_kind kind = counted(guide, n)->at->event;

            guide->of_kind[kind].number[guide->of_kind[kind].count++] = (uint8_t)n;
            guide->most[n] = counted(guide, n)->at->n + GUIDE_BEYOND;
            kinds |= EVENT_BIT(kind);
        }
    guide->listens = kinds != 0;
    if (guide->listens)
        timeline_add_fold(guide->session->time,
                          (struct fold){kinds, take, keep, guide});
}

/* How many there have been for the viewer, who may be inside a step. */
static uint32_t count_of(const struct guide *guide, unsigned n)
{
    const struct timeline *time = guide->session->time;
    unsigned inside = timeline_inside(time), all;
    const struct event *events = timeline_step_events(time, &all);
    uint32_t count = guide->seen[n];

    for (unsigned i = 0; i < inside && i < all; i++)
        count += counts(guide, counted(guide, n), &events[i]);
    return count;
}

/* --- is it here? ----------------------------------------------------------------------------- */

/* Is the n-th event among those that are told of? */
static bool is_at_event(const struct guide *guide, unsigned n,
                        const struct guide_seen *seen)
{
    const struct guide_at *at = counted(guide, n);
    uint32_t count, told = 0;

    if (!at || !guide->listens)
        return false;
    for (unsigned i = seen->first; i < seen->count; i++)
        told += counts(guide, at, &seen->event[i]);
    if (!told)
        return false;
    count = count_of(guide, n);
    return at->at->n <= count && at->at->n > count - told;
}

static bool is_same(struct moment a, struct moment b)
{
    return a.retired == b.retired && a.order == b.order;
}

static bool is_at_moment(struct moment moment, const struct guide_seen *seen)
{
    if (seen->first == seen->count)
        return is_same(moment, (struct moment){0});
    for (unsigned i = seen->first; i < seen->count; i++) {
        const struct event *event = &seen->event[i];

        if (is_same(moment, moment_after_event(event)) ||
            (event->kind == EVENT_INSN && moment.retired == event->retired + 1 &&
             !moment.order))
            return true;
    }
    return false;
}

/* At the first event that begins at the cycle, or later. */
static bool is_at_cycle(uint64_t cycle, const struct guide_seen *seen)
{
    bool reached = false;

    for (unsigned i = 0; i < seen->count; i++) {
        if (seen->event[i].cycle < cycle)
            continue;
        if (i < seen->first)
            return false;
        reached = true;
    }
    return reached;
}

static bool is_at(const struct guide *guide, unsigned n, const struct screen_at *at,
                  const struct guide_seen *seen)
{
    if (!(at->variants >> guide->variant & 1))
        return false;
    if (at->type == AT_EVENT)
        return is_at_event(guide, n, seen);
    return at->type == AT_MOMENT ? is_at_moment(at->moment, seen)
                                 : is_at_cycle(at->cycle, seen);
}

const struct screen_note *guide_note(const struct guide *guide,
                                     const struct guide_seen *seen, unsigned n)
{
    for (unsigned i = 0; guide->screen && i < guide->screen->notes; i++)
        if (is_at(guide, i, &guide->screen->note[i].at, seen) && n-- == 0)
            return &guide->screen->note[i];
    return NULL;
}

const struct screen_question *guide_question(const struct guide *guide,
                                             const struct guide_seen *seen)
{
    for (unsigned i = 0; guide->screen && i < guide->screen->questions; i++)
        if (is_at(guide, SCREEN_NOTES + i, &guide->screen->question[i].at, seen))
            return &guide->screen->question[i];
    return NULL;
}

/* --- all questions ----------------------------------------------------------------------------- */

const struct screen_question *guide_nth(const struct guide *guide, unsigned n)
{
    for (unsigned i = 0; guide->screen && i < guide->screen->questions; i++)
        if (guide->screen->question[i].at.variants >> guide->variant & 1 && n-- == 0)
            return &guide->screen->question[i];
    return NULL;
}

static unsigned number_of(const struct guide *guide,
                          const struct screen_question *question)
{
    return SCREEN_NOTES + (unsigned)(question - guide->screen->question);
}

uint64_t guide_left(const struct guide *guide, const struct screen_question *question)
{
    uint32_t count;

    if (!guide->listens || !counted(guide, number_of(guide, question)))
        return 0;
    count = count_of(guide, number_of(guide, question));
    return question->at.n > count ? question->at.n - count : 0;
}

bool guide_counts(const struct guide *guide, const struct screen_question *question,
                  const struct event *event)
{
    const struct guide_at *at = counted(guide, number_of(guide, question));

    return at && counts(guide, at, event);
}
