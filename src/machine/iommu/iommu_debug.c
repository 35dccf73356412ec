/*
 * The debug interface (chapter 4 "Debug support"): software asks for a translation, and
 * gets it a while later. Without capabilities.DBG its registers stay 0.
 */
#include "machine/iommu/iommu_debug.h"

#include "machine/iommu/iommu_engine.h"
#include "machine/iommu/iommu_translate.h"

enum debug { DEBUG_NONE, DEBUG_ASKED, DEBUG_ANSWERED };

void iommu_debug_iova(struct iommu *iommu, uint64_t old)
{
    if (!(iommu->capabilities & IOMMU_CAP_DBG))
        iommu->tr_req_iova = 0;
    else if (iommu->tr_req_ctl & IOMMU_TR_BUSY)
        iommu->tr_req_iova = old;
}

/* What is asked while a request is under way is not heard. */
void iommu_debug_control(struct iommu *iommu, uint64_t old)
{
    const struct device *common = &iommu->device;

    if (!(iommu->capabilities & IOMMU_CAP_DBG))
        iommu->tr_req_ctl = 0;
    else if (old & IOMMU_TR_BUSY)
        iommu->tr_req_ctl = old;
    if (iommu->debug.doing != DEBUG_NONE || !(iommu->tr_req_ctl & IOMMU_TR_BUSY))
        return;
    iommu->debug.doing = DEBUG_ASKED;
    iommu_engine_work(&iommu->debug, true);
    iommu_engine_wait(&iommu->debug, common->queue->now + common->costs->iommu_command);
}

/* An Untranslated Request. Who asks for a write asks for a read, too: no page can be
 * written and not read. */
static struct iommu_access debug_access(const struct iommu *iommu)
{
    uint64_t ctl = iommu->tr_req_ctl;
    uint8_t access = ctl & IOMMU_TR_EXE  ? ACCESS_FETCH
                     : ctl & IOMMU_TR_NW ? ACCESS_LOAD
                                         : ACCESS_STORE;

    return (struct iommu_access){.iova = iommu->tr_req_iova,
                                 .device_id = (uint32_t)field_get(ctl, IOMMU_TR_DID),
                                 .process_id = (uint32_t)field_get(ctl, IOMMU_TR_PID),
                                 .access = access,
                                 .has_process_id = ctl & IOMMU_TR_PV,
                                 .privileged = ctl & IOMMU_TR_PRIV};
}

void iommu_debug_done(struct iommu *iommu)
{
    uint64_t now = iommu->device.queue->now;
    struct iommu_access access;
    struct iommu_end end;

    if (iommu->debug.doing == DEBUG_ASKED) {
        access = debug_access(iommu);
        end = iommu_translate(iommu, &access, &now);
        iommu->tr_response = end.cause == IOMMU_NO_CAUSE
                                 ? field_set(0, IOMMU_TR_PPN, end.pa >> RAM_PAGE_SHIFT)
                                 : IOMMU_TR_FAULT;
        iommu->debug.doing = DEBUG_ANSWERED;
        iommu_engine_wait(&iommu->debug, now);
        return;
    }
    iommu->debug.doing = DEBUG_NONE;
    iommu_engine_work(&iommu->debug, false);
    iommu->tr_req_ctl &= ~IOMMU_TR_BUSY;
}
