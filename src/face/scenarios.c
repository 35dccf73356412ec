#include "face/scenarios.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/clean.h"
#include "control/scenario.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat stat_of;

    return stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
}

/* Where the scenarios are: beside the caller, the build or the installed program. */
static void find_folder(struct buf *folder)
{
    static const char *const places[] = {"../scenarios", "../share/ringside/scenarios"};
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    buf_text(folder, "scenarios");
    if (is_folder(folder->data) || length <= 0)
        return;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    for (unsigned i = 0; i < COUNT(places); i++) {
        buf_clear(folder);
        buf_printf(folder, "%s/%s", self, places[i]);
        if (is_folder(folder->data))
            return;
    }
}

static int is_scenario(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void put_scenario(struct buf *out, const struct scenario *scenario)
{
    buf_printf(out, "%s\n    %s\n", scenario->path, scenario->title);
    for (unsigned i = 0; i < scenario->variants; i++)
        buf_printf(out, "    --variant %-20s %s\n", scenario->variant[i].name,
                   scenario->variant[i].title);
    for (unsigned i = 0; i < scenario->parameters; i++) {
        struct buf setting = {0};

        parameter_put(&setting, &scenario->parameter[i]);
        buf_printf(out, "    --set %-24s %s\n", setting.data,
                   scenario->parameter[i].help ? scenario->parameter[i].help : "");
        buf_free(&setting);
    }
}

/* Prints line by line: what a scenario says of itself is not to be trusted. */
static void print_lines(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        struct buf line = {0}, clean = {0};

        buf_add(&line, text, length);
        put_clean(&clean, buf_str(&line));
        puts(buf_str(&clean));
        buf_free(&line);
        buf_free(&clean);
        text += length + (text[length] == '\n');
    }
}

static void list_one(const char *folder, const char *name)
{
    struct buf path = {0}, out = {0};
    struct err err = {0};
    struct scenario *scenario;

    buf_printf(&path, "%s/%s", folder, name);
    scenario = scenario_open(path.data, NULL, &err);
    if (scenario)
        put_scenario(&out, scenario);
    else
        buf_printf(&out, "%s\n    cannot be used: %s\n", path.data, err.text);
    print_lines(buf_str(&out));
    scenario_free(scenario);
    buf_free(&path);
    buf_free(&out);
}

bool list_scenarios(const char *asked, struct err *err)
{
    struct dirent **entries;
    struct buf folder = {0};
    int count;

    if (asked)
        buf_text(&folder, asked);
    else
        find_folder(&folder);
    count = scandir(folder.data, &entries, is_scenario, by_name);
    if (count < 0) {
        err_set(err, "cannot list '%s': %s", folder.data, strerror(errno));
    } else {
        for (int i = 0; i < count; i++) {
            list_one(folder.data, entries[i]->d_name);
            free(entries[i]);
        }
        free(entries);
    }
    buf_free(&folder);
    return count >= 0;
}
