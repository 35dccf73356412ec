/* info tlb, info walk: what translation knows, and how it finds out. */
#include "control/command/info.h"
#include "control/command/show.h"

#include <inttypes.h>
#include <stdlib.h>

/* "DAGUXWRV": letters of the bits that are 1, the highest first. */
static void put_pte_bits(struct buf *out, uint64_t entry)
{
    static const char letters[] = "VRWXUGAD";

    if (entry >> 63)
        buf_text(out, "N");
    for (int bit = 7; bit >= 0; bit--)
        buf_char(out, entry >> bit & 1 ? letters[bit] : '-');
}

/* Bytes of the page that a leaf at that level maps. */
static uint64_t page_size(unsigned level, bool napot)
{
    return UINT64_C(1) << (RAM_PAGE_SHIFT + (napot ? NAPOT_BITS : VPN_BITS * level));
}

/* --- info tlb -------------------------------------------------------------------------------------- */

static void tlb_row(struct table *table, const struct hart *hart, unsigned at)
{
    const struct tlb_entry *entry = &hart->tlb.entries[at];
    struct buf bits = {0};

    table_number(table, at / hart->tlb.ways);
    table_number(table, at % hart->tlb.ways);
    table_number(table, entry->vpn << RAM_PAGE_SHIFT);
    table_number(table, entry->ppn << RAM_PAGE_SHIFT);
    table_number(table, page_size(entry->level, entry->napot));
    if (entry->global)
        table_none(table);
    else
        table_number(table, entry->asid);
    put_pte_bits(&bits, entry->pte);
    table_text(table, "%s", bits.data);
    buf_free(&bits);
}

bool info_tlb(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"set", COLUMN_COUNT},    {"way", COLUMN_COUNT}, {"virtual", COLUMN_HEX},
        {"physical", COLUMN_HEX}, {"page", COLUMN_HEX},  {"asid", COLUMN_COUNT},
        {"bits", COLUMN_TEXT},    {NULL, COLUMN_TEXT}};
    const struct hart *hart = session_hart(call->session);
    unsigned entries = hart->tlb.sets * hart->tlb.ways, valid = 0;
    struct table *table;

    (void)err;
    for (unsigned i = 0; i < entries; i++)
        valid += hart->tlb.entries[i].valid;
    reply_say(call->reply,
              "The TLB of hart %u holds %u translation%s of 4 KiB: %u sets of %u ways.",
              hart->id, valid, valid == 1 ? "" : "s", hart->tlb.sets, hart->tlb.ways);
    table = reply_table(call->reply, "tlb", columns);
    for (unsigned i = 0; i < entries; i++)
        if (hart->tlb.entries[i].valid)
            tlb_row(table, hart, i);
    return true;
}

/* --- info walk ------------------------------------------------------------------------------------- */

/* A walk that only looks, and writes a row for each entry. */
struct looking {
    const struct hart *hart;
    struct table *table;
};

static enum walk_outcome look_at(void *ctx, uint64_t at, uint64_t *entry)
{
    const struct hart *hart = ((struct looking *)ctx)->hart;

    if (!ram_has(&hart->bus->ram, at, PTE_SIZE) ||
        !pmp_allows(hart, at, PTE_SIZE, ACCESS_LOAD, MODE_S))
        return WALK_ACCESS_FAULT;
    ram_read(&hart->bus->ram, at, entry, PTE_SIZE);
    return WALK_NEXT;
}

/* A and D are not set: the walk goes on as if they were. */
static enum walk_outcome would_set(void *ctx, uint64_t at, uint64_t entry,
                                   uint64_t bits, bool *changed)
{
    const struct hart *hart = ((struct looking *)ctx)->hart;

    (void)entry;
    (void)bits;
    *changed = false;
    return pmp_allows(hart, at, PTE_SIZE, ACCESS_STORE, MODE_S) ? WALK_NEXT
                                                                : WALK_ACCESS_FAULT;
}

static void entry_row(void *ctx, const struct walk_step *step)
{
    struct looking *looking = ctx;
    uint64_t entry = step->entry;
    struct buf text = {0};

    table_number(looking->table, step->level);
    table_number(looking->table, step->at);
    table_number(looking->table, entry);
    put_pte_bits(&text, entry);
    table_text(looking->table, "%s", text.data);
    table_number(looking->table, (entry >> 10 & BITS(43, 0)) << RAM_PAGE_SHIFT);
    buf_clear(&text);
    put_unit(&text, UNIT_OUTCOME, step->outcome);
    table_text(looking->table, "%s", text.data);
    buf_free(&text);
}

static struct walk_rights rights_of(const struct hart *hart, uint8_t access)
{
    uint8_t mode = access == ACCESS_FETCH ? hart->mode : hart_data_mode(hart);
    uint64_t status = hart->csr.mstatus;

    return (struct walk_rights){.access = access,
                                .user = mode == MODE_U,
                                .sum = status & MSTATUS_SUM,
                                .mxr = status & MSTATUS_MXR,
                                .adue = hart->csr.menvcfg & MENVCFG_ADUE};
}

static void say_beginning(struct call *call, const struct walk *walk)
{
    const struct hart *hart = session_hart(call->session);
    uint8_t mode =
        walk->rights.access == ACCESS_FETCH ? hart->mode : hart_data_mode(hart);

    if (mode == MODE_M)
        reply_say(call->reply,
                  "M-mode does not translate: this is what S-mode would find.");
    reply_say(call->reply,
              "%s walk for 0x%" PRIx64 " from the root table at 0x%" PRIx64 ", as %s.",
              walk->format->name, walk->va, walk->root,
              mode_name(walk->rights.user ? MODE_U : MODE_S));
}

static void say_end(struct call *call, const struct walk *walk,
                    const struct walk_found *found)
{
    const struct hart *hart = session_hart(call->session);
    uint16_t asid = (uint16_t)field_get(hart->csr.satp, SATP_ASID);
    const struct tlb_entry *cached = tlb_find(&hart->tlb, walk->va, asid);
    uint64_t pa = walk_target(found, walk->va);
    struct buf text = {0};

    if (found->outcome == WALK_LEAF) {
        reply_say(call->reply,
                  "0x%" PRIx64 " is physical address 0x%" PRIx64
                  ", in a page of %" PRIu64 " KiB.",
                  walk->va, pa,
                  (UINT64_C(1) << walk_page_bits(found->entry, found->level)) / 1024);
        if (cached && cached->ppn != pa >> RAM_PAGE_SHIFT)
            reply_say(call->reply,
                      "The TLB has another translation, to 0x%" PRIx64
                      ": until a fence, that one is used.",
                      cached->ppn << RAM_PAGE_SHIFT);
    } else {
        put_unit(&text, UNIT_OUTCOME, found->outcome);
        reply_say(call->reply, "The walk fails: %s.", text.data);
        if (found->outcome == WALK_ACCESS_FAULT)
            reply_say(call->reply, "The table is not in RAM, or PMP keeps S-mode from "
                                   "it: see info csr pmp*.");
        if (cached)
            reply_say(call->reply,
                      "The TLB has a translation, to 0x%" PRIx64
                      ": until a fence, that one is used.",
                      cached->ppn << RAM_PAGE_SHIFT);
    }
    buf_free(&text);
}

bool info_walk(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"level", COLUMN_COUNT}, {"entry_at", COLUMN_HEX}, {"entry", COLUMN_HEX},
        {"bits", COLUMN_TEXT},   {"leads_to", COLUMN_HEX}, {"outcome", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    static const uint8_t accesses[] = {ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH};
    const struct hart *hart = session_hart(call->session);
    struct looking looking = {.hart = hart};
    struct walk_tables tables = {&looking, look_at, would_set, NULL};
    uint8_t access = accesses[call->given[1].is_given ? call->given[1].value : 0];
    struct walk walk = {.tables = &tables,
                        .format = walk_format(field_get(hart->csr.satp, SATP_MODE)),
                        .va = call->given[0].value,
                        .root = field_get(hart->csr.satp, SATP_PPN) << RAM_PAGE_SHIFT,
                        .rights = rights_of(hart, access)};
    struct walk_found found;

    if (!walk.format)
        return err_set(err, "satp.MODE is 0: addresses are not translated");
    if (!walk_is_address(walk.format, walk.va))
        return err_set(err,
                       "bits 63 to %u of 0x%" PRIx64 " are no copies of bit %u: "
                       "%s translates no such address",
                       walk.format->va_bits, walk.va, walk.format->va_bits - 1u,
                       walk.format->name);
    found = walk_follow(&walk);
    say_beginning(call, &walk);
    say_end(call, &walk, &found);
    tables.tell = entry_row;
    looking.table = reply_table(call->reply, "walk", columns);
    walk_follow(&walk);
    return true;
}
