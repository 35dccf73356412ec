#ifndef FACE_TUI_VIEWER_VIEWER_H
#define FACE_TUI_VIEWER_VIEWER_H

#include "control/guide.h"
#include "face/tui/picture/cast.h"
#include "face/tui/screen/draw.h"
#include "face/tui/screen/keys.h"

/*
 * A run that is watched: what keys make of it, without any terminal. Tests press keys
 * here and read the canvas.
 *
 *   press.c     keys
 *   move.c      steps, undone moves, running
 *   arrange.c   panes, layouts, menus
 *   ask.c       what is under the cursor: what, why, who
 *   console.c   typing to the UART
 *   talk.c      presenting: questions to the class, the spotlight
 *   heed.c      what the scenario says of the screen, and asks
 *   command.c   the prompt, commands and their answers
 */
enum { VIEWER_PLACES = 256 };

/* Where the viewer stood. */
struct spot {
    unsigned branch;
    struct moment at;
    enum watch_form form;
};

struct viewer {
    struct session *session;
    struct watch *watch;
    struct screen screen;
    enum watch_form form; /* how the moment is told of */
    bool looked;          /* the watch knows this moment */
    bool hasty;           /* what takes long is looked for by viewer_catch_up alone */
    const struct move_unit *unit;
    bool choosing;               /* the sheet is the list of units */
    const char *const *settings; /* of the scenario, as they were given, for a race */
    size_t setting_count;
    bool races; /* the race is asked for: whoever has the terminal shows it */
    bool suspends, redraws; /* likewise */
    unsigned rests;         /* frames that a run rests at an interesting event */
    bool silent;            /* the scenario's questions are not asked */
    unsigned asked;         /* questions of the scenario that were asked, or left */
    const struct screen_question *asked_already[SCREEN_QUESTIONS];
    enum theme theme;
    bool mouse;        /* it does things here, instead of the terminal's own */
    struct cast *cast; /* that is being made, NULL: none */
    int rows, cols;    /* of the screen, as it was drawn last */
    unsigned speed;    /* index of the speeds */
    bool motion;       /* a token travels after a step */
    bool quit;
    bool stepped; /* the last action was a single step: the token may travel */

    unsigned undos, redos;
    struct spot undo[VIEWER_PLACES], redo[VIEWER_PLACES];

    /* Called now and then in long moves: true stops them. NULL: nothing does. */
    bool (*interrupted)(void *ctx);
    void *ctx;
};

/* Starts to watch a session in which nothing has happened yet. It is to be closed before
 * viewer_end. */
void viewer_begin(struct viewer *viewer, struct session *session);
void viewer_end(struct viewer *viewer);

/* Ends a cast that is being made; false with the reason: it could not be written whole. */
bool viewer_end_cast(struct viewer *viewer, struct err *err);

/* Does what the key says; keys of the terminal itself (suspend, redraw, theme) are the
 * caller's. False: no key has that code. */
bool viewer_press(struct viewer *viewer, int code);

/* What the mouse did, on the screen as it was drawn last. */
void viewer_mouse(struct viewer *viewer, const struct mouse *mouse);

/* Looks at where it stands, unless that is known; for whoever reads the watch. */
void viewer_look(struct viewer *viewer);
void viewer_draw(struct viewer *viewer, struct canvas *canvas);

/* Looks for what a hasty viewer left out. True: there is more to be drawn; false: there is
 * not, or it was interrupted. */
bool viewer_catch_up(struct viewer *viewer);

/* Events a second while running, 0: as fast as it goes. */
unsigned viewer_rate(const struct viewer *viewer);

/* Goes on while running: at most that many events, or instructions at full speed. */
void viewer_advance(struct viewer *viewer, unsigned most);

/* --- for the viewer's own files ------------------------------------------------------- */

/* A line in the key row, until the next key. */
void viewer_notice(struct viewer *viewer, const char *text);

void viewer_step(struct viewer *viewer, enum action action);
void viewer_undo(struct viewer *viewer, bool again);
void viewer_run(struct viewer *viewer);

/* Around whatever may move: keeps where it stood, so that the move can be undone. */
struct spot viewer_place(const struct viewer *viewer);
void viewer_moved(struct viewer *viewer, const struct spot *from);

/* The part of the keys that is about panes; a letter of the list of units. */
void viewer_arrange(struct viewer *viewer, enum action action);
void viewer_choose(struct viewer *viewer, int letter);

/* The palette with entries of one kind alone. */
void viewer_offer_views(struct viewer *viewer, const char *command);
void viewer_offer_layouts(struct viewer *viewer);

/* Uses a layout by its name, or as text. */
bool viewer_lay_out(struct viewer *viewer, const char *layout, struct err *err);

/* Does what a key does. */
void viewer_act(struct viewer *viewer, enum action action);

/* What the scenario says of the screen: layout, parts that stay large, unit. */
void viewer_heed_guide(struct viewer *viewer);

/* Asks what the scenario asks at this moment, unless it was asked before. True: the step
 * waits. The second, of the event that was seen last, after `before`, without looking at
 * all else. */
bool viewer_asks(struct viewer *viewer);
bool viewer_asks_here(struct viewer *viewer, const struct event *before);

/* Asks that question of the scenario. */
void viewer_ask_class(struct viewer *viewer, const struct screen_question *question);

/* What it says to whoever presents, at the moment that was looked at. */
void viewer_remark(struct viewer *viewer);

/* Asks the class: the next step waits for the answer. */
void viewer_hold(struct viewer *viewer, const struct question *question);

/* A key while a question is asked. False: it is not for it. */
bool viewer_held_key(struct viewer *viewer, int code);

/* Presenter mode, or not any more. */
void viewer_present(struct viewer *viewer);

/* A key that means something to the presenter alone. */
bool viewer_presenter_key(struct viewer *viewer, int code);

/* A key that goes to the console. */
void viewer_type(struct viewer *viewer, int code);

/* The part of the keys that asks. */
void viewer_ask(struct viewer *viewer, enum action action);

/* A key while the palette is open. */
void viewer_palette_key(struct viewer *viewer, int code);

/* The theme after this one, of those with colours. */
void viewer_next_theme(struct viewer *viewer);

/* Opens the prompt with the beginning of a line; `sign` as struct prompt has it. */
void viewer_prompt(struct viewer *viewer, char sign, const char *line);

/* A key while the prompt is open. */
void viewer_prompt_key(struct viewer *viewer, int code);

/* What the session says while no command is done becomes a notice. */
void viewer_hear(struct viewer *viewer);

/* One line stands in the key row, if it fits; more get a sheet. */
void viewer_show(struct viewer *viewer, const char *title, const struct buf *text);

/* Does a line of the command language and shows the answer. */
void viewer_do(struct viewer *viewer, const char *line);

#endif
