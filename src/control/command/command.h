#ifndef CONTROL_COMMAND_COMMAND_H
#define CONTROL_COMMAND_COMMAND_H

#include "base/err.h"
#include "base/reply.h"
#include "control/session.h"

/*
 * The command language. A command is a row: its names, its arguments with their types,
 * its help with examples, and the function that does it. Each layer exports an array of
 * rows; whoever opens a session joins them (session_add_commands). The shell, the prompt
 * of the screen, `monitor` of GDB, Lua and graders all give a line to command_do.
 */
enum argument_type {
    ARG_NONE,       /* ends the list */
    ARG_COUNT,      /* a number of times: an expression */
    ARG_VALUE,      /* an expression: its value is taken now */
    ARG_ADDRESS,    /* the same, a virtual address; completes symbols first */
    ARG_EXPR,       /* an expression that is kept (conditions): all of the line */
    ARG_WORD,       /* a name without blanks */
    ARG_TEXT,       /* the rest of the line */
    ARG_FILE,       /* a path; quotes allowed */
    ARG_MOMENT,     /* CYCLE, #INSTRUCTION[.EVENT], or a mark */
    ARG_EVENT_KIND, /* "dma-error" or "dma_error" */
    ARG_DEVICE,
    ARG_REGISTER,
    ARG_CSR,
    ARG_HART,
    ARG_SYMBOL,
    ARG_COMMAND,
    ARG_BRANCH,
    ARG_MARK,
    ARG_BREAKPOINT,
    ARG_CHOICE,  /* one of the words in `choices` ("on off") */
    ARG_LOCATION /* main, main+8, *ADDRESS, FILE:LINE, LINE: a word; completes symbols */
};

/* Calls `offer` with each word that an argument of one command's own kind may be. */
typedef void words_offered(const struct session *session,
                           void (*offer)(void *ctx, const char *word), void *ctx);

struct argument {
    enum argument_type type;
    const char *name; /* in usage lines: "N", "ADDRESS" */
    bool optional;
    const char *choices; /* CHOICE: blank-separated */
    bool repeats;        /* one or more of it: the last argument */
    const char *after;   /* a keyword that must stand before it ("if"), or NULL */
    enum argument_type completes; /* TEXT, WORD: completed as this type; NONE: not */
    words_offered *words;         /* or by these, whatever its type */
};

/* An argument as it was given. */
struct given {
    bool is_given;
    uint64_t value;       /* COUNT, VALUE, ADDRESS, HART, DEVICE (index), CSR (number),
                           BREAKPOINT, EVENT_KIND (enum), BRANCH, MARK, CHOICE: its index */
    const char *text;     /* as it was typed, without quotes */
    struct moment moment; /* MOMENT */
    bool is_cycle;        /* MOMENT: `value` is a cycle; else `moment` */
    struct expr *expr;    /* EXPR, VALUE, ADDRESS, REGISTER; freed after the command
                             unless taken (set to NULL) */
    char *kept;           /* what `text` points to; freed after the command */
};

enum { COMMAND_ARGUMENTS = 8 };

/* One call of a command. */
struct call {
    struct session *session;
    const struct command *command;
    const char *line;    /* all of it, as typed */
    char format[16];     /* what came after "/" : "8xb" of x/8xb */
    unsigned count;      /* so many of `given`, up to the last that was given */
    struct given *given; /* at least one for each of the row's arguments,
                                               given or not; repeats follow */
    struct reply *reply;
};

struct command {
    const char *name;    /* "info dma" is a name, too */
    const char *aliases; /* blank-separated, or NULL; none is ambiguous */
    const char
        *shortcuts; /* names of several words that it has, too: "info b, info wat";
                              they go before others that begin so */
    struct argument arguments[COMMAND_ARGUMENTS]; /* ends with ARG_NONE */
    const char *summary;                          /* one line, no full stop */
    const char *help;  /* paragraphs, with examples on lines that begin with blanks */
    const char *group; /* "moving", "breakpoints", "time", "questions", "machine",
                             "data", "branches", "recording", "tool" */
    bool heads;        /* the first word of others: a command when it stands alone */
    bool takes_format; /* x/8xb */
    bool repeats;      /* an empty line does it again */
    bool changes;      /* it changes the machine: a journal entry, and may cut */
    bool moves;        /* it goes through the run, or changes its marks or branches */
    bool listens;      /* it lets others in, by a socket */
    bool (*run)(struct call *call, struct err *err);
};

/* The rows of this layer: a NULL-ended list of arrays (rows.c). */
extern const struct command *const command_rows[];

/* The groups in the order in which help lists them; ends with a NULL name. */
extern const struct command_group {
    const char *name, *title; /* "moving", "Moving through the run" */
} command_groups[];

/* Does one line ("info dma; stepi 3" is two: `;` outside quotes separates). What it says
 * goes to `reply`, also when it fails. An empty line repeats; one that begins with `#` is a
 * comment. */
bool command_do(struct session *session, const char *line, struct reply *reply,
                struct err *err);

/* Does a line as an empty one that follows it does: x and list go on. */
bool command_again(struct session *session, const char *line, struct reply *reply,
                   struct err *err);

/* Fills in what is given from `text`, which stands behind the command's name. Whatever the
 * result, command_release_arguments releases it. */
bool command_arguments(struct call *call, const char *text, struct err *err);
void command_release_arguments(struct call *call);

/* The row that a line begins with, by name, alias or unambiguous prefix; *rest is behind
 * the name. NULL: says what is near, or what it could be. */
const struct command *command_find(const struct session *session, const char *line,
                                   const char **rest, struct err *err);

/* Says that no command is called as `line` begins, and which one may be meant. */
void command_unknown(const struct session *session, const char *line, struct err *err);

/* Of `why irq 23`, which is no moment: says that `why not irq 23` is a command. `text` is
 * what is no argument. */
void command_longer(const struct call *call, const char *text, struct err *err);

/* All ways to go on at the end of `line`: calls `offer` with whole words, and gives where
 * in `line` the word begins that they replace. */
size_t command_complete(struct session *session, const char *line,
                        void (*offer)(void *ctx, const char *word), void *ctx);

/* All rows in order of group and name. */
enum { COMMAND_ROWS = 512 };
struct command_list {
    unsigned count;
    const struct command *row[COMMAND_ROWS];
};
void command_list(const struct session *session, struct command_list *list);

/* Calls `look` with each row, in no particular order. */
void command_each(const struct session *session,
                  void (*look)(void *ctx, const struct command *command), void *ctx);

/* Does it read, write or make files, or sockets? Scenarios give no such command. */
bool command_is_about_files(const struct command *row);

/* "ib, info b": what it is called besides, with commas between. */
void command_also(struct buf *out, const struct command *command);

/* "stepi [N]". */
void command_usage(struct buf *out, const struct command *command);

#endif
