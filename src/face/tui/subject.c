#include "face/tui/subject.h"

#include "control/setup_program.h"
#include "face/clean.h"
#include "image/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- named parts of RAM --------------------------------------------------------------- */

/* Is the symbol a named part of RAM: an object, or a label of something that is no
 * code? */
static bool names_data(const struct lines *lines, const struct symbol *symbol)
{
    const struct line *line = lines_at(lines, symbol->address);

    if (symbol->has_type)
        return !symbol->function && symbol->size;
    return symbol->name[0] != '_' && symbol->name[0] != '$' &&
           (!line || line->file == LINE_NONE);
}

static void name_regions(struct watch *watch)
{
    const struct symbols *symbols = watch->symbols;

    for (size_t i = 0; i < symbols->places && watch->regions < WATCH_REGIONS; i++) {
        const struct symbol *symbol = &symbols->symbol[i];
        struct region *region = &watch->region[watch->regions];
        uint64_t size = symbol->size;

        if (!names_data(watch->lines, symbol))
            continue;
        if (!size && i + 1 < symbols->places) /* a label: up to the next */
            size = symbol[1].address - symbol->address;
        snprintf(region->name, sizeof(region->name), "%.23s", symbol->name);
        region->base = symbol->address;
        region->size = size;
        watch->regions += size != 0;
    }
}

/* --- a scenario ---------------------------------------------------------------------- */

static bool open_scenario(struct subject *subject, const char *variant,
                          const struct option_list *settings, struct err *err)
{
    unsigned number = 0;

    subject->scenario = scenario_open(subject->file, err);
    if (!subject->scenario)
        return false;
    for (size_t i = 0; i < settings->count; i++)
        if (!scenario_set(subject->scenario, settings->text[i], err))
            return false;
    if (variant && !scenario_variant(subject->scenario, variant, &number, err))
        return false;
    if (!trial_begin(&subject->trial, subject->scenario, number, false, err)) {
        print_clean(stderr, buf_str(&subject->trial.setup.diagnostics));
        return false;
    }
    for (unsigned i = 0; i < subject->trial.board->harts; i++)
        hart_clear_stops(&subject->trial.board->hart[i]); /* nothing is measured here */
    subject->run = subject->trial.run;
    subject->cycles = subject->trial.setup.cycles;
    return true;
}

static const char *note_of(void *trial, const struct event *event)
{
    return trial_note(trial, event, 0);
}

static void name_scenario(struct subject *subject, struct watch *watch)
{
    struct setup *setup = &subject->trial.setup;

    setup_read_lines(setup);
    watch->title =
        subject->scenario->title ? subject->scenario->title : subject->scenario->name;
    watch->variant = subject->scenario->variant[subject->trial.variant].title;
    watch->symbols = &setup->image.symbols;
    watch->lines = &setup->lines;
    watch->note = note_of;
    watch->note_ctx = &subject->trial;
    for (unsigned i = 0; i < setup->sources && i < WATCH_SOURCES; i++)
        watch->source[watch->sources++] =
            (struct source){setup->source[i].file, setup->source[i].text};
    for (unsigned i = 0; i < setup->regions && i < WATCH_REGIONS; i++) {
        struct region *region = &watch->region[watch->regions];

        snprintf(region->name, sizeof(region->name), "%.23s", setup->region[i].name);
        region->base = setup->region[i].place.address;
        region->size = setup->region[i].size;
        watch->regions += region->size != 0;
    }
    if (!setup->regions)
        name_regions(watch);
}

/* --- a program ------------------------------------------------------------------------ */

static bool open_program(struct subject *subject, const char *variant,
                         const struct option_list *settings, struct err *err)
{
    struct board_desc desc = board_virt;
    struct start start = {.firmware = &subject->image};
    struct board *board;

    if (variant || settings->count)
        return err_set(err,
                       "'%s' is no scenario (.lua): it has no variants or settings",
                       subject->file);
    desc.interleave = 1;
    subject->run = subject->own = run_new();
    board = run_add(subject->run, &desc, err);
    if (!board || !image_open(&subject->image, subject->file, desc.ram_base, err))
        return false;
    run_reset(subject->run);
    return start_board(board, &start, err);
}

/* The source files that are at hand. */
static void read_sources(struct subject *subject, struct watch *watch)
{
    image_lines(&subject->image, &subject->lines);
    lines_sort(&subject->lines);
    for (size_t i = 0; i < subject->lines.files && watch->sources < WATCH_SOURCES;
         i++) {
        const char *file = subject->lines.file[i];
        uint8_t *bytes;
        size_t size;

        if (!image_read_file(file, &bytes, &size, NULL))
            continue;
        subject->text[watch->sources] = (char *)bytes;
        watch->source[watch->sources++] = (struct source){file, (char *)bytes};
    }
}

static void name_program(struct subject *subject, struct watch *watch)
{
    const char *base = strrchr(subject->file, '/');

    watch->title = base ? base + 1 : subject->file;
    watch->symbols = &subject->image.symbols;
    watch->lines = &subject->lines;
    if (subject->image.is_elf)
        read_sources(subject, watch);
    name_regions(watch);
}

/* --- either ---------------------------------------------------------------------------- */

bool subject_open(struct subject *subject, const char *file, const char *variant,
                  const struct option_list *settings, struct err *err)
{
    const char *ending = strrchr(file, '.');

    *subject = (struct subject){.file = file, .cycles = UINT64_MAX};
    if (ending && strcmp(ending, ".lua") == 0)
        return open_scenario(subject, variant, settings, err);
    return open_program(subject, variant, settings, err);
}

void subject_name(struct subject *subject, struct watch *watch)
{
    if (subject->scenario)
        name_scenario(subject, watch);
    else
        name_program(subject, watch);
}

void subject_close(struct subject *subject)
{
    if (subject->trial.run)
        trial_end(&subject->trial);
    scenario_free(subject->scenario);
    for (int i = 0; i < WATCH_SOURCES; i++)
        free(subject->text[i]);
    lines_release(&subject->lines);
    image_release(&subject->image);
    if (subject->own)
        run_free(subject->own);
}
