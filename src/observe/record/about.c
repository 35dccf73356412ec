#include "observe/record/about.h"

#include "base/alloc.h"
#include "observe/narrate.h"
#include "observe/record.h"
#include "observe/record/schema.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* --- what was opened -------------------------------------------------------------------- */

/* NULL: a setting is no text of UTF-8, and JSON has no other. */
static char *settings_json(const struct about *about)
{
    json_t *list = json_array();
    char *text = NULL;
    bool ok = true;

    for (size_t i = 0; i < about->settings && ok; i++)
        ok = json_array_append_new(list, json_string(about->setting[i])) == 0;
    if (ok)
        text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}

bool about_write(struct archive *archive, const struct about *about, struct err *err)
{
    char *settings = settings_json(about);
    bool ok;

    if (!settings)
        return err_set(err, "a setting is no text of UTF-8, which a recording needs");
    ok =
        archive_run(archive, err,
                    "INSERT INTO run VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, "
                    "0, 0, 0, 0, 0)",
                    "tittttiii", about->program, (uint64_t)RECORD_FORMAT, about->opened,
                    about->variant, settings, about->title, about->interval,
                    (uint64_t)about->events, (uint64_t)about->instructions);
    free(settings);
    return ok;
}

static bool read_settings(struct about *about, const char *text)
{
    json_t *list = json_loads(text, 0, NULL);
    bool ok = json_is_array(list);

    about->settings = json_array_size(list);
    about->setting = alloc_zero(about->settings + 1, sizeof(char *));
    for (size_t i = 0; i < about->settings; i++) {
        const char *setting = json_string_value(json_array_get(list, i));

        ok = ok && setting;
        about->setting[i] = alloc_string(setting ? setting : "");
    }
    json_decref(list);
    return ok;
}

static char *copy(struct sqlite3_stmt *row, int column)
{
    const char *text = archive_string(row, column);

    return text ? alloc_string(text) : NULL;
}

bool about_read(struct archive *archive, struct about *about, struct err *err)
{
    struct sqlite3_stmt *row = archive_prepare(
        archive,
        "SELECT program, opened, variant, title, settings, interval, has_events, "
        "has_instructions, complete FROM run",
        err);

    *about = (struct about){0};
    if (!row)
        return err_prefix(err, "a damaged recording");
    if (!archive_step(archive, row, err))
        return err_set(err, "a damaged recording: '%s' does not say what was run",
                       archive->path);
    about->program = copy(row, 0);
    about->opened = copy(row, 1);
    about->variant = copy(row, 2);
    about->title = copy(row, 3);
    about->interval = archive_number(row, 5);
    about->events = archive_number(row, 6);
    about->instructions = archive_number(row, 7);
    about->complete = archive_number(row, 8);
    if (about->program && about->opened && about->title && archive_string(row, 4) &&
        read_settings(about, archive_string(row, 4))) {
        archive_step(archive, row, NULL);
        return true;
    }
    about_release(about);
    return err_set(err, "a damaged recording: '%s' does not say what was run",
                   archive->path);
}

void about_release(struct about *about)
{
    for (size_t i = 0; i < about->settings; i++)
        free(about->setting[i]);
    free(about->setting);
    free(about->program);
    free(about->opened);
    free(about->variant);
    free(about->title);
    *about = (struct about){0};
}

bool about_complete(struct archive *archive, struct err *err)
{
    return archive_run(archive, err, "UPDATE run SET complete = 1", "");
}

/* --- the machine ------------------------------------------------------------------------- */

static json_t *hex(uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%" PRIx64, value);
    return json_string(text);
}

/* NULL: a name is no text of UTF-8. */
static json_t *row_json(const struct board_row *row)
{
    json_t *object = json_pack("{s:s, s:s, s:o}", "type", row->type, "name", row->name,
                               "base", hex(row->base));
    json_t *irqs = json_array(), *requests = json_array(), *settings = json_object();
    bool ok = object;

    for (unsigned i = 0; i < row->irqs; i++)
        json_array_append_new(irqs, json_integer(row->irq[i]));
    for (unsigned i = 0; i < row->requests; i++)
        json_array_append_new(requests, json_integer(row->request[i]));
    for (unsigned i = 0; i < row->settings; i++)
        ok &= json_object_set_new(settings, row->setting[i].name,
                                  json_integer((json_int_t)row->setting[i].value)) == 0;
    json_object_set_new(object, "irq", irqs);
    json_object_set_new(object, "request", requests);
    json_object_set_new(object, "settings", settings);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

/* NULL, too. */
static char *board_json(const struct board_desc *desc)
{
    json_t *rows = json_array(), *object;
    char *text = NULL;
    bool ok = true;

    for (unsigned i = 0; i < desc->rows; i++)
        ok &= json_array_append_new(rows, row_json(&desc->row[i])) == 0;
    object =
        json_pack("{s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:b, s:i, s:o}", "name",
                  desc->name, "ram_base", hex(desc->ram_base), "ram_size",
                  hex(desc->ram_size), "harts", (int)desc->harts, "interleave",
                  (int)desc->interleave, "tlb_entries", (int)desc->tlb_entries,
                  "tlb_ways", (int)desc->tlb_ways, "hypervisor", (int)desc->hypervisor,
                  "guest_interrupts", (int)desc->guest_interrupts, "devices", rows);
    if (ok && object)
        text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static bool write_devices(struct archive *archive, const struct board *board,
                          struct err *err)
{
    bool ok = true;

    for (unsigned i = 0; i < board->devices && ok; i++) {
        const struct device *device = board->device[i];

        ok = archive_run(archive, err, "INSERT INTO device VALUES(?, ?, ?, ?, ?, ?)",
                         "iittii", (uint64_t)board->index, (uint64_t)i, device->name,
                         device->type->name, device->base,
                         (uint64_t)(device->lines ? device->line[0].source : 0));
    }
    return ok;
}

static bool write_costs(struct archive *archive, struct board *board, struct err *err)
{
    bool ok = true;

    for (int i = 0; i < COSTS && ok; i++)
        ok = archive_run(archive, err, "INSERT INTO cost VALUES(?, ?, ?, ?, ?, ?)",
                         "itiitt", (uint64_t)board->index, cost_infos[i].name,
                         (uint64_t)*costs_at(&board->costs, i),
                         (uint64_t)cost_infos[i].price, cost_infos[i].unit,
                         cost_infos[i].meaning);
    return ok;
}

static bool write_board(struct archive *archive, struct board *board, struct err *err)
{
    char *text = board_json(&board->desc);
    bool ok;

    if (!text)
        return err_set(err, "a name of the board is no text of UTF-8");
    ok = archive_run(archive, err, "INSERT INTO board VALUES(?, ?, ?)", "itt",
                     (uint64_t)board->index, board->desc.name, text) &&
         write_devices(archive, board, err) && write_costs(archive, board, err);
    free(text);
    return ok;
}

static bool write_kind(struct archive *archive, int kind, struct err *err)
{
    const struct event_info *info = &event_infos[kind];
    bool ok = archive_run(archive, err, "INSERT INTO event_kind VALUES(?, ?, ?)", "itt",
                          (uint64_t)kind, info->name, info->help);
    uint64_t n = 0;

    for (const struct event_field *field = info->fields; field->name && ok; field++)
        ok = archive_run(archive, err, "INSERT INTO event_field VALUES(?, ?, ?, ?, ?)",
                         "titti", info->name, n++, field->name,
                         event_unit_names[field->unit], (uint64_t)field->size);
    return ok;
}

/* What has no name is written as its number. */
static bool is_word(const char *text)
{
    return text[0] && text[0] != '?' && strncmp(text, "CSR 0x", 6) != 0 &&
           strncmp(text, "command 0x", 10) != 0;
}

static bool write_words(struct archive *archive, enum event_unit unit, struct err *err)
{
    struct buf word = {0};
    bool ok = true;

    for (uint64_t value = 0; value < unit_words(unit) && ok; value++) {
        buf_clear(&word);
        put_unit(&word, unit, value);
        if (is_word(buf_str(&word)))
            ok = archive_run(archive, err, "INSERT INTO word VALUES(?, ?, ?)", "tit",
                             event_unit_names[unit], value, buf_str(&word));
    }
    buf_free(&word);
    return ok;
}

bool about_write_machine(struct archive *archive, const struct run *run,
                         struct err *err)
{
    bool ok = true;

    for (unsigned i = 0; i < run->boards && ok; i++)
        ok = write_board(archive, run->board[i], err);
    for (int kind = 0; kind < EVENT_KINDS && ok; kind++)
        ok = write_kind(archive, kind, err);
    for (int unit = 0; unit < UNIT_COUNT && ok; unit++)
        ok = write_words(archive, (enum event_unit)unit, err);
    return ok;
}

/* --- names of places --------------------------------------------------------------------- */

bool about_write_symbols(struct archive *archive, const struct symbols *symbols,
                         struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < symbols->count && ok; i++) {
        const struct symbol *symbol = &symbols->symbol[i];

        ok = archive_run(archive, err, "INSERT INTO symbol VALUES(?, ?, ?, ?, ?)",
                         "iitii", symbol->address, symbol->size, symbol->name,
                         (uint64_t)symbol->function, (uint64_t)symbol->absolute);
    }
    return ok;
}

bool about_write_lines(struct archive *archive, const struct lines *lines,
                       struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < lines->count && ok; i++) {
        const struct line *line = &lines->line[i];

        if (line->file == LINE_NONE)
            ok = archive_run(archive, err, "INSERT INTO line(address) VALUES(?)", "i",
                             line->address);
        else
            ok = archive_run(archive, err, "INSERT INTO line VALUES(?, ?, ?)", "iti",
                             line->address, lines->file[line->file],
                             (uint64_t)line->line);
    }
    return ok;
}

bool about_write_source(struct archive *archive, const char *file, const char *text,
                        struct err *err)
{
    return archive_run(archive, err, "INSERT OR REPLACE INTO source VALUES(?, ?)", "tt",
                       file, text);
}

bool about_write_region(struct archive *archive, const char *name, uint64_t base,
                        uint64_t size, struct err *err)
{
    return archive_run(archive, err, "INSERT INTO region VALUES(?, ?, ?)", "tii", name,
                       base, size);
}

bool about_write_metrics(struct archive *archive, const struct metrics *metrics,
                         struct err *err)
{
    bool ok = true;

    for (int i = 0; i < METRICS && ok; i++) {
        const struct metric_info *info = &metric_infos[i];

        if (!info->is_share)
            ok = archive_run(archive, err,
                             "INSERT OR REPLACE INTO metric VALUES(?, ?, ?, ?, ?)",
                             "tttit", info->name, info->title, info->unit,
                             metric_count(metrics, info), info->help);
    }
    return ok;
}

/* --- files ---------------------------------------------------------------------------------- */

static void put_hash(char text[17], const void *bytes, size_t size)
{
    snprintf(text, 17, "%016" PRIx64, XXH3_64bits(bytes, size));
}

bool about_write_file(struct archive *archive, const char *path, const void *bytes,
                      size_t size, struct err *err)
{
    char hash[17];

    put_hash(hash, bytes, size);
    return archive_run(archive, err, "INSERT OR REPLACE INTO file VALUES(?, ?, ?, ?)",
                       "titb", path, (uint64_t)size, hash, bytes, size);
}

bool about_read_files(struct archive *archive,
                      void (*each)(void *ctx, const char *path, const void *bytes,
                                   size_t size),
                      void *ctx, struct err *err)
{
    struct err why = {0};
    struct sqlite3_stmt *row = archive_prepare(
        archive, "SELECT path, xxh3, bytes FROM file ORDER BY path", err);

    while (row && archive_step(archive, row, &why)) {
        const char *path = archive_string(row, 0), *told = archive_string(row, 1);
        char is[17];
        size_t size;
        const void *bytes = archive_blob(row, 2, &size);

        put_hash(is, bytes ? bytes : "", size);
        if (!path || !told || strcmp(told, is) != 0)
            return err_set(err, "a damaged recording: '%s' is not what it was",
                           path ? path : "a file");
        each(ctx, path, bytes ? bytes : "", size);
    }
    if (row && why.text[0])
        return err_set(err, "a damaged recording: %s", why.text);
    return row != NULL;
}
