#include "face/tui/picture/picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void make_text(struct buf *out, const struct canvas *canvas, enum theme theme)
{
    (void)theme;
    canvas_read(canvas, out);
}

/* By how the file's name ends. */
static const struct form {
    const char *ending;
    void (*make)(struct buf *out, const struct canvas *canvas, enum theme theme);
} forms[] = {
    {".txt", make_text},
    {".svg", picture_svg},
    {".html", picture_html},
    {NULL, NULL},
};

/* Beside the file first: what was there stays until the picture is whole. */
static bool write_file(const char *file, const struct buf *text, struct err *err)
{
    struct buf part = {0};
    FILE *out;
    bool written;

    buf_printf(&part, "%s.part", file);
    out = fopen(part.data, "w");
    written = out && fwrite(buf_str(text), 1, text->size, out) == text->size;
    if (out)
        written &= fclose(out) == 0;
    written = written && rename(part.data, file) == 0;
    if (!written) {
        err_set(err, "%.200s: %s", file, strerror(errno));
        remove(part.data);
    }
    buf_free(&part);
    return written;
}

bool picture_write(const struct canvas *canvas, enum theme theme, const char *file,
                   struct err *err)
{
    const char *ending = strrchr(file, '.');
    const struct form *form = forms;
    struct buf text = {0};
    bool written;

    while (form->ending && (!ending || strcmp(form->ending, ending) != 0))
        form++;
    if (!form->ending)
        return err_set(err, "%.200s: a picture is .txt, .svg or .html", file);
    form->make(&text, canvas, theme);
    written = write_file(file, &text, err);
    buf_free(&text);
    return written;
}
