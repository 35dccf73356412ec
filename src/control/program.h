#ifndef CONTROL_PROGRAM_H
#define CONTROL_PROGRAM_H

#include "base/buf.h"
#include "control/files.h"
#include "image/image.h"
#include "machine/isa/asm/asm.h"

/*
 * Programs of a scenario. Several can be put together in one image, which is what a board
 * starts with.
 */

/*
 * Assembly text that is put together of pieces, each of which knows where it comes from:
 * `line[i]` is the line of the file that line i of the text is. 0: of none.
 */
struct assembly {
    char *file;
    struct buf text;
    unsigned *line;
    size_t lines, room;
    struct asm_layout layout;
};

/* Adds text that begins on that line of the file (0: on none, as definitions do). Each
 * further line of it is `step` lines further down; 0: the file has it in one place. */
void assembly_add(struct assembly *assembly, const char *text, size_t size,
                  unsigned first_line, unsigned step);
void assembly_release(struct assembly *assembly);

/* Assembles and adds the program to the image, its source lines to `lines`. What is
 * wrong goes to `diagnostics`, whole lines of text; *err has their number. */
bool program_assemble(struct image *image, struct lines *lines,
                      const struct assembly *assembly, struct buf *diagnostics,
                      struct err *err);

/* Adds what a file holds: an ELF program, or raw bytes for that address. */
bool program_file(struct image *image, struct files *files, const char *path,
                  uint64_t raw_base, bool raw, struct err *err);

/* Adds bytes for that address. */
void program_bytes(struct image *image, uint64_t at, const void *bytes, size_t size);

#endif
