#include "observe/record/schema.h"

/*
 * SQLite's integers have a sign: 64-bit patterns above 2^63 are stored as negative
 * numbers of the same bits. A column whose values are addresses or bits is declared
 * HEX INTEGER, which is an integer to SQLite and tells whoever shows it.
 */
#define TYPED_TABLE                                                                    \
    "CREATE TABLE typed("                                                              \
    "branch INTEGER NOT NULL, number INTEGER NOT NULL,"                                \
    "board INTEGER NOT NULL, device INTEGER NOT NULL,"                                 \
    "reason TEXT, bytes BLOB NOT NULL, retired INTEGER NOT NULL,"                      \
    "fired INTEGER NOT NULL, ord INTEGER NOT NULL, PRIMARY KEY(branch, number));\n"

static const char tables[] =
    "CREATE TABLE run("
    "program TEXT NOT NULL,"   /* "ringside 0.1.0" */
    "format INTEGER NOT NULL," /* of this file */
    "opened TEXT NOT NULL,"    /* path of the scenario or program */
    "variant TEXT,"            /* of the scenario */
    "settings TEXT NOT NULL,"  /* JSON: a list of "name=value" */
    "title TEXT NOT NULL,"
    "interval INTEGER NOT NULL," /* instructions between two digests, at least */
    "has_events INTEGER NOT NULL,"
    "has_instructions INTEGER NOT NULL,"
    "branch INTEGER NOT NULL," /* where the viewer stood */
    "retired INTEGER NOT NULL, fired INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "complete INTEGER NOT NULL);\n" /* 1: it was closed; 0: cut off */
    "CREATE TABLE file("
    "path TEXT PRIMARY KEY, size INTEGER NOT NULL, xxh3 TEXT NOT NULL,"
    "bytes BLOB NOT NULL);\n"
    "CREATE TABLE board("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL);\n"
    "CREATE TABLE device("
    "board INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,"
    "type TEXT NOT NULL, base HEX INTEGER NOT NULL, irq INTEGER,"
    "PRIMARY KEY(board, number));\n"
    "CREATE TABLE cost("
    "board INTEGER NOT NULL, name TEXT NOT NULL, price INTEGER NOT NULL,"
    "usual INTEGER NOT NULL, unit TEXT NOT NULL, meaning TEXT NOT NULL,"
    "PRIMARY KEY(board, name));\n"
    "CREATE TABLE symbol("
    "address HEX INTEGER NOT NULL, size INTEGER NOT NULL, name TEXT NOT NULL,"
    "function INTEGER NOT NULL, absolute INTEGER NOT NULL);\n"
    "CREATE INDEX symbol_address ON symbol(address);\n"
    "CREATE TABLE line("
    "address HEX INTEGER NOT NULL, file TEXT, line INTEGER);\n"
    "CREATE INDEX line_address ON line(address);\n"
    "CREATE TABLE source(file TEXT PRIMARY KEY, text TEXT NOT NULL);\n"
    "CREATE TABLE region("
    "name TEXT NOT NULL, base HEX INTEGER NOT NULL, size INTEGER NOT NULL);\n"
    "CREATE TABLE branch("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER,"
    "fork_retired INTEGER NOT NULL, fork_fired INTEGER NOT NULL,"
    "fork_ord INTEGER NOT NULL, fork_cycle INTEGER NOT NULL,"
    "retired INTEGER NOT NULL, fired INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "cycle INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    "viewer_retired INTEGER NOT NULL, viewer_fired INTEGER NOT NULL,"
    "viewer_ord INTEGER NOT NULL);\n"
    "CREATE TABLE journal("
    "branch INTEGER NOT NULL, number INTEGER NOT NULL,"
    "retired INTEGER NOT NULL, fired INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "kind TEXT NOT NULL, reason TEXT, act BLOB NOT NULL,"
    "PRIMARY KEY(branch, number));\n" TYPED_TABLE "CREATE TABLE mark("
    "name TEXT PRIMARY KEY, branch INTEGER NOT NULL,"
    "retired INTEGER NOT NULL, fired INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "cycle INTEGER NOT NULL);\n"
    "CREATE TABLE digest("
    "branch INTEGER NOT NULL, retired INTEGER NOT NULL, fired INTEGER NOT NULL,"
    "ord INTEGER NOT NULL, cycle INTEGER NOT NULL, digest TEXT NOT NULL,"
    "PRIMARY KEY(branch, retired, fired, ord));\n"
    "CREATE TABLE metric("
    "name TEXT PRIMARY KEY, title TEXT NOT NULL, unit TEXT NOT NULL,"
    "value INTEGER NOT NULL, meaning TEXT NOT NULL);\n"
    "CREATE TABLE event_kind("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, meaning TEXT NOT NULL);\n"
    "CREATE TABLE event_field("
    "kind TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,"
    "unit TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(kind, number));\n"
    "CREATE TABLE word("
    "unit TEXT NOT NULL, value INTEGER NOT NULL, word TEXT NOT NULL,"
    "PRIMARY KEY(unit, value));\n"
    "CREATE TABLE insn_chunk("
    "id INTEGER PRIMARY KEY, last_id INTEGER NOT NULL," /* of its events */
    "branch INTEGER NOT NULL, count INTEGER NOT NULL,"
    "retired INTEGER NOT NULL, last_retired INTEGER NOT NULL,"
    "xxh3 TEXT NOT NULL, bytes BLOB NOT NULL);\n";

/* Where the viewers of branches stood was not told: at the furthest moments. `ended` was
 * always 0, as `dropped` is of branches that are there. */
const char schema_upgrade[] =
    "BEGIN;" TYPED_TABLE "ALTER TABLE branch RENAME COLUMN ended TO dropped;"
    "ALTER TABLE branch ADD COLUMN viewer_retired INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE branch ADD COLUMN viewer_fired INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE branch ADD COLUMN viewer_ord INTEGER NOT NULL DEFAULT 0;"
    "UPDATE branch SET viewer_retired = retired, viewer_fired = fired, viewer_ord = "
    "ord;"
    "UPDATE run SET format = 2; PRAGMA user_version = 2; COMMIT";

bool schema_is_hex(enum event_unit unit)
{
    return unit == UNIT_HEX || unit == UNIT_VA || unit == UNIT_PA || unit == UNIT_PTE ||
           unit == UNIT_BITS || unit == UNIT_CSR || unit == UNIT_CAUSE ||
           unit == UNIT_REGISTER || unit == UNIT_REGVALUE || unit == UNIT_DMASOURCE ||
           unit == UNIT_DMADEST;
}

void schema_kind(struct buf *out, const char *name, enum event_kind kind)
{
    buf_printf(out,
               "CREATE TABLE %s(id INTEGER PRIMARY KEY, branch INTEGER NOT NULL, "
               "retired INTEGER NOT NULL, ord INTEGER NOT NULL, "
               "cycle INTEGER NOT NULL, board INTEGER NOT NULL",
               name);
    for (const struct event_field *field = event_infos[kind].fields; field->name;
         field++)
        buf_printf(out, ", \"%s\" %sINTEGER NOT NULL", field->name,
                   schema_is_hex(field->unit) ? "HEX " : "");
    buf_text(out, ")");
}

uint64_t event_column(const struct event *event, uint64_t id, uint32_t branch, int n)
{
    switch (n) {
    case COLUMN_ID:
        return id;
    case COLUMN_BRANCH:
        return branch;
    case COLUMN_RETIRED:
        return event->retired;
    case COLUMN_ORD:
        return event->order;
    case COLUMN_CYCLE:
        return event->cycle;
    case COLUMN_BOARD:
        return event->board;
    default:
        return event_get(event, &event_infos[event->kind].fields[n - COLUMN_FIELDS]);
    }
}

/* All events but instructions, in the order in which they were heard. */
static void add_event_view(struct buf *out)
{
    const char *join = "";

    buf_text(out, "CREATE VIEW event AS ");
    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS; kind++, join = " UNION ALL ")
        buf_printf(out,
                   "%sSELECT id, branch, retired, ord, cycle, board, '%s' AS kind "
                   "FROM %s",
                   join, event_infos[kind].name, event_infos[kind].name);
    buf_text(out, " ORDER BY id;\n");
}

/* Their sentences, which the function narrate makes when they are asked for. */
static void add_narration_view(struct buf *out)
{
    const char *join = "";

    buf_text(out, "CREATE VIEW narration AS ");
    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS; kind++, join = " UNION ALL ") {
        const struct event_info *info = &event_infos[kind];

        buf_printf(out,
                   "%sSELECT id, branch, retired, ord, cycle, '%s' AS kind, "
                   "narrate('%s', retired, ord, cycle, board",
                   join, info->name, info->name);
        for (const struct event_field *field = info->fields; field->name; field++)
            buf_printf(out, ", \"%s\"", field->name);
        buf_printf(out, ") AS sentence FROM %s", info->name);
    }
    buf_text(out, " ORDER BY id;\n");
}

void schema_text(struct buf *out)
{
    buf_printf(out, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n",
               RECORD_APPLICATION, RECORD_FORMAT);
    buf_text(out, tables);
    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS; kind++) {
        schema_kind(out, event_infos[kind].name, (enum event_kind)kind);
        buf_text(out, ";\n");
    }
    add_event_view(out);
    add_narration_view(out);
}
