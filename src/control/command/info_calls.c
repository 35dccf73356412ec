/* info calls: who called whom. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "observe/ask/calls.h"

#include "base/path.h"

#include <inttypes.h>

struct looking {
    const struct session *session;
    struct call_fold fold;
};

static void take(void *ctx, const struct event *event)
{
    struct looking *looking = ctx;

    if (event->board == looking->session->board)
        call_fold_take(&looking->fold, session_hart(looking->session), event);
}

/* Replays the window before the moment at which the viewer stands. False: interrupted. */
static bool look(struct looking *looking)
{
    struct timeline *time = looking->session->time;
    struct moment now = timeline_now(time), from = {0};
    bool steady = timeline_set_steady(time, true), done;

    if (now.retired > CALL_WINDOW)
        from.retired = now.retired - CALL_WINDOW;
    done = timeline_replay(time, from, now,
                           (struct event_sink){CALL_KINDS, take, looking});
    timeline_set_steady(time, steady);
    return done;
}

static void function_cell(struct table *table, const struct session *session,
                          const struct call_frame *frame)
{
    const struct symbols *symbols =
        subject_symbols(&session->subject, frame->mode & MODE_VIRTUAL);
    const struct symbol *symbol = symbols ? symbols_at(symbols, frame->at) : NULL;

    if (!symbol)
        table_none(table);
    else if (frame->at == symbol->address)
        table_text(table, "%s", symbol->name);
    else
        table_text(table, "%s+%" PRIu64, symbol->name, frame->at - symbol->address);
}

static void line_cell(struct table *table, const struct session *session,
                      const struct call_frame *frame)
{
    const struct lines *lines =
        subject_lines(&session->subject, frame->mode & MODE_VIRTUAL);
    const struct line *line = lines ? lines_at(lines, frame->at) : NULL;

    if (line)
        table_text(table, "%s:%" PRIu32, path_base(lines->file[line->file]),
                   line->line);
    else
        table_none(table);
}

bool info_calls(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"frame", COLUMN_COUNT}, {"at", COLUMN_HEX},    {"function", COLUMN_TEXT},
        {"line", COLUMN_TEXT},   {"mode", COLUMN_TEXT}, {"known", COLUMN_TEXT},
        {"back_to", COLUMN_HEX}, {NULL, COLUMN_TEXT}};
    const struct session *session = call->session;
    struct looking looking = {.session = session};
    struct call_stack stack;
    struct table *table;
    char text[CALL_TEXT];

    if (!look(&looking))
        return err_set(err, "interrupted");
    call_stack_find(&stack, &looking.fold, session_hart(session),
                    subject_symbols(&session->subject, false),
                    subject_symbols(&session->subject, true),
                    timeline_now(session->time).retired <= CALL_WINDOW);
    table = reply_table(call->reply, "calls", columns);
    for (unsigned i = 0; i < stack.count; i++) {
        const struct call_frame *frame = &stack.frame[i];

        table_number(table, i);
        table_number(table, frame->at);
        function_cell(table, session, frame);
        line_cell(table, session, frame);
        table_text(table, "%s", mode_name(frame->mode));
        table_text(table, "%s", call_text(text, frame));
        if (frame->known == CALL_HERE)
            table_none(table);
        else
            table_number(table, frame->pc);
    }
    reply_say(call->reply, "Further out nothing is known: %s.", stack.end);
    return true;
}
