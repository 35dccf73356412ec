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

bool picture_write(const struct canvas *canvas, enum theme theme, const char *file,
                   struct err *err)
{
    const char *ending = strrchr(file, '.');
    const struct form *form = forms;
    struct buf text = {0};
    FILE *out;
    bool written;

    while (form->ending && (!ending || strcmp(form->ending, ending) != 0))
        form++;
    if (!form->ending)
        return err_set(err, "%.200s: a picture is .txt, .svg or .html", file);
    out = fopen(file, "w");
    if (!out)
        return err_set(err, "%.200s: %s", file, strerror(errno));
    form->make(&text, canvas, theme);
    fputs(buf_str(&text), out);
    written = !ferror(out);
    buf_free(&text);
    if (fclose(out) != 0 || !written)
        return err_set(err, "%.200s: %s", file, strerror(errno));
    return true;
}
