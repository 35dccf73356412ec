/* Commands about the screen: layout, view, theme, filter, motion. */
#include "face/tui/viewer/rows.h"

#include "base/nearest.h"
#include "face/tui/viewer/layouts.h"
#include "face/tui/viewer/viewer.h"

#include <stdio.h>
#include <string.h>

const char viewer_key[] = "viewer";

static struct viewer *viewer_of(const struct call *call)
{
    return session_extra(call->session, viewer_key);
}

/* --- layout ---------------------------------------------------------------------------- */

static void tell_layout(struct call *call)
{
    const struct layout *layout = &viewer_of(call)->screen.panes.layout;
    struct buf text = {0};

    layout_put(&text, layout);
    reply_say(call->reply, "%s%s%s", layout->name, layout->name[0] ? ": " : "",
              buf_str(&text));
    buf_free(&text);
}

static bool save_layout(struct call *call, const char *name, struct err *err)
{
    struct viewer *viewer = viewer_of(call);
    struct buf text = {0};
    bool saved;

    layout_put(&text, &viewer->screen.panes.layout);
    saved = layouts_save(name, buf_str(&text), err);
    if (saved)
        reply_say(call->reply, "Layout %s: %s", name, buf_str(&text));
    buf_free(&text);
    return saved;
}

static bool run_layout(struct call *call, struct err *err)
{
    const char *text = call->given[0].is_given ? call->given[0].text : "";

    if (!text[0]) {
        tell_layout(call);
        return true;
    }
    if (strncmp(text, "save ", 5) == 0)
        return save_layout(call, text + 5 + strspn(text + 5, " "), err);
    return viewer_lay_out(viewer_of(call), text, err);
}

static void layout_words(const struct session *session,
                         void (*offer)(void *ctx, const char *word), void *ctx)
{
    const struct layouts saved = layouts_read();

    (void)session;
    for (const struct layout_info *info = layout_infos; info->name; info++)
        offer(ctx, info->name);
    for (unsigned i = 0; i < saved.count; i++)
        offer(ctx, saved.saved[i].name);
    offer(ctx, "save");
}

/* --- view ------------------------------------------------------------------------------ */

static void view_words(const struct session *session,
                       void (*offer)(void *ctx, const char *word), void *ctx)
{
    (void)session;
    for (const struct view *const *view = views; *view; view++)
        offer(ctx, (*view)->name);
}

static bool no_view(const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[128];

    for (const struct view *const *view = views; *view; view++)
        nearest_offer(&nearest, (*view)->name);
    return err_set(err, "there is no view '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

/* The pane that has it, else the chosen one. */
static bool run_view(struct call *call, struct err *err)
{
    struct screen *screen = &viewer_of(call)->screen;
    const struct view *view = view_named(call->given[0].text);
    const char *about = call->given[1].is_given ? call->given[1].text : "";
    struct pane *pane;

    if (!view)
        return no_view(call->given[0].text, err);
    if (about[0] && !view->about)
        return err_set(err, "%s always shows the same", view->name);
    if (!panes_go_to(&screen->panes, view)) {
        screen->laid_out = screen->panes.chosen = true;
        *panes_chosen(&screen->panes) = pane_of(view);
    }
    pane = panes_chosen(&screen->panes);
    screen->laid_out |= about[0] != '\0';
    snprintf(pane->state.about, sizeof(pane->state.about), "%s", about);
    return true;
}

static bool run_split(struct call *call, struct err *err)
{
    struct screen *screen = &viewer_of(call)->screen;
    const struct view *view = view_named(call->given[0].text);

    if (!view)
        return no_view(call->given[0].text, err);
    if (!panes_split(&screen->panes, view))
        return err_set(err, "there are %d panes in this row already", LAYOUT_PANES);
    screen->laid_out = true;
    return true;
}

/* --- the rest -------------------------------------------------------------------------- */

static bool run_theme(struct call *call, struct err *err)
{
    (void)err;
    viewer_of(call)->theme = (enum theme)call->given[0].value;
    return true;
}

static bool run_race(struct call *call, struct err *err)
{
    struct viewer *viewer = viewer_of(call);
    const char *off = key_off(key_of(ACTION_RACE), &viewer->screen);

    viewer->races = !off;
    return !off || err_set(err, "%s", off);
}

static bool run_motion(struct call *call, struct err *err)
{
    (void)err;
    viewer_of(call)->motion = call->given[0].value == 0;
    return true;
}

/* On again, those that were asked before are asked again. */
static bool run_questions(struct call *call, struct err *err)
{
    struct viewer *viewer = viewer_of(call);

    (void)err;
    viewer->silent = call->given[0].value != 0;
    viewer->asked = 0;
    return true;
}

static bool run_filter(struct call *call, struct err *err)
{
    struct panes *panes = &viewer_of(call)->screen.panes;
    struct pane *pane = panes_find(panes, &events_view);
    const char *text = call->given[0].is_given ? call->given[0].text : "";

    if (!pane)
        return err_set(err, "no pane lists events: `view events` puts one there");
    snprintf(pane->state.filter, sizeof(pane->state.filter), "%s", text);
    pane->state.top = 0;
    return true;
}

/* Text up to the next `|`, without blanks around it. */
static const char *take_part(const char *text, char part[QUESTION_TEXT])
{
    size_t length = strcspn(text, "|"), end = length;

    while (end > 0 && text[end - 1] == ' ')
        end--;
    if (end >= QUESTION_TEXT)
        end = QUESTION_TEXT - 1;
    memcpy(part, text, end);
    part[end] = '\0';
    text += length + (text[length] == '|');
    return text + strspn(text, " ");
}

static bool run_predict(struct call *call, struct err *err)
{
    struct question question = {.number = 0};
    const char *at = take_part(call->given[0].text, question.ask);

    while (*at && question.choices < QUESTION_CHOICES)
        at = take_part(at, question.choice[question.choices++]);
    if (*at)
        return err_set(err, "at most %d answers to choose from", QUESTION_CHOICES);
    viewer_hold(viewer_of(call), &question);
    return true;
}

const struct command viewer_commands[] = {
    {
        .name = "layout",
        .arguments = {{.type = ARG_TEXT,
                       .name = "NAME|TEXT|save NAME",
                       .optional = true,
                       .words = layout_words}},
        .summary = "arrange the panes of the screen",
        .help =
            "Uses a layout by its name, or one that is described: rows of views, with "
            "`/` between them; `@9` gives a row 9 rows of the screen, `(dma0 1)` pins "
            "a "
            "view, `*2` gives it twice the room. Alone it tells the layout in use; "
            "`save` keeps it under a name.\n"
            "\n"
            "  layout stage\n"
            "  layout stage@9 / registers memory / timeline\n"
            "  layout save mine",
        .group = "screen",
        .run = run_layout,
    },
    {
        .name = "view",
        .arguments = {{.type = ARG_WORD, .name = "NAME", .words = view_words},
                      {.type = ARG_TEXT, .name = "WHAT", .optional = true}},
        .summary = "go to a view, or show it in the chosen pane",
        .help =
            "Keys go to the pane that has the view; where none has, the chosen pane "
            "gets it. WHAT it is of, where it can be of several, pins it.\n"
            "\n"
            "  view memory\n"
            "  view memory 0x80210000",
        .group = "screen",
        .run = run_view,
    },
    {
        .name = "split",
        .arguments = {{.type = ARG_WORD, .name = "VIEW", .words = view_words}},
        .summary = "put another pane beside the chosen one",
        .help = "Keys then go to the new pane. Key `s` offers the views.\n"
                "\n"
                "  split memory",
        .group = "screen",
        .run = run_split,
    },
    {
        .name = "filter",
        .arguments = {{.type = ARG_TEXT, .name = "EXPRESSION", .optional = true}},
        .summary = "hide events that an expression does not name",
        .help =
            "The list of events shows only those for which it holds; alone it shows "
            "all again. Key `/` is the same.\n"
            "\n"
            "  filter channel == 0",
        .group = "screen",
        .run = run_filter,
    },
    {
        .name = "predict",
        .arguments = {{.type = ARG_TEXT, .name = "QUESTION [| ANSWER]..."}},
        .summary = "ask the class before the next step",
        .help =
            "The machine is held until somebody answers: by its number, where there "
            "are answers to choose from, or by a space. Then the step shows it.\n"
            "\n"
            "  predict Who gets the bus next?\n"
            "  predict Who gets the bus next? | the DMA | hart 0 | nobody",
        .group = "screen",
        .run = run_predict,
    },
    {
        .name = "questions",
        .arguments = {{.type = ARG_CHOICE, .name = "on|off", .choices = "on off"}},
        .summary = "let the scenario ask its questions, or not",
        .help =
            "A question of the scenario comes once, before the step that answers it. "
            "`on` lets all of them come again.\n"
            "\n"
            "  questions off",
        .group = "screen",
        .run = run_questions,
    },
    {
        .name = "race",
        .summary = "show the scenario's variants side by side, at the same cycle",
        .help = "Key `r` is the same; `ringside race` has options.\n"
                "\n"
                "  race",
        .group = "screen",
        .run = run_race,
    },
    {
        .name = "theme",
        .arguments = {{.type = ARG_CHOICE,
                       .name = "NAME",
                       .choices = "dark light contrast terminal mono"}},
        .summary = "choose the colours of the screen",
        .help = "`terminal` keeps the terminal's own 16 colours, `contrast` is for "
                "projectors, `mono` has none.\n"
                "\n"
                "  theme contrast",
        .group = "screen",
        .run = run_theme,
    },
    {
        .name = "motion",
        .arguments = {{.type = ARG_CHOICE, .name = "on|off", .choices = "on off"}},
        .summary = "let a token travel the wire after a step, or not",
        .help = "Off, nothing moves by itself.\n"
                "\n"
                "  motion off",
        .group = "screen",
        .run = run_motion,
    },
    {.name = NULL},
};
