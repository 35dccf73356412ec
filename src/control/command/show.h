#ifndef CONTROL_COMMAND_SHOW_H
#define CONTROL_COMMAND_SHOW_H

#include "base/reply.h"
#include "control/session.h"

/*
 * Things that several commands show, each in one way: addresses with names, source lines,
 * instructions, values with their fields.
 */

/* "copy+8", of a symbol or a named part of RAM; false: the address has no name. */
bool show_name(struct buf *out, const struct session *session, uint64_t va);
void show_name_cell(struct table *table, const struct session *session, uint64_t va);

/* "copy+8 (0x80000048)", or the number. */
void show_address(struct buf *out, const struct session *session, uint64_t va);

/* The row of the line table that an address belongs to, with its file; NULL: none. */
const struct line *show_line(const struct session *session, uint64_t va,
                             const char **file);

/* "pio.s:11"; a cell without value if the address has no line. */
void show_line_cell(struct table *table, const struct session *session, uint64_t va);

/* "beq a0, a1, 0x80000010 <done>". */
void show_instruction(struct buf *out, const struct session *session, uint32_t bits,
                      uint64_t pc);

/* Fields of a device's register that are not 0, or have a name for it: "claim=1 run=1". */
void show_register_fields(struct buf *out, const struct reg *reg, uint64_t value);

/* A text as a cell; one without value if it is empty. */
void show_text_cell(struct table *table, const struct buf *text);

#endif
