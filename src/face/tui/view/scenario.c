#include "base/path.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"

#include "control/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A text by lines, and which of them run. */
struct text {
    const char *file;   /* of the program's; NULL: the scenario itself */
    uint32_t now, next; /* lines, from 1; 0: none */
};

static uint32_t line_at(const struct watch *watch, uint64_t pc, const char **file)
{
    const struct lines *lines = watch_lines(watch);
    const struct line *line = lines ? lines_at(lines, pc) : NULL;

    if (!line || line->file == LINE_NONE)
        return 0;
    *file = lines->file[line->file];
    return line->line;
}

/* The text that runs now, or where it does not come from any the scenario. */
static struct text find(const struct watch *watch)
{
    const struct event *done = watch_insn(watch, watch->hart);
    struct text text = {NULL, 0, 0};
    const char *file = NULL;
    uint32_t next = line_at(watch, watch_pc(watch, watch->hart), &file);

    text.file = file;
    text.next = next;
    if (done) {
        text.now = line_at(watch, done->insn.pc, &file);
        if (text.now && text.file && strcmp(file, text.file) != 0)
            text.next = 0;
        if (text.now)
            text.file = file;
    }
    return text;
}

/* A line of the scenario's own text; NULL: it has no so many. */
static const char *own_line(const struct scenario *scenario, uint32_t line,
                            size_t *length)
{
    const char *at = scenario->text;

    for (; at && line > 1; line--) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (at)
        *length = strcspn(at, "\n");
    return at && *at ? at : NULL;
}

static const char *get_line(const struct watch *watch, const struct text *text,
                            uint32_t line, size_t *length)
{
    const struct scenario *scenario = watch->subject->scenario;

    if (text->file)
        return subject_line(watch->subject, text->file, line, length);
    return scenario ? own_line(scenario, line, length) : NULL;
}

/* Tabs as blanks. */
static void draw_line(struct canvas *canvas, int row, struct area area, uint32_t number,
                      const char *line, size_t length, enum role role)
{
    char plain[256];
    size_t used = 0;

    for (size_t i = 0; i < length && used + 8 < sizeof(plain); i++) {
        if (line[i] != '\t')
            plain[used++] = line[i];
        else
            do
                plain[used++] = ' ';
            while (used % 8);
    }
    plain[used] = '\0';
    canvas_printf(canvas, row, area.col + 2, 5, ROLE_QUIET, "%4" PRIu32, number);
    canvas_text(canvas, row, area.col + 8, area.cols - 8, role, plain);
}

static uint32_t top_of(const struct text *text, const struct view_state *state,
                       int rows)
{
    int64_t middle = text->now ? text->now : text->next, top = middle - rows / 2;

    if (top < 1)
        top = 1;
    top += state->top;
    return top < 1 ? 1 : (uint32_t)top;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct text text = find(watch);
    int rows = area.rows - 1;
    uint32_t line;
    size_t length;
    const char *at;
    char note[64] = "";

    if (strcmp(state->about, "lua") == 0)
        text = (struct text){NULL, 0, 0};
    line = top_of(&text, state, rows);
    if (text.file)
        snprintf(note, sizeof(note), "%.40s:%" PRIu32, path_base(text.file),
                 text.now ? text.now : text.next);
    else if (watch->subject->file)
        snprintf(note, sizeof(note), "%.60s", path_base(watch->subject->file));
    canvas_rule(canvas, area.row, area.col, area.cols, "scenario", note);
    for (int i = 0; i < rows; i++, line++) {
        int row = area.row + 1 + i;
        bool now = text.now && line == text.now, next = text.next && line == text.next;

        at = get_line(watch, &text, line, &length);
        if (!at)
            break;
        if (now || next)
            canvas_put(canvas, row, area.col, now ? ROLE_HEAD : ROLE_TEXT,
                       now ? L'▸' : L'┄');
        draw_line(canvas, row, area, line, at, length, now ? ROLE_HEAD : ROLE_TEXT);
    }
}

static const char *absent(const struct watch *watch)
{
    return watch->subject->scenario || watch->subject->sources
               ? NULL
               : "this program's source is not at hand";
}

const struct view scenario_view = {
    .name = "scenario",
    .help = "the source that runs now, with its line; or the scenario's text",
    .class = VIEW_INSTRUCTIONS,
    .cols = 30,
    .rows = 3,
    .newest_last = true,
    .wide = 64,
    .tells = "list",
    .about = "[lua]",
    .absent = absent,
    .draw = draw,
};
