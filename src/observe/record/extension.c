/*
 * The table `insn` for other programs: an extension that SQLite loads
 * (`.load build/ringside_sqlite` in the program sqlite3). It is made of this file and the
 * few that it needs, apart from the tool.
 */
#ifdef RINGSIDE_EXTENSION

#include "observe/record/insn_table.h"

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT1

int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    (void)error;
    SQLITE_EXTENSION_INIT2(api);
    return insn_table_add(db);
}

#else

extern const int extension_is_built_apart;

#endif
