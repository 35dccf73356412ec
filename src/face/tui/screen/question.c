#include "face/tui/screen/question.h"

#include "face/tui/canvas/lines.h"

#include <stdio.h>

enum { SIDE = 44, BESIDE = 100 /* columns from which it stands at the side */ };

void question_reply(const struct question *question, struct buf *out)
{
    unsigned picked = question->picked;

    if (!picked)
        return;
    if (question->right)
        buf_text(out, picked == question->right ? "Right. " : "No. ");
    if (question->right && picked != question->right)
        buf_printf(out, "It is %u: %s. ", question->right,
                   question->choice[question->right - 1]);
    buf_text(out, question->because[picked - 1]);
    if (question->lesson[0])
        buf_printf(out, "%s%s", question->because[picked - 1][0] ? " " : "",
                   question->lesson);
}

int question_write(const struct question *question, struct canvas *canvas,
                   struct area area)
{
    int used = lines_draw(canvas, area, ROLE_HEAD, question->ask);

    for (unsigned i = 0; i < question->choices && used < area.rows; i++) {
        enum role role = question->picked == i + 1 ? ROLE_HELD : ROLE_TEXT;
        struct area rest = {area.row + used, area.col + 5, area.rows - used,
                            area.cols - 5};

        if (question->picked == i + 1)
            canvas_put(canvas, rest.row, area.col, ROLE_HEAD, L'▸');
        canvas_printf(canvas, rest.row, area.col + 2, 2, role, "%u", i + 1);
        used += lines_draw(canvas, rest, role, question->choice[i]);
    }
    return used;
}

static int rows_of(const struct question *question, int cols)
{
    int rows = lines_count(question->ask, cols);

    for (unsigned i = 0; i < question->choices; i++)
        rows += lines_count(question->choice[i], cols - 5);
    return rows;
}

void question_draw(const struct question *question, struct canvas *canvas,
                   struct area area)
{
    bool beside = area.cols >= BESIDE;
    struct area sheet = area, inside;
    char title[48] = "predict", keys[64] = "space shows it   Esc leaves";

    if (question->number)
        snprintf(title, sizeof(title), "question %u of %u: predict", question->number,
                 question->of);
    if (beside) {
        sheet.cols = SIDE;
        sheet.col = area.col + area.cols - SIDE;
    }
    sheet.rows = rows_of(question, sheet.cols - 4) + 4;
    if (sheet.rows > area.rows)
        sheet.rows = area.rows;
    if (!beside)
        sheet.row = area.row + area.rows - sheet.rows;
    canvas_sheet(canvas, sheet, title);
    inside =
        (struct area){sheet.row + 1, sheet.col + 2, sheet.rows - 3, sheet.cols - 4};
    question_write(question, canvas, inside);
    if (question->choices)
        snprintf(keys, sizeof(keys), "1 to %u choose   Enter answers   Esc leaves",
                 question->choices);
    canvas_text(canvas, sheet.row + sheet.rows - 2, sheet.col + 2, sheet.cols - 4,
                ROLE_QUIET, keys);
}
