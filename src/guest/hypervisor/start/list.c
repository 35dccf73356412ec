/*
 * The list of guests. Where it comes from, bootargs, is one text for all loaders: QEMU's and
 * ours have --append for it. See list.h for its form, docs/manual/hypervisor.md for
 * examples.
 */
#include "hypervisor/start/list.h"

#include "hypervisor/guest.h"
#include "hypervisor/start/kinds.h"
#include "hypervisor/start/machine.h"
#include "lib/number.h"
#include "lib/string.h"

enum { MOST_TEXT = 4096, MOST_MEMORY = 1 << 30 };

static char text[MOST_TEXT]; /* a copy of bootargs, cut into pieces */

struct hart harts[HARTS];
unsigned hart_count;

static bool starts_with(const char *at, const char *word)
{
    return strncmp(at, word, strlen(word)) == 0;
}

static bool take_number(char **at, uint64_t *number)
{
    const char *end = number_read(*at, number);

    *at += end ? end - *at : 0;
    return end;
}

/* --- options of a guest ---------------------------------------------------------------- */

static const char *set_memory(struct guest *guest, char **value)
{
    if (!take_number(value, &guest->ram_size) || guest->ram_size % MEGAPAGE ||
        guest->ram_size < 2 * MEGAPAGE || guest->ram_size > MOST_MEMORY)
        return "mem: a guest has 4 MiB to 1 GiB, a multiple of 2 MiB";
    return NULL;
}

static const char *set_lba(struct guest *guest, char **value)
{
    if (!take_number(value, &guest->first_lba) || *(*value)++ != '+' ||
        !take_number(value, &guest->sectors) || !guest->sectors)
        return "lba: a part of the disk is FIRST+SECTORS";
    return NULL;
}

/* The entry for a hart; it is new if no guest before has named it. */
static struct hart *hart_by_id(unsigned id)
{
    for (unsigned i = 0; i < hart_count; i++)
        if (harts[i].id == id)
            return &harts[i];
    if (hart_count == HARTS || !plic_open(&harts[hart_count].plic, &machine.tree, id))
        return NULL;
    harts[hart_count].id = id;
    return &harts[hart_count++];
}

static const char *set_hart(struct guest *guest, char **value)
{
    uint64_t id;

    if (!take_number(value, &id) || id > UINT32_MAX ||
        !(guest->hart = hart_by_id((unsigned)id)))
        return "hart: there is no such hart";
    return NULL;
}

static const char *set_disk(struct guest *guest, char **value)
{
    uint64_t disk;

    if (!take_number(value, &disk) || disk >= machine.disks)
        return "disk: there is no such ATA disk with a DMA channel";
    guest->disk = (unsigned)disk;
    return NULL;
}

static const char *set_iommu(struct guest *guest, char **value)
{
    if (!starts_with(*value, "off"))
        return "iommu: only `off` can be asked for";
    *value += 3;
    guest->one_to_one = true;
    return NULL;
}

static const char *set_read_only(struct guest *guest, char **value)
{
    if (!take_number(value, &guest->read_only) || guest->read_only % PAGE)
        return "readonly: an address of a page of 4 KiB";
    return NULL;
}

static const struct option {
    const char *name;
    const char *(*set)(struct guest *guest, char **value);
    enum disk_source source; /* DISK_NONE: for all */
} options[] = {
    {"mem=", set_memory, DISK_NONE}, {"hart=", set_hart, DISK_NONE},
    {"lba=", set_lba, DISK_SHARED},  {"disk=", set_disk, DISK_OWN},
    {"iommu=", set_iommu, DISK_OWN}, {"readonly=", set_read_only, DISK_OWN},
};

static const char *read_option(struct guest *guest, char **at)
{
    for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct option *option = &options[i];

        if (!starts_with(*at, option->name))
            continue;
        if (option->source != DISK_NONE && option->source != guest->kind->source)
            return "a guest has an option that is not for its kind of disk";
        *at += strlen(option->name);
        return option->set(guest, at);
    }
    return "a guest has an option that there is not: mem, hart, lba, disk, iommu, "
           "readonly";
}

/* --- guests ------------------------------------------------------------------------------ */

static const char *read_guest(struct guest *guest, char **at)
{
    const char *wrong = NULL;

    for (const struct disk_kind *kind = disk_kinds; kind->name; kind++)
        if (starts_with(*at, kind->name))
            guest->kind = kind;
    if (!guest->kind)
        return "guest=: emulated_pio, emulated_dma, virtio, passthrough or none";
    *at += strlen(guest->kind->name);
    while (!wrong && **at == ',') {
        (*at)++;
        wrong = read_option(guest, at);
    }
    if (!wrong && **at && **at != ' ')
        wrong = "a guest's options are NAME=VALUE, with commas between";
    return wrong;
}

/* Behind the guest's options: its own words. They are cut off before the next guest. */
static char *take_words(struct guest *guest, char *at)
{
    while (*at == ' ')
        at++;
    guest->bootargs = at;
    while (*at &&
           !(starts_with(at, "guest=") && (at == guest->bootargs || at[-1] == ' ')))
        at++;
    return at;
}

const char *list_read(const char *bootargs, unsigned first_hart)
{
    struct guest *guest;
    const char *wrong;
    char *at = text;

    if (strlen(bootargs) >= MOST_TEXT)
        return "bootargs: too long";
    memcpy(text, bootargs, strlen(bootargs) + 1);
    while (*at == ' ')
        at++;
    while (starts_with(at, "guest=")) {
        if (guest_count == GUESTS)
            return "there are more than four guests";
        *at = '\0'; /* the end of the last guest's words */
        at += strlen("guest=");
        guest = &guests[guest_count++];
        guest->number = guest_count;
        guest->ram_size = UINT64_C(16) << 20;
        guest->disk = DISKS;
        wrong = read_guest(guest, &at);
        if (wrong)
            return wrong;
        if (!guest->hart && !(guest->hart = hart_by_id(first_hart)))
            return "the first hart gets no interrupts";
        guest->hart->guest[guest->hart->guests++] = guest;
        at = take_words(guest, at);
    }
    return *at || !guest_count ? "bootargs: guest=KIND,... words, for each guest"
                               : NULL;
}
