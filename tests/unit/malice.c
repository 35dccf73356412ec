/*
 * Guests that mean harm (src/guest/kernel/malice.c), three in each machine, and an honest
 * one that verifies its data. Whatever the three do, with every kind of disk: nobody
 * touches memory, devices or blocks that are not his own. tests/lib/isolation.h looks at
 * each access as the machine tells it. What belongs to whom follows from the list of guests,
 * the machine's map and where docs/manual/hypervisor.md says that guests are.
 *
 * Were there no IOMMU, or were the memory of guests not what it is said to be, the same
 * looks would find it: that is tested, too.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "image/start.h"
#include "machine/dma/dma.h"
#include "src/guest/kernel/pattern.h"
#include "tests/lib/isolation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECTORS = 16384, OWN_SECTORS = 2048, PART = 2000, GUESTS = 4, HARTS = 2 };
enum { MALICIOUS = 3, MACHINES = 4, LONG_MACHINES = 334, PRINTED = 1 << 16 };

#define MIB       (UINT64_C(1) << 20)
#define GUEST_RAM (8 * MIB)          /* all of it before the initrd */
#define MOST      UINT64_C(60000000) /* cycles: most end before */

/* Pages of the ATA disk that is passed through, and of the channel that goes with it. */
#define OWN_DISK    UINT64_C(0x3201000)
#define OWN_CHANNEL UINT64_C(0x3101000)

/* --- who is in a machine --------------------------------------------------------- */

enum kind { EMULATED_PIO, EMULATED_DMA, VIRTIO, PASSTHROUGH, UNTRANSLATED };

static const char *const kinds[] = {
    [EMULATED_PIO] = "emulated_pio",
    [EMULATED_DMA] = "emulated_dma",
    [VIRTIO] = "virtio",
    [PASSTHROUGH] = "passthrough,disk=1",
    [UNTRANSLATED] = "passthrough,disk=1,iommu=off",
};

/* Guests 1 to 3 are malicious, guest 4 is not. */
static const struct company {
    enum kind kind[GUESTS];
    unsigned hart[GUESTS];
    const char *honest; /* what guest 4 does */
} companies[] = {
    {{EMULATED_PIO, PASSTHROUGH, VIRTIO, EMULATED_DMA}, {0, 1, 1, 0}, "op=write n=4"},
    {{VIRTIO, PASSTHROUGH, EMULATED_DMA, VIRTIO}, {0, 0, 1, 1}, "op=read n=8 depth=4"},
    {{EMULATED_DMA, VIRTIO, EMULATED_PIO, PASSTHROUGH}, {0, 1, 0, 0}, "op=write n=6"},
    {{PASSTHROUGH, EMULATED_DMA, VIRTIO, EMULATED_PIO}, {1, 1, 0, 1}, "op=write n=1"},
};

static const struct company untranslated = {
    {UNTRANSLATED, VIRTIO, VIRTIO, VIRTIO}, {0, 1, 1, 1}, "op=read n=8"};

static bool has_own_disk(enum kind kind)
{
    return kind == PASSTHROUGH || kind == UNTRANSLATED;
}

/* --- a machine with them ---------------------------------------------------------- */

static uint8_t medium[SECTORS * SECTOR];

struct machine {
    struct run *run;
    struct board *board;
    struct image shim, hypervisor;
    uint8_t *kernel;
    size_t kernel_size;
    struct buf bootargs;
    struct isolation isolation;
    char printed[PRINTED];
    size_t length;
};

/* Malicious guests can print what they like; zeros among it would hide the rest. */
static void take_byte(void *ctx, uint8_t byte)
{
    struct machine *machine = ctx;

    if (byte && machine->length < PRINTED - 1)
        machine->printed[machine->length++] = (char)byte;
}

static void make_medium(void)
{
    for (unsigned i = 0; i < SECTORS; i++)
        pattern_fill(medium + i * SECTOR, i, PATTERN_ORIGINAL);
}

static void make_board(struct machine *machine, bool iommu)
{
    struct board_row disk = {.type = "ata",
                             .name = "ata1",
                             .base = OWN_DISK,
                             .irqs = 1,
                             .irq = {15},
                             .requests = 1,
                             .request = {1}};
    struct board_desc desc = board_virt;
    struct err err = {0};

    desc.harts = HARTS;
    ck_assert(board_desc_add(&desc, &disk, &err));
    ck_assert(!iommu || board_desc_add(&desc, &board_virt_iommu, &err));
    machine->run = run_new();
    machine->board = run_add(machine->run, &desc, &err);
    ck_assert_msg(machine->board != NULL, "%s", err.text);
    machine->board->output = take_byte;
    machine->board->output_ctx = machine;
    device_insert(board_device(machine->board, "ata0"), medium, sizeof(medium));
    device_insert(board_device(machine->board, "ata1"), medium, OWN_SECTORS * SECTOR);
    run_reset(machine->run);
}

static void list_guests(struct buf *list, const struct company *company, unsigned seed)
{
    for (unsigned i = 0; i < GUESTS; i++) {
        bool shared = !has_own_disk(company->kind[i]);

        buf_printf(list, "guest=%s,mem=8M,hart=%u", kinds[company->kind[i]],
                   company->hart[i]);
        if (shared)
            buf_printf(list, ",lba=%u+%u", i * PART, PART);
        buf_printf(list, " origin=%u ", shared ? i * PART : 0);
        if (i < MALICIOUS)
            buf_printf(list, "op=read n=1 rogue=malice seed=%u ", MALICIOUS * seed + i);
        else
            buf_printf(list, "%s order=random ", company->honest);
    }
}

static void load(struct machine *machine)
{
    struct err err = {0};
    struct start start;

    ck_assert(image_open(&machine->shim, "guest:shim", 0, &err));
    ck_assert(image_open(&machine->hypervisor, "guest:hypervisor", 0, &err));
    ck_assert(
        image_read_file("guest:kernel", &machine->kernel, &machine->kernel_size, &err));
    start = (struct start){.firmware = &machine->shim,
                           .kernel = &machine->hypervisor,
                           .initrd = machine->kernel,
                           .initrd_size = machine->kernel_size,
                           .bootargs = buf_str(&machine->bootargs)};
    ck_assert_msg(start_board(machine->board, &start, &err), "%s", err.text);
}

/* --- what is whose ------------------------------------------------------------------ */

static uint64_t symbol(const struct machine *machine, const char *name, uint64_t *size)
{
    const struct symbol *symbol = symbols_named(&machine->hypervisor.symbols, name);

    ck_assert_ptr_nonnull(symbol);
    if (size)
        *size = symbol->size;
    return symbol->address;
}

/* Guests' memory follows the hypervisor's, on multiples of 2 MiB, without gaps. Data of an
 * emulated ATA disk's PIO commands wait in what the hypervisor keeps of that guest. */
static void divide(struct machine *machine, const struct company *company)
{
    struct isolation *isolation = &machine->isolation;
    uint64_t from = symbol(machine, "image_start", NULL);
    uint64_t end = symbol(machine, "image_end", NULL), size;
    uint64_t kept = symbol(machine, "guests", &size);

    *isolation = (struct isolation){.run = machine->run,
                                    .board = machine->board,
                                    .guests = GUESTS,
                                    .host = {from, end - from},
                                    .shared = board_device(machine->board, "ata0"),
                                    .backend = 0};
    for (unsigned i = 0; i < GUESTS; i++) {
        struct isolation_guest *guest = &isolation->guest[i];

        *guest = (struct isolation_guest){
            .ram = {((end + 2 * MIB - 1) & ~(2 * MIB - 1)) + i * GUEST_RAM, GUEST_RAM},
            .channel = ISOLATION_NO_CHANNEL,
            .hart = (uint8_t)company->hart[i],
        };
        if (has_own_disk(company->kind[i])) {
            guest->page[0] = (struct range){OWN_DISK, RAM_PAGE};
            guest->page[1] = (struct range){OWN_CHANNEL, RAM_PAGE};
            guest->channel = guest->line = 1;
        } else {
            guest->part = (struct range){i * PART, PART};
        }
        if (company->kind[i] <= EMULATED_DMA)
            guest->kept = (struct range){kept + i * (size / GUESTS), size / GUESTS};
    }
}

/* --- running ---------------------------------------------------------------------------- */

static void make_machine(struct machine *machine, const struct company *company,
                         unsigned seed)
{
    memset(machine, 0, sizeof(*machine));
    make_medium();
    make_board(machine, company != &untranslated);
    list_guests(&machine->bootargs, company, seed);
    load(machine);
    divide(machine, company);
}

static void free_machine(struct machine *machine)
{
    run_free(machine->run);
    image_release(&machine->shim);
    image_release(&machine->hypervisor);
    free(machine->kernel);
    buf_free(&machine->bootargs);
}

static void stop(void *ctx, const struct event *event)
{
    (void)event;
    run_ask_stop(ctx);
}

/* Nobody listens until the first guest is entered: all have been built by then. */
static void run_machine(struct machine *machine)
{
    struct run_limit limit = RUN_NO_LIMIT;
    struct run *run = machine->run;

    limit.cycle = MOST; /* a guest can come to do nothing but trap */
    event_listen(&run->events,
                 (struct event_sink){EVENT_BIT(EVENT_VM_ENTRY), stop, run});
    ck_assert_int_eq(run_go(run, limit), RUN_ASKED);
    event_unlisten(&run->events, stop, run);
    isolation_listen(&machine->isolation);
    run_go(run, limit);
    isolation_end(&machine->isolation);
}

/* --- what has become of it ---------------------------------------------------------------- */

/* All rules have been looked at; but an IOMMU that has refused nothing has nothing to
 * write. */
static void check_isolation(const struct machine *machine,
                            const struct company *company, unsigned seed)
{
    bool refused = !has_own_disk(company->kind[GUESTS - 1]);
    const struct isolation *isolation = &machine->isolation;

    ck_assert_msg(isolation_broken(isolation) == 0,
                  "machine %u: %" PRIu64 " offences; the first: %s\n%s", seed,
                  isolation_broken(isolation), isolation->first,
                  buf_str(&machine->bootargs));
    for (unsigned i = 0; i < ISOLATION_RULES; i++)
        ck_assert_msg(isolation->looked[i] > 0 ||
                          (i == ISOLATION_INITIATOR && !refused),
                      "machine %u: rule %u: nothing seen", seed, i);
}

/* Only the parts of guests that write have changed; the rest of the disk is as it was. */
static void check_disk(const struct machine *machine, const struct company *company)
{
    const struct medium *disk = device_medium(board_device(machine->board, "ata0"));

    for (uint64_t lba = 0; lba < SECTORS; lba++) {
        uint64_t guest = lba / PART;
        bool may_change = guest < MALICIOUS
                              ? !has_own_disk(company->kind[guest])
                              : guest < GUESTS && strstr(company->honest, "op=write");

        ck_assert_msg(may_change || !medium_changed(disk, lba), "sector %" PRIu64, lba);
    }
}

static unsigned count(const struct machine *machine, const char *text)
{
    unsigned found = 0;

    for (const char *at = machine->printed; (at = strstr(at, text)); at++)
        found++;
    return found;
}

/* Each guest's own data were right: malice begins only then, and the honest guest is done. */
static void check_work(const struct machine *machine, unsigned seed)
{
    ck_assert_msg(count(machine, " done, 0 failed, 0 wrong") == GUESTS,
                  "machine %u: a guest's data are not as they should be\n%s", seed,
                  buf_str(&machine->bootargs));
}

/* For the long form: how much there was to look at. */
static void tell(const struct machine *machine, unsigned seed)
{
    printf("machine %u: %" PRIu64 " instructions, %" PRIu64
           " cycles, %u at their end; looked at",
           seed, machine->run->events.retired, run_cycle(machine->run),
           count(machine, "malice: "));
    for (unsigned i = 0; i < ISOLATION_RULES; i++)
        printf(" %" PRIu64, machine->isolation.looked[i]);
    printf("\n");
}

START_TEST(malicious_guests_touch_nothing_that_is_not_theirs)
{
    unsigned seed = (unsigned)_i;
    const struct company *company = &companies[seed % COUNT(companies)];
    static struct machine machine;

    make_machine(&machine, company, seed);
    run_machine(&machine);
    tell(&machine, seed);
    check_isolation(&machine, company, seed);
    check_disk(&machine, company);
    check_work(&machine, seed);
    free_machine(&machine);
}
END_TEST

/* --- the looks themselves ------------------------------------------------------------------- */

/* A guest whose channel's addresses nobody translates writes where it likes. */
START_TEST(without_the_iommu_it_is_found)
{
    static struct machine machine;

    make_machine(&machine, &untranslated, 0);
    run_machine(&machine);
    ck_assert_uint_gt(machine.isolation.broken[ISOLATION_CHANNEL], 0);
    ck_assert_uint_eq(machine.isolation.broken[ISOLATION_ACCESS], 0);
    free_machine(&machine);
}
END_TEST

/* The guests' memory, lines and parts of the disk, and the hypervisor's memory are not what
 * is expected: each rule finds it. */
START_TEST(every_rule_can_be_broken)
{
    static struct machine machine;
    struct isolation *isolation = &machine.isolation;

    make_machine(&machine, &companies[3], 0);
    isolation->guest[0].ram.from += 3 * GUEST_RAM;
    isolation->guest[3].ram.from -= 3 * GUEST_RAM;
    isolation->guest[0].line = 0;
    isolation->guest[2].part.size = 0;
    isolation->host.size = 0;
    run_machine(&machine);
    for (unsigned i = 0; i < ISOLATION_RULES; i++)
        ck_assert_msg(isolation->broken[i] > 0, "rule %u", i);
    free_machine(&machine);
}
END_TEST

static void add_tests(TCase *tcase)
{
    int machines = getenv("RINGSIDE_LONG") ? LONG_MACHINES : MACHINES;

    tcase_add_loop_test(tcase, malicious_guests_touch_nothing_that_is_not_theirs, 0,
                        machines);
    tcase_add_test(tcase, without_the_iommu_it_is_found);
    tcase_add_test(tcase, every_rule_can_be_broken);
}

TEST_MAIN("malice", add_tests)
