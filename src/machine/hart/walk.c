/*
 * Address translation (Privileged 1.13, 12.3.2 "Virtual Address Translation Process";
 * 12.4 Sv39, 12.5 Sv48; Svnapot, Svadu). satp names the root of a tree of tables; each
 * table is one page of 512 entries, and 9 bits of the virtual address choose the entry:
 *
 *   Sv48   63      48 47    39 38    30 29    21 20    12 11         0
 *          copies of | VPN[3] | VPN[2] | VPN[1] | VPN[0] | page offset |   virtual address
 *   Sv39    bit 38   (none)
 *
 *          63 62  61 60      54 53                    10 9 8 7 6 5 4 3 2 1 0
 *         | N | PBMT | reserved |          PPN          | RSW |D|A|G|U|X|W|R|V|   entry
 *
 * An entry with R or X is a leaf: it maps a page of 4 KiB at level 0, 2 MiB at level 1,
 * and so on; any other one points to the table of the next level. Reading top down:
 *
 *   follow            the loop over the levels
 *   check_valid       is this an entry at all?           (step 3)
 *   check_leaf        may this access use this leaf?     (steps 5 to 8)
 *   mark_used         the A and D bits                   (step 9)
 *   hart_translate    the TLB in front of it all
 *
 * The walk itself only calculates. Where entries are read and written, and who is told,
 * is its `tables`: the hart's bus with prices and events, or a peek at memory. Tables
 * whose addresses must themselves be translated are one more of these.
 */
#include "machine/hart/hart.h"

#include <assert.h>
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

enum { PTE_SIZE = 8 };

struct format {
    const char *name;
    uint8_t mode; /* of satp */
    uint8_t levels;
    uint8_t va_bits;
};

static const struct format formats[] = {
    {.name = "Sv39", .mode = 8, .levels = 3, .va_bits = 39},
    {.name = "Sv48", .mode = 9, .levels = 4, .va_bits = 48},
};

/* What the access and the hart's state say about permission. */
struct rights {
    uint8_t access; /* ACCESS_LOAD, _STORE or _FETCH */
    uint8_t mode;   /* MODE_U or MODE_S */
    bool sum, mxr, adue;
};

/* How a walk reaches its tables and tells of its progress. */
struct tables {
    void *ctx;
    bool (*read)(void *ctx, uint64_t at, uint64_t *entry); /* false: access fault */
    /* Sets bits in an entry if it still is `entry`; else *changed. False: access fault. */
    bool (*set)(void *ctx, uint64_t at, uint64_t entry, uint64_t bits, bool *changed);
    void (*tell)(void *ctx, uint64_t at, uint64_t entry, unsigned level,
                 enum walk_outcome outcome); /* NULL: nobody is told */
};

struct walk {
    const struct tables *tables;
    const struct format *format;
    uint64_t va, root; /* root: the physical address of the first table */
    struct rights rights;
};

/* Where a walk ended, with WALK_LEAF if it found the page. */
struct found {
    enum walk_outcome outcome;
    uint64_t entry;
    unsigned level;
    bool global; /* the leaf or a table on the way to it is G */
};

static const struct format *format_of(uint64_t satp)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (formats[i].mode == field_get(satp, SATP_MODE))
            return &formats[i];
    return NULL;
}

bool hart_has_satp_mode(uint8_t mode)
{
    return mode == 0 || format_of(field_set(0, SATP_MODE, mode));
}

/* The bits above those that are translated must be copies of the highest that is. */
static bool is_canonical(const struct format *format, uint64_t va)
{
    return (uint64_t)sign_extend(va, format->va_bits) == va;
}

static uint64_t vpn_of(uint64_t va, unsigned level)
{
    return va >> (RAM_PAGE_SHIFT + VPN_BITS * level) & BITS(VPN_BITS - 1, 0);
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
static bool mode_may_use(uint64_t entry, const struct rights *rights)
{
    if (rights->mode == MODE_U)
        return entry & PTE_U;
    return !(entry & PTE_U) || (rights->sum && rights->access != ACCESS_FETCH);
}

static bool access_is_permitted(uint64_t entry, const struct rights *rights)
{
    if (rights->access == ACCESS_FETCH)
        return entry & PTE_X;
    if (rights->access == ACCESS_STORE)
        return entry & PTE_W;
    return entry & (PTE_R | (rights->mxr ? PTE_X : 0));
}

/* A leaf's checks in the specification's order: WALK_LEAF if all pass. */
static enum walk_outcome check_leaf(uint64_t entry, unsigned level,
                                    const struct rights *rights)
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

/* The bits that step 9 wants to be set in this leaf and that are not. */
static uint64_t missing_bits(uint64_t entry, const struct rights *rights)
{
    uint64_t wanted = rights->access == ACCESS_STORE ? PTE_A | PTE_D : PTE_A;

    return wanted & ~entry;
}

static void tell(const struct walk *walk, uint64_t at, const struct found *found)
{
    if (walk->tables->tell)
        walk->tables->tell(walk->tables->ctx, at, found->entry, found->level,
                           found->outcome);
}

/*
 * Step 9: a page that is used has A set, one that is written D. Without Svadu software
 * must do it, and is told by a page fault. With it the hart does, in one atomic step: if
 * the entry is not what was read (*again), the walk goes back to step 2.
 */
static void mark_used(const struct walk *walk, uint64_t at, struct found *found,
                      bool *again)
{
    uint64_t bits = missing_bits(found->entry, &walk->rights);

    if (!bits)
        return;
    if (!walk->tables->set(walk->tables->ctx, at, found->entry, bits, again)) {
        found->outcome = WALK_ACCESS_FAULT;
        tell(walk, at, found);
    } else if (!*again) {
        found->entry |= bits;
        found->outcome = WALK_UPDATED;
        tell(walk, at, found);
        found->outcome = WALK_LEAF;
    }
}

/* Steps 2 to 8 for the entry at `at`. */
static void look_at_entry(const struct walk *walk, uint64_t at, struct found *found)
{
    /* Step 2: read the entry, in one access of 8 bytes. */
    found->entry = 0;
    if (!walk->tables->read(walk->tables->ctx, at, &found->entry)) {
        found->outcome = WALK_ACCESS_FAULT;
        return;
    }
    found->outcome = check_valid(found->entry);
    /* Step 4: a pointer leads down, but not from the last level. */
    if (found->outcome == WALK_NEXT && found->level == 0)
        found->outcome = WALK_NO_LEAF;
    if (found->outcome == WALK_LEAF)
        found->outcome = check_leaf(found->entry, found->level, &walk->rights);
    if (found->outcome == WALK_LEAF && !walk->rights.adue &&
        missing_bits(found->entry, &walk->rights))
        found->outcome = WALK_NOT_ACCESSED;
}

static struct found follow(const struct walk *walk)
{
    /* Step 1: begin at the root, at the highest level. */
    struct found found = {.level = walk->format->levels - 1u};
    uint64_t table = walk->root;

    for (;;) {
        uint64_t at = table + vpn_of(walk->va, found.level) * PTE_SIZE;
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

/* Step 10: the 4 KiB that `va` is in, as a TLB entry. Of a superpage's or Svnapot page's
 * number the low bits come from the virtual address. */
static struct tlb_entry entry_of(const struct found *found, uint64_t va, uint16_t asid)
{
    bool napot = found->entry & PTE_N;
    uint64_t vpn = va >> RAM_PAGE_SHIFT;
    uint64_t within = BIT(napot ? NAPOT_BITS : VPN_BITS * found->level) - 1;

    return (struct tlb_entry){.vpn = vpn,
                              .ppn = (field_get(found->entry, PTE_PPN) & ~within) |
                                     (vpn & within),
                              .pte = found->entry,
                              .asid = asid,
                              .level = (uint8_t)found->level,
                              .napot = napot,
                              .global = found->global,
                              .valid = 1};
}

/* --- the hart's tables: memory behind the bus, with PMP and prices --- */

/* What a hart's walk for one access knows about itself. */
struct live {
    struct hart *hart;
    const struct walk_request *request;
    uint64_t begins; /* when the last bus slot began */
};

/* A table must be in RAM, and PMP must let S-mode, whose tables they are, reach it. */
static bool may_reach(const struct hart *hart, uint64_t at, enum event_access access)
{
    return ram_has(&hart->bus->ram, at, PTE_SIZE) &&
           pmp_allows(hart, at, PTE_SIZE, (uint8_t)access, MODE_S);
}

static void take_slot(struct live *live, uint64_t at)
{
    struct hart *hart = live->hart;
    uint32_t price = hart->costs->walk_read;

    live->begins = bus_take(hart->bus, (enum initiator)(INITIATOR_HART + hart->id),
                            hart_now(hart), price, at);
    hart->spent = live->begins + price - hart->cycle;
    hart->queue->now = hart_now(hart);
}

static bool live_read(void *ctx, uint64_t at, uint64_t *entry)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;

    live->begins = hart_now(hart);
    if (!may_reach(hart, at, ACCESS_LOAD))
        return false;
    take_slot(live, at);
    return bus_read(hart->bus, (enum initiator)(INITIATOR_HART + hart->id), at,
                    PTE_SIZE, entry) == BUS_OKAY;
}

/* Comparing and writing are one bus slot, so that no other initiator comes between. */
static bool live_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                     bool *changed)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;
    enum initiator who = (enum initiator)(INITIATOR_HART + hart->id);
    uint64_t now_there = 0;

    live->begins = hart_now(hart);
    if (!may_reach(hart, at, ACCESS_STORE))
        return false;
    take_slot(live, at);
    if (bus_read(hart->bus, who, at, PTE_SIZE, &now_there) != BUS_OKAY)
        return false;
    *changed = now_there != entry;
    return *changed ||
           bus_write(hart->bus, who, at, PTE_SIZE, entry | bits) == BUS_OKAY;
}

static void live_tell(void *ctx, uint64_t at, uint64_t entry, unsigned level,
                      enum walk_outcome outcome)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;

    EMIT(hart->events, live->begins, WALK_STEP, walk_step, .va = live->request->va,
         .entry_at = at, .entry = entry,
         .price = (uint32_t)(hart_now(hart) - live->begins), .hart = hart->id,
         .level = (uint8_t)level, .access = live->request->access,
         .outcome = (uint8_t)outcome);
}

/* --- a peek at the tables: the same answers, no effect --- */

static bool peek_read(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct hart *hart = ctx;

    if (!may_reach(hart, at, ACCESS_LOAD))
        return false;
    ram_read(&hart->bus->ram, at, entry, PTE_SIZE);
    return true;
}

static bool peek_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                     bool *changed)
{
    (void)entry;
    (void)bits;
    *changed = false;
    return may_reach(ctx, at, ACCESS_STORE);
}

/* --- translation --- */

/* An AMO needs what a store needs. */
static struct rights rights_of(const struct hart *hart,
                               const struct walk_request *request)
{
    uint64_t status = hart->csr.mstatus;

    return (struct rights){.access = request->access == ACCESS_AMO ? ACCESS_STORE
                                                                   : request->access,
                           .mode = request->mode,
                           .sum = status & MSTATUS_SUM,
                           .mxr = status & MSTATUS_MXR,
                           .adue = hart->csr.menvcfg & MENVCFG_ADUE};
}

/* The cause is named after the access that was asked for, not the walk's own read. */
static uint64_t cause_of(enum walk_outcome outcome, uint8_t access)
{
    bool reached = outcome != WALK_ACCESS_FAULT;

    switch ((enum event_access)access) {
    case ACCESS_FETCH:
        return reached ? CAUSE_INSTRUCTION_PAGE : CAUSE_INSTRUCTION_ACCESS;
    case ACCESS_STORE:
    case ACCESS_AMO:
        return reached ? CAUSE_STORE_PAGE : CAUSE_STORE_ACCESS;
    case ACCESS_LOAD:
    case ACCESS_NONE:
        break;
    }
    return reached ? CAUSE_LOAD_PAGE : CAUSE_LOAD_ACCESS;
}

static void keep(struct hart *hart, const struct tlb_entry *entry)
{
    unsigned set, way;
    struct tlb_entry replaced = tlb_fill(&hart->tlb, *entry, &set, &way);

    if (replaced.valid)
        hart_forget_page(hart, replaced.vpn << RAM_PAGE_SHIFT);
    EMIT(hart->events, hart_now(hart), TLB_FILL, tlb_fill,
         .va = entry->vpn << RAM_PAGE_SHIFT, .pa = entry->ppn << RAM_PAGE_SHIFT,
         .entry = entry->pte, .asid = entry->asid, .set = (uint16_t)set,
         .way = (uint8_t)way, .level = entry->level, .hart = hart->id);
}

/* A TLB entry answers by itself, stale or not, except that it cannot set A or D in
 * memory: an access that has to walks. */
static enum walk_outcome try_tlb(const struct hart *hart, uint64_t va,
                                 const struct rights *rights, struct tlb_entry *leaf)
{
    uint16_t asid = (uint16_t)field_get(hart->csr.satp, SATP_ASID);
    const struct tlb_entry *entry = tlb_find(&hart->tlb, va, asid);

    if (!entry)
        return WALK_NEXT;
    *leaf = *entry;
    if (!mode_may_use(entry->pte, rights) || !access_is_permitted(entry->pte, rights))
        return WALK_NOT_PERMITTED;
    return missing_bits(entry->pte, rights) ? WALK_NEXT : WALK_LEAF;
}

static enum walk_outcome walk_tables(const struct hart *hart,
                                     const struct tables *tables,
                                     const struct walk_request *request,
                                     struct tlb_entry *leaf)
{
    uint64_t satp = hart->csr.satp;
    struct found found =
        follow(&(struct walk){.tables = tables,
                              .format = format_of(satp),
                              .va = request->va,
                              .root = field_get(satp, SATP_PPN) << RAM_PAGE_SHIFT,
                              .rights = rights_of(hart, request)});

    if (found.outcome == WALK_LEAF)
        *leaf = entry_of(&found, request->va, (uint16_t)field_get(satp, SATP_ASID));
    return found.outcome;
}

static uint64_t pa_of(const struct tlb_entry *leaf, uint64_t va)
{
    return leaf->ppn << RAM_PAGE_SHIFT | (va & BITS(RAM_PAGE_SHIFT - 1, 0));
}

/* Is there nothing to translate? M-mode, and satp.MODE = Bare. */
static bool is_bare(const struct hart *hart, const struct walk_request *request)
{
    return request->mode == MODE_M || !format_of(hart->csr.satp);
}

struct trap hart_translate(struct hart *hart, struct walk_request request,
                           struct walk_result *result)
{
    struct live live = {.hart = hart, .request = &request};
    const struct tables tables = {
        .ctx = &live, .read = live_read, .set = live_set, .tell = live_tell};
    struct rights rights = rights_of(hart, &request);
    enum walk_outcome outcome;

    *result = (struct walk_result){.pa = request.va};
    if (is_bare(hart, &request))
        return NO_TRAP;
    if (!is_canonical(format_of(hart->csr.satp), request.va))
        return (struct trap){cause_of(WALK_NOT_VALID, request.access), request.va};
    outcome = try_tlb(hart, request.va, &rights, &result->leaf);
    if (outcome == WALK_NEXT) {
        outcome = walk_tables(hart, &tables, &request, &result->leaf);
        if (outcome == WALK_LEAF)
            keep(hart, &result->leaf);
    }
    if (outcome != WALK_LEAF)
        return (struct trap){cause_of(outcome, request.access), request.va};
    result->pa = pa_of(&result->leaf, request.va);
    return NO_TRAP;
}

uint64_t hart_peek_translate(const struct hart *hart, struct walk_request request,
                             uint64_t *pa)
{
    const struct tables tables = {
        .ctx = (void *)(uintptr_t)hart, .read = peek_read, .set = peek_set};
    struct rights rights = rights_of(hart, &request);
    struct tlb_entry leaf;
    enum walk_outcome outcome;

    *pa = request.va;
    if (is_bare(hart, &request))
        return CAUSE_NONE;
    if (!is_canonical(format_of(hart->csr.satp), request.va))
        return cause_of(WALK_NOT_VALID, request.access);
    outcome = try_tlb(hart, request.va, &rights, &leaf);
    if (outcome == WALK_NEXT)
        outcome = walk_tables(hart, &tables, &request, &leaf);
    if (outcome != WALK_LEAF)
        return cause_of(outcome, request.access);
    *pa = pa_of(&leaf, request.va);
    return CAUSE_NONE;
}

bool hart_tlb_translate(const struct hart *hart, struct walk_request request,
                        uint64_t *pa)
{
    struct rights rights = rights_of(hart, &request);
    struct tlb_entry leaf;

    *pa = request.va;
    if (is_bare(hart, &request))
        return true;
    if (!is_canonical(format_of(hart->csr.satp), request.va) ||
        try_tlb(hart, request.va, &rights, &leaf) != WALK_LEAF)
        return false;
    *pa = pa_of(&leaf, request.va);
    return true;
}

uint8_t hart_data_mode(const struct hart *hart)
{
    uint64_t status = hart->csr.mstatus;

    return status & MSTATUS_MPRV ? (uint8_t)field_get(status, MSTATUS_MPP) : hart->mode;
}
