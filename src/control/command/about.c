/* about: which kind of thing a name is of. */
#include "control/command/about.h"

#include "base/nearest.h"
#include "control/command/rows.h"
#include "control/command/words.h"
#include "observe/ask/names.h"

#include <stdio.h>
#include <string.h>

/* Names of two words: the first says which kind the second is of. */
static const struct {
    const char *word;
    about_tell *tell;
} kinds[] = {
    {"hart", about_hart},     {"guest", about_guest}, {"irq", about_irq},
    {"exit", about_exit},     {"code", about_code},   {"metric", about_metric},
    {"event", about_kind},    {"view", about_topic},  {"address", about_address},
    {"region", about_region},
};

/* Names that are alone of their kind. */
static const struct {
    const char *name;
    about_tell *tell;
} things[] = {
    {"ram", about_ram},     {"bus", about_bus},       {"hart", about_hart},
    {"cycle", about_clock}, {"retired", about_clock},
};

static bool is_region(const struct session *session, const char *name)
{
    for (unsigned i = 0; i < session->subject.regions; i++)
        if (strcmp(session->subject.region[i].name, name) == 0)
            return true;
    return false;
}

static const struct mark *mark_named(const struct session *session, const char *name)
{
    for (unsigned i = 0; i < timeline_marks(session->time); i++)
        if (strcmp(timeline_mark_info(session->time, i)->name, name) == 0)
            return timeline_mark_info(session->time, i);
    return NULL;
}

static bool is_topic(const struct session *session, const char *name)
{
    struct topic topic;

    for (unsigned n = 0; session->topic && session->topic(n, &topic); n++)
        if (strcmp(topic.name, name) == 0)
            return true;
    return false;
}

static bool tell_mark(struct about *about, const struct mark *mark, struct err *err)
{
    char moment[MOMENT_TEXT];

    about_say(about, "the mark %s is at %s", mark->name,
              moment_text(moment, mark->at, true));
    moment_text(moment, mark->at, false);
    return about_moment(about, moment, err);
}

/* --- names that are expressions -------------------------------------------------------------- */

static bool not_known(const struct about *about, const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    const struct board *board = session_board(about->session);
    struct topic topic;
    char hint[96];

    for (size_t i = 0; i < COUNT(things); i++)
        nearest_offer(&nearest, things[i].name);
    for (unsigned i = 0; i < board->devices; i++)
        nearest_offer(&nearest, board->device[i]->name);
    for (unsigned i = 0; i < EVENT_KINDS; i++)
        nearest_offer(&nearest, event_infos[i].name);
    for (unsigned n = 0; about->session->topic && about->session->topic(n, &topic); n++)
        nearest_offer(&nearest, topic.name);
    for (size_t i = 0; i < COUNT(kinds); i++)
        nearest_offer(&nearest, kinds[i].word);
    if (!nearest.best)
        return false; /* what the expression's error says is more */
    if (strcmp(nearest.best, name) == 0)
        return err_set(err, "which %s? Say `about %s N`, or what its name is", name,
                       name);
    return err_set(err, "nothing is called '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static bool tell_value(struct about *about, const char *name, uint64_t value,
                       struct err *err)
{
    const struct symbols *symbols = about->session->subject.symbols;
    const struct symbol *symbol = symbols ? symbols_named(symbols, name) : NULL;
    struct lvalue place = {.kind = LVALUE_MEMORY,
                           .hart = about->session->hart,
                           .number = value,
                           .size = 1,
                           .hi = 63};

    if (symbol && (symbol->function ||
                   (!symbol->has_type &&
                    lines_at(subject_lines(&about->session->subject, false), value))))
        return about_code(about, name, err);
    return about_place(about, name, &place, err);
}

static bool tell_expression(struct about *about, const char *name, struct err *err)
{
    struct expr_scope scope = session_scope(about->session);
    struct expr *expr = expr_parse_all(name, err);
    struct lvalue place;
    struct err no_place;
    uint64_t value = 0;
    bool ok = false;

    if (expr && expr_lvalue(expr, &scope, &place, &no_place))
        ok = about_place(about, name, &place, err);
    else if (expr && expr_value(expr, &scope, &value, err))
        ok = tell_value(about, name, value, err);
    else
        not_known(about, name, err);
    expr_free(expr);
    return ok;
}

/* --- all names -------------------------------------------------------------------------------- */

/* What stands behind the first word. */
static const char *behind(const char *name)
{
    return skip_blanks(name + strcspn(name, " \t"));
}

/* A name that is of a kind by its first word, or alone; false: it is not. */
static bool by_word(const char *name, about_tell **tell, const char **rest)
{
    *rest = behind(name);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (word_is(name, kinds[i].word) && **rest) {
            *tell = kinds[i].tell;
            return true;
        }
    for (size_t i = 0; i < COUNT(things); i++)
        if (strcmp(name, things[i].name) == 0) {
            *tell = things[i].tell;
            *rest = "";
            return true;
        }
    return false;
}

static const struct device *device_named(const struct session *session,
                                         const char *name)
{
    char word[DEVICE_NAME];
    size_t length = strcspn(name, " \t");

    if (length >= sizeof(word))
        return NULL;
    memcpy(word, name, length);
    word[length] = '\0';
    return board_device(session_board(session), word);
}

static bool tell(struct about *about, const char *name, struct err *err)
{
    const struct session *session = about->session;
    const struct device *device = device_named(session, name);
    const struct mark *mark = mark_named(session, name);
    about_tell *by_kind;
    const char *rest;
    uint64_t number;

    if (!*name || *name == '#')
        return about_moment(about, name, err);
    if (is_region(session, name))
        return about_region(about, name, err);
    if (by_word(name, &by_kind, &rest))
        return by_kind(about, rest, err);
    if (device)
        return about_device(about, device, behind(name), err);
    if (about_number(name, &number))
        return about_address(about, name, err);
    if (mark)
        return tell_mark(about, mark, err);
    if (about_kind_named(name) != EVENT_KINDS)
        return about_kind(about, name, err);
    if (is_topic(session, name))
        return about_topic(about, name, err);
    return tell_expression(about, name, err);
}

static bool run(struct call *call, struct err *err)
{
    struct about about = {.call = call, .session = call->session};
    const char *name = call->given[0].is_given ? call->given[0].text : "";
    bool ok = tell(&about, name, err);

    if (ok && about.next.size)
        reply_say(call->reply, "Ask next: %s.", about.next.data);
    if (ok)
        reply_move(call->reply, &about.tables, REPLY_TABLES);
    reply_release(&about.tables);
    buf_free(&about.next);
    return ok;
}

const struct command about_commands[] = {
    {.name = "about",
     .arguments = {{.type = ARG_TEXT,
                    .name = "NAME",
                    .optional = true,
                    .completes = ARG_EXPR,
                    .words = about_offer}},
     .summary = "what anything is, what it holds now, and why",
     .help =
         "Says what a thing is, decodes what it holds now, tells who wrote that and "
         "the\n"
         "first step of why, and what to ask next. Without NAME: the event seen last.\n"
         "Whatever can be pointed at on the screen has a name:\n"
         "  about a0               a register; also pc, hart1.a0\n"
         "  about mstatus.MPP      a CSR or a field of it\n"
         "  about dma0.Control[1]  a device's register or a field of it\n"
         "  about dma0             a device; a channel of it: dma0 1\n"
         "  about hart 0           a part: hart 0, guest 1, ram, bus\n"
         "  about 0x80210000       a physical address; also a region's name\n"
         "  about code main+8      an instruction\n"
         "  about irq 23           an interrupt\n"
         "  about exit 3           a VM exit\n"
         "  about #12.3            the event that leads to a moment; also a mark\n"
         "  about dma_error        a kind of event\n"
         "  about metric cycles    a metric\n"
         "  about timeline         a view, where there is a screen",
     .group = "questions",
     .run = run},
    {.name = NULL},
};
