#include "control/subject.h"

#include "base/path.h"
#include "control/setup_program.h"
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

static void name_regions(struct subject *subject)
{
    const struct symbols *symbols = subject->symbols;

    for (size_t i = 0; i < symbols->places && subject->regions < SUBJECT_REGIONS; i++) {
        const struct symbol *symbol = &symbols->symbol[i];
        struct region *region = &subject->region[subject->regions];
        uint64_t size = symbol->size;

        if (!names_data(subject->lines, symbol))
            continue;
        if (!size && i + 1 < symbols->places) /* a label: up to the next */
            size = symbol[1].address - symbol->address;
        snprintf(region->name, sizeof(region->name), "%.23s", symbol->name);
        region->base = symbol->address;
        region->size = size;
        subject->regions += size != 0;
    }
}

/* --- a scenario ---------------------------------------------------------------------- */

static void name_scenario(struct subject *subject, struct trial *trial)
{
    const struct scenario *scenario = trial->scenario;
    struct setup *setup = &trial->setup;

    setup_read_lines(setup, scenario->files);
    subject->run = trial->run;
    subject->cycles = setup->cycles;
    subject->title = scenario->title ? scenario->title : scenario->name;
    subject->variant = scenario->variant[trial->variant].title;
    subject->symbols = &setup->image.symbols;
    subject->lines = &setup->lines;
    if (setup->guest_symbols.count) {
        subject->guest_symbols = &setup->guest_symbols;
        subject->guest_lines = &setup->guest_lines;
    }
    for (unsigned i = 0; i < setup->sources && i < SUBJECT_SOURCES; i++)
        subject->source[subject->sources++] =
            (struct source){setup->source[i].file, setup->source[i].text};
    for (unsigned i = 0; i < setup->regions && i < SUBJECT_REGIONS; i++) {
        struct region *region = &subject->region[subject->regions];

        snprintf(region->name, sizeof(region->name), "%.23s", setup->region[i].name);
        region->base = setup->region[i].place.address;
        region->size = setup->region[i].size;
        subject->regions += region->size != 0;
    }
    subject->named = setup->regions > 0;
    if (!subject->named)
        name_regions(subject);
}

static bool open_scenario(struct subject *subject, const char *variant,
                          const char *const *settings, size_t setting_count,
                          struct buf *diagnostics, struct err *err)
{
    unsigned number = 0;

    subject->scenario = scenario_open(subject->file, &subject->files, err);
    if (!subject->scenario)
        return false;
    for (size_t i = 0; i < setting_count; i++)
        if (!scenario_set(subject->scenario, settings[i], err))
            return false;
    if (variant && !scenario_variant(subject->scenario, variant, &number, err))
        return false;
    if (!trial_begin(&subject->trial, subject->scenario, number, false, err)) {
        buf_text(diagnostics, buf_str(&subject->trial.setup.diagnostics));
        return false;
    }
    for (unsigned i = 0; i < subject->trial.board->harts; i++)
        hart_clear_stops(&subject->trial.board->hart[i]); /* the looker's now */
    name_scenario(subject, &subject->trial);
    return true;
}

void subject_borrow(struct subject *subject, struct trial *trial)
{
    *subject = (struct subject){.file = trial->scenario->path};
    name_scenario(subject, trial);
}

/* --- a program ------------------------------------------------------------------------ */

/* The source files that are at hand. */
static void read_sources(struct subject *subject)
{
    struct lines *lines = &subject->own_lines;

    image_lines(&subject->image, lines);
    lines_sort(lines);
    for (size_t i = 0; i < lines->files && subject->sources < SUBJECT_SOURCES; i++) {
        const char *file = lines->file[i];
        uint8_t *bytes;
        size_t size;

        if (!files_read(&subject->files, file, &bytes, &size, NULL))
            continue;
        subject->text[subject->sources] = (char *)bytes;
        subject->source[subject->sources++] = (struct source){file, (char *)bytes};
    }
}

static void name_program(struct subject *subject)
{
    subject->title = path_base(subject->file);
    subject->symbols = &subject->image.symbols;
    subject->lines = &subject->own_lines;
    if (subject->image.is_elf)
        read_sources(subject);
    name_regions(subject);
}

static bool open_program(struct subject *subject, const char *variant,
                         size_t setting_count, struct err *err)
{
    struct board_desc desc = board_virt;
    struct start start = {.firmware = &subject->image};
    struct board *board;

    if (variant || setting_count)
        return err_set(err,
                       "'%s' is no scenario (.lua): it has no variants or settings",
                       subject->file);
    desc.interleave = 1;
    subject->run = subject->own = run_new();
    board = run_add(subject->run, &desc, err);
    if (!board || !files_image(&subject->files, &subject->image, subject->file,
                               desc.ram_base, err))
        return false;
    run_reset(subject->run);
    if (!start_board(board, &start, err))
        return false;
    name_program(subject);
    return true;
}

/* --- either ---------------------------------------------------------------------------- */

bool subject_open_from(struct subject *subject, const struct files *files,
                       const char *file, const char *variant,
                       const char *const *settings, size_t setting_count,
                       struct buf *diagnostics, struct err *err)
{
    const char *ending = strrchr(file, '.');

    *subject = (struct subject){.file = file, .cycles = UINT64_MAX};
    if (files)
        files_copy(&subject->files, files);
    if (ending && strcmp(ending, ".lua") == 0)
        return open_scenario(subject, variant, settings, setting_count, diagnostics,
                             err);
    return open_program(subject, variant, setting_count, err);
}

bool subject_open(struct subject *subject, const char *file, const char *variant,
                  const char *const *settings, size_t setting_count,
                  struct buf *diagnostics, struct err *err)
{
    return subject_open_from(subject, NULL, file, variant, settings, setting_count,
                             diagnostics, err);
}

void subject_close(struct subject *subject)
{
    if (subject->trial.run)
        trial_end(&subject->trial);
    scenario_free(subject->scenario);
    for (int i = 0; i < SUBJECT_SOURCES; i++)
        free(subject->text[i]);
    lines_release(&subject->own_lines);
    image_release(&subject->image);
    if (subject->own)
        run_free(subject->own);
    files_release(&subject->files);
}

const struct symbols *subject_symbols(const struct subject *subject, bool in_guest)
{
    return in_guest && subject->guest_symbols ? subject->guest_symbols
                                              : subject->symbols;
}

const struct lines *subject_lines(const struct subject *subject, bool in_guest)
{
    return in_guest && subject->guest_lines ? subject->guest_lines : subject->lines;
}

const char *subject_note(void *subject, const struct event *event)
{
    const struct subject *of = subject;

    return of->scenario ? trial_note(&of->trial, event, 0) : NULL;
}

const struct region *subject_region(const struct subject *subject, uint64_t pa)
{
    for (unsigned i = 0; i < subject->regions; i++)
        if (pa >= subject->region[i].base &&
            pa - subject->region[i].base < subject->region[i].size)
            return &subject->region[i];
    return NULL;
}

const char *subject_line(const struct subject *subject, const char *file, unsigned line,
                         size_t *length)
{
    const char *text = NULL;

    for (unsigned i = 0; i < subject->sources; i++)
        if (strcmp(subject->source[i].file, file) == 0)
            text = subject->source[i].text;
    for (; text && line > 1; line--) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    if (text)
        *length = strcspn(text, "\n");
    return text;
}
