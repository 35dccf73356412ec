#include "control/command/words.h"

#include "base/buf.h"

#include <string.h>

const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* Behind what begins here: a quoted part, or one character. A quote that is not closed
 * goes on to the end. */
static const char *behind(const char *text)
{
    const char *end;

    if (*text != '"' && *text != '\'')
        return text + 1;
    end = strchr(text + 1, *text);
    return end ? end + 1 : text + strlen(text);
}

size_t statement_length(const char *line)
{
    const char *at = line;

    while (*at && *at != ';')
        at = behind(at);
    return (size_t)(at - line);
}

size_t word_length(const char *text)
{
    const char *at = text;

    while (*at && !strchr(" \t\r\n", *at))
        at = behind(at);
    return (size_t)(at - text);
}

char *word_take(const char **text, struct err *err)
{
    struct buf word = {0};
    const char *at = skip_blanks(*text), *end = at + word_length(at);

    buf_text(&word, "");
    while (at < end) {
        const char *next = behind(at);
        bool quoted = *at == '"' || *at == '\'';

        if (quoted && (next == at + 1 || next[-1] != *at)) {
            err_set(err, "the quote in %s is not closed", at);
            buf_free(&word);
            return NULL;
        }
        buf_add(&word, at + quoted, (size_t)(next - at) - 2 * (size_t)quoted);
        at = next;
    }
    *text = end;
    return word.data;
}

bool word_is(const char *text, const char *word)
{
    size_t length = strlen(word);

    return strncmp(text, word, length) == 0 &&
           (!text[length] || strchr(" \t\r\n", text[length]));
}
