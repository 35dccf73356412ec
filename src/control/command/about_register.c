/* about a0, mstatus.MIE, dma0.Control[1].run: what holds a value and has a name. */
#include "base/bits.h"
#include "control/command/about.h"
#include "control/command/show.h"
#include "machine/isa/isa.h"
#include "observe/ask/csr_values.h"
#include "observe/ask/names.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <stdio.h>

/* --- registers x ------------------------------------------------------------------------ */

/* What the RISC-V calling convention has each register for ("Integer Register
 * Convention"), and whether it is the same again when a call returns. */
static const struct {
    const char *role;
    bool kept;
} roles[32] = {
    {"always 0; what is written to it is lost", true},
    {"the return address: a call writes it", false},
    {"the stack pointer", true},
    {"the global pointer: nobody changes it", true},
    {"the thread pointer: nobody changes it", true},
    {"a temporary, and the alternate link register", false},
    {"a temporary", false},
    {"a temporary", false},
    {"a saved register, or the frame pointer", true},
    {"a saved register", true},
    {"the first argument, and the return value", false},
    {"the second argument, and the second half of a return value", false},
    {"the third argument", false},
    {"the fourth argument", false},
    {"the fifth argument", false},
    {"the sixth argument", false},
    {"the seventh argument; the function of a call to the SBI firmware", false},
    {"the eighth argument; the extension of a call to the SBI firmware", false},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a saved register", true},
    {"a temporary", false},
    {"a temporary", false},
    {"a temporary", false},
    {"a temporary", false},
};

/* "it is 0x80210000 (2,149,646,336), buffer+0"; addresses have names. */
static void say_number(struct about *about, uint64_t value)
{
    struct buf text = {0}, name = {0};

    buf_printf(&text, "it is 0x%" PRIx64, value);
    if (value >= 10) {
        buf_text(&text, ", decimal ");
        put_count(&text, value);
    }
    if (show_name(&name, about->session, value))
        buf_printf(&text, "; as an address it is %s", name.data);
    ask_say(about->call, &text);
    buf_free(&name);
    buf_free(&text);
}

static void tell_x(struct about *about, const struct lvalue *place)
{
    unsigned number = (unsigned)place->number;
    const char *name = xreg_names[number];

    about_say(about, "register %s (x%u) of hart %u: %s", name, number, place->hart,
              roles[number].role);
    if (number)
        about_say(about, "by the calling convention a call %s it",
                  roles[number].kept ? "preserves" : "may change");
    say_number(about, session_board(about->session)->hart[place->hart].x[number]);
    if (number) {
        about_writer(about, place);
        about_next(about, "who hart%u.%s", place->hart, name);
    }
    about_next(about, "info registers hart%u", place->hart);
}

static bool tell_pc(struct about *about, const struct lvalue *place, struct err *err)
{
    char address[24];

    about_say(about,
              "the program counter of hart %u: where the instruction is that it "
              "executes next",
              place->hart);
    snprintf(address, sizeof(address), "0x%" PRIx64,
             session_board(about->session)->hart[place->hart].pc);
    return about_code(about, address, err);
}

/* --- CSRs ------------------------------------------------------------------------------- */

static const struct csr_field *csr_field_at(const struct csr_info *csr,
                                            const struct lvalue *place)
{
    const struct csr_field *f = csr->fields;

    while (f && f->name && (f->hi != place->hi || f->lo != place->lo))
        f++;
    return f && f->name ? f : NULL;
}

static void put_bits(struct buf *out, unsigned hi, unsigned lo)
{
    if (hi == lo)
        buf_printf(out, "bit %u", hi);
    else
        buf_printf(out, "bits %u to %u", hi, lo);
}

static void tell_csr_field(struct about *about, const struct csr_info *csr,
                           const struct csr_field *field, const struct hart *hart)
{
    uint64_t value =
        field_get(hart_csr_read(hart, csr->number), BITS(field->hi, field->lo));
    struct buf text = {0}, words = {0};

    buf_printf(&text, "%s.%s of hart %u, ", csr->name, field->name, hart->id);
    put_bits(&text, field->hi, field->lo);
    buf_printf(&text, ": %s", field->help);
    ask_say(about->call, &text);
    csr_value_words(&words, csr->number, field->hi, field->lo, value);
    about_say(about, "it is 0x%" PRIx64 "%s%s", value, words.size ? ", " : "",
              buf_str(&words));
    about_say(about, "%s is: %s; specification: %s", csr->name, csr->help,
              csr->section);
    buf_free(&words);
    buf_free(&text);
}

static bool tell_csr(struct about *about, const struct lvalue *place, struct err *err)
{
    const struct csr_info *csr = csr_by_number((unsigned)place->number);
    const struct csr_field *field = csr_field_at(csr, place);
    unsigned hart = about->session->hart;
    bool ok = true;

    about->session->hart = place->hart; /* info csr is about the session's */
    if (field)
        tell_csr_field(about, csr, field, session_hart(about->session));
    else
        ok = about_line(about, ABOUT_ALL, err, "info csr %s", csr->name);
    if (ok) {
        about_writer(about, place);
        about_next(about, "who hart%u.%s%s%s", place->hart, csr->name, field ? "." : "",
                   field ? field->name : "");
        about_next(about, "catch csr %s", csr->name);
    }
    about->session->hart = hart;
    return ok;
}

/* --- registers of devices ----------------------------------------------------------------- */

static const struct reg_field *field_at(const struct reg *reg,
                                        const struct lvalue *place)
{
    const struct reg_field *f = place->side == SIDE_WRITTEN && reg->write_fields
                                    ? reg->write_fields
                                    : reg->fields;

    while (f && f->name && (f->hi != place->hi || f->lo != place->lo))
        f++;
    return f && f->name ? f : NULL;
}

/* "Control[1]". */
static void put_name(struct buf *out, const struct reg *reg, unsigned index,
                     bool written)
{
    buf_text(out, written && reg->write_name ? reg->write_name : reg->name);
    if (reg->count > 1)
        buf_printf(out, "[%u]", index + reg->first);
}

static void say_register(struct about *about, const struct device *device,
                         const struct reg *reg, const char *name,
                         const struct lvalue *place)
{
    uint64_t value =
        names_peek(&(struct register_place){device, reg, (uint32_t)place->number});
    struct buf words = {0};

    about_say(about, "%s.%s, %u byte%s at 0x%" PRIx64 "%s%s", device->name, name,
              reg->size, reg->size == 1 ? "" : "s", device->base + place->number,
              reg->help ? ": " : "", reg->help ? reg->help : "");
    if (reg->write_name)
        about_say(about, "when it is read it is %s, when it is written %s", reg->name,
                  reg->write_name);
    show_register_fields(&words, reg, value);
    about_say(about, "it is 0x%" PRIx64 "%s%s", value, words.size ? ": " : "",
              buf_str(&words));
    buf_free(&words);
}

static void say_reg_field(struct about *about, const struct device *device,
                          const struct reg *reg, const char *name,
                          const struct reg_field *field, const struct lvalue *place)
{
    uint64_t all =
        names_peek(&(struct register_place){device, reg, (uint32_t)place->number});
    uint64_t value = field_get(all, BITS(field->hi, field->lo)), names = 0;
    struct buf text = {0};

    buf_printf(&text, "%s.%s.%s, ", device->name, name, field->name);
    put_bits(&text, field->hi, field->lo);
    buf_printf(&text, "%s%s", field->help ? ": " : "", field->help ? field->help : "");
    ask_say(about->call, &text);
    while (field->values && field->values[names])
        names++;
    about_say(about, "it is 0x%" PRIx64 "%s%s", value, value < names ? ", " : "",
              value < names ? field->values[value] : "");
    buf_free(&text);
}

static bool tell_register(struct about *about, const struct lvalue *place,
                          struct err *err)
{
    const struct device *device = session_board(about->session)->device[place->device];
    unsigned index = 0;
    const struct reg *reg =
        regfile_find(device->type->regs, (uint32_t)place->number, &index);
    const struct reg_field *field = field_at(reg, place);
    struct buf name = {0};
    bool ok = true;

    put_name(&name, reg, index, place->side == SIDE_WRITTEN);
    if (field)
        say_reg_field(about, device, reg, name.data, field, place);
    else
        say_register(about, device, reg, name.data, place);
    about_writer(about, place);
    if (!field)
        ok = about_line(about, ABOUT_TABLES, err, "info device %s %s", device->name,
                        name.data);
    about_next(about, "who %s.%s%s%s", device->name, name.data, field ? "." : "",
               field ? field->name : "");
    about_next(about, "catch register %s.%s", device->name, name.data);
    about_next(about, "about %s", device->name);
    buf_free(&name);
    return ok;
}

/* --- all of them ---------------------------------------------------------------------------- */

/* Memory at a virtual address is asked about where it is. */
static bool tell_memory(struct about *about, const struct lvalue *place,
                        struct err *err)
{
    uint64_t pa = place->number;
    char address[24];

    if (!place->physical &&
        !peek_address(&session_board(about->session)->hart[place->hart], place->number,
                      ACCESS_LOAD, &pa, err))
        return false;
    if (pa != place->number)
        about_say(about,
                  "hart %u finds virtual address 0x%" PRIx64
                  " at physical address 0x%" PRIx64,
                  place->hart, place->number, pa);
    snprintf(address, sizeof(address), "0x%" PRIx64, pa);
    return about_address(about, address, err);
}

bool about_place(struct about *about, const char *text, const struct lvalue *place,
                 struct err *err)
{
    switch (place->kind) {
    case LVALUE_X:
        tell_x(about, place);
        return true;
    case LVALUE_PC:
        return tell_pc(about, place, err);
    case LVALUE_CSR:
        return tell_csr(about, place, err);
    case LVALUE_REGISTER:
        return tell_register(about, place, err);
    case LVALUE_MEMORY:
        return tell_memory(about, place, err);
    case LVALUE_NONE:
        break;
    }
    return err_set(err, "'%s' has no place of its own", text);
}
