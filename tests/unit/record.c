/* Recordings of events, and their digest. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "image/image.h"
#include "observe/metrics.h"
#include "observe/record.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS = 3 * EVENT_KINDS };

/* An event of each kind, every field with bits of its own; three of them: all fields 0,
 * all fields full, something between. */
static void make_event(struct event *event, unsigned n)
{
    const struct event_field *field;

    memset(event, 0, sizeof(*event));
    event->kind = (uint8_t)(n % EVENT_KINDS);
    event->board = (uint8_t)(n % 3);
    event->order = n * 77777;
    event->cycle =
        n % 5 ? n * UINT64_C(1000003) : 17; /* clocks of harts go back, too */
    event->retired = n / 2;
    for (field = event_infos[event->kind].fields; field->name; field++) {
        uint64_t value = n < EVENT_KINDS ? 0 : UINT64_MAX;

        if (n >= 2 * EVENT_KINDS)
            value = (n + field->offset) * UINT64_C(0x9e3779b97f4a7c15) >> n % 60;
        memcpy((char *)event + field->offset, &value, field->size);
    }
}

static char path[64];

static void make_path(void)
{
    snprintf(path, sizeof(path), "/tmp/record-test-%ld", (long)getpid());
}

static void remove_path(void)
{
    unlink(path);
}

static void record_all(enum record_form form)
{
    struct recorder recorder;
    struct err err = {0};

    ck_assert_msg(recorder_open(&recorder, path, form, &err), "%s", err.text);
    for (unsigned i = 0; i < EVENTS; i++) {
        struct event event;

        make_event(&event, i);
        recorder_take(&recorder, &event);
    }
    ck_assert_uint_eq(recorder.events, EVENTS);
    ck_assert(recorder_close(&recorder, &err));
}

START_TEST(a_recording_gives_back_what_was_recorded)
{
    struct recording recording;
    struct recorded got;
    struct err err = {0};

    record_all(RECORD_BINARY);
    ck_assert_msg(recording_open(&recording, path, &err), "%s", err.text);
    ck_assert_uint_eq(recording.kinds, EVENT_KINDS);
    for (unsigned i = 0; i < EVENTS; i++) {
        const struct event_field *field;
        struct event event;
        unsigned f = 0;

        make_event(&event, i);
        ck_assert(recording_next(&recording, &got, &err));
        ck_assert_uint_eq(got.kind, event.kind);
        ck_assert_uint_eq(got.board, event.board);
        ck_assert_uint_eq(got.order, event.order);
        ck_assert_uint_eq(got.cycle, event.cycle);
        ck_assert_uint_eq(got.retired, event.retired);
        for (field = event_infos[event.kind].fields; field->name; field++, f++)
            ck_assert_uint_eq(got.value[f], event_get(&event, field));
        ck_assert_uint_eq(recording.kind[got.kind].fields, f);
    }
    ck_assert(!recording_next(&recording, &got, &err));
    ck_assert_str_eq(err.text, "");
    recording_close(&recording);
}
END_TEST

START_TEST(a_recording_describes_itself)
{
    struct recording recording;
    struct err err = {0};

    record_all(RECORD_BINARY);
    ck_assert(recording_open(&recording, path, &err));
    for (unsigned k = 0; k < EVENT_KINDS; k++) {
        const struct event_field *field = event_infos[k].fields;

        ck_assert_str_eq(recording.kind[k].name, event_infos[k].name);
        for (unsigned f = 0; field->name; f++, field++) {
            ck_assert_str_eq(recording.kind[k].field[f].name, field->name);
            ck_assert_uint_eq(recording.kind[k].field[f].size, field->size);
            ck_assert_str_eq(recording.kind[k].field[f].unit,
                             event_unit_names[field->unit]);
        }
    }
    recording_close(&recording);
}
END_TEST

START_TEST(lines_are_json_with_every_field)
{
    FILE *file;
    char line[2 * EVENT_TEXT];

    record_all(RECORD_LINES);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 0; i < EVENTS; i++) {
        json_error_t error;
        const struct event_field *field;
        struct event event;
        json_t *object;

        make_event(&event, i);
        ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
        object = json_loads(line, 0, &error);
        ck_assert_msg(object != NULL, "%s: %s", error.text, line);
        ck_assert_str_eq(json_string_value(json_object_get(object, "kind")),
                         event_infos[event.kind].name);
        ck_assert_uint_eq(
            (uint64_t)json_integer_value(json_object_get(object, "cycle")),
            event.cycle);
        for (field = event_infos[event.kind].fields; field->name; field++) {
            json_t *value = json_object_get(object, field->name);
            uint64_t number = json_is_string(value)
                                  ? strtoull(json_string_value(value), NULL, 0)
                                  : (uint64_t)json_integer_value(value);

            ck_assert_ptr_nonnull(value);
            ck_assert_uint_eq(number, event_get(&event, field));
        }
        json_decref(object);
    }
    ck_assert_ptr_null(fgets(line, sizeof(line), file));
    fclose(file);
}
END_TEST

START_TEST(every_event_fits_the_room_for_its_text)
{
    char text[EVENT_TEXT];

    for (unsigned i = EVENT_KINDS; i < 2 * EVENT_KINDS; i++) {
        struct event event;

        make_event(&event, i);
        event.retired = event.cycle = UINT64_MAX;
        ck_assert_uint_lt(event_json(text, &event), EVENT_TEXT - 100);
    }
}
END_TEST

/* Reads all of it; true if it is fine to the end. */
static bool read_all(void)
{
    struct recording recording;
    struct recorded event;
    struct err err = {0};

    if (!recording_open(&recording, path, &err)) {
        ck_assert_str_ne(err.text, "");
        return false;
    }
    while (recording_next(&recording, &event, &err))
        ;
    recording_close(&recording);
    return !err.text[0];
}

static void write_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

START_TEST(a_recording_that_is_cut_or_damaged_is_refused)
{
    struct recording recording;
    struct err err = {0};
    uint8_t *bytes;
    size_t size, whole = 0;

    record_all(RECORD_BINARY);
    ck_assert(image_read_file(path, &bytes, &size, &err));
    for (size_t cut = 0; cut < size; cut += cut < 3000 ? 1 : 7) {
        write_bytes(bytes, cut);
        whole += read_all();
    }
    ck_assert_uint_le(whole, EVENTS); /* cuts between two events */
    for (size_t i = 0; i < size; i += 3) {
        bytes[i] ^= 0x55;
        write_bytes(bytes, size);
        read_all();
        bytes[i] ^= 0x55;
    }
    bytes[8] = 9;
    write_bytes(bytes, size);
    ck_assert(!recording_open(&recording, path, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "version 9 of recordings is not known here"));
    ck_assert(!recording_open(&recording, "/nowhere/x", &err));
    free(bytes);
}
END_TEST

START_TEST(what_cannot_be_written_is_told)
{
    struct recorder recorder;
    struct err err = {0};
    struct event event;

    ck_assert(!recorder_open(&recorder, "/nowhere/x", RECORD_BINARY, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot write '/nowhere/x'"));
    ck_assert(recorder_open(&recorder, "/dev/full", RECORD_LINES, &err));
    make_event(&event, 1);
    recorder_take(&recorder, &event);
    ck_assert(!recorder_close(&recorder, &err));
}
END_TEST

START_TEST(names_say_the_form)
{
    ck_assert_int_eq(record_form("a.jsonl"), RECORD_LINES);
    ck_assert_int_eq(record_form("a.json"), RECORD_BINARY);
    ck_assert_int_eq(record_form("x"), RECORD_BINARY);
}
END_TEST

/* --- digest ---------------------------------------------------------------------------- */

static uint64_t digest_with(unsigned changed, const struct event_field *field)
{
    struct event_digest digest;

    event_digest_begin(&digest);
    for (unsigned i = 0; i < EVENTS; i++) {
        struct event event;

        make_event(&event, i);
        if (i == changed && field)
            ((char *)&event)[field->offset + field->size - 1] ^= 0x10;
        else if (i == changed)
            event.cycle++;
        event_digest_take(&digest, &event);
    }
    return event_digest_end(&digest);
}

START_TEST(every_field_counts_in_the_digest)
{
    uint64_t same = digest_with(EVENTS, NULL);

    ck_assert_uint_eq(digest_with(EVENTS, NULL), same);
    ck_assert_uint_ne(digest_with(5, NULL), same);
    for (unsigned k = 0; k < EVENT_KINDS; k++)
        for (const struct event_field *f = event_infos[k].fields; f->name; f++)
            ck_assert_uint_ne(digest_with(2 * EVENT_KINDS + k, f), same);
}
END_TEST

START_TEST(the_order_of_events_counts_in_the_digest)
{
    struct event_digest digest;
    uint64_t one, other;
    struct event event;

    event_digest_begin(&digest);
    for (unsigned i = 0; i < 2; i++) {
        make_event(&event, i);
        event_digest_take(&digest, &event);
    }
    one = event_digest_end(&digest);
    event_digest_begin(&digest);
    for (unsigned i = 2; i-- > 0;) {
        make_event(&event, i);
        event_digest_take(&digest, &event);
    }
    other = event_digest_end(&digest);
    ck_assert_uint_ne(one, other);
}
END_TEST

START_TEST(every_unit_has_a_name)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        ck_assert_ptr_nonnull(event_unit_names[i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, make_path, remove_path);
    tcase_add_test(tcase, a_recording_gives_back_what_was_recorded);
    tcase_add_test(tcase, a_recording_describes_itself);
    tcase_add_test(tcase, lines_are_json_with_every_field);
    tcase_add_test(tcase, every_event_fits_the_room_for_its_text);
    tcase_add_test(tcase, a_recording_that_is_cut_or_damaged_is_refused);
    tcase_add_test(tcase, what_cannot_be_written_is_told);
    tcase_add_test(tcase, names_say_the_form);
    tcase_add_test(tcase, every_field_counts_in_the_digest);
    tcase_add_test(tcase, the_order_of_events_counts_in_the_digest);
    tcase_add_test(tcase, every_unit_has_a_name);
}

TEST_MAIN("record", add_tests)
