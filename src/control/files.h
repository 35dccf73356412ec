#ifndef CONTROL_FILES_H
#define CONTROL_FILES_H

#include "base/err.h"
#include "image/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The files that a run is made of: scenario, programs, disks, source texts. Whoever opens
 * one reads it here, so that all of them are known afterwards and can be kept in a
 * recording; a run that is opened from a recording finds them here and nowhere else.
 */
struct files {
    size_t count, room;
    struct file {
        char *path;
        uint8_t *bytes;
        size_t size;
    } * file;
    bool closed; /* there are no others: the disk is not asked */
};

/* Reads a whole file; the caller frees *bytes. A zero byte follows the last one. `files`
 * NULL: nobody wants to know. */
bool files_read(struct files *files, const char *path, uint8_t **bytes, size_t *size,
                struct err *err);

/* The same for a program, as image_open. */
bool files_image(struct files *files, struct image *image, const char *path,
                 uint64_t raw_base, struct err *err);

/* Adds a file, or does nothing if it has one of that path. The bytes are copied. */
void files_add(struct files *files, const char *path, const void *bytes, size_t size);
void files_copy(struct files *to, const struct files *from);
void files_release(struct files *files);

#endif
