#include "image/symbols.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void symbols_add(struct symbols *symbols, struct symbol symbol)
{
    if (symbols->count == symbols->room) {
        symbols->room = symbols->room ? symbols->room * 2 : 64;
        symbols->symbol =
            alloc_resize(symbols->symbol, symbols->room * sizeof(*symbols->symbol));
    }
    symbol.name = alloc_string(symbol.name);
    symbols->symbol[symbols->count++] = symbol;
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Of symbols at one address the most telling comes last, where symbols_at looks. */
static int by_address(const void *left, const void *right)
{
    const struct symbol *a = left, *b = right;
    int order = compare(a->absolute, b->absolute);

    if (!order)
        order = compare(a->address, b->address);
    if (!order)
        order = compare(a->has_type, b->has_type);
    if (!order)
        order = compare(a->global, b->global);
    return order ? order : strcmp(b->name, a->name);
}

static int by_name(const void *left, const void *right)
{
    const struct symbol *a = *(struct symbol *const *)left;
    const struct symbol *b = *(struct symbol *const *)right;
    int order = strcmp(a->name, b->name);

    if (!order)
        order = compare(b->global, a->global);
    return order ? order : compare(a->address, b->address);
}

void symbols_sort(struct symbols *symbols)
{
    if (!symbols->count)
        return;
    qsort(symbols->symbol, symbols->count, sizeof(*symbols->symbol), by_address);
    symbols->places = 0;
    while (symbols->places < symbols->count &&
           !symbols->symbol[symbols->places].absolute)
        symbols->places++;
    symbols->named =
        alloc_resize(symbols->named, symbols->count * sizeof(*symbols->named));
    for (size_t i = 0; i < symbols->count; i++)
        symbols->named[i] = &symbols->symbol[i];
    qsort(symbols->named, symbols->count, sizeof(struct symbol *), by_name);
}

void symbols_release(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->count; i++)
        free((void *)(uintptr_t)symbols->symbol[i].name);
    free(symbols->symbol);
    free(symbols->named);
    *symbols = (struct symbols){0};
}

const struct symbol *symbols_at(const struct symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->places;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (symbols->symbol[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;

    const struct symbol *last = &symbols->symbol[low - 1];

    if (last->size && address - last->address >= last->size)
        return NULL;
    return last;
}

const struct symbol *symbols_named(const struct symbols *symbols, const char *name)
{
    size_t low = 0, high = symbols->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(symbols->named[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == symbols->count || strcmp(symbols->named[low]->name, name) != 0)
        return NULL;
    return symbols->named[low];
}
