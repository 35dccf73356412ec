/* The ATA disk, against ATA/ATAPI-6, with the default prices of costs.def. */
#include "machine/device/ata.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "tests/lib/rig.h"
#include "tests/lib/suite.h"

enum { COMMAND = 2000, SEEK = 100000, TRANSFER = 15500, RESET = 100000 };
enum { READY = 0x50, SECTORS = 1000, SPARE = 100 /* bytes beyond the last sector */ };

enum {
    READ = 0x20,
    READ_EXT = 0x24,
    READ_DMA_EXT = 0x25,
    READ_MULTIPLE_EXT = 0x29,
    WRITE = 0x30,
    WRITE_EXT = 0x34,
    WRITE_DMA_EXT = 0x35,
    WRITE_MULTIPLE_EXT = 0x39,
    VERIFY = 0x40,
    VERIFY_EXT = 0x42,
    DIAGNOSE = 0x90,
    GEOMETRY = 0x91,
    READ_MULTIPLE = 0xc4,
    WRITE_MULTIPLE = 0xc5,
    SET_MULTIPLE = 0xc6,
    READ_DMA = 0xc8,
    WRITE_DMA = 0xca,
    STANDBY_NOW = 0xe0,
    IDLE_NOW = 0xe1,
    CHECK_POWER = 0xe5,
    FLUSH = 0xe7,
    FLUSH_EXT = 0xea,
    IDENTIFY = 0xec,
    FEATURES = 0xef
};

/* --- a disk with known contents ------------------------------------------------ */

struct disk {
    struct rig *rig;
    uint8_t *image; /* SECTORS sectors and a bit of one */
};

static uint8_t image_byte(uint64_t at)
{
    return (uint8_t)(at * 7 + at / SECTOR * 13 + 1);
}

static struct disk setup(void)
{
    struct disk disk = {rig_new(&ata_type, NULL), alloc_zero(SECTORS + 1, SECTOR)};

    for (uint64_t i = 0; i < (uint64_t)SECTORS * SECTOR; i++)
        disk.image[i] = image_byte(i);
    device_insert(disk.rig->device, disk.image, (uint64_t)SECTORS * SECTOR + SPARE);
    ata_type.reset(disk.rig->device);
    return disk;
}

static void teardown(struct disk disk)
{
    uint64_t changed = 0;

    for (uint64_t i = 0; i < (uint64_t)SECTORS * SECTOR; i++)
        changed += disk.image[i] != image_byte(i);
    ck_assert_uint_eq(changed, 0); /* it is never written */
    rig_free(disk.rig);
    free(disk.image);
}

static struct ata *ata_of(struct rig *rig)
{
    return (struct ata *)rig->device;
}

static unsigned status(struct rig *rig)
{
    return (unsigned)rig_read(rig, ATA_CONTROL, 1); /* Alternate Status: no effect */
}

static unsigned error(struct rig *rig)
{
    return (unsigned)rig_read(rig, ATA_ERROR, 1);
}

static void command(struct rig *rig, unsigned code)
{
    rig_write(rig, ATA_STATUS, 1, code);
}

static void address28(struct rig *rig, uint32_t lba, unsigned count)
{
    rig_write(rig, ATA_DEVICE, 1, ATA_LBA | lba >> 24);
    rig_write(rig, ATA_COUNT, 1, count & 0xff);
    rig_write(rig, ATA_LBA_LOW, 1, lba & 0xff);
    rig_write(rig, ATA_LBA_MID, 1, lba >> 8 & 0xff);
    rig_write(rig, ATA_LBA_HIGH, 1, lba >> 16 & 0xff);
}

static void address48(struct rig *rig, uint64_t lba, unsigned count)
{
    rig_write(rig, ATA_DEVICE, 1, ATA_LBA);
    rig_write(rig, ATA_COUNT, 1, count >> 8 & 0xff);
    rig_write(rig, ATA_LBA_LOW, 1, lba >> 24 & 0xff);
    rig_write(rig, ATA_LBA_MID, 1, lba >> 32 & 0xff);
    rig_write(rig, ATA_LBA_HIGH, 1, lba >> 40 & 0xff);
    rig_write(rig, ATA_COUNT, 1, count & 0xff);
    rig_write(rig, ATA_LBA_LOW, 1, lba & 0xff);
    rig_write(rig, ATA_LBA_MID, 1, lba >> 8 & 0xff);
    rig_write(rig, ATA_LBA_HIGH, 1, lba >> 16 & 0xff);
}

/* Lets time go on until the disk is not busy; gives its status. */
static unsigned wait_ready(struct rig *rig)
{
    while (status(rig) & ATA_BSY) {
        ck_assert_uint_ne(rig->queue.next_due, NEVER);
        queue_fire_first(&rig->queue);
    }
    return status(rig);
}

/* A command that moves no data by the Data register. */
static unsigned run(struct rig *rig, unsigned code)
{
    command(rig, code);
    return wait_ready(rig);
}

static void get_sector(struct rig *rig, uint8_t *bytes, unsigned width)
{
    ck_assert_uint_eq(status(rig), READY | ATA_DRQ);
    for (unsigned i = 0; i < SECTOR; i += width) {
        uint64_t word = rig_read(rig, ATA_DATA, width);

        for (unsigned b = 0; b < width; b++)
            bytes[i + b] = (uint8_t)(word >> 8 * b);
    }
}

static void expect_sector(struct rig *rig, uint64_t lba, unsigned width)
{
    uint8_t bytes[SECTOR];
    unsigned wrong = 0;

    get_sector(rig, bytes, width);
    for (unsigned i = 0; i < SECTOR; i++)
        wrong += bytes[i] != image_byte(lba * SECTOR + i);
    ck_assert_uint_eq(wrong, 0);
}

static uint8_t new_byte(uint64_t lba, unsigned i)
{
    return (uint8_t)(lba * 31 + i * 3 + 128);
}

static void put_sector(struct rig *rig, uint64_t lba, unsigned width)
{
    ck_assert_uint_eq(status(rig), READY | ATA_DRQ);
    for (unsigned i = 0; i < SECTOR; i += width) {
        uint64_t word = 0;

        for (unsigned b = 0; b < width; b++)
            word |= (uint64_t)new_byte(lba, i + b) << 8 * b;
        rig_write(rig, ATA_DATA, width, word);
    }
}

static void expect_new(const uint8_t bytes[SECTOR], uint64_t lba)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < SECTOR; i++)
        wrong += bytes[i] != new_byte(lba, i);
    ck_assert_uint_eq(wrong, 0);
}

static void expect_written(struct rig *rig, uint64_t lba)
{
    uint8_t bytes[SECTOR];

    ck_assert(medium_changed(&ata_of(rig)->medium, lba));
    medium_read(&ata_of(rig)->medium, lba, bytes);
    expect_new(bytes, lba);
}

static void expect_failure(struct rig *rig, unsigned code, unsigned bits)
{
    ck_assert_uint_eq(run(rig, code), READY | ATA_ERR);
    ck_assert_uint_eq(error(rig), bits);
    ck_assert(rig->irq);
    rig_read(rig, ATA_STATUS, 1);
}

/* --- resets and the task file --------------------------------------------------- */

static void expect_signature(struct rig *rig)
{
    ck_assert_uint_eq(error(rig), 0x01);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 0x01);
    ck_assert_uint_eq(rig_read(rig, ATA_LBA_LOW, 1), 0x01);
    ck_assert_uint_eq(rig_read(rig, ATA_LBA_MID, 1), 0x00);
    ck_assert_uint_eq(rig_read(rig, ATA_LBA_HIGH, 1), 0x00);
    ck_assert_uint_eq(rig_read(rig, ATA_DEVICE, 1), 0x00);
    ck_assert_uint_eq(status(rig), READY);
    ck_assert(!rig->irq);
}

START_TEST(after_power_on_the_disk_shows_its_signature)
{
    struct disk disk = setup();

    expect_signature(disk.rig);
    teardown(disk);
}
END_TEST

START_TEST(a_software_reset_takes_its_time_and_shows_the_signature)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 0x123456, 7);
    rig_write(rig, ATA_CONTROL, 1, ATA_SRST);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    rig_wait(rig, 10 * RESET); /* as long as SRST is set */
    ck_assert_uint_eq(status(rig), ATA_BSY);
    rig_write(rig, ATA_CONTROL, 1, 0);
    rig_wait(rig, RESET - 1);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    rig_wait(rig, 1);
    expect_signature(rig);
    teardown(disk);
}
END_TEST

START_TEST(a_software_reset_ends_whatever_the_disk_does)
{
    static const unsigned waits[] = {0,
                                     100,
                                     COMMAND,
                                     SEEK,
                                     COMMAND + SEEK + TRANSFER,
                                     COMMAND + SEEK + 5 * TRANSFER};
    static const unsigned codes[] = {READ, WRITE, READ_DMA, WRITE_DMA};
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    for (unsigned i = 0; i < COUNT(codes); i++) {
        address28(rig, 500, 20);
        command(rig, codes[i]);
        rig_wait(rig, waits[_i]);
        rig_write(rig, ATA_CONTROL, 1, ATA_SRST);
        ck_assert(!rig->asks && !rig->irq);
        rig_write(rig, ATA_CONTROL, 1, 0);
        rig_wait(rig, RESET);
        expect_signature(rig);
        ck_assert_uint_eq(rig->queue.next_due, NEVER);
    }
    address28(rig, 3, 1);
    ck_assert_uint_eq(run(rig, READ), READY | ATA_DRQ);
    expect_sector(rig, 3, 2);
    teardown(disk);
}
END_TEST

START_TEST(hob_shows_what_the_registers_held_before)
{
    static const uint32_t regs[] = {ATA_COUNT, ATA_LBA_LOW, ATA_LBA_MID, ATA_LBA_HIGH};
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address48(rig, UINT64_C(0x665544332211), 0x8877);
    for (unsigned i = 0; i < COUNT(regs); i++) {
        static const unsigned before[] = {0x88, 0x44, 0x55, 0x66};
        static const unsigned now[] = {0x77, 0x11, 0x22, 0x33};

        rig_write(rig, ATA_CONTROL, 1, ATA_HOB);
        ck_assert_uint_eq(rig_read(rig, regs[i], 1), before[i]);
        rig_write(rig, ATA_DEVICE, 1, ATA_LBA); /* any write takes HOB back */
        ck_assert_uint_eq(rig_read(rig, regs[i], 1), now[i]);
    }
    teardown(disk);
}
END_TEST

START_TEST(device_1_is_absent)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 1, 1);
    rig_write(rig, ATA_DEVICE, 1, ATA_DEV | ATA_LBA);
    ck_assert_uint_eq(rig_read(rig, ATA_STATUS, 1), 0);
    ck_assert_uint_eq(status(rig), 0);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 1); /* device 0 answers */
    command(rig, READ);
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    ck_assert_uint_eq(rig_count(rig, EVENT_DISK_COMMAND), 0);
    rig_write(rig, ATA_DEVICE, 1, ATA_LBA);
    ck_assert_uint_eq(status(rig), READY);
    teardown(disk);
}
END_TEST

START_TEST(diagnostics_run_whichever_device_is_selected)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    rig_write(rig, ATA_DEVICE, 1, _i ? ATA_DEV : 0);
    command(rig, DIAGNOSE);
    rig_wait(rig, COMMAND);
    ck_assert(rig->irq);
    rig_read(rig, ATA_STATUS, 1);
    expect_signature(rig);
    teardown(disk);
}
END_TEST

START_TEST(a_busy_disk_does_not_listen)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 7, 1);
    command(rig, READ);
    rig_write(rig, ATA_LBA_LOW, 1, 99);
    rig_write(rig, ATA_DEVICE, 1, ATA_DEV);
    command(rig, WRITE);
    ck_assert_uint_eq(rig_read(rig, ATA_LBA_LOW, 1), ATA_BSY); /* all read as Status */
    wait_ready(rig);
    command(rig, IDENTIFY); /* nor one that waits for its data to be moved */
    expect_sector(rig, 7, 4);
    ck_assert_uint_eq(rig_read(rig, ATA_LBA_LOW, 1), 7);
    ck_assert_uint_eq(rig_count(rig, EVENT_DISK_COMMAND), 1);
    teardown(disk);
}
END_TEST

START_TEST(gaps_and_narrow_data_are_refused)
{
    struct disk disk = setup();

    ck_assert_int_eq(rig_try_read(disk.rig, 0x20, 1), BUS_DECERR);
    ck_assert_int_eq(rig_try_write(disk.rig, 0x804, 1), BUS_DECERR);
    ck_assert_int_eq(rig_try_read(disk.rig, ATA_ERROR + 1, 1), BUS_DECERR);
    ck_assert_int_eq(rig_try_read(disk.rig, ATA_DATA, 1), BUS_SLVERR);
    ck_assert_int_eq(rig_try_read(disk.rig, ATA_DATA, 8), BUS_SLVERR);
    ck_assert_uint_eq(rig_read(disk.rig, ATA_DATA, 4), 0); /* there is no data */
    rig_write(disk.rig, ATA_DATA, 4, 1);
    ck_assert_uint_eq(status(disk.rig), READY);
    teardown(disk);
}
END_TEST

/* --- reading by the Data register ------------------------------------------------ */

START_TEST(reading_a_sector_takes_command_seek_and_transfer_time)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 100, 1);
    command(rig, READ);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    rig_wait(rig, COMMAND + SEEK + TRANSFER - 1);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    ck_assert(!rig->irq);
    rig_wait(rig, 1);
    ck_assert_uint_eq(status(rig), READY | ATA_DRQ);
    ck_assert(rig->irq);
    expect_sector(rig, 100, _i ? 4 : 2);
    ck_assert_uint_eq(status(rig), READY);
    teardown(disk);
}
END_TEST

START_TEST(only_status_takes_the_interrupt_back)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 0, 1);
    run(rig, READ);
    ck_assert(rig->irq);
    rig_read(rig, ATA_CONTROL, 1);
    rig_peek(rig, ATA_STATUS, 1);
    ck_assert(rig->irq);
    ck_assert_uint_eq(rig_read(rig, ATA_STATUS, 1), READY | ATA_DRQ);
    ck_assert(!rig->irq);
    expect_sector(rig, 0, 2);
    ck_assert(!rig->irq); /* the end of the data is no interrupt of its own */
    teardown(disk);
}
END_TEST

START_TEST(there_is_no_seek_where_the_last_transfer_ended)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint64_t start;

    address28(rig, 200, 1);
    run(rig, READ);
    expect_sector(rig, 200, 4);
    start = rig->queue.now;
    address28(rig, 201, 1);
    run(rig, READ);
    ck_assert_uint_eq(rig->queue.now - start, COMMAND + TRANSFER);
    expect_sector(rig, 201, 4);
    start = rig->queue.now;
    address28(rig, 201, 1); /* it has just gone by */
    run(rig, READ);
    ck_assert_uint_eq(rig->queue.now - start, COMMAND + SEEK + TRANSFER);
    expect_sector(rig, 201, 4);
    teardown(disk);
}
END_TEST

START_TEST(each_sector_interrupts)
{
    enum { N = 9 };
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 50, N);
    command(rig, READ);
    for (unsigned i = 0; i < N; i++) {
        while (!rig->irq)
            queue_fire_first(&rig->queue);
        ck_assert_uint_eq(rig_read(rig, ATA_STATUS, 1), READY | ATA_DRQ);
        expect_sector(rig, 50 + i, 2);
    }
    ck_assert_uint_eq(rig->rises, N);
    rig_settle(rig, UINT32_MAX);
    ck_assert_uint_eq(rig->rises, N);
    ck_assert_uint_eq(status(rig), READY);
    teardown(disk);
}
END_TEST

START_TEST(a_fast_host_sees_the_rate_of_the_medium)
{
    enum { N = 40 };
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 1, N);
    command(rig, READ);
    for (unsigned i = 0; i < N; i++) {
        wait_ready(rig);
        ck_assert_uint_eq(rig->queue.now, COMMAND + SEEK + (i + 1) * TRANSFER);
        rig_wait(rig, TRANSFER / 2); /* the next one is being read meanwhile */
        expect_sector(rig, 1 + i, 2);
    }
    teardown(disk);
}
END_TEST

START_TEST(a_slow_host_stalls_the_medium)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 1, 5);
    command(rig, READ);
    rig_wait(rig, 100 * SEEK);
    ck_assert_uint_eq(ata_of(rig)->ready, 2); /* that is what the buffer holds */
    ck_assert_uint_eq(rig->queue.next_due, NEVER);
    expect_sector(rig, 1, 2);
    ck_assert_uint_eq(status(rig), READY | ATA_DRQ); /* the second one is there */
    ck_assert_uint_eq(rig->queue.next_due, rig->queue.now + TRANSFER);
    teardown(disk);
}
END_TEST

START_TEST(a_count_of_0_is_the_largest)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 0, 0);
    command(rig, READ);
    for (unsigned i = 0; i < 256; i++) {
        wait_ready(rig);
        expect_sector(rig, i, 4);
    }
    ck_assert_uint_eq(status(rig), READY);
    address48(rig, 0, 0);
    command(rig, READ_EXT);
    ck_assert_uint_eq(rig_event(rig, EVENT_DISK_COMMAND, 1)->disk_command.count, 65536);
    ck_assert_uint_eq(wait_ready(rig), READY | ATA_ERR); /* so many there are not */
    teardown(disk);
}
END_TEST

START_TEST(cylinder_head_and_sector_name_a_sector_too)
{
    static const struct {
        unsigned cylinder, head, sector, lba;
    } rows[] = {{0, 0, 1, 0}, {0, 0, 63, 62}, {0, 1, 1, 63}, {0, 15, 55, 999}};
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, rows[_i].cylinder << 8 | rows[_i].sector, 1);
    rig_write(rig, ATA_DEVICE, 1, rows[_i].head);
    run(rig, READ);
    expect_sector(rig, rows[_i].lba, 2);
    teardown(disk);
}
END_TEST

START_TEST(the_geometry_can_be_chosen)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    rig_write(rig, ATA_COUNT, 1, 10); /* sectors a track */
    rig_write(rig, ATA_DEVICE, 1, 3); /* the largest head */
    ck_assert_uint_eq(run(rig, GEOMETRY), READY);
    address28(rig, 2 << 8 | 4, 1); /* cylinder 2, sector 4 */
    rig_write(rig, ATA_DEVICE, 1, 1);
    run(rig, READ);
    expect_sector(rig, (2 * 4 + 1) * 10 + 3, 2);
    rig_write(rig, ATA_COUNT, 1, 0);
    expect_failure(rig, GEOMETRY, ATA_ABRT);
    teardown(disk);
}
END_TEST

/* --- writing by the Data register ------------------------------------------------ */

START_TEST(the_first_block_to_be_written_does_not_interrupt)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 10, 1);
    ck_assert_uint_eq(run(rig, WRITE), READY | ATA_DRQ);
    ck_assert_uint_eq(rig->queue.now, COMMAND);
    ck_assert(!rig->irq);
    rig_wait(rig, SEEK); /* the heads move meanwhile */
    put_sector(rig, 10, _i ? 4 : 2);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    ck_assert(!medium_changed(&ata_of(rig)->medium, 10));
    rig_wait(rig, TRANSFER - 1);
    ck_assert_uint_eq(status(rig), ATA_BSY);
    rig_wait(rig, 1);
    ck_assert_uint_eq(status(rig), READY);
    ck_assert(rig->irq);
    expect_written(rig, 10);
    teardown(disk);
}
END_TEST

START_TEST(each_further_block_and_the_end_interrupt)
{
    enum { N = 6 };
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 20, N);
    command(rig, WRITE);
    wait_ready(rig);
    for (unsigned i = 0; i < N; i++) {
        ck_assert_uint_eq(rig->rises, i);
        put_sector(rig, 20 + i, 2);
        while (!rig->irq)
            queue_fire_first(&rig->queue);
        rig_read(rig, ATA_STATUS, 1);
    }
    ck_assert_uint_eq(status(rig), READY);
    ck_assert_uint_eq(rig->rises, N);
    for (unsigned i = 0; i < N; i++)
        expect_written(rig, 20 + i);
    teardown(disk);
}
END_TEST

START_TEST(what_was_written_is_read_and_its_neighbours_are_not_touched)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint8_t bytes[SECTOR];

    address48(rig, 64, 1);
    run(rig, WRITE_EXT);
    put_sector(rig, 64, 4);
    wait_ready(rig);
    address48(rig, 63, 3);
    run(rig, READ_EXT);
    expect_sector(rig, 63, 4);
    wait_ready(rig);
    get_sector(rig, bytes, 4);
    expect_new(bytes, 64);
    wait_ready(rig);
    expect_sector(rig, 65, 4);
    ck_assert(!medium_changed(&ata_of(rig)->medium, 65));
    teardown(disk);
}
END_TEST

START_TEST(the_medium_keeps_its_contents_over_a_reset)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 9, 1);
    run(rig, WRITE);
    put_sector(rig, 9, 4);
    wait_ready(rig);
    ata_type.reset(rig->device);
    expect_written(rig, 9);
    teardown(disk);
}
END_TEST

/* --- blocks of several sectors ---------------------------------------------------- */

static const struct {
    unsigned multiple, count, interrupts;
} blocks[] = {{1, 3, 3}, {2, 6, 3}, {4, 10, 3}, {8, 8, 1}, {16, 5, 1}, {16, 50, 4}};

static void set_multiple(struct rig *rig, unsigned count)
{
    rig_write(rig, ATA_COUNT, 1, count);
    ck_assert_uint_eq(run(rig, SET_MULTIPLE), READY);
    rig_read(rig, ATA_STATUS, 1);
    rig->rises = 0;
}

START_TEST(read_multiple_interrupts_once_a_block)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    set_multiple(rig, blocks[_i].multiple);
    address28(rig, 300, blocks[_i].count);
    command(rig, READ_MULTIPLE);
    for (unsigned i = 0; i < blocks[_i].count; i++) {
        wait_ready(rig);
        rig_read(rig, ATA_STATUS, 1);
        expect_sector(rig, 300 + i, 2);
    }
    ck_assert_uint_eq(rig->rises, blocks[_i].interrupts);
    ck_assert_uint_eq(status(rig), READY);
    teardown(disk);
}
END_TEST

START_TEST(write_multiple_interrupts_once_a_block)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    set_multiple(rig, blocks[_i].multiple);
    address48(rig, 300, blocks[_i].count);
    command(rig, WRITE_MULTIPLE_EXT);
    for (unsigned i = 0; i < blocks[_i].count; i++) {
        wait_ready(rig);
        rig_read(rig, ATA_STATUS, 1);
        put_sector(rig, 300 + i, 4);
    }
    wait_ready(rig);
    ck_assert_uint_eq(rig->rises, blocks[_i].interrupts);
    for (unsigned i = 0; i < blocks[_i].count; i++)
        expect_written(rig, 300 + i);
    teardown(disk);
}
END_TEST

START_TEST(a_block_is_offered_when_all_of_it_is_in_the_buffer)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint64_t start;

    set_multiple(rig, 8);
    start = rig->queue.now;
    address28(rig, 300, 16);
    run(rig, READ_MULTIPLE);
    ck_assert_uint_eq(rig->queue.now - start, COMMAND + SEEK + 8 * TRANSFER);
    ck_assert_uint_eq(rig_count(rig, EVENT_DISK_PHASE), 2 + 8 + 1 + 1);
    teardown(disk);
}
END_TEST

START_TEST(the_size_of_a_block_is_a_power_of_two_up_to_16)
{
    static const unsigned wrong[] = {3, 5, 6, 15, 17, 32, 128, 255};
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    for (unsigned i = 0; i < COUNT(wrong); i++) {
        set_multiple(rig, 4);
        rig_write(rig, ATA_COUNT, 1, wrong[i]);
        expect_failure(rig, SET_MULTIPLE, ATA_ABRT);
        address28(rig, 0, 1); /* and the mode is off */
        expect_failure(rig, READ_MULTIPLE, ATA_ABRT);
    }
    set_multiple(rig, 0);
    expect_failure(rig, WRITE_MULTIPLE, ATA_ABRT);
    teardown(disk);
}
END_TEST

/* --- DMA --------------------------------------------------------------------------- */

static struct request_line *line_of(struct rig *rig)
{
    return &rig->device->request[0];
}

START_TEST(a_dma_read_asks_for_a_sector_at_a_time)
{
    enum { N = 4 };
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint8_t bytes[8];

    address28(rig, 700, N);
    command(rig, READ_DMA);
    for (unsigned i = 0; i < N; i++) {
        ck_assert_uint_eq(line_of(rig)->take(rig->device, bytes, 8), 0);
        rig_wait(rig, i ? TRANSFER : COMMAND + SEEK + TRANSFER);
        for (unsigned at = 0; at < SECTOR; at += 8) {
            ck_assert(rig->asks && !rig->irq);
            ck_assert_uint_eq(status(rig), READY | ATA_DRQ);
            ck_assert_uint_eq(line_of(rig)->take(rig->device, bytes, 8), 8);
            for (unsigned b = 0; b < 8; b++)
                ck_assert_uint_eq(bytes[b], image_byte((700 + i) * SECTOR + at + b));
        }
        ck_assert(!rig->asks);
    }
    ck_assert(rig->irq);
    ck_assert_uint_eq(status(rig), READY);
    ck_assert_uint_eq(rig->rises, 1);
    teardown(disk);
}
END_TEST

START_TEST(a_dma_write_takes_two_sectors_ahead_of_the_medium)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    unsigned given = 0;

    address48(rig, 700, 4);
    command(rig, WRITE_DMA_EXT);
    rig_wait(rig, COMMAND);
    while (rig->asks) {
        uint8_t bytes[8];

        for (unsigned b = 0; b < 8; b++)
            bytes[b] = new_byte(700 + given / SECTOR, given % SECTOR + b);
        ck_assert_uint_eq(line_of(rig)->give(rig->device, bytes, 8), 8);
        given += 8;
        if (!rig->asks && given < 4 * SECTOR)
            rig_wait(rig, given == 2 * SECTOR ? SEEK + TRANSFER : TRANSFER);
    }
    ck_assert_uint_eq(given, 4 * SECTOR);
    ck_assert(!rig->irq);
    rig_wait(rig, 2 * TRANSFER);
    ck_assert(rig->irq);
    for (unsigned i = 0; i < 4; i++)
        expect_written(rig, 700 + i);
    teardown(disk);
}
END_TEST

START_TEST(odd_pieces_of_dma_add_up)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint64_t at = 0;

    address48(rig, 5, 3);
    command(rig, READ_DMA_EXT);
    rig_wait(rig, SEEK * 10);
    while (rig->asks) {
        uint8_t bytes[8];
        unsigned n = line_of(rig)->take(rig->device, bytes, 1 + (unsigned)(at % 8));

        ck_assert_uint_ge(n, 1);
        for (unsigned b = 0; b < n; b++)
            ck_assert_uint_eq(bytes[b], image_byte(5 * SECTOR + at + b));
        at += n;
        if (!rig->asks)
            rig_wait(rig, TRANSFER);
    }
    ck_assert_uint_eq(at, 3 * SECTOR);
    ck_assert(rig->irq);
    teardown(disk);
}
END_TEST

START_TEST(without_a_request_line_dma_is_aborted_and_not_promised)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint8_t words[SECTOR];

    line_of(rig)->line = REQUEST_LINE_NONE;
    address28(rig, 0, 1);
    expect_failure(rig, READ_DMA, ATA_ABRT);
    ata_identify(ata_of(rig), words);
    ck_assert_uint_eq(words[2 * 49 + 1] & 0x01, 0);
    ck_assert_uint_eq(words[2 * 88], 0);
    teardown(disk);
}
END_TEST

START_TEST(the_data_register_has_no_part_in_dma)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 5, 1);
    command(rig, READ_DMA);
    rig_wait(rig, 2 * SEEK);
    ck_assert_uint_eq(rig_read(rig, ATA_DATA, 4), 0);
    ck_assert_uint_eq(ata_of(rig)->offset, 0);
    teardown(disk);
}
END_TEST

/* --- commands without data ----------------------------------------------------------- */

static const unsigned unknown[] = {0x00, 0x01, 0x08, 0x10, 0x70,
                                   0xa0, 0xa1, 0xb0, 0xf1, 0xff};

START_TEST(a_command_that_it_does_not_know_is_aborted)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    expect_failure(rig, unknown[_i], ATA_ABRT);
    ck_assert_uint_eq(rig->queue.now, COMMAND);
    ck_assert_uint_eq(run(rig, FLUSH), READY); /* and the next one may be good */
    ck_assert_uint_eq(error(rig), 0);
    teardown(disk);
}
END_TEST

static const struct {
    unsigned code, count;
    uint64_t lba, bad;
} beyond[] = {
    {READ, 1, SECTORS, SECTORS},
    {READ, 2, SECTORS - 1, SECTORS},
    {WRITE, 1, 0x0fffffff, 0x0fffffff},
    {READ_EXT, 1, UINT64_C(0x123456789abc), UINT64_C(0x123456789abc)},
    {WRITE_EXT, 65535, 500, SECTORS},
    {READ_DMA, 3, SECTORS - 2, SECTORS},
    {WRITE_DMA, 1, SECTORS, SECTORS},
    {VERIFY, 1, SECTORS, SECTORS},
};

START_TEST(a_request_beyond_the_end_fails_with_the_first_bad_address)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    unsigned code = beyond[_i].code;
    bool ext = code == READ_EXT || code == WRITE_EXT;
    uint64_t lba;

    if (ext)
        address48(rig, beyond[_i].lba, beyond[_i].count);
    else
        address28(rig, (uint32_t)beyond[_i].lba, beyond[_i].count);
    expect_failure(rig, code, ATA_IDNF);
    lba = rig_read(rig, ATA_LBA_LOW, 1) | rig_read(rig, ATA_LBA_MID, 1) << 8 |
          rig_read(rig, ATA_LBA_HIGH, 1) << 16;
    if (!ext)
        lba |= (rig_read(rig, ATA_DEVICE, 1) & 0xf) << 24;
    rig_write(rig, ATA_CONTROL, 1, ATA_HOB);
    if (ext)
        lba |= rig_read(rig, ATA_LBA_LOW, 1) << 24 |
               rig_read(rig, ATA_LBA_MID, 1) << 32 |
               rig_read(rig, ATA_LBA_HIGH, 1) << 40;
    ck_assert_uint_eq(lba, beyond[_i].bad);
    teardown(disk);
}
END_TEST

START_TEST(sector_0_of_a_track_is_nowhere)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 0, 1);
    rig_write(rig, ATA_DEVICE, 1, 0);
    expect_failure(rig, READ, ATA_IDNF);
    teardown(disk);
}
END_TEST

START_TEST(verify_takes_the_time_of_the_medium_and_moves_nothing)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address48(rig, 10, 300);
    ck_assert_uint_eq(run(rig, VERIFY_EXT), READY);
    ck_assert_uint_eq(rig->queue.now, COMMAND + SEEK + 300 * TRANSFER);
    ck_assert(rig->irq);
    teardown(disk);
}
END_TEST

START_TEST(flush_has_nothing_to_do)
{
    struct disk disk = setup();

    ck_assert_uint_eq(run(disk.rig, _i ? FLUSH_EXT : FLUSH), READY);
    ck_assert_uint_eq(disk.rig->queue.now, COMMAND);
    ck_assert(disk.rig->irq);
    teardown(disk);
}
END_TEST

START_TEST(power_modes_are_kept_and_standby_parks_the_heads)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint64_t start;

    run(rig, CHECK_POWER);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 0xff);
    run(rig, IDLE_NOW);
    run(rig, CHECK_POWER);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 0x80);
    run(rig, STANDBY_NOW);
    run(rig, CHECK_POWER);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 0x00);
    address28(rig, 0, 1);
    start = rig->queue.now;
    run(rig, READ);
    ck_assert_uint_eq(rig->queue.now - start, COMMAND + SEEK + TRANSFER);
    expect_sector(rig, 0, 2);
    run(rig, CHECK_POWER);
    ck_assert_uint_eq(rig_read(rig, ATA_COUNT, 1), 0xff);
    teardown(disk);
}
END_TEST

START_TEST(nien_holds_the_interrupt_back_without_losing_it)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    rig_write(rig, ATA_CONTROL, 1, ATA_NIEN);
    run(rig, FLUSH);
    ck_assert(!rig->irq);
    rig_write(rig, ATA_CONTROL, 1, 0);
    ck_assert(rig->irq);
    rig_write(rig, ATA_DEVICE, 1, ATA_DEV); /* nor is it device 1's */
    ck_assert(!rig->irq);
    rig_write(rig, ATA_DEVICE, 1, 0);
    ck_assert(rig->irq);
    command(rig, FLUSH); /* a new command takes it back */
    ck_assert(!rig->irq);
    teardown(disk);
}
END_TEST

/* --- IDENTIFY ------------------------------------------------------------------------- */

static void identify(struct rig *rig, uint16_t words[SECTOR / 2])
{
    ck_assert_uint_eq(run(rig, IDENTIFY), READY | ATA_DRQ);
    for (unsigned i = 0; i < SECTOR / 2; i++)
        words[i] = (uint16_t)rig_read(rig, ATA_DATA, 2);
    ck_assert_uint_eq(status(rig), READY);
}

START_TEST(identify_tells_what_the_disk_is)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint16_t words[SECTOR / 2];
    unsigned sum = 0;

    identify(rig, words);
    ck_assert_uint_eq(rig->queue.now, COMMAND);
    ck_assert_uint_eq(words[0] & 0x8000, 0);
    ck_assert_uint_eq(words[27], 'R' << 8 | 'i');
    ck_assert_uint_eq(words[46], ' ' << 8 | ' ');
    ck_assert_uint_eq(words[47], 0x8010);
    ck_assert_uint_eq(words[49], 0x0b00); /* IORDY, LBA, DMA */
    ck_assert_uint_eq(words[53], 0x0007);
    ck_assert_uint_eq(words[60] | (unsigned)words[61] << 16, SECTORS);
    ck_assert_uint_eq(words[83] & 0xc000, 0x4000);
    ck_assert_uint_ne(words[83] & 0x0400, 0); /* 48-bit addresses */
    ck_assert_uint_ne(words[86] & 0x0400, 0);
    ck_assert_uint_eq(words[88], 0x0407); /* Ultra DMA 0 to 2, 2 is selected */
    ck_assert_uint_eq(words[100] | (unsigned)words[101] << 16, SECTORS);
    ck_assert_uint_eq(words[1],
                      0); /* less than a cylinder of 16 heads and 63 sectors */
    for (unsigned i = 0; i < SECTOR / 2; i++)
        sum += words[i] / 256 + words[i] % 256;
    ck_assert_uint_eq(words[255] & 0xff, 0xa5);
    ck_assert_uint_eq(sum % 256, 0);
    teardown(disk);
}
END_TEST

START_TEST(identify_follows_the_settings)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    uint16_t words[SECTOR / 2];

    identify(rig, words);
    ck_assert_uint_eq(words[59], 0);
    set_multiple(rig, 8);
    rig_write(rig, ATA_ERROR, 1, 0x03);
    rig_write(rig, ATA_COUNT, 1, 0x21);
    ck_assert_uint_eq(run(rig, FEATURES), READY);
    rig_write(rig, ATA_COUNT, 1, 5);
    rig_write(rig, ATA_DEVICE, 1, 1);
    run(rig, GEOMETRY);
    identify(rig, words);
    ck_assert_uint_eq(words[59], 0x0108);
    ck_assert_uint_eq(words[63], 0x0207); /* multiword DMA 1 is selected */
    ck_assert_uint_eq(words[88], 0x0007);
    ck_assert_uint_eq(words[54], 100);
    ck_assert_uint_eq(words[55], 2);
    ck_assert_uint_eq(words[56], 5);
    ck_assert_uint_eq(words[57], 1000);
    teardown(disk);
}
END_TEST

static const struct {
    unsigned feature, mode;
    bool good;
} features[] = {
    {0x03, 0x00, true},  {0x03, 0x01, true},  {0x03, 0x08, true},  {0x03, 0x0c, true},
    {0x03, 0x0d, false}, {0x03, 0x20, true},  {0x03, 0x23, false}, {0x03, 0x42, true},
    {0x03, 0x43, false}, {0x02, 0x00, false}, {0xaa, 0x00, false}, {0x00, 0x00, false},
};

START_TEST(set_features_takes_the_transfer_modes_it_has)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    rig_write(rig, ATA_ERROR, 1, features[_i].feature);
    rig_write(rig, ATA_COUNT, 1, features[_i].mode);
    ck_assert_uint_eq(run(rig, FEATURES), features[_i].good ? READY : READY | ATA_ERR);
    teardown(disk);
}
END_TEST

START_TEST(a_blank_disk_has_the_size_of_its_setting)
{
    static const struct rig_setting settings[] = {{"sectors", 0x12345}, {NULL, 0}};
    struct rig *rig = rig_new(&ata_type, settings);
    uint16_t words[SECTOR / 2];

    identify(rig, words);
    ck_assert_uint_eq(words[60] | (unsigned)words[61] << 16, 0x12345);
    address28(rig, 0x12344, 1);
    run(rig, READ);
    for (unsigned i = 0; i < SECTOR; i += 4)
        ck_assert_uint_eq(rig_read(rig, ATA_DATA, 4), 0);
    rig_free(rig);
}
END_TEST

/* --- narration and state ------------------------------------------------------------- */

START_TEST(events_tell_the_phases_of_a_read)
{
    static const struct {
        enum disk_phase phase;
        uint64_t lba;
        uint32_t bytes;
    } expected[] = {
        {DISK_SEEKING, 100, 0},   {DISK_READING, 100, 512}, {DISK_READING, 101, 512},
        {DISK_DATA_IN, 100, 512}, {DISK_DATA_IN, 101, 512}, {DISK_DONE, 100, 1024},
    };
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    address28(rig, 100, 2);
    run(rig, READ);
    ck_assert_uint_eq(rig_event(rig, EVENT_DISK_COMMAND, 0)->disk_command.lba, 100);
    ck_assert_uint_eq(rig_event(rig, EVENT_DISK_COMMAND, 0)->disk_command.count, 2);
    expect_sector(rig, 100, 4);
    wait_ready(rig);
    expect_sector(rig, 101, 4);
    ck_assert_uint_eq(rig_count(rig, EVENT_DISK_PHASE), COUNT(expected));
    for (unsigned i = 0; i < COUNT(expected); i++) {
        const struct event *event = rig_event(rig, EVENT_DISK_PHASE, i);

        ck_assert_uint_eq(event->disk_phase.phase, expected[i].phase);
        ck_assert_uint_eq(event->disk_phase.lba, expected[i].lba);
        ck_assert_uint_eq(event->disk_phase.bytes, expected[i].bytes);
        ck_assert_ptr_nonnull(disk_phase_names[event->disk_phase.phase]);
    }
    teardown(disk);
}
END_TEST

START_TEST(commands_have_names)
{
    ck_assert_str_eq(ata_command_name(READ), "READ SECTORS");
    ck_assert_str_eq(ata_command_name(WRITE_DMA), "WRITE DMA");
    ck_assert_ptr_null(ata_command_name(0xff));
}
END_TEST

/* Whatever is under way goes on: data is moved either way until nothing is due. */
static void go_on(struct rig *rig)
{
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t bytes[8] = {(uint8_t)i, 1, 2, 3, 4, 5, 6, 7};

        if (rig->asks && line_of(rig)->take(rig->device, bytes, 8) == 0)
            line_of(rig)->give(rig->device, bytes, 8);
        rig_read(rig, ATA_DATA, 4);
        rig_write(rig, ATA_DATA, 2, i);
        rig_wait(rig, 50);
    }
    rig_read(rig, ATA_STATUS, 1);
}

static const struct {
    unsigned code;
    uint64_t wait;
} moments[] = {
    {READ, 100},
    {READ, COMMAND + 500},
    {READ, COMMAND + SEEK + 5},
    {READ, COMMAND + SEEK + 3 * TRANSFER},
    {WRITE, COMMAND + 1},
    {READ_MULTIPLE, COMMAND + SEEK + 6 * TRANSFER},
    {WRITE_MULTIPLE, COMMAND + 1},
    {READ_DMA, COMMAND + SEEK + TRANSFER},
    {WRITE_DMA, COMMAND + 1},
    {VERIFY, COMMAND + SEEK + TRANSFER},
    {IDENTIFY, COMMAND + 1},
    {0xff, 1},
};

START_TEST(all_state_is_saved_and_restored_at_any_moment)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;

    set_multiple(rig, 4);
    address28(rig, 70, 1);
    run(rig, WRITE);
    put_sector(rig, 70, 4);
    wait_ready(rig);
    address28(rig, 120, 9);
    command(rig, moments[_i].code);
    rig_wait(rig, moments[_i].wait);
    for (unsigned i = 0; i < 130; i++) { /* into the middle of a block */
        uint8_t bytes[4] = {1, 2, 3, 4};

        rig_read(rig, ATA_DATA, 4);
        rig_write(rig, ATA_DATA, 4, i);
        line_of(rig)->take(rig->device, bytes, 4);
        line_of(rig)->give(rig->device, bytes, 4);
    }
    rig_check_state(rig, go_on);
    teardown(disk);
}
END_TEST

START_TEST(a_restored_medium_forgets_what_came_later)
{
    struct disk disk = setup();
    struct rig *rig = disk.rig;
    struct buf saved = {0};
    uint64_t digest;

    address28(rig, 10, 1);
    run(rig, WRITE);
    put_sector(rig, 10, 4);
    wait_ready(rig);
    digest = rig_digest(rig);
    rig_save(rig, &saved);
    address28(rig, 700, 1);
    run(rig, WRITE);
    put_sector(rig, 700, 4);
    wait_ready(rig);
    ck_assert_uint_ne(rig_digest(rig), digest);
    rig_load(rig, &saved);
    ck_assert(!medium_changed(&ata_of(rig)->medium, 700));
    expect_written(rig, 10);
    ck_assert_uint_eq(rig_digest(rig), digest);
    buf_free(&saved);
    teardown(disk);
}
END_TEST

START_TEST(equal_contents_give_equal_states_in_whatever_order_they_were_written)
{
    static const uint64_t orders[2][3] = {{5, 500, 70}, {500, 70, 5}};
    uint64_t digests[2];
    uint8_t bytes[SECTOR] = {1, 2, 3};

    for (unsigned i = 0; i < 2; i++) {
        struct medium medium;
        struct state state;

        medium_init(&medium, NULL, SECTORS);
        for (unsigned k = 0; k < 3; k++)
            medium_write(&medium, orders[i][k], bytes);
        state_hash_begin(&state);
        medium_state(&medium, &state);
        digests[i] = state_digest(&state);
        medium_release(&medium);
    }
    ck_assert_uint_eq(digests[0], digests[1]);
}
END_TEST

static void add_reset_tests(TCase *tcase)
{
    tcase_add_test(tcase, after_power_on_the_disk_shows_its_signature);
    tcase_add_test(tcase, a_software_reset_takes_its_time_and_shows_the_signature);
    tcase_add_loop_test(tcase, a_software_reset_ends_whatever_the_disk_does, 0, 6);
    tcase_add_test(tcase, hob_shows_what_the_registers_held_before);
    tcase_add_test(tcase, device_1_is_absent);
    tcase_add_loop_test(tcase, diagnostics_run_whichever_device_is_selected, 0, 2);
    tcase_add_test(tcase, a_busy_disk_does_not_listen);
    tcase_add_test(tcase, gaps_and_narrow_data_are_refused);
}

static void add_data_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, reading_a_sector_takes_command_seek_and_transfer_time, 0,
                        2);
    tcase_add_test(tcase, only_status_takes_the_interrupt_back);
    tcase_add_test(tcase, there_is_no_seek_where_the_last_transfer_ended);
    tcase_add_test(tcase, each_sector_interrupts);
    tcase_add_test(tcase, a_fast_host_sees_the_rate_of_the_medium);
    tcase_add_test(tcase, a_slow_host_stalls_the_medium);
    tcase_add_test(tcase, a_count_of_0_is_the_largest);
    tcase_add_loop_test(tcase, cylinder_head_and_sector_name_a_sector_too, 0, 4);
    tcase_add_test(tcase, the_geometry_can_be_chosen);
    tcase_add_loop_test(tcase, the_first_block_to_be_written_does_not_interrupt, 0, 2);
    tcase_add_test(tcase, each_further_block_and_the_end_interrupt);
    tcase_add_test(tcase, what_was_written_is_read_and_its_neighbours_are_not_touched);
    tcase_add_test(tcase, the_medium_keeps_its_contents_over_a_reset);
    tcase_add_loop_test(tcase, read_multiple_interrupts_once_a_block, 0, COUNT(blocks));
    tcase_add_loop_test(tcase, write_multiple_interrupts_once_a_block, 0,
                        COUNT(blocks));
    tcase_add_test(tcase, a_block_is_offered_when_all_of_it_is_in_the_buffer);
    tcase_add_test(tcase, the_size_of_a_block_is_a_power_of_two_up_to_16);
}

static void add_tests(TCase *tcase)
{
    add_reset_tests(tcase);
    add_data_tests(tcase);
    tcase_add_test(tcase, a_dma_read_asks_for_a_sector_at_a_time);
    tcase_add_test(tcase, a_dma_write_takes_two_sectors_ahead_of_the_medium);
    tcase_add_test(tcase, odd_pieces_of_dma_add_up);
    tcase_add_test(tcase, without_a_request_line_dma_is_aborted_and_not_promised);
    tcase_add_test(tcase, the_data_register_has_no_part_in_dma);
    tcase_add_loop_test(tcase, a_command_that_it_does_not_know_is_aborted, 0,
                        COUNT(unknown));
    tcase_add_loop_test(tcase,
                        a_request_beyond_the_end_fails_with_the_first_bad_address, 0,
                        COUNT(beyond));
    tcase_add_test(tcase, sector_0_of_a_track_is_nowhere);
    tcase_add_test(tcase, verify_takes_the_time_of_the_medium_and_moves_nothing);
    tcase_add_loop_test(tcase, flush_has_nothing_to_do, 0, 2);
    tcase_add_test(tcase, power_modes_are_kept_and_standby_parks_the_heads);
    tcase_add_test(tcase, nien_holds_the_interrupt_back_without_losing_it);
    tcase_add_test(tcase, identify_tells_what_the_disk_is);
    tcase_add_test(tcase, identify_follows_the_settings);
    tcase_add_loop_test(tcase, set_features_takes_the_transfer_modes_it_has, 0,
                        COUNT(features));
    tcase_add_test(tcase, a_blank_disk_has_the_size_of_its_setting);
    tcase_add_test(tcase, events_tell_the_phases_of_a_read);
    tcase_add_test(tcase, commands_have_names);
    tcase_add_loop_test(tcase, all_state_is_saved_and_restored_at_any_moment, 0,
                        COUNT(moments));
    tcase_add_test(tcase, a_restored_medium_forgets_what_came_later);
    tcase_add_test(
        tcase, equal_contents_give_equal_states_in_whatever_order_they_were_written);
}

TEST_MAIN("ata", add_tests)
