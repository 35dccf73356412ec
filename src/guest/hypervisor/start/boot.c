/*
 * A hypervisor: several machines in one, each as its guest knows machines to be.
 *
 * This program runs in HS-mode, below kernels that run in VS-mode and do not know it. It is
 * small enough to be read in an afternoon, and does the whole of what large ones do: it
 * gives each guest memory of its own, time of its own, a disk, and answers in the
 * machine's place when a guest does what cannot be left to it.
 *
 *   entry.S        into the hypervisor and out of it: what every exit costs
 *   exit.c         why? and what then?
 *   decode.c         which instruction was it?
 *   sbi_guest.c      it has called us
 *   device/          it has used a device that is not there:
 *     vplic.c          its interrupt controller
 *     vata.c, vdma.c   its ATA disk, its DMA controller
 *     vvirtio.c        its virtio disk
 *   interrupt.c    a device of the machine wants something
 *   backend.c        the disk that guests share
 *   passthrough.c    a disk that one guest has, and the IOMMU
 *   schedule.c     who runs next?
 *
 *   guest.c        a guest's memory: the second stage
 *   console.c      what guests print
 *
 *   start/         from the first instruction to the first guest:
 *     boot.c         (here) in which order
 *     machine.c      the machine, as its device tree tells
 *     list.c         the guests, as bootargs list them
 *     kinds.c        their disks
 *     build.c        a guest as it is before its first instruction
 *     image.c        its kernel
 *     tree.c         its device tree
 *
 * From the first guest on nothing here runs by itself: everything begins with an exit.
 */
#include "hypervisor/start/boot.h"

#include "hypervisor/backend.h"
#include "hypervisor/console.h"
#include "hypervisor/interrupt.h"
#include "hypervisor/passthrough.h"
#include "hypervisor/schedule.h"
#include "hypervisor/start/build.h"
#include "hypervisor/start/list.h"
#include "hypervisor/start/machine.h"
#include "include/csr.h"
#include "lib/console.h"
#include "lib/sbi.h"
#include "lib/unset.h"

enum { STACK = 4096 };

extern char image_end[]; /* lib/program.ld: where our own memory ends */

static uint8_t stacks[HARTS][STACK] __attribute__((aligned(16))) UNSET;

static void need(const char *wrong)
{
    if (wrong)
        panic(wrong);
}

/* --- memory ----------------------------------------------------------------------------- */

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

/* Guests follow each other behind the hypervisor, on multiples of 2 MiB, around what has
 * been put there before: the kernel's image and the device tree. */
static const char *find_memory(struct guest *guest)
{
    static uint64_t next;
    const uint64_t taken[][2] = {
        {machine.initrd, machine.initrd_size},
        {(uint64_t)machine.tree.structure, machine.tree.size},
    };
    uint64_t at = next ? next : (uint64_t)image_end;

    at = (at + MEGAPAGE - 1) & ~(MEGAPAGE - 1);
    for (unsigned i = 0; i < 2; i++) {
        if (!overlap(at, guest->ram_size, taken[i][0], taken[i][1]))
            continue;
        at = (taken[i][0] + taken[i][1] + MEGAPAGE - 1) & ~(MEGAPAGE - 1);
        i = -1u; /* begin again */
    }
    if (at - machine.ram > machine.ram_size ||
        guest->ram_size > machine.ram_size - (at - machine.ram))
        return "the machine has not enough memory for its guests";
    guest->ram_at = at;
    guest->ram = guest->one_to_one ? at : GUEST_RAM;
    next = at + guest->ram_size;
    return NULL;
}

/* --- disks ------------------------------------------------------------------------------- */

/* Parts that bootargs do not give are equal shares of the whole disk. */
static const char *share_disk(void)
{
    uint64_t sectors = backend_sectors(), sharers = 0, nth = 0;

    for (unsigned i = 0; i < guest_count; i++)
        sharers += guests[i].kind->source == DISK_SHARED;
    for (unsigned i = 0; i < guest_count; i++) {
        struct guest *guest = &guests[i];

        if (guest->kind->source != DISK_SHARED)
            continue;
        if (!guest->sectors) {
            guest->sectors = sectors / sharers;
            guest->first_lba = nth * guest->sectors;
        }
        nth++;
        if (guest->first_lba > sectors || guest->sectors > sectors - guest->first_lba)
            return "lba: a guest's part is not on the disk";
    }
    for (unsigned i = 0; i < guest_count; i++)
        for (unsigned k = 0; k < i; k++)
            if (overlap(guests[i].first_lba, guests[i].sectors, guests[k].first_lba,
                        guests[k].sectors))
                return "lba: the parts of two guests overlap";
    return NULL;
}

/* The first disk is the back end's, if there is a guest that needs one. */
static const char *choose_disk(struct guest *guest, bool backend)
{
    static bool given[DISKS];
    unsigned disk = guest->disk;

    given[0] |= backend;
    if (disk == DISKS)
        for (disk = 0; disk < machine.disks && given[disk];)
            disk++;
    if (disk >= machine.disks || given[disk])
        return "there is no ATA disk left to be passed through";
    if (!machine.iommu && !guest->one_to_one)
        return "there is no IOMMU to keep a passed-through disk from others' memory "
               "(iommu=off does without)";
    given[disk] = true;
    guest->disk = disk;
    return NULL;
}

static void open_disks(void)
{
    bool backend = false, iommu = false;

    for (unsigned i = 0; i < guest_count; i++) {
        backend |= guests[i].kind->source == DISK_SHARED;
        iommu |= guests[i].kind->source == DISK_OWN && !guests[i].one_to_one;
    }
    need(iommu_open(guests[0].hart, iommu));
    if (backend) {
        need(backend_open());
        need(share_disk());
    }
    for (unsigned i = 0; i < guest_count; i++)
        if (guests[i].kind->source == DISK_OWN)
            need(choose_disk(&guests[i], backend));
}

/* --- harts --------------------------------------------------------------------------------- */

static void start_others(unsigned first_hart)
{
    for (unsigned i = 0; i < hart_count; i++) {
        struct hart *hart = &harts[i];
        struct sbi_answer answer;

        if (hart->id == first_hart)
            continue;
        answer = sbi_call(SBI_HSM, SBI_HSM_HART_START, hart->id, (uint64_t)start_hart,
                          (uint64_t)hart);
        if (answer.error != SBI_SUCCESS)
            panic("a hart cannot be started");
    }
}

struct guest *boot_hart(struct hart *hart)
{
    interrupt_open(hart);
    schedule_open();
    return schedule(hart);
}

struct guest *boot(uint64_t first_hart, const void *blob)
{
    struct hart *own = NULL;

    if (!dt_open(&machine.tree, blob))
        sbi_shutdown(true); /* and nowhere to say why */
    console_open(&machine.tree);
    need(machine_read());
    need(list_read(machine.bootargs, (unsigned)first_hart));
    for (unsigned i = 0; i < hart_count; i++) {
        harts[i].stack = (uint64_t)stacks[i + 1];
        if (harts[i].id == first_hart)
            own = &harts[i];
    }
    for (unsigned i = 0; i < guest_count; i++)
        need(find_memory(&guests[i]));
    open_disks();
    for (unsigned i = 0; i < guest_count; i++) {
        say("hypervisor: guest%u: %s, %lu MiB at %lx, hart %u\n", guests[i].number,
            guests[i].kind->name, guests[i].ram_size >> 20, guests[i].ram_at,
            guests[i].hart->id);
        need(build_guest(&guests[i]));
    }
    start_others((unsigned)first_hart);
    if (own)
        return boot_hart(own);
    for (;;) /* no guest is here */
        wait_for_interrupt();
}
