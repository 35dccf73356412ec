#include "face/docs_commands.h"

#include "control/command/command.h"
#include "face/gdb/gdb_rows.h"
#include "face/shell/shell_rows.h"
#include "face/tui/viewer/picture_rows.h"
#include "face/tui/viewer/rows.h"
#include "teach/compare/rows.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A line of prose: what Markdown would take for its own signs is not, but `code` is. */
static void print_prose(const char *line, size_t length)
{
    bool code = false;

    for (size_t i = 0; i < length; i++) {
        if (line[i] == '`')
            code = !code;
        if (!code && strchr("<*|", line[i]))
            putchar('\\');
        putchar(line[i]);
    }
    putchar('\n');
}

/* Lines that begin with blanks are examples. */
static void print_help(const char *help)
{
    bool example = false;

    while (*help) {
        size_t length = strcspn(help, "\n");
        bool is_example = length > 2 && strncmp(help, "  ", 2) == 0;

        if (is_example != example)
            printf(is_example ? "```text\n" : "```\n");
        example = is_example;
        if (is_example)
            printf("%.*s\n", (int)length - 2, help + 2);
        else
            print_prose(help, length);
        help += length + (help[length] == '\n');
    }
    printf(example ? "```\n\n" : "\n");
}

static void print_also(const struct command *row)
{
    struct buf also = {0};
    const char *at;

    command_also(&also, row);
    for (at = buf_str(&also); *at; at += strspn(at, ", ")) {
        size_t length = strcspn(at, ",");

        printf("%s `%.*s`", at == also.data ? "Also:" : ",", (int)length, at);
        at += length;
    }
    if (also.size)
        printf("\n\n");
    buf_free(&also);
}

static void print_command(const struct command *row)
{
    const char *dots = strstr(row->summary, "...");
    struct buf usage = {0};

    command_usage(&usage, row);
    printf("### %s\n\n`%s`\n\n", row->name, usage.data);
    printf("%c%s%s\n\n", toupper((unsigned char)row->summary[0]), row->summary + 1,
           dots ? "" : ".");
    print_also(row);
    print_help(row->help);
    if (row->repeats)
        printf("An empty line does it again.\n\n");
    buf_free(&usage);
}

static void print_list(const struct command_list *list)
{
    printf("| command | what it does |\n| --- | --- |\n");
    for (unsigned n = 0; n < list->count; n++)
        printf("| `%s` | %s |\n", list->row[n]->name, list->row[n]->summary);
    printf("\n");
}

/* No session is open: the rows are the same in all. */
void docs_commands(void)
{
    struct session session = {0};
    struct command_list list;
    const char *group = "";

    session_add_commands(&session, gdb_commands);
    session_add_commands(&session, shell_commands);
    session_add_commands(&session, viewer_commands);
    session_add_commands(&session, picture_commands);
    session_add_commands(&session, compare_commands);
    command_list(&session, &list);
    print_list(&list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];

        for (unsigned i = 0; command_groups[i].name; i++)
            if (strcmp(row->group, group) != 0 &&
                strcmp(row->group, command_groups[i].name) == 0)
                printf("## %s\n\n", command_groups[i].title);
        group = row->group;
        print_command(row);
    }
}
