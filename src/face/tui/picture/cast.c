#include "face/tui/picture/cast.h"

#include "base/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cast {
    FILE *file;
    struct canvas *before; /* NULL: no frame yet */
    uint64_t begun;
};

struct cast *cast_open(const char *file, struct err *err)
{
    struct cast *cast;
    FILE *out = fopen(file, "w");

    if (!out) {
        err_set(err, "%.200s: %s", file, strerror(errno));
        return NULL;
    }
    cast = alloc_zero(1, sizeof(*cast));
    cast->file = out;
    return cast;
}

static void put_header(struct cast *cast, const struct canvas *canvas)
{
    fprintf(
        cast->file,
        "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": \"Ringside\"}\n",
        canvas->cols, canvas->rows);
}

static void put_event(struct cast *cast, uint64_t ms, const char *code,
                      const struct buf *data)
{
    json_t *text = json_stringn(buf_str(data), data->size);
    char *quoted = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;

    if (quoted)
        fprintf(cast->file, "[%" PRIu64 ".%03" PRIu64 ", \"%s\", %s]\n", ms / 1000,
                ms % 1000, code, quoted);
    free(quoted);
    json_decref(text);
}

static bool is_size_of(const struct canvas *a, const struct canvas *b)
{
    return a && a->rows == b->rows && a->cols == b->cols;
}

static void remember(struct cast *cast, const struct canvas *canvas)
{
    size_t cells = (size_t)canvas->rows * (size_t)canvas->cols;

    if (!is_size_of(cast->before, canvas)) {
        canvas_free(cast->before);
        cast->before = canvas_new(canvas->rows, canvas->cols, canvas->tier);
    }
    memcpy(cast->before->cells, canvas->cells, cells * sizeof(*canvas->cells));
}

void cast_frame(struct cast *cast, const struct canvas *canvas, enum theme theme,
                uint64_t ms)
{
    struct buf data = {0};

    if (!cast->before) {
        cast->begun = ms;
        put_header(cast, canvas);
    } else if (!is_size_of(cast->before, canvas)) {
        buf_printf(&data, "%dx%d", canvas->cols, canvas->rows);
        put_event(cast, ms - cast->begun, "r", &data);
        buf_clear(&data);
    }
    picture_ansi(&data, canvas, cast->before, theme);
    if (data.size)
        put_event(cast, ms - cast->begun, "o", &data);
    buf_free(&data);
    remember(cast, canvas);
}

bool cast_close(struct cast *cast, struct err *err)
{
    bool written;

    if (!cast)
        return true;
    written = !ferror(cast->file);
    written &= fclose(cast->file) == 0;
    canvas_free(cast->before);
    free(cast);
    return written ||
           err_set(err, "the cast could not be written: %s", strerror(errno));
}
