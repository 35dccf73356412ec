/*
 * What a name names: fields of the event first, then what the hart in scope has, devices,
 * and last what the program and the session have given names to.
 */
#include "base/nearest.h"
#include "observe/ask/csr_values.h"
#include "observe/ask/expr_tree.h"
#include "observe/ask/names.h"
#include "observe/narrate.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- the scope ------------------------------------------------------------------------------ */

const struct board *scope_board(const struct expr_scope *scope)
{
    return scope->run->board[scope->board];
}

enum event_kind scope_kind(const struct expr_scope *scope)
{
    return scope->event ? (enum event_kind)scope->event->kind : scope->kind;
}

static uint64_t get_cycle(const struct run *run, const struct hart *hart)
{
    (void)hart;
    return run_cycle(run);
}

static uint64_t get_retired(const struct run *run, const struct hart *hart)
{
    (void)hart;
    return run->events.retired;
}

static uint64_t get_hart(const struct run *run, const struct hart *hart)
{
    (void)run;
    return hart->id;
}

static uint64_t get_mode(const struct run *run, const struct hart *hart)
{
    (void)run;
    return hart_privilege(hart);
}

const struct built_in built_ins[] = {
    {"cycle", get_cycle, false, UNIT_CYCLES}, {"retired", get_retired, false, UNIT_DEC},
    {"hart", get_hart, false, UNIT_DEC},      {"mode", get_mode, true, UNIT_MODE},
    {"priv", get_mode, true, UNIT_MODE},      {NULL, NULL, false, UNIT_DEC},
};

int name_hart(const char *name)
{
    if (strncmp(name, "hart", 4) != 0 || !isdigit((unsigned char)name[4]) || name[5])
        return -1;
    return name[4] - '0';
}

/* --- looking up ------------------------------------------------------------------------------ */

/* A look-up on its way: which parts of the name are left. */
struct look_up {
    const struct expr *name;
    const struct expr_scope *scope;
    struct name_index index;
    unsigned first; /* the part that comes next */
    bool of_hart;   /* "hart1." stands before */
    struct err *err;
};

static unsigned parts_left(const struct look_up *look)
{
    return look->name->parts - look->first;
}

static const char *part(const struct look_up *look, unsigned n)
{
    return look->name->part[look->first + n];
}

static bool find_field(const struct look_up *look, struct named *named)
{
    enum event_kind kind = scope_kind(look->scope);
    const struct event_field *field;

    if (kind == EVENT_KINDS || parts_left(look) != 1 || look->name->forced)
        return false;
    for (field = event_infos[kind].fields; field->name; field++)
        if (strcmp(field->name, part(look, 0)) == 0) {
            named->kind = NAME_FIELD;
            named->field = field;
            return true;
        }
    return false;
}

/* What every event has; its fields of these names go before. */
static bool find_of_event(const struct look_up *look, struct named *named)
{
    if (scope_kind(look->scope) == EVENT_KINDS || parts_left(look) != 1 ||
        look->name->forced)
        return false;
    named->kind = strcmp(part(look, 0), "kind") == 0 ? NAME_KIND : NAME_WHO;
    return named->kind == NAME_KIND || strcmp(part(look, 0), "who") == 0;
}

static bool find_hart_register(const struct look_up *look, struct named *named)
{
    const char *name = part(look, 0);
    int number = xreg_by_name(name, strlen(name));

    if (parts_left(look) != 1)
        return false;
    if (number >= 0) {
        named->kind = NAME_X;
        named->number = (uint64_t)number;
        return true;
    }
    named->kind = NAME_PC;
    return strcmp(name, "pc") == 0;
}

static bool find_built_in(const struct look_up *look, struct named *named)
{
    const struct built_in *built_in = built_ins;

    if (parts_left(look) != 1)
        return false;
    while (built_in->name && (strcmp(built_in->name, part(look, 0)) != 0 ||
                              (look->of_hart && !built_in->of_hart)))
        built_in++;
    named->kind = NAME_BUILT_IN;
    named->built_in = built_in;
    return built_in->name;
}

static const struct csr_info *csr_of(const struct look_up *look)
{
    const char *name = part(look, 0);
    char *end;
    unsigned long number = strtoul(name, &end, 0);

    if (look->name->csr_number && *end == '\0' && number < 0x1000)
        return csr_by_number((unsigned)number);
    return csr_by_name(name, strlen(name));
}

static bool csr_field_missing(const struct look_up *look, const struct csr_info *csr)
{
    struct nearest nearest = {.wanted = part(look, 1)};
    const struct csr_field *field = csr->fields;
    char hint[96];

    for (; field && field->name; field++)
        nearest_offer(&nearest, field->name);
    return err_set(look->err, "%s has no field '%s'%s", csr->name, part(look, 1),
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static bool too_much(const struct look_up *look, unsigned n)
{
    return err_set(look->err, "'.%s' is too much: fields have no parts", part(look, n));
}

/* The CSR has been found. */
static bool take_csr(const struct look_up *look, const struct csr_info *csr,
                     struct named *named)
{
    const struct csr_field *field;

    named->kind = NAME_CSR;
    named->number = csr->number;
    named->hi = 63;
    named->lo = 0;
    if (parts_left(look) == 1)
        return true;
    field = names_csr_field(csr, part(look, 1));
    if (!field)
        return csr_field_missing(look, csr);
    if (parts_left(look) > 2)
        return too_much(look, 2);
    named->hi = field->hi;
    named->lo = field->lo;
    return true;
}

static bool take_reg_field(const struct look_up *look, struct named *named)
{
    const struct reg_field *field = names_field(named->reg, part(look, 2));
    struct nearest nearest = {.wanted = part(look, 2)};
    char hint[96];

    if (field && parts_left(look) > 3)
        return too_much(look, 3);
    if (field) {
        named->reg_field = field;
        named->hi = field->hi;
        named->lo = field->lo;
        return true;
    }
    for (field = named->reg->fields; field && field->name; field++)
        nearest_offer(&nearest, field->name);
    return err_set(look->err, "%s has no field '%s'%s", named->reg->name, part(look, 2),
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static enum register_side side_named(const struct reg *reg, const char *name)
{
    if (!reg->write_name)
        return SIDE_BOTH;
    return strcasecmp(name, reg->name) == 0 ? SIDE_READ : SIDE_WRITTEN;
}

/* "device.register", with its number in an array and its field. */
static bool take_register(const struct look_up *look, const struct device *device,
                          struct named *named)
{
    struct register_place place;

    if (parts_left(look) < 2) { /* its name alone is where it is */
        named->kind = NAME_NUMBER;
        named->number = device->base;
        return true;
    }
    if (!names_register(device, part(look, 1), &place, look->err) ||
        (look->index.known && !names_index(&place, look->index.number, look->err)))
        return false;
    *named = (struct named){.kind = NAME_REGISTER,
                            .hart = named->hart,
                            .device = device,
                            .reg = place.reg,
                            .side = side_named(place.reg, part(look, 1)),
                            .number = place.offset,
                            .hi = (uint8_t)(8 * place.reg->size - 1)};
    return parts_left(look) == 2 || take_reg_field(look, named);
}

static bool number_named(const struct expr_scope *scope, const char *name,
                         uint64_t *number)
{
    const struct symbol *symbol;

    if (scope->name && scope->name(scope->ctx, name, number))
        return true;
    symbol = scope->symbols ? symbols_named(scope->symbols, name) : NULL;
    *number = symbol ? symbol->address : 0;
    return symbol;
}

/* A symbol or another name; symbols may have dots in them. */
static bool find_number(const struct look_up *look, struct named *named)
{
    struct buf name = {0};
    bool found;

    for (unsigned i = 0; i < look->name->parts; i++)
        buf_printf(&name, "%s%s", i ? "." : "", look->name->part[i]);
    named->kind = NAME_NUMBER;
    found = number_named(look->scope, buf_str(&name), &named->number);
    buf_free(&name);
    return found;
}

static bool unknown(const struct look_up *look)
{
    struct nearest nearest = {.wanted = part(look, 0)};
    enum event_kind kind = scope_kind(look->scope);
    const struct board *board = scope_board(look->scope);
    const struct symbols *symbols = look->scope->symbols;
    char hint[96];

    for (const struct event_field *field =
             kind == EVENT_KINDS ? NULL : event_infos[kind].fields;
         field && field->name; field++)
        nearest_offer(&nearest, field->name);
    for (size_t i = 0; i < csr_infos_count; i++)
        nearest_offer(&nearest, csr_infos[i].name);
    for (unsigned i = 0; i < board->devices; i++)
        nearest_offer(&nearest, board->device[i]->name);
    for (size_t i = 0; symbols && i < symbols->count; i++)
        nearest_offer(&nearest, symbols->symbol[i].name);
    return err_set(look->err, "nothing is called '%s'%s", part(look, 0),
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

/* "hart1." before a name: the look-up goes on in that hart. */
static bool choose_hart(struct look_up *look, struct named *named)
{
    const struct board *board = scope_board(look->scope);
    int number = name_hart(look->name->part[0]);
    unsigned id = look->scope->hart;

    if (number >= 0 && look->name->parts > 1) {
        look->of_hart = true;
        look->first = 1;
        id = (unsigned)number;
    }
    if (id >= board->harts)
        return err_set(look->err, "the board has no hart %u", id);
    named->hart = &board->hart[id];
    return true;
}

static const struct device *device_of(const struct look_up *look)
{
    if (look->of_hart || (look->name->parts == 1 && !look->name->indexed))
        return board_device(scope_board(look->scope), part(look, 0));
    return names_device(scope_board(look->scope), part(look, 0), NULL);
}

static bool find(struct look_up *look, struct named *named)
{
    const struct csr_info *csr;
    const struct device *device;

    if (!choose_hart(look, named))
        return false;
    if (!look->of_hart && (find_field(look, named) || find_of_event(look, named)))
        return true;
    if (find_hart_register(look, named) || find_built_in(look, named))
        return true;
    csr = csr_of(look);
    if (csr)
        return take_csr(look, csr, named);
    if (look->of_hart)
        return err_set(look->err, "a hart has no '%s'", part(look, 0));
    if (!look->name->indexed && find_number(look, named))
        return true;
    device = device_of(look);
    return device ? take_register(look, device, named) : unknown(look);
}

bool name_find(const struct expr *name, const struct expr_scope *scope,
               struct name_index index, struct named *named, struct err *err)
{
    struct look_up look = {.name = name, .scope = scope, .index = index, .err = err};

    *named = (struct named){.hi = 63};
    if (!find(&look, named))
        return false;
    return !name->indexed ||
           (named->kind == NAME_REGISTER && name->index_behind == 2) ||
           err_set(err, "'%s' is no array of registers",
                   name->part[name->index_behind - 1]);
}

/* --- who acts ----------------------------------------------------------------------------- */

static uint64_t actor_value(const struct event *event)
{
    const struct event_field *field = event_actor((enum event_kind)event->kind);

    return field ? event_get(event, field) : UINT64_MAX;
}

/* Without an event: whoever there could be. */
static void put_actor(struct buf *out, const struct expr_scope *scope, uint64_t value)
{
    struct narrator narrator = {.run = scope->run, .symbols = NULL};
    const struct event_field *field;

    if (!scope->event) {
        if (value < INITIATOR_OUTSIDE)
            put_initiator(out, &narrator, scope->board, (unsigned)value);
        return;
    }
    field = event_actor((enum event_kind)scope->event->kind);
    if (field)
        narrate_field(out, &narrator, scope->event, field);
}

/* Whose device is called so: "dma0", "uart0". */
static bool is_device_called(const struct expr_scope *scope, uint64_t value,
                             const char *text)
{
    const struct board *board = scope_board(scope);

    if (scope->event && event_device(scope->event) < 0)
        return false;
    if (scope->event)
        value = (uint64_t)event_device(scope->event);
    return value < board->devices && strcmp(board->device[value]->name, text) == 0;
}

/* --- values ------------------------------------------------------------------------------------ */

bool name_value(const struct named *named, const struct expr_scope *scope,
                uint64_t *value)
{
    uint64_t all = 0;

    switch (named->kind) {
    case NAME_FIELD:
        if (!scope->event)
            return false;
        all = event_get(scope->event, named->field);
        break;
    case NAME_KIND:
    case NAME_WHO:
        if (!scope->event)
            return false;
        all = named->kind == NAME_KIND ? scope->event->kind : actor_value(scope->event);
        break;
    case NAME_X:
        all = named->hart->x[named->number];
        break;
    case NAME_PC:
        all = named->hart->pc;
        break;
    case NAME_CSR:
        all = hart_csr_read(named->hart, (unsigned)named->number);
        break;
    case NAME_REGISTER:
        all = names_peek(&(struct register_place){named->device, named->reg,
                                                  (uint32_t)named->number});
        break;
    case NAME_BUILT_IN:
        all = named->built_in->get(scope->run, named->hart);
        break;
    case NAME_NUMBER:
        all = named->number;
        break;
    }
    *value = field_get(all, BITS(named->hi, named->lo));
    return true;
}

/* An event's field in words, as the narration has it; the event need not be at hand. */
static void field_words(struct buf *out, const struct named *named,
                        const struct expr_scope *scope, uint64_t value)
{
    struct narrator narrator = {.run = scope->run, .symbols = NULL};
    struct event event = {0};

    if (scope->event)
        event = *scope->event;
    event.kind = (uint8_t)scope_kind(scope);
    event.board = (uint8_t)scope->board;
    memcpy((char *)&event + named->field->offset, &value, named->field->size);
    narrate_field(out, &narrator, &event, named->field);
}

static void reg_field_words(struct buf *out, const struct reg_field *field,
                            uint64_t value)
{
    for (uint64_t i = 0; field->values && field->values[i]; i++)
        if (i == value)
            buf_text(out, field->values[i]);
}

/* A register with one field that has names is called by them, too: dma0.State. */
static const struct reg_field *named_field(const struct named *named)
{
    const struct reg_field *fields = named->reg->fields;

    if (named->reg_field)
        return named->reg_field;
    return fields && !fields[1].name ? fields : NULL;
}

void name_words(struct buf *out, const struct named *named,
                const struct expr_scope *scope, uint64_t value)
{
    if (named->kind == NAME_KIND && value < EVENT_KINDS)
        buf_text(out, event_infos[value].name);
    else if (named->kind == NAME_WHO)
        put_actor(out, scope, value);
    else if (named->kind == NAME_FIELD)
        field_words(out, named, scope, value);
    else if (named->kind == NAME_REGISTER && named_field(named))
        reg_field_words(out, named_field(named), value);
    else if (named->kind == NAME_BUILT_IN)
        put_unit(out, named->built_in->unit, value);
    else if (named->kind == NAME_CSR)
        csr_value_words(out, (unsigned)named->number, named->hi, named->lo, value);
}

bool name_is_called(const struct named *named, const struct expr_scope *scope,
                    uint64_t value, const char *text)
{
    struct buf words = {0};
    bool same;

    name_words(&words, named, scope, value);
    same = words.size && strcasecmp(buf_str(&words), text) == 0;
    buf_free(&words);
    return same || (named->kind == NAME_WHO && is_device_called(scope, value, text));
}
