#ifndef IMAGE_LINES_H
#define IMAGE_LINES_H

#include <stddef.h>
#include <stdint.h>

/* The code from `address` up to the next row belongs to that line of that file. */
struct line {
    uint64_t address;
    uint32_t file; /* index in lines.file; LINE_NONE: what follows has no line */
    uint32_t line;
};

#define LINE_NONE UINT32_MAX

/* Which source line each instruction comes from. */
struct lines {
    struct line *line; /* after lines_sort, in order of address, one row each */
    size_t count, room;
    char **file;
    size_t files;
};

/* A file's index, for rows; the name is copied. */
uint32_t lines_file(struct lines *lines, const char *name);
void lines_add(struct lines *lines, struct line line);
void lines_sort(struct lines *lines);
void lines_release(struct lines *lines);

/* The row that an address belongs to; NULL: none. */
const struct line *lines_at(const struct lines *lines, uint64_t address);

#endif
