#include "face/events_command.h"

#include "base/bits.h"
#include "face/options.h"
#include "observe/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct form {
    bool json, csv, fields;
    const char *kind; /* NULL: all */
};

/* 64-bit patterns (addresses, contents) are hexadecimal, counts are decimal. */
static bool is_pattern(const struct recorded_field *field)
{
    return field->size == 8 && strcmp(field->unit, "number") != 0 &&
           strcmp(field->unit, "bytes") != 0 && strcmp(field->unit, "cycles") != 0;
}

/* As a recorder writes lines: what JSON's numbers cannot hold is a text. */
static void print_member(const struct recorded_field *field, uint64_t value)
{
    if (is_pattern(field))
        printf(",\"%s\":\"0x%" PRIx64 "\"", field->name, value);
    else if (value >> 53)
        printf(",\"%s\":\"%" PRIu64 "\"", field->name, value);
    else
        printf(",\"%s\":%" PRIu64, field->name, value);
}

static void print_json(const struct recorded_kind *kind, const struct recorded *event)
{
    printf("{\"kind\":\"%s\",\"retired\":%" PRIu64 ",\"order\":%" PRIu32
           ",\"cycle\":%" PRIu64 ",\"board\":%u",
           kind->name, event->retired, event->order, event->cycle, event->board);
    for (unsigned i = 0; i < kind->fields; i++)
        print_member(&kind->field[i], event->value[i]);
    puts("}");
}

static void print_text(const struct recorded_kind *kind, const struct recorded *event)
{
    printf("%12" PRIu64 "  %-14s", event->cycle, kind->name);
    for (unsigned i = 0; i < kind->fields; i++)
        printf(is_pattern(&kind->field[i]) ? " %s=0x%" PRIx64 : " %s=%" PRIu64,
               kind->field[i].name, event->value[i]);
    putchar('\n');
}

static void print_csv_head(const struct recorded_kind *kind)
{
    printf("retired,order,cycle,board");
    for (unsigned i = 0; i < kind->fields; i++)
        printf(",%s", kind->field[i].name);
    putchar('\n');
}

static void print_csv(const struct recorded_kind *kind, const struct recorded *event)
{
    printf("%" PRIu64 ",%" PRIu32 ",%" PRIu64 ",%u", event->retired, event->order,
           event->cycle, event->board);
    for (unsigned i = 0; i < kind->fields; i++)
        printf(is_pattern(&kind->field[i]) ? ",0x%" PRIx64 : ",%" PRIu64,
               event->value[i]);
    putchar('\n');
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

static bool print_events(struct recording *recording, const struct form *form,
                         struct err *err)
{
    struct recorded event;
    unsigned chosen;

    if (!choose(recording, form, &chosen, err))
        return false;
    if (form->csv)
        print_csv_head(&recording->kind[chosen]);
    while (recording_next(recording, &event, err)) {
        const struct recorded_kind *kind = &recording->kind[event.kind];

        if (chosen != recording->kinds && event.kind != chosen)
            continue;
        if (form->csv)
            print_csv(kind, &event);
        else if (form->json)
            print_json(kind, &event);
        else
            print_text(kind, &event);
    }
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
