#ifndef CONTROL_COMMAND_WORDS_H
#define CONTROL_COMMAND_WORDS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Words of a command line. Blanks separate them; "..." and '...' hold blanks and `;`
 * together, and do not belong to the word. There are no escapes.
 */
const char *skip_blanks(const char *text);

/* Bytes up to the next `;` outside quotes, or to the end. */
size_t statement_length(const char *line);

/* Bytes of the next word, its quotes included. */
size_t word_length(const char *text);

/* The next word without its quotes, and *text behind it; the caller frees it. NULL: a
 * quote is not closed. At the end of the line it is empty. */
char *word_take(const char **text, struct err *err);

/* Is `word` the first word of the text? */
bool word_is(const char *text, const char *word);

#endif
