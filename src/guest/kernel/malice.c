/*
 * Malice: a guest that tries everything.
 *
 * A hypervisor is only as good as what it does with a guest that means harm, or has simply
 * lost its way. This one stores random values in random registers of every device of a
 * guest's machine, in all widths; sets the virtio queue up on memory full of random numbers,
 * and notifies; gives the ATA disk and the DMA channel commands with addresses that may be
 * its own, or somebody else's, or begin in its memory and end beyond it; loads and stores at
 * such addresses itself; makes calls that there are not; tries to be a hypervisor; and
 * leaves its interrupts unserved, so that they come again and again.
 *
 * What it may not do traps, and it goes on behind that instruction. All of it follows from
 * the seed. Nothing of it should be noticed by anybody else; tests/unit/malice.c looks
 * whether that is so.
 */
#include "kernel/malice.h"

#include "include/ata.h"
#include "include/csr.h"
#include "include/dma.h"
#include "include/plic.h"
#include "include/sbi.h"
#include "include/virtio.h"
#include "kernel/trap.h"
#include "lib/mmio.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/unset.h"

/* The machine that our hypervisor shows its guests. */
enum {
    DMA = 0x3100000,
    ATA = 0x3200000,
    PLIC = 0xc000000,
    VIRTIO = 0x10001000,
    CONTEXT = 1,
    ENTRIES = 64 /* of the queue */
};

#define RAM      0x80000000ul
#define RAM_SIZE 0x1200000ul /* more than the guest has */
#define MEGAPAGE 0x200000ul  /* its memory is a multiple of that */

static uint64_t state;

/* Memory that a device is told to use, rightly or wrongly. */
static struct {
    struct virtq_desc descriptor[ENTRIES];
    uint16_t available[ENTRIES + 4];
    uint16_t room[1024];
    uint64_t used[ENTRIES + 2];
    uint64_t data[0x8000];
} shared __attribute__((aligned(4096))) UNSET;

/* xorshift64, by G. Marsaglia. */
static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* Not its last pages: what is meant to be long would reach the kernel's own tables, and
 * nobody is harmed by a kernel that is gone. */
static uint64_t own_address(void)
{
    return (uintptr_t)&shared + draw(sizeof(shared) - 0x4000);
}

static uint64_t any_address(void)
{
    switch (draw(8)) {
    case 0:
        return RAM + RAM_SIZE / 2 + draw(RAM_SIZE);
    case 1:
        return draw(1ul << 32);
    case 2:
        return ~draw(1ul << 12);
    case 3:
        return RAM + (3 + draw(6)) * MEGAPAGE - draw(1ul << 13);
    default:
        return own_address();
    }
}

static uint64_t any_value(void)
{
    switch (draw(4)) {
    case 0:
        return draw(16);
    case 1:
        return 1ul << draw(64);
    case 2:
        return any_address();
    default:
        return (draw(1ul << 32) << 32) | draw(1ul << 32);
    }
}

/* --- acts -------------------------------------------------------------------------------- */

/* One access of any width to any register of a device, or beside it. */
static void poke(void)
{
    static const uint32_t devices[] = {DMA,   ATA, PLIC, PLIC + 0x2080, PLIC + 0x201000,
                                       VIRTIO};
    uint64_t at = devices[draw(6)] + (draw(4) ? draw(0x260) & ~3ul : draw(0x2000));

    switch (draw(6)) {
    case 0:
        mmio_write8(at, (uint8_t)any_value());
        break;
    case 1:
        mmio_write64(at, any_value());
        break;
    case 2:
        (void)mmio_read64(at);
        break;
    case 3:
        (void)mmio_read32(at);
        break;
    default:
        mmio_write32(at, (uint32_t)any_value());
        break;
    }
}

/* What the machine has, and a guest has not; and RAM beyond its own, as far as it knows. */
static uint64_t foreign_address(void)
{
    static const uint32_t places[] = {
        0x100000,     0x2004000, 0x3010000,    DMA,        DMA + 0x1000,
        DMA + 0x2000, ATA,       ATA + 0x1000, 0x10000000, 0x86000000};

    if (draw(2))
        return RAM + RAM_SIZE / 2 + (draw(RAM_SIZE) & ~7ul);
    return places[draw(sizeof(places) / sizeof(places[0]))] + 8 * draw(0x80);
}

/* Its own tables would not let it: without them, a load, a store or an AMO. */
static void reach(void)
{
    uint64_t at = foreign_address(), value = any_value(), tables = read_csr(satp);

    write_csr(satp, 0);
    switch (draw(4)) {
    case 0:
        (void)mmio_read64(at);
        break;
    case 1:
        __asm__ volatile("amoswap.d x0, %0, (%1)" : : "r"(value), "r"(at) : "memory");
        break;
    case 2:
        mmio_write32(at, (uint32_t)value);
        break;
    default:
        mmio_write64(at, value);
        break;
    }
    write_csr(satp, tables);
}

static void set_virtio(unsigned number, uint64_t value)
{
    mmio_write32(VIRTIO + number, (uint32_t)value);
}

static void open_queue(void)
{
    set_virtio(VIRTIO_STATUS, 0);
    set_virtio(VIRTIO_DRIVER_FEATURES_SEL, 0);
    set_virtio(VIRTIO_DRIVER_FEATURES, draw(4) << VIRTIO_F_INDIRECT_DESC);
    set_virtio(VIRTIO_DRIVER_FEATURES_SEL, 1);
    set_virtio(VIRTIO_DRIVER_FEATURES, 1);
    set_virtio(VIRTIO_QUEUE_NUM, draw(4) ? ENTRIES : draw(512));
    set_virtio(VIRTIO_QUEUE_DESC_LOW, (uintptr_t)shared.descriptor);
    set_virtio(VIRTIO_QUEUE_DRIVER_LOW, (uintptr_t)shared.available);
    set_virtio(VIRTIO_QUEUE_DEVICE_LOW,
               draw(8) ? (uintptr_t)shared.used : any_address());
    set_virtio(VIRTIO_QUEUE_READY, 1);
    set_virtio(VIRTIO_STATUS, 15);
    shared.available[1] = 0;
}

/* A header in our memory: any blocks, ours or others'. */
static uint64_t forge_header(void)
{
    struct virtio_blk_header *header = (void *)(own_address() & ~7ul);

    header->type = (uint32_t)draw(3);
    header->sector = draw(4) ? draw(0x5000) : any_value();
    return (uintptr_t)header;
}

/* As it would be in an honest request: header, data and status in turn. */
static struct virtq_desc likely(unsigned n)
{
    uint16_t next = (uint16_t)((n + 1) % ENTRIES);

    switch (n % 3) {
    case 0:
        return (struct virtq_desc){forge_header(), 16, VIRTQ_DESC_NEXT, next};
    case 1:
        return (struct virtq_desc){
            any_address(), 512 * (uint32_t)(draw(draw(8) ? 9 : 65536)),
            (uint16_t)(VIRTQ_DESC_NEXT | (draw(2) ? VIRTQ_DESC_WRITE : 0)), next};
    default:
        return (struct virtq_desc){own_address(), 1, VIRTQ_DESC_WRITE, next};
    }
}

static struct virtq_desc unlikely(void)
{
    return (struct virtq_desc){
        .address = any_address(),
        .length = (uint32_t)(draw(3) ? draw(4096) : any_value()),
        .flags = (uint16_t)draw(8),
        .next = (uint16_t)draw(draw(8) ? ENTRIES : 65536),
    };
}

/* Chains, loops and tables within tables among them; then a kick. A device that has been
 * lied to hears no more until it has been reset. */
static void kick(void)
{
    unsigned lies = draw(2) ? 4 : 32;

    if (draw(2))
        open_queue();
    for (unsigned i = 0; i < ENTRIES; i++) {
        shared.descriptor[i] = draw(lies) ? likely(i) : unlikely();
        shared.available[2 + i] =
            (uint16_t)(draw(lies) ? 3 * draw(ENTRIES / 3) : draw(65536));
    }
    shared.available[1] += (uint16_t)draw(draw(6) ? 4 : 300);
    set_virtio(VIRTIO_QUEUE_NOTIFY, 0);
}

static void command_disk(void)
{
    static const uint8_t codes[] = {
        ATA_READ_SECTORS, ATA_WRITE_SECTORS, ATA_READ_DMA,      ATA_WRITE_DMA,
        ATA_READ_DMA_EXT, ATA_IDENTIFY,      ATA_WRITE_DMA_EXT, 0xef};

    mmio_write8(ATA + 4 * ATA_DEVICE, ATA_DEVICE_LBA);
    mmio_write8(ATA + 4 * ATA_SECTOR_COUNT, (uint8_t)draw(draw(2) ? 16 : 256));
    mmio_write8(ATA + 4 * ATA_LBA_LOW, (uint8_t)draw(256));
    mmio_write8(ATA + 4 * ATA_LBA_MID, (uint8_t)draw(256));
    mmio_write8(ATA + 4 * ATA_LBA_HIGH, (uint8_t)(draw(4) ? 0 : draw(256)));
    mmio_write8(ATA + 4 * ATA_COMMAND, codes[draw(sizeof(codes))]);
}

/* The data port, more often than there is data. */
static void move_words(void)
{
    for (uint64_t n = draw(300); n; n--)
        if (n & 1)
            (void)mmio_read32(ATA + 4 * ATA_DATA);
        else
            mmio_write32(ATA + 4 * ATA_DATA, (uint32_t)n);
}

static void run_channel(void)
{
    mmio_write32(DMA + DMA_CONTROL, draw(4) ? DMA_CONTROL_CLAIM : 0);
    mmio_write64(DMA + DMA_NEXT_BYTES, draw(16) ? 512 * draw(20) : any_value());
    mmio_write64(DMA + DMA_NEXT_DESTINATION, draw(4) ? any_address() : ATA);
    mmio_write64(DMA + DMA_NEXT_SOURCE, draw(4) ? any_address() : ATA);
    mmio_write64(DMA + DMA_CHAIN_HEAD, draw(8) ? 0 : any_address());
    mmio_write32(DMA + DMA_REQUEST,
                 (uint32_t)(draw(3) << 8 | (draw(8) ? 0 : draw(16))));
    mmio_write32(DMA + DMA_CONTROL, DMA_CONTROL_CLAIM | DMA_CONTROL_RUN |
                                        DMA_CONTROL_DONE_IE | DMA_CONTROL_ERR_IE);
}

/* Not the end of the run; anything else may be asked for. */
static void call(void)
{
    static const uint32_t extensions[] = {SBI_BASE, SBI_TIME, SBI_HSM, SBI_IPI};

    sbi_call(draw(4) ? extensions[draw(4)] : SBI_DBCN, draw(8), any_value(),
             any_address(), any_value());
}

/* CSRs of hypervisors, and fences of theirs (hfence.gvma, hfence.vvma). */
static void pretend(void)
{
    write_csr(0x600, any_value());
    write_csr(0x680, any_value());
    write_csr(0x645, any_value());
    __asm__ volatile(".word 0x62000073\n.word 0x22000073" : : : "memory");
    write_csr(sip, any_value());
}

/* Interrupts that nobody serves, one after the other; or none for a while. */
static void be_interrupted(void)
{
    mmio_write32(PLIC + PLIC_ENABLE(CONTEXT, 0), ~0u);
    for (unsigned source = 1; source < 32; source++)
        mmio_write32(PLIC + PLIC_PRIORITY(source), 1);
    set_csr(sie, 1ul << IRQ_SEI);
    set_csr(sstatus, STATUS_SIE);
    for (volatile unsigned i = 0; i < 50; i++)
        ;
    clear_csr(sstatus, STATUS_SIE);
}

static void act(void)
{
    switch (draw(13)) {
    case 0:
        open_queue();
        break;
    case 1:
    case 2:
        kick();
        break;
    case 3:
        command_disk();
        break;
    case 4:
        move_words();
        break;
    case 5:
        run_channel();
        break;
    case 6:
        call();
        break;
    case 7:
        pretend();
        break;
    case 8:
        be_interrupted();
        break;
    case 9:
        reach();
        break;
    default:
        poke();
        break;
    }
}

void malice(uint64_t seed, uint64_t acts)
{
    state = seed * 2 + 1;
    traps_forgive();
    while (acts--)
        act();
    print("malice: %lu traps\n", traps_forgiven());
}
