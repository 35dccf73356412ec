/*
 * A guest's PLIC, emulated.
 *
 * The guest finds at 0xc000000 the interrupt controller that its driver knows, with one
 * context, that of its hart's S-mode. None of it is there: each access is an exit that ends
 * in read or write below, and the registers are bits in a struct.
 *
 *     line of a device --> gateway --> pending --> enabled? above the threshold?
 *                             ^           |              |
 *                             |         claim        hvip.VSEIP
 *                             +-- complete
 *
 * The output is one bit: hvip.VSEIP is to the guest what the real PLIC's line is to a real
 * hart, and raises an external interrupt in VS-mode without further help.
 *
 * So an interrupt costs a guest three exits where it costs a bare machine none: the one in
 * which the hypervisor learns of it, the guest's claim, and its completion. This is why
 * an emulated interrupt controller is dear, and why later ones (IMSIC) give each guest
 * an interrupt file of its own.
 */
#include "hypervisor/device/vplic.h"

#include "hypervisor/hcsr.h"
#include "include/plic.h"
#include "lib/mark.h"

enum { CONTEXT = 1, PENDING = PLIC_PENDING(0), ENABLE = PLIC_ENABLE(CONTEXT, 0) };
enum { PRIORITIES = 7, VPLIC_BASE = 0xc000000, VPLIC_SIZE = 0x600000 };

static bool get_bit(const uint32_t *words, uint32_t n)
{
    return words[n / 32] >> n % 32 & 1;
}

static void set_bit(uint32_t *words, uint32_t n, bool value)
{
    uint32_t bit = 1u << n % 32;

    words[n / 32] = value ? words[n / 32] | bit : words[n / 32] & ~bit;
}

/* The highest priority, among equals the lowest number; 0: none. Priority 0 never. */
static uint32_t best(const struct vplic *vplic)
{
    uint32_t best = 0;

    for (uint32_t word = 0; word < PLIC_WORDS; word++) {
        uint32_t asking = vplic->pending[word] & vplic->enable[word];

        for (uint32_t n = 32 * word; asking; asking >>= 1, n++)
            if (asking & 1 && vplic->priority[n] > vplic->priority[best])
                best = n;
    }
    return best;
}

/* The guest's external interrupt follows from the registers, and from nothing else. */
static void drive(struct guest *guest)
{
    const struct vplic *vplic = &guest->vplic;

    mark(MARK_HV_INJECT);
    guest_line(guest, HVIP_VSEIP, vplic->priority[best(vplic)] > vplic->threshold);
}

/* The gateway: one request for a level that is high, until it has been completed. */
static void gateway(struct vplic *vplic, uint32_t source)
{
    if (get_bit(vplic->level, source) && !get_bit(vplic->claimed, source))
        set_bit(vplic->pending, source, true);
}

void vplic_line(struct guest *guest, uint32_t source, bool level)
{
    struct vplic *vplic = &guest->vplic;

    if (get_bit(vplic->level, source) == level)
        return;
    set_bit(vplic->level, source, level);
    gateway(vplic, source);
    drive(guest);
}

static uint32_t claim(struct guest *guest)
{
    uint32_t source = best(&guest->vplic);

    if (source) {
        set_bit(guest->vplic.pending, source, false);
        set_bit(guest->vplic.claimed, source, true);
        drive(guest);
    }
    return source;
}

/* Where the device is real, its line as we know it goes down with the completion; if it
 * is still high, the real PLIC says so again. */
static void complete(struct guest *guest, uint64_t source)
{
    struct vplic *vplic = &guest->vplic;
    uint32_t n = (uint32_t)source;

    if (source >= PLIC_SOURCES || !get_bit(vplic->enable, n) ||
        !get_bit(vplic->claimed, n))
        return;
    set_bit(vplic->claimed, n, false);
    if (vplic->given[n]) {
        set_bit(vplic->level, n, false);
        plic_complete(&guest->hart->plic, vplic->given[n]);
    }
    gateway(vplic, n);
    drive(guest);
}

/* All registers have 32 bits. What is not one reads as 0 and ignores writes. */
static bool vplic_read(struct guest *guest, uint32_t offset, unsigned width,
                       uint64_t *value)
{
    struct vplic *vplic = &guest->vplic;
    uint32_t pending = offset - PENDING, enable = offset - ENABLE;

    *value = 0;
    if (width != 4)
        return false;
    if (offset == PLIC_CLAIM(CONTEXT))
        *value = claim(guest);
    else if (offset == PLIC_THRESHOLD(CONTEXT))
        *value = vplic->threshold;
    else if (offset < PLIC_PRIORITY(PLIC_SOURCES))
        *value = vplic->priority[offset / 4];
    else if (pending < 4 * PLIC_WORDS)
        *value = vplic->pending[pending / 4];
    else if (enable < 4 * PLIC_WORDS)
        *value = vplic->enable[enable / 4];
    return true;
}

static bool vplic_write(struct guest *guest, uint32_t offset, unsigned width,
                        uint64_t value)
{
    struct vplic *vplic = &guest->vplic;
    uint32_t enable = offset - ENABLE;

    if (width != 4)
        return false;
    if (offset == PLIC_CLAIM(CONTEXT)) {
        complete(guest, value);
        return true;
    }
    if (offset == PLIC_THRESHOLD(CONTEXT))
        vplic->threshold = value & PRIORITIES;
    else if (offset >= 4 && offset < PLIC_PRIORITY(PLIC_SOURCES))
        vplic->priority[offset / 4] = value & PRIORITIES;
    else if (enable < 4 * PLIC_WORDS)
        vplic->enable[enable / 4] = (uint32_t)value & (enable ? ~0u : ~1u);
    drive(guest);
    return true;
}

const struct device vplic_device = {VPLIC_BASE, VPLIC_SIZE, vplic_read, vplic_write};
