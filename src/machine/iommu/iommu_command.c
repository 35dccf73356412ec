/*
 * The command queue (3.1 "Command-Queue (CQ)"). Software writes commands of 16 bytes into a
 * ring in memory, and where it ends into cqt; the IOMMU does them in order, one at a time:
 *
 *   cqcsr:  OFF --cqen = 1--> STARTING --> IDLE --cqh != cqt--> FETCHING
 *            ^                              ^                      |
 *         STOPPING <--cqen = 0---IDLE       |                      v
 *                                           +---- cqh + 1 ---- DECODING
 *                                           +---- cqh + 1 ---- STORING (a fence's data)
 *
 * A command that is illegal, that cannot be read, or whose data cannot be written, leaves
 * its flag in cqcsr: cqh stays at it, and nothing more is done until software has cleared
 * the flag. As everything that the IOMMU and the devices behind it do on the bus is done
 * in order, a fence need not wait: what was translated before an invalidation is asked for
 * again (machine/device/io_bridge.h).
 */
#include "machine/iommu/iommu_command.h"

#include "machine/iommu/iommu_cache.h"
#include "machine/iommu/iommu_engine.h"
#include "machine/iommu/iommu_fault.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum command_queue {
    CQ_OFF, /* 0: as after reset */
    CQ_STARTING,
    CQ_IDLE,
    CQ_FETCHING,
    CQ_DECODING,
    CQ_STORING,
    CQ_STOPPING
};

#define OPCODE BITS(6, 0)
#define FUNC3  BITS(9, 7)
#define AV     BIT(10)

#define INVAL_PSCID BITS(31, 12)
#define INVAL_PSCV  BIT(32)
#define INVAL_GV    BIT(33)
#define INVAL_GSCID BITS(59, 44)
#define INVAL_ADDR  BITS(61, 10) /* bits 63:12 of it, in the second word */

#define FENCE_WSI  BIT(11)
#define FENCE_PR   BIT(12)
#define FENCE_PW   BIT(13)
#define FENCE_DATA BITS(63, 32)
#define FENCE_ADDR BITS(61, 0) /* bits 63:2 of it, in the second word */

#define DIR_PID BITS(31, 12)
#define DIR_DV  BIT(33)
#define DIR_DID BITS(63, 40)

const char *const iommu_command_names[IOMMU_COMMANDS + 1] = {
    [IOMMU_COMMAND_UNKNOWN] = "no command",  [IOMMU_COMMAND_VMA] = "IOTINVAL.VMA",
    [IOMMU_COMMAND_GVMA] = "IOTINVAL.GVMA",  [IOMMU_COMMAND_FENCE] = "IOFENCE.C",
    [IOMMU_COMMAND_DDT] = "IODIR.INVAL_DDT", [IOMMU_COMMAND_PDT] = "IODIR.INVAL_PDT",
    [IOMMU_COMMAND_ATS_INVAL] = "ATS.INVAL", [IOMMU_COMMAND_ATS_PRGR] = "ATS.PRGR",
};

const char *const iommu_done_names[IOMMU_DONES + 1] = {
    [IOMMU_DONE] = "does",
    [IOMMU_ILLEGAL] = "stops at the illegal",
    [IOMMU_NOT_FETCHED] = "cannot fetch",
    [IOMMU_NOT_STORED] = "cannot store the data of",
};

const char *const iommu_cache_names[IOMMU_CACHES + 1] = {
    [IOMMU_TRANSLATIONS] = "translation cache",
    [IOMMU_CONTEXTS] = "directory cache",
};

/* --- what a command does -------------------------------------------------------------- */

/* False: it is not done yet, its data is being stored. */
typedef bool command_act(struct iommu *iommu, const uint64_t word[2]);

static void tell_forgotten(struct iommu *iommu, enum iommu_cache cache,
                           unsigned dropped)
{
    EMIT(iommu->device.events, iommu->device.queue->now, IOMMU_INVAL, iommu_inval,
         .dropped = dropped, .device = iommu->device.index, .cache = (uint8_t)cache);
}

static bool invalidate(struct iommu *iommu, const uint64_t word[2], bool first)
{
    struct iommu_forget forget = {
        .first = first,
        .has_gscid = word[0] & INVAL_GV,
        .has_pscid = word[0] & INVAL_PSCV,
        .has_address = word[0] & AV,
        .gscid = (uint32_t)field_get(word[0], INVAL_GSCID),
        .pscid = (uint32_t)field_get(word[0], INVAL_PSCID),
        .address = field_get(word[1], INVAL_ADDR) << RAM_PAGE_SHIFT,
    };

    tell_forgotten(iommu, IOMMU_TRANSLATIONS, iommu_forget(iommu, &forget));
    return true;
}

static bool invalidate_first(struct iommu *iommu, const uint64_t word[2])
{
    return invalidate(iommu, word, true);
}

static bool invalidate_second(struct iommu *iommu, const uint64_t word[2])
{
    return invalidate(iommu, word, false);
}

static bool invalidate_contexts(struct iommu *iommu, const uint64_t word[2])
{
    uint32_t id = (uint32_t)field_get(word[0], DIR_DID);

    tell_forgotten(iommu, IOMMU_CONTEXTS,
                   iommu_forget_contexts(iommu, word[0] & DIR_DV ? &id : NULL));
    return true;
}

static bool fence(struct iommu *iommu, const uint64_t word[2])
{
    if (!(word[0] & AV))
        return true;
    iommu->command.doing = CQ_STORING;
    iommu->command.word[0] = field_get(word[0], FENCE_DATA);
    iommu_engine_write(&iommu->command, field_get(word[1], FENCE_ADDR) << 2, 1, 4);
    return false;
}

/* --- which commands there are ----------------------------------------------------------- */

/* `low` and `high`: the bits of the two words that may be set besides opcode and func3;
 * others are reserved. No `act`: what is missing in capabilities makes it unsupported. */
static const struct command {
    uint8_t opcode, func3;
    uint64_t low, high;
    command_act *act;
} commands[IOMMU_COMMANDS] = {
    [IOMMU_COMMAND_VMA] = {1, 0, AV | INVAL_PSCID | INVAL_PSCV | INVAL_GV | INVAL_GSCID,
                           INVAL_ADDR, invalidate_first},
    [IOMMU_COMMAND_GVMA] = {1, 1, AV | INVAL_PSCID | INVAL_GV | INVAL_GSCID, INVAL_ADDR,
                            invalidate_second},
    [IOMMU_COMMAND_FENCE] = {2, 0, AV | FENCE_WSI | FENCE_PR | FENCE_PW | FENCE_DATA,
                             FENCE_ADDR, fence},
    [IOMMU_COMMAND_DDT] = {3, 0, DIR_DV | DIR_DID, 0, invalidate_contexts},
    [IOMMU_COMMAND_PDT] = {3, 1, DIR_PID | DIR_DV | DIR_DID, 0, NULL},
    [IOMMU_COMMAND_ATS_INVAL] = {4, 0, BITS(63, 12), BITS(63, 0), NULL},
    [IOMMU_COMMAND_ATS_PRGR] = {4, 1, BITS(63, 12), BITS(63, 0), NULL},
};

enum iommu_command_number iommu_command_number(const uint64_t word[2])
{
    for (unsigned i = 1; i < IOMMU_COMMANDS; i++)
        if (commands[i].opcode == field_get(word[0], OPCODE) &&
            commands[i].func3 == field_get(word[0], FUNC3))
            return (enum iommu_command_number)i;
    return IOMMU_COMMAND_UNKNOWN;
}

/* A device id that the directory has no place for cannot be named; while there is no
 * directory, all that one could have can. */
static bool id_is_too_wide(const struct iommu *iommu, const uint64_t word[2])
{
    unsigned bits = iommu_id_bits(iommu);

    return (word[0] & DIR_DV) && field_get(word[0], DIR_DID) >> (bits ? bits : 16);
}

bool iommu_command_is_legal(const struct iommu *iommu, const uint64_t word[2])
{
    enum iommu_command_number number = iommu_command_number(word);
    const struct command *command = &commands[number];

    if (number == IOMMU_COMMAND_UNKNOWN || !command->act ||
        (word[0] & ~(command->low | OPCODE | FUNC3)) || (word[1] & ~command->high))
        return false;
    return number != IOMMU_COMMAND_DDT || !id_is_too_wide(iommu, word);
}

/* --- a command in words ------------------------------------------------------------------ */

struct words {
    char *text;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words,
                                                      const char *format, ...)
{
    size_t length = 0;
    va_list ap;

    while (words->text[length])
        length++;
    if (length && length + 2 < words->room)
        length += (size_t)snprintf(words->text + length, words->room - length, ", ");
    va_start(ap, format);
    vsnprintf(words->text + length, words->room - length, format, ap);
    va_end(ap);
}

static void add_invalidation(struct words *words, const uint64_t word[2])
{
    add(words, word[0] & INVAL_GV ? "GSCID %" PRIu64 : "host",
        field_get(word[0], INVAL_GSCID));
    if (word[0] & INVAL_PSCV)
        add(words, "PSCID %" PRIu64, field_get(word[0], INVAL_PSCID));
    if (word[0] & AV)
        add(words, "0x%" PRIx64, field_get(word[1], INVAL_ADDR) << RAM_PAGE_SHIFT);
}

static void add_fence(struct words *words, const uint64_t word[2])
{
    if (word[0] & AV)
        add(words, "stores 0x%" PRIx64 " at 0x%" PRIx64, field_get(word[0], FENCE_DATA),
            field_get(word[1], FENCE_ADDR) << 2);
    if (word[0] & FENCE_WSI)
        add(words, "WSI");
    if (word[0] & FENCE_PR)
        add(words, "PR");
    if (word[0] & FENCE_PW)
        add(words, "PW");
}

void iommu_command_operands(const uint64_t word[2], char *text, size_t room)
{
    struct words words = {text, room};

    text[0] = '\0';
    switch (iommu_command_number(word)) {
    case IOMMU_COMMAND_VMA:
    case IOMMU_COMMAND_GVMA:
        add_invalidation(&words, word);
        break;
    case IOMMU_COMMAND_FENCE:
        add_fence(&words, word);
        break;
    case IOMMU_COMMAND_DDT:
    case IOMMU_COMMAND_PDT:
        if (word[0] & DIR_DV)
            add(&words, "device id 0x%" PRIx64, field_get(word[0], DIR_DID));
        else
            add(&words, "all devices");
        break;
    case IOMMU_COMMAND_UNKNOWN:
    case IOMMU_COMMAND_ATS_INVAL:
    case IOMMU_COMMAND_ATS_PRGR:
    case IOMMU_COMMANDS:
        break;
    }
}

/* --- one after the other ----------------------------------------------------------------- */

static uint32_t index_mask(const struct iommu *iommu)
{
    return (uint32_t)(BIT(field_get(iommu->cqb, IOMMU_QUEUE_LOG2SZ) + 1) - 1);
}

static bool is_stopped(const struct iommu *iommu)
{
    return iommu->cqcsr & (IOMMU_QUEUE_MF | IOMMU_CMD_TO | IOMMU_CMD_ILL);
}

static void wait(struct iommu *iommu, enum command_queue doing, uint64_t cycles)
{
    iommu->command.doing = (uint8_t)doing;
    iommu_engine_wait(&iommu->command, iommu->device.queue->now + cycles);
}

/* What is to be done next, if anything. */
static void go_on(struct iommu *iommu)
{
    if (iommu->command.doing != CQ_IDLE)
        return;
    if (!(iommu->cqcsr & IOMMU_QUEUE_EN)) {
        wait(iommu, CQ_STOPPING, iommu->device.costs->iommu_switch);
    } else if (!is_stopped(iommu) && iommu->cqh != iommu->cqt) {
        iommu->command.doing = CQ_FETCHING;
        iommu_engine_read(&iommu->command,
                          (field_get(iommu->cqb, IOMMU_QUEUE_PPN) << RAM_PAGE_SHIFT) +
                              (uint64_t)iommu->cqh * IOMMU_COMMAND_SIZE,
                          2);
    }
}

/* The command at cqh is over, one way or another. */
static void end(struct iommu *iommu, enum iommu_done done)
{
    const uint64_t *word = iommu->doing;

    EMIT(iommu->device.events, iommu->device.queue->now, IOMMU_COMMAND, iommu_command,
         .low = word[0], .high = word[1], .index = iommu->cqh,
         .device = iommu->device.index,
         .command = (uint8_t)(done == IOMMU_NOT_FETCHED ? IOMMU_COMMAND_UNKNOWN
                                                        : iommu_command_number(word)),
         .done = (uint8_t)done);
    iommu->command.doing = CQ_IDLE;
    if (done == IOMMU_DONE)
        iommu->cqh = (iommu->cqh + 1) & index_mask(iommu);
    else
        iommu->cqcsr |=
            (uint32_t)(done == IOMMU_ILLEGAL ? IOMMU_CMD_ILL : IOMMU_QUEUE_MF);
    if (done == IOMMU_DONE && iommu_command_number(word) == IOMMU_COMMAND_FENCE &&
        (word[0] & FENCE_WSI))
        iommu->cqcsr |= (uint32_t)IOMMU_FENCE_W_IP;
    iommu_interrupts(iommu);
}

static void decode(struct iommu *iommu)
{
    const struct command *command = &commands[iommu_command_number(iommu->doing)];

    if (!iommu_command_is_legal(iommu, iommu->doing))
        end(iommu, IOMMU_ILLEGAL);
    else if (command->act(iommu, iommu->doing))
        end(iommu, IOMMU_DONE);
}

static void fetched(struct iommu *iommu)
{
    iommu->doing[0] = iommu->command.ok ? iommu->command.word[0] : 0;
    iommu->doing[1] = iommu->command.ok ? iommu->command.word[1] : 0;
    if (iommu->command.ok)
        wait(iommu, CQ_DECODING, iommu->device.costs->iommu_command);
    else
        end(iommu, IOMMU_NOT_FETCHED);
}

void iommu_command_done(struct iommu *iommu)
{
    switch ((enum command_queue)iommu->command.doing) {
    case CQ_STARTING:
        iommu->command.doing = CQ_IDLE;
        iommu->cqcsr |= (uint32_t)IOMMU_QUEUE_ON;
        iommu->cqcsr &= (uint32_t)~IOMMU_QUEUE_BUSY;
        break;
    case CQ_FETCHING:
        fetched(iommu);
        break;
    case CQ_DECODING:
        decode(iommu);
        break;
    case CQ_STORING:
        end(iommu, iommu->command.ok ? IOMMU_DONE : IOMMU_NOT_STORED);
        break;
    case CQ_STOPPING:
        iommu->command.doing = CQ_OFF;
        iommu->cqcsr &= (uint32_t) ~(IOMMU_QUEUE_ON | IOMMU_QUEUE_BUSY);
        break;
    case CQ_OFF:
    case CQ_IDLE:
        break;
    }
    go_on(iommu);
}

/* --- what software asks for --------------------------------------------------------------- */

void iommu_command_doorbell(struct iommu *iommu)
{
    iommu->cqt &= index_mask(iommu);
    go_on(iommu);
}

void iommu_command_control(struct iommu *iommu, uint32_t old)
{
    bool was = old & IOMMU_QUEUE_EN, is = iommu->cqcsr & IOMMU_QUEUE_EN;

    if (old & IOMMU_QUEUE_BUSY) {
        iommu->cqcsr = old;
        return;
    }
    if (was != is)
        iommu->cqcsr |= (uint32_t)IOMMU_QUEUE_BUSY;
    if (!was && is) {
        iommu->cqh = 0;
        iommu->cqcsr &= (uint32_t) ~(IOMMU_QUEUE_MF | IOMMU_CMD_TO | IOMMU_CMD_ILL |
                                     IOMMU_FENCE_W_IP);
        wait(iommu, CQ_STARTING, iommu->device.costs->iommu_switch);
    }
    go_on(iommu);
    iommu_interrupts(iommu);
}

void iommu_command_reset(struct iommu *iommu)
{
    iommu_engine_reset(&iommu->command);
    iommu->doing[0] = iommu->doing[1] = 0;
}
