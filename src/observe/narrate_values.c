/* Values that every face writes: counts, addresses, names of who and of registers. */
#include "base/number.h"
#include "machine/dma/dma.h"
#include "observe/narrate_units.h"

#include <inttypes.h>
#include <string.h>

void put_count(struct buf *out, uint64_t value)
{
    char text[NUMBER_TEXT];

    buf_add(out, text, number_text(text, value, true));
}

void put_address(struct buf *out, const struct narrator *narrator, uint64_t va)
{
    const struct symbol *symbol =
        narrator->symbols ? symbols_at(narrator->symbols, va) : NULL;

    if (!symbol)
        buf_printf(out, "0x%" PRIx64, va);
    else if (symbol->address == va)
        buf_printf(out, "%s (0x%" PRIx64 ")", symbol->name, va);
    else
        buf_printf(out, "%s+%" PRIu64 " (0x%" PRIx64 ")", symbol->name,
                   va - symbol->address, va);
}

const char *mode_letters(unsigned mode)
{
    static const char *const letters[] = {
        [MODE_U] = "U",   [MODE_S] = "S",   [MODE_M] = "M",
        [MODE_VU] = "VU", [MODE_VS] = "VS",
    };

    return mode < COUNT(letters) && letters[mode] ? letters[mode] : "?";
}

const char *mode_name(unsigned mode)
{
    static const char *const names[] = {
        [MODE_U] = "U-mode",   [MODE_S] = "S-mode",   [MODE_M] = "M-mode",
        [MODE_VU] = "VU-mode", [MODE_VS] = "VS-mode",
    };

    return mode < COUNT(names) && names[mode] ? names[mode] : "?-mode";
}

const struct device *narrate_device_at(const struct run *run, unsigned board,
                                       unsigned device)
{
    if (!run || board >= run->boards || device >= run->board[board]->devices)
        return NULL;
    return run->board[board]->device[device];
}

/* How many devices of that type the board has: a lone one needs no name of its own. */
static unsigned count_type(const struct run *run, unsigned board, const char *type)
{
    unsigned count = 0;

    for (unsigned i = 0; i < run->board[board]->devices; i++)
        count += strcmp(run->board[board]->device[i]->type->name, type) == 0;
    return count;
}

/* The n-th device of a type; NULL: there are fewer, or the board is not known. */
static const struct device *nth_of_type(const struct run *run, unsigned board,
                                        const char *type, unsigned n)
{
    if (!run || board >= run->boards)
        return NULL;
    for (unsigned i = 0; i < run->board[board]->devices; i++)
        if (strcmp(run->board[board]->device[i]->type->name, type) == 0 && n-- == 0)
            return run->board[board]->device[i];
    return NULL;
}

void narrate_put_channel(struct buf *out, const struct run *run, unsigned board,
                         const struct device *device, unsigned channel)
{
    if (!device || count_type(run, board, device->type->name) == 1)
        buf_printf(out, "DMA channel %u", channel);
    else
        buf_printf(out, "%s channel %u", device->name, channel);
}

/* The bus's initiators that are devices of one type, by their number among these. */
static void put_dma_initiator(struct buf *out, const struct narrator *narrator,
                              unsigned board, unsigned number)
{
    const struct device *device =
        nth_of_type(narrator->run, board, "dma", number / DMA_CHANNELS);

    narrate_put_channel(out, narrator->run, board, device, number % DMA_CHANNELS);
}

static void put_device_initiator(struct buf *out, const struct narrator *narrator,
                                 unsigned board, const char *type, const char *what,
                                 unsigned number)
{
    const struct device *device = nth_of_type(narrator->run, board, type, number);

    if (device)
        buf_text(out, device->name);
    else
        buf_printf(out, "%s %u", what, number);
}

void put_initiator(struct buf *out, const struct narrator *narrator, unsigned board,
                   unsigned initiator)
{
    unsigned number = initiator_number(initiator);

    switch (initiator_kind(initiator)) {
    case BY_HART:
        buf_printf(out, "hart %u", number);
        return;
    case BY_DMA:
        put_dma_initiator(out, narrator, board, number);
        return;
    case BY_VIRTIO:
        put_device_initiator(out, narrator, board, "virtio-blk", "virtio device",
                             number);
        return;
    case BY_IOMMU:
        put_device_initiator(out, narrator, board, "iommu", "IOMMU", number);
        return;
    case BY_OUTSIDE:
        buf_text(out, "the outside");
        return;
    case BY_NOBODY:
        buf_text(out, "nobody");
        return;
    }
}

/* Privileged 1.13, table of mcause values. */
void put_cause(struct buf *out, uint64_t cause)
{
    static const char *const exceptions[] = {
        [0] = "instruction address misaligned",
        [1] = "instruction access fault",
        [2] = "illegal instruction",
        [3] = "breakpoint",
        [4] = "load address misaligned",
        [5] = "load access fault",
        [6] = "store/AMO address misaligned",
        [7] = "store/AMO access fault",
        [8] = "environment call from U-mode",
        [9] = "environment call from S-mode",
        [10] = "environment call from VS-mode",
        [11] = "environment call from M-mode",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store/AMO page fault",
        [20] = "instruction guest-page fault",
        [21] = "load guest-page fault",
        [22] = "virtual instruction",
        [23] = "store/AMO guest-page fault",
    };
    static const char *const interrupts[] = {
        [IRQ_SSI] = "supervisor software interrupt",
        [IRQ_MSI] = "machine software interrupt",
        [IRQ_STI] = "supervisor timer interrupt",
        [IRQ_MTI] = "machine timer interrupt",
        [IRQ_SEI] = "supervisor external interrupt",
        [IRQ_MEI] = "machine external interrupt",
        [IRQ_VSSI] = "virtual supervisor software interrupt",
        [IRQ_VSTI] = "virtual supervisor timer interrupt",
        [IRQ_VSEI] = "virtual supervisor external interrupt",
        [IRQ_SGEI] = "supervisor guest external interrupt",
    };
    uint64_t number = cause & ~CAUSE_INTERRUPT;
    const char *name = NULL;

    if (cause & CAUSE_INTERRUPT)
        name = number < COUNT(interrupts) ? interrupts[number] : NULL;
    else
        name = number < COUNT(exceptions) ? exceptions[number] : NULL;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "cause %" PRIu64, number);
}

/* --- registers -------------------------------------------------------------------------- */

static const char *reg_name(const struct reg *reg, bool write)
{
    return write && reg->write_name ? reg->write_name : reg->name;
}

void put_register(struct buf *out, const struct narrator *narrator, unsigned board,
                  unsigned device_index, uint32_t offset, bool write)
{
    const struct device *device = narrate_device_at(narrator->run, board, device_index);
    unsigned index = 0;
    const struct reg *reg = device ? device_reg(device, offset, &index) : NULL;

    if (!device)
        buf_printf(out, "device %u at offset 0x%" PRIx32, device_index, offset);
    else if (!reg)
        buf_printf(out, "%s at offset 0x%" PRIx32, device->name, offset);
    else if (strcmp(device->type->name, "dma") == 0) {
        narrate_put_channel(out, narrator->run, board, device, index);
        buf_printf(out, " %s", reg->name);
    } else if (reg->count > 1)
        buf_printf(out, "%s %s[%u]", device->name, reg_name(reg, write),
                   index + reg->first);
    else
        buf_printf(out, "%s %s", device->name, reg_name(reg, write));
}

static unsigned named_values(const struct reg_field *field)
{
    unsigned count = 0;

    while (field->values && field->values[count])
        count++;
    return count;
}

/* Fields that are 0 go without saying. Gives whether one was not. */
static bool put_fields(struct buf *out, const struct reg_field *field, uint64_t value)
{
    bool some = false;

    for (; field && field->name; field++) {
        uint64_t part = field_get(value, BITS(field->hi, field->lo));

        if (part == 0)
            continue;
        buf_printf(out, "%s%s=", some ? " " : "", field->name);
        if (part < named_values(field))
            buf_text(out, field->values[part]);
        else if (field->values == reg_decimal)
            buf_printf(out, "%" PRIu64, part);
        else
            buf_printf(out, part < 10 ? "%" PRIu64 : "0x%" PRIx64, part);
        some = true;
    }
    return some;
}

void put_register_value(struct buf *out, const struct reg *reg, uint64_t value,
                        bool write)
{
    const struct reg_field *fields = reg ? reg->fields : NULL;
    const char *word = NULL;

    if (reg && write && (reg->write_fields || reg->write_word))
        fields = reg->write_fields;
    if (reg && write && reg->write_word)
        word = reg->write_word((uint8_t)value);
    if (word)
        buf_text(out, word);
    else if (!put_fields(out, fields, value))
        buf_printf(out, value < 10 ? "%" PRIu64 : "0x%" PRIx64, value);
}
