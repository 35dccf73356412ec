#include "face/tui/screen/palette.h"

#include "base/alloc.h"
#include "face/tui/screen/codes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WIDTH = 76,
    SHOWN = 14,
    NAME = 26,
    START = 12, /* a letter that begins a word */
    NEXT = 8,   /* ... that follows the one before */
    FOUND = 4   /* ... any other */
};

void palette_open(struct palette *palette)
{
    palette_release(palette);
    palette->open = true;
}

static char *copy_of(const char *text)
{
    return text ? alloc_string(text) : NULL;
}

void palette_add(struct palette *palette, const struct palette_entry *entry)
{
    struct palette_entry *new;

    if (palette->entries == palette->room) {
        palette->room = palette->room ? palette->room * 2 : 256;
        palette->entry =
            alloc_resize(palette->entry, palette->room * sizeof(*palette->entry));
    }
    new = &palette->entry[palette->entries++];
    *new = *entry;
    new->name = copy_of(entry->name);
    new->help = copy_of(entry->help);
    new->line = copy_of(entry->line);
}

void palette_release(struct palette *palette)
{
    for (unsigned i = 0; i < palette->entries; i++) {
        free(palette->entry[i].name);
        free(palette->entry[i].help);
        free(palette->entry[i].line);
    }
    free(palette->entry);
    free(palette->match);
    *palette = (struct palette){0};
}

/* --- finding --------------------------------------------------------------------------- */

static bool begins_word(const char *name, size_t at)
{
    return at == 0 || !isalnum((unsigned char)name[at - 1]);
}

static bool is_same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters of words' beginnings count more, and those in a row; of two names that are
 * equal in this the shorter one comes first. */
int palette_score(const char *name, const char *query)
{
    int score = 0;
    size_t at = 0;
    bool follows = false;

    for (; *query; query++) {
        size_t from = at;

        if (*query == ' ')
            continue;
        while (name[at] && !is_same(name[at], *query))
            at++;
        if (!name[at])
            return -1;
        score += begins_word(name, at) ? START : follows && at == from ? NEXT : FOUND;
        follows = true;
        at++;
    }
    return score * 100 + 99 - (int)(strlen(name) > 99 ? 99 : strlen(name));
}

static bool has_text(const char *text, const char *wanted)
{
    for (; *text; text++)
        if (strncasecmp(text, wanted, strlen(wanted)) == 0)
            return true;
    return false;
}

/* In names first; what stands only in the help comes behind. */
static int score_of(const struct palette_entry *entry, const char *query)
{
    int score = palette_score(entry->name, query);

    if (score >= 0 || !entry->help)
        return score >= 0 ? score + 100000 : score;
    return strlen(query) >= 3 && has_text(entry->help, query) ? 0 : -1;
}

void palette_find(struct palette *palette)
{
    palette->match =
        alloc_resize(palette->match, (palette->entries + 1) * sizeof(unsigned));
    palette->matches = palette->at = 0;
    for (unsigned i = 0; i < palette->entries; i++) {
        struct palette_entry *entry = &palette->entry[i];
        unsigned at = palette->matches;

        entry->score = score_of(entry, palette->query);
        if (entry->score < 0)
            continue;
        while (at > 0 && palette->query[0] &&
               palette->entry[palette->match[at - 1]].score < entry->score) {
            palette->match[at] = palette->match[at - 1];
            at--;
        }
        palette->match[at] = i;
        palette->matches++;
    }
}

/* --- keys ------------------------------------------------------------------------------ */

static void type(struct palette *palette, int code)
{
    if (palette->length + 1 >= PALETTE_QUERY)
        return;
    palette->query[palette->length++] = (char)code;
    palette->query[palette->length] = '\0';
    palette_find(palette);
}

static void erase(struct palette *palette, size_t length)
{
    palette->length = length;
    palette->query[length] = '\0';
    palette_find(palette);
}

static void move(struct palette *palette, int by)
{
    if (palette->matches)
        palette->at =
            (palette->at + palette->matches + (unsigned)by) % palette->matches;
}

enum palette_answer palette_key(struct palette *palette, int code)
{
    switch (code) {
    case 0x1b:
    case KEY_CONTROL('c'):
    case KEY_CONTROL('p'):
        return PALETTE_CLOSES;
    case '\r':
    case '\n':
        return palette->matches ? PALETTE_TAKES : PALETTE_STAYS;
    case KEY_CODE_UP:
    case KEY_CODE_DOWN:
    case '\t':
        move(palette, code == KEY_CODE_UP ? -1 : 1);
        return PALETTE_STAYS;
    case KEY_CODE_BACKSPACE:
    case 0x7f:
    case '\b':
        erase(palette, palette->length ? palette->length - 1 : 0);
        return PALETTE_STAYS;
    case KEY_CONTROL('u'):
        erase(palette, 0);
        return PALETTE_STAYS;
    default:
        if (code >= ' ' && code < 0x7f)
            type(palette, code);
        return PALETTE_STAYS;
    }
}

const struct palette_entry *palette_taken(const struct palette *palette)
{
    return &palette->entry[palette->match[palette->at]];
}

/* --- drawing --------------------------------------------------------------------------- */

static void draw_entry(const struct palette_entry *entry, struct canvas *canvas,
                       struct area row, bool taken)
{
    if (taken)
        canvas_put(canvas, row.row, row.col, ROLE_HEAD, L'▸');
    canvas_text(canvas, row.row, row.col + 2, NAME, taken ? ROLE_HEAD : ROLE_TEXT,
                entry->name);
    if (entry->help)
        canvas_text(canvas, row.row, row.col + NAME + 4, row.cols - NAME - 4,
                    ROLE_QUIET, entry->help);
}

void palette_draw(const struct palette *palette, struct canvas *canvas)
{
    int cols = canvas->cols - 4 < WIDTH ? canvas->cols - 4 : WIDTH, shown = SHOWN;
    struct area frame, row;
    unsigned from;

    if (shown > canvas->rows - 8)
        shown = canvas->rows - 8;
    frame = (struct area){3, (canvas->cols - cols) / 2, shown + 3, cols};
    from = palette->at >= (unsigned)shown ? palette->at - (unsigned)shown + 1 : 0;
    canvas_sheet(canvas, frame, "find");
    row = (struct area){frame.row + 1, frame.col + 2, 1, cols - 4};
    canvas_printf(canvas, row.row, row.col, row.cols, ROLE_TEXT, "> %s",
                  palette->query);
    canvas->cursor_row = row.row;
    canvas->cursor_col = row.col + 2 + (int)palette->length;
    for (int i = 0; i < shown && from + (unsigned)i < palette->matches; i++) {
        row.row++;
        draw_entry(&palette->entry[palette->match[from + (unsigned)i]], canvas, row,
                   from + (unsigned)i == palette->at);
    }
    canvas_printf(canvas, frame.row + frame.rows - 1, frame.col + 2, cols - 4,
                  ROLE_QUIET, " %u of %u   ↑ ↓ choose   Enter takes   Esc closes ",
                  palette->matches, palette->entries);
}
