#include "control/scenario_screen.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "control/units.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const no_keys[] = {NULL};
static const char *const screen_keys[] = {"layout", "focus", "unit", NULL};
static const char *const interest_keys[] = {"when", NULL};
static const char *const at_keys[] = {"event", "n", "when", NULL};
static const char *const note_keys[] = {"at", "text", "variants", NULL};
static const char *const question_keys[] = {"at",      "ask",    "choices",  "answer",
                                            "because", "lesson", "variants", NULL};

/* --- lists ------------------------------------------------------------------------------ */

/* A list without holes: what is behind one would not be read. */
static bool read_list(const struct reading *from, const char *name,
                      struct reading *into)
{
    lua_State *lua = from->lua;
    lua_Integer entries = 0;

    if (!read_table(from, name, into, no_keys, true))
        return false;
    lua_pushnil(lua);
    for (; lua_next(lua, into->table); entries++)
        lua_pop(lua, 1);
    for (lua_Integer n = 1; n <= entries; n++) {
        if (lua_rawgeti(lua, into->table, n) == LUA_TNIL)
            read_fail(into, "a list has entries 1, 2, ...: there is no entry %lld",
                      (long long)n);
        lua_pop(lua, 1);
    }
    return true;
}

/* --- texts ------------------------------------------------------------------------------ */

/* What is read is kept at once, so that it is released should a mistake follow. */
static void keep_text(const struct reading *from, const char *name, char **text)
{
    const char *read;

    if (!read_string(from, name, &read, &(size_t){0}))
        return;
    *text = alloc_string(read);
    lua_pop(from->lua, 1);
}

static void need_text(const struct reading *from, const char *name, char **text)
{
    keep_text(from, name, text);
    if (!*text || !**text)
        read_fail(from, "'%s' is missing: a text", name);
}

/* A condition: whether its names are known only a session can tell. */
static void keep_condition(const struct reading *from, char **when)
{
    struct err err = {0};
    struct expr *expr;

    keep_text(from, "when", when);
    expr = *when ? expr_parse_all(*when, &err) : NULL;
    if (*when && !expr)
        read_fail(from, "'when': %s", err.text);
    expr_free(expr);
}

/* --- events ----------------------------------------------------------------------------- */

/* "dma-error", too. */
static enum event_kind kind_named(const struct reading *from, const char *name)
{
    struct nearest nearest = {.wanted = name};
    char kind[SCREEN_NAME], hint[96];
    enum event_kind found;

    snprintf(kind, sizeof(kind), "%s", name);
    for (char *c = kind; *c; c++)
        *c = *c == '-' ? '_' : *c;
    found = event_kind_by_name(kind);
    if (found != EVENT_KINDS && found != EVENT_INSN)
        return found;
    if (found == EVENT_INSN)
        read_fail(from, "instructions are too many to be told of: give another event");
    for (unsigned i = 0; i < EVENT_KINDS; i++)
        nearest_offer(&nearest, event_infos[i].name);
    read_fail(from, "no event is called '%.40s'%s", name,
              nearest_hint(&nearest, hint, sizeof(hint)));
    return EVENT_KINDS;
}

/* "dma_burst", or { "dma_burst", when = "..." }: on top of the stack, and taken. */
static void read_interest(const struct reading *list, lua_Integer n,
                          struct scenario_screen *screen)
{
    lua_State *lua = list->lua;
    struct screen_interest *interest = &screen->interest[screen->interests];
    struct reading row;

    if (screen->interests == SCREEN_INTERESTS)
        read_fail(list, "more than %d", SCREEN_INTERESTS);
    if (lua_type(lua, -1) == LUA_TSTRING) {
        interest->event = kind_named(list, lua_tostring(lua, -1));
        screen->interests++;
        lua_pop(lua, 1);
        return;
    }
    lua_pop(lua, 1);
    read_entry(list, n, &row, interest_keys, true);
    if (lua_rawgeti(lua, row.table, 1) != LUA_TSTRING)
        read_fail(&row, "must be a kind of event, or { kind, when = condition }");
    interest->event = kind_named(&row, lua_tostring(lua, -1));
    screen->interests++;
    keep_condition(&row, &interest->when);
    lua_pop(lua, 2);
}

static void read_interests(const struct reading *from, struct scenario_screen *screen)
{
    lua_State *lua = from->lua;
    struct reading list;

    if (!read_list(from, "interesting", &list))
        return;
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++)
        read_interest(&list, n, screen);
    lua_pop(lua, 2);
}

/* --- moments ------------------------------------------------------------------------------ */

static void read_event_at(const struct reading *from, struct screen_at *at)
{
    struct reading table;
    char name[SCREEN_NAME];

    read_table(from, "at", &table, at_keys, false);
    at->type = AT_EVENT;
    at->n = 1;
    if (!read_text(&table, "event", name, sizeof(name)))
        read_fail(&table, "'event' is missing: a kind of event");
    at->event = kind_named(&table, name);
    read_integer(&table, "n", 1, UINT32_MAX, &at->n);
    keep_condition(&table, &at->when);
    lua_pop(from->lua, 1);
}

static void read_moment_at(const struct reading *from, const char *text,
                           struct screen_at *at)
{
    at->type = AT_MOMENT;
    if (!moment_parse(text, &at->moment))
        read_fail(from,
                  "'at' is '%.40s': it must be \"#INSTRUCTION.EVENT\", a cycle, or "
                  "{ event = kind, n = 1 }",
                  text);
}

static void read_at(const struct reading *from, struct screen_at *at)
{
    lua_State *lua = from->lua;
    int type = lua_getfield(lua, from->table, "at");

    if (type == LUA_TSTRING)
        read_moment_at(from, lua_tostring(lua, -1), at);
    lua_pop(lua, 1);
    if (type == LUA_TTABLE)
        read_event_at(from, at);
    else if (type == LUA_TNUMBER && read_integer(from, "at", 0, INT64_MAX, &at->cycle))
        at->type = AT_CYCLE;
    else if (type != LUA_TSTRING)
        read_fail(from, "'at' is missing: \"#INSTRUCTION.EVENT\", a cycle, or "
                        "{ event = kind, n = 1 }");
}

/* Of which variants it is; without a list of all. */
static void read_variants(const struct reading *from,
                          const struct variant_finder *variants, struct screen_at *at)
{
    lua_State *lua = from->lua;
    struct err err = {0};
    struct reading list;
    unsigned variant;

    at->variants = UINT64_MAX;
    if (!read_list(from, "variants", &list))
        return;
    at->variants = 0;
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            read_fail(&list, "must be a list of names of variants");
        if (!variants->find(variants->ctx, lua_tostring(lua, -1), &variant, &err))
            read_fail(&list, "%s", err.text);
        at->variants |= UINT64_C(1) << variant;
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
    if (!at->variants)
        read_fail(from, "'variants' names none: without it, it is of all of them");
}

/* --- notes and questions ------------------------------------------------------------------- */

static void read_notes(const struct reading *from,
                       const struct variant_finder *variants,
                       struct scenario_screen *screen)
{
    struct reading list, row;

    if (!read_list(from, "talk", &list))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, note_keys, false); n++) {
        struct screen_note *note = &screen->note[screen->notes];

        if (screen->notes == SCREEN_NOTES)
            read_fail(&list, "more than %d notes", SCREEN_NOTES);
        screen->notes++;
        read_at(&row, &note->at);
        need_text(&row, "text", &note->text);
        read_variants(&row, variants, &note->at);
        lua_pop(from->lua, 1);
    }
    lua_pop(from->lua, 1);
}

static void read_choices(const struct reading *from, struct screen_question *question)
{
    lua_State *lua = from->lua;
    struct reading list;

    if (!read_list(from, "choices", &list))
        read_fail(from, "'choices' is missing: a list of texts");
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++) {
        if (question->choices == SCREEN_CHOICES)
            read_fail(&list, "more than %d", SCREEN_CHOICES);
        if (lua_type(lua, -1) != LUA_TSTRING)
            read_fail(&list, "must be a list of texts");
        question->choice[question->choices++] = alloc_string(lua_tostring(lua, -1));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
    if (question->choices < 2)
        read_fail(from, "a question has at least two choices");
}

/* because = { [1] = "...", [3] = "..." }. */
static void read_because(const struct reading *from, struct screen_question *question)
{
    lua_State *lua = from->lua;
    struct reading list;

    if (!read_table(from, "because", &list, no_keys, true))
        return;
    lua_pushnil(lua);
    while (lua_next(lua, list.table)) {
        lua_Integer n = lua_tointeger(lua, -2);

        if (n < 1 || n > question->choices)
            read_fail(&list, "there is no choice %lld", (long long)n);
        if (lua_type(lua, -1) != LUA_TSTRING)
            read_fail(&list, "must have a text for the number of a choice");
        question->because[n - 1] = alloc_string(lua_tostring(lua, -1));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

static void read_question(const struct reading *row,
                          const struct variant_finder *variants,
                          struct screen_question *question)
{
    uint64_t answer;

    read_at(row, &question->at);
    need_text(row, "ask", &question->ask);
    read_choices(row, question);
    if (!read_integer(row, "answer", 1, question->choices, &answer))
        read_fail(row, "'answer' is missing: the number of the choice that is right");
    question->answer = (unsigned)answer;
    read_because(row, question);
    keep_text(row, "lesson", &question->lesson);
    read_variants(row, variants, &question->at);
}

static void read_questions(const struct reading *from,
                           const struct variant_finder *variants,
                           struct scenario_screen *screen)
{
    struct reading list, row;

    if (!read_list(from, "questions", &list))
        return;
    for (lua_Integer n = 1; read_entry(&list, n, &row, question_keys, false); n++) {
        if (screen->questions == SCREEN_QUESTIONS)
            read_fail(&list, "more than %d questions", SCREEN_QUESTIONS);
        read_question(&row, variants, &screen->question[screen->questions++]);
        lua_pop(from->lua, 1);
    }
    lua_pop(from->lua, 1);
}

/* --- the screen ----------------------------------------------------------------------------- */

static void read_focus(const struct reading *from, struct scenario_screen *screen)
{
    lua_State *lua = from->lua;
    struct reading list;

    if (!read_list(from, "focus", &list))
        return;
    for (lua_Integer n = 1; lua_rawgeti(lua, list.table, n) != LUA_TNIL; n++) {
        if (screen->focus == SCREEN_FOCUS)
            read_fail(&list, "more than %d parts", SCREEN_FOCUS);
        if (lua_type(lua, -1) != LUA_TSTRING || lua_rawlen(lua, -1) >= SCREEN_NAME)
            read_fail(&list, "must be a list of names of parts, as \"dma0\"");
        strcpy(screen->focus_on[screen->focus++], lua_tostring(lua, -1));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
}

static void check_unit(const struct reading *from, const char *unit)
{
    struct nearest nearest = {.wanted = unit};
    char hint[96];

    for (const struct move_unit *row = move_units; row->name; row++) {
        if (strcmp(row->name, unit) == 0)
            return;
        nearest_offer(&nearest, row->name);
    }
    read_fail(from, "there is no unit '%s'%s", unit,
              nearest_hint(&nearest, hint, sizeof(hint)));
}

static void read_screen(const struct reading *from, struct scenario_screen *screen)
{
    struct reading table;

    if (!read_table(from, "screen", &table, screen_keys, false))
        return;
    keep_text(&table, "layout", &screen->layout);
    read_focus(&table, screen);
    if (read_text(&table, "unit", screen->unit, sizeof(screen->unit)))
        check_unit(&table, screen->unit);
    lua_pop(from->lua, 1);
}

void scenario_screen_read(const struct reading *from,
                          const struct variant_finder *variants,
                          struct scenario_screen **screen)
{
    *screen = alloc_zero(1, sizeof(**screen));
    read_screen(from, *screen);
    read_interests(from, *screen);
    read_notes(from, variants, *screen);
    read_questions(from, variants, *screen);
}

/* --- checking -------------------------------------------------------------------------------- */

static bool check(const struct expr_scope *scope, enum event_kind kind,
                  const char *when, struct err *err)
{
    struct expr_scope of_event = *scope;
    struct expr *expr = when ? expr_parse_all(when, err) : NULL;
    bool ok;

    of_event.kind = kind;
    ok = !when || (expr && expr_check(expr, &of_event, err));
    expr_free(expr);
    return ok;
}

static bool check_at(const struct expr_scope *scope, const struct screen_at *at,
                     struct err *err)
{
    return at->type != AT_EVENT || check(scope, at->event, at->when, err);
}

bool scenario_screen_check(const struct scenario_screen *screen,
                           const struct expr_scope *scope, const char *file,
                           struct err *err)
{
    for (unsigned i = 0; i < screen->interests; i++)
        if (!check(scope, screen->interest[i].event, screen->interest[i].when, err))
            return err_prefix(err, "%s: interesting[%u], 'when'", file, i + 1);
    for (unsigned i = 0; i < screen->notes; i++)
        if (!check_at(scope, &screen->note[i].at, err))
            return err_prefix(err, "%s: talk[%u].at, 'when'", file, i + 1);
    for (unsigned i = 0; i < screen->questions; i++)
        if (!check_at(scope, &screen->question[i].at, err))
            return err_prefix(err, "%s: questions[%u].at, 'when'", file, i + 1);
    return true;
}

static void free_question(struct screen_question *question)
{
    free(question->at.when);
    free(question->ask);
    for (unsigned i = 0; i < SCREEN_CHOICES; i++) {
        free(question->choice[i]);
        free(question->because[i]);
    }
    free(question->lesson);
}

void scenario_screen_free(struct scenario_screen *screen)
{
    if (!screen)
        return;
    free(screen->layout);
    for (unsigned i = 0; i < screen->interests; i++)
        free(screen->interest[i].when);
    for (unsigned i = 0; i < screen->notes; i++) {
        free(screen->note[i].at.when);
        free(screen->note[i].text);
    }
    for (unsigned i = 0; i < screen->questions; i++)
        free_question(&screen->question[i]);
    free(screen);
}
