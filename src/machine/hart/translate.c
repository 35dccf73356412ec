/*
 * Translation as a hart does it (Privileged 1.13, 12.2.1 and 12.3.2): the TLB first, then
 * a walk whose tables are in RAM behind the bus, under PMP, at a price, step by step in
 * events. A peek gives the same answers without any of that.
 */
#include "machine/hart/hart.h"
#include "machine/translate/stages.h"

bool hart_has_satp_mode(uint8_t mode)
{
    return mode == 0 || walk_format(mode);
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

static enum walk_outcome live_read(void *ctx, uint64_t at, uint64_t *entry)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;

    live->begins = hart_now(hart);
    if (!may_reach(hart, at, ACCESS_LOAD))
        return WALK_ACCESS_FAULT;
    take_slot(live, at);
    bus_read(hart->bus, (enum initiator)(INITIATOR_HART + hart->id), at, PTE_SIZE,
             entry);
    return WALK_NEXT;
}

/* Comparing and writing are one bus slot, so that no other initiator comes between. */
static enum walk_outcome live_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                                  bool *changed)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;
    enum initiator who = (enum initiator)(INITIATOR_HART + hart->id);
    uint64_t now_there = 0;

    live->begins = hart_now(hart);
    if (!may_reach(hart, at, ACCESS_STORE))
        return WALK_ACCESS_FAULT;
    take_slot(live, at);
    bus_read(hart->bus, who, at, PTE_SIZE, &now_there);
    *changed = now_there != entry;
    if (!*changed)
        bus_write(hart->bus, who, at, PTE_SIZE, entry | bits);
    return WALK_NEXT;
}

static void live_tell(void *ctx, const struct walk_step *step)
{
    struct live *live = ctx;
    struct hart *hart = live->hart;

    EMIT(hart->events, live->begins, WALK_STEP, walk_step, .va = live->request->va,
         .entry_at = step->at, .entry = step->entry,
         .price = (uint32_t)(hart_now(hart) - live->begins), .hart = hart->id,
         .level = (uint8_t)step->level, .access = live->request->access,
         .outcome = (uint8_t)step->outcome);
}

/* --- a peek at the tables: the same answers, no effect --- */

static enum walk_outcome peek_read(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct hart *hart = ctx;

    if (!may_reach(hart, at, ACCESS_LOAD))
        return WALK_ACCESS_FAULT;
    ram_read(&hart->bus->ram, at, entry, PTE_SIZE);
    return WALK_NEXT;
}

static enum walk_outcome peek_set(void *ctx, uint64_t at, uint64_t entry, uint64_t bits,
                                  bool *changed)
{
    (void)entry;
    (void)bits;
    *changed = false;
    return may_reach(ctx, at, ACCESS_STORE) ? WALK_NEXT : WALK_ACCESS_FAULT;
}

/* --- translation --- */

static const struct walk_format *satp_format(uint64_t satp)
{
    return walk_format(field_get(satp, SATP_MODE));
}

/* An AMO needs what a store needs. */
static struct walk_rights rights_of(const struct hart *hart,
                                    const struct walk_request *request)
{
    uint64_t status = hart->csr.mstatus;

    return (struct walk_rights){
        .access = request->access == ACCESS_AMO ? ACCESS_STORE : request->access,
        .user = request->mode == MODE_U,
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

/*
 * What is known without a walk: WALK_LEAF and the page; why the access is refused; or
 * WALK_NEXT, if a walk must tell. A TLB entry answers by itself, stale or not, except
 * that it cannot set A or D in memory: an access that has to walks.
 */
static enum walk_outcome look_up(const struct hart *hart,
                                 const struct walk_request *request,
                                 struct tlb_entry *leaf)
{
    uint64_t satp = hart->csr.satp;
    struct walk_rights rights = rights_of(hart, request);
    const struct tlb_entry *entry;

    if (!walk_is_address(satp_format(satp), request->va))
        return WALK_NOT_VALID;
    entry = tlb_find(&hart->tlb, request->va, (uint16_t)field_get(satp, SATP_ASID));
    if (!entry)
        return WALK_NEXT;
    *leaf = *entry;
    if (!walk_permits(entry->pte, &rights))
        return WALK_NOT_PERMITTED;
    return walk_missing_bits(entry->pte, &rights) ? WALK_NEXT : WALK_LEAF;
}

/* The 4 KiB that `va` is in, as a TLB entry. */
static struct tlb_entry entry_of(const struct walk_found *found, uint64_t va,
                                 uint64_t satp)
{
    unsigned bits = walk_page_bits(found->entry, found->level);

    return (struct tlb_entry){.vpn = va >> RAM_PAGE_SHIFT,
                              .ppn = walk_target(found, va) >> RAM_PAGE_SHIFT,
                              .pte = found->entry,
                              .asid = (uint16_t)field_get(satp, SATP_ASID),
                              .level = (uint8_t)found->level,
                              .napot = bits == RAM_PAGE_SHIFT + NAPOT_BITS,
                              .global = found->global,
                              .valid = 1};
}

static enum walk_outcome walk_from_satp(const struct hart *hart,
                                        const struct walk_tables *tables,
                                        const struct walk_request *request,
                                        struct tlb_entry *leaf)
{
    uint64_t satp = hart->csr.satp;
    const struct stages stages = {
        .tables = tables,
        .vs = {.format = satp_format(satp),
               .root = field_get(satp, SATP_PPN) << RAM_PAGE_SHIFT,
               .rights = rights_of(hart, request)},
        .va = request->va};
    struct translation end = stages_translate(&stages);

    if (end.outcome == WALK_LEAF)
        *leaf = entry_of(&end.vs, request->va, satp);
    return end.outcome;
}

static uint64_t pa_of(const struct tlb_entry *leaf, uint64_t va)
{
    return leaf->ppn << RAM_PAGE_SHIFT | (va & BITS(RAM_PAGE_SHIFT - 1, 0));
}

/* Is there nothing to translate? M-mode, and satp.MODE = Bare. */
static bool is_bare(const struct hart *hart, const struct walk_request *request)
{
    return request->mode == MODE_M || !satp_format(hart->csr.satp);
}

struct trap hart_translate(struct hart *hart, struct walk_request request,
                           struct walk_result *result)
{
    struct live live = {.hart = hart, .request = &request};
    const struct walk_tables tables = {
        .ctx = &live, .read = live_read, .set = live_set, .tell = live_tell};
    enum walk_outcome outcome;

    *result = (struct walk_result){.pa = request.va};
    if (is_bare(hart, &request))
        return NO_TRAP;
    outcome = look_up(hart, &request, &result->leaf);
    if (outcome == WALK_NEXT) {
        outcome = walk_from_satp(hart, &tables, &request, &result->leaf);
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
    const struct walk_tables tables = {
        .ctx = (void *)(uintptr_t)hart, .read = peek_read, .set = peek_set};
    struct tlb_entry leaf;
    enum walk_outcome outcome;

    *pa = request.va;
    if (is_bare(hart, &request))
        return CAUSE_NONE;
    outcome = look_up(hart, &request, &leaf);
    if (outcome == WALK_NEXT)
        outcome = walk_from_satp(hart, &tables, &request, &leaf);
    if (outcome != WALK_LEAF)
        return cause_of(outcome, request.access);
    *pa = pa_of(&leaf, request.va);
    return CAUSE_NONE;
}

bool hart_tlb_translate(const struct hart *hart, struct walk_request request,
                        uint64_t *pa)
{
    struct tlb_entry leaf;

    *pa = request.va;
    if (is_bare(hart, &request))
        return true;
    if (look_up(hart, &request, &leaf) != WALK_LEAF)
        return false;
    *pa = pa_of(&leaf, request.va);
    return true;
}

uint8_t hart_data_mode(const struct hart *hart)
{
    uint64_t status = hart->csr.mstatus;

    return status & MSTATUS_MPRV ? (uint8_t)field_get(status, MSTATUS_MPP) : hart->mode;
}
