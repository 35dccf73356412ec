#include "tests/lib/cli.h"

#include "base/bits.h"
#include "image/image.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS = 16 };

void cli_open(struct cli *cli)
{
    *cli = (struct cli){.folder = "/tmp/cli-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(cli->folder));
}

void cli_close(struct cli *cli)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -r %s", cli->folder);
    ck_assert_int_eq(system(command), 0);
    free(cli->out);
    free(cli->err);
    *cli = (struct cli){.status = 0};
}

const char *cli_path(const struct cli *cli, const char *name)
{
    static char path[4][64];
    static unsigned n;

    n = (n + 1) % COUNT(path);
    snprintf(path[n], sizeof(path[n]), "%s/%s", cli->folder, name);
    return path[n];
}

void cli_write(const struct cli *cli, const char *name, const char *text)
{
    FILE *file = fopen(cli_path(cli, name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

char *cli_read(const struct cli *cli, const char *name)
{
    uint8_t *bytes;
    size_t size;

    ck_assert(image_read_file(cli_path(cli, name), &bytes, &size, NULL));
    return (char *)bytes;
}

static void into(const struct cli *cli, int descriptor, const char *name)
{
    int file = open(cli_path(cli, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    dup2(file, descriptor);
    close(file);
}

void cli_call(struct cli *cli, int (*command)(int argc, char **argv),
              const char *const *arguments)
{
    char *argv[ARGUMENTS + 1] = {0};
    int argc = 0, wait_status;
    pid_t child;

    while (arguments[argc] && argc < ARGUMENTS) {
        argv[argc] = (char *)(uintptr_t)arguments[argc];
        argc++;
    }
    fflush(NULL);
    child = fork();
    if (child == 0) {
        int status;

        into(cli, STDOUT_FILENO, "out");
        into(cli, STDERR_FILENO, "err");
        status = command(argc, argv);
        fflush(NULL);
        _exit(status);
    }
    ck_assert_int_eq(waitpid(child, &wait_status, 0), child);
    ck_assert(WIFEXITED(wait_status));
    free(cli->out);
    free(cli->err);
    cli->status = WEXITSTATUS(wait_status);
    cli->out = cli_read(cli, "out");
    cli->err = cli_read(cli, "err");
}
