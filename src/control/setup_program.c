#include "control/setup_program.h"

#include "base/alloc.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

/* Reading the programs of a description. */

#define START UINT64_C(0x80000000) /* where programs are put that do not say it */

static const char *const no_keys[] = {NULL};

char *setup_file_path(const struct making *making, const struct reading *from,
                      const char *name)
{
    struct err err = {0};
    char *path = scenario_file(making->scenario, name, &err);

    if (!path)
        read_fail(from, "%s", err.text);
    return path;
}

static unsigned count_lines(const char *from, const char *to)
{
    unsigned lines = 0;

    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

/* Is that where a text of the script begins: after a quote, or after [[ and a line end? */
static bool begins_text(const char *all, const char *at)
{
    if (at > all && at[-1] == '\n')
        at--;
    return at > all && (at[-1] == '[' || at[-1] == '"' || at[-1] == '\'');
}

static const char *find_text(const char *all, const char *from, const char *text)
{
    const char *at = strstr(from, text);

    while (at && !begins_text(all, at))
        at = strstr(at + 1, text);
    return at;
}

/* Where a text of the script stands in its file: after the call, else anywhere. Texts
 * that were put together stand nowhere; they get the line of the call. */
static void add_text(struct making *making, const char *text, size_t size,
                     unsigned call)
{
    const char *all = making->scenario->text, *after = all, *found = NULL;

    for (unsigned line = 1; line < call && strchr(after, '\n'); line++)
        after = strchr(after, '\n') + 1;
    if (size)
        found = find_text(all, after, text);
    if (!found && size)
        found = find_text(all, all, text);
    if (found)
        assembly_add(&making->assembly, text, size, count_lines(all, found) + 1, 1);
    else
        assembly_add(&making->assembly, text, size, call, 0);
}

/* Is it a symbol as the assembler has them? What is not would be read as something
 * else, on a line that the file does not have. */
static bool is_symbol(const char *name, size_t length)
{
    return length &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_.$") == length &&
           !(name[0] >= '0' && name[0] <= '9');
}

/* defines = { NAME = number }: .equ lines before the text. */
static void add_definitions(struct making *making, const struct reading *from)
{
    lua_State *lua = from->lua;
    struct reading defines;

    if (!read_table(from, "defines", &defines, NULL, false))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, defines.table)) {
        struct buf line = {0};

        if (lua_type(lua, -2) != LUA_TSTRING || !lua_isinteger(lua, -1))
            read_fail(&defines, "must be names with integers");
        if (!is_symbol(lua_tostring(lua, -2), lua_rawlen(lua, -2)))
            read_fail(&defines, "'%.60s' is no symbol", lua_tostring(lua, -2));
        buf_printf(&line, ".equ %s, %lld\n", lua_tostring(lua, -2),
                   (long long)lua_tointeger(lua, -1));
        assembly_add(&making->assembly, line.data, line.size, 0, 0);
        buf_free(&line);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

/* text = a text, or a list of texts. */
static void add_texts(struct making *making, const struct reading *from, unsigned call)
{
    lua_State *lua = from->lua;
    struct reading list;
    const char *text;
    size_t size;

    making->assembly.file = alloc_string(making->scenario->path);
    lua_getfield(lua, from->table, "text");
    if (lua_type(lua, -1) == LUA_TSTRING) {
        text = lua_tolstring(lua, -1, &size);
        add_text(making, text, size, call);
        lua_pop(lua, 1);
        return;
    }
    list = read_begin(lua, "asm.text", no_keys, true);
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            read_fail(&list, "must be texts");
        text = lua_tolstring(lua, -1, &size);
        add_text(making, text, size, call);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
}

static void add_file(struct making *making, const struct reading *from,
                     const char *name)
{
    struct err err = {0};
    uint8_t *text;
    size_t size;

    making->assembly.file = setup_file_path(making, from, name);
    if (!files_read(making->scenario->files, making->assembly.file, &text, &size, &err))
        read_fail(from, "%s", err.text);
    assembly_add(&making->assembly, (const char *)text, size, 1, 1);
    free(text);
}

static bool has_source(const struct setup *setup, const char *file)
{
    for (unsigned i = 0; i < setup->sources; i++)
        if (strcmp(setup->source[i].file, file) == 0)
            return true;
    return false;
}

/* Views show the text that instructions come from. */
static void keep_source(struct making *making, const char *text)
{
    struct setup *setup = making->setup;

    if (has_source(setup, making->assembly.file))
        return;
    setup->source[setup->sources++] = (struct source_text){
        alloc_string(making->assembly.file),
        alloc_string(text),
    };
}

static void read_asm(struct making *making, const struct reading *from)
{
    struct asm_layout *layout = &making->assembly.layout;
    struct setup *setup = making->setup;
    struct err err = {0};
    uint64_t call = 0;
    const char *file;
    size_t size;

    layout->text = START;
    read_integer(from, "at", 0, UINT64_MAX, &layout->text);
    read_integer(from, "data", 0, UINT64_MAX, &layout->data);
    read_integer(from, "bss", 0, UINT64_MAX, &layout->bss);
    read_integer(from, "line", 0, UINT32_MAX, &call);
    add_definitions(making, from);
    if (read_string(from, "file", &file, &size)) {
        add_file(making, from, file);
        lua_pop(from->lua, 1);
        keep_source(making, buf_str(&making->assembly.text));
    } else {
        add_texts(making, from, (unsigned)call);
        keep_source(making, making->scenario->text);
    }
    if (!program_assemble(&setup->image, &setup->lines, &making->assembly,
                          &setup->diagnostics, &err))
        read_fail(from, "%s", err.text);
    assembly_release(&making->assembly);
}

/* elf{file=} and raw{file=, at=}. */
static void read_program_file(struct making *making, const struct reading *from,
                              bool raw, uint64_t at)
{
    struct err err = {0};
    const char *name;
    char *path;
    size_t size;
    bool ok;

    if (!read_string(from, "file", &name, &size))
        read_fail(from, "a program needs a 'file'");
    path = setup_file_path(making, from, name);
    ok = program_file(&making->setup->image, making->scenario->files, path, at, raw,
                      &err);
    if (ok && !raw)
        making->setup->elf[making->setup->elfs++] = path;
    else
        free(path);
    if (!ok)
        read_fail(from, "%s", err.text);
    lua_pop(from->lua, 1);
}

static void read_raw(struct making *making, const struct reading *from)
{
    uint64_t at = START;
    const char *bytes;
    size_t size;

    read_integer(from, "at", 0, UINT64_MAX, &at);
    if (read_string(from, "bytes", &bytes, &size)) {
        program_bytes(&making->setup->image, at, bytes, size);
        lua_pop(from->lua, 1);
    } else {
        read_program_file(making, from, true, at);
    }
}

void setup_read_programs(struct making *making, const struct reading *from)
{
    struct reading list, row;
    char kind[8];

    if (!read_table(from, "programs", &list, no_keys, true))
        read_fail(from, "'programs' is missing: a list of asm{}, elf{} and raw{}");
    for (lua_Integer n = 1; read_entry(&list, n, &row, NULL, false); n++) {
        if (n > SETUP_PROGRAMS)
            read_fail(&list, "more than %d programs", SETUP_PROGRAMS);
        if (!read_text(&row, "kind", kind, sizeof(kind)))
            read_fail(&row, "must be made by asm{}, elf{} or raw{}");
        if (strcmp(kind, "asm") == 0)
            read_asm(making, &row);
        else if (strcmp(kind, "elf") == 0)
            read_program_file(making, &row, false, START);
        else
            read_raw(making, &row);
        lua_pop(from->lua, 1);
    }
    if (!making->setup->image.segments)
        read_fail(&list, "there is nothing to run");
    symbols_sort(&making->setup->image.symbols);
    lines_sort(&making->setup->lines);
    lua_pop(from->lua, 1);
}

/* --- lines of ELF programs ------------------------------------------------------------ */

static void add_lines(struct lines *lines, const struct lines *part)
{
    uint32_t first = (uint32_t)lines->files;

    for (size_t i = 0; i < part->files; i++)
        lines_file(lines, part->file[i]);
    for (size_t i = 0; i < part->count; i++) {
        struct line line = part->line[i];

        if (line.file != LINE_NONE)
            line.file += first;
        lines_add(lines, line);
    }
}

/* The texts that are at hand. */
static void add_sources(struct setup *setup, struct files *files,
                        const struct lines *lines)
{
    for (size_t i = 0; i < lines->files && setup->sources < SETUP_SOURCES; i++) {
        uint8_t *text;
        size_t size;

        if (!has_source(setup, lines->file[i]) &&
            files_read(files, lines->file[i], &text, &size, NULL))
            setup->source[setup->sources++] =
                (struct source_text){alloc_string(lines->file[i]), (char *)text};
    }
}

static void read_guest_lines(struct setup *setup, struct files *files)
{
    struct image image;

    if (!setup->guest_symbols.count || setup->guest_lines.count ||
        !setup->initrd.path ||
        !image_init(&image, setup->initrd.path, setup->initrd.bytes, setup->initrd.size,
                    0, NULL))
        return;
    image_lines(&image, &setup->guest_lines);
    lines_sort(&setup->guest_lines);
    add_sources(setup, files, &setup->guest_lines);
    image_release(&image);
}

void setup_read_lines(struct setup *setup, struct files *files)
{
    for (unsigned i = 0; i < setup->elfs; i++) {
        struct image image;
        struct lines lines = {0};

        if (files_image(files, &image, setup->elf[i], 0, NULL)) {
            image_lines(&image, &lines);
            add_lines(&setup->lines, &lines);
            add_sources(setup, files, &lines);
            lines_release(&lines);
            image_release(&image);
        }
        free(setup->elf[i]);
    }
    setup->elfs = 0;
    lines_sort(&setup->lines);
    read_guest_lines(setup, files);
}
