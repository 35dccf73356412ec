#include "control/lua_order.h"

#include "control/lua_bounds.h"

#include <lauxlib.h>
#include <string.h>

static int rank(lua_State *lua, int index)
{
    switch (lua_type(lua, index)) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        return luaL_error(lua,
                          "a key that is a %s has no order: next and pairs refuse it",
                          luaL_typename(lua, index));
    }
}

static bool key_less(lua_State *lua, int a, int b)
{
    int rank_a = rank(lua, a), rank_b = rank(lua, b);

    if (rank_a != rank_b)
        return rank_a < rank_b;
    if (rank_a == 2)
        return !lua_toboolean(lua, a) && lua_toboolean(lua, b);
    if (rank_a == 1) { /* by bytes: the host's locale has no say */
        size_t size_a, size_b;
        const char *text_a = lua_tolstring(lua, a, &size_a);
        const char *text_b = lua_tolstring(lua, b, &size_b);
        int order = memcmp(text_a, text_b, size_a < size_b ? size_a : size_b);

        return order ? order < 0 : size_a < size_b;
    }
    return lua_compare(lua, a, b, LUA_OPLT);
}

static int do_key_less(lua_State *lua)
{
    lua_pushboolean(lua, key_less(lua, 1, 2));
    return 1;
}

/* It looks at all keys, and is charged for it; pairs sorts once. */
int lua_order_next(lua_State *lua)
{
    bool first = lua_isnoneornil(lua, 2);
    uint64_t seen = 0;

    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    lua_pushnil(lua); /* 3: the best key so far */
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        lua_pop(lua, 1);
        seen++;
        if (!first && !key_less(lua, 2, 4))
            continue;
        if (!lua_isnil(lua, 3) && !key_less(lua, 4, 3))
            continue;
        rank(lua, 4);
        lua_copy(lua, 4, 3);
    }
    sandbox_charge(lua, seen);
    if (lua_isnil(lua, 3))
        return 1;
    lua_pushvalue(lua, 3);
    lua_rawget(lua, 1);
    return 2;
}

/* Upvalues: the table, its keys in order, how many of these have been visited. */
static int visit_next(lua_State *lua)
{
    lua_Integer at = lua_tointeger(lua, lua_upvalueindex(3));

    for (;;) {
        at++;
        if (lua_rawgeti(lua, lua_upvalueindex(2), at) == LUA_TNIL)
            return 1;
        lua_pushvalue(lua, -1);
        if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL)
            break;
        lua_pop(lua, 2); /* it has been removed since */
    }
    lua_pushinteger(lua, at);
    lua_replace(lua, lua_upvalueindex(3));
    return 2;
}

int lua_order_pairs(lua_State *lua)
{
    lua_Integer count = 0;

    luaL_checkany(lua, 1);
    lua_settop(lua, 1);
    if (luaL_getmetafield(lua, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 3);
        return 3;
    }
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_newtable(lua); /* 2 */
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        lua_pop(lua, 1);
        rank(lua, -1);
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, 2, ++count);
    }
    sandbox_charge(lua, (uint64_t)count);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 2);
    lua_pushcfunction(lua, do_key_less);
    lua_call(lua, 2, 0);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, visit_next, 3);
    return 1;
}
