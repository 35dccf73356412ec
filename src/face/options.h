#ifndef FACE_OPTIONS_H
#define FACE_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What the program ends with, besides what a guest's exit code gives `boot`. */
enum exit_status {
    STATUS_OK = 0,
    STATUS_FAILED = 1, /* what was asked for was done, and its answer is no */
    STATUS_USAGE = 2   /* wrong usage, or an input that cannot be used */
};

/* What an option's value becomes, and the type of what `into` points to. */
enum option_kind {
    OPTION_FLAG,   /* bool: true if it is given */
    OPTION_TEXT,   /* const char *: the last one given */
    OPTION_LIST,   /* struct option_list: all that are given, in order */
    OPTION_NUMBER, /* uint64_t */
    OPTION_SIZE    /* uint64_t, bytes: the number may end in K, M or G */
};

struct option_list {
    const char **text;
    size_t count;
};

/* One option of a subcommand. */
struct option_row {
    char letter; /* 0: it has none */
    const char *name;
    enum option_kind kind;
    void *into;
    const char *value; /* what its value is called in the help text; NULL for flags */
    const char *help;
};

/* A subcommand as its help text describes it. `--help` needs no row. */
struct usage {
    const char *name;
    const char *operands;          /* "[FILE]", or "" */
    const char *summary;           /* sentences, with their line breaks */
    const struct option_row *rows; /* ends with a NULL name */
    const char *notes;             /* after the options; NULL: none */
};

/*
 * Parses a subcommand's arguments (argv[0] is its name), and leaves the operands in
 * *argc and *argv. False: the program is to end with *status; help has been printed, or
 * what is wrong.
 */
bool options_parse(const struct usage *usage, int *argc, char ***argv, int *status);

void options_help(const struct usage *usage);

/* Prints "ringside: " and the error's text on standard error; gives the status back. */
int report_error(int status, const struct err *err);

#endif
