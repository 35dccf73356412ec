#ifndef FACE_TUI_WATCH_CSRS_H
#define FACE_TUI_WATCH_CSRS_H

#include "machine/hart/hart.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the CSRs of a hart were during the window: each time that an event finds them
 * changed, they are kept, the last few times. A trap, an instruction and an interrupt line
 * are all told after they have changed something, so the CSRs "before" an event are those
 * that the event before it found.
 */
enum { CSR_TIMES = 8 };

struct csr_log {
    uint64_t times; /* so far; the last is at (times - 1) % CSR_TIMES */
    struct csr_time {
        unsigned event; /* of the window: the first that found them so */
        uint8_t mode;
        bool is_virtual;
        struct csrs csr;
    } time[CSR_TIMES];
};

/* The machine stands where event number `event` of the window is told. */
void csr_log_take(struct csr_log *log, const struct hart *hart, unsigned event);

/* As they were when event `event` was told; NULL: not known. */
const struct csr_time *csr_log_at(const struct csr_log *log, unsigned event);

#endif
