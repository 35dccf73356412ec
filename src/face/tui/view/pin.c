#include "face/tui/view/pin.h"

#include "face/tui/watch/peek.h"
#include "machine/memory/bus.h"
#include "observe/ask/expr.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is smaller is a number rather than an address. */
enum { NAMED = 0x10000, SYMBOL_FAR = 0x10000 };

/* --- what a pane is of ------------------------------------------------------------------ */

bool pin_begins(const char *text, const char *word, const char **rest)
{
    size_t length = strlen(word);

    if (strncmp(text, word, length) != 0 || isalnum((unsigned char)text[length]) ||
        text[length] == '_')
        return false;
    *rest = text + length + strspn(text + length, " ");
    return true;
}

unsigned pin_hart(const struct watch *watch, const char *about, const char **rest)
{
    const char *behind = about;
    char *end;
    unsigned long number;

    *rest = about;
    if (!pin_begins(about, "hart", &behind))
        return watch->hart;
    number = strtoul(behind, &end, 10);
    if (end == behind || number >= watch->board->harts)
        return watch->hart;
    *rest = end + strspn(end, " ");
    return (unsigned)number;
}

/* Names of regions can have blanks, which expressions do not. */
static bool region_value(const struct subject *subject, const char *text,
                         uint64_t *value)
{
    for (unsigned i = 0; i < subject->regions; i++)
        if (strcmp(subject->region[i].name, text) == 0) {
            *value = subject->region[i].base;
            return true;
        }
    return false;
}

bool pin_value(const struct watch *watch, unsigned hart, const char *text,
               uint64_t *value)
{
    struct expr_scope scope = session_scope(watch->session);
    struct expr *expr;
    bool known;

    if (region_value(watch->subject, text, value))
        return true;
    expr = expr_parse_all(text, NULL);
    scope.board = watch->board->index;
    scope.hart = hart;
    known =
        expr && expr_check(expr, &scope, NULL) && expr_value(expr, &scope, value, NULL);
    expr_free(expr);
    return known;
}

/* --- addresses -------------------------------------------------------------------------- */

/* A linker's own names say nothing. */
static const struct symbol *symbol_of(const struct watch *watch, unsigned hart,
                                      uint64_t value)
{
    const struct symbols *symbols = watch_symbols_of(watch, hart);
    const struct symbol *symbol = symbols ? symbols_at(symbols, value) : NULL;

    return symbol && strncmp(symbol->name, "__", 2) != 0 &&
                   value - symbol->address < SYMBOL_FAR
               ? symbol
               : NULL;
}

static void put_place(char text[ABOUT_NAME], const char *name, uint64_t offset)
{
    if (offset)
        snprintf(text, ABOUT_NAME, "%.20s +%" PRIx64, name, offset);
    else
        snprintf(text, ABOUT_NAME, "%.30s", name);
}

/* Where a load of the hart from there goes; false: nowhere. */
static bool translate(const struct watch *watch, unsigned hart, uint64_t va,
                      uint64_t *pa)
{
    const struct hart *of = &watch->board->hart[hart];
    struct walk_request request = {
        .va = va, .access = ACCESS_LOAD, .mode = watch_mode(watch, hart)};

    return hart_peek_translate(of, request, pa) == CAUSE_NONE;
}

char *pin_place(char text[ABOUT_NAME], const struct watch *watch, uint64_t pa)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, pa);
    const struct region *region = watch_region(watch, pa);

    text[0] = '\0';
    if (mmio)
        snprintf(text, ABOUT_NAME, "%s", mmio->name);
    else if (region)
        put_place(text, region->name, pa - region->base);
    return text;
}

/* A guest's program has its own names for its memory. */
char *pin_address(char text[ABOUT_NAME], const struct watch *watch, unsigned hart,
                  uint64_t value)
{
    bool in_guest = watch_mode(watch, hart) & MODE_VIRTUAL;
    const struct symbol *symbol = symbol_of(watch, hart, value);
    uint64_t pa;

    text[0] = '\0';
    if (value < NAMED)
        return text;
    if (!(in_guest && symbol) && translate(watch, hart, value, &pa))
        pin_place(text, watch, pa);
    if (!text[0] && symbol)
        put_place(text, symbol->name, value - symbol->address);
    return text;
}

char *about_guest_address(char text[ABOUT_NAME], const struct watch *watch,
                          uint64_t value)
{
    const struct symbols *symbols = subject_symbols(watch->subject, true);
    const struct symbol *symbol = symbols ? symbols_at(symbols, value) : NULL;

    text[0] = '\0';
    if (symbol && value >= NAMED && value - symbol->address < SYMBOL_FAR)
        put_place(text, symbol->name, value - symbol->address);
    return text;
}

/* --- owners ----------------------------------------------------------------------------- */

void pin_draw_owners(const struct watch *watch, struct canvas *canvas, int row, int col,
                     uint64_t pa, unsigned bytes)
{
    static const char letters[] = "hdvio?";
    bool owns[sizeof(letters)] = {false}, some = false;
    enum role roles[sizeof(letters)] = {ROLE_NOBODY};
    int end = col + 2;

    for (unsigned i = 0; i < bytes; i++) {
        uint8_t who = watch_writer(watch, pa + i);
        const char *letter = strchr(letters, owner_letter(who));

        if (!letter || !*letter)
            continue;
        owns[letter - letters] = true;
        roles[letter - letters] = role_of_owner(*letter);
        some |= *letter != '?';
    }
    for (int i = 0; letters[i] && col < end; i++)
        if (owns[i] && (letters[i] != '?' || !some))
            canvas_put(canvas, row, col++, roles[i], (uint32_t)letters[i]);
}
