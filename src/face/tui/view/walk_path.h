#ifndef FACE_TUI_VIEW_WALK_PATH_H
#define FACE_TUI_VIEW_WALK_PATH_H

#include "face/tui/watch/watch.h"
#include "machine/iommu/iommu_translate.h"

/*
 * A walk for who draws it: the entries that lead from a register to a page, of a hart or
 * of an IOMMU, as the tables are now; and of the walk that events have told of, what each
 * entry cost.
 */
enum { WALK_ENTRIES = 48 };

/* Where an entry came from. */
enum walk_how {
    WALK_LOOKED, /* nobody walks: the tables are looked at */
    WALK_READ,   /* it was read, at a price */
    WALK_KEPT,   /* a cache had it, or what follows from it */
    WALK_AHEAD   /* not read yet */
};

struct walk_entry {
    unsigned table; /* enum walk_stage or enum iommu_directory */
    unsigned level;
    uint64_t va, at, gpa, entry;
    enum walk_outcome outcome;
    enum walk_how how;
    uint32_t price;
};

/* Which walk. */
struct walk_target {
    bool is_iommu;
    unsigned hart;
    uint32_t device_id;
    uint64_t va;    /* or IOVA */
    uint8_t access; /* ACCESS_LOAD, _STORE or _FETCH */
    uint8_t mode;   /* of the hart; MODES: as it is now */
    int anchor;     /* the event of the window that tells of it; -1: none */
};

struct walk_path {
    struct walk_target target;
    const struct iommu *iommu; /* NULL: a hart's */
    struct stages stages;      /* of a hart */
    struct iommu_end iommu_end;
    struct translation end;
    bool two, bare, refused, no_address;
    unsigned entries;
    struct walk_entry entry[WALK_ENTRIES];
    int last;   /* the entry that decides; -1: none was read */
    int shown;  /* entries that have been reached so far */
    bool told;  /* events have told of it: `how` and `price` say how it went */
    bool kept;  /* the TLB, or the translation cache, has it */
    bool stale; /* ... and what it has is not what a walk would find */
    uint64_t kept_pa, pa;
    unsigned page_bits;
    unsigned reads;
    uint64_t cycles;
};

/* What `about` names: "hart 0 0x80201000", "dma0 0x40005000", "device 0x104 0x40005000";
 * "": what the event tells of, else the last walk, else the last access. False: nothing
 * has been translated. */
bool walk_choose(const struct watch *watch, const char *about,
                 struct walk_target *target);

/* The entries that the walk to the target reads, and where it ends. */
void walk_path_of(const struct watch *watch, const struct walk_target *target,
                  struct walk_path *path);

/* "hart 0", "dma0 ch 0", "device 0x104" */
void walk_name_asker(const struct watch *watch, const struct walk_target *target,
                     char *text, size_t room);

/* The DMA controller and channel with that device id; NULL: there is none. */
const struct device *walk_dma(const struct watch *watch, uint32_t device_id,
                              unsigned *channel);

#endif
