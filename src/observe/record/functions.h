#ifndef OBSERVE_RECORD_FUNCTIONS_H
#define OBSERVE_RECORD_FUNCTIONS_H

#include "observe/narrate.h"

struct sqlite3;

/*
 * Functions of SQL that recordings use:
 *   narrate(kind, retired, ord, cycle, board, fields...)   an event's sentence
 *   hex(value)   is SQLite's own; addr(value) writes "main+8 (0x80000048)"
 * The narrator stays the caller's, who may fill it in later.
 */
bool functions_add(struct sqlite3 *db, const struct narrator *narrator);

#endif
