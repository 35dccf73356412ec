#include "face/tui/tui_command.h"

#include "base/alloc.h"
#include "base/clean.h"
#include "control/command/command.h"
#include "control/keep.h"
#include "face/options.h"
#include "face/shell/shell_command.h"
#include "face/tui/term.h"
#include "face/tui/tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was asked for, and what is watched. */
struct watching {
    const char *theme, *print, *variant, *view, *about, *keys;
    struct option_list settings, commands;
    uint64_t instructions;
    bool ascii, mono, still, resume;

    struct session session;
    struct viewer viewer;
};

/* --- the screen ---------------------------------------------------------------------- */

/* The screen alone, or one view. */
static bool draw(struct watching *asked, struct canvas *canvas, struct err *err)
{
    struct area all = {0, 0, canvas->rows, canvas->cols};
    struct view_state state = {.token = -1};
    const struct view *view;

    if (!asked->view) {
        viewer_draw(&asked->viewer, canvas);
        return true;
    }
    view = view_named(asked->view);
    if (!view)
        return err_set(err, "--view '%s': there is no such view", asked->view);
    if (asked->about)
        snprintf(state.about, sizeof(state.about), "%s", asked->about);
    viewer_look(&asked->viewer);
    canvas->past = asked->viewer.screen.past;
    view->draw(asked->viewer.watch, &state, canvas, all);
    return true;
}

/* Commands, then keys. False: the first that failed. */
static bool go_there(struct watching *asked, struct err *err)
{
    struct move move;

    if (asked->instructions) {
        move_instructions(&asked->session, FORWARDS, asked->instructions, &move);
        asked->viewer.form = WATCH_STEP;
    }
    for (size_t i = 0; i < asked->commands.count; i++) {
        struct reply reply = {0};
        bool done = command_do(&asked->session, asked->commands.text[i], &reply, err);

        reply_release(&reply);
        asked->viewer.looked = false;
        if (!done)
            return false;
    }
    for (const char *key = asked->keys ? asked->keys : ""; *key; key++)
        viewer_press(&asked->viewer, *key);
    return true;
}

/* Prints the screen as it is then: for documents and for those who have no terminal. */
static bool print_screen(struct watching *asked, struct err *err)
{
    struct buf text = {0};
    struct canvas *canvas;
    int rows, cols;
    bool done;

    if (sscanf(asked->print, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 ||
        rows > 500 || cols > 500)
        return err_set(err, "--print '%s': a size is COLUMNSxROWS, as 120x36",
                       asked->print);
    canvas = canvas_new(rows, cols, asked->ascii ? TIER_ASCII : TIER_UTF8);
    done = go_there(asked, err) && draw(asked, canvas, err);
    if (done) {
        canvas_read(canvas, &text);
        fputs(buf_str(&text), stdout);
    }
    buf_free(&text);
    canvas_free(canvas);
    return done;
}

static bool take_screen(struct watching *asked, struct err *err)
{
    struct term_options options = {.ascii = asked->ascii};

    options.theme = asked->mono    ? THEME_MONO
                    : asked->theme ? theme_by_name(asked->theme)
                                   : THEME_DARK;
    if (options.theme == THEMES)
        return err_set(err,
                       "--theme '%s': there are dark, light, contrast, terminal, mono",
                       asked->theme);
    if (!term_open(&options, err))
        return false;
    asked->viewer.theme = options.theme;
    tui_loop(&asked->viewer);
    term_close();
    return true;
}

/* --- the run ------------------------------------------------------------------------- */

static void join(void *ctx, struct session *session)
{
    struct watching *asked = ctx;

    viewer_begin(&asked->viewer, session);
    asked->viewer.motion = !asked->still;
    asked->viewer.settings = asked->settings.text;
    asked->viewer.setting_count = asked->settings.count;
}

static bool is_recording(const char *file)
{
    const char *ending = strrchr(file, '.');

    return ending && strcmp(ending, ".db") == 0;
}

/* `file`: of a scenario, a program or a recording; the name of a kept run, or NULL for
 * the last one. */
static bool open_run(struct watching *asked, const char *file, struct buf *diagnostics,
                     struct err *err)
{
    struct session *session = &asked->session;
    const struct session_choice choice = {.file = file,
                                          .variant = asked->variant,
                                          .settings = asked->settings.text,
                                          .setting_count = asked->settings.count,
                                          .diagnostics = diagnostics,
                                          .opened = join,
                                          .opened_ctx = asked};
    struct restored restored;

    if (asked->resume)
        return keep_resume(session, file, &choice, &restored, err);
    if (is_recording(file))
        return session_open_recording(session, file, &choice, &restored, err);
    return session_open(session, &choice, err);
}

/* A run that cannot be kept is watched all the same. */
static void keep(struct watching *asked)
{
    struct session *session = &asked->session;
    struct err err = {{0}};

    if (!session->still && !keep_name(session) && !keep_begin(session, &err))
        snprintf(asked->viewer.screen.notice, sizeof(asked->viewer.screen.notice),
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

static bool watch_run(struct watching *asked, const char *file, struct err *err)
{
    struct buf diagnostics = {0};
    bool done = open_run(asked, file, &diagnostics, err);

    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
    if (!done)
        return false;
    if (asked->print)
        return print_screen(asked, err);
    keep(asked);
    if (!take_screen(asked, err))
        return false;
    if (!viewer_end_cast(&asked->viewer, err))
        return false;
    asked->session.say = print_complaint;
    tell_kept(&asked->session);
    return true;
}

/* Where the cursor cannot be placed there is the shell: the same commands, line by line. */
static int shell_instead(const struct watching *asked, const char *file)
{
    enum { ROOM = 64 };
    const char *given[ROOM] = {"shell"};
    char *argv[ROOM + 1] = {NULL};
    int argc = 1;

    fprintf(stderr,
            "This terminal (TERM=%s) cannot place the cursor: here is the shell, which "
            "has the same commands.\n",
            getenv("TERM") ? getenv("TERM") : "");
    if (asked->variant) {
        given[argc++] = "--variant";
        given[argc++] = asked->variant;
    }
    for (size_t i = 0; i < asked->settings.count && argc < ROOM - 3; i++) {
        given[argc++] = "--set";
        given[argc++] = asked->settings.text[i];
    }
    given[argc++] = file;
    for (int i = 0; i < argc; i++)
        argv[i] = alloc_string(given[i]);
    argc = command_shell(argc, argv);
    for (int i = 0; argv[i]; i++)
        free(argv[i]);
    return argc;
}

static bool needs_shell(const struct watching *asked, const char *file)
{
    return !asked->print && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
           !term_places_cursor() && !is_recording(file);
}

int command_watch(int argc, char **argv)
{
    struct watching asked = {0};
    const struct option_row rows[] = {
        {0, "variant", OPTION_TEXT, &asked.variant, "NAME",
         "the scenario's variant (default: its first)"},
        {0, "set", OPTION_LIST, &asked.settings, "NAME=VALUE",
         "a parameter of the scenario"},
        {0, "theme", OPTION_TEXT, &asked.theme, "NAME",
         "dark, light, contrast, terminal or mono"},
        {0, "mono", OPTION_FLAG, &asked.mono, NULL, "no colours, as with NO_COLOR"},
        {0, "ascii", OPTION_FLAG, &asked.ascii, NULL, "signs of ASCII only"},
        {0, "still", OPTION_FLAG, &asked.still, NULL, "nothing moves after a step"},
        {0, "resume", OPTION_FLAG, &asked.resume, NULL,
         "go on with a run that was left: NAME, or the last"},
        {0, "print", OPTION_TEXT, &asked.print, "COLUMNSxROWS",
         "print the screen as text, and end"},
        {0, "instructions", OPTION_NUMBER, &asked.instructions, "N",
         "with --print: after so many instructions"},
        {'c', "command", OPTION_LIST, &asked.commands, "COMMANDS",
         "with --print: do these first"},
        {0, "keys", OPTION_TEXT, &asked.keys, "KEYS",
         "with --print: then press these keys"},
        {0, "view", OPTION_TEXT, &asked.view, "NAME", "with --print: that view alone"},
        {0, "about", OPTION_TEXT, &asked.about, "WHAT", "with --view: what it is of"},
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
    if (argc != 1 && !(asked.resume && argc == 0)) {
        err_set(&err, "watch: give one FILE");
        return report_error(STATUS_USAGE, &err);
    }
    if (argc == 1 && needs_shell(&asked, argv[0])) {
        status = shell_instead(&asked, argv[0]);
    } else {
        if (!watch_run(&asked, argc ? argv[0] : NULL, &err)) {
            err_prefix(&err, "watch");
            status = report_error(STATUS_USAGE, &err);
        }
        session_close(&asked.session);
        viewer_end(&asked.viewer);
    }
    free(asked.settings.text);
    free(asked.commands.text);
    return status;
}
