/*
 * Sentences from templates: {field} is the field in its unit's words; [a part] is left
 * out when the first field in it says "none". What a unit's words are is a row of `units`.
 */
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu_command.h"
#include "machine/iommu/iommu_fault.h"
#include "machine/isa/csr.h"
#include "machine/virtio/virtio.h"
#include "observe/narrate_units.h"

#include <ctype.h>
#include <string.h>

const struct board *unit_board(const struct unit_context *context)
{
    const struct run *run = context->narrator->run;
    unsigned board = context->event->board;

    return run && board < run->boards ? run->board[board] : NULL;
}

uint64_t unit_sibling(const struct unit_context *context, const char *name)
{
    const struct event_field *field = event_infos[context->event->kind].fields;

    for (; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return event_get(context->event, field);
    return 0;
}

/* --- units ------------------------------------------------------------------------------- */

static const char *const access_words[] = {"does nothing with", "reads", "writes",
                                           "fetches", "reads and writes"};
static const char *const outcome_words[] = {"leads to the next level",
                                            "the translation",
                                            "not valid",
                                            "a reserved bit or encoding is set",
                                            "no leaf at the last level",
                                            "the access is not permitted",
                                            "a misaligned superpage",
                                            "A or D is not set",
                                            "the hart sets A or D",
                                            "the entry cannot be reached",
                                            "the G-stage refuses the entry's address"};
static const char *const stage_words[STAGES] = {"only stage", "VS-stage", "G-stage"};
static const char *const guest_words[] = {"host", "guest"};
static const char *const iommu_outcome_words[] = {
    "leads to the next level",
    "a leaf",
    "not valid",
    "reserved or misconfigured",
    "no leaf at the last level",
    "the access is not permitted",
    "a misaligned superpage",
    "A or D is not set",
    "the IOMMU sets A or D",
    "the entry cannot be reached",
    "the second stage refuses the entry's address"};
static const char *const iommu_table_words[IOMMU_TABLES] = {
    [STAGE_ONLY] = "first-stage",
    [STAGE_VS] = "first-stage",
    [STAGE_G] = "second-stage",
    [IOMMU_TABLE_DIRECTORY] = "directory",
    [IOMMU_TABLE_CONTEXT] = "device context"};
static const char *const response_words[] = {"okay", "refused", "nothing answers"};
static const char *const bool_words[] = {"no", "yes"};
static const char *const level_words[] = {"lowers", "raises"};
static const char *const edge_words[] = {"falls", "rises"};
static const char *const sleep_words[] = {"wakes up", "waits for an interrupt"};
static const char *const pending_words[] = {"stops being pending", "becomes pending"};

#define WORDS(list, n)                                                                 \
    {                                                                                  \
        .words = (list), .count = (n)                                                  \
    }

/* How a unit is written: by a function, or as a word from a list. `count`: so many of its
 * values, from 0, may have a word. */
static const struct unit {
    unit_put *put;
    const char *const *words;
    size_t count;
} units[UNIT_COUNT] = {
    [UNIT_DEC] = {.put = unit_dec},
    [UNIT_HEX] = {.put = unit_hex},
    [UNIT_BYTES] = {.put = unit_bytes},
    [UNIT_CYCLES] = {.put = unit_cycles},
    [UNIT_VA] = {.put = unit_va},
    [UNIT_PA] = {.put = unit_hex},
    [UNIT_PTE] = {.put = unit_hex},
    [UNIT_BITS] = {.put = unit_insn},
    [UNIT_XREG] = {.put = unit_xreg, .count = 32},
    [UNIT_CSR] = {.put = unit_csr_name, .count = 4096},
    [UNIT_HART] = {.put = unit_hart},
    [UNIT_DEVICE] = {.put = unit_device},
    [UNIT_CHANNEL] = {.put = unit_channel_of},
    [UNIT_INITIATOR] = {.put = unit_who, .count = INITIATORS},
    [UNIT_IRQ] = {.put = unit_irq},
    [UNIT_MIP] = {.put = unit_mip_bit, .count = 16},
    [UNIT_MODE] = {.put = unit_mode, .count = MODES},
    [UNIT_CAUSE] = {.put = unit_trap_cause, .count = 24},
    [UNIT_ACCESS] = WORDS(access_words, COUNT(access_words)),
    [UNIT_OUTCOME] = WORDS(outcome_words, COUNT(outcome_words)),
    [UNIT_RESPONSE] = WORDS(response_words, COUNT(response_words)),
    [UNIT_BOOL] = WORDS(bool_words, COUNT(bool_words)),
    [UNIT_LEVEL] = WORDS(level_words, COUNT(level_words)),
    [UNIT_EDGE] = WORDS(edge_words, COUNT(edge_words)),
    [UNIT_SLEEP] = WORDS(sleep_words, COUNT(sleep_words)),
    [UNIT_PENDING] = WORDS(pending_words, COUNT(pending_words)),
    [UNIT_REGISTER] = {.put = unit_register_of},
    [UNIT_REGVALUE] = {.put = unit_value_of},
    [UNIT_DMASTATE] = WORDS(dma_state_names, DMA_STATES),
    [UNIT_DMAERROR] = WORDS(dma_reason_names, DMA_REASONS),
    [UNIT_ATACOMMAND] = {.put = unit_ata_command, .count = 256},
    [UNIT_DISKPHASE] = WORDS(disk_phase_names, DISK_PHASES),
    [UNIT_CHAR] = {.put = unit_character},
    [UNIT_DIRECTION] = WORDS(dma_direction_names, DMA_TO_DEVICE + 1),
    [UNIT_DMASOURCE] = {.put = unit_dma_source},
    [UNIT_DMADEST] = {.put = unit_dma_dest},
    [UNIT_ACT] = {.put = unit_act},
    [UNIT_GPA] = {.put = unit_hex},
    [UNIT_STAGE] = WORDS(stage_words, STAGES),
    [UNIT_GUEST] = WORDS(guest_words, COUNT(guest_words)),
    [UNIT_MARKER] = {.put = unit_marker},
    [UNIT_DEVICEID] = {.put = unit_device_id},
    [UNIT_IOMMUTABLE] = WORDS(iommu_table_words, IOMMU_TABLES),
    [UNIT_IOMMUOUTCOME] = WORDS(iommu_outcome_words, COUNT(iommu_outcome_words)),
    [UNIT_IOMMUFOUND] = WORDS(iommu_found_names, IOMMU_FOUNDS),
    [UNIT_IOMMUCACHE] = WORDS(iommu_cache_names, IOMMU_CACHES),
    [UNIT_IOMMUCAUSE] = {.put = unit_iommu_cause, .count = IOMMU_CAUSES},
    [UNIT_TTYP] = {.put = unit_transaction_type, .count = 4},
    [UNIT_IOTVAL2] = {.put = unit_iotval2},
    [UNIT_IOMMUREPORT] = WORDS(iommu_report_names, IOMMU_REPORTS),
    [UNIT_IOMMURECORDED] = WORDS(iommu_recorded_names, IOMMU_RECORDEDS),
    [UNIT_IOMMUCOMMAND] = WORDS(iommu_command_names, IOMMU_COMMANDS),
    [UNIT_IOMMUDONE] = WORDS(iommu_done_names, IOMMU_DONES),
    [UNIT_VIRTIOSTATE] = WORDS(virtio_state_names, VIRTIO_STATES),
    [UNIT_VIRTIOHEARD] = WORDS(virtio_heard_names, VIRTIO_HEARD_KINDS),
    [UNIT_VIRTIOTYPE] = {.put = unit_virtio_type, .count = VIRTIO_BLK_GET_ID + 1},
    [UNIT_VIRTIORESULT] = WORDS(virtio_blk_status_names, VIRTIO_BLK_STATUSES),
    [UNIT_VIRTIOREASON] = WORDS(virtio_reason_names, VIRTIO_REASONS),
    [UNIT_VIRTIORULE] = {.put = unit_virtio_rule, .count = VIRTIO_RULES},
};

static void put_in_context(struct buf *out, const struct unit_context *context,
                           enum event_unit number, uint64_t value)
{
    const struct unit *unit = &units[number];

    if (unit->put)
        unit->put(out, context, value);
    else
        buf_text(out, value < unit->count ? unit->words[value] : "?");
}

void narrate_field(struct buf *out, const struct narrator *narrator,
                   const struct event *event, const struct event_field *field)
{
    put_in_context(out, &(struct unit_context){narrator, event}, field->unit,
                   event_get(event, field));
}

void put_unit(struct buf *out, enum event_unit unit, uint64_t value)
{
    static const struct narrator nobody;
    static const struct event nothing;

    put_in_context(out, &(struct unit_context){&nobody, &nothing}, unit, value);
}

uint64_t unit_words(enum event_unit unit)
{
    return units[unit].count;
}

bool unit_is_none(enum event_unit unit, uint64_t value)
{
    if (unit == UNIT_CSR)
        return value == EVENT_NO_CSR;
    return value == 0 &&
           (unit == UNIT_XREG || unit == UNIT_ACCESS || unit == UNIT_RESPONSE ||
            unit == UNIT_GPA || unit == UNIT_STAGE || unit == UNIT_GUEST ||
            unit == UNIT_IOTVAL2);
}

/* A trap's value tells nothing of an interrupt or a call, or if it is the pc itself. */
static bool is_idle_tval(const struct event *event, const struct event_field *field)
{
    const struct event_trap_enter *trap = &event->trap_enter;

    return event->kind == EVENT_TRAP_ENTER && strcmp(field->name, "tval") == 0 &&
           ((trap->cause & CAUSE_INTERRUPT) || trap->tval == trap->epc ||
            (trap->cause >= CAUSE_ECALL_U && trap->cause <= CAUSE_ECALL_M));
}

/* A hart that enters a guest for the first time has left none. */
static bool is_first_entry(const struct event *event, const struct event_field *field)
{
    return event->kind == EVENT_VM_ENTRY && strcmp(field->name, "away") == 0 &&
           event->vm_entry.away == 0;
}

bool narrate_is_none(const struct event *event, const struct event_field *field)
{
    return is_idle_tval(event, field) || is_first_entry(event, field) ||
           unit_is_none(field->unit, event_get(event, field));
}

/* --- sentences ------------------------------------------------------------------------------ */

static const struct event_field *field_named(enum event_kind kind, const char *name,
                                             size_t length)
{
    const struct event_field *field = event_infos[kind].fields;

    for (; field->name; field++)
        if (strlen(field->name) == length && memcmp(field->name, name, length) == 0)
            return field;
    return NULL;
}

/* Is the first field in this optional part, which `from` begins, "none"? */
static bool part_is_none(const struct event *event, const char *from)
{
    const char *open = strchr(from, '{');
    const struct event_field *field =
        open ? field_named((enum event_kind)event->kind, open + 1,
                           strcspn(open + 1, "}"))
             : NULL;

    return field && narrate_is_none(event, field);
}

void narrate(struct buf *out, const struct narrator *narrator,
             const struct event *event)
{
    const char *at = event_infos[event->kind].sentence;

    while (*at) {
        const struct event_field *field;
        size_t length;

        switch (*at) {
        case '[':
            if (part_is_none(event, at))
                at += strcspn(at, "]");
            at++;
            break;
        case ']':
            at++;
            break;
        case '{':
            length = strcspn(at + 1, "}");
            field = field_named((enum event_kind)event->kind, at + 1, length);
            if (field)
                narrate_field(out, narrator, event, field);
            at += length + 2;
            break;
        default:
            buf_char(out, *at++);
        }
    }
}

/* Names are written as they are. */
static bool begins_with_name(const struct narrator *narrator, const char *text)
{
    size_t length = strcspn(text, " ,.:;[");

    if (csr_by_name(text, length))
        return true;
    for (unsigned b = 0; narrator->run && b < narrator->run->boards; b++)
        for (unsigned i = 0; i < narrator->run->board[b]->devices; i++) {
            const char *name = narrator->run->board[b]->device[i]->name;

            if (strlen(name) == length && memcmp(name, text, length) == 0)
                return true;
        }
    return false;
}

void put_sentence(struct buf *out, const struct narrator *narrator, const char *text)
{
    if (!text[0])
        return;
    buf_char(out, begins_with_name(narrator, text)
                      ? text[0]
                      : (char)toupper((unsigned char)text[0]));
    buf_text(out, text + 1);
    buf_char(out, '.');
}
