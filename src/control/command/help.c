/* Commands about the tool itself: help, files of commands, settings. */
#include "control/command/rows.h"
#include "control/narration.h"
#include "image/image.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct column name_columns[] = {
    {"command", COLUMN_TEXT},
    {"summary", COLUMN_TEXT},
    {NULL, COLUMN_TEXT},
};

/* --- help --------------------------------------------------------------------------------- */

/* Each paragraph and each line of an example by itself: the face breaks what is too wide. */
static void say_lines(struct reply *reply, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        reply_say(reply, "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* A row in a table that begins with the first one. */
static void add_row(struct reply *reply, struct table **table,
                    const struct command *row)
{
    if (!*table)
        *table = reply_table(reply, "commands", name_columns);
    table_text(*table, "%s", row->name);
    table_text(*table, "%s", row->summary);
}

/* False: the group has no commands. */
static bool say_group(struct reply *reply, const struct command_list *list,
                      const struct command_group *group)
{
    struct table *table = NULL;

    for (unsigned n = 0; n < list->count; n++) {
        if (strcmp(list->row[n]->group, group->name) != 0)
            continue;
        if (!table) {
            reply_say(reply, "%s:", group->title);
            table = reply_table(reply, group->name, name_columns);
        }
        add_row(reply, &table, list->row[n]);
    }
    return table != NULL;
}

static void say_all(struct reply *reply, const struct command_list *list)
{
    say_lines(reply,
              "'help COMMAND' tells all about one, 'apropos WORD' finds some by "
              "what they do. Names can be cut short while they stay unambiguous.");
    for (unsigned i = 0; command_groups[i].name; i++)
        say_group(reply, list, &command_groups[i]);
}

static void say_command(struct reply *reply, const struct command *row)
{
    const char *dots = strstr(row->summary, "...");
    struct buf usage = {0}, also = {0};

    command_usage(&usage, row);
    command_also(&also, row);
    reply_say(reply, "%c%s%s", toupper((unsigned char)row->summary[0]),
              row->summary + 1, dots ? "" : ".");
    reply_say(reply, "Usage: %s", buf_str(&usage));
    if (also.size)
        reply_say(reply, "Also: %s", also.data);
    if (row->help)
        say_lines(reply, row->help);
    if (row->repeats)
        reply_say(reply, "An empty line does it again.");
    buf_free(&usage);
    buf_free(&also);
}

/* Commands whose names begin with that word, as "info". */
static bool say_family(struct reply *reply, const struct command_list *list,
                       const char *word)
{
    size_t length = strlen(word);
    struct table *table = NULL;

    for (unsigned n = 0; n < list->count; n++) {
        const char *name = list->row[n]->name;

        if (strncmp(name, word, length) == 0 && name[length] == ' ')
            add_row(reply, &table, list->row[n]);
    }
    return table != NULL;
}

static const struct command_group *find_group(const char *name)
{
    unsigned n = 0;

    while (command_groups[n].name && strcmp(command_groups[n].name, name) != 0)
        n++;
    return command_groups[n].name ? &command_groups[n] : NULL;
}

/* A command, the first word of several, or a group; `goto` is two of these. Of names that
 * were cut short a group's is meant before a command's. */
static bool say_about(struct call *call, const struct command_list *list,
                      const char *asked, struct err *err)
{
    const struct command_group *group = find_group(asked);
    struct err unknown = {{0}};
    const char *rest;
    const struct command *row = command_find(call->session, asked, &rest, &unknown);
    bool said = row && (!group || strcmp(row->name, asked) == 0);

    if (said)
        say_command(call->reply, row);
    if (group)
        said |= say_group(call->reply, list, group);
    said |= say_family(call->reply, list, asked);
    if (!said)
        *err = unknown;
    return said;
}

static bool run_help(struct call *call, struct err *err)
{
    const char *asked = call->given[0].text;
    struct command_list list;

    command_list(call->session, &list);
    if (asked)
        return say_about(call, &list, asked, err);
    say_all(call->reply, &list);
    return true;
}

/* What there is to look at. */
static bool run_info(struct call *call, struct err *err)
{
    struct command_list list;

    (void)err;
    command_list(call->session, &list);
    say_family(call->reply, &list, call->command->name);
    return true;
}

/* --- apropos -------------------------------------------------------------------------------- */

static bool mentions(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (; text && *text; text++) {
        size_t i = 0;

        while (i < length &&
               tolower((unsigned char)text[i]) == tolower((unsigned char)word[i]))
            i++;
        if (i == length)
            return true;
    }
    return false;
}

static bool run_apropos(struct call *call, struct err *err)
{
    const char *word = call->given[0].text;
    struct command_list list;
    struct table *table = NULL;

    command_list(call->session, &list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];

        if (mentions(row->name, word) || mentions(row->aliases, word) ||
            mentions(row->shortcuts, word) || mentions(row->summary, word) ||
            mentions(row->help, word))
            add_row(call->reply, &table, row);
    }
    return table || err_set(err, "no command's help has '%s'", word);
}

/* --- files of commands ------------------------------------------------------------------------ */

/* A file of commands; in a log an empty line does the one before again, as it was typed. */
struct command_file {
    const char *path;
    unsigned number; /* of the line */
    bool is_log;
    struct buf before;
};

/* What failed when it was typed is in a log, too, and fails again. */
static bool do_file_line(struct call *call, const struct command_file *file,
                         const char *line, struct err *err)
{
    bool again = file->is_log && !*line && file->before.size;
    bool ok = again ? command_again(call->session, file->before.data, call->reply, err)
                    : command_do(call->session, line, call->reply, err);

    if (!ok)
        err_prefix(err, "%s:%u", file->path, file->number);
    if (!ok && (!file->is_log || call->session->interrupted))
        return false;
    if (!ok) {
        reply_say(call->reply, "Error: %s.", err->text);
        *err = (struct err){{0}};
    }
    if (call->session->interrupted)
        return err_set(err, "%s:%u: interrupted: what follows was not done", file->path,
                       file->number);
    return true;
}

static bool do_file(struct call *call, struct command_file *file, const char *text,
                    struct err *err)
{
    bool ok = true;

    while (ok && *text && !call->session->quit) {
        size_t length = strcspn(text, "\n");
        struct buf line = {0};

        file->number++;
        buf_add(&line, text, length);
        ok = do_file_line(call, file, line.data, err);
        if (*line.data && *line.data != '#') {
            buf_clear(&file->before);
            buf_text(&file->before, line.data);
        }
        buf_free(&line);
        text += length + (text[length] == '\n');
    }
    return ok;
}

static bool run_source(struct call *call, struct err *err)
{
    struct command_file file = {.path = call->given[0].text};
    uint8_t *bytes;
    size_t size;
    bool ok;

    if (!image_read_file(file.path, &bytes, &size, err))
        return false;
    file.is_log = strncmp((const char *)bytes, LOG_HEADING, strlen(LOG_HEADING)) == 0;
    ok = memchr(bytes, 0, size)
             ? err_set(err, "'%s' has a zero byte: it is no text", file.path)
             : do_file(call, &file, (const char *)bytes, err);
    if (file.is_log)
        call->session->quit = false; /* it was that session that ended */
    buf_free(&file.before);
    free(bytes);
    return ok;
}

/* --- settings, and the end ---------------------------------------------------------------------- */

enum narrate_choice { NARRATE_ON, NARRATE_OFF, NARRATE_ALL };

static bool run_narrate(struct call *call, struct err *err)
{
    struct session *session = call->session;
    const struct given *choice = &call->given[0];

    (void)err;
    if (choice->is_given)
        narration_set(session, choice->value != NARRATE_OFF,
                      choice->value == NARRATE_ALL);
    reply_say(call->reply, "Narration is %s.", session->narrate ? "on" : "off");
    return true;
}

static bool run_echo(struct call *call, struct err *err)
{
    (void)err;
    reply_say(call->reply, "%s", call->given[0].text ? call->given[0].text : "");
    return true;
}

static bool run_quit(struct call *call, struct err *err)
{
    (void)err;
    call->session->quit = true;
    return true;
}

const struct command help_commands[] = {
    {
        .name = "help",
        .aliases = "h ?",
        .arguments = {{.type = ARG_COMMAND, .name = "COMMAND|GROUP", .optional = true}},
        .summary = "list the commands, or tell all about one",
        .help = "  help\n"
                "  help moving\n"
                "  help info\n"
                "  help stepi",
        .group = "tool",
        .run = run_help,
    },
    {
        .name = "info",
        .aliases = "i inf",
        .summary = "list what there is to look at",
        .help =
            "With one of these behind it, it shows that; 'help info TOPIC' tells all "
            "about it.\n"
            "\n"
            "  info\n"
            "  info harts",
        .group = "machine",
        .heads = true,
        .run = run_info,
    },
    {
        .name = "apropos",
        .arguments = {{.type = ARG_TEXT, .name = "WORD"}},
        .summary = "find commands by a word of their help",
        .help = "  apropos interrupt",
        .group = "tool",
        .run = run_apropos,
    },
    {
        .name = "source",
        .arguments = {{.type = ARG_FILE, .name = "FILE"}},
        .summary = "do the lines of a file",
        .help = "The lines are done as if they were typed, until one fails: then the "
                "file and the line are named. A log that `log` has written is done to "
                "its end: what failed then fails again, and an empty line does the one "
                "before it again. Lines that begin with # are "
                "comments.\n"
                "\n"
                "  source session.log",
        .group = "tool",
        .run = run_source,
    },
    {
        .name = "echo",
        .arguments = {{.type = ARG_TEXT, .name = "TEXT", .optional = true}},
        .summary = "print a text",
        .help = "For files of commands.\n"
                "\n"
                "  echo \"the first transfer; then the second\"",
        .group = "tool",
        .run = run_echo,
    },
    {
        .name = "narrate",
        .arguments = {{.type = ARG_CHOICE,
                       .name = "on|off|all",
                       .optional = true,
                       .choices = "on off all"}},
        .summary = "tell in words what happens in every move",
        .help =
            "With narration on, every move prints a sentence for each event that it "
            "passes, but not for each instruction: at most 100 in one move, or with "
            "`all` every one. A move back prints what it takes back, the last event "
            "first.\n"
            "\n"
            "  narrate on",
        .group = "tool",
        .run = run_narrate,
    },
    {
        .name = "quit",
        .aliases = "q exit",
        .summary = "leave",
        .help = "Ends the session, and the file of commands that it stands in.\n"
                "\n"
                "  quit",
        .group = "tool",
        .run = run_quit,
    },
    {.name = NULL},
};
