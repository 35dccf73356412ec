#include "face/events_command.h"

#include "base/buf.h"
#include "face/options.h"
#include "observe/narrate.h"
#include "observe/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct form {
    bool json, csv, fields;
    const char *kind; /* NULL: all */
};

/* JSON is as a recorder writes lines: 64-bit patterns are texts in hexadecimal, and what
 * JSON's numbers cannot hold is a text. */
static void put_member(struct buf *out, const struct recorded_field *field,
                       uint64_t value)
{
    bool is_count = strcmp(field->unit, "number") == 0 ||
                    strcmp(field->unit, "bytes") == 0 ||
                    strcmp(field->unit, "cycles") == 0;

    if (field->size == 8 && !is_count)
        buf_printf(out, ",\"%s\":\"0x%" PRIx64 "\"", field->name, value);
    else if (value >> 53)
        buf_printf(out, ",\"%s\":\"%" PRIu64 "\"", field->name, value);
    else
        buf_printf(out, ",\"%s\":%" PRIu64, field->name, value);
}

static void put_json(struct buf *out, const struct recorded_kind *kind,
                     const struct recorded *event)
{
    buf_printf(out,
               "{\"kind\":\"%s\",\"retired\":%" PRIu64 ",\"order\":%" PRIu32
               ",\"cycle\":%" PRIu64 ",\"board\":%u",
               kind->name, event->retired, event->order, event->cycle, event->board);
    for (unsigned i = 0; i < kind->fields; i++)
        put_member(out, &kind->field[i], event->value[i]);
    buf_char(out, '}');
}

/* What another version has recorded: the fields that it names. */
static void put_named(struct buf *out, const struct recorded_kind *kind,
                      const struct recorded *event)
{
    for (unsigned i = 0; i < kind->fields; i++) {
        buf_printf(out, "%s%s=", i ? " " : "", kind->field[i].name);
        put_value(out, &kind->field[i], event->value[i]);
    }
}

static void put_text(struct buf *out, const struct recorded_kind *kind,
                     const struct recorded *recorded)
{
    static const struct narrator nobody;
    struct event event;

    buf_printf(out, "%12" PRIu64 "  %-14s  ", recorded->cycle, kind->name);
    if (recorded_event(kind, recorded, &event))
        narrate(out, &nobody, &event);
    else
        put_named(out, kind, recorded);
}

static void put_csv_head(struct buf *out, const struct recorded_kind *kind)
{
    buf_text(out, "retired,order,cycle,board");
    for (unsigned i = 0; i < kind->fields; i++)
        buf_printf(out, ",%s", kind->field[i].name);
    buf_char(out, '\n');
}

/* RFC 4180, 2.6: a field with commas or quotes is in quotes. */
static void put_cell(struct buf *out, const char *text)
{
    if (!strpbrk(text, ",\"")) {
        buf_text(out, text);
        return;
    }
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

static void put_csv(struct buf *out, const struct recorded_kind *kind,
                    const struct recorded *event)
{
    struct buf cell = {0};

    buf_printf(out, "%" PRIu64 ",%" PRIu32 ",%" PRIu64 ",%u", event->retired,
               event->order, event->cycle, event->board);
    for (unsigned i = 0; i < kind->fields; i++) {
        buf_clear(&cell);
        put_value(&cell, &kind->field[i], event->value[i]);
        buf_char(out, ',');
        put_cell(out, buf_str(&cell));
    }
    buf_free(&cell);
}

static void print_fields(const struct recording *recording)
{
    for (unsigned i = 0; i < recording->kinds; i++) {
        const struct recorded_kind *kind = &recording->kind[i];

        printf("%s\n", kind->name);
        for (unsigned f = 0; f < kind->fields; f++)
            printf("    %-14s %u byte%s, %s\n", kind->field[f].name,
                   kind->field[f].size, kind->field[f].size == 1 ? "" : "s",
                   kind->field[f].unit);
    }
}

/* The number of the kind that is asked for; all: as many as there are. */
static bool choose(const struct recording *recording, const struct form *form,
                   unsigned *kind, struct err *err)
{
    *kind = recording->kinds;
    if (!form->kind)
        return !form->csv || err_set(err, "--csv needs --kind: its columns are the "
                                          "fields of one kind");
    for (*kind = 0; *kind < recording->kinds; ++*kind)
        if (strcmp(recording->kind[*kind].name, form->kind) == 0)
            return true;
    return err_set(err, "the recording knows no events '%s'", form->kind);
}

static void put_event(struct buf *out, const struct form *form,
                      const struct recorded_kind *kind, const struct recorded *event)
{
    if (form->csv)
        put_csv(out, kind, event);
    else if (form->json)
        put_json(out, kind, event);
    else
        put_text(out, kind, event);
    buf_char(out, '\n');
}

static bool print_events(struct recording *recording, const struct form *form,
                         struct err *err)
{
    struct buf out = {0};
    struct recorded event;
    unsigned chosen;

    if (!choose(recording, form, &chosen, err))
        return false;
    if (form->csv)
        put_csv_head(&out, &recording->kind[chosen]);
    while (recording_next(recording, &event, err)) {
        if (chosen == recording->kinds || event.kind == chosen)
            put_event(&out, form, &recording->kind[event.kind], &event);
        fwrite(buf_str(&out), 1, out.size, stdout);
        buf_clear(&out);
    }
    fwrite(buf_str(&out), 1, out.size, stdout);
    buf_free(&out);
    return !err->text[0];
}

static bool show(const char *path, const struct form *form, struct err *err)
{
    struct recording recording;
    bool ok = true;

    if (!recording_open(&recording, path, err))
        return false;
    if (form->fields)
        print_fields(&recording);
    else
        ok = print_events(&recording, form, err);
    recording_close(&recording);
    return ok;
}

int command_events(int argc, char **argv)
{
    struct form form = {.kind = NULL};
    const struct option_row rows[] = {
        {0, "kind", OPTION_TEXT, &form.kind, "KIND", "only events of that kind"},
        {0, "json", OPTION_FLAG, &form.json, NULL, "print a JSON object a line"},
        {0, "csv", OPTION_FLAG, &form.csv, NULL, "print comma-separated values"},
        {0, "fields", OPTION_FLAG, &form.fields, NULL,
         "print which kinds and fields the recording has"},
        {0},
    };
    const struct usage usage = {
        .name = "events",
        .operands = "FILE",
        .summary = "Reads a recording of events that run or boot has written.",
        .rows = rows,
    };
    struct err err = {0};
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (argc != 1)
        err_set(&err, argc ? "one recording at a time" : "no recording given");
    else if (form.json && form.csv)
        err_set(&err, "--json and --csv: one at a time");
    else if (show(argv[0], &form, &err))
        return STATUS_OK;
    err_prefix(&err, "events");
    return report_error(STATUS_USAGE, &err);
}
