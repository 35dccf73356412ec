#ifndef CONTROL_SCENARIO_SCREEN_H
#define CONTROL_SCENARIO_SCREEN_H

#include "base/err.h"
#include "control/lua_read.h"
#include "event/event.h"
#include "observe/ask/expr.h"
#include "observe/time/moment.h"

/*
 * What a scenario says to whoever shows its run: how the screen is laid out, which events
 * are interesting, what the presenter may say at some moments, what the class is asked.
 * guide.h has it in a session.
 */
enum {
    SCREEN_NAME = 48,
    SCREEN_FOCUS = 8,
    SCREEN_INTERESTS = 16,
    SCREEN_NOTES = 48,
    SCREEN_QUESTIONS = 24,
    SCREEN_CHOICES = 6
};

/* A moment of a run, as it is written: #N.M, a cycle, or the n-th event of a kind. */
enum at_type { AT_MOMENT, AT_CYCLE, AT_EVENT };

struct screen_at {
    enum at_type type;
    struct moment moment;  /* MOMENT */
    uint64_t cycle;        /* CYCLE */
    enum event_kind event; /* EVENT */
    uint64_t n;            /* ... from 1 */
    char *when;            /* ... of those for which this holds; NULL: of all */
    uint64_t variants;     /* in which it is said: a bit for each, by number */
};

struct screen_interest {
    enum event_kind event;
    char *when; /* NULL: always */
};

/* A note for the presenter. */
struct screen_note {
    struct screen_at at;
    char *text;
};

/* A question to the class, before the step that comes after its moment. */
struct screen_question {
    struct screen_at at;
    char *ask;
    unsigned choices, answer; /* `answer` counts from 1 */
    char *choice[SCREEN_CHOICES];
    char *because[SCREEN_CHOICES]; /* what speaks to that choice; NULL: nothing */
    char *lesson;                  /* what it is good for; NULL: none */
};

struct scenario_screen {
    char *layout;           /* NULL: none */
    char unit[SCREEN_NAME]; /* what n and p step by; "": none */
    unsigned focus, interests, notes, questions;
    char focus_on[SCREEN_FOCUS][SCREEN_NAME];
    struct screen_interest interest[SCREEN_INTERESTS];
    struct screen_note note[SCREEN_NOTES];
    struct screen_question question[SCREEN_QUESTIONS];
};

/* The number of a variant by its name, as scenario_variant. */
struct variant_finder {
    bool (*find)(const void *ctx, const char *name, unsigned *variant, struct err *err);
    const void *ctx;
};

/* Reads screen, interesting, talk and questions of the table given to scenario{}; what is
 * read is *screen at once, so that it can be released after a mistake, too. */
void scenario_screen_read(const struct reading *from,
                          const struct variant_finder *variants,
                          struct scenario_screen **screen);
void scenario_screen_free(struct scenario_screen *screen);

/* Are all names in its conditions known on that board? `file` is what errors name. */
bool scenario_screen_check(const struct scenario_screen *screen,
                           const struct expr_scope *scope, const char *file,
                           struct err *err);

#endif
