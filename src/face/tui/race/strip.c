#include "face/tui/race/strip.h"

#include "guest/include/markers.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"

#include <string.h>

/* --- what goes on -------------------------------------------------------------------- */

bool strip_dma_works(const struct strip *strip)
{
    uint64_t any = 0;

    for (unsigned i = 0; i < STRIP_WORDS; i++)
        any |= strip->channels[i];
    return any != 0;
}

bool strip_disk_works(const struct strip *strip)
{
    return strip->disks != 0;
}

/* How much of each track a cycle has now. */
static void rates_of(const struct strip *strip, uint32_t rate[STRIP_TRACKS])
{
    bool awake = false;

    memset(rate, 0, STRIP_TRACKS * sizeof(rate[0]));
    for (unsigned h = 0; h < strip->harts; h++) {
        if (strip->asleep[h])
            continue;
        awake = true;
        rate[strip->mode[h] & MODE_VIRTUAL ? STRIP_GUEST : STRIP_HOST]++;
    }
    rate[STRIP_DMA] = strip_dma_works(strip);
    rate[STRIP_DISK] = strip_disk_works(strip);
    rate[STRIP_DEVICE] = rate[STRIP_DMA] | rate[STRIP_DISK];
    rate[STRIP_ALONE] = awake ? 0 : rate[STRIP_DEVICE];
}

/* --- bins ---------------------------------------------------------------------------- */

static void double_width(struct strip *strip)
{
    for (unsigned t = 0; t < STRIP_TRACKS; t++) {
        uint32_t *bin = strip->bin[t];

        for (unsigned i = 0; i < STRIP_BINS / 2; i++)
            bin[i] = bin[2 * i] + bin[2 * i + 1];
        memset(bin + STRIP_BINS / 2, 0, STRIP_BINS / 2 * sizeof(*bin));
    }
    strip->width *= 2;
}

/* Adds what goes on to the bins of [from, until). */
static void add(struct strip *strip, uint64_t from, uint64_t until)
{
    const uint32_t *rate = strip->rate;

    rates_of(strip, strip->rate);
    for (unsigned t = 0; t < STRIP_TRACKS; t++)
        strip->sum[t] += (until - from) * rate[t];
    while (until > STRIP_BINS * strip->width)
        double_width(strip);
    while (from < until) {
        uint64_t number = from / strip->width, end = (number + 1) * strip->width;

        if (end > until)
            end = until;
        for (unsigned t = 0; t < STRIP_TRACKS; t++)
            strip->bin[t][number] += (uint32_t)(end - from) * rate[t];
        from = end;
    }
}

bool strip_begin(const struct strip *strip, uint64_t *cycle)
{
    const struct trial *trial = strip->trial;

    *cycle = 0;
    if (!trial || !trial->setup.has_window)
        return true;
    *cycle = trial->at_from.cycles;
    return trial->entered;
}

/* What has gone on until that cycle; before the work it is forgotten. Harts' clocks are
 * not quite the same: an event may come a little late. */
static void settle(struct strip *strip, uint64_t cycle)
{
    uint64_t begin, from = strip->since;

    if (cycle <= from)
        return;
    strip->since = cycle;
    if (!strip_begin(strip, &begin) || cycle <= begin)
        return;
    add(strip, from > begin ? from - begin : 0, cycle - begin);
}

/* --- the fold ------------------------------------------------------------------------ */

static void set_bit(uint64_t *word, unsigned bit, bool on)
{
    uint64_t mask = UINT64_C(1) << (bit % 64);

    *word = on ? *word | mask : *word & ~mask;
}

static void take_dma(struct strip *strip, const struct event *event)
{
    const struct event_dma_state *told = &event->dma_state;
    unsigned bit = (unsigned)told->device * DMA_CHANNELS + told->channel;
    bool moves = told->to == DMA_FETCH || told->to == DMA_READ ||
                 told->to == DMA_WRITE || told->to == DMA_STATUS;

    set_bit(&strip->channels[bit / 64 % STRIP_WORDS], bit, moves);
    strip->dma_state = told->to;
}

/* Between two phases that have data for others the disk waits for them. */
static void take_disk(struct strip *strip, const struct event *event)
{
    const struct event_disk_phase *told = &event->disk_phase;
    bool works = told->phase >= DISK_RESETTING && told->phase <= DISK_WRITING;

    set_bit(&strip->disks, told->device, works);
    strip->disk_phase = told->phase;
    strip->lba = told->lba;
    strip->disk = (uint8_t)(told->device + 1);
}

static void take_virtio(struct strip *strip, const struct event *event)
{
    const struct event_virtio_state *told = &event->virtio_state;

    set_bit(&strip->disks, told->device,
            told->to != VIRTIO_IDLE && told->to != VIRTIO_BROKEN);
}

/* A hart that wakes up takes some cycles for it, which count as sleep: its clock is where it
 * goes on. */
static uint64_t cycle_of(const struct strip *strip, const struct event *event)
{
    const struct hart *hart;

    if (event->kind != EVENT_HART_SLEEP || event->hart_sleep.asleep)
        return event->cycle;
    hart = &strip->board->hart[event->hart_sleep.hart % HART_MAX];
    return hart->cycle > event->cycle ? hart->cycle : event->cycle;
}

static void take(void *ctx, const struct event *event)
{
    struct strip *strip = ctx;

    if (event->board != strip->board->index)
        return;
    settle(strip, cycle_of(strip, event));
    switch ((int)event->kind) {
    case EVENT_TRAP_ENTER:
        strip->mode[event->trap_enter.hart % HART_MAX] = event->trap_enter.to;
        break;
    case EVENT_TRAP_RETURN:
        strip->mode[event->trap_return.hart % HART_MAX] = event->trap_return.to;
        break;
    case EVENT_HART_SLEEP:
        strip->asleep[event->hart_sleep.hart % HART_MAX] = event->hart_sleep.asleep;
        break;
    case EVENT_DMA_STATE:
        take_dma(strip, event);
        break;
    case EVENT_DISK_PHASE:
        take_disk(strip, event);
        break;
    case EVENT_VIRTIO_STATE:
        take_virtio(strip, event);
        break;
    default:
        if (event->marker.number == MARK_OP_END)
            strip->operation_end = event->cycle;
        break;
    }
}

static void keep(void *ctx, struct state *state)
{
    struct strip *strip = ctx;

    STATE(state, strip->width);
    STATE(state, strip->bin);
    STATE(state, strip->since);
    STATE(state, strip->sum);
    STATE(state, strip->rate);
    STATE(state, strip->mode);
    STATE(state, strip->asleep);
    STATE(state, strip->channels);
    STATE(state, strip->disks);
    STATE(state, strip->dma_state);
    STATE(state, strip->disk_phase);
    STATE(state, strip->lba);
    STATE(state, strip->disk);
    STATE(state, strip->operation_end);
}

void strip_join(struct strip *strip, struct session *session)
{
    *strip = (struct strip){
        .trial = session->subject.scenario ? &session->subject.trial : NULL,
        .board = session->run->board[0],
        .harts = session->run->board[0]->harts,
        .width = 1,
    };
    memset(strip->mode, MODE_M, sizeof(strip->mode));
    timeline_add_fold(session->time, (struct fold){STRIP_KINDS, take, keep, strip});
}

/* --- reading ------------------------------------------------------------------------- */

/* The part of a bin's cycles that lies in a stretch of it. */
static uint64_t part(uint32_t cycles, uint64_t stretch, uint64_t width)
{
    return (cycles * stretch + width / 2) / width;
}

void strip_between(const struct strip *strip, uint64_t from, uint64_t until,
                   uint64_t cycles[STRIP_TRACKS])
{
    uint64_t begin, known, at = from;
    uint32_t rate[STRIP_TRACKS];

    memset(cycles, 0, STRIP_TRACKS * sizeof(cycles[0]));
    if (!strip_begin(strip, &begin))
        return;
    known = strip->since > begin ? strip->since - begin : 0;
    while (at < until && at < known) {
        uint64_t number = at / strip->width, end = (number + 1) * strip->width;
        uint64_t whole = end < known ? strip->width : known - number * strip->width;

        end = end < known ? end : known;
        end = end < until ? end : until;
        for (unsigned t = 0; t < STRIP_TRACKS; t++)
            cycles[t] += part(strip->bin[t][number], end - at, whole);
        at = end;
    }
    rates_of(strip, rate);
    for (unsigned t = 0; at < until && t < STRIP_TRACKS; t++)
        cycles[t] += (until - at) * rate[t];
}

uint64_t strip_total(const struct strip *strip, enum strip_track track, uint64_t now)
{
    uint64_t begin, known;
    uint32_t rate[STRIP_TRACKS];

    if (!strip_begin(strip, &begin))
        return 0;
    known = strip->since > begin ? strip->since - begin : 0;
    rates_of(strip, rate);
    return now >= known ? strip->sum[track] + (now - known) * rate[track]
                        : strip->sum[track] - (known - now) * strip->rate[track];
}
