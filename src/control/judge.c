#include "control/judge.h"

#include "base/alloc.h"
#include "base/clean.h"
#include "control/lua_sandbox.h"
#include "control/run_lua.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

/* --- verdicts ------------------------------------------------------------------------ */

void verdicts_add(struct verdicts *verdicts, const char *name, bool passed,
                  const char *reason)
{
    verdicts->verdict = alloc_resize(verdicts->verdict, (verdicts->count + 1) *
                                                            sizeof(*verdicts->verdict));
    verdicts->verdict[verdicts->count++] =
        (struct verdict){alloc_string(name), passed, alloc_string(reason)};
}

bool verdicts_passed(const struct verdicts *verdicts)
{
    for (unsigned i = 0; i < verdicts->count; i++)
        if (!verdicts->verdict[i].passed)
            return false;
    return true;
}

void verdicts_put(struct buf *out, const char *of, const struct verdicts *verdicts,
                  const struct text_style *style)
{
    for (unsigned i = 0; i < verdicts->count; i++) {
        const struct verdict *verdict = &verdicts->verdict[i];

        if (style->colour)
            buf_text(out, verdict->passed ? "\033[32m" : "\033[1;31m");
        buf_text(out, verdict->passed ? "  pass  " : "  FAIL  ");
        if (style->colour)
            buf_text(out, "\033[0m");
        buf_printf(out, "%s: ", of);
        put_clean(out, verdict->name);
        if (verdict->reason[0]) {
            buf_text(out, "\n        ");
            put_clean(out, verdict->reason);
        }
        buf_char(out, '\n');
    }
}

void verdicts_release(struct verdicts *verdicts)
{
    for (unsigned i = 0; i < verdicts->count; i++) {
        free(verdicts->verdict[i].name);
        free(verdicts->verdict[i].reason);
    }
    free(verdicts->verdict);
    *verdicts = (struct verdicts){0};
}

void result_release(struct scenario *scenario, struct result *result)
{
    verdicts_release(&result->verdicts);
    if (result->run)
        luaL_unref(scenario->sandbox->lua, LUA_REGISTRYINDEX, result->run);
    *result = (struct result){0};
}

/* --- how it ended -------------------------------------------------------------------- */

static void explain_end(const struct trial *trial, struct buf *why)
{
    if (trial_error(trial)) {
        buf_text(why, trial_error(trial));
        return;
    }
    if (trial->stop == RUN_LIMIT)
        buf_printf(why, "it has not ended after %" PRIu64 " cycles; hart 0 is at ",
                   trial->setup.cycles);
    else if (trial->stop == RUN_NOTHING)
        buf_text(why, "nothing can happen any more: every hart waits, hart 0 at ");
    else
        buf_printf(why, "exit code %" PRIu32 ", at ", trial->board->exit_code);
    buf_printf(why, "0x%" PRIx64, trial->board->hart[0].pc);
}

/* The check that every run has. */
static void judge_end(const struct trial *trial, struct verdicts *verdicts)
{
    static const enum run_stop wanted[] = {
        [END_FINISHED] = RUN_FINISHED,
        [END_NOTHING] = RUN_NOTHING,
        [END_LIMIT] = RUN_LIMIT,
    };
    static const char *const names[] = {
        [END_FINISHED] = "the program ends the run, with exit code 0",
        [END_NOTHING] = "the run ends because nothing can happen any more",
        [END_LIMIT] = "the run goes on until its limit",
    };
    enum setup_end end = trial->setup.end;
    bool passed = trial->stop == wanted[end] && !trial_error(trial) &&
                  (end != END_FINISHED || trial->board->exit_code == 0);
    struct buf why = {0};

    if (!passed)
        explain_end(trial, &why);
    verdicts_add(verdicts, names[end], passed, buf_str(&why));
    buf_free(&why);
    if (trial->setup.has_window && !trial->left && !trial_error(trial))
        verdicts_add(verdicts, "the window is passed through", false,
                     trial->entered ? "it begins but does not end"
                                    : "it does not begin");
}

/* --- checks -------------------------------------------------------------------------- */

/*
 * A check as the scenario has it: { "what holds", { "variant", ... }, function }, where
 * the list may be missing. On the stack: the check.
 */
static lua_Integer named_variants(lua_State *lua)
{
    lua_Integer count;

    if (lua_rawgeti(lua, -1, 2) != LUA_TTABLE) {
        lua_pop(lua, 1);
        return 0;
    }
    count = (lua_Integer)lua_rawlen(lua, -1);
    lua_pop(lua, 1);
    return count;
}

/* Copies the n-th name of a check's list, from 1. */
static void named_variant(lua_State *lua, lua_Integer n, char name[SCENARIO_NAME])
{
    const char *text;

    lua_rawgeti(lua, -1, 2);
    lua_rawgeti(lua, -1, n);
    text = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    strncpy(name, text, SCENARIO_NAME - 1);
    name[SCENARIO_NAME - 1] = '\0';
    lua_pop(lua, 2);
}

static bool concerns(lua_State *lua, const char *variant)
{
    lua_Integer count = named_variants(lua);
    char name[SCENARIO_NAME];

    for (lua_Integer i = 1; i <= count; i++) {
        named_variant(lua, i, name);
        if (strcmp(name, variant) == 0)
            return true;
    }
    return count == 0;
}

/* Calls the function, whose arguments are on the stack; the check is below them. */
static void call_check(struct sandbox *sandbox, int arguments,
                       struct verdicts *verdicts)
{
    lua_State *lua = sandbox->lua;
    int check = lua_gettop(lua) - arguments - 1;
    struct err err = {0};
    const char *name;

    lua_rawgeti(lua, check, 1);
    name = lua_tostring(lua, -1);
    lua_insert(lua, check + 1);
    if (!sandbox_call(sandbox, arguments, 2, &err)) {
        verdicts_add(verdicts, name, false, err.text);
    } else {
        bool passed = lua_toboolean(lua, -2);
        const char *reason =
            lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";

        verdicts_add(verdicts, name, passed, passed ? "" : reason);
    }
    lua_settop(lua, check);
}

/* Pushes the check's function. */
static void push_function(lua_State *lua)
{
    lua_rawgeti(lua, -1, (lua_Integer)lua_rawlen(lua, -1));
}

/* Entry `n` of a list of the scenario; false, and nothing pushed: the list is over. */
static bool push_check(struct scenario *scenario, const char *list, lua_Integer n)
{
    lua_State *lua = scenario->sandbox->lua;

    if (scenario_push(scenario, lua, list) == LUA_TTABLE &&
        lua_rawgeti(lua, -1, n) == LUA_TTABLE) {
        lua_remove(lua, -2);
        return true;
    }
    lua_settop(lua, 0);
    return false;
}

static int make_run(lua_State *lua)
{
    run_push(lua, lua_touserdata(lua, 1));
    return 1;
}

/* Leaves the run object in the registry. */
static bool keep_run(struct trial *trial, struct result *result, struct err *err)
{
    struct sandbox *sandbox = trial->scenario->sandbox;

    lua_pushcfunction(sandbox->lua, make_run);
    lua_pushlightuserdata(sandbox->lua, trial);
    if (!sandbox_call(sandbox, 1, 1, err))
        return false;
    result->run = luaL_ref(sandbox->lua, LUA_REGISTRYINDEX);
    return true;
}

static void judge_expectations(struct trial *trial, struct result *result)
{
    struct scenario *scenario = trial->scenario;
    struct sandbox *sandbox = scenario->sandbox;
    lua_State *lua = sandbox->lua;

    for (lua_Integer n = 1; push_check(scenario, "expect", n); n++) {
        if (concerns(lua, scenario->variant[trial->variant].name)) {
            push_function(lua);
            lua_rawgeti(lua, LUA_REGISTRYINDEX, result->run);
            call_check(sandbox, 1, &result->verdicts);
        }
        lua_settop(lua, 0);
    }
}

void judge_trial(struct trial *trial, struct result *result)
{
    lua_State *lua = trial->scenario->sandbox->lua;
    struct err err = {0};

    *result = (struct result){.variant = trial->variant,
                              .stop = trial->stop,
                              .exit_code = trial->board->exit_code,
                              .digest = run_digest(trial->run)};
    judge_end(trial, &result->verdicts);
    if (!trial_measure(trial, &err))
        verdicts_add(&result->verdicts, "the run can be measured", false, err.text);
    result->metrics = trial->metrics;
    result->account = trial->account;
    if (trial_error(trial))
        return;
    if (!keep_run(trial, result, &err)) {
        verdicts_add(&result->verdicts, "the run can be judged", false, err.text);
        return;
    }
    judge_expectations(trial, result);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, result->run);
    run_forget(lua, -1);
    lua_settop(lua, 0);
}

/* --- comparisons --------------------------------------------------------------------- */

/* Pushes the run objects of all variants that the check names; gives their number, -1:
 * some did not run. The check, then its function, are on top. */
static int push_runs(struct scenario *scenario, const struct result *results,
                     unsigned count)
{
    lua_State *lua = scenario->sandbox->lua;
    lua_Integer wanted;
    int pushed = 0;

    lua_pushvalue(lua, -2); /* the check once more, where its readers look */
    wanted = named_variants(lua);
    if (wanted > SCENARIO_VARIANTS || !lua_checkstack(lua, SCENARIO_VARIANTS))
        return -1;
    for (lua_Integer n = 1; n <= wanted; n++) {
        char name[SCENARIO_NAME];

        named_variant(lua, n, name);
        for (unsigned i = 0; i < count; i++)
            if (results[i].run &&
                strcmp(scenario->variant[results[i].variant].name, name) == 0) {
                lua_rawgeti(lua, LUA_REGISTRYINDEX, results[i].run);
                lua_insert(lua, -2);
                pushed++;
                break;
            }
    }
    lua_pop(lua, 1);
    return pushed == wanted ? pushed : -1;
}

void judge_results(struct scenario *scenario, const struct result *results,
                   unsigned count, struct verdicts *verdicts)
{
    lua_State *lua = scenario->sandbox->lua;

    *verdicts = (struct verdicts){0};
    for (lua_Integer n = 1; push_check(scenario, "compare", n); n++) {
        int runs;

        push_function(lua);
        runs = push_runs(scenario, results, count);
        if (runs > 0)
            call_check(scenario->sandbox, runs, verdicts);
        lua_settop(lua, 0);
    }
}
