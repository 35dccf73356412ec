#include "face/shell/history.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <readline/history.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES = 5000 };

static struct buf file; /* its path; empty: history is not kept */

/* Makes the folders that the path goes through. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* A relative XDG_STATE_HOME is invalid, says the XDG Base Directory Specification. */
static void find_file(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    buf_clear(&file);
    if (state && state[0] == '/')
        buf_printf(&file, "%s/ringside/history", state);
    else if (home && home[0] == '/')
        buf_printf(&file, "%s/.local/state/ringside/history", home);
}

void history_begin(void)
{
    int made;

    find_file();
    if (!file.size)
        return;
    make_folders(file.data);
    made = open(file.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (made < 0) {
        buf_clear(&file);
        return;
    }
    close(made);
    read_history(file.data);
    stifle_history(LINES);
}

void history_take(const char *line)
{
    const HIST_ENTRY *last =
        history_length ? history_get(history_base + history_length - 1) : NULL;

    if (last && strcmp(last->line, line) == 0)
        return;
    add_history(line);
    if (file.size)
        append_history(1, file.data);
}

void history_end(void)
{
    if (file.size)
        history_truncate_file(file.data, LINES);
    clear_history();
    buf_free(&file);
}
