#ifndef CONTROL_LUA_SANDBOX_H
#define CONTROL_LUA_SANDBOX_H

#include "base/err.h"
#include "control/lua_bounds.h"

#include <stdbool.h>
#include <stddef.h>

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
struct sandbox *sandbox_new(const struct sandbox_limits *limits);
void sandbox_free(struct sandbox *sandbox);

/* Compiles text and leaves the function on the stack; `name` is what errors call it. */
bool sandbox_load(struct sandbox *sandbox, const char *name, const char *text,
                  size_t size, struct err *err);

/* Calls the function below its arguments. On failure the stack is as it was before both
 * were pushed, and the error carries file and line. */
bool sandbox_call(struct sandbox *sandbox, int arguments, int results, struct err *err);

#endif
