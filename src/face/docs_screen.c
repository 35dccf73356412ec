#include "face/docs_screen.h"

#include "face/tui/screen/keys.h"
#include "face/tui/screen/layout.h"

#include <stdio.h>

static const char *const class_names[] = {
    [VIEW_COUNTERS] = "the machine as it stands",
    [VIEW_DEVICES] = "a fold over events of devices",
    [VIEW_INSTRUCTIONS] = "the last instructions, replayed",
};

/* Cells of a table keep their bars. */
static void put(const char *text)
{
    for (; text && *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

void docs_views(void)
{
    printf("| view | what it shows | what stands behind it | it can be of | as text |\n"
           "| --- | --- | --- | --- | --- |\n");
    for (const struct view *const *view = views; *view; view++) {
        printf("| `%s` | ", (*view)->name);
        put((*view)->help);
        printf(" | %s | ", class_names[(*view)->class]);
        put((*view)->about);
        printf(" | `%s` |\n", (*view)->tells);
    }
}

void docs_layouts(void)
{
    printf("| layout | for | panes |\n| --- | --- | --- |\n");
    for (const struct layout_info *info = layout_infos; info->name; info++)
        printf("| `%s` | %s | `%s` |\n", info->name, info->help,
               info->text ? info->text : "stage, everything");
}

void docs_keys(void)
{
    printf("| key | | |\n| --- | --- | --- |\n");
    for (int group = 0; group < KEY_GROUPS; group++)
        for (unsigned i = 0; i < keys_count; i++)
            if (keys[i].group == (enum key_group)group)
                printf("| `%s` | %s | %s |\n", keys[i].name, keys[i].verb,
                       keys[i].help);
}
