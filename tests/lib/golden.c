#include "tests/lib/golden.h"

#include "face/tui/view/view.h"
#include "image/image.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void rewrite(const char *path, const char *screen)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(screen, file);
    fclose(file);
}

/* The first row that differs tells more than both screens would. */
void golden_screen(const char *name, const char *screen)
{
    const char *now, *golden;
    char path[128];
    uint8_t *bytes;
    size_t size;
    int row = 1;

    snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
    if (getenv("RINGSIDE_GOLDEN")) {
        rewrite(path, screen);
        return;
    }
    ck_assert_msg(image_read_file(path, &bytes, &size, NULL), "there is no %s", path);
    golden = (const char *)bytes;
    now = screen;
    while (*now && strcspn(now, "\n") == strcspn(golden, "\n") &&
           strncmp(now, golden, strcspn(now, "\n") + 1) == 0) {
        now += strcspn(now, "\n") + 1;
        golden += strcspn(golden, "\n") + 1;
        row++;
    }
    ck_assert_msg(*now == *golden && *now == '\0', "%s, row %d:\nis  %.*s\nwas %.*s",
                  path, row, (int)strcspn(now, "\n"), now, (int)strcspn(golden, "\n"),
                  golden);
    free(bytes);
}

void golden_view(struct watched *watched, const char *name, const char *view,
                 const char *about, int cols, int rows)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);
    const struct view *shown = view_named(view);
    struct buf text = {0};
    char file[96];

    ck_assert_msg(shown != NULL, "there is no view %s", view);
    snprintf(state.about, sizeof(state.about), "%s", about ? about : "");
    viewer_look(&watched->viewer);
    canvas->past = watched->viewer.screen.past;
    shown->draw(watched->viewer.watch, &state, canvas, (struct area){0, 0, rows, cols});
    canvas_read(canvas, &text);
    snprintf(file, sizeof(file), "%s-%dx%d", name, cols, rows);
    golden_screen(file, buf_str(&text));
    ck_assert_msg(canvas->collisions == 0, "%s", buf_str(&text));
    buf_free(&text);
    canvas_free(canvas);
}
