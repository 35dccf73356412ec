#include "control/lua_bounds.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

/* A coroutine counts from 0, so what it does in fewer instructions is not seen: HOOK must
 * be small beside what a coroutine costs. */
enum { HOOK = 100 };

const struct sandbox_limits sandbox_usual_limits = {
    .bytes = (size_t)64 << 20,
    .instructions = 200000000,
};

struct sandbox *sandbox_of(lua_State *lua)
{
    struct sandbox *sandbox;

    memcpy(&sandbox, lua_getextraspace(lua), sizeof(sandbox));
    return sandbox;
}

void *sandbox_allocate(void *ctx, void *had, size_t had_size, size_t size)
{
    struct sandbox *sandbox = ctx;
    size_t before = had ? had_size : 0; /* without `had` the size is a kind of object */
    void *got;

    if (size == 0) {
        sandbox->bytes -= before;
        free(had);
        return NULL;
    }
    if (sandbox->inside && size > before &&
        sandbox->bytes - before + size > sandbox->limits.bytes)
        return NULL;
    got = realloc(had, size);
    if (got)
        sandbox->bytes = sandbox->bytes - before + size;
    return got;
}

/* Pushes where the script is: luaL_where, but of the innermost function that has lines,
 * as the hook is called from inside it. */
static void push_where(lua_State *lua)
{
    lua_Debug debug;

    for (int level = 0; lua_getstack(lua, level, &debug); level++) {
        lua_getinfo(lua, "Sl", &debug);
        if (debug.currentline > 0) {
            lua_pushfstring(lua, "%s:%d: ", debug.short_src, debug.currentline);
            return;
        }
    }
    lua_pushfstring(lua, "%s: ", sandbox_of(lua)->name);
}

static void hook(lua_State *lua, lua_Debug *debug);

void sandbox_charge(lua_State *lua, uint64_t n)
{
    struct sandbox *sandbox = sandbox_of(lua);

    sandbox->spent += n;
    if (sandbox->spent <= sandbox->limits.instructions)
        return;
    /* From now on every instruction fails, so that no pcall can go on for long. */
    lua_sethook(lua, hook, LUA_MASKCOUNT, 1);
    push_where(lua);
    lua_pushfstring(lua, "the script has run for more than %I instructions",
                    (LUAI_UACINT)sandbox->limits.instructions);
    lua_concat(lua, 2);
    lua_error(lua);
}

static void hook(lua_State *lua, lua_Debug *debug)
{
    (void)debug;
    sandbox_charge(lua, HOOK);
}

void sandbox_count(lua_State *lua)
{
    lua_sethook(lua, hook, LUA_MASKCOUNT, HOOK);
}
