#include "event/event.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
#define EVENT(KIND, name, help, sentence) \
    static const struct event_field name##_fields[] = {
#define FIELD(name, type, field, unit) \
    {#field, offsetof(struct event, name.field), sizeof(type), UNIT_##unit},
#define EVENT_END(name) {NULL, 0, 0, UNIT_DEC}};
/* clang-format on */
#include "event/events.def"

const struct event_info event_infos[EVENT_KINDS] = {
#define EVENT(KIND, name, help, sentence)                                              \
    [EVENT_##KIND] = {#name, help, sentence, name##_fields},
#define FIELD(name, type, field, unit)
#define EVENT_END(name)
#include "event/events.def"
};

uint64_t event_get(const struct event *event, const struct event_field *field)
{
    const char *at = (const char *)event + field->offset;
    uint64_t value = 0;

    assert(field->size <= sizeof(value));
    memcpy(&value, at, field->size);
    return value;
}

const struct event_field *event_field_of(enum event_kind kind, enum event_unit unit)
{
    for (const struct event_field *f = event_infos[kind].fields; f->name; f++)
        if (f->unit == unit)
            return f;
    return NULL;
}

const struct event_field *event_actor(enum event_kind kind)
{
    static const enum event_unit units[] = {UNIT_INITIATOR, UNIT_HART, UNIT_CHANNEL,
                                            UNIT_DEVICE};
    const struct event_field *field = NULL;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && !field; i++)
        field = event_field_of(kind, units[i]);
    return field;
}

int event_device(const struct event *event)
{
    const struct event_field *field =
        event_field_of((enum event_kind)event->kind, UNIT_DEVICE);

    return field ? (int)event_get(event, field) : -1;
}

enum event_kind event_kind_by_name(const char *name)
{
    for (int i = 0; i < EVENT_KINDS; i++)
        if (strcmp(event_infos[i].name, name) == 0)
            return (enum event_kind)i;
    return EVENT_KINDS;
}

static void update_kinds(struct event_stream *stream)
{
    stream->kinds = 0;
    for (unsigned i = 0; i < stream->sinks; i++)
        stream->kinds |= stream->sink[i].kinds;
}

void event_listen(struct event_stream *stream, struct event_sink sink)
{
    assert(stream->sinks < EVENT_SINKS);
    stream->sink[stream->sinks++] = sink;
    update_kinds(stream);
}

void event_unlisten(struct event_stream *stream,
                    void (*take)(void *, const struct event *), void *ctx)
{
    for (unsigned i = 0; i < stream->sinks; i++)
        if (stream->sink[i].take == take && stream->sink[i].ctx == ctx) {
            memmove(&stream->sink[i], &stream->sink[i + 1],
                    (stream->sinks - i - 1) * sizeof(stream->sink[0]));
            stream->sinks--;
            break;
        }
    update_kinds(stream);
}

void event_tell(struct event_stream *stream, struct event *event)
{
    event->retired = stream->retired;
    event->order = stream->order;
    event->board = stream->board;
    for (unsigned i = 0; i < stream->sinks; i++)
        if (stream->sink[i].kinds & EVENT_BIT(event->kind))
            stream->sink[i].take(stream->sink[i].ctx, event);
}
