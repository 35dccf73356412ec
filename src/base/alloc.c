#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *or_die(void *got)
{
    if (!got) {
        fputs("ringside: out of memory\n", stderr);
        abort();
    }
    return got;
}

void *alloc_zero(size_t count, size_t size)
{
    return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_resize(void *had, size_t size)
{
    return or_die(realloc(had, size ? size : 1));
}

char *alloc_string(const char *text)
{
    return or_die(strdup(text));
}

void *alloc_pages(size_t bytes)
{
    void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return or_die(got == MAP_FAILED ? NULL : got);
}

void free_pages(void *pages, size_t bytes)
{
    if (pages)
        munmap(pages, bytes);
}
