#include "face/shell/shell.h"

#include "base/clean.h"
#include "control/command/answer.h"
#include "control/command/command.h"
#include "face/gdb/gdb_rows.h"
#include "face/shell/interrupt.h"
#include "face/shell/shell_rows.h"
#include "face/terminal_style.h"
#include "teach/compare/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- printing ------------------------------------------------------------------------------- */

/* Whatever others wrote (scenarios, guests, symbols) cannot control the terminal. */
static void print(const struct shell *shell, FILE *file, const char *text)
{
    struct buf plain = {0};

    if (!shell->ascii) {
        print_clean(file, text);
        return;
    }
    for (; *text; text++) {
        if (((unsigned char)*text & 0xc0) == 0x80)
            continue; /* the rest of a character */
        buf_char(&plain, (unsigned char)*text < 0x80 ? *text : '?');
    }
    print_clean(file, buf_str(&plain));
    buf_free(&plain);
}

/* A line that comes while a command is at work: in JSON an object of its own, in CSV it
 * must not get between the rows. */
static void print_between(struct shell *shell, const char *key, const char *text)
{
    struct buf line = {0};

    if (shell->form == RENDER_JSON) {
        buf_printf(&line, "{\"%s\":", key);
        render_json_string(&line, text);
        buf_text(&line, "}\n");
    } else if (strcmp(key, "console") == 0) {
        buf_printf(&line, "console: %s\n", text);
    } else {
        buf_printf(&line, "%s\n", text);
    }
    print(shell, shell->form == RENDER_CSV ? stderr : stdout, line.data);
    fflush(stdout);
    buf_free(&line);
}

static void take_line(void *ctx, const char *line)
{
    print_between(ctx, "tells", line);
}

/* --- the console of the machine --------------------------------------------------------------- */

static void end_console_line(struct shell *shell)
{
    if (!shell->console.size)
        return;
    print_between(shell, "console", shell->console.data);
    buf_clear(&shell->console);
}

enum { CONSOLE_WIDEST = 4096 };

static void take_output(void *ctx, uint8_t byte)
{
    struct shell *shell = ctx;

    if (byte == '\r' || byte == '\0')
        return;
    if (byte == '\n' && !shell->console.size)
        print_between(shell, "console", "");
    else if (byte == '\n' || shell->console.size >= CONSOLE_WIDEST)
        end_console_line(shell);
    if (byte != '\n')
        buf_char(&shell->console, (char)byte);
}

/* --- a line ------------------------------------------------------------------------------------ */

static void print_error(const struct shell *shell, const struct err *err)
{
    FILE *file = shell->interactive ? stdout : stderr;
    struct buf text = {0}, line = {0};

    fflush(stdout);
    buf_printf(&text, "Error: %s.", err->text);
    render_sentence(&line, text.data, terminal_width(file));
    if (shell->colour)
        fputs("\033[31m", file);
    print(shell, file, line.data);
    if (shell->colour)
        fputs("\033[0m", file);
    fflush(file);
    buf_free(&text);
    buf_free(&line);
}

static void print_answer(const struct shell *shell, const char *line,
                         const struct reply *reply, const struct err *err)
{
    static const struct err none;
    bool apart = shell->form != RENDER_JSON; /* the error has a line of its own */
    struct buf out = {0};

    render(&out, shell->form, terminal_width(stdout), line, reply, apart ? &none : err);
    print(shell, stdout, buf_str(&out));
    fflush(stdout);
    if (apart && err->text[0])
        print_error(shell, err);
    buf_free(&out);
}

static bool is_silent(const char *line)
{
    line += strspn(line, " \t\r\n");
    return !*line || *line == '#';
}

bool shell_do(struct shell *shell, const char *line)
{
    struct reply reply = {0};
    struct err err = {0};
    bool ok;

    interrupt_clear();
    timeline_set_interrupt(shell->session.time,
                           (struct interrupt){interrupt_came, NULL});
    ok = command_do(&shell->session, line, &reply, &err);
    end_console_line(shell);
    if (!is_silent(line) || reply.parts || !ok)
        print_answer(shell, line, &reply, &err);
    reply_release(&reply);
    shell->failed |= !ok;
    return !shell->session.quit && !(shell->strict && !ok);
}

/* --- the prompt ---------------------------------------------------------------------------------- */

void shell_prompt(struct buf *out, const struct shell *shell)
{
    const struct session *session = &shell->session;
    const char *mode = mode_name(hart_privilege(session_hart(session))); /* "M-mode" */
    char at[MOMENT_TEXT];

    buf_printf(out, "ringside %s ", moment_text(at, timeline_now(session->time), true));
    if (session->run->boards > 1)
        buf_printf(out, "b%u ", session->board);
    buf_printf(out, "h%u %.*s", session->hart, (int)strcspn(mode, "-"), mode);
    if (timeline_in_past(session->time))
        buf_text(out, " past");
    else if (session_board(session)->finished)
        buf_text(out, " ended");
    buf_text(out, "> ");
}

/* --- lines that nobody types --------------------------------------------------------------------- */

/* What cannot be read is a line that fails. */
static bool refuse(struct shell *shell, const char *line, const struct err *err)
{
    struct reply nothing = {0};

    print_answer(shell, line, &nothing, err);
    shell->failed = true;
    return !shell->strict;
}

/* A zero byte would end the line before its end. */
static bool do_read(struct shell *shell, char *line, size_t length)
{
    struct err err = {{0}};
    bool whole = strlen(line) == length;

    line[strcspn(line, "\r\n")] = '\0';
    if (whole)
        return shell_do(shell, line);
    err_set(&err, "the line has a zero byte behind '%s', and is not done", line);
    return refuse(shell, line, &err);
}

void shell_read_input(struct shell *shell)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    struct err err = {{0}};

    while ((length = getline(&line, &room, stdin)) > 0)
        if (!do_read(shell, line, (size_t)length))
            break;
    if (ferror(stdin)) {
        err_set(&err, "standard input: %s", strerror(errno));
        refuse(shell, "", &err);
    }
    free(line);
}

/* --- the shell's own command ------------------------------------------------------------------------ */

static const char shell_key[] = "shell";

/* The choices are in the order of enum render_form. */
static bool run_output(struct call *call, struct err *err)
{
    struct shell *shell = session_extra(call->session, shell_key);

    if (!shell)
        return err_set(err, "answers are not a shell's here");
    if (call->given[0].is_given)
        shell->form = (enum render_form)call->given[0].value;
    reply_say(call->reply, "Answers are printed as %s.", render_names[shell->form]);
    return true;
}

const struct command shell_commands[] = {
    {
        .name = "output",
        .arguments = {{.type = ARG_CHOICE,
                       .name = "text|json|csv",
                       .choices = "text json csv",
                       .optional = true}},
        .summary = "choose how the shell prints answers",
        .help = "As text for reading; as JSON, an object a command; or only tables, as "
                "CSV. The options --json and --csv begin with these.\n"
                "\n"
                "  output json\n"
                "  output text",
        .group = "tool",
        .run = run_output,
    },
    {.name = NULL},
};

/* --- opening and closing --------------------------------------------------------------------------- */

void shell_attach(struct shell *shell)
{
    struct session *session = &shell->session;

    command_answers(session);
    session_add_commands(session, gdb_commands);
    session_add_commands(session, shell_commands);
    session_add_commands(session, compare_commands);
    session_set_extra(session, shell_key, shell, NULL);
    session->say = take_line;
    session->say_ctx = shell;
    timeline_set_output(session->time, take_output, shell);
}

void shell_close(struct shell *shell)
{
    session_close(&shell->session);
    buf_free(&shell->console);
}
