#include "control/setup_read.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "control/board_lua.h"
#include "control/callbacks.h"
#include "control/lua_read.h"
#include "control/lua_sandbox.h"
#include "control/setup_program.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_CYCLES UINT64_C(100000000)

static const char *const setup_keys[] = {
    "board", "disks", "programs", "entry",   "window", "payload",  "work",   "alone",
    "limit", "notes", "ends",     "regions", "on",     "bootargs", "initrd", NULL,
};
static const char *const window_keys[] = {"from", "to", NULL};
static const char *const limit_keys[] = {"cycles", NULL};
static const char *const note_keys[] = {"kind", "where", "say", NULL};
static const char *const file_keys[] = {"file", NULL};
static const char *const no_keys[] = {NULL};

/* --- places -------------------------------------------------------------------------- */

/* The value on top is a symbol or an address; it is taken. */
static void take_place(const struct reading *from, const char *name,
                       struct place *place)
{
    lua_State *lua = from->lua;

    if (lua_isinteger(lua, -1)) {
        place->address = (uint64_t)lua_tointeger(lua, -1);
    } else if (lua_type(lua, -1) == LUA_TSTRING && lua_rawlen(lua, -1) > 0 &&
               lua_rawlen(lua, -1) < sizeof(place->text)) {
        strcpy(place->text, lua_tostring(lua, -1));
    } else {
        read_fail(from, "'%s' must be a symbol or an address", name);
    }
    lua_pop(lua, 1);
}

static bool read_place(const struct reading *from, const char *name,
                       struct place *place)
{
    lua_pushstring(from->lua, name);
    if (lua_rawget(from->lua, from->table) == LUA_TNIL) {
        lua_pop(from->lua, 1);
        return false;
    }
    take_place(from, name, place);
    return true;
}

static void read_item(const struct reading *from, lua_Integer n, const char *name,
                      struct place *place)
{
    lua_rawgeti(from->lua, from->table, n);
    take_place(from, name, place);
}

/* --- disks --------------------------------------------------------------------------- */

/* The value on top: bytes, or { file = }. What it gives is for the caller to free. */
static struct setup_file read_bytes(struct making *making, lua_State *lua,
                                    const char *name)
{
    struct setup_file file = {0};
    struct reading row;
    struct err err = {0};
    const char *text;
    bool ok;

    if (lua_type(lua, -1) == LUA_TSTRING) {
        text = lua_tolstring(lua, -1, &file.size);
        file.bytes = alloc_zero(file.size + 1, 1);
        memcpy(file.bytes, text, file.size);
        return file;
    }
    row = read_begin(lua, name, file_keys, false);
    if (!read_string(&row, "file", &text, &(size_t){0}))
        read_fail(&row, "must be a text of bytes, or { file = }");
    file.path = setup_file_path(making, &row, text);
    ok = files_read(making->scenario->files, file.path, &file.bytes, &file.size, &err);
    if (!ok) {
        free(file.path);
        read_fail(&row, "%s", err.text);
    }
    lua_pop(lua, 1);
    return file;
}

static void read_disks(struct making *making, const struct reading *from)
{
    struct setup *setup = making->setup;
    lua_State *lua = from->lua;
    struct reading disks;

    if (!read_table(from, "disks", &disks, NULL, false))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, disks.table)) {
        struct setup_disk *disk = &setup->disk[setup->disks];

        if (setup->disks == SETUP_DISKS)
            read_fail(&disks, "more than %d disks", SETUP_DISKS);
        if (lua_type(lua, -2) != LUA_TSTRING ||
            lua_rawlen(lua, -2) >= sizeof(disk->device))
            read_fail(&disks, "must be names of devices with their bytes");
        strcpy(disk->device, lua_tostring(lua, -2));
        setup->disks++;
        disk->file = read_bytes(making, lua, disk->device);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

/* --- notes --------------------------------------------------------------------------- */

static const struct event_field *find_field(const struct reading *from,
                                            enum event_kind kind, const char *name)
{
    const struct event_field *field = event_infos[kind].fields;
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (; field->name; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
        nearest_offer(&nearest, field->name);
    }
    read_fail(from, "%s has no field '%.40s'%s", event_infos[kind].name, name,
              nearest_hint(&nearest, hint, sizeof(hint)));
    return NULL;
}

static void read_conditions(const struct reading *from, struct setup_note *note)
{
    lua_State *lua = from->lua;
    struct reading where;

    if (!read_table(from, "where", &where, NULL, false))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, where.table)) {
        if (note->conditions == SETUP_CONDITIONS)
            read_fail(&where, "more than %d conditions", SETUP_CONDITIONS);
        if (lua_type(lua, -2) != LUA_TSTRING || !lua_isinteger(lua, -1))
            read_fail(&where, "must be names of fields with integers");
        note->condition[note->conditions].field =
            find_field(&where, note->kind, lua_tostring(lua, -2));
        note->condition[note->conditions++].value = (uint64_t)lua_tointeger(lua, -1);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

static void read_note(const struct reading *from, struct setup *setup)
{
    struct setup_note *note = &setup->note[setup->notes++];
    char kind[SETUP_NAME] = "";
    const char *say;

    read_text(from, "kind", kind, sizeof(kind));
    note->kind = event_kind_by_name(kind);
    if (note->kind == EVENT_KINDS)
        read_fail(from, "there is no event '%s'", kind);
    read_conditions(from, note);
    if (!read_string(from, "say", &say, &(size_t){0}))
        read_fail(from, "a note needs a text to 'say'");
    note->say = alloc_string(say);
    lua_pop(from->lua, 1);
}

static void read_notes(const struct reading *from, struct setup *setup)
{
    struct reading list, row;

    if (!read_table(from, "notes", &list, no_keys, true))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, note_keys, false); n++) {
        if (setup->notes == SETUP_NOTES)
            read_fail(&list, "more than %d notes", SETUP_NOTES);
        read_note(&row, setup);
        lua_pop(from->lua, 1);
    }
    lua_pop(from->lua, 1);
}

/* --- the rest ------------------------------------------------------------------------ */

static void read_payload(const struct reading *from, struct setup *setup)
{
    struct reading list, row;

    if (!read_table(from, "payload", &list, no_keys, true))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, no_keys, true); n++) {
        if (setup->ranges == SETUP_RANGES)
            read_fail(&list, "more than %d ranges", SETUP_RANGES);
        read_item(&row, 1, "from", &setup->range[setup->ranges].from);
        read_item(&row, 2, "to", &setup->range[setup->ranges].to);
        setup->ranges++;
        lua_pop(from->lua, 1);
    }
    lua_pop(from->lua, 1);
}

static void read_regions(const struct reading *from, struct setup *setup)
{
    struct reading list, row;
    lua_State *lua = from->lua;

    if (!read_table(from, "regions", &list, no_keys, true))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, no_keys, true); n++) {
        struct setup_region *region = &setup->region[setup->regions];

        if (setup->regions == SETUP_REGIONS)
            read_fail(&list, "more than %d regions", SETUP_REGIONS);
        if (lua_rawgeti(lua, row.table, 1) != LUA_TSTRING ||
            lua_rawlen(lua, -1) >= sizeof(region->name) ||
            lua_rawgeti(lua, row.table, 3) != LUA_TNUMBER || !lua_isinteger(lua, -1))
            read_fail(&row, "a region is { \"name\", address, bytes }");
        strcpy(region->name, lua_tostring(lua, -2));
        region->size = (uint64_t)lua_tointeger(lua, -1);
        lua_pop(lua, 2);
        read_item(&row, 2, "address", &region->place);
        setup->regions++;
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

/* window = { from =, to = }, or "markers": the workload marks it itself. */
static void read_window(const struct reading *from, struct setup *setup)
{
    struct reading window;
    char word[16];

    lua_getfield(from->lua, from->table, "window");
    if (lua_type(from->lua, -1) == LUA_TSTRING) {
        lua_pop(from->lua, 1);
        if (!read_text(from, "window", word, sizeof(word)) ||
            strcmp(word, "markers") != 0)
            read_fail(from, "'window' is { from =, to = } or \"markers\"");
        setup->has_window = setup->window_marked = true;
        return;
    }
    lua_pop(from->lua, 1);
    if (!read_table(from, "window", &window, window_keys, false))
        return;
    if (!read_place(&window, "from", &setup->from) ||
        !read_place(&window, "to", &setup->to))
        read_fail(&window, "a window has 'from' and 'to'");
    setup->has_window = true;
    lua_pop(from->lua, 1);
}

static void read_limit(const struct reading *from, struct setup *setup)
{
    struct reading limit;
    char ends[16] = "finished";

    setup->cycles = USUAL_CYCLES;
    if (read_table(from, "limit", &limit, limit_keys, false)) {
        read_integer(&limit, "cycles", 1, INT64_MAX, &setup->cycles);
        lua_pop(from->lua, 1);
    }
    read_text(from, "ends", ends, sizeof(ends));
    if (strcmp(ends, "finished") == 0)
        setup->end = END_FINISHED;
    else if (strcmp(ends, "nothing") == 0)
        setup->end = END_NOTHING;
    else if (strcmp(ends, "limit") == 0)
        setup->end = END_LIMIT;
    else
        read_fail(from, "'ends' is 'finished', 'nothing' or 'limit', not '%s'", ends);
}

static void read_board(const struct reading *from, struct setup *setup)
{
    setup->board = board_virt;
    setup->board.interleave = 1;
    lua_getfield(from->lua, from->table, "board");
    if (!lua_isnil(from->lua, -1))
        board_read(from->lua, "board", &setup->board);
    lua_pop(from->lua, 1);
}

/* An initrd that is a program is what guests run: its names are theirs. */
static void name_guest(struct setup *setup)
{
    struct image image;

    if (!image_init(&image, "initrd", setup->initrd.bytes, setup->initrd.size, 0, NULL))
        return;
    for (size_t i = 0; i < image.symbols.count; i++)
        symbols_add(&setup->guest_symbols, image.symbols.symbol[i]);
    symbols_sort(&setup->guest_symbols);
    image_release(&image);
}

/* What programs find in the device tree besides the board. */
static void read_chosen(struct making *making, const struct reading *from)
{
    struct setup *setup = making->setup;
    const char *text;

    if (read_string(from, "bootargs", &text, &(size_t){0})) {
        setup->bootargs = alloc_string(text);
        lua_pop(from->lua, 1);
    }
    if (lua_getfield(from->lua, from->table, "initrd") != LUA_TNIL)
        setup->initrd = read_bytes(making, from->lua, "initrd");
    lua_pop(from->lua, 1);
    if (setup->initrd.bytes)
        name_guest(setup);
}

/* Reads the description, which is the second argument. */
static int read_setup(lua_State *lua)
{
    struct making *making = lua_touserdata(lua, 1);
    struct setup *setup = making->setup;
    struct reading from = read_begin(lua, "setup", setup_keys, false);

    read_board(&from, setup);
    read_disks(making, &from);
    setup_read_programs(making, &from);
    read_chosen(making, &from);
    setup->has_entry = read_place(&from, "entry", &setup->entry);
    read_window(&from, setup);
    read_payload(&from, setup);
    setup->has_work = read_place(&from, "work", &setup->work);
    setup->has_alone = lua_getfield(lua, from.table, "alone") == LUA_TTABLE;
    lua_pop(lua, 1);
    read_limit(&from, setup);
    read_notes(&from, setup);
    read_regions(&from, setup);
    callbacks_read(&from, &setup->callbacks);
    return 0;
}

/* --- addresses ----------------------------------------------------------------------- */

static bool resolve(const struct setup *setup, struct place *place, struct err *err)
{
    return !place->text[0] || setup_address(setup, place->text, &place->address, err);
}

static bool resolve_all(struct setup *setup, struct err *err)
{
    bool ok = true;

    for (; ok && setup->placed < setup->regions; setup->placed++)
        ok = resolve(setup, &setup->region[setup->placed].place, err);
    if (ok && setup->has_entry)
        ok = resolve(setup, &setup->entry, err);
    if (ok && setup->has_entry)
        setup->image.entry = setup->entry.address;
    if (ok && setup->has_window && !setup->window_marked)
        ok = resolve(setup, &setup->from, err) && resolve(setup, &setup->to, err);
    if (ok && setup->has_work)
        ok = resolve(setup, &setup->work, err);
    for (unsigned i = 0; ok && i < setup->ranges; i++)
        ok = resolve(setup, &setup->range[i].from, err) &&
             resolve(setup, &setup->range[i].to, err);
    return ok;
}

/* --- making -------------------------------------------------------------------------- */

static void push_variant(const struct scenario *scenario, lua_State *lua,
                         unsigned variant)
{
    scenario_push(scenario, lua, "variants");
    lua_rawgeti(lua, -1, (lua_Integer)variant + 1);
    lua_remove(lua, -2);
}

/* Arguments: scenario, variant, alone. Calls setup(p, variant); if alone, once more with
 * what its result's `alone` says. */
static int call_setup(lua_State *lua)
{
    const struct scenario *scenario = lua_touserdata(lua, 1);
    unsigned variant = (unsigned)lua_tointeger(lua, 2);
    bool alone = lua_toboolean(lua, 3);

    scenario_push(scenario, lua, "setup");
    scenario_push_parameters(scenario, lua);
    push_variant(scenario, lua, variant);
    lua_call(lua, 2, 1);
    if (!alone)
        return 1;
    luaL_checktype(lua, -1, LUA_TTABLE);
    lua_getfield(lua, -1, "alone");
    scenario_push(scenario, lua, "setup");
    scenario_push_parameters(scenario, lua);
    lua_pushnil(lua);
    while (lua_next(lua, -4)) {
        lua_pushvalue(lua, -2);
        if (lua_gettable(lua, -4) == LUA_TNIL)
            return luaL_error(lua, "setup.alone: there is no parameter '%s'",
                              lua_tostring(lua, -3));
        lua_pop(lua, 1);
        lua_pushvalue(lua, -2);
        lua_insert(lua, -2);
        lua_settable(lua, -4);
    }
    push_variant(scenario, lua, variant);
    lua_call(lua, 2, 1);
    return 1;
}

static bool call_and_read(struct making *making, unsigned variant, bool alone,
                          struct err *err)
{
    struct sandbox *sandbox = making->scenario->sandbox;
    lua_State *lua = sandbox->lua;

    lua_pushcfunction(lua, call_setup);
    lua_pushlightuserdata(lua, (void *)(uintptr_t)making->scenario);
    lua_pushinteger(lua, variant);
    lua_pushboolean(lua, alone);
    if (!sandbox_call(sandbox, 3, 1, err))
        return false;
    lua_pushcfunction(lua, read_setup);
    lua_insert(lua, -2);
    lua_pushlightuserdata(lua, making);
    lua_insert(lua, -2);
    return (sandbox_call(sandbox, 2, 0, err) && resolve_all(making->setup, err)) ||
           err_prefix(err, "%s:%d: variant %s", making->scenario->path,
                      making->scenario->setup_line,
                      making->scenario->variant[variant].name);
}

bool setup_make(struct setup *setup, struct scenario *scenario, unsigned variant,
                bool alone, struct err *err)
{
    struct making making = {.setup = setup, .scenario = scenario};
    bool ok;

    *setup = (struct setup){.cycles = USUAL_CYCLES};
    setup->image.name = alloc_string(scenario->name);
    ok = call_and_read(&making, variant, alone, err);
    assembly_release(&making.assembly);
    return ok;
}
