#include "control/session.h"

#include "control/scenario.h"
#include "control/scenario_screen.h"
#include "observe/lanes/lanes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- names -------------------------------------------------------------------------------- */

/* What expressions may call by name besides what the machine has: the scenario's regions,
 * and marks, whose value is their cycle. */
static bool find_name(void *ctx, const char *name, uint64_t *value)
{
    const struct session *session = ctx;

    for (unsigned i = 0; i < session->subject.regions; i++)
        if (strcmp(session->subject.region[i].name, name) == 0) {
            *value = session->subject.region[i].base;
            return true;
        }
    for (unsigned i = 0; i < timeline_marks(session->time); i++)
        if (strcmp(timeline_mark_info(session->time, i)->name, name) == 0) {
            *value = timeline_mark_info(session->time, i)->cycle;
            return true;
        }
    return false;
}

struct expr_scope session_scope(const struct session *session)
{
    struct expr_scope scope = session->scope;

    scope.board = session->board;
    scope.hart = session->hart;
    return scope;
}

/* What follows from subject and timeline. */
static void set_up(struct session *session)
{
    session->guests =
        session->own_guests ? session->own_guests : session->subject.trial.guests;
    session->run = session->subject.run;
    session->narrator = (struct narrator){session->run, session->subject.symbols,
                                          session->subject.guest_symbols};
    session->scope = (struct expr_scope){
        .run = session->run,
        .symbols = session->subject.symbols,
        .kind = EVENT_KINDS,
        .name = find_name,
        .ctx = session,
    };
    session->stops = stops_new(session->time, &session->scope);
}

/* --- opening and closing ------------------------------------------------------------------ */

bool session_open(struct session *session, const struct session_choice *choice,
                  struct err *err)
{
    struct timeline_settings settings = {.memory = choice->memory};
    struct buf diagnostics = {0};
    bool ok;

    *session = (struct session){0};
    ok = subject_open_from(&session->subject, choice->files, choice->file,
                           choice->variant, choice->settings, choice->setting_count,
                           &diagnostics, err);
    if (choice->diagnostics)
        buf_text(choice->diagnostics, buf_str(&diagnostics));
    buf_free(&diagnostics);
    if (!ok)
        return false;
    session->time = timeline_new(session->subject.run, &settings);
    if (session->subject.scenario) {
        trial_attach(&session->subject.trial, session->time);
    } else {
        session->own_guests = guest_folds_new(session->subject.run);
        guest_folds_join(session->own_guests, session->time);
    }
    session->lanes = lanes_new(session->subject.run->board[0]);
    lanes_join(session->lanes, session->time);
    set_up(session);
    if (session->subject.scenario &&
        !scenario_screen_check(session->subject.scenario->screen, &session->scope,
                               session->subject.file, err))
        return false;
    if (choice->opened)
        choice->opened(choice->opened_ctx, session);
    return true;
}

void session_borrow(struct session *session, struct trial *trial,
                    struct timeline *timeline)
{
    *session = (struct session){.time = timeline};
    subject_borrow(&session->subject, trial);
    set_up(session);
    session->guests = trial->guests;
}

void session_return(struct session *session)
{
    stops_free(session->stops);
    session->stops = NULL;
    session->time = NULL;
    session_close(session);
}

/* What other layers keep may still use the run: it goes first, the last one before. */
void session_close(struct session *session)
{
    while (session->extras) {
        struct session_extra *extra = &session->extra[--session->extras];

        if (extra->release && extra->data)
            extra->release(extra->data);
    }
    if (session->stops)
        stops_free(session->stops);
    if (session->time)
        timeline_free(session->time);
    guest_folds_free(session->own_guests);
    lanes_free(session->lanes);
    subject_close(&session->subject);
    free(session->repeat);
    *session = (struct session){0};
}

/* --- what other layers keep --------------------------------------------------------------- */

void session_add_commands(struct session *session, const struct command *commands)
{
    assert(session->tables < SESSION_TABLES);
    session->table[session->tables++] = commands;
}

void *session_extra(const struct session *session, const void *key)
{
    for (unsigned i = 0; i < session->extras; i++)
        if (session->extra[i].key == key)
            return session->extra[i].data;
    return NULL;
}

void session_set_extra(struct session *session, const void *key, void *data,
                       void (*release)(void *data))
{
    struct session_extra *extra = NULL;

    for (unsigned i = 0; i < session->extras; i++)
        if (session->extra[i].key == key)
            extra = &session->extra[i];
    if (extra && extra->data && extra->data != data && extra->release)
        extra->release(extra->data);
    if (!extra) {
        assert(session->extras < SESSION_TABLES);
        extra = &session->extra[session->extras++];
    }
    *extra = (struct session_extra){key, data, release};
}

/* --- the machine that commands mean ------------------------------------------------------- */

struct board *session_board(const struct session *session)
{
    return session->run->board[session->board];
}

struct hart *session_hart(const struct session *session)
{
    return &session_board(session)->hart[session->hart];
}
