/*
 * What to do about an exit.
 *
 * A guest runs by itself until it does what only the hypervisor may do, or until somebody
 * outside wants something. Then the hart traps into HS-mode, and scause says why. There
 * are few reasons:
 *
 *   scause                what it is                         what is done about it
 *   interrupt 5           the hypervisor's timer             other guests' turn: schedule.c
 *   interrupt 9           a device of the machine            interrupt.c
 *   10 ecall from VS      the guest asks: SBI                sbi_guest.c
 *   21, 23 guest-page     load or store where the second     emulate: decode.c, then the
 *          fault          stage has no memory                device that is meant
 *   20 guest-page fault   the guest jumps there              an access fault, given to it
 *   22 virtual            WFI where guests share a hart      another guest's turn
 *      instruction        an instruction of hypervisors,     illegal: our guests have none,
 *                         or WFI in VU-mode                  and their programs may not wait
 *
 * Everything else is delegated to the guest (hedeleg, hideleg) and never comes here: page
 * faults of its own tables, its system calls, its timer.
 *
 * What a guest may not do it is told as hardware would tell it. Where there is nothing,
 * or where a device does not take an access of that size, the bus of a real machine
 * answers with an error, and the hart takes an access fault. So does the guest's.
 */
#include "hypervisor/exit.h"

#include "hypervisor/decode.h"
#include "hypervisor/interrupt.h"
#include "hypervisor/sbi_guest.h"
#include "hypervisor/schedule.h"
#include "include/csr.h"
#include "lib/mark.h"

enum { WFI = 0x10500073 };

static const struct device *device_at(const struct guest *guest, uint64_t gpa)
{
    for (const struct device *const *at = guest->kind->device; *at; at++)
        if (gpa - (*at)->base < (*at)->size)
            return *at;
    return NULL;
}

static bool load(struct guest *guest, const struct device *device, uint32_t offset,
                 const struct access *access)
{
    unsigned shift = 64 - 8 * access->width;
    uint64_t value;

    if (!device->read(guest, offset, access->width, &value))
        return false;
    value <<= shift;
    value = access->sign ? (uint64_t)((int64_t)value >> shift) : value >> shift;
    if (access->reg)
        guest->vcpu.x[access->reg] = value;
    return true;
}

static bool store(struct guest *guest, const struct device *device, uint32_t offset,
                  const struct access *access)
{
    uint64_t value = guest->vcpu.x[access->reg];

    if (access->width < 8)
        value &= (UINT64_C(1) << 8 * access->width) - 1;
    return device->write(guest, offset, access->width, value);
}

/* htval has the guest-physical address without its two lowest bits. */
static bool emulate(struct guest *guest, const struct access *access, uint64_t tval)
{
    uint64_t gpa = read_csr(htval) << 2 | (tval & 3);
    const struct device *device = device_at(guest, gpa);
    uint32_t offset;

    if (!device || gpa & (access->width - 1))
        return false;
    offset = (uint32_t)(gpa - device->base);
    mark(MARK_HV_EMULATE);
    return access->store ? store(guest, device, offset, access)
                         : load(guest, device, offset, access);
}

static void guest_page_fault(struct guest *guest, uint64_t cause)
{
    uint64_t tval = read_csr(stval); /* decoding may trap, and change it */
    struct access access;
    enum decoded decoded = decode(guest, &access);

    if (decoded == DECODE_AGAIN)
        return;
    if (decoded == DECODED && emulate(guest, &access, tval))
        guest->vcpu.sepc += access.length;
    else
        guest_trap(guest,
                   cause == CAUSE_LOAD_GUEST_PAGE ? CAUSE_LOAD_ACCESS
                                                  : CAUSE_STORE_ACCESS,
                   tval);
}

/* A program in VU-mode may not send its kernel to sleep. */
static void virtual_instruction(struct guest *guest)
{
    uint64_t insn = read_csr(stval);

    if (insn == WFI && guest->vcpu.sstatus & STATUS_SPP) {
        guest->vcpu.sepc += 4;
        guest->state = GUEST_WAITING;
    } else {
        guest_trap(guest, CAUSE_ILLEGAL, insn);
    }
}

static void exception(struct guest *guest, uint64_t cause)
{
    switch (cause) {
    case CAUSE_ECALL_VS:
        guest->vcpu.sepc += 4;
        sbi_answer_guest(guest);
        break;
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE:
        guest_page_fault(guest, cause);
        break;
    case CAUSE_FETCH_GUEST_PAGE:
        guest_trap(guest, CAUSE_FETCH_ACCESS, read_csr(stval));
        break;
    case CAUSE_VIRTUAL:
        virtual_instruction(guest);
        break;
    default:
        schedule_stop(guest, true, "has trapped with cause", cause);
        break;
    }
}

struct guest *vm_exit(struct guest *guest)
{
    uint64_t cause = read_csr(scause);

    mark(MARK_HV_DECODE);
    if (cause == (CAUSE_INTERRUPT | IRQ_SEI))
        external_interrupt(guest->hart);
    else if (cause == (CAUSE_INTERRUPT | IRQ_STI))
        schedule_timer(guest->hart);
    else
        exception(guest, cause);
    return schedule(guest->hart);
}
