#include "face/tui/view/entry_bits.h"

#include "base/bits.h"
#include "face/tui/watch/text.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { V, R, W, X, U, G, A, D };

static bool has(uint64_t entry, unsigned bit)
{
    return entry >> bit & 1;
}

/* --- which bit ------------------------------------------------------------------------- */

/* U, then what the access needs: the G-stage and an IOMMU's first stage take every access
 * for one of U-mode. */
static int forbidding(const struct walk_path *path, const struct walk_entry *entry)
{
    bool user =
        path->iommu || entry->table == STAGE_G || !(path->target.mode & ~MODE_VIRTUAL);

    if (user != has(entry->entry, U) && (user || path->target.access == ACCESS_FETCH))
        return U;
    if (path->target.access == ACCESS_STORE)
        return has(entry->entry, W) ? U : W;
    if (path->target.access == ACCESS_FETCH)
        return has(entry->entry, X) ? U : X;
    return has(entry->entry, R) ? U : R;
}

/* Of a table's pointer A, D, U and N must be 0; bits 62 to 54 are reserved. */
static int reserved(uint64_t entry)
{
    static const uint8_t of_tables[] = {D, A, U, 63};

    for (int bit = 62; bit >= 54; bit--)
        if (has(entry, (unsigned)bit))
            return bit;
    for (size_t i = 0; i < sizeof(of_tables); i++)
        if (has(entry, of_tables[i]))
            return of_tables[i];
    return -1;
}

static int deciding_bit(const struct walk_path *path, const struct walk_entry *entry)
{
    if (entry->table >= STAGES)
        return entry->outcome == WALK_NOT_VALID ? V : -1;
    switch ((int)entry->outcome) {
    case WALK_NOT_VALID:
        return has(entry->entry, V) ? R : V;
    case WALK_RESERVED:
        return reserved(entry->entry);
    case WALK_NO_LEAF:
        return R;
    case WALK_NOT_PERMITTED:
        return forbidding(path, entry);
    case WALK_MISALIGNED:
        return 10;
    case WALK_NOT_ACCESSED:
        return has(entry->entry, A) ? D : A;
    default:
        return -1;
    }
}

static const char *bit_why(const struct walk_path *path, const struct walk_entry *entry,
                           int bit)
{
    static const char *const needs[] = {
        [V] = "there is no page: V must be 1",
        [R] = "a read needs R = 1",
        [W] = "a write needs W = 1",
        [X] = "a fetch needs X = 1",
        [A] = "A is 0, and only software may set it here",
        [D] = "D is 0, and only software may set it here",
    };

    if (entry->outcome == WALK_ACCESS_FAULT)
        return "the entry is not in RAM, or PMP keeps the walk from it";
    if (entry->outcome == WALK_GUEST_FAULT)
        return "the G-stage does not translate the entry's address";
    if (bit == R && entry->outcome == WALK_NOT_VALID)
        return "W is 1 and R is 0, which is reserved";
    if (bit == R && entry->outcome == WALK_NO_LEAF)
        return "R, W and X are 0: a pointer, but level 0 has no next table";
    if (entry->outcome == WALK_MISALIGNED)
        return "the low PPN bits of a superpage must be 0";
    if (entry->outcome == WALK_RESERVED || bit < 0)
        return "a reserved bit is 1";
    if (bit == U && has(entry->entry, U))
        return "a page of U-mode, which S-mode may not use so";
    if (bit == U)
        return "not a page of U-mode, and the access is one of U-mode";
    (void)path;
    return needs[bit];
}

bool entry_stops(const struct walk_entry *entry)
{
    return entry->outcome != WALK_NEXT && entry->outcome != WALK_LEAF &&
           entry->outcome != WALK_UPDATED;
}

struct deciding entry_deciding(const struct walk_path *path,
                               const struct walk_entry *entry)
{
    static const char letters[] = "VRWXUGAD";
    struct deciding deciding = {.bit = -1, .why = ""};

    if (!entry_stops(entry))
        return deciding;
    deciding.bit = deciding_bit(path, entry);
    deciding.why = entry->table == IOMMU_TABLE_CONTEXT &&
                           entry->outcome == WALK_RESERVED && path->iommu
                       ? iommu_misconfigured(path->iommu, &path->iommu_end.context)
                       : bit_why(path, entry, deciding.bit);
    if (!deciding.why)
        deciding.why = "";
    if (deciding.bit < 0)
        return deciding;
    deciding.value = has(entry->entry, (unsigned)deciding.bit);
    if (deciding.bit < 8)
        snprintf(deciding.name, sizeof(deciding.name), "%c", letters[deciding.bit]);
    else
        snprintf(deciding.name, sizeof(deciding.name),
                 deciding.bit == 63   ? "N"
                 : deciding.bit == 10 ? "PPN"
                                      : "bit %d",
                 deciding.bit);
    return deciding;
}

/* --- words ------------------------------------------------------------------------------ */

char *entry_letters(char text[12], uint64_t entry)
{
    static const char letters[] = "VRWXUGAD";

    for (int bit = 7; bit >= 0; bit--)
        text[7 - bit] = entry >> bit & 1 ? letters[bit] : '-';
    text[8] = '\0';
    return text;
}

void entry_title(const struct walk_path *path, const struct walk_entry *entry,
                 char *text, size_t room)
{
    if (entry->table == IOMMU_TABLE_DIRECTORY)
        snprintf(text, room, "directory");
    else if (entry->table == IOMMU_TABLE_CONTEXT)
        snprintf(text, room, "device ctx");
    else if (entry->table == STAGE_G)
        snprintf(text, room, "G level %u", entry->level);
    else if (entry->table == STAGE_VS)
        snprintf(text, room, path->iommu ? "1st level %u" : "VS level %u",
                 entry->level);
    else
        snprintf(text, room, "level %u", entry->level);
}

void entry_verdict(const struct walk_path *path, const struct walk_entry *entry,
                   char *text, size_t room)
{
    struct deciding deciding = entry_deciding(path, entry);
    uint64_t bits = entry->entry;

    if (deciding.bit >= 0)
        snprintf(text, room, "%s %u  STOP", deciding.name, deciding.value);
    else if (entry_stops(entry))
        snprintf(text, room, "STOP");
    else if (entry->table == IOMMU_TABLE_CONTEXT)
        snprintf(text, room, "V 1");
    else if (entry->outcome == WALK_NEXT)
        snprintf(text, room, "V 1  table");
    else
        snprintf(text, room, "leaf %s%s%s%s", has(bits, R) ? "R" : "",
                 has(bits, W) ? "W" : "", has(bits, X) ? "X" : "",
                 has(bits, U) ? " U" : "");
}

/* --- bit by bit ------------------------------------------------------------------------- */

struct bits_of {
    uint8_t hi, lo, cols;
    const char *name;
};

static const struct bits_of pte_fields[] = {
    {63, 63, 4, "N"}, {62, 61, 7, "PBMT"}, {60, 54, 8, "0"}, {53, 10, 15, "PPN"},
    {9, 8, 5, "RSW"}, {7, 7, 4, "D"},      {6, 6, 4, "A"},   {5, 5, 4, "G"},
    {4, 4, 4, "U"},   {3, 3, 4, "X"},      {2, 2, 4, "W"},   {1, 1, 4, "R"},
    {0, 0, 4, "V"},   {0, 0, 0, NULL},
};
static const struct bits_of directory_fields[] = {{63, 54, 8, "0"},
                                                  {53, 10, 15, "PPN"},
                                                  {9, 1, 6, "0"},
                                                  {0, 0, 4, "V"},
                                                  {0, 0, 0, NULL}};
static const struct bits_of context_fields[] = {
    {11, 11, 5, "SXL"}, {10, 10, 5, "SBE"},  {9, 9, 5, "DPE"},    {8, 8, 6, "SADE"},
    {7, 7, 6, "GADE"},  {6, 6, 6, "PRPR"},   {5, 5, 6, "PDTV"},   {4, 4, 5, "DTF"},
    {3, 3, 7, "T2GPA"}, {2, 2, 8, "EN_PRI"}, {1, 1, 8, "EN_ATS"}, {0, 0, 4, "V"},
    {0, 0, 0, NULL},
};

static const struct bits_of *fields_of(const struct walk_entry *entry)
{
    if (entry->table == IOMMU_TABLE_CONTEXT)
        return context_fields;
    return entry->table == IOMMU_TABLE_DIRECTORY ? directory_fields : pte_fields;
}

/* One field: its bits, its name, its value, and whether it decided. */
static void draw_field(struct canvas *canvas, int row, int col,
                       const struct bits_of *field, uint64_t entry,
                       const struct deciding *deciding)
{
    bool decides = deciding->bit <= field->hi && deciding->bit >= field->lo;
    enum role role = decides ? ROLE_STOP : ROLE_TEXT;
    uint64_t value = field_get(entry, BITS(field->hi, field->lo));
    int room = field->cols - 1;

    if (field->hi == field->lo)
        canvas_printf(canvas, row, col, room, ROLE_QUIET, "%u", field->hi);
    else
        canvas_printf(canvas, row, col, room, ROLE_QUIET, "%u-%u", field->hi,
                      field->lo);
    canvas_text(canvas, row + 1, col, room, decides ? ROLE_STOP : ROLE_HEAD,
                field->name);
    canvas_printf(canvas, row + 2, col, room, role,
                  field->hi == 53 ? "0x%010" PRIx64 : "%" PRIx64, value);
    if (decides)
        canvas_put(canvas, row + 3, col, ROLE_HEAD, L'▴');
}

static void draw_heading(const struct watch *watch, const struct walk_path *path,
                         const struct walk_entry *entry, struct canvas *canvas,
                         struct area area)
{
    char title[24], what[96], who[TEXT_DATA] = "";
    uint8_t writer = watch_writer(watch, entry->at);
    int used;

    entry_title(path, entry, title, sizeof(title));
    used = canvas_printf(canvas, area.row, area.col, area.cols, ROLE_HEAD,
                         "%s entry, bit by bit", title);
    if (writer != INITIATOR_NONE && writer != OWNER_UNKNOWN)
        text_initiator(who, writer);
    snprintf(what, sizeof(what), "[%08" PRIx64 "] = 0x%08" PRIx64 "_%08" PRIx64 "%s%s",
             entry->at, entry->entry >> 32, entry->entry & UINT32_MAX,
             who[0] ? ", written by " : "", who);
    canvas_text(canvas, area.row, area.col + used + 2, area.cols - used - 2, ROLE_QUIET,
                what);
    canvas_thing(canvas, area.row, area.col, area.cols, THING_MEMORY, "0x%08" PRIx64,
                 entry->at);
}

void entry_draw_bits(const struct watch *watch, const struct walk_path *path,
                     struct canvas *canvas, struct area area)
{
    const struct walk_entry *entry;
    struct deciding deciding;
    int col = area.col + 2, why;

    if (path->last < 0 || area.rows < ENTRY_BITS_ROWS || area.cols < ENTRY_BITS_COLS)
        return;
    entry = &path->entry[path->last];
    deciding = entry_deciding(path, entry);
    why = area.col + 2;
    draw_heading(watch, path, entry, canvas, area);
    for (const struct bits_of *field = fields_of(entry); field->name; field++) {
        draw_field(canvas, area.row + 1, col, field, entry->entry, &deciding);
        if (deciding.bit <= field->hi && deciding.bit >= field->lo)
            why = col + 2;
        col += field->cols;
    }
    if (!deciding.why[0])
        return;
    if (why + text_width(deciding.why) > area.col + area.cols)
        why -= text_width(deciding.why) + 3; /* at the left of the mark */
    canvas_text(canvas, area.row + 4, why, area.col + area.cols - why, ROLE_HEAD,
                deciding.why);
}
