#include "observe/record.h"

#include "base/alloc.h"
#include "base/varint.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/*
 * A binary recording: a head that describes itself, then events.
 *
 *   head    "RINGSIDE", version (4 bytes), number of kinds (1), then each kind: name,
 *           number of fields (1), each field: name, size in bytes (1), unit. A name is a
 *           length (1) and its letters.
 *   event   kind (1), board (1), cycle and retired as differences to the last event's
 *           and order, each as a varint; how many bytes of each field follow (4 bits
 *           each, low half first), then these bytes, little-endian, without the zero
 *           bytes above the highest one that is not
 *
 * Differences may be negative (harts take turns): bit 0 is the sign (zigzag).
 */
enum { ROOM = 1 << 20, EVENT_BYTES_MAX = 512 };

const char record_magic[8] = {'R', 'I', 'N', 'G', 'S', 'I', 'D', 'E'};

const char *const event_unit_names[UNIT_COUNT] = {
    [UNIT_DEC] = "number",
    [UNIT_HEX] = "hex",
    [UNIT_BYTES] = "bytes",
    [UNIT_CYCLES] = "cycles",
    [UNIT_VA] = "va",
    [UNIT_PA] = "pa",
    [UNIT_PTE] = "pte",
    [UNIT_BITS] = "instruction",
    [UNIT_XREG] = "xreg",
    [UNIT_CSR] = "csr",
    [UNIT_HART] = "hart",
    [UNIT_DEVICE] = "device",
    [UNIT_CHANNEL] = "channel",
    [UNIT_INITIATOR] = "initiator",
    [UNIT_IRQ] = "irq",
    [UNIT_MIP] = "mip",
    [UNIT_MODE] = "mode",
    [UNIT_CAUSE] = "cause",
    [UNIT_ACCESS] = "access",
    [UNIT_OUTCOME] = "outcome",
    [UNIT_RESPONSE] = "response",
    [UNIT_BOOL] = "bool",
    [UNIT_LEVEL] = "level",
    [UNIT_EDGE] = "edge",
    [UNIT_SLEEP] = "sleep",
    [UNIT_PENDING] = "pending",
    [UNIT_REGISTER] = "register",
    [UNIT_REGVALUE] = "value",
    [UNIT_DMASTATE] = "dma-state",
    [UNIT_DMAERROR] = "dma-error",
    [UNIT_ATACOMMAND] = "ata-command",
    [UNIT_DISKPHASE] = "disk-phase",
    [UNIT_CHAR] = "char",
    [UNIT_DIRECTION] = "direction",
    [UNIT_DMASOURCE] = "dma-source",
    [UNIT_DMADEST] = "dma-destination",
    [UNIT_ACT] = "act",
    [UNIT_GPA] = "gpa",
    [UNIT_STAGE] = "stage",
    [UNIT_GUEST] = "guest",
    [UNIT_MARKER] = "marker",
    [UNIT_DEVICEID] = "device-id",
    [UNIT_IOMMUTABLE] = "iommu-table",
    [UNIT_IOMMUOUTCOME] = "iommu-outcome",
    [UNIT_IOMMUFOUND] = "iommu-found",
    [UNIT_IOMMUCACHE] = "iommu-cache",
    [UNIT_IOMMUCAUSE] = "iommu-cause",
    [UNIT_TTYP] = "ttyp",
    [UNIT_IOTVAL2] = "iotval2",
    [UNIT_IOMMUREPORT] = "iommu-report",
    [UNIT_IOMMURECORDED] = "iommu-recorded",
    [UNIT_IOMMUCOMMAND] = "iommu-command",
    [UNIT_IOMMUDONE] = "iommu-done",
    [UNIT_VIRTIOSTATE] = "virtio-state",
    [UNIT_VIRTIOHEARD] = "virtio-heard",
    [UNIT_VIRTIOTYPE] = "virtio-type",
    [UNIT_VIRTIORESULT] = "virtio-result",
    [UNIT_VIRTIOREASON] = "virtio-reason",
    [UNIT_VIRTIORULE] = "virtio-rule",
};

enum record_form record_form(const char *path)
{
    size_t length = strlen(path);

    return length >= 6 && strcmp(path + length - 6, ".jsonl") == 0 ? RECORD_LINES
                                                                   : RECORD_BINARY;
}

/* --- bytes of an event ---------------------------------------------------------------- */

/* A field by its own type's load: the sizes are few, and a copy of variable length is
 * not. */
static uint64_t load(const struct event *event, const struct event_field *field)
{
    const char *at = (const char *)event + field->offset;
    uint32_t word;
    uint16_t half;
    uint64_t value;

    switch (field->size) {
    case 1:
        return *(const uint8_t *)at;
    case 2:
        memcpy(&half, at, sizeof(half));
        return half;
    case 4:
        memcpy(&word, at, sizeof(word));
        return word;
    default:
        memcpy(&value, at, sizeof(value));
        return value;
    }
}

/* Writes 8 bytes and goes on by `size`: there is room behind. */
static unsigned char *put(unsigned char *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, sizeof(value));
    return at + size;
}

/* --- the binary form ------------------------------------------------------------------ */

static void put_name(FILE *file, const char *name)
{
    size_t length = strlen(name);

    fputc((int)length, file);
    fwrite(name, 1, length, file);
}

static void write_kind(FILE *file, const struct event_info *info)
{
    int fields = 0;

    while (info->fields[fields].name)
        fields++;
    put_name(file, info->name);
    fputc(fields, file);
    for (const struct event_field *field = info->fields; field->name; field++) {
        put_name(file, field->name);
        fputc(field->size, file);
        assert(event_unit_names[field->unit]);
        put_name(file, event_unit_names[field->unit]);
    }
}

static void write_head(FILE *file)
{
    fwrite(record_magic, 1, sizeof(record_magic), file);
    for (unsigned i = 0; i < 4; i++)
        fputc((int)((unsigned)RECORD_VERSION >> (8 * i) & 0xff), file);
    fputc(EVENT_KINDS, file);
    for (int i = 0; i < EVENT_KINDS; i++)
        write_kind(file, &event_infos[i]);
}

/* Without branches on values: what the next field holds cannot be foreseen. */
static unsigned char *put_fields(unsigned char *at, const struct event *event)
{
    const struct event_field *field = event_infos[event->kind].fields;
    unsigned char *lengths = at;
    unsigned n = 0;

    while (field[n].name)
        n++;
    at += (n + 1) / 2;
    memset(lengths, 0, (n + 1) / 2);
    for (unsigned i = 0; i < n; i++) {
        uint64_t value = load(event, &field[i]);
        unsigned length = value ? (71 - (unsigned)__builtin_clzll(value)) / 8 : 0;

        lengths[i / 2] |= (unsigned char)(length << i % 2 * 4);
        at = put(at, value, length);
    }
    return at;
}

static void flush(struct recorder *recorder)
{
    if (fwrite(recorder->bytes, 1, recorder->filled, recorder->file) !=
        recorder->filled)
        recorder->failed = true;
    recorder->filled = 0;
}

static size_t take_binary(struct recorder *recorder, const struct event *event)
{
    unsigned char *begin = recorder->bytes + recorder->filled, *at = begin;

    *at++ = event->kind;
    *at++ = event->board;
    at = put_varint(at, zigzag(event->cycle - recorder->cycle));
    at = put_varint(at, zigzag(event->retired - recorder->retired));
    at = put_varint(at, event->order);
    recorder->cycle = event->cycle;
    recorder->retired = event->retired;
    return (size_t)(put_fields(at, event) - begin);
}

/* --- the form of lines ----------------------------------------------------------------- */

static char *put_text(char *at, const char *text)
{
    while (*text)
        *at++ = *text++;
    return at;
}

static char *put_decimal(char *at, uint64_t value)
{
    char digits[20];
    unsigned n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        *at++ = digits[--n];
    return at;
}

static char *put_hex(char *at, uint64_t value)
{
    unsigned digits = 1;

    while (digits < 16 && value >> (4 * digits))
        digits++;
    at = put_text(at, "\"0x");
    while (digits--)
        *at++ = "0123456789abcdef"[value >> (4 * digits) & 0xf];
    *at++ = '"';
    return at;
}

/* 64-bit patterns are texts: numbers of JSON are exact below 2^53 only. Counts that large
 * are texts, too. */
static char *put_number(char *at, uint64_t value)
{
    if (value >> 53 == 0)
        return put_decimal(at, value);
    *at++ = '"';
    at = put_decimal(at, value);
    *at++ = '"';
    return at;
}

static bool is_pattern(const struct event_field *field)
{
    return field->size == 8 && field->unit != UNIT_DEC && field->unit != UNIT_BYTES &&
           field->unit != UNIT_CYCLES;
}

static char *put_member(char *at, const char *name, uint64_t value)
{
    at = put_text(at, ",\"");
    at = put_text(at, name);
    at = put_text(at, "\":");
    return put_decimal(at, value);
}

size_t event_json(char *text, const struct event *event)
{
    const struct event_info *info = &event_infos[event->kind];
    char *at = put_text(text, "{\"kind\":\"");

    at = put_text(at, info->name);
    *at++ = '"';
    at = put_member(at, "retired", event->retired);
    at = put_member(at, "order", event->order);
    at = put_member(at, "cycle", event->cycle);
    at = put_member(at, "board", event->board);
    for (const struct event_field *field = info->fields; field->name; field++) {
        at = put_text(at, ",\"");
        at = put_text(at, field->name);
        at = put_text(at, "\":");
        at = is_pattern(field) ? put_hex(at, load(event, field))
                               : put_number(at, load(event, field));
    }
    *at++ = '}';
    *at = '\0';
    return (size_t)(at - text);
}

static size_t take_line(struct recorder *recorder, const struct event *event)
{
    char *at = (char *)recorder->bytes + recorder->filled;
    size_t length = event_json(at, event);

    at[length] = '\n';
    return length + 1;
}

/* --- writing --------------------------------------------------------------------------- */

bool recorder_open(struct recorder *recorder, const char *path, enum record_form form,
                   struct err *err)
{
    *recorder = (struct recorder){.form = form};
    recorder->file = fopen(path, "wb");
    if (!recorder->file)
        return err_set(err, "cannot write '%s': %s", path, strerror(errno));
    recorder->bytes = alloc_zero(ROOM + EVENT_TEXT, 1);
    if (form == RECORD_BINARY)
        write_head(recorder->file);
    return true;
}

void recorder_take(void *ctx, const struct event *event)
{
    struct recorder *recorder = ctx;

    recorder->filled += recorder->form == RECORD_BINARY ? take_binary(recorder, event)
                                                        : take_line(recorder, event);
    recorder->events++;
    if (recorder->filled >= ROOM)
        flush(recorder);
}

bool recorder_close(struct recorder *recorder, struct err *err)
{
    flush(recorder);
    if (fclose(recorder->file) != 0)
        recorder->failed = true;
    free(recorder->bytes);
    return !recorder->failed ||
           err_set(err, "cannot write all of the recording: %s", strerror(errno));
}

/* --- digest ---------------------------------------------------------------------------- */

void event_digest_begin(struct event_digest *digest)
{
    digest->hash = XXH3_createState();
    digest->filled = 0;
    assert(digest->hash);
    XXH3_64bits_reset(digest->hash);
}

static void add_bytes(struct event_digest *digest)
{
    XXH3_64bits_update(digest->hash, digest->bytes, digest->filled);
    digest->filled = 0;
}

void event_digest_take(void *ctx, const struct event *event)
{
    struct event_digest *digest = ctx;
    unsigned char *at = digest->bytes + digest->filled;

    at = put(at, event->kind, 1);
    at = put(at, event->board, 1);
    at = put(at, event->order, 4);
    at = put(at, event->cycle, 8);
    at = put(at, event->retired, 8);
    for (const struct event_field *field = event_infos[event->kind].fields; field->name;
         field++)
        at = put(at, load(event, field), field->size);
    digest->filled = (size_t)(at - digest->bytes);
    if (digest->filled > sizeof(digest->bytes) - EVENT_BYTES_MAX)
        add_bytes(digest);
}

uint64_t event_digest_end(struct event_digest *digest)
{
    uint64_t value;

    add_bytes(digest);
    value = XXH3_64bits_digest(digest->hash);
    XXH3_freeState(digest->hash);
    digest->hash = NULL;
    return value;
}
