#include "face/tui/tui_command.h"

#include "base/clean.h"
#include "control/keep.h"
#include "face/options.h"
#include "face/tui/term.h"
#include "face/tui/tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was asked for, and what is watched. */
struct command {
    const char *theme, *print, *variant;
    struct option_list settings;
    uint64_t instructions;
    bool ascii, mono, still, resume;

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
    struct move move;
    int rows, cols;

    if (sscanf(command->print, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 ||
        rows > 500 || cols > 500)
        return err_set(err, "--print '%s': a size is COLUMNSxROWS, as 120x36",
                       command->print);
    canvas = canvas_new(rows, cols, command->ascii ? TIER_ASCII : TIER_UTF8);
    if (command->instructions) {
        move_instructions(&command->session, FORWARDS, command->instructions, &move);
        command->viewer.form = WATCH_STEP;
    }
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

/* --- the run ------------------------------------------------------------------------- */

static void join(void *ctx, struct session *session)
{
    struct command *command = ctx;

    viewer_begin(&command->viewer, session);
    command->viewer.motion = !command->still;
}

static bool is_recording(const char *file)
{
    const char *ending = strrchr(file, '.');

    return ending && strcmp(ending, ".db") == 0;
}

/* `file`: of a scenario, a program or a recording; the name of a kept run, or NULL for
 * the last one. */
static bool open_run(struct command *command, const char *file, struct buf *diagnostics,
                     struct err *err)
{
    struct session *session = &command->session;
    const struct session_choice choice = {.file = file,
                                          .variant = command->variant,
                                          .settings = command->settings.text,
                                          .setting_count = command->settings.count,
                                          .diagnostics = diagnostics,
                                          .opened = join,
                                          .opened_ctx = command};
    struct restored restored;

    if (command->resume)
        return keep_resume(session, file, &choice, &restored, err);
    if (is_recording(file))
        return session_open_recording(session, file, &choice, &restored, err);
    return session_open(session, &choice, err);
}

/* A run that cannot be kept is watched all the same. */
static void keep(struct command *command)
{
    struct session *session = &command->session;
    struct err err = {{0}};

    if (!session->still && !keep_name(session) && !keep_begin(session, &err))
        snprintf(command->viewer.screen.notice, sizeof(command->viewer.screen.notice),
                 "this run is not kept: %.120s", err.text);
}

static void tell_kept(const struct session *session)
{
    const char *name = keep_name(session);

    if (name && moment_compare(timeline_furthest(session->time), (struct moment){0}))
        printf("The run is kept: ringside watch --resume %s\n", name);
}

/* What is complained of when the run is closed: there is no screen any more. */
static void print_complaint(void *ctx, const char *line)
{
    (void)ctx;
    print_clean(stderr, line);
    fputc('\n', stderr);
}

static bool watch_run(struct command *command, const char *file, struct err *err)
{
    struct buf diagnostics = {0};
    bool done = open_run(command, file, &diagnostics, err);

    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
    if (!done)
        return false;
    if (command->print)
        return print_screen(command, err);
    keep(command);
    if (!take_screen(command, err))
        return false;
    command->session.say = print_complaint;
    tell_kept(&command->session);
    return true;
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
        {0, "resume", OPTION_FLAG, &command.resume, NULL,
         "go on with a run that was left: NAME, or the last"},
        {0, "print", OPTION_TEXT, &command.print, "COLUMNSxROWS",
         "print the screen as text, and end"},
        {0, "instructions", OPTION_NUMBER, &command.instructions, "N",
         "with --print: after so many instructions"},
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct usage usage = {
        .name = "watch",
        .operands = "FILE | --resume [NAME]",
        .summary = "Shows a machine step by step, forwards and backwards in time: a\n"
                   "scenario (.lua), any program, or a recording (.db).",
        .rows = rows,
        .notes = "On the screen, ? tells the keys.",
    };
    struct err err = {{0}};
    int status = STATUS_OK;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (argc != 1 && !(command.resume && argc == 0)) {
        err_set(&err, "watch: give one FILE");
        return report_error(STATUS_USAGE, &err);
    }
    if (!watch_run(&command, argc ? argv[0] : NULL, &err)) {
        err_prefix(&err, "watch");
        status = report_error(STATUS_USAGE, &err);
    }
    session_close(&command.session);
    viewer_end(&command.viewer);
    free(command.settings.text);
    return status;
}
