/* What lanes learn from events. */
#include "observe/lanes/lanes.h"

#include "base/bits.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/isa/csr.h"
#include "machine/virtio/virtio.h"
#include "observe/narrate.h"

#define LINES_OF_VIRTIO (INITIATOR_VIRTIO - INITIATOR_DMA)

/* --- states ---------------------------------------------------------------------------- */

static char digit(uint64_t number)
{
    return (char)('0' + number % 10);
}

/* From `cycle` on it does something else. */
static void turn(struct lanes *lanes, enum lanes_of of, unsigned index,
                 struct lanes_state *state, char sign, uint64_t cycle)
{
    if (state->sign == sign)
        return;
    lanes_add(lanes, of, index, state->sign, state->since, cycle);
    if (cycle > state->since)
        state->since = cycle;
    state->sign = sign;
}

/* The same of those whose last stretches are kept one by one. */
static void note_change(struct lanes *lanes, enum lanes_of of, unsigned index,
                        struct lanes_state *state, char sign, uint64_t cycle)
{
    if (sign != state->sign && state->sign && cycle > state->since)
        lanes->change[lanes->changes++ % LANES_CHANGES] = (struct lanes_change){
            state->since, cycle, (uint8_t)of, (uint8_t)index, state->sign};
    turn(lanes, of, index, state, sign, cycle);
}

/* --- harts ----------------------------------------------------------------------------- */

static char hart_sign(const struct lanes *lanes, unsigned hart)
{
    uint8_t mode = lanes->now[hart].mode;

    if (lanes->now[hart].asleep)
        return '\0';
    if (mode & MODE_VIRTUAL)
        return digit(lanes->now[hart].vmid);
    return lanes->now[hart].inside[mode % MODES] ? 't' : mode_letters(mode)[0];
}

static void turn_hart(struct lanes *lanes, unsigned hart, uint64_t cycle)
{
    note_change(lanes, LANES_HART, hart, &lanes->hart[hart], hart_sign(lanes, hart),
                cycle);
}

static void take_trap(struct lanes *lanes, const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;
    unsigned hart = trap->hart % HART_MAX;
    uint8_t *inside = &lanes->now[hart].inside[trap->to % MODES];

    if (trap->from == trap->to && *inside < UINT8_MAX)
        ++*inside;
    lanes->now[hart].mode = trap->to;
    turn_hart(lanes, hart, event->cycle);
    if (trap->cause & CAUSE_INTERRUPT)
        lanes_count(lanes, LANES_TRAP, event->cycle);
}

static void take_return(struct lanes *lanes, const struct event *event)
{
    const struct event_trap_return *back = &event->trap_return;
    unsigned hart = back->hart % HART_MAX;
    uint8_t *inside = &lanes->now[hart].inside[back->from % MODES];

    if (back->from != back->to)
        *inside = 0;
    else if (*inside)
        --*inside;
    lanes->now[hart].mode = back->to;
    turn_hart(lanes, hart, event->cycle);
}

static void take_entry(struct lanes *lanes, const struct event *event)
{
    unsigned hart = event->vm_entry.hart % HART_MAX;

    lanes->now[hart].vmid = event->vm_entry.vmid;
    lanes->now[hart].mode = event->vm_entry.to;
    turn_hart(lanes, hart, event->cycle);
}

static void take_exit(struct lanes *lanes, const struct event *event)
{
    lanes_count(lanes, LANES_EXIT, event->cycle);
}

static void take_sleep(struct lanes *lanes, const struct event *event)
{
    unsigned hart = event->hart_sleep.hart % HART_MAX;

    lanes->now[hart].asleep = event->hart_sleep.asleep;
    turn_hart(lanes, hart, event->cycle);
}

static void take_pin(struct lanes *lanes, const struct event *event)
{
    const struct event_hart_line *line = &event->hart_line;
    unsigned index =
        (unsigned)(line->hart % HART_MAX * LANES_PINS + line->line % LANES_PINS);

    if (line->line < LANES_PINS)
        note_change(lanes, LANES_PIN, index, &lanes->pin[index],
                    line->level ? '1' : '\0', event->cycle);
}

/* --- the bus --------------------------------------------------------------------------- */

static void take_wait(struct lanes *lanes, const struct event *event)
{
    const struct event_bus_wait *wait = &event->bus_wait;
    enum initiator_kind kind = initiator_kind(wait->initiator);
    uint64_t until = event->cycle + wait->cycles;

    lanes_add(lanes, LANES_BUS, 0, '~', event->cycle, until);
    if (kind == BY_HART)
        lanes_add(lanes, LANES_HART, initiator_number(wait->initiator), '~',
                  event->cycle, until);
    else if (kind == BY_DMA || kind == BY_VIRTIO)
        lanes_add(lanes, LANES_MASTER, wait->initiator - INITIATOR_DMA, '~',
                  event->cycle, until);
}

static void use_bus(struct lanes *lanes, const struct event *event, uint8_t initiator,
                    uint32_t price)
{
    static const char signs[] = {
        [BY_HART] = '\0', [BY_DMA] = 'd',      [BY_VIRTIO] = 'v',
        [BY_IOMMU] = 'i', [BY_OUTSIDE] = '\0', [BY_NOBODY] = '\0'};

    lanes_add(lanes, LANES_BUS, 0, signs[initiator_kind(initiator)], event->cycle,
              event->cycle + price);
}

static void take_transfer(struct lanes *lanes, const struct event *event)
{
    use_bus(lanes, event, event->bus_transfer.initiator, event->bus_transfer.price);
}

static void take_walk(struct lanes *lanes, const struct event *event)
{
    use_bus(lanes, event, INITIATOR_IOMMU, event->iommu_walk.price);
}

/* --- DMA channels and devices ---------------------------------------------------------- */

static unsigned channel_of(const struct lanes *lanes, uint8_t device, uint8_t channel)
{
    unsigned unit = lanes->board->device[device]->unit;

    return (unit * DMA_CHANNELS + channel) % LINES_OF_VIRTIO;
}

static void turn_master(struct lanes *lanes, unsigned master, char sign, uint64_t cycle)
{
    turn(lanes, LANES_MASTER, master, &lanes->master[master], sign, cycle);
}

/* It works from its first state on, without a descriptor or until it has read one. */
static void take_dma_state(struct lanes *lanes, const struct event *event)
{
    const struct event_dma_state *state = &event->dma_state;
    unsigned master = channel_of(lanes, state->device, state->channel);
    char sign = lanes->master[master].sign;

    switch (state->to) {
    case DMA_IDLE:
    case DMA_WAIT_RING:
    case DMA_COMPLETE:
    case DMA_FAILED:
        sign = '\0';
        break;
    default:
        sign = sign ? sign : 'd';
        break;
    }
    turn_master(lanes, master, sign, event->cycle);
}

static void take_descriptor(struct lanes *lanes, const struct event *event)
{
    const struct event_dma_descriptor *read = &event->dma_descriptor;

    turn_master(lanes, channel_of(lanes, read->device, read->channel),
                digit(read->index), event->cycle);
}

static void take_virtio_state(struct lanes *lanes, const struct event *event)
{
    const struct event_virtio_state *state = &event->virtio_state;
    unsigned unit = lanes->board->device[state->device]->unit;

    turn_master(lanes, (LINES_OF_VIRTIO + unit) % LANES_MASTERS,
                state->to == VIRTIO_IDLE ? '\0' : 'd', event->cycle);
}

char disk_sign(uint8_t phase)
{
    static const char signs[DISK_PHASES] = {
        [DISK_RESETTING] = 'c', [DISK_DECODING] = 'c', [DISK_SEEKING] = 'k',
        [DISK_READING] = 'm',   [DISK_WRITING] = 'm',  [DISK_DATA_IN] = 'b',
        [DISK_DATA_OUT] = 'b',  [DISK_DMA_IN] = 'b',   [DISK_DMA_OUT] = 'b',
        [DISK_FAILED] = 'e',
    };

    return phase < DISK_PHASES ? signs[phase] : '\0';
}

static void take_phase(struct lanes *lanes, const struct event *event)
{
    unsigned device = event->disk_phase.device % BOARD_ROWS;

    turn(lanes, LANES_DEVICE, device, &lanes->device[device],
         disk_sign(event->disk_phase.phase), event->cycle);
}

static void take_line(struct lanes *lanes, const struct event *event)
{
    const struct event_irq_line *line = &event->irq_line;
    unsigned source = line->source % LANES_IRQS;

    turn(lanes, LANES_LINE, source, &lanes->line[source], line->level ? '1' : '\0',
         event->cycle);
    if (!line->level)
        return;
    lanes_count(lanes, LANES_RISE, event->cycle);
    lanes_note_source(lanes, line->source, event->cycle);
}

static void take_fault(struct lanes *lanes, const struct event *event)
{
    lanes_count(lanes, LANES_FAULT, event->cycle);
}

/* --- all of them ----------------------------------------------------------------------- */

void lanes_take(void *ctx, const struct event *event)
{
    static void (*const of[EVENT_KINDS])(struct lanes *, const struct event *) = {
        [EVENT_TRAP_ENTER] = take_trap,
        [EVENT_TRAP_RETURN] = take_return,
        [EVENT_VM_ENTRY] = take_entry,
        [EVENT_VM_EXIT] = take_exit,
        [EVENT_HART_SLEEP] = take_sleep,
        [EVENT_HART_LINE] = take_pin,
        [EVENT_BUS_WAIT] = take_wait,
        [EVENT_BUS_TRANSFER] = take_transfer,
        [EVENT_IRQ_LINE] = take_line,
        [EVENT_DMA_STATE] = take_dma_state,
        [EVENT_DMA_DESCRIPTOR] = take_descriptor,
        [EVENT_DMA_ERROR] = take_fault,
        [EVENT_DISK_PHASE] = take_phase,
        [EVENT_VIRTIO_STATE] = take_virtio_state,
        [EVENT_VIRTIO_ERROR] = take_fault,
        [EVENT_FIFO_OVERRUN] = take_fault,
        [EVENT_IOMMU_WALK] = take_walk,
        [EVENT_IOMMU_FAULT] = take_fault,
    };
    struct lanes *lanes = ctx;

    if (event->board == lanes->board->index && of[event->kind])
        of[event->kind](lanes, event);
}
