#include "observe/value.h"

#include "observe/narrate.h"

#include <inttypes.h>
#include <string.h>

static enum event_unit unit_of(const struct recorded_field *field)
{
    for (int unit = 0; unit < UNIT_COUNT; unit++)
        if (strcmp(event_unit_names[unit], field->unit) == 0)
            return (enum event_unit)unit;
    return UNIT_COUNT;
}

/* Is the unit written as the narration does, which then needs nothing but the value? */
static bool has_words(enum event_unit unit)
{
    static const enum event_unit units[] = {
        UNIT_XREG,         UNIT_CSR,          UNIT_INITIATOR,     UNIT_MIP,
        UNIT_MODE,         UNIT_CAUSE,        UNIT_OUTCOME,       UNIT_RESPONSE,
        UNIT_BOOL,         UNIT_LEVEL,        UNIT_EDGE,          UNIT_SLEEP,
        UNIT_PENDING,      UNIT_DMASTATE,     UNIT_DMAERROR,      UNIT_CHAR,
        UNIT_ACCESS,       UNIT_ATACOMMAND,   UNIT_DISKPHASE,     UNIT_DIRECTION,
        UNIT_ACT,          UNIT_STAGE,        UNIT_GUEST,         UNIT_IOMMUTABLE,
        UNIT_IOMMUOUTCOME, UNIT_IOMMUFOUND,   UNIT_IOMMUCACHE,    UNIT_IOMMUCAUSE,
        UNIT_TTYP,         UNIT_IOMMUREPORT,  UNIT_IOMMURECORDED, UNIT_IOMMUCOMMAND,
        UNIT_IOMMUDONE,    UNIT_VIRTIOSTATE,  UNIT_VIRTIOHEARD,   UNIT_VIRTIOTYPE,
        UNIT_VIRTIORESULT, UNIT_VIRTIOREASON, UNIT_VIRTIORULE,
    };

    for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i] == unit)
            return true;
    return false;
}

static bool is_pattern(enum event_unit unit)
{
    return unit == UNIT_HEX || unit == UNIT_VA || unit == UNIT_PA || unit == UNIT_PTE ||
           unit == UNIT_REGISTER || unit == UNIT_REGVALUE || unit == UNIT_DMASOURCE ||
           unit == UNIT_DMADEST || unit == UNIT_GPA || unit == UNIT_DEVICEID ||
           unit == UNIT_IOTVAL2;
}

void put_value(struct buf *out, const struct recorded_field *field, uint64_t value)
{
    enum event_unit unit = unit_of(field);

    if (unit_is_none(unit, value))
        return;
    if (has_words(unit))
        put_unit(out, unit, value);
    else if (unit == UNIT_BITS) /* 16 bits where the low two are not 11 */
        buf_printf(out, (value & 3) == 3 ? "0x%08" PRIx64 : "0x%04" PRIx64, value);
    else if (is_pattern(unit))
        buf_printf(out, "0x%" PRIx64, value);
    else
        buf_printf(out, "%" PRIu64, value);
}

void event_set(struct event *event, const struct event_field *field, uint64_t value)
{
    char *at = (char *)event + field->offset;

    switch (field->size) {
    case 1:
        *(uint8_t *)at = (uint8_t)value;
        break;
    case 2:
        memcpy(at, &(uint16_t){(uint16_t)value}, 2);
        break;
    case 4:
        memcpy(at, &(uint32_t){(uint32_t)value}, 4);
        break;
    default:
        memcpy(at, &value, 8);
    }
}

static bool same_field(const struct recorded_field *recorded,
                       const struct event_field *field)
{
    return strcmp(recorded->name, field->name) == 0 && recorded->size == field->size &&
           strcmp(recorded->unit, event_unit_names[field->unit]) == 0;
}

bool recorded_event(const struct recorded_kind *kind, const struct recorded *recorded,
                    struct event *event)
{
    const struct event_field *field;
    unsigned n = 0;

    *event = (struct event){.retired = recorded->retired,
                            .cycle = recorded->cycle,
                            .order = recorded->order,
                            .board = recorded->board,
                            .kind = (uint8_t)event_kind_by_name(kind->name)};
    if (event->kind == EVENT_KINDS)
        return false;
    for (field = event_infos[event->kind].fields; field->name; field++, n++) {
        if (n == kind->fields || !same_field(&kind->field[n], field))
            return false;
        event_set(event, field, recorded->value[n]);
    }
    return n == kind->fields;
}
