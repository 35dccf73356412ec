#ifndef OBSERVE_COMMIT_H
#define OBSERVE_COMMIT_H

#include "base/err.h"
#include "machine/device/medium.h"

/*
 * `disk commit`: writes a disk as it is now, its image with all changes, to a file. The
 * image's own file may be named too: it is replaced when the new one is complete, never
 * written in place. False: the reason is in `err`, and the file is as it was.
 */
bool commit_disk(const struct medium *disk, const char *path, struct err *err);

#endif
