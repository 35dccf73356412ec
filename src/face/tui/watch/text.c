#include "face/tui/watch/text.h"

#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_count(char text[TEXT_NUMBER], uint64_t count)
{
    number_text(text, count, true);
    return text;
}

/* The target of a jump or branch as the program calls it; else as it is. */
static const char *name_target(const struct symbols *symbols, const struct insn *insn,
                               const char *operand)
{
    const struct symbol *symbol = NULL;
    uint64_t target = strtoull(operand, NULL, 16);
    uint8_t class = insn_infos[insn->op].class;

    if (symbols && (class == CLASS_BRANCH || class == CLASS_JUMP) &&
        strncmp(operand, "0x", 2) == 0)
        symbol = symbols_at(symbols, target);
    return symbol && symbol->address == target ? symbol->name : operand;
}

char *text_insn_with(char text[TEXT_INSN], const struct symbols *symbols, uint32_t bits,
                     uint64_t pc)
{
    struct insn insn = insn_decode(bits);
    char plain[TEXT_INSN], *operand;
    size_t at;

    insn_text(plain, sizeof(plain), &insn, pc, true);
    operand = strtok(plain, "\t");
    at = (size_t)snprintf(text, TEXT_INSN, "%-4s", operand ? operand : "");
    for (int i = 0; (operand = strtok(NULL, "\t,")) != NULL; i++)
        at += (size_t)snprintf(text + at, TEXT_INSN - at, "%s%.24s", i ? ", " : " ",
                               name_target(symbols, &insn, operand));
    return text;
}

char *text_insn(char text[TEXT_INSN], const struct watch *watch, uint32_t bits,
                uint64_t pc)
{
    return text_insn_with(text, watch_symbols(watch), bits, pc);
}

char *text_quote(char text[TEXT_DATA], uint64_t value, unsigned size)
{
    unsigned at = 0;

    text[at++] = '"';
    for (unsigned i = 0; i < size && i < 8; i++) {
        char c = (char)(value >> (8 * i));

        if (c < ' ' || c >= 0x7f || size < 2) {
            text[0] = '\0';
            return text;
        }
        text[at++] = c;
    }
    text[at++] = '"';
    text[at] = '\0';
    return text;
}

char *text_data(char text[TEXT_DATA], uint64_t value, unsigned size)
{
    char quote[TEXT_DATA];

    text_quote(quote, value, size);
    snprintf(text, TEXT_DATA, "0x%" PRIx64 "%s%.20s", value, quote[0] ? " " : "",
             quote);
    return text;
}

bool text_fetch_in(const struct watch *watch, unsigned hart, uint8_t mode, uint64_t pc,
                   uint32_t *bits)
{
    const struct hart *of = &watch->board->hart[hart];
    uint64_t got = 0;

    *bits = 0;
    for (unsigned half = 0; half < 2; half++) {
        struct walk_request request = {pc + 2 * half, ACCESS_FETCH, mode, false};
        uint64_t pa = request.va;
        uint16_t parcel = 0;

        if (hart_peek_translate(of, request, &pa) == CAUSE_NONE)
            got = watch_read(watch, pa, &parcel, sizeof(parcel));
        if (got != sizeof(parcel))
            return false;
        *bits |= (uint32_t)parcel << (16 * half);
        if (insn_length(parcel) == 2)
            break;
    }
    return true;
}

bool text_fetch(const struct watch *watch, unsigned hart, uint64_t pc, uint32_t *bits)
{
    return text_fetch_in(watch, hart, watch_mode(watch, hart), pc, bits);
}

char *text_initiator(char text[TEXT_DATA], uint8_t who)
{
    static const char *const names[] = {[BY_HART] = "hart",
                                        [BY_DMA] = "DMA channel",
                                        [BY_VIRTIO] = "virtio device",
                                        [BY_IOMMU] = "IOMMU",
                                        [BY_OUTSIDE] = "the loader",
                                        [BY_NOBODY] = "nobody"};
    enum initiator_kind kind = initiator_kind(who);

    if (kind == BY_OUTSIDE || kind == BY_NOBODY)
        snprintf(text, TEXT_DATA, "%s", names[kind]);
    else
        snprintf(text, TEXT_DATA, "%s %u", names[kind], initiator_number(who));
    return text;
}

char *text_register(char text[TEXT_DATA], const struct device *device, uint32_t offset,
                    bool write)
{
    unsigned index = 0;
    const struct reg *reg = device_reg(device, offset, &index);
    const char *name = !reg                       ? ""
                       : write && reg->write_name ? reg->write_name
                                                  : reg->name;

    if (!reg)
        snprintf(text, TEXT_DATA, "+0x%" PRIx32, offset);
    else if (reg->count > 1 && strcmp(device->type->name, "dma") == 0)
        snprintf(text, TEXT_DATA, "ch %u %.24s", index, name);
    else if (reg->count > 1)
        snprintf(text, TEXT_DATA, "%.24s %u", name, index + reg->first);
    else
        snprintf(text, TEXT_DATA, "%.24s", name);
    return text;
}
