#ifndef OBSERVE_RECORD_INSN_TABLE_H
#define OBSERVE_RECORD_INSN_TABLE_H

struct sqlite3;

/*
 * The table `insn`: a row an instruction, read from the chunks of a recording (table
 * insn_chunk). It is there in every database as soon as the module is added; where there
 * are no chunks it is empty. Conditions on id, retired and branch choose the chunks that
 * are read. Gives SQLite's result code.
 */
int insn_table_add(struct sqlite3 *db);

#endif
