#include "face/tui/tui_command.h"

#include "base/alloc.h"
#include "face/options.h"
#include "face/tui/term.h"
#include "face/tui/tui.h"
#include "image/start.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was asked for, and what is watched. */
struct command {
    const char *theme, *print;
    uint64_t instructions;
    bool ascii, mono, still;

    struct run *run;
    struct image image;
    struct lines lines;
    char *text[WATCH_SOURCES];
    struct session session;
};

/* --- the program --------------------------------------------------------------------- */

static bool load(struct command *command, const char *file, struct err *err)
{
    struct board_desc desc = board_virt;
    struct board *board;
    struct start start = {.firmware = &command->image};

    desc.interleave = 1;
    command->run = run_new();
    board = run_add(command->run, &desc, err);
    if (!board || !image_open(&command->image, file, desc.ram_base, err))
        return false;
    run_reset(command->run);
    return start_board(board, &start, err);
}

/* Objects of the program are the named parts of RAM. */
static void name_regions(struct command *command)
{
    struct watch *watch = command->session.watch;
    const struct symbols *symbols = &command->image.symbols;

    for (size_t i = 0; i < symbols->places && watch->regions < WATCH_REGIONS; i++) {
        const struct symbol *symbol = &symbols->symbol[i];
        struct region *region = &watch->region[watch->regions];

        if (!symbol->has_type || symbol->function || symbol->size == 0)
            continue;
        snprintf(region->name, sizeof(region->name), "%.20s", symbol->name);
        region->base = symbol->address;
        region->size = symbol->size;
        watch->regions++;
    }
}

/* The source files that are at hand. */
static void read_sources(struct command *command)
{
    struct watch *watch = command->session.watch;

    image_lines(&command->image, &command->lines);
    lines_sort(&command->lines);
    watch->lines = &command->lines;
    for (size_t i = 0; i < command->lines.files && watch->sources < WATCH_SOURCES;
         i++) {
        const char *file = command->lines.file[i];
        uint8_t *bytes;
        size_t size;

        if (!image_read_file(file, &bytes, &size, NULL))
            continue;
        command->text[watch->sources] = (char *)bytes;
        watch->source[watch->sources] = (struct source){file, (char *)bytes};
        watch->sources++;
    }
}

static void begin(struct command *command, const char *file)
{
    const char *base = strrchr(file, '/');

    session_begin(&command->session, command->run);
    command->session.motion = !command->still;
    command->session.watch->title = base ? base + 1 : file;
    command->session.watch->symbols = &command->image.symbols;
    name_regions(command);
    if (command->image.is_elf)
        read_sources(command);
}

static void end(struct command *command)
{
    session_end(&command->session);
    for (int i = 0; i < WATCH_SOURCES; i++)
        free(command->text[i]);
    lines_release(&command->lines);
    image_release(&command->image);
    run_free(command->run);
}

/* --- the screen ---------------------------------------------------------------------- */

/* Prints the screen as it is after so many instructions: for documents and for those
 * who have no terminal. */
static bool print_screen(struct command *command, struct err *err)
{
    const struct key *step = key_find('n');
    struct buf text = {0};
    struct canvas *canvas;
    int rows, cols;

    if (sscanf(command->print, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 ||
        rows > 500 || cols > 500)
        return err_set(err, "--print '%s': a size is COLUMNSxROWS, as 120x36",
                       command->print);
    canvas = canvas_new(rows, cols, command->ascii ? TIER_ASCII : TIER_UTF8);
    for (uint64_t i = 0; i < command->instructions; i++)
        session_key(&command->session, step);
    screen_draw(&command->session.screen, canvas);
    canvas_read(canvas, &text);
    fputs(buf_str(&text), stdout);
    buf_free(&text);
    canvas_free(canvas);
    return true;
}

static bool take_screen(struct command *command, struct err *err)
{
    struct term_options options = {.ascii = command->ascii};

    options.theme = command->mono    ? THEME_MONO
                    : command->theme ? theme_by_name(command->theme)
                                     : THEME_DARK;
    if (options.theme == THEMES)
        return err_set(err,
                       "--theme '%s': there are dark, light, contrast, terminal, mono",
                       command->theme);
    if (!term_open(&options, err))
        return false;
    tui_loop(&command->session);
    term_close();
    return true;
}

int command_watch(int argc, char **argv)
{
    struct command command = {0};
    const struct option_row rows[] = {
        {0, "theme", OPTION_TEXT, &command.theme, "NAME",
         "dark, light, contrast, terminal or mono"},
        {0, "mono", OPTION_FLAG, &command.mono, NULL, "no colours, as with NO_COLOR"},
        {0, "ascii", OPTION_FLAG, &command.ascii, NULL, "signs of ASCII only"},
        {0, "still", OPTION_FLAG, &command.still, NULL, "nothing moves after a step"},
        {0, "print", OPTION_TEXT, &command.print, "COLUMNSxROWS",
         "print the screen as text, and end"},
        {0, "instructions", OPTION_NUMBER, &command.instructions, "N",
         "with --print: after so many instructions"},
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct usage usage = {
        .name = "watch",
        .operands = "FILE",
        .summary = "Shows a machine that runs the program FILE, step by step.",
        .rows = rows,
        .notes = "On the screen, ? tells the keys.",
    };
    struct err err = {{0}};
    int status = STATUS_OK;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (argc != 1) {
        err_set(&err, "watch: give one FILE");
        return report_error(STATUS_USAGE, &err);
    }
    if (load(&command, argv[0], &err)) {
        begin(&command, argv[0]);
        if (!(command.print ? print_screen(&command, &err)
                            : take_screen(&command, &err)))
            status = STATUS_USAGE;
    } else {
        status = STATUS_USAGE;
    }
    end(&command);
    if (status != STATUS_OK)
        err_prefix(&err, "watch");
    return status == STATUS_OK ? status : report_error(status, &err);
}
