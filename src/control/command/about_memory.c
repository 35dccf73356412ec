/* about 0x80210000, code 0x80000058, a region: addresses. */
#include "base/path.h"
#include "control/command/about.h"
#include "control/command/show.h"
#include "machine/isa/isa.h"
#include "observe/ask/names.h"
#include "observe/ask/peek.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 16 };

/* --- what is there ------------------------------------------------------------------------ */

static const struct device *device_at(const struct board *board, uint64_t pa)
{
    for (unsigned i = 0; i < board->bus.mmios; i++) {
        const struct mmio *mmio = &board->bus.mmio[i];

        if (pa - mmio->base < mmio->size && mmio->device < board->devices)
            return board->device[mmio->device];
    }
    return NULL;
}

/* A device's register, at the first byte of which the address may be. */
static bool tell_device(struct about *about, const struct device *device, uint64_t pa,
                        struct err *err)
{
    uint32_t offset = (uint32_t)(pa - device->base);
    unsigned index = 0;
    const struct reg *reg =
        device->type->regs ? regfile_find(device->type->regs, offset, &index) : NULL;
    struct lvalue place = {.kind = LVALUE_REGISTER, .device = device->index, .hi = 63};

    about_say(about, "physical address 0x%" PRIx64 " is offset 0x%x of %s", pa, offset,
              device->name);
    if (!reg) {
        about_say(about, "no register is there");
        return about_device(about, device, "", err);
    }
    place.number = reg->offset + index * reg->stride;
    place.size = reg->size;
    place.hi = (uint8_t)(8 * reg->size - 1);
    return about_place(about, device->name, &place, err);
}

/* Is each of them a letter that can be read, or nothing? */
static void put_text(struct buf *out, const uint8_t *bytes, size_t count)
{
    struct buf text = {0};

    for (size_t i = 0; i < count && bytes[i] >= ' ' && bytes[i] < 0x7f; i++)
        buf_char(&text, (char)bytes[i]);
    if (text.size > 2)
        buf_printf(out, ", text \"%s\"", text.data);
    buf_free(&text);
}

static void say_bytes(struct about *about, const struct ram *ram, uint64_t pa)
{
    uint64_t left = ram->base + ram->size - pa;
    size_t count = left < BYTES ? (size_t)left : BYTES;
    const struct hart *hart = session_hart(about->session);
    uint8_t bytes[BYTES];
    struct buf text = {0};

    count = peek_physical(hart->bus, pa, bytes, count, NULL);
    buf_printf(&text, "%zu bytes there are", count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, " %02x", bytes[i]);
    put_text(&text, bytes, count);
    ask_say(about->call, &text);
    buf_free(&text);
}

static void say_region(struct about *about, uint64_t pa)
{
    const struct region *region = subject_region(&about->session->subject, pa);
    struct buf symbol = {0};

    if (region)
        about_say(about,
                  "physical address 0x%" PRIx64 " is in RAM: byte %" PRIu64
                  " of the region %s",
                  pa, pa - region->base, region->name);
    else
        about_say(about, "physical address 0x%" PRIx64 " is in RAM", pa);
    if (!region && show_name(&symbol, about->session, pa))
        about_say(about, "the program calls it %s", symbol.data);
    buf_free(&symbol);
}

static bool tell_ram(struct about *about, uint64_t pa)
{
    const struct ram *ram = &session_board(about->session)->bus.ram;
    const struct lvalue place = {.kind = LVALUE_MEMORY,
                                 .physical = true,
                                 .hart = about->session->hart,
                                 .number = pa,
                                 .size = 1,
                                 .hi = 63};

    say_region(about, pa);
    say_bytes(about, ram, pa);
    about_writer(about, &place);
    about_next(about, "who u8p[0x%" PRIx64 "]", pa);
    about_next(about, "watch u8p[0x%" PRIx64 "]", pa);
    about_next(about, "info regions");
    return true;
}

bool about_address(struct about *about, const char *name, struct err *err)
{
    const struct board *board = session_board(about->session);
    const struct device *device;
    uint64_t pa;

    if (!about_number(name, &pa))
        return err_set(err, "'%s' is no address", name);
    if (ram_has(&board->bus.ram, pa, 1))
        return tell_ram(about, pa);
    device = device_at(board, pa);
    if (device)
        return tell_device(about, device, pa, err);
    return err_set(err,
                   "nothing answers at physical address %s: see info map; a moment "
                   "is written #1234",
                   name);
}

bool about_region(struct about *about, const char *name, struct err *err)
{
    const struct subject *subject = &about->session->subject;
    const struct region *region = subject->region;
    struct buf size = {0};
    char address[24];

    while (region < subject->region + subject->regions &&
           strcmp(region->name, name) != 0)
        region++;
    if (region == subject->region + subject->regions)
        return err_set(err, "no part of RAM is called '%s': see info regions", name);
    put_count(&size, region->size);
    about_say(about,
              "the region %s: a part of RAM to which the %s gives this name, %s bytes "
              "from 0x%" PRIx64 " to 0x%" PRIx64,
              region->name, subject->scenario ? "scenario" : "program", size.data,
              region->base, region->base + (region->size - 1));
    buf_free(&size);
    snprintf(address, sizeof(address), "0x%" PRIx64, region->base);
    return about_address(about, address, err);
}

/* --- instructions --------------------------------------------------------------------------- */

/* Its row of the instruction table; of a compressed one what it stands for, too. */
static void say_effect(struct about *about, uint32_t bits)
{
    struct insn insn = insn_decode(bits);
    const struct insn_info *info = &insn_infos[insn.form], *does = &insn_infos[insn.op];

    if (insn.op == OP_ILLEGAL) {
        about_say(about, "no instruction has that encoding: it raises an illegal "
                         "instruction exception");
        return;
    }
    if (info != does)
        about_say(about, "%s is a short form of %s, in 2 bytes (extension %s)",
                  info->name, does->name, info->extension);
    about_say(about, "what %s does: %s (extension %s)", does->name, does->effect,
              does->extension);
}

/* Is it a word of the text: "rd" of "rd = rs1", not of "doubleword"? */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) &&
            !isalnum((unsigned char)at[length]))
            return true;
    return false;
}

static void put_operand(struct buf *out, const char *effect, const char *word,
                        unsigned number, const struct hart *value_of)
{
    if (!has_word(effect, word))
        return;
    buf_printf(out, "%s%s is %s", out->size ? ", " : "", word, xreg_names[number]);
    if (value_of && number)
        buf_printf(out, " = 0x%" PRIx64, value_of->x[number]);
}

static void say_operands(struct about *about, uint32_t bits, const struct hart *hart)
{
    struct insn insn = insn_decode(bits);
    const char *effect = insn_infos[insn.op].effect;
    struct buf text = {0};

    if (!effect)
        return;
    put_operand(&text, effect, "rd", insn.rd, NULL);
    put_operand(&text, effect, "rs1", insn.rs1, hart);
    put_operand(&text, effect, "rs2", insn.rs2, hart);
    if (has_word(effect, "imm"))
        buf_printf(&text, "%simm is %" PRId32, text.size ? ", " : "", insn.imm);
    if (text.size)
        about_say(about, "here %s, as it is now", text.data);
    buf_free(&text);
}

static void say_source(struct about *about, uint64_t va)
{
    const char *file, *text;
    const struct line *line = show_line(about->session, va, &file);
    size_t length;

    if (!line)
        return;
    text = subject_line(&about->session->subject, file, line->line, &length);
    while (text && length && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    about_say(about, "the source, line %" PRIu32 " of %s%s%.*s", line->line,
              path_base(file), text ? ": " : "", text ? (int)length : 0,
              text ? text : "");
}

bool about_code(struct about *about, const char *name, struct err *err)
{
    struct session *session = about->session;
    const struct hart *hart = session_hart(session);
    struct expr_scope scope = session_scope(session);
    struct expr *expr = expr_parse_all(name, err);
    struct buf text = {0};
    uint64_t va;
    uint32_t bits;

    if (!expr || !expr_value(expr, &scope, &va, err)) {
        expr_free(expr);
        return false;
    }
    expr_free(expr);
    if (!peek_instruction(hart, va, &bits, err))
        return false;
    buf_text(&text, "at ");
    show_address(&text, session, va);
    buf_text(&text, " is the instruction `");
    show_instruction(&text, session, bits, va);
    buf_char(&text, '`');
    about_say(about, "%s%s", text.data,
              hart->pc == va ? ", which this hart executes next" : "");
    buf_free(&text);
    say_effect(about, bits);
    say_operands(about, bits, hart);
    say_source(about, va);
    about_next(about, "break *0x%" PRIx64, va);
    about_next(about, "list *0x%" PRIx64, va);
    about_next(about, "who u8[0x%" PRIx64 "]", va);
    return about_line(about, ABOUT_TABLES, err, "disassemble 0x%" PRIx64 ",+16", va);
}
