/* Presenting: questions to the class, the spotlight. */
#include "face/tui/viewer/viewer.h"

#include <stdio.h>

void viewer_hold(struct viewer *viewer, const struct question *question)
{
    struct screen *screen = &viewer->screen;

    screen->mode = screen->mode == SCREEN_RUNNING ? SCREEN_STANDING : screen->mode;
    screen->question = *question;
    screen->held = true;
}

/* What was said to the answer stands in the key row, or on a sheet, when the step has
 * shown it. */
static void answer(struct viewer *viewer)
{
    struct buf reply = {0};

    viewer->screen.held = false;
    question_reply(&viewer->screen.question, &reply);
    viewer_act(viewer, viewer->screen.question.number ? ACTION_EVENT : ACTION_UNIT);
    if (reply.size) {
        buf_char(&reply, '\n');
        viewer_show(viewer, "your answer", &reply);
    }
    buf_free(&reply);
}

bool viewer_held_key(struct viewer *viewer, int code)
{
    struct question *question = &viewer->screen.question;

    if (code >= '1' && code < '1' + (int)question->choices) {
        question->picked = (unsigned)(code - '0');
        return true;
    }
    switch (code) {
    case '\r':
    case '\n':
    case ' ':
    case 'n':
    case KEY_CODE_RIGHT:
        if (question->choices && !question->picked)
            viewer_notice(viewer, "choose an answer by its number, or Esc leaves it");
        else
            answer(viewer);
        return true;
    case 0x1b:
        viewer->screen.held = false;
        return true;
    default:
        return false;
    }
}

void viewer_present(struct viewer *viewer)
{
    struct screen *screen = &viewer->screen;

    screen->presenting = !screen->presenting;
    screen->spot = 0;
    if (screen->presenting)
        viewer_notice(viewer,
                      "1 to 9 light a pane, 0 the stage; k shows keys; P leaves");
}

bool viewer_presenter_key(struct viewer *viewer, int code)
{
    struct screen *screen = &viewer->screen;

    if (!screen->presenting)
        return false;
    if (code == 'k')
        screen->shows_keys = !screen->shows_keys;
    else if (code >= '0' && code <= '9')
        screen->spot = (unsigned)(code - '0');
    else
        return false;
    return true;
}
