#ifndef GUEST_HYPERVISOR_REQUEST_H
#define GUEST_HYPERVISOR_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct guest;

enum {
    SEGMENTS = 18, /* the most that a guest's request may be in */
    PIECE = 64     /* sectors: what the disk is asked for at a time */
};

/* A piece of a guest's memory, checked, or of the hypervisor's. */
struct segment {
    void *at;
    uint64_t bytes; /* whole sectors */
};

/* What a guest's disk wants of the real one. A guest has one request at a time. */
struct request {
    bool busy; /* it has been submitted, and not answered */
    bool write;
    uint64_t lba; /* in the guest's part of the disk */
    struct segment segment[SEGMENTS];
    unsigned segments;
    void (*done)(struct guest *guest, bool good);
    /* The back end's own: what has been moved, and who is behind it in line. */
    unsigned at;    /* segment */
    uint64_t moved; /* bytes of it */
    struct guest *next;
};

#endif
