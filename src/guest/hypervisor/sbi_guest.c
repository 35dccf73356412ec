/*
 * What guests may ask for: the Supervisor Binary Interface, version 2.0.
 *
 * A kernel on the bare machine asks the firmware below it, by ecall. In a guest that same
 * instruction is an exit, with another cause (10), and the hypervisor answers in the
 * firmware's place: the kernel does not know the difference. This is the way for a guest to
 * ask for what it cannot have itself:
 *
 *   BASE   what is there?
 *   TIME   a timer interrupt, for guests that do not use stimecmp
 *   DBCN   writing to the console; nothing is ever typed
 *   SRST   the guest is at its end. Shutting down is all there is: we restart no guests
 *
 * Extensions that are not here are not there: SBI_ERR_NOT_SUPPORTED.
 */
#include "hypervisor/sbi_guest.h"

#include "hypervisor/console.h"
#include "hypervisor/schedule.h"
#include "include/sbi.h"
#include "lib/mark.h"

enum {
    IMPLEMENTATION = 0x52494e47, /* "RING": nobody has registered it */
    MOST_BYTES = 128             /* of text a call, so that a turn can end */
};

/* Registers of a call: a0 to a7 are x10 to x17. */
enum { A0 = 10, A1 = 11, A2 = 12, A6 = 16, A7 = 17 };

struct answer {
    int64_t error;
    uint64_t value;
};

static struct answer base(const uint64_t *x)
{
    switch (x[A6]) {
    case SBI_BASE_SPEC_VERSION:
        return (struct answer){SBI_SUCCESS, SBI_VERSION_2_0};
    case SBI_BASE_IMPL_ID:
        return (struct answer){SBI_SUCCESS, IMPLEMENTATION};
    case SBI_BASE_IMPL_VERSION:
        return (struct answer){SBI_SUCCESS, 1};
    case SBI_BASE_PROBE_EXTENSION:
        return (struct answer){SBI_SUCCESS, x[A0] == SBI_BASE || x[A0] == SBI_TIME ||
                                                x[A0] == SBI_DBCN || x[A0] == SBI_SRST};
    case SBI_BASE_MVENDORID:
    case SBI_BASE_MARCHID:
    case SBI_BASE_MIMPID:
        return (struct answer){SBI_SUCCESS, 0};
    default:
        return (struct answer){SBI_ERR_NOT_SUPPORTED, 0};
    }
}

static struct answer set_timer(struct guest *guest, const uint64_t *x)
{
    if (x[A6] != SBI_TIME_SET_TIMER)
        return (struct answer){SBI_ERR_NOT_SUPPORTED, 0};
    schedule_guest_timer(guest, x[A0]);
    return (struct answer){SBI_SUCCESS, 0};
}

/* A text is at the physical address a1 (and a2, its upper half, which a hart of 64 bits
 * does not need), a0 bytes long. It may be written in part. */
static struct answer console(struct guest *guest, const uint64_t *x)
{
    uint64_t bytes = x[A0];
    const char *text;

    if (x[A6] == SBI_DBCN_CONSOLE_READ)
        return (struct answer){SBI_SUCCESS, 0};
    if (x[A6] == SBI_DBCN_CONSOLE_WRITE_BYTE) {
        console_put(guest, (char)x[A0]);
        return (struct answer){SBI_SUCCESS, 0};
    }
    if (x[A6] != SBI_DBCN_CONSOLE_WRITE)
        return (struct answer){SBI_ERR_NOT_SUPPORTED, 0};
    text = x[A2] ? NULL : guest_memory(guest, x[A1], bytes);
    if (!text)
        return (struct answer){SBI_ERR_INVALID_PARAM, 0};
    if (bytes > MOST_BYTES)
        bytes = MOST_BYTES;
    for (uint64_t i = 0; i < bytes; i++)
        console_put(guest, text[i]);
    return (struct answer){SBI_SUCCESS, bytes};
}

static struct answer reset(struct guest *guest, const uint64_t *x)
{
    if (x[A6] != SBI_SRST_SYSTEM_RESET || x[A0] != SBI_SRST_SHUTDOWN)
        return (struct answer){SBI_ERR_NOT_SUPPORTED, 0};
    schedule_stop(guest, x[A1] != SBI_SRST_NO_REASON, NULL, 0);
    return (struct answer){SBI_SUCCESS, 0};
}

void sbi_answer_guest(struct guest *guest)
{
    uint64_t *x = guest->vcpu.x;
    struct answer answer = {SBI_ERR_NOT_SUPPORTED, 0};

    mark(MARK_HV_EMULATE);
    switch (x[A7]) {
    case SBI_BASE:
        answer = base(x);
        break;
    case SBI_TIME:
        answer = set_timer(guest, x);
        break;
    case SBI_DBCN:
        answer = console(guest, x);
        break;
    case SBI_SRST:
        answer = reset(guest, x);
        break;
    default:
        break;
    }
    x[A0] = (uint64_t)answer.error;
    x[A1] = answer.value;
}
