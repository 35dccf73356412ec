#include "control/lua_read.h"

#include "base/nearest.h"
#include "base/number.h"

#include <ctype.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int read_fail(const struct reading *from, const char *format, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    return luaL_error(from->lua, "%s: %s", from->what, text);
}

/* --- keys --------------------------------------------------------------------------- */

static bool is_key(const char *const *keys, const char *name)
{
    for (; *keys; keys++)
        if (strcmp(*keys, name) == 0)
            return true;
    return false;
}

static void unknown_key(const struct reading *reading, const char *const *keys)
{
    const char *name = luaL_tolstring(reading->lua, -1, NULL);
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (; *keys; keys++)
        nearest_offer(&nearest, *keys);
    read_fail(reading, "unknown key '%.60s'%s", name,
              nearest_hint(&nearest, hint, sizeof(hint)));
}

/* The smallest unknown key is told, so that the message does not depend on the order in
 * which the table has them. */
static void check_keys(const struct reading *reading, const char *const *keys,
                       bool list)
{
    lua_State *lua = reading->lua;
    bool found = false;

    lua_pushnil(lua); /* the unknown key to be told */
    lua_pushnil(lua);
    while (lua_next(lua, reading->table)) {
        lua_pop(lua, 1);
        if (lua_type(lua, -1) == LUA_TSTRING) {
            if (is_key(keys, lua_tostring(lua, -1)))
                continue;
        } else if (list && lua_isinteger(lua, -1)) {
            continue;
        }
        if (!found || (lua_type(lua, -1) == lua_type(lua, -2) &&
                       lua_type(lua, -1) == LUA_TSTRING &&
                       strcmp(lua_tostring(lua, -1), lua_tostring(lua, -2)) < 0))
            lua_copy(lua, -1, -2);
        found = true;
    }
    if (found)
        unknown_key(reading, keys);
    lua_pop(lua, 1);
}

struct reading read_begin(lua_State *lua, const char *what, const char *const *keys,
                          bool list)
{
    struct reading reading = {.lua = lua, .table = lua_gettop(lua)};

    luaL_checkstack(lua, READ_DEPTH, "too many tables in tables");
    snprintf(reading.what, sizeof(reading.what), "%s", what);
    if (!lua_istable(lua, -1))
        read_fail(&reading, "must be a table, it is a %s", luaL_typename(lua, -1));
    if (keys)
        check_keys(&reading, keys, list);
    return reading;
}

/* --- fields ------------------------------------------------------------------------- */

/* Pushes the field; nothing, and false, if there is none. */
static bool push(const struct reading *from, const char *name)
{
    lua_pushstring(from->lua, name);
    if (lua_rawget(from->lua, from->table) != LUA_TNIL)
        return true;
    lua_pop(from->lua, 1);
    return false;
}

static void wrong_type(const struct reading *from, const char *name, const char *wanted)
{
    read_fail(from, "'%s' must be %s, it is a %s", name, wanted,
              luaL_typename(from->lua, -1));
}

bool read_table(const struct reading *from, const char *name, struct reading *into,
                const char *const *keys, bool list)
{
    char what[128];

    if (!push(from, name))
        return false;
    snprintf(what, sizeof(what), "%s.%s", from->what, name);
    *into = read_begin(from->lua, what, keys, list);
    return true;
}

bool read_entry(const struct reading *from, lua_Integer n, struct reading *into,
                const char *const *keys, bool list)
{
    char what[128];

    if (lua_rawgeti(from->lua, from->table, n) == LUA_TNIL) {
        lua_pop(from->lua, 1);
        return false;
    }
    snprintf(what, sizeof(what), "%s[%lld]", from->what, (long long)n);
    *into = read_begin(from->lua, what, keys, list);
    return true;
}

/* The value on top, which is `name` (or a part of it). */
static uint64_t checked_integer(const struct reading *from, const char *name,
                                uint64_t least, uint64_t most)
{
    int is_integer;
    lua_Integer value = lua_tointegerx(from->lua, -1, &is_integer);

    if (!is_integer || lua_type(from->lua, -1) != LUA_TNUMBER)
        wrong_type(from, name, "an integer");
    /* A negative number is an address or a mask with its top bits set, where such are
     * allowed. */
    if ((uint64_t)value < least || (uint64_t)value > most)
        read_fail(from, "'%s' is %lld: it must be %" PRIu64 " to %" PRIu64, name,
                  (long long)value, least, most);
    return (uint64_t)value;
}

bool read_integer(const struct reading *from, const char *name, uint64_t least,
                  uint64_t most, uint64_t *value)
{
    if (!push(from, name))
        return false;
    *value = checked_integer(from, name, least, most);
    lua_pop(from->lua, 1);
    return true;
}

bool read_flag(const struct reading *from, const char *name, bool *value)
{
    if (!push(from, name))
        return false;
    if (!lua_isboolean(from->lua, -1))
        wrong_type(from, name, "true or false");
    *value = lua_toboolean(from->lua, -1);
    lua_pop(from->lua, 1);
    return true;
}

bool read_size(const struct reading *from, const char *name, uint64_t *value)
{
    if (!push(from, name))
        return false;
    if (lua_type(from->lua, -1) == LUA_TNUMBER)
        *value = checked_integer(from, name, 0, UINT64_MAX);
    else if (lua_type(from->lua, -1) != LUA_TSTRING)
        wrong_type(from, name, "a number of bytes, or a text as \"128M\"");
    else if (!number_size(lua_tostring(from->lua, -1), value))
        read_fail(from, "'%s' is '%.40s': it must be a size as \"128M\" (K, M or G)",
                  name, lua_tostring(from->lua, -1));
    lua_pop(from->lua, 1);
    return true;
}

bool read_string(const struct reading *from, const char *name, const char **text,
                 size_t *size)
{
    if (!push(from, name))
        return false;
    if (lua_type(from->lua, -1) != LUA_TSTRING)
        wrong_type(from, name, "a text");
    *text = lua_tolstring(from->lua, -1, size);
    return true;
}

bool read_text(const struct reading *from, const char *name, char *text, size_t room)
{
    const char *got;
    size_t size;

    if (!read_string(from, name, &got, &size))
        return false;
    if (strlen(got) != size)
        read_fail(from, "'%s' has a zero byte", name);
    if (size >= room)
        read_fail(from, "'%s' is longer than %zu bytes", name, room - 1);
    memcpy(text, got, size + 1);
    lua_pop(from->lua, 1);
    return true;
}

unsigned read_integers(const struct reading *from, const char *name, uint64_t most,
                       unsigned room, uint64_t *values)
{
    lua_State *lua = from->lua;
    unsigned count = 0;

    if (!push(from, name))
        return 0;
    if (!lua_istable(lua, -1)) {
        values[count++] = checked_integer(from, name, 0, most);
    } else {
        while (lua_rawgeti(lua, -1, (lua_Integer)count + 1) != LUA_TNIL) {
            if (count == room)
                read_fail(from, "'%s' has more than %u entries", name, room);
            values[count++] = checked_integer(from, name, 0, most);
            lua_pop(lua, 1);
        }
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return count;
}

void read_check_name(const struct reading *from, const char *name)
{
    const char *c = name;

    while (isalnum((unsigned char)*c) || *c == '_' || *c == '-' || *c == '.')
        c++;
    if (*c || c == name)
        read_fail(from, "'%.60s' is no name: letters, digits, '_', '-' and '.'", name);
}
