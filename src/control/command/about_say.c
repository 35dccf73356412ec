/* What several answers of `about` have in common. */
#include "base/number.h"
#include "control/command/about.h"
#include "observe/ask/step.h"
#include "observe/ask/who.h"
#include "observe/ask/why.h"

#include <stdarg.h>

void about_say(struct about *about, const char *format, ...)
{
    struct buf text = {0};
    va_list ap;

    va_start(ap, format);
    buf_vprintf(&text, format, ap);
    va_end(ap);
    ask_say(about->call, &text);
    buf_free(&text);
}

void about_next(struct about *about, const char *format, ...)
{
    va_list ap;

    buf_text(&about->next, about->next.size ? ", `" : "`");
    va_start(ap, format);
    buf_vprintf(&about->next, format, ap);
    va_end(ap);
    buf_char(&about->next, '`');
}

/* As command_do does a line, but nothing is narrated or repeated. */
static bool do_line(struct about *about, const char *line, struct reply *reply,
                    struct err *err)
{
    struct call call = {.session = about->session, .line = line, .reply = reply};
    const char *rest;
    bool ok;

    call.command = command_find(about->session, line, &rest, err);
    if (!call.command)
        return false;
    ok = command_arguments(&call, rest, err) && call.command->run(&call, err);
    command_release_arguments(&call);
    return ok;
}

bool about_line(struct about *about, enum about_part part, struct err *err,
                const char *format, ...)
{
    struct buf line = {0};
    struct reply reply = {0};
    va_list ap;
    bool ok;

    va_start(ap, format);
    buf_vprintf(&line, format, ap);
    va_end(ap);
    ok = do_line(about, buf_str(&line), &reply, err);
    if (part != ABOUT_TABLES)
        reply_move(about->call->reply, &reply, REPLY_SENTENCES);
    if (part != ABOUT_SENTENCES)
        reply_move(&about->tables, &reply, REPLY_TABLES);
    reply_release(&reply);
    buf_free(&line);
    return ok;
}

void about_event_line(struct about *about, const char *lead, const struct event *event)
{
    struct buf text = {0};
    char moment[MOMENT_TEXT];

    buf_printf(&text, "%s: ", lead);
    narrate(&text, &about->session->narrator, event);
    buf_text(&text, ", at cycle ");
    put_count(&text, event->cycle);
    buf_printf(&text, " (%s)", moment_text(moment, step_seen(event), true));
    ask_say(about->call, &text);
    buf_free(&text);
}

void about_cause(struct about *about, const struct event *event)
{
    struct err err;
    struct why why;

    if (!why_event(about->session->time, event, &why, &err) || why.links < 2)
        return;
    about_event_line(about, "it came of this", &why.link[1].event);
    if (why.link[1].because)
        about_say(about, "that is, %s", why.link[1].because);
}

/* A hart's own write is its own cause: an instruction starts things. */
static bool is_instruction(const struct event *event)
{
    return event->kind == EVENT_INSN || event->kind == EVENT_CSR_WRITE;
}

void about_writer(struct about *about, const struct lvalue *place)
{
    struct session *session = about->session;
    struct buf text = {0};
    struct who who;
    struct err err;

    if (!who_wrote(session->time, place, session->board, &who, &err)) {
        about_say(about, "who wrote it is not known: %s", err.text);
        return;
    }
    who_say(&text, &session->narrator, &who);
    ask_say(about->call, &text);
    buf_free(&text);
    if (who.kind == WHO_NOBODY)
        return;
    ask_mark(session, "who", who.at, who.event.cycle);
    if (who.kind == WHO_EVENT && !is_instruction(&who.event)) {
        about_event_line(about, "the event", &who.event);
        about_cause(about, &who.event);
    }
    about_next(about, "goto who");
}

bool about_number(const char *text, uint64_t *number)
{
    const char *rest;

    return (number_grouped(text, number, &rest) || number_parse(text, number, &rest)) &&
           *rest == '\0';
}
