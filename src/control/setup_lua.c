#include "control/setup_lua.h"

#include "control/lua_read.h"
#include "control/lua_sandbox.h"
#include "machine/device/medium.h"

#include <lauxlib.h>
#include <string.h>

/* Instructions of the script that looking into a program counts as. */
enum { SYMBOL_CHARGE = 100000 };

static const char *const asm_keys[] = {"text",    "file", "at",   "data", "bss",
                                       "defines", "kind", "line", NULL};
static const char *const elf_keys[] = {"file", "kind", "line", NULL};
static const char *const raw_keys[] = {"file", "bytes", "at", "kind", "line", NULL};

/* The line of the file that calls. */
static int calling_line(lua_State *lua)
{
    lua_Debug debug;

    if (!lua_getstack(lua, 1, &debug))
        return 0;
    lua_getinfo(lua, "l", &debug);
    return debug.currentline > 0 ? debug.currentline : 0;
}

/* Marks the table as a program of that kind and gives it back. A text alone is what the
 * field `alone` is. */
static int program(lua_State *lua, const char *kind, const char *const *keys,
                   const char *alone)
{
    int line = calling_line(lua);

    lua_settop(lua, 1);
    if (lua_type(lua, 1) == LUA_TSTRING) {
        lua_newtable(lua);
        lua_insert(lua, 1);
        lua_setfield(lua, 1, alone);
    }
    read_begin(lua, kind, keys, false);
    lua_pushstring(lua, kind);
    lua_setfield(lua, 1, "kind");
    lua_pushinteger(lua, line);
    lua_setfield(lua, 1, "line");
    return 1;
}

static int do_asm(lua_State *lua)
{
    return program(lua, "asm", asm_keys, "text");
}

static int do_elf(lua_State *lua)
{
    return program(lua, "elf", elf_keys, "file");
}

static int do_raw(lua_State *lua)
{
    return program(lua, "raw", raw_keys, "bytes");
}

/* elf_symbol("guest:kernel", "ata_read_sector"): its address, as the program has it. */
static int do_elf_symbol(lua_State *lua)
{
    const struct symbol_finder *finder = lua_touserdata(lua, lua_upvalueindex(1));
    const char *file = luaL_checkstring(lua, 1), *name = luaL_checkstring(lua, 2);
    uint64_t address = 0;
    struct err err = {0};

    if (!finder->find(sandbox_of(lua)->owner, file, name, &address, &err))
        return luaL_error(lua, "elf_symbol: %s", err.text);
    sandbox_charge(lua, SYMBOL_CHARGE);
    lua_pushinteger(lua, (lua_Integer)address);
    return 1;
}

/* Pushes the text of a sector: the second argument, or what it gives for the LBA. */
static void push_sector(lua_State *lua, lua_Integer lba)
{
    lua_pushvalue(lua, 2);
    if (!lua_isfunction(lua, 2))
        return;
    lua_pushinteger(lua, lba);
    lua_call(lua, 1, 1);
    if (lua_type(lua, -1) != LUA_TSTRING)
        luaL_error(lua, "disk_text: the function must give a text, it gives a %s",
                   luaL_typename(lua, -1));
}

/* disk_text(sectors, text or function of the LBA): sectors filled with repetitions. */
static int do_disk_text(lua_State *lua)
{
    lua_Integer sectors = luaL_checkinteger(lua, 1);
    luaL_Buffer disk;
    char *bytes;

    luaL_argcheck(lua, sectors > 0 && sectors <= 65536, 1, "1 to 65536 sectors");
    luaL_argcheck(lua, lua_isfunction(lua, 2) || lua_type(lua, 2) == LUA_TSTRING, 2,
                  "a text, or a function of the LBA that gives one");
    bytes = luaL_buffinitsize(lua, &disk, (size_t)sectors * SECTOR);
    for (lua_Integer lba = 0; lba < sectors; lba++) {
        const char *text;
        size_t size;

        push_sector(lua, lba);
        text = lua_tolstring(lua, -1, &size);
        for (size_t i = 0; i < SECTOR; i++)
            bytes[(size_t)lba * SECTOR + i] = size ? text[i % size] : '\0';
        lua_pop(lua, 1);
    }
    sandbox_charge(lua, (uint64_t)sectors * 8);
    luaL_pushresultsize(&disk, (size_t)sectors * SECTOR);
    return 1;
}

void setup_add_functions(lua_State *lua, const struct symbol_finder *finder)
{
    lua_register(lua, "asm", do_asm);
    lua_register(lua, "elf", do_elf);
    lua_pushlightuserdata(lua, (void *)(uintptr_t)finder);
    lua_pushcclosure(lua, do_elf_symbol, 1);
    lua_setglobal(lua, "elf_symbol");
    lua_register(lua, "raw", do_raw);
    lua_register(lua, "disk_text", do_disk_text);
}
