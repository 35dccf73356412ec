#include "tests/lib/random_machine.h"

#include "base/bits.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"
#include "tests/lib/gnu.h"
#include "tests/lib/tables.h"

#include <check.h>
#include <string.h>

enum { CODE_PAGES = 2, POOL_BYTES = 16 * PAGE, SATPS = 4 };

/* Physical addresses; x31 holds one of the virtual ones in `bases`. */
#define CODE         MACHINE_CODE
#define WINDOW       MACHINE_WINDOW
#define DATA         UINT64_C(0x80002000)
#define HANDLER      UINT64_C(0x80004000)
#define AREAS        UINT64_C(0x80005000) /* what the handler keeps for each hart */
#define BASES        UINT64_C(0x80006000)
#define PRISTINE     UINT64_C(0x80007000) /* the last table, as it should be */
#define CHAINS       UINT64_C(0x80008000) /* DMA descriptors */
#define TABLES       UINT64_C(0x80010000)
#define POOL         UINT64_C(0x80020000) /* where DMA finds new code */
#define CONTEXTS     UINT64_C(0x80040000) /* the IOMMU's directory, and its page tables */
#define GUEST        UINT64_C(0x80044000)
#define COMMANDS     UINT64_C(0x80060000)
#define RECORDS      UINT64_C(0x80061000)
#define WIDE         (WINDOW + 16 * PAGE)
#define GUEST_TABLES UINT64_C(0x80080000)
#define QUEUE        UINT64_C(0x80070000) /* of the virtio disk: five pages */

#define IOMMU_BASE   UINT64_C(0x03010000)
#define DMA_BASE     UINT64_C(0x03100000)
#define STREAM_BASE  UINT64_C(0x03300000)
#define ENDLESS_BASE UINT64_C(0x03400000)
#define UART_BASE    UINT64_C(0x10000000)
#define PLIC_BASE    UINT64_C(0x0c000000)
#define VIRTIO_BASE  UINT64_C(0x10001000)

/* --- programs ---------------------------------------------------------------------- */

static const uint32_t system_words[] = {
    0x00000073, /* ecall */
    0x0000100f, /* fence.i */
    0xc0202573, /* rdinstret a0 */
    0xc00025f3, /* rdcycle a1 */
    0x12000073, /* sfence.vma */
    0x120f8073, /* sfence.vma t6 */
    0x12bf8073, /* sfence.vma t6,a1 */
    0x12b00073, /* sfence.vma zero,a1 */
    0x10500073, /* wfi */
    0x10016073, /* csrsi sstatus,2 */
    0x180025f3, /* csrr a1,satp */
    0xc01025f3, /* rdtime a1 */
    0x14d59073, /* csrw stimecmp,a1 */
    0x004fa00f, /* cbo.zero (t6) */
    0x001fa00f, /* cbo.clean (t6) */
    0x100fa5af, /* lr.w a1,(t6) */
    0x18bfa62f, /* sc.w a2,a1,(t6) */
    0x00000000, /* illegal */
};

/* The same and more, where there is a guest. */
static const uint32_t guest_words[] = {
    0x00000073, /* ecall */
    0x12000073, /* sfence.vma */
    0x120f8073, /* sfence.vma t6 */
    0x10500073, /* wfi */
    0x14d59073, /* csrw stimecmp,a1 */
    0x24d59073, /* csrw vstimecmp,a1 */
    0x60559073, /* csrw htimedelta,a1 */
    0x64559073, /* csrw hvip,a1 */
    0x60459073, /* csrw hie,a1 */
    0x20059073, /* csrw vsstatus,a1 */
    0x10016073, /* csrsi sstatus,2 */
    0x14416073, /* csrsi sip,2 */
    0x62000073, /* hfence.gvma */
    0x62b00073, /* hfence.gvma zero,a1 */
    0x22000073, /* hfence.vvma */
    0x220f8073, /* hfence.vvma t6 */
    0x6c0fc5f3, /* hlv.d a1,(t6) */
    0x683fc5f3, /* hlvx.wu a1,(t6) */
    0x6ebfc073, /* hsv.d a1,(t6) */
    0x10200073, /* sret */
    0x00502013, /* slti zero,zero,5 */
    0xc01025f3, /* rdtime a1 */
    0x004fa00f, /* cbo.zero (t6) */
    0x0080e05b, /* nothing */
};

/* M-mode takes every trap: exceptions and timers go on behind what trapped, in another
 * view of the code and with another page to access, so that no loop lasts; interrupts
 * serve who asked, and timers start DMA or stop it. */
static const char *const handler =
    "    .equ CODE_VIEW, 0x40000000\n"
    "    .equ SAME_VIEW, 0x80000000\n"
    "    .equ USER_VIEW, 0x40001000\n"
    "handler:\n"
    "    csrrw sp, mscratch, sp\n"
    "    sd    t0, 0(sp)\n"
    "    sd    t1, 8(sp)\n"
    "    sd    t2, 16(sp)\n"
    "    ld    t2, 24(sp)\n" /* traps so far */
    "    addi  t2, t2, 1\n"
    "    sd    t2, 24(sp)\n"
    "    csrr  t0, mcause\n"
    "    bltz  t0, interrupt\n"
    "elsewhere:\n"
    "    csrr  t0, mepc\n"
    "    addi  t0, t0, 4\n"
    "    slli  t0, t0, 52\n"
    "    srli  t0, t0, 52\n"
    "    li    t1, 3 << 11\n"
    "    csrc  mstatus, t1\n"
    "    andi  t1, t2, 7\n"
    "    addi  t1, t1, -7\n"
    "    beqz  t1, 1f\n" /* one in eight goes to U-mode */
    "    li    t1, 1 << 11\n"
    "    csrs  mstatus, t1\n"
    "    li    t1, CODE_VIEW\n"
    "    andi  t6, t2, 8\n"
    "    beqz  t6, 2f\n"
    "    li    t1, SAME_VIEW\n"
    "    j     2f\n"
    "1:  li    t1, USER_VIEW\n"
    "2:  add   t0, t0, t1\n"
    "    csrw  mepc, t0\n"
    "    li    t1, GUEST << 39\n" /* MPV, by turns of 32 traps */
    "    csrc  mstatus, t1\n"
    "    andi  t0, t2, 32\n"
    "    beqz  t0, 6f\n"
    "    csrs  mstatus, t1\n"
    "6:\n"
    "    andi  t0, t2, 15\n"
    "    slli  t0, t0, 3\n"
    "    li    t1, 0x80006000\n"
    "    add   t0, t0, t1\n"
    "    ld    t6, 0(t0)\n"
    "    li    t1, 3 << 18\n" /* SUM and MXR */
    "    csrc  mstatus, t1\n"
    "    andi  t0, t2, 16\n"
    "    beqz  t0, 3f\n"
    "    csrs  mstatus, t1\n"
    "3:  andi  t0, t2, 31\n"
    "    bnez  t0, back\n"
    "    li    t0, 0x80007000\n"
    "    ld    t1, 264(t0)\n" /* which table it is */
    "4:  ld    t2, 0(t0)\n"
    "    sd    t2, 0(t1)\n"
    "    addi  t0, t0, 8\n"
    "    addi  t1, t1, 8\n"
    "    andi  t2, t0, 0xff\n"
    "    bnez  t2, 4b\n"
    "    ld    t2, 24(sp)\n"
    "    srli  t2, t2, 5\n"
    "    andi  t0, t2, 1\n"
    "    beqz  t0, 5f\n" /* every other time stale translations stay */
    "    sfence.vma\n"
    "5:  andi  t2, t2, 3\n"
    "    slli  t2, t2, 3\n"
    "    li    t0, 0x80007000 + 272\n"
    "    add   t0, t0, t2\n"
    "    ld    t0, 0(t0)\n"
    "    csrw  satp, t0\n"
    "    li    t1, GUEST\n"
    "    beqz  t1, back\n"
    "    csrw  vsatp, t0\n"
    "back:\n"
    "    ld    t0, 0(sp)\n"
    "    ld    t1, 8(sp)\n"
    "    ld    t2, 16(sp)\n"
    "    csrrw sp, mscratch, sp\n"
    "    mret\n"
    "interrupt:\n"
    "    andi  t0, t0, 15\n"
    "    addi  t1, t0, -7\n"
    "    beqz  t1, timer\n"
    "    addi  t1, t0, -11\n"
    "    beqz  t1, external\n"
    "    addi  t1, t0, -5\n"
    "    beqz  t1, compare\n"
    "    csrr  t0, mhartid\n"
    "    slli  t0, t0, 2\n"
    "    li    t1, 0x2000000\n"
    "    add   t0, t0, t1\n"
    "    sw    zero, 0(t0)\n"
    "    j     back\n"
    "compare:\n"
    "    li    t0, -1\n"
    "    csrw  stimecmp, t0\n"
    "    j     back\n"
    "timer:\n"
    "    csrr  t0, mhartid\n"
    "    slli  t0, t0, 3\n"
    "    li    t1, 0x2004000\n"
    "    add   t0, t0, t1\n"
    "    rdtime t1\n"
    "    addi  t1, t1, 13\n"
    "    sd    t1, 0(t0)\n"
    "    andi  t0, t2, 3\n" /* starts a channel, or stops it */
    "    slli  t0, t0, 12\n"
    "    li    t1, 0x3100000\n"
    "    add   t0, t0, t1\n"
    "    li    t1, 0xc001\n"
    "    andi  t2, t2, 12\n"
    "    beqz  t2, 1f\n"
    "    addi  t1, t1, 2\n"
    "1:  sw    t1, 0(t0)\n"
    "    csrr  t0, mhartid\n" /* and wakes a neighbour */
    "    xori  t0, t0, 1\n"
    "    slli  t0, t0, 2\n"
    "    li    t1, 0x2000000\n"
    "    add   t0, t0, t1\n"
    "    li    t1, 1\n"
    "    sw    t1, 0(t0)\n"
    "    ld    t2, 24(sp)\n"
    "    j     elsewhere\n"
    "external:\n"
    "    csrr  t0, mhartid\n"
    "    slli  t0, t0, 13\n"
    "    li    t1, 0xc200004\n"
    "    add   t0, t0, t1\n"
    "    lw    t1, 0(t0)\n"
    "    beqz  t1, back\n"
    "    addi  t2, t1, -10\n"
    "    bnez  t2, 1f\n"
    "    li    t2, 0x10000000\n"
    "    lbu   t2, 0(t2)\n"
    "    j     2f\n"
    "1:  addi  t2, t1, -31\n"
    "    beqz  t2, 3f\n"
    "    addi  t2, t1, -23\n" /* a channel's done or error: both are cleared */
    "    srli  t2, t2, 1\n"
    "    slli  t2, t2, 12\n"
    "    sd    t1, 32(sp)\n"
    "    li    t1, 0x3100000\n"
    "    add   t2, t2, t1\n"
    "    li    t1, 0xc001\n"
    "    sw    t1, 0(t2)\n"
    "    ld    t1, 32(sp)\n"
    "    j     2f\n"
    "3:  li    t2, 0x3300000\n" /* the stream: as deep as it is full */
    "    ld    t2, 8(t2)\n"
    "2:  sw    t1, 0(t0)\n"
    "    j     back\n";

static void put(struct board *board, uint64_t pa, const void *bytes, uint64_t length)
{
    ram_write(&board->bus.ram, pa, bytes, length, INITIATOR_OUTSIDE);
}

static void put_words(struct board *board, struct random *random, uint64_t pa,
                      uint64_t bytes)
{
    bool guest = board->desc.hypervisor;

    for (uint64_t at = 0; at < bytes; at += 4) {
        uint32_t word = random_word(random, guest ? guest_words : system_words,
                                    guest ? COUNT(guest_words) : COUNT(system_words));

        put(board, pa + at, &word, sizeof(word));
    }
}

static void put_handler(struct board *board)
{
    struct asm_program program;
    struct buf text = {0};

    buf_printf(&text, "    .equ GUEST, %d\n%s", board->desc.hypervisor, handler);
    assemble_or_fail(&program, text.data);
    buf_free(&text);
    put(board, HANDLER, program.sections[0].bytes, program.sections[0].size);
    asm_free(&program);
}

/* The pages of the window: code by two ways and as data, U pages, what may only be read
 * or executed, a device, their own table; then a 64 KiB page; and RAM where it is. */
static const struct {
    uint64_t pa, bits;
} window[] = {
    {CODE, PTE_RWX},        {CODE + PAGE, PTE_RWX | PTE_U},
    {CODE, PTE_RW},         {DATA, PTE_RW | PTE_A},
    {DATA, PTE_V | PTE_R},  {DATA + PAGE, PTE_RW | PTE_AD | PTE_G},
    {CODE, PTE_V | PTE_X},  {CODE + PAGE, PTE_RW | PTE_AD},
    {DATA, PTE_RW | PTE_U}, {UART_BASE, PTE_RW},
};

/* What x31 can be: mostly the upper half of a page, as far as offsets reach. */
static const uint64_t bases[] = {
    WINDOW + 2 * PAGE + 0x800,
    WINDOW + 3 * PAGE + 0x800,
    WINDOW + 0x800,
    WINDOW + 5 * PAGE + 0x800,
    WINDOW + 4 * PAGE + 0x800,
    WIDE + 3 * PAGE + 0x800,
    WIDE + 9 * PAGE + 0x800,
    WINDOW + 8 * PAGE + 0x800,
    WINDOW + 1 * PAGE + 0x800,
    WINDOW + 6 * PAGE + 0x800,
    WINDOW + 10 * PAGE + 0x800,
    CODE + 2 * PAGE + 0x800,
    CODE + 0x800,
    WINDOW + 9 * PAGE,
    WINDOW + 3 * PAGE + 0xff0,
    WIDE + 4 * PAGE + 0xc00,
};

enum { KEPT_ENTRIES = 32, KEPT = KEPT_ENTRIES * 8 };

static uint64_t last_table(const struct tables *tables)
{
    return tables_at(tables, WINDOW, 0) & ~BITS(11, 0);
}

static void map_window(struct tables *tables)
{
    for (unsigned i = 0; i < COUNT(window); i++)
        tables_map(tables, WINDOW + i * PAGE, window[i].pa, 0, window[i].bits);
    tables_map(tables, WINDOW + COUNT(window) * PAGE, last_table(tables), 0, PTE_RW);
    for (unsigned i = 0; i < 16; i++)
        tables_map(tables, WIDE + i * PAGE, POOL + 0x8000, 0, PTE_RW | PTE_N);
    tables_map(tables, CODE, CODE, 1, PTE_RWX | PTE_G);
}

/* What the handler puts right: the table's first entries, its address, values of satp.
 * Behind it stands another version of the entries, which DMA copies over the table. */
static void put_tables(struct board *board, struct tables *tables)
{
    uint8_t entries[KEPT];
    uint64_t values[1 + SATPS], other[8];

    map_window(tables);
    values[0] = last_table(tables);
    for (unsigned i = 0; i < SATPS; i++)
        values[1 + i] = tables_satp(tables, (uint16_t)(i % 3));
    ram_read(&board->bus.ram, values[0], entries, KEPT);
    put(board, PRISTINE, entries, KEPT);
    put(board, PRISTINE + KEPT + 8, values, sizeof(values));
    for (unsigned i = 0; i < COUNT(other); i++)
        other[i] = tables_get(tables, values[0] + 8 * (i ^ 1));
    put(board, PRISTINE + 2 * KEPT, other, sizeof(other));
}

/*
 * The guest's memory is where the host's is, page by page; only some of the pages have
 * been used, or can be written. Its tables are the host's.
 */
static void put_guest_tables(struct board *board, struct tables *guest)
{
    for (uint64_t pa = CODE; pa < GUEST_TABLES; pa += PAGE) {
        uint64_t bits = PTE_RWX | PTE_U;

        if (pa / PAGE % 3)
            bits |= PTE_AD;
        if (pa / PAGE % 7 == 3 && pa > POOL)
            bits &= ~PTE_W;
        tables_map(guest, pa, pa, 0, bits);
    }
    tables_map(guest, UART_BASE, UART_BASE, 0, PTE_RW | PTE_U);
    ck_assert_uint_le(guest->next, CODE + board->bus.ram.size);
}

/* --- devices ------------------------------------------------------------------------ */

static void set_register(struct board *board, uint64_t pa, unsigned size,
                         uint64_t value)
{
    ck_assert_int_eq(bus_write(&board->bus, INITIATOR_OUTSIDE, pa, size, value),
                     BUS_OKAY);
}

/* Four descriptors: pieces of the pool to anywhere, sometimes to nowhere. */
static void put_chain(struct board *board, struct random *random, uint64_t at,
                      uint64_t table)
{
    const uint64_t to[] = {CODE, CODE + PAGE, DATA, DATA + PAGE, POOL, table, table};

    for (unsigned i = 0; i < 4; i++, at += DMA_DESCRIPTOR_SIZE) {
        uint64_t from = POOL + random_below(random, POOL_BYTES - 256);
        uint64_t dest = to[random_below(random, COUNT(to))];
        uint32_t bytes = random_below(random, 300);
        uint32_t flags = random_below(random, 2) ? DMA_FLAG_IRQ : 0;
        uint32_t next = DMA_DESCRIPTOR_SIZE;

        if (dest == table) {
            from = PRISTINE + 2 * KEPT;
            bytes = 64;
        } else {
            dest += random_below(random, PAGE - 300);
        }
        if (random_below(random, 16) == 0)
            dest = 0x20;
        if (i == 3)
            flags |= DMA_FLAG_END;
        put(board, at + DMA_DESCRIPTOR_SOURCE, &from, 8);
        put(board, at + DMA_DESCRIPTOR_DEST, &dest, 8);
        put(board, at + DMA_DESCRIPTOR_BYTES, &bytes, 4);
        put(board, at + DMA_DESCRIPTOR_FLAGS, &flags, 4);
        put(board, at + DMA_DESCRIPTOR_NEXT, &next, 4);
    }
}

/* Each channel has a chain and a bus mode; the last one is served by the stream. */
static void set_dma(struct board *board, struct random *random, uint64_t table)
{
    unsigned mode = random_below(random, 3);

    for (unsigned i = 0; i < DMA_CHANNELS; i++) {
        uint64_t at = DMA_BASE + i * 0x1000, chain = CHAINS + i * 0x100;
        uint32_t sizes = random_below(random, 7);

        put_chain(board, random, chain, table);
        set_register(board, at, 4, DMA_CLAIM);
        set_register(board, at + 0x4, 4, sizes << 28 | sizes << 24);
        set_register(board, at + 0x20c, 4, (mode + i) % 3);
        set_register(board, at + 0x220, 8, chain);
        set_register(board, at + 0x230, 4, random_below(random, 2));
        if (i == DMA_CHANNELS - 1)
            set_register(board, at + 0x234, 4, 1 | DMA_FROM_DEVICE << 8);
    }
}

/* Each channel's chain bites its own tail: its end has no END. */
static void start_endless(struct board *board, struct random *random, uint64_t table)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t at = ENDLESS_BASE + i * 0x1000, chain = CHAINS + (i + 8) * 0x100;
        uint32_t flags = 0, next = -3u * DMA_DESCRIPTOR_SIZE;
        uint64_t last = chain + 3 * DMA_DESCRIPTOR_SIZE;

        put_chain(board, random, chain, table);
        put(board, last + DMA_DESCRIPTOR_FLAGS, &flags, 4);
        put(board, last + DMA_DESCRIPTOR_NEXT, &next, 4);
        set_register(board, at, 4, DMA_CLAIM);
        set_register(board, at + 0x20c, 4, 1 + i);
        set_register(board, at + 0x220, 8, chain);
        set_register(board, at, 4, DMA_CLAIM | DMA_RUN);
    }
}

/* --- the virtio disk ---------------------------------------------------------------- */

enum { REQUESTS = VIRTIO_QUEUE_MAX / 3, DISK_SECTORS = 64 };

static void describe_buffer(struct board *board, unsigned n, uint64_t at,
                            uint32_t length, unsigned flags)
{
    uint16_t rest[] = {(uint16_t)flags, (uint16_t)(n + 1)};
    uint64_t pa = QUEUE + (uint64_t)n * VIRTQ_DESCRIPTOR;

    put(board, pa, &at, sizeof(at));
    put(board, pa + 8, &length, sizeof(length));
    put(board, pa + 12, rest, sizeof(rest));
}

/* Writes new code to a few sectors, or reads some over the program. */
static void put_request(struct board *board, struct random *random, unsigned n)
{
    bool out = n % 2 == 0;
    uint32_t bytes = SECTOR * (1 + random_below(random, 3));
    uint64_t header[] = {out ? VIRTIO_BLK_OUT : VIRTIO_BLK_IN,
                         random_below(random, DISK_SECTORS - 3)};
    uint64_t data = out ? POOL + 8u * random_below(random, 4000)
                        : CODE + 8u * random_below(random, 700);

    put(board, QUEUE + 0x3000 + n * sizeof(header), header, sizeof(header));
    describe_buffer(board, 3 * n, QUEUE + 0x3000 + n * sizeof(header), sizeof(header),
                    VIRTQ_NEXT);
    describe_buffer(board, 3 * n + 1, data, bytes,
                    VIRTQ_NEXT | (out ? 0 : VIRTQ_WRITE));
    describe_buffer(board, 3 * n + 2, QUEUE + 0x4000 + n, 1, VIRTQ_WRITE);
}

/* As many requests as the ring holds, one doorbell, and nobody who wants an interrupt. */
static void set_virtio(struct board *board, struct random *random)
{
    uint16_t ring[2 + VIRTIO_QUEUE_MAX] = {VIRTQ_AVAIL_NO_INTERRUPT, VIRTIO_QUEUE_MAX};

    for (unsigned n = 0; n < REQUESTS; n++)
        put_request(board, random, n);
    for (unsigned i = 0; i < VIRTIO_QUEUE_MAX; i++)
        ring[2 + i] = (uint16_t)(3 * (i % REQUESTS));
    put(board, QUEUE + 0x1000, ring, sizeof(ring));
    set_register(board, VIRTIO_BASE + VIRTIO_DRIVER_FEATURES_SEL, 4, 1);
    set_register(board, VIRTIO_BASE + VIRTIO_DRIVER_FEATURES, 4, 1);
    set_register(board, VIRTIO_BASE + VIRTIO_STATUS, 4, VIRTIO_FEATURES_OK);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_NUM, 4, VIRTIO_QUEUE_MAX);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_DESC, 4, QUEUE);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_DRIVER, 4, QUEUE + 0x1000);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_DEVICE, 4, QUEUE + 0x2000);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_READY, 4, 1);
    set_register(board, VIRTIO_BASE + VIRTIO_STATUS, 4, VIRTIO_DRIVER_OK);
    set_register(board, VIRTIO_BASE + VIRTIO_QUEUE_NOTIFY, 4, 0);
}

static void describe_virtio(struct board_desc *desc)
{
    struct board_row *row = desc->row;

    while (strcmp(row->type, "virtio-blk") != 0)
        row++;
    row->settings = 1;
    strcpy(row->setting[0].name, "sectors");
    row->setting[0].value = DISK_SECTORS;
    desc->costs.virtio_request = 40;
    desc->costs.virtio_seek = 900;
    desc->costs.virtio_sector = 400;
}

static void set_devices(struct board *board)
{
    set_register(board, STREAM_BASE, 4, 3); /* on, with interrupts */
    set_register(board, UART_BASE + 1, 1, 1);
    set_register(board, UART_BASE + 2, 1, 1);
    for (unsigned i = 1; i < 32; i++)
        set_register(board, PLIC_BASE + 4 * i, 4, 1 + i % 7);
    for (unsigned i = 0; i < board->harts; i++)
        set_register(board, PLIC_BASE + 0x2000 + 0x100 * i, 4, BIT(10) | BITS(31, 23));
}

/* --- an IOMMU ------------------------------------------------------------------------- */

/* All devices have one second stage, which leaves memory where it is; of every 16 pages
 * one is not mapped, one is read-only, and A and D are the IOMMU's to set. */
static void put_iommu_tables(struct board *board, struct random *random,
                             struct tables *tables)
{
    tables_init_guest(tables, &board->bus.ram, 3, GUEST);
    for (uint64_t pa = CODE; pa < CODE + (1 << 20); pa += PAGE) {
        uint32_t luck = random_below(random, 16);

        tables_map(tables, pa, pa, 0,
                   luck == 0   ? 0
                   : luck == 1 ? PTE_V | PTE_R | PTE_U
                               : PTE_RW | PTE_U);
    }
    tables_map(tables, STREAM_BASE, STREAM_BASE, 0, PTE_RW | PTE_U | PTE_AD);
}

/* A device context for each channel of two controllers. */
static void put_contexts(struct board *board, const struct tables *tables)
{
    uint64_t entry = (CONTEXTS + PAGE) >> 12 << 10 | 1;
    uint64_t context[4] = {1 | BIT(7), BIT(63) | tables->root >> 12, 0, 0};

    put(board, CONTEXTS + 8 * (DMA_DEVICE_ID >> 7), &entry, sizeof(entry));
    for (unsigned i = 0; i < 2 * DMA_CHANNELS; i++)
        put(board, CONTEXTS + PAGE + 32 * ((DMA_DEVICE_ID & 127) + i), context,
            sizeof(context));
}

/* Fences that store into the code, and invalidations, to be done while harts run. */
static void put_commands(struct board *board, struct random *random)
{
    for (unsigned i = 0; i < 255; i++) {
        uint64_t fence = (uint64_t)random_below(random, UINT32_MAX) << 32 | BIT(10) | 2;
        uint64_t command[2] = {fence, (CODE + 4 * random_below(random, 512)) >> 2};

        if (i % 3 == 1)
            command[0] = 1 | BIT(7), command[1] = 0;
        else if (i % 3 == 2)
            command[0] = 3, command[1] = 0;
        put(board, COMMANDS + 16 * i, command, sizeof(command));
    }
}

static void set_iommu(struct board *board, struct random *random)
{
    struct tables tables;

    put_iommu_tables(board, random, &tables);
    put_contexts(board, &tables);
    put_commands(board, random);
    set_register(board, IOMMU_BASE + 0x18, 8, COMMANDS >> 12 << 10 | 7);
    set_register(board, IOMMU_BASE + 0x28, 8, RECORDS >> 12 << 10 | 6);
    set_register(board, IOMMU_BASE + 0x48, 4, 3);
    set_register(board, IOMMU_BASE + 0x4c, 4, 3);
    set_register(board, IOMMU_BASE + 0x24, 4, 255);
    set_register(board, IOMMU_BASE + 0x10, 8, CONTEXTS >> 12 << 10 | 3);
}

/* --- runs --------------------------------------------------------------------------- */

static void all_free(struct costs *costs)
{
    for (int i = 0; i < COSTS; i++)
        *costs_at(costs, i) = 0;
}

static void free_work(struct costs *costs)
{
    costs->instruction = costs->bus_slot = 0;
}

static void dear_work(struct costs *costs)
{
    costs->instruction = costs->divide = UINT32_MAX / 16; /* the most there is */
}

const struct machine_shape machine_shapes[MACHINE_SHAPES] = {
    {"one hart", 1, 1, 1000, 16, 3, NULL, 0, false, 0, false},
    {"one hart with a larger TLB", 1, 1, 1, 256, 3, NULL, 0, false, 0, false},
    {"Sv48", 1, 1, 1, 8, 4, NULL, 0, false, 0, false},
    {"two harts by turns of one instruction", 1, 2, 1, 16, 3, NULL, 0, false, 0, false},
    {"three harts by turns of 7 cycles", 1, 3, 7, 16, 3, NULL, 0, false, 0, false},
    {"four harts by turns of 1,000 cycles", 1, 4, 1000, 16, 3, NULL, 0, false, 0,
     false},
    {"two boards", 2, 1, 1, 16, 3, NULL, 0, false, 0, false},
    {"three boards of two harts", 3, 2, 100, 8, 3, NULL, 0, false, 0, false},
    {"everything is free", 1, 2, 1, 16, 3, all_free, 0, false, 0, false},
    {"instructions are free", 1, 1, 1, 16, 3, free_work, 0, false, 0, false},
    {"work is dear", 1, 1, 1, 16, 3, dear_work, UINT32_MAX, false, 0, false},
    {"DMA without end", 1, 2, 1, 16, 3, NULL, 0, true, 0, false},
    {"DMA without end, and long turns", 1, 2, 500, 16, 3, NULL, 0, true, 0, false},
    {"free instructions in long turns", 1, 2, 50, 16, 3, free_work, 0, false, 0, false},
    {"a guest", 1, 1, 1000, 16, 3, NULL, 0, false, 3, false},
    {"guests of two harts by turns of one instruction", 1, 2, 1, 16, 3, NULL, 0, false,
     3, false},
    {"a guest of Sv48 over Sv48x4", 1, 1, 1000, 8, 4, NULL, 0, false, 4, false},
    {"guests, and DMA without end", 1, 2, 500, 64, 3, NULL, 0, true, 3, false},
    {"DMA behind an IOMMU", 1, 1, 1, 16, 3, NULL, 0, false, 0, true},
    {"DMA without end behind an IOMMU", 1, 2, 20, 16, 3, NULL, 0, true, 0, true},
    {"guests, and DMA behind an IOMMU", 1, 2, 1, 16, 3, NULL, 0, false, 3, true},
};

/* Some exceptions and interrupts go to the host's handler or the guest's, which are the
 * program itself. */
static void start_guest(struct hart *hart, uint64_t vsatp, uint64_t hgatp)
{
    hart->csr.medeleg = BIT(CAUSE_ECALL_U) | BIT(CAUSE_ECALL_VS);
    hart->csr.hedeleg = BIT(CAUSE_ECALL_U);
    hart->csr.hideleg = BIT(IRQ_VSTI) | BIT(IRQ_VSSI);
    hart->csr.mie |= VS_INTERRUPTS;
    hart->csr.stvec = WINDOW + 0x100;
    hart->csr.vstvec = WINDOW + 0x201;
    hart->csr.hcounteren = 7;
    hart->csr.henvcfg = hart->csr.menvcfg;
    hart->csr.vsatp = vsatp;
    hart->csr.hgatp = hgatp;
}

static void start_hart(struct hart *hart, struct random *random, uint64_t satp)
{
    for (unsigned r = 1; r < 31; r++)
        hart->x[r] = (uint64_t)random_below(random, UINT32_MAX)
                     << random_below(random, 32);
    hart->x[31] = bases[0];
    hart->pc = WINDOW + hart->id * 64u;
    hart->mode = MODE_S;
    hart->csr.mtvec = HANDLER;
    hart->csr.mscratch = AREAS + 64u * hart->id;
    hart->csr.mie = BIT(IRQ_MTI) | BIT(IRQ_MEI) | BIT(IRQ_MSI) | BIT(IRQ_STI);
    hart->csr.mcounteren = hart->csr.scounteren = 7;
    hart->csr.menvcfg |= MENVCFG_STCE | MENVCFG_CBZE | MENVCFG_CBCFE;
    hart->csr.satp = satp;
    hart->payload_ranges = 1;
    hart->payload_range[0] = (struct payload_range){CODE + 0x100, CODE + 0x900};
    /* A few bytes may only be read, the rest everything. */
    hart->csr.pmpaddr[0] = (DATA + PAGE + 0xa00) >> 2;
    hart->csr.pmpcfg[0] = PMP_NA4 << 3 | PMP_R;
    hart->csr.pmpaddr[1] = BITS(53, 0);
    hart->csr.pmpcfg[1] = PMP_NAPOT << 3 | PMP_RWX;
}

static void start_board(struct board *board, const struct machine_shape *shape,
                        uint64_t seed)
{
    struct random random = {seed};
    struct tables tables, guest;

    tables_init(&tables, &board->bus.ram, shape->levels, TABLES);
    put_words(board, &random, CODE, CODE_PAGES * PAGE);
    put_words(board, &random, POOL, POOL_BYTES);
    put_handler(board);
    put(board, BASES, bases, sizeof(bases));
    put_tables(board, &tables);
    set_dma(board, &random, last_table(&tables));
    set_virtio(board, &random);
    set_devices(board);
    if (shape->iommu)
        set_iommu(board, &random);
    if (shape->endless_dma)
        start_endless(board, &random, last_table(&tables));
    for (unsigned i = 0; i < board->harts; i++)
        start_hart(&board->hart[i], &random, tables_satp(&tables, 0));
    if (!shape->guest)
        return;
    tables_init_guest(&guest, &board->bus.ram, shape->guest, GUEST_TABLES);
    put_guest_tables(board, &guest);
    for (unsigned i = 0; i < board->harts; i++)
        start_guest(&board->hart[i], tables_satp(&tables, 1), tables_satp(&guest, 2));
}

static struct board_desc describe(const struct machine_shape *shape)
{
    struct board_desc desc = board_virt;
    struct board_row stream = {.type = "stream",
                               .name = "stream0",
                               .base = STREAM_BASE,
                               .irqs = 1,
                               .irq = {31},
                               .requests = 1,
                               .request = {1},
                               .settings = 1,
                               .setting = {{"period", shape->period}}};
    struct board_row endless = {.type = "dma", .name = "dma1", .base = ENDLESS_BASE};
    struct board_row iommu = {.type = "iommu",
                              .name = "iommu0",
                              .base = IOMMU_BASE,
                              .irqs = 4,
                              .irq = {36, 37, 38, 39},
                              .settings = 1,
                              .setting = {{"entries", 16}}};
    struct err err;

    if (!shape->period)
        stream.setting[0].value = 700;
    desc.ram_size = 1 << 20;
    desc.hypervisor = shape->guest != 0;
    desc.harts = shape->harts;
    desc.interleave = shape->interleave;
    desc.tlb_entries = shape->tlb_entries;
    describe_virtio(&desc);
    if (shape->set_costs)
        shape->set_costs(&desc.costs);
    ck_assert_msg(board_desc_add(&desc, &stream, &err), "%s", err.text);
    if (shape->endless_dma)
        ck_assert_msg(board_desc_add(&desc, &endless, &err), "%s", err.text);
    if (shape->iommu)
        ck_assert_msg(board_desc_add(&desc, &iommu, &err), "%s", err.text);
    return desc;
}

struct run *random_machine(const struct machine_shape *shape, uint64_t seed)
{
    struct run *run = run_new();
    struct board_desc desc = describe(shape);
    struct err err;

    for (unsigned i = 0; i < shape->boards; i++)
        ck_assert_msg(run_add(run, &desc, &err) != NULL, "%s", err.text);
    run_reset(run);
    for (unsigned i = 0; i < shape->boards; i++)
        start_board(run->board[i], shape, seed * 16 + i);
    return run;
}

void random_machine_type(struct run *run, unsigned segment)
{
    uint8_t text[5] = {'a', 'b', 'c', 'd', (uint8_t)('0' + segment)};

    for (unsigned i = 0; i < run->boards; i++) {
        struct device *uart = board_device(run->board[i], "uart0");

        uart->type->input(uart, text, sizeof(text));
    }
}
