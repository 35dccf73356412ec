#include "face/tui/watch/csrs.h"

#include <string.h>

void csr_log_take(struct csr_log *log, const struct hart *hart, unsigned event)
{
    const struct csr_time *last =
        log->times ? &log->time[(log->times - 1) % CSR_TIMES] : NULL;
    struct csr_time *time;

    if (last && last->mode == hart->mode && last->is_virtual == hart->is_virtual &&
        memcmp(&last->csr, &hart->csr, sizeof(hart->csr)) == 0)
        return;
    time = &log->time[log->times++ % CSR_TIMES];
    time->event = event;
    time->mode = hart->mode;
    time->is_virtual = hart->is_virtual;
    time->csr = hart->csr;
}

const struct csr_time *csr_log_at(const struct csr_log *log, unsigned event)
{
    uint64_t oldest = log->times > CSR_TIMES ? log->times - CSR_TIMES : 0;

    for (uint64_t i = log->times; i-- > oldest;)
        if (log->time[i % CSR_TIMES].event <= event)
            return &log->time[i % CSR_TIMES];
    return NULL;
}
