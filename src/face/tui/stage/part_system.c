/* What is inside IOMMUs, interrupt controllers, timers and UARTs. */
#include "face/tui/stage/parts.h"

#include "face/tui/watch/say.h"
#include "machine/interrupt/aclint.h"
#include "machine/interrupt/plic.h"
#include "machine/iommu/iommu.h"
#include "observe/ask/iommus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- IOMMUs ----------------------------------------------------------------------- */

/* An access that was refused stays to be read until the next one is let through. */
static void add_fault(struct part_text *text, const struct event_iommu_fault *fault,
                      int width)
{
    const char *does = iommu_ttyp_name(fault->ttyp);
    bool roomy = width >= 20;

    if (width < 13) {
        part_add(text, ROLE_STOP, "STOP");
        part_add(text, ROLE_STOP, "cause %u", fault->cause);
        return;
    }
    part_add(text, ROLE_STOP, roomy ? "STOP   cause %u" : "STOP cause %u",
             fault->cause);
    if (roomy)
        part_add(text, ROLE_STOP, "%s 0x%" PRIx64, does ? does : "?", fault->iova);
    else
        part_add(text, ROLE_STOP, "at %" PRIx64, fault->iova);
}

static void add_translation(const struct watch *watch, struct part_text *text,
                            int width)
{
    const struct event *event = &watch->focus;
    const struct event_iommu_walk *walk = &event->iommu_walk;
    struct buf table = {0};

    if (event->kind == EVENT_IOMMU_TRANSLATE && width >= 20) {
        part_add(text, ROLE_HEAD, "0x%" PRIx64, event->iommu_translate.iova);
        part_add(text, ROLE_HEAD, "  is 0x%" PRIx64, event->iommu_translate.pa);
    } else if (event->kind == EVENT_IOMMU_TRANSLATE) {
        part_add(text, ROLE_HEAD,
                 width < 12   ? "%" PRIx64
                 : width < 14 ? "▸ %" PRIx64
                              : "▸ 0x%" PRIx64,
                 event->iommu_translate.pa);
    } else if (event->kind == EVENT_IOMMU_WALK) {
        put_unit(&table, UNIT_IOMMUTABLE, walk->table);
        part_add(text, ROLE_HEAD, "%.*s", width, buf_str(&table));
        part_add(text, ROLE_HEAD, "  level %u", walk->level);
    }
    buf_free(&table);
}

static bool is_about(const struct watch *watch, const struct device *device)
{
    const struct event *event = &watch->focus;

    if (!watch->has_focus)
        return false;
    if (event->kind == EVENT_IOMMU_TRANSLATE)
        return event->iommu_translate.device == device->index;
    return event->kind == EVENT_IOMMU_WALK && event->iommu_walk.device == device->index;
}

void part_fill_iommu(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text)
{
    static const char *const modes[] = {"Off", "Bare", "1LVL", "2LVL"};
    const struct iommu_fold *fold = &watch->facts.iommu[device->index];
    const struct iommu *iommu = (const struct iommu *)device;
    const char *mode = modes[field_get(iommu->ddtp, IOMMU_DDTP_MODE) & 3];

    snprintf(text->note, sizeof(text->note), "%s", mode);
    if (fold->failed)
        add_fault(text, &fold->fault, width);
    else if (is_about(watch, device))
        add_translation(watch, text, width);
    part_add(text, ROLE_TEXT, "%s%s", width < 16 ? "" : "mode ", mode);
    if (width < 13)
        part_add(text, ROLE_QUIET, "%" PRIu64 " miss", iommu->counts.misses);
    else
        part_add(text, ROLE_QUIET,
                 width < 18 ? "%" PRIu64 " hit %" PRIu64 " mis"
                            : "%" PRIu64 " hits, %" PRIu64 " misses",
                 iommu->counts.hits, iommu->counts.misses);
    part_add(text, ROLE_QUIET, width < 18 ? "cq %u fq %u" : "commands %u, faults %u",
             (iommu->cqt - iommu->cqh) & iommu_queue_mask(iommu->cqb),
             (iommu->fqt - iommu->fqh) & iommu_queue_mask(iommu->fqb));
    if (iommu->counts.faults)
        part_add(text, ROLE_QUIET, "%" PRIu64 " refused", iommu->counts.faults);
}

/* --- interrupt controllers ---------------------------------------------------------- */

/* The context to tell of: of the hart's M-mode, unless only S-mode has sources. */
static unsigned context_of(const struct plic *plic, unsigned hart)
{
    for (unsigned i = 0; i < PLIC_WORDS; i++)
        if (plic->context[2 * hart].enable[i])
            return 2 * hart;
    for (unsigned i = 0; i < PLIC_WORDS; i++)
        if (plic->context[2 * hart + 1].enable[i])
            return 2 * hart + 1;
    return 2 * hart;
}

static void add_source(const struct watch *watch, const struct plic *plic,
                       const struct board_row *row, unsigned source, int width,
                       struct part_text *text)
{
    bool pending = plic_bit(plic->pending, source), on = plic_enabled(plic, source);
    const char *state = pending                           ? "pend"
                        : plic_bit(plic->claimed, source) ? "busy"
                        : watch_irq(watch, source)        ? "high"
                        : on                              ? "on"
                                                          : "off";
    bool named = width >= 12;
    struct part_line *line = part_add(text,
                                      pending ? ROLE_CHANGED
                                      : on    ? ROLE_TEXT
                                              : ROLE_QUIET,
                                      "%2u %.*s%s%s", source, named ? 7 : 0, row->name,
                                      named ? " " : "", state);

    if (line)
        snprintf(line->thing, sizeof(line->thing), "irq %u", source);
}

/* Those that are pending, high or enabled; without any of them, the first of each
 * device. */
static void add_sources(const struct watch *watch, const struct plic *plic, int width,
                        unsigned most, struct part_text *text)
{
    for (unsigned i = 0; i < watch->board->desc.rows; i++) {
        const struct board_row *row = &watch->board->desc.row[i];

        for (unsigned irq = 0; irq < row->irqs && text->lines < most; irq++)
            if (plic_bit(plic->pending, row->irq[irq]) ||
                watch_irq(watch, row->irq[irq]) || plic_enabled(plic, row->irq[irq]))
                add_source(watch, plic, row, row->irq[irq], width, text);
    }
}

void part_fill_plic(const struct watch *watch, const struct device *device, int width,
                    struct part_text *text)
{
    const struct plic *plic = (const struct plic *)device;
    unsigned context = context_of(plic, watch->hart);
    bool pending = false;

    add_sources(watch, plic, width, 3, text);
    if (text->lines == 0)
        part_add(text, ROLE_QUIET, width >= 14 ? "all are off" : "all off");
    if (width < 12)
        part_add(text, ROLE_QUIET, "thr %" PRIu32, plic->context[context].threshold);
    else
        part_add(text, ROLE_QUIET, "threshold %" PRIu32 "%s",
                 plic->context[context].threshold,
                 width < 14    ? ""
                 : context % 2 ? " S"
                               : " M");
    for (unsigned i = 0; i < PLIC_WORDS; i++)
        pending |= plic->pending[i] != 0;
    if (!pending && width >= 10)
        part_add(text, ROLE_QUIET, "no pending");
}

/* --- timers --------------------------------------------------------------------------- */

void part_fill_aclint(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text)
{
    const struct aclint *aclint = (const struct aclint *)device;
    const struct aclint_hart *hart = &aclint->hart[watch->hart];
    uint64_t mtime = 0;
    char count[TEXT_NUMBER];

    watch_read(watch, device->base + ACLINT_MTIME, &mtime, sizeof(mtime));
    part_add(text, ROLE_TEXT, "%s %s", width < 12 ? "t" : "mtime",
             text_count(count, mtime));
    if (hart->mtimecmp == UINT64_MAX)
        part_add(text, ROLE_QUIET, "no timer");
    else
        part_add(text, ROLE_TEXT, "%s %s", width < 12 ? "<" : "cmp  ",
                 text_count(count, hart->mtimecmp));
    if (width >= 14)
        part_add(text, ROLE_QUIET, "msip %u  mtip %u", hart->msip & 1u, hart->mtip);
    else
        part_add(text, ROLE_QUIET, "mtip %u", hart->mtip);
}

/* --- UARTs ---------------------------------------------------------------------------- */

void part_fill_uart(const struct watch *watch, const struct device *device, int width,
                    struct part_text *text)
{
    const struct event_console *byte = &watch->focus.console;
    const char *line = watch->facts.device[device->index].console;
    size_t length = strlen(line), room = width > 3 ? (size_t)width - 2 : 1;

    if (watch->has_focus && watch->focus.kind == EVENT_CONSOLE &&
        byte->device == device->index) {
        char shown = byte->byte >= ' ' && byte->byte < 0x7f ? (char)byte->byte : '.';

        part_add(text, ROLE_HEAD, byte->access == ACCESS_STORE ? "'%c' ▸" : "▸ '%c'",
                 shown);
    }
    if (line[0]) /* its newest end */
        part_add(text, ROLE_TEXT, "\"%s\"", line + (length > room ? length - room : 0));
    else if (!text->lines)
        part_add(text, ROLE_QUIET, width < 9 ? "quiet" : "no output");
}
