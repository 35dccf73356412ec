#include "face/tui/tui_command.h"

#include "face/clean.h"
#include "face/options.h"
#include "face/tui/term.h"
#include "face/tui/tui.h"

#include <stdio.h>
#include <stdlib.h>

/* What was asked for, and what is watched. */
struct command {
    const char *theme, *print, *variant;
    struct option_list settings;
    uint64_t instructions;
    bool ascii, mono, still;

    struct session session;
    struct viewer viewer;
};

/* --- the screen ---------------------------------------------------------------------- */

/* Prints the screen as it is after so many instructions: for documents and for those
 * who have no terminal. */
static bool print_screen(struct command *command, struct err *err)
{
    struct buf text = {0};
    struct canvas *canvas;
    int rows, cols;

    if (sscanf(command->print, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 ||
        rows > 500 || cols > 500)
        return err_set(err, "--print '%s': a size is COLUMNSxROWS, as 120x36",
                       command->print);
    canvas = canvas_new(rows, cols, command->ascii ? TIER_ASCII : TIER_UTF8);
    for (uint64_t i = 0; i < command->instructions; i++)
        viewer_press(&command->viewer, 'n');
    viewer_draw(&command->viewer, canvas);
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
    tui_loop(&command->viewer);
    term_close();
    return true;
}

static bool watch_file(struct command *command, const char *file, struct err *err)
{
    struct buf diagnostics = {0};
    const struct session_choice choice = {.file = file,
                                          .variant = command->variant,
                                          .settings = command->settings.text,
                                          .setting_count = command->settings.count,
                                          .diagnostics = &diagnostics};
    bool done = session_open(&command->session, &choice, err);

    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
    if (!done)
        return false;
    viewer_begin(&command->viewer, &command->session);
    command->viewer.motion = !command->still;
    return command->print ? print_screen(command, err) : take_screen(command, err);
}

int command_watch(int argc, char **argv)
{
    struct command command = {0};
    const struct option_row rows[] = {
        {0, "variant", OPTION_TEXT, &command.variant, "NAME",
         "the scenario's variant (default: its first)"},
        {0, "set", OPTION_LIST, &command.settings, "NAME=VALUE",
         "a parameter of the scenario"},
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
        .summary = "Shows a machine step by step: a scenario (.lua), or any program.",
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
    if (!watch_file(&command, argv[0], &err)) {
        err_prefix(&err, "watch");
        status = report_error(STATUS_USAGE, &err);
    }
    session_close(&command.session);
    viewer_end(&command.viewer);
    free(command.settings.text);
    return status;
}
