/*
 * The program as its users meet it: the manual page has exactly the options that --help
 * tells, and wrong usage is answered with a reason and the right status.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "image/image.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define MANUAL "docs/ringside.1"

enum { COMMANDS_MAX = 32, NAME_MAX_LENGTH = 32, COLUMNS = 80 };

static const char *program(void)
{
    const char *path = getenv("RINGSIDE");

    return path ? path : "build/ringside";
}

/* Runs the program with these arguments; gives its status and what it printed, on
 * standard error too. */
static int run(const char *arguments, struct buf *printed)
{
    struct buf command = {0};
    char part[4096];
    FILE *output;
    size_t got;
    int status;

    buf_printf(&command, "%s %s </dev/null 2>&1", program(), arguments);
    output = popen(buf_str(&command), "r");
    ck_assert_ptr_nonnull(output);
    while ((got = fread(part, 1, sizeof(part), output)) > 0)
        buf_add(printed, part, got);
    status = pclose(output);
    buf_free(&command);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- The manual page ----------------------------------------------------------------- */

/* The manual page's text, without the backslashes before its hyphens. */
static struct buf manual(void)
{
    struct buf text = {0};
    uint8_t *bytes;
    size_t size;

    ck_assert(image_read_file(MANUAL, &bytes, &size, NULL));
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != '\\' || bytes[i + 1] != '-')
            buf_char(&text, (char)bytes[i]);
    free(bytes);
    return text;
}

struct commands {
    char name[COMMANDS_MAX][NAME_MAX_LENGTH];
    unsigned count;
};

/* Those that `ringside --help` lists. */
static struct commands commands(void)
{
    struct commands found = {.count = 0};
    struct buf help = {0};
    const char *line;

    ck_assert_int_eq(run("--help", &help), 0);
    line = strstr(buf_str(&help), "\ncommands:\n");
    ck_assert_ptr_nonnull(line);
    for (line += strlen("\ncommands:\n"); *line == ' '; line = strchr(line, '\n') + 1) {
        ck_assert_uint_lt(found.count, COMMANDS_MAX);
        ck_assert_int_eq(sscanf(line, " %31s", found.name[found.count++]), 1);
    }
    buf_free(&help);
    return found;
}

/* The manual page's section about a command's options; empty if there is none. */
static struct buf section(const char *command)
{
    char heading[64] = ".SH OPTIONS OF ";
    struct buf text = manual(), part = {0};
    const char *at, *end;

    for (size_t i = strlen(heading); *command; command++)
        heading[i++] = (char)toupper((unsigned char)*command);
    strcat(heading, "\n");
    at = strstr(buf_str(&text), heading);
    if (at) {
        at += strlen(heading);
        end = strstr(at, "\n.SH ");
        buf_add(&part, at, end ? (size_t)(end - at) : strlen(at));
    }
    buf_free(&text);
    return part;
}

/* The next option of a text from *at on, without its hyphens; false: no more. */
static bool next_option(const char **at, char name[NAME_MAX_LENGTH])
{
    const char *found = strstr(*at, "--");

    if (!found || sscanf(found, "--%31[a-z-]", name) != 1)
        return false;
    *at = found + 2 + strlen(name);
    return true;
}

static bool has_option(const char *text, const char *wanted)
{
    char name[NAME_MAX_LENGTH];

    while (next_option(&text, name))
        if (strcmp(name, wanted) == 0)
            return true;
    return false;
}

/* The part of a help text that lists the options, one a line. */
static const char *options_of(const struct buf *help)
{
    const char *options = strstr(buf_str(help), "\noptions:\n");

    ck_assert_ptr_nonnull(options);
    return options;
}

static struct buf help_of(const char *command)
{
    struct buf help = {0}, arguments = {0};

    buf_printf(&arguments, "%s --help", command);
    ck_assert_int_eq(run(buf_str(&arguments), &help), 0);
    buf_free(&arguments);
    return help;
}

START_TEST(every_option_stands_in_the_manual_page)
{
    struct commands all = commands();
    unsigned options = 0;

    for (unsigned i = 0; i < all.count; i++) {
        struct buf help = help_of(all.name[i]), part = section(all.name[i]);
        const char *at = options_of(&help);
        char name[NAME_MAX_LENGTH];

        for (; next_option(&at, name); options++)
            ck_assert_msg(strcmp(name, "help") == 0 || has_option(buf_str(&part), name),
                          "%s --%s is not in " MANUAL, all.name[i], name);
        buf_free(&help);
        buf_free(&part);
    }
    ck_assert_uint_gt(options, 30);
}
END_TEST

START_TEST(the_manual_page_has_no_other_options)
{
    struct commands all = commands();

    for (unsigned i = 0; i < all.count; i++) {
        struct buf help = help_of(all.name[i]), part = section(all.name[i]);
        const char *at = buf_str(&part);
        char name[NAME_MAX_LENGTH];

        while (next_option(&at, name))
            ck_assert_msg(has_option(options_of(&help), name),
                          MANUAL " tells %s --%s, which there is not", all.name[i],
                          name);
        buf_free(&help);
        buf_free(&part);
    }
}
END_TEST

START_TEST(every_command_stands_in_the_manual_page)
{
    struct commands all = commands();
    struct buf text = manual();

    for (unsigned i = 0; i < all.count; i++) {
        char use[64], item[64];

        snprintf(use, sizeof(use), "\n.B ringside %s\n", all.name[i]);
        snprintf(item, sizeof(item), ".TP\n.B %s\n", all.name[i]);
        ck_assert_msg(strstr(buf_str(&text), use) && strstr(buf_str(&text), item),
                      "%s is not in " MANUAL, all.name[i]);
    }
    buf_free(&text);
}
END_TEST

START_TEST(lines_of_help_fit_on_a_terminal)
{
    struct commands all = commands();

    for (unsigned i = 0; i < all.count; i++) {
        struct buf help = help_of(all.name[i]);

        for (const char *line = buf_str(&help); *line; line += strcspn(line, "\n") + 1)
            ck_assert_msg(strcspn(line, "\n") <= COLUMNS, "%s: %.*s", all.name[i],
                          (int)strcspn(line, "\n"), line);
        buf_free(&help);
    }
}
END_TEST

/* --- Reference tables ----------------------------------------------------------------- */

/* Bars that part cells: those without a backslash. */
static unsigned bars(const char *line)
{
    unsigned count = 0;

    for (const char *at = line; *at && *at != '\n'; at++)
        count += *at == '|' && (at == line || at[-1] != '\\');
    return count;
}

static void check_table(const char *name)
{
    struct buf table = {0}, arguments = {0};
    unsigned columns = 0, rows = 0;

    buf_printf(&arguments, "docs %s", name);
    ck_assert_int_eq(run(buf_str(&arguments), &table), 0);
    for (const char *line = buf_str(&table); *line; line += strcspn(line, "\n") + 1) {
        if (*line != '|') {
            columns = 0; /* another table */
            continue;
        }
        if (!columns)
            columns = bars(line);
        ck_assert_msg(bars(line) == columns, "%s: %.*s", name, (int)strcspn(line, "\n"),
                      line);
        rows++;
    }
    ck_assert_msg(rows > 2, "%s has no rows", name);
    buf_free(&table);
    buf_free(&arguments);
}

START_TEST(every_table_has_rows_of_as_many_cells_as_its_head)
{
    struct buf list = {0};
    unsigned tables = 0;
    char name[NAME_MAX_LENGTH];

    ck_assert_int_eq(run("docs", &list), 0);
    for (const char *line = buf_str(&list); *line; line = strchr(line, '\n') + 1) {
        ck_assert_int_eq(sscanf(line, "- `%31[^`]`", name), 1);
        check_table(name);
        tables++;
    }
    ck_assert_uint_gt(tables, 12);
    buf_free(&list);
}
END_TEST

/* --- The tutorial --------------------------------------------------------------------- */

START_TEST(the_first_program_of_the_tutorial_says_hello)
{
    char folder[] = "/tmp/manual-test-XXXXXX", arguments[256];
    struct buf printed = {0};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(arguments, sizeof(arguments), "asm docs/tutorial/hello.s -o %s/hello",
             folder);
    ck_assert_int_eq(run(arguments, &printed), 0);
    snprintf(arguments, sizeof(arguments), "boot %s/hello", folder);
    ck_assert_int_eq(run(arguments, &printed), 0);
    ck_assert_str_eq(buf_str(&printed), "hello\n");
    snprintf(arguments, sizeof(arguments), "%s/hello", folder);
    ck_assert_int_eq(remove(arguments), 0);
    ck_assert_int_eq(remove(folder), 0);
    buf_free(&printed);
}
END_TEST

START_TEST(the_tutorial_shows_the_program_that_it_has)
{
    uint8_t *tutorial, *program;
    size_t size;

    ck_assert(image_read_file("docs/tutorial.md", &tutorial, &size, NULL));
    ck_assert(image_read_file("docs/tutorial/hello.s", &program, &size, NULL));
    ck_assert_ptr_nonnull(strstr((char *)tutorial, (char *)program));
    free(program);
    free(tutorial);
}
END_TEST

/* --- Wrong usage --------------------------------------------------------------------- */

static const struct {
    const char *arguments;
    int status;
    const char *says; /* the first line; "": nothing */
} uses[] = {
    {"", 2, "usage: ringside COMMAND [options] ..."},
    {"--help", 0, "usage: ringside COMMAND [options] ..."},
    {"help", 0, "usage: ringside COMMAND [options] ..."},
    {"help asm", 0, "usage: ringside asm [options] FILE"},
    {"help nothing", 2, "ringside: unknown command 'nothing'"},
    {"bot", 2, "ringside: unknown command 'bot' (did you mean 'boot'?)"},
    {"--hlp", 2, "ringside: unknown option '--hlp' (did you mean '--help'?)"},
    {"boot", 2, "ringside: boot: no program to run: give a FILE, --bios or --kernel"},
    {"boot a b", 2, "ringside: boot: one program at a time: 'a' and 'b'"},
    {"boot -x", 2, "ringside: boot: unknown option '-x'"},
    {"boot --memroy 1", 2,
     "ringside: boot: unknown option '--memroy' (did you mean '--memory'?)"},
    {"boot --stats=1 x", 2, "ringside: boot: option '--stats' takes no value"},
    {"boot --m 1 x", 2,
     "ringside: boot: option '--m' may be '--memory' or '--max-instructions'"},
    {"boot x --memory", 2, "ringside: boot: option '--memory' needs a value"},
    {"boot --memory 1T x", 2,
     "ringside: boot: --memory: '1T' is not a size: a number, then K, M or G"},
    {"boot --memory '128 ' x", 2,
     "ringside: boot: --memory: '128 ' is not a size: a number, then K, M or G"},
    {"boot --memory 0 x", 2,
     "ringside: boot: board 'virt': RAM at 0x80000000: a range of 0x0 bytes does not "
     "fit"},
    {"boot --harts two x", 2, "ringside: boot: --harts: 'two' is not a number"},
    {"boot --harts 0 x", 2,
     "ringside: boot: board 'virt': 0 harts: a board has 1 to 8"},
    {"boot --harts 9 x", 2,
     "ringside: boot: board 'virt': 9 harts: a board has 1 to 8"},
    {"boot /no/file", 2,
     "ringside: boot: cannot open '/no/file': No such file or directory"},
    {"asm", 2, "ringside: asm: no file given"},
    {"asm /no/file", 2,
     "ringside: asm: cannot open '/no/file': No such file or directory"},
    {"asm /dev/null -o /no/folder/x", 1,
     "ringside: asm: cannot write '/no/folder/x': No such file or directory"},
    {"disasm a b", 2, "ringside: disasm: one file at a time: 'a' and 'b'"},
    {"disasm README.md --base here", 2,
     "ringside: disasm: --base: 'here' is not a number"},
    {"docs", 0, "- `costs`: the price list"},
    {"docs a b", 2, "ringside: docs: one table at a time: 'a' and 'b'"},
    {"docs cost", 2,
     "ringside: docs: there is no table 'cost' (did you mean 'costs'?)"},
};

START_TEST(use_has_its_status_and_answer)
{
    struct buf printed = {0};
    int status = run(uses[_i].arguments, &printed);
    const char *text = buf_str(&printed);

    ck_assert_msg(strcspn(text, "\n") == strlen(uses[_i].says) &&
                      strncmp(text, uses[_i].says, strlen(uses[_i].says)) == 0,
                  "ringside %s: %s", uses[_i].arguments, text);
    ck_assert_msg(status == uses[_i].status, "ringside %s: status %d",
                  uses[_i].arguments, status);
    buf_free(&printed);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, every_option_stands_in_the_manual_page);
    tcase_add_test(tcase, the_manual_page_has_no_other_options);
    tcase_add_test(tcase, every_command_stands_in_the_manual_page);
    tcase_add_test(tcase, lines_of_help_fit_on_a_terminal);
    tcase_add_test(tcase, every_table_has_rows_of_as_many_cells_as_its_head);
    tcase_add_test(tcase, the_first_program_of_the_tutorial_says_hello);
    tcase_add_test(tcase, the_tutorial_shows_the_program_that_it_has);
    tcase_add_loop_test(tcase, use_has_its_status_and_answer, 0, COUNT(uses));
}

TEST_MAIN("manual", add_tests)
