/*
 * RISC-V ACLINT 1.0-rc4 (MSWI and MTIMER devices) at the offsets of SiFive's CLINT.
 * mtime is not counted: it is the cycle count divided, plus an offset that a write to
 * mtime sets. A hart's timer line is high while mtime >= mtimecmp; the queue tells when
 * that comes true.
 */
#include "machine/interrupt/aclint.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>

uint64_t aclint_time(const struct aclint *aclint)
{
    return aclint->device.queue->now / ACLINT_TICK + aclint->offset;
}

static void drive(struct aclint_hart *hart, unsigned line, bool level)
{
    const struct hart_line_out *out = &hart->aclint->out[hart->id];

    if (out->set)
        out->set(out->ctx, line, level);
}

/* The first cycle at which the comparison gives something else: mtime is mtimecmp or, if
 * it has been, has run over and is 0. */
static uint64_t due_cycle(const struct aclint_hart *hart, bool reached)
{
    uint64_t ticks = (reached ? 0 : hart->mtimecmp) - aclint_time(hart->aclint);
    uint64_t tick_now = hart->aclint->device.queue->now / ACLINT_TICK;

    if (ticks == 0 || ticks > (NEVER - 1) / ACLINT_TICK - tick_now)
        return NEVER;
    return (tick_now + ticks) * ACLINT_TICK;
}

/* After mtime, mtimecmp or the time has changed. */
static void compare(struct aclint_hart *hart)
{
    bool reached = aclint_time(hart->aclint) >= hart->mtimecmp;

    queue_arm(hart->aclint->device.queue, &hart->timer, due_cycle(hart, reached));
    if (hart->mtip == reached)
        return;
    hart->mtip = reached;
    drive(hart, LINE_MTIP, reached);
}

static void timer_fires(void *ctx, uint64_t now)
{
    (void)now;
    compare(ctx);
}

static void msip_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct aclint *aclint = ctx;

    if ((old ^ wrote) & 1)
        drive(&aclint->hart[index], LINE_MSIP, wrote & 1);
}

static void mtimecmp_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct aclint *aclint = ctx;

    (void)old;
    (void)wrote;
    compare(&aclint->hart[index]);
}

static uint64_t read_mtime(void *ctx, unsigned index)
{
    (void)index;
    return aclint_time(ctx);
}

static uint64_t peek_mtime(const void *ctx, unsigned index)
{
    (void)index;
    return aclint_time(ctx);
}

static void tell_offset(const struct aclint *aclint)
{
    if (aclint->offset_changed)
        aclint->offset_changed(aclint->offset_ctx, aclint->offset);
}

static void set_offset(struct aclint *aclint, uint64_t offset)
{
    aclint->offset = offset;
    tell_offset(aclint);
    for (unsigned i = 0; i < ACLINT_HARTS; i++)
        compare(&aclint->hart[i]);
}

static void mtime_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct aclint *aclint = ctx;

    (void)index;
    (void)old;
    set_offset(aclint, wrote - aclint->device.queue->now / ACLINT_TICK);
}

static const struct reg_field msip_fields[] = {
    {0, 0, "msip", "machine software interrupt of the hart", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg aclint_regs[] = {
    {
        .offset = ACLINT_MSIP,
        .size = 4,
        .name = "MSIP",
        .at = offsetof(struct aclint, hart[0].msip),
        .width = 4,
        .rw = BIT(0),
        .written = msip_written,
        .fields = msip_fields,
        .help = "raises the hart's machine software interrupt",
        .count = ACLINT_HARTS,
        .stride = 4,
        .step = sizeof(struct aclint_hart),
    },
    {
        .offset = ACLINT_MTIMECMP,
        .size = 8,
        .name = "MTIMECMP",
        .at = offsetof(struct aclint, hart[0].mtimecmp),
        .width = 8,
        .rw = BITS(63, 0),
        .written = mtimecmp_written,
        .help = "the hart's timer interrupt is pending while MTIME >= MTIMECMP",
        .count = ACLINT_HARTS,
        .stride = 8,
        .step = sizeof(struct aclint_hart),
    },
    {
        .offset = ACLINT_MTIME,
        .size = 8,
        .name = "MTIME",
        .rw = BITS(63, 0),
        .read = read_mtime,
        .peek = peek_mtime,
        .written = mtime_written,
        .help = "the clock, 10 MHz: one tick in 100 cycles",
    },
};

static const struct regfile aclint_regfile = {aclint_regs, COUNT(aclint_regs)};

/* Registers of harts that are not there, and the gaps, read as 0 and take writes
 * without effect. */
static bool is_there(const struct aclint *aclint, uint32_t offset)
{
    unsigned hart;

    if (!regfile_find(&aclint_regfile, offset, &hart))
        return false;
    return offset >= ACLINT_MTIME || aclint->out[hart].set;
}

static enum bus_response aclint_read(void *ctx, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    *value = 0;
    return is_there(ctx, offset)
               ? regfile_read(&aclint_regfile, ctx, offset, size, value)
               : BUS_OKAY;
}

static enum bus_response aclint_write(void *ctx, uint32_t offset, unsigned size,
                                      uint64_t value)
{
    return is_there(ctx, offset)
               ? regfile_write(&aclint_regfile, ctx, offset, size, value)
               : BUS_OKAY;
}

static enum bus_response aclint_peek(const void *ctx, uint32_t offset, unsigned size,
                                     uint64_t *value)
{
    *value = 0;
    return is_there(ctx, offset)
               ? regfile_peek(&aclint_regfile, ctx, offset, size, value)
               : BUS_OKAY;
}

/* mtime starts at 0. The specification leaves mtimecmp open; it is 0 as on QEMU, so that
 * the timer interrupt is pending until software sets it. */
static void aclint_reset(struct device *device)
{
    struct aclint *aclint = (struct aclint *)device;

    for (unsigned i = 0; i < ACLINT_HARTS; i++) {
        struct aclint_hart *hart = &aclint->hart[i];

        hart->msip = 0;
        hart->mtimecmp = 0;
        hart->mtip = false;
        drive(hart, LINE_MSIP, false);
        drive(hart, LINE_MTIP, false);
    }
    set_offset(aclint, -(device->queue->now / ACLINT_TICK));
}

static void aclint_state(struct device *device, struct state *state)
{
    struct aclint *aclint = (struct aclint *)device;

    for (unsigned i = 0; i < ACLINT_HARTS; i++) {
        STATE(state, aclint->hart[i].mtimecmp);
        STATE(state, aclint->hart[i].msip);
        STATE(state, aclint->hart[i].mtip);
    }
    STATE(state, aclint->offset);
    if (state->mode == STATE_LOAD)
        tell_offset(aclint);
}

static void aclint_free(struct device *device)
{
    free(device);
}

static struct device *aclint_create(const struct device_place *place, struct err *err)
{
    static const char *const names[ACLINT_HARTS] = {
        "timer of hart 0", "timer of hart 1", "timer of hart 2", "timer of hart 3",
        "timer of hart 4", "timer of hart 5", "timer of hart 6", "timer of hart 7",
    };
    struct aclint *aclint = alloc_zero(1, sizeof(*aclint));

    device_init(&aclint->device, &aclint_type, place);
    for (unsigned i = 0; i < ACLINT_HARTS; i++) {
        struct aclint_hart *hart = &aclint->hart[i];

        hart->aclint = aclint;
        hart->id = (uint8_t)i;
        if (!device_timer(&aclint->device, &hart->timer, names[i], timer_fires, hart,
                          err)) {
            aclint_free(&aclint->device);
            return NULL;
        }
    }
    return &aclint->device;
}

const struct device_type aclint_type = {
    .name = "aclint",
    .help =
        "core-local interruptor: software interrupts, mtime and timers of the harts",
    .size = ACLINT_SIZE,
    .min_size = 4,
    .max_size = 8,
    .regs = &aclint_regfile,
    .create = aclint_create,
    .free = aclint_free,
    .reset = aclint_reset,
    .state = aclint_state,
    .read = aclint_read,
    .write = aclint_write,
    .peek = aclint_peek,
};
