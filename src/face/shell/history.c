#include "face/shell/history.h"

#include "control/state_folder.h"

#include <fcntl.h>
#include <readline/history.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 5000 };

static struct buf file; /* its path; empty: history is not kept */

void history_begin(void)
{
    int made;

    if (!state_path(&file, "history"))
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
