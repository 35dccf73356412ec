#ifndef TESTS_LIB_CLI_H
#define TESTS_LIB_CLI_H

/*
 * A subcommand of the program as its users meet it: arguments go in; standard output,
 * standard error and a status come out. Its files are in a folder of its own.
 */
struct cli {
    char folder[32];
    char *out, *err; /* of the last call */
    int status;
};

void cli_open(struct cli *cli);
void cli_close(struct cli *cli);

/* The path of a file in the folder; good for a few calls. */
const char *cli_path(const struct cli *cli, const char *name);
void cli_write(const struct cli *cli, const char *name, const char *text);

/* The bytes of a file in the folder, and a zero; the caller frees them. */
char *cli_read(const struct cli *cli, const char *name);

/* In a process of its own, so that its standard streams can be files; `arguments` begin
 * with the command's name and end with NULL. */
void cli_call(struct cli *cli, int (*command)(int argc, char **argv),
              const char *const *arguments);

#endif
