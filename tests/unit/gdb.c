/*
 * GDB as the witness: Debian's gdb-multiarch drives `ringside gdbserver` by scripts. What
 * it prints must have the expected texts, in their order.
 */
#include "base/bits.h"
#include "base/buf.h"
#include "face/asm_command.h"
#include "face/gdb/gdb_command.h"
#include "face/gdb/listen.h"
#include "face/shell/shell_command.h"
#include "tests/lib/pty.h"
#include "tests/lib/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define GDB      "gdb-multiarch"
#define SCENARIO "tests/gdb/two_harts.lua"

static char folder[] = "/tmp/ringside-gdb-XXXXXX";

static bool is_installed(void)
{
    bool installed = system("command -v " GDB " >/dev/null") == 0;

    if (!installed) {
        printf("GDB's sessions: skipped, " GDB " is not installed\n");
        fflush(stdout); /* Check ends a test's process without that */
    }
    return installed;
}

static const char *in_folder(const char *name)
{
    static char path[8][128];
    static unsigned next;

    next = (next + 1) % COUNT(path);
    snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

/* A folder with the program's ELF file, for its symbols and lines. */
static void make_folder(void)
{
    char program[128];
    char *arguments[] = {(char[]){"asm"}, (char[]){"-o"}, program,
                         (char[]){"tests/gdb/two_harts.s"}, NULL};

    strcpy(folder, "/tmp/ringside-gdb-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(program, sizeof(program), "%s", in_folder("two_harts.elf"));
    ck_assert_int_eq(command_asm(4, arguments), 0);
}

static void remove_folder(void)
{
    char command[160];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* --- the server, as a process ------------------------------------------------------------------- */

static pid_t start_server(const char *file, const char *variant, bool once)
{
    char address[160];
    char *arguments[8] = {(char[]){"gdbserver"}, (char[]){"--variant"}};
    int count = 1;
    struct stat at;
    pid_t pid;

    snprintf(address, sizeof(address), "unix:%s", in_folder("socket"));
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int log = open(in_folder("server.log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        char of[64], path[128], option[] = "--once";

        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        if (variant) {
            snprintf(of, sizeof(of), "%s", variant);
            arguments[2] = of;
            count = 3;
        }
        if (once)
            arguments[count++] = option;
        snprintf(path, sizeof(path), "%s", file);
        arguments[count++] = path;
        arguments[count++] = address;
        arguments[count] = NULL;
        _exit(command_gdbserver(count, arguments));
    }
    for (int i = 0; i < 400 && stat(address + 5, &at) != 0; i++)
        usleep(50000);
    ck_assert_msg(stat(address + 5, &at) == 0, "the server does not listen");
    return pid;
}

static int status_of(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* --- the client ----------------------------------------------------------------------------------- */

static void write_script(const char *script)
{
    FILE *file = fopen(in_folder("script"), "w");

    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "set pagination off\nset confirm off\nset width 0\nset style enabled off\n"
            "set debuginfod enabled off\nset remotelogfile %s\nfile %s\n"
            "target remote %s\n%s",
            in_folder("log"), in_folder("two_harts.elf"), in_folder("socket"), script);
    ck_assert_int_eq(fclose(file), 0);
}

/* What GDB prints, both of its outputs together. Should it crash, it leaves nothing. */
static struct buf run_gdb(const char *script)
{
    struct buf out = {0};
    char command[256], part[4096];
    FILE *pipe;
    size_t got;

    write_script(script);
    snprintf(command, sizeof(command),
             "cd %s && ulimit -c 0 && timeout 60 " GDB " -nx -batch -x script 2>&1",
             folder);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    while ((got = fread(part, 1, sizeof(part), pipe)) > 0)
        buf_add(&out, part, got);
    pclose(pipe);
    return out;
}

static void has_in_order(const char *name, const struct buf *out, const char *expected)
{
    const char *at = buf_str(out);

    while (*expected) {
        size_t length = strcspn(expected, "\n");
        char line[256];

        snprintf(line, sizeof(line), "%.*s", (int)length, expected);
        ck_assert_msg(strstr(at, line), "%s: no '%s' after what came before, in:\n%s",
                      name, line, buf_str(out));
        at = strstr(at, line) + length;
        expected += length + (expected[length] == '\n');
    }
}

static const struct gdb_case {
    const char *name, *variant;
    const char *script, *expected;
} gdb_cases[] = {
    {"break, registers and single steps in both directions", "ends",
     "break square\ncontinue\nprint $a0\nstepi\nprint $a0\ncontinue\nprint $a0\nstepi\n"
     "print $a0\nreverse-stepi\nprint $a0\nreverse-stepi\nx/i $pc\n",
     "hit Breakpoint 1, square ()\n$1 = 1\n$2 = 1\nhit Breakpoint 1\n$3 = 2\n$4 = 4\n"
     "$5 = 2\ncall    square\n=> \njalr"},
    {"reverse-continue to a breakpoint and to the beginning", "ends",
     "break square\ncontinue\ncontinue\ncontinue\nprint $a0\nreverse-continue\n"
     "print $a0\nreverse-continue\nprint $a0\nreverse-continue\nprint/x $pc\n",
     "hit Breakpoint 1\n$1 = 3\nhit Breakpoint 1\n$2 = 2\nhit Breakpoint 1\n$3 = 1\n"
     "No more reverse-execution history\n$4 = 0x1000"},
    {"lines and functions, in both directions", "ends",
     "tbreak again\ncontinue\nnext\nnext\nnext\nreverse-next\nstep\nfinish\nstep\n"
     "reverse-step\nreverse-step\nreverse-finish\n",
     "Temporary breakpoint 1, again ()\n11\t\n12\t\n13\t\n12\t\nsquare ()\n13\t\n14\t\n"
     "13\t\nsquare ()\n12\t"},
    {"a watchpoint, in both directions, after and before the access", "ends",
     "watch *(long *)&counter\ncontinue\ncontinue\ncontinue\nreverse-continue\n"
     "reverse-continue\n",
     "Old value = 0\nNew value = 1\n14\t\nOld value = 1\nNew value = 4\n14\t\n"
     "Old value = 4\nNew value = 9\n14\t\nOld value = 9\nNew value = 4\n13\t\n"
     "Old value = 4\nNew value = 1\n13\t"},
    {"what the DMA controller writes is watched, in both directions", "ends",
     "watch *(long *)&copied\ncontinue\nreverse-continue\n",
     "DMA channel 0's, not a hart's\nOld value = 0\nNew value = 25\npoll ()\n"
     "Old value = 25\nNew value = 0"},
    {"reads and both are watched", "ends",
     "rwatch *(long *)&copied\ncontinue\nprint/x $pc == &done - 4\ndelete\n"
     "awatch *(long *)&other\nreverse-continue\n",
     "hit Hardware read watchpoint 1\nValue = 25\n"
     "hit Hardware access (read/write) watchpoint 2\nOld value = 8\nNew value = 7"},
    {"a condition is GDB's", "ends",
     "break square if $a0 == 4\ncontinue\nprint (long)$s0\ntbreak again if $s0 == 1\n"
     "reverse-continue\nprint (long)$s0\n",
     "hit Breakpoint 1\n$1 = 4\nTemporary breakpoint 2, again\n$2 = 1"},
    {"CSRs and the privilege mode", "ends",
     "print/x $mscratch\nset var $mscratch = 0x1234\nprint/x $mscratch\n"
     "set var $mepc = 0x80000003\nprint/x $mepc\nprint/x $misa\nprint $priv\n"
     "print $mhartid\ninfo registers mstatus\nset var $mhartid = 7\n",
     "$1 = 0x0\n$2 = 0x1234\n$3 = 0x80000002\n$4 = 0x8000000000141185\n$5 = 3\n$6 = 0\n"
     "MIE:0\nmhartid is read-only"},
    {"two harts are two threads", "ends",
     "break more\ninfo threads\ncontinue\ninfo threads\nthread apply all print "
     "$mhartid\n"
     "thread 1\nstepi\nprint $mhartid\nthread 2\nreverse-continue\nprint (long)$s0\n"
     "stepi\nprint (long)$s0\nreverse-stepi\nprint (long)$s0\n",
     "Thread 1 \"hart 0\" (M-mode)\nThread 2 \"hart 1\" (M-mode)\n"
     "Thread 2 \"hart 1\" hit Breakpoint 1, more ()\n* 2\n$1 = 1\n$2 = 0\n"
     "[Switching to thread 1\n$3 = 0\n[Switching to thread 2\n$4 = 0\n$5 = 1\n$6 = 0"},
    {"a breakpoint stops whichever hart arrives, in both directions", "ends",
     "break _start\nbreak again\ncontinue\ncontinue\ncontinue\nreverse-continue\n"
     "reverse-continue\nreverse-continue\n",
     "\"hart 0\" hit Breakpoint 1\n\"hart 0\" hit Breakpoint 2\n\"hart 1\" hit "
     "Breakpoint 1\n"
     "\"hart 0\" hit Breakpoint 2\n\"hart 0\" hit Breakpoint 1\nNo more reverse"},
    {"memory is read and written, devices are only read", "ends",
     "tbreak done\ncontinue\nx/2gx &counter\nset var *(long *)&counter = 99\n"
     "x/1gx &counter\nx/1bx 0x10000005\nset var *(char *)0x10000000 = 65\n",
     "0x0000000000000019\t0x0000000000000019\n0x0000000000000063\n0x60\n"
     "Cannot access memory at address 0x10000000"},
    {"a write in the past says that it keeps the future", "ends",
     "break square\ncontinue\ncontinue\nreverse-continue\nset var $a0 = 7\nfinish\n"
     "print $a0\n",
     "hit Breakpoint 1\nkept as branch main-2\n$1 = 49"},
    {"monitor gives commands of the session", "ends",
     "monitor info dma\nmonitor print 6 * 7\nmonitor nonsense\n",
     "channel\n42\nunknown command 'nonsense'"},
    {"the session's breakpoint stops a step of GDB's within a line", "ends",
     "tbreak 12\ncontinue\nmonitor break *again+12\nnext\nprint/x $pc\nnext\n"
     "print/x $pc\n",
     "Stopped by 1 of the session: break *again+12.\n\"hart 0\" stopped.\n"
     "$1 = 0x80000028\n$2 = 0x8000002c"},
    {"who has quit can look, and moves no more", "ends",
     "monitor quit\nprint/x $pc\nstepi\nprint $_exitcode\n",
     "The server ends when GDB leaves\n$1 = 0x1000\nexited normally]\n$2 = 0"},
    {"the end of the run, and the way back from it", "ends",
     "continue\nreverse-stepi\ncontinue\ncontinue\n",
     "ended with exit code 0\nNo more reverse-execution history\nstop ()\n"
     "ended with exit code 0\n[Inferior 1 (Remote target) exited normally]"},
    {"Ctrl-C", "forever",
     "monitor echo now\nshell WHEN-IT-RUNS kill -INT $PPID) &\ncontinue\nprint $pc == "
     "&stop\n"
     "reverse-stepi\nprint $pc == &stop\n",
     "now\nreceived signal SIGINT\n$1 = 1\n$2 = 1"},
    {"reverse-stepi is of the thread that is chosen, whichever was shown", "ends",
     "tbreak more\ncontinue\ninfo threads\nreverse-stepi\nprint $mhartid\n"
     "thread 1\nthread apply 2 print $pc\nthread 1\nreverse-stepi\nprint $mhartid\n",
     "\"hart 1\" hit Temporary breakpoint 1\n42\t\n$1 = 1\n$3 = 0"},
    {"an image is compared, restored and loaded; a function is called", "ends",
     "tbreak done\ncontinue\ncompare-sections\ndump binary memory part &counter "
     "&other\n"
     "restore part binary 0x80002000\nx/2gx 0x80002000\nload\nprint/x $pc\n"
     "compare-sections\nset var $sp = 0x80003000\n"
     "print ((long(*)(long))square)(7)\nprint/x $pc\n",
     "range 0x80000000 -- 0x800000c4: matched\n-- 0x80001118: MIS-MATCHED\n"
     "0x80002000:\t0x0000000000000019\t0x0000000000000019\n$1 = 0x80000000\n"
     "-- 0x80001118: matched\n$2 = 49\n$3 = 0x80000000"},
    {"an extended client detaches and kills, attaches and runs", "ends",
     "disconnect\ntarget extended-remote SOCKET\nstepi\ndetach\ninfo threads\n"
     "attach 1\nprint/x $pc\nkill\ninfo threads\nstarti\nprint/x $pc\n",
     "detached]\nNo threads.\n$1 = 0x1004\nkilled]\nNo threads.\n$2 = 0x1000"},
    {"a run can be begun again", "ends",
     "disconnect\ntarget extended-remote SOCKET\nbreak square\nrun\nprint $a0\nstarti\n"
     "print/x $pc\n",
     "hit Breakpoint 1\n$1 = 1\n$2 = 0x1000"},
};

/* The word of a script is the text. */
static void put_for(struct buf *script, const char *word, const char *text)
{
    char *at;

    while ((at = strstr(buf_str(script), word))) {
        struct buf out = {0};

        buf_add(&out, script->data, (size_t)(at - script->data));
        buf_text(&out, text);
        buf_text(&out, at + strlen(word));
        buf_free(script);
        *script = out;
    }
}

/* SOCKET is the socket's path; WHEN-IT-RUNS begins a subshell, which waits until GDB has
 * let the machine go on after its last command for us, and a second, in which it does. */
static struct buf filled_in(const char *text)
{
    struct buf script = {0}, when = {0};

    buf_printf(&when,
               "(i=0; until sed -n '/qRcmd/,$p' %s | grep -q 'vCont;c' || "
               "[ $i -gt 300 ]; do i=$((i + 1)); sleep 0.1; done; sleep 1;",
               in_folder("log"));
    buf_text(&script, text);
    put_for(&script, "SOCKET", in_folder("socket"));
    put_for(&script, "WHEN-IT-RUNS", when.data);
    buf_free(&when);
    return script;
}

START_TEST(gdb_does_what_it_is_told)
{
    const struct gdb_case *now = &gdb_cases[_i];
    struct buf out, script;
    pid_t server;

    if (!is_installed())
        return;
    make_folder();
    server = start_server(SCENARIO, now->variant, false);
    script = filled_in(now->script);
    out = run_gdb(buf_str(&script));
    has_in_order(now->name, &out, now->expected);
    kill(server, SIGTERM);
    ck_assert_int_eq(status_of(server), 0);
    buf_free(&out);
    buf_free(&script);
    remove_folder();
}
END_TEST

/* A client that detaches, one that kills, one that is killed: the next one finds the
 * machine as it was left. */
START_TEST(clients_come_and_go)
{
    struct buf out, script;
    pid_t server;

    if (!is_installed())
        return;
    make_folder();
    server = start_server(SCENARIO, "forever", false);
    out = run_gdb("stepi\nstepi\ndetach\n");
    has_in_order("detach", &out, "detached");
    buf_free(&out);
    out = run_gdb("print/x $pc\nstepi\nkill\n");
    has_in_order("kill", &out, "$1 = 0x1008\nkilled");
    buf_free(&out);
    script = filled_in("print/x $pc\ntbreak stop\ncontinue\nmonitor echo now\n"
                       "shell WHEN-IT-RUNS kill -KILL $PPID) &\ncontinue\n");
    out = run_gdb(buf_str(&script));
    has_in_order("be killed", &out,
                 "$1 = 0x100c\nTemporary breakpoint 1, stop ()\nnow");
    buf_free(&out);
    buf_free(&script);
    out = run_gdb("print $pc == &stop\nreverse-stepi\nmonitor quit\n");
    has_in_order("the last", &out, "$1 = 1\n36\t");
    buf_free(&out);
    ck_assert_int_eq(status_of(server), 0);
    remove_folder();
}
END_TEST

/* --once: the server ends with its first client, and its socket is gone. A program is
 * served as a scenario is. */
START_TEST(a_server_for_one_client)
{
    struct stat at;
    struct buf out;
    pid_t server;

    if (!is_installed())
        return;
    make_folder();
    server = start_server(in_folder("two_harts.elf"), NULL, true);
    out = run_gdb("info threads\nbreak done\ncontinue\nx/1gd &copied\n");
    has_in_order("a program", &out, "Thread 1 \"hart 0\"\nBreakpoint 1, done ()\n25");
    buf_free(&out);
    ck_assert_int_eq(status_of(server), 0);
    ck_assert_int_ne(stat(in_folder("socket"), &at), 0);
    remove_folder();
}
END_TEST

/* A client that comes, continues, interrupts that and leaves. */
static void pay_a_visit(void)
{
    static const char said[] = "$c#63\x03";
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(at.sun_path, sizeof(at.sun_path), "%s", in_folder("socket"));
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(send(fd, said, strlen(said), 0), (ssize_t)strlen(said));
    close(fd);
}

/* Ctrl-C is the shell's before the server, the server's, and the shell's again. */
START_TEST(a_shell_serves_and_has_its_interrupt_again)
{
    const char *const arguments[] = {"shell", "--variant", "forever", SCENARIO, NULL};
    struct pty pty;
    char line[192];

    strcpy(folder, "/tmp/ringside-gdb-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    if (pty_start(&pty, command_shell, arguments)) {
        snprintf(line, sizeof(line), "gdbserver unix:%s once; continue\n",
                 in_folder("socket"));
        pty_expect(&pty, "> ");
        pty_type(&pty, line);
        pty_expect(&pty, "GDB may connect");
        pay_a_visit();
        usleep(300000); /* the run goes on */
        pty_type(&pty, "\x03");
        pty_expect(&pty, "Interrupted; hart");
        snprintf(line, sizeof(line), "gdbserver unix:%s; stepi\n", in_folder("socket"));
        pty_type(&pty, line);
        pty_expect(&pty, "GDB may connect");
        pty_type(&pty, "\x03");
        pty_expect(&pty, "has ended");
        pty_type(&pty, "continue\n");
        usleep(300000);
        pty_type(&pty, "\x03");
        pty_expect(&pty, "Interrupted; hart");
        pty_type(&pty, "quit\n");
        ck_assert_int_eq(pty_end(&pty), 0);
    }
    remove_folder();
}
END_TEST

/* --- where it listens ---------------------------------------------------------------------------- */

static const struct address_case {
    const char *address, *name; /* NULL: it cannot be */
} address_cases[] = {
    {"0", "127.0.0.1:"},
    {":0", "127.0.0.1:"},
    {"127.0.0.1:0", "127.0.0.1:"},
    {"localhost:0", ":"},
    {"[::1]:0", "[::1]:"},
    {"", NULL},
    {":", NULL},
    {"host", NULL},
    {"123456", NULL},
    {"99999", NULL},
    {"-1", NULL},
    {"no.such.host.invalid:1", NULL},
    {"unix:", NULL},
    {"unix:/no/such/folder/socket", NULL},
};

static bool has_ipv6(void)
{
    struct stat at;

    return stat("/proc/net/if_inet6", &at) == 0 && at.st_mode &&
           system("grep -q ' lo$' /proc/net/if_inet6") == 0;
}

START_TEST(addresses_are_the_loopback_unless_told)
{
    const struct address_case *now = &address_cases[_i];
    struct listener listener;
    struct err err = {{0}};

    if (now->address[0] == '[' && !has_ipv6())
        return;
    if (now->name) {
        ck_assert_msg(listener_open(&listener, now->address, &err), "%s", err.text);
        ck_assert_ptr_nonnull(strstr(listener.name, now->name));
        listener_close(&listener);
    } else {
        ck_assert(!listener_open(&listener, now->address, &err));
        ck_assert_ptr_nonnull(strstr(err.text, "cannot listen at"));
    }
}
END_TEST

/* A socket that a server left behind is taken over; one that is served is not, nor is a
 * file that is none. */
START_TEST(a_stale_socket_is_taken_over)
{
    struct listener first, second;
    struct err err = {{0}};
    struct stat at;
    char address[160];

    strcpy(folder, "/tmp/ringside-gdb-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(address, sizeof(address), "unix:%s", in_folder("socket"));
    ck_assert(listener_open(&first, address, &err));
    ck_assert_int_eq(stat(address + 5, &at), 0);
    ck_assert_uint_eq(at.st_mode & 0777, 0600);
    ck_assert(!listener_open(&second, address, &err));
    close(first.fd);
    ck_assert(listener_open(&second, address, &err));
    listener_close(&second);
    ck_assert_int_ne(stat(address + 5, &at), 0);
    fclose(fopen(address + 5, "w"));
    ck_assert(!listener_open(&second, address, &err));
    remove_folder();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, gdb_does_what_it_is_told, 0, COUNT(gdb_cases));
    tcase_add_test(tcase, clients_come_and_go);
    tcase_add_test(tcase, a_server_for_one_client);
    tcase_add_test(tcase, a_shell_serves_and_has_its_interrupt_again);
    tcase_add_loop_test(tcase, addresses_are_the_loopback_unless_told, 0,
                        COUNT(address_cases));
    tcase_add_test(tcase, a_stale_socket_is_taken_over);
}

TEST_MAIN("gdb", add_tests)
