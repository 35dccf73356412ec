#include "face/tui/viewer/layouts.h"

#include "base/buf.h"
#include "control/state_folder.h"
#include "face/tui/screen/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static FILE *open_file(const char *mode)
{
    struct buf path = {0};
    FILE *file = NULL;

    if (state_path(&path, "layouts") && (*mode == 'r' || make_folders(path.data)))
        file = fopen(path.data, mode);
    buf_free(&path);
    return file;
}

struct layouts layouts_read(void)
{
    struct layouts layouts = {0};
    FILE *file = open_file("r");
    char line[LAYOUTS_NAME + LAYOUTS_TEXT];

    while (file && layouts.count < LAYOUTS_SAVED && fgets(line, sizeof(line), file)) {
        struct saved_layout *saved = &layouts.saved[layouts.count];

        if (sscanf(line, "%31s %479[^\n]", saved->name, saved->text) == 2)
            layouts.count++;
    }
    if (file)
        fclose(file);
    return layouts;
}

const char *layouts_find(const struct layouts *layouts, const char *name)
{
    for (unsigned i = 0; i < layouts->count; i++)
        if (strcmp(layouts->saved[i].name, name) == 0)
            return layouts->saved[i].text;
    return NULL;
}

static bool is_name(const char *name)
{
    return name[0] && strlen(name) < LAYOUTS_NAME && !strpbrk(name, " \t/(*@");
}

static struct saved_layout *place_for(struct layouts *layouts, const char *name)
{
    for (unsigned i = 0; i < layouts->count; i++)
        if (strcmp(layouts->saved[i].name, name) == 0)
            return &layouts->saved[i];
    return layouts->count < LAYOUTS_SAVED ? &layouts->saved[layouts->count++] : NULL;
}

bool layouts_save(const char *name, const char *text, struct err *err)
{
    struct layouts layouts = layouts_read();
    struct saved_layout *saved = place_for(&layouts, name);
    FILE *file;
    bool written;

    if (!is_name(name))
        return err_set(err, "'%.40s' is no name for a layout: one word of letters",
                       name);
    if (layout_named(name))
        return err_set(err, "'%s' is a layout of Ringside's own", name);
    if (!saved || strlen(text) >= LAYOUTS_TEXT)
        return err_set(err, saved ? "the layout is too long"
                                  : "16 layouts are saved "
                                    "already");
    snprintf(saved->name, sizeof(saved->name), "%s", name);
    snprintf(saved->text, sizeof(saved->text), "%s", text);
    file = open_file("w");
    if (!file)
        return err_set(err, "the file of layouts cannot be written: %s",
                       strerror(errno));
    for (unsigned i = 0; i < layouts.count; i++)
        fprintf(file, "%s %s\n", layouts.saved[i].name, layouts.saved[i].text);
    written = !ferror(file);
    if (fclose(file) != 0 || !written)
        return err_set(err, "the file of layouts cannot be written: %s",
                       strerror(errno));
    return true;
}
