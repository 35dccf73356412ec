#include "control/lua_sandbox.h"

#include "base/alloc.h"
#include "control/lua_order.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

/* --- text of values ---------------------------------------------------------------- */

/* Pushes what tostring gives. */
static void push_text(lua_State *lua, int index)
{
    bool has_own = luaL_getmetafield(lua, index, "__tostring") != LUA_TNIL;

    if (has_own)
        lua_pop(lua, 1);
    if (has_own || lua_type(lua, index) <= LUA_TBOOLEAN ||
        lua_type(lua, index) == LUA_TNUMBER || lua_type(lua, index) == LUA_TSTRING)
        luaL_tolstring(lua, index, NULL);
    else
        lua_pushstring(lua, luaL_typename(lua, index));
}

static int do_tostring(lua_State *lua)
{
    luaL_checkany(lua, 1);
    push_text(lua, 1);
    return 1;
}

static int do_print(lua_State *lua)
{
    struct sandbox *sandbox = sandbox_of(lua);
    int count = lua_gettop(lua);
    luaL_Buffer line;

    for (int i = 1; i <= count; i++) {
        push_text(lua, i);
        lua_replace(lua, i);
    }
    luaL_buffinit(lua, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&line, '\t');
        lua_pushvalue(lua, i);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    if (sandbox->print)
        sandbox->print(sandbox->print_ctx, lua_tostring(lua, -1));
    else
        fprintf(stderr, "%s\n", lua_tostring(lua, -1));
    return 0;
}

/* Does a format ask for an address? */
static bool asks_for_address(const char *format)
{
    while ((format = strchr(format, '%')) != NULL) {
        format++;
        format += strspn(format, "-+ #0123456789.");
        if (*format == 'p')
            return true;
        if (*format)
            format++;
    }
    return false;
}

/* string.format, its original as upvalue. */
static int do_format(lua_State *lua)
{
    int count = lua_gettop(lua);

    if (asks_for_address(luaL_checkstring(lua, 1)))
        return luaL_error(lua, "%%p is not available: there are no addresses");
    for (int i = 2; i <= count; i++)
        if (!lua_isnoneornil(lua, i) && !lua_isboolean(lua, i) &&
            !lua_isnumber(lua, i) && !lua_isstring(lua, i)) {
            push_text(lua, i);
            lua_replace(lua, i);
        }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, 1);
    return 1;
}

/* --- other functions that are not as Lua has them ----------------------------------- */

/* load, its original as upvalue: never takes bytecode. */
static int do_load(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (lua_gettop(lua) < 3)
        lua_settop(lua, 3);
    lua_pushliteral(lua, "t");
    lua_replace(lua, 3);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

/* math.randomseed, its original as upvalue. */
static int do_randomseed(lua_State *lua)
{
    luaL_checknumber(lua, 1);
    lua_settop(lua, 2);
    if (lua_isnil(lua, 2))
        lua_settop(lua, 1);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 0);
    return 0;
}

/* setmetatable, its original as upvalue. */
static int do_setmetatable(lua_State *lua)
{
    static const char *const refused[] = {"__gc", "__mode"};

    for (int i = 0; i < 2; i++) {
        if (!lua_istable(lua, 2))
            break;
        lua_pushstring(lua, refused[i]);
        if (lua_rawget(lua, 2) != LUA_TNIL)
            return luaL_error(lua,
                              "%s is not available: when memory is collected "
                              "is not seen",
                              refused[i]);
        lua_pop(lua, 1);
    }
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 1);
    return 1;
}

/* table.insert, table.remove and table.move go through all elements from a place to the
 * end, which a table's __len may say is anywhere. That is charged before they begin. */
static void charge_elements(lua_State *lua, lua_Integer from, lua_Integer to)
{
    if (to > from)
        sandbox_charge(lua, (uint64_t)to - (uint64_t)from);
}

static int call_original(lua_State *lua)
{
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

/* table.insert(t, place, value) and table.remove(t, place) */
static int do_shift(lua_State *lua)
{
    if (lua_gettop(lua) > 1 && lua_istable(lua, 1) && lua_isinteger(lua, 2))
        charge_elements(lua, lua_tointeger(lua, 2), luaL_len(lua, 1));
    return call_original(lua);
}

/* table.move(t, first, last, ...) */
static int do_move(lua_State *lua)
{
    charge_elements(lua, luaL_checkinteger(lua, 2), luaL_checkinteger(lua, 3));
    return call_original(lua);
}

/* --- errors of the hook ------------------------------------------------------------- */

/*
 * Lua calls a message handler, and closes variables of a coroutine, while it is still
 * where the error was raised. If that was in the hook, hooks are off, and what is called
 * could run for ever. So handlers are called afterwards, and coroutines are not closed.
 */

/* xpcall(f, handler, ...) */
static int do_xpcall(lua_State *lua)
{
    int arguments = lua_gettop(lua) - 2;

    luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_pushvalue(lua, 1);
    lua_insert(lua, 3);
    if (lua_pcall(lua, arguments, LUA_MULTRET, 0) == LUA_OK) {
        lua_pushboolean(lua, true);
        lua_replace(lua, 2);
        return lua_gettop(lua) - 1;
    }
    lua_call(lua, 1, 1);
    lua_pushboolean(lua, false);
    lua_insert(lua, -2);
    return 2;
}

/* Goes on with the coroutine that is the upvalue. */
static int resume(lua_State *lua)
{
    lua_State *thread = lua_tothread(lua, lua_upvalueindex(1));
    int arguments = lua_gettop(lua), results, status;

    if (lua_status(thread) == LUA_OK && lua_gettop(thread) == 0)
        return luaL_error(lua, "cannot resume dead coroutine");
    if (!lua_checkstack(thread, arguments))
        return luaL_error(lua, "too many arguments to resume");
    lua_xmove(lua, thread, arguments);
    status = lua_resume(thread, lua, arguments, &results);
    if (status == LUA_OK || status == LUA_YIELD) {
        luaL_checkstack(lua, results, "too many results to resume");
        lua_xmove(thread, lua, results);
        return results;
    }
    lua_xmove(thread, lua, 1);
    return lua_error(lua);
}

/* coroutine.wrap(f) */
static int do_wrap(lua_State *lua)
{
    lua_State *thread;

    luaL_checktype(lua, 1, LUA_TFUNCTION);
    thread = lua_newthread(lua);
    lua_pushvalue(lua, 1);
    lua_xmove(lua, thread, 1);
    lua_pushcclosure(lua, resume, 1);
    return 1;
}

/* --- making one ------------------------------------------------------------------- */

/* The field of the table on top becomes a C function that has what `upvalue` names (in
 * the same table; NULL: nothing) to call. */
static void replace(lua_State *lua, const char *name, lua_CFunction by,
                    const char *upvalue)
{
    if (upvalue)
        lua_getfield(lua, -1, upvalue);
    lua_pushcclosure(lua, by, upvalue ? 1 : 0);
    lua_setfield(lua, -2, name);
}

static void drop(lua_State *lua, const char *name)
{
    lua_pushnil(lua);
    lua_setfield(lua, -2, name);
}

static void open_libraries(lua_State *lua)
{
    static const luaL_Reg libraries[] = {
        {LUA_GNAME, luaopen_base},        {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string}, {LUA_MATHLIBNAME, luaopen_math},
        {LUA_UTF8LIBNAME, luaopen_utf8},  {LUA_COLIBNAME, luaopen_coroutine},
    };

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
        luaL_requiref(lua, libraries[i].name, libraries[i].func, 1);
        lua_pop(lua, 1);
    }
}

static void tame_base(lua_State *lua)
{
    static const char *const dropped[] = {"dofile", "loadfile", "collectgarbage",
                                          "warn"};

    lua_pushglobaltable(lua);
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        drop(lua, dropped[i]);
    replace(lua, "tostring", do_tostring, NULL);
    replace(lua, "print", do_print, NULL);
    replace(lua, "next", lua_order_next, NULL);
    replace(lua, "load", do_load, "load");
    replace(lua, "xpcall", do_xpcall, NULL);
    replace(lua, "setmetatable", do_setmetatable, "setmetatable");
    lua_getglobal(lua, "table");
    lua_getfield(lua, -1, "sort");
    lua_pushcclosure(lua, lua_order_pairs, 1);
    lua_setfield(lua, -3, "pairs");
    lua_pop(lua, 2);
}

static int prepare(lua_State *lua)
{
    open_libraries(lua);
    tame_base(lua);
    lua_getglobal(lua, "table");
    replace(lua, "insert", do_shift, "insert");
    replace(lua, "remove", do_shift, "remove");
    replace(lua, "move", do_move, "move");
    lua_getglobal(lua, "string");
    drop(lua, "dump");
    replace(lua, "format", do_format, "format");
    lua_getglobal(lua, "coroutine");
    drop(lua, "close");
    replace(lua, "wrap", do_wrap, NULL);
    lua_getglobal(lua, "math");
    replace(lua, "randomseed", do_randomseed, "randomseed");
    lua_getfield(lua, -1, "randomseed");
    lua_pushinteger(lua, SEED);
    lua_call(lua, 1, 0);
    return 0;
}

struct sandbox *sandbox_new(const struct sandbox_limits *limits)
{
    struct sandbox *sandbox = alloc_zero(1, sizeof(*sandbox));
    struct err err;

    sandbox->limits = *limits;
    sandbox->lua = lua_newstate(sandbox_allocate, sandbox);
    if (sandbox->lua) {
        memcpy(lua_getextraspace(sandbox->lua), &sandbox, sizeof(sandbox));
        lua_pushcfunction(sandbox->lua, prepare);
        if (sandbox_call(sandbox, 0, 0, &err)) {
            sandbox_count(sandbox->lua);
            return sandbox;
        }
    }
    sandbox_free(sandbox);
    return NULL;
}

void sandbox_free(struct sandbox *sandbox)
{
    if (!sandbox)
        return;
    if (sandbox->lua)
        lua_close(sandbox->lua);
    free(sandbox);
}

/* --- using one -------------------------------------------------------------------- */

/* Takes the error value from the stack. */
static bool failed(const struct sandbox *sandbox, int status, struct err *err)
{
    lua_State *lua = sandbox->lua;

    if (status == LUA_ERRMEM) /* Lua has no line for it */
        err_set(err, "%s: not enough memory: the script needs more than %zu KiB",
                sandbox->name, sandbox->limits.bytes >> 10);
    else if (lua_type(lua, -1) == LUA_TSTRING || lua_type(lua, -1) == LUA_TNUMBER)
        err_set(err, "%s", lua_tostring(lua, -1));
    else
        err_set(err, "%s: the script has failed with a %s as its error", sandbox->name,
                luaL_typename(lua, -1));
    lua_pop(lua, 1);
    return false;
}

bool sandbox_load(struct sandbox *sandbox, const char *name, const char *text,
                  size_t size, struct err *err)
{
    lua_State *lua = sandbox->lua;
    struct err chunk;
    int status;

    err_set(&chunk, "@%s", name);
    snprintf(sandbox->name, sizeof(sandbox->name), "%s", name);
    sandbox->inside = true;
    status = luaL_loadbufferx(lua, text, size, chunk.text, "t");
    sandbox->inside = false;
    if (status == LUA_OK)
        return true;
    failed(sandbox, status, err);
    if (size && text[0] == LUA_SIGNATURE[0])
        err_set(err, "%s: this is Lua's bytecode; only text is read", name);
    return false;
}

bool sandbox_call(struct sandbox *sandbox, int arguments, int results, struct err *err)
{
    int status;

    sandbox->inside = true;
    status = lua_pcall(sandbox->lua, arguments, results, 0);
    sandbox->inside = false;
    return status == LUA_OK || failed(sandbox, status, err);
}
