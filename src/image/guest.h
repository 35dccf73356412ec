#ifndef IMAGE_GUEST_H
#define IMAGE_GUEST_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Files that belong to Ringside itself, wherever it is installed: "guest:kernel" is the
 * program guests/kernel.elf, "guest:src/guest/kernel/main.c" a source text of it. Such a
 * name can be used wherever a file's can, and means the same on every computer.
 */
#define GUEST_PREFIX "guest:"

bool guest_is_named(const char *name);

/* Is it the name of a program: one word after the prefix? */
bool guest_is_program(const char *name);

/* Where the file of that name is. */
bool guest_path(struct buf *path, const char *name, struct err *err);

/* What results say which program they are of: XXH3 (64 bits) of the file's bytes, which
 * `xxhsum -H3` gives, too. */
uint64_t guest_hash(const void *bytes, size_t size);

#endif
