/* Recordings: what is in them, questions, and opening them again. */
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include "base/bits.h"
#include "control/command/render.h"
#include "control/keep.h"
#include "control/keepers.h"
#include "control/recording.h"
#include "control/restore.h"
#include "face/gdb/gdb_rows.h"
#include "observe/record/about.h"
#include "observe/record/chunk.h"
#include "observe/record/history.h"
#include "observe/record/schema.h"
#include "observe/record/scribe.h"
#include "observe/record/tape.h"
#include "observe/value.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"
#define MANUAL   "docs/manual/recordings.md"

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/recording-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
}

static void remove_folder(void)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *in_folder(const char *name)
{
    static char path[4][128];
    static unsigned n;

    n = (n + 1) % 4;
    snprintf(path[n], sizeof(path[n]), "%s/%s", folder, name);
    return path[n];
}

/* --- sessions and their answers -------------------------------------------------------------- */

static char answer[1 << 16];

static const char *ask(struct session *session, const char *line)
{
    struct reply reply = {0};
    struct err err = {0};
    struct buf out = {0};

    command_do(session, line, &reply, &err);
    render(&out, RENDER_TEXT, 0, line, &reply, &err);
    render(&out, RENDER_CSV, 0, line, &reply, &err);
    snprintf(answer, sizeof(answer), "%s%s", buf_str(&out), err.text);
    buf_free(&out);
    reply_release(&reply);
    return answer;
}

static void must(struct session *session, const char *line)
{
    struct reply reply = {0};
    struct err err = {0};

    ck_assert_msg(command_do(session, line, &reply, &err), "%s: %s", line, err.text);
    reply_release(&reply);
}

static void says(struct session *session, const char *line, const char *part)
{
    ck_assert_msg(strstr(ask(session, line), part), "%s: no '%s' in: %s", line, part,
                  answer);
}

/* Begins a recording; `what` is "instructions", or "". */
static void record_to(struct session *session, const char *path, const char *what)
{
    char line[192];

    snprintf(line, sizeof(line), "record %s %s", path, what);
    must(session, line);
}

static void open_scenario(struct session *session, const char *variant)
{
    struct session_choice choice = {.file = SCENARIO, .variant = variant};
    struct err err = {0};

    ck_assert_msg(session_open(session, &choice, &err), "%s", err.text);
}

static bool open_again(struct session *session, const char *path,
                       struct restored *restored, struct err *err)
{
    static const struct session_choice nothing;

    return session_open_recording(session, path, &nothing, restored, err);
}

/* The one number that a query gives. */
static uint64_t number(const char *path, const char *query)
{
    struct sqlite3_stmt *row;
    struct err err = {0};
    struct archive *archive = archive_open(path, false, &err);
    uint64_t value;

    ck_assert_msg(archive != NULL, "%s", err.text);
    row = archive_prepare(archive, query, &err);
    ck_assert_msg(row && archive_step(archive, row, &err), "%s: %s", query, err.text);
    value = archive_number(row, 0);
    sqlite3_reset(row);
    archive_close(archive);
    return value;
}

/* --- events ------------------------------------------------------------------------------------ */

/* An event of that kind; all bits of its fields 0, all 1, or something between. */
static void make_event(struct event *event, unsigned kind, unsigned n)
{
    *event = (struct event){.kind = (uint8_t)kind,
                            .board = (uint8_t)(n % 3),
                            .order = n * 77777,
                            .cycle = n * UINT64_C(1000003),
                            .retired = n / 2};
    for (const struct event_field *field = event_infos[kind].fields; field->name;
         field++) {
        uint64_t value = n % 3 == 0 ? 0 : UINT64_MAX;

        if (n % 3 == 2)
            value = (n + 1 + field->offset) * UINT64_C(0x9e3779b97f4a7c15) >> n % 60;
        event_set(event, field, value);
    }
}

/* Without an assertion a field: there are millions of them. */
static bool is_row(struct sqlite3_stmt *row, const struct event *event, uint64_t id)
{
    int column = COLUMN_FIELDS;
    bool same = archive_number(row, COLUMN_ID) == id &&
                archive_number(row, COLUMN_BRANCH) == 0 &&
                archive_number(row, COLUMN_RETIRED) == event->retired &&
                archive_number(row, COLUMN_ORD) == event->order &&
                archive_number(row, COLUMN_CYCLE) == event->cycle &&
                archive_number(row, COLUMN_BOARD) == event->board;

    for (const struct event_field *field = event_infos[event->kind].fields; field->name;
         field++, column++)
        same &= archive_number(row, column) == event_get(event, field);
    return same && sqlite3_column_count(row) == column;
}

static void check_row(struct sqlite3_stmt *row, const struct event *event, uint64_t id)
{
    int column = COLUMN_FIELDS;

    ck_assert_msg(is_row(row, event, id), "event %" PRIu64 ", a %s, is another row", id,
                  event_infos[event->kind].name);
    for (const struct event_field *field = event_infos[event->kind].fields; field->name;
         field++, column++)
        ck_assert_str_eq(sqlite3_column_name(row, column), field->name);
}

enum { MADE = 30 };

START_TEST(events_of_each_kind_are_rows_with_all_their_fields)
{
    struct err err = {0};
    struct archive *archive = archive_memory(&err);
    struct tape *tape = tape_new(archive, NULL, &err);
    struct sqlite3_stmt *row;
    char query[96];

    ck_assert_ptr_nonnull(tape);
    for (unsigned n = 0; n < MADE; n++) {
        struct event event;

        make_event(&event, (unsigned)_i, n);
        tape_take(tape, &event);
    }
    ck_assert_msg(tape_close(tape, &err), "%s", err.text);
    snprintf(query, sizeof(query), "SELECT * FROM %s", event_infos[_i].name);
    row = archive_prepare(archive, query, &err);
    ck_assert_msg(row != NULL, "%s", err.text);
    for (unsigned n = 0; n < MADE; n++) {
        struct event event;

        make_event(&event, (unsigned)_i, n);
        ck_assert_msg(archive_step(archive, row, &err), "%s", err.text);
        check_row(row, &event, n + 1);
    }
    ck_assert(!archive_step(archive, row, &err));
    archive_close(archive);
}
END_TEST

START_TEST(columns_of_addresses_and_bits_say_so)
{
    struct buf text = {0};

    schema_kind(&text, "dma_burst", EVENT_DMA_BURST);
    ck_assert_ptr_nonnull(strstr(text.data, "\"dest\" HEX INTEGER"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"bytes\" INTEGER"));
    buf_free(&text);
}
END_TEST

/* --- a run, against somebody who listens ---------------------------------------------------------- */

struct heard_all {
    size_t count, room;
    struct event *event;
};

static void hear(void *ctx, const struct event *event)
{
    struct heard_all *heard = ctx;

    if (heard->count == heard->room) {
        heard->room = heard->room ? 2 * heard->room : 1024;
        heard->event = realloc(heard->event, heard->room * sizeof(*event));
        ck_assert_ptr_nonnull(heard->event);
    }
    heard->event[heard->count++] = *event;
}

static void compare_kind(const char *path, const struct heard_all *heard, unsigned kind)
{
    struct err err = {0};
    struct archive *archive = archive_open(path, false, &err);
    struct sqlite3_stmt *row;
    char query[96];

    snprintf(query, sizeof(query), "SELECT * FROM %s ORDER BY id",
             event_infos[kind].name);
    row = archive_prepare(archive, query, &err);
    ck_assert_msg(row != NULL, "%s", err.text);
    for (size_t i = 0; i < heard->count; i++) {
        if (heard->event[i].kind != kind)
            continue;
        if (!archive_step(archive, row, &err) || !is_row(row, &heard->event[i], i + 1))
            ck_abort_msg("event %zu, a %s, is another row %s", i + 1,
                         event_infos[kind].name, err.text);
    }
    ck_assert(!archive_step(archive, row, &err));
    archive_close(archive);
}

START_TEST(rows_are_what_a_listener_hears)
{
    const char *path = in_folder("run.db");
    struct heard_all heard = {0};
    struct session session;

    open_scenario(&session, "dma_steal");
    timeline_add_appender(session.time, (struct event_sink){EVENT_ALL, hear, &heard});
    must(&session, "stepi 60000");
    timeline_remove_appender(session.time, (struct event_sink){0, hear, &heard});
    ask(&session, "goto 20"); /* what was is recorded wherever the viewer stands */
    record_to(&session, path, "instructions");
    timeline_add_appender(session.time, (struct event_sink){EVENT_ALL, hear, &heard});
    must(&session, "continue");
    must(&session, "reverse-stepi 1000");
    must(&session, "continue");
    session_close(&session);
    ck_assert_uint_gt(heard.count, 1000000);
    for (unsigned kind = 0; kind < EVENT_KINDS; kind++)
        compare_kind(path, &heard, kind);
    free(heard.event);
}
END_TEST

START_TEST(a_recording_holds_all_that_its_run_is)
{
    const char *path = in_folder("run.db");
    struct session session;

    open_scenario(&session, "dma_steal");
    record_to(&session, path, "");
    must(&session, "continue");
    says(&session, "info record", path);
    says(&session, "record other.db", "already");
    says(&session, "record off", "events");
    says(&session, "record off", "nothing is being recorded");
    says(&session, answer, "");
    session_close(&session);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM run"), 1);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM file"), 1);
    ck_assert_uint_eq(number(path, "SELECT size FROM file") > 1000, 1);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM board"), 1);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM device"), 5);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM cost"), 10);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM symbol"), 10);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM line"), 50);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM source"), 1);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM region"), 1);
    ck_assert_uint_ge(number(path, "SELECT count(*) FROM digest"), 2);
    ck_assert_uint_eq(number(path, "SELECT complete FROM run"), 1);
    ck_assert_uint_eq(
        number(path, "SELECT value FROM metric WHERE name = 'payload_bytes_dma'"),
        131072);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM event_kind"), EVENT_KINDS);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM event"),
                      number(path, "SELECT max(id) FROM event"));
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM narration"),
                      number(path, "SELECT count(*) FROM event"));
}
END_TEST

START_TEST(a_file_that_exists_is_not_written_over)
{
    const char *path = in_folder("mine.txt");
    FILE *file = fopen(path, "w");
    struct session session;
    struct stat stat_of;

    ck_assert_ptr_nonnull(file);
    fputs("mine", file);
    fclose(file);
    open_scenario(&session, NULL);
    snprintf(answer, sizeof(answer), "record %s", path);
    says(&session, answer, "File exists");
    says(&session, "record /no/such/folder/x.db", "No such file");
    session_close(&session);
    ck_assert_int_eq(stat(path, &stat_of), 0);
    ck_assert_int_eq(stat_of.st_size, 4);
}
END_TEST

/* --- chunks ---------------------------------------------------------------------------------------- */

START_TEST(chunks_give_back_any_instruction)
{
    struct chunk *chunk = chunk_new();
    struct chunk_memory *memory = chunk_memory_new();
    struct chunk_reader reader;
    struct chunk_event got;
    struct err err = {0};
    unsigned n = 0;

    chunk_begin(chunk, 3);
    for (bool full = false; !full; n++) {
        struct event event;

        make_event(&event, EVENT_INSN, n);
        full = chunk_add(chunk, 10 + n * 3, &event);
    }
    ck_assert_uint_le(chunk->size, sizeof(chunk->bytes));
    chunk_read(&reader, memory, chunk->bytes, chunk->size, chunk->count, 10);
    for (unsigned i = 0; i < n; i++) {
        struct event event;

        make_event(&event, EVENT_INSN, i);
        ck_assert_msg(chunk_next(&reader, &got, &err), "%s", err.text);
        ck_assert_uint_eq(got.id, 10 + i * 3);
        ck_assert_uint_eq(got.event.retired, event.retired);
        ck_assert_uint_eq(got.event.cycle, event.cycle);
        ck_assert_uint_eq(got.event.order, event.order);
        ck_assert_uint_eq(got.event.board, event.board);
        for (const struct event_field *field = event_infos[EVENT_INSN].fields;
             field->name; field++)
            ck_assert_uint_eq(event_get(&got.event, field), event_get(&event, field));
    }
    ck_assert(!chunk_next(&reader, &got, &err));
    ck_assert_str_eq(err.text, "");
    chunk_memory_free(memory);
    chunk_free(chunk);
}
END_TEST

START_TEST(a_chunk_that_is_cut_short_is_an_error)
{
    struct chunk *chunk = chunk_new();
    struct chunk_memory *memory = chunk_memory_new();

    chunk_begin(chunk, 0);
    for (unsigned n = 0; n < 20; n++) {
        struct event event;

        make_event(&event, EVENT_INSN, n);
        chunk_add(chunk, n + 1, &event);
    }
    for (size_t size = 0; size < chunk->size; size++) {
        struct chunk_reader reader;
        struct chunk_event got;
        struct err err = {0};

        chunk_read(&reader, memory, chunk->bytes, size, chunk->count, 1);
        while (chunk_next(&reader, &got, &err))
            ;
        ck_assert_str_ne(err.text, "");
    }
    chunk_memory_free(memory);
    chunk_free(chunk);
}
END_TEST

/* --- questions --------------------------------------------------------------------------------------- */

START_TEST(the_live_run_is_asked_in_a_window_that_is_told)
{
    struct session session;

    open_scenario(&session, "dma_steal");
    must(&session, "stepi 50000");
    says(&session, "sql SELECT count(*) AS n FROM csr_write", "from its beginning");
    says(&session, "sql/1000 SELECT count(*) AS n FROM csr_write", "from #49,000 to");
    says(&session, "sql/1000 SELECT count(*) AS n FROM insn", "\n1000\n");
    says(&session, "sql/1000 select count(*) as n from INSN", "\n1000\n");
    says(&session, "sql SELECT count(*) FROM dma_burst WHERE bytes < 0", "\n0\n");
    says(&session, "sql/1000 SELECT value FROM metric WHERE name = 'instructions'",
         "\n1000\n");
    says(&session, "sql/x SELECT 1", "how many instructions");
    must(&session, "reverse-stepi 49990");
    says(&session, "sql SELECT max(retired) FROM insn", "\n9\n");
    session_close(&session);
}
END_TEST

static const char *const refused[] = {
    "sql DELETE FROM event_kind",
    "sql INSERT INTO region VALUES ('x', 1, 2)",
    "sql DROP TABLE run",
    "sql CREATE TABLE x(y)",
    "sql ATTACH '/tmp/x.db' AS x",
    "sql PRAGMA journal_mode = DELETE",
    "sql VACUUM",
    "sql SELECT load_extension('x')",
    "sql SELECT * FROM batch_dma_burst",
    "sql BEGIN",
};

static void refuses_all(struct session *session)
{
    for (unsigned i = 0; i < COUNT(refused); i++) {
        struct reply reply = {0};
        struct err err = {0};

        ck_assert_msg(!command_do(session, refused[i], &reply, &err), "%s", refused[i]);
        ck_assert_str_ne(err.text, "");
        reply_release(&reply);
    }
}

START_TEST(a_query_can_only_read)
{
    const char *path = in_folder("run.db");
    struct restored restored;
    struct session session;
    struct err err = {0};

    open_scenario(&session, "dma_steal");
    record_to(&session, path, "");
    must(&session, "stepi 100");
    refuses_all(&session);
    must(&session, "record off");
    session_close(&session);
    ck_assert(open_again(&session, path, &restored, &err));
    refuses_all(&session);
    says(&session, "sql SELEC 1", "syntax error");
    says(&session, "sql SELECT 1 WHERE 0", "There are no rows");
    session_close(&session);
}
END_TEST

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

START_TEST(a_query_can_be_interrupted)
{
    static const char *const endless =
        "sql WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT count(*) FROM n";
    struct session session;

    open_scenario(&session, "poll");
    record_to(&session, in_folder("run.db"), "");
    timeline_set_interrupt(session.time, (struct interrupt){always, NULL});
    says(&session, endless, "interrupted");
    ck_assert(session.interrupted);
    timeline_set_interrupt(session.time, (struct interrupt){NULL, NULL});
    says(&session, "sql SELECT 6 * 7 AS n", "\n42\n");
    session_close(&session);
}
END_TEST

/* The next ```sql block of the manual. */
static const char *next_query(const char *at, struct buf *query)
{
    const char *begin = strstr(at, "```sql\n"), *end;

    if (!begin)
        return NULL;
    begin += strlen("```sql\n");
    end = strstr(begin, "```");
    buf_clear(query);
    buf_text(query, "sql ");
    for (; begin < end; begin++)
        buf_char(query, *begin == '\n' ? ' ' : *begin);
    return end;
}

START_TEST(the_manuals_queries_have_answers)
{
    const char *path = in_folder("run.db"), *at;
    struct restored restored;
    struct session session;
    struct buf query = {0};
    struct err err = {0};
    unsigned queries = 0;
    uint8_t *manual;
    size_t size;

    open_scenario(&session, "dma_steal");
    record_to(&session, path, "instructions");
    must(&session, "continue");
    session_close(&session);
    ck_assert(open_again(&session, path, &restored, &err));
    ck_assert(image_read_file(MANUAL, &manual, &size, NULL));
    for (at = (char *)manual; (at = next_query(at, &query)); queries++) {
        struct reply reply = {0};
        const struct table *table;

        ck_assert_msg(command_do(&session, query.data, &reply, &err), "%s\n%s",
                      query.data, err.text);
        table = &reply.part[reply.parts - 1].table;
        ck_assert_msg(table->rows > 0, "no rows: %s", query.data);
        ck_assert(!table->cell[0].none);
        reply_release(&reply);
    }
    ck_assert_uint_ge(queries, 10);
    buf_free(&query);
    free(manual);
    session_close(&session);
}
END_TEST

/* As the program sqlite3 does it: a connection that knows nothing of us. */
START_TEST(the_extension_shows_instructions_to_other_programs)
{
    const char *ringside = getenv("RINGSIDE") ? getenv("RINGSIDE") : "build/ringside";
    const char *path = in_folder("run.db");
    char extension[256], *text = NULL;
    struct session session;
    sqlite3_stmt *row;
    sqlite3 *db;

    snprintf(extension, sizeof(extension), "%s_sqlite", ringside);
    open_scenario(&session, "poll");
    record_to(&session, path, "instructions");
    must(&session, "stepi 70000");
    session_close(&session);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT * FROM insn", -1, &row, NULL),
                     SQLITE_ERROR);
    sqlite3_enable_load_extension(db, 1);
    ck_assert_msg(sqlite3_load_extension(db, extension, NULL, &text) == SQLITE_OK, "%s",
                  text);
    ck_assert_int_eq(sqlite3_prepare_v2(db,
                                        "SELECT count(*), min(retired) FROM insn "
                                        "WHERE retired >= 69000",
                                        -1, &row, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_column_int(row, 0), 1000);
    ck_assert_int_eq(sqlite3_column_int(row, 1), 69000);
    sqlite3_finalize(row);
    sqlite3_close(db);
}
END_TEST

START_TEST(the_manual_names_every_table)
{
    struct err err = {0};
    struct archive *archive = archive_memory(&err);
    struct sqlite3_stmt *row = archive_prepare(
        archive,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
        "(SELECT name FROM event_kind) AND name NOT LIKE 'sqlite%'",
        &err);
    uint8_t *manual;
    size_t size;
    char name[64];

    ck_assert(image_read_file(MANUAL, &manual, &size, NULL));
    while (archive_step(archive, row, &err)) {
        snprintf(name, sizeof(name), "`%s`", archive_string(row, 0));
        if (event_kind_by_name(archive_string(row, 0)) == EVENT_KINDS)
            ck_assert_msg(strstr((char *)manual, name) != NULL, "%s", name);
    }
    free(manual);
    archive_close(archive);
}
END_TEST

START_TEST(sentences_are_those_of_the_narration)
{
    const char *path = in_folder("run.db");
    struct restored restored;
    struct session session;
    struct err err = {0};

    open_scenario(&session, "dma_steal");
    record_to(&session, path, "");
    must(&session, "continue");
    session_close(&session);
    ck_assert(open_again(&session, path, &restored, &err));
    says(&session, "sql SELECT sentence FROM narration ORDER BY id DESC LIMIT 2",
         "hart 0 writes finisher FINISH");
    says(&session,
         "sql SELECT sentence FROM narration WHERE kind = 'dma_descriptor' LIMIT 1",
         "fetches descriptor 0");
    says(&session, "sql SELECT narrate('nothing')", "no such event");
    says(&session, "sql SELECT addr(address) FROM symbol WHERE name = 'sum'",
         "sum (0x8000");
    session_close(&session);
}
END_TEST

/* --- opening again -------------------------------------------------------------------------------------- */

START_TEST(an_opened_run_is_the_same_run)
{
    const char *path = in_folder("run.db");
    struct moment middle = {.retired = 700000};
    uint64_t at_end, at_middle;
    struct restored restored;
    struct session session;
    struct err err = {0};

    open_scenario(&session, "dma_steal");
    record_to(&session, path, "");
    must(&session, "stepi 400000");
    must(&session, "set a5 = 77");
    must(&session, "continue");
    at_end = run_digest(session.run);
    ck_assert_int_eq(timeline_seek(session.time, middle), ARRIVED);
    middle = timeline_now(session.time);
    at_middle = run_digest(session.run);
    session_close(&session);

    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    ck_assert(restored.replays);
    ck_assert_int_eq(moment_compare(timeline_now(session.time), middle), 0);
    ck_assert_uint_eq(run_digest(session.run), at_middle);
    must(&session, "continue");
    ck_assert_uint_eq(run_digest(session.run), at_end);
    must(&session, "reverse-stepi 1000000");
    must(&session, "continue");
    ck_assert_uint_eq(run_digest(session.run), at_end);
    says(&session, "info record", "was opened from");
    session_close(&session);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM journal"), 1);
}
END_TEST

START_TEST(an_opened_run_needs_no_file_but_its_own)
{
    const char *path = in_folder("run.db");
    struct restored restored;
    struct session session;
    struct talk talk;
    struct err err = {0};

    talk_open(&talk, talk_hello, "");
    record_to(&talk.session, path, "");
    must(&talk.session, "continue");
    talk_close(&talk); /* its folder is gone now */
    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    must(&session, "reverse-stepi 3");
    session_close(&session);
}
END_TEST

/* What a future that was cut off had recorded is the kept branch's. */
START_TEST(events_of_a_future_that_was_cut_off_go_with_it)
{
    const char *path = in_folder("run.db");
    uint64_t before, after;
    struct buf said = {0};
    struct session session;

    open_scenario(&session, "poll");
    record_to(&session, path, "instructions");
    must(&session, "stepi 3000");
    must(&session, "reverse-stepi 1000");
    must(&session, "set a6 = 1");
    must(&session, "stepi 500");
    ask(&session, "info record");
    session_close(&session);
    buf_text(&said, "instructions in ");
    put_count(&said, number(path, "SELECT sum(length(bytes)) FROM insn_chunk"));
    ck_assert_msg(strstr(answer, said.data), "no '%s' in: %s", said.data, answer);
    buf_free(&said);
    before = number(path, "SELECT count(*) FROM insn WHERE branch = 1");
    after = number(path, "SELECT count(*) FROM insn WHERE branch = 0");
    ck_assert_uint_eq(before, 1000);
    ck_assert_uint_eq(after, 2500);
    ck_assert_uint_eq(number(path, "SELECT min(retired) FROM insn WHERE branch = 1"),
                      2000);
    ck_assert_uint_eq(
        number(path, "SELECT count(DISTINCT retired) FROM insn WHERE branch = 0"),
        2500);
    ck_assert_uint_gt(number(path, "SELECT count(*) FROM event WHERE branch = 1"), 0);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM outside"), 1);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM branch"), 2);
}
END_TEST

static int count_steps(void *ctx)
{
    ++*(unsigned *)ctx;
    return 0;
}

/* However much there is before it. */
START_TEST(a_cut_near_the_end_does_not_look_at_the_whole_recording)
{
    enum { HEARD = 400000, CUT = HEARD - 100, STEPS = 100 };
    struct err err = {0};
    struct archive *archive = archive_memory(&err);
    struct tape *tape = tape_new(archive, NULL, &err);
    struct sqlite3_stmt *row;
    unsigned steps = 0;

    ck_assert_ptr_nonnull(tape);
    for (unsigned n = 0; n < HEARD; n++) {
        struct event event = {.kind = n % 2 ? EVENT_INSN : EVENT_CSR_WRITE,
                              .retired = n};

        tape_take(tape, &event);
    }
    ck_assert(tape_settle(tape, &err));
    sqlite3_progress_handler(archive->db, STEPS, count_steps, &steps);
    tape_move(tape, 0, (struct moment){.retired = CUT}, 1);
    sqlite3_progress_handler(archive->db, 0, NULL, NULL);
    ck_assert_uint_lt(steps * STEPS, HEARD / 4);
    ck_assert_msg(tape_close(tape, &err), "%s", err.text);
    row = archive_prepare(archive,
                          "SELECT count(*), min(retired) FROM (SELECT branch, retired "
                          "FROM insn UNION ALL SELECT branch, retired FROM csr_write) "
                          "WHERE branch = 1",
                          &err);
    ck_assert_msg(row && archive_step(archive, row, &err), "%s", err.text);
    ck_assert_uint_eq(archive_number(row, 0), HEARD - CUT);
    ck_assert_uint_eq(archive_number(row, 1), CUT);
    archive_close(archive);
}
END_TEST

static void change(const char *path, const char *statements)
{
    sqlite3 *db;
    char *text = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, statements, NULL, NULL, &text) == SQLITE_OK, "%s",
                  text);
    sqlite3_close(db);
}

/* --- what cannot be written ------------------------------------------------------------------------------- */

static unsigned complaints;

static bool complain(void *ctx, const char *why)
{
    (void)ctx;
    ck_assert_str_ne(why, "");
    complaints++;
    return true;
}

/* A change that fails in its middle leaves nothing, and the next that can be written
 * writes it, too. */
START_TEST(a_change_that_cannot_be_written_is_written_with_the_next)
{
    const struct session_choice choice = {.file = SCENARIO, .variant = "poll"};
    struct archive *archive = archive_memory(NULL);
    struct keeper keeper = scribe_keeper;
    struct history history;
    struct session session;
    struct scribe scribe;
    struct err err = {0};

    ck_assert(session_open(&session, &choice, &err));
    archive_exec(archive,
                 "INSERT INTO run SELECT '', 1, '', '', '', '', 1, 0, 0, 0, 0, 0, 0, 0",
                 NULL);
    scribe_begin(&scribe, archive, session.time, NULL);
    scribe.complain = complain;
    keeper.ctx = &scribe;
    timeline_set_keeper(session.time, &keeper);
    ck_assert(scribe_write_all(&scribe, &err));
    must(&session, "stepi 300; mark late; mark later; goto #200; unmark later");
    complaints = 0;
    ck_assert(archive_exec(archive, "ALTER TABLE mark RENAME TO gone", &err));
    must(&session, "set s9 = 5; unmark late");
    ck_assert_uint_eq(complaints, 1);
    ck_assert(sqlite3_get_autocommit(archive->db));
    ck_assert_str_ne(scribe.err.text, "");
    ck_assert(archive_exec(archive, "ALTER TABLE gone RENAME TO mark", &err));
    must(&session, "stepi 7");
    ck_assert_str_eq(scribe.err.text, "");
    ck_assert_msg(history_read(archive, &history, &err), "%s", err.text);
    ck_assert_uint_eq(history.marks, 0);
    ck_assert_uint_eq(history.branches, 2);
    ck_assert_uint_eq(history.journal[0].count, 1);
    ck_assert_uint_eq(history.branch[1].furthest.retired, 300);
    ck_assert_uint_eq(history.viewer.retired, 207);
    history_release(&history);
    timeline_set_keeper(session.time, NULL);
    session_close(&session);
    archive_close(archive);
}
END_TEST

/* As when SQLite cannot even begin. */
START_TEST(a_file_that_cannot_be_begun_is_not_left)
{
    const char *path = in_folder("run.db");
    struct session session;
    struct err err = {0};

    open_scenario(&session, "poll");
    sqlite3_hard_heap_limit64(1000);
    ck_assert_ptr_null(archive_create(path, false, &err));
    ck_assert(!keep_begin(&session, &err));
    sqlite3_hard_heap_limit64(0);
    ck_assert_str_ne(err.text, "");
    ck_assert_int_ne(access(path, F_OK), 0);
    session_close(&session);
}
END_TEST

START_TEST(what_is_no_text_is_not_left_out)
{
    char *settings[] = {(char[]){"size=1"}, (char[]){"name=\xff"}};
    struct about about = {.program = (char[]){"p"},
                          .opened = (char[]){"o"},
                          .title = (char[]){"t"},
                          .settings = 2,
                          .setting = settings};
    struct archive *archive = archive_memory(NULL);
    struct err err = {0};

    ck_assert(!about_write(archive, &about, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "UTF-8"));
    about.settings = 1;
    ck_assert_msg(about_write(archive, &about, &err), "%s", err.text);
    archive_close(archive);
}
END_TEST

static void say_to_answer(void *ctx, const char *line)
{
    (void)ctx;
    snprintf(answer, sizeof(answer), "%s", line);
}

START_TEST(it_is_said_that_metrics_cannot_be_written)
{
    const char *path = in_folder("run.db");
    struct session session;

    open_scenario(&session, "poll");
    record_to(&session, path, "");
    session.say = say_to_answer;
    change(path, "ALTER TABLE metric RENAME TO gone");
    must(&session, "stepi");
    ck_assert_ptr_nonnull(strstr(answer, "no such table: metric"));
    session_close(&session);
}
END_TEST

START_TEST(it_is_said_at_once_that_something_cannot_be_written)
{
    const char *path = in_folder("run.db");
    struct session session;
    struct reply reply = {0};
    sqlite3 *db;

    open_scenario(&session, "poll");
    record_to(&session, path, "");
    session.say = say_to_answer;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    ck_assert(command_do(&session, "mark here", &reply, NULL));
    ck_assert_ptr_nonnull(strstr(answer, "From here on not everything is recorded: "));
    ck_assert_int_eq(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    must(&session, "mark there");
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM mark"), 2);
    sqlite3_close(db);
    reply_release(&reply);
    session_close(&session);
}
END_TEST

/* --- files that are no recordings, or damaged ------------------------------------------------------------- */

static void make_recording(const char *path)
{
    struct session session;

    open_scenario(&session, "poll");
    record_to(&session, path, "");
    must(&session, "stepi 20000");
    must(&session, "mark here");
    session_close(&session);
}

static const struct {
    const char *statements, *complaint;
} damages[] = {
    {"PRAGMA user_version = 3", "newer Ringside"},
    {"PRAGMA application_id = 7", "another program's"},
    {"UPDATE file SET bytes = bytes || x'20'", "is not what it was"},
    {"DELETE FROM file", "not in the recording"},
    {"DELETE FROM run", "does not say what was run"},
    {"DROP TABLE run", "damaged"},
    {"DELETE FROM branch", "it has no branch"},
    {"UPDATE branch SET dropped = 1", "branch makes no sense"},
    {"UPDATE branch SET parent = 7", "branch makes no sense"},
    {"INSERT INTO journal VALUES (0, 0, 0, 0, 0, 'x', NULL, x'0102')",
     "journal makes no sense"},
    {"INSERT INTO typed VALUES (0, 0, 0, 99, NULL, x'41', 0, 0, 0)",
     "no device number 99"},
    {"INSERT INTO typed VALUES (9, 0, 0, 0, NULL, x'41', 0, 0, 0)",
     "branch that is not there"},
    {"DROP TABLE typed", "tables are missing"},
    {"UPDATE mark SET branch = 9", "mark makes no sense"},
    {"UPDATE run SET branch = 9", "branch in use is missing"},
    {"UPDATE run SET settings = 'x'", "does not say what was run"},
    {"UPDATE run SET variant = 'nothing'", "has no variant 'nothing'"},
};

START_TEST(a_file_that_makes_no_sense_is_refused_with_the_reason)
{
    const char *path = in_folder("bad.db");
    struct restored restored;
    struct session session;
    struct err err = {0};

    make_recording(path);
    change(path, damages[_i].statements);
    ck_assert(!open_again(&session, path, &restored, &err));
    ck_assert_msg(strstr(err.text, damages[_i].complaint), "%s: %s",
                  damages[_i].statements, err.text);
    session_close(&session);
}
END_TEST

START_TEST(other_files_are_refused)
{
    struct restored restored;
    struct session session;
    struct err err = {0};

    ck_assert(!open_again(&session, in_folder("nothing.db"), &restored, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    session_close(&session);
    ck_assert(!open_again(&session, "README.md", &restored, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no recording of Ringside"));
    session_close(&session);
    ck_assert(!open_again(&session, "docs", &restored, &err));
    session_close(&session);
    fclose(fopen(in_folder("empty.db"), "w"));
    ck_assert(!open_again(&session, in_folder("empty.db"), &restored, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no recording of Ringside"));
    session_close(&session);
}
END_TEST

/* Cut anywhere, the file is refused, or what is left of it is a recording. */
START_TEST(a_truncated_file_is_refused_or_sound)
{
    const char *path = in_folder("whole.db"), *cut = in_folder("cut.db");
    uint8_t *bytes;
    size_t size;

    make_recording(path);
    ck_assert(image_read_file(path, &bytes, &size, NULL));
    for (size_t at = 0; at < size; at += size / 37) {
        struct restored restored;
        struct session session;
        struct err err = {0};
        FILE *file = fopen(cut, "w");

        fwrite(bytes, 1, at, file);
        fclose(file);
        if (!open_again(&session, cut, &restored, &err))
            ck_assert_str_ne(err.text, "");
        session_close(&session);
    }
    free(bytes);
}
END_TEST

START_TEST(a_recording_that_was_cut_off_says_so)
{
    const char *path = in_folder("cut-off.db");
    struct restored restored;
    struct session session;
    struct err err = {0};

    make_recording(path);
    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    says(&session, "info record", "was opened from");
    ck_assert_ptr_null(strstr(answer, "not closed"));
    session_close(&session);
    change(path, "UPDATE run SET complete = 0");
    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    says(&session, "info record", "It was not closed");
    session_close(&session);
}
END_TEST

START_TEST(a_run_that_this_version_does_otherwise_can_only_be_read)
{
    static const char *const moves[] = {
        "stepi",         "continue",          "reverse-stepi",
        "goto 100",      "set a0 = 1",        "mark here",
        "unmark",        "branch x",          "switch main",
        "delete-branch", "diff-branches main"};
    static const struct {
        const char *look, *says;
    } looks[] = {{"where", "#0"},
                 {"info moment", "#0"},
                 {"info digest", "The state at #0 has the digest 0x"},
                 {"info checkpoints", "of 256 MiB"},
                 {"info journal", "from outside"},
                 {"checkpoint-memory 16M", "of 16 MiB"},
                 {"marks", "here  #20000"},
                 {"timeline", "You stand at cycle 0"},
                 {"branches", "main"}};
    const char *path = in_folder("other.db");
    struct restored restored;
    struct session session;
    struct err err = {0};

    make_recording(path);
    change(path, "UPDATE digest SET digest = '0123456789abcdef' WHERE retired > 0");
    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    ck_assert(!restored.replays);
    ck_assert_ptr_nonnull(strstr(restored.differs, "not as it was"));
    for (unsigned i = 0; i < COUNT(moves); i++)
        says(&session, moves[i], "reading only");
    for (unsigned i = 0; i < COUNT(looks); i++)
        says(&session, looks[i].look, looks[i].says);
    ck_assert_uint_eq(timeline_now(session.time).retired, 0);
    says(&session, "record again.db", "reading only");
    session_add_commands(&session, gdb_commands);
    says(&session, "gdbserver :0", "reading only");
    says(&session, "info record", "for reading only");
    says(&session, "sql SELECT count(*) > 100 AS n FROM mmio_read", "\n1\n");
    session_close(&session);
}
END_TEST

/* What makes a recording one of format 1. */
static const char to_format_1[] =
    "ALTER TABLE branch RENAME COLUMN dropped TO ended;"
    "ALTER TABLE branch DROP COLUMN viewer_retired;"
    "ALTER TABLE branch DROP COLUMN viewer_fired;"
    "ALTER TABLE branch DROP COLUMN viewer_ord;"
    "DROP TABLE typed; UPDATE run SET format = 1; PRAGMA user_version = 1";

/* --- runs that were left ------------------------------------------------------------------------------------ */

static void resume(struct session *session, const char *name)
{
    static const struct session_choice nothing;
    struct restored restored;
    struct err err = {0};

    ck_assert_msg(keep_resume(session, name, &nothing, &restored, &err), "%s",
                  err.text);
    ck_assert_msg(restored.replays, "%s", restored.differs);
}

START_TEST(a_run_that_was_left_comes_back_with_branches_and_marks)
{
    struct session session;
    uint64_t digest, other;
    struct moment at;
    struct err err = {0};

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "stepi 5000");
    must(&session, "mark far");
    must(&session, "reverse-stepi 2000");
    must(&session, "set s9 = 5");
    must(&session, "stepi 100");
    digest = run_digest(session.run);
    at = timeline_now(session.time);
    must(&session, "switch main-2");
    other = run_digest(session.run);
    must(&session, "switch main");
    session_close(&session);

    resume(&session, NULL);
    ck_assert_uint_eq(timeline_branches(session.time), 2);
    ck_assert_uint_eq(timeline_marks(session.time), 1);
    ck_assert_str_eq(timeline_mark_info(session.time, 0)->name, "far");
    ck_assert_uint_eq(timeline_mark_info(session.time, 0)->branch, 1);
    ck_assert_int_eq(moment_compare(timeline_now(session.time), at), 0);
    ck_assert_uint_eq(run_digest(session.run), digest);
    must(&session, "switch main-2");
    ck_assert(other != 0);
    must(&session, "goto far");
    ck_assert_uint_eq(timeline_now(session.time).retired, 5000);
    must(&session, "mark back");
    session_close(&session);

    resume(&session, "01-three-ways-to-copy-1"); /* and what was done after resuming */
    ck_assert_uint_eq(timeline_marks(session.time), 2);
    ck_assert_uint_eq(timeline_branch(session.time), 1);
    session_close(&session);
}
END_TEST

/* Wherever that is, of each branch; the opened run starts on another one. */
START_TEST(each_branch_is_gone_back_to_where_it_was_left)
{
    struct session session;
    struct err err = {0};

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "stepi 500; branch B; stepi 100; goto #550; branch C; stepi 30");
    must(&session, "switch main; goto #300; switch C; switch B; reverse-stepi 7");
    session_close(&session);
    for (int i = 0; i < 2; i++) {
        resume(&session, NULL);
        ck_assert_uint_eq(timeline_now(session.time).retired, 543);
        must(&session, "switch main");
        ck_assert_uint_eq(timeline_now(session.time).retired, 300);
        must(&session, "switch C");
        ck_assert_uint_eq(timeline_now(session.time).retired, 580);
        must(&session, "switch B");
        session_close(&session);
    }
}
END_TEST

/* What two branches shared may be changed later in one of them, or in the one they left. */
START_TEST(a_branch_that_left_a_future_which_was_cut_off_comes_back)
{
    static const char *const orders[] = {"switch main; goto #10000; set s6 = 2; "
                                         "goto #58000; switch try",
                                         "goto #10000; set s6 = 2; goto #58000"};
    struct session session;
    struct err err = {0};
    uint64_t digest;

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "goto #60000; branch try; goto #70000");
    must(&session, orders[_i]);
    digest = run_digest(session.run);
    session_close(&session);

    resume(&session, NULL);
    ck_assert_uint_eq(run_digest(session.run), digest);
    ck_assert_uint_eq(timeline_branch_info(session.time, 1)->fork.retired, 10000);
    session_close(&session);
}
END_TEST

/* Also of those that were left in the same second. */
START_TEST(the_run_that_was_left_last_is_resumed)
{
    for (int i = 1; i <= 3; i++) {
        struct session session;
        struct err err = {0};
        char line[32];

        open_scenario(&session, "poll");
        ck_assert(keep_begin(&session, &err));
        snprintf(line, sizeof(line), "stepi %d", i);
        must(&session, line);
        session_close(&session);
        resume(&session, NULL);
        ck_assert_uint_eq(timeline_now(session.time).retired, (unsigned)i);
        session_close(&session);
    }
}
END_TEST

/* What a branch shares with others follows from its journal, whatever its row says of where
 * it left: B left a future of main that was then cut off. */
START_TEST(a_branch_comes_back_by_what_its_journal_says)
{
    struct session session;
    struct err err = {0};
    uint64_t digest;

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "stepi 300000; goto #200000; branch B; stepi 70000");
    digest = run_digest(session.run);
    must(&session, "switch main; goto #100000; set s9 = 5; stepi 100000; switch B");
    session_close(&session);
    change(in_folder("ringside/runs/01-three-ways-to-copy-1.db"),
           "UPDATE branch SET fork_retired = 200000, parent = 0 WHERE name = 'B'");
    resume(&session, NULL);
    ck_assert_uint_eq(run_digest(session.run), digest);
    session_close(&session);
}
END_TEST

/* Its number is not used again: events of it that were recorded stay apart. */
START_TEST(a_branch_that_was_deleted_does_not_come_back)
{
    const char *path = in_folder("run.db");
    struct restored restored;
    struct session session;
    struct err err = {0};
    uint64_t digest;

    open_scenario(&session, "poll");
    record_to(&session, path, "");
    must(&session, "stepi 100000; mark far; goto #50000; set s9 = 1; stepi 100000");
    must(&session, "delete-branch main-2; goto #60000; set s9 = 2; stepi 100");
    digest = run_digest(session.run);
    says(&session, "branches", "main-2");
    must(&session, "record off");
    session_close(&session);
    ck_assert_uint_eq(number(path, "SELECT dropped FROM branch WHERE number = 1"), 1);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM journal WHERE branch = 1"), 0);
    ck_assert_uint_eq(number(path, "SELECT count(*) FROM digest WHERE branch = 1"), 0);
    ck_assert_uint_gt(number(path, "SELECT count(*) FROM event WHERE branch = 1"), 0);
    ck_assert_msg(open_again(&session, path, &restored, &err), "%s", err.text);
    ck_assert_msg(restored.replays, "%s", restored.differs);
    ck_assert_uint_eq(run_digest(session.run), digest);
    ck_assert_uint_eq(timeline_marks(session.time), 0);
    must(&session, "switch main-2");
    ck_assert_uint_eq(timeline_branch(session.time), 2);
    session_close(&session);
}
END_TEST

static void fill_keepers(void *ctx, struct session *session)
{
    static const struct keeper nobody;

    while (keepers_add(session, &nobody, ctx))
        ;
}

START_TEST(a_run_that_cannot_be_kept_on_is_let_go)
{
    const struct session_choice full = {.opened = fill_keepers};
    struct restored restored;
    struct session session;
    struct err err = {0};

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "stepi 500");
    session_close(&session);
    ck_assert(!keep_resume(&session, NULL, &full, &restored, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "too many"));
    session_close(&session);
    resume(&session, NULL);
    session_close(&session);
}
END_TEST

START_TEST(a_run_in_which_nothing_was_done_is_dropped)
{
    struct session session;
    struct reply reply = {0};
    struct err err = {0};

    open_scenario(&session, "poll");
    ck_assert(keep_begin(&session, &err));
    ck_assert_str_eq(keep_name(&session), "01-three-ways-to-copy-1");
    must(&session, "info record");
    session_close(&session);
    ck_assert(keep_list(&reply, &err));
    ck_assert_ptr_nonnull(strstr(reply.part[0].sentence, "No run"));
    reply_release(&reply);
    ck_assert(!keep_resume(&session, NULL, &(struct session_choice){0},
                           &(struct restored){0}, &err));
    session_close(&session);
}
END_TEST

START_TEST(a_run_that_is_in_use_is_not_resumed)
{
    struct session session, second;
    struct reply reply = {0};
    struct err err = {0};

    open_scenario(&session, "poll");
    ck_assert(keep_begin(&session, &err));
    must(&session, "stepi 10");
    ck_assert(!keep_resume(&second, "01-three-ways-to-copy-1",
                           &(struct session_choice){0}, &(struct restored){0}, &err));
    ck_assert_msg(strstr(err.text, "in use") != NULL, "%s", err.text);
    session_close(&second);
    ck_assert(!keep_resume(&second, "01-three-ways-to-copy-2",
                           &(struct session_choice){0}, &(struct restored){0}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "did you mean"));
    session_close(&second);
    ck_assert(keep_list(&reply, &err));
    ck_assert_uint_eq(reply.part[0].table.rows, 1);
    ck_assert_str_eq(reply.part[0].table.cell[2].text, "in use");
    reply_release(&reply);
    session_close(&session);
}
END_TEST

START_TEST(what_was_typed_comes_back)
{
    struct session session;
    struct talk talk;
    struct err err = {0};
    uint64_t digest;

    talk_open(&talk, talk_loop, "");
    ck_assert(keep_begin(&talk.session, &err));
    must(&talk.session, "stepi 100");
    must(&talk.session, "type \"hello\"");
    must(&talk.session, "stepi 100");
    digest = run_digest(talk.session.run);
    talk_close(&talk);
    resume(&session, "talk-1");
    ck_assert_uint_eq(run_digest(session.run), digest);
    ck_assert_uint_gt(timeline_branch_info(session.time, 0)->journal->count, 0);
    session_close(&session);
}
END_TEST

/* --- the subcommands --------------------------------------------------------------------------------------- */

/* What the program prints, errors included; gives its exit status. */
static int run_program(const char *arguments)
{
    const char *ringside = getenv("RINGSIDE") ? getenv("RINGSIDE") : "build/ringside";
    struct buf command = {0};
    FILE *output;
    size_t size;

    buf_printf(&command, "%s %s </dev/null 2>&1", ringside, arguments);
    output = popen(command.data, "r");
    ck_assert_ptr_nonnull(output);
    size = fread(answer, 1, sizeof(answer) - 1, output);
    answer[size] = '\0';
    buf_free(&command);
    return WEXITSTATUS(pclose(output));
}

/* A run that is kept as talk-1: its UART takes 16 of 40 characters. The line is done then. */
static void type_ahead(const char *line)
{
    struct talk talk;
    struct err err = {0};

    talk_open(&talk, talk_loop, "");
    ck_assert(keep_begin(&talk.session, &err));
    must(&talk.session, "stepi 100");
    must(&talk.session, "type \"0123456789abcdefghij0123456789ABCDEFGHIJ\"");
    must(&talk.session, line);
    ck_assert_uint_eq(timeline_typed_ahead(talk.session.time), 24);
    talk_close(&talk);
}

/* The characters that found no room wait on the branch they were typed on, or the one that
 * keeps its future. */
START_TEST(typed_characters_that_wait_come_back)
{
    struct typed_info typed;
    struct session session;

    type_ahead("");
    resume(&session, "talk-1");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 24);
    ck_assert(timeline_typed_info(session.time, 0, &typed));
    ck_assert_int_eq(memcmp(typed.bytes, "ghij0123456789ABCDEFGHIJ", 24), 0);
    ck_assert_ptr_nonnull(strstr(typed.reason, "type"));
    must(&session, "goto #50; set s9 = 1");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 0);
    session_close(&session);
    resume(&session, "talk-1");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 0);
    ck_assert(timeline_typed_info(session.time, 0, &typed));
    ck_assert_uint_eq(typed.branch, 1);
    ck_assert(!timeline_typed_info(session.time, 1, &typed));
    session_close(&session);
}
END_TEST

/* When it was typed is kept, too: taken or not, it comes again after a cut. */
START_TEST(typed_characters_come_again_after_a_resume)
{
    struct typed_info typed;
    struct session session;

    type_ahead("stepi 100");
    resume(&session, "talk-1");
    must(&session, "goto #150; set s9 = 1; stepi 50");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 24);
    session_close(&session);
    resume(&session, "talk-1");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 24);
    must(&session, "goto #120; branch try");
    ck_assert_uint_eq(timeline_typed_ahead(session.time), 24);
    session_close(&session);
    resume(&session, "talk-1");
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(timeline_typed_info(session.time, i, &typed));
        ck_assert_uint_eq(typed.branch, i);
        ck_assert_uint_eq(typed.size, 24);
        ck_assert_mem_eq(typed.bytes, "ghij0123456789ABCDEFGHIJ", 24);
    }
    ck_assert(!timeline_typed_info(session.time, 3, &typed));
    session_close(&session);
}
END_TEST

/* One that was written before there was a table of what waits. */
START_TEST(a_run_of_an_older_format_is_read_and_gone_on_with)
{
    static const char *const path = "ringside/runs/01-three-ways-to-copy-1.db";
    struct restored restored;
    struct session session;
    struct err err = {0};
    uint64_t digest;

    open_scenario(&session, "poll");
    ck_assert_msg(keep_begin(&session, &err), "%s", err.text);
    must(&session, "stepi 5000; goto #3000; set s9 = 1; switch main-2; goto #4000");
    digest = run_digest(session.run);
    session_close(&session);
    change(in_folder(path), to_format_1);
    ck_assert_msg(open_again(&session, in_folder(path), &restored, &err), "%s",
                  err.text);
    ck_assert_uint_eq(run_digest(session.run), digest);
    session_close(&session);
    ck_assert_uint_eq(number(in_folder(path), "PRAGMA user_version"), 1);
    resume(&session, NULL);
    ck_assert_uint_eq(run_digest(session.run), digest);
    must(&session, "set s9 = 2");
    session_close(&session);
    ck_assert_uint_eq(number(in_folder(path), "PRAGMA user_version"), 2);
    ck_assert_uint_eq(number(in_folder(path), "SELECT format FROM run"), 2);
    ck_assert_uint_eq(number(in_folder(path), "SELECT count(*) FROM branch"), 3);
}
END_TEST

START_TEST(open_and_resume_are_subcommands)
{
    char command[256];

    ck_assert_int_eq(run_program("resume --list"), 0);
    ck_assert_ptr_nonnull(strstr(answer, "No run has been left."));
    ck_assert_int_eq(run_program("resume"), 2);
    ck_assert_ptr_nonnull(strstr(answer, "resume: no run has been left"));
    ck_assert_int_eq(run_program("open"), 2);
    ck_assert_int_eq(run_program("open README.md"), 2);
    ck_assert_ptr_nonnull(strstr(answer, "no recording of Ringside"));
    snprintf(command, sizeof(command),
             "shell --strict " SCENARIO " -c 'record %s; stepi 300; mark here; "
             "reverse-stepi 100'",
             in_folder("run.db"));
    ck_assert_msg(run_program(command) == 0, "%s", answer);
    snprintf(command, sizeof(command),
             "open --strict --no-keep %s -c 'goto here; info record'",
             in_folder("run.db"));
    ck_assert_msg(run_program(command) == 0, "%s", answer);
    ck_assert_ptr_nonnull(strstr(answer, "#300"));
    ck_assert_int_eq(run_program("resume --list"), 0);
    ck_assert_ptr_nonnull(strstr(answer, "01-three-ways-to-copy-1"));
    ck_assert_ptr_nonnull(strstr(answer, "#200"));
    ck_assert_int_eq(run_program("resume --strict -c 'goto here; stepi 5'"), 0);
    ck_assert_ptr_nonnull(strstr(answer, "#305"));
    ck_assert_int_eq(run_program("shell --no-keep " SCENARIO " -c 'stepi 3'"), 0);
    ck_assert_int_eq(run_program("resume nothing"), 2);
    ck_assert_int_eq(run_program("resume --list"), 0);
    ck_assert_ptr_null(strstr(answer, "copy-2"));
}
END_TEST

/* Its bytes could be a raw program's, but nobody means that. */
START_TEST(a_recording_is_no_program)
{
    static const char *const takers[] = {"shell", "boot", "disasm", "gdbserver"};
    struct session session;

    open_scenario(&session, "poll");
    record_to(&session, in_folder("run.db"), "");
    session_close(&session);
    for (unsigned i = 0; i < COUNT(takers); i++) {
        char command[256];

        snprintf(command, sizeof(command), "%s %s %s", takers[i], in_folder("run.db"),
                 strcmp(takers[i], "gdbserver") == 0 ? "unix:/nowhere/socket" : "");
        ck_assert_int_eq(run_program(command), 2);
        ck_assert_msg(strstr(answer, "it is a database of SQLite; ringside open takes "
                                     "recordings") != NULL,
                      "%s", answer);
    }
}
END_TEST

/* A disk that is full, or as if: files can grow to so many KiB and no more. */
static void run_limited(unsigned kib, const char *arguments)
{
    const char *ringside = getenv("RINGSIDE") ? getenv("RINGSIDE") : "build/ringside";
    char command[4096];
    FILE *output;

    snprintf(command, sizeof(command), "trap '' XFSZ; ulimit -f %u; %s %s 2>&1",
             kib * 2, ringside, arguments);
    output = popen(command, "r");
    ck_assert_ptr_nonnull(output);
    answer[fread(answer, 1, sizeof(answer) - 1, output)] = '\0';
    ck_assert_int_eq(pclose(output), 0);
}

/* It is told at once and once, also if nobody asks any more. */
START_TEST(what_cannot_be_recorded_is_told)
{
    char command[512];

    snprintf(command, sizeof(command),
             "shell --no-keep " SCENARIO " --variant dma_steal "
             "-c 'record %s instructions' -c 'continue' -c 'reverse-stepi'",
             in_folder("full.db"));
    run_limited(2000, command);
    ck_assert_msg(strstr(answer, "\nFrom here on not everything is recorded: "), "%s",
                  answer);
    ck_assert_ptr_null(strstr(strstr(answer, "From here on") + 1, "From here on"));
    ck_assert_ptr_null(strstr(answer, "is not whole"));
    snprintf(command, sizeof(command),
             "shell --no-keep " SCENARIO " --variant dma_steal "
             "-c 'stepi 400000' -c 'record %s instructions'",
             in_folder("full-2.db"));
    run_limited(2000, command);
    ck_assert_msg(strstr(answer, "The recording is not whole: "), "%s", answer);
}
END_TEST

/* Nothing that was done is lost as long as there is any room when the shell is left. */
START_TEST(a_full_disk_is_told_and_the_run_is_kept_at_last)
{
    char command[4096] = "shell " SCENARIO " -c '";

    for (int i = 1; i <= 60; i++)
        sprintf(command + strlen(command), "set a0 = %d;", i);
    strcat(command, "'");
    run_limited(500, command);
    ck_assert_msg(strstr(answer, "From here on this run is not kept as a whole: "),
                  "%s", answer);
    ck_assert_ptr_null(strstr(answer, "Not all of this run is kept"));
    ck_assert_int_eq(run_program("resume -c 'print a0'"), 0);
    ck_assert_msg(strstr(answer, "0x3c"), "%s", answer);
}
END_TEST

START_TEST(a_run_that_cannot_be_kept_leaves_nothing)
{
    for (unsigned kib = 20; kib <= 320; kib += 60) {
        run_limited(kib, "shell " SCENARIO " -c 'stepi'");
        if (kib < 260)
            ck_assert_msg(strstr(answer, "this run is not kept: "), "%u: %s", kib,
                          answer);
        if (!strstr(answer, "this run is not kept: "))
            continue;
        ck_assert_int_eq(run_program("resume --list"), 0);
        ck_assert_msg(strstr(answer, "No run has been left."), "%u: %s", kib, answer);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_loop_test(tcase, events_of_each_kind_are_rows_with_all_their_fields, 0,
                        EVENT_KINDS);
    tcase_add_test(tcase, columns_of_addresses_and_bits_say_so);
    tcase_add_test(tcase, rows_are_what_a_listener_hears);
    tcase_add_test(tcase, a_recording_holds_all_that_its_run_is);
    tcase_add_test(tcase, a_file_that_exists_is_not_written_over);
    tcase_add_test(tcase, chunks_give_back_any_instruction);
    tcase_add_test(tcase, a_chunk_that_is_cut_short_is_an_error);
    tcase_add_test(tcase, the_live_run_is_asked_in_a_window_that_is_told);
    tcase_add_test(tcase, a_query_can_only_read);
    tcase_add_test(tcase, a_query_can_be_interrupted);
    tcase_add_test(tcase, the_manuals_queries_have_answers);
    tcase_add_test(tcase, the_extension_shows_instructions_to_other_programs);
    tcase_add_test(tcase, the_manual_names_every_table);
    tcase_add_test(tcase, sentences_are_those_of_the_narration);
    tcase_add_test(tcase, an_opened_run_is_the_same_run);
    tcase_add_test(tcase, an_opened_run_needs_no_file_but_its_own);
    tcase_add_test(tcase, events_of_a_future_that_was_cut_off_go_with_it);
    tcase_add_loop_test(tcase, a_file_that_makes_no_sense_is_refused_with_the_reason, 0,
                        COUNT(damages));
    tcase_add_test(tcase, a_cut_near_the_end_does_not_look_at_the_whole_recording);
    tcase_add_test(tcase, a_change_that_cannot_be_written_is_written_with_the_next);
    tcase_add_test(tcase, a_file_that_cannot_be_begun_is_not_left);
    tcase_add_test(tcase, what_is_no_text_is_not_left_out);
    tcase_add_test(tcase, it_is_said_that_metrics_cannot_be_written);
    tcase_add_test(tcase, it_is_said_at_once_that_something_cannot_be_written);
    tcase_add_test(tcase, other_files_are_refused);
    tcase_add_test(tcase, a_truncated_file_is_refused_or_sound);
    tcase_add_test(tcase, a_recording_that_was_cut_off_says_so);
    tcase_add_test(tcase, a_run_that_this_version_does_otherwise_can_only_be_read);
    tcase_add_test(tcase, a_run_that_was_left_comes_back_with_branches_and_marks);
    tcase_add_test(tcase, each_branch_is_gone_back_to_where_it_was_left);
    tcase_add_loop_test(tcase, a_branch_that_left_a_future_which_was_cut_off_comes_back,
                        0, 2);
    tcase_add_test(tcase, the_run_that_was_left_last_is_resumed);
    tcase_add_test(tcase, a_branch_comes_back_by_what_its_journal_says);
    tcase_add_test(tcase, a_branch_that_was_deleted_does_not_come_back);
    tcase_add_test(tcase, a_run_that_cannot_be_kept_on_is_let_go);
    tcase_add_test(tcase, a_run_in_which_nothing_was_done_is_dropped);
    tcase_add_test(tcase, a_run_that_is_in_use_is_not_resumed);
    tcase_add_test(tcase, what_was_typed_comes_back);
    tcase_add_test(tcase, typed_characters_that_wait_come_back);
    tcase_add_test(tcase, typed_characters_come_again_after_a_resume);
    tcase_add_test(tcase, a_run_of_an_older_format_is_read_and_gone_on_with);
    tcase_add_test(tcase, open_and_resume_are_subcommands);
    tcase_add_test(tcase, a_recording_is_no_program);
    tcase_add_test(tcase, what_cannot_be_recorded_is_told);
    tcase_add_test(tcase, a_run_that_cannot_be_kept_leaves_nothing);
    tcase_add_test(tcase, a_full_disk_is_told_and_the_run_is_kept_at_last);
}

TEST_MAIN("recording", add_tests)
