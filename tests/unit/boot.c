/*
 * `ringside boot`, as its users meet it: arguments and standard input go in; standard
 * output, standard error and a status come out. And how a board is started.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "face/boot_command.h"
#include "face/options.h"
#include "image/elf_write.h"
#include "image/start.h"
#include "machine/board/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { ARGUMENTS = 12, TEXT = 4096 };

/* --- Programs ------------------------------------------------------------------- */

#define UART   "0x10000000"
#define FINISH "li t1, 0x100000\n sw t0, 0(t1)\n 9: j 9b\n"

static const char prints_and_fails[] =
    "_start: li a0, " UART "\n"
    "la a1, text\n"
    "1: lbu a2, 0(a1)\n"
    "beqz a2, 2f\n"
    "sb a2, 0(a0)\n"
    "addi a1, a1, 1\n"
    "j 1b\n"
    "2: li t0, 0x2a3333\n" FINISH "text: .asciz \"hello\\n\"\n";

static const char exits_by_htif[] = "_start: la a1, tohost\n"
                                    "li a0, 0x0101000000000069\n"
                                    "sd a0, 0(a1)\n"
                                    "li a0, 15\n"
                                    "sw a0, 0(a1)\n"
                                    "sw zero, 4(a1)\n"
                                    "1: j 1b\n"
                                    ".data\n .align 6\n .globl tohost\n"
                                    "tohost: .dword 0\n";

static const char loops[] = "_start: j _start\n";
static const char traps[] = "_start: csrw mtvec, zero\n .word 0\n";
static const char prints_and_waits[] = "_start: li a0, " UART "\n"
                                       "li a1, 'r'\n"
                                       "sb a1, 0(a0)\n"
                                       "1: wfi\n"
                                       "j 1b\n";
static const char waits[] = "_start: wfi\n j _start\n";

/* Fails with the upper half of the address it runs at, less that of RAM. */
static const char tells_where_it_is[] = "_start: auipc t0, 0\n"
                                        "li t1, 0x80000000\n"
                                        "sub t0, t0, t1\n"
                                        "li t1, 0x3333\n"
                                        "or t0, t0, t1\n" FINISH;

static const char jumps_to_payload[] = "_start: li t0, 0x80200000\n jr t0\n";

/* Fails with 9 if a1 is where the magic number of a device tree is. */
static const char looks_for_tree[] = "_start: lwu t0, 0(a1)\n"
                                     "li t1, 0xedfe0dd0\n"
                                     "bne t0, t1, 1f\n"
                                     "li t0, 0x93333\n"
                                     "j 2f\n"
                                     "1: li t0, 0x13333\n"
                                     "2: " FINISH;

/* Sends back what it gets, until a q: by polling, and by interrupts. */
static const char echoes[] = "_start: li a0, " UART "\n"
                             "1: lbu a1, 5(a0)\n"
                             "andi a1, a1, 1\n"
                             "beqz a1, 1b\n"
                             "lbu a2, 0(a0)\n"
                             "sb a2, 0(a0)\n"
                             "li a3, 'q'\n"
                             "bne a2, a3, 1b\n"
                             "li t0, 0x5555\n" FINISH;

static const char echoes_by_interrupt[] = "_start: li a0, " UART "\n"
                                          "la t0, handler\n"
                                          "csrw mtvec, t0\n"
                                          "li t0, 0xc000000\n"
                                          "li t1, 1\n"
                                          "sw t1, 40(t0)\n"
                                          "li t0, 0xc002000\n"
                                          "li t1, 0x400\n"
                                          "sw t1, 0(t0)\n"
                                          "li t1, 1\n"
                                          "sb t1, 1(a0)\n"
                                          "li t0, 0x800\n"
                                          "csrw mie, t0\n"
                                          "csrsi mstatus, 8\n"
                                          "1: wfi\n"
                                          "j 1b\n"
                                          ".align 2\n"
                                          "handler: li s0, 0xc200004\n"
                                          "lw s1, 0(s0)\n"
                                          "1: lbu a1, 5(a0)\n"
                                          "andi a1, a1, 1\n"
                                          "beqz a1, 2f\n"
                                          "lbu a2, 0(a0)\n"
                                          "sb a2, 0(a0)\n"
                                          "li a3, 'q'\n"
                                          "bne a2, a3, 1b\n"
                                          "li t0, 0x5555\n"
                                          "li t1, 0x100000\n"
                                          "sw t0, 0(t1)\n"
                                          "2: sw s1, 0(s0)\n"
                                          "mret\n";

/* Resets the machine once: RAM outside the program remembers. */
static const char resets_once[] = "_start: li a0, 0x80100000\n"
                                  "lw a1, 0(a0)\n"
                                  "li t0, 0x53333\n"
                                  "bnez a1, 1f\n"
                                  "li a1, 1\n"
                                  "sw a1, 0(a0)\n"
                                  "li t0, 0x7777\n"
                                  "1: " FINISH;

/* Reads sector 0 by programmed I/O and fails with its first byte. */
static const char reads_disk[] = "_start: li a0, 0x3200000\n"
                                 "1: lbu a1, 0x1c(a0)\n"
                                 "andi a1, a1, 0x80\n"
                                 "bnez a1, 1b\n"
                                 "li a1, 1\n"
                                 "sb a1, 0x08(a0)\n"
                                 "sb zero, 0x0c(a0)\n"
                                 "sb zero, 0x10(a0)\n"
                                 "sb zero, 0x14(a0)\n"
                                 "li a1, 0xe0\n"
                                 "sb a1, 0x18(a0)\n"
                                 "li a1, 0x20\n"
                                 "sb a1, 0x1c(a0)\n"
                                 "2: lbu a1, 0x1c(a0)\n"
                                 "andi a1, a1, 0x88\n"
                                 "li a2, 8\n"
                                 "bne a1, a2, 2b\n"
                                 "lhu t0, 0(a0)\n"
                                 "andi t0, t0, 0xff\n"
                                 "slli t0, t0, 16\n"
                                 "li t1, 0x3333\n"
                                 "or t0, t0, t1\n" FINISH;

/* --- Running the command --------------------------------------------------------- */

static char directory[] = "/tmp/boot-test-XXXXXX";

static void enter_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
}

static void leave_directory(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -r %s", directory);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
    strcpy(directory, "/tmp/boot-test-XXXXXX");
}

static void put_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* The program as an ELF file, and its first section as a raw one. */
static void assemble(const char *text, uint64_t at, const char *elf, const char *raw)
{
    struct asm_source source = {.text = text, .size = strlen(text), .file = "test.s"};
    struct asm_layout layout = {.text = at};
    struct asm_program program;
    struct buf why = {0};
    struct err err = {0};
    bool ok = asm_assemble(&program, &source, &layout);

    for (size_t i = 0; i < program.diagnostic_count; i++)
        asm_diagnostic_text(&program.diagnostics[i], &why);
    ck_assert_msg(ok, "%s", buf_str(&why));
    if (elf)
        ck_assert_msg(elf_write(&program, ".", elf, &err), "%s", err.text);
    if (raw)
        put_file(raw, program.sections[0].bytes, program.sections[0].size);
    asm_free(&program);
}

struct outcome {
    int status;
    char output[TEXT], errors[TEXT];
};

static void slurp(const char *path, char text[TEXT])
{
    FILE *file = fopen(path, "rb");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, TEXT - 1, file)] = '\0';
    fclose(file);
}

static void redirect(const char *path, int to)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(dup2(file, to), 0);
    close(file);
}

/* A child that runs the command; `input` becomes its standard input. */
static pid_t start_boot(const char *const *arguments, int input)
{
    char *argv[ARGUMENTS + 2] = {strdup("boot")};
    int argc = 1;
    pid_t child = fork();

    if (child != 0) {
        free(argv[0]);
        return child;
    }
    for (; arguments[argc - 1]; argc++)
        argv[argc] = strdup(arguments[argc - 1]);
    dup2(input, STDIN_FILENO);
    redirect("output", STDOUT_FILENO);
    redirect("errors", STDERR_FILENO);
    argc = command_boot(argc, argv);
    fflush(NULL);
    _exit(argc);
}

static struct outcome end_of(pid_t child)
{
    struct outcome outcome = {.status = -1};
    int status;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        outcome.status = WEXITSTATUS(status);
    slurp("output", outcome.output);
    slurp("errors", outcome.errors);
    return outcome;
}

/* Runs the command with that text as its standard input. */
static struct outcome boot_with_input(const char *input, const char *const *arguments)
{
    struct outcome outcome;
    int file;

    put_file("input", input, strlen(input));
    file = open("input", O_RDONLY);
    outcome = end_of(start_boot(arguments, file));
    close(file);
    return outcome;
}

#define BOOT_WITH(input, ...)                                                          \
    boot_with_input(input, (const char *const[]){__VA_ARGS__, NULL})
#define BOOT(...) BOOT_WITH("", __VA_ARGS__)

/* --- What comes out ---------------------------------------------------------------- */

START_TEST(elf_alone_prints_and_passes_its_exit_code_on)
{
    struct outcome outcome;

    assemble(prints_and_fails, 0x80001000, "elf", NULL);
    outcome = BOOT("elf");
    ck_assert_int_eq(outcome.status, 42);
    ck_assert_str_eq(outcome.output, "hello\n");
    ck_assert_str_eq(outcome.errors, "");
}
END_TEST

START_TEST(htif_prints_and_exits)
{
    struct outcome outcome;

    assemble(exits_by_htif, 0x80000000, "elf", NULL);
    outcome = BOOT("elf");
    ck_assert_int_eq(outcome.status, 7);
    ck_assert_str_eq(outcome.output, "i");
}
END_TEST

static const struct {
    uint32_t written;
    int status;
} codes[] = {
    {0x5555, 0},       {0x00003333, 0}, {0x00013333, 1},
    {0x00ff3333, 255}, {0x01003333, 1}, /* 256 is not 0 */ {0x01023333, 2},
};

START_TEST(exit_code_is_the_status)
{
    char program[128];

    snprintf(program, sizeof(program), "_start: li t0, %u\n%s", codes[_i].written,
             FINISH);
    assemble(program, 0x80000000, "elf", NULL);
    ck_assert_int_eq(BOOT("elf").status, codes[_i].status);
}
END_TEST

START_TEST(raw_file_is_firmware)
{
    assemble(tells_where_it_is, 0x80000000, NULL, "raw");
    ck_assert_int_eq(BOOT("raw").status, 0);
    ck_assert_int_eq(BOOT("--bios", "raw").status, 0);
}
END_TEST

START_TEST(raw_kernel_is_payload)
{
    assemble(tells_where_it_is, 0x80200000, NULL, "kernel");
    assemble(jumps_to_payload, 0x80000000, "firmware", NULL);
    ck_assert_int_eq(BOOT("--kernel", "kernel").status, 0x20);
    ck_assert_int_eq(BOOT("--bios", "none", "--kernel", "kernel").status, 0x20);
    ck_assert_int_eq(BOOT("--bios", "firmware", "--kernel", "kernel").status, 0x20);
    ck_assert_int_eq(BOOT("firmware", "--kernel=kernel").status, 0x20);
}
END_TEST

START_TEST(program_gets_a_device_tree)
{
    assemble(looks_for_tree, 0x80000000, "elf", NULL);
    ck_assert_int_eq(BOOT("elf").status, 9);
    ck_assert_int_eq(BOOT("elf", "--memory", "4G", "--harts", "8").status, 9);
    ck_assert_int_eq(BOOT("elf", "--memory", "64K").status, 9);
}
END_TEST

START_TEST(disk_is_the_file)
{
    char sector[512] = {77};

    assemble(reads_disk, 0x80000000, "elf", NULL);
    put_file("disk", sector, sizeof(sector));
    ck_assert_int_eq(BOOT("elf", "--disk", "disk").status, 77);
    ck_assert_int_eq(BOOT("elf", "--disk", "ata0=disk").status, 77);
    put_file("a=b", sector, sizeof(sector)); /* no disk's name */
    ck_assert_int_eq(BOOT("elf", "--disk", "a=b").status, 77);
}
END_TEST

/* Fails with the capacity of the virtio disk, and what that says it is. */
static const char sizes_disk[] = "_start: li a0, 0x10001000\n"
                                 "lw t0, 8(a0)\n"
                                 "lw a1, 0x100(a0)\n"
                                 "add t0, t0, a1\n"
                                 "slli t0, t0, 16\n"
                                 "li t1, 0x3333\n"
                                 "or t0, t0, t1\n" FINISH;

START_TEST(disk_may_be_named)
{
    char sectors[5 * 512] = {0};

    assemble(sizes_disk, 0x80000000, "elf", NULL);
    put_file("disk", sectors, sizeof(sectors));
    ck_assert_int_eq(BOOT("elf", "--disk", "virtio0=disk").status, 7);
    ck_assert_int_eq(BOOT("elf", "--disk", "disk").status, 0);
    ck_assert_int_eq(BOOT("elf", "--disk", "virtio0=disk", "--commit", "copy").status,
                     7);
    ck_assert_int_eq(BOOT("elf", "--disk", "virtio0=copy").status, 7);
}
END_TEST

/* Prints a character on a UART that only a board of ours has. */
static const char uses_second_uart[] = "_start: bnez a0, 9f\n"
                                       "li a0, 0x20000000\n"
                                       "li a1, '!'\n"
                                       "sb a1, 0(a0)\n"
                                       "li t0, 0x5555\n" FINISH;

START_TEST(board_can_be_a_file)
{
    static const char board[] = "return { memory = 0x1000000, harts = 2, devices = {\n"
                                "  {type = 'uart', name = 'uart1', base = 0x20000000, "
                                "irq = 11} } }\n";
    struct outcome outcome;

    assemble(uses_second_uart, 0x80000000, "elf", NULL);
    put_file("board.lua", board, sizeof(board) - 1);
    outcome = BOOT("--board", "board.lua", "elf");
    ck_assert_int_eq(outcome.status, 0);
    ck_assert_str_eq(outcome.output, "!");
}
END_TEST

START_TEST(mistake_in_board_file_is_explained)
{
    static const char board[] =
        "return { devices = {\n"
        "  {type = 'uart', name = 'uart1', base = 0x10000008} } }\n";
    struct outcome outcome;

    put_file("board.lua", board, sizeof(board) - 1);
    put_file("raw", "\x13\0\0\0", 4);
    outcome = BOOT("--board", "board.lua", "raw");
    ck_assert_int_eq(outcome.status, STATUS_USAGE);
    ck_assert_ptr_nonnull(strstr(outcome.errors,
                                 "board.lua: board 'virt': uart1 at 0x10000008 "
                                 "overlaps uart0 at 0x10000000\n"));
}
END_TEST

/* --- When it ends ------------------------------------------------------------------ */

START_TEST(spent_budget_is_status_124)
{
    struct outcome outcome;

    assemble(loops, 0x80000000, "elf", NULL);
    outcome = BOOT("elf", "--max-instructions", "12345", "--stats");
    ck_assert_int_eq(outcome.status, BOOT_BUDGET);
    ck_assert_ptr_nonnull(
        strstr(outcome.errors, "ringside: boot: 12345 instructions are spent\n"));
    ck_assert_ptr_nonnull(strstr(outcome.errors, "ringside: instructions: 12345\n"));
    ck_assert_ptr_nonnull(strstr(outcome.errors, "ringside: cycles: "));
    ck_assert_ptr_nonnull(strstr(outcome.errors, "ringside: wall time: "));
}
END_TEST

START_TEST(program_that_only_traps_spends_its_budget)
{
    assemble(traps, 0x80000000, "elf", NULL);
    ck_assert_int_eq(BOOT("elf", "--max-instructions", "1000").status, BOOT_BUDGET);
}
END_TEST

START_TEST(program_that_only_traps_is_told_so)
{
    struct outcome outcome;

    assemble(traps, 0x80000000, "elf", NULL);
    outcome = BOOT("elf", "--max-instructions", "200000");
    ck_assert_int_eq(outcome.status, BOOT_BUDGET);
    ck_assert_str_eq(outcome.errors,
                     "ringside: boot: hart 0 traps again and again: instruction access "
                     "fault at 0x0, while mtvec is 0x0\n"
                     "ringside: boot: 200000 instructions are spent\n");
}
END_TEST

START_TEST(nothing_can_happen_is_status_123)
{
    struct outcome outcome;

    assemble(waits, 0x80000000, "elf", NULL);
    outcome = BOOT("elf");
    ck_assert_int_eq(outcome.status, BOOT_NOTHING);
    ck_assert_str_eq(
        outcome.errors,
        "ringside: boot: every hart waits, and nothing can happen any more\n");
}
END_TEST

START_TEST(closed_output_is_status_125)
{
    const char *const arguments[] = {"elf", NULL};
    int ends[2], status;
    pid_t child;

    assemble(prints_and_fails, 0x80000000, "elf", NULL);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    child = fork();
    if (child == 0) {
        char *argv[] = {strdup("boot"), strdup(arguments[0]), NULL};

        dup2(ends[1], STDOUT_FILENO);
        redirect("errors", STDERR_FILENO);
        _exit(command_boot(2, argv));
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), BOOT_BROKEN);
}
END_TEST

START_TEST(reset_starts_the_program_again)
{
    assemble(resets_once, 0x80000000, "elf", NULL);
    ck_assert_int_eq(BOOT("elf").status, 5);
}
END_TEST

/* --- The console ------------------------------------------------------------------- */

START_TEST(input_reaches_the_program)
{
    struct outcome outcome;

    assemble(echoes, 0x80000000, "elf", NULL);
    outcome = BOOT_WITH("one two q three", "elf");
    ck_assert_int_eq(outcome.status, 0);
    ck_assert_str_eq(outcome.output, "one two q");
}
END_TEST

START_TEST(end_of_input_is_no_reason_to_stop)
{
    assemble(echoes, 0x80000000, "elf", NULL);
    ck_assert_int_eq(BOOT_WITH("abc", "elf", "--max-instructions", "3000000").status,
                     BOOT_BUDGET);
}
END_TEST

START_TEST(sleeping_program_is_woken_by_input_that_comes_later)
{
    const char *const arguments[] = {"elf", NULL};
    struct outcome outcome;
    int ends[2];
    pid_t child;

    assemble(echoes_by_interrupt, 0x80000000, "elf", NULL);
    ck_assert_int_eq(pipe(ends), 0);
    child = start_boot(arguments, ends[0]);
    for (const char *key = "abq"; *key; key++) {
        usleep(50000);
        ck_assert_int_eq((int)write(ends[1], key, 1), 1);
    }
    outcome = end_of(child);
    ck_assert_int_eq(outcome.status, 0);
    ck_assert_str_eq(outcome.output, "abq");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(ctrl_a_x_leaves)
{
    struct outcome outcome;

    assemble(loops, 0x80000000, "elf", NULL);
    outcome = BOOT_WITH("ab\001x", "elf");
    ck_assert_int_eq(outcome.status, 0);
    ck_assert_str_eq(outcome.errors, "");
}
END_TEST

START_TEST(ctrl_a_twice_sends_one)
{
    assemble(echoes, 0x80000000, "elf", NULL);
    ck_assert_str_eq(BOOT_WITH("a\001\001b\001zq", "elf").output, "a\001bq");
}
END_TEST

START_TEST(terminal_is_raw_while_it_runs_and_then_as_before)
{
    const char *const arguments[] = {"elf", NULL};
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY), terminal;
    struct termios before, during, after;
    pid_t child;

    if (keyboard < 0) {
        printf("a terminal's settings: skipped, there are no pseudo-terminals here\n");
        return;
    }
    assemble(loops, 0x80000000, "elf", NULL);
    ck_assert(grantpt(keyboard) == 0 && unlockpt(keyboard) == 0);
    terminal = open(ptsname(keyboard), O_RDWR | O_NOCTTY);
    ck_assert_int_eq(tcgetattr(terminal, &before), 0);
    child = start_boot(arguments, terminal);
    do {
        usleep(10000);
        ck_assert_int_eq(tcgetattr(terminal, &during), 0);
    } while (during.c_lflag & (ICANON | ECHO | ISIG));
    ck_assert_uint_ne(during.c_oflag & OPOST, 0);
    ck_assert_int_eq((int)write(keyboard, "\003\001x", 3), 3); /* ctrl-c is a key */
    ck_assert_int_eq(end_of(child).status, 0);
    ck_assert_int_eq(tcgetattr(terminal, &after), 0);
    ck_assert_uint_eq(after.c_lflag, before.c_lflag);
    close(terminal);
    close(keyboard);
}
END_TEST

START_TEST(signal_ends_the_run_even_while_it_sleeps)
{
    const char *const arguments[] = {"elf", NULL};
    char output[TEXT];
    int ends[2];
    pid_t child;

    assemble(prints_and_waits, 0x80000000, "elf", NULL);
    ck_assert_int_eq(pipe(ends), 0);
    put_file("output", "", 0);
    child = start_boot(arguments, ends[0]);
    do {
        usleep(10000);
        slurp("output", output);
    } while (!output[0]);
    kill(child, SIGTERM);
    ck_assert_int_eq(end_of(child).status, 128 + SIGTERM);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* --- Wrong usage ------------------------------------------------------------------- */

static const struct {
    const char *arguments[5]; /* the last is NULL */
    const char *message;
} mistakes[] = {
    {{NULL}, "no program to run: give a FILE, --bios or --kernel"},
    {{"--bios", "none"}, "no program to run: give a FILE, --bios or --kernel"},
    {{"a", "b"}, "one program at a time: 'a' and 'b'"},
    {{"--bios", "a", "b"}, "--bios 'a' and 'b' are both to start first"},
    {{"--boss", "a"}, "unknown option '--boss' (did you mean '--bios'?)"},
    {{"--frobnicate"}, "unknown option '--frobnicate'"},
    {{"-q"}, "unknown option '-q'"},
    {{"--kernel"}, "option '--kernel' needs a value"},
    {{"--memory", "12Q", "raw"},
     "--memory: '12Q' is not a size: a number, then K, M or G"},
    {{"--memory", "99999999999G", "raw"},
     "--memory: '99999999999G' is not a size: a number, then K, M or G"},
    {{"--memory", "5000", "raw"},
     "board 'virt': RAM at 0x80000000: address and size must "
     "be multiples of 4096 bytes"},
    {{"--harts", "9", "raw"}, "board 'virt': 9 harts: a board has 1 to 8"},
    {{"--harts", "many", "raw"}, "--harts: 'many' is not a number"},
    {{"--harts", "-1", "raw"}, "--harts: '-1' is not a number"},
    {{"missing"}, "cannot open 'missing': No such file or directory"},
    {{"raw", "--initrd", "raw"}, "an initrd needs a kernel"},
    {{"raw", "--disk", "missing"}, "cannot open 'missing': No such file or directory"},
    {{"raw", "--disk", "raw"},
     "cannot use 'raw' as a disk: it is shorter than a sector"},
    {{"--kernel", "raw", "--memory", "2M"},
     "cannot load 'raw': 0x80200000 to 0x80200003 is outside RAM (0x80000000 to "
     "0x801fffff)"},
};

START_TEST(mistake_is_explained_and_is_status_2)
{
    struct outcome outcome;
    char expected[TEXT];

    put_file("raw", "\x13\0\0\0", 4);
    snprintf(expected, sizeof(expected), "ringside: boot: %s\n", mistakes[_i].message);
    outcome = boot_with_input("", mistakes[_i].arguments);
    ck_assert_int_eq(outcome.status, STATUS_USAGE);
    ck_assert_str_eq(outcome.errors, expected);
    ck_assert_str_eq(outcome.output, "");
}
END_TEST

START_TEST(help_lists_the_options)
{
    struct outcome outcome = BOOT("--help");

    ck_assert_int_eq(outcome.status, 0);
    ck_assert_ptr_nonnull(
        strstr(outcome.output, "usage: ringside boot [options] [FILE]"));
    ck_assert_ptr_nonnull(
        strstr(outcome.output, "      --max-instructions N  stop with"));
    ck_assert_str_eq(outcome.errors, "");
}
END_TEST

/* --- How a board is started --------------------------------------------------------- */

/* Starts a board with RAM of that size. */
static bool start(uint64_t ram, const struct start *what, uint64_t *tree,
                  struct err *err)
{
    struct board_desc desc = board_virt;
    struct run *run = run_new();
    struct board *board;
    bool ok;

    desc.ram_size = ram;
    board = run_add(run, &desc, err);
    ck_assert_ptr_nonnull(board);
    run_reset(run);
    ok = start_board(board, what, err);
    if (tree)
        bus_peek(&board->bus, 0x1020, tree, 8);
    run_free(run);
    return ok;
}

static const struct {
    uint64_t ram, tree;
} trees[] = {
    {UINT64_C(128) << 20, 0x87e00000},
    {UINT64_C(129) << 20, 0x88000000}, /* within the last megabyte */
    {UINT64_C(2) << 30, 0xbfe00000},   /* below 3 GiB, however much RAM there is */
};

START_TEST(tree_is_where_qemu_puts_it)
{
    const struct start what = {0};
    struct err err = {0};
    uint64_t tree;

    ck_assert_msg(start(trees[_i].ram, &what, &tree, &err), "%s", err.text);
    ck_assert_uint_eq(tree, trees[_i].tree);
}
END_TEST

static struct image raw_image(const char *name, uint64_t at, size_t size)
{
    struct image image;
    char *bytes = calloc(1, size);

    ck_assert_ptr_nonnull(bytes);
    ck_assert(image_init(&image, name, bytes, size, at, NULL));
    free(bytes);
    return image;
}

START_TEST(what_overlaps_is_refused_with_both_names)
{
    struct image firmware = raw_image("fw", 0x80000000, 0x200001);
    struct image kernel = raw_image("kernel", 0x80200000, 0x10);
    struct start what = {.firmware = &firmware, .kernel = &kernel};
    struct err err = {0};

    ck_assert(!start(128 << 20, &what, NULL, &err));
    ck_assert_str_eq(err.text,
                     "kernel (0x80200000 to 0x8020000f) overlaps fw (0x80000000 "
                     "to 0x80200000)");
    image_release(&firmware);
    image_release(&kernel);
}
END_TEST

START_TEST(initrd_must_fit_behind_the_kernel)
{
    struct image kernel = raw_image("kernel", 0x80200000, 0x10);
    struct start what = {.kernel = &kernel, .initrd_size = 16 << 20};
    struct err err = {0};

    what.initrd = calloc(1, what.initrd_size);
    ck_assert_ptr_nonnull(what.initrd);
    ck_assert_msg(start(64 << 20, &what, NULL, &err), "%s", err.text);
    ck_assert(!start(32 << 20, &what, NULL, &err));
    ck_assert_str_eq(err.text, "the initrd of 16777216 bytes does not fit between "
                               "0x81200000 and the end of RAM at 0x82000000");
    free((void *)(uintptr_t)what.initrd);
    image_release(&kernel);
}
END_TEST

START_TEST(ram_too_small_for_the_tree_is_refused)
{
    char text[RAM_PAGE];
    const struct start what = {.bootargs = text};
    struct err err = {0};

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert(!start(RAM_PAGE, &what, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "bytes does not fit into RAM"));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, enter_directory, leave_directory);
    tcase_add_test(tcase, elf_alone_prints_and_passes_its_exit_code_on);
    tcase_add_test(tcase, htif_prints_and_exits);
    tcase_add_loop_test(tcase, exit_code_is_the_status, 0, COUNT(codes));
    tcase_add_test(tcase, raw_file_is_firmware);
    tcase_add_test(tcase, raw_kernel_is_payload);
    tcase_add_test(tcase, program_gets_a_device_tree);
    tcase_add_test(tcase, disk_is_the_file);
    tcase_add_test(tcase, disk_may_be_named);
    tcase_add_test(tcase, board_can_be_a_file);
    tcase_add_test(tcase, mistake_in_board_file_is_explained);
    tcase_add_test(tcase, spent_budget_is_status_124);
    tcase_add_test(tcase, program_that_only_traps_spends_its_budget);
    tcase_add_test(tcase, program_that_only_traps_is_told_so);
    tcase_add_test(tcase, nothing_can_happen_is_status_123);
    tcase_add_test(tcase, closed_output_is_status_125);
    tcase_add_test(tcase, reset_starts_the_program_again);
    tcase_add_test(tcase, input_reaches_the_program);
    tcase_add_test(tcase, end_of_input_is_no_reason_to_stop);
    tcase_add_test(tcase, sleeping_program_is_woken_by_input_that_comes_later);
    tcase_add_test(tcase, ctrl_a_x_leaves);
    tcase_add_test(tcase, ctrl_a_twice_sends_one);
    tcase_add_test(tcase, terminal_is_raw_while_it_runs_and_then_as_before);
    tcase_add_test(tcase, signal_ends_the_run_even_while_it_sleeps);
    tcase_add_loop_test(tcase, mistake_is_explained_and_is_status_2, 0,
                        COUNT(mistakes));
    tcase_add_test(tcase, help_lists_the_options);
    tcase_add_loop_test(tcase, tree_is_where_qemu_puts_it, 0, COUNT(trees));
    tcase_add_test(tcase, what_overlaps_is_refused_with_both_names);
    tcase_add_test(tcase, initrd_must_fit_behind_the_kernel);
    tcase_add_test(tcase, ram_too_small_for_the_tree_is_refused);
}

TEST_MAIN("boot", add_tests)
