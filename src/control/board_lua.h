#ifndef CONTROL_BOARD_LUA_H
#define CONTROL_BOARD_LUA_H

#include "control/lua_read.h"
#include "machine/board/board_desc.h"

/*
 * A board as a Lua table; docs/manual/scenarios.md lists its keys. Reads the table on top
 * of the stack over what `desc` holds already, and leaves it there. To be called in a
 * protected call.
 */
void board_read(lua_State *lua, const char *what, struct board_desc *desc);

/* A board from a file that returns such a table. */
bool board_from_lua(const char *path, struct board_desc *desc, struct err *err);

#endif
