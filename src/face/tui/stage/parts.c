#include "face/tui/stage/parts.h"

#include "face/tui/watch/say.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"
#include "machine/virtio/virtio.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static struct part_line *add_line(
    struct part_text *text, enum role role, const char *fmt, ...)
{
    struct part_line *line = &text->line[text->lines];
    va_list ap;

    if (text->lines == PART_LINES)
        return NULL;
    text->lines++;
    line->role = role;
    va_start(ap, fmt);
    vsnprintf(line->text, sizeof(line->text), fmt, ap);
    va_end(ap);
    return line;
}

/* In two lines, broken at a blank, if one is too short. Narrow boxes are low, too: they
 * have no room for a second one. */
static void add_words(struct part_text *text, enum role role, int width,
                      const char *words)
{
    size_t cut = strlen(words);

    if (cut > (size_t)width && width >= 16)
        for (cut = (size_t)width; cut > 0 && words[cut] != ' ';)
            cut--;
    if (cut == 0)
        cut = strlen(words);
    add_line(text, role, "%.*s", (int)cut, words);
    if (words[cut])
        add_line(text, role, "%s", words + cut + 1);
}

/* --- RAM ----------------------------------------------------------------------- */

struct written {
    uint64_t bytes;
    bool hart, dma;
};

static struct written written_in(const struct watch *watch, const struct region *region)
{
    struct written written = {0, false, false};

    for (uint64_t at = 0; at < region->size; at++) {
        uint8_t who = watch_writer(watch, region->base + at);

        if (who == INITIATOR_NONE) {
            /* A page that nobody wrote to has no record, and is passed at once. */
            uint64_t rest = RAM_PAGE - 1 - ((region->base + at) & (RAM_PAGE - 1));

            if (!watch_page_written(watch, region->base + at))
                at += rest;
            continue;
        }
        written.bytes++;
        written.hart |= initiator_kind(who) == BY_HART;
        written.dma |= initiator_kind(who) != BY_HART;
    }
    return written;
}

static bool touches(const struct watch *watch, const struct region *region)
{
    uint64_t pa = UINT64_MAX;

    if (!watch->has_focus)
        return false;
    if (watch->focus.kind == EVENT_INSN && watch->focus.insn.access != ACCESS_NONE)
        pa = watch->focus.insn.pa;
    else if (watch->focus.kind == EVENT_BUS_TRANSFER)
        pa = watch->focus.bus_transfer.pa;
    else if (watch->focus.kind == EVENT_DMA_BURST)
        pa = watch->focus.dma_burst.dest;
    else if (watch->focus.kind == EVENT_DMA_DESCRIPTOR)
        pa = watch->focus.dma_descriptor.at;
    return pa - region->base < region->size;
}

static void add_region(const struct watch *watch, const struct region *region,
                       int width, struct part_text *text)
{
    struct written written = written_in(watch, region);
    struct part_line *line;
    char percent[8] = "";
    int address = width >= 26 ? 9 : 0, room = width - 4 - address;

    if (written.bytes)
        snprintf(percent, sizeof(percent), " %u %%",
                 (unsigned)(written.bytes * 100 / region->size));
    if (strlen(region->name) + strlen(percent) > (size_t)room)
        percent[0] = '\0'; /* the name matters more */
    if (address)
        line = add_line(text, ROLE_TEXT, "%08" PRIx64 " %.*s%s", region->base, room,
                        region->name, percent);
    else
        line = add_line(text, ROLE_TEXT, "%.*s%s", room, region->name, percent);
    if (!line)
        return;
    snprintf(line->owners, sizeof(line->owners), "%s%s%s", written.hart ? "h" : "",
             written.dma ? "d" : "", written.bytes ? "" : "?");
    line->touched = touches(watch, region);
}

/* The region for the last row: the one in use, if it has no row yet; else the next. */
static const struct region *last_region(const struct watch *watch, unsigned row)
{
    const struct region *used = watch_region(watch, watch->written);

    for (unsigned i = row; i < watch->subject->regions; i++)
        if (touches(watch, &watch->subject->region[i]))
            return &watch->subject->region[i];
    if (used && used >= &watch->subject->region[row])
        return used;
    return &watch->subject->region[row];
}

void part_ram(const struct watch *watch, int width, int rows, struct part_text *text)
{
    unsigned count = watch->subject->regions < (unsigned)rows ? watch->subject->regions
                                                              : (unsigned)rows;

    text->lines = 0;
    for (unsigned i = 0; i < count; i++)
        add_region(watch,
                   i + 1 == (unsigned)rows ? last_region(watch, i)
                                           : &watch->subject->region[i],
                   width, text);
    if (count == 0)
        add_line(text, ROLE_TEXT, "%" PRIu64 " MiB", watch->board->bus.ram.size >> 20);
}

/* --- the DMA controller ----------------------------------------------------------- */

unsigned part_channel(const struct watch *watch)
{
    const struct event *event = &watch->focus;
    unsigned working = 0;

    if (watch->has_focus && event->kind == EVENT_BUS_TRANSFER &&
        initiator_kind(event->bus_transfer.initiator) == BY_DMA)
        return initiator_number(event->bus_transfer.initiator) % FACTS_CHANNELS;
    for (unsigned i = 0; i < FACTS_CHANNELS; i++)
        if (watch->facts.dma[i].state != DMA_IDLE &&
            watch->facts.dma[i].state != DMA_COMPLETE)
            working = i;
    return working;
}

/* Beats of 8 bytes of what the channel does now: "■■▣□□□□□ 3 of 8". */
static void add_beats(struct part_text *text, const struct dma_fold *dma, uint64_t left)
{
    unsigned done = dma->beats / BUS_SLOT_BYTES, all;
    char squares[DMA_BURST / BUS_SLOT_BYTES * 3 + 1] = "";

    if (dma->state == DMA_FETCH)
        left = DMA_DESCRIPTOR_SIZE;
    else if (dma->state == DMA_WRITE)
        left += dma->beats; /* what has landed is no longer left */
    else if (dma->state != DMA_READ)
        return;
    all = (unsigned)((left < DMA_BURST ? left : DMA_BURST) / BUS_SLOT_BYTES);
    if (all < 2 || done > all)
        return;
    for (unsigned i = 0; i < all; i++)
        strcat(squares, i + 1 == done ? "▣" : i < done ? "■" : "□");
    add_line(text, ROLE_TEXT, "%s %u of %u", squares, done, all);
}

static void fill_dma(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text)
{
    unsigned channel = part_channel(watch);
    const struct dma_fold *dma = &watch->facts.dma[channel];
    char state[TEXT_DATA], count[TEXT_NUMBER], whole[TEXT_NUMBER];
    uint64_t left = 0, moved = 0;

    watch_register(watch, device, "ExecBytes", channel % DMA_CHANNELS, &left);
    watch_register(watch, device, "Moved", channel % DMA_CHANNELS, &moved);
    say_value(state, UNIT_DMASTATE, dma->state);
    snprintf(text->note, sizeof(text->note), "ch %u", channel % DMA_CHANNELS);
    if (dma->state == DMA_WAIT_LINE && width < 16)
        add_line(text, ROLE_TEXT, "awaits request");
    else if (width < 20)
        add_line(text, ROLE_TEXT, "%s", state);
    else
        add_line(text, ROLE_TEXT, "ch %u  %s", channel % DMA_CHANNELS, state);
    if (dma->failed)
        add_line(text, ROLE_STOP, "error at 0x%" PRIx64, dma->error.at);
    if (dma->has_descriptor)
        add_line(text, ROLE_TEXT, "descriptor %" PRIu32, dma->descriptor.index);
    if (moved || left)
        add_line(text, ROLE_TEXT, "%s%s%s B", text_count(count, moved),
                 width < 20 ? "/" : " of ", text_count(whole, moved + left));
    add_beats(text, dma, left);
    if (dma->bytes)
        add_line(text, ROLE_QUIET, "in all %s B", text_count(count, dma->bytes));
}

/* --- disks ------------------------------------------------------------------------ */

static void fill_ata(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text)
{
    const struct disk_fold *disk = &watch->facts.disk[device->index];
    char name[TEXT_DATA];

    if (!disk->has_command) {
        add_line(text, ROLE_QUIET, width < 16 ? "no command" : "no command yet");
        return;
    }
    say_value(name, UNIT_ATACOMMAND, disk->command.command);
    add_line(text, ROLE_TEXT, "%s", name);
    if (disk->has_phase) {
        add_line(text, ROLE_TEXT, "LBA %" PRIu64, disk->phase.lba);
        if (disk->command.count > 1)
            add_line(text, ROLE_QUIET, "%" PRIu64 " of %" PRIu32,
                     disk->phase.lba - disk->command.lba + 1, disk->command.count);
        say_value(name, UNIT_DISKPHASE, disk->phase.phase);
        add_words(text, ROLE_TEXT, width, name);
    }
    if (watch->facts.device[device->index].request)
        add_line(text, ROLE_DMA, "asks the DMA");
}

/* --- IOMMUs ----------------------------------------------------------------------- */

static uint64_t iommu_register(const struct watch *watch, const struct device *device,
                               const char *name)
{
    uint64_t value = 0;

    watch_register(watch, device, name, 0, &value);
    return value;
}

static void fill_iommu(const struct watch *watch, const struct device *device,
                       int width, struct part_text *text)
{
    static const char *const modes[] = {"Off", "Bare", "1LVL", "2LVL"};
    const struct iommu_fold *iommu = &watch->facts.iommu[device->index];
    const struct event *event = &watch->focus;

    if (iommu->failed) {
        const char *does = iommu_ttyp_name(iommu->fault.ttyp);

        add_line(text, ROLE_STOP, "blocked:");
        add_line(text, ROLE_STOP, "%s at", does ? does : "?");
        add_line(text, ROLE_STOP, "0x%" PRIx64, iommu->fault.iova);
    }
    add_line(text, ROLE_TEXT, "%s%s", width < 16 ? "" : "mode ",
             modes[iommu_register(watch, device, "ddtp") & 3]);
    if (watch->has_focus && event->kind == EVENT_IOMMU_TRANSLATE &&
        event->iommu_translate.device == device->index)
        add_line(text, ROLE_DMA, "to 0x%" PRIx64, event->iommu_translate.pa);
    add_line(text, ROLE_QUIET, "cq %" PRIu64 " of %" PRIu64,
             iommu_register(watch, device, "cqh"),
             iommu_register(watch, device, "cqt"));
    add_line(text, ROLE_QUIET, "fq %" PRIu64 " of %" PRIu64,
             iommu_register(watch, device, "fqh"),
             iommu_register(watch, device, "fqt"));
}

/* --- virtio disks ------------------------------------------------------------------- */

static void add_chain(struct part_text *text, const struct event_virtio_chain *chain)
{
    char name[TEXT_DATA], count[TEXT_NUMBER];

    say_value(name, UNIT_VIRTIOTYPE, chain->type);
    if (chain->bytes)
        add_line(text, ROLE_TEXT, "%s %s B", name, text_count(count, chain->bytes));
    else
        add_line(text, ROLE_TEXT, "%s", name);
    if (chain->type == VIRTIO_BLK_IN || chain->type == VIRTIO_BLK_OUT)
        add_line(text, ROLE_TEXT, "sector %" PRIu64, chain->sector);
    add_line(text, ROLE_QUIET, "chain %u of %u", chain->head, chain->buffers);
}

static void fill_virtio(const struct watch *watch, const struct device *device,
                        int width, struct part_text *text)
{
    const struct virtio_fold *virtio = &watch->facts.virtio[device->index];
    char name[TEXT_DATA];

    if (virtio->broken)
        add_line(text, ROLE_STOP, "%.*s", width, virtio_rules[virtio->error.rule].name);
    if (!virtio->has_chain && virtio->state == VIRTIO_IDLE && !virtio->broken) {
        add_line(text, ROLE_QUIET, width < 16 ? "no request" : "no request yet");
        return;
    }
    say_value(name, UNIT_VIRTIOSTATE, virtio->state);
    add_words(text, ROLE_TEXT, width, name);
    if (virtio->has_chain)
        add_chain(text, &virtio->chain);
    if (virtio->used)
        add_line(text, ROLE_QUIET, "used %" PRIu64, virtio->used);
}

/* --- interrupt controllers ---------------------------------------------------------- */

static bool bit_of(const struct watch *watch, uint64_t at, unsigned source)
{
    uint32_t word = 0;

    watch_read(watch, at + source / 32 * 4, &word, sizeof(word));
    return word & (UINT32_C(1) << source % 32);
}

/* PLIC 1.0.0: pending bits at +0x1000, enable bits of a context at +0x2000 + 0x80 * it,
 * its threshold at +0x200000 + 0x1000 * it. */
static void fill_plic(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text)
{
    uint64_t base = device->base;
    uint32_t threshold = 0;

    for (unsigned i = 0; i < watch->board->desc.rows; i++) {
        const struct board_row *row = &watch->board->desc.row[i];

        for (unsigned irq = 0; irq < row->irqs && text->lines < 4; irq++) {
            unsigned source = row->irq[irq];
            bool pending = bit_of(watch, base + 0x1000, source);

            if (pending || watch_irq(watch, source) ||
                bit_of(watch, base + 0x2000, source))
                add_line(text, pending ? ROLE_CHANGED : ROLE_TEXT, "%u%s%.*s%s", source,
                         width < 12 ? "" : " ", width < 12 ? 0 : 6, row->name,
                         pending                    ? " pend"
                         : watch_irq(watch, source) ? " high"
                                                    : " on");
        }
    }
    if (text->lines == 0)
        add_line(text, ROLE_QUIET, "all off");
    watch_read(watch, base + 0x200000, &threshold, sizeof(threshold));
    add_line(text, ROLE_QUIET, "%s %" PRIu32, width < 12 ? "thr" : "threshold",
             threshold);
}

static void fill_aclint(const struct watch *watch, const struct device *device,
                        int width, struct part_text *text)
{
    uint64_t mtime = 0, mtimecmp = 0;
    char count[TEXT_NUMBER];

    watch_read(watch, device->base + 0xbff8, &mtime, sizeof(mtime));
    watch_read(watch, device->base + 0x4000, &mtimecmp, sizeof(mtimecmp));
    add_line(text, ROLE_TEXT, "mtime %s", text_count(count, mtime));
    if (mtimecmp == UINT64_MAX)
        add_line(text, ROLE_QUIET, "no timer set");
    else
        add_line(text, ROLE_TEXT, "cmp   %s", text_count(count, mtimecmp));
    (void)width;
}

static void fill_uart(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text)
{
    const char *line = watch->facts.device[device->index].console;

    if (line[0])
        add_line(text, ROLE_TEXT, "\"%s\"", line);
    else
        add_line(text, ROLE_QUIET, "no output");
    (void)width;
}

/* Any other device: the register that was used last. */
static void fill_other(const struct watch *watch, const struct device *device,
                       int width, struct part_text *text)
{
    const struct device_fold *fold = &watch->facts.device[device->index];
    char name[TEXT_DATA];

    if (fold->touches)
        add_line(text, ROLE_TEXT, "%s",
                 text_register(name, device, fold->offset, fold->wrote));
    else
        add_line(text, ROLE_QUIET, width < 12 ? "not used" : "not used yet");
}

/* In the order of the row: RAM stands before them, and PLIC, the last, at its end. */
static const struct part_form forms[] = {
    {"dma", "DMA", "DMA", 28, 19, 0, fill_dma},
    {"ata", "ATA disk", "ATA", 24, 16, 1, fill_ata},
    {"virtio-blk", "virtio disk", "virtio", 24, 16, 0, fill_virtio},
    {"stream", "stream", "FIFO", 22, 15, 2, fill_other},
    {"iommu", "IOMMU", "IOMMU", 22, 15, 3, fill_iommu},
    {"plic", "PLIC", "PLIC", 18, 11, 0, fill_plic},
    {"uart", "UART", "UART", 20, 14, 4, fill_uart},
    {"aclint", "ACLINT", "ACLINT", 20, 16, 5, fill_aclint},
    {NULL, NULL, NULL, 18, 14, 6, fill_other},
};

/* A slot for a virtio device with nothing in it: it gives way to all others. */
static const struct part_form empty_slot = {
    "virtio-blk", "empty slot", "slot", 18, 14, 7, fill_other};

static bool is_empty_slot(const struct device *device)
{
    return device->type == &virtio_blk_type &&
           ((const struct virtio_blk *)device)->medium.sectors == 0;
}

const char *part_title(const struct watch *watch, const struct device *device,
                       int width)
{
    const struct part_form *form = part_form(device);

    if (!form->type || watch_device(watch, form->type, 1))
        return device->name;
    return width >= form->full ? form->title : form->brief;
}

const struct part_form *part_form(const struct device *device)
{
    const struct part_form *form = forms;

    if (is_empty_slot(device))
        return &empty_slot;
    while (form->type && strcmp(form->type, device->type->name) != 0)
        form++;
    return form;
}
