#ifndef IMAGE_ELF_CODE_H
#define IMAGE_ELF_CODE_H

#include "image/image.h"

/* A section of an ELF file that holds instructions. */
struct code_section {
    const char *name; /* in the image's bytes */
    uint64_t address, size;
    const uint8_t *bytes;
};

/*
 * The sections with instructions, in order of address; the caller frees *sections. A file
 * without section headers has its executable segments instead.
 */
bool elf_code(const struct image *image, struct code_section **sections, size_t *count,
              struct err *err);

#endif
