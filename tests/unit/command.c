/*
 * The command language: finding commands, arguments by type, completion, and the commands
 * about the tool itself. The rows here are the test's own, so that they show what they
 * were given.
 */
#include "control/command/command.h"

#include "base/bits.h"
#include "control/command/render.h"
#include "control/moves.h"
#include "control/narration.h"
#include "face/gdb/gdb_rows.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- rows of the test ------------------------------------------------------------------- */

static unsigned runs;

/* Says what it was given: "walk 3 _start". */
static bool run_show(struct call *call, struct err *err)
{
    struct buf text = {0};

    (void)err;
    runs++;
    buf_text(&text, call->command->name);
    if (call->format[0])
        buf_printf(&text, " /%s", call->format);
    if (call->session->again)
        buf_text(&text, " again");
    for (unsigned i = 0; i < call->count; i++) {
        const struct given *given = &call->given[i];

        if (!given->is_given)
            buf_text(&text, " -");
        else
            buf_printf(&text, " %s=%" PRIu64, given->text, given->value);
    }
    reply_say(call->reply, "%s", text.data);
    buf_free(&text);
    return true;
}

static bool run_moment(struct call *call, struct err *err)
{
    const struct given *given = &call->given[0];
    char at[MOMENT_TEXT];

    (void)err;
    if (given->is_cycle)
        reply_say(call->reply, "cycle %" PRIu64, given->value);
    else
        reply_say(call->reply, "%s", moment_text(at, given->moment, false));
    return true;
}

static bool run_fail(struct call *call, struct err *err)
{
    reply_say(call->reply, "Before it failed.");
    return err_set(err, "it always does");
}

#define ROW(row, ...)                                                                  \
    {                                                                                  \
        .name = (row), .summary = "s", .help = "  h", .group = "tool",                 \
        .run = run_show, .arguments = {                                                \
            __VA_ARGS__                                                                \
        }                                                                              \
    }

static const struct command rows[] = {
    {.name = "walk",
     .aliases = "w wa",
     .summary = "walk about",
     .help = "  walk 3",
     .group = "tool",
     .repeats = true,
     .run = run_show,
     .arguments = {{.type = ARG_COUNT, .name = "N", .optional = true}}},
    ROW("wander", {.type = ARG_TEXT, .name = "TEXT"}),
    ROW("tell dogs", {.type = ARG_NONE}),
    ROW("tell cats", {.type = ARG_NONE}),
    ROW("tell cats twice", {.type = ARG_NONE}),
    {.name = "show",
     .aliases = "sh",
     .summary = "s",
     .help = "  h",
     .group = "tool",
     .heads = true,
     .run = run_show},
    ROW("show bees", {.type = ARG_WORD, .name = "WORD", .optional = true}),
    {.name = "show birds",
     .shortcuts = "show b, sh b, show flyers",
     .summary = "s",
     .help = "  h",
     .group = "tool",
     .run = run_show},
    ROW("show not wolves", {.type = ARG_NONE}),
    ROW("sow", {.type = ARG_COUNT, .name = "N", .optional = true}),
    ROW("sow all seeds", {.type = ARG_NONE}),
    ROW("stand", {.type = ARG_WORD, .name = "PLACE", .optional = true}),
    ROW("stand still", {.type = ARG_NONE}),
    {.name = "examine",
     .summary = "s",
     .help = "  h",
     .group = "tool",
     .takes_format = true,
     .run = run_show,
     .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS", .optional = true}}},
    ROW("pause", {.type = ARG_ADDRESS, .name = "ADDRESS", .optional = true},
        {.type = ARG_EXPR, .name = "CONDITION", .optional = true, .after = "if"}),
    ROW("put", {.type = ARG_ADDRESS, .name = "ADDRESS"},
        {.type = ARG_VALUE, .name = "VALUE", .after = "="}),
    ROW("words", {.type = ARG_WORD, .name = "WORD", .repeats = true}),
    ROW("file", {.type = ARG_FILE, .name = "FILE"}),
    ROW("kind", {.type = ARG_EVENT_KIND, .name = "KIND"},
        {.type = ARG_EXPR, .name = "CONDITION", .optional = true, .after = "if"}),
    ROW("device", {.type = ARG_DEVICE, .name = "DEVICE"}),
    ROW("csr", {.type = ARG_CSR, .name = "CSR"}),
    ROW("register", {.type = ARG_REGISTER, .name = "REGISTER"}),
    ROW("use-hart", {.type = ARG_HART, .name = "HART"}),
    ROW("symbol", {.type = ARG_SYMBOL, .name = "SYMBOL"}),
    ROW("use-branch", {.type = ARG_BRANCH, .name = "BRANCH"}),
    ROW("use-mark", {.type = ARG_MARK, .name = "MARK"}),
    ROW("drop", {.type = ARG_BREAKPOINT, .name = "NUMBER"}),
    ROW("choose", {.type = ARG_CHOICE, .name = "HOW", .choices = "slow slower fast"}),
    ROW("speak-of", {.type = ARG_COMMAND, .name = "COMMAND", .optional = true}),
    {.name = "visit",
     .summary = "s",
     .help = "  h",
     .group = "tool",
     .run = run_moment,
     .arguments = {{.type = ARG_MOMENT, .name = "MOMENT"}}},
    {.name = "fail", .summary = "s", .help = "  h", .group = "tool", .run = run_fail},
    {.name = NULL},
};

static struct talk talk;

static void begin(void)
{
    runs = 0;
    talk_open(&talk, talk_hello, "");
    session_add_commands(&talk.session, rows);
}

static void end(void)
{
    talk_close(&talk);
}

/* --- finding and arguments ---------------------------------------------------------------- */

static const struct line_case {
    const char *line, *answer;
} line_cases[] = {
    /* names */
    {"walk", "walk\n"},
    {"  walk  ", "walk\n"},
    {"wal", "walk\n"},
    {"w", "walk\n"},
    {"wa", "walk\n"},
    {"wan x", "wander x=0\n"},
    {"tell dogs", "tell dogs\n"},
    {"tell d", "tell dogs\n"},
    {"tell cats", "tell cats\n"},
    {"tell cats twice", "tell cats twice\n"},
    {"stand", "stand\n"},
    {"stand still", "stand still\n"},
    {"stand sti", "stand sti=0\n"}, /* a whole word is no beginning of two */
    {"tell",
     "Error: 'tell' is the beginning of tell dogs, tell cats or tell cats twice.\n"},
    {"tell dgs", "Error: unknown command 'tell dgs' (did you mean 'tell dogs'?); 'help "
                 "tell' lists them.\n"},
    {"tell xyzzy", "Error: unknown command 'tell xyzzy'; 'help tell' lists them.\n"},
    {"wlak",
     "Error: unknown command 'wlak' (did you mean 'walk'?); 'help' lists them.\n"},
    {"xyzzy 1", "Error: unknown command 'xyzzy'; 'help' lists them.\n"},
    {"us 1", "Error: 'us' is the beginning of use-hart, use-branch or use-mark.\n"},
    {"show", "show\n"},
    {"sh", "show\n"},
    {"sh bees", "show bees\n"},
    {"sh be", "show bees\n"},
    {"show b", "show birds\n"},
    {"sh b", "show birds\n"},
    {"show fly", "show birds\n"},
    {"show beez", "Error: unknown command 'show beez' (did you mean 'show bees'?); "
                  "'help show' lists them.\n"},
    {"sh xyzzy", "Error: unknown command 'show xyzzy'; 'help show' lists them.\n"},
    {"sh walk 3", "Error: unknown command 'show walk' (did you mean 'walk'?); 'help "
                  "show' lists them.\n"},
    {"sh wlak 3", "Error: unknown command 'show wlak' (did you mean 'walk'?); 'help "
                  "show' lists them.\n"},
    {"wolves",
     "Error: unknown command 'wolves' (did you mean 'show not wolves'?); 'help' "
     "lists them.\n"},
    {"beess",
     "Error: unknown command 'beess' (did you mean 'show bees'?); 'help' lists "
     "them.\n"},
    {"sow seeds now", "Error: sow: it takes no 'seeds' (did you mean 'sow all seeds "
                      "now'?).\n"},
    /* statements */
    {"walk; stand", "walk\nstand\n"},
    {"walk ;; stand;", "walk\nstand\n"},
    {"wander \"a; b\"; walk", "wander a; b=0\nwalk\n"},
    {"wander 'a; b'", "wander a; b=0\n"},
    {"# walk", ""},
    {";", ""},
    {"walk; fail; walk", "walk\nBefore it failed.\nError: fail: it always does.\n"},
    /* arguments */
    {"walk 3", "walk 3=3\n"},
    {"walk 1 + 2", "walk 1 + 2=3\n"},
    {"walk 0", "walk 0=0\n"},
    {"walk -1", "Error: walk: '-1' is below 0: it is no count.\n"},
    {"walk 1 - 2", "Error: walk: '1 - 2' is below 0: it is no count.\n"},
    {"walk 3 4", "Error: walk: '4' is too much; usage: walk [N].\n"},
    {"stand still 1", "Error: stand still: it takes no arguments: '1'; usage: stand "
                      "still.\n"},
    {"wander", "Error: wander: no TEXT given; usage: wander TEXT.\n"},
    {"wander \"a\" \"b\"", "wander \"a\" \"b\"=0\n"},
    {"pause", "pause\n"},
    {"pause 4096", "pause 4096=4096\n"},
    {"pause 0x10 if a0 == 1", "pause 0x10=16 a0 == 1=0\n"},
    {"pause if a0 == 1", "pause - a0 == 1=0\n"},
    {"pause 4096 if", "Error: pause: no CONDITION given; usage: pause [ADDRESS] [if "
                      "CONDITION].\n"},
    {"put 8+8 = 5", "put 8+8=16 5=5\n"},
    {"put 8", "Error: put: no = given; usage: put ADDRESS = VALUE.\n"},
    {"words a 'b c' d", "words a=0 b c=0 d=0\n"},
    {"words 'a", "Error: words: the quote in 'a is not closed.\n"},
    {"words 1 2 3 4 5 6 7 8 9 10", "words 1=0 2=0 3=0 4=0 5=0 6=0 7=0 8=0 9=0 10=0\n"},
    {"examine/8xb 16", "examine /8xb 16=16\n"},
    {"examine /8xb", "examine /8xb\n"},
    {"exa/i", "examine /i\n"},
    {"walk/8", "Error: walk: it takes no format: '/8'.\n"},
    {"examine/0123456789abcdef 1",
     "Error: examine: '/0123456789abcdef' is too long for a format.\n"},
    {"device nvme", "Error: device: there is no device 'nvme'.\n"},
    {"device uart",
     "Error: device: there is no device 'uart' (did you mean 'uart0'?).\n"},
    {"csr mstatsu",
     "Error: csr: there is no CSR 'mstatsu' (did you mean 'mstatus'?).\n"},
    {"csr mstatus", "csr mstatus=768\n"},
    {"csr 0x300", "csr 0x300=768\n"},
    {"use-hart 0", "use-hart 0=0\n"},
    {"use-hart h0", "use-hart h0=0\n"},
    {"use-hart hart0", "use-hart hart0=0\n"},
    {"use-hart 1", "Error: use-hart: there is no hart '1': the board has 1, hart 0.\n"},
    {"use-hart x", "Error: use-hart: there is no hart 'x': the board has 1, hart 0.\n"},
    {"symbol _strat", "Error: symbol: there is no symbol '_strat' (did you mean "
                      "'_start'?).\n"},
    {"symbol _start", "symbol _start=2147483648\n"},
    {"pause _start + 4", "pause _start + 4=2147483652\n"},
    {"use-branch nowhere", "Error: use-branch: there is no branch 'nowhere'.\n"},
    {"use-mark here", "Error: use-mark: there is no mark 'here'.\n"},
    {"drop 1",
     "Error: drop: there is no breakpoint '1'; 'info breakpoints' lists them.\n"},
    {"choose slow", "choose slow=0\n"},
    {"choose slower", "choose slower=1\n"},
    {"choose f", "choose f=2\n"},
    {"choose s", "Error: choose: 's': it is one of slow slower fast.\n"},
    {"choose x", "Error: choose: 'x': it is one of slow slower fast.\n"},
    {"visit #123", "#123\n"},
    {"visit #1,234.5", "#1234.5\n"},
    {"visit #x",
     "Error: visit: '#x' is no moment: #INSTRUCTION or #INSTRUCTION.EVENT, as "
     "#1234.5.\n"},
    {"visit 1,234", "cycle 1234\n"},
    {"visit #1,234.0", "#1234\n"},
    {"walk 1,234", "walk 1,234=1234\n"},
    {"walk 1,234,567 ", "walk 1,234,567=1234567\n"},
    {"examine 12,345", "examine 12,345=12345\n"},
    {"walk 12,34", "Error: walk: ',34' is not understood behind '12'.\n"},
    {"walk 1234,567", "Error: walk: ',567' is not understood behind '1234'.\n"},
    {"visit 0x10 + 1", "cycle 17\n"},
};

START_TEST(a_line_is_answered)
{
    const struct line_case *now = &line_cases[_i];

    begin();
    ck_assert_str_eq(talk_do(&talk, now->line), now->answer);
    end();
}
END_TEST

START_TEST(event_kinds_are_written_either_way)
{
    char expected[64];

    begin();
    snprintf(expected, sizeof(expected), "kind trap-enter=%d\n", EVENT_TRAP_ENTER);
    ck_assert_str_eq(talk_do(&talk, "kind trap-enter"), expected);
    snprintf(expected, sizeof(expected), "kind trap_enter=%d cause == 2=0\n",
             EVENT_TRAP_ENTER);
    ck_assert_str_eq(talk_do(&talk, "kind trap_enter if cause == 2"), expected);
    ck_assert_str_eq(
        talk_do(&talk, "kind trap-entre"),
        "Error: kind: there is no kind of event 'trap_entre' (did you mean "
        "'trap_enter'?).\n");
    end();
}
END_TEST

START_TEST(a_mark_is_a_moment)
{
    struct err err = {{0}};

    begin();
    ck_assert(timeline_mark(talk.session.time, "first", &err));
    ck_assert_str_eq(talk_do(&talk, "visit first"), "#0\n");
    ck_assert_str_eq(talk_do(&talk, "use-mark first"), "use-mark first=0\n");
    ck_assert_str_eq(
        talk_do(&talk, "visit fisrt"),
        "Error: visit: there is no mark 'fisrt' (did you mean 'first'?).\n");
    end();
}
END_TEST

START_TEST(an_empty_line_repeats_a_step)
{
    begin();
    ck_assert_str_eq(talk_do(&talk, ""), "");
    ck_assert_str_eq(talk_do(&talk, "walk 2"), "walk 2=2\n");
    ck_assert_str_eq(talk_do(&talk, ""), "walk again 2=2\n");
    ck_assert_str_eq(talk_do(&talk, "  "), "walk again 2=2\n");
    ck_assert_str_eq(talk_do(&talk, "stand; walk"), "stand\nwalk\n");
    ck_assert_str_eq(talk_do(&talk, ""), "stand again\nwalk again\n");
    ck_assert_str_eq(talk_do(&talk, "stand"), "stand\n");
    ck_assert_str_eq(talk_do(&talk, ""), "");
    talk_do(&talk, "walk");
    talk_do(&talk, "walk walk walk");
    ck_assert_str_eq(talk_do(&talk, ""), "");
    end();
}
END_TEST

/* --- completion ------------------------------------------------------------------------------ */

static void take_offer(void *ctx, const char *word)
{
    struct buf *offers = ctx;

    buf_printf(offers, offers->size ? " %s" : "%s", word);
}

static const struct completion_case {
    const char *line;
    size_t begin;
    const char *words;
} completion_cases[] = {
    {"use-", 0, "use-hart use-branch use-mark"},
    {"tell", 0, "tell"},
    {"te", 0, "tell"},
    {"tell ", 5, "dogs cats"},
    {"tell c", 5, "cats"},
    {"tell cats ", 10, "twice"},
    {"walk; stan", 6, "stand"},
    {"stand st", 6, "still"},
    {"use-h", 0, "use-hart"},
    {"use-hart ", 9, "0"},
    {"choose s", 7, "slow slower"},
    {"choose ", 7, "slow slower fast"},
    {"choose slow ", 12, ""},
    {"device ua", 7, "uart0"},
    {"csr mstat", 4, "mstatus"},
    {"kind dma-e", 5, "dma-error"},
    {"kind dma_e", 5, "dma_error"},
    {"kind trap-enter ", 16, "if"},
    {"kind trap-enter i", 16, "if"},
    {"pause _s", 6, "_start"},
    {"pause 4096 i", 11, "if"},
    {"put 4096 ", 9, "="},
    {"symbol n", 7, "next"},
    {"speak-of tell d", 14, "dogs"},
    {"xyzzy ", 6, ""},
    {"wander x", 7, ""},
    {"why ", 4, "fault not exit"},
    {"why-not ", 8,
     "irq timer software external uart0 ata0 virtio0 10 23 24 25 26 27 28 29 30 14 "
     "1"},
    {"kind dma-error if ", 18, "at bytes index device channel reason"},
    {"kind dma-error if reason == \"x\" && cha", 35, "channel"},
    {"why not irq ", 12,
     "timer software external uart0 ata0 virtio0 10 23 24 25 26 27 28 29 30 14 1"},
    {"why not irq u", 12, "uart0"},
    {"why not irq 10 h", 15, "hart"},
    {"catch irq u", 10, "uart0"},
    {"catch irq 2", 10, "23 24 25 26 27 28 29"},
    {"catch trap load", 11,
     "load-address-misaligned load-access-fault load-page-fault "
     "load-guest-page-fault"},
    {"catch trap env", 11,
     "environment-call-from-U-mode environment-call-from-S-mode "
     "environment-call-from-VS-mode environment-call-from-M-mode"},
    {"catch trap machine-t", 11, "machine-timer-interrupt"},
    {"catch trap 8 ", 13, "if"},
    {"info device uart0 L", 18, "LCR LSR"},
    {"info device uart0 LCR ", 22, ""},
    {"info registers a0 s1", 18, "s1 s10 s11"},
    {"info registers mst", 15, ""},
};

START_TEST(a_line_is_completed)
{
    const struct completion_case *now = &completion_cases[_i];
    struct buf offers = {0};
    size_t at;

    begin();
    at = command_complete(&talk.session, now->line, take_offer, &offers);
    ck_assert_str_eq(buf_str(&offers), now->words);
    if (now->words[0])
        ck_assert_uint_eq(at, now->begin);
    buf_free(&offers);
    end();
}
END_TEST

START_TEST(names_in_expressions_are_completed_where_they_begin)
{
    struct buf offers = {0};

    begin();
    ck_assert_uint_eq(command_complete(&talk.session, "put [nex", take_offer, &offers),
                      5);
    ck_assert_str_eq(buf_str(&offers), "next");
    buf_clear(&offers);
    ck_assert_uint_eq(
        command_complete(&talk.session, "pause 8+_star", take_offer, &offers), 8);
    ck_assert_str_eq(buf_str(&offers), "_start");
    buf_free(&offers);
    end();
}
END_TEST

START_TEST(files_are_completed)
{
    struct buf offers = {0}, line = {0}, expected = {0};

    begin();
    talk_file(&talk, "one.txt", "x");
    talk_file(&talk, "two words.txt", "x");
    buf_printf(&line, "file %s/on", talk.folder);
    buf_printf(&expected, "%s/one.txt", talk.folder);
    ck_assert_uint_eq(command_complete(&talk.session, line.data, take_offer, &offers),
                      5);
    ck_assert_str_eq(buf_str(&offers), expected.data);
    buf_clear(&line);
    buf_clear(&offers);
    buf_clear(&expected);
    buf_printf(&line, "file %s/tw", talk.folder);
    buf_printf(&expected, "\"%s/two words.txt\"", talk.folder);
    ck_assert_uint_eq(command_complete(&talk.session, line.data, take_offer, &offers),
                      5);
    ck_assert_str_eq(buf_str(&offers), expected.data);
    buf_free(&offers);
    buf_free(&line);
    buf_free(&expected);
    end();
}
END_TEST

/* --- all rows ---------------------------------------------------------------------------------- */

/* Is there a line that begins with blanks, as examples do? */
static bool has_example(const char *help)
{
    return strncmp(help, "  ", 2) == 0 || strstr(help, "\n  ");
}

START_TEST(every_row_says_what_it_is)
{
    struct command_list list;

    talk_open(&talk, talk_hello, "");
    command_list(&talk.session, &list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];
        bool known = false;

        ck_assert_msg(row->summary && row->summary[0], "%s: no summary", row->name);
        ck_assert_msg(row->summary[strlen(row->summary) - 1] != '.' ||
                          strstr(row->summary, "..."),
                      "%s: its summary ends in a full stop", row->name);
        ck_assert_msg(row->help && has_example(row->help), "%s: no example", row->name);
        for (unsigned i = 0; command_groups[i].name; i++)
            known |= strcmp(command_groups[i].name, row->group) == 0;
        ck_assert_msg(known, "%s: its group '%s' is unknown", row->name, row->group);
        ck_assert_msg(row->run != NULL, "%s does nothing", row->name);
        for (unsigned i = 0; row->arguments[i].type != ARG_NONE; i++)
            ck_assert_msg(row->arguments[i].name, "%s: argument %u has no name",
                          row->name, i);
    }
    end();
}
END_TEST

/* Each name and each alias finds its own row. */
/* Blanks and line ends, however many, are one blank. */
static void put_words(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (!strchr(" \n", *text))
            buf_char(out, *text);
        else if (out->size && out->data[out->size - 1] != ' ')
            buf_char(out, ' ');
}

START_TEST(units_are_those_of_moves)
{
    struct buf names = {0}, helps = {0}, help = {0};
    const struct command *row;
    const char *rest;

    begin();
    row = command_find(&talk.session, "step-unit", &rest, NULL);
    for (const struct move_unit *unit = move_units; unit->name; unit++) {
        buf_printf(&names, "%s%s", names.size ? " " : "", unit->name);
        buf_printf(&helps, "%s %s ", unit->name, unit->help);
    }
    ck_assert_str_eq(row->arguments[0].choices, buf_str(&names));
    put_words(&help, row->help);
    ck_assert_int_eq(strncmp(buf_str(&help), buf_str(&helps), helps.size), 0);
    buf_free(&names);
    buf_free(&helps);
    buf_free(&help);
    end();
}
END_TEST

START_TEST(no_name_hides_another)
{
    struct command_list list;
    struct err err = {{0}};
    const char *rest;

    talk_open(&talk, talk_hello, "");
    command_list(&talk.session, &list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];
        const char *alias = row->aliases ? row->aliases : "";

        ck_assert_msg(command_find(&talk.session, row->name, &rest, &err) == row,
                      "%s is another command", row->name);
        while (*alias) {
            struct buf word = {0};

            buf_printf(&word, "%.*s", (int)strcspn(alias, " "), alias);
            ck_assert_msg(command_find(&talk.session, word.data, &rest, &err) == row,
                          "%s is not %s", word.data, row->name);
            buf_free(&word);
            alias += strcspn(alias, " ");
            alias += strspn(alias, " ");
        }
    }
    end();
}
END_TEST

START_TEST(rows_come_in_order_of_group_and_name)
{
    const struct command *last = NULL;
    struct command_list list;

    begin();
    command_list(&talk.session, &list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];

        if (last && strcmp(last->group, row->group) == 0)
            ck_assert_str_lt(last->name, row->name);
        last = row;
    }
    ck_assert_uint_gt(list.count, COUNT(rows));
    end();
}
END_TEST

/* --- commands about the tool ------------------------------------------------------------------- */

START_TEST(help_tells_of_all_of_a_group_of_a_family_and_of_one)
{
    begin();
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "help"), "\nThe tool itself:\n"));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "help tool"), "apropos"));
    ck_assert_str_eq(talk_do(&talk, "help tell"), "command          summary\n"
                                                  "tell cats        s\n"
                                                  "tell cats twice  s\n"
                                                  "tell dogs        s\n");
    ck_assert_str_eq(talk_do(&talk, "help walk"), "Walk about.\n"
                                                  "Usage: walk [N]\n"
                                                  "Also: w, wa\n"
                                                  "  walk 3\n"
                                                  "An empty line does it again.\n");
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "help step-unit"), "interrupt, ...\n"));
    ck_assert_str_eq(talk_do(&talk, "help wlak"),
                     "Error: help: unknown command 'wlak' "
                     "(did you mean 'walk'?); 'help' lists "
                     "them.\n");
    end();
}
END_TEST

/* Examples are laid out already. */
static void has_lines_within(const char *text, size_t width)
{
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
        ck_assert_msg(strcspn(at, "\n") <= width || *at == ' ', "%s", at);
}

/* Paragraphs are whole, and are broken into lines by who has the screen, once. */
START_TEST(every_row_has_help_that_is_broken_into_lines_of_any_width)
{
    static const size_t widths[] = {40, 60, 80};
    struct command_list list;

    talk_open(&talk, talk_hello, "");
    command_list(&talk.session, &list);
    for (unsigned n = 0; n < list.count; n++) {
        const struct command *row = list.row[n];
        struct reply reply = {0};
        struct buf line = {0}, text = {0};
        struct err err = {{0}};

        buf_printf(&line, "help %s", row->name);
        ck_assert(command_do(&talk.session, line.data, &reply, &err));
        render(&text, RENDER_TEXT, 0, line.data, &reply, &err);
        ck_assert_ptr_nonnull(strstr(text.data, "Usage: "));
        ck_assert_msg(strstr(text.data, row->help) != NULL, "%s", text.data);
        for (unsigned i = 0; i < COUNT(widths); i++) {
            buf_clear(&text);
            render(&text, RENDER_TEXT, widths[i], line.data, &reply, &err);
            has_lines_within(text.data, widths[i]);
        }
        reply_release(&reply);
        buf_free(&line);
        buf_free(&text);
    }
    end();
}
END_TEST

START_TEST(apropos_finds_by_words_of_the_help)
{
    begin();
    ck_assert_str_eq(talk_do(&talk, "apropos WALK ABOUT"), "command  summary\n"
                                                           "walk     walk about\n");
    ck_assert_str_eq(talk_do(&talk, "apropos xyzzy"),
                     "Error: apropos: no command's help has 'xyzzy'.\n");
    end();
}
END_TEST

START_TEST(a_file_of_commands_is_done_until_one_fails)
{
    struct buf line = {0}, expected = {0};

    begin();
    buf_printf(&line, "source %s",
               talk_file(&talk, "good", "# a comment\nwalk 1\n\nstand\n"));
    ck_assert_str_eq(talk_do(&talk, line.data), "walk 1=1\nstand\n");
    buf_clear(&line);
    buf_printf(&line, "source %s", talk_file(&talk, "bad", "walk\nwlak\nstand\n"));
    buf_printf(&expected,
               "walk\nError: source: %s:2: unknown command 'wlak' (did you mean "
               "'walk'?); 'help' lists them.\n",
               talk_file(&talk, "bad", NULL));
    ck_assert_str_eq(talk_do(&talk, line.data), expected.data);
    ck_assert_str_eq(talk_do(&talk, "source /nonexistent/file"),
                     "Error: source: cannot open '/nonexistent/file': No such file or "
                     "directory.\n");
    buf_free(&line);
    buf_free(&expected);
    end();
}
END_TEST

START_TEST(a_file_that_is_no_text_is_not_done)
{
    struct buf line = {0};
    FILE *file;

    begin();
    file = fopen(talk_file(&talk, "file", NULL), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite("walk\n\0walk\n", 1, 11, file), 11);
    fclose(file);
    buf_printf(&line, "source %s", talk_file(&talk, "file", NULL));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, line.data), "has a zero byte"));
    ck_assert_uint_eq(runs, 0);
    buf_free(&line);
    end();
}
END_TEST

START_TEST(a_file_that_does_itself_ends)
{
    struct buf line = {0}, text = {0};

    begin();
    buf_printf(&line, "source %s", talk_file(&talk, "self", NULL));
    talk_file(&talk, "self", line.data);
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, line.data),
                                 "files that run files are nested more than 16 deep"));
    ck_assert_int_eq(talk.session.depth, 0);
    buf_free(&line);
    buf_free(&text);
    end();
}
END_TEST

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

START_TEST(who_interrupts_a_move_wants_nothing_that_follows)
{
    struct buf line = {0}, expected = {0};

    talk_open(&talk, talk_loop, "");
    session_add_commands(&talk.session, rows);
    timeline_set_interrupt(talk.session.time, (struct interrupt){always, NULL});
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "continue; walk; stand"),
                                 "Error: interrupted: 'walk; stand' was not done.\n"));
    ck_assert_ptr_null(strstr(talk_do(&talk, "continue"), "Error"));
    buf_printf(&line, "source %s", talk_file(&talk, "file", "continue\nwalk\n"));
    buf_printf(&expected,
               "Error: source: %s:1: interrupted: what follows was not done.\n",
               talk_file(&talk, "file", NULL));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, line.data), expected.data));
    timeline_set_interrupt(talk.session.time, (struct interrupt){NULL, NULL});
    ck_assert_str_eq(talk_do(&talk, "walk; stand"), "walk\nstand\n");
    buf_free(&line);
    buf_free(&expected);
    end();
}
END_TEST

START_TEST(quit_ends_the_line_and_the_file)
{
    struct buf line = {0};

    begin();
    buf_printf(&line, "source %s; walk", talk_file(&talk, "file", "quit\nstand\n"));
    ck_assert_str_eq(talk_do(&talk, line.data), "");
    ck_assert(talk.session.quit);
    buf_free(&line);
    end();
}
END_TEST

START_TEST(a_log_has_all_that_was_typed_and_can_be_done_again)
{
    struct buf line = {0}, expected = {0};
    char text[512] = "";
    FILE *file;

    begin();
    buf_printf(&line, "log %s", talk_file(&talk, "log", NULL));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, line.data), "What is typed goes to "));
    talk_do(&talk, "walk 2");
    talk_do(&talk, "");
    talk_do(&talk, "wlak");
    talk_do(&talk, "stand; walk");
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "log"), "What is typed goes to "));
    talk_do(&talk, "log off");
    talk_do(&talk, "stand");
    ck_assert_str_eq(talk_do(&talk, "log"), "There is no log.\n");
    file = fopen(talk_file(&talk, "log", NULL), "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    buf_printf(&expected,
               "# ringside shell %s --variant only\n# from #0\nwalk 2\n\nwlak\n"
               "stand; walk\nlog\nlog off\n",
               talk_file(&talk, "talk.lua", NULL));
    ck_assert_str_eq(text, expected.data);
    buf_clear(&line);
    buf_printf(&line, "source %s; stand", talk_file(&talk, "log", NULL));
    buf_clear(&expected);
    buf_printf(
        &expected,
        "walk 2=2\nwalk again 2=2\nError: %s:5: unknown command 'wlak' (did you mean "
        "'walk'?); 'help' lists them.\nstand\nwalk\nThere is no log.\nThere is "
        "no log.\nstand\n",
        talk_file(&talk, "log", NULL));
    ck_assert_str_eq(talk_do(&talk, line.data), expected.data);
    ck_assert_str_eq(talk_do(&talk, "log /dev/null/log"),
                     "Error: log: cannot write '/dev/null/log': Not a directory.\n");
    buf_free(&line);
    buf_free(&expected);
    end();
}
END_TEST

START_TEST(a_log_goes_where_the_session_stood_and_ends_alone)
{
    struct buf line = {0};
    char text[512] = "";
    FILE *file;

    begin();
    talk_do(&talk, "stepi 2");
    buf_printf(&line, "log %s", talk_file(&talk, "log", NULL));
    talk_do(&talk, line.data);
    talk_do(&talk, "set a0 = 5; stepi");
    buf_clear(&line);
    buf_printf(&line, "log %s", talk_file(&talk, "later", NULL));
    talk_do(&talk, line.data);
    talk_do(&talk, "quit");
    session_set_extra(&talk.session, "log", NULL, NULL);
    file = fopen(talk_file(&talk, "later", NULL), "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    ck_assert_ptr_nonnull(strstr(
        text, "# from #3\n# changes before it, which this file does not make: 1\n"
              "goto #3\nquit\n"));
    talk.session.quit = false;
    talk_do(&talk, "goto start");
    buf_clear(&line);
    buf_printf(&line, "source %s; where", talk_file(&talk, "later", NULL));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, line.data), "#3"));
    ck_assert(!talk.session.quit);
    buf_free(&line);
    end();
}
END_TEST

START_TEST(a_log_that_is_not_whole_says_so)
{
    static const char full[] = "Error: log: '/dev/full' is not whole: No space left on "
                               "device.\n";

    begin();
    talk_do(&talk, "log /dev/full");
    ck_assert_str_eq(buf_str(&talk.said),
                     "The log /dev/full cannot be written: No space "
                     "left on device.\n");
    talk_do(&talk, "walk");
    ck_assert_str_eq(buf_str(&talk.said), "");
    ck_assert_str_eq(talk_do(&talk, "log"), full);
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "log off"), full));
    ck_assert_str_eq(talk_do(&talk, "log off"), "There is no log.\n");
    end();
}
END_TEST

START_TEST(the_heading_of_a_log_is_a_comment)
{
    struct err err = {{0}};
    struct buf line = {0};
    uint8_t *text;
    size_t size;

    talk_open(&talk, talk_hello, "parameters = { s = \"\" },");
    ck_assert(scenario_set(talk.session.subject.scenario, "s=a\nquit\t", &err));
    buf_printf(&line, "log %s", talk_file(&talk, "log", NULL));
    talk_do(&talk, line.data);
    ck_assert(image_read_file(talk_file(&talk, "log", NULL), &text, &size, &err));
    ck_assert_ptr_nonnull(
        strstr((char *)text, " --set s=a\\x0aquit\\x09\n# from #0\n"));
    free(text);
    buf_free(&line);
    end();
}
END_TEST

START_TEST(a_confined_session_opens_nothing)
{
    static const char *const lines[] = {"log x", "record x", "source x", "gdbserver 1"};

    talk_open(&talk, talk_loop, "");
    session_add_commands(&talk.session, gdb_commands);
    talk.session.confined = true;
    for (unsigned i = 0; i < COUNT(lines); i++)
        ck_assert_ptr_nonnull(strstr(talk_do(&talk, lines[i]),
                                     ": a scenario gives no commands about files.\n"));
    ck_assert_ptr_nonnull(strstr(talk_do(&talk, "sql SELECT 1 AS one"), "one\n"));
    end();
}
END_TEST

START_TEST(echo_says_a_text)
{
    begin();
    ck_assert_str_eq(talk_do(&talk, "echo \"one; two\""), "one; two\n");
    ck_assert_str_eq(talk_do(&talk, "echo"), "\n");
    end();
}
END_TEST

/* --- narration ----------------------------------------------------------------------------------- */

static void go(uint64_t retired)
{
    struct narration_from from = narration_before(&talk.session);

    buf_clear(&talk.said);
    timeline_seek(talk.session.time, (struct moment){.retired = retired});
    narration_after(&talk.session, &from);
}

static unsigned lines_of(const char *text)
{
    unsigned lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(narration_tells_new_events_once_and_past_ones_when_they_are_passed)
{
    struct buf first = {0};

    begin();
    go(4);
    ck_assert_str_eq(buf_str(&talk.said), "");
    ck_assert_str_eq(talk_do(&talk, "narrate on"), "Narration is on.\n");
    go(20);
    buf_text(&first, buf_str(&talk.said));
    ck_assert_ptr_nonnull(strstr(first.data, "uart0"));
    go(4);
    ck_assert_ptr_nonnull(strstr(buf_str(&talk.said), "Taken back: ["));
    go(20);
    ck_assert_str_eq(buf_str(&talk.said), first.data);
    ck_assert_str_eq(talk_do(&talk, "narrate off"), "Narration is off.\n");
    go(25);
    ck_assert_str_eq(buf_str(&talk.said), "");
    buf_free(&first);
    end();
}
END_TEST

static const char *const printing = "_start: li a1, 0x10000000\n"
                                    "        li a2, 0x41\n"
                                    "again:  sb a2, 0(a1)\n"
                                    "        j again\n";

START_TEST(narration_of_one_move_is_bounded)
{
    talk_open(&talk, printing, "");
    talk_do(&talk, "narrate on");
    go(10000);
    ck_assert_uint_eq(lines_of(buf_str(&talk.said)), NARRATION_MOST + 1);
    ck_assert_ptr_nonnull(strstr(talk.said.data, "more events, which were not told"));
    go(0);
    ck_assert_uint_eq(lines_of(buf_str(&talk.said)), NARRATION_BACK + 1);
    talk_do(&talk, "narrate all");
    go(10000);
    ck_assert_uint_gt(lines_of(buf_str(&talk.said)), 5000);
    end();
}
END_TEST

START_TEST(an_act_in_the_past_is_narrated_once)
{
    talk_open(&talk, printing, "");
    talk_do(&talk, "narrate on");
    go(100);
    go(_i ? 51 : 50);
    buf_clear(&talk.said);
    talk_do(&talk, "set a0 = 5");
    ck_assert_uint_eq(lines_of(buf_str(&talk.said)), 1);
    ck_assert_ptr_nonnull(strstr(talk.said.data, "from outside"));
    go(54);
    ck_assert_ptr_null(strstr(buf_str(&talk.said), "from outside"));
    ck_assert_uint_ge(lines_of(buf_str(&talk.said)), 1);
    end();
}
END_TEST

/* It is done where the step begins; the events of the step are no part of it. */
START_TEST(an_act_inside_a_step_is_narrated_once)
{
    talk_open(&talk, printing, "");
    talk_do(&talk, "narrate on");
    go(100);
    go(50);
    for (unsigned i = 0; i < 20 && !timeline_inside(talk.session.time); i++)
        timeline_step_event(talk.session.time);
    ck_assert_uint_ne(timeline_inside(talk.session.time), 0);
    buf_clear(&talk.said);
    talk_do(&talk, "set a0 = 5");
    ck_assert_uint_eq(lines_of(buf_str(&talk.said)), 1);
    ck_assert_ptr_nonnull(strstr(talk.said.data, "from outside"));
    end();
}
END_TEST

/* Comes when the run is that far, and stays, as a shell's does. */
struct lasting {
    uint64_t retired;
    bool came;
};

static bool comes_and_stays(void *ctx)
{
    struct lasting *lasting = ctx;

    lasting->came |= talk.session.run->events.retired >= lasting->retired;
    return lasting->came;
}

/* What is said of a move from the beginning that is interrupted in the past. */
static const char *said_of_interrupted(const char *move, uint64_t retired)
{
    struct lasting lasting = {.retired = retired};

    buf_clear(&talk.said);
    timeline_set_interrupt(talk.session.time,
                           (struct interrupt){comes_and_stays, &lasting});
    talk_do(&talk, move);
    ck_assert(timeline_interrupt(talk.session.time).came == comes_and_stays);
    timeline_set_interrupt(talk.session.time, (struct interrupt){NULL, NULL});
    ck_assert(lasting.came && timeline_in_past(talk.session.time));
    ck_assert_uint_ge(talk.session.run->events.retired, retired);
    return buf_str(&talk.said);
}

static const struct {
    uint64_t retired;
    unsigned lines;
    const char *last;
} interrupted_moves[] = {
    {100, 92, "\n["},
    {20000, NARRATION_MOST + 1, " more events, which were not told"},
    {3000000, NARRATION_MOST + 1, "\nAnd more: "},
};

START_TEST(narration_of_a_move_that_was_interrupted_is_told)
{
    const char *said;

    talk_open(&talk, printing, "");
    go(interrupted_moves[_i].retired + 1000000);
    go(0);
    talk_do(&talk, "narrate on");
    said = said_of_interrupted("until a0 == 12345678", interrupted_moves[_i].retired);
    ck_assert_uint_eq(lines_of(said), interrupted_moves[_i].lines);
    ck_assert_ptr_nonnull(strstr(said, interrupted_moves[_i].last));
    end();
}
END_TEST

/* Of a long way, what is quick. */
START_TEST(narration_after_an_interrupt_is_bounded_by_the_way_too)
{
    static const char *const quiet = "_start: li a1, 0x10000000\n"
                                     "        sb a2, 0(a1)\n"
                                     "        li a2, 5000000\n"
                                     "again:  addi a2, a2, -1\n"
                                     "        bnez a2, again\n"
                                     "        sb a2, 0(a1)\n"
                                     "end:    j end\n";
    const char *said;

    talk_open(&talk, quiet, "");
    go(20000000);
    go(0);
    talk_do(&talk, "narrate all");
    said = said_of_interrupted("run", 11000000);
    ck_assert_uint_eq(lines_of(said), 5);
    ck_assert_ptr_nonnull(strstr(said, "uart0"));
    ck_assert_ptr_nonnull(strstr(said, "\nAnd more: "));
    end();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_line_is_answered, 0, COUNT(line_cases));
    tcase_add_test(tcase, event_kinds_are_written_either_way);
    tcase_add_test(tcase, a_mark_is_a_moment);
    tcase_add_test(tcase, an_empty_line_repeats_a_step);
    tcase_add_loop_test(tcase, a_line_is_completed, 0, COUNT(completion_cases));
    tcase_add_test(tcase, names_in_expressions_are_completed_where_they_begin);
    tcase_add_test(tcase, files_are_completed);
    tcase_add_test(tcase, every_row_says_what_it_is);
    tcase_add_test(tcase, units_are_those_of_moves);
    tcase_add_test(tcase, no_name_hides_another);
    tcase_add_test(tcase, rows_come_in_order_of_group_and_name);
    tcase_add_test(tcase, help_tells_of_all_of_a_group_of_a_family_and_of_one);
    tcase_add_test(tcase, every_row_has_help_that_is_broken_into_lines_of_any_width);
    tcase_add_test(tcase, apropos_finds_by_words_of_the_help);
    tcase_add_test(tcase, a_file_of_commands_is_done_until_one_fails);
    tcase_add_test(tcase, a_file_that_is_no_text_is_not_done);
    tcase_add_test(tcase, a_file_that_does_itself_ends);
    tcase_add_test(tcase, who_interrupts_a_move_wants_nothing_that_follows);
    tcase_add_test(tcase, quit_ends_the_line_and_the_file);
    tcase_add_test(tcase, a_log_has_all_that_was_typed_and_can_be_done_again);
    tcase_add_test(tcase, a_log_goes_where_the_session_stood_and_ends_alone);
    tcase_add_test(tcase, a_log_that_is_not_whole_says_so);
    tcase_add_test(tcase, the_heading_of_a_log_is_a_comment);
    tcase_add_test(tcase, a_confined_session_opens_nothing);
    tcase_add_test(tcase, echo_says_a_text);
    tcase_add_test(tcase,
                   narration_tells_new_events_once_and_past_ones_when_they_are_passed);
    tcase_add_test(tcase, narration_of_one_move_is_bounded);
    tcase_add_loop_test(tcase, an_act_in_the_past_is_narrated_once, 0, 2);
    tcase_add_test(tcase, an_act_inside_a_step_is_narrated_once);
    tcase_add_loop_test(tcase, narration_of_a_move_that_was_interrupted_is_told, 0,
                        COUNT(interrupted_moves));
    tcase_add_test(tcase, narration_after_an_interrupt_is_bounded_by_the_way_too);
}

TEST_MAIN("command", add_tests)
