/*
 * `ringside shell` as its users meet it: through pipes, as scripts do, and at a terminal,
 * as a person does.
 */
#include "face/shell/shell_command.h"

#include "base/bits.h"
#include "base/buf.h"
#include "face/options.h"
#include "image/image.h"
#include "tests/lib/pty.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS = 16 };

static char folder[32];
static char *out, *err_text;
static int status;

static const char *in_folder(const char *name)
{
    static char path[16][96];
    static unsigned n;

    n = (n + 1) % 16;
    snprintf(path[n], sizeof(path[n]), "%s/%s", folder, name);
    return path[n];
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void write_scenario(const char *name, const char *title, const char *assembly)
{
    struct buf text = {0};

    buf_printf(&text,
               "scenario { name = 'small', title = '%s', parameters = { n = 1 },\n"
               "variants = { { name = 'a', title = 'first' }, { name = 'b', title = "
               "'second' } },\n"
               "setup = function(p) return { programs = { asm(\".equ N, \" .. p.n .. "
               "[[\n\n%s]]) }, limit = { cycles = 1000000000000 } } end }\n",
               title, assembly);
    write_file(name, text.data);
    buf_free(&text);
}

/* History goes to the test's own folder. */
static void set_up(void)
{
    strcpy(folder, "/tmp/shell-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_STATE_HOME", in_folder("state"), 1);
    setenv("TERM", "dumb", 1);
    setenv("INPUTRC", "/dev/null", 1);
    unsetenv("NO_COLOR");
    write_scenario("hello.lua", "Hello", talk_hello);
    write_scenario("loop.lua", "Loop", talk_loop);
}

static void tear_down(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(out);
    free(err_text);
    out = err_text = NULL;
}

/* --- through pipes ----------------------------------------------------------------------- */

static char *read_back(const char *name)
{
    uint8_t *bytes;
    size_t size;

    ck_assert(image_read_file(in_folder(name), &bytes, &size, NULL));
    return (char *)bytes;
}

static void redirect(int descriptor, const char *name, int flags)
{
    int file = open(in_folder(name), flags, 0600);

    dup2(file, descriptor);
    close(file);
}

/* With a file of the folder as its standard input. */
static void call_from(const char *in, const char *const *arguments)
{
    char *argv[ARGUMENTS + 1] = {0};
    int argc = 0, wait_status;
    pid_t child;

    for (; arguments[argc] && argc < ARGUMENTS; argc++)
        argv[argc] = (char *)(uintptr_t)arguments[argc];
    fflush(NULL);
    child = fork();
    if (child == 0) {
        redirect(STDIN_FILENO, in, O_RDONLY);
        redirect(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_TRUNC);
        redirect(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_TRUNC);
        status = command_shell(argc, argv);
        fflush(NULL);
        _exit(status);
    }
    ck_assert_int_eq(waitpid(child, &wait_status, 0), child);
    ck_assert(WIFEXITED(wait_status));
    status = WEXITSTATUS(wait_status);
    free(out);
    free(err_text);
    out = read_back("out");
    err_text = read_back("err");
}

static void call(const char *input, const char *const *arguments)
{
    write_file("in", input);
    call_from("in", arguments);
}

#define SHELL(...) call("", (const char *const[]){"shell", __VA_ARGS__, NULL})
#define SHELL_INPUT(input, ...)                                                        \
    call(input, (const char *const[]){"shell", __VA_ARGS__, NULL})

START_TEST(lines_of_standard_input_are_done)
{
    SHELL_INPUT("echo one\n# a comment\n\necho two; echo three\nquit\necho four\n",
                in_folder("hello.lua"));
    ck_assert_int_eq(status, STATUS_OK);
    ck_assert_str_eq(out, "one\ntwo\nthree\n");
    ck_assert_str_eq(err_text, "");
}
END_TEST

START_TEST(a_last_line_without_an_end_is_done)
{
    SHELL_INPUT("echo one\r\necho two", in_folder("hello.lua"));
    ck_assert_str_eq(out, "one\ntwo\n");
}
END_TEST

START_TEST(lines_of_the_options_are_done_in_order)
{
    SHELL_INPUT("echo not this\n", in_folder("hello.lua"), "-c", "echo one", "-c",
                "echo two");
    ck_assert_int_eq(status, STATUS_OK);
    ck_assert_str_eq(out, "one\ntwo\n");
}
END_TEST

START_TEST(a_failing_line_ends_only_a_strict_shell)
{
    SHELL(in_folder("hello.lua"), "-c", "echo one", "-c", "fial", "-c", "echo two");
    ck_assert_int_eq(status, STATUS_OK);
    ck_assert_str_eq(out, "one\ntwo\n");
    ck_assert_ptr_nonnull(strstr(err_text, "Error: unknown command 'fial'"));
    SHELL(in_folder("hello.lua"), "--strict", "-c", "echo one", "-c", "fial", "-c",
          "echo two");
    ck_assert_int_eq(status, STATUS_FAILED);
    ck_assert_str_eq(out, "one\n");
    SHELL_INPUT("fial\necho two\n", in_folder("hello.lua"), "--strict");
    ck_assert_int_eq(status, STATUS_FAILED);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_line_with_a_zero_byte_is_refused)
{
    static const char lines[] = "echo one\necho two\0 bogus\n\0\necho three\n";
    FILE *file = fopen(in_folder("in"), "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(lines, 1, sizeof(lines) - 1, file), sizeof(lines) - 1);
    fclose(file);
    call_from("in", (const char *const[]){"shell", in_folder("hello.lua"), NULL});
    ck_assert_str_eq(out, "one\nthree\n");
    ck_assert_str_eq(err_text,
                     "Error: the line has a zero byte behind 'echo two', and is "
                     "not done.\n"
                     "Error: the line has a zero byte behind '', and is not "
                     "done.\n");
    call_from("in", (const char *const[]){"shell", in_folder("hello.lua"), "--strict",
                                          "--json", NULL});
    ck_assert_int_eq(status, STATUS_FAILED);
    ck_assert_ptr_nonnull(strstr(out, "{\"command\":\"echo two\",\"ok\":false"));
}
END_TEST

START_TEST(input_that_cannot_be_read_is_said)
{
    call_from(".", (const char *const[]){"shell", in_folder("hello.lua"), NULL});
    ck_assert_str_eq(err_text, "Error: standard input: Is a directory.\n");
    call_from(".",
              (const char *const[]){"shell", in_folder("hello.lua"), "--strict", NULL});
    ck_assert_int_eq(status, STATUS_FAILED);
}
END_TEST

START_TEST(json_is_a_line_a_command)
{
    json_t *json;
    char *line, *next;

    SHELL(in_folder("hello.lua"), "--json", "-c", "echo one", "-c", "fial");
    line = out;
    next = strchr(line, '\n');
    ck_assert_ptr_nonnull(next);
    json = json_loadb(line, (size_t)(next - line), 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert(json_is_true(json_object_get(json, "ok")));
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(json, "say"), 0)),
                     "one");
    json_decref(json);
    json = json_loads(next + 1, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert(json_is_false(json_object_get(json, "ok")));
    json_decref(json);
    ck_assert_str_eq(err_text, "");
}
END_TEST

START_TEST(csv_is_tables_alone)
{
    SHELL(in_folder("hello.lua"), "--csv", "-c", "echo one", "-c", "apropos file");
    ck_assert_int_eq(strncmp(out, "command,summary\n", 16), 0);
    ck_assert_ptr_null(strstr(out, "one"));
}
END_TEST

START_TEST(the_form_of_answers_can_be_changed)
{
    SHELL(in_folder("hello.lua"), "-c", "output json", "-c", "echo one", "-c",
          "output text; echo two", "-c", "output", "-c", "output xml");
    ck_assert_ptr_nonnull(strstr(out, "\"say\":[\"Answers are printed as json.\"]"));
    ck_assert_ptr_nonnull(strstr(out, "\"say\":[\"one\"]"));
    ck_assert_ptr_nonnull(strstr(out, "}\nAnswers are printed as text.\ntwo\nAnswers "
                                      "are printed as text.\n"));
    ck_assert_ptr_nonnull(
        strstr(err_text, "Error: output: 'xml': it is one of text json csv."));
}
END_TEST

START_TEST(colour_is_where_it_is_asked_for)
{
    SHELL(in_folder("hello.lua"), "-c", "fial");
    ck_assert_ptr_null(strchr(err_text, '\033'));
    SHELL(in_folder("hello.lua"), "--color", "always", "-c", "fial");
    ck_assert_ptr_nonnull(strstr(err_text, "\033[31mError: "));
}
END_TEST

START_TEST(text_of_a_scenario_cannot_control_the_terminal)
{
    SHELL(in_folder("hello.lua"), "-c", "echo a\033[31mb\xff\xc3\xbc");
    ck_assert_str_eq(out, "a?[31mb?\xc3\xbc\n");
    SHELL(in_folder("hello.lua"), "--ascii", "-c", "echo a\xc3\xbcz");
    ck_assert_str_eq(out, "a?z\n");
}
END_TEST

static const struct wrong_case {
    const char *arguments[5], *says;
} wrong_cases[] = {
    {{"shell", "/nonexistent.lua"}, "cannot open '/nonexistent.lua'"},
    {{"shell", "one", "two"}, "one file at a time: 'one' and 'two'"},
    {{"shell", "--json", "--csv", "x"}, "--json and --csv: one at a time"},
    {{"shell", "--color", "blue", "x"}, "--color 'blue': it is auto, always or never"},
    {{"shell", "--memory", "much", "x"}, "'much'"},
};

START_TEST(wrong_usage_says_what_is_wrong)
{
    call("", wrong_cases[_i].arguments);
    ck_assert_int_eq(status, STATUS_USAGE);
    ck_assert_str_eq(out, "");
    ck_assert_ptr_nonnull(strstr(err_text, "ringside: shell: "));
    ck_assert_ptr_nonnull(strstr(err_text, wrong_cases[_i].says));
}
END_TEST

START_TEST(variants_and_settings_are_those_of_the_scenario)
{
    SHELL(in_folder("hello.lua"), "--variant", "b", "--set", "n=7", "-c", "print N");
    ck_assert_int_eq(status, STATUS_OK);
    ck_assert_ptr_nonnull(strstr(out, "0x7"));
    SHELL(in_folder("hello.lua"), "--variant", "c");
    ck_assert_int_eq(status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(err_text, "'c'"));
    SHELL(in_folder("hello.lua"), "--set", "m=7");
    ck_assert_int_eq(status, STATUS_USAGE);
}
END_TEST

START_TEST(a_program_that_cannot_be_assembled_says_where)
{
    write_scenario("bad.lua", "Bad", "  adi a0, a0, 1\n");
    SHELL(in_folder("bad.lua"));
    ck_assert_int_eq(status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(err_text, "adi"));
}
END_TEST

START_TEST(without_a_file_it_lists_scenarios)
{
    call("", (const char *const[]){"shell", NULL});
    ck_assert_int_eq(status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(out, "01-three-ways-to-copy.lua"));
}
END_TEST

START_TEST(what_software_prints_is_marked_and_shown_once)
{
    SHELL(in_folder("hello.lua"), "-c", "continue", "-c", "goto #0", "-c", "continue");
    ck_assert_int_eq(strncmp(out, "console: hello\n", 15), 0);
    ck_assert_ptr_null(strstr(out + 15, "console:"));
}
END_TEST

START_TEST(narration_comes_before_the_answer_in_every_form)
{
    const char *told, *answer;

    SHELL(in_folder("hello.lua"), "-c", "narrate on", "-c", "stepi 16");
    told = strstr(out, "uart0");
    answer = strstr(out, "Hart 0 is at ");
    ck_assert(told && answer && told < answer);
    SHELL(in_folder("hello.lua"), "--json", "-c", "narrate on; stepi 16");
    ck_assert_int_eq(strncmp(out, "{\"tells\":\"[", 11), 0);
    SHELL(in_folder("hello.lua"), "--json", "-c", "continue");
    ck_assert_int_eq(strncmp(out, "{\"console\":\"hello\"}\n{", 21), 0);
    SHELL(in_folder("hello.lua"), "--csv", "-c", "continue");
    ck_assert_str_eq(out, "");
    ck_assert_str_eq(err_text, "console: hello\n");
}
END_TEST

START_TEST(a_line_that_software_has_not_ended_is_shown_after_the_move)
{
    SHELL(in_folder("hello.lua"), "-c", "stepi 22", "-c", "continue");
    ck_assert_ptr_nonnull(strstr(out, "console: h\n"));
    ck_assert_ptr_nonnull(strstr(out, "console: ello\n"));
}
END_TEST

/* --- at a terminal -------------------------------------------------------------------------- */

static struct pty pty;

static bool sit_down(const char *scenario)
{
    return pty_start(&pty, command_shell,
                     (const char *const[]){"shell", in_folder(scenario), NULL});
}

static void leave(void)
{
    pty_type(&pty, "quit\r");
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}

START_TEST(a_person_is_greeted_and_prompted)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "Hello, first. Nothing has run yet. 'help' lists the commands.");
    pty_expect(&pty, "ringside #0 h0 M> ");
    pty_type(&pty, "echo hello\r");
    pty_expect(&pty, "\nhello\r\nringside #0 h0 M> ");
    pty_type(&pty, "\r");
    pty_expect(&pty, "ringside #0 h0 M> ");
    leave();
}
END_TEST

START_TEST(tables_are_no_wider_than_the_terminal)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "info harts\r");
    pty_expect(&pty, "cycle  retired  interrupts\r\n");
    pty_expect(&pty, "exceptions: 0\r\n");
    pty_type(&pty, "why fault\r");
    pty_expect(&pty,
               "exception, DMA error, disk\r\nerror, virtio error or IOMMU fault.\r\n");
    pty_resize(&pty, 24, 200);
    pty_expect(&pty, "M> ");
    pty_type(&pty, "info harts\r");
    pty_expect(&pty, "interrupts  exceptions\r\n");
    leave();
}
END_TEST

START_TEST(ctrl_d_leaves)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "\004");
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}
END_TEST

START_TEST(tab_completes)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "ec\tx\r");
    pty_expect(&pty, "\nx\r\n");
    pty_type(&pty, "print nex\t\r");
    pty_expect(&pty, "print next");
    pty_expect(&pty, "0x8000000c");
    pty_type(&pty, "print 1+[tex\t]\r");
    pty_expect(&pty, "print 1+[text");
    pty_type(&pty, "narrate o\t\t");
    pty_expect(&pty, "off");
    pty_type(&pty, "n\r");
    pty_expect(&pty, "Narration is on.");
    leave();
}
END_TEST

START_TEST(history_goes_from_one_session_to_the_next)
{
    struct stat stat_of;

    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo first\r");
    pty_expect(&pty, "\nfirst\r\n");
    pty_type(&pty, "echo second\r");
    pty_expect(&pty, "\nsecond\r\n");
    pty_type(&pty, "\033[A\033[A\r");
    pty_expect(&pty, "\nfirst\r\n");
    leave();
    ck_assert_int_eq(stat(in_folder("state/ringside/history"), &stat_of), 0);
    ck_assert_uint_eq(stat_of.st_mode & 0777, 0600);
    ck_assert(sit_down("hello.lua"));
    pty_expect(&pty, "M> ");
    pty_type(&pty, "\033[A\033[A\033[A\r"); /* quit, first, second */
    pty_expect(&pty, "\nsecond\r\n");
    leave();
}
END_TEST

START_TEST(history_is_whole_when_the_shell_is_killed)
{
    char *text;

    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo kept\r");
    pty_expect(&pty, "\nkept\r\n");
    kill(pty.child, SIGKILL);
    ck_assert_int_eq(pty_end(&pty), -1);
    text = read_back("state/ringside/history");
    ck_assert_str_eq(text, "echo kept\n");
    free(text);
}
END_TEST

START_TEST(where_there_is_no_place_for_history_the_shell_works)
{
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo first\r");
    pty_expect(&pty, "\nfirst\r\n");
    pty_type(&pty, "\033[A\r");
    pty_expect(&pty, "\nfirst\r\n");
    leave();
}
END_TEST

START_TEST(ctrl_c_at_the_prompt_gives_the_line_up)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo never");
    pty_expect(&pty, "echo never");
    pty_type(&pty, "\003");
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo then\r");
    pty_expect(&pty, "\nthen\r\n");
    leave();
}
END_TEST

START_TEST(ctrl_c_stops_a_long_move_and_the_shell_stays)
{
    if (!sit_down("loop.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "continue\r");
    pty_expect(&pty, "continue\r\n");
    pty_insist(&pty, "\003", "Interrupted");
    pty_expect(&pty, "h0 M> ");
    pty_type(&pty, "echo alive\r");
    pty_expect(&pty, "\nalive\r\n");
    leave();
}
END_TEST

START_TEST(the_prompt_says_where_the_viewer_stands)
{
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "ringside #0 h0 M> ");
    pty_type(&pty, "stepi 12\r");
    pty_expect(&pty, "ringside #12 h0 M> ");
    pty_type(&pty, "reverse-stepi\r");
    pty_expect(&pty, "ringside #11 h0 M past> ");
    pty_type(&pty, "continue\r");
    pty_expect(&pty, "console: hello\r\n");
    pty_expect(&pty, "h0 M ended> ");
    leave();
}
END_TEST

/* Readline draws the line anew when it learns of the size, and wraps at the new one. */
START_TEST(a_terminal_that_changes_its_size_goes_on)
{
    setenv("TERM", "xterm", 1);
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "M> ");
    pty_type(&pty, "echo small");
    pty_expect(&pty, "echo small");
    pty_resize(&pty, 10, 40);
    pty_insist(&pty, "", "echo small");
    pty_type(&pty, "er; echo done\r");
    pty_expect(&pty, "smaller\r\ndone\r\n");
    leave();
}
END_TEST

static int errors_apart(int argc, char **argv)
{
    redirect(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_TRUNC);
    return command_shell(argc, argv);
}

static int errors_here(int argc, char **argv)
{
    redirect(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_TRUNC);
    return command_shell(argc, argv);
}

START_TEST(errors_are_coloured_where_they_go_to_a_terminal)
{
    const char *const arguments[] = {"shell", in_folder("hello.lua"), "-c", "fial",
                                     NULL};

    setenv("TERM", "xterm", 1);
    if (!pty_start(&pty, errors_apart, arguments))
        return;
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
    err_text = read_back("err");
    ck_assert_int_eq(strncmp(err_text, "Error: ", 7), 0);
    ck_assert(pty_start(&pty, errors_here, arguments));
    pty_expect(&pty, "\033[31mError: ");
    ck_assert_int_eq(pty_end(&pty), STATUS_OK);
}
END_TEST

START_TEST(colour_of_the_prompt_can_be_switched_off)
{
    setenv("TERM", "xterm", 1);
    if (!sit_down("hello.lua"))
        return;
    pty_expect(&pty, "\033[1mringside #0 h0 M> \033[0m");
    leave();
    setenv("NO_COLOR", "1", 1);
    ck_assert(sit_down("hello.lua"));
    pty_expect(&pty, "ringside #0 h0 M> ");
    ck_assert_ptr_null(strstr(buf_str(&pty.shown), "\033[1m"));
    leave();
    unsetenv("NO_COLOR");
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, lines_of_standard_input_are_done);
    tcase_add_test(tcase, a_last_line_without_an_end_is_done);
    tcase_add_test(tcase, lines_of_the_options_are_done_in_order);
    tcase_add_test(tcase, a_failing_line_ends_only_a_strict_shell);
    tcase_add_test(tcase, a_line_with_a_zero_byte_is_refused);
    tcase_add_test(tcase, input_that_cannot_be_read_is_said);
    tcase_add_test(tcase, json_is_a_line_a_command);
    tcase_add_test(tcase, csv_is_tables_alone);
    tcase_add_test(tcase, the_form_of_answers_can_be_changed);
    tcase_add_test(tcase, colour_is_where_it_is_asked_for);
    tcase_add_test(tcase, text_of_a_scenario_cannot_control_the_terminal);
    tcase_add_loop_test(tcase, wrong_usage_says_what_is_wrong, 0, COUNT(wrong_cases));
    tcase_add_test(tcase, variants_and_settings_are_those_of_the_scenario);
    tcase_add_test(tcase, a_program_that_cannot_be_assembled_says_where);
    tcase_add_test(tcase, without_a_file_it_lists_scenarios);
    tcase_add_test(tcase, what_software_prints_is_marked_and_shown_once);
    tcase_add_test(tcase, narration_comes_before_the_answer_in_every_form);
    tcase_add_test(tcase, a_line_that_software_has_not_ended_is_shown_after_the_move);
    tcase_add_test(tcase, a_person_is_greeted_and_prompted);
    tcase_add_test(tcase, tables_are_no_wider_than_the_terminal);
    tcase_add_test(tcase, ctrl_d_leaves);
    tcase_add_test(tcase, tab_completes);
    tcase_add_test(tcase, history_goes_from_one_session_to_the_next);
    tcase_add_test(tcase, history_is_whole_when_the_shell_is_killed);
    tcase_add_test(tcase, where_there_is_no_place_for_history_the_shell_works);
    tcase_add_test(tcase, ctrl_c_at_the_prompt_gives_the_line_up);
    tcase_add_test(tcase, ctrl_c_stops_a_long_move_and_the_shell_stays);
    tcase_add_test(tcase, the_prompt_says_where_the_viewer_stands);
    tcase_add_test(tcase, a_terminal_that_changes_its_size_goes_on);
    tcase_add_test(tcase, errors_are_coloured_where_they_go_to_a_terminal);
    tcase_add_test(tcase, colour_of_the_prompt_can_be_switched_off);
}

TEST_MAIN("shell", add_tests)
