#include "face/tui/race_command.h"

#include "base/alloc.h"
#include "base/clean.h"
#include "base/number.h"
#include "control/command/render.h"
#include "face/options.h"
#include "face/tui/race/race.h"
#include "face/tui/race_loop.h"
#include "face/tui/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was asked for, and what is watched. */
struct racing {
    const char *theme, *print, *at, *keys, *variants;
    struct option_list settings;
    bool ascii, mono, json;

    struct race race;
};

/* --- the terminal -------------------------------------------------------------------- */

static bool take_screen(struct racing *racing, struct err *err)
{
    struct term_options options = {.ascii = racing->ascii};

    options.theme = racing->mono    ? THEME_MONO
                    : racing->theme ? theme_by_name(racing->theme)
                                    : THEME_DARK;
    if (options.theme == THEMES)
        return err_set(err,
                       "--theme '%s': there are dark, light, contrast, terminal, mono",
                       racing->theme);
    if (!term_open(&options, err))
        return false;
    race_loop(&racing->race, &options.theme);
    term_close();
    return true;
}

/* --- text ---------------------------------------------------------------------------- */

/* To the cycle that was asked for: "26,412", "+26412", "end". */
static bool go_there(struct racing *racing, struct err *err)
{
    const char *rest, *text = racing->at ? racing->at : "0";
    uint64_t cycle;

    text += text[0] == '+';
    if (strcmp(text, "end") == 0)
        race_to_end(&racing->race);
    else if ((number_grouped(text, &cycle, &rest) && !*rest) ||
             (number_parse(text, &cycle, &rest) && !*rest))
        race_to(&racing->race, cycle);
    else
        return err_set(err, "--at '%s': a cycle is as 26,412, or 'end'", racing->at);
    for (const char *key = racing->keys ? racing->keys : ""; *key; key++)
        race_key(&racing->race, *key);
    return true;
}

static bool print_screen(struct racing *racing, struct err *err)
{
    struct buf text = {0};
    struct canvas *canvas;
    int rows, cols;

    if (sscanf(racing->print, "%dx%d", &cols, &rows) != 2 || rows < 1 || cols < 1 ||
        rows > 500 || cols > 500)
        return err_set(err, "--print '%s': a size is COLUMNSxROWS, as 120x36",
                       racing->print);
    canvas = canvas_new(rows, cols, racing->ascii ? TIER_ASCII : TIER_UTF8);
    race_draw(&racing->race, canvas);
    canvas_read(canvas, &text);
    fputs(buf_str(&text), stdout);
    buf_free(&text);
    canvas_free(canvas);
    return true;
}

static void print_report(struct racing *racing)
{
    struct reply reply = {0};
    struct buf text = {0};

    race_report(&racing->race, &reply);
    render(&text, RENDER_JSON, 0, "race", &reply, &(struct err){{0}});
    fputs(buf_str(&text), stdout);
    buf_free(&text);
    reply_release(&reply);
}

static bool show_race(struct racing *racing, struct err *err)
{
    if (!go_there(racing, err))
        return false;
    if (racing->json) {
        print_report(racing);
        return true;
    }
    return racing->print ? print_screen(racing, err) : take_screen(racing, err);
}

/* --- the command --------------------------------------------------------------------- */

/* "a,b,c": names that commas part. */
static bool split(char *list, const char *names[RACE_LANES], unsigned *count,
                  struct err *err)
{
    char *save, *name = list ? strtok_r(list, ",", &save) : NULL;

    for (*count = 0; name; name = strtok_r(NULL, ",", &save)) {
        if (*count == RACE_LANES)
            return err_set(err, "a race has at most %d variants", RACE_LANES);
        names[(*count)++] = name;
    }
    return true;
}

static bool race_file(struct racing *racing, const char *file, struct err *err)
{
    char *list = racing->variants ? alloc_string(racing->variants) : NULL;
    const char *names[RACE_LANES];
    struct buf diagnostics = {0};
    unsigned count;
    bool done = split(list, names, &count, err);
    const struct race_choice choice = {.file = file,
                                       .variants = names,
                                       .variant_count = count,
                                       .settings = racing->settings.text,
                                       .setting_count = racing->settings.count,
                                       .diagnostics = &diagnostics};

    done = done && race_open(&racing->race, &choice, err);
    print_clean(stderr, buf_str(&diagnostics));
    buf_free(&diagnostics);
    done = done && show_race(racing, err);
    race_close(&racing->race);
    free(list);
    return done;
}

int command_race(int argc, char **argv)
{
    struct racing *racing = alloc_zero(1, sizeof(*racing));
    const struct option_row rows[] = {
        {0, "variants", OPTION_TEXT, &racing->variants, "A,B,...",
         "two to four (default: those that the scenario names)"},
        {0, "set", OPTION_LIST, &racing->settings, "NAME=VALUE",
         "a parameter of the scenario, the same in every lane"},
        {0, "at", OPTION_TEXT, &racing->at, "CYCLE",
         "begin there: cycles since the work began, or 'end'"},
        {0, "theme", OPTION_TEXT, &racing->theme, "NAME",
         "dark, light, contrast, terminal or mono"},
        {0, "mono", OPTION_FLAG, &racing->mono, NULL, "no colours, as with NO_COLOR"},
        {0, "ascii", OPTION_FLAG, &racing->ascii, NULL, "signs of ASCII only"},
        {0, "print", OPTION_TEXT, &racing->print, "COLUMNSxROWS",
         "print the screen as text, and end"},
        {0, "json", OPTION_FLAG, &racing->json, NULL,
         "print the counters of every lane as JSON, and end"},
        {0, "keys", OPTION_TEXT, &racing->keys, "KEYS", "press these keys first"},
        {0, NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const struct usage usage = {
        .name = "race",
        .operands = "FILE",
        .summary =
            "Shows variants of a scenario side by side, each a whole machine, all\n"
            "at the same cycle since their work began.",
        .rows = rows,
        .notes = "On the screen, ? tells the keys.",
    };
    struct err err = {{0}};
    int status = STATUS_OK;

    if (options_parse(&usage, &argc, &argv, &status)) {
        if (argc != 1)
            err_set(&err, "give one FILE");
        else
            race_file(racing, argv[0], &err);
        if (err.text[0]) {
            err_prefix(&err, "race");
            status = report_error(STATUS_USAGE, &err);
        }
    }
    free(racing->settings.text);
    free(racing);
    return status;
}
