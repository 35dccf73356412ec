#include "face/tui/view/code.h"

#include "base/path.h"
#include "control/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER = 5, LINE = 256, TAB = 8 };

/* Scenarios have assembly in them. */
bool code_is_assembly(const char *file)
{
    const char *ending = strrchr(path_base(file), '.');

    return ending && (strcmp(ending, ".s") == 0 || strcmp(ending, ".S") == 0 ||
                      strcmp(ending, ".lua") == 0);
}

/* As it stands in the file, with blanks for tabs. False: there is no such line. */
static bool read_line(const struct code *code, const char *file, uint32_t number,
                      char text[LINE])
{
    size_t length = 0, used = 0;
    const char *from = subject_line(code->watch->subject, file, number, &length);

    for (size_t i = 0; from && i < length && used + TAB < LINE; i++) {
        if (from[i] != '\t') {
            text[used++] = from[i];
            continue;
        }
        do
            text[used++] = ' ';
        while (used % TAB);
    }
    text[used] = '\0';
    return from != NULL;
}

static void draw_numbered(struct canvas *canvas, int row, struct area area,
                          uint32_t number, enum role role, const char *text)
{
    canvas_printf(canvas, row, area.col, NUMBER, ROLE_QUIET, "%5" PRIu32, number);
    canvas_text(canvas, row, area.col + NUMBER + 2, area.cols - NUMBER - 2, role, text);
}

void code_draw_line(const struct code *code, struct canvas *canvas, int row,
                    struct area area, uint64_t pc, enum role role)
{
    const struct line *line = code->lines ? lines_at(code->lines, pc) : NULL;
    char text[LINE];

    if (line && read_line(code, code->lines->file[line->file], line->line, text))
        draw_numbered(canvas, row, area, line->line, role, text + strspn(text, " "));
}

/* Pages of a file, as pages of code: the line is always in the same row. */
void code_draw_file(const struct code *code, struct canvas *canvas, struct area area,
                    uint64_t pc)
{
    const struct line *line = code->lines ? lines_at(code->lines, pc) : NULL;
    uint32_t step = area.rows > 2 ? (uint32_t)area.rows - 2 : 1, top;
    struct area part = {area.row, area.col + 2, area.rows, area.cols - 2};
    char text[LINE];

    if (!line)
        return;
    top = (line->line - 1) / step * step;
    for (int i = 0; i < area.rows; i++) {
        uint32_t number = top + (uint32_t)i;
        bool here = number == line->line;

        if (!number || !read_line(code, code->lines->file[line->file], number, text))
            continue;
        if (here)
            canvas_put(canvas, area.row + i, area.col, ROLE_HEAD, L'▸');
        draw_numbered(canvas, area.row + i, part, number, here ? ROLE_HEAD : ROLE_QUIET,
                      text);
    }
}
