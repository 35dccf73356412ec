/*
 * When the IOMMU uses the bus for its queues. Each queue has an engine, which does one
 * thing at a time, as entries of the event queue:
 *
 *   NONE --wait--> WAIT ------------------------------------> done
 *   NONE --read, write--> ASK --bus is free--> act --> END --> done
 *                          |                    ^
 *                          +-- bus is taken --> ACT
 *
 * All engines and the walks of translations share one port to the bus: whoever finds it
 * taken goes on when it is free. While an engine wants or has the bus it is counted in
 * the bus's `others`.
 */
#include "machine/iommu/iommu_engine.h"

#include <string.h>

enum iommu_phase {
    PHASE_NONE,
    PHASE_WAIT, /* nothing but time */
    PHASE_ASK,  /* for the bus */
    PHASE_ACT,  /* its slots begin */
    PHASE_END   /* its slots are over */
};

uint64_t iommu_slot(const struct iommu *iommu)
{
    uint32_t price = iommu->device.costs->iommu_read;

    return price ? price : 1;
}

enum initiator iommu_initiator(const struct iommu *iommu)
{
    return (enum initiator)(INITIATOR_IOMMU + iommu->device.unit);
}

static void arm(struct iommu_engine *engine, enum iommu_phase phase, uint64_t due)
{
    engine->phase = (uint8_t)phase;
    queue_arm(engine->iommu->device.queue, &engine->timer, due);
}

void iommu_engine_work(struct iommu_engine *engine, bool works)
{
    struct bus *bus = engine->iommu->device.bus;

    if (works && !engine->works)
        bus->others++;
    else if (!works && engine->works)
        bus->others--;
    engine->works = works;
}

void iommu_engine_wait(struct iommu_engine *engine, uint64_t at)
{
    arm(engine, PHASE_WAIT, at);
}

static void begin_move(struct iommu_engine *engine, uint64_t pa)
{
    engine->pa = pa;
    engine->ok = true;
    iommu_engine_work(engine, true);
    arm(engine, PHASE_ASK, engine->iommu->device.queue->now);
}

void iommu_engine_read(struct iommu_engine *engine, uint64_t pa, unsigned count)
{
    engine->write = false;
    engine->size = 8;
    engine->count = (uint8_t)count;
    begin_move(engine, pa);
}

void iommu_engine_write(struct iommu_engine *engine, uint64_t pa, unsigned count,
                        unsigned size)
{
    engine->write = true;
    engine->size = (uint8_t)size;
    engine->count = (uint8_t)count;
    begin_move(engine, pa);
}

void iommu_engine_reset(struct iommu_engine *engine)
{
    iommu_engine_work(engine, false);
    arm(engine, PHASE_NONE, NEVER);
    engine->doing = 0;
    engine->write = engine->ok = false;
    engine->size = engine->count = 0;
    engine->pa = 0;
    memset(engine->word, 0, sizeof(engine->word));
}

/* --- accesses ------------------------------------------------------------------ */

static void tell(const struct iommu_engine *engine, uint64_t now, uint64_t old,
                 enum bus_response response)
{
    const struct iommu *iommu = engine->iommu;

    EMIT(iommu->device.events, now, BUS_TRANSFER, bus_transfer, .pa = engine->pa,
         .old = engine->write ? old : engine->word[0], .value = engine->word[0],
         .size = (uint32_t)engine->size * engine->count,
         .price = (uint32_t)(engine->count * iommu_slot(iommu)),
         .initiator = (uint8_t)iommu_initiator(iommu),
         .access = engine->write ? ACCESS_STORE : ACCESS_LOAD,
         .response = (uint8_t)response);
}

static enum bus_response access_word(struct iommu_engine *engine, unsigned n)
{
    struct bus *bus = engine->iommu->device.bus;
    enum initiator who = iommu_initiator(engine->iommu);
    uint64_t pa = engine->pa + (uint64_t)n * engine->size;

    if (engine->write)
        return bus_write(bus, who, pa, engine->size, engine->word[n]);
    if (!ram_has(&bus->ram, pa, engine->size))
        return BUS_DECERR; /* what a register would give is no command */
    return bus_read(bus, who, pa, engine->size, &engine->word[n]);
}

static void act(struct iommu_engine *engine, uint64_t now)
{
    struct iommu *iommu = engine->iommu;
    enum bus_response response = BUS_OKAY;
    uint64_t old = 0;

    bus_peek(iommu->device.bus, engine->pa, &old, engine->size);
    iommu->acting = true;
    for (unsigned n = 0; n < engine->count && response == BUS_OKAY; n++)
        response = access_word(engine, n);
    iommu->acting = false;
    engine->ok = response == BUS_OKAY;
    tell(engine, now, old, response);
    arm(engine, PHASE_END, now + engine->count * iommu_slot(iommu));
}

static void ask(struct iommu_engine *engine, uint64_t now)
{
    struct iommu *iommu = engine->iommu;
    uint64_t length = engine->count * iommu_slot(iommu), from;

    if (iommu->port_until > now) {
        arm(engine, PHASE_ASK, iommu->port_until);
        return;
    }
    from = bus_take(iommu->device.bus, iommu_initiator(iommu), now, length, engine->pa);
    iommu->port_until = from + length;
    if (from == now)
        act(engine, now);
    else
        arm(engine, PHASE_ACT, from);
}

void iommu_engine_fire(void *ctx, uint64_t now)
{
    struct iommu_engine *engine = ctx;
    enum iommu_phase phase = (enum iommu_phase)engine->phase;

    engine->phase = PHASE_NONE;
    switch (phase) {
    case PHASE_ASK:
        ask(engine, now);
        return;
    case PHASE_ACT:
        act(engine, now);
        return;
    case PHASE_END:
        iommu_engine_work(engine, false);
        engine->done(engine->iommu);
        return;
    case PHASE_WAIT:
        engine->done(engine->iommu);
        return;
    case PHASE_NONE: /* not armed */
        return;
    }
}

void iommu_engine_state(struct iommu_engine *engine, struct state *state)
{
    STATE(state, engine->phase);
    STATE(state, engine->doing);
    STATE(state, engine->works);
    STATE(state, engine->write);
    STATE(state, engine->ok);
    STATE(state, engine->size);
    STATE(state, engine->count);
    STATE(state, engine->pa);
    STATE(state, engine->word);
}
