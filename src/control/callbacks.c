#include "control/callbacks.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "control/lua_sandbox.h"
#include "control/run_lua.h"
#include "control/trial_state.h"
#include "observe/ask/expr.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct callback {
    enum event_kind kind;
    struct expr *when; /* NULL: always */
    int function;      /* in the registry */
};

/* An event that one of them is to be called for. */
struct pending {
    const struct callback *callback;
    struct event event;
};

struct callbacks {
    struct sandbox *sandbox;
    unsigned count;
    struct callback callback[CALLBACKS];
    uint64_t kinds;

    struct trial *trial;
    struct timeline *time;
    int run; /* the object that they are given, in the registry */
    size_t pendings, room;
    struct pending *pending;
    char reason[64]; /* of what they do */
    bool calls;      /* one is being called */
    struct err err;
};

/* --- reading ----------------------------------------------------------------------------- */

static const char *const on_keys[] = {"event", "when", "call", NULL};
static const char *const no_keys[] = {NULL};

/* "dma-error" is "dma_error". */
static enum event_kind read_kind(const struct reading *row)
{
    char name[SCENARIO_NAME] = "", hint[96];
    struct nearest nearest = {.wanted = name};
    enum event_kind kind;

    if (!read_text(row, "event", name, sizeof(name)))
        read_fail(row, "'event' says what it is about");
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    kind = event_kind_by_name(name);
    for (int i = 0; i < EVENT_KINDS; i++)
        nearest_offer(&nearest, event_infos[i].name);
    if (kind == EVENT_KINDS)
        read_fail(row, "there is no event '%s'%s", name,
                  nearest_hint(&nearest, hint, sizeof(hint)));
    return kind;
}

static void read_when(const struct reading *row, struct callback *callback)
{
    struct err err = {0};
    const char *text;

    if (!read_string(row, "when", &text, &(size_t){0}))
        return;
    callback->when = expr_parse_all(text, &err);
    if (!callback->when)
        read_fail(row, "'when': %s", err.text);
    lua_pop(row->lua, 1);
}

static void read_callback(const struct reading *row, struct callbacks *callbacks)
{
    struct callback *callback = &callbacks->callback[callbacks->count];

    callback->kind = read_kind(row);
    callback->function = LUA_NOREF;
    callbacks->count++;
    read_when(row, callback);
    if (lua_getfield(row->lua, row->table, "call") != LUA_TFUNCTION)
        read_fail(row, "'call' must be a function");
    callback->function = luaL_ref(row->lua, LUA_REGISTRYINDEX);
    callbacks->kinds |= EVENT_BIT(callback->kind);
}

void callbacks_read(const struct reading *from, struct callbacks **callbacks)
{
    struct reading list, row;

    if (!read_table(from, "on", &list, no_keys, true))
        return;
    *callbacks = alloc_zero(1, sizeof(**callbacks));
    (*callbacks)->sandbox = sandbox_of(from->lua);
    (*callbacks)->run = LUA_NOREF;
    for (lua_Integer n = 1; read_entry(&list, n, &row, on_keys, false); n++) {
        if ((*callbacks)->count == CALLBACKS)
            read_fail(&list, "more than %d callbacks", CALLBACKS);
        read_callback(&row, *callbacks);
        lua_pop(from->lua, 1);
    }
    lua_pop(from->lua, 1);
}

/* The run object outlives the machine if the script has kept it. */
static void drop_run(struct callbacks *callbacks)
{
    lua_State *lua = callbacks->sandbox->lua;

    if (callbacks->run == LUA_NOREF)
        return;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, callbacks->run);
    run_forget(lua, -1);
    lua_pop(lua, 1);
    luaL_unref(lua, LUA_REGISTRYINDEX, callbacks->run);
}

void callbacks_free(struct callbacks *callbacks)
{
    if (!callbacks)
        return;
    drop_run(callbacks);
    for (unsigned i = 0; i < callbacks->count; i++) {
        luaL_unref(callbacks->sandbox->lua, LUA_REGISTRYINDEX,
                   callbacks->callback[i].function);
        expr_free(callbacks->callback[i].when);
    }
    free(callbacks->pending);
    free(callbacks);
}

/* --- conditions -------------------------------------------------------------------------- */

static struct expr_scope scope_of(const struct callbacks *callbacks,
                                  const struct event *event, enum event_kind kind)
{
    struct trial *trial = callbacks->trial;

    return (struct expr_scope){.run = trial->run,
                               .symbols = &trial->setup.image.symbols,
                               .event = event,
                               .kind = kind,
                               .name = setup_name,
                               .ctx = &trial->setup};
}

static int make_run(lua_State *lua)
{
    run_push_acting(lua, lua_touserdata(lua, 1), lua_touserdata(lua, 2));
    return 1;
}

bool callbacks_begin(struct callbacks *callbacks, struct trial *trial, struct err *err)
{
    lua_State *lua = callbacks->sandbox->lua;

    callbacks->trial = trial;
    for (unsigned i = 0; i < callbacks->count; i++) {
        const struct callback *callback = &callbacks->callback[i];
        struct expr_scope scope = scope_of(callbacks, NULL, callback->kind);

        if (callback->when && !expr_check(callback->when, &scope, err))
            return err_prefix(err, "setup.on[%u]: 'when'", i + 1);
    }
    lua_pushcfunction(lua, make_run);
    lua_pushlightuserdata(lua, trial);
    lua_pushlightuserdata(lua, callbacks);
    if (!sandbox_call(callbacks->sandbox, 2, 1, err))
        return false;
    callbacks->run = luaL_ref(lua, LUA_REGISTRYINDEX);
    return true;
}

static bool matches(struct callbacks *callbacks, const struct callback *callback,
                    const struct event *event)
{
    struct expr_scope scope = scope_of(callbacks, event, callback->kind);
    uint64_t value = 0;

    if (callback->kind != event->kind)
        return false;
    if (!callback->when)
        return true;
    if (!expr_value(callback->when, &scope, &value, &callbacks->err))
        err_prefix(&callbacks->err, "%s:%d: setup.on[%td]: 'when'",
                   callbacks->trial->scenario->path,
                   callbacks->trial->scenario->setup_line,
                   callback - callbacks->callback + 1);
    return value != 0;
}

/* --- calling ------------------------------------------------------------------------------- */

static void add(struct callbacks *callbacks, const struct callback *callback,
                const struct event *event)
{
    if (callbacks->pendings == callbacks->room) {
        callbacks->room = callbacks->room ? 2 * callbacks->room : 8;
        callbacks->pending = alloc_resize(
            callbacks->pending, callbacks->room * sizeof(*callbacks->pending));
    }
    callbacks->pending[callbacks->pendings++] = (struct pending){callback, *event};
}

static void hear(void *ctx, const struct event *event)
{
    struct callbacks *callbacks = ctx;

    for (unsigned i = 0; i < callbacks->count && !callbacks->err.text[0]; i++)
        if (matches(callbacks, &callbacks->callback[i], event))
            add(callbacks, &callbacks->callback[i], event);
    if (callbacks->pendings)
        run_ask_stop(callbacks->trial->run);
}

static void push_event(lua_State *lua, const struct event *event)
{
    const struct event_info *info = &event_infos[event->kind];

    lua_createtable(lua, 0, 8);
    lua_pushstring(lua, info->name);
    lua_setfield(lua, -2, "kind");
    lua_pushinteger(lua, (lua_Integer)event->cycle);
    lua_setfield(lua, -2, "cycle");
    lua_pushinteger(lua, (lua_Integer)event->retired);
    lua_setfield(lua, -2, "retired");
    for (const struct event_field *field = info->fields; field->name; field++) {
        lua_pushinteger(lua, (lua_Integer)event_get(event, field));
        lua_setfield(lua, -2, field->name);
    }
}

/* Arguments: the callbacks, what one of them is called for. */
static int call_function(lua_State *lua)
{
    const struct callbacks *callbacks = lua_touserdata(lua, 1);
    const struct pending *pending = lua_touserdata(lua, 2);

    lua_rawgeti(lua, LUA_REGISTRYINDEX, pending->callback->function);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, callbacks->run);
    push_event(lua, &pending->event);
    lua_call(lua, 2, 0);
    return 0;
}

static void call(struct callbacks *callbacks, struct pending pending)
{
    lua_State *lua = callbacks->sandbox->lua;

    snprintf(callbacks->reason, sizeof(callbacks->reason), "on %s",
             event_infos[pending.event.kind].name);
    lua_pushcfunction(lua, call_function);
    lua_pushlightuserdata(lua, callbacks);
    lua_pushlightuserdata(lua, &pending);
    callbacks->calls = true;
    sandbox_call(callbacks->sandbox, 2, 0, &callbacks->err);
    callbacks->calls = false;
}

static bool is_due(void *ctx)
{
    const struct callbacks *callbacks = ctx;

    return callbacks->pendings > 0;
}

/* What one does may tell events that others, or it again, are to be called for. */
static void call_all(void *ctx)
{
    struct callbacks *callbacks = ctx;

    for (size_t i = 0; i < callbacks->pendings && !callbacks->err.text[0]; i++)
        call(callbacks, callbacks->pending[i]);
    callbacks->pendings = 0;
}

void callbacks_attach(struct callbacks *callbacks, struct timeline *timeline)
{
    callbacks->time = timeline;
    timeline_add_appender(timeline,
                          (struct event_sink){callbacks->kinds, hear, callbacks});
    timeline_set_actor(timeline, &(struct actor){is_due, call_all, callbacks});
}

const char *callbacks_error(const struct callbacks *callbacks)
{
    return callbacks && callbacks->err.text[0] ? callbacks->err.text : NULL;
}

/* --- acting --------------------------------------------------------------------------------- */

static bool may_act(const struct callbacks *callbacks, struct err *err)
{
    return (callbacks && callbacks->calls) ||
           err_set(err, "only a callback acts on the machine, while it is called");
}

bool callbacks_act(struct callbacks *callbacks, const struct act *act, struct err *err)
{
    struct act with_reason = *act;

    if (!may_act(callbacks, err))
        return false;
    with_reason.reason = callbacks->reason;
    return timeline_act(callbacks->time, &with_reason, NULL, err);
}

bool callbacks_type(struct callbacks *callbacks, unsigned device, const char *text,
                    size_t size, struct err *err)
{
    return may_act(callbacks, err) && timeline_type(callbacks->time, 0, device, text,
                                                    size, callbacks->reason, NULL, err);
}
