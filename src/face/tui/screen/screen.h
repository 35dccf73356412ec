#ifndef FACE_TUI_SCREEN_SCREEN_H
#define FACE_TUI_SCREEN_SCREEN_H

#include "face/tui/screen/keys.h"
#include "face/tui/screen/prompt.h"
#include "face/tui/screen/sheet.h"
#include "face/tui/view/view.h"

/*
 * The whole screen: which rows belong to what, by its size. A bigger one shows more, with
 * the same words.
 */
enum { SCREEN_ROWS = 24, SCREEN_COLS = 80 };

enum screen_mode { SCREEN_STANDING, SCREEN_RUNNING, SCREEN_ENDED };

/* What the changing pane shows: the view that explains the event, or always one. */
enum screen_pane {
    PANE_AUTO,
    PANE_REGISTERS,
    PANE_DMA,
    PANE_MEMORY,
    PANE_EVENTS,
    PANES
};

struct screen {
    const struct watch *watch;
    struct view_state view;
    enum screen_mode mode;
    enum screen_pane pane;
    bool past;      /* later moments are known */
    bool filled;    /* panes have the timeline's place */
    bool shows_all; /* as it was drawn last: it is wide enough for all panes */
    const char *speed, *unit;
    char notice[160]; /* stands in the key row until the next key */
    char ended[96];   /* why nothing more happens */
    struct sheet sheet;
    struct prompt prompt;
    bool prompting;
};

void screen_draw(struct screen *screen, struct canvas *canvas);

#endif
