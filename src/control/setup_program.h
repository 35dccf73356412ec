#ifndef CONTROL_SETUP_PROGRAM_H
#define CONTROL_SETUP_PROGRAM_H

#include "control/lua_read.h"
#include "control/program.h"
#include "control/setup.h"

/* A description that is being read; in protected calls. */
struct making {
    struct setup *setup;
    const struct scenario *scenario;
    struct assembly assembly; /* here, so that it is released after an error, too */
};

/* The path of a file that the scenario names, for the caller to free. */
char *setup_file_path(const struct making *making, const struct reading *from,
                      const char *name);

/* Reads `programs` into the setup's image. */
void setup_read_programs(struct making *making, const struct reading *from);

/* Reads the source lines of ELF programs too, which only views want; once. */
void setup_read_lines(struct setup *setup, struct files *files);

#endif
