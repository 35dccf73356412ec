#include "control/scenario.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "base/path.h"
#include "control/lua_read.h"
#include "control/lua_sandbox.h"
#include "control/scenario_model.h"
#include "control/scenario_screen.h"
#include "control/setup_lua.h"
#include "image/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static const char *const scenario_keys[] = {
    "name",        "title",  "about",     "parameters", "variants",
    "setup",       "expect", "compare",   "model",      "screen",
    "interesting", "talk",   "questions", "race",       NULL,
};
static const char *const parameter_keys[] = {"min", "max", NULL};

/* --- reading the table of scenario{} ------------------------------------------------ */

static char *copy_text(const struct reading *from, const char *name)
{
    const char *text;
    char *copy;

    if (!read_string(from, name, &text, &(size_t){0}))
        return alloc_string("");
    copy = alloc_string(text);
    lua_pop(from->lua, 1);
    return copy;
}

/* told = { { "question", "answer" }, ... } */
static void read_told(const struct reading *from, struct variant *variant)
{
    struct reading list, row;
    lua_State *lua = from->lua;

    if (!read_table(from, "told", &list, (const char *const[]){NULL}, true))
        return;
    for (lua_Integer n = 1;
         read_entry(&list, n, &row, (const char *const[]){NULL}, true); n++) {
        struct told_quality *told = &variant->told[variant->tolds];

        if (variant->tolds == SCENARIO_TOLD)
            read_fail(&list, "more than %d", SCENARIO_TOLD);
        if (lua_rawgeti(lua, row.table, 1) != LUA_TSTRING ||
            lua_rawgeti(lua, row.table, 2) != LUA_TSTRING)
            read_fail(&row, "must be { \"question\", \"answer\" }");
        told->question = alloc_string(lua_tostring(lua, -2));
        told->answer = alloc_string(lua_tostring(lua, -1));
        variant->tolds++;
        lua_pop(lua, 3);
    }
    lua_pop(lua, 1);
}

static void free_variant(struct variant *variant)
{
    free(variant->title);
    free(variant->layout);
    for (unsigned i = 0; i < variant->tolds; i++) {
        free(variant->told[i].question);
        free(variant->told[i].answer);
    }
}

static void read_variant(const struct reading *from, struct scenario *scenario)
{
    struct variant *variant = &scenario->variant[scenario->variants];

    if (!read_text(from, "name", variant->name, sizeof(variant->name)))
        read_fail(from, "a variant needs a 'name'");
    read_check_name(from, variant->name);
    for (unsigned i = 0; i < scenario->variants; i++)
        if (strcmp(scenario->variant[i].name, variant->name) == 0)
            read_fail(from, "two variants are named '%s'", variant->name);
    scenario->variants++;
    variant->title = copy_text(from, "title");
    variant->layout = copy_text(from, "layout");
    read_told(from, variant);
}

static void read_variants(const struct reading *from, struct scenario *scenario)
{
    struct reading list, row;

    if (!read_table(from, "variants", &list, (const char *const[]){NULL}, true))
        read_fail(from, "'variants' is missing: a list of {name =, title =}");
    for (lua_Integer n = 1; read_entry(&list, n, &row, NULL, false); n++) {
        if (scenario->variants == SCENARIO_VARIANTS)
            read_fail(&list, "more than %d variants", SCENARIO_VARIANTS);
        read_variant(&row, scenario);
        lua_pop(from->lua, 1);
    }
    if (!scenario->variants)
        read_fail(&list, "there must be one at least");
    lua_pop(from->lua, 1);
}

/* The default is on top of the stack: it decides the type. */
static void read_default(const struct reading *from, struct parameter *parameter)
{
    lua_State *lua = from->lua;

    parameter->least = INT64_MIN;
    parameter->most = INT64_MAX;
    if (lua_isinteger(lua, -1)) {
        parameter->type = PARAMETER_INTEGER;
        parameter->integer = lua_tointeger(lua, -1);
    } else if (lua_type(lua, -1) == LUA_TSTRING) {
        parameter->type = PARAMETER_TEXT;
        parameter->text = alloc_string(lua_tostring(lua, -1));
    } else if (lua_isboolean(lua, -1)) {
        parameter->type = PARAMETER_FLAG;
        parameter->flag = lua_toboolean(lua, -1);
    } else {
        read_fail(from, "the default of '%s' is an integer, a text, true or false",
                  parameter->name);
    }
}

static int64_t read_bound(const struct reading *from, const char *name, int64_t usual)
{
    uint64_t bound = (uint64_t)usual;

    read_integer(from, name, 0, UINT64_MAX, &bound);
    return (int64_t)bound;
}

/* name = default, or name = { default, "help", min =, max = }; the value is on top. */
static void read_parameter(const struct reading *from, struct parameter *parameter)
{
    lua_State *lua = from->lua;
    struct reading row;

    if (!lua_istable(lua, -1)) {
        read_default(from, parameter);
        return;
    }
    row = read_begin(lua, parameter->name, parameter_keys, true);
    lua_rawgeti(lua, row.table, 1);
    read_default(from, parameter);
    if (lua_rawgeti(lua, row.table, 2) == LUA_TSTRING)
        parameter->help = alloc_string(lua_tostring(lua, -1));
    lua_pop(lua, 2);
    parameter->least = read_bound(&row, "min", INT64_MIN);
    parameter->most = read_bound(&row, "max", INT64_MAX);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct parameter *)a)->name,
                  ((const struct parameter *)b)->name);
}

static void read_parameters(const struct reading *from, struct scenario *scenario)
{
    lua_State *lua = from->lua;
    struct reading list;

    if (!read_table(from, "parameters", &list, NULL, false))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, list.table)) {
        struct parameter *parameter = &scenario->parameter[scenario->parameters];

        if (scenario->parameters == SCENARIO_PARAMETERS)
            read_fail(&list, "more than %d parameters", SCENARIO_PARAMETERS);
        if (lua_type(lua, -2) != LUA_TSTRING ||
            lua_rawlen(lua, -2) >= sizeof(parameter->name))
            read_fail(&list, "names are texts of at most %d letters",
                      SCENARIO_NAME - 1);
        strcpy(parameter->name, lua_tostring(lua, -2));
        read_check_name(&list, parameter->name);
        scenario->parameters++;
        read_parameter(&list, parameter);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    qsort(scenario->parameter, scenario->parameters, sizeof(scenario->parameter[0]),
          by_name);
}

/* The list of variants that a check is for; gives how many. What names one that is not
 * there would never be checked. */
static lua_Integer check_named(const struct reading *check,
                               const struct scenario *scenario)
{
    lua_State *lua = check->lua;
    lua_Integer count;
    struct err err = {0};
    unsigned variant;

    if (lua_rawgeti(lua, check->table, 2) != LUA_TTABLE)
        read_fail(check, "a check's variants are a list of names");
    count = (lua_Integer)lua_rawlen(lua, -1);
    if (count > SCENARIO_VARIANTS)
        read_fail(check, "more than %d variants", SCENARIO_VARIANTS);
    for (lua_Integer n = 1; n <= count; n++) {
        if (lua_rawgeti(lua, -1, n) != LUA_TSTRING)
            read_fail(check, "a check's variants are a list of names");
        if (!scenario_variant(scenario, lua_tostring(lua, -1), &variant, &err))
            read_fail(check, "%s", err.text);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return count;
}

/* { "name", { "variant", ... }, function }: expectations may lack the list. */
static void check_checks(const struct reading *from, const struct scenario *scenario,
                         const char *name, bool compares)
{
    struct reading list, row;
    lua_State *lua = from->lua;

    if (!read_table(from, name, &list, (const char *const[]){NULL}, true))
        return;
    for (lua_Integer n = 1;
         read_entry(&list, n, &row, (const char *const[]){NULL}, true); n++) {
        lua_Integer last = (lua_Integer)lua_rawlen(lua, row.table), variants = 0;

        if (lua_rawgeti(lua, row.table, 1) != LUA_TSTRING ||
            lua_rawgeti(lua, row.table, last) != LUA_TFUNCTION || last > 3)
            read_fail(&row, "a check is { \"what holds\", function }, or has a list of "
                            "variants between");
        if (last == 3)
            variants = check_named(&row, scenario);
        if (compares && !variants)
            read_fail(&row, "a comparison names the variants that it compares");
        lua_pop(lua, 3);
    }
    lua_pop(lua, 1);
}

/* Variants that are best seen side by side, in that order. */
static void read_race(const struct reading *from, struct scenario *scenario)
{
    lua_State *lua = from->lua;
    struct err err = {0};

    if (lua_getfield(lua, from->table, "race") == LUA_TNIL) {
        lua_pop(lua, 1);
        return;
    }
    if (!lua_istable(lua, -1) || lua_rawlen(lua, -1) < 2 ||
        lua_rawlen(lua, -1) > SCENARIO_RACE)
        read_fail(from, "'race' is a list of 2 to %d variants", SCENARIO_RACE);
    for (lua_Integer n = 1; n <= (lua_Integer)lua_rawlen(lua, -1); n++) {
        if (lua_rawgeti(lua, -1, n) != LUA_TSTRING)
            read_fail(from, "'race' is a list of names");
        if (!scenario_variant(scenario, lua_tostring(lua, -1),
                              &scenario->race[scenario->races++], &err))
            read_fail(from, "race: %s", err.text);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

static void read_setup(const struct reading *from, struct scenario *scenario)
{
    lua_Debug debug;

    lua_getfield(from->lua, from->table, "setup");
    if (!lua_isfunction(from->lua, -1) || lua_iscfunction(from->lua, -1))
        read_fail(from, "'setup' is missing: a function of parameters and variant");
    lua_getinfo(from->lua, ">S", &debug);
    scenario->setup_line = debug.linedefined;
}

static bool find_variant(const void *ctx, const char *name, unsigned *variant,
                         struct err *err)
{
    return scenario_variant(ctx, name, variant, err);
}

/* scenario{...}, called by the file. */
static int do_scenario(lua_State *lua)
{
    struct scenario *scenario = sandbox_of(lua)->owner;
    struct reading from;

    lua_settop(lua, 1);
    from = read_begin(lua, "scenario", scenario_keys, false);
    if (scenario->table)
        return luaL_error(lua, "scenario: it is called a second time");
    if (!read_text(&from, "name", scenario->name, sizeof(scenario->name)))
        read_fail(&from, "'name' is missing");
    read_check_name(&from, scenario->name);
    scenario->title = copy_text(&from, "title");
    scenario->about = copy_text(&from, "about");
    read_parameters(&from, scenario);
    read_variants(&from, scenario);
    read_race(&from, scenario);
    read_setup(&from, scenario);
    scenario_screen_read(&from, &(struct variant_finder){find_variant, scenario},
                         &scenario->screen);
    scenario_model_read(&from, &scenario->model);
    check_checks(&from, scenario, "expect", false);
    check_checks(&from, scenario, "compare", true);
    lua_pushvalue(lua, 1);
    scenario->table = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

/* --- a scenario's life -------------------------------------------------------------- */

/* For elf_symbol. */
static bool find_symbol(void *owner, const char *file, const char *name,
                        uint64_t *address, struct err *err)
{
    const struct scenario *scenario = owner;
    char *path = scenario_file(scenario, file, err);
    const struct symbol *symbol = NULL;
    struct image image;

    if (!path || !files_image(scenario->files, &image, path, 0, err)) {
        free(path);
        return false;
    }
    symbols_sort(&image.symbols);
    symbol = symbols_named(&image.symbols, name);
    if (symbol)
        *address = symbol->address;
    else
        err_set(err, "'%s' has no symbol '%.60s'", path, name);
    image_release(&image);
    free(path);
    return symbol != NULL;
}

static int add_functions(lua_State *lua)
{
    static const struct symbol_finder finder = {find_symbol};

    lua_register(lua, "scenario", do_scenario);
    setup_add_functions(lua, &finder);
    return 0;
}

/* As Lua sees it: a line ends with one character. */
static void keep_text(struct scenario *scenario, const char *text, size_t size)
{
    scenario->text = alloc_zero(size + 1, 1);
    for (size_t i = 0; i < size; i++)
        if (text[i] != '\r' || i + 1 == size || text[i + 1] != '\n')
            scenario->text[scenario->size++] = text[i];
}

struct scenario *scenario_load(const char *path, const char *text, size_t size,
                               const struct sandbox_limits *limits, struct err *err)
{
    struct scenario *scenario = alloc_zero(1, sizeof(*scenario));
    bool ok;

    scenario->path = alloc_string(path);
    keep_text(scenario, text, size);
    scenario->sandbox = sandbox_new(limits);
    scenario->sandbox->owner = scenario;
    lua_pushcfunction(scenario->sandbox->lua, add_functions);
    ok = sandbox_call(scenario->sandbox, 0, 0, err) &&
         sandbox_load(scenario->sandbox, path, text, size, err) &&
         sandbox_call(scenario->sandbox, 0, 0, err);
    if (ok && !scenario->table)
        ok = err_set(err, "%s: the file does not call scenario{...}", path);
    if (ok)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

struct scenario *scenario_open(const char *path, struct files *files, struct err *err)
{
    struct scenario *scenario;
    uint8_t *text;
    size_t size;

    if (!files_read(files, path, &text, &size, err))
        return NULL;
    scenario =
        scenario_load(path, (const char *)text, size, &sandbox_usual_limits, err);
    free(text);
    if (scenario)
        scenario->files = files;
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    sandbox_free(scenario->sandbox);
    for (unsigned i = 0; i < scenario->parameters; i++) {
        free(scenario->parameter[i].help);
        free(scenario->parameter[i].text);
    }
    for (unsigned i = 0; i < scenario->variants; i++)
        free_variant(&scenario->variant[i]);
    scenario_screen_free(scenario->screen);
    scenario_model_free(scenario->model);
    free(scenario->title);
    free(scenario->about);
    free(scenario->text);
    free(scenario->path);
    free(scenario);
}

/* --- parameters --------------------------------------------------------------------- */

static struct parameter *find_parameter(struct scenario *scenario, const char *name,
                                        struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (unsigned i = 0; i < scenario->parameters; i++) {
        if (strcmp(scenario->parameter[i].name, name) == 0)
            return &scenario->parameter[i];
        nearest_offer(&nearest, scenario->parameter[i].name);
    }
    err_set(err, "scenario %s has no parameter '%s'%s", scenario->name, name,
            nearest_hint(&nearest, hint, sizeof(hint)));
    return NULL;
}

static bool set_integer(struct parameter *parameter, const char *text, struct err *err)
{
    char *rest;
    long long value;

    errno = 0;
    value = strtoll(text, &rest, 0);
    if (errno || rest == text || *rest)
        return err_set(err, "parameter %s: '%s' is not an integer", parameter->name,
                       text);
    if (value < parameter->least || value > parameter->most)
        return err_set(err, "parameter %s: %lld is not %" PRId64 " to %" PRId64,
                       parameter->name, value, parameter->least, parameter->most);
    parameter->integer = value;
    return true;
}

static bool set_value(struct parameter *parameter, const char *text, struct err *err)
{
    parameter->given = true;
    switch (parameter->type) {
    case PARAMETER_INTEGER:
        return set_integer(parameter, text, err);
    case PARAMETER_TEXT:
        free(parameter->text);
        parameter->text = alloc_string(text);
        return true;
    case PARAMETER_FLAG:
        parameter->flag = strcmp(text, "true") == 0;
        return parameter->flag || strcmp(text, "false") == 0 ||
               err_set(err, "parameter %s: '%s' is not true or false", parameter->name,
                       text);
    }
    return false;
}

bool scenario_set(struct scenario *scenario, const char *assignment, struct err *err)
{
    const char *value = strchr(assignment, '=');
    struct parameter *parameter;
    char name[SCENARIO_NAME] = "";

    if (!value || (size_t)(value - assignment) >= sizeof(name))
        return err_set(err, "'%s' does not set anything: name=value", assignment);
    memcpy(name, assignment, (size_t)(value - assignment));
    parameter = find_parameter(scenario, name, err);
    return parameter && set_value(parameter, value + 1, err);
}

void parameter_put(struct buf *out, const struct parameter *parameter)
{
    buf_printf(out, "%s=", parameter->name);
    if (parameter->type == PARAMETER_INTEGER)
        buf_printf(out, "%" PRId64, parameter->integer);
    else if (parameter->type == PARAMETER_FLAG)
        buf_text(out, parameter->flag ? "true" : "false");
    else
        buf_text(out, parameter->text);
}

void scenario_push_parameters(const struct scenario *scenario, lua_State *lua)
{
    lua_createtable(lua, 0, (int)scenario->parameters);
    for (unsigned i = 0; i < scenario->parameters; i++) {
        const struct parameter *parameter = &scenario->parameter[i];

        if (parameter->type == PARAMETER_INTEGER)
            lua_pushinteger(lua, parameter->integer);
        else if (parameter->type == PARAMETER_TEXT)
            lua_pushstring(lua, parameter->text);
        else
            lua_pushboolean(lua, parameter->flag);
        lua_setfield(lua, -2, parameter->name);
    }
}

/* --- finding things ----------------------------------------------------------------- */

bool scenario_variant(const struct scenario *scenario, const char *name,
                      unsigned *variant, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (*variant = 0; *variant < scenario->variants; ++*variant) {
        if (strcmp(scenario->variant[*variant].name, name) == 0)
            return true;
        nearest_offer(&nearest, scenario->variant[*variant].name);
    }
    return err_set(err, "scenario %s has no variant '%s'%s", scenario->name, name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static bool is_given(const struct scenario *scenario, const char *text)
{
    for (unsigned i = 0; i < scenario->parameters; i++)
        if (scenario->parameter[i].type == PARAMETER_TEXT &&
            scenario->parameter[i].given &&
            strcmp(scenario->parameter[i].text, text) == 0)
            return true;
    return false;
}

char *scenario_file(const struct scenario *scenario, const char *name, struct err *err)
{
    int directory = (int)(path_base(scenario->path) - scenario->path);
    struct buf path = {0};

    if (is_given(scenario, name) || guest_is_program(name))
        return alloc_string(name);
    if (name[0] == '/' || path_leads_up(name)) {
        err_set(err, "'%s' is not beside the scenario or below", name);
        return NULL;
    }
    buf_printf(&path, "%.*s%s", directory, scenario->path, name);
    return path.data;
}

int scenario_push(const struct scenario *scenario, lua_State *lua, const char *field)
{
    int type;

    lua_rawgeti(lua, LUA_REGISTRYINDEX, scenario->table);
    type = lua_getfield(lua, -1, field);
    lua_remove(lua, -2);
    return type;
}
