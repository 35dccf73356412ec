#ifndef OBSERVE_ASK_WHY_RULES_H
#define OBSERVE_ASK_WHY_RULES_H

#include "machine/board/run.h"

#include <stdbool.h>
#include <stddef.h>

/* For why.c: the rules of why_rules.def as rows. */

/* An event and what may be its cause. */
struct why_pair {
    const struct run *run;
    const struct event *effect, *cause;
};

enum why_where { WHY_STEP, WHY_EARLIER };

struct why_rule {
    uint8_t effect, cause;                    /* enum event_kind */
    uint8_t where;                            /* enum why_where */
    bool (*when)(const struct event *effect); /* NULL: always */
    const char *same; /* fields that are equal in both; separated by blanks */
    bool (*test)(const struct why_pair *pair); /* NULL: nothing more */
    const char *because;
};

extern const struct why_rule why_rules[];
extern const size_t why_rule_count;

/* Is it a rule for this event? */
bool why_applies(const struct why_rule *rule, const struct event *effect);

/* Is this its cause, by the rule? */
bool why_is_cause(const struct why_rule *rule, const struct why_pair *pair);

#endif
