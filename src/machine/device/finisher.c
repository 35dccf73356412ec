#include "machine/device/finisher.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>

/* The hart that writes; hart 0, if a device does. */
static uint8_t writer(const struct finisher *finisher)
{
    uint8_t by = finisher->device.bus->by;

    return initiator_kind(by) == BY_HART ? by : 0;
}

static void end_run(struct finisher *finisher, uint32_t code)
{
    struct device *device = &finisher->device;

    EMIT(device->events, device->queue->now, FINISH, finish, .code = code,
         .hart = writer(finisher));
    if (finisher->finish)
        finisher->finish(finisher->ctx, code);
}

static void finish_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct finisher *finisher = ctx;

    (void)index;
    (void)old;
    switch (field_get(wrote, BITS(15, 0))) {
    case FINISHER_PASS:
        end_run(finisher, 0);
        return;
    case FINISHER_FAIL:
        end_run(finisher, (uint32_t)field_get(wrote, BITS(31, 16)));
        return;
    case FINISHER_RESET:
        if (finisher->restart)
            finisher->restart(finisher->ctx);
        return;
    default:
        return;
    }
}

static uint64_t nothing_read(void *ctx, unsigned index)
{
    (void)ctx;
    (void)index;
    return 0;
}

static uint64_t nothing_peeked(const void *ctx, unsigned index)
{
    (void)ctx;
    (void)index;
    return 0;
}

static const struct reg_field finish_fields[] = {
    {15, 0, "status", "0x5555 pass, 0x3333 fail, 0x7777 reset the board", NULL},
    {31, 16, "code", "exit code of a failure", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg finisher_regs[] = {
    {
        .offset = 0,
        .size = 4,
        .name = "FINISH",
        .at = offsetof(struct finisher, last),
        .width = 4,
        .rw = BITS(31, 0),
        .read = nothing_read,
        .peek = nothing_peeked,
        .written = finish_written,
        .fields = finish_fields,
        .help = "ends the run or resets the board when written; reads as 0",
    },
};

static const struct regfile finisher_regfile = {finisher_regs, COUNT(finisher_regs)};

/* The rest of the window reads as 0 and takes writes without effect. */
static enum bus_response finisher_read(void *ctx, uint32_t offset, unsigned size,
                                       uint64_t *value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    *value = 0;
    return BUS_OKAY;
}

static enum bus_response finisher_peek(const void *ctx, uint32_t offset, unsigned size,
                                       uint64_t *value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    *value = 0;
    return BUS_OKAY;
}

/* A store of 16 bits at offset 0 counts as one of 32 with an upper half of 0. */
static enum bus_response finisher_write(void *ctx, uint32_t offset, unsigned size,
                                        uint64_t value)
{
    struct finisher *finisher = ctx;

    if (offset == 0)
        return regfile_write(&finisher_regfile, finisher, 0, 4,
                             size == 2 ? value & BITS(15, 0) : value);
    return BUS_OKAY;
}

static void finisher_reset(struct device *device)
{
    regfile_reset(&finisher_regfile, device);
}

static void finisher_state(struct device *device, struct state *state)
{
    struct finisher *finisher = (struct finisher *)device;

    STATE(state, finisher->last);
}

static void finisher_free(struct device *device)
{
    free(device);
}

static struct device *finisher_create(const struct device_place *place, struct err *err)
{
    struct finisher *finisher = alloc_zero(1, sizeof(*finisher));

    (void)err;
    device_init(&finisher->device, &finisher_type, place);
    return &finisher->device;
}

const struct device_type finisher_type = {
    .name = "finisher",
    .help = "SiFive test finisher: software ends the run by a write",
    .size = 0x1000,
    .min_size = 2,
    .max_size = 4,
    .regs = &finisher_regfile,
    .create = finisher_create,
    .free = finisher_free,
    .reset = finisher_reset,
    .state = finisher_state,
    .read = finisher_read,
    .write = finisher_write,
    .peek = finisher_peek,
};
