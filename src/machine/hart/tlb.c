/*
 * The TLB: a small set-associative memory of translations, each as it was when it was
 * read. Nothing keeps it in step with the tables in memory; that is what sfence.vma is
 * for (Privileged 1.13, 12.2.1), and a program that forgets it sees stale translations.
 *
 * An entry of a guest holds both stages at once: from a guest's virtual address straight
 * to the physical one, with the leaves of both, as either may forbid an access. It knows
 * the guest physical address between them, so that a fence of the G-stage by address
 * (hfence.gvma, 15.3.2) finds what leads through it.
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
#include "machine/hart/tlb.h"
#include "base/alloc.h"
#include "base/bits.h"
#include "machine/memory/ram.h"
#include "machine/translate/walk.h"

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

/* A global mapping is in every address space of its guest. */
static bool serves(const struct tlb_entry *entry, const struct tlb_key *key)
{
    return entry->valid && entry->vpn == key->vpn && entry->space == key->space &&
           entry->vmid == key->vmid && (entry->global || entry->asid == key->asid);
}

const struct tlb_entry *tlb_find(const struct tlb *tlb, struct tlb_key key)
{
    const struct tlb_entry *entries = entries_of(tlb, set_of(tlb, key.vpn));

    for (unsigned way = 0; way < tlb->ways; way++)
        if (serves(&entries[way], &key))
            return &entries[way];
    return NULL;
}

/* Where a new entry goes: over an older translation of the same address, so that a
 * lookup never has two to choose from; else to the way whose turn it is. */
static unsigned choose_way(struct tlb *tlb, unsigned set, const struct tlb_entry *entry)
{
    const struct tlb_entry *entries = entries_of(tlb, set);
    struct tlb_key key = {entry->vpn, entry->asid, entry->vmid, entry->space};
    unsigned way;

    assert(tlb->ways > 0);
    for (way = 0; way < tlb->ways; way++)
        if (serves(&entries[way], &key))
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

/* Are both page numbers in one page of that size? */
static bool in_one_page(uint64_t pn, uint64_t other, unsigned level, bool napot)
{
    unsigned shift = napot ? NAPOT_BITS : level * VPN_BITS;

    return pn >> shift == other >> shift;
}

/* With an address, the translations of the page it is in; with an ASID, those of that
 * address space but not global ones. */
static bool is_fenced(const struct tlb_entry *entry, const struct tlb_fence *fence)
{
    if (!(fence->spaces & BIT(entry->space)))
        return false;
    if (fence->va && !in_one_page(entry->vpn, *fence->va >> RAM_PAGE_SHIFT,
                                  entry->level, entry->napot))
        return false;
    if (fence->gpa && !in_one_page(entry->gpn, *fence->gpa >> RAM_PAGE_SHIFT,
                                   entry->g_level, entry->g_napot))
        return false;
    if (fence->vmid && entry->vmid != *fence->vmid)
        return false;
    return !fence->asid || (!entry->global && entry->asid == *fence->asid);
}

unsigned tlb_flush(struct tlb *tlb, const struct tlb_fence *fence)
{
    unsigned dropped = 0, left = 0;

    for (unsigned i = 0; i < tlb->sets * tlb->ways; i++) {
        struct tlb_entry *entry = &tlb->entries[i];

        if (entry->valid && is_fenced(entry, fence)) {
            *entry = (struct tlb_entry){0};
            dropped++;
        }
        left += entry->valid;
    }
    /* An empty TLB is as after reset: every set is filled from its first way on. */
    if (left == 0)
        memset(tlb->victim, 0, tlb->sets);
    return dropped;
}

void tlb_clear(struct tlb *tlb)
{
    memset(tlb->entries, 0, (size_t)tlb->sets * tlb->ways * sizeof(tlb->entries[0]));
    memset(tlb->victim, 0, tlb->sets);
}

_Static_assert(sizeof(struct tlb_entry) == 56, "an entry has no holes");

void tlb_state(struct tlb *tlb, struct state *state)
{
    state_bytes(state, "entries", tlb->entries,
                (size_t)tlb->sets * tlb->ways * sizeof(tlb->entries[0]));
    state_bytes(state, "victim", tlb->victim, tlb->sets);
}
