#include "machine/device/regs.h"

#include "base/bits.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

const char *const reg_decimal[] = {NULL};

/* The part of one register that an access covers. */
struct part {
    const struct reg *reg;
    unsigned index;
    unsigned bytes; /* how many of the access's bytes are in it */
    unsigned shift; /* bit of the register at which they begin */
    uint64_t lanes; /* their bits in the register */
};

static unsigned reg_count(const struct reg *reg)
{
    return reg->count ? reg->count : 1;
}

const struct reg *regfile_find(const struct regfile *file, uint32_t offset,
                               unsigned *index)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct reg *reg = &file->regs[i];
        uint32_t past = offset - reg->offset;
        uint32_t stride = reg->stride ? reg->stride : reg->size;

        if (offset < reg->offset || past / stride >= reg_count(reg) ||
            past % stride >= reg->size)
            continue;
        *index = past / stride;
        return reg;
    }
    return NULL;
}

static size_t slot_at(const struct reg *reg, unsigned index)
{
    return reg->at + index * reg->step;
}

static uint64_t slot_get(const struct reg *reg, const void *device, unsigned index)
{
    uint64_t value = reg->width ? 0 : reg->reset;

    assert(reg->width <= sizeof(value));
    memcpy(&value, (const char *)device + slot_at(reg, index), reg->width);
    return value;
}

static void slot_set(const struct reg *reg, void *device, unsigned index,
                     uint64_t value)
{
    memcpy((char *)device + slot_at(reg, index), &value, reg->width);
}

/* Finds the register at `offset` and how much of an access of `size` bytes is its. */
static bool find_part(const struct regfile *file, uint32_t offset, unsigned size,
                      struct part *part)
{
    uint32_t stride, inside;

    part->reg = regfile_find(file, offset, &part->index);
    if (!part->reg)
        return false;
    stride = part->reg->stride ? part->reg->stride : part->reg->size;
    inside = (offset - part->reg->offset) % stride;
    part->bytes = part->reg->size - inside;
    if (part->bytes > size)
        part->bytes = size;
    part->shift = 8 * inside;
    part->lanes = BITS(8 * part->bytes - 1, 0) << part->shift;
    return true;
}

/* Whether every byte of the access is in some register: nothing is done by halves. */
static bool all_there(const struct regfile *file, uint32_t offset, unsigned size)
{
    struct part part;

    for (unsigned done = 0; done < size; done += part.bytes)
        if (!find_part(file, offset + done, size - done, &part))
            return false;
    return true;
}

void regfile_reset(const struct regfile *file, void *device)
{
    for (size_t i = 0; i < file->count; i++)
        for (unsigned index = 0; index < reg_count(&file->regs[i]); index++)
            slot_set(&file->regs[i], device, index, file->regs[i].reset);
}

/* What the register holds or shows; `acts` is the device again for a read, which may have
 * effects, and NULL for a peek. */
static uint64_t value_of(const struct part *part, const void *device, void *acts)
{
    const struct reg *reg = part->reg;

    if (acts && reg->read)
        return reg->read(acts, part->index);
    if (!acts && reg->peek)
        return reg->peek(device, part->index);
    return slot_get(reg, device, part->index);
}

static enum bus_response get(const struct regfile *file, const void *device, void *acts,
                             uint32_t offset, unsigned size, uint64_t *value)
{
    struct part part;

    *value = 0;
    if (!all_there(file, offset, size))
        return BUS_DECERR;
    for (unsigned done = 0; done < size; done += part.bytes) {
        find_part(file, offset + done, size - done, &part);
        *value |= (value_of(&part, device, acts) & part.lanes) >> part.shift
                                                                      << 8 * done;
    }
    return BUS_OKAY;
}

enum bus_response regfile_read(const struct regfile *file, void *device,
                               uint32_t offset, unsigned size, uint64_t *value)
{
    return get(file, device, device, offset, size, value);
}

enum bus_response regfile_peek(const struct regfile *file, const void *device,
                               uint32_t offset, unsigned size, uint64_t *value)
{
    return get(file, device, NULL, offset, size, value);
}

/*
 * A narrow write leaves the other bytes of the register as they are: their writable bits
 * are written back unchanged, and no bit there is cleared by writing 1.
 */
static void write_reg(const struct part *part, void *device, uint64_t value)
{
    const struct reg *reg = part->reg;
    uint64_t old =
        reg->width ? slot_get(reg, device, part->index) : value_of(part, device, NULL);
    uint64_t wrote =
        (old & reg->rw & ~part->lanes) | ((value << part->shift) & part->lanes);
    uint64_t now =
        ((old & ~reg->rw) | (wrote & reg->rw)) & ~(wrote & part->lanes & reg->w1c);

    slot_set(reg, device, part->index, now);
    if (reg->written)
        reg->written(device, part->index, old, wrote);
}

enum bus_response regfile_write(const struct regfile *file, void *device,
                                uint32_t offset, unsigned size, uint64_t value)
{
    struct part part;

    if (!all_there(file, offset, size))
        return BUS_DECERR;
    for (unsigned done = 0; done < size; done += part.bytes) {
        find_part(file, offset + done, size - done, &part);
        write_reg(&part, device, value >> 8 * done);
    }
    return BUS_OKAY;
}
