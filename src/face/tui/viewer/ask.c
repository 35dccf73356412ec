/* What is under the cursor: what it is, why, who; and the palette. */
#include "control/command/command.h"
#include "face/tui/viewer/layouts.h"
#include "face/tui/viewer/viewer.h"
#include "observe/ask/step.h"

#include <stdio.h>
#include <string.h>

/* --- questions about things -------------------------------------------------------------- */

/* The event that the screen tells of, which is not always the one seen last. */
static void do_about_event(struct viewer *viewer, const char *command)
{
    const struct watch *watch = viewer->watch;
    char line[64], at[MOMENT_TEXT] = "";

    viewer_look(viewer);
    if (watch->has_focus)
        moment_text(at, step_seen(&watch->focus), false);
    snprintf(line, sizeof(line), "%s %s", command, at);
    viewer_do(viewer, line);
}

static void do_about(struct viewer *viewer, const char *command, const char *name)
{
    char line[THING_NAME + 32];

    snprintf(line, sizeof(line), "%s %s", command, name);
    viewer_do(viewer, line);
}

/* A group of parts that is folded is opened, one that is open folded. */
static void toggle_group(struct viewer *viewer, const char *name)
{
    struct view_state *state = &panes_chosen(&viewer->screen.panes)->state;
    char opened[VIEW_TEXT] = "";
    bool was_open = false;
    const char *at = state->opened;

    for (at += strspn(at, " "); *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " "), used = strlen(opened);
        bool same = strlen(name) == length && strncmp(at, name, length) == 0;

        was_open |= same;
        if (!same)
            snprintf(opened + used, sizeof(opened) - used, "%s%.*s", used ? " " : "",
                     (int)length, at);
        at += length;
    }
    if (!was_open && strlen(opened) + strlen(name) + 2 < sizeof(opened))
        snprintf(opened + strlen(opened), sizeof(opened) - strlen(opened), "%s%s",
                 opened[0] ? " " : "", name);
    memcpy(state->opened, opened, sizeof(opened));
}

/* Parts that are shown as one: those without a box, or many devices of a type. */
static bool is_group(const struct thing *thing)
{
    return thing->kind == THING_PART && (strcmp(thing->name, "quiet") == 0 ||
                                         device_type_by_name(thing->name) != NULL);
}

/* Enter. */
static void ask_what(struct viewer *viewer)
{
    const struct thing *under = panes_thing(&viewer->screen.panes);
    struct thing thing;

    if (!under) {
        do_about_event(viewer, "about");
        return;
    }
    thing = *under; /* it is drawn anew meanwhile */
    if (thing.kind == THING_VIEW)
        panes_go_to(&viewer->screen.panes, view_named(thing.name));
    else if (is_group(&thing))
        toggle_group(viewer, thing.name);
    else
        do_about(viewer, thing.kind == THING_CODE ? "about code" : "about", thing.name);
}

static void ask_why(struct viewer *viewer)
{
    const struct thing *thing = panes_thing(&viewer->screen.panes);

    if (thing && thing->kind == THING_EVENT)
        do_about(viewer, "why", thing->name);
    else if (thing && thing->kind == THING_EXIT)
        do_about(viewer, "why", thing->name);
    else
        do_about_event(viewer, "why");
}

static void ask_why_not(struct viewer *viewer)
{
    const struct thing *thing = panes_thing(&viewer->screen.panes);

    if (thing && thing->kind == THING_IRQ)
        do_about(viewer, "why not", thing->name);
    else
        viewer_prompt(viewer, ':', "why not ");
}

static bool has_writer(const struct thing *thing)
{
    return thing && (thing->kind == THING_REGISTER || thing->kind == THING_CSR ||
                     thing->kind == THING_FIELD || thing->kind == THING_MEMORY);
}

static void ask_who(struct viewer *viewer)
{
    const struct thing *thing = panes_thing(&viewer->screen.panes);

    if (has_writer(thing))
        do_about(viewer, "who", thing->name);
    else
        viewer_prompt(viewer, ':', "who ");
}

/* A stop whenever the thing is used: the line is offered, not done. */
static void offer_stop(struct viewer *viewer)
{
    const struct thing *thing = panes_thing(&viewer->screen.panes);
    static const char *const lines[] = {
        [THING_CODE] = "break *%s",   [THING_MEMORY] = "awatch *%s",
        [THING_CSR] = "catch csr %s", [THING_FIELD] = "catch register %s",
        [THING_IRQ] = "catch %s",     [THING_TIME] = NULL,
    };
    const char *form = thing ? lines[thing->kind] : NULL, *rest;
    char line[THING_NAME + 32] = "break ";

    if (form) {
        rest = strstr(form, "%s");
        snprintf(line, sizeof(line), "%.*s%s", (int)(rest - form), form, thing->name);
    }
    viewer_prompt(viewer, ':', line);
}

/* --- the filter ------------------------------------------------------------------------ */

static void ask_filter(struct viewer *viewer)
{
    struct panes *panes = &viewer->screen.panes;

    panes_go_to(panes, &events_view);
    viewer_prompt(viewer, '/', panes_chosen(panes)->state.filter);
}

/* --- the palette ----------------------------------------------------------------------- */

static void add(struct palette *palette, const char *name, const char *help,
                const char *line, int action, bool goes_on)
{
    struct buf texts[3] = {{0}, {0}, {0}};
    struct palette_entry entry = {.action = action, .goes_on = goes_on};

    buf_text(&texts[0], name);
    buf_text(&texts[1], help ? help : "");
    buf_text(&texts[2], line ? line : "");
    entry.name = texts[0].data;
    entry.help = help ? texts[1].data : NULL;
    entry.line = line ? texts[2].data : NULL;
    palette_add(palette, &entry);
    for (int i = 0; i < 3; i++)
        buf_free(&texts[i]);
}

static void add_keys(struct viewer *viewer)
{
    struct palette *palette = &viewer->screen.palette;
    char name[64];

    for (unsigned i = 0; i < keys_count; i++) {
        const char *off = key_off(&keys[i], &viewer->screen);

        snprintf(name, sizeof(name), "%s  (%s)", keys[i].verb, keys[i].name);
        if (!off && keys[i].action != ACTION_PALETTE)
            add(palette, name, keys[i].help, NULL, (int)keys[i].action, false);
    }
}

static void add_command(void *ctx, const struct command *command)
{
    struct viewer *viewer = ctx;
    bool needs = command->arguments[0].type != ARG_NONE;
    char line[80];

    snprintf(line, sizeof(line), "%s%s", command->name, needs ? " " : "");
    add(&viewer->screen.palette, command->name, command->summary, line, 0, needs);
}

static void add_named(struct palette *palette, const char *what, const char *name,
                      const char *help, const char *command)
{
    char shown[96], line[96];

    snprintf(shown, sizeof(shown), "%s%s%s", what, what[0] ? " " : "", name);
    snprintf(line, sizeof(line), "%s %s", command, name);
    add(palette, shown, help, line, 0, false);
}

static void add_things(struct viewer *viewer)
{
    const struct panes *panes = &viewer->screen.panes;

    for (unsigned i = 0; i < panes->things; i++) {
        const struct thing *thing = &panes->thing[i];
        bool before = false;

        for (unsigned k = 0; k < i && !before; k++)
            before = strcmp(panes->thing[k].name, thing->name) == 0;
        if (!before && thing->name[0] &&
            (thing->kind == THING_PART || thing->kind == THING_FIELD ||
             thing->kind == THING_CSR || thing->kind == THING_IRQ) &&
            !is_group(thing))
            add_named(&viewer->screen.palette, "about", thing->name,
                      "on the screen now", "about");
    }
}

static void add_views(struct viewer *viewer, const char *what, const char *command)
{
    for (const struct view *const *view = views; *view; view++)
        add_named(&viewer->screen.palette, what, (*view)->name, (*view)->help, command);
}

static void add_layouts(struct viewer *viewer, const char *what)
{
    struct palette *palette = &viewer->screen.palette;
    const struct layouts saved = layouts_read();

    for (const struct layout_info *info = layout_infos; info->name; info++)
        add_named(palette, what, info->name, info->help, "layout");
    for (unsigned i = 0; i < saved.count; i++)
        add_named(palette, what, saved.saved[i].name, saved.saved[i].text, "layout");
}

void viewer_offer_views(struct viewer *viewer, const char *command)
{
    palette_open(&viewer->screen.palette);
    add_views(viewer, "", command);
    palette_find(&viewer->screen.palette);
}

void viewer_offer_layouts(struct viewer *viewer)
{
    palette_open(&viewer->screen.palette);
    add_layouts(viewer, "");
    palette_find(&viewer->screen.palette);
}

static void open_palette(struct viewer *viewer)
{
    struct palette *palette = &viewer->screen.palette;

    palette_open(palette);
    add_keys(viewer);
    add_views(viewer, "view", "view");
    add_layouts(viewer, "layout");
    for (int i = 0; i < THEMES; i++)
        add_named(palette, "theme", theme_names[i], NULL, "theme");
    add_things(viewer);
    command_each(viewer->session, add_command, viewer);
    palette_find(palette);
}

void viewer_palette_key(struct viewer *viewer, int code)
{
    struct palette *palette = &viewer->screen.palette;
    enum palette_answer answer = palette_key(palette, code);
    struct palette_entry taken;
    char line[PROMPT_LINE] = "";

    if (answer == PALETTE_STAYS)
        return;
    palette->open = false;
    if (answer == PALETTE_CLOSES)
        return;
    taken = *palette_taken(palette);
    if (!taken.line) {
        viewer_act(viewer, (enum action)taken.action);
        return;
    }
    snprintf(line, sizeof(line), "%s", taken.line);
    if (taken.goes_on)
        viewer_prompt(viewer, ':', line);
    else
        viewer_do(viewer, line);
}

/* --- keys ------------------------------------------------------------------------------ */

void viewer_ask(struct viewer *viewer, enum action action)
{
    switch ((int)action) {
    case ACTION_COMMAND:
        viewer_prompt(viewer, ':', "");
        break;
    case ACTION_GOTO:
        viewer_prompt(viewer, ':', "goto ");
        break;
    case ACTION_MARK:
        viewer_prompt(viewer, ':', "mark ");
        break;
    case ACTION_TO_MARK:
        viewer_prompt(viewer, ':', "goto ");
        break;
    case ACTION_WHY:
        ask_why(viewer);
        break;
    case ACTION_WHY_NOT:
        ask_why_not(viewer);
        break;
    case ACTION_WHO:
        ask_who(viewer);
        break;
    case ACTION_BREAK:
        offer_stop(viewer);
        break;
    case ACTION_ASK:
        ask_what(viewer);
        break;
    case ACTION_FILTER:
        ask_filter(viewer);
        break;
    case ACTION_PALETTE:
        open_palette(viewer);
        break;
    default:
        break;
    }
}
