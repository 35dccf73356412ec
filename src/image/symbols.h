#ifndef IMAGE_SYMBOLS_H
#define IMAGE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name that a program gives to an address, or to a number. */
struct symbol {
    uint64_t address;
    uint64_t size; /* bytes; 0: not told */
    const char *name;
    bool absolute; /* a number of the linker's: the address names no place */
    bool global;   /* seen outside the file that defines it */
    bool has_type; /* a function or an object, not a mere label */
    bool function;
};

/*
 * The symbols of a program. They are collected by symbols_add, which copies the name, and
 * can be looked up after symbols_sort.
 */
struct symbols {
    struct symbol *symbol; /* places in order of address, then absolute ones */
    size_t count, room;
    size_t places;         /* how many are not absolute */
    struct symbol **named; /* in order of name */
};

void symbols_add(struct symbols *symbols, struct symbol symbol);
void symbols_sort(struct symbols *symbols);
void symbols_release(struct symbols *symbols);

/*
 * The symbol that an address belongs to: the last one at or before it, unless that one's
 * size says that it ends before the address. Of several at one address the one with a
 * type, then the global one. NULL: none.
 */
const struct symbol *symbols_at(const struct symbols *symbols, uint64_t address);

/* The symbol with that name, a global one if there are several; NULL: none. */
const struct symbol *symbols_named(const struct symbols *symbols, const char *name);

#endif
