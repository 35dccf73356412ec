/* What the scenario says of the screen, and asks (control/guide.h). */
#include "face/tui/viewer/viewer.h"

#include <stdio.h>
#include <string.h>

static struct guide *guide(const struct viewer *viewer)
{
    return guide_of(viewer->session);
}

/* Parts that stay large are the stage's. */
static void put_focus(struct viewer *viewer)
{
    struct pane *stage = panes_find(&viewer->screen.panes, &stage_view);
    const char *part;

    for (unsigned n = 0; stage && (part = guide_focus(guide(viewer), n)) != NULL; n++) {
        char *focus = stage->state.focus;
        size_t used = strlen(focus);

        snprintf(focus + used, sizeof(stage->state.focus) - used, "%s%s", n ? " " : "",
                 part);
    }
}

void viewer_heed_guide(struct viewer *viewer)
{
    const char *layout = guide_layout(guide(viewer));
    const struct move_unit *unit = guide_unit(guide(viewer));
    struct err err = {{0}};

    if (unit) {
        viewer->unit = unit;
        viewer->screen.unit = unit->name;
    }
    if (layout && !viewer_lay_out(viewer, layout, &err)) {
        sheet_open(&viewer->screen.sheet, "the scenario's layout cannot be used");
        buf_printf(&viewer->screen.sheet.text, "%s\n%s\n",
                   viewer->session->subject.file, err.text);
    }
    put_focus(viewer);
}

/* --- questions ------------------------------------------------------------------------- */

static bool was_asked(const struct viewer *viewer,
                      const struct screen_question *question)
{
    for (unsigned i = 0; i < viewer->asked; i++)
        if (viewer->asked_already[i] == question)
            return true;
    return false;
}

static unsigned count_questions(const struct viewer *viewer)
{
    unsigned count = 0;

    while (guide_nth(guide(viewer), count))
        count++;
    return count;
}

static unsigned number_of(const struct viewer *viewer,
                          const struct screen_question *question)
{
    unsigned n = 0;

    while (guide_nth(guide(viewer), n) && guide_nth(guide(viewer), n) != question)
        n++;
    return n + 1;
}

static void copy(char to[QUESTION_TEXT], const char *text)
{
    snprintf(to, QUESTION_TEXT, "%s", text ? text : "");
}

void viewer_ask_class(struct viewer *viewer, const struct screen_question *question)
{
    struct question asked = {.choices = question->choices,
                             .right = question->answer,
                             .number = number_of(viewer, question),
                             .of = count_questions(viewer)};

    copy(asked.ask, question->ask);
    for (unsigned i = 0; i < question->choices; i++) {
        copy(asked.choice[i], question->choice[i]);
        copy(asked.because[i], question->because[i]);
    }
    copy(asked.lesson, question->lesson);
    if (viewer->asked < SCREEN_QUESTIONS)
        viewer->asked_already[viewer->asked++] = question;
    viewer_hold(viewer, &asked);
}

static bool ask_of(struct viewer *viewer, const struct guide_seen *seen)
{
    const struct screen_question *question = guide_question(guide(viewer), seen);

    if (!question || viewer->silent || was_asked(viewer, question))
        return false;
    viewer_ask_class(viewer, question);
    return true;
}

bool viewer_asks(struct viewer *viewer)
{
    const struct watch *watch = viewer->watch;

    viewer_look(viewer);
    return ask_of(viewer,
                  &(struct guide_seen){watch->events, watch->first, watch->count});
}

bool viewer_asks_here(struct viewer *viewer, const struct event *before)
{
    const struct event *seen = timeline_seen(viewer->session->time);
    struct event events[2] = {*before};

    if (!seen)
        return false;
    events[1] = *seen;
    return ask_of(viewer, &(struct guide_seen){events, 1, 2});
}

/* --- remarks --------------------------------------------------------------------------- */

void viewer_remark(struct viewer *viewer)
{
    const struct watch *watch = viewer->watch;
    const struct guide_seen seen = {watch->events, watch->first, watch->count};
    const struct screen_note *note = guide_note(guide(viewer), &seen, 0);

    copy(viewer->screen.remark, note ? note->text : "");
}
