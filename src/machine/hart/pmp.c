/*
 * Physical memory protection (Privileged 1.13, 3.7): 16 entries of any granularity from
 * 4 bytes up, each an address range with permissions. Entries are tried in order of
 * number, and the first that matches any byte of an access decides it:
 *
 *   all bytes match     L=0 and M-mode: allowed; otherwise by R, W, X
 *   some bytes match    refused, whatever the entry permits
 *   no entry matches    M-mode: allowed; S- and U-mode: refused
 *
 * So after reset, with every entry off, S- and U-mode can access nothing.
 */
#include "machine/hart/hart.h"

#include <assert.h>

/* A range of physical addresses with its ends included; empty if last < first. */
struct range {
    uint64_t first, last;
};

static const struct range nothing = {.first = 1, .last = 0};

/* pmpaddr holds address bits 55:2. In NAPOT the run of ones at its low end tells the
 * size: none is 8 bytes, each one doubles it. */
static struct range napot_range(uint64_t pmpaddr)
{
    uint64_t ones = pmpaddr ^ (pmpaddr + 1); /* the run of ones and the zero above it */

    return (struct range){.first = (pmpaddr & ~ones) << 2,
                          .last = ((pmpaddr | ones) << 2) | 3};
}

/* Top of range: from the preceding pmpaddr (whatever its own entry says) up to below
 * this one. */
static struct range tor_range(uint64_t bottom, uint64_t top)
{
    if (top <= bottom)
        return nothing;
    return (struct range){.first = bottom << 2, .last = (top << 2) - 1};
}

static struct range entry_range(const struct hart *hart, unsigned i)
{
    uint64_t addr = hart->csr.pmpaddr[i];

    switch ((enum pmp_matching)field_get(hart->csr.pmpcfg[i], PMP_A)) {
    case PMP_TOR:
        return tor_range(i > 0 ? hart->csr.pmpaddr[i - 1] : 0, addr);
    case PMP_NA4:
        return (struct range){.first = addr << 2, .last = (addr << 2) | 3};
    case PMP_NAPOT:
        return napot_range(addr);
    case PMP_OFF:
    default:
        return nothing;
    }
}

/* The first entry that matches any of these bytes; -1: none does. */
static int first_match(const struct hart *hart, struct range asked)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        struct range entry = entry_range(hart, i);

        if (entry.first <= entry.last && entry.last >= asked.first &&
            entry.first <= asked.last)
            return (int)i;
    }
    return -1;
}

/* What the first matching entry says about all of the range: true, and what it
 * permits; false: it matches some bytes only. */
static bool find_permissions(const struct hart *hart, struct range asked, uint8_t mode,
                             uint8_t *permissions)
{
    int match = first_match(hart, asked);
    struct range entry;
    uint8_t cfg;

    *permissions = mode == MODE_M ? PMP_RWX : 0;
    if (match < 0)
        return true;
    entry = entry_range(hart, (unsigned)match);
    cfg = hart->csr.pmpcfg[match];
    if (!(mode == MODE_M && !(cfg & PMP_L)))
        *permissions = cfg & PMP_RWX;
    return asked.first >= entry.first && asked.last <= entry.last;
}

static uint8_t permission_for(uint8_t access)
{
    switch ((enum event_access)access) {
    case ACCESS_LOAD:
        return PMP_R;
    case ACCESS_FETCH:
        return PMP_X;
    case ACCESS_STORE:
    case ACCESS_AMO:
        return PMP_W;
    case ACCESS_NONE:
        break;
    }
    return 0;
}

bool pmp_allows(const struct hart *hart, uint64_t pa, uint64_t size, uint8_t access,
                uint8_t mode)
{
    struct range asked = {.first = pa, .last = pa + size - 1};
    uint8_t permissions;

    assert(size > 0);
    return find_permissions(hart, asked, mode, &permissions) &&
           (permissions & permission_for(access));
}

bool pmp_page_uniform(const struct hart *hart, uint64_t pa, uint8_t mode,
                      uint8_t *permissions)
{
    struct range page = {.first = pa & ~BITS(11, 0), .last = pa | BITS(11, 0)};

    return find_permissions(hart, page, mode, permissions);
}

int pmp_deciding(const struct hart *hart, uint64_t pa, uint64_t size)
{
    return first_match(hart, (struct range){.first = pa, .last = pa + size - 1});
}
