/*
 * A disk passed through to a guest.
 *
 * The guest has the real thing: the page of the ATA disk's registers and that of one DMA
 * channel are mapped into its second stage, and its driver's loads and stores go to the
 * devices without an exit. Only interrupts still come by way of the hypervisor.
 *
 * A channel obeys whoever writes its registers, and reads and writes any memory it is told
 * to. Given to a guest, it is given the whole machine, unless its addresses are translated
 * as the guest's own are. That is the IOMMU's work (RISC-V IOMMU specification 1.0):
 *
 *   channel --- device_id, address ---> IOMMU --- address ---> memory
 *                                         |
 *         device directory (2 levels):    |   device context of a channel of guest 2:
 *           root[device_id / 128] ----> leaf[device_id % 128]
 *                                            tc       V
 *                                            iohgatp  Sv39x4, GSCID 2, the root of the
 *                                                     guest's own second stage
 *                                            fsc      Bare: no first stage
 *
 * So one table says what the guest can reach, by its hart and by its device: guest-physical
 * addresses mean the same to both, and what is not in the table does not exist. An access
 * beyond it does not happen; the channel is told that the bus has refused, and the fault
 * queue gets a record, which is printed.
 *
 * Channels that are not passed through have a context without any translation: the back
 * end's must reach all guests. A device that has no context reaches nothing.
 *
 * With iommu=off a guest can have a disk, too, where memory is mapped one to one, so that
 * the addresses which it gives its channel are right without translation. Nothing then
 * keeps the channel from other addresses. This is for showing what an IOMMU is good for.
 */
#include "hypervisor/passthrough.h"

#include "hypervisor/console.h"
#include "hypervisor/device/vata.h"
#include "hypervisor/device/vdma.h"
#include "hypervisor/hcsr.h"
#include "hypervisor/interrupt.h"
#include "hypervisor/start/machine.h"
#include "lib/mmio.h"

/* Registers (chapter "Memory-mapped register interface"). */
enum {
    IOMMU_FCTL = 0x008,
    IOMMU_DDTP = 0x010,
    IOMMU_CQB = 0x018,
    IOMMU_CQH = 0x020,
    IOMMU_CQT = 0x024,
    IOMMU_FQB = 0x028,
    IOMMU_FQH = 0x030,
    IOMMU_FQT = 0x034,
    IOMMU_CQCSR = 0x048,
    IOMMU_FQCSR = 0x04c,
    IOMMU_IPSR = 0x054,
    IOMMU_ICVEC = 0x2f8
};

#define FCTL_WSI      (1u << 1) /* interrupts by wires */
#define DDTP_BARE     1ul
#define DDTP_2LVL     3ul
#define DDTP_MODE     0xful
#define DDTP_BUSY     (1ul << 4)
#define QUEUE_ENABLE  (1u << 0)
#define QUEUE_IE      (1u << 1)
#define QUEUE_ERRORS  (7u << 8) /* fqmf, fqof; cqmf, cmd_to, cmd_ill: cleared by 1 */
#define QUEUE_ON      (1u << 16)
#define IPSR_FIP      (1u << 1)
#define DDT_V         1ul
#define TC_V          1ul
#define CAUSE(record) ((record)&0xfff)
#define DID(record)   ((record) >> 40)

/* Commands: opcode, function, and where they need no operand. */
#define IOTINVAL_GVMA (1ul | 1ul << 7)
#define IOFENCE_C     2ul
#define IODIR_DDT     3ul

enum { ENTRIES = 64, FAULTS_TOLD = 16 };

struct device_context {
    uint64_t tc, iohgatp, ta, fsc;
};

struct fault {
    uint64_t what, custom, iotval, iotval2;
};

/* What the IOMMU reads and writes on its own. */
static _Alignas(PAGE) uint64_t root[512];
static _Alignas(PAGE) struct device_context leaf[DISKS][128];
static _Alignas(PAGE) uint64_t commands[ENTRIES][2];
static _Alignas(PAGE) volatile struct fault faults[ENTRIES];
static unsigned told;

/* --- the IOMMU ------------------------------------------------------------------------- */

static uint32_t get32(unsigned offset)
{
    return mmio_read32(machine.iommu + offset);
}

static void set32(unsigned offset, uint32_t value)
{
    mmio_write32(machine.iommu + offset, value);
}

/* log2 of the entries, less 1, and where they are. */
static uint64_t queue_base(volatile const void *queue)
{
    return ((uint64_t)queue >> 12 << 10) | (__builtin_ctz(ENTRIES) - 1);
}

static void command(uint64_t first)
{
    uint32_t tail = get32(IOMMU_CQT);

    commands[tail][0] = first;
    commands[tail][1] = 0;
    before_device_write();
    set32(IOMMU_CQT, (tail + 1) % ENTRIES);
}

/* What the IOMMU may remember of tables that have changed is to be forgotten. */
static void forget_all(void)
{
    command(IODIR_DDT);
    command(IOTINVAL_GVMA);
    command(IOFENCE_C);
    while (get32(IOMMU_CQH) != get32(IOMMU_CQT))
        ;
}

/* The context of a device, in a page of the directory that is there for it. */
static struct device_context *context_of(uint32_t device_id)
{
    uint64_t *entry = &root[device_id / 128 % 512];
    static unsigned used;

    if (!*entry)
        *entry = (uint64_t)leaf[used++] >> 12 << 10 | DDT_V;
    return (struct device_context *)(*entry >> 10 << 12) + device_id % 128;
}

static void start_queue(unsigned base, volatile const void *queue, unsigned csr,
                        uint32_t interrupt)
{
    mmio_write64(machine.iommu + base, queue_base(queue));
    set32(csr, QUEUE_ENABLE | interrupt);
    while (!(get32(csr) & QUEUE_ON))
        ;
}

static void set_ddtp(uint64_t value)
{
    mmio_write64(machine.iommu + IOMMU_DDTP, value);
    while (mmio_read64(machine.iommu + IOMMU_DDTP) & DDTP_BUSY)
        ;
}

/* After some, no more are told of: a guest could make them for ever. */
static void tell(const volatile struct fault *fault)
{
    unsigned guest = 0;

    if (told++ >= FAULTS_TOLD)
        return;
    for (unsigned i = 0; i < machine.disks; i++)
        if (machine.disk[i].device_id == DID(fault->what) && machine.disk[i].owner)
            guest = machine.disk[i].owner->number;
    say("guest%u: DMA stopped by the IOMMU: device %lx, cause %lu, address %lx\n",
        guest, DID(fault->what), CAUSE(fault->what), fault->iotval);
    if (told == FAULTS_TOLD)
        set32(IOMMU_FQCSR, QUEUE_ENABLE);
}

static void fault_interrupt(struct hart *hart, uint32_t source)
{
    uint32_t head = get32(IOMMU_FQH), tail = get32(IOMMU_FQT);

    after_device_read();
    for (; head != tail; head = (head + 1) % ENTRIES)
        tell(&faults[head]);
    set32(IOMMU_FQH, head);
    set32(IOMMU_FQCSR, get32(IOMMU_FQCSR) | QUEUE_ERRORS);
    set32(IOMMU_IPSR, IPSR_FIP);
    plic_complete(&hart->plic, source);
}

const char *iommu_open(struct hart *hart, bool wanted)
{
    if (machine.iommu)
        set_ddtp(DDTP_BARE);
    if (!machine.iommu || !wanted)
        return NULL;
    set32(IOMMU_FCTL, FCTL_WSI);
    mmio_write64(machine.iommu + IOMMU_ICVEC, 1ul << 4); /* fault queue: second wire */
    start_queue(IOMMU_CQB, commands, IOMMU_CQCSR, 0);
    set32(IOMMU_CQT, 0);
    start_queue(IOMMU_FQB, faults, IOMMU_FQCSR, QUEUE_IE);
    set32(IOMMU_FQH, 0);
    for (unsigned i = 0; i < machine.disks; i++)
        context_of(machine.disk[i].device_id)->tc = TC_V;
    set_ddtp((uint64_t)root >> 12 << 10 | DDTP_2LVL);
    if ((mmio_read64(machine.iommu + IOMMU_DDTP) & DDTP_MODE) != DDTP_2LVL)
        return "the IOMMU does not take a directory of two levels";
    forget_all();
    interrupt_handle(machine.iommu_irq, hart, fault_interrupt);
    return NULL;
}

/* --- a guest's disk --------------------------------------------------------------------- */

/* The guest finds it where the machine has its first: same addresses, same interrupts. */
void passthrough_reset(struct guest *guest)
{
    struct disk *disk = &machine.disk[guest->disk];

    disk->owner = guest;
    guest_map_device(guest, vata_device.base, disk->ata);
    guest_map_device(guest, vdma_device.base, disk->channel);
    interrupt_give(disk->irq[0], guest, VATA_IRQ);
    interrupt_give(disk->irq[1], guest, VDMA_DONE_IRQ);
    interrupt_give(disk->irq[2], guest, VDMA_ERROR_IRQ);
    if (machine.iommu && !guest->one_to_one) {
        context_of(disk->device_id)->iohgatp = HGATP(guest->root, guest->number);
        forget_all();
    }
}
