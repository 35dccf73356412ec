/*
 * The workload: what a guest does all day.
 *
 * N operations on the disk, some of them under way at the same time (depth), with the bytes
 * of each looked at when they have come, and some computing in between. Markers tell
 * whoever watches where the whole and each operation begin and end; what costs something is
 * between them, and nothing there prints.
 *
 *   depth 1   |-- op 0 --| verify, compute |-- op 1 --| verify, compute |-- op 2 ...
 *
 *   depth 3   |-- op 0 --| verify, compute |-- op 3 ...
 *              |-- op 1 --|                 verify, compute |-- op 4 ...
 *               |-- op 2 --|                                 verify, compute |-- ...
 *
 * The hart computes while other operations are under way, and sleeps only if it has nothing
 * else to do. A disk that takes one request at a time has depth 1 whatever was asked for.
 */
#include "kernel/workload.h"

#include "kernel/pattern.h"
#include "kernel/timer.h"
#include "kernel/trap.h"
#include "lib/mark.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/unset.h"
#include "lib/words.h"

enum { PAGE = 4096 };

static uint8_t buffers[WORK_ROOM] UNSET __attribute__((aligned(PAGE)));

void *work_buffer(unsigned slot, uint64_t bytes)
{
    return buffers + slot * work_stride(bytes);
}

/* --- where, and what -------------------------------------------------------------------- */

/* A number that looks random, of a number that does not (splitmix64, by S. Vigna). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* The span is divided into places of the size of one operation. */
static uint64_t lba_of(const struct arguments *arguments, uint64_t operation)
{
    uint64_t sectors = arguments->bytes / BLOCK_SECTOR;
    uint64_t place = arguments->order == ORDER_SEQ
                         ? operation
                         : mix(mix(arguments->seed) + operation);

    return arguments->lba + place % (arguments->span / sectors) * sectors;
}

/* What a write writes depends on place and seed, not on which operation it is, so that
 * blocks which are written twice need no book-keeping. */
static char sign_of(const struct arguments *arguments)
{
    return (char)('a' + arguments->seed % 26);
}

static void fill(const struct arguments *arguments, const struct block_request *request)
{
    uint8_t *sector = request->data;
    uint64_t number = arguments->origin + request->lba;

    for (uint64_t i = 0; i < request->bytes / BLOCK_SECTOR; i++)
        pattern_fill(sector + i * BLOCK_SECTOR, number + i, sign_of(arguments));
}

/* Makes what was in the buffer wrong, so that a read that brings nothing is noticed. */
static void spoil(const struct block_request *request)
{
    uint8_t *sector = request->data;

    for (uint64_t i = 0; i < request->bytes / BLOCK_SECTOR; i++)
        *(uint64_t *)(void *)(sector + i * BLOCK_SECTOR) = 0;
}

bool work_verify(const struct arguments *arguments, const struct block_request *request,
                 char sign)
{
    const uint8_t *sector = request->data;
    uint64_t number = arguments->origin + request->lba;
    static bool told;

    for (uint64_t i = 0; i < request->bytes / BLOCK_SECTOR; i++) {
        unsigned at = pattern_check(sector + i * BLOCK_SECTOR, number + i, sign);

        if (at == PATTERN_SECTOR)
            continue;
        mark(MARK_VERIFY_BAD);
        if (!told)
            print("work: sector %lu, byte %u: it is 0x%02x\n", request->lba + i, at,
                  sector[i * BLOCK_SECTOR + at]);
        told = true;
        return false;
    }
    return true;
}

/* A round is a multiplication and an addition that depend on the round before. */
static void compute(uint64_t rounds)
{
    uint64_t x = 1;

    if (!rounds)
        return;
    mark(MARK_COMPUTE_BEGIN);
    while (rounds--) {
        x = x * 6364136223846793005 + 1442695040888963407;
        __asm__ volatile("" : "+r"(x));
    }
    mark(MARK_COMPUTE_END);
}

/* --- the disk ----------------------------------------------------------------------------- */

static bool is_over(const struct block_request *request)
{
    return *(const volatile enum block_state *)&request->state != BLOCK_WAITING;
}

void work_wait(const struct block_request *request)
{
    timer_waiting(true);
    while (!is_over(request))
        interrupts_wait();
    timer_waiting(false);
}

static void submit(struct block *disk, struct block_request *request)
{
    request->state = BLOCK_WAITING;
    request->moved = 0;
    disk->submit(disk, request);
}

void work_alone(struct block *disk, struct block_request *request)
{
    submit(disk, request);
    disk->kick(disk);
    work_wait(request);
}

/* Operations under way: they are taken back in the order in which they were submitted. */
struct flight {
    const struct arguments *arguments;
    struct block *disk;
    struct block_request slot[WORK_DEPTH];
    uint64_t begun, ended;   /* operations; those between are under way */
    unsigned newest, oldest; /* slots: of the next to begin, of the next to end */
    unsigned depth;
    struct result result;
};

/* The slot after this one: they are used in turn. */
static unsigned next_slot(const struct flight *flight, unsigned slot)
{
    return slot + 1 < flight->depth ? slot + 1 : 0;
}

static void begin_operation(struct flight *flight)
{
    const struct arguments *arguments = flight->arguments;
    struct block_request *request = &flight->slot[flight->newest];

    *request = (struct block_request){
        .lba = lba_of(arguments, flight->begun),
        .data = work_buffer(flight->newest, arguments->bytes),
        .bytes = arguments->bytes,
        .write = arguments->op == OP_WRITE,
    };
    if (request->write)
        fill(arguments, request);
    else
        spoil(request);
    flight->begun++;
    flight->newest = next_slot(flight, flight->newest);
    mark(MARK_OP_BEGIN);
    submit(flight->disk, request);
}

static void tell_failure(const struct block_request *request)
{
    print("work: sector %lu: %s\n", request->lba, request->why);
}

static void end_operation(struct flight *flight)
{
    struct block_request *request = &flight->slot[flight->oldest];
    struct result *result = &flight->result;

    work_wait(request);
    mark(MARK_OP_END);
    flight->ended++;
    flight->oldest = next_slot(flight, flight->oldest);
    if (request->state == BLOCK_FAILED) {
        if (!result->failed++)
            tell_failure(request);
    } else {
        result->done++;
        if (!request->write &&
            !work_verify(flight->arguments, request, PATTERN_ORIGINAL))
            result->wrong++;
    }
    compute(flight->arguments->compute);
}

/* Keeps as many under way as there may be. What has come together is looked at together,
 * before others take its place: so the disk is told once of all that is new. */
static void fly(struct flight *flight)
{
    while (flight->ended < flight->arguments->n) {
        while (flight->begun < flight->arguments->n &&
               flight->begun - flight->ended < flight->depth)
            begin_operation(flight);
        flight->disk->kick(flight->disk);
        do
            end_operation(flight);
        while (flight->ended < flight->begun && is_over(&flight->slot[flight->oldest]));
    }
}

/* Reads what has been written, when nobody counts any more. */
static void read_back(struct flight *flight)
{
    const struct arguments *arguments = flight->arguments;

    for (uint64_t i = 0; i < arguments->n; i++) {
        struct block_request request = {
            .lba = lba_of(arguments, i),
            .data = work_buffer(0, arguments->bytes),
            .bytes = arguments->bytes,
        };

        spoil(&request);
        work_alone(flight->disk, &request);
        if (request.state == BLOCK_FAILED) {
            tell_failure(&request);
            flight->result.failed++;
        } else if (!work_verify(arguments, &request, sign_of(arguments))) {
            flight->result.wrong++;
        }
    }
}

static struct result work_disk(const struct arguments *arguments, struct block *disk)
{
    static struct flight flight;

    flight = (struct flight){.arguments = arguments, .disk = disk};
    flight.depth =
        arguments->depth < disk->depth ? (unsigned)arguments->depth : disk->depth;
    mark(MARK_WORK_BEGIN);
    fly(&flight);
    mark(MARK_WORK_END);
    if (arguments->op == OP_WRITE)
        read_back(&flight);
    return flight.result;
}

/* --- without a disk ----------------------------------------------------------------------- */

/* The cheapest call: in a guest, an exit and nothing else. */
static bool call_nothing(void)
{
    return sbi_call(SBI_BASE, SBI_BASE_SPEC_VERSION, 0, 0, 0).error == SBI_SUCCESS;
}

static struct result work_hart(const struct arguments *arguments)
{
    struct result result = {0, 0, 0};

    mark(MARK_WORK_BEGIN);
    for (uint64_t i = 0; i < arguments->n; i++) {
        bool ok = true;

        mark(MARK_OP_BEGIN);
        if (arguments->op == OP_HYPERCALL)
            ok = call_nothing();
        else
            compute(arguments->compute);
        mark(MARK_OP_END);
        if (arguments->op == OP_HYPERCALL)
            compute(arguments->compute);
        result.done += ok;
        result.failed += !ok;
    }
    mark(MARK_WORK_END);
    return result;
}

/* --- all of it ---------------------------------------------------------------------------- */

static void announce(const struct arguments *arguments)
{
    print("work: %lu x %s", arguments->n,
          word_at("read\0write\0hypercall\0nothing\0", (unsigned)arguments->op));
    if (arguments->op <= OP_WRITE)
        print(", %lu bytes, %s from sector %lu on, depth %lu", arguments->bytes,
              arguments->order == ORDER_SEQ ? "in order" : "anywhere", arguments->lba,
              arguments->depth);
    print(", compute %lu\n", arguments->compute);
}

bool work(const struct arguments *arguments, struct block *disk)
{
    struct result result;

    announce(arguments);
    result = disk && arguments->op <= OP_WRITE ? work_disk(arguments, disk)
                                               : work_hart(arguments);
    print("work: %lu done, %lu failed, %lu wrong\n", result.done, result.failed,
          result.wrong);
    return !result.failed && !result.wrong;
}
