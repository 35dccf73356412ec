/* Ringside: one program, whose first argument says what it does. */
#include "base/bits.h"
#include "base/nearest.h"
#include "base/version.h"
#include "face/asm_command.h"
#include "face/boot_command.h"
#include "face/compare_command.h"
#include "face/docs_command.h"
#include "face/events_command.h"
#include "face/gdb/gdb_command.h"
#include "face/options.h"
#include "face/run_command.h"
#include "face/shell/open_command.h"
#include "face/shell/shell_command.h"
#include "face/tui/race_command.h"
#include "face/tui/tui_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* gives the exit status */
    const char *help;
} commands[] = {
    {"run", command_run, "run a scenario: its variants, checks and metrics"},
    {"compare", command_compare, "compare a scenario's variants in one table"},
    {"watch", command_watch, "watch a scenario on the screen, step by step"},
    {"race", command_race, "watch variants of a scenario side by side, cycle by cycle"},
    {"shell", command_shell, "look at a machine by commands, back and forth in time"},
    {"open", command_open, "open a recording, with the shell on it"},
    {"resume", command_resume, "go on with a run that was left"},
    {"gdbserver", command_gdbserver, "serve a scenario or program to GDB"},
    {"boot", command_boot, "run any program, with this terminal as its console"},
    {"events", command_events, "read a recording of events"},
    {"asm", command_asm, "assemble a file to an ELF program"},
    {"disasm", command_disasm, "disassemble a program"},
    {"docs", command_docs, "print the reference tables of the manual"},
};

static void usage(FILE *out)
{
    fputs("usage: ringside COMMAND [options] ...\n"
          "       ringside COMMAND --help\n"
          "       ringside help [COMMAND]\n"
          "       ringside --help | --version\n\n"
          "A RISC-V machine you can watch.\n\ncommands:\n",
          out);
    for (unsigned i = 0; i < COUNT(commands); i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
}

static int unknown(const char *name)
{
    struct nearest nearest = {.wanted = name};
    struct err err = {0};
    char hint[128];

    for (unsigned i = 0; i < COUNT(commands); i++)
        nearest_offer(&nearest, commands[i].name);
    if (strrchr(name, '.') && access(name, R_OK) == 0) {
        err_set(&err, "'%s' is no command: `ringside watch %s` shows it", name, name);
        return report_error(STATUS_USAGE, &err);
    }
    nearest_offer(&nearest, "help");
    nearest_offer(&nearest, "--help");
    nearest_offer(&nearest, "--version");
    err_set(&err, "unknown %s '%s'%s", name[0] == '-' ? "option" : "command", name,
            nearest_hint(&nearest, hint, sizeof(hint)));
    return report_error(STATUS_USAGE, &err);
}

/* What was printed last may not have reached its file yet. */
static int finish(int status)
{
    struct err err = {0};

    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    err_set(&err, "cannot write to standard output");
    return status ? status : report_error(STATUS_FAILED, &err);
}

static int run_command(int argc, char **argv)
{
    for (unsigned i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(argc, argv);
    return unknown(argv[0]);
}

/* `ringside help`, and `ringside help boot` for `ringside boot --help`. */
static int help(int argc, char **argv)
{
    char option[] = "--help", *arguments[] = {NULL, option, NULL};

    if (argc == 1 || strcmp(argv[1], argv[0]) == 0) {
        usage(stdout);
        return STATUS_OK;
    }
    arguments[0] = argv[1];
    return run_command(2, arguments);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "help") == 0)
        return finish(help(argc - 1, argv + 1));
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return finish(help(1, argv));
    if (strcmp(argv[1], "--version") == 0) {
        puts("ringside " RINGSIDE_VERSION);
        return finish(STATUS_OK);
    }
    return finish(run_command(argc - 1, argv + 1));
}
