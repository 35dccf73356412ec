/*
 * Interrupts of the machine's devices: the real PLIC.
 *
 * All of them come to the hypervisor. A guest's hart traps (external interrupt, cause 9),
 * the hypervisor claims at the PLIC, and by the source's number it knows who is concerned:
 *
 *   the disk of the back end      ->  backend.c finishes a request; done here
 *   the IOMMU's fault queue       ->  passthrough.c reports; done here
 *   a device that a guest has     ->  the guest: a line into its emulated PLIC goes up
 *
 * In the last case the hypervisor knows nothing about the device and cannot quiet it. Its
 * line stays high until the guest's driver has served it. So the source must stay claimed,
 * or it would interrupt again at once and for ever: the real PLIC hears "complete" only
 * when the guest has completed at the emulated one. Until then the source is silent, and so
 * a guest that never completes hurts itself alone.
 *
 *   device   real PLIC        hypervisor               emulated PLIC       guest
 *   -- high --> pending
 *               ------ trap -->|
 *              <---- claim ----|-- line up ---------------> pending
 *                                                            ---- hvip.VSEIP ---->|
 *                                                           <--- claim (exit) ----|
 *   <------------------------------------------------ serves the device ----------|
 *   -- low                     |<-------------------------- complete (exit) ------|
 *              <--- complete --|-- line down
 */
#include "hypervisor/interrupt.h"

#include "hypervisor/console.h"
#include "hypervisor/device/vplic.h"
#include "hypervisor/start/machine.h"

/* Whose a source is: a guest's, under a number of its own, or the hypervisor's. */
static struct route {
    struct hart *hart; /* that takes it; NULL: whoever has been told to */
    struct guest *guest;
    uint32_t virtual;
    interrupt_handler *handler;
} route[PLIC_SOURCES];

static void set_route(uint32_t source, struct route to)
{
    if (source >= PLIC_SOURCES)
        panic("a device has an interrupt that the PLIC has not");
    route[source] = to;
}

void interrupt_give(uint32_t source, struct guest *guest, uint32_t virtual)
{
    set_route(source, (struct route){guest->hart, guest, virtual, NULL});
    guest->vplic.given[virtual] = (uint8_t)source;
}

void interrupt_handle(uint32_t source, struct hart *hart, interrupt_handler *handler)
{
    set_route(source, (struct route){hart, NULL, 0, handler});
}

/* What is set of a hart at the PLIC before the firmware has started it does not last. */
void interrupt_open(struct hart *hart)
{
    plic_open(&hart->plic, &machine.tree, hart->id);
    for (uint32_t source = 1; source < PLIC_SOURCES; source++)
        if (route[source].hart == hart)
            plic_enable(&hart->plic, source, true);
}

/* Until there is none: otherwise the next one would be one more exit. */
void external_interrupt(struct hart *hart)
{
    uint32_t source;

    while ((source = plic_claim(&hart->plic)) != 0) {
        const struct route *to = &route[source % PLIC_SOURCES];

        if (to->guest)
            vplic_line(to->guest, to->virtual, true);
        else if (to->handler)
            to->handler(hart, source);
        else
            plic_complete(&hart->plic, source); /* firmware had it enabled */
    }
}
