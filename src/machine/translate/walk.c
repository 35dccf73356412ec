/*
 * Address translation (Privileged 1.13, 12.3.2 "Virtual Address Translation Process";
 * 12.4 Sv39, 12.5 Sv48; Svnapot, Svadu; 15.5.1 "Guest Physical Address Translation").
 * satp, vsatp or hgatp names the root of a tree of tables; each table is one page of 512
 * entries, and 9 bits of the address choose the entry:
 *
 *   Sv48   63      48 47    39 38    30 29    21 20    12 11         0
 *          copies of | VPN[3] | VPN[2] | VPN[1] | VPN[0] | page offset |   virtual address
 *   Sv39    bit 38   (none)
 *
 *          63 62  61 60      54 53                    10 9 8 7 6 5 4 3 2 1 0
 *         | N | PBMT | reserved |          PPN          | RSW |D|A|G|U|X|W|R|V|   entry
 *
 * An entry with R or X is a leaf: it maps a page of 4 KiB at level 0, 2 MiB at level 1,
 * and so on; any other one points to the table of the next level. Sv39x4 and Sv48x4
 * translate guest physical addresses, which are 2 bits longer: the root has 2048 entries
 * in 16 KiB, the bits above are 0, and every access is one of U-mode's. From the outside
 * in, which is from the bottom of this file up:
 *
 *   walk_follow       the loop over the levels
 *   look_at_entry     reads an entry and judges it       (steps 2 and 4)
 *   check_valid       is this an entry at all?           (step 3)
 *   check_leaf        may this access use this leaf?     (steps 5 to 8)
 *   mark_used         the A and D bits                   (step 9)
 *
 * The walk only calculates. Where entries are read and written, and who is told, is its
 * `tables` (walk.h). hart/translate.c has the hart's, and the TLB in front of it all.
 */
#include "machine/translate/walk.h"

#include "base/bits.h"
#include "machine/memory/ram.h"

#include <stddef.h>

#define PTE_V    BIT(0)
#define PTE_R    BIT(1)
#define PTE_W    BIT(2)
#define PTE_X    BIT(3)
#define PTE_U    BIT(4)
#define PTE_G    BIT(5)
#define PTE_A    BIT(6)
#define PTE_D    BIT(7)
#define PTE_PPN  BITS(53, 10)
#define PTE_N    BIT(63)
#define PTE_NONE BITS(62, 54) /* PBMT (no Svpbmt here) and what nothing uses yet */

static const struct walk_format formats[] = {
    {.name = "Sv39", .mode = 8, .levels = 3, .va_bits = 39},
    {.name = "Sv48", .mode = 9, .levels = 4, .va_bits = 48},
    {.name = "Sv39x4", .mode = 8, .levels = 3, .va_bits = 41, .is_guest = true},
    {.name = "Sv48x4", .mode = 9, .levels = 4, .va_bits = 50, .is_guest = true},
};

static const struct walk_format *find_format(uint64_t mode, bool is_guest)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (formats[i].mode == mode && formats[i].is_guest == is_guest)
            return &formats[i];
    return NULL;
}

const struct walk_format *walk_format(uint64_t mode)
{
    return find_format(mode, false);
}

const struct walk_format *walk_guest_format(uint64_t mode)
{
    return find_format(mode, true);
}

bool walk_is_address(const struct walk_format *format, uint64_t va)
{
    if (format->is_guest)
        return va >> format->va_bits == 0;
    return (uint64_t)sign_extend(va, format->va_bits) == va;
}

/* The index into a table of that level: 9 bits of the address, and for the root of a
 * guest format the 2 above them too. */
static uint64_t index_of(const struct walk_format *format, uint64_t va, unsigned level)
{
    unsigned shift = RAM_PAGE_SHIFT + VPN_BITS * level;
    bool root = level + 1u == format->levels;

    if (root && format->is_guest)
        return va >> shift;
    return va >> shift & BITS(VPN_BITS - 1, 0);
}

static bool is_leaf(uint64_t entry)
{
    return entry & (PTE_R | PTE_X);
}

/* Step 3: an entry that is not valid, or has what is reserved, ends the walk. In a
 * pointer A, D, U and N are reserved too. */
static enum walk_outcome check_valid(uint64_t entry)
{
    if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W)
        return WALK_NOT_VALID;
    if (entry & PTE_NONE)
        return WALK_RESERVED;
    if (!is_leaf(entry) && (entry & (PTE_A | PTE_D | PTE_U | PTE_N)))
        return WALK_RESERVED;
    return is_leaf(entry) ? WALK_LEAF : WALK_NEXT;
}

/* The one Svnapot size is 64 KiB: at level 0, with 1000 as the low PPN bits. */
static bool is_napot_encoding(uint64_t entry, unsigned level)
{
    return level == 0 && (field_get(entry, PTE_PPN) & BITS(NAPOT_BITS - 1, 0)) == 8;
}

/* U pages are U-mode's. S-mode reads and writes them under SUM, and never runs them. */
static bool mode_may_use(uint64_t entry, const struct walk_rights *rights)
{
    if (rights->user)
        return entry & PTE_U;
    return !(entry & PTE_U) || (rights->sum && rights->access != ACCESS_FETCH);
}

static bool access_is_permitted(uint64_t entry, const struct walk_rights *rights)
{
    if (rights->access == ACCESS_FETCH)
        return entry & PTE_X;
    if (rights->access == ACCESS_STORE)
        return entry & PTE_W;
    if (rights->hlvx)
        return entry & PTE_X;
    return entry & (PTE_R | (rights->mxr ? PTE_X : 0));
}

bool walk_permits(uint64_t entry, const struct walk_rights *rights)
{
    return mode_may_use(entry, rights) && access_is_permitted(entry, rights);
}

/* A leaf's checks in the specification's order: WALK_LEAF if all pass. */
static enum walk_outcome check_leaf(uint64_t entry, unsigned level,
                                    const struct walk_rights *rights)
{
    uint64_t ppn = field_get(entry, PTE_PPN);

    /* Step 3 once more: encodings that only a leaf can have. */
    if ((entry & PTE_N) && !is_napot_encoding(entry, level))
        return WALK_RESERVED;
    /* Step 5: a superpage begins at a multiple of its size. */
    if (level > 0 && (ppn & BITS(VPN_BITS * level - 1, 0)))
        return WALK_MISALIGNED;
    /* Step 6: whose page is it? */
    if (!mode_may_use(entry, rights))
        return WALK_NOT_PERMITTED;
    /* Step 8 (step 7 is for shadow stacks): may it be read, written, executed? */
    if (!access_is_permitted(entry, rights))
        return WALK_NOT_PERMITTED;
    return WALK_LEAF;
}

uint64_t walk_missing_bits(uint64_t entry, const struct walk_rights *rights)
{
    uint64_t wanted = rights->access == ACCESS_STORE ? PTE_A | PTE_D : PTE_A;

    return wanted & ~entry;
}

static void tell(const struct walk *walk, uint64_t at, const struct walk_found *found)
{
    if (walk->tables->tell)
        walk->tables->tell(walk->tables->ctx, &(struct walk_step){
                                                  .stage = walk->stage,
                                                  .va = walk->va,
                                                  .at = at,
                                                  .entry = found->entry,
                                                  .level = found->level,
                                                  .outcome = found->outcome,
                                              });
}

/*
 * Step 9: a page that is used has A set, one that is written D. Without Svadu software
 * must do it, and is told by a page fault. With it the hart does, in one atomic step: if
 * the entry is not what was read (*again), the walk goes back to step 2.
 */
static void mark_used(const struct walk *walk, uint64_t at, struct walk_found *found,
                      bool *again)
{
    uint64_t bits = walk_missing_bits(found->entry, &walk->rights);
    enum walk_outcome reached;

    if (!bits)
        return;
    reached = walk->tables->set(walk->tables->ctx, at, found->entry, bits, again);
    if (reached != WALK_NEXT) {
        found->outcome = reached;
        tell(walk, at, found);
    } else if (!*again) {
        found->entry |= bits;
        found->outcome = WALK_UPDATED;
        tell(walk, at, found);
        found->outcome = WALK_LEAF;
    }
}

/* Steps 2 to 8 for the entry at `at`. */
static void look_at_entry(const struct walk *walk, uint64_t at,
                          struct walk_found *found)
{
    /* Step 2: read the entry, in one access of 8 bytes. */
    found->entry = 0;
    found->outcome = walk->tables->read(walk->tables->ctx, at, &found->entry);
    if (found->outcome != WALK_NEXT)
        return;
    found->outcome = check_valid(found->entry);
    /* Step 4: a pointer leads down, but not from the last level. */
    if (found->outcome == WALK_NEXT && found->level == 0)
        found->outcome = WALK_NO_LEAF;
    if (found->outcome == WALK_LEAF)
        found->outcome = check_leaf(found->entry, found->level, &walk->rights);
    if (found->outcome == WALK_LEAF && !walk->rights.adue &&
        walk_missing_bits(found->entry, &walk->rights))
        found->outcome = WALK_NOT_ACCESSED;
}

struct walk_found walk_follow(const struct walk *walk)
{
    /* Step 1: begin at the root, at the highest level. */
    struct walk_found found = {.level = walk->format->levels - 1u};
    uint64_t table = walk->root;

    for (;;) {
        uint64_t at = table + index_of(walk->format, walk->va, found.level) * PTE_SIZE;
        bool again = false;

        look_at_entry(walk, at, &found);
        tell(walk, at, &found);
        if (found.outcome == WALK_LEAF)
            mark_used(walk, at, &found, &again);
        if (again)
            continue;
        found.global |= (found.entry & PTE_G) != 0;
        if (found.outcome != WALK_NEXT)
            return found;
        table = field_get(found.entry, PTE_PPN) << RAM_PAGE_SHIFT;
        found.level--;
    }
}

unsigned walk_page_bits(uint64_t entry, unsigned level)
{
    return RAM_PAGE_SHIFT + (entry & PTE_N ? NAPOT_BITS : VPN_BITS * level);
}

/* Step 10: within the page, which may be a superpage's or a Svnapot page's, the address
 * stays as it is. */
uint64_t walk_target(const struct walk_found *found, uint64_t va)
{
    uint64_t within = BIT(walk_page_bits(found->entry, found->level)) - 1;
    uint64_t page = field_get(found->entry, PTE_PPN) << RAM_PAGE_SHIFT;

    return (page & ~within) | (va & within);
}
