/* Files into images: what kind of program it is, and who reads it. */
#include "base/alloc.h"
#include "base/bits.h"
#include "image/elf.h"
#include "image/guest.h"
#include "image/image.h"
#include "image/raw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads until the end, whatever the file says its size is: it may be a pipe. */
static bool read_all(FILE *file, uint8_t **bytes, size_t *size)
{
    size_t room = 64 * 1024;
    size_t got;

    *size = 0;
    *bytes = alloc_resize(NULL, room + 1);
    while ((got = fread(*bytes + *size, 1, room - *size, file)) > 0) {
        *size += got;
        if (*size < room)
            continue;
        room *= 2;
        *bytes = alloc_resize(*bytes, room + 1);
    }
    (*bytes)[*size] = 0;
    return !ferror(file);
}

/* Opens a file by its path, or one of Ringside's own by its name. */
static FILE *open_file(const char *path, struct err *err)
{
    struct buf own = {0};
    FILE *file;

    if (guest_is_named(path) && !guest_path(&own, path, err)) {
        buf_free(&own);
        return NULL;
    }
    file = fopen(own.size ? own.data : path, "rb");
    if (!file)
        err_set(err, "cannot open '%s': %s", path, strerror(errno));
    buf_free(&own);
    return file;
}

bool image_read_file(const char *path, uint8_t **bytes, size_t *size, struct err *err)
{
    FILE *file = open_file(path, err);
    bool ok;

    if (!file)
        return false;
    ok = read_all(file, bytes, size);
    if (!ok) {
        err_set(err, "cannot read '%s': %s", path, strerror(errno));
        free(*bytes);
        *bytes = NULL;
    }
    fclose(file);
    return ok;
}

/* Makes the image of bytes that it owns from now on. */
static bool take(struct image *image, const char *name, uint8_t *bytes, size_t size,
                 uint64_t raw_base, struct err *err)
{
    bool ok;

    *image =
        (struct image){.name = alloc_string(name), .file = bytes, .file_size = size};
    image->is_elf = elf_recognize(bytes, size);
    ok = image->is_elf ? elf_read(image, err) : raw_read(image, raw_base, err);
    if (!ok) {
        err_prefix(err, "cannot load '%s'", name);
        image_release(image);
    }
    return ok;
}

bool image_init(struct image *image, const char *name, const void *bytes, size_t size,
                uint64_t raw_base, struct err *err)
{
    uint8_t *copy = alloc_zero(size + 1, 1);

    if (size)
        memcpy(copy, bytes, size);
    return take(image, name, copy, size, raw_base, err);
}

/* Anything can be a raw program, but nobody means a source text by it. */
static bool check_name(const char *path, struct err *err)
{
    static const struct {
        const char *ending, *what;
    } texts[] = {
        {".s", "assembly text; ringside asm makes a program of it"},
        {".S", "assembly text; ringside asm makes a program of it"},
        {".c", "C text; a compiler makes a program of it"},
        {".lua", "Lua text; ringside run and ringside watch take scenarios"},
    };
    const char *ending = strrchr(path, '.');

    for (size_t i = 0; ending && i < COUNT(texts); i++)
        if (strcmp(ending, texts[i].ending) == 0)
            return err_set(err, "cannot load '%s': it is %s", path, texts[i].what);
    return true;
}

bool image_is_database(const void *bytes, size_t size)
{
    return size >= DATABASE_HEADER && memcmp(bytes, "SQLite format 3", 16) == 0;
}

/* Nor a recording. */
static bool check_bytes(const char *path, const uint8_t *bytes, size_t size,
                        struct err *err)
{
    return !image_is_database(bytes, size) ||
           err_set(err,
                   "cannot load '%s': it is a database of SQLite; ringside open takes "
                   "recordings",
                   path);
}

bool image_open(struct image *image, const char *path, uint64_t raw_base,
                struct err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    *image = (struct image){0};
    if (!check_name(path, err) || !image_read_file(path, &bytes, &size, err))
        return false;
    if (check_bytes(path, bytes, size, err))
        return take(image, path, bytes, size, raw_base, err);
    free(bytes);
    return false;
}

/* Source texts of our own programs are where these are: "./src/guest/lib/print.c" was
 * relative to where they were built. */
static void name_own_sources(struct lines *lines)
{
    for (size_t i = 0; i < lines->files; i++) {
        const char *file = lines->file[i];
        struct buf name = {0};

        buf_printf(&name, GUEST_PREFIX "%s", strncmp(file, "./", 2) ? file : file + 2);
        free(lines->file[i]);
        lines->file[i] = name.data;
    }
}

void image_lines(const struct image *image, struct lines *lines)
{
    *lines = (struct lines){0};
    if (image->is_elf)
        elf_lines(image, lines);
    if (image->is_elf && guest_is_named(image->name))
        name_own_sources(lines);
}
