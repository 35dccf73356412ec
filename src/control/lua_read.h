#ifndef CONTROL_LUA_READ_H
#define CONTROL_LUA_READ_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading tables that a script has made. These run inside a protected call: a mistake is
 * a Lua error "board.tlb: 'ways' must be an integer, it is a string", so that readers
 * need not look at results. Tables are at absolute indices of the stack; `what` names
 * them in messages.
 */
struct reading {
    lua_State *lua;
    int table;
    char what[96];
};

enum { READ_DEPTH = 16 }; /* slots of the stack that a reader may use */

/* Starts to read the table on top of the stack, which must be one. `keys` (ends with
 * NULL) are the names that it may have; others are refused with the nearest one. With
 * `list` it may have the entries 1, 2, ... too. */
struct reading read_begin(lua_State *lua, const char *what, const char *const *keys,
                          bool list);

/* The same for a field: false if there is none; else the caller pops it. */
bool read_table(const struct reading *from, const char *name, struct reading *into,
                const char *const *keys, bool list);

/* Entry `n` of a list, as a table; false: the list is over. */
bool read_entry(const struct reading *from, lua_Integer n, struct reading *into,
                const char *const *keys, bool list);

/* Fields: false, and *value as it was, if there is none. */
bool read_integer(const struct reading *from, const char *name, uint64_t least,
                  uint64_t most, uint64_t *value);
bool read_flag(const struct reading *from, const char *name, bool *value);
/* A number of bytes: an integer, or a text as "128M". */
bool read_size(const struct reading *from, const char *name, uint64_t *value);
/* A text of at most `room` - 1 bytes without zeros, copied. */
bool read_text(const struct reading *from, const char *name, char *text, size_t room);
/* A text of any length that stays on the stack, for the caller to pop. */
bool read_string(const struct reading *from, const char *name, const char **text,
                 size_t *size);
/* A list of integers, or one alone; gives how many there are. */
unsigned read_integers(const struct reading *from, const char *name, uint64_t most,
                       unsigned room, uint64_t *values);

/* Names are typed on command lines, and are parts of test cases and device trees: an
 * error if it has other letters than these may have. */
void read_check_name(const struct reading *from, const char *name);

/* Ends the reading with an error: "what: ..." */
int read_fail(const struct reading *from, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
