#ifndef CONTROL_SCENARIO_H
#define CONTROL_SCENARIO_H

#include "base/buf.h"
#include "base/err.h"
#include "control/files.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A scenario: one Lua file that calls scenario{...} once. It describes a machine and its
 * programs in variants (setup.h reads such a description), which are run (trial.h) and
 * judged (judge.h). docs/manual/scenarios.md is its reference.
 */
enum {
    SCENARIO_NAME = 48,
    SCENARIO_PARAMETERS = 32,
    SCENARIO_VARIANTS = 64,
    SCENARIO_TOLD = 12,
    SCENARIO_RACE = 4
};

enum parameter_type { PARAMETER_INTEGER, PARAMETER_TEXT, PARAMETER_FLAG };

/* Something about the workload that whoever runs the scenario can set. */
struct parameter {
    char name[SCENARIO_NAME];
    char *help;
    enum parameter_type type;
    int64_t integer, least, most;
    bool flag;
    char *text;
    bool given; /* by scenario_set */
};

/* What a scenario tells of a variant that no run measures: whether guests need a driver of
 * its own, what isolates them. */
struct told_quality {
    char *question, *answer;
};

struct variant {
    char name[SCENARIO_NAME];
    char *title, *layout; /* `layout`: "": the scenario's */
    unsigned tolds;
    struct told_quality told[SCENARIO_TOLD];
};

struct scenario {
    char *path; /* as it was given: what errors name */
    char *text; /* of the file */
    size_t size;
    char name[SCENARIO_NAME];
    char *title, *about;
    unsigned parameters, variants;
    struct parameter parameter[SCENARIO_PARAMETERS]; /* in order of name */
    struct variant variant[SCENARIO_VARIANTS];
    unsigned
        races; /* variants that are raced if nobody says otherwise; 0: it does not say */
    unsigned race[SCENARIO_RACE];
    struct scenario_screen *screen;
    struct scenario_model *model; /* NULL: it says nothing of one */
    struct sandbox *sandbox;
    /* In the registry: the table given to scenario{}; 0: it was not called. */
    int table;
    int setup_line;      /* of the file, where the function begins */
    struct files *files; /* where it reads its files; NULL: from the disk */
    /* Who answers run:command of its checks and callbacks; NULL: nobody. */
    const struct answerer *answerer;
};

struct sandbox_limits;

/* `files`: what is read, also later; NULL: nobody wants to know. */
struct scenario *scenario_open(const char *path, struct files *files, struct err *err);

/* The same from text; `path` is what errors call it, and where its files are beside. */
struct scenario *scenario_load(const char *path, const char *text, size_t size,
                               const struct sandbox_limits *limits, struct err *err);
void scenario_free(struct scenario *scenario);

/* "name=value": sets a parameter. */
bool scenario_set(struct scenario *scenario, const char *assignment, struct err *err);

/* The same of a parameter as it is. */
void parameter_put(struct buf *out, const struct parameter *parameter);

/* The number of the variant with that name. */
bool scenario_variant(const struct scenario *scenario, const char *name,
                      unsigned *variant, struct err *err);

/* The path of a file that the scenario names; the caller frees it. Files lie beside the
 * scenario or below, or are programs of Ringside's (image/guest.h); whoever runs it may
 * name others, by a parameter. NULL: refused. */
char *scenario_file(const struct scenario *scenario, const char *name, struct err *err);

/* Pushes the table of parameters, as setup and checks see it. */
void scenario_push_parameters(const struct scenario *scenario, lua_State *lua);

/* Pushes a field of the table given to scenario{}. Gives its type. */
int scenario_push(const struct scenario *scenario, lua_State *lua, const char *field);

#endif
