/*
 * The fault queue (3.2 "Fault/Event-Queue (FQ)") and the interrupts of both queues.
 *
 * A fault becomes a record of 32 bytes, which waits in a buffer of the IOMMU until it has
 * been written to the queue in memory; then fqt moves on and software is told:
 *
 *          63        40 39  34 33   32 31   12 11    0
 *         |    DID     | TTYP |PRIV|PV|  PID  | CAUSE |     word 0
 *         |                   0                       |     word 1
 *         |                 iotval                    |     word 2: the IOVA
 *         |                 iotval2                   |     word 3: a guest address
 *
 * fqcsr:   OFF --fqen = 1--> STARTING --> ON --a fault--> WRITING --> ON
 *                                          \---fqen = 0--> STOPPING --> OFF
 *
 * While fqof or fqmf is 1 faults leave no record.
 */
#include "machine/iommu/iommu_fault.h"

#include "machine/iommu/iommu_engine.h"

#include <stddef.h>
#include <string.h>

#define RECORD_CAUSE BITS(11, 0)
#define RECORD_PID   BITS(31, 12)
#define RECORD_PV    BIT(32)
#define RECORD_PRIV  BIT(33)
#define RECORD_TTYP  BITS(39, 34)
#define RECORD_DID   BITS(63, 40)

enum fault_queue {
    FQ_OFF, /* 0: as after reset */
    FQ_STARTING,
    FQ_ON,
    FQ_WRITING,
    FQ_STOPPING
};

const char *const iommu_report_names[IOMMU_REPORTS + 1] = {
    [IOMMU_REPORTED] = "software will be told",
    [IOMMU_SILENCED] = "the device context wants no report (DTF)",
    [IOMMU_FQ_OFF] = "nobody is told, the fault queue is off",
    [IOMMU_FQ_ERROR] = "nobody is told, the fault queue has stopped",
    [IOMMU_FQ_BEHIND] = "nobody is told, too many faults wait for the queue",
};

const char *const iommu_recorded_names[IOMMU_RECORDEDS + 1] = {
    [IOMMU_WRITTEN] = "writes",
    [IOMMU_NO_ROOM] = "has no room for",
    [IOMMU_NOT_WRITTEN] = "cannot write",
};

/* --- names ---------------------------------------------------------------------- */

/* 3.2, "Fault record CAUSE field encodings". */
static const struct cause {
    uint16_t cause;
    const char *name;
    bool despite_dtf; /* reported even if DTF is 1 */
} causes[] = {
    {IOMMU_FETCH_ACCESS, "instruction access fault", false},
    {IOMMU_READ_ACCESS, "read access fault", false},
    {IOMMU_WRITE_ACCESS, "write/AMO access fault", false},
    {IOMMU_FETCH_PAGE, "instruction page fault", false},
    {IOMMU_READ_PAGE, "read page fault", false},
    {IOMMU_WRITE_PAGE, "write/AMO page fault", false},
    {IOMMU_FETCH_GUEST_PAGE, "instruction guest-page fault", false},
    {IOMMU_READ_GUEST_PAGE, "read guest-page fault", false},
    {IOMMU_WRITE_GUEST_PAGE, "write/AMO guest-page fault", false},
    {IOMMU_ALL_DISALLOWED, "all inbound transactions disallowed", true},
    {IOMMU_DDT_ACCESS, "DDT entry load access fault", true},
    {IOMMU_DDT_NOT_VALID, "DDT entry not valid", true},
    {IOMMU_DDT_MISCONFIGURED, "DDT entry misconfigured", true},
    {IOMMU_TYPE_DISALLOWED, "transaction type disallowed", false},
};

static const struct cause *find_cause(unsigned cause)
{
    for (size_t i = 0; i < COUNT(causes); i++)
        if (causes[i].cause == cause)
            return &causes[i];
    return NULL;
}

const char *iommu_cause_name(unsigned cause)
{
    const struct cause *found = find_cause(cause);

    return found ? found->name : NULL;
}

const char *iommu_ttyp_name(unsigned ttyp)
{
    static const char *const names[] = {NULL, "fetches", "reads", "writes"};

    return ttyp < COUNT(names) ? names[ttyp] : NULL;
}

/* --- interrupts ------------------------------------------------------------------- */

/* The wire that icvec gives to each bit of ipsr; there are no other bits here. */
static unsigned wire_of(const struct iommu *iommu, unsigned bit)
{
    return (unsigned)(iommu->icvec >> 4 * bit & BITS(3, 0));
}

/* 5.18 "Interrupt pending status register": what pends stays until software clears it,
 * and pends again at once if its reason is still there. */
void iommu_interrupts(struct iommu *iommu)
{
    const uint64_t command =
        IOMMU_QUEUE_MF | IOMMU_CMD_TO | IOMMU_CMD_ILL | IOMMU_FENCE_W_IP;
    uint32_t wires = 0;

    if ((iommu->cqcsr & IOMMU_QUEUE_IE) && (iommu->cqcsr & command))
        iommu->ipsr |= (uint32_t)IOMMU_CIP;
    if ((iommu->fqcsr & IOMMU_QUEUE_IE) &&
        (iommu->fqcsr & (IOMMU_QUEUE_MF | IOMMU_FQOF)))
        iommu->ipsr |= (uint32_t)IOMMU_FIP;
    for (unsigned bit = 0; bit < IOMMU_WIRES; bit++)
        wires |= (iommu->ipsr >> bit & 1u) << wire_of(iommu, bit);
    for (unsigned wire = 0; wire < iommu->device.lines; wire++)
        device_irq(&iommu->device, wire, wires >> wire & 1);
}

/* --- a fault ---------------------------------------------------------------------- */

static struct iommu_fault fault_of(const struct iommu_access *access,
                                   const struct iommu_end *end)
{
    uint64_t word = field_set(0, RECORD_CAUSE, end->cause);

    word = field_set(word, RECORD_TTYP, iommu_ttyp(access));
    word = field_set(word, RECORD_DID, access->device_id);
    if (access->has_process_id) {
        word |= RECORD_PV | (access->privileged ? RECORD_PRIV : 0);
        word = field_set(word, RECORD_PID, access->process_id);
    }
    return (struct iommu_fault){access->iova, end->iotval2, word};
}

/* A device context that was not found has no DTF. */
static enum iommu_report may_report(const struct iommu *iommu,
                                    const struct iommu_end *end)
{
    const struct cause *cause = find_cause(end->cause);

    if (!(iommu->fqcsr & IOMMU_QUEUE_ON) || !(iommu->fqcsr & IOMMU_QUEUE_EN))
        return IOMMU_FQ_OFF;
    if (iommu->fqcsr & (IOMMU_QUEUE_MF | IOMMU_FQOF))
        return IOMMU_FQ_ERROR;
    if (end->has_context && (end->context.tc & IOMMU_TC_DTF) && !cause->despite_dtf)
        return IOMMU_SILENCED;
    return iommu->pending_count < IOMMU_PENDING ? IOMMU_REPORTED : IOMMU_FQ_BEHIND;
}

static void go_on(struct iommu *iommu);

void iommu_report(struct iommu *iommu, const struct iommu_access *access,
                  const struct iommu_end *end, uint64_t now)
{
    enum iommu_report report = may_report(iommu, end);

    EMIT(iommu->device.events, now, IOMMU_FAULT, iommu_fault, .iova = access->iova,
         .iotval2 = end->iotval2, .device_id = access->device_id,
         .cause = (uint16_t)end->cause, .device = iommu->device.index,
         .ttyp = (uint8_t)iommu_ttyp(access), .report = (uint8_t)report);
    if (report == IOMMU_FQ_BEHIND) {
        iommu->fqcsr |= (uint32_t)IOMMU_FQOF;
        iommu_interrupts(iommu);
    }
    if (report != IOMMU_REPORTED)
        return;
    iommu->pending[(iommu->pending_first + iommu->pending_count++) % IOMMU_PENDING] =
        fault_of(access, end);
    go_on(iommu);
}

/* --- the queue in memory ------------------------------------------------------------ */

static uint32_t index_mask(const struct iommu *iommu)
{
    return (uint32_t)(BIT(field_get(iommu->fqb, IOMMU_QUEUE_LOG2SZ) + 1) - 1);
}

static uint64_t record_at(const struct iommu *iommu)
{
    return (field_get(iommu->fqb, IOMMU_QUEUE_PPN) << RAM_PAGE_SHIFT) +
           (uint64_t)iommu->fqt * IOMMU_RECORD_SIZE;
}

static const struct iommu_fault *first_pending(const struct iommu *iommu)
{
    return &iommu->pending[iommu->pending_first % IOMMU_PENDING];
}

static void tell(const struct iommu *iommu, enum iommu_recorded recorded)
{
    EMIT(iommu->device.events, iommu->device.queue->now, IOMMU_RECORD, iommu_record,
         .at = record_at(iommu), .index = iommu->fqt,
         .cause = (uint16_t)field_get(first_pending(iommu)->words, RECORD_CAUSE),
         .device = iommu->device.index, .recorded = (uint8_t)recorded);
}

static void drop_pending(struct iommu *iommu)
{
    iommu->pending_first = iommu->pending_count = 0;
}

static void write_record(struct iommu *iommu)
{
    const struct iommu_fault *fault = first_pending(iommu);

    iommu->fault.word[0] = fault->words;
    iommu->fault.word[1] = 0;
    iommu->fault.word[2] = fault->iotval;
    iommu->fault.word[3] = fault->iotval2;
    iommu->fault.doing = FQ_WRITING;
    iommu_engine_write(&iommu->fault, record_at(iommu), 4, 8);
}

/* An error ends the writing of records; what waits is lost. */
static void fail(struct iommu *iommu, uint64_t flag, enum iommu_recorded recorded)
{
    tell(iommu, recorded);
    iommu->fqcsr |= (uint32_t)flag;
    drop_pending(iommu);
    iommu_interrupts(iommu);
}

static void go_on(struct iommu *iommu)
{
    if (iommu->fault.doing != FQ_ON || iommu->pending_count == 0)
        return;
    if (((iommu->fqt + 1) & index_mask(iommu)) == iommu->fqh)
        fail(iommu, IOMMU_FQOF, IOMMU_NO_ROOM);
    else
        write_record(iommu);
}

static void written(struct iommu *iommu)
{
    iommu->fault.doing = FQ_ON;
    if (!iommu->fault.ok) {
        fail(iommu, IOMMU_QUEUE_MF, IOMMU_NOT_WRITTEN);
        return;
    }
    tell(iommu, IOMMU_WRITTEN);
    iommu->fqt = (iommu->fqt + 1) & index_mask(iommu);
    iommu->pending_first = (iommu->pending_first + 1) % IOMMU_PENDING;
    iommu->pending_count--;
    if (iommu->fqcsr & IOMMU_QUEUE_IE)
        iommu->ipsr |= (uint32_t)IOMMU_FIP;
    iommu_interrupts(iommu);
}

/* --- on and off ---------------------------------------------------------------------- */

static void change(struct iommu *iommu, enum fault_queue doing)
{
    iommu->fault.doing = (uint8_t)doing;
    iommu_engine_wait(&iommu->fault,
                      iommu->device.queue->now + iommu->device.costs->iommu_switch);
}

static void turn_off_if_asked(struct iommu *iommu)
{
    if (iommu->fault.doing != FQ_ON || (iommu->fqcsr & IOMMU_QUEUE_EN))
        return;
    drop_pending(iommu);
    change(iommu, FQ_STOPPING);
}

void iommu_fault_control(struct iommu *iommu, uint32_t old)
{
    bool was = old & IOMMU_QUEUE_EN, is = iommu->fqcsr & IOMMU_QUEUE_EN;

    if (old & IOMMU_QUEUE_BUSY) {
        iommu->fqcsr = old;
        return;
    }
    if (was != is)
        iommu->fqcsr |= (uint32_t)IOMMU_QUEUE_BUSY;
    if (!was && is) {
        iommu->fqt = 0;
        iommu->fqcsr &= (uint32_t) ~(IOMMU_QUEUE_MF | IOMMU_FQOF);
        change(iommu, FQ_STARTING);
    }
    turn_off_if_asked(iommu);
    iommu_interrupts(iommu);
}

void iommu_fault_done(struct iommu *iommu)
{
    switch ((enum fault_queue)iommu->fault.doing) {
    case FQ_STARTING:
        iommu->fault.doing = FQ_ON;
        iommu->fqcsr |= (uint32_t)IOMMU_QUEUE_ON;
        iommu->fqcsr &= (uint32_t)~IOMMU_QUEUE_BUSY;
        break;
    case FQ_WRITING:
        written(iommu);
        break;
    case FQ_STOPPING:
        iommu->fault.doing = FQ_OFF;
        iommu->fqcsr &= (uint32_t) ~(IOMMU_QUEUE_ON | IOMMU_QUEUE_BUSY);
        break;
    case FQ_OFF:
    case FQ_ON:
        break;
    }
    turn_off_if_asked(iommu);
    go_on(iommu);
}

void iommu_fault_reset(struct iommu *iommu)
{
    iommu_engine_reset(&iommu->fault);
    drop_pending(iommu);
    memset(iommu->pending, 0, sizeof(iommu->pending));
}
