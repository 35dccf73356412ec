/*
 * Rows of the caches. An entry is stale when a walk for its address would find another
 * page, or none: the walk is made without effect, in the entry's own address space, which
 * the registers must name now; of other spaces nothing is said.
 */
#include "face/tui/view/cache_rows.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "face/tui/view/entry_bits.h"
#include "face/tui/watch/text.h"
#include "machine/iommu/iommu_translate.h"
#include "observe/ask/walks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cache_rows *cache_rows_new(void)
{
    return alloc_zero(1, sizeof(struct cache_rows));
}

void cache_rows_free(struct cache_rows *rows)
{
    free(rows);
}

static struct cache_row *add_row(struct cache_rows *rows, const char *kind)
{
    struct cache_row *row;

    if (rows->count == CACHE_ROWS)
        return NULL;
    row = &rows->row[rows->count++];
    *row = (struct cache_row){.has_filled = false};
    snprintf(row->kind, sizeof(row->kind), "%s", kind);
    return row;
}

static void put_size(char *text, size_t room, unsigned bits)
{
    snprintf(text, room, "%u %s", 1U << bits % 10,
             bits >= 30   ? "GiB"
             : bits >= 20 ? "MiB"
                          : "KiB");
}

/* An access that this leaf allows, if it allows any. */
static uint8_t access_allowed(uint64_t pte)
{
    return pte & BIT(1) ? ACCESS_LOAD : ACCESS_FETCH;
}

/* --- the TLB ------------------------------------------------------------------------------- */

static struct walk_request request_of(const struct tlb_entry *entry)
{
    uint64_t pte = entry->pte ? entry->pte : entry->gpte;
    bool user = entry->space == TLB_GUEST_BARE ? false : entry->pte & BIT(4);
    uint8_t mode = user ? MODE_U : MODE_S;

    if (entry->space != TLB_HOST)
        mode |= MODE_VIRTUAL;
    return (struct walk_request){.va = entry->vpn << RAM_PAGE_SHIFT,
                                 .access = access_allowed(pte),
                                 .mode = mode};
}

/* Do the registers name its address space now? */
static bool is_current(const struct hart *hart, const struct tlb_entry *entry)
{
    struct tlb_key key = hart_tlb_key(hart, request_of(entry));

    return key.space == entry->space && key.vmid == entry->vmid &&
           (entry->global || key.space == TLB_GUEST_BARE || key.asid == entry->asid);
}

static void judge_tlb(const struct hart *hart, const struct tlb_entry *entry,
                      struct cache_row *row)
{
    struct walk_request request = request_of(entry);
    struct stages stages;
    struct translation end;

    if (!is_current(hart, entry) || hart_is_bare(hart, request))
        return;
    end = look_walk(hart, request, NULL, NULL, &stages);
    row->stale = end.outcome != WALK_LEAF || end.pa >> RAM_PAGE_SHIFT != entry->ppn;
    if (end.outcome != WALK_LEAF)
        snprintf(row->now, sizeof(row->now), "stale: none");
    else if (row->stale)
        snprintf(row->now, sizeof(row->now), "now %08" PRIx64,
                 end.pa & ~(uint64_t)(RAM_PAGE - 1));
}

static void say_space(const struct hart *hart, const struct tlb_entry *entry,
                      struct cache_row *row)
{
    char asid[16] = "global";

    if (!entry->global)
        snprintf(asid, sizeof(asid), "ASID %u", entry->asid);
    if (entry->space == TLB_GUEST_BARE)
        snprintf(row->whose, sizeof(row->whose), "VMID %u", entry->vmid);
    else if (entry->space == TLB_GUEST)
        snprintf(row->whose, sizeof(row->whose), "%s VMID %u", asid, entry->vmid);
    else
        snprintf(row->whose, sizeof(row->whose), hart->has_h ? "%s host" : "%s", asid);
}

static void say_leaves(const struct tlb_entry *entry, struct cache_row *row)
{
    char first[12], second[12], size[16];
    bool bare = entry->space == TLB_GUEST_BARE;
    unsigned bits = bare ? walk_page_bits(entry->gpte, entry->g_level)
                         : walk_page_bits(entry->pte, entry->level);

    put_size(size, sizeof(size), bits);
    snprintf(row->bits, sizeof(row->bits), "%s %s%s%s", size,
             bare ? "" : entry_letters(first, entry->pte), entry->gpte ? " G " : "",
             entry->gpte ? entry_letters(second, entry->gpte) : "");
}

/* What is told of: an access that this entry has served. */
static bool is_used(const struct watch *watch, const struct hart *hart,
                    const struct tlb_entry *entry)
{
    const struct event_insn *insn = &watch->focus.insn;
    struct walk_request request;

    if (!watch->has_focus || watch->focus.kind != EVENT_INSN ||
        insn->hart != hart->id || insn->access == ACCESS_NONE || insn->mode == MODE_M)
        return false;
    request = (struct walk_request){
        .va = insn->va, .access = ACCESS_LOAD, .mode = insn->mode};
    return tlb_find(&hart->tlb, hart_tlb_key(hart, request)) == entry;
}

/* Which event of the window filled that entry last. */
static bool is_fill(const struct event *event, const struct hart *hart, unsigned *at)
{
    *at = event->tlb_fill.set * hart->tlb.ways + event->tlb_fill.way;
    return event->kind == EVENT_TLB_FILL && event->tlb_fill.hart == hart->id &&
           *at < hart->tlb.sets * hart->tlb.ways;
}

static void say_fill(const struct watch *watch, uint32_t fill, struct cache_row *row)
{
    row->has_filled = fill > 0;
    if (!fill)
        return;
    row->filled = watch->events[fill - 1].cycle;
    row->filled_now = fill - 1 >= watch->first;
}

/* What a step that is not over has put into the TLB is not there yet. */
static struct tlb_entry entry_of(const struct event_tlb_fill *fill)
{
    return (struct tlb_entry){.vpn = fill->va >> RAM_PAGE_SHIFT,
                              .ppn = fill->pa >> RAM_PAGE_SHIFT,
                              .pte = fill->entry,
                              .gpn = fill->gpa >> RAM_PAGE_SHIFT,
                              .gpte = fill->guest_entry,
                              .asid = fill->asid,
                              .vmid = fill->vmid,
                              .space = !fill->is_guest ? TLB_HOST
                                       : fill->entry   ? TLB_GUEST
                                                       : TLB_GUEST_BARE,
                              .level = fill->level,
                              .global = fill->entry >> 5 & 1,
                              .valid = 1};
}

static void tlb_row(const struct watch *watch, const struct hart *hart, unsigned at,
                    uint32_t fill, struct cache_rows *rows)
{
    struct tlb_entry entry = hart->tlb.entries[at];
    struct cache_row *row;

    if (fill > watch->inside)
        entry = entry_of(&watch->events[fill - 1].tlb_fill);
    row = entry.valid ? add_row(rows, "page") : NULL;
    if (!row)
        return;
    if (entry.space == TLB_GUEST_BARE)
        snprintf(row->kind, sizeof(row->kind), "GPA");
    snprintf(row->key, sizeof(row->key), "%08" PRIx64, entry.vpn << RAM_PAGE_SHIFT);
    snprintf(row->value, sizeof(row->value), "%08" PRIx64, entry.ppn << RAM_PAGE_SHIFT);
    snprintf(row->name, sizeof(row->name), "0x%08" PRIx64, entry.ppn << RAM_PAGE_SHIFT);
    say_space(hart, &entry, row);
    say_leaves(&entry, row);
    judge_tlb(hart, &entry, row);
    row->used = is_used(watch, hart, &hart->tlb.entries[at]);
    say_fill(watch, fill, row);
}

void cache_rows_of_tlb(const struct watch *watch, unsigned number,
                       struct cache_rows *rows)
{
    const struct hart *hart = &watch->board->hart[number];

    unsigned entries = hart->tlb.sets * hart->tlb.ways, at;
    uint32_t *fills = alloc_zero(entries, sizeof(*fills));

    rows->count = 0;
    for (unsigned i = 0; i < watch->count; i++)
        if (is_fill(&watch->events[i], hart, &at))
            fills[at] = i + 1;
    for (unsigned i = 0; i < entries; i++)
        tlb_row(watch, hart, i, fills[i], rows);
    free(fills);
    snprintf(rows->title, sizeof(rows->title), "TLB of hart %u", number);
    snprintf(rows->note, sizeof(rows->note), "%d of %u entries", rows->count, entries);
}

/* --- the IOMMU ----------------------------------------------------------------------------- */

static const char *mode_words(uint64_t atp, const char *name)
{
    return field_get(atp, IOMMU_ATP_MODE) ? name : "Bare";
}

static bool is_iommu_event(const struct watch *watch, const struct iommu *iommu,
                           enum event_kind kind, uint8_t device)
{
    return watch->has_focus && watch->focus.kind == kind &&
           device == iommu->device.index;
}

static bool is_same_context(const struct iommu_context *one,
                            const struct iommu_context *other)
{
    return one->tc == other->tc && one->iohgatp == other->iohgatp &&
           one->ta == other->ta && one->fsc == other->fsc;
}

/* The device context in that slot, as the viewer has seen it. */
static struct iommu_kept_context context_in(const struct watch *watch,
                                            const struct iommu *iommu, unsigned slot,
                                            bool *now)
{
    struct iommu_kept_context kept = iommu->context[slot];

    *now = false;
    for (unsigned i = watch->first < watch->inside ? watch->first : watch->inside;
         i < watch->count; i++) {
        const struct event_iommu_context *told = &watch->events[i].iommu_context;

        if (watch->events[i].kind != EVENT_IOMMU_CONTEXT ||
            told->device != iommu->device.index || told->slot != slot)
            continue;
        *now |= i >= watch->first;
        kept = (struct iommu_kept_context){
            .context = {told->tc, told->iohgatp, told->ta, told->fsc},
            .device_id = told->device_id,
            .valid = 1};
    }
    return kept;
}

static void context_row(const struct watch *watch, const struct iommu *iommu,
                        unsigned slot, struct cache_rows *rows)
{
    bool filled;
    struct iommu_kept_context kept = context_in(watch, iommu, slot, &filled);
    const struct iommu_access access = {.device_id = kept.device_id,
                                        .access = ACCESS_LOAD};
    const struct walk_target target = {.is_iommu = true, .device_id = kept.device_id};
    struct cache_row *row = kept.valid ? add_row(rows, "device") : NULL;
    struct iommu_end now;

    if (!row)
        return;
    now = iommu_look(iommu, &access, NULL, NULL);
    walk_name_asker(watch, &target, row->key, sizeof(row->key));
    snprintf(row->whose, sizeof(row->whose), "0x%06" PRIx32 " 1st %s 2nd %s",
             kept.device_id, mode_words(kept.context.fsc, "Sv39"),
             mode_words(kept.context.iohgatp, "Sv39x4"));
    row->stale = !now.has_context || !is_same_context(&now.context, &kept.context);
    row->filled_now = filled;
}

/* A kept device context whose translation this may be; NULL: none is kept. */
static const struct iommu_kept_context *context_of(
    const struct iommu *iommu, const struct iommu_translation *entry)
{
    for (unsigned i = 0; i < iommu->contexts; i++) {
        struct iommu_key key =
            iommu_key_of(&iommu->context[i].context, entry->vpn << RAM_PAGE_SHIFT);

        if (iommu->context[i].valid && iommu_find(iommu, &key) == entry)
            return &iommu->context[i];
    }
    return NULL;
}

static void judge_translation(const struct iommu *iommu,
                              const struct iommu_translation *entry,
                              struct cache_row *row)
{
    const struct iommu_kept_context *context = context_of(iommu, entry);
    struct iommu_access access = {.iova = entry->vpn << RAM_PAGE_SHIFT};
    struct iommu_end end;

    if (!context)
        return;
    access.device_id = context->device_id;
    access.access = access_allowed(entry->has_first ? entry->first : entry->second);
    end = iommu_look(iommu, &access, NULL, NULL);
    row->stale = end.cause != IOMMU_NO_CAUSE || end.pa >> RAM_PAGE_SHIFT != entry->ppn;
    if (end.cause != IOMMU_NO_CAUSE)
        snprintf(row->now, sizeof(row->now), "stale: none");
    else if (row->stale)
        snprintf(row->now, sizeof(row->now), "now %08" PRIx64,
                 end.pa & ~(uint64_t)(RAM_PAGE - 1));
}

static bool is_iommu_fill(const struct event *event, const struct iommu *iommu,
                          unsigned *at)
{
    *at = event->iommu_fill.set * iommu->ways + event->iommu_fill.way;
    return event->kind == EVENT_IOMMU_FILL &&
           event->iommu_fill.device == iommu->device.index &&
           *at < iommu->sets * iommu->ways;
}

static struct iommu_translation translation_of(const struct event_iommu_fill *fill)
{
    return (struct iommu_translation){.vpn = fill->iova >> RAM_PAGE_SHIFT,
                                      .ppn = fill->pa >> RAM_PAGE_SHIFT,
                                      .first = fill->first,
                                      .second = fill->second,
                                      .pscid = fill->pscid,
                                      .gscid = fill->gscid,
                                      .has_first = fill->first != 0,
                                      .has_second = fill->second != 0,
                                      .first_bits = RAM_PAGE_SHIFT,
                                      .second_bits = RAM_PAGE_SHIFT,
                                      .valid = 1};
}

static void say_translation(const struct iommu_translation *entry,
                            struct cache_row *row)
{
    char letters[12], size[16];

    snprintf(row->key, sizeof(row->key), "%08" PRIx64, entry->vpn << RAM_PAGE_SHIFT);
    snprintf(row->value, sizeof(row->value), "%08" PRIx64,
             entry->ppn << RAM_PAGE_SHIFT);
    snprintf(row->name, sizeof(row->name), "0x%08" PRIx64,
             entry->ppn << RAM_PAGE_SHIFT);
    if (entry->has_second)
        snprintf(row->whose, sizeof(row->whose), "GSCID %" PRIu32, entry->gscid);
    else
        snprintf(row->whose, sizeof(row->whose), "PSCID %" PRIu32, entry->pscid);
    put_size(size, sizeof(size),
             entry->has_second ? entry->second_bits : entry->first_bits);
    snprintf(row->bits, sizeof(row->bits), "%s %s", size,
             entry_letters(letters, entry->has_second ? entry->second : entry->first));
}

static void translation_row(const struct watch *watch, const struct iommu *iommu,
                            unsigned at, uint32_t fill, struct cache_rows *rows)
{
    struct iommu_translation entry = iommu->translation[at];
    const struct event_iommu_translate *told = &watch->focus.iommu_translate;
    struct cache_row *row;

    if (fill > watch->inside)
        entry = translation_of(&watch->events[fill - 1].iommu_fill);
    row = entry.valid ? add_row(rows, "page") : NULL;
    if (!row)
        return;
    say_translation(&entry, row);
    if (fill <= watch->inside)
        judge_translation(iommu, &iommu->translation[at], row);
    row->used = is_iommu_event(watch, iommu, EVENT_IOMMU_TRANSLATE, told->device) &&
                told->found == IOMMU_HIT && told->iova >> RAM_PAGE_SHIFT == entry.vpn;
    say_fill(watch, fill, row);
}

void cache_rows_of_iommu(const struct watch *watch, const struct iommu *iommu,
                         struct cache_rows *rows)
{
    char hits[TEXT_NUMBER], misses[TEXT_NUMBER];
    unsigned entries = iommu->sets * iommu->ways, at;
    uint32_t *fills = alloc_zero(entries, sizeof(*fills));

    rows->count = 0;
    for (unsigned i = 0; i < watch->count; i++)
        if (is_iommu_fill(&watch->events[i], iommu, &at))
            fills[at] = i + 1;
    for (unsigned i = 0; i < iommu->contexts; i++)
        context_row(watch, iommu, i, rows);
    for (unsigned i = 0; i < entries; i++)
        translation_row(watch, iommu, i, fills[i], rows);
    free(fills);
    snprintf(rows->title, sizeof(rows->title), "caches of %s", iommu->device.name);
    snprintf(rows->note, sizeof(rows->note), "%s misses, %s hits",
             text_count(misses, iommu->counts.misses),
             text_count(hits, iommu->counts.hits));
}
