#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/err.h"
#include "image/lines.h"
#include "image/symbols.h"
#include "machine/memory/ram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes for a range of physical addresses: `filled` of them, then zeros up to `size`. */
struct segment {
    uint64_t pa, size;
    uint64_t va; /* where the program believes it to be */
    const uint8_t *bytes;
    uint64_t filled;
    /* So many of its first bytes belong to no section that is to be in memory. Linkers
     * put the ELF headers there, in a page before the program's first. */
    uint64_t spare;
};

/*
 * A program as it comes from a file: an ELF, or raw bytes that are put at an address that
 * somebody else knows.
 */
struct image {
    char *name; /* for messages: the file's */
    uint8_t *file;
    size_t file_size;
    bool is_elf;
    uint64_t entry; /* physical address of the first instruction */
    struct segment *segment;
    unsigned segments;
    struct symbols symbols; /* virtual addresses; none in a raw image */
    /* Physical addresses of the words by which a program talks to a host (HTIF, as in
     * riscv-tests); 0: the program has no such symbol. */
    uint64_t tohost, fromhost;
};

/* --- image_open.c -------------------------------------------------------------- */

/* Reads a whole file; the caller frees *bytes. A zero byte follows the last one. Here and
 * below a path may name a file of Ringside's own (guest.h). */
bool image_read_file(const char *path, uint8_t **bytes, size_t *size, struct err *err);

/* Are these the first bytes of a database of SQLite, as recordings are? It has a whole
 * header then (SQLite's file format, 1.3). */
enum { DATABASE_HEADER = 100 };
bool image_is_database(const void *bytes, size_t size);

/* Makes an image of a file's bytes, which are copied. What does not begin as an ELF file
 * does is raw: its bytes go to `raw_base`, and it starts with the first. */
bool image_init(struct image *image, const char *name, const void *bytes, size_t size,
                uint64_t raw_base, struct err *err);
bool image_open(struct image *image, const char *path, uint64_t raw_base,
                struct err *err);

/* The source lines of an ELF's code, by its virtual addresses. They are read only where
 * somebody wants to see them: those of a kernel take seconds. */
void image_lines(const struct image *image, struct lines *lines);

/* --- image.c ------------------------------------------------------------------- */

void image_release(struct image *image);

/* What is loaded of a segment: all of it, less spare bytes that RAM has no place for. */
struct segment image_part(const struct segment *segment, const struct ram *ram);

/* Puts all segments into RAM; one that does not fit into it is refused. */
bool image_load(const struct image *image, struct ram *ram, struct err *err);

#endif
