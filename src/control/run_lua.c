#include "control/run_lua.h"

#include "control/lua_sandbox.h"
#include "control/run_box.h"
#include "machine/isa/isa.h"
#include "observe/ask/names.h"
#include "observe/exits/exit_words.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* A check that reads more than this at once is wrong. */
enum { BYTES_MAX = 16 << 20 };

struct run_box *run_check_box(lua_State *lua)
{
    return luaL_checkudata(lua, 1, RUN_TYPE);
}

struct trial *run_check_trial(lua_State *lua)
{
    struct run_box *box = run_check_box(lua);

    if (!box->trial)
        luaL_error(lua, "this run is over: its machine is gone, its metrics are left");
    return box->trial;
}

/* --- memory -------------------------------------------------------------------------- */

uint64_t run_check_address(lua_State *lua, int argument, const struct trial *trial)
{
    struct err err = {0};
    uint64_t address = 0;

    if (lua_isinteger(lua, argument))
        return (uint64_t)lua_tointeger(lua, argument);
    if (!setup_address(&trial->setup, luaL_checkstring(lua, argument), &address, &err))
        luaL_error(lua, "%s", err.text);
    return address;
}

static int not_in_ram(lua_State *lua, uint64_t address)
{
    char text[32];

    snprintf(text, sizeof(text), "0x%" PRIx64, address);
    return luaL_error(lua, "%s is not in RAM", text);
}

static int get_number(lua_State *lua, unsigned size)
{
    const struct trial *trial = run_check_trial(lua);
    uint64_t address = run_check_address(lua, 2, trial), value = 0;

    if (!ram_has(&trial->board->bus.ram, address, size))
        return not_in_ram(lua, address);
    ram_read(&trial->board->bus.ram, address, &value, size);
    lua_pushinteger(lua, (lua_Integer)value);
    return 1;
}

static int do_u8(lua_State *lua)
{
    return get_number(lua, 1);
}

static int do_u16(lua_State *lua)
{
    return get_number(lua, 2);
}

static int do_u32(lua_State *lua)
{
    return get_number(lua, 4);
}

static int do_u64(lua_State *lua)
{
    return get_number(lua, 8);
}

static int do_bytes(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);
    uint64_t address = run_check_address(lua, 2, trial);
    lua_Integer length = luaL_checkinteger(lua, 3);
    luaL_Buffer bytes;
    char *into;

    luaL_argcheck(lua, length >= 0 && length <= BYTES_MAX, 3, "0 bytes to 16 MiB");
    if (!ram_has(&trial->board->bus.ram, address, (uint64_t)length))
        return luaL_error(lua, "these bytes are not in RAM");
    into = luaL_buffinitsize(lua, &bytes, (size_t)length);
    ram_read(&trial->board->bus.ram, address, into, (uint64_t)length);
    luaL_pushresultsize(&bytes, (size_t)length);
    return 1;
}

static int do_symbol(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);

    lua_pushinteger(lua, (lua_Integer)run_check_address(lua, 2, trial));
    return 1;
}

/* --- devices ------------------------------------------------------------------------- */

static struct device *check_device(lua_State *lua, const struct trial *trial,
                                   const char *name)
{
    struct device *device = board_device(trial->board, name);

    if (!device)
        luaL_error(lua, "the board has no device '%s'", name);
    return device;
}

/* disk(name, lba, count): sectors as they are now. */
static int do_disk(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);
    struct device *device = check_device(lua, trial, luaL_checkstring(lua, 2));
    lua_Integer lba = luaL_checkinteger(lua, 3);
    lua_Integer count = luaL_optinteger(lua, 4, 1);
    const struct medium *medium = device_medium(device);
    luaL_Buffer bytes;
    char *into;

    if (!medium)
        return luaL_error(lua, "%s is no disk", device->name);
    luaL_argcheck(lua, count >= 0 && count <= BYTES_MAX / SECTOR, 4,
                  "too many sectors");
    luaL_argcheck(lua, lba >= 0 && (uint64_t)lba + (uint64_t)count <= medium->sectors,
                  3, "the disk has no such sectors");
    into = luaL_buffinitsize(lua, &bytes, (size_t)count * SECTOR);
    for (lua_Integer i = 0; i < count; i++)
        medium_read(medium, (uint64_t)(lba + i), (uint8_t *)into + i * SECTOR);
    luaL_pushresultsize(&bytes, (size_t)count * SECTOR);
    return 1;
}

/* reg("dma0.Control[1]"): as a read would give it, without its effects. */
static int do_reg(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);
    struct register_place place;
    struct err err = {0};

    if (!names_find(trial->board, luaL_checkstring(lua, 2), &place, &err))
        return luaL_error(lua, "%s", err.text);
    lua_pushinteger(lua, (lua_Integer)names_peek(&place));
    return 1;
}

/* --- harts --------------------------------------------------------------------------- */

static const struct hart *check_hart(lua_State *lua, const struct trial *trial)
{
    lua_Integer id = luaL_optinteger(lua, 3, 0);

    luaL_argcheck(lua, id >= 0 && id < trial->board->harts, 3, "no such hart");
    return &trial->board->hart[id];
}

/* x("a0", hart) */
static int do_x(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);
    const struct hart *hart = check_hart(lua, trial);
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    int number = xreg_by_name(name, length);

    if (length == 2 && memcmp(name, "pc", 2) == 0)
        lua_pushinteger(lua, (lua_Integer)hart->pc);
    else if (number < 0)
        return luaL_error(lua, "'%s' is no register of a hart", name);
    else
        lua_pushinteger(lua, (lua_Integer)hart->x[number]);
    return 1;
}

/* csr("mcause", hart) */
static int do_csr(lua_State *lua)
{
    const struct trial *trial = run_check_trial(lua);
    const struct hart *hart = check_hart(lua, trial);
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    const struct csr_info *csr = csr_by_name(name, length);

    if (!csr)
        return luaL_error(lua, "'%s' is no CSR", name);
    lua_pushinteger(lua, (lua_Integer)hart_csr_read(hart, csr->number));
    return 1;
}

/* --- the object ---------------------------------------------------------------------- */

static const luaL_Reg methods[] = {
    {"u8", do_u8},         {"u16", do_u16},
    {"u32", do_u32},       {"u64", do_u64},
    {"bytes", do_bytes},   {"symbol", do_symbol},
    {"disk", do_disk},     {"reg", do_reg},
    {"x", do_x},           {"csr", do_csr},
    {"poke", run_do_poke}, {"type", run_do_type},
    {"set", run_do_set},   {"command", run_do_command},
    {NULL, NULL},
};

/* run.NAME: a method, or a field; the table of methods is an upvalue. */
static int get_field(lua_State *lua)
{
    luaL_checkudata(lua, 1, RUN_TYPE);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_getiuservalue(lua, 1, 1);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, -2) == LUA_TNIL)
        return luaL_error(lua, "a run has no '%s'", luaL_tolstring(lua, 2, NULL));
    return 1;
}

/* Scripts cannot see it: whatever a run has open on the host's side is closed. */
static int collect(lua_State *lua)
{
    run_close_session(lua_touserdata(lua, 1));
    return 0;
}

static void push_metatable(lua_State *lua)
{
    if (!luaL_newmetatable(lua, RUN_TYPE))
        return;
    luaL_newlib(lua, methods);
    lua_pushcclosure(lua, get_field, 1);
    lua_setfield(lua, -2, "__index");
    lua_pushliteral(lua, "run");
    lua_setfield(lua, -2, "__metatable");
    lua_pushcfunction(lua, collect);
    lua_setfield(lua, -2, "__gc");
}

static void push_metrics(lua_State *lua, const struct metrics *metrics)
{
    lua_newtable(lua);
    for (int i = 0; i < METRICS; i++) {
        const struct metric_info *info = &metric_infos[i];

        if (!info->is_share)
            lua_pushinteger(lua, (lua_Integer)metric_count(metrics, info));
        else if (metrics->has_share)
            lua_pushnumber(lua, metrics->useful_share);
        else
            continue;
        lua_setfield(lua, -2, info->name);
    }
}

/* What operations cost, if the workload has marked any. */
static void add_account(lua_State *lua, const struct account *account)
{
    for (int i = 0; account->known && i < ACCOUNT_METRICS; i++) {
        double scale = 1;

        for (unsigned digit = 0; digit < account_infos[i].decimals; digit++)
            scale *= 10;
        if (account_infos[i].decimals)
            lua_pushnumber(lua, (double)account->value[i] / scale);
        else
            lua_pushinteger(lua, (lua_Integer)account->value[i]);
        lua_setfield(lua, -2, account_infos[i].name);
    }
}

/* run.exits["load guest-page fault"]: how many VM exits had that cause; run.exit_cycles[...]:
 * what one of them cost, in the mean. */
static void push_exits(lua_State *lua, const struct account *account, bool cycles)
{
    lua_newtable(lua);
    for (unsigned i = 0; i < account->causes; i++) {
        const struct account_cause *cause = &account->cause[i];
        struct buf text = {0};
        char name[64];

        exit_put_cause(&text, cause->cause);
        snprintf(name, sizeof(name), "%s", buf_str(&text));
        buf_free(&text);
        if (cycles)
            lua_pushnumber(lua, (double)cause->cycles / (double)cause->exits);
        else
            lua_pushinteger(lua, (lua_Integer)cause->exits);
        lua_setfield(lua, -2, name);
    }
}

static void push_events(lua_State *lua, const struct metrics *metrics)
{
    lua_createtable(lua, 0, EVENT_KINDS);
    for (int i = 0; i < EVENT_KINDS; i++) {
        lua_pushinteger(lua, (lua_Integer)metrics->events[i]);
        lua_setfield(lua, -2, event_infos[i].name);
    }
}

static const char *stop_name(enum run_stop stop)
{
    static const char *const names[] = {
        [RUN_LIMIT] = "limit",
        [RUN_FINISHED] = "finished",
        [RUN_NOTHING] = "nothing",
        [RUN_ASKED] = "asked",
    };

    return names[stop];
}

/* What is known from the beginning. */
static void push_fields(lua_State *lua, const struct trial *trial)
{
    lua_newtable(lua);
    lua_pushstring(lua, trial->scenario->variant[trial->variant].name);
    lua_setfield(lua, -2, "variant");
    scenario_push_parameters(trial->scenario, lua);
    lua_setfield(lua, -2, "parameters");
}

static void add_results(lua_State *lua, const struct trial *trial)
{
    lua_pushinteger(lua, (lua_Integer)trial->board->exit_code);
    lua_setfield(lua, -2, "exit_code");
    lua_pushstring(lua, stop_name(trial->stop));
    lua_setfield(lua, -2, "stop");
    push_metrics(lua, &trial->metrics);
    add_account(lua, &trial->account);
    lua_setfield(lua, -2, "metrics");
    push_exits(lua, &trial->account, false);
    lua_setfield(lua, -2, "exits");
    push_exits(lua, &trial->account, true);
    lua_setfield(lua, -2, "exit_cycles");
    push_events(lua, &trial->metrics);
    lua_setfield(lua, -2, "events");
}

static void push_box(lua_State *lua, struct trial *trial, struct callbacks *callbacks)
{
    struct run_box *box = lua_newuserdatauv(lua, sizeof(*box), 1);

    *box = (struct run_box){.trial = trial,
                            .callbacks = callbacks,
                            .scenario = trial->scenario,
                            .variant = trial->variant};
    push_fields(lua, trial);
    if (!callbacks)
        add_results(lua, trial);
    lua_setiuservalue(lua, -2, 1);
    push_metatable(lua);
    lua_setmetatable(lua, -2);
}

void run_push(lua_State *lua, struct trial *trial)
{
    push_box(lua, trial, NULL);
}

void run_push_acting(lua_State *lua, struct trial *trial, struct callbacks *callbacks)
{
    push_box(lua, trial, callbacks);
}

void run_forget(lua_State *lua, int index)
{
    struct run_box *box = lua_touserdata(lua, index);

    run_close_session(box);
    box->trial = NULL;
    box->callbacks = NULL;
}
