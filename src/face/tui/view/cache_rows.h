#ifndef FACE_TUI_VIEW_CACHE_ROWS_H
#define FACE_TUI_VIEW_CACHE_ROWS_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"
#include "machine/iommu/iommu.h"

/* What caches of translation hold, as rows of text: peeks, in the caches' own order. */
enum { CACHE_ROWS = 512, CACHE_TEXT = 40 };

struct cache_row {
    char kind[8];                 /* "page", "GPA", "device" */
    char key[CACHE_TEXT];         /* a virtual address, or who */
    char value[CACHE_TEXT];       /* a physical address */
    char whose[CACHE_TEXT];       /* "ASID 7 VMID 3", "GSCID 1" */
    char bits[CACHE_TEXT];        /* "DAGUXWRV" of the leaves, pages' sizes */
    char now[CACHE_TEXT];         /* stale: what the tables say now */
    char name[THING_NAME];        /* the page's address */
    bool used, filled_now, stale; /* by what is told of; differs from the tables */
    bool has_filled;              /* in the window */
    uint64_t filled;              /* at that cycle */
};

struct cache_rows {
    char title[64], note[64];
    int count;
    struct cache_row row[CACHE_ROWS];
};

struct cache_rows *cache_rows_new(void);
void cache_rows_free(struct cache_rows *rows);

void cache_rows_of_tlb(const struct watch *watch, unsigned hart,
                       struct cache_rows *rows);
void cache_rows_of_iommu(const struct watch *watch, const struct iommu *iommu,
                         struct cache_rows *rows);

#endif
