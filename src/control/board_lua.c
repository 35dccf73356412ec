#include "control/board_lua.h"

#include "base/nearest.h"
#include "control/lua_sandbox.h"
#include "image/image.h"
#include "machine/hart/hart.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const board_keys[] = {
    "base",  "name",  "memory",  "memory_at", "harts",      "interleave",
    "tlb",   "costs", "devices", "remove",    "hypervisor", "guest_interrupts",
    "iommu", NULL,
};
static const char *const tlb_keys[] = {"entries", "ways", NULL};

/* What a row of devices says itself; every other key is a setting of its type. */
static const char *const row_keys[] = {"type", "name", "base", "irq", "request", NULL};

/* --- costs -------------------------------------------------------------------------- */

static void read_cost(const struct reading *costs, struct costs *into)
{
    lua_State *lua = costs->lua;
    const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
    uint32_t *cost = costs_by_name(into, name);
    struct nearest nearest = {.wanted = name};
    uint64_t price;
    char hint[96];

    if (!cost) {
        for (int i = 0; i < COSTS; i++)
            nearest_offer(&nearest, cost_infos[i].name);
        read_fail(costs, "unknown cost '%.60s'%s", name,
                  nearest_hint(&nearest, hint, sizeof(hint)));
        return;
    }
    read_integer(costs, name, 0, UINT32_MAX / 16, &price);
    *cost = (uint32_t)price;
}

static void read_costs(const struct reading *board, struct board_desc *desc)
{
    struct reading costs;

    if (!read_table(board, "costs", &costs, NULL, false))
        return;
    lua_pushnil(board->lua);
    while (lua_next(board->lua, costs.table)) {
        read_cost(&costs, &desc->costs);
        lua_pop(board->lua, 1);
    }
    lua_pop(board->lua, 1);
}

/* --- devices ------------------------------------------------------------------------ */

static bool is_row_key(const char *name)
{
    for (const char *const *key = row_keys; *key; key++)
        if (strcmp(*key, name) == 0)
            return true;
    return false;
}

static void add_setting(const struct reading *from, struct board_row *row,
                        const char *name)
{
    if (strlen(name) >= BOARD_NAME)
        read_fail(from, "unknown key '%.60s'", name);
    if (row->settings == BOARD_SETTINGS)
        read_fail(from, "more than %d settings", BOARD_SETTINGS);
    snprintf(row->setting[row->settings].name, BOARD_NAME, "%s", name);
    read_integer(from, name, 0, UINT64_MAX, &row->setting[row->settings].value);
    row->settings++;
}

/* What is wrong with a setting's name is board_desc_add's to tell. The type's own names
 * are asked for first: the order is then not the table's. */
static void read_settings(const struct reading *from, struct board_row *row)
{
    const struct device_type *type = device_type_by_name(row->type);
    const struct device_setting *setting = type ? type->settings : NULL;
    lua_State *lua = from->lua;

    for (; setting && setting->name; setting++) {
        lua_pushstring(lua, setting->name);
        if (lua_rawget(lua, from->table) != LUA_TNIL)
            add_setting(from, row, setting->name);
        lua_pop(lua, 1);
    }
    lua_pushnil(lua);
    while (lua_next(lua, from->table)) {
        const char *name =
            lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        bool known = is_row_key(name);

        for (unsigned i = 0; i < row->settings; i++)
            known = known || strcmp(row->setting[i].name, name) == 0;
        if (!known)
            add_setting(from, row, name);
        lua_pop(lua, 1);
    }
}

static void read_lines(const struct reading *from, struct board_row *row)
{
    uint64_t numbers[DEVICE_LINES];

    row->irqs = read_integers(from, "irq", UINT16_MAX, DEVICE_LINES, numbers);
    for (unsigned i = 0; i < row->irqs; i++)
        row->irq[i] = (uint16_t)numbers[i];
    row->requests =
        read_integers(from, "request", UINT8_MAX, DEVICE_REQUEST_LINES, numbers);
    for (unsigned i = 0; i < row->requests; i++)
        row->request[i] = (uint8_t)numbers[i];
}

static void read_device(const struct reading *from, struct board_desc *desc)
{
    struct board_row row = {.irqs = 0};
    struct err err = {0};

    if (!read_text(from, "type", row.type, sizeof(row.type)))
        read_fail(from, "a device needs a 'type'");
    if (!read_text(from, "name", row.name, sizeof(row.name)))
        snprintf(row.name, sizeof(row.name), "%s", row.type);
    read_check_name(from, row.name);
    if (!read_integer(from, "base", 0, UINT64_MAX, &row.base))
        read_fail(from, "a device needs a 'base' address");
    read_lines(from, &row);
    read_settings(from, &row);
    if (!board_desc_add(desc, &row, &err))
        read_fail(from, "%s", err.text);
}

static void read_devices(const struct reading *board, struct board_desc *desc)
{
    struct reading list, row;

    if (!read_table(board, "devices", &list, (const char *const[]){NULL}, true))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, NULL, false); n++) {
        read_device(&row, desc);
        lua_pop(board->lua, 1);
    }
    lua_pop(board->lua, 1);
}

static bool remove_row(struct board_desc *desc, const char *name)
{
    for (unsigned i = 0; i < desc->rows; i++)
        if (strcmp(desc->row[i].name, name) == 0) {
            memmove(&desc->row[i], &desc->row[i + 1],
                    (desc->rows - i - 1) * sizeof(desc->row[0]));
            desc->rows--;
            return true;
        }
    return false;
}

static void read_removals(const struct reading *board, struct board_desc *desc)
{
    lua_State *lua = board->lua;
    struct reading list;

    if (!read_table(board, "remove", &list, (const char *const[]){NULL}, true))
        return;
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            read_fail(&list, "must be names of devices");
        if (!remove_row(desc, lua_tostring(lua, -1)))
            read_fail(&list, "the board has no device '%.40s'", lua_tostring(lua, -1));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
}

/* The usual IOMMU; one with other settings is a row of `devices`. */
static void read_iommu(const struct reading *board, struct board_desc *desc)
{
    bool wanted = false;
    struct err err = {0};

    read_flag(board, "iommu", &wanted);
    if (wanted && !board_desc_add(desc, &board_virt_iommu, &err))
        read_fail(board, "%s", err.text);
}

/* --- the board ---------------------------------------------------------------------- */

static void read_base(const struct reading *board, struct board_desc *desc)
{
    char base[BOARD_NAME] = "virt";

    read_text(board, "base", base, sizeof(base));
    if (strcmp(base, "none") == 0)
        desc->rows = 0;
    else if (strcmp(base, "virt") != 0)
        read_fail(board, "'base' is '%s': it must be 'virt' or 'none'", base);
    if (read_text(board, "name", desc->name, sizeof(desc->name)))
        read_check_name(board, desc->name);
}

static void read_tlb(const struct reading *board, struct board_desc *desc)
{
    struct reading tlb;
    uint64_t entries = desc->tlb_entries, ways = desc->tlb_ways;

    if (!read_table(board, "tlb", &tlb, tlb_keys, false))
        return;
    read_integer(&tlb, "entries", 1, TLB_MAX, &entries);
    read_integer(&tlb, "ways", 1, TLB_MAX, &ways);
    if (entries % ways || (entries / ways & (entries / ways - 1)))
        read_fail(&tlb, "entries / ways must be a power of two");
    desc->tlb_entries = (unsigned)entries;
    desc->tlb_ways = (unsigned)ways;
    lua_pop(board->lua, 1);
}

void board_read(lua_State *lua, const char *what, struct board_desc *desc)
{
    struct reading board = read_begin(lua, what, board_keys, false);
    struct err err = {0};
    uint64_t harts = desc->harts, interleave = desc->interleave;
    uint64_t guest_interrupts = desc->guest_interrupts;

    read_base(&board, desc);
    read_size(&board, "memory", &desc->ram_size);
    read_integer(&board, "memory_at", 0, UINT64_MAX, &desc->ram_base);
    read_integer(&board, "harts", 1, BOARD_HARTS, &harts);
    read_integer(&board, "interleave", 1, 1000000, &interleave);
    read_flag(&board, "hypervisor", &desc->hypervisor);
    read_integer(&board, "guest_interrupts", 0, GEILEN_MAX, &guest_interrupts);
    desc->guest_interrupts = (unsigned)guest_interrupts;
    desc->harts = (unsigned)harts;
    desc->interleave = (unsigned)interleave;
    read_tlb(&board, desc);
    read_costs(&board, desc);
    read_removals(&board, desc);
    read_iommu(&board, desc);
    read_devices(&board, desc);
    if (!board_desc_check(desc, &err))
        read_fail(&board, "%s", err.text);
}

static int read_file(lua_State *lua)
{
    struct board_desc *desc = sandbox_of(lua)->owner;

    lua_pushvalue(lua, 1);
    board_read(lua, "board", desc);
    return 0;
}

bool board_from_lua(const char *path, struct board_desc *desc, struct err *err)
{
    struct sandbox *sandbox;
    uint8_t *text;
    size_t size;
    bool ok;

    if (!image_read_file(path, &text, &size, err))
        return false;
    *desc = board_virt;
    sandbox = sandbox_new(&sandbox_usual_limits);
    sandbox->owner = desc;
    lua_pushcfunction(sandbox->lua, read_file);
    ok = sandbox_load(sandbox, path, (const char *)text, size, err) &&
         sandbox_call(sandbox, 0, 1, err);
    if (ok && !sandbox_call(sandbox, 1, 0, err))
        ok = err_prefix(err, "%s", path);
    sandbox_free(sandbox);
    free(text);
    return ok;
}
