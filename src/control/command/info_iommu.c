/*
 * info iommu: what IOMMUs remember, and what waits in their queues in memory, in words.
 * info iommu walk: what one would make of an address, without asking it.
 */
#include "control/command/info.h"
#include "control/command/show.h"
#include "machine/iommu/iommu_command.h"
#include "machine/iommu/iommu_fault.h"
#include "observe/ask/iommus.h"
#include "observe/ask/structures.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ENTRIES_MOST = 64 }; /* of a queue */

static const struct iommu *iommu_at(const struct board *board, unsigned device)
{
    return iommu_of_device(board->device[device]);
}

static void device_id_cell(struct table *table, const struct session *session,
                           uint32_t id)
{
    struct buf text = {0};

    put_device_id(&text, session->run, session->board, id);
    show_text_cell(table, &text);
    buf_free(&text);
}

static void stage_cell(struct table *table, uint64_t atp, const char *mode)
{
    struct buf text = {0};

    put_context_stage(&text, atp, mode);
    show_text_cell(table, &text);
    buf_free(&text);
}

/* --- what is remembered -------------------------------------------------------------- */

static void context_cells(struct table *table, const struct iommu_context *context)
{
    struct buf text = {0};

    stage_cell(table, context->fsc, "Sv39");
    stage_cell(table, context->iohgatp, "Sv39x4");
    table_number(table, field_get(context->ta, IOMMU_PSCID));
    table_number(table, field_get(context->iohgatp, IOMMU_GSCID));
    put_context_flags(&text, context->tc);
    show_text_cell(table, &text);
    buf_free(&text);
}

static void context_rows(struct call *call, struct table *table,
                         const struct iommu *iommu)
{
    for (unsigned i = 0; i < iommu->contexts; i++) {
        const struct iommu_kept_context *kept = &iommu->context[i];

        if (!kept->valid)
            continue;
        table_text(table, "%s", iommu->device.name);
        table_number(table, i);
        device_id_cell(table, call->session, kept->device_id);
        context_cells(table, &kept->context);
    }
}

static void id_cell(struct table *table, bool has, uint64_t id)
{
    if (has)
        table_number(table, id);
    else
        table_none(table);
}

static void translation_row(struct table *table, const struct iommu *iommu, unsigned at)
{
    const struct iommu_translation *entry = &iommu->translation[at];

    table_text(table, "%s", iommu->device.name);
    table_number(table, at / iommu->ways);
    table_number(table, at % iommu->ways);
    table_number(table, entry->vpn << RAM_PAGE_SHIFT);
    id_cell(table, entry->has_second, entry->gpn << RAM_PAGE_SHIFT);
    table_number(table, entry->ppn << RAM_PAGE_SHIFT);
    id_cell(table, entry->has_first && !entry->global, entry->pscid);
    id_cell(table, entry->has_second, entry->gscid);
    id_cell(table, entry->has_first, entry->first);
    id_cell(table, entry->has_second, entry->second);
}

static void translation_rows(struct call *call, struct table *table,
                             const struct iommu *iommu)
{
    (void)call;
    for (unsigned i = 0; i < iommu->sets * iommu->ways; i++)
        if (iommu->translation[i].valid)
            translation_row(table, iommu, i);
}

/* --- what waits in the queues -------------------------------------------------------- */

static void command_row(struct table *table, const struct iommu *iommu, uint32_t index)
{
    uint64_t at = iommu_queue_at(iommu->cqb) + (uint64_t)index * IOMMU_COMMAND_SIZE;
    uint64_t word[2] = {0, 0};
    char operands[96];

    table_text(table, "%s", iommu->device.name);
    table_number(table, index);
    table_number(table, at);
    if (bus_peek(iommu->device.bus, at, word, sizeof(word)) < sizeof(word)) {
        table_text(table, "not in RAM");
        table_none(table);
        return;
    }
    iommu_command_operands(word, operands, sizeof(operands));
    table_text(table, "%s%s", iommu_command_names[iommu_command_number(word)],
               iommu_command_is_legal(iommu, word) ? "" : " (illegal)");
    table_text(table, "%s", operands);
}

static void waiting_rows(struct call *call, struct table *table,
                         const struct iommu *iommu)
{
    uint32_t index = iommu->cqh;

    (void)call;
    for (unsigned n = 0; index != iommu->cqt && n < ENTRIES_MOST; n++) {
        command_row(table, iommu, index);
        index = (index + 1) & iommu_queue_mask(iommu->cqb);
    }
}

static void record_row(struct table *table, const struct session *session,
                       const struct iommu *iommu, uint32_t index)
{
    uint64_t at = iommu_queue_at(iommu->fqb) + (uint64_t)index * IOMMU_RECORD_SIZE;
    uint64_t word[4] = {0};
    struct buf text = {0};

    table_text(table, "%s", iommu->device.name);
    table_number(table, index);
    table_number(table, at);
    if (bus_peek(iommu->device.bus, at, word, sizeof(word)) < sizeof(word)) {
        table_none(table);
        table_text(table, "not in RAM");
        return;
    }
    table_number(table, word[0] & BITS(11, 0));
    put_fault_record(&text, session->run, session->board, word);
    show_text_cell(table, &text);
    buf_free(&text);
}

static void record_rows(struct call *call, struct table *table,
                        const struct iommu *iommu)
{
    uint32_t index = iommu->fqh;

    for (unsigned n = 0; index != iommu->fqt && n < ENTRIES_MOST; n++) {
        record_row(table, call->session, iommu, index);
        index = (index + 1) & iommu_queue_mask(iommu->fqb);
    }
}

/* --- info iommu ---------------------------------------------------------------------- */

static void say_iommu(struct call *call, const struct iommu *iommu)
{
    const struct iommu_counts *counts = &iommu->counts;
    const char *name = iommu->device.name;

    reply_say(call->reply, "%s is %s.", name, iommu_mode_words(iommu));
    reply_say(call->reply,
              "It has translated %" PRIu64 " addresses, with %" PRIu64
              " hits and %" PRIu64 " walks, read %" PRIu64
              " entries of tables, and refused %" PRIu64 " of them.",
              counts->translations, counts->hits, counts->misses, counts->reads,
              counts->faults);
    reply_say(call->reply,
              "Its command queue is %s, cqh %" PRIu32 " of cqt %" PRIu32
              "; its fault queue is %s, fqh %" PRIu32 " of fqt %" PRIu32 ".",
              iommu_command_state(iommu), iommu->cqh, iommu->cqt,
              iommu_fault_state(iommu), iommu->fqh, iommu->fqt);
}

bool info_iommu(struct call *call, struct err *err)
{
    static const struct column contexts[] = {{"iommu", COLUMN_TEXT},
                                             {"slot", COLUMN_COUNT},
                                             {"device", COLUMN_TEXT},
                                             {"first_stage", COLUMN_TEXT},
                                             {"second_stage", COLUMN_TEXT},
                                             {"pscid", COLUMN_COUNT},
                                             {"gscid", COLUMN_COUNT},
                                             {"flags", COLUMN_TEXT},
                                             {NULL, COLUMN_TEXT}};
    static const struct column translations[] = {
        {"iommu", COLUMN_TEXT},  {"set", COLUMN_COUNT},   {"way", COLUMN_COUNT},
        {"iova", COLUMN_HEX},    {"guest", COLUMN_HEX},   {"physical", COLUMN_HEX},
        {"pscid", COLUMN_COUNT}, {"gscid", COLUMN_COUNT}, {"first", COLUMN_HEX},
        {"second", COLUMN_HEX},  {NULL, COLUMN_TEXT}};
    static const struct column commands[] = {
        {"iommu", COLUMN_TEXT},   {"index", COLUMN_COUNT},   {"at", COLUMN_HEX},
        {"command", COLUMN_TEXT}, {"operands", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    static const struct column records[] = {
        {"iommu", COLUMN_TEXT},  {"index", COLUMN_COUNT}, {"at", COLUMN_HEX},
        {"cause", COLUMN_COUNT}, {"record", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    static const struct {
        const char *name;
        const struct column *columns;
        void (*rows)(struct call *call, struct table *table, const struct iommu *iommu);
    } tables[] = {{"contexts", contexts, context_rows},
                  {"translations", translations, translation_rows},
                  {"commands", commands, waiting_rows},
                  {"records", records, record_rows}};
    const struct board *board = session_board(call->session);
    bool some = false;

    for (unsigned i = 0; i < board->devices; i++)
        if (iommu_at(board, i)) {
            say_iommu(call, iommu_at(board, i));
            some = true;
        }
    if (!some)
        return err_set(err, "the board has no IOMMU");
    for (unsigned t = 0; t < COUNT(tables); t++) {
        struct table *table =
            reply_table(call->reply, tables[t].name, tables[t].columns);

        for (unsigned i = 0; i < board->devices; i++)
            if (iommu_at(board, i))
                tables[t].rows(call, table, iommu_at(board, i));
    }
    return true;
}

/* --- info iommu walk ----------------------------------------------------------------- */

static void step_row(void *ctx, const struct iommu_step *step)
{
    struct table *table = ctx;
    struct buf text = {0};

    put_unit(&text, UNIT_IOMMUTABLE, step->table);
    table_text(table, "%s", text.data);
    table_number(table, step->step.level);
    table_number(table, step->step.va);
    table_number(table, step->step.at);
    table_number(table, step->step.entry);
    buf_clear(&text);
    put_unit(&text, UNIT_IOMMUOUTCOME, step->step.outcome);
    table_text(table, "%s", text.data);
    buf_free(&text);
}

static void say_refusal(struct call *call, const struct iommu *iommu,
                        const struct iommu_end *end)
{
    const char *wrong = end->cause == IOMMU_DDT_MISCONFIGURED
                            ? iommu_misconfigured(iommu, &end->context)
                            : NULL;
    struct buf text = {0};

    if (end->iotval2) {
        buf_text(&text, ", ");
        put_unit(&text, UNIT_IOTVAL2, end->iotval2);
    }
    reply_say(call->reply, "It is refused: %s%s%s%s (cause %d).",
              iommu_cause_name(end->cause), text.size ? text.data : "",
              wrong ? ", " : "", wrong ? wrong : "", (int)end->cause);
    buf_free(&text);
}

/* The caches may know something else. */
static void say_kept(struct call *call, const struct iommu *iommu,
                     const struct iommu_access *access, const struct iommu_end *end)
{
    const struct iommu_context *context = iommu_find_context(iommu, access->device_id);
    const struct iommu_translation *kept;
    struct iommu_key key;

    if (!context)
        return;
    key = iommu_key_of(context, access->iova);
    kept = iommu_find(iommu, &key);
    if (kept &&
        (end->cause != IOMMU_NO_CAUSE || kept->ppn != end->pa >> RAM_PAGE_SHIFT))
        reply_say(call->reply,
                  "The translation cache has another one, to 0x%" PRIx64
                  ": until an IOTINVAL, that one is used.",
                  kept->ppn << RAM_PAGE_SHIFT);
    if (!end->has_context)
        reply_say(call->reply, "The directory cache has a device context for it: until "
                               "an IODIR.INVAL_DDT, that one is used.");
}

bool info_iommu_walk(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"table", COLUMN_TEXT},   {"level", COLUMN_COUNT}, {"for", COLUMN_HEX},
        {"entry_at", COLUMN_HEX}, {"entry", COLUMN_HEX},   {"outcome", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    static const uint8_t accesses[] = {ACCESS_LOAD, ACCESS_STORE};
    const struct iommu_access access = {
        .device_id = (uint32_t)call->given[0].value,
        .iova = call->given[1].value,
        .access = accesses[call->given[2].is_given ? call->given[2].value : 0]};
    const struct iommu *iommu =
        iommu_for(session_board(call->session), access.device_id);
    struct iommu_end end;
    struct buf text = {0};

    if (!iommu)
        return err_set(err, "the board has no IOMMU");
    if (call->given[0].value >> 24)
        return err_set(err, "a device id has at most 24 bits");
    put_device_id(&text, call->session->run, call->session->board, access.device_id);
    reply_say(call->reply, "%s is asked by %s, which %s 0x%" PRIx64 ".",
              iommu->device.name, text.data, iommu_ttyp_name(iommu_ttyp(&access)),
              access.iova);
    buf_free(&text);
    end =
        iommu_look(iommu, &access, step_row, reply_table(call->reply, "walk", columns));
    if (end.cause == IOMMU_NO_CAUSE)
        reply_say(call->reply, "It is physical address 0x%" PRIx64 ", %s.", end.pa,
                  iommu_found_names[end.found]);
    else
        say_refusal(call, iommu, &end);
    say_kept(call, iommu, &access, &end);
    return true;
}
