#ifndef CONTROL_SETUP_LUA_H
#define CONTROL_SETUP_LUA_H

#include <lua.h>

/* Gives scripts the functions by which setup describes things: asm, elf, raw, disk_text.
 * What they give is read by setup_program.c, disks by setup_read.c. */
void setup_add_functions(lua_State *lua);

#endif
