#include "tests/lib/talk.h"

#include "control/command/render.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const talk_hello = "_start: la a0, text\n"
                               "        li a1, 0x10000000\n"
                               "next:   lbu a2, 0(a0)\n"
                               "        beqz a2, done\n"
                               "        sb a2, 0(a1)\n"
                               "        addi a0, a0, 1\n"
                               "        j next\n"
                               "done:   li a3, 0x100000\n"
                               "        li a4, 0x5555\n"
                               "        sw a4, 0(a3)\n"
                               "        j .\n"
                               "        .data\n"
                               "text:   .string \"hello\\n\"\n";

const char *const talk_loop = "_start: li a0, 0\n"
                              "loop:   addi a0, a0, 1\n"
                              "        j loop\n";

const char *talk_file(struct talk *talk, const char *name, const char *text)
{
    static char path[4][96];
    static unsigned n;
    FILE *file;

    n = (n + 1) % 4;
    snprintf(path[n], sizeof(path[n]), "%s/%s", talk->folder, name);
    if (!text)
        return path[n];
    file = fopen(path[n], "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path[n];
}

static void take_said(void *ctx, const char *line)
{
    struct talk *talk = ctx;

    buf_printf(&talk->said, "%s\n", line);
}

void talk_open(struct talk *talk, const char *assembly, const char *more)
{
    talk_open_setup(talk, assembly, more, "");
}

void talk_open_setup(struct talk *talk, const char *assembly, const char *more,
                     const char *setup)
{
    struct buf text = {0}, diagnostics = {0};
    struct session_choice choice = {.diagnostics = &diagnostics};
    struct err err = {{0}};

    *talk = (struct talk){.folder = "/tmp/talk-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(talk->folder));
    buf_printf(&text,
               "scenario { name = \"talk\", title = \"Talking\",\n"
               "variants = { { name = \"only\", title = \"the only one\" } }, %s\n"
               "setup = function() return { %s programs = { asm [[\n%s]] } } end }\n",
               more, setup, assembly);
    choice.file = talk_file(talk, "talk.lua", text.data);
    if (!session_open(&talk->session, &choice, &err))
        ck_abort_msg("%s\n%s", err.text, buf_str(&diagnostics));
    talk->session.say = take_said;
    talk->session.say_ctx = talk;
    buf_free(&text);
    buf_free(&diagnostics);
}

void talk_close(struct talk *talk)
{
    char command[64];

    session_close(&talk->session);
    snprintf(command, sizeof(command), "rm -r %s", talk->folder);
    ck_assert_int_eq(system(command), 0);
    buf_free(&talk->answer);
    buf_free(&talk->said);
}

const char *talk_do(struct talk *talk, const char *line)
{
    struct reply reply = {0};
    struct err err = {{0}};

    buf_clear(&talk->answer);
    buf_clear(&talk->said);
    if (command_do(&talk->session, line, &reply, &err))
        ck_assert_str_eq(err.text, "");
    else
        ck_assert_str_ne(err.text, "");
    render(&talk->answer, RENDER_TEXT, 0, line, &reply, &err);
    reply_release(&reply);
    return buf_str(&talk->answer);
}
