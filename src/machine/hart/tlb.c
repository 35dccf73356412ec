/*
 * The TLB: a small set-associative memory of translations, each as it was when it was
 * read. Nothing keeps it in step with the tables in memory; that is what sfence.vma is
 * for (Privileged 1.13, 12.2.1), and a program that forgets it sees stale translations.
 *
 * An entry translates 4 KiB. Of a superpage or a 64 KiB Svnapot page each 4 KiB that is
 * used has an entry of its own, which remembers how large its page is ("fractured"
 * superpages, as several real harts have them). So a lookup looks in one set, whatever
 * the page sizes; a fence by address looks at all entries, because it must drop every
 * fragment of the page that the address is in.
 *
 * In each set entries are replaced in the order in which they came. A hit changes
 * nothing.
 */
#include "base/alloc.h"
#include "machine/hart/hart.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool tlb_init(struct tlb *tlb, unsigned entries, unsigned ways)
{
    unsigned sets = ways > 0 ? entries / ways : 0;

    if (ways > UINT8_MAX || entries > TLB_MAX || sets == 0 || sets * ways != entries ||
        (sets & (sets - 1)) != 0)
        return false;
    *tlb = (struct tlb){.sets = sets,
                        .ways = ways,
                        .entries = alloc_zero(entries, sizeof(struct tlb_entry)),
                        .victim = alloc_zero(sets, 1)};
    return true;
}

void tlb_release(struct tlb *tlb)
{
    free(tlb->entries);
    free(tlb->victim);
    *tlb = (struct tlb){0};
}

static unsigned set_of(const struct tlb *tlb, uint64_t vpn)
{
    return (unsigned)vpn & (tlb->sets - 1);
}

static struct tlb_entry *entries_of(const struct tlb *tlb, unsigned set)
{
    return &tlb->entries[set * tlb->ways];
}

/* A global mapping is in every address space. */
static bool serves(const struct tlb_entry *entry, uint64_t vpn, uint16_t asid)
{
    return entry->valid && entry->vpn == vpn && (entry->global || entry->asid == asid);
}

const struct tlb_entry *tlb_find(const struct tlb *tlb, uint64_t va, uint16_t asid)
{
    uint64_t vpn = va >> RAM_PAGE_SHIFT;
    const struct tlb_entry *entries = entries_of(tlb, set_of(tlb, vpn));

    for (unsigned way = 0; way < tlb->ways; way++)
        if (serves(&entries[way], vpn, asid))
            return &entries[way];
    return NULL;
}

/* Where a new entry goes: over an older translation of the same address, so that a
 * lookup never has two to choose from; else to the way whose turn it is. */
static unsigned choose_way(struct tlb *tlb, unsigned set, const struct tlb_entry *entry)
{
    const struct tlb_entry *entries = entries_of(tlb, set);
    unsigned way;

    assert(tlb->ways > 0);
    for (way = 0; way < tlb->ways; way++)
        if (serves(&entries[way], entry->vpn, entry->asid))
            return way;
    way = tlb->victim[set];
    tlb->victim[set] = (uint8_t)((way + 1) % tlb->ways);
    return way;
}

struct tlb_entry tlb_fill(struct tlb *tlb, struct tlb_entry entry, unsigned *set,
                          unsigned *way)
{
    struct tlb_entry *slot, replaced;

    *set = set_of(tlb, entry.vpn);
    *way = choose_way(tlb, *set, &entry);
    slot = &entries_of(tlb, *set)[*way];
    replaced = *slot;
    *slot = entry;
    slot->valid = 1;
    return replaced;
}

/* Is `vpn` in the page that this entry is a part of? */
static bool in_page(const struct tlb_entry *entry, uint64_t vpn)
{
    unsigned shift = entry->napot ? NAPOT_BITS : entry->level * VPN_BITS;

    return entry->vpn >> shift == vpn >> shift;
}

/* sfence.vma's rules: with an address, the translations of the page it is in; with an
 * ASID, those of that address space but not global ones. */
static bool is_fenced(const struct tlb_entry *entry, const uint64_t *va,
                      const uint16_t *asid)
{
    if (va && !in_page(entry, *va >> RAM_PAGE_SHIFT))
        return false;
    return !asid || (!entry->global && entry->asid == *asid);
}

unsigned tlb_flush(struct tlb *tlb, const uint64_t *va, const uint16_t *asid)
{
    unsigned dropped = 0;

    for (unsigned i = 0; i < tlb->sets * tlb->ways; i++) {
        struct tlb_entry *entry = &tlb->entries[i];

        if (!entry->valid || !is_fenced(entry, va, asid))
            continue;
        *entry = (struct tlb_entry){0};
        dropped++;
    }
    /* An empty TLB is as after reset: every set is filled from its first way on. */
    if (!va && !asid)
        memset(tlb->victim, 0, tlb->sets);
    return dropped;
}

_Static_assert(sizeof(struct tlb_entry) == 32, "an entry has no holes");

void tlb_state(struct tlb *tlb, struct state *state)
{
    state_bytes(state, "entries", tlb->entries,
                (size_t)tlb->sets * tlb->ways * sizeof(tlb->entries[0]));
    state_bytes(state, "victim", tlb->victim, tlb->sets);
}
