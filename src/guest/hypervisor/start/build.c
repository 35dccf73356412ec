/*
 * A guest as it is before its first instruction: the kernel and the device tree in its
 * memory, the second stage around it, its devices after reset, and in its registers what a
 * kernel expects there.
 */
#include "hypervisor/start/build.h"

#include "hypervisor/hcsr.h"
#include "hypervisor/start/image.h"
#include "hypervisor/start/machine.h"
#include "hypervisor/start/tree.h"

enum { KERNEL_OFFSET = 0x200000, TREE_ROOM = 0x2000 };

/* As a kernel is started (SBI, "Hart State Management"): a0 the hart's number, a1 the
 * device tree, no translation, no interrupts. The guest's harts begin with number 0. */
static void set_registers(struct guest *guest, uint64_t tree)
{
    guest->vcpu.x[10] = 0;
    guest->vcpu.x[11] = tree;
    guest->vcpu.sepc = guest->ram + KERNEL_OFFSET;
    guest->vcpu.sstatus = STATUS_SPP | STATUS_UXL_64;
    guest->csrs.vsstatus = STATUS_UXL_64;
    guest->vcpu.hstatus = HSTATUS_SPV | (guest->hart->guests > 1 ? HSTATUS_VTW : 0);
    guest->vcpu.stack = guest->hart->stack;
    guest->csrs.hgatp = HGATP(guest->root, guest->number);
    guest->deadline = NEVER;
}

const char *build_guest(struct guest *guest)
{
    uint64_t tree = guest->ram + guest->ram_size - TREE_ROOM;
    const char *wrong =
        image_load(guest, guest->ram + KERNEL_OFFSET, (const uint8_t *)machine.initrd,
                   machine.initrd_size);

    tree_for_guest(guest, guest_memory(guest, tree, TREE_ROOM), TREE_ROOM);
    guest_map_ram(guest);
    guest->kind->reset(guest);
    set_registers(guest, tree);
    return wrong;
}
