#ifndef CONTROL_SETUP_LUA_H
#define CONTROL_SETUP_LUA_H

#include "base/err.h"

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* The address of a symbol of a program; `owner` is the sandbox's. */
struct symbol_finder {
    bool (*find)(void *owner, const char *file, const char *name, uint64_t *address,
                 struct err *err);
};

/* Gives scripts the functions by which setup describes things: asm, elf, raw, disk_text,
 * elf_symbol. What they give is read by setup_program.c, disks by setup_read.c. */
void setup_add_functions(lua_State *lua, const struct symbol_finder *finder);

#endif
