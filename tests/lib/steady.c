#include "tests/lib/steady.h"

#include "face/tui/view/view.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COLS = 120, ROWS = 24, AWAY = 40 };

static struct canvas *draw(struct watched *watched, const char *name, const char *about,
                           int cols, int rows)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows + 2, cols + 2, TIER_UTF8);
    const struct view *view = view_named(name);

    ck_assert_msg(view != NULL, "there is no view %s", name);
    snprintf(state.about, sizeof(state.about), "%s", about);
    viewer_look(&watched->viewer);
    view->draw(watched->viewer.watch, &state, canvas, (struct area){1, 1, rows, cols});
    return canvas;
}

static void go_to(struct watched *watched, struct moment moment)
{
    char line[64];

    snprintf(line, sizeof(line), ":goto #%" PRIu64 ".%" PRIu32, moment.retired,
             moment.order);
    watched_type(watched, line);
    watched->viewer.screen.sheet.open = false;
}

static void read_at(struct watched *watched, const char *view, const char *about,
                    struct buf *text)
{
    struct canvas *canvas = draw(watched, view, about, COLS, ROWS);

    canvas_read(canvas, text);
    canvas_free(canvas);
}

void steady_in_time(struct watched *watched, const char *view, const char *about)
{
    struct moment moment = timeline_now(watched->session.time);
    struct buf first = {0}, again = {0};

    go_to(watched, moment);
    read_at(watched, view, about, &first);
    watched_press(watched, 'n', AWAY);
    go_to(watched, moment);
    read_at(watched, view, about, &again);
    ck_assert_str_eq(buf_str(&first), buf_str(&again));
    buf_free(&first);
    buf_free(&again);
}

/* The margin around the area stays empty. */
static void check_margin(const struct canvas *canvas, const char *view, int cols,
                         int rows)
{
    for (int row = 0; row < rows + 2; row++)
        for (int col = 0; col < cols + 2; col++) {
            bool inside = row > 0 && row <= rows && col > 0 && col <= cols;
            uint32_t glyph = canvas->cells[row * (cols + 2) + col].glyph;

            ck_assert_msg(inside || glyph == ' ' || glyph == 0,
                          "%s of %dx%d writes outside, at row %d column %d", view, cols,
                          rows, row, col);
        }
}

void steady_in_size(struct watched *watched, const char *name, const char *about)
{
    const struct view *view = view_named(name);

    for (int cols = view->cols; cols <= 200; cols += 13)
        for (int rows = view->rows; rows <= 40; rows += 7) {
            struct canvas *canvas = draw(watched, name, about, cols, rows);
            struct buf text = {0};

            canvas_read(canvas, &text);
            ck_assert_msg(canvas->collisions == 0, "%s of %dx%d:\n%s", name, cols, rows,
                          buf_str(&text));
            check_margin(canvas, name, cols, rows);
            buf_free(&text);
            canvas_free(canvas);
        }
}

static bool is_an_expression(enum thing_kind kind)
{
    return kind == THING_CSR || kind == THING_FIELD || kind == THING_MEMORY;
}

void steady_in_names(struct watched *watched, const char *view, const char *about)
{
    struct canvas *canvas = draw(watched, view, about, COLS, ROWS);
    struct expr_scope scope = session_scope(&watched->session);

    for (unsigned i = 0; i < canvas->things; i++) {
        const struct thing *thing = &canvas->thing[i];
        struct err err = {{0}};
        struct expr *expr;

        ck_assert_msg(thing->name[0] != '\0', "%s: a thing has no name", view);
        if (!is_an_expression(thing->kind))
            continue;
        expr = expr_parse_all(thing->name, &err);
        ck_assert_msg(expr && expr_check(expr, &scope, &err), "%s: %s: %s", view,
                      thing->name, err.text);
        expr_free(expr);
    }
    canvas_free(canvas);
}
