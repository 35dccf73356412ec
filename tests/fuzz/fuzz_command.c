/*
 * Command lines of somebody who means no good: any lines, one after the other, given to a
 * session on a small machine with two harts and a DMA controller; each is completed, done,
 * and its answer rendered in every form. Moves are short, and commands about files and
 * recordings are left out.
 */
#include "control/command/command.h"
#include "control/command/render.h"
#include "control/command/words.h"
#include "control/files.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MACHINE "tests/commands/copy.lua"

enum { MOST_LINES = 24, LONGEST = 400, MOST_ASKED = 64 };

/* The scenario; it is read once. */
static const struct files *machine(void)
{
    static struct files files;
    struct err err = {{0}};
    uint8_t *bytes;
    size_t size;

    if (files.count)
        return &files;
    if (!files_read(&files, MACHINE, &bytes, &size, &err)) {
        fprintf(stderr, "fuzz_command: %s\n", err.text);
        abort();
    }
    free(bytes);
    files.closed = true;
    return &files;
}

/* A move that runs on and on is interrupted, as by ctrl-C. */
static bool is_enough(void *ctx)
{
    unsigned *times = ctx;

    return ++*times > MOST_ASKED;
}

static void quiet(void *ctx, const char *line)
{
    (void)ctx;
    (void)line;
}

static void take_offer(void *ctx, const char *word)
{
    size_t *offers = ctx;

    assert(word[0]);
    ++*offers;
}

/* Does any statement of the line name such a command? */
static bool leaves_out(const struct session *of, const char *line)
{
    bool found = false;

    while (*line && !found) {
        size_t length = statement_length(line);
        struct buf statement = {0};
        struct err ignored;
        const struct command *row;
        const char *rest;

        buf_add(&statement, line, length);
        row = command_find(of, statement.data, &rest, &ignored);
        found = row &&
                (command_is_about_files(row) || strcmp(row->group, "recording") == 0);
        buf_free(&statement);
        line += length + (line[length] == ';');
    }
    return found;
}

static void check_answer(const char *line, const struct reply *reply,
                         const struct err *err)
{
    for (int form = 0; form < RENDER_FORMS; form++) {
        struct buf out = {0};

        /* Screens as wide as the line is long are as good as others. */
        render(&out, (enum render_form)form, strlen(line) % 100, line, reply, err);
        buf_free(&out);
    }
}

/* --- one machine for all inputs ----------------------------------------------------------- */

/* Making a machine takes longer than most inputs: there is one, and each input has a
 * timeline of its own, which brings it back to its beginning. */
static struct session session;
static uint64_t beginning; /* digest of its state */
static unsigned asked;

static void make_machine(void)
{
    struct session_choice choice = {.file = MACHINE, .files = machine()};
    struct err err = {{0}};

    if (!session_open(&session, &choice, &err)) {
        fprintf(stderr, "fuzz_command: %s\n", err.text);
        abort();
    }
    session.say = quiet;
    stops_free(session.stops);
    timeline_free(session.time);
    beginning = run_digest(session.run);
}

/* The timeline before has taken note of all pages; for the next one all are new. */
static void renew_pages(struct run *run)
{
    struct pages *pages[RUN_PAGES];
    unsigned count = run_pages(run, pages);

    for (unsigned i = 0; i < count; i++)
        for (uint64_t page = 0; page < pages[i]->count; page++)
            if (pages_used(pages[i], page))
                pages_touch(pages[i], page);
}

static void begin(void)
{
    struct timeline_settings settings = {.memory = 8 << 20};

    if (!session.run)
        make_machine();
    renew_pages(session.run);
    session.time = timeline_new(session.run, &settings);
    trial_attach(&session.subject.trial, session.time);
    session.stops = stops_new(session.time, &session.scope);
    timeline_set_interrupt(session.time, (struct interrupt){is_enough, &asked});
}

static void end(void)
{
    while (session.extras) {
        struct session_extra *extra = &session.extra[--session.extras];

        if (extra->release && extra->data)
            extra->release(extra->data);
    }
    timeline_set_interrupt(session.time, (struct interrupt){NULL, NULL});
    assert(timeline_branch(session.time) == 0 ||
           timeline_switch(session.time, 0, &(struct err){{0}}));
    assert(timeline_seek(session.time, (struct moment){0}) == ARRIVED);
    assert(run_digest(session.run) == beginning);
    stops_free(session.stops);
    timeline_free(session.time);
    free(session.repeat);
    session.repeat = NULL;
    session.hart = 0;
    session.quit = session.narrate = false;
    session.last = (struct last_move){0};
}

static void do_line(const char *line)
{
    struct reply reply = {0};
    struct err err = {{0}};
    size_t offers = 0;
    bool ok;

    assert(command_complete(&session, line, take_offer, &offers) <= strlen(line));
    if (leaves_out(&session, line))
        return;
    asked = 0;
    ok = command_do(&session, line, &reply, &err);
    assert(ok == !err.text[0]);
    assert(session.depth == 0);
    check_answer(line, &reply, &err);
    reply_release(&reply);
}

static void do_lines(const char *text)
{
    for (unsigned i = 0; i < MOST_LINES && *text && !session.quit; i++) {
        size_t length = strcspn(text, "\n");
        struct buf line = {0};

        buf_add(&line, text, length < LONGEST ? length : LONGEST);
        do_line(line.data);
        buf_free(&line);
        text += length + (text[length] == '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = {0};

    begin();
    buf_add(&text, data, size);
    do_lines(buf_str(&text));
    buf_free(&text);
    end();
    return 0;
}
