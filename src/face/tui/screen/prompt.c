#include "face/tui/screen/prompt.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "face/tui/screen/codes.h"

#include <stdlib.h>
#include <string.h>

/* --- editing --------------------------------------------------------------------------- */

static void set(struct prompt *prompt, const char *line)
{
    size_t length = strlen(line);

    if (length >= PROMPT_LINE)
        length = PROMPT_LINE - 1;
    memcpy(prompt->line, line, length);
    prompt->line[length] = '\0';
    prompt->length = prompt->at = length;
}

void prompt_begin(struct prompt *prompt, char sign, const char *line)
{
    prompt->sign = sign;
    set(prompt, line);
    prompt->shown = prompt->pasts;
}

static void erase(struct prompt *prompt, size_t from, size_t until)
{
    memmove(prompt->line + from, prompt->line + until, prompt->length - until + 1);
    prompt->length -= until - from;
    prompt->at = from;
}

static void cut(struct prompt *prompt, size_t from, size_t until)
{
    if (from == until)
        return;
    memcpy(prompt->cut, prompt->line + from, until - from);
    prompt->cut[until - from] = '\0';
    erase(prompt, from, until);
}

static void insert(struct prompt *prompt, const char *text)
{
    size_t length = strlen(text);

    if (prompt->length + length >= PROMPT_LINE)
        return;
    memmove(prompt->line + prompt->at + length, prompt->line + prompt->at,
            prompt->length - prompt->at + 1);
    memcpy(prompt->line + prompt->at, text, length);
    prompt->length += length;
    prompt->at += length;
}

void prompt_replace(struct prompt *prompt, size_t from, const char *text)
{
    if (from > prompt->at ||
        prompt->length - (prompt->at - from) + strlen(text) >= PROMPT_LINE)
        return;
    erase(prompt, from, prompt->at);
    insert(prompt, text);
}

static bool is_inside(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80; /* of a character in UTF-8 */
}

static size_t before(const struct prompt *prompt, size_t at)
{
    while (at > 0 && is_inside(prompt->line[--at]))
        ;
    return at;
}

static size_t behind(const struct prompt *prompt, size_t at)
{
    if (at < prompt->length)
        at++;
    while (at < prompt->length && is_inside(prompt->line[at]))
        at++;
    return at;
}

static size_t word_before(const struct prompt *prompt)
{
    size_t at = prompt->at;

    while (at > 0 && prompt->line[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->line[at - 1] != ' ')
        at--;
    return at;
}

/* --- history --------------------------------------------------------------------------- */

void prompt_remember(struct prompt *prompt)
{
    if (!prompt->length ||
        (prompt->pasts && strcmp(prompt->past[prompt->pasts - 1], prompt->line) == 0))
        return;
    if (prompt->pasts == PROMPT_HISTORY) {
        free(prompt->past[0]);
        memmove(prompt->past, prompt->past + 1,
                (PROMPT_HISTORY - 1) * sizeof(*prompt->past));
        prompt->pasts--;
    }
    prompt->past[prompt->pasts++] = alloc_string(prompt->line);
}

static void show_past(struct prompt *prompt, int by)
{
    if ((by < 0 && prompt->shown == 0) || (by > 0 && prompt->shown >= prompt->pasts))
        return;
    if (prompt->shown == prompt->pasts)
        memcpy(prompt->written, prompt->line, prompt->length + 1);
    prompt->shown = (unsigned)((int)prompt->shown + by);
    set(prompt,
        prompt->shown == prompt->pasts ? prompt->written : prompt->past[prompt->shown]);
}

void prompt_release(struct prompt *prompt)
{
    for (unsigned i = 0; i < prompt->pasts; i++)
        free(prompt->past[i]);
    prompt->pasts = 0;
}

/* --- keys ------------------------------------------------------------------------------ */

static void move_left(struct prompt *prompt)
{
    prompt->at = before(prompt, prompt->at);
}

static void move_right(struct prompt *prompt)
{
    prompt->at = behind(prompt, prompt->at);
}

static void move_first(struct prompt *prompt)
{
    prompt->at = 0;
}

static void move_last(struct prompt *prompt)
{
    prompt->at = prompt->length;
}

static void erase_left(struct prompt *prompt)
{
    erase(prompt, before(prompt, prompt->at), prompt->at);
}

static void erase_right(struct prompt *prompt)
{
    erase(prompt, prompt->at, behind(prompt, prompt->at));
}

static void cut_word(struct prompt *prompt)
{
    cut(prompt, word_before(prompt), prompt->at);
}

static void cut_left(struct prompt *prompt)
{
    cut(prompt, 0, prompt->at);
}

static void cut_right(struct prompt *prompt)
{
    cut(prompt, prompt->at, prompt->length);
}

static void paste(struct prompt *prompt)
{
    insert(prompt, prompt->cut);
}

static void older(struct prompt *prompt)
{
    show_past(prompt, -1);
}

static void newer(struct prompt *prompt)
{
    show_past(prompt, 1);
}

/* Readline's keys. */
static const struct {
    int code, also;
    void (*edit)(struct prompt *prompt);
} edits[] = {
    {KEY_CODE_LEFT, KEY_CONTROL('b'), move_left},
    {KEY_CODE_RIGHT, KEY_CONTROL('f'), move_right},
    {KEY_CODE_HOME, KEY_CONTROL('a'), move_first},
    {KEY_CODE_END, KEY_CONTROL('e'), move_last},
    {KEY_CODE_BACKSPACE, KEY_CONTROL('h'), erase_left},
    {KEY_CODE_DELETE, KEY_CONTROL('d'), erase_right},
    {KEY_CODE_UP, KEY_CONTROL('p'), older},
    {KEY_CODE_DOWN, KEY_CONTROL('n'), newer},
    {KEY_CONTROL('w'), KEY_CODE_NONE, cut_word},
    {KEY_CONTROL('u'), KEY_CODE_NONE, cut_left},
    {KEY_CONTROL('k'), KEY_CODE_NONE, cut_right},
    {KEY_CONTROL('y'), KEY_CODE_NONE, paste},
};

enum prompt_answer prompt_key(struct prompt *prompt, int code)
{
    char text[5];

    switch (code) {
    case '\r':
    case '\n':
        return PROMPT_ENTERED;
    case '\t':
        return PROMPT_COMPLETE;
    case 0x1b:
    case KEY_CONTROL('c'):
    case KEY_CONTROL('g'):
        return PROMPT_CLOSED;
    case KEY_CONTROL('d'):
        if (prompt->length == 0)
            return PROMPT_CLOSED;
        break;
    case 0x7f:
        code = KEY_CODE_BACKSPACE;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < COUNT(edits); i++)
        if (edits[i].code == code || edits[i].also == code)
            edits[i].edit(prompt);
    if (code >= ' ' && code != 0x7f && code < KEY_CODE_RESIZE) {
        text[glyph_utf8((uint32_t)code, text)] = '\0';
        insert(prompt, text);
    }
    return PROMPT_EDITED;
}

/* --- drawing --------------------------------------------------------------------------- */

/* Of a line that is too long, the part with the cursor. */
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row)
{
    int room = canvas->cols - 4, before_cursor;
    const char *from = prompt->line;
    char head[PROMPT_LINE];

    memcpy(head, prompt->line, prompt->at);
    head[prompt->at] = '\0';
    before_cursor = text_width(head);
    while (before_cursor >= room && from < prompt->line + prompt->at)
        before_cursor -= glyph_width(glyph_next(&from));
    canvas_put(canvas, row, 1, ROLE_HEAD, (uint32_t)prompt->sign);
    canvas_text(canvas, row, 2, room, ROLE_TEXT, from);
    canvas->cursor_row = row;
    canvas->cursor_col = 2 + before_cursor;
}
