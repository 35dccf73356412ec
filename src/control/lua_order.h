#ifndef CONTROL_LUA_ORDER_H
#define CONTROL_LUA_ORDER_H

#include <lua.h>

/*
 * The order of a table's keys. Lua's own depends on addresses and on a seed of each
 * process; here it is numbers, texts by their bytes, false, true.
 */

/* next(table, key): the smallest key above the given one. */
int lua_order_next(lua_State *lua);

/* pairs(table), with table.sort as upvalue. */
int lua_order_pairs(lua_State *lua);

#endif
