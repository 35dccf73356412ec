#include "tests/lib/small_machine.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void small_machine_open(struct talk *talk)
{
    struct session_choice choice = {.file = "tests/commands/copy.lua"};
    struct err err = {{0}};

    *talk = (struct talk){.folder = "/tmp/talk-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(talk->folder));
    ck_assert_msg(session_open(&talk->session, &choice, &err), "%s", err.text);
}

void small_machine_go(struct talk *talk, uint64_t retired)
{
    struct moment to = {.retired = retired};

    ck_assert_int_eq(timeline_seek(talk->session.time, to), ARRIVED);
}

void small_machine_reach(struct talk *talk, const char *symbol)
{
    const struct symbol *to = symbols_named(talk->session.subject.symbols, symbol);
    const struct hart *hart = session_hart(&talk->session);

    ck_assert_ptr_nonnull(to);
    while (hart->pc != to->address)
        ck_assert_int_eq(timeline_step(talk->session.time), ARRIVED);
}

void small_machine_has(struct talk *talk, const char *line, ...)
{
    const char *answer = talk_do(talk, line), *text;
    va_list ap;

    va_start(ap, line);
    while ((text = va_arg(ap, const char *)) != NULL)
        ck_assert_msg(strstr(answer, text), "'%s' does not say '%s' but:\n%s", line,
                      text, answer);
    va_end(ap);
}

void small_machine_is(struct talk *talk, const char *line, const char *answer)
{
    ck_assert_str_eq(talk_do(talk, line), answer);
}
