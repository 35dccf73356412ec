/* info tlb, info walk: what translation knows, and how it finds out. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/structures.h"
#include "observe/ask/walks.h"

#include <inttypes.h>
#include <stdlib.h>

/* Bytes of the page that a leaf at that level maps. */
static uint64_t page_size(unsigned level, bool napot)
{
    return UINT64_C(1) << (RAM_PAGE_SHIFT + (napot ? NAPOT_BITS : VPN_BITS * level));
}

/* --- info tlb -------------------------------------------------------------------------------------- */

static void put_bits_cell(struct table *table, uint64_t entry)
{
    struct buf bits = {0};

    if (entry) {
        put_pte_bits(&bits, entry);
        table_text(table, "%s", bits.data);
    } else {
        table_none(table);
    }
    buf_free(&bits);
}

/* Of a guest: which one, the address between the stages, the leaf of the G-stage. */
static void guest_cells(struct table *table, const struct tlb_entry *entry)
{
    if (entry->space == TLB_HOST) {
        table_none(table);
        table_none(table);
    } else {
        table_number(table, entry->vmid);
        table_number(table, entry->gpn << RAM_PAGE_SHIFT);
    }
    put_bits_cell(table, entry->gpte);
}

static void tlb_row(struct table *table, const struct hart *hart, unsigned at)
{
    const struct tlb_entry *entry = &hart->tlb.entries[at];
    bool bare = entry->space == TLB_GUEST_BARE;

    table_number(table, at / hart->tlb.ways);
    table_number(table, at % hart->tlb.ways);
    table_number(table, entry->vpn << RAM_PAGE_SHIFT);
    table_number(table, entry->ppn << RAM_PAGE_SHIFT);
    table_number(table, bare ? page_size(entry->g_level, entry->g_napot)
                             : page_size(entry->level, entry->napot));
    if (entry->global || bare)
        table_none(table);
    else
        table_number(table, entry->asid);
    put_bits_cell(table, entry->pte);
    if (hart->has_h)
        guest_cells(table, entry);
}

bool info_tlb(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"set", COLUMN_COUNT},    {"way", COLUMN_COUNT}, {"virtual", COLUMN_HEX},
        {"physical", COLUMN_HEX}, {"page", COLUMN_HEX},  {"asid", COLUMN_COUNT},
        {"bits", COLUMN_TEXT},    {NULL, COLUMN_TEXT}};
    static const struct column guest_columns[] = {
        {"set", COLUMN_COUNT},    {"way", COLUMN_COUNT},  {"virtual", COLUMN_HEX},
        {"physical", COLUMN_HEX}, {"page", COLUMN_HEX},   {"asid", COLUMN_COUNT},
        {"bits", COLUMN_TEXT},    {"vmid", COLUMN_COUNT}, {"guest", COLUMN_HEX},
        {"g_bits", COLUMN_TEXT},  {NULL, COLUMN_TEXT}};
    const struct hart *hart = session_hart(call->session);
    unsigned entries = hart->tlb.sets * hart->tlb.ways, valid = 0;
    struct table *table;

    (void)err;
    for (unsigned i = 0; i < entries; i++)
        valid += hart->tlb.entries[i].valid;
    reply_say(call->reply,
              "The TLB of hart %u holds %u translation%s of 4 KiB: %u sets of %u ways.",
              hart->id, valid, valid == 1 ? "" : "s", hart->tlb.sets, hart->tlb.ways);
    table = reply_table(call->reply, "tlb", hart->has_h ? guest_columns : columns);
    for (unsigned i = 0; i < entries; i++)
        if (hart->tlb.entries[i].valid)
            tlb_row(table, hart, i);
    return true;
}

/* --- info walk ------------------------------------------------------------------------------------- */

/* Where each entry of a walk has a row. */
struct looking {
    struct table *table;
    bool two; /* stages */
};

static void entry_row(void *ctx, const struct walk_step *step)
{
    struct looking *looking = ctx;
    uint64_t entry = step->entry;
    struct buf text = {0};

    if (looking->two) {
        put_unit(&text, UNIT_STAGE, step->stage);
        table_text(looking->table, "%s", text.data);
        table_number(looking->table, step->stage == STAGE_G ? step->va : step->gpa);
        buf_clear(&text);
    }
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

static void say_beginning(struct call *call, const struct stages *stages,
                          struct walk_request request)
{
    const struct hart *hart = session_hart(call->session);
    const struct walk_format *vs = stages->vs.format, *g = stages->g.format;
    const char *mode = mode_name(request.mode);

    if (look_request(hart, 0, request.access).mode != hart_privilege(hart) &&
        hart->mode == MODE_M && request.mode == MODE_S)
        reply_say(call->reply,
                  "M-mode does not translate: this is what S-mode would find.");
    if (vs)
        reply_say(call->reply,
                  "%s walk for 0x%" PRIx64 " from the root table at 0x%" PRIx64
                  ", as %s%s",
                  vs->name, stages->va, stages->vs.root, mode,
                  stages->two ? ": the VS-stage." : ".");
    if (g)
        reply_say(call->reply,
                  "%s walk for each guest physical address from the root table at "
                  "0x%" PRIx64 ": the G-stage.",
                  g->name, stages->g.root);
}

static void say_found(struct call *call, const struct stages *stages,
                      const struct translation *end)
{
    const struct walk_found *vs = &end->vs, *g = &end->g;

    if (stages->two && vs->entry)
        reply_say(call->reply,
                  "0x%" PRIx64 " is guest physical address 0x%" PRIx64
                  ", in a page of %" PRIu64 " KiB.",
                  stages->va, end->gpa,
                  BIT(walk_page_bits(vs->entry, vs->level)) / 1024);
    if (!stages->two || g->entry)
        reply_say(call->reply,
                  "0x%" PRIx64 " is physical address 0x%" PRIx64
                  ", in a page of %" PRIu64 " KiB.",
                  stages->two ? end->gpa : stages->va, end->pa,
                  BIT(stages->two ? walk_page_bits(g->entry, g->level)
                                  : walk_page_bits(vs->entry, vs->level)) /
                      1024);
}

static void say_failure(struct call *call, const struct translation *end)
{
    struct buf text = {0};

    put_unit(&text, UNIT_OUTCOME, end->outcome);
    if (end->stage == STAGE_G)
        reply_say(call->reply,
                  "The walk fails in the G-stage, for guest physical address 0x%" PRIx64
                  "%s: %s.",
                  end->gpa,
                  end->reaching == REACHING_PAGE ? ""
                  : end->reaching == REACHING_TABLE
                      ? ", to read a table of the VS-stage"
                      : ", to set A or D in a table of the "
                        "VS-stage",
                  text.data);
    else
        reply_say(call->reply, "The walk fails: %s.", text.data);
    if (end->outcome == WALK_ACCESS_FAULT)
        reply_say(call->reply, "The table is not in RAM, or PMP keeps S-mode from "
                               "it: see info csr pmp*.");
    buf_free(&text);
}

/* Where the TLB and the tables differ, the TLB is believed. */
static void say_cached(struct call *call, struct walk_request request,
                       const struct translation *end)
{
    const struct hart *hart = session_hart(call->session);
    const struct tlb_entry *cached = tlb_find(&hart->tlb, hart_tlb_key(hart, request));
    bool found = end->outcome == WALK_LEAF;

    if (cached && (!found || cached->ppn != end->pa >> RAM_PAGE_SHIFT))
        reply_say(call->reply,
                  "The TLB has %s translation, to 0x%" PRIx64
                  ": until a fence, that one is used.",
                  found ? "another" : "a", cached->ppn << RAM_PAGE_SHIFT);
}

/* Is there a walk to look at? */
static bool check_walk(const struct hart *hart, struct walk_request request,
                       const struct stages *stages, struct err *err)
{
    const struct walk_format *format = stages->vs.format;

    if (hart_is_bare(hart, request))
        return err_set(err, stages->two
                                ? "vsatp.MODE and hgatp.MODE are 0: addresses are not "
                                  "translated"
                                : "satp.MODE is 0: addresses are not translated");
    if (format && !walk_is_address(format, request.va))
        return err_set(err,
                       "bits 63 to %u of 0x%" PRIx64 " are no copies of bit %u: "
                       "%s translates no such address",
                       format->va_bits, request.va, format->va_bits - 1u, format->name);
    return true;
}

bool info_walk(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"stage", COLUMN_TEXT},   {"guest", COLUMN_HEX},    {"level", COLUMN_COUNT},
        {"entry_at", COLUMN_HEX}, {"entry", COLUMN_HEX},    {"bits", COLUMN_TEXT},
        {"leads_to", COLUMN_HEX}, {"outcome", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    static const uint8_t accesses[] = {ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH};
    const struct hart *hart = session_hart(call->session);
    uint8_t access = accesses[call->given[1].is_given ? call->given[1].value : 0];
    struct walk_request request = look_request(hart, call->given[0].value, access);
    struct stages stages = hart_stages(hart, request, NULL);
    struct looking looking = {.two = stages.two};
    struct translation end;

    if (!check_walk(hart, request, &stages, err))
        return false;
    end = look_walk(hart, request, NULL, NULL, &stages);
    say_beginning(call, &stages, request);
    if (end.outcome == WALK_LEAF)
        say_found(call, &stages, &end);
    else
        say_failure(call, &end);
    say_cached(call, request, &end);
    looking.table =
        reply_table(call->reply, "walk", stages.two ? columns : columns + 2);
    look_walk(hart, request, entry_row, &looking, &stages);
    return true;
}
