#ifndef IMAGE_ELF_H
#define IMAGE_ELF_H

#include "image/image.h"

/* Do the bytes begin as an ELF file does? */
bool elf_recognize(const uint8_t *bytes, size_t size);

/*
 * Fills in segments, entry and symbols from the image's bytes. Refused, with the reason:
 * a file that is not a 64-bit little-endian RISC-V executable, or is cut short, or whose
 * segments overlap.
 */
bool elf_read(struct image *image, struct err *err);

/* Collects the rows of all line tables (DWARF). */
void elf_lines(const struct image *image, struct lines *lines);

#endif
