/* Which interrupt a pane is of. */
#include "face/tui/view/irq_path.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "observe/exits/guest_folds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct device *irq_device(const struct watch *watch, unsigned source)
{
    const struct board *board = watch->board;

    for (unsigned d = 0; d < board->devices; d++)
        for (unsigned i = 0; i < board->device[d]->lines; i++)
            if (board->device[d]->line[i].source == source)
                return board->device[d];
    return NULL;
}

bool irq_deliveries(const struct watch *watch, struct deliveries *room)
{
    if (!watch->session->guests)
        return false;
    *room = watch->session->guests->deliveries;
    for (unsigned i = watch->inside; i < watch->count; i++)
        if (DELIVERIES_KINDS & EVENT_BIT(watch->events[i].kind))
            deliveries_take(room, &watch->events[i]);
    return true;
}

/* Lines by what people and the command language call them. */
static const struct {
    const char *word;
    uint8_t line;
} words[] = {
    {"timer", IRQ_MTI}, {"software", IRQ_MSI}, {"external", IRQ_MEI},
    {"mti", IRQ_MTI},   {"msi", IRQ_MSI},      {"mei", IRQ_MEI},
    {"ssi", IRQ_SSI},   {"sti", IRQ_STI},      {"sei", IRQ_SEI},
    {"vssi", IRQ_VSSI}, {"vsti", IRQ_VSTI},    {"vsei", IRQ_VSEI},
    {"sgei", IRQ_SGEI},
};

static bool same_letters(const char *one, const char *other, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((one[i] | 0x20) != (other[i] | 0x20))
            return false;
    return true;
}

/* "MTIP", "mti", "timer". */
static bool line_named(const char *word, size_t length, unsigned *line)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t whole = strlen(words[i].word);
        bool with_p = length == whole + 1 && (word[whole] | 0x20) == 'p';

        if ((length == whole || with_p) && same_letters(word, words[i].word, whole)) {
            *line = words[i].line;
            return true;
        }
    }
    return false;
}

/* "mip.MTIP", "hart1.mip.MTIP". */
static bool choose_bit(const char *about, struct irq_choice *choice)
{
    const char *bit = strstr(about, "mip.");
    unsigned hart = 0;

    if (!bit || (bit != about && sscanf(about, "hart%u.", &hart) != 1))
        return false;
    choice->hart = (int)hart;
    return line_named(bit + 4, strlen(bit + 4), &choice->line);
}

static bool choose_named(const char *about, struct irq_choice *choice)
{
    const char *hart = strstr(about, "hart ");
    char *end;

    if (choose_bit(about, choice))
        return true;
    if (hart)
        choice->hart = (int)strtoul(hart + 5, NULL, 10);
    if (strncmp(about, "irq ", 4) == 0)
        about += 4;
    choice->source = (unsigned)strtoul(about, &end, 10);
    return end != about || line_named(about, strcspn(about, " "), &choice->line);
}

/* The first source of a device that has one. */
static bool choose_first(const struct watch *watch, struct irq_choice *choice)
{
    const struct board *board = watch->board;

    for (unsigned d = 0; d < board->devices && board->plic; d++)
        for (unsigned i = 0; i < board->device[d]->lines; i++)
            if (board->device[d]->line[i].source) {
                choice->source = board->device[d]->line[i].source;
                return true;
            }
    choice->line = IRQ_MTI;
    choice->hart = (int)watch->hart;
    return true;
}

/* What a guest is told is the source's that the hypervisor has taken for it. */
static unsigned source_behind(const struct watch *watch, const struct irqs_last *last)
{
    struct deliveries *room = alloc_zero(1, sizeof(*room));
    unsigned found = 0;

    if (last->line == IRQ_VSEI && irq_deliveries(watch, room))
        for (unsigned i = 0; i < room->sources; i++) {
            const struct delivery_source *source = &room->source[i];

            if (source->board == watch->board->index && !source->now.over &&
                source->now.hart == last->hart &&
                source->now.seen & (BIT(HAND_INJECT) | BIT(HAND_ENTRY)))
                found = source->source;
        }
    free(room);
    return found;
}

bool irq_choose(const struct watch *watch, const char *about, struct irq_choice *choice)
{
    const struct irqs_last *last = &watch->irqs.last;

    *choice = (struct irq_choice){.hart = -1};
    if (about[0])
        return choose_named(about, choice);
    if (!last->any)
        return choose_first(watch, choice);
    choice->source = last->source ? last->source : source_behind(watch, last);
    if (!choice->source) {
        choice->line = last->line;
        choice->hart = last->hart;
    }
    return true;
}

const char *irq_absent(const struct watch *watch)
{
    return watch->board->plic || watch->board->clock
               ? NULL
               : "this board has no interrupt controller and no timer";
}
