#include "image/lines.h"

#include "base/alloc.h"

#include <stdlib.h>

uint32_t lines_file(struct lines *lines, const char *name)
{
    lines->file = alloc_resize(lines->file, (lines->files + 1) * sizeof(char *));
    lines->file[lines->files] = alloc_string(name);
    return (uint32_t)lines->files++;
}

void lines_add(struct lines *lines, struct line line)
{
    if (lines->count == lines->room) {
        lines->room = lines->room ? lines->room * 2 : 256;
        lines->line = alloc_resize(lines->line, lines->room * sizeof(*lines->line));
    }
    lines->line[lines->count++] = line;
}

/*
 * Where one sequence of rows ends and the next begins, the beginning counts: the end is
 * put first. Of two rows of one address the higher line is put last: it is the one that
 * the address is left with.
 */
static int by_address(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if ((a->file == LINE_NONE) != (b->file == LINE_NONE))
        return a->file == LINE_NONE ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

void lines_sort(struct lines *lines)
{
    size_t kept = 0;

    if (!lines->count)
        return;
    qsort(lines->line, lines->count, sizeof(*lines->line), by_address);
    for (size_t i = 0; i < lines->count; i++) {
        if (kept && lines->line[kept - 1].address == lines->line[i].address)
            kept--;
        lines->line[kept++] = lines->line[i];
    }
    lines->count = kept;
}

void lines_release(struct lines *lines)
{
    for (size_t i = 0; i < lines->files; i++)
        free(lines->file[i]);
    free(lines->file);
    free(lines->line);
    *lines = (struct lines){0};
}

const struct line *lines_at(const struct lines *lines, uint64_t address)
{
    size_t low = 0, high = lines->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lines->line[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || lines->line[low - 1].file == LINE_NONE)
        return NULL;
    return &lines->line[low - 1];
}
