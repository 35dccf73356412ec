#include "control/command/answer.h"

#include "base/alloc.h"
#include "control/command/command.h"
#include "control/lua_bounds.h"

#include <stdlib.h>
#include <string.h>

/* Bytes for the snapshots of a run that checks look back at. */
#define ANSWER_MEMORY (UINT64_C(32) << 20)

struct answering {
    struct session session;
    bool borrowed;
};

/* --- settings ----------------------------------------------------------------------------- */

/* The parameters that were set, as they can be set again. */
struct settings {
    size_t count;
    char *text[SCENARIO_PARAMETERS];
};

static void settings_of(struct settings *settings, const struct scenario *scenario)
{
    settings->count = 0;
    for (unsigned i = 0; i < scenario->parameters; i++) {
        struct buf text = {0};

        if (!scenario->parameter[i].given)
            continue;
        parameter_put(&text, &scenario->parameter[i]);
        settings->text[settings->count++] = text.data;
    }
}

/* --- opening ------------------------------------------------------------------------------ */

void command_answers(struct session *session)
{
    if (session->subject.scenario)
        session->subject.scenario->answerer = &command_answerer;
}

static void say_nothing(void *ctx, const char *line)
{
    (void)ctx;
    (void)line;
}

/* To where the run has ended, as trial_go does. What its callbacks print has been
 * printed. */
static bool go_to_end(struct session *session, struct err *err)
{
    struct run_limit limit = RUN_NO_LIMIT;

    command_answers(session);
    session->subject.scenario->sandbox->print = say_nothing;
    limit.cycle = session->subject.cycles;
    timeline_go(session->time, limit, NULL);
    return !trial_error(&session->subject.trial) ||
           err_set(err, "%s", trial_error(&session->subject.trial));
}

static void *open_again(const struct scenario *scenario, unsigned variant,
                        struct err *err)
{
    struct answering *answering = alloc_zero(1, sizeof(*answering));
    struct settings settings;
    bool ok;

    settings_of(&settings, scenario);
    ok = session_open(&answering->session,
                      &(struct session_choice){
                          .file = scenario->path,
                          .variant = scenario->variant[variant].name,
                          .settings = (const char *const *)settings.text,
                          .setting_count = settings.count,
                          .memory = ANSWER_MEMORY,
                      },
                      err) &&
         go_to_end(&answering->session, err);
    for (size_t i = 0; i < settings.count; i++)
        free(settings.text[i]);
    answering->session.confined = true;
    if (ok)
        return answering;
    session_close(&answering->session);
    free(answering);
    return NULL;
}

static void *borrow(struct trial *trial, struct timeline *timeline)
{
    struct answering *answering = alloc_zero(1, sizeof(*answering));

    answering->borrowed = true;
    session_borrow(&answering->session, trial, timeline);
    answering->session.confined = true;
    return answering;
}

static void close_it(void *session)
{
    struct answering *answering = session;

    if (answering->borrowed)
        session_return(&answering->session);
    else
        session_close(&answering->session);
    free(answering);
}

/* --- answering ---------------------------------------------------------------------------- */

/* Groups of commands that leave the viewer where it is and the machine as it is. */
static bool only_looks(const struct command *command)
{
    static const char *const groups[] = {"questions", "machine", "data"};

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (strcmp(command->group, groups[i]) == 0)
            return !command->changes;
    return false;
}

static bool may_do(const struct answering *answering, const char *line, struct err *err)
{
    const struct command *command;
    const char *rest;

    if (!answering->borrowed)
        return true;
    if (strchr(line, ';'))
        return err_set(err, "a callback gives one command at a time");
    command = command_find(&answering->session, line, &rest, err);
    if (!command)
        return false;
    return only_looks(command) ||
           err_set(err, "a callback may look and ask; it acts by run:poke, run:type "
                        "and run:set");
}

static bool answer(void *session, const char *line, struct reply *reply,
                   struct err *err)
{
    struct answering *answering = session;

    return may_do(answering, line, err) &&
           command_do(&answering->session, line, reply, err);
}

const struct answerer command_answerer = {
    .open = open_again,
    .borrow = borrow,
    .answer = answer,
    .close = close_it,
};
