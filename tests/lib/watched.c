#include "tests/lib/watched.h"

#include "base/alloc.h"
#include "image/image.h"
#include "machine/device/ata.h"
#include "observe/lanes/lanes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DISK_SECTORS = 128 };

static void load(struct watched *watched)
{
    struct board *board = watched->run->board[0];

    for (size_t i = 0; i < watched->program.section_count; i++) {
        const struct asm_section *section = &watched->program.sections[i];

        if (section->bytes && section->size)
            ram_write(&board->bus.ram, section->address, section->bytes, section->size,
                      INITIATOR_OUTSIDE);
    }
    for (unsigned i = 0; i < board->harts; i++)
        hart_reset(&board->hart[i], watched->program.entry);
}

static void learn_names(struct watched *watched, const char *path)
{
    const struct asm_program *program = &watched->program;
    uint32_t file = lines_file(&watched->lines, path);

    for (size_t i = 0; i < program->symbol_count; i++)
        if (program->symbols[i].section != ASM_ABSOLUTE)
            symbols_add(&watched->symbols,
                        (struct symbol){.address = program->symbols[i].value,
                                        .name = program->symbols[i].name});
    symbols_sort(&watched->symbols);
    for (size_t i = 0; i < program->line_count; i++)
        lines_add(&watched->lines, (struct line){program->lines[i].address, file,
                                                 program->lines[i].line});
    lines_sort(&watched->lines);
}

/* Labels of the data section are the named parts of RAM, each up to the next. */
static void name_regions(struct watched *watched)
{
    struct subject *subject = &watched->session.subject;
    const struct symbols *symbols = &watched->symbols;
    const struct symbol *last = symbols_named(symbols, "end_of_data");

    for (size_t i = 0; i + 1 < symbols->places; i++) {
        const struct symbol *symbol = &symbols->symbol[i];
        struct region *region = &subject->region[subject->regions];

        if (symbol->address < (last->address & ~UINT64_C(0xfff)) || symbol == last)
            continue;
        snprintf(region->name, sizeof(region->name), "%s", symbol->name);
        region->base = symbol->address;
        region->size = symbols->symbol[i + 1].address - symbol->address;
        subject->regions += region->size != 0;
    }
}

/* As session_open does it with what is read from files. */
static void open_session(struct watched *watched)
{
    struct session *session = &watched->session;

    session->run = watched->run;
    session->subject = (struct subject){.file = watched->path,
                                        .run = watched->run,
                                        .cycles = UINT64_MAX,
                                        .title = "test",
                                        .symbols = &watched->symbols,
                                        .lines = &watched->lines,
                                        .sources = 1};
    session->subject.source[0] = (struct source){watched->path, watched->text};
    name_regions(watched);
    session->time = timeline_new(watched->run, NULL);
    session->guests = session->own_guests = guest_folds_new(watched->run);
    guest_folds_join(session->guests, session->time);
    session->lanes = lanes_new(watched->run->board[0]);
    lanes_join(session->lanes, session->time);
    session->narrator =
        (struct narrator){.run = watched->run, .symbols = &watched->symbols};
    session->scope = (struct expr_scope){
        .run = watched->run, .symbols = &watched->symbols, .kind = EVENT_KINDS};
    session->stops = stops_new(session->time, &session->scope);
}

/* The virtio disk for a program that is named after it, else the ATA disk. */
static void fill_disk(struct watched *watched, const char *path)
{
    static const char text[] = "You are sitting ringside. ";
    struct device *disk = board_device(watched->run->board[0],
                                       strstr(path, "virtio") ? "virtio0" : "ata0");

    watched->disk = alloc_zero(DISK_SECTORS, SECTOR);
    for (size_t i = 0; i < (size_t)DISK_SECTORS * SECTOR; i++)
        watched->disk[i] = (uint8_t)text[i % (sizeof(text) - 1)];
    device_insert(disk, watched->disk, (uint64_t)DISK_SECTORS * SECTOR);
}

struct watched *watched_new(const char *path, unsigned harts)
{
    struct board_desc desc = board_virt;

    desc.harts = harts;
    return watched_new_on(path, &desc);
}

struct watched *watched_new_on(const char *path, const struct board_desc *board)
{
    struct watched *watched = alloc_zero(1, sizeof(*watched));
    struct board_desc desc = *board;
    struct asm_source source = {.file = path, .first_line = 1};
    struct asm_layout layout = {.text = desc.ram_base};
    uint8_t *bytes;
    struct err err;

    ck_assert_msg(image_read_file(path, &bytes, &source.size, &err), "%s", err.text);
    source.text = watched->text = (char *)bytes;
    ck_assert(asm_assemble(&watched->program, &source, &layout));
    desc.interleave = 1;
    watched->path = alloc_string(path);
    watched->run = run_new();
    ck_assert_msg(run_add(watched->run, &desc, &err) != NULL, "%s", err.text);
    fill_disk(watched, path);
    run_reset(watched->run);
    load(watched);
    learn_names(watched, path);
    open_session(watched);
    viewer_begin(&watched->viewer, &watched->session);
    return watched;
}

struct watched *watched_new_scenario(const char *path)
{
    struct watched *watched = alloc_zero(1, sizeof(*watched));
    struct session_choice choice = {.file = path};
    struct err err;

    ck_assert_msg(session_open(&watched->session, &choice, &err), "%s", err.text);
    viewer_begin(&watched->viewer, &watched->session);
    return watched;
}

/* What session_close does besides. */
static void release_extras(struct session *session)
{
    while (session->extras) {
        struct session_extra *extra = &session->extra[--session->extras];

        if (extra->release && extra->data)
            extra->release(extra->data);
    }
    free(session->repeat);
}

void watched_free(struct watched *watched)
{
    if (!watched->run) {
        viewer_end(&watched->viewer);
        session_close(&watched->session);
        free(watched);
        return;
    }
    release_extras(&watched->session);
    stops_free(watched->session.stops);
    timeline_free(watched->session.time);
    guest_folds_free(watched->session.own_guests);
    lanes_free(watched->session.lanes);
    viewer_end(&watched->viewer);
    run_free(watched->run);
    symbols_release(&watched->symbols);
    lines_release(&watched->lines);
    asm_free(&watched->program);
    free(watched->text);
    free(watched->path);
    free(watched->disk);
    free(watched);
}

void watched_press(struct watched *watched, int code, unsigned times)
{
    for (; times > 0; times--)
        ck_assert_msg(viewer_press(&watched->viewer, code), "no key has code %d", code);
}

void watched_type(struct watched *watched, const char *text)
{
    for (; *text; text++)
        watched_press(watched, (unsigned char)*text, 1);
    watched_press(watched, '\r', 1);
}

const struct event *watched_focus(struct watched *watched)
{
    viewer_look(&watched->viewer);
    return &watched->viewer.watch->focus;
}

void watched_until_one(struct watched *watched, enum event_kind kind, unsigned n,
                       bool (*matches)(void *run, const struct event *event))
{
    const struct event_choice choice = {EVENT_BIT(kind), matches};
    struct move move;

    move_events(&watched->session, FORWARDS, &choice, n, &move);
    ck_assert_msg(move.end == MOVE_DONE, "there was no such %s",
                  event_infos[kind].name);
    watched->viewer.form = WATCH_EVENT;
    watched->viewer.looked = false;
}

void watched_until(struct watched *watched, enum event_kind kind, unsigned n)
{
    watched_until_one(watched, kind, n, NULL);
}

struct canvas *watched_screen(struct watched *watched, int rows, int cols,
                              enum tier tier, struct buf *text)
{
    struct canvas *canvas = canvas_new(rows, cols, tier);

    viewer_draw(&watched->viewer, canvas);
    canvas_read(canvas, text);
    return canvas;
}
