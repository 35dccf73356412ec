#ifndef CONTROL_STATE_FOLDER_H
#define CONTROL_STATE_FOLDER_H

#include "base/buf.h"

#include <stdbool.h>

/*
 * Where the tool keeps what is its user's: $XDG_STATE_HOME/ringside, or
 * ~/.local/state/ringside where that is not set. A relative XDG_STATE_HOME is invalid, says
 * the XDG Base Directory Specification.
 */

/* The path of `name` in there ("runs/" for a folder). False: there is no such place. */
bool state_path(struct buf *path, const char *name);

/* Makes all folders that a path goes through; errno says why not. */
bool make_folders(char *path);

#endif
