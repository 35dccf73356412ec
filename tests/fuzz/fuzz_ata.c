/*
 * Any accesses to the ATA disk, at any time, from both of its sides. Four bytes of input
 * are one action. Beyond the sanitizers, what must hold after each: the status is one
 * that the protocols have, the line is what the registers say, a state that was saved
 * gives the same state when loaded, and the image, which is constant, is never written.
 */
#include "machine/device/ata.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>

enum { SECTORS = 300, SEEK = 40, TRANSFER = 20, COMMAND = 5, RESET = 30 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct queue queue;
    struct event_stream events;
    struct costs costs;
    struct device *disk;
};

static const uint8_t image[SECTORS * SECTOR];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void begin(struct fuzz *fuzz)
{
    static const uint16_t irq[] = {14};
    struct err err;

    queue_init(&fuzz->queue);
    fuzz->costs = costs_default;
    fuzz->costs.ata_seek = SEEK;
    fuzz->costs.ata_sector = TRANSFER;
    fuzz->costs.ata_command = COMMAND;
    fuzz->costs.ata_reset = RESET;
    fuzz->disk = ata_type.create(&(struct device_place){.name = "disk",
                                                        .irqs = 1,
                                                        .irq = irq,
                                                        .queue = &fuzz->queue,
                                                        .events = &fuzz->events,
                                                        .costs = &fuzz->costs},
                                 &err);
    must(fuzz->disk);
    fuzz->disk->request[0].line = 1;
    device_insert(fuzz->disk, image, sizeof(image));
    ata_type.reset(fuzz->disk);
}

static void wait(struct fuzz *fuzz, uint64_t cycles)
{
    uint64_t until = fuzz->queue.now + cycles;

    while (fuzz->queue.next_due <= until)
        queue_fire_first(&fuzz->queue);
    fuzz->queue.now = until;
}

static uint64_t digest(struct fuzz *fuzz)
{
    struct state state;

    state_hash_begin(&state);
    device_state(fuzz->disk, &state);
    return state_digest(&state);
}

static void save_and_load(struct fuzz *fuzz)
{
    struct buf saved = {0};
    uint64_t before = digest(fuzz);
    struct state state;

    device_state(fuzz->disk, &(struct state){.mode = STATE_SAVE, .out = &saved});
    state = (struct state){.mode = STATE_LOAD,
                           .in = (const unsigned char *)saved.data,
                           .left = saved.size};
    device_state(fuzz->disk, &state);
    must(!state.short_input && state.left == 0 && digest(fuzz) == before);
    buf_free(&saved);
}

/* Moves data by the request line while it is asserted, at most `bytes`. */
static void dma(struct fuzz *fuzz, unsigned bytes)
{
    struct request_line *line = &fuzz->disk->request[0];
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    while (line->asserted && bytes) {
        unsigned want = bytes < 8 ? bytes : 8;
        unsigned n = line->take(fuzz->disk, data, want);

        if (n == 0)
            n = line->give(fuzz->disk, data, want);
        must(n > 0 && n <= want); /* it asked for it */
        bytes -= n;
    }
}

/* Reads and writes the Data register many times: sectors are long, inputs short. */
static void data_register(struct fuzz *fuzz, unsigned times, unsigned width)
{
    for (unsigned i = 0; i < times; i++) {
        uint64_t word;

        ata_type.read(fuzz->disk, ATA_DATA, width, &word);
        ata_type.write(fuzz->disk, ATA_DATA, width, i);
    }
}

/* A sensible address now and then, so that transfers start. */
static void address(struct fuzz *fuzz, uint8_t lba, uint8_t count)
{
    ata_type.write(fuzz->disk, ATA_DEVICE, 1, ATA_LBA);
    ata_type.write(fuzz->disk, ATA_COUNT, 1, 0);
    ata_type.write(fuzz->disk, ATA_COUNT, 1, count);
    for (uint32_t reg = ATA_LBA_LOW; reg <= ATA_LBA_HIGH; reg += 4) {
        ata_type.write(fuzz->disk, reg, 1, 0);
        ata_type.write(fuzz->disk, reg, 1, reg == ATA_LBA_LOW ? lba : 0);
    }
}

static void act(struct fuzz *fuzz, const uint8_t action[4])
{
    static const uint32_t regs[] = {ATA_ERROR,    ATA_COUNT,  ATA_LBA_LOW, ATA_LBA_MID,
                                    ATA_LBA_HIGH, ATA_DEVICE, ATA_STATUS,  ATA_CONTROL};
    uint32_t reg = regs[action[1] % COUNT(regs)];
    uint64_t value;

    switch (action[0] % 8) {
    case 0:
        ata_type.read(fuzz->disk, reg, 1, &value);
        break;
    case 1:
        ata_type.write(fuzz->disk, reg, 1, action[2]);
        break;
    case 2:
        wait(fuzz, (uint64_t)action[1] << action[2] % 8);
        break;
    case 3:
        dma(fuzz, (unsigned)action[1] << 8 | action[2]);
        break;
    case 4:
        data_register(fuzz, action[1] * 8U + action[2], action[3] % 2 ? 2 : 4);
        break;
    case 5:
        address(fuzz, action[1], action[2]);
        ata_type.write(fuzz->disk, ATA_STATUS, 1, action[3]);
        break;
    case 6:
        save_and_load(fuzz);
        break;
    default:
        ata_type.read(fuzz->disk, (uint32_t)action[1] << 4 | action[2] % 16,
                      1U << action[3] % 3, &value);
        break;
    }
}

static void check(const struct fuzz *fuzz)
{
    const struct ata *ata = (const struct ata *)fuzz->disk;
    bool lets_out = !(ata->control & ATA_NIEN) && !(ata->select & ATA_DEV);

    must(fuzz->disk->line[0].level == (ata->intrq && lets_out));
    must(!(ata->status & ATA_BSY) || ata->status == ATA_BSY);
    must(!(ata->status & ATA_DRQ) || ata->left_host > 0);
    must(!fuzz->disk->request[0].asserted || ata->status & ATA_DRQ);
    must(ata->ready <= 2 * ata->block && ata->block <= ATA_MULTIPLE_MAX);
    /* Whoever is busy has an end in sight, unless software holds it in reset. */
    must(!(ata->status & ATA_BSY) || ata->control & ATA_SRST ||
         fuzz->queue.next_due != NEVER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;

    memset(&fuzz, 0, sizeof(fuzz));
    begin(&fuzz);
    for (; size >= 4; data += 4, size -= 4) {
        act(&fuzz, data);
        check(&fuzz);
    }
    ata_type.free(fuzz.disk);
    return 0;
}
