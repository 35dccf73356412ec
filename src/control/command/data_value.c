/*
 * print and x: values and memory in GDB's formats.
 *
 *   x hexadecimal  d decimal, signed  u decimal, unsigned  o octal  t binary
 *   a address with its name  c character  s string  i instruction (x only)
 *   b, h, w, g: units of 1, 2, 4 and 8 bytes
 */
#include "base/alloc.h"
#include "control/command/data.h"
#include "control/command/show.h"
#include "observe/ask/csr_values.h"
#include "observe/ask/peek.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_UNITS = 65536, STRING_MOST = 200 };

struct data_state *data_state(struct session *session)
{
    static const char key;
    struct data_state *state = session_extra(session, &key);

    if (!state) {
        state = alloc_zero(1, sizeof(*state));
        state->letter = 'x';
        state->size = 4;
        state->count = 1;
        session_set_extra(session, &key, state, free);
    }
    return state;
}

/* --- formats -------------------------------------------------------------------------------- */

struct format {
    uint64_t count;
    char letter;   /* 0: not given */
    unsigned size; /* 0: not given */
};

static unsigned unit_size(char letter)
{
    static const char letters[] = "bhwg";
    const char *at = letter ? strchr(letters, letter) : NULL;

    return at ? 1u << (at - letters) : 0;
}

static bool read_format(const char *text, const char *letters, struct format *format,
                        struct err *err)
{
    *format = (struct format){.count = 1};
    if (isdigit((unsigned char)*text))
        for (format->count = 0; isdigit((unsigned char)*text); text++)
            format->count = 10 * format->count + (uint64_t)(*text - '0');
    if (format->count == 0 || format->count > MOST_UNITS)
        return err_set(err, "the count of a format is 1 to %d", MOST_UNITS);
    for (; *text; text++) {
        if (strchr(letters, *text))
            format->letter = *text;
        else if (unit_size(*text))
            format->size = unit_size(*text);
        else
            return err_set(err, "'%c' is no format: it is one of %s, with b, h, w or g",
                           *text, letters);
    }
    return true;
}

static void put_binary(struct buf *out, uint64_t value, unsigned digits)
{
    while (digits > 1 && !(value >> (digits - 1) & 1))
        digits--;
    buf_text(out, "0b");
    while (digits--)
        buf_char(out, value >> digits & 1 ? '1' : '0');
}

static void put_character(struct buf *out, uint64_t value)
{
    static const char codes[] = "\n\r\t\0\\'", letters[] = "nrt0\\'";
    unsigned char c = (unsigned char)value;
    const char *at = memchr(codes, c, sizeof(codes) - 1);

    buf_printf(out, "%u ", c);
    if (at)
        buf_printf(out, "'\\%c'", letters[at - codes]);
    else if (isprint(c))
        buf_printf(out, "'%c'", c);
    else
        buf_printf(out, "'\\x%02x'", c);
}

/* `padded`: hexadecimal as wide as the unit. */
static void put_formatted(struct buf *out, const struct session *session, char letter,
                          uint64_t value, unsigned size, bool padded)
{
    assert(size == 1 || size == 2 || size == 4 || size == 8);
    if (letter == 'd')
        buf_printf(out, "%" PRId64, sign_extend(value, 8 * size));
    else if (letter == 'u')
        buf_printf(out, "%" PRIu64, value);
    else if (letter == 'o')
        buf_printf(out, "0%" PRIo64, value);
    else if (letter == 't')
        put_binary(out, value, 8 * size);
    else if (letter == 'a')
        show_address(out, session, value);
    else if (letter == 'c')
        put_character(out, value);
    else
        buf_printf(out, "0x%0*" PRIx64, padded ? (int)(2 * size) : 0, value);
}

/* --- strings ----------------------------------------------------------------------------------- */

static uint64_t read_bytes(const struct session *session, bool physical, uint64_t at,
                           void *bytes, uint64_t length, struct err *err)
{
    const struct hart *hart = session_hart(session);

    return physical ? peek_physical(hart->bus, at, bytes, length, err)
                    : peek_virtual(hart, at, bytes, length, err);
}

static void put_quoted(struct buf *out, const char *text, uint64_t length)
{
    buf_char(out, '"');
    for (uint64_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n')
            buf_text(out, "\\n");
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (isprint(c))
            buf_char(out, (char)c);
        else
            buf_printf(out, "\\x%02x", c);
    }
    buf_char(out, '"');
}

/* The string at *at, at most STRING_MOST of its bytes; *at is then behind it. */
static bool put_string(struct buf *out, const struct session *session, bool physical,
                       uint64_t *at, struct err *err)
{
    char text[STRING_MOST];
    uint64_t got = read_bytes(session, physical, *at, text, sizeof(text), err);
    const char *end = got ? memchr(text, '\0', got) : NULL;

    if (!end && got < sizeof(text))
        return false;
    put_quoted(out, text, end ? (uint64_t)(end - text) : got);
    if (!end)
        buf_text(out, "...");
    *at += end ? (uint64_t)(end - text) + 1 : got;
    return true;
}

/* --- print ------------------------------------------------------------------------------------- */

/* The field of a register that an lvalue names, or the one that it consists of. */
static const struct reg_field *field_of(const struct reg *reg,
                                        const struct lvalue *lvalue)
{
    for (const struct reg_field *f = reg->fields; f && f->name; f++)
        if (f->hi == lvalue->hi && f->lo == lvalue->lo)
            return f;
    return NULL;
}

static void put_register_meaning(struct buf *out, const struct session *session,
                                 const struct lvalue *lvalue, uint64_t value)
{
    const struct device *device = session_board(session)->device[lvalue->device];
    unsigned index;
    const struct reg *reg = device_reg(device, (uint32_t)lvalue->number, &index);
    const struct reg_field *field = field_of(reg, lvalue);

    if (lvalue->hi == 63 && reg->fields) {
        show_register_fields(out, reg, value);
        return;
    }
    for (uint64_t i = 0; field && field->values && field->values[i]; i++)
        if (i == value)
            buf_text(out, field->values[i]);
}

/* What a value says: a register's fields by name, the mode in a word. */
static void put_meaning(struct buf *out, const struct session *session,
                        const struct expr *expr, uint64_t value)
{
    struct expr_scope scope = session_scope(session);
    struct lvalue lvalue;

    if (!expr_lvalue(expr, &scope, &lvalue, NULL))
        expr_words(out, expr, &scope, value);
    else if (lvalue.kind == LVALUE_REGISTER)
        put_register_meaning(out, session, &lvalue, value);
    else if (lvalue.kind == LVALUE_CSR && lvalue.hi == 63 && lvalue.lo == 0)
        csr_fields_words(out, csr_by_number((unsigned)lvalue.number), value);
    else if (lvalue.kind == LVALUE_CSR)
        csr_value_words(out, (unsigned)lvalue.number, lvalue.hi, lvalue.lo, value);
}

static bool print_formatted(struct call *call, const struct format *format,
                            struct err *err)
{
    static const struct column columns[] = {
        {"expression", COLUMN_TEXT}, {"value", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    struct session *session = call->session;
    uint64_t at = call->given[0].value;
    struct buf text = {0};
    struct table *table;

    if (format->letter == 's') {
        if (!put_string(&text, session, false, &at, err)) {
            buf_free(&text);
            return false;
        }
    } else {
        put_formatted(&text, session, format->letter, at,
                      format->size ? format->size : 8, false);
    }
    table = reply_table(call->reply, "value", columns);
    table_text(table, "%s", call->given[0].text);
    table_text(table, "%s", text.data);
    buf_free(&text);
    return true;
}

bool data_print(struct call *call, struct err *err)
{
    static const struct column columns[] = {
        {"expression", COLUMN_TEXT}, {"hex", COLUMN_HEX},   {"decimal", COLUMN_COUNT},
        {"signed", COLUMN_SIGNED},   {"name", COLUMN_TEXT}, {"means", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    const struct given *given = &call->given[0];
    struct expr_scope scope = session_scope(call->session);
    struct buf meaning = {0};
    struct format format;
    struct table *table;

    /* Words that a value never has are a mistake, not 0. */
    if (!read_format(call->format, "xduotcas", &format, err) ||
        !expr_check(given->expr, &scope, err))
        return false;
    if (format.letter)
        return print_formatted(call, &format, err);
    table = reply_table(call->reply, "value", columns);
    table_text(table, "%s", given->text);
    table_number(table, given->value);
    table_number(table, given->value);
    table_number(table, given->value);
    show_name_cell(table, call->session, given->value);
    put_meaning(&meaning, call->session, given->expr, given->value);
    show_text_cell(table, &meaning);
    buf_free(&meaning);
    return true;
}

/* --- x ------------------------------------------------------------------------------------------- */

#define AT(text)                                                                       \
    {                                                                                  \
        text, COLUMN_TEXT                                                              \
    }

/* Columns of a row, by the size of its units. */
static const struct column *unit_columns(unsigned size, unsigned *units)
{
    static const struct column bytes[] = {{"address", COLUMN_HEX},
                                          AT("name"),
                                          AT("+0"),
                                          AT("+1"),
                                          AT("+2"),
                                          AT("+3"),
                                          AT("+4"),
                                          AT("+5"),
                                          AT("+6"),
                                          AT("+7"),
                                          AT(NULL)};
    static const struct column halves[] = {{"address", COLUMN_HEX},
                                           AT("name"),
                                           AT("+0"),
                                           AT("+2"),
                                           AT("+4"),
                                           AT("+6"),
                                           AT("+8"),
                                           AT("+10"),
                                           AT("+12"),
                                           AT("+14"),
                                           AT(NULL)};
    static const struct column words[] = {{"address", COLUMN_HEX},
                                          AT("name"),
                                          AT("+0"),
                                          AT("+4"),
                                          AT("+8"),
                                          AT("+12"),
                                          AT(NULL)};
    static const struct column giants[] = {
        {"address", COLUMN_HEX}, AT("name"), AT("+0"), AT("+8"), AT(NULL)};

    *units = size <= 2 ? 8 : 16 / size;
    if (size == 1)
        return bytes;
    return size == 2 ? halves : size == 4 ? words : giants;
}

static bool examine_units(struct call *call, struct data_state *state, struct err *err)
{
    unsigned units;
    const struct column *columns = unit_columns(state->size, &units);
    struct table *table = reply_table(call->reply, "memory", columns);

    for (uint64_t i = 0; i < state->count; i++, state->next += state->size) {
        uint64_t value = 0;
        struct buf text = {0};

        if (read_bytes(call->session, state->physical, state->next, &value, state->size,
                       err) < state->size)
            return false;
        if (i % units == 0) {
            table_number(table, state->next);
            show_name_cell(table, call->session, state->next);
        }
        put_formatted(&text, call->session, state->letter, value, state->size, true);
        table_text(table, "%s", text.data);
        buf_free(&text);
    }
    return true;
}

static bool examine_strings(struct call *call, struct data_state *state,
                            struct err *err)
{
    static const struct column columns[] = {
        {"address", COLUMN_HEX}, AT("name"), AT("string"), AT(NULL)};
    struct table *table = reply_table(call->reply, "strings", columns);

    for (uint64_t i = 0; i < state->count; i++) {
        struct buf text = {0};
        uint64_t at = state->next;

        if (!put_string(&text, call->session, state->physical, &state->next, err)) {
            buf_free(&text);
            return false;
        }
        table_number(table, at);
        show_name_cell(table, call->session, at);
        table_text(table, "%s", text.data);
        buf_free(&text);
    }
    return true;
}

/* What is not said is as it was; some letters have a size of their own. */
static void take_format(struct data_state *state, const struct format *format)
{
    char letter = format->letter ? format->letter : state->letter;

    state->count = format->count;
    state->letter = letter;
    if (format->size)
        state->size = format->size;
    else if (format->letter == 'a')
        state->size = 8;
    else if (format->letter == 'c')
        state->size = 1;
}

bool data_examine(struct call *call, struct err *err)
{
    struct session *session = call->session;
    struct data_state *state = data_state(session);
    struct format format;

    if (!read_format(call->format, "xduotcasi", &format, err))
        return false;
    if (!call->given[0].is_given && !state->examined)
        return err_set(err, "no ADDRESS given, and nothing that it could go on from");
    take_format(state, &format);
    if (call->given[0].is_given && !session->again) {
        state->next = call->given[0].value;
        state->physical = call->command->name[1] == 'p';
        state->examined = true;
    }
    if (state->letter == 's')
        return examine_strings(call, state, err);
    if (state->letter == 'i' && !state->physical)
        return data_code_rows(call, &state->next, state->count, UINT64_MAX, err);
    if (state->letter == 'i')
        return err_set(err, "instructions are shown by their virtual addresses: x/i");
    return examine_units(call, state, err);
}
