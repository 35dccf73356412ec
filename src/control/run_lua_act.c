/*
 * What a callback does to the machine. All of it is journalled (observe/time/journal.h).
 */
#include "control/assign.h"
#include "control/callbacks.h"
#include "control/lua_sandbox.h"
#include "control/run_box.h"
#include "observe/ask/expr.h"

#include <lauxlib.h>
#include <string.h>

/* Instructions of the script that an act counts as, and a byte of it. */
enum { ACT_CHARGE = 1000, POKE_MAX = 1 << 20 };

static void do_act(lua_State *lua, const struct run_box *box, const struct act *act)
{
    struct err err = {0};

    sandbox_charge(lua, ACT_CHARGE + act->size);
    if (!callbacks_act(box->callbacks, act, &err))
        luaL_error(lua, "%s", err.text);
}

/* The value of a poke, as bytes; `number` has room for those of a number. */
static struct act check_bytes(lua_State *lua, uint64_t *number)
{
    struct act act = {.kind = ACT_MEMORY};
    lua_Integer size = luaL_optinteger(lua, 4, 0);
    size_t length;

    if (lua_isinteger(lua, 3)) {
        luaL_argcheck(lua, size == 1 || size == 2 || size == 4 || size == 8, 4,
                      "1, 2, 4 or 8 bytes");
        *number = (uint64_t)lua_tointeger(lua, 3);
        act.bytes = (uint8_t *)number;
        act.size = (uint32_t)size;
        return act;
    }
    /* The act is only read. */
    act.bytes = (uint8_t *)(uintptr_t)luaL_checklstring(lua, 3, &length);
    luaL_argcheck(lua, length <= POKE_MAX, 3, "at most 1 MiB");
    act.size = (uint32_t)length;
    return act;
}

/* poke(address, "bytes") or poke(address, number, bytes) */
int run_do_poke(lua_State *lua)
{
    const struct run_box *box = run_check_box(lua);
    uint64_t number;
    struct act act = check_bytes(lua, &number);

    act.number = run_check_address(lua, 2, run_check_trial(lua));
    do_act(lua, box, &act);
    return 0;
}

/* The device with that name, or the first one that takes characters. */
static unsigned check_terminal(lua_State *lua, int argument, const struct board *board)
{
    const char *name = luaL_optstring(lua, argument, NULL);

    for (unsigned i = 0; i < board->devices; i++)
        if (name ? strcmp(board->device[i]->name, name) == 0
                 : board->device[i]->type->input != NULL) {
            if (!board->device[i]->type->input)
                luaL_error(lua, "%s takes no characters", name);
            return i;
        }
    return (unsigned)luaL_error(
        lua, name ? "the board has no device '%s'" : "no device takes characters",
        name);
}

/* type("text", device): to the first UART unless a device is named. */
int run_do_type(lua_State *lua)
{
    const struct run_box *box = run_check_box(lua);
    struct err err = {0};
    size_t size;
    const char *text = luaL_checklstring(lua, 2, &size);
    unsigned device = check_terminal(lua, 3, run_check_trial(lua)->board);

    luaL_argcheck(lua, size <= POKE_MAX, 2, "at most 1 MiB");
    sandbox_charge(lua, ACT_CHARGE + size);
    if (!callbacks_type(box->callbacks, device, text, size, &err))
        return luaL_error(lua, "%s", err.text);
    return 0;
}

static bool make_act(struct act *act, const struct trial *trial, unsigned hart,
                     const char *text, uint64_t value, struct err *err)
{
    /* setup_name only reads the setup. */
    struct expr_scope scope = {.run = trial->run,
                               .hart = hart,
                               .symbols = &trial->setup.image.symbols,
                               .kind = EVENT_KINDS,
                               .name = setup_name,
                               .ctx = (void *)(uintptr_t)&trial->setup};
    struct expr *expr = expr_parse_all(text, err);
    struct lvalue to;
    bool ok = expr && expr_lvalue(expr, &scope, &to, err) &&
              assign_act(act, trial->run, 0, &to, value, err);

    expr_free(expr);
    return ok;
}

/* set("a0", value, hart): whatever `set` of the command language can name. */
int run_do_set(lua_State *lua)
{
    const struct run_box *box = run_check_box(lua);
    const struct trial *trial = run_check_trial(lua);
    const char *text = luaL_checkstring(lua, 2);
    uint64_t value = (uint64_t)luaL_checkinteger(lua, 3);
    lua_Integer hart = luaL_optinteger(lua, 4, 0);
    struct err err = {0};
    struct act act;
    bool ok;

    luaL_argcheck(lua, hart >= 0 && hart < trial->board->harts, 4, "no such hart");
    sandbox_charge(lua, ACT_CHARGE);
    ok = make_act(&act, trial, (unsigned)hart, text, value, &err);
    if (ok) {
        ok = callbacks_act(box->callbacks, &act, &err);
        assign_done(&act);
    }
    return ok ? 0 : luaL_error(lua, "%s: %s", text, err.text);
}
