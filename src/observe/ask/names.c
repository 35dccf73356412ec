#include "observe/ask/names.h"

#include "base/nearest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HINT = 96 };

const struct device *names_device(const struct board *board, const char *name,
                                  struct err *err)
{
    struct nearest nearest = {.wanted = name};
    const struct device *found = board_device(board, name);
    char hint[HINT];

    for (unsigned i = 0; !found && i < board->devices; i++) {
        if (strcasecmp(board->device[i]->name, name) == 0)
            found = board->device[i];
        nearest_offer(&nearest, board->device[i]->name);
    }
    if (!found)
        err_set(err, "the board has no device '%.40s'%s", name,
                nearest_hint(&nearest, hint, sizeof(hint)));
    return found;
}

typedef int compare(const char *a, const char *b);

static const struct reg *reg_named(const struct regfile *file, const char *name,
                                   compare *same)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct reg *reg = &file->regs[i];

        if (same(reg->name, name) == 0 ||
            (reg->write_name && same(reg->write_name, name) == 0))
            return reg;
    }
    return NULL;
}

bool names_register(const struct device *device, const char *name,
                    struct register_place *place, struct err *err)
{
    const struct regfile *file = device->type->regs;
    struct nearest nearest = {.wanted = name};
    const struct reg *reg = file ? reg_named(file, name, strcmp) : NULL;
    char hint[HINT];

    if (!reg && file)
        reg = reg_named(file, name, strcasecmp);
    for (size_t i = 0; !reg && file && i < file->count; i++)
        nearest_offer(&nearest, file->regs[i].name);
    if (!reg)
        return err_set(err, "%s has no register '%.40s'%s", device->name, name,
                       nearest_hint(&nearest, hint, sizeof(hint)));
    *place = (struct register_place){device, reg, reg->offset};
    return true;
}

bool names_index(struct register_place *place, uint64_t number, struct err *err)
{
    const struct reg *reg = place->reg;
    unsigned count = reg->count ? reg->count : 1;

    if (number < reg->first || number - reg->first >= count)
        return err_set(err, "%s has no register '%s[%" PRIu64 "]'", place->device->name,
                       reg->name, number);
    place->offset = reg->offset + (uint32_t)(number - reg->first) * reg->stride;
    return true;
}

bool names_find(const struct board *board, const char *text,
                struct register_place *place, struct err *err)
{
    char device_name[DEVICE_NAME + 1], name[64], *end;
    size_t dot = strcspn(text, "."), length;
    const char *at = text[dot] ? text + dot + 1 : "";
    const struct device *device;
    uint64_t number;

    snprintf(device_name, sizeof(device_name), "%.*s", (int)dot, text);
    device = names_device(board, device_name, err);
    if (!device)
        return false;
    length = strcspn(at, "[");
    snprintf(name, sizeof(name), "%.*s", (int)length, at);
    if (!names_register(device, name, place, err))
        return false;
    if (at[length] != '[')
        return true;
    number = strtoull(at + length + 1, &end, 0);
    if (strcmp(end, "]") != 0)
        return err_set(err, "%s has no register '%.40s'", device->name, at);
    return names_index(place, number, err);
}

static const struct reg_field *field_named(const struct reg_field *field,
                                           const char *name, compare *same)
{
    for (; field && field->name; field++)
        if (same(field->name, name) == 0)
            return field;
    return NULL;
}

const struct reg_field *names_field(const struct reg *reg, const char *name)
{
    const struct reg_field *const lists[] = {reg->fields, reg->write_fields};
    const struct reg_field *found = NULL;

    for (unsigned i = 0; !found && i < COUNT(lists); i++)
        found = field_named(lists[i], name, strcmp);
    for (unsigned i = 0; !found && i < COUNT(lists); i++)
        found = field_named(lists[i], name, strcasecmp);
    return found;
}

const struct csr_field *names_csr_field(const struct csr_info *csr, const char *name)
{
    const struct csr_field *near = NULL;

    for (const struct csr_field *field = csr->fields; field && field->name; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
        if (strcasecmp(field->name, name) == 0)
            near = field;
    }
    return near;
}

uint64_t register_peek(const struct device *device, uint32_t offset, unsigned size)
{
    uint64_t value = 0;

    if (device->type->peek)
        device->type->peek(device, offset, size, &value);
    else
        regfile_peek(device->type->regs, device, offset, size, &value);
    return value;
}

bool names_is_hidden(const struct register_place *place)
{
    unsigned index;

    return device_reg(place->device, place->offset, &index) != place->reg;
}

uint64_t names_peek(const struct register_place *place)
{
    const struct reg *reg = place->reg;
    unsigned index = reg->stride ? (place->offset - reg->offset) / reg->stride : 0;
    uint64_t value = 0;

    if (!names_is_hidden(place))
        return register_peek(place->device, place->offset, reg->size);
    if (reg->peek)
        return reg->peek(place->device, index);
    memcpy(&value, (const char *)place->device + reg->at + index * reg->step,
           reg->width);
    return value;
}
