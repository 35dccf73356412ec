/* What somebody may have meant whose words are no command. */
#include "base/nearest.h"
#include "control/command/command.h"
#include "control/command/words.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 96 };

/* Which part of each name is compared with what was typed. */
enum part {
    PART_NAME, /* all of it */
    PART_REST, /* behind the first word, which is `head` */
    PART_LAST  /* the last of several words */
};

struct near {
    struct nearest nearest;
    enum part part;
    const char *head;
    bool exact; /* the same, and not only near it */
    const struct command *best;
};

static bool begins_with(const char *name, const char *head)
{
    size_t length = strlen(head);

    return strncmp(name, head, length) == 0 && name[length] == ' ';
}

/* NULL: the name has no such part. */
static const char *part_of(const struct near *near, const char *name)
{
    const char *last = strrchr(name, ' ');

    switch (near->part) {
    case PART_REST:
        return begins_with(name, near->head) ? name + strlen(near->head) + 1 : NULL;
    case PART_LAST:
        return last ? last + 1 : NULL;
    case PART_NAME:
    default:
        return name;
    }
}

static void offer_row(void *ctx, const struct command *row)
{
    struct near *near = ctx;
    const char *part = part_of(near, row->name), *before = near->nearest.best;

    if (!part || (near->exact && strcmp(part, near->nearest.wanted) != 0))
        return;
    nearest_offer(&near->nearest, part);
    if (near->nearest.best != before)
        near->best = row;
}

/* NULL: nothing is near. */
static const struct command *find(const struct session *session, enum part part,
                                  const char *head, const char *wanted, bool exact)
{
    struct near near = {
        .nearest = {.wanted = wanted}, .part = part, .head = head, .exact = exact};

    command_each(session, offer_row, &near);
    return near.best;
}

/* Of "info" typed with something behind it that none of info's names is like. */
static const struct command *near_of_family(const struct session *session,
                                            const char *head, const char *second)
{
    const struct command *row = find(session, PART_NAME, NULL, second, true);

    row = row ? row : find(session, PART_REST, head, second, false);
    return row ? row : find(session, PART_NAME, NULL, second, false);
}

static const struct command *near_alone(const struct session *session, const char *word)
{
    const struct command *row = find(session, PART_REST, "info", word, true);

    row = row ? row : find(session, PART_LAST, NULL, word, true);
    row = row ? row : find(session, PART_NAME, NULL, word, false);
    return row ? row : find(session, PART_LAST, NULL, word, false);
}

static void is_family(void *ctx, const struct command *row)
{
    struct near *near = ctx;

    near->exact |= begins_with(row->name, near->head);
}

/* Up to the format, as names of commands are typed: *text is then behind it. */
static void take(char word[WORD], const char **text)
{
    const char *from = skip_blanks(*text);
    size_t length = strcspn(from, " \t\r\n/");

    snprintf(word, WORD, "%.*s", (int)(length < WORD ? length : WORD - 1), from);
    *text = from + length;
}

void command_unknown(const struct session *session, const char *line, struct err *err)
{
    char first[WORD], second[WORD], hint[WORD + 32] = "";
    struct near family = {.head = first};
    const struct command *best;

    take(first, &line);
    take(second, &line);
    command_each(session, is_family, &family);
    best = family.exact ? near_of_family(session, first, second)
                        : near_alone(session, first);
    if (best)
        snprintf(hint, sizeof(hint), " (did you mean '%s'?)", best->name);
    if (family.exact)
        err_set(err, "unknown command '%s%s%s'%s; 'help %s' lists them", first,
                second[0] ? " " : "", second, hint, first);
    else
        err_set(err, "unknown command '%s'%s; 'help' lists them", first, hint);
}

struct longer {
    const char *name, *word;
    const struct command *row;
};

static void take_longer(void *ctx, const struct command *row)
{
    struct longer *longer = ctx;
    const char *last = strrchr(row->name, ' ');

    if (begins_with(row->name, longer->name) && strcmp(last + 1, longer->word) == 0)
        longer->row = row;
}

void command_longer(const struct call *call, const char *text, struct err *err)
{
    char word[WORD];
    struct longer longer = {.name = call->command->name, .word = word};

    take(word, &text);
    command_each(call->session, take_longer, &longer);
    if (longer.row)
        err_set(err, "it takes no '%s' (did you mean '%s%s'?)", word, longer.row->name,
                text);
}
