#include "control/setup.h"

#include "base/nearest.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool base_address(const struct setup *setup, const char *name, uint64_t *address)
{
    const struct symbol *symbol = symbols_named(&setup->image.symbols, name);

    for (unsigned i = 0; i < setup->placed; i++)
        if (strcmp(setup->region[i].name, name) == 0) {
            *address = setup->region[i].place.address;
            return true;
        }
    if (symbol)
        *address = symbol->address;
    return symbol != NULL;
}

bool setup_address(const struct setup *setup, const char *text, uint64_t *address,
                   struct err *err)
{
    const char *plus = strchr(text, '+'), *rest;
    char name[SETUP_NAME];
    struct nearest nearest = {.wanted = name};
    uint64_t offset = 0;
    char hint[SETUP_NAME + 32];

    if (number_parse(text, address, &rest) && !*rest)
        return true;
    snprintf(name, sizeof(name), "%.*s", plus ? (int)(plus - text) : (int)strlen(text),
             text);
    if (plus && !(number_parse(plus + 1, &offset, &rest) && !*rest))
        return err_set(err, "'%s' is no address: symbol+number", text);
    if (base_address(setup, name, address)) {
        *address += offset;
        return true;
    }
    for (size_t i = 0; i < setup->image.symbols.count; i++)
        nearest_offer(&nearest, setup->image.symbols.symbol[i].name);
    return err_set(err, "no program has the symbol '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

bool setup_name(void *setup, const char *name, uint64_t *value)
{
    return setup_address(setup, name, value, &(struct err){0});
}

static void release_file(struct setup_file *file)
{
    free(file->bytes);
    free(file->path);
}

void setup_release(struct setup *setup)
{
    for (unsigned i = 0; i < setup->disks; i++)
        release_file(&setup->disk[i].file);
    for (unsigned i = 0; i < setup->notes; i++)
        free(setup->note[i].say);
    for (unsigned i = 0; i < setup->sources; i++) {
        free(setup->source[i].file);
        free(setup->source[i].text);
    }
    for (unsigned i = 0; i < setup->elfs; i++)
        free(setup->elf[i]);
    free(setup->bootargs);
    release_file(&setup->initrd);
    symbols_release(&setup->guest_symbols);
    image_release(&setup->image);
    lines_release(&setup->lines);
    lines_release(&setup->guest_lines);
    buf_free(&setup->diagnostics);
    *setup = (struct setup){.cycles = 0};
}
