#include "face/tui/stage/parts.h"

#include "machine/virtio/virtio.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct part_line *part_add(struct part_text *text, enum role role, const char *fmt, ...)
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

/* Narrow boxes are low, too: they have no room for a second line. */
void part_add_words(struct part_text *text, enum role role, int width,
                    const char *words)
{
    size_t cut = strlen(words);

    if (cut > (size_t)width && width >= 16)
        for (cut = (size_t)width; cut > 0 && words[cut] != ' ';)
            cut--;
    if (cut == 0)
        cut = strlen(words);
    part_add(text, role, "%.*s", (int)cut, words);
    if (words[cut])
        part_add(text, role, "%s", words + cut + 1);
}

/* Any other device: the register that was used last. */
void part_fill_other(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text)
{
    const struct device_fold *fold = &watch->facts.device[device->index];
    char name[TEXT_DATA];

    if (fold->touches)
        part_add(text, ROLE_TEXT, "%s",
                 text_register(name, device, fold->offset, fold->wrote));
    else
        part_add(text, ROLE_QUIET, width < 12 ? "unused" : "not used yet");
}

/* Title in full and in brief; columns of the box as a chip, in brief and in full; rank;
 * lines. */
static const struct part_form forms[] = {
    {"dma", "DMA", "DMA", {14, 19, 28}, 0, 6, part_fill_dma},
    {"ata", "ATA disk", "ATA", {10, 16, 24}, 1, 5, part_fill_ata},
    {"virtio-blk", "virtio disk", "virtio", {12, 16, 24}, 0, 5, part_fill_virtio},
    {"stream", "stream", "FIFO", {10, 15, 22}, 2, 4, part_fill_stream},
    {"iommu", "IOMMU", "IOMMU", {13, 18, 24}, 0, 5, part_fill_iommu},
    {"plic", "PLIC", "PLIC", {9, 11, 18}, -1, 5, part_fill_plic},
    {"uart", "UART", "UART", {9, 14, 20}, 4, 3, part_fill_uart},
    {"aclint", "ACLINT", "ACLINT", {12, 16, 20}, 5, 4, part_fill_aclint},
    {NULL, NULL, NULL, {12, 14, 18}, 6, 1, part_fill_other},
};

/* A slot for a virtio device with nothing in it: it gives way to all others. */
static const struct part_form empty_slot = {
    "virtio-blk", "empty slot", "slot", {10, 14, 18}, 7, 1, part_fill_other};

static const struct part_form ram = {
    .title = "RAM", .brief = "RAM", .cols = {16, 20, 30}, .rank = -1};

static bool is_empty_slot(const struct device *device)
{
    return device->type == &virtio_blk_type &&
           ((const struct virtio_blk *)device)->medium.sectors == 0;
}

const char *part_title(const struct watch *watch, const struct device *device,
                       int width)
{
    const struct part_form *form = part_form(device);

    if (!device)
        return form->title;
    if (!form->type || watch_device(watch, form->type, 1))
        return device->name;
    return width >= form->cols[PART_FULL] ? form->title : form->brief;
}

const struct part_form *part_form(const struct device *device)
{
    const struct part_form *form = forms;

    if (!device)
        return &ram;
    if (is_empty_slot(device))
        return &empty_slot;
    while (form->type && strcmp(form->type, device->type->name) != 0)
        form++;
    return form;
}
