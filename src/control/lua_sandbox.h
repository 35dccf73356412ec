#ifndef CONTROL_LUA_SANDBOX_H
#define CONTROL_LUA_SANDBOX_H

#include "base/err.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lua for files that somebody else wrote: the same file gives the same result everywhere,
 * and can neither touch the host nor run for ever.
 *
 *   there is    base, table, string, math, utf8, coroutine
 *   there isn't io, os, package, debug, require, dofile, loadfile, collectgarbage,
 *               string.dump, coroutine.close; load takes text only
 *   order       next and pairs visit numbers, then strings, then booleans, each in
 *               ascending order; other keys have no order and are refused there
 *   addresses   none: tostring of a table is "table", %p is refused
 *   chance      math.random is seeded with a fixed number, math.randomseed needs one
 *   collector   no __gc and no __mode, which would let a script see it work
 *   bounds      bytes and instructions; what is over them is an error
 */
struct sandbox_limits {
    size_t bytes;
    uint64_t instructions; /* of all calls together */
};

extern const struct sandbox_limits sandbox_usual_limits;

struct sandbox {
    lua_State *lua;
    struct sandbox_limits limits;
    size_t bytes;   /* in use */
    bool inside;    /* a script runs: the limits hold for it, not for its host */
    uint64_t spent; /* instructions, counted in steps of the hook */
    void *owner;    /* for C functions: sandbox_of(L)->owner */
    /* Takes each line that the script prints. NULL: they go to standard error. */
    void (*print)(void *ctx, const char *line);
    void *print_ctx;
};

struct sandbox *sandbox_new(const struct sandbox_limits *limits);
void sandbox_free(struct sandbox *sandbox);

/* The sandbox that a state belongs to. */
struct sandbox *sandbox_of(lua_State *lua);

/* Compiles text and leaves the function on the stack; `name` is what errors call it. */
bool sandbox_load(struct sandbox *sandbox, const char *name, const char *text,
                  size_t size, struct err *err);

/* Calls the function below its arguments. On failure the stack is as it was before both
 * were pushed, and the error carries file and line. */
bool sandbox_call(struct sandbox *sandbox, int arguments, int results, struct err *err);

/* For C functions that work as long as n instructions: an error if that is too much. */
void sandbox_charge(lua_State *lua, uint64_t n);

#endif
