#include "face/tui/view/fields.h"

#include "base/bits.h"

#include <inttypes.h>
#include <string.h>

const struct reg *fields_register(const struct device_type *type, const char *name)
{
    for (size_t i = 0; i < type->regs->count; i++)
        if (strcmp(type->regs->regs[i].name, name) == 0)
            return &type->regs->regs[i];
    return NULL;
}

static void add_word(struct buf *out, const char *word)
{
    buf_printf(out, "%s%s", out->size ? " " : "", word);
}

void fields_put(struct buf *out, const struct reg *reg, uint64_t value,
                uint64_t without)
{
    for (const struct reg_field *field = reg->fields; field && field->name; field++) {
        uint64_t part = field_get(value, BITS(field->hi, field->lo));

        if (without & BITS(field->hi, field->lo))
            continue;
        if (field->values)
            add_word(out, field->values[part]);
        else if (field->hi == field->lo && part)
            add_word(out, field->name);
    }
}

void fields_put_changed(struct buf *out, const struct reg *reg, uint64_t old,
                        uint64_t value)
{
    for (const struct reg_field *field = reg->fields; field && field->name; field++) {
        uint64_t was = field_get(old, BITS(field->hi, field->lo));
        uint64_t is = field_get(value, BITS(field->hi, field->lo));

        if (was == is)
            continue;
        add_word(out, field->values ? field->values[was] : field->name);
        if (field->values)
            buf_printf(out, "▸%s", field->values[is]);
        else
            buf_printf(out, " %" PRIu64 "▸%" PRIu64, was, is);
    }
}
