#include "face/options.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clean.h"
#include "base/nearest.h"
#include "base/number.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 32 };

int report_error(int status, const struct err *err)
{
    fflush(stdout);
    fputs("ringside: ", stderr);
    print_clean(stderr, err->text);
    fputc('\n', stderr);
    return status;
}

/* --- Help ---------------------------------------------------------------------- */

static size_t heading(const struct option_row *row, char *text, size_t room)
{
    char letter[] = {'-', row->letter, ',', ' ', '\0'};

    return (size_t)snprintf(text, room, "  %s--%s%s%s", row->letter ? letter : "    ",
                            row->name, row->value ? " " : "",
                            row->value ? row->value : "");
}

void options_help(const struct usage *usage)
{
    const struct option_row help = {.letter = 'h', .name = "help", .help = "this text"};
    char text[128];
    size_t widest = heading(&help, text, sizeof(text));

    for (const struct option_row *row = usage->rows; row && row->name; row++)
        if (heading(row, text, sizeof(text)) > widest)
            widest = heading(row, text, sizeof(text));
    printf("usage: ringside %s [options]%s%s\n\n%s\n\noptions:\n", usage->name,
           usage->operands[0] ? " " : "", usage->operands, usage->summary);
    for (const struct option_row *row = usage->rows; row && row->name; row++) {
        heading(row, text, sizeof(text));
        printf("%-*s  %s\n", (int)widest, text, row->help);
    }
    heading(&help, text, sizeof(text));
    printf("%-*s  %s\n", (int)widest, text, help.help);
    if (usage->notes)
        printf("\n%s\n", usage->notes);
}

/* --- Values -------------------------------------------------------------------- */

static bool store_value(const struct option_row *row, const char *text, struct err *err)
{
    const char *suffix;
    struct option_list *list;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->into = true;
        return true;
    case OPTION_TEXT:
        *(const char **)row->into = text;
        return true;
    case OPTION_LIST:
        list = row->into;
        list->text = alloc_resize(list->text, (list->count + 1) * sizeof(*list->text));
        list->text[list->count++] = text;
        return true;
    case OPTION_NUMBER:
        if (number_parse(text, row->into, &suffix) && !suffix[0])
            return true;
        return err_set(err, "--%s: '%s' is not a number", row->name, text);
    case OPTION_SIZE:
        if (number_size(text, row->into))
            return true;
        return err_set(err, "--%s: '%s' is not a size: a number, then K, M or G",
                       row->name, text);
    }
    return true;
}

/* --- Parsing ------------------------------------------------------------------- */

enum { HELP = 256 }; /* getopt_long's value for --help; rows have HELP + 1 and up */

/* The rows in getopt_long's form. `letters` begins with ':', so that a missing value is
 * told from an unknown option. */
static void describe(const struct usage *usage, struct option *longs,
                     struct buf *letters)
{
    unsigned n = 0;

    buf_text(letters, ":h");
    longs[n++] = (struct option){"help", no_argument, NULL, HELP};
    for (const struct option_row *row = usage->rows; row && row->name; row++) {
        bool valued = row->kind != OPTION_FLAG;

        longs[n] = (struct option){row->name, valued ? required_argument : no_argument,
                                   NULL, HELP + (int)n};
        n++;
        if (row->letter)
            buf_printf(letters, "%c%s", row->letter, valued ? ":" : "");
    }
    longs[n] = (struct option){0};
}

/* Two options that what was typed is short for; false: it is not. */
static bool is_ambiguous(const struct usage *usage, const char *text,
                         const char *options[2])
{
    unsigned found = 0;

    for (const struct option_row *row = usage->rows; row && row->name; row++)
        if (strncmp(row->name, text, strcspn(text, "=")) == 0 && found < 2)
            options[found++] = row->name;
    return found == 2;
}

/* What getopt_long does not take, and does not say why: the option has no value, there
 * are several, or there is none. */
static bool unknown_option(const struct usage *usage, const char *text, struct err *err)
{
    struct nearest nearest = {.wanted = text + 2};
    const char *options[2];

    if (optopt >= HELP)
        return err_set(err, "option '%.*s' takes no value", (int)strcspn(text, "="),
                       text);
    if (strncmp(text, "--", 2) != 0)
        return err_set(err, "unknown option '-%c'", optopt);
    if (is_ambiguous(usage, text + 2, options))
        return err_set(err, "option '%s' may be '--%s' or '--%s'", text, options[0],
                       options[1]);
    nearest_offer(&nearest, "help");
    for (const struct option_row *row = usage->rows; row && row->name; row++)
        nearest_offer(&nearest, row->name);
    if (nearest.best)
        return err_set(err, "unknown option '%s' (did you mean '--%s'?)", text,
                       nearest.best);
    return err_set(err, "unknown option '%s'", text);
}

/* The row that getopt_long's answer stands for; NULL: there is none. */
static const struct option_row *row_of(const struct usage *usage, int answer)
{
    if (answer > HELP)
        return &usage->rows[answer - HELP - 1];
    for (const struct option_row *row = usage->rows; row && row->name; row++)
        if (row->letter == answer)
            return row;
    return NULL;
}

/* One answer of getopt_long other than help. */
static bool take_option(const struct usage *usage, int answer, char *const *argv,
                        struct err *err)
{
    const char *text = argv[optind - 1];

    if (answer == ':')
        return err_set(err, "option '%s' needs a value", text);
    if (answer == '?')
        return unknown_option(usage, text, err);
    return store_value(row_of(usage, answer), optarg, err);
}

/* Takes options until there are no more (-1), help is asked for (HELP) or one is wrong. */
static int take_options(const struct usage *usage, int argc, char *const *argv,
                        struct err *err)
{
    struct option longs[OPTIONS_MAX + 2];
    struct buf letters = {0};
    int answer;

    describe(usage, longs, &letters);
    opterr = 0;
    optind = 0;
    do {
        answer = getopt_long(argc, argv, buf_str(&letters), longs, NULL);
        if (answer == 'h')
            answer = HELP;
    } while (answer >= 0 && answer != HELP && take_option(usage, answer, argv, err));
    buf_free(&letters);
    return answer;
}

bool options_parse(const struct usage *usage, int *argc, char ***argv, int *status)
{
    struct err err = {0};
    int answer = take_options(usage, *argc, *argv, &err);

    if (err.text[0]) {
        err_prefix(&err, "%s", usage->name);
        *status = report_error(STATUS_USAGE, &err);
        return false;
    }
    if (answer == HELP) {
        options_help(usage);
        *status = STATUS_OK;
        return false;
    }
    *argc -= optind;
    *argv += optind;
    return true;
}
