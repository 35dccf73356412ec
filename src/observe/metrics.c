#include "observe/metrics.h"

#include <string.h>

/* clang-format off */
#define AT(member) offsetof(struct metrics, member)
const struct metric_info metric_infos[METRICS] = {
    {"instructions", "instructions", "instructions",
     "retired by all harts", AT(instructions), false, true},
    {"cycles", "cycles", "cycles",
     "from the beginning of the window to its end", AT(cycles), false, true},
    {"payload_bytes_hart", "by hart", "bytes",
     "payload that stores of a hart have put at its destination",
     AT(payload_bytes_hart), false, true},
    {"payload_bytes_dma", "by DMA", "bytes",
     "bytes that DMA channels have put at their destinations",
     AT(payload_bytes_dma), false, true},
    {"interrupts", "interrupts", "interrupts",
     "taken by harts", AT(interrupts), false, true},
    {"bus_wait_cycles", "bus waits", "cycles",
     "that harts have waited for the bus", AT(bus_wait_cycles), false, true},
    {"useful_share", "useful", "of 1",
     "what the second job did, of what it does alone in as many cycles",
     AT(useful_share), true, true},
    {"exceptions", "exceptions", "exceptions",
     "taken by harts", AT(exceptions), false, false},
};
/* clang-format on */

void tally_take(void *ctx, const struct event *event)
{
    struct tally *tally = ctx;

    tally->events[event->kind]++;
    if (event->kind == EVENT_DMA_BURST)
        tally->dma_bytes += event->dma_burst.bytes;
}

void counters_read(struct counters *counters, const struct run *run,
                   const struct tally *tally, uint64_t cycle)
{
    *counters = (struct counters){.instructions = run->events.retired,
                                  .cycles = cycle,
                                  .payload_bytes_dma = tally->dma_bytes};
    memcpy(counters->events, tally->events, sizeof(counters->events));
    counters->events[EVENT_INSN] = run->events.retired;
    for (unsigned i = 0; i < run->boards; i++) {
        const struct board *board = run->board[i];

        for (unsigned h = 0; h < board->harts; h++) {
            counters->payload_bytes_hart += board->hart[h].payload;
            counters->interrupts += board->hart[h].interrupts;
            counters->exceptions += board->hart[h].exceptions;
            counters->bus_wait_cycles +=
                board->bus.counts[INITIATOR_HART + h].wait_cycles;
        }
    }
}

void metrics_between(struct metrics *metrics, const struct counters *from,
                     const struct counters *to)
{
    *metrics = (struct metrics){
        .instructions = to->instructions - from->instructions,
        .cycles = to->cycles - from->cycles,
        .payload_bytes_hart = to->payload_bytes_hart - from->payload_bytes_hart,
        .payload_bytes_dma = to->payload_bytes_dma - from->payload_bytes_dma,
        .interrupts = to->interrupts - from->interrupts,
        .exceptions = to->exceptions - from->exceptions,
        .bus_wait_cycles = to->bus_wait_cycles - from->bus_wait_cycles,
    };
    for (int i = 0; i < EVENT_KINDS; i++)
        metrics->events[i] = to->events[i] - from->events[i];
}

uint64_t metric_count(const struct metrics *metrics, const struct metric_info *info)
{
    uint64_t value;

    memcpy(&value, (const char *)metrics + info->offset, sizeof(value));
    return value;
}
