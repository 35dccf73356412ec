#include "face/boot_command.h"

#include "control/board_lua.h"
#include "face/console.h"
#include "face/options.h"
#include "image/start.h"
#include "machine/board/run.h"
#include "observe/commit.h"
#include "observe/metrics.h"
#include "observe/narrate.h"
#include "observe/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * Characters from outside enter between slices of the run, so that they come at a time
 * that the machine's clock can tell. While some wait for the UART to have room, slices
 * are short.
 */
enum { SLICE = 1000000, SLICE_WITH_INPUT = 20000 /* cycles */ };

#define NOT_GIVEN UINT64_MAX

struct boot {
    /* What was asked for. */
    const char *board_file, *bios, *kernel, *initrd, *append, *disk, *commit, *events;
    uint64_t memory, harts; /* NOT_GIVEN: as the board has them */
    uint64_t most;
    bool stats, no_hypervisor;

    struct run *run;
    struct board *board;
    struct device *input; /* who takes characters; NULL: nobody */
    struct image bios_image, kernel_image;
    uint8_t *initrd_bytes;
    struct device *disk_device;
    uint8_t *disk_bytes; /* the file itself, mapped: it is never written */
    size_t disk_size;
    struct start start;
    struct console console;
    bool told;                /* that a program only traps */
    struct tally tally;       /* --events count */
    struct recorder recorder; /* --events FILE */
};

/* --- What is to be run --------------------------------------------------------- */

/* The program that starts: --bios, or the operand, which is the same. */
static bool choose_program(struct boot *boot, int operands, char **operand,
                           struct err *err)
{
    if (boot->bios && strcmp(boot->bios, "none") == 0)
        boot->bios = NULL;
    if (operands > 1)
        return err_set(err, "one program at a time: '%s' and '%s'", operand[0],
                       operand[1]);
    if (operands && boot->bios)
        return err_set(err, "--bios '%s' and '%s' are both to start first", boot->bios,
                       operand[0]);
    if (operands)
        boot->bios = operand[0];
    if (!boot->bios && !boot->kernel)
        return err_set(err, "no program to run: give a FILE, --bios or --kernel");
    if (boot->initrd && !boot->kernel)
        return err_set(err, "an initrd needs a kernel");
    return true;
}

static bool make_board(struct boot *boot, struct err *err)
{
    struct board_desc desc = board_virt;

    if (boot->board_file && !board_from_lua(boot->board_file, &desc, err))
        return false;
    if (boot->memory != NOT_GIVEN)
        desc.ram_size = boot->memory;
    if (boot->harts != NOT_GIVEN)
        desc.harts = boot->harts > UINT32_MAX ? UINT32_MAX : (unsigned)boot->harts;
    if (boot->no_hypervisor) {
        desc.hypervisor = false;
        desc.guest_interrupts = 0;
    }
    boot->run = run_new();
    boot->board = run_add(boot->run, &desc, err);
    if (!boot->board)
        return boot->board_file && err_prefix(err, "%s", boot->board_file);
    for (unsigned i = 0; i < boot->board->devices && !boot->input; i++)
        if (boot->board->device[i]->type->input)
            boot->input = boot->board->device[i];
    return true;
}

static bool read_files(struct boot *boot, struct err *err)
{
    uint64_t ram = boot->board->bus.ram.base;

    if (boot->bios) {
        if (!image_open(&boot->bios_image, boot->bios, ram + START_FIRMWARE, err))
            return false;
        boot->start.firmware = &boot->bios_image;
    }
    if (boot->kernel) {
        if (!image_open(&boot->kernel_image, boot->kernel, ram + START_KERNEL, err))
            return false;
        boot->start.kernel = &boot->kernel_image;
    }
    if (boot->initrd) {
        if (!image_read_file(boot->initrd, &boot->initrd_bytes,
                             &boot->start.initrd_size, err))
            return false;
        boot->start.initrd = boot->initrd_bytes;
    }
    boot->start.bootargs = boot->append;
    return true;
}

/* The board's disk of that name (`length` characters); NULL: it has none. */
static struct device *disk_named(const struct board *board, const char *name,
                                 size_t length)
{
    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type->medium &&
            strlen(board->device[i]->name) == length &&
            memcmp(board->device[i]->name, name, length) == 0)
            return board->device[i];
    return NULL;
}

static struct device *first_disk(const struct board *board)
{
    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type->medium)
            return board->device[i];
    return NULL;
}

/* --disk NAME=FILE names one of the board's disks; any other text is a file for the first
 * one, even if it has a '='. */
static const char *choose_disk(struct boot *boot)
{
    size_t length = boot->disk ? strcspn(boot->disk, "=") : 0;
    const char *file = boot->disk;

    if (file && file[length])
        boot->disk_device = disk_named(boot->board, file, length);
    if (boot->disk_device)
        return file + length + 1;
    boot->disk_device = first_disk(boot->board);
    return file;
}

/* Maps a disk image, so that only what is read of it takes memory. */
static bool map_disk(struct boot *boot, const char *path, struct err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    void *bytes;

    if (file < 0 || fstat(file, &stat) != 0) {
        err_set(err, "cannot open '%s': %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return false;
    }
    if (S_ISDIR(stat.st_mode)) {
        close(file);
        return err_set(err, "cannot use '%s' as a disk: it is a directory", path);
    }
    if (stat.st_size < SECTOR) {
        close(file);
        return err_set(err, "cannot use '%s' as a disk: it is shorter than a sector",
                       path);
    }
    bytes = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return err_set(err, "cannot map '%s': %s", path, strerror(errno));
    boot->disk_bytes = bytes;
    boot->disk_size = (size_t)stat.st_size;
    return true;
}

static bool insert_disk(struct boot *boot, struct err *err)
{
    const char *path = choose_disk(boot);

    if (boot->commit && !boot->disk_device)
        return err_set(err, "--commit '%s': the board has no disk", boot->commit);
    if (!boot->disk)
        return true;
    if (!boot->disk_device)
        return err_set(err, "--disk '%s': the board has no disk", boot->disk);
    if (!map_disk(boot, path, err))
        return false;
    device_insert(boot->disk_device, boot->disk_bytes, boot->disk_size);
    return true;
}

static bool set_up(struct boot *boot, struct err *err)
{
    if (!make_board(boot, err) || !read_files(boot, err) || !insert_disk(boot, err))
        return false;
    run_reset(boot->run);
    return start_board(boot->board, &boot->start, err);
}

static void release(struct boot *boot)
{
    image_release(&boot->bios_image);
    image_release(&boot->kernel_image);
    free(boot->initrd_bytes);
    run_free(boot->run);
    if (boot->disk_bytes)
        munmap(boot->disk_bytes, boot->disk_size);
}

/* --- Running -------------------------------------------------------------------- */

static void print_byte(void *ctx, uint8_t byte)
{
    struct boot *boot = ctx;

    console_put(&boot->console, byte);
}

/* Gives the machine what it takes of the characters that have been read. */
static void give_input(struct boot *boot)
{
    struct console *console = &boot->console;

    if (!boot->input) {
        console->first = console->count;
        return;
    }
    console->first += boot->input->type->input(
        boot->input, console->input + console->first, console->count - console->first);
}

/* A process can pass on 8 bits; a failure must not become a success by that. */
static int exit_status(uint32_t code)
{
    if (code && !(code & 0xff))
        return STATUS_FAILED;
    return (int)(code & 0xff);
}

/*
 * A program whose traps only lead to traps retires nothing; twice as many attempts as
 * instructions are more than any other program makes, since every exception is followed
 * by an instruction of its handler.
 */
static struct run_limit next_limit(const struct boot *boot)
{
    const struct console *console = &boot->console;
    uint64_t slice = console->count > console->first ? SLICE_WITH_INPUT : SLICE;
    uint64_t most = boot->most;

    return (struct run_limit){
        .retired = most,
        .attempts = most > UINT64_MAX / 2 ? UINT64_MAX : 2 * most,
        .cycle = run_cycle(boot->run) + slice,
        .fired = UINT64_MAX,
    };
}

static bool budget_spent(const struct boot *boot, const struct run_limit *limit)
{
    return boot->run->events.retired >= limit->retired ||
           (limit->attempts != UINT64_MAX &&
            run_attempts(boot->run) >= limit->attempts);
}

/* All harts wait, and nothing is due. Outside input can still happen, if anybody takes
 * it. */
static bool wait_for_input(struct boot *boot)
{
    struct console *console = &boot->console;

    if (console->ended || !boot->input || console->count > console->first)
        return false;
    console_read(console, true);
    return true;
}

/* A reset by software: RAM keeps what the program files do not overwrite. */
static bool restart(struct boot *boot, struct err *err)
{
    board_reset(boot->board);
    return start_board(boot->board, &boot->start, err);
}

/* The program has said that it is done. Gives the status, or -1 to go on. */
static int finished(struct boot *boot, struct err *err)
{
    if (!boot->board->restart)
        return exit_status(boot->board->exit_code);
    return restart(boot, err) ? -1 : BOOT_BROKEN;
}

static void tell_traps(const struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    bool machine = hart->mode == MODE_M;
    struct buf cause = {0};

    put_cause(&cause, machine ? csr->mcause : csr->scause);
    fprintf(stderr,
            "ringside: boot: hart %u traps again and again: %s at 0x%" PRIx64
            ", while %ctvec is 0x%" PRIx64 "\n",
            hart->id, buf_str(&cause), machine ? csr->mepc : csr->sepc,
            machine ? 'm' : 's', machine ? csr->mtvec : csr->stvec);
    buf_free(&cause);
}

/*
 * A program that has made no trap handler, or has lost it, goes on for ever: its first
 * exception leads to nothing but exceptions. Whoever runs it is told so, once.
 */
static void watch_traps(struct boot *boot, uint64_t retired, uint64_t attempts)
{
    const struct board *board = boot->board;

    if (boot->told || boot->run->events.retired != retired ||
        run_attempts(boot->run) == attempts)
        return;
    boot->told = true;
    for (unsigned i = 0; i < board->desc.harts; i++)
        if (!board->hart[i].asleep)
            tell_traps(&board->hart[i]);
}

/* One slice: its status, or -1 to go on. */
static int run_slice(struct boot *boot, struct err *err)
{
    struct run_limit limit = next_limit(boot);
    uint64_t retired = boot->run->events.retired, attempts = run_attempts(boot->run);
    enum run_stop stop = run_go(boot->run, limit);

    watch_traps(boot, retired, attempts);
    if (!console_flush(&boot->console, err))
        return BOOT_BROKEN;
    if (stop == RUN_FINISHED)
        return finished(boot, err);
    if (budget_spent(boot, &limit))
        return BOOT_BUDGET;
    if (console_signal())
        return 128 + console_signal();
    if (stop == RUN_NOTHING && !wait_for_input(boot))
        return BOOT_NOTHING;
    console_read(&boot->console, false);
    give_input(boot);
    return boot->console.left ? STATUS_OK : -1;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_stats(const struct boot *boot, double wall)
{
    double millions = (double)boot->run->events.retired / 1e6;

    fprintf(stderr, "ringside: instructions: %" PRIu64 "\n", boot->run->events.retired);
    fprintf(stderr, "ringside: cycles: %" PRIu64 "\n", run_cycle(boot->run));
    fprintf(stderr, "ringside: wall time: %.3f s\n", wall);
    fprintf(stderr, "ringside: speed: %.1f million instructions a second\n",
            wall > 0 ? millions / wall : 0.0);
}

static bool counts_events(const struct boot *boot)
{
    return strcmp(boot->events, "count") == 0;
}

/* Whoever listens hears instructions, too: the run takes the exact loop. */
static bool listen(struct boot *boot, struct err *err)
{
    struct event_sink sink = {EVENT_ALL, tally_take, &boot->tally};

    if (!boot->events)
        return true;
    if (!counts_events(boot)) {
        if (!recorder_open(&boot->recorder, boot->events, record_form(boot->events),
                           err))
            return false;
        sink = (struct event_sink){EVENT_ALL, recorder_take, &boot->recorder};
    }
    event_listen(&boot->run->events, sink);
    return true;
}

static void finish_listening(struct boot *boot, struct err *err)
{
    if (boot->events && !counts_events(boot))
        recorder_close(&boot->recorder, err);
    for (int i = 0; i < EVENT_KINDS; i++)
        if (boot->tally.events[i])
            fprintf(stderr, "ringside: events: %s %" PRIu64 "\n", event_infos[i].name,
                    boot->tally.events[i]);
}

static int broken(struct err *err)
{
    err_prefix(err, "boot");
    return report_error(BOOT_BROKEN, err);
}

static int run_program(struct boot *boot)
{
    struct err err = {0};
    int status = -1;
    double began = seconds();

    if (!console_open(&boot->console, &err)) {
        finish_listening(boot, NULL);
        return broken(&err);
    }
    boot->board->output = print_byte;
    boot->board->output_ctx = boot;
    while (status < 0)
        status = run_slice(boot, &err);
    console_close(&boot->console);
    finish_listening(boot, &err);
    if (!err.text[0] && boot->commit)
        commit_disk(device_medium(boot->disk_device), boot->commit, &err);
    if (err.text[0])
        status = broken(&err);
    if (status == BOOT_NOTHING)
        fputs("ringside: boot: every hart waits, and nothing can happen any more\n",
              stderr);
    if (status == BOOT_BUDGET)
        fprintf(stderr, "ringside: boot: %" PRIu64 " instructions are spent\n",
                boot->most);
    if (boot->stats)
        print_stats(boot, seconds() - began);
    return status;
}

/* --- The command ---------------------------------------------------------------- */

int command_boot(int argc, char **argv)
{
    struct boot boot = {.memory = NOT_GIVEN, .harts = NOT_GIVEN, .most = UINT64_MAX};
    const struct option_row rows[] = {
        {0, "board", OPTION_TEXT, &boot.board_file, "FILE",
         "a board of your own, as a Lua table"},
        {0, "bios", OPTION_TEXT, &boot.bios, "FILE",
         "firmware: ELF, or raw at 0x80000000; or 'none'"},
        {0, "kernel", OPTION_TEXT, &boot.kernel, "FILE",
         "payload: ELF, or raw at 0x80200000"},
        {0, "initrd", OPTION_TEXT, &boot.initrd, "FILE", "initial RAM disk"},
        {0, "append", OPTION_TEXT, &boot.append, "TEXT", "the kernel's command line"},
        {0, "memory", OPTION_SIZE, &boot.memory, "SIZE", "RAM (default 128M)"},
        {0, "harts", OPTION_NUMBER, &boot.harts, "N", "harts, 1 to 8 (default 1)"},
        {0, "no-hypervisor", OPTION_FLAG, &boot.no_hypervisor, NULL,
         "harts without the hypervisor extension"},
        {0, "disk", OPTION_TEXT, &boot.disk, "[NAME=]FILE",
         "image of a disk (else: the first one)"},
        {0, "commit", OPTION_TEXT, &boot.commit, "FILE",
         "write the disk with its changes to FILE at the end"},
        {0, "max-instructions", OPTION_NUMBER, &boot.most, "N",
         "stop with status 124 when so many are executed"},
        {0, "events", OPTION_TEXT, &boot.events, "FILE",
         "record all events, as run does; or 'count' them"},
        {0, "stats", OPTION_FLAG, &boot.stats, NULL,
         "tell instructions, cycles, time on standard error"},
        {0},
    };
    const struct usage usage = {
        .name = "boot",
        .operands = "[FILE]",
        .summary =
            "Runs a program on the board, without a scenario. Standard input and "
            "output are\nits console; ctrl-a x leaves. FILE, an ELF file or raw "
            "bytes, is what starts, as\nafter --bios.",
        .rows = rows,
        .notes =
            "The status is the program's exit code (by the test finisher or HTIF), "
            "or\n  123 nothing can happen any more    124 instructions spent    125 "
            "own failure",
    };
    struct err err = {0};
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (choose_program(&boot, argc, argv, &err) && set_up(&boot, &err) &&
        listen(&boot, &err)) {
        status = run_program(&boot);
    } else {
        err_prefix(&err, "boot");
        status = report_error(STATUS_USAGE, &err);
    }
    release(&boot);
    return status;
}
