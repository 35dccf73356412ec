#include "control/scenario_model.h"

#include "base/alloc.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_WITHIN = 5 };

static const char *const model_keys[] = {"base", "sweep", "within", NULL};

void scenario_model_free(struct scenario_model *model)
{
    if (!model)
        return;
    sweeps_release(&model->base);
    sweeps_release(&model->sweep);
    free(model);
}

/* The value on top, which stays: a value that a parameter can be set to. */
static void add_value(const struct reading *from, struct sweeps *sweeps,
                      const char *name)
{
    struct err err = {0};
    char text[64];
    const char *value;

    if (lua_type(from->lua, -1) != LUA_TNUMBER &&
        lua_type(from->lua, -1) != LUA_TSTRING &&
        lua_type(from->lua, -1) != LUA_TBOOLEAN)
        read_fail(from, "'%s' must be a value of that parameter, or a list of some",
                  name);
    value = luaL_tolstring(from->lua, -1, NULL);
    if (strlen(value) >= sizeof(text))
        read_fail(from, "'%s': a value is too long", name);
    strcpy(text, value);
    lua_pop(from->lua, 1);
    if (!sweeps_add_value(sweeps, name, text, &err))
        read_fail(from, "%s", err.text);
}

/* The value on top, which is taken: one value, or a list. */
static void add_values(const struct reading *from, struct sweeps *sweeps,
                       const char *name)
{
    lua_State *lua = from->lua;
    lua_Integer count;

    if (!lua_istable(lua, -1)) {
        add_value(from, sweeps, name);
        lua_pop(lua, 1);
        return;
    }
    count = (lua_Integer)lua_rawlen(lua, -1);
    for (lua_Integer n = 1; n <= count; n++) {
        lua_rawgeti(lua, -1, n);
        add_value(from, sweeps, name);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sweep *)a)->name, ((const struct sweep *)b)->name);
}

/* In order of name: tables have none of their own. */
static void read_sweeps(const struct reading *from, const char *name,
                        struct sweeps *sweeps)
{
    lua_State *lua = from->lua;
    struct reading table;

    if (!read_table(from, name, &table, NULL, false))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, table.table)) {
        char parameter[SWEEP_NAME];

        if (lua_type(lua, -2) != LUA_TSTRING ||
            lua_rawlen(lua, -2) >= sizeof(parameter))
            read_fail(&table, "must be names of parameters with their values");
        strcpy(parameter, lua_tostring(lua, -2));
        add_values(&table, sweeps, parameter);
    }
    lua_pop(lua, 1);
    qsort(sweeps->sweep, sweeps->count, sizeof(sweeps->sweep[0]), by_name);
}

void scenario_model_read(const struct reading *from, struct scenario_model **model)
{
    struct reading table;

    if (!read_table(from, "model", &table, model_keys, false))
        return;
    *model = alloc_zero(1, sizeof(**model));
    (*model)->within = USUAL_WITHIN;
    read_integer(&table, "within", 1, 100, &(*model)->within);
    read_sweeps(&table, "base", &(*model)->base);
    read_sweeps(&table, "sweep", &(*model)->sweep);
    if (sweeps_points(&(*model)->base) != 1)
        read_fail(&table, "'base' is one value of each parameter");
    lua_pop(from->lua, 1);
}
