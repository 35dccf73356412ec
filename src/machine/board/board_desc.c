/*
 * What makes a board's table a good one. Addresses are not looked at here: the bus
 * refuses overlaps when the board is made.
 */
#include "machine/board/board_desc.h"

#include "base/nearest.h"
#include "machine/hart/hart.h"
#include "machine/interrupt/plic.h"
#include "machine/iommu/iommu.h"

#include <inttypes.h>
#include <string.h>

enum { HINT = BOARD_NAME + 32 };

const struct device_type *device_type_by_name(const char *name)
{
    for (unsigned i = 0; device_types[i]; i++)
        if (strcmp(device_types[i]->name, name) == 0)
            return device_types[i];
    return NULL;
}

uint64_t board_row_setting(const struct board_row *row, const char *name,
                           uint64_t otherwise)
{
    for (unsigned i = 0; i < row->settings; i++)
        if (strcmp(row->setting[i].name, name) == 0)
            return row->setting[i].value;
    return otherwise;
}

const struct board_row *board_nth_row(const struct board_desc *desc, const char *type,
                                      unsigned n)
{
    for (unsigned i = 0; i < desc->rows; i++)
        if (strcmp(desc->row[i].type, type) == 0 && n-- == 0)
            return &desc->row[i];
    return NULL;
}

int board_iommu_of(const struct board_desc *desc, const struct board_row *row)
{
    uint64_t number = board_row_setting(row, "iommu", 1);

    if (number == 0 || number > IOMMU_UNITS ||
        !board_nth_row(desc, "iommu", (unsigned)number - 1))
        return -1;
    return (int)number - 1;
}

static bool unknown_type(const struct board_row *row, struct err *err)
{
    struct nearest nearest = {.wanted = row->type};
    char hint[HINT];

    for (unsigned i = 0; device_types[i]; i++)
        nearest_offer(&nearest, device_types[i]->name);
    return err_set(err, "%s: unknown device type '%s'%s", row->name, row->type,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

static bool has_setting(const struct device_type *type, const char *name)
{
    const struct device_setting *setting = type->settings;

    for (; setting && setting->name; setting++)
        if (strcmp(setting->name, name) == 0)
            return true;
    return false;
}

static bool check_settings(const struct board_row *row, const struct device_type *type,
                           struct err *err)
{
    for (unsigned i = 0; i < row->settings; i++) {
        const char *name = row->setting[i].name;
        struct nearest nearest = {.wanted = name};
        char hint[HINT];

        if (has_setting(type, name))
            continue;
        for (const struct device_setting *s = type->settings; s && s->name; s++)
            nearest_offer(&nearest, s->name);
        return err_set(err, "%s: type '%s' has no setting '%s'%s", row->name,
                       type->name, name, nearest_hint(&nearest, hint, sizeof(hint)));
    }
    return true;
}

/* Counts and numbers that are wrong by themselves, whatever the other rows are. */
static bool check_alone(const struct board_row *row, struct err *err)
{
    const struct device_type *type = device_type_by_name(row->type);

    if (!row->name[0])
        return err_set(err, "a device of type '%s' has no name", row->type);
    if (!type)
        return unknown_type(row, err);
    if (row->irqs > type->irqs)
        return err_set(err, "%s: %u interrupts, but type '%s' has %u lines", row->name,
                       row->irqs, type->name, type->irqs);
    if (row->requests > type->requests)
        return err_set(err, "%s: %u request lines, but type '%s' has %u", row->name,
                       row->requests, type->name, type->requests);
    for (unsigned i = 0; i < row->irqs; i++)
        if (row->irq[i] >= PLIC_SOURCES)
            return err_set(err, "%s: interrupt %u is not one of 1 to %d", row->name,
                           row->irq[i], PLIC_SOURCES - 1);
    for (unsigned i = 0; i < row->requests; i++)
        if (row->request[i] >= BOARD_REQUEST_LINES &&
            row->request[i] != REQUEST_LINE_NONE)
            return err_set(err, "%s: request line %u is not one of 0 to %d", row->name,
                           row->request[i], BOARD_REQUEST_LINES - 1);
    return check_settings(row, type, err);
}

/* The first number that both lists hold, counting only the first `b_count` of b; `none`
 * is no number. -1: they have none in common. */
static int shared_irq(const struct board_row *a, const struct board_row *b)
{
    for (unsigned i = 0; i < a->irqs; i++)
        for (unsigned j = 0; j < (a == b ? i : b->irqs); j++)
            if (a->irq[i] == b->irq[j] && a->irq[i])
                return a->irq[i];
    return -1;
}

static int shared_request(const struct board_row *a, const struct board_row *b)
{
    for (unsigned i = 0; i < a->requests; i++)
        for (unsigned j = 0; j < (a == b ? i : b->requests); j++)
            if (a->request[i] == b->request[j] && a->request[i] != REQUEST_LINE_NONE)
                return a->request[i];
    return -1;
}

static bool check_pair(const struct board_row *row, const struct board_row *before,
                       struct err *err)
{
    int irq = shared_irq(row, before), request = shared_request(row, before);

    if (row != before && strcmp(row->name, before->name) == 0)
        return err_set(
            err, "two devices are named '%s': the ones at 0x%" PRIx64 " and 0x%" PRIx64,
            row->name, before->base, row->base);
    if (irq >= 0)
        return err_set(err, "%s and %s both drive interrupt %d", before->name,
                       row->name, irq);
    if (request >= 0)
        return err_set(err, "%s and %s both drive request line %d", before->name,
                       row->name, request);
    return true;
}

static bool check_row(const struct board_desc *desc, unsigned row, struct err *err)
{
    if (!check_alone(&desc->row[row], err))
        return false;
    for (unsigned before = 0; before <= row; before++)
        if (!check_pair(&desc->row[row], &desc->row[before], err))
            return false;
    return true;
}

bool board_desc_add(struct board_desc *desc, const struct board_row *row,
                    struct err *err)
{
    if (desc->rows == BOARD_ROWS)
        return err_set(err, "%s: a board has room for %d devices", row->name,
                       BOARD_ROWS);
    desc->row[desc->rows] = *row;
    if (!check_row(desc, desc->rows, err))
        return false;
    desc->rows++;
    return true;
}

/* A controller that is to be behind an IOMMU by number must find it there. */
static bool check_iommus(const struct board_desc *desc, struct err *err)
{
    const struct board_row *row;

    if (board_nth_row(desc, "iommu", IOMMU_UNITS))
        return err_set(err, "a board has at most %d IOMMUs", IOMMU_UNITS);
    for (unsigned n = 0; (row = board_nth_row(desc, "dma", n)); n++)
        if (board_row_setting(row, "iommu", 1) > 1 && board_iommu_of(desc, row) < 0)
            return err_set(
                err, "%s: 'iommu' is %" PRIu64 ", but the board has not so many IOMMUs",
                row->name, board_row_setting(row, "iommu", 1));
    return true;
}

bool board_desc_check(const struct board_desc *desc, struct err *err)
{
    bool has_plic = board_nth_row(desc, "plic", 0);

    if (desc->harts < 1 || desc->harts > BOARD_HARTS)
        return err_set(err, "%u harts: a board has 1 to %d", desc->harts, BOARD_HARTS);
    if (desc->interleave < 1)
        return err_set(err, "interleave must be at least 1 cycle");
    if (desc->ram_size > BOARD_RAM_MAX)
        return err_set(err, "%" PRIu64 " bytes of RAM: a board has at most %" PRIu64,
                       desc->ram_size, BOARD_RAM_MAX);
    if (desc->guest_interrupts > GEILEN_MAX)
        return err_set(err, "%u guest external interrupts: a hart has at most %d",
                       desc->guest_interrupts, GEILEN_MAX);
    if (desc->guest_interrupts && !desc->hypervisor)
        return err_set(err, "there are guest external interrupts, but no hypervisor "
                            "extension");
    if (!board_nth_row(desc, "rom", 0))
        return err_set(err, "there is no device of type 'rom': harts start in one");
    for (unsigned i = 0; i < desc->rows; i++) {
        if (!check_row(desc, i, err))
            return false;
        if (desc->row[i].irqs && !has_plic)
            return err_set(err,
                           "%s has interrupts, but there is no 'plic' to take them",
                           desc->row[i].name);
    }
    return check_iommus(desc, err);
}
