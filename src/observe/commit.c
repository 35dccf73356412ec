#include "observe/commit.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_sectors(const struct medium *medium, FILE *file)
{
    uint8_t bytes[SECTOR];

    for (uint64_t lba = 0; lba < medium->sectors; lba++) {
        medium_read(medium, lba, bytes);
        if (fwrite(bytes, SECTOR, 1, file) != 1)
            return false;
    }
    return fflush(file) == 0;
}

/* A new file beside `path`, with the rights of the old one or those of any new file. */
static FILE *create_beside(const char *path, struct buf *name)
{
    struct stat old;
    mode_t mask = umask(0);
    mode_t mode = stat(path, &old) == 0 ? old.st_mode & 0777 : 0666 & ~mask;
    int file;

    umask(mask);
    buf_printf(name, "%s.XXXXXX", path);
    file = mkstemp(name->data);
    if (file < 0)
        return NULL;
    if (fchmod(file, mode) != 0) {
        close(file);
        return NULL;
    }
    return fdopen(file, "wb");
}

bool commit_disk(const struct medium *disk, const char *path, struct err *err)
{
    struct buf name = {0};
    FILE *file = create_beside(path, &name);
    bool good = file && write_sectors(disk, file);
    int why = errno;

    if (file && fclose(file) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(name.data, path) != 0) {
        good = false;
        why = errno;
    }
    if (!good) {
        err_set(err, "cannot write the disk to '%s': %s", path, strerror(why));
        if (file)
            remove(name.data);
    }
    buf_free(&name);
    return good;
}
