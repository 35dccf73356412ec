#ifndef FACE_TUI_SCREEN_SCREEN_H
#define FACE_TUI_SCREEN_SCREEN_H

#include "face/tui/screen/palette.h"
#include "face/tui/screen/panes.h"
#include "face/tui/screen/prompt.h"
#include "face/tui/screen/question.h"
#include "face/tui/screen/sheet.h"

/*
 * What the whole screen shows: rows at the top that tell when and what, panes, the keys that work
 * now; sheets over it. A bigger one shows more, with the same words.
 */
enum {
    SCREEN_ROWS = 16, /* least for panes; below only the most necessary is shown */
    SCREEN_COLS = 60,
    SCREEN_LEAST_ROWS = 12, /* ... down to this */
    SCREEN_LEAST_COLS = 40
};

enum screen_mode { SCREEN_STANDING, SCREEN_RUNNING, SCREEN_ENDED };

struct screen {
    const struct watch *watch;
    struct panes panes;
    bool laid_out; /* by the user, a scenario or a command: sizes do not change it */
    enum screen_mode mode;
    bool past; /* later moments are known */
    bool held; /* a question is asked: the step waits */
    struct question question;
    char remark[QUESTION_TEXT]; /* what the scenario says to whoever presents */
    bool presenting;
    bool shows_keys; /* while presenting */
    unsigned spot;   /* the pane in the spotlight, from 1; 0: the stage */
    const char *speed, *unit;
    char notice[160]; /* stands in the key row until the next key */
    char ended[96];   /* why nothing more happens */
    struct sheet sheet;
    struct palette palette;
    struct prompt prompt;
    bool prompting;
    bool typing; /* keys go to the console */
};

#endif
