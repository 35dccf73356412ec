#include "base/alloc.h"
#include "base/varint.h"
#include "observe/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Reading what record.c has written. The file's own head says what it holds; nothing of it
 * is believed.
 */

static bool damaged(const struct recording *recording, struct err *err)
{
    return err_set(err, "%s: the recording is cut short or damaged", recording->path);
}

static bool get_bytes(struct recording *recording, void *bytes, size_t size)
{
    return fread(bytes, 1, size, recording->file) == size;
}

static bool get_name(struct recording *recording, char *name, size_t room)
{
    int length = fgetc(recording->file);

    if (length <= 0 || (size_t)length >= room)
        return false;
    name[length] = '\0';
    return get_bytes(recording, name, (size_t)length) &&
           strlen(name) == (size_t)length &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == (size_t)length;
}

static bool get_field(struct recording *recording, struct recorded_field *field)
{
    int size;

    if (!get_name(recording, field->name, sizeof(field->name)))
        return false;
    size = fgetc(recording->file);
    field->size = (uint8_t)size;
    return (size == 1 || size == 2 || size == 4 || size == 8) &&
           get_name(recording, field->unit, sizeof(field->unit));
}

static bool get_kind(struct recording *recording, struct recorded_kind *kind)
{
    int fields;

    if (!get_name(recording, kind->name, sizeof(kind->name)))
        return false;
    fields = fgetc(recording->file);
    if (fields < 0 || fields > RECORDED_FIELDS)
        return false;
    for (kind->fields = 0; kind->fields < (unsigned)fields; kind->fields++)
        if (!get_field(recording, &kind->field[kind->fields]))
            return false;
    return true;
}

static bool get_head(struct recording *recording, struct err *err)
{
    char found[sizeof(record_magic)] = {0};
    unsigned char version[4];
    int kinds;

    if (!get_bytes(recording, found, sizeof(found)) ||
        memcmp(found, record_magic, sizeof(record_magic)) != 0) {
        if (memcmp(found, "{\"kind\":", sizeof(found)) == 0)
            return err_set(err,
                           "%s: these are events as JSON lines already, as --json "
                           "prints them; only binary recordings are read back",
                           recording->path);
        return err_set(err, "%s: not a recording of events", recording->path);
    }
    if (!get_bytes(recording, version, sizeof(version)))
        return damaged(recording, err);
    if (version[0] != RECORD_VERSION || version[1] || version[2] || version[3])
        return err_set(err, "%s: version %u of recordings is not known here",
                       recording->path, version[0] | (unsigned)version[1] << 8);
    kinds = fgetc(recording->file);
    if (kinds <= 0)
        return damaged(recording, err);
    recording->kind = alloc_zero((size_t)kinds, sizeof(*recording->kind));
    for (recording->kinds = 0; recording->kinds < (unsigned)kinds; recording->kinds++)
        if (!get_kind(recording, &recording->kind[recording->kinds]))
            return damaged(recording, err);
    return true;
}

bool recording_open(struct recording *recording, const char *path, struct err *err)
{
    *recording = (struct recording){.path = path, .file = fopen(path, "rb")};
    if (!recording->file)
        return err_set(err, "cannot open '%s': %s", path, strerror(errno));
    if (get_head(recording, err))
        return true;
    recording_close(recording);
    return false;
}

static int next_byte(void *file)
{
    return fgetc(file);
}

static bool get_fields(struct recording *recording, struct recorded *event)
{
    const struct recorded_kind *kind = &recording->kind[event->kind];
    unsigned char lengths[RECORDED_FIELDS / 2];

    if (!get_bytes(recording, lengths, (kind->fields + 1) / 2))
        return false;
    for (unsigned i = 0; i < kind->fields; i++) {
        unsigned length = lengths[i / 2] >> i % 2 * 4 & 0xf;

        event->value[i] = 0;
        if (length > kind->field[i].size ||
            !get_bytes(recording, &event->value[i], length))
            return false;
    }
    return true;
}

bool recording_next(struct recording *recording, struct recorded *event,
                    struct err *err)
{
    int kind = fgetc(recording->file), board;
    uint64_t cycle, retired, order;

    if (kind == EOF)
        return false;
    board = fgetc(recording->file);
    if ((unsigned)kind >= recording->kinds || board == EOF ||
        !get_varint(next_byte, recording->file, &cycle) ||
        !get_varint(next_byte, recording->file, &retired) ||
        !get_varint(next_byte, recording->file, &order))
        return damaged(recording, err);
    recording->cycle += unzigzag(cycle);
    recording->retired += unzigzag(retired);
    event->kind = (uint8_t)kind;
    event->board = (uint8_t)board;
    event->order = (uint32_t)order;
    event->cycle = recording->cycle;
    event->retired = recording->retired;
    return get_fields(recording, event) || damaged(recording, err);
}

void recording_close(struct recording *recording)
{
    fclose(recording->file);
    free(recording->kind);
    *recording = (struct recording){.file = NULL};
}
