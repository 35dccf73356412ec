/*
 * Translation as a hart does it (Privileged 1.13, 12.2.1 and 12.3.2; for guests 15.5): the
 * TLB first, then a walk whose tables are in RAM behind the bus, under PMP, at a price,
 * step by step in events. A peek gives the same answers without any of that.
 */
#include "machine/hart/hart.h"

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
         .gpa = step->stage == STAGE_G ? step->va : step->gpa,
         .price = (uint32_t)(hart_now(hart) - live->begins), .hart = hart->id,
         .level = (uint8_t)step->level, .access = live->request->access,
         .outcome = (uint8_t)step->outcome, .stage = (uint8_t)step->stage);
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

/* --- what the CSRs say --- */

static uint64_t satp_of(const struct hart *hart, uint8_t mode)
{
    return mode & MODE_VIRTUAL ? hart->csr.vsatp : hart->csr.satp;
}

static const struct walk_format *format_of(uint64_t satp)
{
    return walk_format(field_get(satp, SATP_MODE));
}

/* For a guest only vsstatus.SUM counts; MXR of HS-level counts in both stages, that of
 * vsstatus in the VS-stage (15.5). An AMO needs what a store needs. */
static struct walk_rights rights_of(const struct hart *hart,
                                    const struct walk_request *request)
{
    bool guest = request->mode & MODE_VIRTUAL;
    uint64_t status = guest ? hart->csr.vsstatus : hart->csr.mstatus;
    uint64_t adue = hart->csr.menvcfg & MENVCFG_ADUE;

    if (guest)
        adue &= hart->csr.henvcfg;
    return (struct walk_rights){
        .access = request->access == ACCESS_AMO ? ACCESS_STORE : request->access,
        .user = (request->mode & ~MODE_VIRTUAL) == MODE_U,
        .sum = status & MSTATUS_SUM,
        .mxr = (status | hart->csr.mstatus) & MSTATUS_MXR,
        .adue = adue,
        .hlvx = request->hlvx};
}

/* The G-stage takes every access for one of U-mode (15.5.1). */
static struct walk_rights guest_rights_of(const struct hart *hart,
                                          const struct walk_rights *rights)
{
    return (struct walk_rights){.access = rights->access,
                                .user = true,
                                .mxr = hart->csr.mstatus & MSTATUS_MXR,
                                .adue = hart->csr.menvcfg & MENVCFG_ADUE,
                                .hlvx = rights->hlvx};
}

struct stages hart_stages(const struct hart *hart, struct walk_request request,
                          const struct walk_tables *tables)
{
    uint64_t satp = satp_of(hart, request.mode), hgatp = hart->csr.hgatp;
    struct stages stages = {.tables = tables,
                            .two = request.mode & MODE_VIRTUAL,
                            .vs = {.format = format_of(satp),
                                   .root = field_get(satp, SATP_PPN) << RAM_PAGE_SHIFT,
                                   .rights = rights_of(hart, &request)},
                            .va = request.va};

    if (stages.two)
        stages.g = (struct stage_setup){
            .format = walk_guest_format(field_get(hgatp, HGATP_MODE)),
            .root = field_get(hgatp, HGATP_PPN) << RAM_PAGE_SHIFT,
            .rights = guest_rights_of(hart, &stages.vs.rights)};
    return stages;
}

/* --- what the TLB knows --- */

struct tlb_key hart_tlb_key(const struct hart *hart, struct walk_request request)
{
    uint64_t satp = satp_of(hart, request.mode);
    struct tlb_key key = {.vpn = request.va >> RAM_PAGE_SHIFT,
                          .asid = (uint16_t)field_get(satp, SATP_ASID)};

    if (request.mode & MODE_VIRTUAL) {
        key.vmid = hart_vmid(hart);
        key.space = format_of(satp) ? TLB_GUEST : TLB_GUEST_BARE;
    }
    if (key.space == TLB_GUEST_BARE)
        key.asid = 0;
    return key;
}

/* M-mode, and where the CSRs say Bare, for a guest in both stages. */
bool hart_is_bare(const struct hart *hart, struct walk_request request)
{
    if (request.mode == MODE_M)
        return true;
    if (format_of(satp_of(hart, request.mode)))
        return false;
    return !(request.mode & MODE_VIRTUAL) ||
           !walk_guest_format(field_get(hart->csr.hgatp, HGATP_MODE));
}

/* May the access use a leaf as the TLB holds it? WALK_LEAF, why not, or WALK_NEXT: A or D
 * must be set in memory, so it walks. */
static enum walk_outcome judge(uint64_t leaf, const struct walk_rights *rights)
{
    if (!walk_permits(leaf, rights))
        return WALK_NOT_PERMITTED;
    return walk_missing_bits(leaf, rights) ? WALK_NEXT : WALK_LEAF;
}

/*
 * What is known without a walk: outcome WALK_LEAF and the page, or why the access is
 * refused; WALK_NEXT, if a walk must tell. An entry answers by itself, stale or not.
 */
static struct translation look_up(const struct hart *hart, struct walk_request request,
                                  struct tlb_entry *leaf)
{
    struct walk_rights rights = rights_of(hart, &request), guest_rights;
    const struct walk_format *format = format_of(satp_of(hart, request.mode));
    bool two = request.mode & MODE_VIRTUAL;
    uint64_t offset = request.va & BITS(RAM_PAGE_SHIFT - 1, 0);
    struct translation end = {.stage = two ? STAGE_VS : STAGE_ONLY};
    const struct tlb_entry *entry;

    if (format && !walk_is_address(format, request.va)) {
        end.outcome = WALK_NOT_VALID;
        return end;
    }
    entry = tlb_find(&hart->tlb, hart_tlb_key(hart, request));
    if (!entry)
        return end;
    *leaf = *entry;
    end.outcome =
        entry->space == TLB_GUEST_BARE ? WALK_LEAF : judge(entry->pte, &rights);
    if (end.outcome == WALK_LEAF && entry->gpte) {
        guest_rights = guest_rights_of(hart, &rights);
        end.stage = STAGE_G;
        end.gpa = entry->gpn << RAM_PAGE_SHIFT | offset;
        end.outcome = judge(entry->gpte, &guest_rights);
    }
    end.pa = entry->ppn << RAM_PAGE_SHIFT | offset;
    return end;
}

/* --- translation --- */

/* The 4 KiB that `va` is in, as a TLB entry. */
static struct tlb_entry entry_of(const struct translation *end, struct tlb_key key)
{
    const struct walk_found *vs = &end->vs, *g = &end->g;

    return (struct tlb_entry){.vpn = key.vpn,
                              .ppn = end->pa >> RAM_PAGE_SHIFT,
                              .pte = vs->entry,
                              .gpn = end->gpa >> RAM_PAGE_SHIFT,
                              .gpte = g->entry,
                              .asid = key.asid,
                              .vmid = key.vmid,
                              .space = key.space,
                              .level = (uint8_t)vs->level,
                              .napot = walk_page_bits(vs->entry, 0) != RAM_PAGE_SHIFT,
                              .g_level = (uint8_t)g->level,
                              .g_napot = walk_page_bits(g->entry, 0) != RAM_PAGE_SHIFT,
                              .global = vs->global,
                              .valid = 1};
}

static struct translation walk(const struct hart *hart, struct walk_request request,
                               const struct walk_tables *tables, struct tlb_entry *leaf)
{
    struct stages stages = hart_stages(hart, request, tables);
    struct translation end = stages_translate(&stages);

    if (end.outcome == WALK_LEAF)
        *leaf = entry_of(&end, hart_tlb_key(hart, request));
    return end;
}

/* The cause is named after the access that was asked for, not the walk's own read. */
static uint64_t cause_of(const struct translation *end, uint8_t access)
{
    static const uint64_t causes[][3] = {
        {CAUSE_INSTRUCTION_ACCESS, CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS},
        {CAUSE_INSTRUCTION_PAGE, CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE},
        {CAUSE_INSTRUCTION_GUEST_PAGE, CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE},
    };
    unsigned row = end->outcome == WALK_ACCESS_FAULT ? 0
                   : end->stage == STAGE_G           ? 2
                                                     : 1;

    return causes[row][access == ACCESS_FETCH ? 0 : access == ACCESS_LOAD ? 1 : 2];
}

/* What htinst says when not the access, but reading or writing a table of the VS-stage
 * failed in the G-stage: ld or sd of x0 with bits 1:0 clear (15.6.3). */
#define TINST_TABLE_READ  0x3000
#define TINST_TABLE_WRITE 0x3020

static struct trap raise(struct hart *hart, const struct translation *end,
                         struct walk_request request)
{
    bool by_guest_stage = end->stage == STAGE_G && end->outcome != WALK_ACCESS_FAULT;

    hart->fault = (struct fault_note){.is_virtual = request.mode & MODE_VIRTUAL};
    if (by_guest_stage) {
        hart->fault.gpa = end->gpa;
        if (end->reaching == REACHING_TABLE)
            hart->fault.tinst = TINST_TABLE_READ;
        else if (end->reaching == REACHING_TABLE_WRITE)
            hart->fault.tinst = TINST_TABLE_WRITE;
    }
    return (struct trap){cause_of(end, request.access), request.va};
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
         .way = (uint8_t)way, .level = entry->level, .hart = hart->id,
         .gpa = entry->gpn << RAM_PAGE_SHIFT, .guest_entry = entry->gpte,
         .vmid = entry->vmid, .is_guest = entry->space != TLB_HOST);
}

struct trap hart_translate(struct hart *hart, struct walk_request request,
                           struct walk_result *result)
{
    struct live live = {.hart = hart, .request = &request};
    const struct walk_tables tables = {
        .ctx = &live, .read = live_read, .set = live_set, .tell = live_tell};
    struct translation end;

    *result = (struct walk_result){.pa = request.va};
    if (hart_is_bare(hart, request))
        return NO_TRAP;
    end = look_up(hart, request, &result->leaf);
    if (end.outcome == WALK_NEXT) {
        end = walk(hart, request, &tables, &result->leaf);
        if (end.outcome == WALK_LEAF)
            keep(hart, &result->leaf);
    }
    if (end.outcome != WALK_LEAF)
        return raise(hart, &end, request);
    result->pa = end.pa;
    return NO_TRAP;
}

uint64_t hart_peek_translate(const struct hart *hart, struct walk_request request,
                             uint64_t *pa)
{
    const struct walk_tables tables = {
        .ctx = (void *)(uintptr_t)hart, .read = peek_read, .set = peek_set};
    struct tlb_entry leaf;
    struct translation end;

    *pa = request.va;
    if (hart_is_bare(hart, request))
        return CAUSE_NONE;
    end = look_up(hart, request, &leaf);
    if (end.outcome == WALK_NEXT)
        end = walk(hart, request, &tables, &leaf);
    if (end.outcome != WALK_LEAF)
        return cause_of(&end, request.access);
    *pa = end.pa;
    return CAUSE_NONE;
}

bool hart_tlb_translate(const struct hart *hart, struct walk_request request,
                        uint64_t *pa)
{
    struct tlb_entry leaf;
    struct translation end;

    *pa = request.va;
    if (hart_is_bare(hart, request))
        return true;
    end = look_up(hart, request, &leaf);
    *pa = end.pa;
    return end.outcome == WALK_LEAF;
}

uint8_t hart_data_mode(const struct hart *hart)
{
    uint64_t status = hart->csr.mstatus;
    uint8_t mode = (uint8_t)field_get(status, MSTATUS_MPP);

    if (!(status & MSTATUS_MPRV))
        return hart_privilege(hart);
    if (mode != MODE_M && (status & MSTATUS_MPV))
        mode |= MODE_VIRTUAL;
    return mode;
}
