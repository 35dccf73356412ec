/*
 * RISC-V PLIC 1.0.0. A request takes this way:
 *
 *   device's line --> gateway --> IP bit --> compare with each context --> hart's line
 *                        ^                                |
 *                        +---- completion <---- claim <---+
 *
 * The gateway of a source passes one request on and then holds back until the handler
 * has completed it; only then does it look at the level again. A request that is
 * pending stays pending even if the device lowers its line (chapter "Interrupt
 * Gateways": the gateway cannot retract it).
 */
#include "machine/interrupt/plic.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <assert.h>
#include <stdlib.h>

#define PRIORITY_MASK BITS(PLIC_PRIORITY_BITS - 1, 0)

static void set_bit(uint32_t *words, unsigned n, bool value)
{
    uint32_t bit = UINT32_C(1) << n % 32;

    words[n / 32] = value ? words[n / 32] | bit : words[n / 32] & ~bit;
}

bool plic_enabled(const struct plic *plic, unsigned source)
{
    for (unsigned i = 0; i < PLIC_CONTEXTS; i++)
        if (plic_bit(plic->context[i].enable, source))
            return true;
    return false;
}

/* The highest priority wins, and among equals the lowest number. Priority 0 never. */
unsigned plic_best(const struct plic *plic, unsigned context)
{
    const struct plic_context *target = &plic->context[context];
    unsigned best = 0;

    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        uint32_t asking = plic->pending[word] & target->enable[word];

        for (unsigned n = 32 * word; asking; asking >>= 1, n++)
            if (asking & 1 && plic->priority[n] > plic->priority[best])
                best = n;
    }
    return best;
}

/* A context's line follows from pending, enable, priority and threshold alone. */
static void drive_context(struct plic *plic, unsigned context)
{
    struct plic_context *target = &plic->context[context];
    const struct hart_line_out *out = &plic->out[context];
    bool level = plic->priority[plic_best(plic, context)] > target->threshold;

    if (target->level == level)
        return;
    target->level = level;
    if (out->set)
        out->set(out->ctx, context % 2 ? LINE_SEIP : LINE_MEIP, level);
}

static void drive_all(struct plic *plic)
{
    for (unsigned context = 0; context < PLIC_CONTEXTS; context++)
        drive_context(plic, context);
}

static void set_pending(struct plic *plic, unsigned source, bool pending)
{
    struct device *device = &plic->device;

    set_bit(plic->pending, source, pending);
    EMIT(device->events, device->queue->now, IRQ_PENDING, irq_pending,
         .source = (uint16_t)source, .device = device->index, .pending = pending);
}

/* The gateway: asks once for a level that is high, until that request is completed. */
static void gateway(struct plic *plic, unsigned source)
{
    if (plic_bit(plic->level, source) && !plic_bit(plic->pending, source) &&
        !plic_bit(plic->claimed, source))
        set_pending(plic, source, true);
}

void plic_set_source(struct device *device, uint16_t source, bool level)
{
    struct plic *plic = (struct plic *)device;

    assert(source < PLIC_SOURCES);
    if (source == 0)
        return;
    set_bit(plic->level, source, level);
    gateway(plic, source);
    drive_all(plic);
}

/* A claim is a read: it takes the best request, whatever the threshold. */
static uint64_t claim(void *ctx, unsigned context)
{
    struct plic *plic = ctx;
    struct device *device = &plic->device;
    unsigned source = plic_best(plic, context);

    if (source == 0)
        return 0;
    EMIT(device->events, device->queue->now, IRQ_CLAIM, irq_claim,
         .source = (uint16_t)source, .context = (uint16_t)context,
         .device = device->index);
    set_bit(plic->claimed, source, true);
    set_pending(plic, source, false);
    drive_all(plic);
    return source;
}

static uint64_t peek_claim(const void *ctx, unsigned context)
{
    return plic_best(ctx, context);
}

/* Ignored for a source that is not enabled for the context. */
static void complete(void *ctx, unsigned context, uint64_t old, uint64_t source)
{
    struct plic *plic = ctx;
    struct device *device = &plic->device;

    (void)old;
    if (source >= PLIC_SOURCES ||
        !plic_bit(plic->context[context].enable, (unsigned)source))
        return;
    EMIT(device->events, device->queue->now, IRQ_COMPLETE, irq_complete,
         .source = (uint16_t)source, .context = (uint16_t)context,
         .device = device->index);
    set_bit(plic->claimed, (unsigned)source, false);
    gateway(plic, (unsigned)source);
    drive_all(plic);
}

static void priority_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)old;
    (void)wrote;
    drive_all(ctx);
}

static void context_written(void *ctx, unsigned context, uint64_t old, uint64_t wrote)
{
    (void)old;
    (void)wrote;
    drive_context(ctx, context);
}

static const struct reg_field priority_fields[] = {
    {PLIC_PRIORITY_BITS - 1, 0, "priority", "1 (lowest) to 7; 0: never interrupts",
     NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field threshold_fields[] = {
    {PLIC_PRIORITY_BITS - 1, 0, "threshold", "only higher priorities interrupt", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field claim_fields[] = {
    {31, 0, "source", "interrupt source; 0: none is pending", reg_decimal},
    {0, 0, NULL, NULL, NULL},
};

/* One word of the enable bits of every context; bit 0 of word 0 is no source's. */
#define ENABLE(word, writable)                                                         \
    {                                                                                  \
        .offset = PLIC_ENABLE + 4 * (word), .size = 4, .name = "ENABLE" #word,         \
        .at = offsetof(struct plic, context[0].enable[word]), .width = 4,              \
        .rw = (writable), .written = context_written, .count = PLIC_CONTEXTS,          \
        .stride = PLIC_ENABLE_STRIDE, .step = sizeof(struct plic_context),             \
        .help = "one bit a source: the context wants it"                               \
    }

static const struct reg plic_regs[] = {
    {
        .offset = PLIC_PRIORITY + 4,
        .size = 4,
        .name = "PRIORITY",
        .at = offsetof(struct plic, priority[1]),
        .width = 4,
        .rw = PRIORITY_MASK,
        .written = priority_written,
        .fields = priority_fields,
        .help = "priority of a source, the first is source 1",
        .first = 1,
        .count = PLIC_SOURCES - 1,
        .stride = 4,
        .step = sizeof(uint32_t),
    },
    {
        .offset = PLIC_PENDING,
        .size = 4,
        .name = "PENDING",
        .at = offsetof(struct plic, pending),
        .width = 4,
        .help = "one bit a source: a request waits to be claimed",
        .count = PLIC_WORDS,
        .stride = 4,
        .step = sizeof(uint32_t),
    },
    ENABLE(0, BITS(31, 1)),
    ENABLE(1, BITS(31, 0)),
    ENABLE(2, BITS(31, 0)),
    {
        .offset = PLIC_CONTEXT,
        .size = 4,
        .name = "THRESHOLD",
        .at = offsetof(struct plic, context[0].threshold),
        .width = 4,
        .rw = PRIORITY_MASK,
        .written = context_written,
        .fields = threshold_fields,
        .help = "priorities up to this one do not interrupt the context",
        .count = PLIC_CONTEXTS,
        .stride = PLIC_CONTEXT_STRIDE,
        .step = sizeof(struct plic_context),
    },
    {
        .offset = PLIC_CONTEXT + PLIC_CLAIM,
        .size = 4,
        .name = "CLAIM",
        .rw = BITS(31, 0),
        .read = claim,
        .peek = peek_claim,
        .written = complete,
        .fields = claim_fields,
        .help = "read: claims the best pending source; write: completes a source",
        .count = PLIC_CONTEXTS,
        .stride = PLIC_CONTEXT_STRIDE,
    },
};

static const struct regfile plic_regfile = {plic_regs, COUNT(plic_regs)};

/* What is not a register here, or is one of a hart that is not there, reads as 0 and
 * takes writes without effect. */
static bool is_there(const struct plic *plic, uint32_t offset)
{
    unsigned context;

    if (!regfile_find(&plic_regfile, offset, &context))
        return false;
    return offset < PLIC_ENABLE || plic->out[context].set;
}

static enum bus_response plic_read(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    *value = 0;
    return is_there(ctx, offset) ? regfile_read(&plic_regfile, ctx, offset, size, value)
                                 : BUS_OKAY;
}

static enum bus_response plic_write(void *ctx, uint32_t offset, unsigned size,
                                    uint64_t value)
{
    return is_there(ctx, offset)
               ? regfile_write(&plic_regfile, ctx, offset, size, value)
               : BUS_OKAY;
}

static enum bus_response plic_peek(const void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    *value = 0;
    return is_there(ctx, offset) ? regfile_peek(&plic_regfile, ctx, offset, size, value)
                                 : BUS_OKAY;
}

/* The devices' own resets lower their lines, so that nothing is asked for here. */
static void plic_reset(struct device *device)
{
    struct plic *plic = (struct plic *)device;

    for (unsigned source = 0; source < PLIC_SOURCES; source++)
        plic->priority[source] = 0;
    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        plic->pending[word] = plic->claimed[word] = 0;
        for (unsigned i = 0; i < PLIC_CONTEXTS; i++)
            plic->context[i].enable[word] = 0;
    }
    for (unsigned i = 0; i < PLIC_CONTEXTS; i++)
        plic->context[i].threshold = 0;
    drive_all(plic);
}

static void plic_state(struct device *device, struct state *state)
{
    struct plic *plic = (struct plic *)device;

    STATE(state, plic->priority);
    STATE(state, plic->pending);
    STATE(state, plic->claimed);
    STATE(state, plic->level);
    for (unsigned i = 0; i < PLIC_CONTEXTS; i++) {
        STATE(state, plic->context[i].enable);
        STATE(state, plic->context[i].threshold);
        STATE(state, plic->context[i].level);
    }
}

static void plic_free(struct device *device)
{
    free(device);
}

static struct device *plic_create(const struct device_place *place, struct err *err)
{
    struct plic *plic = alloc_zero(1, sizeof(*plic));

    (void)err;
    device_init(&plic->device, &plic_type, place);
    return &plic->device;
}

const struct device_type plic_type = {
    .name = "plic",
    .help = "RISC-V platform-level interrupt controller: 95 sources, 7 priorities",
    .size = PLIC_SIZE,
    .min_size = 4,
    .max_size = 4,
    .regs = &plic_regfile,
    .create = plic_create,
    .free = plic_free,
    .reset = plic_reset,
    .state = plic_state,
    .read = plic_read,
    .write = plic_write,
    .peek = plic_peek,
};
