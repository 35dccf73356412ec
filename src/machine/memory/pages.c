#include "machine/memory/pages.h"

#include "base/alloc.h"

void pages_init(struct pages *pages, uint64_t count)
{
    *pages = (struct pages){.count = count};
    if (count == 0)
        return;
    pages->bytes = alloc_pages(count << PAGE_SHIFT);
    pages->flags = alloc_pages(count);
    pages->list = alloc_pages(count * sizeof(*pages->list));
}

void pages_release(struct pages *pages)
{
    if (pages->count) {
        free_pages(pages->bytes, pages->count << PAGE_SHIFT);
        free_pages(pages->flags, pages->count);
        free_pages(pages->list, pages->count * sizeof(*pages->list));
    }
    *pages = (struct pages){0};
}

void pages_noted(struct pages *pages)
{
    for (uint64_t i = 0; i < pages->changed; i++)
        pages->flags[pages->list[i]] = PAGE_USED;
    pages->changed = 0;
}
