#ifndef FACE_TUI_SCREEN_QUESTION_H
#define FACE_TUI_SCREEN_QUESTION_H

#include "face/tui/canvas/canvas.h"

/*
 * A question to the class: it is asked before a step, and the step waits. It may have
 * answers to choose from; then what is said to the chosen one follows.
 */
enum { QUESTION_CHOICES = 6, QUESTION_TEXT = 320 };

struct question {
    char ask[QUESTION_TEXT];
    unsigned choices;
    char choice[QUESTION_CHOICES][QUESTION_TEXT];
    char because[QUESTION_CHOICES][QUESTION_TEXT]; /* said to that choice; or empty */
    char lesson[QUESTION_TEXT];                    /* said at the end; or empty */
    unsigned right;                                /* from 1; 0: none is */
    unsigned picked;                               /* from 1; 0: nothing yet */
    unsigned number, of; /* "question 2 of 4"; 0: it is the lecturer's */
};

/* What is said when it is answered: "Right. ...", or to the choice; empty if there is
 * nothing to say. */
void question_reply(const struct question *question, struct buf *out);

/* Draws it as a sheet at the right of the area, or at its bottom where that is narrow. */
void question_draw(const struct question *question, struct canvas *canvas,
                   struct area area);

/* Writes it large, without a sheet; gives the rows used. */
int question_write(const struct question *question, struct canvas *canvas,
                   struct area area);

#endif
