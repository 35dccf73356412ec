/*
 * A guest: its memory, and what changes in it from outside.
 *
 * A guest believes that it has a machine of its own, with RAM from 0x80000000 on. What it
 * calls physical addresses are guest-physical. The hart translates each of them once more,
 * by tables that hgatp points to and the guest can neither see nor change:
 *
 *   guest-virtual --- vsatp: the guest's tables ---> guest-physical
 *   guest-physical -- hgatp: tables made here -----> physical
 *
 * The format is Sv39x4: as Sv39, but with a root of four pages, since guest-physical
 * addresses have 41 bits. RAM is mapped by pages of 2 MiB. Pages of registers are mapped
 * where a device is passed through, and nowhere else: what is not in the table does not
 * exist for the guest, and trying to use it is an exit. The table never changes while the
 * guest runs. It is all that the guest has; so guests cannot reach each other.
 *
 *   guest-physical                physical, of guest 1        of guest 2
 *   0x03100000  DMA channel       \
 *   0x03200000  ATA               /  the devices' pages, for a passed-through disk
 *   0x0c000000  PLIC              -  nothing: emulated
 *   0x80000000  RAM               0x80400000                  0x81400000
 *   0x80200000    the kernel
 *   the end       the device tree
 *
 * The hypervisor itself runs without translation: it sees physical addresses.
 */
#include "hypervisor/guest.h"

#include "hypervisor/hcsr.h"

/* Page-table entries. The second stage treats all accesses as a user's (bit U), and A and D
 * are set from the start: nobody here wants to know. */
enum {
    PTE_V = 1 << 0,
    PTE_R = 1 << 1,
    PTE_W = 1 << 2,
    PTE_X = 1 << 3,
    PTE_U = 1 << 4,
    PTE_A = 1 << 6,
    PTE_D = 1 << 7
};

#define LEAF (PTE_V | PTE_U | PTE_A | PTE_D)

struct guest guests[GUESTS];
unsigned guest_count;

void *guest_memory(const struct guest *guest, uint64_t gpa, uint64_t bytes)
{
    uint64_t offset = gpa - guest->ram;

    if (offset >= guest->ram_size || bytes > guest->ram_size - offset)
        return NULL;
    return (void *)(guest->ram_at + offset);
}

/* --- the second stage ------------------------------------------------------------------ */

/* The entry for an address at a level: 0 maps 4 KiB, 1 maps 2 MiB. */
static uint64_t *entry_of(struct guest *guest, uint64_t gpa, unsigned level)
{
    uint64_t *entry = &guest->root[gpa >> 30 & 2047];

    for (unsigned at = 2; at-- > level;) {
        if (!*entry)
            *entry = (uint64_t)guest->table[guest->tables++] >> 12 << 10 | PTE_V;
        entry = (uint64_t *)(*entry >> 10 << 12) + (gpa >> (12 + 9 * at) & 511);
    }
    return entry;
}

static void map_page(struct guest *guest, uint64_t gpa, uint64_t at, uint64_t rights)
{
    *entry_of(guest, gpa, 0) = at >> 12 << 10 | LEAF | rights;
}

/* Where there is a page that may only be read, 4 KiB at a time. */
void guest_map_ram(struct guest *guest)
{
    for (uint64_t from = 0; from < guest->ram_size; from += MEGAPAGE) {
        uint64_t gpa = guest->ram + from, at = guest->ram_at + from;

        if (guest->read_only - gpa >= MEGAPAGE) {
            *entry_of(guest, gpa, 1) = at >> 12 << 10 | LEAF | PTE_R | PTE_W | PTE_X;
            continue;
        }
        for (uint64_t page = 0; page < MEGAPAGE; page += PAGE)
            map_page(guest, gpa + page, at + page,
                     gpa + page == guest->read_only ? PTE_R : PTE_R | PTE_W | PTE_X);
    }
}

void guest_map_device(struct guest *guest, uint64_t gpa, uint64_t at)
{
    map_page(guest, gpa, at, PTE_R | PTE_W);
}

/* --- while it runs ------------------------------------------------------------------------ */

/* Privileged specification, "Trap Entry", as for a trap from VS-mode or VU-mode into
 * VS-mode. Only for the guest whose CSRs are in the hart. */
void guest_trap(struct guest *guest, uint64_t cause, uint64_t tval)
{
    const uint64_t changed = STATUS_SPP | STATUS_SPIE | STATUS_SIE;
    uint64_t old = read_csr(vsstatus), status = old & ~changed;

    status |= guest->vcpu.sstatus & STATUS_SPP;
    status |= old & STATUS_SIE ? STATUS_SPIE : 0;
    write_csr(vsstatus, status);
    write_csr(vsepc, guest->vcpu.sepc);
    write_csr(vscause, cause);
    write_csr(vstval, tval);
    guest->vcpu.sepc = read_csr(vstvec) & ~UINT64_C(3);
    guest->vcpu.sstatus |= STATUS_SPP;
}

/* hvip is in the hart for the guest that is loaded. Its other bits are not touched: the
 * guest sets VSSIP itself. */
void guest_line(struct guest *guest, uint64_t bit, bool level)
{
    if (guest->hart->loaded != guest)
        guest->csrs.hvip = level ? guest->csrs.hvip | bit : guest->csrs.hvip & ~bit;
    else if (level)
        set_csr(hvip, bit);
    else
        clear_csr(hvip, bit);
}
