#ifndef GUEST_LIB_WORDS_H
#define GUEST_LIB_WORDS_H

/*
 * Lists of words without pointers: "one\0two\0three\0", with an empty word at the end (the
 * zero that C adds). See lib/program.ld.
 */

/* Word `number` of the list; the empty one beyond its end. */
const char *word_at(const char *words, unsigned number);

/* The number of a word in the list; -1: it is not there. */
int word_find(const char *words, const char *word);

#endif
