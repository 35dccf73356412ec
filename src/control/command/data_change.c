/*
 * set and type: acts from outside, which go through the journal. In the past they cut the
 * future off, which is kept as a branch.
 */
#include "base/alloc.h"
#include "control/assign.h"
#include "control/command/data.h"
#include "control/command/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void say_kept(struct call *call, const char *kept)
{
    if (kept)
        reply_say(call->reply, "This cut the future off. It is kept as branch %s.",
                  kept);
}

/* --- set ------------------------------------------------------------------------------------------ */

/* The two sides of "a0 = 5", read from the text. */
struct assignment {
    struct expr *left, *right;
    char *name; /* of the left side, as it was written */
    struct lvalue to;
    uint64_t value;
};

static void release(struct assignment *assignment)
{
    expr_free(assignment->left);
    expr_free(assignment->right);
    free(assignment->name);
}

static bool read_sides(struct assignment *assignment, const char *text, struct err *err)
{
    const char *equals;
    size_t used;

    assignment->left = expr_parse(text, &used, err);
    if (!assignment->left)
        return false;
    equals = skip_blanks(text + used);
    if (*equals != '=')
        return err_set(err, "'=' is missing, as in: set a0 = 5");
    while (used && text[used - 1] == ' ')
        used--;
    assignment->name = alloc_zero(used + 1, 1);
    memcpy(assignment->name, text, used);
    assignment->right = expr_parse_all(equals + 1, err);
    return assignment->right || err_prefix(err, "behind '='");
}

/* GDB's `set var a0 = 5`, which its users write. */
static const char *behind_var(const char *text)
{
    const char *rest = text;

    if (word_is(text, "var"))
        rest = skip_blanks(text + 3);
    return *rest == '=' ? text : rest;
}

static bool read_assignment(struct assignment *assignment,
                            const struct session *session, const char *text,
                            struct err *err)
{
    struct expr_scope scope = session_scope(session);

    return read_sides(assignment, behind_var(text), err) &&
           expr_lvalue(assignment->left, &scope, &assignment->to, err) &&
           expr_value(assignment->right, &scope, &assignment->value, err);
}

static bool value_now(const struct session *session,
                      const struct assignment *assignment, uint64_t *value,
                      struct err *err)
{
    struct expr_scope scope = session_scope(session);

    return expr_value(assignment->left, &scope, value, err);
}

/* Hardware may have made something else of it: WARL fields, read-only bits, doorbells. */
static void say_change(struct call *call, const struct assignment *assignment,
                       uint64_t before, uint64_t after)
{
    const struct lvalue *to = &assignment->to;
    unsigned bits = to->size && to->hi == 63 ? 8 * to->size : to->hi - to->lo + 1u;
    uint64_t mask = BITS(bits - 1, 0);
    bool kept = ((after ^ assignment->value) & mask) == 0;

    if (kept)
        reply_say(call->reply, "%s was 0x%" PRIx64 " and is now 0x%" PRIx64 ".",
                  assignment->name, before & mask, after & mask);
    else
        reply_say(call->reply,
                  "0x%" PRIx64 " was written to %s, which was 0x%" PRIx64
                  " and is now 0x%" PRIx64 ".",
                  assignment->value & mask, assignment->name, before & mask,
                  after & mask);
}

static bool act_on(struct call *call, const struct assignment *assignment,
                   const char **kept, struct err *err)
{
    struct session *session = call->session;
    struct act act;
    bool ok = assign_act(&act, session->run, session->board, &assignment->to,
                         assignment->value, err);

    if (ok) {
        act.reason = alloc_string(call->line);
        ok = timeline_act(session->time, &act, kept, err);
        free(act.reason);
    }
    assign_done(&act);
    return ok;
}

static bool assign(struct call *call, const struct assignment *assignment,
                   struct err *err)
{
    uint64_t before = 0, after = 0;
    const char *kept = NULL;

    if (!value_now(call->session, assignment, &before, err) ||
        !act_on(call, assignment, &kept, err) ||
        !value_now(call->session, assignment, &after, err))
        return false;
    say_change(call, assignment, before, after);
    say_kept(call, kept);
    return true;
}

bool data_set(struct call *call, struct err *err)
{
    struct assignment assignment = {0};
    bool ok = read_assignment(&assignment, call->session, call->given[0].text, err) &&
              assign(call, &assignment, err);

    release(&assignment);
    return ok;
}

/* --- type ----------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* What stands behind a backslash; gives how long it is, 0 if it is unknown. */
static size_t put_escape(struct buf *out, const char *text)
{
    static const char letters[] = "nrt0e\\\"'", codes[] = "\n\r\t\0\033\\\"'";
    const char *at = *text ? strchr(letters, *text) : NULL;

    if (at) {
        buf_char(out, codes[at - letters]);
        return 1;
    }
    if (*text != 'x' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
        return 0;
    buf_char(out, (char)(16 * hex_digit(text[1]) + hex_digit(text[2])));
    return 3;
}

static bool unescape(struct buf *out, const char *text, struct err *err)
{
    while (*text) {
        size_t length;

        if (*text != '\\') {
            buf_char(out, *text++);
            continue;
        }
        length = put_escape(out, text + 1);
        if (!length)
            return err_set(err,
                           "'\\%c' is unknown: there are \\n \\r \\t \\e \\0 \\\\ "
                           "\\\" \\' and \\xNN",
                           text[1] ? text[1] : ' ');
        text += 1 + length;
    }
    return true;
}

/* The first device that takes characters. */
static const struct device *console(const struct session *session)
{
    const struct board *board = session_board(session);

    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type->input)
            return board->device[i];
    return NULL;
}

bool data_type(struct call *call, struct err *err)
{
    struct session *session = call->session;
    const struct device *device = console(session);
    const char *kept = NULL;
    struct buf bytes = {0};
    size_t waiting;
    bool ok;

    if (!device)
        return err_set(err, "the board has no device that takes characters");
    ok = unescape(&bytes, call->given[0].text, err) &&
         timeline_type(session->time, session->board, device->index, bytes.data,
                       bytes.size, call->line, &kept, err);
    if (ok) {
        waiting = timeline_typed_ahead(session->time);
        reply_say(call->reply, "Typed %zu character%s to %s.", bytes.size,
                  bytes.size == 1 ? "" : "s", device->name);
        if (waiting > bytes.size)
            reply_say(call->reply,
                      "%zu wait until it has room, with those typed before.", waiting);
        else if (waiting)
            reply_say(call->reply, "%zu of them wait until it has room.", waiting);
        say_kept(call, kept);
    }
    buf_free(&bytes);
    return ok;
}
