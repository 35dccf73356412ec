/*
 * run:command("..."): a line of the command language, and its answer as a table
 *
 *   { say = { "sentence", ... }, NAME = { { column = value, ... }, ... }, ... }
 *
 * with the rows of each table that the command gives under the table's name. Counts and
 * addresses are integers, flags booleans; what is not known is nil.
 */
#include "control/lua_sandbox.h"
#include "control/run_box.h"

#include <lauxlib.h>

/* Instructions of the script that a command counts as: it may look far back. */
enum { COMMAND_CHARGE = 100000 };

static void push_cell(lua_State *lua, const struct column *column,
                      const struct cell *cell)
{
    if (cell->none)
        lua_pushnil(lua);
    else if (column->type == COLUMN_TEXT)
        lua_pushstring(lua, cell->text);
    else if (column->type == COLUMN_FLAG)
        lua_pushboolean(lua, cell->number != 0);
    else
        lua_pushinteger(lua, (lua_Integer)cell->number);
}

/* Pushes the list under that name of the table on top, which is made if it is not there. */
static void push_list(lua_State *lua, const char *name)
{
    if (lua_getfield(lua, -1, name) == LUA_TTABLE)
        return;
    lua_pop(lua, 1);
    lua_newtable(lua);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, name);
}

static void append(lua_State *lua)
{
    lua_seti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
}

static void add_table(lua_State *lua, const struct table *table)
{
    push_list(lua, table->name);
    for (size_t row = 0; row < table->cells; row += table->columns) {
        lua_createtable(lua, 0, (int)table->columns);
        for (size_t c = 0; c < table->columns && row + c < table->cells; c++) {
            push_cell(lua, &table->column[c], &table->cell[row + c]);
            lua_setfield(lua, -2, table->column[c].name);
        }
        append(lua);
    }
    lua_pop(lua, 1);
}

/* Arguments: the reply. In a call of its own, so that the reply is released whatever
 * happens. */
static int push_reply(lua_State *lua)
{
    const struct reply *reply = lua_touserdata(lua, 1);

    lua_newtable(lua);
    push_list(lua, "say");
    lua_pop(lua, 1);
    for (size_t i = 0; i < reply->parts; i++) {
        const struct reply_part *part = &reply->part[i];

        if (!part->sentence) {
            add_table(lua, &part->table);
            continue;
        }
        push_list(lua, "say");
        lua_pushstring(lua, part->sentence);
        append(lua);
        lua_pop(lua, 1);
    }
    return 1;
}

/* The session of a callback sees the run on its way, and ends with the command. */
static void *open_session(lua_State *lua, struct run_box *box)
{
    const struct answerer *answerer = box->scenario->answerer;
    struct err err = {0};

    if (!answerer) {
        luaL_error(lua, "there are no commands here");
        return NULL; /* not reached */
    }
    if (box->callbacks)
        return answerer->borrow(box->trial, box->trial->time);
    if (!box->session)
        box->session = answerer->open(box->scenario, box->variant, &err);
    if (!box->session)
        luaL_error(lua, "%s", err.text);
    return box->session;
}

void run_close_session(struct run_box *box)
{
    if (box->session)
        box->scenario->answerer->close(box->session);
    box->session = NULL;
}

int run_do_command(lua_State *lua)
{
    struct run_box *box = run_check_box(lua);
    const char *line = luaL_checkstring(lua, 2);
    struct reply reply = {0};
    struct err err = {0};
    int status = LUA_OK;
    void *session;
    bool ok;

    sandbox_charge(lua, COMMAND_CHARGE);
    session = open_session(lua, box);
    ok = box->scenario->answerer->answer(session, line, &reply, &err);
    if (box->callbacks)
        box->scenario->answerer->close(session);
    if (ok) {
        lua_pushcfunction(lua, push_reply);
        lua_pushlightuserdata(lua, &reply);
        status = lua_pcall(lua, 1, 1, 0);
    }
    reply_release(&reply);
    if (!ok)
        return luaL_error(lua, "%s: %s", line, err.text);
    return status == LUA_OK ? 1 : lua_error(lua);
}
