#include "control/state_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool state_path(struct buf *path, const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    buf_clear(path);
    if (state && state[0] == '/')
        buf_printf(path, "%s/ringside/%s", state, name);
    else if (home && home[0] == '/')
        buf_printf(path, "%s/.local/state/ringside/%s", home, name);
    return path->size > 0;
}

bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        bool ok;

        *slash = '\0';
        ok = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!ok)
            return false;
    }
    return true;
}
